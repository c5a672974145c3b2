"""`discord`: how soon members on Discord get their answers, beside a bare bot of discord.py's.

A fake Discord (HTTP and gateway on loopback, `tests/fakes/discord`) runs here, and each bot in a process of its own;
the bare one answers a constant to the same command and button. Members search among 1,000 events with different words,
and each person answers each event once. A round trip (`answers`) lasts from INTERACTION_CREATE, about to be sent,
until the callback was taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.answers import PATIENCE, SEARCHES, TRIES, Costs, Sizes, Took, compare, fill, paced
from benchmarks.databases import Fresh
from benchmarks.discord_bots import bot_process
from benchmarks.listings import World, searches, world
from benchmarks.measuring import Figure, shown, spread, times
from benchmarks.processes import BARE, OURS
from bot.domain.people import Account, Workspace
from tests.fakes.discord import FakeDiscord, Guild, Interaction, Message, User
from tests.fakes.discord.world import EPHEMERAL, walked

CPU_MOST, P50_MOST, P99_MOST = 6.0, 8.0, 0.05
OPTIONS = ("words", "near", "when")
"""Those of `event find` that are free text, so that the bare bot can have them as well."""

SIZES = Sizes(events=1_000, people=50, buttons=24, warm_up=30, rounds=4, in_round=75, many=300, at_once=32, paced=600)
FEW = Sizes(events=60, people=6, buttons=6, warm_up=2, rounds=1, in_round=6, many=8, at_once=4, paced=8)


@dataclass(frozen=True, slots=True)
class Beside:
    ours: Costs
    bare: Costs


@dataclass(frozen=True, slots=True)
class Answered:
    """`paced` are half searches and half presses, `Sizes.a_second` of them."""

    find: Beside
    going: Beside
    paced_ours: Sequence[Took]
    paced_bare: Sequence[Took]


class Members:
    """What the members of one server ask of one bot."""

    def __init__(self, fake: FakeDiscord, guild: Guild, people: Sequence[User], made: World) -> None:
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
        by = Account("discord", str(guilds[0].owner.id), "")
        await fill(url, by, Workspace("discord", str(guilds[0].id), guilds[0].name), made, sizes.events)
        async with bot_process(OURS, ours, url) as ours_bot, bot_process(BARE, bare) as bare_bot:
            bots = ours_bot, bare_bot
            both = Members(ours, guilds[0], people[0], made), Members(bare, guilds[1], people[1], made)
            for each, buttons in zip(both, (sizes.buttons, 1), strict=True):
                await each.look_around(buttons)
            find = await compare(bots, [each.find for each in both], sizes)
            going = await compare(bots, [each.press for each in both], sizes)
            after = [await paced([each.find, each.press], sizes) for each in both]
        for fake in (ours, bare):
            if fake.violations:
                raise RuntimeError(f"Discord would refuse: {fake.violations[0]}")
    return Answered(Beside(*find), Beside(*going), *after)


def figures(engine: str, answered: Answered, sizes: Sizes = SIZES) -> list[Figure]:
    ours, bare = (spread([each.acked for each in took]) for took in (answered.paced_ours, answered.paced_bare))
    put_off = sum(each.put_off for each in answered.paced_ours)
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
    ours, bare = beside.ours.seen, beside.bare.seen
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


def _people(fake: FakeDiscord, guild: Guild, count: int) -> list[User]:
    return [fake.add_member(guild, f"person {number}") for number in range(count)]
