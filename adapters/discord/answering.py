"""An interaction from its arrival to its answer, within the times that Discord allows.

The first answer must come within 3 seconds, so what takes longer than 2 is deferred and answered by an edit. A form
can only be a first answer; one that comes too late becomes a card with a button to it. Behind 15 minutes, or when
Discord does not know the interaction any more, an answer goes out as direct messages.

An answer that Discord may or may not have taken is given again: to a second one it says that there is one already,
and an edit may be made twice. Only a message that follows the first answer can be lost: should the connection break
while it is sent, nobody can tell whether it was taken. Webhooks know no nonce (discord-api-docs, pull request 6647),
and what only its reader sees cannot be read back without the id that was lost. Twice would be worse than not at all.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import assert_never
from zoneinfo import ZoneInfo

import discord
import structlog

from adapters.discord import forms
from adapters.discord.files import attached
from adapters.discord.inbound import PLATFORM, Raw, filled, option_values, read, workspace_of
from adapters.discord.limits import LIMITS, OPTIONS, VALUE_LENGTH
from adapters.discord.outbound import EPHEMERAL, Json, Payload, edited, message
from adapters.discord.wire import Denied, Method, Wire
from bot.app import BROKEN
from bot.domain.addresses import Direct
from bot.domain.people import Workspace
from bot.domain.text import clip, safe_line
from bot.errors import DeliveryError, Temporary, Unsure
from bot.fit import messages_of
from bot.i18n import Words
from bot.markup import rich
from bot.platform import Core
from bot.request import Incoming, Press, Run, Submit
from bot.ui import Form, Privacy, Reply

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
"""Kinds of first answers (Interactions: Receiving and Responding)."""

UNKNOWN_INTERACTION, ACKNOWLEDGED = 10062, 40060
REMEMBERED = 10_000
"""Interactions that are known again when they come twice: after a resumed session Discord repeats the latest."""
ATTEMPTS = 3
RETRY_AFTER = 0.25
"""Seconds."""
UNKNOWN_MESSAGE = 10008

log = structlog.get_logger()

SendsDirect = Callable[[Direct, Reply, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the arrival of an interaction."""

    defer_after: float = 2.0
    suggest_within: float = 2.5
    token_life: float = 14.75 * 60
    """Discord's 15 minutes, less what an answer may take on its way."""
    followup_patience: float = 10.0


class _Taken(Enum):
    """What became of a first answer."""

    YES = "yes"
    TOO_LATE = "too late"
    """Discord knows of the interaction no more, or could not be told in time."""
    REFUSED = "refused"
    """It is not as Discord wants it: a fault of ours."""


class _AnsweredElsewhere(Exception):
    """Another process was given the same interaction, and answered it first."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page of a form, to be the first answer."""

    form: Form
    page: forms.Page


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One interaction under way. `arrived` is by the loop's clock."""

    interaction: discord.Interaction
    incoming: Incoming
    arrived: float
    say: Words

    def words_of(self, form: Form) -> Words:
        """Those of whoever fills it in, who may have chosen another language than their Discord has."""
        return Words(form.locale, self.say.zone) if form.locale else self.say

    @property
    def has_message(self) -> bool:
        """Whether it came of a control of a message, or of a form that such a control opened."""
        return self.interaction.message is not None

    @property
    def callback(self) -> Mapping[str, str]:
        return {"id": str(self.interaction.id), "token": self.interaction.token}

    @property
    def webhook(self) -> Mapping[str, str]:
        return {"application": str(self.interaction.application_id), "token": self.interaction.token}


