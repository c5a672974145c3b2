"""The core as platforms see it: find the command, read its arguments, authorise, run it, turn errors into answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from json import dumps, loads
from time import monotonic
from typing import assert_never
from zoneinfo import ZoneInfo

import structlog

from bot.commands import (
    ASK,
    ATTACH_AGAIN,
    SAVE,
    SAY,
    Access,
    Command,
    Feature,
    On,
    Read,
    Services,
    Shortcut,
    bring_files,
    files_of,
    read_values,
    settle,
    without_files,
    write_values,
)
from bot.domain.addresses import Channel
from bot.domain.drafts import Draft
from bot.domain.people import Account, Workspace
from bot.errors import NotAllowed, NotFound, Refused
from bot.features import mirror
from bot.features.organising import organises
from bot.features.welcome import greetings
from bot.grammar import meant_topic, read_sentence
from bot.i18n import AS_DECLARED, N_, Slash, Words
from bot.markup import rich
from bot.params import Option, Plain, Reading, Stored
from bot.request import Asked, Incoming, Point, Press, Request, Run, Said, Submit, Typed
from bot.ui import Action, Answer, Button, Form, Menu, Reply, Style

log = structlog.get_logger()

BROKEN = N_(
    "Something broke here. Look whether it was saved before you try again; if it keeps happening, tell an organiser."
)

CHANGE = "change"
"""Opens the form of the draft its argument names."""
SEND = "send"
"""Submits the draft its argument names: a form that was filled in page by page."""
BROUGHT = "="
"""A value in a draft that is no argument: what `Command.completes` brought, and by what, as JSON."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What `Command.completes` brought to a draft, to be known again."""

    values: Mapping[str, str]
    asked: Mapping[str, str]
    """The arguments that led to it, as they were said."""
    led: Mapping[str, str]
    """The same as they stand since: it may know better."""
    label: str
    of: str
    others: Sequence[Sequence[str]]
    """Label and value of each."""

    def left_out_of(self, said: Mapping[str, str]) -> Mapping[str, str]:
        """What was said without what was brought, where that was left as it was."""
        own = {name: text for name, text in said.items() if name != BROUGHT and text != self.values.get(name)}
        led = {name for name, text in self.led.items() if text == said.get(name, "") and name not in own}
        return {**{name: text for name, text in self.asked.items() if name in led and text}, **own}

    def menus(self, draft: str) -> tuple[Menu, ...]:
        """What to choose instead."""
        options = tuple(Option(label, value) for label, value in self.others)
        return (Menu(self.label, Action(SAY, f"{draft}/{self.of}"), options),) if options else ()


