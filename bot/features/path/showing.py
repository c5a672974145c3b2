"""`path` alone: somebody's own page, and its part of their home page; and how far they are (`path settings`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, assert_never

from bot.commands import ASK, Pressed, Services
from bot.domain.goals import Goal, State
from bot.domain.path import LATELY, Around, Deed, Did, Step, Tally, Way, next_step, tallies
from bot.domain.resources import LEVEL_NAMES, Level
from bot.domain.topics import Pillar
from bot.features.connections.cards import SHOW as SHOW_CONNECTION
from bot.features.connections.promises import KEPT as PROMISE_KEPT
from bot.features.events.cards import GOING
from bot.features.events.cards import SHOW as SHOW_EVENT
from bot.features.gigs.cards import SHOW as SHOW_GIG
from bot.features.path.cards import DONE, SHOW, change_button, goal_line, goals_button
from bot.features.path.gathering import around, deeds
from bot.features.path.goals import today
from bot.features.path.naming import names_of
from bot.features.resources.cards import SAVE as SAVE_RESOURCE
from bot.features.resources.cards import SHOW as SHOW_RESOURCE
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Rich, joined, rich
from bot.params import Choice
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Field, Reply, Style

GOALS_SHOWN = 3
"""What the library's own buttons do."""


@dataclass(frozen=True, slots=True)
class ShowPath:
    pass


@dataclass(frozen=True, slots=True)
class SetPath:
    level: Annotated[Level | None, Choice(N_("Level"), N_("beginner, working, pro"), LEVEL_NAMES, Level)] = None


async def show_path(_ask: ShowPath, request: Request, services: Services) -> Reply:
    return await _page(request, services)


async def press_show(_press: Press, request: Request, services: Services) -> Reply:
    return await _page(request, services)


PRESSES: Mapping[str, Pressed] = {SHOW: press_show}


async def set_path(ask: SetPath, request: Request, services: Services) -> Reply:
    """Set what was said, and show all of it."""
    say, person = request.say, request.person.id
    async with services.store.writing() as uow:
        before = (await uow.preferences.of([person]))[person]
        level = ask.level or before.level
        if level is not before.level:
            await uow.preferences.put(person, replace(before, level=level))
    said = say(LEVEL_NAMES[level]) if level else say(N_("not said"))
    button = Button(say(N_("Change")), Action(ASK, "path settings"))
    card = Card(rich(Bold(say(N_("Your path")))), fields=(Field(say(N_("Level")), rich(said)),), controls=(button,))
    return Reply(rich(say(N_("Set."))) if ask.level else rich(), (card,))


async def home(request: Request, services: Services) -> Sequence[Card]:
    """The next goal, and a step that stands nowhere else on the page; nothing where there is neither."""
    say, day = request.say, today(request)
    async with services.store.reading() as uow:
        page = await uow.goals.listed(request.person.id, offset=0, limit=1)
        known = await around(request, uow, day)
    lines = [goal_line(each, say, day) for each in page.goals if each.state is State.OPEN]
    steps = (next_step(pillar, known) for pillar in Pillar)
    step = next((each for each in steps if each.way in (Way.GIG, Way.RESOURCE)), None)
    if step is not None:
        lines.append(_next(step, say))
    if not lines:
        return ()
    buttons = (Button(say(N_("See your path")), Action(SHOW)),)
    return [Card(rich(Bold(say(N_("Your path")))), joined(lines, "\n"), controls=buttons)]


async def _page(request: Request, services: Services) -> Reply:
    say, day = request.say, today(request)
    async with services.store.reading() as uow:
        page = await uow.goals.listed(request.person.id, offset=0, limit=GOALS_SHOWN)
        known = await around(request, uow, day)
        did = await deeds(request, uow)
        names = await names_of(uow, request.joined.id if request.joined else None, say)
    text = say(N_("Your path: the last {days} days, and a next step in each topic. Only you see it."), days=LATELY.days)
    if known.level is None:
        way = say(N_("{settings} says how far you are, so that steps fit you."), settings=Slash("/path settings"))
        text = f"{text} {way}"
    open_ = [each for each in page.goals if each.state is State.OPEN]
    pillars = (_pillar(pillar, names[pillar], did, known, say) for pillar in Pillar)
    return Reply(rich(text), (_goals(open_, page.total, say, day), *pillars))


