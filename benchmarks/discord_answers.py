"""`discord`: how soon members on Discord get their answers, beside a bare bot of discord.py's.

A fake Discord (HTTP and gateway on loopback, `tests/fakes/discord`) runs here, and each bot in a process of its own;
the bare one answers a constant to the same command and button. Members search among 1,000 events with different words,
and each person answers each event once. A round trip lasts from INTERACTION_CREATE, about to be sent, until the
callback was taken: one after another, the two bots by turns; then many at once; then so many a second. CPU is what
the bot's process used, all threads, divided by the interactions that were sent one after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter

from benchmarks.databases import Fresh
from benchmarks.discord_bots import BARE, OURS, BotProcess, bot_process
from benchmarks.listings import World, listings, searches, world
from benchmarks.measuring import NOW, Figure, Spread, shown, spread, tidy, times
from bot.domain.people import Account, Workspace
from storage.database import Database
from tests.fakes.discord import FakeDiscord, Guild, Interaction, Message, User
from tests.fakes.discord.world import EPHEMERAL, walked

CPU_MOST, P50_MOST, P99_MOST = 6.0, 8.0, 0.05
OPTIONS = ("words", "near", "when")
"""Those of `event find` that are free text, so that the bare bot can have them as well."""
SEARCHES = 400
TRIES = 200
PATIENCE = 60.0
"""Seconds after which an answer is not waited for."""

Asks = Callable[[], Awaitable[Interaction]]


@dataclass(frozen=True, slots=True)
class Sizes:
    events: int
    people: int
    buttons: int
    """Every person presses each button once: with the people, as many presses as there can be."""
    warm_up: int
    rounds: int
    in_round: int
    many: int
    at_once: int
    paced: int
    a_second: int = 100


SIZES = Sizes(events=1_000, people=50, buttons=24, warm_up=30, rounds=4, in_round=75, many=300, at_once=32, paced=600)
FEW = Sizes(events=60, people=6, buttons=6, warm_up=2, rounds=1, in_round=6, many=8, at_once=4, paced=8)


@dataclass(slots=True)
class Costs:
    """What one bot's answers to one kind of ask took and cost. `times` and `cpu` are of those one after another."""

    times: list[float] = field(default_factory=list)
    cpu: float = 0.0
    a_second: float = 0.0

    @property
    def each_cpu(self) -> float:
        return self.cpu / len(self.times)


@dataclass(frozen=True, slots=True)
class Beside:
    ours: Costs
    bare: Costs


@dataclass(frozen=True, slots=True)
class Paced:
    """Half searches and half presses, `Sizes.a_second` of them; `put_off` had but a "thinking" as first answer."""

    first: Spread
    put_off: int


@dataclass(frozen=True, slots=True)
class Answered:
    find: Beside
    going: Beside
    paced_ours: Paced
    paced_bare: Paced


class Members:
    """What the members of one server ask of one bot."""

    def __init__(self, fake: FakeDiscord, guild: Guild, bot: BotProcess, people: Sequence[User], made: World) -> None:
        self.bot = bot
        self._fake = fake
        self._guild = guild
        self._people = people
        self._asker = cycle(people)
        typed = [{name: each[name] for name in OPTIONS if name in each} for each in searches(made, SEARCHES)]
        self._typed: Iterator[Mapping[str, str]] = cycle(typed)
        self._presses: Iterator[tuple[User, Message, str]] = iter(())

    async def find(self) -> Interaction:
        return await self._fake.slash(next(self._asker), self._guild, "event find", next(self._typed))

    async def press(self) -> Interaction:
        return await self._fake.press(*next(self._presses))

    async def look_around(self, buttons: int) -> None:
        """Search until so many different Going buttons stand before everybody, or there are no more."""
        seen: dict[str, Message] = {}
        for _ in range(TRIES):
            message = await (await self.find()).answer()
            message.reader, message.flags = None, message.flags & ~EPHEMERAL  # as a post stands before everybody
            for each in walked(message.components):
                if each.get("label") == "Going":
                    seen.setdefault(each["custom_id"], message)
            if len(seen) >= buttons:
                break
        self._presses = cycle(
            [(person, message, id_) for id_, message in list(seen.items())[:buttons] for person in self._people]
        )


async def measure(fresh: Fresh, sizes: Sizes) -> Answered:
    made, url = world(), fresh()
    async with (
        FakeDiscord(identify_seconds=0, response_seconds=PATIENCE) as ours,
        FakeDiscord(response_seconds=PATIENCE) as bare,
    ):
        guilds = ours.add_guild(), bare.add_guild()
        people = [_people(fake, guild, sizes.people) for fake, guild in zip((ours, bare), guilds, strict=True)]
        await _fill(url, guilds[0], made, sizes.events)
        async with bot_process(OURS, ours, url) as ours_bot, bot_process(BARE, bare) as bare_bot:
            both = (
                Members(ours, guilds[0], ours_bot, people[0], made),
                Members(bare, guilds[1], bare_bot, people[1], made),
            )
            for each in both:
                await each.look_around(sizes.buttons)
            find = await _beside(both, [each.find for each in both], sizes)
            going = await _beside(both, [each.press for each in both], sizes)
            paced = [await _paced([each.find, each.press], sizes) for each in both]
        for fake in (ours, bare):
            if fake.violations:
                raise RuntimeError(f"Discord would refuse: {fake.violations[0]}")
    return Answered(find, going, paced[0], paced[1])