@dataclass(frozen=True, slots=True)
class App:
    """Implements `bot.platform.Core`. `zone` (IANA) and `locale` are those of a community made today."""

    features: Sequence[Feature]
    services: Services
    zone: str
    locale: str

    def __post_init__(self) -> None:
        """Raises ValueError for a command that could never be carried out."""
        for command in (command for feature in self.features for command in feature.commands):
            if command.confirms is not None and files_of(command.arguments):
                raise ValueError(f"{command.name}: a file is not kept until Save is pressed")

    async def handle(self, incoming: Incoming) -> Answer:
        """Answer a request. Never raises."""
        began = monotonic()
        say = Words(incoming.locale or self.locale, ZoneInfo(self.zone), self._commands(incoming))
        outcome = "failed"
        try:
            request = await self._at_home(await self._recognise(incoming), incoming.asked)
            say = request.say
            answer = await self._answer(incoming.asked, request)
            if incoming.workspace is None:
                answer = _placed(answer, request)
            outcome = "form" if isinstance(answer, Form) else "answered"
        except Refused as refused:
            outcome = "refused"
            answer = Reply(rich(say(refused.text, **refused.values)), is_refusal=True)
        except Exception:  # the edge: whatever broke, the asker gets an answer and the operator the reason
            log.exception("request failed", request=incoming.id, what=_named(incoming.asked))
            answer = Reply(
                rich(say(BROKEN)),
                is_refusal=True,
            )
        log.info(
            "request",
            what=_named(incoming.asked),
            platform=incoming.account.platform,
            outcome=outcome,
            ms=round((monotonic() - began) * 1000, 1),
        )
        return answer

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[Option]:
        """What could be meant by what was typed so far into an option of the command in `incoming.asked`."""
        asked = incoming.asked
        if not isinstance(asked, Run):
            return ()
        try:
            request = await self._recognise(incoming)
            _, command, values = self._meant(asked, request)
            _authorise(command.access, request)
            argument = command.arguments.get(param)
            others = {name: value for name, value in values.items() if name != param}
            read = await read_values(command.arguments, others, request, self.services)
            match argument.param if argument else None:
                case Stored(lookup=lookup):
                    return await self.services.lookups[lookup].suggest(typed, request, self.services)
                case Plain() as plain:
                    return plain.suggest(typed, Reading(request.say, request.now, read.values))
                case _:
                    return ()
        except Refused:
            return ()  # nothing to suggest to somebody who may not ask, or where nothing is meant
        except Exception:  # a list of suggestions that breaks must not break what is being typed
            log.exception("suggestions failed", what=_named(asked), param=param)
            return ()

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Channel | None, locale: str) -> None:
        """The bot is in a workspace. Never raises: a platform tells of it again when it starts."""
        try:
            now = self.services.clock.now()
            async with self.services.store.writing() as uow:
                joined = await uow.people.join(workspace, zone=self.zone, locale=locale or self.locale, now=now)
                if joined is not None:
                    await uow.outbox.add(greetings(joined, by, channel, now), now)
                    await mirror.stir(uow, joined.home.community.id, now)
        except Exception:  # the edge
            log.exception("joining failed", platform=workspace.platform, workspace=workspace.id)
            return
        if joined is not None:
            log.info("joined", platform=workspace.platform, workspace=workspace.id, is_back=joined.is_back)

    async def left(self, workspace: Workspace) -> None:
        """The bot was removed. Never raises."""
        try:
            async with self.services.store.writing() as uow:
                await uow.people.leave(workspace, self.services.clock.now())
        except Exception:  # the edge
            log.exception("leaving failed", platform=workspace.platform, workspace=workspace.id)
        else:
            log.info("left", platform=workspace.platform, workspace=workspace.id)

    async def calendar_changed(self, workspace: Workspace) -> None:
        """Somebody changed something in the platform's own calendar. Never raises: it is compared anyway, later."""
        try:
            async with self.services.store.reading() as uow:
                home = await uow.people.home(workspace.platform, workspace.id)
            if home is not None and home.is_mirrored:
                async with self.services.store.writing() as uow:
                    await mirror.stir_home(uow, home, self.services.clock.now())
        except Exception:  # the edge
            log.exception("calendar not compared", platform=workspace.platform, workspace=workspace.id)

    async def _recognise(self, incoming: Incoming) -> Request:
        now = self.services.clock.now()
        who = incoming.account, incoming.workspace, incoming.channel
        async with self.services.store.reading(is_steady=False) as uow:
            caller = await uow.people.recognise(*who, is_organiser=incoming.is_organiser, now=now)
        if caller is None:
            async with self.services.store.writing() as uow:
                caller = await uow.people.welcome(
                    *who, is_organiser=incoming.is_organiser, zone=self.zone, locale=self.locale, now=now
                )
                await uow.closings.spoke(caller.origin.account, now)
        elif caller.has_moved or caller.is_awaited:
            async with self.services.store.writing() as uow:
                if caller.has_moved and incoming.channel is not None:
                    await uow.people.spoke_in(caller.origin, incoming.channel)
                if caller.is_awaited:
                    await uow.closings.spoke(caller.origin.account, now)
        community = caller.community
        zone = caller.person.zone or incoming.zone or (community.zone if community else self.zone)
        locale = caller.person.locale or incoming.locale or (community.locale if community else self.locale)
        return Request(
            id=incoming.id,
            account=incoming.account,
            person=caller.person,
            joined=community,
            workspace=incoming.workspace,
            channel=incoming.channel,
            is_organiser=caller.is_organiser,
            origin=caller.origin,
            is_owner=incoming.is_organiser and incoming.workspace is not None,
            now=now,
            say=Words(locale, ZoneInfo(zone), self._commands(incoming)),
            accounts=incoming.accounts,
            files=incoming.files,
        )

    async def _at_home(self, request: Request, asked: Asked) -> Request:
        """A button in a direct message is about the community of what it stands under, not the one acted in last, and
        so is the form that it opens, and what is confirmed then.
        """
        if request.workspace is not None:
            return request
        draft, (of, id_) = _draft_of(asked), self._of(asked)
        finds = next((each.homes[of] for each in self.features if of in each.homes), None)
        if finds is None and not draft:
            return request
        async with self.services.store.reading(is_steady=False) as uow:
            home = await uow.drafts.home(request.person.id, draft, request.now) if draft else None
            if home is None and finds is not None:
                home = await finds(id_, request, uow)
            community = None if home is None else await uow.people.community(home)
            if community is None or community == request.joined:
                return request
            return replace(request, joined=community, is_organiser=await organises(community.id, request, uow))

    def _of(self, asked: Asked) -> tuple[str, str]:
        """An action and its argument; or the look-up that a form begins with, and what it names. "" for neither."""
        match asked:
            case Press(Action(name, arg)) if name == ASK:
                path, _, filled = arg.partition("/")
                _, command = self._find(path.split())
                values = _argument(filled, command)
            case Press(Action(name, arg)):
                return name, arg
            case Submit(Action(name, _), values):
                _, command = self._find(name.split())
            case _:
                return "", ""
        for each in command.arguments.values():
            if isinstance(each.param, Stored):
                return each.param.lookup, values.get(each.name, "")
        return "", ""

    def _commands(self, incoming: Incoming) -> Mapping[str, str]:
        platform = self.services.platforms.get(incoming.account.platform)
        return AS_DECLARED if platform is None else platform.commands

    async def _answer(self, asked: Asked, request: Request) -> Answer:
        match asked:
            case Typed() | Run() | Said():
                feature, command, typed = self._meant(asked, request)
                if command.fills is None:
                    return await self._run(feature, command, typed, request)
                held = await self._held(command, typed, request)
                if not {name for name, text in typed.items() if text.strip()} - {command.of}:
                    return _form(feature, command, {**held, **typed}, request)
                return await self._run(feature, command, {**held, **typed}, request)
            case Press() as press:
                return await self._press(press, request)
            case Submit() as submit:
                return await self._submit(submit, request)
            case Point() as point:
                return self._point(point, request)
            case _:
                assert_never(asked)

    def _meant(self, asked: Typed | Run | Said, request: Request) -> tuple[Feature, Command, Mapping[str, str]]:
        """The command and its values as typed. A feature's bare name is a question for help with it."""
        match asked:
            case Typed(text):
                sentence = read_sentence(text, self.features, request.say)
                if sentence.command is None:
                    feature, command = self._find(("help",))
                    return feature, command, {"topic": sentence.feature.name}
                return sentence.feature, sentence.command, _settled(sentence.command, sentence.values, request)
            case Run(path, values):
                feature, command = self._find(path)
                return feature, command, _settled(command, values, request)
            case Said(text):
                head = text.removeprefix("/").partition(" ")[0].casefold()
                if any(feature.name == head for feature in self.features):
                    return self._meant(Typed(text), request)
                feature, command = self._find(("help",))
                theirs = [feature for feature in self.features if _is_open(feature, request)]
                return feature, command, {"topic": meant_topic(text, theirs, request.say)}
            case _:
                assert_never(asked)

    def _find(self, path: Sequence[str]) -> tuple[Feature, Command]:
        name, rest = " ".join(path[:1]), " ".join(path[1:])
        feature = next((feature for feature in self.features if feature.name == name), None)
        command = feature.command(rest) if feature else None
        if feature is None or command is None:
            raise NotFound(N_("This command is not there any more. See {help}."), help=Slash("/help"))
        return feature, command

    async def _run(
        self, feature: Feature, command: Command, typed: Mapping[str, str], request: Request, draft: str = ""
    ) -> Answer:
        """Run a command, or ask for what is missing. `draft` names where refused values are kept, "" for nowhere."""
        _authorise(command.access, request)
        read = await read_values(command.arguments, typed, request, self.services)
        if command.completes is not None and typed and not _wrong(read.errors, typed):
            typed, read = await self._completed(command, typed, read, request)
        fill_in = request.say(N_("Please fill this in."))
        missing = {name: fill_in for name in command.needs if name not in read.errors and not read.values.get(name)}
        read = replace(read, errors={**missing, **read.errors})
        if not read.errors:
            read = await bring_files(command.arguments, read, request.say)
        errors = read.errors
        if not errors:
            try:
                ask = command.asks(**read.values)
                if command.confirms is not None:
                    return await self._confirm(feature, command, ask, typed, request, draft)
                return await command.handler(ask, request, self.services)
            except Refused as refused:
                if refused.param not in command.arguments:
                    raise
                errors = {refused.param: request.say(refused.text, **refused.values)}
        errors = _with_files_again(command, typed, errors, request)
        if draft:
            values = without_files(command.arguments, typed)
            await self._keep(Draft(draft, _path(feature, command), values, errors, _community(request)), request)
        # a form that opens empty does not begin with reproaches
        return _form(feature, command, typed, request, errors if typed else {}, draft)

    async def _completed(
        self, command: Command, typed: Mapping[str, str], read: Read, request: Request
    ) -> tuple[Mapping[str, str], Read]:
        """What was said with what the command finds out by it. Speaks to the network."""
        assert command.completes is not None
        said, brought = {name: text for name, text in typed.items() if text.strip()}, _brought(typed)
        if brought is not None:
            if brought.led == _led(command, read):
                return typed, read
            said = dict(brought.left_out_of(said))
            typed = said
            read = await read_values(command.arguments, typed, request, self.services)
        understood = {name: value for name, value in read.values.items() if name in said}
        try:
            found = await command.completes(understood, request, self.services)
        except Refused as refused:
            return typed, replace(
                read, errors={**read.errors, refused.param: request.say(refused.text, **refused.values)}
            )
        if not found.values:
            return typed, read
        asked = _led(command, read)
        better = {name: text for name, text in found.values.items() if name in command.by}
        typed = {**found.values, **said, **better}
        read = await read_values(command.arguments, typed, request, self.services)
        others = [(each.label, each.value) for each in found.others]
        kept = Brought(found.values, asked, _led(command, read), found.label, found.of, others)
        return {**typed, BROUGHT: dumps(asdict(kept))}, read

    async def _confirm(
        self, feature: Feature, command: Command, ask: object, typed: Mapping[str, str], request: Request, before: str
    ) -> Reply:
        """A card of what was understood, over a draft that takes the place of the one `before` ("" for none)."""
        assert command.confirms is not None
        card = await command.confirms(ask, request, self.services)
        values = write_values(command.arguments, ask, self.services)
        draft_id = request.draft_id("confirm")
        if (brought := _brought(typed)) is not None:  # as it is written now, to be known again where it was left
            left = {name: text for name, text in brought.values.items() if typed.get(name) == text}
            now = {**brought.values, **{name: values.get(name, text) for name, text in left.items()}}
            values = {**values, BROUGHT: dumps(asdict(replace(brought, values=now)))}
            card = replace(card, controls=(*brought.menus(draft_id), *card.controls))
        draft = Draft(draft_id, _path(feature, command), values, community=_community(request))
        async with self.services.store.writing() as uow:
            await uow.drafts.take(request.person.id, before, request.now)
            await uow.drafts.keep(request.person.id, draft, request.now)
        buttons = (
            Button(request.say(N_("Save")), Action(SAVE, draft.id), Style.PRIMARY),
            Button(request.say(N_("Change")), Action(CHANGE, draft.id)),
        )
        text = rich(request.say(N_("Is this right? Nothing is saved yet.")))
        return Reply(text, (replace(card, controls=buttons + card.controls),))

    async def _keep(self, draft: Draft, request: Request) -> None:
        async with self.services.store.writing() as uow:
            await uow.drafts.keep(request.person.id, draft, request.now)

    async def _draft(self, id_: str, request: Request) -> Draft | None:
        """The asker's draft, None when it is gone. Raises Refused when it is saved, or another community's."""
        async with self.services.store.reading(is_steady=False) as uow:
            draft = await uow.drafts.get(request.person.id, id_, request.now)
        if draft is not None and draft.community != _community(request):
            raise Refused(N_("This was begun in another community. Go on there, or begin again here."))
        if draft is not None and draft.is_saved:
            raise Refused(N_("This is saved already. To change it, look it up and begin from there."))
        return draft

    async def _begun(self, id_: str, request: Request) -> Draft:
        draft = await self._draft(id_, request)
        if draft is None:
            raise NotFound(N_("This is gone: drafts last a day and belong to whoever began them. Begin again."))
        return draft

    async def _continued(self, id_: str, request: Request) -> Draft | None:
        """The asker's draft or, where the same request took it before, the one that came of it then."""
        return await self._draft(id_, request) or await self._draft(request.draft_id("confirm"), request)

    async def _press(self, press: Press, request: Request) -> Answer:
        ours = {ASK: self._ask, SAVE: self._save, SAY: self._say, CHANGE: self._change, SEND: self._send}
        if press.action.name in ours:
            chosen = f"={press.choice}" if press.choice else ""
            return await ours[press.action.name](press.action.arg + chosen, request)
        for feature in self.features:
            if press.action.name in feature.for_organisers:
                _authorise(Access.ORGANISER, request)
            if (opens := feature.opens.get(press.action.name)) is not None:
                return await opens(press, request, self.services)
            if (pressed := feature.presses.get(press.action.name)) is not None:
                return await pressed(press, request, self.services)
        raise NotFound(N_("This button is not in use any more. See {help} for what there is."), help=Slash("/help"))

    async def _ask(self, arg: str, request: Request) -> Form:
        path, _, filled = arg.partition("/")
        feature, command = self._find(path.split())
        typed = _argument(filled, command)
        return _form(feature, command, {**await self._held(command, typed, request), **typed}, request)

    async def _held(self, command: Command, typed: Mapping[str, str], request: Request) -> Mapping[str, str]:
        """What the command's form holds when it is opened. Raises NotAllowed, and Refused for what is not there."""
        _authorise(command.access, request)
        if command.fills is None or (command.of and not typed.get(command.of, "").strip()):
            return {}
        return await command.fills(typed, request, self.services)

    async def _change(self, id_: str, request: Request) -> Form:
        draft = await self._begun(id_, request)
        feature, command = self._find(draft.command.split())
        _authorise(command.access, request)
        return _form(feature, command, draft.values, request, draft.errors, draft.id)

    async def _save(self, arg: str, request: Request) -> Answer:
        """What was confirmed is read again, for things may have changed, and saved under the draft's id."""
        id_, _, anew = arg.partition("/")
        draft = await self._begun(id_, request)
        feature, command = self._find(draft.command.split())
        _authorise(command.access, request)
        values = {**draft.values, **_argument(anew, command)}
        read = await read_values(command.arguments, values, request, self.services)
        if read.errors:
            return _form(feature, command, values, request, read.errors, draft.id)
        try:
            answer = await command.handler(command.asks(**read.values), replace(request, id=draft.id), self.services)
        except Refused as refused:
            if refused.param not in command.arguments:
                raise
            errors = {refused.param: request.say(refused.text, **refused.values)}
            return _form(feature, command, values, request, errors, draft.id)
        # should this not be reached, the same Save finds what it saved by the draft's id
        await self._keep(replace(draft, values={}, errors={}, is_saved=True), request)
        return replace(answer, replaces=True) if isinstance(answer, Reply) else answer

    async def _say(self, arg: str, request: Request) -> Answer:
        """One thing is said anew, and all of it shown again."""
        id_, _, anew = arg.partition("/")
        draft = await self._begun(id_, request)
        feature, command = self._find(draft.command.split())
        answer = await self._run(feature, command, {**draft.values, **_argument(anew, command)}, request, draft.id)
        return replace(answer, replaces=True) if isinstance(answer, Reply) else answer

    async def _send(self, id_: str, request: Request) -> Answer:
        draft = await self._continued(id_, request) or await self._begun(id_, request)
        feature, command = self._find(draft.command.split())
        return await self._run(feature, command, draft.values, request, draft.id)

    async def _submit(self, submit: Submit, request: Request) -> Answer:
        feature, command = self._find(submit.action.name.split())
        values = _settled(command, submit.values, request)
        draft = await self._continued(submit.action.arg, request) if submit.action.arg else None
        if draft is not None and draft.command == _path(feature, command):
            values = {**draft.values, **values}
        else:
            values = {**await self._held(command, values, request), **values}
        kept_as = submit.action.arg or request.draft_id("form")
        if submit.is_partial:
            return await self._page(feature, command, values, request, kept_as)
        return await self._run(feature, command, values, request, kept_as)

    async def _page(
        self, feature: Feature, command: Command, values: Mapping[str, str], request: Request, kept_as: str
    ) -> Form:
        """One page of a longer form: kept, and read so far. What is still empty is no error yet."""
        _authorise(command.access, request)
        read = await read_values(command.arguments, values, request, self.services)
        wrong = _wrong(read.errors, values)
        errors = _with_files_again(command, values, wrong, request)
        values = without_files(command.arguments, values)
        await self._keep(Draft(kept_as, _path(feature, command), values, errors, _community(request)), request)
        return _form(feature, command, values, request, errors, kept_as)

    def _point(self, point: Point, request: Request) -> Form:
        """The form that a shortcut leads to, with what it found in what it was used on."""
        feature, command = self._find(point.command.split())
        on = On.MESSAGE if point.pointed.text or point.pointed.link else On.PERSON
        shortcut = _shortcut(feature, command, on)
        _authorise(command.access, request)
        filled = {name: value for name, value in shortcut.fill(point.pointed).items() if value}
        return _form(feature, command, filled, request)