def _goals(open_: Sequence[Goal], total: int, say: Words, day: date) -> Card:
    lines = [goal_line(each, say, day) for each in open_] or [rich(say(N_("No goal is open.")))]
    controls = [Button(say(N_("Set a goal")), Action(ASK, "path goal"))]
    if total:
        controls.append(goals_button(say))
    return Card(rich(Bold(say(N_("Your goals")))), joined(lines, "\n"), controls=tuple(controls))


def _pillar(pillar: Pillar, name: str, did: Sequence[Deed], known: Around, say: Words) -> Card:
    step = next_step(pillar, known)
    told = [_told(each, say) for each in tallies(did, pillar)]
    lately = joined(told, " · ") if told else rich(say(N_("Nothing lately.")))
    return Card(rich(Bold(name)), joined([lately, _next(step, say)], "\n"), controls=_controls(step, say))


def _told(tally: Tally, say: Words) -> str:
    count, name = tally.count, tally.newest
    match tally.did:
        case Did.WENT:
            return say.many("{count} event, last {name}", "{count} events, last {name}", count, name=name)
        case Did.MET:
            return say.many("{count} person met, last {name}", "{count} people met, last {name}", count, name=name)
        case Did.KEPT:
            return say.many("{count} promise kept, last {name}", "{count} promises kept, last {name}", count, name=name)
        case Did.REACHED:
            return say.many("{count} goal reached, last {name}", "{count} goals reached, last {name}", count, name=name)
        case Did.LEARNED:
            return say.many(
                "{count} thing learned, last {name}", "{count} things learned, last {name}", count, name=name
            )
        case Did.GIG:
            return say.many("{count} gig, last {name}", "{count} gigs, last {name}", count, name=name)
        case _:
            assert_never(tally.did)


def _next(step: Step, say: Words) -> Rich:
    name = say(step.name) if step.way is Way.FIRST else step.name
    because = say(step.because, **{key: _said(value, say) for key, value in step.values.items()})
    return rich(say(N_("Next:")), " ", Bold(name), ", ", because)


def _said(value: object, say: Words) -> str:
    match value:
        case datetime():
            return say.day(value.astimezone(say.zone).date())
        case date():
            return say.day(value)
        case int():
            return say.number(value)
        case _:
            return str(value)


def _controls(step: Step, say: Words) -> tuple[Button, ...]:
    id_ = str(step.id)
    match step.way:
        case Way.GOAL:
            return Button(say(N_("Done")), Action(DONE, id_)), change_button(step.id, say)
        case Way.PROMISE:
            return (Button(say(N_("Done")), Action(PROMISE_KEPT, id_)),)
        case Way.TOUCH:
            return (Button(say(N_("Show {name}"), name=step.name), Action(SHOW_CONNECTION, id_)),)
        case Way.EVENT:
            going = Button(say(N_("Going")), Action(GOING, id_), Style.PRIMARY)
            return going, Button(say(N_("Details")), Action(SHOW_EVENT, id_))
        case Way.GIG:
            interested = Button(say(N_("Interested")), Action(ASK, f"gig interested/gig=#{id_}"), Style.PRIMARY)
            return interested, Button(say(N_("Details")), Action(SHOW_GIG, id_))
        case Way.RESOURCE:
            return Button(say(N_("Save")), Action(SAVE_RESOURCE, id_), Style.PRIMARY), Button(
                say(N_("Details")), Action(SHOW_RESOURCE, id_)
            )
        case Way.FIRST:
            return (Button(say(step.name), Action(ASK, step.ask)),)
        case _:
            assert_never(step.way)
