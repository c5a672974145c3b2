"""A digest that falls due: its events and parts are fixed then, and each part is put into words as it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from bot.commands import Fallen, Message, Services
from bot.domain.delivery import Due, Fact, Moot, Owed
from bot.domain.digests import DIGEST, LATE_MOST, Digest
from bot.domain.events import Occurrence, Page
from bot.domain.people import Community
from bot.domain.resources import Resource
from bot.features.digests.news import NO_NEWS, News, counted, facts_of, gathered, gone_card, mark, news_in, renamed
from bot.features.digests.words import filters, search_for
from bot.features.events.cards import short_card, when
from bot.features.resources.news import news_card
from bot.fit import fit
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Rich, joined, rich
from bot.platform import Limits, Platform
from bot.ports import UnitOfWork
from bot.ui import Card, Privacy, Reply

log = structlog.get_logger()

EVENTS_MOST = 60
"""Events in one digest; it says how many more there are."""

RESOURCES_MOST = 8
"""What is new in the library, in one digest; it says how many more there are."""

COUNTED_MOST = 100
"""More than these are not counted."""


def due_of(digest: Digest, now: datetime) -> Due:
    """When it falls due next. How much one message holds is known to who serves its platform."""
    return Due(DIGEST, digest.id, digest.next_after(now), digest.channel.platform)


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Fallen]:
    digests = {each.id: each for each in await uow.digests.fallen_due([row.subject for row in rows])}
    removed = await uow.people.removed()
    fallen: list[Fallen] = []
    for row in rows:
        digest = digests.get(row.subject)
        if digest is None or digest.is_paused:
            fallen.append(Fallen(row, None))
            continue
        again = digest.next_after(now)
        if (digest.channel.platform, digest.channel.workspace) in removed:  # it goes on when the bot is back there
            fallen.append(Fallen(row, again))
            continue
        if now - row.at > LATE_MOST:
            log.warning("digest skipped: too late", digest=digest.id, was_due=row.at.isoformat())
            fallen.append(Fallen(row, again))
            continue
        fallen.append(Fallen(row, again, await _owed(digest, row, uow, services, now)))
    return fallen


async def render(rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Message | Moot]:
    digests = {each.id: each for each in await uow.digests.fallen_due([row.subject for row in rows])}
    paused = {each.id for each in digests.values() if each.is_paused}
    messages = await render_again(rows, uow, services, now)
    return [
        Moot("the digest was paused") if row.subject in paused else message
        for row, message in zip(rows, messages, strict=True)
    ]


async def render_again(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """What was posted stays true while its digest is paused."""
    digests = {each.id: each for each in await uow.digests.fallen_due([row.subject for row in rows])}
    messages: list[Message | Moot] = []
    for row in rows:
        digest = digests.get(row.subject)
        community = await uow.people.community(digest.community) if digest else None
        if digest is None or community is None:
            messages.append(Moot("the digest was removed"))
            continue
        if "resources" in row.facts:
            messages.append(await _library(row, digest, community, uow, services))
            continue
        ids = [int(str(id_)) for id_ in _listed(row.facts["occurrences"])]
        told = news_in(row.facts)
        now_ = await uow.events.stood_for(digest.community, [*ids, *told.gone], person=None)
        known = {each.id: each for each in now_.values()}
        occurrences = list({now_[id_].id: now_[id_] for id_ in ids if id_ in now_}.values())
        news = renamed(told, now_)
        platform = services.platforms[row.address.platform]
        say = _words(digest, community, platform)
        gone = gone_card(news, known, say, platform.limits)
        if not occurrences and not gone and ids:
            messages.append(Moot("all its events are gone"))
            continue
        reply = _fitted(row, digest, occurrences, news, gone, say, platform.limits)
        messages.append(Message(reply, {each.event_id: each.version for each in known.values()}))
    return messages


async def found(digest: Digest, uow: UnitOfWork, now: datetime) -> Page:
    """What a digest tells of at that moment."""
    search = search_for(digest, now)
    return await uow.events.find(digest.community, search, person=None, offset=0, limit=EVENTS_MOST)


async def new_in_library(digest: Digest, uow: UnitOfWork, at: datetime) -> Sequence[Resource]:
    """What was shared since the one before, where the digest tells of that; newest first."""
    if not digest.shows_library:
        return ()
    since = digest.last_before(at)
    return await uow.resources.newest(digest.community, since, at, COUNTED_MOST)


def library_reply(resources: Sequence[Resource], say: Words, left_out: int) -> Reply:
    """What is new in the library, a message of its own."""
    return Reply(cards=(news_card(say(N_("New in the library")), resources, say, left_out),), privacy=Privacy.SHARED)


def digest_reply(
    digest: Digest,
    occurrences: Sequence[Occurrence],
    say: Words,
    *,
    part: int = 1,
    parts: int = 1,
    left_out: int = 0,
    card: Callable[[Occurrence, Words], Card] = short_card,
    news: News = NO_NEWS,
    gone: Card | None = None,
) -> Reply:
    """The events by day, each with what is news about it, and before them `gone`: what is not listed any more.
    `left_out` is how many more there are than one digest holds.
    """
    zone = ZoneInfo(digest.zone)
    cards: list[Card] = [gone] if gone else []
    day: date | None = None
    for occurrence in occurrences:
        starts = occurrence.starts.astimezone(zone).date()
        if starts != day:
            day = starts
            cards.append(Card(title=rich(Bold(say.day(day)))))
        shown = card(occurrence, say)
        cards.append(replace(shown, body=joined([shown.body, mark(occurrence, news, say)], "\n")))
    if left_out:
        more = say.many("{count} more: {find}", "{count} more: {find}", left_out, find=Slash("/event find"))
        cards.append(Card(body=rich(more)))
    head = _head(digest, occurrences, say, part, parts, counted(news, say))
    return Reply(head, tuple(cards), privacy=Privacy.SHARED)


def essentials_card(occurrence: Occurrence, say: Words) -> Card:
    """Only title and time, should an event have grown between its digest's falling due and its going out."""
    whole = short_card(occurrence, say)
    return Card(whole.title, when(occurrence, say), controls=whole.controls)


