"""`path goal`, `goals`, `done` and `edit`; and what the buttons of a goal do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from bot.commands import UNSAID, Pressed, Services, Unsaid, arguments_of, read_id, write_values
from bot.domain.goals import OPEN_MOST, WHAT_MOST, Goal, State
from bot.domain.places import fold
from bot.domain.topics import Pillar
from bot.errors import NotFound, Refused
from bot.features.paging import PAGE, asked_by, pager
from bot.features.path.cards import DONE, LET_GO, LIST, REOPEN, goal_card
from bot.features.path.naming import PillarParam, names_of
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import ComingDay, Option, Stored, Text, shortened
from bot.request import Press, Request
from bot.ui import Reply

GOAL = "goal"
SUGGESTIONS = 25
CHOICES = 5
LOOKED_AT = 2 * OPEN_MOST
"""Open goals, then the last settled ones, that words are compared with: they are sealed, so no index has them."""


@dataclass(frozen=True, slots=True)
class GoalParam(Stored):
    lookup: str = GOAL


@dataclass(frozen=True, slots=True)
class SetGoal:
    what: Annotated[str, Text(N_("Goal"), N_("What you want to reach: finish 3 tracks"), most=WHAT_MOST)]
    by: Annotated[date | None, ComingDay(N_("By"), N_("friday, June, in 3 months"))] = None
    topic: Annotated[Pillar | None, PillarParam(N_("Topic"), N_("craft, experience, network, business, income"))] = None


@dataclass(frozen=True, slots=True)
class ListGoals:
    pass


@dataclass(frozen=True, slots=True)
class DoneGoal:
    goal: Annotated[Goal, GoalParam(N_("Goal"), N_("Words of it, or its number"))]


@dataclass(frozen=True, slots=True)
class EditGoal:
    goal: Annotated[Goal, GoalParam(N_("Goal"), N_("Words of it, or its number"))]
    what: Annotated[str, Text(N_("What it is"), N_("What you want to reach"), most=WHAT_MOST)] = ""
    by: Annotated[date | Unsaid | None, ComingDay(N_("By"), N_("friday, June, never"), can_be_none=True)] = UNSAID
    topic: Annotated[Pillar | None, PillarParam(N_("Topic"), N_("craft, experience, network, business, income"))] = None


async def set_goal(ask: SetGoal, request: Request, services: Services) -> Reply:
    """Kept once for each request."""
    person = request.person.id
    async with services.store.writing() as uow:
        id_ = await uow.goals.add(person, ask.what, ask.topic, ask.by, request.id, request.now)
        await uow.nudges.stir(person, request.now)
    return await _shown(id_, N_("Set. Only you see it."), request, services)


async def list_goals(ask: ListGoals, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        page = await uow.goals.listed(request.person.id, offset=offset, limit=PAGE)
        names = await names_of(uow, request.joined.id if request.joined else None, say)
    if not page.total:
        return Reply(rich(say(N_("You have set no goal yet. {goal} sets one."), goal=Slash("/path goal"))))
    cards = tuple(goal_card(each, names, say, today(request)) for each in page.goals)
    pages = await pager(LIST, ask, offset, page.total, request, services)
    return Reply(rich(say.many("{count} open goal", "{count} open goals", page.open)), (*cards, *pages))


async def next_listed(press: Press, request: Request, services: Services) -> Reply:
    asked = await asked_by(press.action, request, services)
    return replace(await list_goals(ListGoals(), request, services, asked.offset), replaces=asked.offset > 0)


async def done_goal(ask: DoneGoal, request: Request, services: Services) -> Reply:
    return await _settled(ask.goal.id, State.DONE, request, services)


async def goal_now(typed: Mapping[str, str], request: Request, services: Services) -> Mapping[str, str]:
    """Implements `bot.commands.Command.fills`: the goal as it is; a day that is over is not said again."""
    goal = await GoalLookup().read(typed["goal"], request, services)
    by = UNSAID if goal.by is None or goal.is_late(today(request)) else goal.by
    return write_values(arguments_of(EditGoal), EditGoal(goal, goal.what, by, goal.topic), services)


async def edit_goal(ask: EditGoal, request: Request, services: Services) -> Reply:
    """A topic that is emptied is none; a day that is not said stays, "never" takes it away."""
    goal = ask.goal
    changed = replace(
        goal,
        what=ask.what or goal.what,
        by=goal.by if isinstance(ask.by, Unsaid) else ask.by,
        topic=ask.topic,
    )
    async with services.store.writing() as uow:
        if not await uow.goals.change(request.person.id, changed):
            raise not_yours()
        await uow.nudges.stir(request.person.id, request.now)
    return await _shown(goal.id, N_("Changed."), request, services)


async def press_done(press: Press, request: Request, services: Services) -> Reply:
    return await _pressed(press, State.DONE, request, services)


async def press_let_go(press: Press, request: Request, services: Services) -> Reply:
    return await _pressed(press, State.LET_GO, request, services)


async def press_reopen(press: Press, request: Request, services: Services) -> Reply:
    return await _pressed(press, State.OPEN, request, services)


PRESSES: Mapping[str, Pressed] = {
    LIST: next_listed,
    DONE: press_done,
    LET_GO: press_let_go,
    REOPEN: press_reopen,
}


async def found_goal(id_: str, request: Request, services: Services) -> Goal:
    """The asker's goal with that id. Raises NotFound, also where it is another's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.goals.several(request.person.id, [number])
        if found:
            return found[0]
    raise not_yours()


