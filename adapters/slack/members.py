"""What Slack knows of who writes to the bot: their name, zone and language, and whether they run the workspace."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import structlog

from adapters.slack.wire import Denied, Json, Wire
from bot.domain.datewords.zones import is_zone
from bot.errors import DeliveryError

FRESH_SECONDS = 300.0
"""So long somebody's role and name count; who is made an admin waits no longer for the commands of one."""
REMEMBERED = 10_000
PATIENCE = 1.5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Member:
    """`zone` is IANA, "" where Slack names none we know; `is_organiser`: an owner or admin of the workspace."""

    name: str
    zone: str = ""
    locale: str = ""
    is_organiser: bool = False


class Members:
    """Asks Slack about people, and remembers for a while. `seconds` is monotonic."""

    def __init__(self, wire: Wire, seconds: Callable[[], float] = monotonic) -> None:
        self._wire = wire
        self._seconds = seconds
        self._known: OrderedDict[tuple[str, str], tuple[float, Member]] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[Member | None]] = {}

    async def get(self, token: str, team: str, user: str, *, name: str = "") -> Member:
        """Who this is. Where Slack does not tell, what it told last, else somebody of that `name` and no more."""
        known = self._known.get((team, user))
        if known is not None and self._seconds() - known[0] < FRESH_SECONDS:
            return known[1]
        asking = self._asking.get((team, user))
        if asking is None:  # who does much at once is asked for once
            asking = self._asking[team, user] = asyncio.create_task(self._ask(token, team, user, name))
            asking.add_done_callback(lambda _: self._asking.pop((team, user), None))
        found = await asyncio.shield(asking)
        if found is not None:
            return found
        return known[1] if known is not None else Member(name)

    async def _ask(self, token: str, team: str, user: str, name: str) -> Member | None:
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._wire.read(token, "users.info", user=user, include_locale="true")
        except (Denied, DeliveryError, TimeoutError) as error:
            log.warning("member unknown", reason=type(error).__name__)
            return None
        found = member_of(told["user"], name)
        self._known.pop((team, user), None)
        self._known[team, user] = (self._seconds(), found)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def locale_of(self, team: str, user: str) -> str:
        """What was told last of their language, "" if nothing."""
        known = self._known.get((team, user))
        return known[1].locale if known is not None else ""


def member_of(user: Json, name: str = "") -> Member:
    """Somebody as `users.info` tells of them (Slack, "User object")."""
    profile = user.get("profile") or {}
    shown = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name")
    zone = str(user.get("tz") or "")
    return Member(
        name=str(shown or name),
        zone=zone if is_zone(zone) else "",
        locale=str(user.get("locale") or ""),
        is_organiser=any(user.get(role) for role in ("is_admin", "is_owner", "is_primary_owner")),
    )