class Answering:
    """Answers the interactions of one connection. `shortcuts` are as `declare.shortcuts_of` gives them."""

    def __init__(
        self, core: Core, wire: Wire, shortcuts: Mapping[str, str], send_direct: SendsDirect, timings: Timings
    ) -> None:
        self._core = core
        self._wire = wire
        self._shortcuts = shortcuts
        self._send_direct = send_direct
        self._timings = timings
        self._known: OrderedDict[int, None] = OrderedDict()
        self._names: dict[str, Workspace] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def take(self, interaction: discord.Interaction) -> None:
        """Answer it; one that was taken before is left alone."""
        if interaction.id in self._known:
            return
        self._known[interaction.id] = None
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await self._take(interaction)
        except _AnsweredElsewhere:
            log.info("answered elsewhere", interaction=interaction.id)
        except Exception:  # the edge: an interaction that breaks must not end the bot
            log.exception("interaction broke", interaction=interaction.id)
        finally:
            self._under_way.discard(task)

    async def finish(self, seconds: float) -> None:
        """Let what is under way be answered, for so long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def _take(self, interaction: discord.Interaction) -> None:
        arrived = asyncio.get_running_loop().time()
        takes = partial(attached, wire=self._wire)
        incoming = read(interaction, self._shortcuts, self._workspace(interaction), takes)
        exchange = _Exchange(interaction, incoming, arrived, Words(incoming.locale, ZoneInfo("UTC")))
        match interaction.type:
            case discord.InteractionType.autocomplete:
                await self._suggest(exchange)
            case discord.InteractionType.application_command | discord.InteractionType.component:
                await self._respond(exchange)
            case discord.InteractionType.modal_submit:
                await self._respond(exchange)
            case _:
                log.warning("interaction of an unknown kind", kind=str(interaction.type))

    def _workspace(self, interaction: discord.Interaction) -> Workspace | None:
        """The server; one that is out of reach for the moment keeps the name it had."""
        found = workspace_of(interaction)
        if found is None:
            return None
        if found.name:
            self._names[found.id] = found
        return self._names.get(found.id, found)

    # ---- what is answered

    async def _respond(self, exchange: _Exchange) -> None:
        work = asyncio.ensure_future(self._answer(exchange))
        try:
            await asyncio.wait({work}, timeout=self._timings.defer_after)
            if work.done():
                await self._first(exchange, work.result())
                return
            await self._defer(exchange)
            answer = await work
            await self._late(exchange, answer if isinstance(answer, Reply) else await self._form_card(exchange, answer))
        finally:
            work.cancel()

    async def _answer(self, exchange: _Exchange) -> _Shown | Reply:
        try:
            return await self._asked(exchange)
        except Exception:  # the edge, as in the core: whoever asked gets an answer, the operator the reason
            log.exception("request failed", interaction=exchange.incoming.id)
            return Reply(rich(exchange.say(BROKEN)), is_refusal=True)

    async def _asked(self, exchange: _Exchange) -> _Shown | Reply:
        incoming = exchange.incoming
        match incoming.asked:
            case Submit() as submit:
                return await self._submitted(exchange, submit)
            case Press(action) if (opening := forms.opens(action)) is not None:
                press, start = opening
                answer = await self._core.handle(replace(incoming, asked=press))
                if isinstance(answer, Reply):
                    return answer
                return await self._page(exchange, answer, forms.page_at(answer, start))
            case _:
                answer = await self._core.handle(incoming)
                if isinstance(answer, Reply):
                    return answer
                return await self._page(exchange, answer, forms.first_page(answer))

    async def _submitted(self, exchange: _Exchange, submit: Submit) -> Reply:
        answer = await self._core.handle(exchange.incoming)
        page = filled(_data(exchange.interaction))
        match answer:
            case Form() if page.following is not None and not answer.errors:
                reply = forms.page_card(answer, page.following, exchange.words_of(answer))
            case Form():
                reply = forms.form_card(answer, exchange.words_of(answer))
            case Reply():
                reply = answer
            case _:
                assert_never(answer)
        # a refusal leaves the card standing, so that there is still something to go on with
        goes_on = page.replaces and (isinstance(answer, Form) or not reply.is_refusal)
        return replace(reply, replaces=reply.replaces or goes_on)

    async def _page(self, exchange: _Exchange, form: Form, page: forms.Page) -> _Shown | Reply:
        """The page; what it does not show is kept first, where it is not yet."""
        if forms.hidden_values(form, page):
            kept = await self._kept(exchange, form)
            return kept if isinstance(kept, Reply) else _Shown(kept, page)
        return _Shown(form, page)

    async def _form_card(self, exchange: _Exchange, shown: _Shown) -> Reply:
        """A form that comes too late to be opened, with what it holds kept for when it is."""
        form: Form | Reply = shown.form
        if any(shown.form.values.values()):
            form = await self._kept(exchange, shown.form)
        return form if isinstance(form, Reply) else forms.form_card(form, exchange.words_of(form))

    async def _kept(self, exchange: _Exchange, form: Form) -> Form | Reply:
        """The form as that of a draft; what it says is wrong stays said."""
        if form.action.arg:
            return form
        keeping = Submit(form.action, form.values, is_partial=True)
        kept = await self._core.handle(replace(exchange.incoming, asked=keeping))
        return kept if isinstance(kept, Reply) else replace(form, action=kept.action)

    async def _suggest(self, exchange: _Exchange) -> None:
        path, values, param = option_values(_data(exchange.interaction))
        typed = values.get(param, "")
        others = {name: value for name, value in values.items() if name != param}
        asked = replace(exchange.incoming, asked=Run(path, others))
        try:
            async with asyncio.timeout(self._timings.suggest_within):
                found = await self._core.suggest(asked, param, typed)
        except TimeoutError:
            return  # the client shows that it has nothing; the next letter asks again
        choices: list[Json] = []
        for option in found:
            label = clip(safe_line(option.label), VALUE_LENGTH)
            if label and 0 < len(option.value) <= VALUE_LENGTH and len(choices) < OPTIONS:
                choices.append({"name": label, "value": option.value})
        await self._callback(exchange, {"type": CHOICES, "data": {"choices": choices}})

    # ---- how it gets there

    async def _first(self, exchange: _Exchange, answer: _Shown | Reply) -> None:
        if isinstance(answer, _Shown):
            replaces = self._may_replace(exchange, Privacy.PRIVATE) and _is_ours(exchange)
            body = forms.modal(answer.form, answer.page, exchange.words_of(answer.form), replaces=replaces)
            taken = await self._callback(exchange, {"type": MODAL, "data": body})
            if taken is _Taken.REFUSED:
                await self._apologise(exchange)
            return
        first, *rest = messages_of(answer, LIMITS)
        kind, payload = MESSAGE, message(first)
        if answer.replaces and self._may_replace(exchange, answer.privacy):
            kind, payload = UPDATE, edited(first)
        match await self._callback(exchange, {"type": kind, "data": payload.body}, payload):
            case _Taken.YES:
                await self._follow(exchange, rest)
            case _Taken.TOO_LATE:
                await self._by_direct_message(exchange, (first, *rest))
            case _Taken.REFUSED:
                await self._apologise(exchange)

    async def _apologise(self, exchange: _Exchange) -> None:
        sorry = message(Reply(rich(exchange.say(BROKEN)), is_refusal=True))
        await self._callback(exchange, {"type": MESSAGE, "data": sorry.body})

    async def _defer(self, exchange: _Exchange) -> _Taken:
        if exchange.has_message:
            return await self._callback(exchange, {"type": DEFERRED_UPDATE})
        return await self._callback(exchange, {"type": DEFERRED, "data": {"flags": EPHEMERAL}})

    async def _late(self, exchange: _Exchange, reply: Reply) -> None:
        """What was deferred. Whether somebody else sees it was settled then: it is private, until told otherwise."""
        first, *rest = messages = messages_of(reply, LIMITS)
        if asyncio.get_running_loop().time() - exchange.arrived > self._timings.token_life:
            await self._by_direct_message(exchange, messages)
            return
        is_edit = not exchange.has_message or (reply.replaces and self._may_replace(exchange, reply.privacy))
        try:
            if not exchange.has_message and reply.privacy is Privacy.SHARED:
                await self._take_back(exchange)
                is_edit = False
            if is_edit:
                await self._webhook(exchange, "PATCH", "/messages/@original", edited(first))
            else:
                await self._followup(exchange, first)
        except (Denied, Temporary) as error:
            await self._elsewhere(exchange, messages, error)
            return
        except DeliveryError as error:
            log.warning("answer lost", interaction=exchange.incoming.id, reason=error.reason)
            return
        await self._follow(exchange, rest)

    async def _follow(self, exchange: _Exchange, rest: Sequence[Reply]) -> None:
        for number, reply in enumerate(rest):
            try:
                await self._followup(exchange, reply)
            except (Denied, Temporary) as error:
                await self._elsewhere(exchange, rest[number:], error)
                return
            except DeliveryError as error:  # perhaps it was seen; a second one would be worse than none
                log.warning("answer lost", interaction=exchange.incoming.id, reason=error.reason)

    async def _followup(self, exchange: _Exchange, reply: Reply) -> None:
        await self._webhook(exchange, "POST", "", message(reply))

    async def _take_back(self, exchange: _Exchange) -> None:
        """Remove what was deferred."""
        try:
            await self._webhook(exchange, "DELETE", "/messages/@original")
        except Denied as denied:
            if denied.code != UNKNOWN_MESSAGE:  # gone at the first try, the news of which was lost
                raise

    async def _webhook(
        self,
        exchange: _Exchange,
        method: Method,
        path: str,
        payload: Payload | None = None,
    ) -> None:
        """Write to the interaction's webhook.

        What was surely not seen is tried again for `followup_patience`, and so is what may be done twice without
        harm, which a new message (POST) may not. Raises Denied; Temporary when it was surely not done; Unsure.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._timings.followup_patience
        while True:
            try:
                await self._wire.request(
                    method,
                    "/webhooks/{application}/{token}" + path,
                    exchange.webhook,
                    body=None if payload is None else payload.body,
                    files=() if payload is None else payload.files,
                    patience=until - loop.time(),
                    is_answer=True,
                )
                return
            except (Temporary, Unsure) as error:
                wait = max(RETRY_AFTER, error.wait or 0.0) if isinstance(error, Temporary) else RETRY_AFTER
                if (isinstance(error, Unsure) and method == "POST") or loop.time() + wait > until:
                    raise
            await asyncio.sleep(wait)

    async def _callback(self, exchange: _Exchange, body: Json, payload: Payload | None = None) -> _Taken:
        """Give the first answer."""
        files = payload.files if payload is not None else ()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._wire.request(
                    "POST",
                    "/interactions/{id}/{token}/callback",
                    exchange.callback,
                    body=body,
                    files=files,
                    is_answer=True,
                )
                return _Taken.YES
            except Denied as denied:
                if denied.code == ACKNOWLEDGED and attempt == 1:
                    raise _AnsweredElsewhere from None
                if denied.code == ACKNOWLEDGED:  # by us: only the news of it was lost
                    return _Taken.YES
                if denied.code == UNKNOWN_INTERACTION:
                    break
                log.error("answer refused", interaction=exchange.incoming.id, code=denied.code, text=denied.text)
                return _Taken.REFUSED
            except (Temporary, Unsure) as error:
                log.warning("answer unsure", interaction=exchange.incoming.id, reason=error.reason, attempt=attempt)
        log.warning("answered too late", interaction=exchange.incoming.id)
        return _Taken.TOO_LATE

    async def _elsewhere(self, exchange: _Exchange, replies: Sequence[Reply], reason: Denied | Temporary) -> None:
        """What the interaction takes no more, or surely did not take for too long."""
        log.warning("interaction is over", interaction=exchange.incoming.id, reason=str(reason))
        await self._by_direct_message(exchange, replies)

    async def _by_direct_message(self, exchange: _Exchange, replies: Sequence[Reply]) -> None:
        account = exchange.incoming.account
        to = Direct(PLATFORM, account.id, account.name)
        for number, reply in enumerate(replies):
            try:
                await self._send_direct(to, reply, f"answer:{exchange.incoming.id}:{number}")
            except DeliveryError as error:
                log.warning("answer dropped", interaction=exchange.incoming.id, reason=error.reason)
                return

    def _may_replace(self, exchange: _Exchange, privacy: Privacy) -> bool:
        """Whether an answer can take the place of the message: what is private stays out of what others see."""
        source = exchange.interaction.message
        if source is None:
            return False
        is_private = bool(source.flags.value & EPHEMERAL) or exchange.interaction.guild_id is None
        return is_private or privacy is Privacy.SHARED


def _data(interaction: discord.Interaction) -> Raw:
    return interaction.data or {}


def _is_ours(exchange: _Exchange) -> bool:
    """Whether a form was opened from a card about that very form, which its answer then replaces."""
    match exchange.incoming.asked:
        case Press(action):
            return action.name in (forms.OPEN, forms.CHANGE)
        case _:
            return False
