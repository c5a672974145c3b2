"""The conversation: who is speaking and where, what they were last shown, and what each line does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, assert_never
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from adapters.console.clock import ConsoleClock
from adapters.console.declare import HELP, Completion, Known, complete
from adapters.console.inbound import (
    As,
    Chat,
    Choose,
    Command,
    Fill,
    Help,
    In,
    Inbox,
    Line,
    Look,
    Now,
    PressOn,
    Quit,
    Skip,
    find_choice,
    find_control,
    read_fill,
    read_line,
    read_skip,
)
from adapters.console.journal import PLATFORM, Journal, Post
from adapters.console.named import accounts_in, files_in
from adapters.console.outbound import EDITED, View, text_of, web_address, words_for
from adapters.console.screen import Screen
from bot import commands
from bot.domain.addresses import Address, Channel, Direct
from bot.domain.people import Account, Workspace
from bot.errors import NotFound, Refused
from bot.grammar import read_sentence
from bot.i18n import N_, Words
from bot.markup import Code, Piece, Rich, When, rich
from bot.params import Option, Param, shortened
from bot.platform import Core
from bot.request import Asked, Incoming, Press, Run, Submit, Typed
from bot.ui import Answer, Button, Control, Form, LinkButton, Menu, Privacy, Reply, Style

WORKSPACE = Workspace(PLATFORM, "local", "Console")

SHOWN = 10
"""Posts of a channel or inbox that are shown at once; `all` shows every one."""

EARLIER = 5
"""Answers before the last one whose controls can still be used, by their label."""

T = TypeVar("T")

EXAMPLES: Mapping[str, str] = {
    "as": ":as mara organiser",
    "in": ":in events",
    "press": ":press 1",
    "choose": ":choose Kind Concert",
    "fill": ':fill title="Late Night" price=5',
    "inbox": ":inbox mara",
    "channel": ":channel events",
    "skip": ":skip 7d",
    "now": ":now",
    "help": ":help",
    "quit": ":quit",
}


@dataclass(frozen=True, slots=True)
class Journey:
    """What happened while the clock was moved: what was posted, and whether something due was left undone."""

    posts: Sequence[Post]
    is_stuck: bool = False


Travels = Callable[[datetime], Awaitable[Journey]]
"""Move the clock to a moment (aware)."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something shown that has controls; `post` is its id in the journal, if it has one."""

    reply: Reply
    post: int | None = None


@dataclass(slots=True)
class Seat:
    """One person at this terminal: who they are and what is before them."""

    account: Account
    is_organiser: bool = False
    shown: tuple[Part, ...] = ()
    earlier: tuple[tuple[Part, ...], ...] = ()
    """What was shown before, newest first: its controls still stand on the screen."""
    form: Form | None = None

    @property
    def controls(self) -> Sequence[Control]:
        return [control for part in self.shown for control in _controls(part)]

    def show(self, parts: tuple[Part, ...], instead: Part | None = None) -> None:
        """These are what is before them now; `instead` is gone."""
        before = (self.shown, *self.earlier)
        left = (tuple(part for part in shown if part is not instead) for shown in before)
        self.earlier = tuple(shown for shown in left if shown)[:EARLIER]
        self.shown = parts


