"""How an answer gets to whoever asked: into a message's place or beside it, into a window, onto the home tab.

A response_url takes five messages in half an hour. Behind that a message is changed by the Web API, and what only
one person may see goes to them as a direct message. Forms are opened while the trigger_id lives, 3 seconds; one that
comes later becomes a card with a button to it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from zoneinfo import ZoneInfo

import structlog

from adapters.slack import forms, outbound
from adapters.slack.inbound import HOME, PLATFORM, Sender, Spot
from adapters.slack.installing import Installed
from adapters.slack.limits import LIMITS
from adapters.slack.wire import URL_IS_OVER, Denied, Json, Wire
from bot.domain.addresses import Address, Direct
from bot.errors import DeliveryError, Temporary
from bot.fit import messages_of
from bot.i18n import Words
from bot.platform import Core
from bot.request import Incoming, Submit
from bot.ui import Answer, Form, Privacy, Reply

HOMES = 1_000
"""People whose home tab is brought up to date after what they do: those who looked at it last."""
ATTEMPTS = 3

log = structlog.get_logger()

Sends = Callable[[Address, Reply, str], Awaitable[object]]


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
class Exchange:
    """One payload under way. `arrived` is by the loop's clock."""

    incoming: Incoming
    sender: Sender
    installed: Installed
    spot: Spot
    trigger: str
    arrived: float
    say: Words


class Replying:
    """Brings answers to people. `send` posts a message that `find_sent` knows again."""

    def __init__(self, core: Core, wire: Wire, send: Sends, timings: Timings) -> None:
        self._core = core
        self._wire = wire
        self._send = send
        self._timings = timings
        self._homes: OrderedDict[str, None] = OrderedDict()

    async def deliver(self, exchange: Exchange, answer: Answer) -> None:
        """An answer that no acknowledgement carries."""
        match answer:
            case Form():
                await self.show(exchange, answer)
            case Reply():
                await self.reply(exchange, answer)
            case _:
                assert_never(answer)

    async def show(self, exchange: Exchange, form: Form) -> None:
        """Open the form, or say where it can be opened when it is too late to."""
        spot = exchange.spot
        shown = self.modal(exchange, form, replace(spot, view=""))
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
        await self.reply(exchange, await self.form_card(exchange, form))

    def modal(self, exchange: Exchange, form: Form, spot: Spot) -> Json:
        return forms.modal(form, Words(form.locale, ZoneInfo("UTC")), spot.written(), exchange.sender.home)

    async def form_card(self, exchange: Exchange, form: Form) -> Reply:
        """A form that comes too late to be opened, with what it holds kept for when it is."""
        if any(form.values.values()) and not form.action.arg:
            keeping = Submit(form.action, form.values, is_partial=True)
            kept = await self._core.handle(replace(exchange.incoming, asked=keeping))
            if isinstance(kept, Reply):
                return kept
            form = replace(form, action=kept.action)
        return forms.form_card(form, Words(form.locale, ZoneInfo("UTC")))

    async def reply(self, exchange: Exchange, reply: Reply) -> None:
        first, *rest = messages_of(reply, LIMITS)
        spot = exchange.spot
        if spot.is_home:
            # what a control of the home tab did is seen there; what it has to tell besides stands in a window
            if not reply.replaces or reply.is_refusal:
                await self._window(exchange, reply)
        elif spot.view:
            shown = outbound.window(reply, exchange.say)
            if not await self.do(exchange, "views.update", {"view_id": spot.view, "view": shown}):
                await self._by_message(exchange, (first, *rest))  # it was closed meanwhile
        elif not spot.response_url and not spot.channel:
            await self._window(exchange, reply)
        else:
            is_edit = reply.replaces and self._may_replace(spot, reply.privacy)
            await self._put(exchange, first, is_edit=is_edit)
            await self.follow(exchange, rest)
        await self.files(exchange, reply)
        await self.refresh(exchange)

    async def _window(self, exchange: Exchange, reply: Reply) -> None:
        shown = outbound.window(reply, exchange.say)
        if not await self.do(exchange, "views.open", {"trigger_id": exchange.trigger, "view": shown}):
            await self._by_message(exchange, messages_of(reply, LIMITS))

    async def follow(self, exchange: Exchange, rest: Sequence[Reply]) -> None:
        for reply in rest:
            await self._put(exchange, reply, is_edit=False)

    async def _put(self, exchange: Exchange, reply: Reply, *, is_edit: bool) -> None:
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
            if await self.do(exchange, "chat.update", told):
                return
        elif spot.channel and not spot.response_url and not spot.is_direct and reply.privacy is Privacy.PRIVATE:
            told = {
                "channel": spot.channel,
                "user": exchange.sender.user,
                **({"thread_ts": spot.thread} if spot.thread else {}),
                **outbound.message(reply, home=exchange.sender.home).body,
            }
            if await self.do(exchange, "chat.postEphemeral", told):
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

    async def _by_message(self, exchange: Exchange, replies: Sequence[Reply]) -> None:
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

    async def files(self, exchange: Exchange, reply: Reply) -> None:
        """Files go to whoever asked as direct messages: Slack has no files that only one person in a channel sees."""
        if reply.files:
            account = exchange.incoming.account
            to = Direct(PLATFORM, account.id, account.name)
            only = Reply(files=reply.files)
            try:
                await self._send(to, only, f"files:{exchange.incoming.id}")
            except DeliveryError as error:
                log.warning("files dropped", request=exchange.incoming.id, reason=error.reason)

    async def do(self, exchange: Exchange, method: str, body: Json) -> bool:
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

    async def _call(self, exchange: Exchange, method: str, body: Json) -> None:
        await self._wire.call(exchange.installed.token, method, body, patience=self._timings.patience)

    def _may_replace(self, spot: Spot, privacy: Privacy) -> bool:
        """Whether an answer can take the place of the message: what is private stays out of what others see."""
        if not spot.message:
            return False
        return spot.is_ephemeral or spot.is_direct or privacy is Privacy.SHARED

    # ---- the home tab

    async def opened_home(self, exchange: Exchange, answer: Answer) -> None:
        """Show the home tab to somebody who looks at it now."""
        account = exchange.incoming.account.id
        self._homes.pop(account, None)
        self._homes[account] = None
        if len(self._homes) > HOMES:
            self._homes.popitem(last=False)
        if isinstance(answer, Reply):
            await self._publish(exchange, answer)

    async def refresh(self, exchange: Exchange) -> None:
        """Bring the home tab up to date of somebody who looks at it."""
        account = exchange.incoming.account.id
        if account not in self._homes and not exchange.spot.is_home:
            return
        id_ = f"{exchange.incoming.id}.home"
        answer = await self._core.handle(replace(exchange.incoming, id=id_, asked=HOME))
        if isinstance(answer, Reply):
            await self._publish(exchange, answer)

    async def _publish(self, exchange: Exchange, reply: Reply) -> None:
        shown = outbound.home(reply)
        await self.do(exchange, "views.publish", {"user_id": exchange.sender.user, "view": shown})


def in_place(reply: Reply, spot: Spot) -> Reply:
    """A form's answer takes the place of the card about it; a refusal leaves that, so that one can go on with it."""
    return replace(reply, replaces=reply.replaces or (spot.is_ours and not reply.is_refusal))
