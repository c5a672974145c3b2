"""`slack`: how soon people on Slack get their answers, beside a bare Bolt app that answers a constant.

A fake Slack (Web API, Socket Mode, signed requests on loopback, `tests/fakes/slack`) runs here for each bot, each bot
in a process of its own. The bare one answers a command in two ways: `ack()` and then `respond(…)`, as Bolt's guides
do it, and `ack(…)` with the answer in it, which is sooner; ours is held to whichever is sooner. To a button it
answers by `ack()` and `respond(…)`. People search among 1,000 events with different words, and each person answers
each event once. A round trip (`answers`) begins with the slash command or press, about to be sent, and is over when
Slack shows the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.answers import PATIENCE, SEARCHES, TRIES, Costs, Sizes, Took, compare, fill, paced
from benchmarks.databases import Fresh
from benchmarks.listings import Typed, World, searches, world
from benchmarks.measuring import Figure, shown, spread, times
from benchmarks.processes import BARE, OURS
from benchmarks.slack_bots import QUICKLY, bot_process, one_team
from bot.domain.people import Account, Workspace
from bot.settings import SlackMode
from tests.fakes.slack import Asked, FakeSlack, Message, Team, User
from tests.fakes.slack.blocks import elements_of

ACK_MOST, SEEN_MOST = 1.2, 1.5
OPTIONS = ("near", "when")
"""Those of `event find` that are free text besides its words."""

SIZES = Sizes(events=1_000, people=50, buttons=24, warm_up=30, rounds=4, in_round=75, many=300, at_once=32, paced=600)
FEW = Sizes(events=60, people=6, buttons=3, warm_up=1, rounds=1, in_round=4, many=6, at_once=3, paced=6)


@dataclass(frozen=True, slots=True)
class Beside:
    """`quick` is the bare bot's answer within its acknowledgement, where there is such a one."""

    ours: Costs
    bare: Costs
    quick: Costs | None = None

    @property
    def soonest(self) -> Costs:
        """The bare one that is seen sooner."""
        return min((each for each in (self.bare, self.quick) if each), key=lambda each: each.seen.p50)


@dataclass(frozen=True, slots=True)
class Answered:
    """`paced` are half searches and half presses, `Sizes.a_second` of them."""

    find: Beside
    going: Beside
    paced_ours: Sequence[Took]
    paced_bare: Sequence[Took]


class People:
    """What the people of one workspace ask of one bot."""

    def __init__(self, fake: FakeSlack, count: int, made: World) -> None:
        self.team: Team = fake.add_team("Figures", channels=("events",))
        self._fake = fake
        self._channel = self.team.channel("events")
        self._people = [fake.add_member(self.team, f"person {number}") for number in range(count)]
        self._asker = cycle(self._people)
        self._typed = cycle([_typed(each) for each in searches(made, SEARCHES)])
        self._presses: Iterator[tuple[User, Message, str]] = iter(())

    async def find(self) -> Asked:
        return await self._fake.slash(next(self._asker), self._channel, "/event", next(self._typed))

    async def find_quickly(self) -> Asked:
        return await self._fake.slash(next(self._asker), self._channel, QUICKLY, next(self._typed))

    async def press(self) -> Asked:
        return await self._fake.press(*next(self._presses))

    async def look_around(self, buttons: int) -> None:
        """Search until so many different Going buttons stand before everybody, or there are no more."""
        seen: dict[str, tuple[Message, str]] = {}
        for _ in range(TRIES):
            message = await (await self.find()).answer()
            message.reader = None  # as a post stands before everybody
            for each in (each for block in message.blocks for each in elements_of(block)):
                if (each.get("text") or {}).get("text") == "Going":
                    meant = each["action_id"].rpartition("|")[2]  # a number of its place stands before it
                    seen.setdefault(meant, (message, each["action_id"]))
            if len(seen) >= buttons:
                break
        pressed = list(seen.values())[:buttons]
        self._presses = cycle([(person, *each) for each in pressed for person in self._people])


