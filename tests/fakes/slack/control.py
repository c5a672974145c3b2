"""A door into a fake Slack that runs as a process of its own: POST /control with {"do": what, …}, JSON back."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.faults import Fault, Kind
from tests.fakes.slack.asked import Asked, NoAnswer, NotOffered
from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.errors import Json
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Message, Place, Team, User, View


class ControlledSlack(FakeSlack):
    """Tells of every message that is posted by a line of JSON on standard output."""

    _shown: dict[str, Message]
    """By channel and ts."""

    def more_routes(self, app: web.Application) -> None:
        self._shown = {}
        app.router.add_post("/control", self._controlled)

    def posted_now(self, message: Message) -> None:
        super().posted_now(message)
        sys.stdout.write(json.dumps({"posted": self.describe(message)}) + "\n")
        sys.stdout.flush()

    def describe(self, message: Message) -> Json:
        id_ = f"{message.channel.id}/{message.ts}"
        self._shown[id_] = message
        direct = message.channel.place is Place.DIRECT
        return {
            "id": id_,
            "ts": message.ts,
            "channel": message.channel.id,
            "team": message.channel.team.id,
            "recipient": message.channel.other.id if direct else None,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": message.metadata,
            "pinged": sorted(message.pinged),
            "edits": message.edits,
            "is_ephemeral": message.is_ephemeral,
            "buttons": [
                each["action_id"] for block in message.blocks for each in elements_of(block) if "action_id" in each
            ],
        }

    async def _controlled(self, request: web.Request) -> web.Response:
        asked = await request.json()
        do = DOES.get(asked.pop("do", ""))
        if do is None:
            return web.json_response({"error": f"there is {sorted(DOES)}"}, status=404)
        try:
            return web.json_response(await do(self, **asked))
        except (NotOffered, NoAnswer, KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    def message_at(self, id_: str) -> Message:
        """One that was described before. Raises KeyError."""
        return self._shown[id_]

    def user_at(self, id_: str) -> User:
        """Raises KeyError."""
        return self.world.users[id_]

    def view_at(self, id_: str) -> View:
        """Raises KeyError."""
        return self.world.views[id_]

    async def outcome(self, asked: Asked, *, waits_for: str = "answered") -> Json:
        """What came of it, once it was "acknowledged" or "answered", and after how many seconds that was."""
        await (asked.acknowledged() if waits_for == "acknowledged" else asked.answered())
        return {
            "acked_after": asked.acked_after,
            "messages": [self.describe(message) for message in asked.seen],
            "view": asked.view.json(self.world.app_id) if asked.view else None,
            "home": asked.home.json(self.world.app_id) if asked.home else None,
            "errors": asked.errors,
        }


Does = Callable[..., Awaitable[Any]]  # Any: each takes what its caller sends, and answers JSON


def _team(team: Team) -> Json:
    return {
        "id": team.id,
        "owner": team.owner.id,
        "bot": team.bot.id,
        "bot_token": team.bot_token if team.installations else None,
        "channels": {channel.name: channel.id for channel in team.channels.values()},
    }


async def add_teams(
    slack: ControlledSlack,
    count: int = 1,
    name: str = "workspace",
    channels: list[str] | None = None,
    is_installed: bool = True,
) -> list[Json]:
    """Workspaces with these channels, the app installed in each."""
    made = [
        slack.add_team(f"{name} {n}", channels=channels or ["general"], is_installed=is_installed)
        for n in range(1, count + 1)
    ]
    return [_team(team) for team in made]


async def add_member(slack: ControlledSlack, team: str, name: str, is_organiser: bool = False) -> Json:
    return {"id": slack.add_member(slack.world.teams[team], name, is_organiser=is_organiser).id}


async def use(slack: ControlledSlack, request_url: str = "", manifest: Json | None = None) -> Json:
    """Where payloads are posted to ("" is Socket Mode), and what the app declares."""
    slack.request_url = request_url
    if manifest is not None:
        slack.use_manifest(manifest)
    return {}


async def until_connected(slack: ControlledSlack, count: int = 1, seconds: float = 20) -> Json:
    await slack.until_connected(count, seconds)
    return {}


async def add_fault(slack: ControlledSlack, route: str, kind: str, **more: Any) -> Json:  # Any: fields of Fault
    slack.faults.add(Fault(route, Kind(kind), **more))
    return {}


async def clear_faults(slack: ControlledSlack) -> Json:
    slack.faults.clear()
    return {}


async def posts(slack: ControlledSlack, since: int = 0) -> list[Json]:
    """Messages the app sent by itself, in order, from the `since`th on."""
    return [slack.describe(message) for message in slack.posted[since:]]


async def told(slack: ControlledSlack) -> Json:
    """What went wrong, and how much was asked."""
    return {
        "violations": slack.violations,
        "denied": slack.denied[-100:],
        "limited": len(slack.limits.hits),
        "faults": [[fault.route, fault.kind.value, fault.befell] for fault in slack.faults.faults],
        "counts": dict(slack.counts),
        "sockets": len(slack.courier.link.sockets),
        "opened": slack.courier.link.opened,
    }


async def slash(
    slack: ControlledSlack,
    user: str,
    channel: str | None,
    command: str,
    text: str = "",
    twice: bool = False,
    waits_for: str = "answered",
) -> Json:
    where = slack.world.channels[channel] if channel else None
    asked = await slack.slash(slack.user_at(user), where, command, text, twice=twice)
    return await slack.outcome(asked, waits_for=waits_for)


async def press(
    slack: ControlledSlack,
    user: str,
    what: str,
    message: str = "",
    view: str = "",
    twice: bool = False,
    waits_for: str = "answered",
) -> Json:
    """On a message that was described, or a view by its id."""
    source = slack.view_at(view) if view else slack.message_at(message)
    asked = await slack.press(slack.user_at(user), source, what, twice=twice)
    return await slack.outcome(asked, waits_for=waits_for)


async def submit(
    slack: ControlledSlack, user: str, view: str, values: Json | None = None, waits_for: str = "acknowledged"
) -> Json:
    asked = await slack.submit(slack.user_at(user), slack.view_at(view), values)
    return await slack.outcome(asked, waits_for=waits_for)


async def drop_sockets(slack: ControlledSlack) -> Json:
    await slack.drop_sockets()
    return {}


DOES: dict[str, Does] = {
    "add_teams": add_teams,
    "add_member": add_member,
    "use": use,
    "until_connected": until_connected,
    "add_fault": add_fault,
    "clear_faults": clear_faults,
    "posts": posts,
    "told": told,
    "slash": slash,
    "press": press,
    "submit": submit,
    "drop_sockets": drop_sockets,
}