def laid_out(
    digest: Digest,
    occurrences: Sequence[Occurrence],
    say: Words,
    limits: Limits,
    news: News = NO_NEWS,
    gone: Card | None = None,
) -> list[Sequence[Occurrence]]:
    """The occurrences in as few stretches as the platform's messages hold, in order; `gone` is in the first."""
    stretches: list[Sequence[Occurrence]] = []
    rest = occurrences
    while rest:
        count = _most_that_fits(digest, rest, say, limits, news, None if stretches else gone)
        stretches.append(rest[:count])
        rest = rest[count:]
    return stretches


def _most_that_fits(
    digest: Digest, rest: Sequence[Occurrence], say: Words, limits: Limits, news: News, gone: Card | None
) -> int:
    """At least one: alone, an event is shortened instead."""

    def fits(count: int) -> bool:
        # numbers and the line about more events take room too: try with the longest that can stand there
        reply = digest_reply(
            digest, rest[:count], say, part=EVENTS_MOST, parts=EVENTS_MOST, left_out=99_999, news=news, gone=gone
        )
        return len(fit(reply, limits).messages) == 1

    return _most(min(len(rest), limits.cards), fits)


def _most(high: int, fits: Callable[[int], bool]) -> int:
    """The largest that fits, from 1, which is not tried; by halving, since every try measures all of a message."""
    low = 1
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