def _shortcut(feature: Feature, command: Command, on: On) -> Shortcut:
    for shortcut in feature.shortcuts:
        if shortcut.command == command.name and shortcut.on is on:
            return shortcut
    raise NotFound(N_("This command is not there any more. See {help}."), help=Slash("/help"))


def _placed(answer: Answer, request: Request) -> Answer:
    """An answer to a direct message says which community it is about."""
    if isinstance(answer, Form) or request.joined is None:
        return answer
    where = request.say(N_("In {community}:"), community=request.joined.name)
    return replace(answer, text=rich(where, "\n", answer.text))


def _settled(command: Command, typed: Mapping[str, str], request: Request) -> Mapping[str, str]:
    return settle(command.arguments, typed, request.accounts, request.account.platform)


def _with_files_again(
    command: Command, typed: Mapping[str, str], errors: Mapping[str, str], request: Request
) -> Mapping[str, str]:
    """The errors of a form that comes back, and that its files have to be attached again."""
    again = {name: request.say(ATTACH_AGAIN) for name in files_of(command.arguments) if typed.get(name, "").strip()}
    return {**again, **errors}


def _wrong(errors: Mapping[str, str], typed: Mapping[str, str]) -> Mapping[str, str]:
    """The errors about what was said; what is still empty is no error yet."""
    return {name: error for name, error in errors.items() if typed.get(name, "").strip()}


