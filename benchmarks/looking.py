"""`links`: the links of a library looked at, each on a host of its own, until all were.

They fall due at once, as after a long stop: the bot that `greenroom` starts takes them a few at a time, asks each
host's robots.txt and then for the page, through the real fetcher, and writes what it found. The hosts are names of one
server on this machine, in a process of its own; one page in a hundred is gone. The loop is watched meanwhile, and
memory is what the process holds more at the end. There is no peer: what was weighed for a library's links asks one
after another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from socket import AF_INET, AI_NUMERICHOST, AddressFamily
from time import perf_counter

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.sources.fetching import Fetcher
from adapters.sources.outside import Outside
from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Clock, Figure, frozen, shown, watched
from benchmarks.processes import held, served, serving
from bot.compose import compose
from bot.domain.delivery import WEB, Due
from bot.domain.link_checks import LINK_CHECK
from bot.domain.people import Account, Workspace
from bot.domain.resources import About, NewResource
from bot.domain.topics import Pillar
from bot.settings import read_settings
from storage.database import Database

HOSTS, FEW_HOSTS = 10_000, 200
BLOCKED_MOST = 0.050
MEMORY_MOST = 50_000_000
BATCH = 1_000
GONE_EACH = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """`took` and `blocked` in seconds, `grown` in bytes; `failing` is how many links led nowhere."""

    hosts: int
    took: float
    blocked: float
    grown: int
    failing: int


class Hosts(AbstractResolver):
    """Every name is the server at `port` of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self._port, family=AF_INET, proto=0, flags=AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """It holds nothing."""


async def measure(fresh: Fresh, hosts: int) -> Looked:
    url, clock = fresh(), Clock()
    with serving("benchmarks.looking") as port:
        outside = Outside(Fetcher(names=Hosts(port), allows=lambda host, at: (host, at) == ("127.0.0.1", port)))
        try:
            async with compose(read_settings(_env_file=None, DATABASE_URL=url), clock, outside) as bot:
                await _fill(bot.database, hosts)
                before = held()
                began = perf_counter()
                with frozen():
                    async with watched() as watch:
                        left = hosts
                        while left > 0:
                            begun = await bot.chores.run()
                            left -= begun
                            await bot.chores.finished(1)
                        await bot.chores.settled()
                took = perf_counter() - began
                grown = (held() or 0) - (before or 0)
                async with bot.database.reading() as uow:
                    linked = await uow.resources.linked(range(1, hosts + 1))
        finally:
            await outside.close()
    return Looked(hosts, took, watch.longest, grown, sum(each.fails > 0 for each in linked))


def figures(engine: str, looked: Looked) -> list[Figure]:
    what = f"links of {looked.hosts:,} hosts looked at, {engine}"
    each = shown(looked.took / looked.hosts)
    wrong = looked.failing - looked.hosts // GONE_EACH
    return [
        Figure(f"{what}: in all", shown(looked.took), f"{each} each", "", "", None),
        Figure(f"{what}: found gone", str(looked.failing), "1 in 100", "", "all of them", wrong == 0),
        Figure(
            f"{what}: loop blocked",
            shown(looked.blocked),
            "",
            "",
            f"at most {shown(BLOCKED_MOST)}",
            looked.blocked <= BLOCKED_MOST,
        ),
        Figure(
            f"{what}: memory",
            f"{looked.grown / 1_000_000:.1f} MB",
            "",
            "",
            f"at most {MEMORY_MOST // 1_000_000} MB more",
            looked.grown <= MEMORY_MOST,
        ),
    ]


async def serve() -> None:
    """Answer for every host: no robots.txt, a page, and for one in a hundred none."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        return web.Response(status=404 if int(request.path.rpartition("/")[2]) % GONE_EACH == 0 else 200)

    await served(answer)


async def _fill(database: Database, hosts: int) -> None:
    who = Account("console", "you", "you"), Workspace("console", "local", "Console")
    async with database.writing() as uow:
        caller = await uow.people.welcome(*who, is_organiser=True, zone="UTC", locale="en", now=NOW)
    assert caller.community
    for first in range(0, hosts, BATCH):
        new = [
            NewResource(
                f"http://host-{number}.example/{number}",
                f"host-{number}.example/{number}",
                About(f"Page {number}", Pillar.CRAFT),
                caller.person.id,
                caller.origin,
            )
            for number in range(first + 1, min(first + BATCH, hosts) + 1)
        ]
        async with database.writing() as uow:
            shared = await uow.resources.bring(caller.community.id, new, NOW)
            await uow.due.put(*(Due(LINK_CHECK, each.id, NOW - timedelta(days=1), WEB) for each in shared))


if __name__ == "__main__":
    asyncio.run(serve())