def figures(engine: str, answered: Answered, sizes: Sizes = SIZES) -> list[Figure]:
    ours, bare, put_off = answered.paced_ours.first, answered.paced_bare.first, answered.paced_ours.put_off
    return [
        *_figures(f"event find on Discord, {engine}", answered.find),
        *_figures(f"Going on Discord, {engine}", answered.going),
        Figure(
            f"both at {sizes.a_second} a second, {engine}: p99",
            f"{shown(ours.p99)} (p50 {shown(ours.p50)}, {put_off} put off)",
            f"{shown(bare.p99)} (p50 {shown(bare.p50)}) by a bare bot",
            times(ours.p99 / bare.p99),
            f"at most {shown(P99_MOST)}",
            ours.p99 <= P99_MOST and not put_off,
        ),
    ]


def _figures(what: str, beside: Beside) -> list[Figure]:
    ours, bare = spread(beside.ours.times), spread(beside.bare.times)
    p50, cpu = ours.p50 / bare.p50, beside.ours.each_cpu / beside.bare.each_cpu
    return [
        Figure(
            f"{what}: p50",
            f"{shown(ours.p50)} (p99 {shown(ours.p99)})",
            f"{shown(bare.p50)} (p99 {shown(bare.p99)}) by a bare bot",
            times(p50),
            f"at most {P50_MOST:g}×",
            p50 <= P50_MOST,
        ),
        Figure(
            f"{what}: CPU",
            shown(beside.ours.each_cpu),
            f"{shown(beside.bare.each_cpu)} of a bare bot's",
            times(cpu),
            f"at most {CPU_MOST:g}×",
            cpu <= CPU_MOST,
        ),
        Figure(
            f"{what}: many at once",
            f"{beside.ours.a_second:,.0f} a second",
            f"{beside.bare.a_second:,.0f} by a bare bot",
            times(beside.ours.a_second / beside.bare.a_second),
            "",
            None,
        ),
    ]


async def _beside(both: Sequence[Members], asks: Sequence[Asks], sizes: Sizes) -> Beside:
    costs = Costs(), Costs()
    for ask in asks:
        for _ in range(sizes.warm_up):
            await _round_trip(ask)
    for _ in range(sizes.rounds):
        for members, ask, cost in zip(both, asks, costs, strict=True):
            with tidy():
                before = await members.bot.ask()
                cost.times += [await _round_trip(ask) for _ in range(sizes.in_round)]
                cost.cpu += (await members.bot.ask()).cpu - before.cpu
    for ask, cost in zip(asks, costs, strict=True):
        with tidy():
            cost.a_second = await _at_once(ask, sizes)
    return Beside(*costs)


async def _round_trip(ask: Asks) -> float:
    interaction = await ask()  # it lies before the gateway, which has not had its turn yet
    began = perf_counter()
    await interaction.acknowledged(PATIENCE)
    took = perf_counter() - began
    if not interaction.is_answered:
        raise RuntimeError("an answer was put off, though nobody else asked")
    return took


async def _at_once(ask: Asks, sizes: Sizes) -> float:
    """How many a second, when so many wait for their answers at any time."""
    left = iter(range(sizes.many))

    async def go_on() -> None:
        for _ in left:
            await (await ask()).answered(PATIENCE)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(sizes.at_once):
            group.create_task(go_on())
    return sizes.many / (perf_counter() - began)


async def _paced(asks: Sequence[Asks], sizes: Sizes) -> Paced:
    """So many a second by turns, whether or not those before were answered."""
    loop, turns = asyncio.get_running_loop(), cycle(asks)

    async def once(ask: Asks) -> tuple[float, bool]:
        interaction = await ask()
        began = perf_counter()
        await interaction.acknowledged(PATIENCE)
        took, is_put_off = perf_counter() - began, not interaction.is_answered
        await interaction.answered(PATIENCE)
        return took, is_put_off

    with tidy():
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            tasks: list[asyncio.Task[tuple[float, bool]]] = []
            for number in range(sizes.paced):
                await asyncio.sleep(max(0.0, began + number / sizes.a_second - loop.time()))
                tasks.append(group.create_task(once(next(turns))))
    results = [each.result() for each in tasks]
    return Paced(spread([took for took, _ in results]), sum(is_put_off for _, is_put_off in results))


def _people(fake: FakeDiscord, guild: Guild, count: int) -> list[User]:
    return [fake.add_member(guild, f"person {number}") for number in range(count)]


async def _fill(url: str, guild: Guild, made: World, events: int) -> None:
    database = Database(url)
    account, workspace = Account("discord", str(guild.owner.id), ""), Workspace("discord", str(guild.id), guild.name)
    try:
        async with database.writing() as uow:
            caller = await uow.people.welcome(account, workspace, is_organiser=True, zone="UTC", locale="en", now=NOW)
            assert caller.community
            await uow.events.bring(caller.community.id, list(listings(made, events, NOW)), NOW)
    finally:
        await database.close()
