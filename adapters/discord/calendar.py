"""A server's own calendar: its scheduled events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Literal

from adapters.discord.wire import Denied, Wire, refusal
from bot.domain.people import Account
from bot.domain.text import clip, safe, safe_line
from bot.errors import Unreachable
from bot.platform import NativeEvent
from bot.ports import Clock

# Discord: Guild Scheduled Event
MOST = 100
NAME_LENGTH = 100
LOCATION_LENGTH = 100
DESCRIPTION_LENGTH = 1_000
EXTERNAL = 3
SERVER_ONLY = 2
SCHEDULED, ACTIVE = 1, 2
PAGE = 100

PATIENCE = 10.0
SHORTEST = timedelta(minutes=1)
UNKNOWN_EVENT = 10070
REMEMBERED = 500
ECHO_SECONDS = 5.0
"""What is told later than this after a change from here was done by somebody else."""
NOWHERE = "—"


class DiscordCalendar:
    """Implements `bot.platform.NativeCalendar`."""

    most = MOST

    def __init__(self, wire: Wire, clock: Clock, bot_id: Callable[[], str]) -> None:
        """`bot_id` raises Temporary before the bot has logged in."""
        self._wire = wire
        self._clock = clock
        self._bot_id = bot_id
        self._ours: dict[str, tuple[int, float]] = {}
        """Events that were just changed from here, how often, and until when the gateway telling of it is no news."""

    def shaped(self, event: NativeEvent) -> NativeEvent:
        starts = event.starts.replace(microsecond=0)
        return replace(
            event,
            title=clip(safe_line(event.title), NAME_LENGTH) or NOWHERE,
            description=clip(safe(event.description).strip(), DESCRIPTION_LENGTH),
            location=clip(safe_line(event.location), LOCATION_LENGTH) or NOWHERE,
            starts=starts,
            ends=max(event.ends.replace(microsecond=0), starts + SHORTEST),
        )

    async def listed(self, workspace: str) -> Sequence[NativeEvent]:
        bot = self._bot_id()
        query = {"with_user_count": "true"}
        found = await self._request("GET", "/guilds/{guild}/scheduled-events", {"guild": workspace}, query=query)
        return [_event(each, bot) for each in found if each["status"] in (SCHEDULED, ACTIVE)]

    async def create(self, workspace: str, event: NativeEvent) -> str:
        body = {"entity_type": EXTERNAL, "privacy_level": SERVER_ONLY, **self._body(event)}
        made = await self._request("POST", "/guilds/{guild}/scheduled-events", {"guild": workspace}, body)
        self._note(str(made["id"]))
        return str(made["id"])

    async def change(self, workspace: str, event: NativeEvent) -> None:
        ids = {"guild": workspace, "event": event.id}
        body = self._body(event)
        if event.starts <= self._clock.now():
            del body["scheduled_start_time"]  # what has begun keeps its start
        self._note(event.id)
        await self._request("PATCH", "/guilds/{guild}/scheduled-events/{event}", ids, body)

    async def remove(self, workspace: str, id_: str) -> None:
        ids = {"guild": workspace, "event": id_}
        self._note(id_)
        try:
            await self._wire.request("DELETE", "/guilds/{guild}/scheduled-events/{event}", ids, patience=PATIENCE)
        except Denied as denied:
            if denied.code != UNKNOWN_EVENT:
                raise refusal(denied) from None

    async def interested(self, workspace: str, id_: str) -> Sequence[Account]:
        found: list[Account] = []
        after = "0"
        while True:
            ids = {"guild": workspace, "event": id_}
            query = {"limit": str(PAGE), "after": after}
            page = await self._request("GET", "/guilds/{guild}/scheduled-events/{event}/users", ids, query=query)
            for each in page:
                user = each["user"]
                found.append(Account("discord", str(user["id"]), user.get("global_name") or user["username"]))
            if len(page) < PAGE:
                return found
            after = str(page[-1]["user"]["id"])

    def is_news(self, id_: str) -> bool:
        """Whether what the gateway tells of an event was done by somebody else."""
        count, until = self._ours.pop(id_, (0, 0.0))
        if count == 0 or monotonic() > until:
            return True
        if count > 1:
            self._ours[id_] = (count - 1, until)
        return False

    def _note(self, id_: str) -> None:
        count, _until = self._ours.pop(id_, (0, 0.0))
        self._ours[id_] = (count + 1, monotonic() + ECHO_SECONDS)
        if len(self._ours) > REMEMBERED:
            self._ours.pop(next(iter(self._ours)))

    def _body(self, event: NativeEvent) -> dict[str, Any]:  # Any: what goes over the wire
        shaped = self.shaped(event)
        return {
            "name": shaped.title,
            "description": shaped.description,
            "entity_metadata": {"location": shaped.location},
            "scheduled_start_time": shaped.starts.astimezone(UTC).isoformat(),
            "scheduled_end_time": shaped.ends.astimezone(UTC).isoformat(),
        }

    async def _request(
        self,
        method: Literal["GET", "POST", "PATCH"],
        path: str,
        ids: Mapping[str, str],
        body: Mapping[str, Any] | None = None,  # Any: what goes over the wire
        query: Mapping[str, str] | None = None,
    ) -> Any:  # Any: JSON
        try:
            return await self._wire.request(method, path, ids, body=body, query=query or {}, patience=PATIENCE)
        except Denied as denied:
            if denied.code == UNKNOWN_EVENT:
                raise Unreachable("the event is not in the server's calendar any more") from None
            raise refusal(denied) from None


def _event(each: Mapping[str, Any], bot: str) -> NativeEvent:  # Any: JSON
    starts = datetime.fromisoformat(each["scheduled_start_time"])
    ends = each.get("scheduled_end_time")
    return NativeEvent(
        title=each["name"],
        description=each.get("description") or "",
        starts=starts,
        ends=datetime.fromisoformat(ends) if ends else starts,
        location=(each.get("entity_metadata") or {}).get("location") or "",
        id=str(each["id"]),
        is_ours=str(each.get("creator_id") or "") == bot,
        interested=each.get("user_count"),
    )
