"""Which servers the bot is in: the core is told of each, and of those that it was removed from meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence

import discord

from adapters.discord.inbound import PLATFORM
from bot.domain.addresses import Channel
from bot.domain.people import Account, Workspace
from bot.platform import Core
from bot.ports import Notes


class Servers:
    """The servers of one process's shards. What was known at the last stop is noted, a note for each shard."""

    def __init__(self, core: Core, notes: Notes) -> None:
        self._core = core
        self._notes = notes
        self._known: set[int] = set()
        """Those that the core was told of since the start."""
        self._waiting: asyncio.Queue[discord.Guild] = asyncio.Queue()
        self._noted: dict[int, set[int]] = {}
        """By shard, what its note holds; empty until all of them were told of."""
        self._shards = 1

    def __len__(self) -> int:
        return len(self._known)

    async def run(self) -> None:
        """Tell the core of servers one after another: at the start there may be a thousand of them at once."""
        while True:
            guild = await self._waiting.get()
            try:
                await self._tell(guild)
            finally:
                self._waiting.task_done()

    def came(self, guild: discord.Guild) -> None:
        """It is in reach: the bot was added to it, or an outage is over, or the bot has just started."""
        if guild.id not in self._known and not guild.unavailable:
            self._known.add(guild.id)
            self._waiting.put_nowait(guild)

    async def left(self, guild: discord.Guild) -> None:
        """The bot was removed from it. An outage is no removal; Discord tells the two apart."""
        self._known.discard(guild.id)
        await self._core.left(_workspace(guild))
        if (noted := self._noted.get(guild.shard_id)) is not None and guild.id in noted:
            noted.remove(guild.id)
            await self._note(guild.shard_id)

    async def complete(self, guilds: Sequence[discord.Guild], shards: Iterable[int], count: int) -> None:
        """`guilds` are all that these shards (of `count`) have, those out of reach too: what else was noted is gone."""
        await self._waiting.join()
        self._shards = count
        for shard in shards:
            now = {guild.id for guild in guilds if guild.shard_id == shard}
            before = set(json.loads(await self._notes.get(self._name(shard)) or "[]"))
            for id_ in before - now:
                await self._core.left(Workspace(PLATFORM, str(id_), ""))
            self._noted[shard] = now
            if before != now:
                await self._note(shard)

    async def _tell(self, guild: discord.Guild) -> None:
        # who added the bot can only be read with a permission that nothing else needs; the owner may surely set it up
        owner = Account(PLATFORM, str(guild.owner_id), "") if guild.owner_id else None
        notes = guild.system_channel
        channel = None if notes is None else Channel(PLATFORM, str(guild.id), str(notes.id), notes.name)
        await self._core.joined(_workspace(guild), by=owner, channel=channel, locale=str(guild.preferred_locale))
        if (noted := self._noted.get(guild.shard_id)) is not None and guild.id not in noted:
            noted.add(guild.id)
            await self._note(guild.shard_id)

    async def _note(self, shard: int) -> None:
        await self._notes.put(self._name(shard), json.dumps(sorted(self._noted[shard])))

    def _name(self, shard: int) -> str:
        # with another count the servers are dealt out anew, and what was noted says nothing
        return f"discord.servers.{shard}.{self._shards}"


def _workspace(guild: discord.Guild) -> Workspace:
    return Workspace(PLATFORM, str(guild.id), guild.name)
