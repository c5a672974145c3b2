"""The promise ledger: what is owed on both sides, soonest first; kept, let go, put off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from bot.commands import ASK, Pressed, Services, read_id
from bot.domain.connections import PROMISE_MOST, Connection, Ledger, Promise, Side, Standing
from bot.domain.moments import Moment
from bot.domain.places import fold
from bot.errors import NotFound, Refused
from bot.features.connections import reminding
from bot.features.connections.cards import SHOW, moment
from bot.features.connections.days import MORNING, due, today
from bot.features.connections.lookup import ConnectionParam, not_yours
from bot.features.paging import PAGE, next_page, pager
from bot.i18n import N_, Slash
from bot.markup import Bold, joined, rich
from bot.params import Choice, Option, Stored, Text, shortened
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Menu, Reply, Style

LEDGER = "connect.ledger"
KEPT, LET_GO, REOPEN, LATER = "promise.kept", "promise.letgo", "promise.open", "promise.later"
OPEN_PROMISE = "open promise"

SIDES: Mapping[str, str] = {Side.MINE: N_("What I owe"), Side.THEIRS: N_("What they owe")}
LATERS: Mapping[str, str] = {
    "1": N_("Tomorrow"),
    "3": N_("In 3 days"),
    "7": N_("In a week"),
    "30": N_("In 30 days"),
}
SUGGESTIONS = 25
CHOICES = 5


@dataclass(frozen=True, slots=True)
class PromiseParam(Stored):
    lookup: str = OPEN_PROMISE


@dataclass(frozen=True, slots=True)
class AddPromise:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("Words of their name"))]
    what: Annotated[str, Text(N_("What"), N_("What was promised: send stems"), most=PROMISE_MOST)]
    due: Annotated[Moment | None, due(N_("Due"), N_("friday, next week"))] = None
    side: Annotated[Side, Choice(N_("Whose"), N_("What I owe, or what they owe"), SIDES, Side)] = Side.MINE


@dataclass(frozen=True, slots=True)
class ListPromises:
    side: Annotated[Side | None, Choice(N_("Whose"), N_("What I owe, or what they owe"), SIDES, Side)] = None


@dataclass(frozen=True, slots=True)
class MovePromise:
    promise: Annotated[Promise, PromiseParam(N_("Promise"), N_("Words of it, or its number"))]
    due: Annotated[Moment, due(N_("Due"), N_("friday, next week"))]


async def add_promise(ask: AddPromise, request: Request, services: Services) -> Reply:
    owner, name = request.person.id, ask.who.about.name
    promise = Promise(ask.side, ask.what, request.now, ask.due)
    async with services.store.writing() as uow:
        id_ = await uow.connections.promise(owner, ask.who.id, promise, request.draft_id("promise"))
        if id_ is None:
            raise not_yours()
        kept = await uow.connections.promises(owner, [id_])
        await reminding.remember_promises(uow, owner, kept, request.now)
    text = N_("Saved: you owe {name} this.") if ask.side is Side.MINE else N_("Saved: {name} owes you this.")
    return Reply(rich(request.say(text, name=name)), tuple(promise_card(each, request) for each in kept))


async def list_promises(ask: ListPromises, request: Request, services: Services, offset: int = 0) -> Reply:
    say, side = request.say, ask.side
    async with services.store.reading() as uow:
        ledger = await uow.connections.open_promises(request.person.id, side, offset=offset, limit=PAGE)
    total = {None: ledger.mine + ledger.theirs, Side.MINE: ledger.mine, Side.THEIRS: ledger.theirs}[side]
    if not total:
        return Reply(rich(say(N_("No promise is open. {promise} notes one."), promise=Slash("/connect promise"))))
    cards = tuple(promise_card(each, request) for each in ledger.promises)
    pages = await pager(LEDGER, ask, offset, total, request, services)
    return Reply(rich(_head(ledger, request)), (*cards, *pages))


async def move_promise(ask: MovePromise, request: Request, services: Services) -> Reply:
    return await _moved(ask.promise.id, ask.due, request, services)


async def press_kept(press: Press, request: Request, services: Services) -> Reply:
    return await _settled(press, Standing.KEPT, request, services)


async def press_let_go(press: Press, request: Request, services: Services) -> Reply:
    return await _settled(press, Standing.LET_GO, request, services)


async def press_reopen(press: Press, request: Request, services: Services) -> Reply:
    return await _settled(press, Standing.OPEN, request, services)


async def press_later(press: Press, request: Request, services: Services) -> Reply:
    """Some days from today, at its own time of day."""
    promise = await found_promise(press.action.arg, request, services)
    if press.choice not in LATERS:
        raise Refused(
            N_("{typed} is no day to choose. Use {command}."), typed=press.choice, command=Slash("/connect due")
        )
    day = today(request) + timedelta(days=int(press.choice))
    at = promise.due.wall.time() if promise.due else MORNING
    zone = promise.due.zone if promise.due else request.zone.key
    return await _moved(promise.id, Moment(datetime.combine(day, at), zone), request, services)


PRESSES: Mapping[str, Pressed] = {
    LEDGER: next_page(ListPromises, list_promises),
    KEPT: press_kept,
    LET_GO: press_let_go,
    REOPEN: press_reopen,
    LATER: press_later,
}


async def found_promise(id_: str, request: Request, services: Services) -> Promise:
    """The asker's promise with that id. Raises NotFound, also where it is another's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.connections.promises(request.person.id, [number])
        if found:
            return found[0]
    raise _no_promise()