async def _owed(digest: Digest, row: Due, uow: UnitOfWork, services: Services, now: datetime) -> tuple[Owed, ...]:
    page = await found(digest, uow, now)
    shared = await new_in_library(digest, uow, row.at)
    news = await gathered(digest, page.occurrences, uow, now)
    if not page.total and not shared and not news.gone and digest.skips_empty:
        return ()
    community = await uow.people.community(digest.community)
    platform = services.platforms.get(digest.channel.platform)
    if community is None or platform is None:
        raise LookupError("the digest's platform is not running here")  # it is put off, and tried again
    say = _words(digest, community, platform)
    left = {each.id: each for each in await uow.events.several(digest.community, news.gone, person=None)}
    gone = gone_card(news, left, say, platform.limits)
    stretches: Sequence[Sequence[Occurrence]] = laid_out(digest, page.occurrences, say, platform.limits, news, gone)
    if not stretches and (gone or not (shared and digest.skips_empty)):
        stretches = [()]
    period = row.at.astimezone(ZoneInfo(digest.zone)).date().isoformat()
    told: list[Mapping[str, Fact]] = [
        {
            "occurrences": [each.id for each in stretch],
            "parts": len(stretches),
            "left_out": page.total - len(page.occurrences) if part == len(stretches) else 0,
            **facts_of(news, stretch, part),
        }
        for part, stretch in enumerate(stretches, 1)
    ]
    if shared:
        left_out = max(0, len(shared) - RESOURCES_MOST)
        told.append({"resources": [each.id for each in shared[:RESOURCES_MOST]], "left_out": left_out})
    return tuple(
        Owed(
            kind=DIGEST,
            subject=digest.id,
            period=period,
            address=digest.channel,
            community=digest.community,
            part=part,
            facts=facts,
            not_after=row.at + LATE_MOST,
            follows=part - 1 if part > 1 else None,
        )
        for part, facts in enumerate(told, 1)
    )


def _fitted(
    row: Owed,
    digest: Digest,
    occurrences: Sequence[Occurrence],
    news: News,
    gone: Card | None,
    say: Words,
    limits: Limits,
) -> Reply:
    """In one message. Where its events have outgrown that since it fell due: only titles and times; without how they
    were before; and at last as many of them as fit.
    """
    parts, left_out = int(str(row.facts["parts"])), int(str(row.facts["left_out"]))

    def messages(most: int, card: Callable[[Occurrence, Words], Card], told: News) -> Sequence[Reply]:
        more = left_out + len(occurrences) - most
        shown = occurrences[:most]
        reply = digest_reply(
            digest, shown, say, part=row.part, parts=parts, left_out=more, card=card, news=told, gone=gone
        )
        return fit(reply, limits).messages

    count, plainer = len(occurrences), replace(news, was={}, first={})
    for card, told in ((short_card, news), (essentials_card, news), (essentials_card, plainer)):
        found = messages(count, card, told)
        if len(found) == 1:
            return found[0]
    most = _most(count, lambda some: len(messages(some, essentials_card, plainer)) == 1)
    found = messages(most, essentials_card, plainer)
    if len(found) > 1:
        raise ValueError("not even one event of this part fits in a message")
    return found[0]


async def _library(
    row: Owed, digest: Digest, community: Community, uow: UnitOfWork, services: Services
) -> Message | Moot:
    ids = [int(str(id_)) for id_ in _listed(row.facts["resources"])]
    resources = await uow.resources.several(digest.community, ids, person=None)
    if not resources:
        return Moot("all of it was removed")
    platform = services.platforms[row.address.platform]
    say = _words(digest, community, platform)
    shown = list(resources)
    left_out = int(str(row.facts["left_out"]))
    while len(fitted := fit(library_reply(shown, say, left_out), platform.limits).messages) > 1 and len(shown) > 1:
        shown.pop()
        left_out += 1
    return Message(fitted[0])


def _head(digest: Digest, occurrences: Sequence[Occurrence], say: Words, part: int, parts: int, counts: str) -> Rich:
    days = say.many("today", "in the next {count} days", digest.days)
    if not occurrences:
        return joined([rich(say(N_("No events {days}"), days=days)), counts], " · ")
    if part > 1:
        return rich(say(N_("Coming up, {part} of {parts}"), part=part, parts=parts))
    numbered = say(N_("1 of {parts}"), parts=parts) if parts > 1 else ""
    head = rich(Bold(say(N_("Coming up {days}"), days=days)))
    return joined([head, filters(digest, say), counts, numbered], " · ")


def _words(digest: Digest, community: Community, platform: Platform) -> Words:
    return Words(community.locale, ZoneInfo(digest.zone), platform.commands)


def _listed(fact: object) -> Sequence[object]:
    return fact if isinstance(fact, list | tuple) else ()
