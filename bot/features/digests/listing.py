"""Digests that are set: seen, tried, paused, resumed and removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import Pressed, Services, read_id
from bot.domain.delivery import OutboxLine
from bot.domain.digests import DIGEST, Digest
from bot.errors import NotFound
from bot.features.digests import posting
from bot.features.digests.lookup import DigestParam
from bot.features.digests.news import gathered, gone_card
from bot.features.digests.words import schedule, shows
from bot.i18n import N_, Slash
from bot.markup import Bold, Rich, rich
from bot.request import Press, Request
from bot.ui import Action, Answer, Button, Card, Field, Privacy, Reply, Style

PREVIEW, PAUSE, RESUME, REMOVE = "digest.preview", "digest.pause", "digest.resume", "digest.remove"


@dataclass(frozen=True, slots=True)
class AllDigests:
    pass


@dataclass(frozen=True, slots=True)
class OneDigest:
    digest: Annotated[Digest, DigestParam(N_("Digest"), N_("Its channel, or its number in the list"))]


async def list_digests(_ask: AllDigests, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        digests = await uow.digests.listed(request.community.id)
        failed = [await uow.outbox.buried(each.community, DIGEST, each.id) for each in digests]
    if not digests:
        return Reply(rich(say(N_("No digest is set. {set} makes one."), set=Slash("/digest set"))))
    text = say.many("{count} digest", "{count} digests", len(digests))
    cards = tuple(digest_card(each, line, request) for each, line in zip(digests, failed, strict=True))
    return Reply(rich(text), cards)


async def preview_digest(ask: OneDigest, request: Request, services: Services) -> Reply:
    async with services.store.reading() as uow:
        page = await posting.found(ask.digest, uow, request.now)
        shared = await posting.new_in_library(ask.digest, uow, request.now)
        news = await gathered(ask.digest, page.occurrences, uow, request.now)
        left = {each.id: each for each in await uow.events.several(ask.digest.community, news.gone, person=None)}
    limits = services.platforms[request.account.platform].limits
    gone = gone_card(news, left, request.say, limits)
    if not page.total and not shared and not gone:
        return Reply(rich(request.say(N_("Nothing to show: no event matches in these days."))))
    left_out = page.total - len(page.occurrences)
    shown = posting.digest_reply(ask.digest, page.occurrences, request.say, left_out=left_out, news=news, gone=gone)
    if shared:
        left_out = max(0, len(shared) - posting.RESOURCES_MOST)
        more = posting.library_reply(shared[: posting.RESOURCES_MOST], request.say, left_out)
        shown = replace(shown, cards=shown.cards + more.cards)
    return replace(shown, privacy=Privacy.PRIVATE)


async def pause_digest(ask: OneDigest, request: Request, services: Services) -> Reply:
    paused = replace(ask.digest, is_paused=True)
    async with services.store.writing() as uow:
        await uow.digests.change(paused)
        await uow.due.drop(DIGEST, paused.id)
    return _after(N_("Paused. It says nothing until it is resumed."), paused, request)


async def resume_digest(ask: OneDigest, request: Request, services: Services) -> Reply:
    if not ask.digest.is_paused:  # one that is overdue this very moment must stay so
        return _after(N_("It was not paused."), ask.digest, request)
    resumed = replace(ask.digest, is_paused=False)
    async with services.store.writing() as uow:
        await uow.digests.change(resumed)
        await uow.due.put(posting.due_of(resumed, request.now))
    return _after(N_("Resumed."), resumed, request)


async def remove_digest(ask: OneDigest, request: Request, services: Services) -> Reply:
    digest = ask.digest
    async with services.store.writing() as uow:
        await uow.digests.remove(digest.community, digest.id)
        await uow.due.drop(DIGEST, digest.id)
    text = request.say(
        N_("Removed: {channel}, {schedule}."),
        channel=f"#{digest.channel.name}",
        schedule=schedule(digest, request.say),
    )
    return Reply(rich(text), replaces=True)


def digest_card(digest: Digest, failed: OutboxLine | None, request: Request) -> Card:
    """One digest with when it comes next, what went wrong last, and what can be done with it."""
    say, arg = request.say, str(digest.id)
    comes = say(N_("paused")) if digest.is_paused else _next(digest, request)
    pairs = [
        (N_("Shows"), rich(shows(digest, say))),
        (N_("Looks ahead"), rich(say.many("{count} day", "{count} days", digest.days))),
        (N_("Next one"), rich(comes)),
        (N_("Not delivered"), rich(failed.reason) if failed else Rich()),
    ]
    toggle = (
        Button(say(N_("Resume")), Action(RESUME, arg))
        if digest.is_paused
        else Button(say(N_("Pause")), Action(PAUSE, arg))
    )
    return Card(
        title=rich(Bold(f"#{digest.channel.name}"), " · ", schedule(digest, say)),
        fields=tuple(Field(say(name), value) for name, value in pairs if value),
        controls=(
            Button(say(N_("Preview")), Action(PREVIEW, arg)),
            toggle,
            Button(say(N_("Remove")), Action(REMOVE, arg), Style.DANGER),
        ),
    )


def _next(digest: Digest, request: Request) -> str:
    return request.say.moment(digest.next_after(request.now), ZoneInfo(digest.zone))


def _after(text: str, digest: Digest, request: Request) -> Reply:
    return Reply(rich(request.say(text)), (digest_card(digest, None, request),), replaces=True)


def _pressed(command: Callable[[OneDigest, Request, Services], Awaitable[Reply]]) -> Pressed:
    """The same as a command, for a button that carries the digest's id."""

    async def press(press: Press, request: Request, services: Services) -> Answer:
        number = read_id(press.action.arg)
        async with services.store.reading() as uow:
            digest = None if number is None else await uow.digests.get(request.community.id, number)
        if digest is None:
            raise NotFound(
                N_("This digest is not there any more. {list} shows those that are."), list=Slash("/digest list")
            )
        return await command(OneDigest(digest), request, services)

    return press


PRESSES: Mapping[str, Pressed] = {
    PREVIEW: _pressed(preview_digest),
    PAUSE: _pressed(pause_digest),
    RESUME: _pressed(resume_digest),
    REMOVE: _pressed(remove_digest),
}