def promise_card(promise: Promise, request: Request) -> Card:
    """One promise, with what can become of it."""
    say, arg = request.say, str(promise.id)
    with_whom = {Side.MINE: N_("You owe {name}"), Side.THEIRS: N_("{name} owes you")}[promise.side]
    body = joined([say(with_whom, name=promise.name), moment(promise.due, say), _how(promise, request)], " · ")
    title = rich(Bold(promise.text))
    if promise.standing is not Standing.OPEN:
        return Card(title, body, controls=(Button(say(N_("Open again")), Action(REOPEN, arg)),))
    options = tuple(Option(say(label), value) for value, label in LATERS.items())
    controls = (
        Button(say(N_("Done")), Action(KEPT, arg), Style.PRIMARY),
        Menu(say(N_("Later")), Action(LATER, arg), options),
        Button(say(N_("Another day")), Action(ASK, f"connect due/promise=#{arg}")),
        Button(say(N_("Let go")), Action(LET_GO, arg)),
        Button(say(N_("Show {name}"), name=promise.name), Action(SHOW, str(promise.connection))),
    )
    return Card(title, body, controls=controls)


class PromiseLookup:
    """Implements `bot.commands.Lookup`: words of an open promise, or its number."""

    async def read(self, typed: str, request: Request, services: Services) -> Promise:
        number = typed.strip().removeprefix("#")
        if typed.strip().startswith("#"):
            return await found_promise(number, request, services)
        found = await self._with(typed, request, services)
        if not found:
            raise _no_promise()
        if len(found) > 1:
            names = "; ".join(f"#{each.id} {shortened(each.text, 40)} ({each.name})" for each in found[:CHOICES])
            raise Refused(N_("Several promises match: {names}. Type the number with its #."), names=names)
        return found[0]

    def write(self, value: object) -> str:
        assert isinstance(value, Promise)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        found = await self._with(typed, request, services)
        return [Option(f"{each.text} · {each.name}", f"#{each.id}") for each in found[:SUGGESTIONS]]

    async def _with(self, typed: str, request: Request, services: Services) -> Sequence[Promise]:
        async with services.store.reading() as uow:
            ledger = await uow.connections.open_promises(request.person.id, None, offset=0, limit=LOOKED_AT)
        wanted = fold(typed)
        return [each for each in ledger.promises if wanted in fold(each.text) or wanted in fold(each.name)]


LOOKED_AT = 200
"""Open promises, soonest first, that words are compared with: they are sealed, so no index has them whole."""


def _head(ledger: Ledger, request: Request) -> str:
    say = request.say
    mine = say.many("you owe {count}", "you owe {count}", ledger.mine)
    theirs = say.many("you are owed {count}", "you are owed {count}", ledger.theirs)
    return say(N_("Open promises: {mine}, {theirs}"), mine=mine, theirs=theirs)


async def _settled(press: Press, standing: Standing, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    promise = await found_promise(press.action.arg, request, services)
    async with services.store.writing() as uow:
        await uow.connections.settle(request.person.id, promise.id, standing, request.now)
        kept = await uow.connections.promises(request.person.id, [promise.id])
        await reminding.remember_promises(uow, request.person.id, kept, request.now)
    return Reply(cards=tuple(promise_card(each, request) for each in kept), replaces=True)


async def _moved(id_: int, due: Moment, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        moved = await uow.connections.put_off(request.person.id, id_, due)
        if moved is None:
            raise _no_promise()
        await reminding.remember_promises(uow, request.person.id, [moved], request.now)
    return Reply(
        rich(request.say(N_("Due now: {moment}."), moment=moment(due, request.say))),
        (promise_card(moved, request),),
        replaces=True,
    )


def _how(promise: Promise, request: Request) -> str:
    say = request.say
    match promise.standing:
        case Standing.KEPT:
            return say(N_("kept"))
        case Standing.LET_GO:
            return say(N_("let go"))
        case Standing.OPEN if promise.due is not None and promise.due.instant() < request.now:
            return say(N_("overdue"))
        case _:
            return ""


def _no_promise() -> NotFound:
    return NotFound(
        N_("None of your promises is this one. {list} shows those that are open."), list=Slash("/connect promises")
    )