def _brought(values: Mapping[str, str]) -> Brought | None:
    """What `Command.completes` brought to a draft; None where it did not."""
    return Brought(**loads(values[BROUGHT])) if BROUGHT in values else None


def _led(command: Command, read: Read) -> Mapping[str, str]:
    """The arguments by which something is found out, as a draft keeps them; "" for what was not understood."""
    found = {name: (command.arguments[name].param, read.values.get(name)) for name in command.by}
    return {
        name: param.write(value) if isinstance(param, Plain) and value else "" for name, (param, value) in found.items()
    }


def _community(request: Request) -> int | None:
    return request.joined.id if request.joined else None


def _argument(written: str, command: Command) -> Mapping[str, str]:
    """The argument that a button says: `<name>=<value>`, or none."""
    name, _, value = written.partition("=")
    return {name: value} if name in command.arguments else {}


def _draft_of(asked: Asked) -> str:
    """The draft that a button or form goes on with, "" for none."""
    match asked:
        case Press(Action(name, arg)) if name in (SAVE, SAY, CHANGE, SEND):
            return arg.partition("/")[0]
        case Submit(Action(_, arg)):
            return arg
        case _:
            return ""


def _path(feature: Feature, command: Command) -> str:
    return f"{feature.name} {command.name}".strip()


