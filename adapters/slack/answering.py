"""A payload from its arrival to its answer, within the times that Slack allows.

Everything is acknowledged within 3 seconds. A slash command's answer rides in its acknowledgement when it is there
within 2, else it follows by the response_url; so does whatever answers a control of a message. What a form is answered
with goes where the form was opened from, or into the form's own window where there is no such place;
`adapters.slack.replying` says how.

Payloads that Slack delivers again are known by their ids, over all processes. A submitted form alone is answered
again: the core does nothing twice for the same request, and the window waits for its answer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar, assert_never
from zoneinfo import ZoneInfo

import structlog

from adapters.slack import forms, outbound
from adapters.slack.blocks import OPTION_VALUE_LENGTH
from adapters.slack.files import attached
from adapters.slack.inbound import (
    HOME,
    PLATFORM,
    Kind,
    Raw,
    Sender,
    account_id,
    accounts_in,
    channel_of,
    kind_of,
    pointed,
    pressed,
    request_id,
    said,
    sender_of,
    spot_of,
    typed_of,
    unnamed_in,
    words_of,
)
from adapters.slack.installing import Installed, Tokens
from adapters.slack.limits import FORM_OPTIONS, LIMITS
from adapters.slack.members import Members
from adapters.slack.replying import Exchange, Replying, Sends, Timings, in_place
from adapters.slack.wire import Json, Wire
from bot.app import BROKEN
from bot.domain.people import Account, Workspace
from bot.fit import messages_of
from bot.i18n import Words
from bot.markup import rich
from bot.params import Option
from bot.platform import Core
from bot.ports import Deliveries
from bot.request import Asked, Incoming, Press, Run, Submit
from bot.ui import Answer, Form, Reply

REMEMBERED = 10_000
ACKS = 200
"""Commands whose acknowledgement is kept for when Slack asks again: it does so within a minute."""
MENTIONS = 5
"""People mentioned in one text of whom Slack is asked who they are; no command asks for more."""
REMOVALS = frozenset({"app_uninstalled", "tokens_revoked"})

log = structlog.get_logger()

T = TypeVar("T")


class Listener(Protocol):
    """What else is heard."""

    async def removed(self, body: Raw) -> None:
        """The app was removed from a workspace, or tokens of it were revoked: the payload that says so."""


@dataclass(frozen=True, slots=True)
class _Answered:
    exchange: Exchange
    answer: Answer


class Answering:
    """Answers what comes over one connection. `shortcuts` are as `declare.shortcuts_of` gives them."""

    def __init__(
        self,
        core: Core,
        wire: Wire,
        tokens: Tokens,
        members: Members,
        deliveries: Deliveries,
        listener: Listener,
        send: Sends,
        *,
        shortcuts: Mapping[str, str],
        prefix: str,
        timings: Timings,
    ) -> None:
        self._core = core
        self._wire = wire
        self._tokens = tokens
        self._members = members
        self._deliveries = deliveries
        self._listener = listener
        self._replying = Replying(core, wire, send, timings)
        self._shortcuts = shortcuts
        self._prefix = prefix
        self._timings = timings
        self._known: OrderedDict[str, None] = OrderedDict()
        self._acks: OrderedDict[str, asyncio.Task[Json | None]] = OrderedDict()
        self._under_way: set[asyncio.Task[Any]] = set()  # Any: tasks of all kinds

    async def take(self, body: Raw) -> Json | None:
        """Answer a payload; returns what its acknowledgement carries, None for an empty one. Never raises."""
        try:
            match kind_of(body):
                case Kind.COMMAND | Kind.SUBMIT:
                    return await self._acknowledged(body)
                case Kind.SUGGEST:
                    return await self._suggestions(body)
                case Kind.PRESS | Kind.SHORTCUT | Kind.MESSAGE_SHORTCUT:
                    self._begin(self._acted(body))
                case Kind.EVENT:
                    self._begin(self._happened(body))
                case Kind.CLOSED | Kind.OTHER:
                    pass
                case kind:
                    assert_never(kind)
        except Exception:  # the edge: a payload that breaks must not end the bot
            log.exception("payload broke", kind=str(body.get("type", "command")))
            return _apology(body)
        return None

    async def finish(self, seconds: float) -> None:
        """Let what is under way be answered, for so long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    # ---- each kind of payload

    async def _acknowledged(self, body: Raw) -> Json | None:
        """What acknowledges a command or a form; the same again when it comes again, for the first may be lost."""
        id_ = str(body.get("trigger_id", ""))
        task = self._acks.get(id_)
        if task is None:
            task = self._begin(self._command(body) if kind_of(body) is Kind.COMMAND else self._submission(body))
            if id_:
                self._acks[id_] = task
            if len(self._acks) > ACKS:
                self._acks.popitem(last=False)
        return await asyncio.shield(task)

    async def _command(self, body: Raw) -> Json | None:
        asked = typed_of(body, self._prefix)
        work = self._begin(self._work(body, asked))
        await asyncio.wait({work}, timeout=self._timings.answer_within)
        if not work.done():
            self._begin(self._late(work))
            return None
        if (answered := work.result()) is None:
            return None
        exchange = answered.exchange
        match answered.answer:
            case Form() as form:
                self._begin(self._replying.show(exchange, form))
                return None
            case Reply() as reply:
                first, *rest = messages_of(reply, LIMITS)
                self._begin(self._behind(exchange, rest, reply))
                return outbound.response(first, replaces=False, home=exchange.sender.home)
            case answer:
                assert_never(answer)

    async def _late(self, work: asyncio.Task[_Answered | None]) -> None:
        """What was not there in time for the acknowledgement."""
        if (answered := await work) is not None:
            await self._replying.deliver(answered.exchange, answered.answer)

    async def _behind(self, exchange: Exchange, rest: Sequence[Reply], reply: Reply) -> None:
        """What follows an answer that rode in an acknowledgement."""
        await self._replying.follow(exchange, rest)
        await self._replying.files(exchange, reply)
        await self._replying.refresh(exchange)

    async def _acted(self, body: Raw) -> None:
        """A control or a shortcut was used; it is acknowledged already."""
        try:
            await self._act(body)
        except Exception:  # as in `take`
            log.exception("payload broke", kind=str(body.get("type")))
            if isinstance(url := body.get("response_url"), str) and url:
                await self._wire.answer(url, outbound.response(_broken(), replaces=False))

    async def _act(self, body: Raw) -> None:
        asked: Asked = pressed(body) if kind_of(body) is Kind.PRESS else pointed(body, self._shortcuts)
        if isinstance(asked, Press):
            if not forms.is_control(asked.action, body["actions"][0]):
                return  # a link, or an input of a form that is still being filled in
            asked = forms.opening(asked)
        answered = await self._work(body, asked)
        if answered is not None:
            await self._replying.deliver(answered.exchange, answered.answer)

    async def _happened(self, body: Raw) -> None:
        event = body["event"]
        if event.get("type") in REMOVALS:
            await self._listener.removed(body)
            return
        sender = sender_of(body)
        installed = await self._tokens.of(sender.team, sender.home)
        asked = said(body, installed.bot_user) if installed is not None else None
        if asked is None:
            return
        answered = await self._work(body, asked)
        if answered is None:
            return
        if asked == HOME:
            await self._replying.opened_home(answered.exchange, answered.answer)
        else:
            await self._replying.deliver(answered.exchange, answered.answer)

    async def _submission(self, body: Raw) -> Json | None:
        filled = forms.filled(body["view"], sender_of(body).home)
        work = self._begin(self._work(body, Submit(filled.action, filled.values), filled))
        await asyncio.wait({work}, timeout=self._timings.submit_within)
        if not work.done():
            self._begin(self._saved_late(work, str(body["view"]["id"])))
            sender = sender_of(body)
            say = Words(self._members.locale_of(sender.team, sender.user) or "en", ZoneInfo("UTC"))
            return {"response_action": "update", "view": outbound.waiting(say)}
        if (answered := work.result()) is None:
            return None
        exchange = answered.exchange
        match answered.answer:
            case Form() as form:
                errors = forms.errors(form, body["view"], exchange.say)
                if errors:
                    return {"response_action": "errors", "errors": errors}
                return {"response_action": "update", "view": self._replying.modal(exchange, form, exchange.spot)}
            case Reply() as reply:
                reply = in_place(reply, exchange.spot)
                if exchange.spot.response_url:
                    self._begin(self._told_once(exchange, reply))
                    return {"response_action": "clear"}
                self._begin(self._behind(exchange, (), reply))
                return {"response_action": "update", "view": outbound.window(reply, exchange.say)}
            case answer:
                assert_never(answer)

    async def _told_once(self, exchange: Exchange, reply: Reply) -> None:
        """A form's answer outside of its window. Another process may have been told of the same form, too."""
        try:
            is_first = await self._is_first(exchange.trigger)
        except Exception:  # the edge: what nobody can tell is rather said twice than never
            log.exception("delivery not noted", request=exchange.incoming.id)
            is_first = True
        if is_first:
            await self._replying.reply(exchange, reply)

    async def _saved_late(self, work: asyncio.Task[_Answered | None], view: str) -> None:
        """A form that took long to be answered: its window says so until now."""
        if (answered := await work) is None:
            return
        exchange, answer = answered.exchange, answered.answer
        match answer:
            case Form():
                shown = self._replying.modal(exchange, answer, exchange.spot)
            case Reply():
                shown = outbound.window(in_place(answer, exchange.spot), exchange.say)
            case _:
                assert_never(answer)
        if await self._replying.do(exchange, "views.update", {"view_id": view, "view": shown}):
            if isinstance(answer, Reply):
                await self._behind(exchange, (), answer)
            return
        # its window was closed meanwhile
        reply = (
            await self._replying.form_card(exchange, answer)
            if isinstance(answer, Form)
            else in_place(answer, exchange.spot)
        )
        await self._told_once(exchange, reply)

    async def _suggestions(self, body: Raw) -> Json:
        options: list[Json] = []
        asked = forms.suggesting(body, sender_of(body).home)
        if asked is not None:
            path, values, param = asked
            found: Sequence[Option] = ()
            with suppress(TimeoutError):  # the window shows that there is nothing; the next letter asks again
                async with asyncio.timeout(self._timings.suggest_within):
                    exchange = await self._exchange(body, Run(path, values))
                    if exchange is not None:
                        found = await self._core.suggest(exchange.incoming, param, str(body.get("value", "")))
            fitting = (each for each in found if 0 < len(each.value) <= OPTION_VALUE_LENGTH)
            options = [forms.option(each) for each in fitting][:FORM_OPTIONS]
        return {"options": options}

    # ---- what is answered

    async def _work(self, body: Raw, asked: Asked, filled: forms.Filled | None = None) -> _Answered | None:
        """The answer; None for a payload that came before. Raises only what a payload that is none brings about."""
        arrived = asyncio.get_running_loop().time()
        exchange: Exchange | None = None
        try:
            exchange = await self._exchange(body, asked, arrived)
            if exchange is None:
                return None
            if not isinstance(asked, Submit) and not await self._is_first(exchange.incoming.id):
                log.info("delivered again", request=exchange.incoming.id)
                return None
            if filled is not None:
                exchange = await self._with_picked(exchange, filled)
            return _Answered(exchange, await self._core.handle(exchange.incoming))
        except Exception:  # the edge, as in the core: whoever asked gets an answer, the operator the reason
            log.exception("request failed", request=request_id(body))
            if exchange is None:
                raise
            return _Answered(exchange, _broken(exchange.say))

    async def _is_first(self, id_: str) -> bool:
        if not id_:
            return True  # nothing tells it from others
        if id_ in self._known:
            return False
        self._known[id_] = None
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return await self._deliveries.first(f"{PLATFORM}.{id_}")

    async def _exchange(self, body: Raw, asked: Asked, arrived: float = 0.0) -> Exchange | None:
        """None where the app is not installed (any more)."""
        sender = sender_of(body)
        installed = await self._tokens.of(sender.team, sender.home)
        if installed is None:
            log.warning("not installed", team=sender.team)
            return None
        member = await self._members.get(installed.token, sender.team, sender.user, name=sender.name)
        incoming = Incoming(
            id=request_id(body),
            account=Account(PLATFORM, sender.account, member.name or sender.user),
            workspace=Workspace(PLATFORM, sender.team, installed.team_name or sender.team_name),
            channel=channel_of(body),
            locale=member.locale,
            zone=member.zone,
            is_organiser=member.is_organiser,
            asked=asked,
            accounts=await self._mentioned(body, sender, installed),
        )
        say = Words(member.locale or "en", ZoneInfo("UTC"))
        spot = spot_of(body)
        if kind_of(body) is Kind.PRESS and forms.is_about_a_form(pressed(body).action):
            spot = replace(spot, is_ours=spot.is_ephemeral or spot.is_direct)
        return Exchange(incoming, sender, installed, spot, str(body.get("trigger_id", "")), arrived, say)

    async def _mentioned(self, body: Raw, sender: Sender, installed: Installed) -> Mapping[str, Account]:
        """Whom the words of a payload mention. Slack says the names of some there, and of others when it is asked."""
        words, home = words_of(body), sender.home
        users = [user for user in unnamed_in(words) if user != installed.bot_user][:MENTIONS]
        found = await asyncio.gather(*(self._members.get(installed.token, sender.team, user) for user in users))
        asked = {
            f"<@{account_id(home, user)}>": Account(PLATFORM, account_id(home, user), member.name)
            for user, member in zip(users, found, strict=True)
            if member.name
        }
        return {**asked, **accounts_in(words, home)}

    async def _with_picked(self, exchange: Exchange, filled: forms.Filled) -> Exchange:
        """With who and what the values of a form stand for: the people that were picked, and the files."""
        sender, token = exchange.sender, exchange.installed.token
        accounts: dict[str, Account] = {}
        for mention, user in filled.users.items():
            member = await self._members.get(token, sender.team, user)
            if member.name:
                accounts[mention] = Account(PLATFORM, account_id(sender.home, user), member.name)
        files = {id_: attached(self._wire, token, told) for id_, told in filled.files.items()}
        return replace(exchange, incoming=replace(exchange.incoming, accounts=accounts, files=files))

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:  # Any: as asyncio has it
        """Work that goes on beside the acknowledgement; what breaks in it is logged."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:  # Any: as above
        self._under_way.discard(task)
        if not task.cancelled() and (broke := task.exception()) is not None:
            log.error("answering broke", exc_info=broke)


def _broken(say: Words | None = None) -> Reply:
    return Reply(rich(say(BROKEN) if say is not None else BROKEN), is_refusal=True)


def _apology(body: Raw) -> Json | None:
    """What acknowledges a payload that broke, for whoever waits for its answer."""
    match kind_of(body):
        case Kind.COMMAND:
            return outbound.response(_broken(), replaces=False)
        case Kind.SUBMIT:
            say = Words("en", ZoneInfo("UTC"))
            return {"response_action": "update", "view": outbound.window(_broken(say), say)}
        case Kind.SUGGEST:
            return {"options": []}
        case _:
            return None
