"""A payload from its arrival to its answer, within the times that Slack allows.

Everything is acknowledged within 3 seconds. A slash command's answer rides in its acknowledgement when it is there
within 2, else it follows by the response_url; so does whatever answers a control of a message. Forms are opened while
the trigger_id lives, 3 seconds; one that comes later becomes a card with a button to it. What a form is answered with
goes where the form was opened from, or into the form's own window where there is no such place.

A response_url takes five messages in half an hour. Behind that a message is changed by the Web API, and what only
one person may see goes to them as a direct message.

Payloads that Slack delivers again are known by their ids, over all processes. A submitted form alone is answered
again: the core does nothing twice for the same request, and the window waits for its answer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
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
    Spot,
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
from adapters.slack.wire import URL_IS_OVER, Denied, Json, Wire
from bot.app import BROKEN
from bot.domain.addresses import Address, Direct
from bot.domain.people import Account, Workspace
from bot.errors import DeliveryError, Temporary
from bot.fit import messages_of
from bot.i18n import Words
from bot.markup import rich
from bot.params import Option
from bot.platform import Core
from bot.ports import Deliveries
from bot.request import Asked, Incoming, Press, Run, Submit
from bot.ui import Answer, Form, Privacy, Reply

REMEMBERED = 10_000
ACKS = 200
"""Commands whose acknowledgement is kept for when Slack asks again: it does so within a minute."""
HOMES = 1_000
"""People whose home tab is brought up to date after what they do: those who looked at it last."""
MENTIONS = 5
"""People mentioned in one text of whom Slack is asked who they are; no command asks for more."""
ATTEMPTS = 3
REMOVALS = frozenset({"app_uninstalled", "tokens_revoked"})

log = structlog.get_logger()

T = TypeVar("T")
Sends = Callable[[Address, Reply, str], Awaitable[object]]


class Listener(Protocol):
    """What else is heard."""

    async def removed(self, body: Raw) -> None:
        """The app was removed from a workspace, or tokens of it were revoked: the payload that says so."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the arrival of a payload."""

    answer_within: float = 2.0
    submit_within: float = 2.4
    suggest_within: float = 2.4
    trigger_life: float = 2.8
    """Slack's 3 seconds, less what the opening of a form may take on its way."""
    patience: float = 10.0
    """How long an answer may wait for a rate limit."""


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One payload under way. `arrived` is by the loop's clock."""

    incoming: Incoming
    sender: Sender
    installed: Installed
    spot: Spot
    trigger: str
    arrived: float
    say: Words