async def measure(fresh: Fresh, mode: SlackMode, sizes: Sizes) -> Answered:
    made, url = world(), fresh()
    async with FakeSlack(response_seconds=PATIENCE) as ours, FakeSlack(response_seconds=PATIENCE) as bare:
        both = people, peers = People(ours, sizes.people, made), People(bare, sizes.people, made)
        team = people.team
        account = Account("slack", f"{team.id}.{team.owner.id}", team.owner.name)
        await fill(url, account, Workspace("slack", team.id, team.name), made, sizes.events)
        async with (
            bot_process(OURS, ours, mode, one_team(team), url) as our_bot,
            bot_process(BARE, bare, mode, one_team(peers.team)) as bare_bot,
        ):
            for each, buttons in zip(both, (sizes.buttons, 1), strict=True):
                await each.look_around(buttons)
            asks = people.find, peers.find, peers.find_quickly
            find = await compare((our_bot, bare_bot, bare_bot), asks, sizes)
            going = await compare((our_bot, bare_bot), (people.press, peers.press), sizes)
            after = [await paced([each.find, each.press], sizes) for each in both]
        for fake in (ours, bare):
            if fake.violations:
                raise RuntimeError(f"Slack would refuse: {fake.violations[0]}")
    return Answered(Beside(*find), Beside(*going), *after)


def figures(engine: str, mode: SlackMode, answered: Answered, sizes: Sizes = SIZES) -> list[Figure]:
    where = f"{mode.value}, {engine}"
    ours, bare = (spread([each.seen for each in took]) for took in (answered.paced_ours, answered.paced_bare))
    acked = spread([each.acked for each in answered.paced_ours])
    return [
        *_figures("event find on Slack", where, answered.find),
        *_figures("Going on Slack", where, answered.going),
        Figure(
            f"both at {sizes.a_second} a second ({where}): answer, p99",
            f"{shown(ours.p99)} (p50 {shown(ours.p50)}; ack p99 {shown(acked.p99)})",
            f"{shown(bare.p99)} (p50 {shown(bare.p50)}) by a bare app",
            times(ours.p99 / bare.p99),
            "",
            None,
        ),
    ]


def _figures(what: str, where: str, beside: Beside) -> list[Figure]:
    ours, bare = beside.ours, beside.soonest
    how = "ack(…)" if bare is beside.quick else "ack() and respond(…)"
    ack, seen = ours.acked.p50 / bare.acked.p50, ours.seen.p50 / bare.seen.p50
    slower = f"; {shown(beside.bare.seen.p50)} by ack() and respond(…)" if bare is not beside.bare else ""
    return [
        Figure(
            f"{what} ({where}): ack, p50",
            f"{shown(ours.acked.p50)} (p99 {shown(ours.acked.p99)})",
            f"{shown(bare.acked.p50)} (p99 {shown(bare.acked.p99)}) by a bare app",
            times(ack),
            f"at most {ACK_MOST:g}×",
            ack <= ACK_MOST,
        ),
        Figure(
            f"{what} ({where}): visible answer, p50",
            f"{shown(ours.seen.p50)} (p99 {shown(ours.seen.p99)})",
            f"{shown(bare.seen.p50)} (p99 {shown(bare.seen.p99)}) by {how}{slower}",
            times(seen),
            f"at most {SEEN_MOST:g}×",
            seen <= SEEN_MOST,
        ),
        Figure(
            f"{what} ({where}): CPU",
            shown(ours.each_cpu),
            f"{shown(bare.each_cpu)} of a bare app's",
            times(ours.each_cpu / bare.each_cpu),
            "",
            None,
        ),
        Figure(
            f"{what} ({where}): many at once",
            f"{ours.a_second:,.0f} a second",
            f"{bare.a_second:,.0f} by a bare app",
            times(ours.a_second / bare.a_second),
            "",
            None,
        ),
    ]


def _typed(search: Typed) -> str:
    """A search as it stands behind "/event"."""
    options = [f'{name}:"{search[name]}"' for name in OPTIONS if name in search]
    return " ".join(["find", *([search["words"]] if "words" in search else []), *options])
