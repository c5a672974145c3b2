"""What the app asks for when it is installed, and why: no more than it uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Feature
from bot.params import Upload


@dataclass(frozen=True, slots=True)
class Scope:
    """`name` as Slack has it (Slack, "Scopes")."""

    name: str
    reason: str


SCOPES = (
    Scope("app_mentions:read", "to answer where somebody mentions it"),
    Scope("channels:history", "to see whether a post arrived in a public channel before posting it again"),
    Scope("channels:join", "to join a public channel that a digest is set for"),
    Scope("channels:read", "to find a public channel by its name"),
    Scope("chat:write", "to post digests, notices and answers"),
    Scope("commands", "for its slash commands and shortcuts"),
    Scope("files:write", "to hand over files, such as an event as a calendar file"),
    Scope("groups:history", "the same as channels:history in private channels it was invited to"),
    Scope("groups:read", "the same as channels:read for private channels it was invited to"),
    Scope("im:history", "to read what people write to it directly, and whether a reminder arrived"),
    Scope("im:write", "to begin a direct message: reminders, and answers that nobody else may see"),
    Scope("mpim:history", "to see whether an introduction arrived in a group conversation that it began"),
    Scope("mpim:write", "to begin a conversation of two people who agreed to be introduced"),
    Scope("users:read", "for people's names, time zones and languages, and to know who runs the workspace"),
)
FILES = Scope("files:read", "to read a file that somebody attaches to a form")


def scopes_of(features: Sequence[Feature]) -> tuple[Scope, ...]:
    """The scopes for these features, by name."""
    params = (each.param for one in features for command in one.commands for each in command.arguments.values())
    takes_files = any(isinstance(param, Upload) for param in params)
    return tuple(sorted((*SCOPES, *([FILES] if takes_files else [])), key=lambda scope: scope.name))


EVENTS = (
    "app_home_opened",  # the home tab is shown
    "app_mention",  # help where somebody asks for it
    "app_uninstalled",  # the app was removed
    "message.im",  # what people write to it directly
    "tokens_revoked",  # it may do nothing there any more
)
"""What Slack tells of, all of it used by `adapters.slack.answering`."""
