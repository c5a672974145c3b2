"""What the bot asks for when it is added to a server, and why: no more than it uses."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

SCOPES = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class Permission:
    """`bit` and `name` as Discord has them (Topics: Permissions)."""

    bit: int
    name: str
    reason: str


PERMISSIONS = (
    Permission(1 << 10, "View Channels", "to reach the channels that digests and notices are posted to"),
    Permission(1 << 11, "Send Messages", "to post them"),
    Permission(1 << 15, "Attach Files", "to hand over files, such as an event as a calendar file"),
    Permission(
        1 << 16,
        "Read Message History",
        "to see whether a post arrived before posting it again",
    ),
    Permission(1 << 44, "Create Events", "to keep the server's own event list up to date, if organisers turn that on"),
)


def invite(application_id: str) -> str:
    """The address at which an organiser adds the bot to their server."""
    bits = sum(permission.bit for permission in PERMISSIONS)
    asked = {"client_id": application_id, "permissions": str(bits), "scope": " ".join(SCOPES)}
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"
