"""A door into a fake Discord that runs as a process of its own: POST /control with {"do": what, …}, JSON back."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import Interaction, NoAnswer
from tests.fakes.discord.offered import NotOffered
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Message, User, walked
from tests.fakes.faults import Fault, Kind


class ControlledDiscord(FakeDiscord):
    """Tells of every message that is posted by a line of JSON on standard output."""

    _by_id: dict[int, Message]

    def more_routes(self, app: web.Application) -> None:
        self._by_id = {}
        app.router.add_post("/control", self._controlled)

    def tell_message(self, event: str, message: Message) -> None:
        super().tell_message(event, message)
        if event == "MESSAGE_CREATE":
            sys.stdout.write(json.dumps({"posted": self.describe(message)}) + "\n")
            sys.stdout.flush()

    def describe(self, message: Message) -> Json:
        self._by_id[message.id] = message
        first = next(iter(message.components), {})
        return {
            "id": str(message.id),
            "channel": str(message.channel.id),
            "guild": str(message.channel.guild.id) if message.channel.guild else None,
            "recipient": str(message.channel.recipient.id) if message.channel.recipient else None,
            "texts": message.texts,
            "mark": first.get("id"),
            "pinged": sorted(message.pinged),
            "edits": message.edits,
            "is_ephemeral": message.is_ephemeral,
            "buttons": [each["custom_id"] for each in walked(message.components) if each.get("custom_id")],
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

    def message(self, id_: str) -> Message:
        """One that was described before. Raises KeyError."""
        return self._by_id[int(id_)]

    def user_at(self, id_: str) -> User:
        """Raises KeyError."""
        return self.world.users[int(id_)]

    async def outcome(self, interaction: Interaction) -> Json:
        await interaction.answered()
        return {
            "kind": interaction.response,
            "messages": [self.describe(message) for message in interaction.seen],
            "modal": interaction.modal,
            "choices": interaction.choices,
        }


Does = Callable[..., Awaitable[Any]]  # Any: each takes what its caller sends, and answers JSON


async def add_guilds(
    discord: ControlledDiscord, count: int = 1, name: str = "server", channels: list[str] | None = None
) -> list[Json]:
    """Servers that the bot is in, each with these channels."""
    made = [discord.add_guild(f"{name} {n}", channels=tuple(channels or ["general"])) for n in range(1, count + 1)]
    return [
        {
            "id": str(guild.id),
            "owner": str(guild.owner.id),
            "channels": {channel.name: str(channel.id) for channel in guild.channels.values()},
        }
        for guild in made
    ]


async def add_member(discord: ControlledDiscord, guild: str, name: str, is_organiser: bool = False) -> Json:
    user = discord.add_member(discord.world.guilds[int(guild)], name, is_organiser=is_organiser)
    return {"id": str(user.id)}


async def add_fault(discord: ControlledDiscord, route: str, kind: str, **more: Any) -> Json:  # Any: fields of Fault
    discord.faults.add(Fault(route, Kind(kind), **more))
    return {}


async def clear_faults(discord: ControlledDiscord) -> Json:
    discord.faults.clear()
    return {}


async def posts(discord: ControlledDiscord, since: int = 0) -> list[Json]:
    """Messages the bot sent by itself, in order, from the `since`th on."""
    return [discord.describe(message) for message in discord.posted[since:]]


async def told(discord: ControlledDiscord) -> Json:
    """What went wrong, and how much was asked."""
    return {
        "violations": discord.violations,
        "denied": discord.denied[-100:],
        "limited": len(discord.limits.hits),
        "faults": [[fault.route, fault.kind.value, fault.befell] for fault in discord.faults.faults],
        "counts": dict(discord.counts),
        "sessions": [[each.shard, each.shards, each.socket is not None] for each in discord.gateway.sessions.values()],
        "early_identifies": discord.gateway.early_identifies,
        "overwrites": discord.counters.overwrites,
    }


async def slash(
    discord: ControlledDiscord, user: str, channel: str, path: str, values: Json | None = None, twice: bool = False
) -> Json:
    where = discord.world.channels[int(channel)]
    asked = await discord.slash(discord.user_at(user), where, path, values, twice=twice)
    return await discord.outcome(asked)


async def press(discord: ControlledDiscord, user: str, message: str, what: str, twice: bool = False) -> Json:
    asked = await discord.press(discord.user_at(user), discord.message(message), what, twice=twice)
    return await discord.outcome(asked)


async def drop_gateway(discord: ControlledDiscord, shard: int | None = None) -> Json:
    await discord.drop_gateway(shard)
    return {}


DOES: dict[str, Does] = {
    "add_guilds": add_guilds,
    "add_member": add_member,
    "add_fault": add_fault,
    "clear_faults": clear_faults,
    "posts": posts,
    "told": told,
    "slash": slash,
    "press": press,
    "drop_gateway": drop_gateway,
}