class Talk:
    """Answers lines. `travels` is how the clock is moved."""

    def __init__(
        self,
        core: Core,
        screen: Screen,
        journal: Journal,
        clock: ConsoleClock,
        travels: Travels,
        features: Sequence[commands.Feature],
        zone: ZoneInfo,
        locale: str,
        person: str,
        channel: str,
    ) -> None:
        self._core = core
        self._screen = screen
        self._journal = journal
        self._clock = clock
        self._travels = travels
        self._features = features
        self._locale = locale
        self._say = Words(locale, zone)
        self._seats: dict[str, Seat] = {}
        self._seat = self._seat_of(person)
        # whoever opens a console runs its community, until `:as NAME member` says otherwise
        self._seat.is_organiser = journal.is_organiser(self._seat.account.id) is not False
        self.channel = channel

    @property
    def name(self) -> str:
        """Who is speaking."""
        return self._seat.account.name

    @property
    def view(self) -> View:
        return View(self._say, self._clock.now())

    async def answer(self, line: str) -> bool:
        """Do what a line asks for and show what comes of it. False when it was the last."""
        try:
            read = read_line(line, self._say)
            if isinstance(read, Quit):
                return False
            await self._do(read)
        except Refused as error:
            self.refuse(error)
        return True

    async def completions(self, line: str) -> Sequence[Completion]:
        """What could follow the line typed so far."""
        known = Known(
            people=sorted({account.name for account in self._people().values()}),
            channels=sorted({self.channel, *self._journal.channels()}),
            controls=self._seat.controls,
            form=self._seat.form,
        )
        return await complete(line, self._features, known, self._suggestions, self._say)

    def greet(self) -> None:
        """Say to somebody who just came how to begin."""
        self._tell(self._say(N_("/help shows what I can do, :help what this console can. Ctrl-D leaves.")))

    def announce(self, post: Post) -> None:
        """Tell that a message came while something else was going on."""
        say, about = self._say, shortened(text_of(post.reply.text, self.view).partition("\n")[0])
        match post.address:
            case Channel(id=id_):
                where, look = f"#{id_}", f":channel {id_}"
                told = (
                    say(N_("{where}: Greenroom posted “{about}”"), where=where, about=about)
                    if about
                    else say(N_("{where}: Greenroom posted a message"), where=where)
                )
            case Direct(account=account):
                look = f":inbox {account}"
                told = say(N_("{who} has a direct message"), who=account)
            case _:
                assert_never(post.address)
        self._tell(rich(told, " — ", Code(look)))

    async def _do(self, line: Line) -> None:
        match line:
            case Command(text):
                await self._ask(Typed(text))
            case Chat(text):
                self._hint(text)
            case As(name, is_organiser):
                self._be(name, is_organiser)
            case In(channel):
                self.channel = channel
                self._tell(self._say(N_("You are now in {channel}."), channel=f"#{channel}"))
            case PressOn(typed):
                await self._press(*self._found(find_control, typed, lambda index: index))
            case Choose(typed):
                (index, value), shown = self._found(find_choice, typed, lambda found: found[0])
                await self._use(index, shown, value)
            case Fill(typed):
                await self._fill(typed)
            case Inbox(name, shows_all):
                self._open_inbox(name, shows_all)
            case Look(channel, shows_all):
                self._look(channel or self.channel, shows_all)
            case Skip(typed):
                await self._skip(typed)
            case Now():
                self._tell(self._now())
            case Help(topic):
                self._help(topic)
            case Quit():
                pass
            case _:
                assert_never(line)

    # ---- asking the core

    def _incoming(self, asked: Asked) -> Incoming:
        """Raises NotFound for a file that is not there."""
        params, values = self._valued(asked)
        return Incoming(
            id=uuid4().hex,
            account=self._seat.account,
            workspace=WORKSPACE,
            channel=Channel(PLATFORM, WORKSPACE.id, self.channel, self.channel),
            locale=self._locale,
            is_organiser=self._seat.is_organiser,
            asked=asked,
            accounts=accounts_in(params, values, self._people()),
            files=files_in(params, values),
        )

    def _valued(self, asked: Asked) -> tuple[Mapping[str, Param], Mapping[str, str]]:
        """The values in what is asked, and the kinds of argument that they are for, where that is clear."""
        match asked:
            case Typed(text):
                try:
                    sentence = read_sentence(text, self._features, self._say)
                except Refused:
                    return {}, {}  # the core comes to the same, and says so
                command, values = sentence.command, sentence.values
                return ({} if command is None else _params(command)), values
            case Submit(action, values):
                feature, _, name = action.name.partition(" ")
                there = next((each.command(name) for each in self._features if each.name == feature), None)
                return ({} if there is None else _params(there)), values
            case _:
                return {}, {}

    def _people(self) -> Mapping[str, Account]:
        """Everybody this console knows of, by id."""
        known = {id_: Account(PLATFORM, id_, id_) for id_ in self._journal.accounts()}
        return known | {seat.account.id: seat.account for seat in self._seats.values()}

    async def _ask(self, asked: Asked, used: Part | None = None) -> Answer:
        """Ask the core and show its answer. `used` is the message whose control was used."""
        return await self._put(self._incoming(asked), used)

    async def _put(self, incoming: Incoming, used: Part | None = None) -> Answer:
        try:
            answer: Answer = await self._core.handle(incoming)
        except Exception:
            # the core promises to answer; should it not, nobody is left without a word
            await structlog.get_logger().aexception("request failed", request=incoming.id)
            answer = Reply(rich(self._say(N_("Something went wrong on my side. Try again."))), is_refusal=True)
        self._show(answer, used)
        return answer

    def _show(self, answer: Answer, used: Part | None = None) -> None:
        if isinstance(answer, Form):
            self._seat.form = answer
            self._screen.show(answer, replace(self.view, say=words_for(answer, self._say)))
            return
        part = Part(answer)
        if answer.privacy is Privacy.SHARED and not answer.is_refusal:
            part = Part(answer, self._post(answer, used))
        self._screen.show(answer, self.view)
        if answer.replaces or _controls(part):
            self._seat.show((part,), used if answer.replaces else None)

    def _post(self, answer: Reply, used: Part | None) -> int:
        """Keep a shared answer where everybody in the channel sees it."""
        if answer.replaces and used is not None and used.post is not None and self._journal.get(used.post):
            return self._journal.edit(used.post, answer).id
        here = Channel(PLATFORM, WORKSPACE.id, self.channel, self.channel)
        return self._journal.post(here, "", self._clock.now(), answer).id

    def _found(
        self, find: Callable[[str, Sequence[Control]], T], typed: str, index_of: Callable[[T], int]
    ) -> tuple[T, tuple[Part, ...]]:
        """What `find` makes of it on the last answer or, by its label, on one before; and that answer."""
        try:
            return find(typed, self._seat.controls), self._seat.shown
        except NotFound:
            if typed.lstrip("[ ")[:1].isdigit():
                raise  # numbers belong to the last answer alone
            for shown in self._seat.earlier:
                with suppress(NotFound):
                    controls = [control for part in shown for control in _controls(part)]
                    found = find(typed, controls)
                    if _leads_on(controls[index_of(found)]):
                        return found, shown
            raise

    async def _press(self, index: int, shown: tuple[Part, ...]) -> None:
        control = [control for part in shown for control in _controls(part)][index]
        match control:
            case Button():
                await self._use(index, shown)
            case LinkButton(label, url):
                self._tell(self._say(N_("{label} opens {url}"), label=label, url=web_address(url) or "—"))
            case Menu(label, _action, options):
                raise Refused(
                    N_("{label} is a menu. Choose with {example}: {names}."),
                    label=label,
                    example=f":choose {label} …",
                    names=" | ".join(option.label for option in options),
                )
            case _:
                assert_never(control)

    async def _use(self, index: int, shown: tuple[Part, ...], choice: str = "") -> None:
        part, control = [(part, control) for part in shown for control in _controls(part)][index]
        assert not isinstance(control, LinkButton)
        await self._ask(Press(control.action, choice), part)

    async def _fill(self, typed: str) -> None:
        form = self._seat.form
        if form is None:
            raise Refused(N_("No form is open. A command such as /event add opens one."))
        values = {**form.values, **read_fill(typed, list(form.params), self._say)}
        incoming = self._incoming(Submit(form.action, values))
        self._seat.form = None
        answer = await self._put(incoming)
        if isinstance(answer, Reply) and answer.is_refusal and self._seat.form is None:
            self._seat.form = replace(form, values=values)  # so that nothing has to be typed again

    async def _suggestions(
        self,
        _command: commands.Command,
        path: Sequence[str],
        others: Mapping[str, str],
        name: str,
        typed: str,
    ) -> Sequence[Option]:
        return await self._core.suggest(self._incoming(Run(tuple(path), others)), name, typed)

    # ---- the console's own orders

    def _seat_of(self, name: str) -> Seat:
        account = Account(PLATFORM, name.casefold(), name)
        is_organiser = self._journal.is_organiser(account.id)
        return self._seats.setdefault(account.id, Seat(account, bool(is_organiser)))

    def _be(self, name: str, is_organiser: bool | None) -> None:
        before = self._seat
        self._seat = self._seat_of(name)
        if is_organiser is not None:
            self._journal.set_organiser(self._seat.account.id, is_organiser)
            self._seat.is_organiser = is_organiser
        public = tuple(part for part in before.shown if self._is_public(part))
        if public and not self._seat.shown:
            self._seat.show(public)  # everybody in the channel sees these and may press them
        self._tell(
            self._say(N_("You are now {name}, an organiser."), name=self.name)
            if self._seat.is_organiser
            else self._say(N_("You are now {name}."), name=self.name)
        )

    def _is_public(self, part: Part) -> bool:
        post = None if part.post is None else self._journal.get(part.post)
        return post is not None and isinstance(post.address, Channel)

    def _open_inbox(self, name: str, shows_all: bool) -> None:
        seat = self._seat_of(name) if name else self._seat
        posts = self._journal.at(Direct(PLATFORM, seat.account.id))
        if not posts:
            text = N_("You have no direct messages.") if seat is self._seat else N_("{name} has no direct messages.")
            self._tell(self._say(text, name=seat.account.name))
            return
        self._list(seat, posts, f":inbox {seat.account.name}", shows_all)

    def _look(self, channel: str, shows_all: bool) -> None:
        posts = self._journal.at(Channel(PLATFORM, WORKSPACE.id, channel))
        if not posts:
            self._tell(self._say(N_("I have posted nothing in {channel} yet."), channel=f"#{channel}"))
            return
        self._list(self._seat, posts, f":channel {channel}", shows_all)

    def _list(self, seat: Seat, posts: Sequence[Post], order: str, shows_all: bool) -> None:
        older = 0 if shows_all else max(0, len(posts) - SHOWN)
        if older:
            self._tell(
                self._say.many(
                    "{count} older message: {order}",
                    "{count} older messages: {order}",
                    older,
                    order=f"{order} all",
                )
            )
        # what is posted is there for whoever may look, whatever the answer it came from said
        parts = [Part(replace(post.reply, privacy=Privacy.SHARED), post.id) for post in posts[older:]]
        number = 1
        for post, part in zip(posts[older:], parts, strict=True):
            if part is not parts[0] or older:
                self._screen.space()
            where = f"#{post.address.id}" if isinstance(post.address, Channel) else f"@{post.address.account}"
            edited = f" {self._say(EDITED)}" if post.is_edited else ""
            self._tell(rich(f"— {where}, ", When(post.at), f"{edited} —"))
            self._screen.show(part.reply, self.view, number)
            number += len(_controls(part))
        if pressable := tuple(part for part in parts if _controls(part)):
            seat.show(pressable)
        if pressable and seat is not self._seat:
            text = N_("Only {name} can press these; {order} makes you {name}.")
            self._tell(self._say(text, name=seat.account.name, order=f":as {seat.account.name}"))

    async def _skip(self, typed: str) -> None:
        target = read_skip(typed, self._say.zone, self._clock.now())
        journey = await self._travels(target)
        self._tell(self._now())
        for line in self._summary(journey.posts):
            self._tell(line)
        if journey.is_stuck:
            self.refuse(Refused(N_("Something is due and does not get done; the log says why.")))

    def _summary(self, posts: Sequence[Post]) -> Sequence[Rich]:
        if not posts:
            return [rich(self._say(N_("Nothing was posted on the way.")))]
        counts: dict[Address, int] = {}
        for post in posts:
            place = replace(post.address, name="")
            counts[place] = counts.get(place, 0) + 1
        # messages to several people go out at once: which is first is chance
        places = sorted(counts, key=lambda place: place.account if isinstance(place, Direct) else "")
        return [self._counted(place, counts[place]) for place in places]

    def _counted(self, place: Address, count: int) -> Rich:
        match place:
            case Channel(id=id_):
                where = f"#{id_}"
                text = self._say.many("{count} message in {where}", "{count} messages in {where}", count, where=where)
                return rich(text, " — ", Code(f":channel {id_}"))
            case Direct(account=account):
                text = self._say.many(
                    "{count} direct message to {who}", "{count} direct messages to {who}", count, who=account
                )
                return rich(text, " — ", Code(f":inbox {account}"))
            case _:
                assert_never(place)

    def _now(self) -> Rich:
        return rich(self._say(N_("It is now {moment}."), moment=self._say.moment(self._clock.now())))

    def _hint(self, text: str) -> None:
        first = text.split(maxsplit=1)[0].casefold()
        if any(feature.name == first for feature in self._features):
            self._tell(self._say(N_("Commands begin with a slash: {example}"), example=f"/{shortened(text)}"))
            return
        self._tell(self._say(N_("I answer commands. /help shows what I can do, :help what this console can.")))

    def _help(self, topic: str) -> None:
        if topic == "form":
            self._tell(self._say(FORM_HELP))
            return
        width = max(map(len, EXAMPLES.values()))
        lines = [f"{EXAMPLES[name]:{width}}  {self._say(note)}" for name, note in HELP.items()]
        head = self._say(N_("Lines that begin with / are commands for me: /help lists them. These are the console's:"))
        self._tell("\n".join([head, "", *lines]))

    def _tell(self, *parts: Rich | Piece) -> None:
        self._screen.show(Reply(rich(*parts), privacy=Privacy.SHARED), self.view)

    def refuse(self, error: Refused) -> None:
        text = self._say(error.text, **error.values)
        self._screen.show(Reply(rich(text), privacy=Privacy.SHARED, is_refusal=True), self.view)


FORM_HELP = N_("""\
:fill name=value … fills in fields of the open form and sends it.
A value with blanks before another name= goes in quotes: :fill title="Late Night" when="Fri 8pm"
What the form holds already is kept; name= empties a field; \\n in quotes begins a new line.
:fill alone sends the form as it stands.""")


def _params(command: commands.Command) -> Mapping[str, Param]:
    return {name: argument.param for name, argument in command.arguments.items()}


def _leads_on(control: Control) -> bool:
    """Whether it only shows something else. What saves or removes must stand on the last answer to be pressed."""
    return not isinstance(control, Button) or control.style is Style.PLAIN


def _controls(part: Part) -> Sequence[Control]:
    return [control for card in part.reply.cards for control in card.controls]