def _form(
    feature: Feature,
    command: Command,
    values: Mapping[str, str],
    request: Request,
    errors: Mapping[str, str] | None = None,
    draft: str = "",
) -> Form:
    return Form(
        title=request.say(command.help),
        action=Action(_path(feature, command), draft),
        params={name: argument.param for name, argument in command.arguments.items()},
        values={n: value for n, value in without_files(command.arguments, values).items() if n in command.arguments},
        errors=errors or {},
        required=frozenset(name for name, each in command.arguments.items() if each.is_required),
        locale=str(request.say.locale),
    )


def _authorise(access: Access, request: Request) -> None:
    if access is Access.ORGANISER and not request.is_organiser:
        raise NotAllowed(N_("Only organisers of this community can do this. Ask one of them."))


def _is_open(feature: Feature, request: Request) -> bool:
    """Whether the asker may use any of its commands."""
    return request.is_organiser or any(command.access is Access.ANYONE for command in feature.commands)


def _named(asked: Asked) -> str:
    """What was asked, for the log: never people's words."""
    match asked:
        case Typed():
            return "typed"
        case Said():
            return "said"
        case Run(path):
            return " ".join(path)
        case Press(action) | Submit(action):
            return action.name
        case Point(command):
            return f"point {command}"
        case _:
            assert_never(asked)