def today(request: Request) -> date:
    """The day it is on the asker's calendar."""
    return request.now.astimezone(request.zone).date()


def not_yours() -> NotFound:
    return NotFound(N_("None of your goals is this one. {list} shows them."), list=Slash("/path goals"))


class GoalLookup:
    """Implements `bot.commands.Lookup`: words of a goal, or its number."""

    async def read(self, typed: str, request: Request, services: Services) -> Goal:
        if typed.strip().startswith("#"):
            return await found_goal(typed.strip().removeprefix("#"), request, services)
        found = await self._with(typed, request, services)
        meant = [each for each in found if fold(each.what) == fold(typed)] or found
        open_ = [each for each in meant if each.state is State.OPEN]
        meant = open_ or meant
        if not meant:
            raise not_yours()
        if len(meant) > 1:
            names = "; ".join(f"#{each.id} {shortened(each.what, 40)}" for each in meant[:CHOICES])
            raise Refused(N_("Several goals match: {names}. Type the number with its #."), names=names)
        return meant[0]

    def write(self, value: object) -> str:
        assert isinstance(value, Goal)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        return [Option(each.what, f"#{each.id}") for each in (await self._with(typed, request, services))[:SUGGESTIONS]]

    async def _with(self, typed: str, request: Request, services: Services) -> Sequence[Goal]:
        async with services.store.reading() as uow:
            page = await uow.goals.listed(request.person.id, offset=0, limit=LOOKED_AT)
        wanted = fold(typed)
        return [each for each in page.goals if wanted in fold(each.what)]


async def _pressed(press: Press, state: State, request: Request, services: Services) -> Reply:
    if (number := read_id(press.action.arg)) is None:
        raise not_yours()
    return replace(await _settled(number, state, request, services), replaces=True)


SAID: Mapping[State, str] = {
    State.DONE: N_("Well done. It stays on your path."),
    State.LET_GO: N_("Let go."),
    State.OPEN: N_("It is open again."),
}


async def _settled(id_: int, state: State, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    async with services.store.writing() as uow:
        if not await uow.goals.settle(request.person.id, id_, state, request.now):
            raise not_yours()
    return await _shown(id_, SAID[state], request, services)


async def _shown(id_: int, text: str, request: Request, services: Services) -> Reply:
    async with services.store.reading(is_steady=False) as uow:
        found = await uow.goals.several(request.person.id, [id_])
        names = await names_of(uow, request.joined.id if request.joined else None, request.say)
    if not found:
        raise not_yours()
    return Reply(rich(request.say(text)), (goal_card(found[0], names, request.say, today(request)),))