@dataclass(frozen=True, slots=True)
class _Answered:
    exchange: _Exchange
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
        self._send = send
        self._shortcuts = shortcuts
        self._prefix = prefix
        self._timings = timings
        self._known: OrderedDict[str, None] = OrderedDict()
        self._acks: OrderedDict[str, asyncio.Task[Json | None]] = OrderedDict()
        self._homes: OrderedDict[str, None] = OrderedDict()
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
                self._begin(self._show(exchange, form))
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
            await self._deliver(answered.exchange, answered.answer)

    async def _behind(self, exchange: _Exchange, rest: Sequence[Reply], reply: Reply) -> None:
        """What follows an answer that rode in an acknowledgement."""
        await self._follow(exchange, rest)
        await self._files(exchange, reply)
        await self._refresh(exchange)

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
            await self._deliver(answered.exchange, answered.answer)

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
            await self._opened_home(answered)
        else:
            await self._deliver(answered.exchange, answered.answer)

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
                return {"response_action": "update", "view": self._modal(exchange, form, exchange.spot)}
            case Reply() as reply:
                reply = _in_place(reply, exchange.spot)
                if exchange.spot.response_url:
                    self._begin(self._told_once(exchange, reply))
                    return {"response_action": "clear"}
                self._begin(self._behind(exchange, (), reply))
                return {"response_action": "update", "view": outbound.window(reply, exchange.say)}
            case answer:
                assert_never(answer)

    async def _told_once(self, exchange: _Exchange, reply: Reply) -> None:
        """A form's answer outside of its window. Another process may have been told of the same form, too."""
        try:
            is_first = await self._is_first(exchange.trigger)
        except Exception:  # the edge: what nobody can tell is rather said twice than never
            log.exception("delivery not noted", request=exchange.incoming.id)
            is_first = True
        if is_first:
            await self._reply(exchange, reply)

    async def _saved_late(self, work: asyncio.Task[_Answered | None], view: str) -> None:
        """A form that took long to be answered: its window says so until now."""
        if (answered := await work) is None:
            return
        exchange, answer = answered.exchange, answered.answer
        match answer:
            case Form():
                shown = self._modal(exchange, answer, exchange.spot)
            case Reply():
                shown = outbound.window(_in_place(answer, exchange.spot), exchange.say)
            case _:
                assert_never(answer)
        if await self._do(exchange, "views.update", {"view_id": view, "view": shown}):
            if isinstance(answer, Reply):
                await self._behind(exchange, (), answer)
            return
        # its window was closed meanwhile
        reply = (
            await self._form_card(exchange, answer) if isinstance(answer, Form) else _in_place(answer, exchange.spot)
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
        exchange: _Exchange | None = None
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

    async def _exchange(self, body: Raw, asked: Asked, arrived: float = 0.0) -> _Exchange | None:
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
        return _Exchange(incoming, sender, installed, spot, str(body.get("trigger_id", "")), arrived, say)

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

    async def _with_picked(self, exchange: _Exchange, filled: forms.Filled) -> _Exchange:
        """With who and what the values of a form stand for: the people that were picked, and the files."""
        sender, token = exchange.sender, exchange.installed.token
        accounts: dict[str, Account] = {}
        for mention, user in filled.users.items():
            member = await self._members.get(token, sender.team, user)
            if member.name:
                accounts[mention] = Account(PLATFORM, account_id(sender.home, user), member.name)
        files = {id_: attached(self._wire, token, told) for id_, told in filled.files.items()}
        return replace(exchange, incoming=replace(exchange.incoming, accounts=accounts, files=files))

    # ---- how it gets there

    async def _deliver(self, exchange: _Exchange, answer: Answer) -> None:
        """An answer that no acknowledgement carries."""
        match answer:
            case Form():
                await self._show(exchange, answer)
            case Reply():
                await self._reply(exchange, answer)
            case _:
                assert_never(answer)

    async def _show(self, exchange: _Exchange, form: Form) -> None:
        """Open the form, or say where it can be opened when it is too late to."""
        spot = exchange.spot
        shown = self._modal(exchange, form, replace(spot, view=""))
        loop = asyncio.get_running_loop()
        try:
            if spot.view and not spot.is_home:
                await self._call(exchange, "views.update", {"view_id": spot.view, "view": shown})
                return
            if exchange.trigger and loop.time() - exchange.arrived < self._timings.trigger_life:
                await self._call(exchange, "views.open", {"trigger_id": exchange.trigger, "view": shown})
                return
        except Denied as denied:
            log.warning("form not opened", request=exchange.incoming.id, code=denied.code)
        except DeliveryError as error:
            log.warning("form not opened", request=exchange.incoming.id, reason=error.reason)
        await self._reply(exchange, await self._form_card(exchange, form))

    def _modal(self, exchange: _Exchange, form: Form, spot: Spot) -> Json:
        return forms.modal(form, Words(form.locale, ZoneInfo("UTC")), spot.written(), exchange.sender.home)

    async def _form_card(self, exchange: _Exchange, form: Form) -> Reply:
        """A form that comes too late to be opened, with what it holds kept for when it is."""
        if any(form.values.values()) and not form.action.arg:
            keeping = Submit(form.action, form.values, is_partial=True)
            kept = await self._core.handle(replace(exchange.incoming, asked=keeping))
            if isinstance(kept, Reply):
                return kept
            form = replace(form, action=kept.action)
        return forms.form_card(form, Words(form.locale, ZoneInfo("UTC")))

    async def _reply(self, exchange: _Exchange, reply: Reply) -> None:
        first, *rest = messages_of(reply, LIMITS)
        spot = exchange.spot
        if spot.is_home:
            # what a control of the home tab did is seen there; what it has to tell besides stands in a window
            if not reply.replaces or reply.is_refusal:
                await self._window(exchange, reply)
        elif spot.view:
            shown = outbound.window(reply, exchange.say)
            if not await self._do(exchange, "views.update", {"view_id": spot.view, "view": shown}):
                await self._by_message(exchange, (first, *rest))  # it was closed meanwhile
        elif not spot.response_url and not spot.channel:
            await self._window(exchange, reply)
        else:
            is_edit = reply.replaces and self._may_replace(spot, reply.privacy)
            await self._put(exchange, first, is_edit=is_edit)
            await self._follow(exchange, rest)
        await self._files(exchange, reply)
        await self._refresh(exchange)

    async def _window(self, exchange: _Exchange, reply: Reply) -> None:
        shown = outbound.window(reply, exchange.say)
        if not await self._do(exchange, "views.open", {"trigger_id": exchange.trigger, "view": shown}):
            await self._by_message(exchange, messages_of(reply, LIMITS))

    async def _follow(self, exchange: _Exchange, rest: Sequence[Reply]) -> None:
        for reply in rest:
            await self._put(exchange, reply, is_edit=False)

    async def _put(self, exchange: _Exchange, reply: Reply, *, is_edit: bool) -> None:
        """One message: by the response_url while that lives, else by the Web API."""
        spot, home = exchange.spot, exchange.sender.home
        if spot.response_url:
            try:
                await self._by_url(
                    spot.response_url,
                    outbound.response(reply, replaces=is_edit, home=exchange.sender.home),
                    is_edit=is_edit,
                )
                return
            except Denied as denied:
                if denied.code not in URL_IS_OVER:
                    log.error("answer refused", request=exchange.incoming.id, code=denied.code)
            except Temporary as error:
                log.warning("answer held up", request=exchange.incoming.id, reason=error.reason)
            except DeliveryError as error:  # perhaps it was seen; a second one would be worse than none
                log.warning("answer lost", request=exchange.incoming.id, reason=error.reason)
                return
        if is_edit and spot.message and not spot.is_ephemeral:
            told = {"channel": spot.channel, "ts": spot.message, **outbound.edited(reply, home).body}
            if await self._do(exchange, "chat.update", told):
                return
        elif spot.channel and not spot.response_url and not spot.is_direct and reply.privacy is Privacy.PRIVATE:
            told = {
                "channel": spot.channel,
                "user": exchange.sender.user,
                **outbound.message(reply, home=exchange.sender.home).body,
            }
            if await self._do(exchange, "chat.postEphemeral", told):
                return
        await self._by_message(exchange, (reply,))

    async def _by_url(self, url: str, body: Json, *, is_edit: bool) -> None:
        """Raises Denied and DeliveryError. What was surely not taken is tried again, and an edit in any case."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._wire.answer(url, body)
                return
            except Temporary as limited:
                if attempt == ATTEMPTS or (limited.wait or 0.0) > self._timings.patience:
                    raise
                await asyncio.sleep(limited.wait or 0.0)
            except DeliveryError:
                if attempt == ATTEMPTS or not is_edit:
                    raise

    async def _by_message(self, exchange: _Exchange, replies: Sequence[Reply]) -> None:
        """To whoever asked; what everybody may see goes where it was asked, if no command or control asked it."""
        account, channel = exchange.incoming.account, exchange.incoming.channel
        for number, reply in enumerate(replies):
            is_open = reply.privacy is Privacy.SHARED and not exchange.spot.response_url
            to = channel if is_open and channel is not None else Direct(PLATFORM, account.id, account.name)
            try:
                await self._send(to, replace(reply, files=()), f"answer:{exchange.incoming.id}:{number}")
            except DeliveryError as error:
                log.warning("answer dropped", request=exchange.incoming.id, reason=error.reason)
                return

    async def _files(self, exchange: _Exchange, reply: Reply) -> None:
        """Files go to whoever asked as direct messages: Slack has no files that only one person in a channel sees."""
        if reply.files:
            account = exchange.incoming.account
            to = Direct(PLATFORM, account.id, account.name)
            only = Reply(files=reply.files)
            try:
                await self._send(to, only, f"files:{exchange.incoming.id}")
            except DeliveryError as error:
                log.warning("files dropped", request=exchange.incoming.id, reason=error.reason)

    async def _do(self, exchange: _Exchange, method: str, body: Json) -> bool:
        """Whether the call was made; why not is in the log."""
        try:
            await self._call(exchange, method, body)
        except Denied as denied:
            log.warning("call refused", method=method, code=denied.code)
            return False
        except DeliveryError as error:
            log.warning("call failed", method=method, reason=error.reason)
            return False
        return True

    async def _call(self, exchange: _Exchange, method: str, body: Json) -> None:
        await self._wire.call(exchange.installed.token, method, body, patience=self._timings.patience)

    def _may_replace(self, spot: Spot, privacy: Privacy) -> bool:
        """Whether an answer can take the place of the message: what is private stays out of what others see."""
        if not spot.message:
            return False
        return spot.is_ephemeral or spot.is_direct or privacy is Privacy.SHARED

    # ---- the home tab

    async def _opened_home(self, answered: _Answered) -> None:
        account = answered.exchange.incoming.account.id
        self._homes.pop(account, None)
        self._homes[account] = None
        if len(self._homes) > HOMES:
            self._homes.popitem(last=False)
        if isinstance(answered.answer, Reply):
            await self._publish(answered.exchange, answered.answer)

    async def _refresh(self, exchange: _Exchange) -> None:
        """Bring the home tab up to date of somebody who looks at it."""
        account = exchange.incoming.account.id
        if account not in self._homes and not exchange.spot.is_home:
            return
        id_ = f"{exchange.incoming.id}.home"
        answer = await self._core.handle(replace(exchange.incoming, id=id_, asked=HOME))
        if isinstance(answer, Reply):
            await self._publish(exchange, answer)

    async def _publish(self, exchange: _Exchange, reply: Reply) -> None:
        shown = outbound.home(reply)
        await self._do(exchange, "views.publish", {"user_id": exchange.sender.user, "view": shown})

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


def _in_place(reply: Reply, spot: Spot) -> Reply:
    """A form's answer takes the place of the card about it; a refusal leaves that, so that one can go on with it."""
    return replace(reply, replaces=reply.replaces or (spot.is_ours and not reply.is_refusal))


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
