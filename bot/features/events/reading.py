"""`event add` with a link: what its page tells of an event, where title or time were not said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.commands import Completed, Services
from bot.domain.datewords import read_series, refusals, write_series
from bot.domain.events import (
    DESCRIPTION_MOST,
    GENRE_MOST,
    GENRES_MOST,
    HORIZON,
    TITLE_MOST,
    VENUE_MOST,
    Details,
    SourceEvent,
    Timing,
)
from bot.domain.moments import YEARS, Moment, moment_at, write_moment
from bot.domain.pages import Page
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from bot.domain.resources import Kind
from bot.domain.rules import parse, spell, walls
from bot.domain.sources import PageEvents
from bot.domain.text import clean_line, clean_text, clip
from bot.domain.walls import instant
from bot.errors import Refused
from bot.features.events.locating import Cities, details_of
from bot.i18n import N_, Words
from bot.params import Cost, Option, Reading, Url, shortened
from bot.request import Request

OFFERED = 25
"""Events of one page that a card offers to choose from; the others are chosen by their number."""


async def read_link(said: Mapping[str, Any], request: Request, services: Services) -> Completed:  # Any: values
    """Implements `bot.commands.Command.completes`: what the page behind the link tells of, where title or time are not
    said. Of several events the one that comes first, or the one with the number `pick`.
    """
    link = said.get("link")
    missing = next((name for name in ("title", "when") if name not in said), "")
    if link is None or not (missing or "pick" in said):
        return Completed()
    try:
        page = await services.web.events(link, request.zone.key)
    except Refused as refused:
        raise Refused(refused.text, param=missing or "pick", **refused.values) from None
    if not page.events:
        raise _tells_of_none(page.page, missing or "pick", request.say)
    number = said.get("pick", 1)
    if number > len(page.events):
        raise Refused(
            N_("This page tells of {count} events that I can read. Choose a number up to that."),
            param="pick",
            count=request.say.number(len(page.events)),
        )
    event = page.events[number - 1]
    details, timing = await _located(event, said.get("city"), request, services)
    values = {
        "title": clip(clean_line(event.title), TITLE_MOST) or (page.page.title if page.page else ""),
        **_when(event, timing, said.get("when"), request),
        "city": "" if details.place is None else details.place.full_label,
        "venue": clip(clean_line(details.venue), VENUE_MOST),
        "link": _link(event.link, request),
        "kind": details.kind or "",
        "genres": ", ".join(_genres(details.genres)),
        "price": Cost("", "").write(details.price) if details.price else "",
        "online": _link(details.online_link, request),
        "about": clip(clean_text(event.description), DESCRIPTION_MOST),
    }
    return _completed({name: value for name, value in values.items() if value}, page, request)


def _completed(values: Mapping[str, str], page: PageEvents, request: Request) -> Completed:
    if len(page.events) == 1:
        return Completed(values)
    options = [_option(number, each, request) for number, each in enumerate(page.events[:OFFERED], 1)]
    count = request.say.number(len(page.events) + page.more)
    label = request.say(N_("Another of the {count} events of this page"), count=count)
    return Completed(values, label, "pick", tuple(options))


def _option(number: int, event: SourceEvent, request: Request) -> Option:
    timing = event.timing
    with suppress(Refused):
        timing = _coming(event, timing, request)
    return Option(f"{number}. {request.say.short_day(timing.starts.date())} · {shortened(event.title)}", str(number))


async def _located(
    event: SourceEvent, city: Place | None, request: Request, services: Services
) -> tuple[Details, Timing]:
    """What it is, and when on the wall of where it is: of the city that was said, else of the one that it names."""
    cities = Cities()
    async with services.store.reading() as uow:
        await cities.learn([event.location], uow)
    details = details_of(event, cities)
    place, zone = city or details.place, event.timing.zone
    if place is not None:
        zone = place.zone
    elif zone == "UTC" or zone.startswith("Etc/"):  # an offset, which is nobody's wall
        zone = request.zone.key
    return details, _on_the_wall(event, zone)


def _on_the_wall(event: SourceEvent, zone: str) -> Timing:
    """Its times on the wall of `zone`. Those that name no zone are there already, and so are whole days."""
    timing = event.timing
    if event.is_floating or timing.is_all_day:
        return replace(timing, zone=zone)
    if timing.zone == zone or timing.rrule:  # a series keeps its time on the wall it was told by
        return timing
    try:
        starts = moment_at(instant(timing.starts, timing.zone), zone)
        ends = moment_at(instant(timing.ends, timing.zone), zone)
    except ValueError:  # in a year that no moment lies in
        return timing
    return timing if starts.zone != ends.zone else Timing(starts.wall, ends.wall, starts.zone)


def _when(event: SourceEvent, timing: Timing, said: Moment | None, request: Request) -> Mapping[str, str]:
    """As its page has it. Where another time was said, that is as long as its page says, and its own rule is not of it.
    Raises Refused, as `_coming`, where none was said.
    """
    if said is None:
        return _times(event, _coming(event, timing, request))
    with suppress(Refused):
        coming = _coming(event, timing, request)
        if instant(coming.starts, coming.zone) == said.instant():
            return _times(event, coming)
    lasts = timing.ends - timing.starts
    if timing.is_all_day or not event.has_end or lasts <= timedelta() or (said.wall + lasts).year not in YEARS:
        return {}
    return {"until": write_moment(Moment(said.wall + lasts, said.zone))}


def _coming(event: SourceEvent, timing: Timing, request: Request) -> Timing:
    """From its next time on. Raises Refused, as about `when`, for what is over or cancelled."""
    now, say, title = request.now, request.say, shortened(event.title)
    if timing.starts.year not in YEARS:
        raise _refused(refusals.year_out_of_range(timing.starts.year))
    first = instant(timing.starts, timing.zone)
    day = say.day(timing.starts.date())
    if event.is_cancelled:
        raise _refused(
            Refused(N_("“{title}” is cancelled, as its page says. Say when it is if that is wrong."), title=title)
        )
    ahead = next((each for each in lay_out(timing, (), since=now, until=now + HORIZON) if each.starts >= now), None)
    if ahead is not None:
        return _from(timing, ahead.original)
    if timing.rrule or timing.extra:
        raise _refused(
            Refused(N_("“{title}” is over: it repeats no more. Say when it is if it comes again."), title=title)
        )
    if first <= now < instant(timing.ends, timing.zone):
        raise _refused(
            Refused(N_("“{title}” began already, on {day}. Say when the next begins."), title=title, day=day)
        )
    raise _refused(
        Refused(N_("“{title}” is over: it was on {day}. Say when it is if it comes again."), title=title, day=day)
    )


def _refused(refused: Refused) -> Refused:
    return Refused(refused.text, param="when", **refused.values)


def _from(timing: Timing, wall: datetime) -> Timing:
    """The series from one of its times on; what is counted is counted from there."""
    if not timing.rrule:
        return Timing(wall, wall + (timing.ends - timing.starts), timing.zone, is_all_day=timing.is_all_day)
    rule = parse(timing.rrule)
    if rule.count is not None:
        gone = sum(1 for each in walls(rule, timing.starts, since=timing.starts, before=wall) if each < wall)
        rule = replace(rule, count=rule.count - gone)
    rrule = "" if rule.count == 1 else spell(rule)
    return replace(timing, starts=wall, ends=wall + (timing.ends - timing.starts), rrule=rrule)


def _times(event: SourceEvent, timing: Timing) -> Mapping[str, str]:
    start = Moment(timing.starts, timing.zone)
    has_end = event.has_end and timing.ends > timing.starts
    until = write_moment(Moment(timing.ends, timing.zone)) if has_end and timing.ends.year in YEARS else ""
    return {"when": write_moment(start), "until": until, "repeats": _repeats(timing.rrule, start)}


def _repeats(rrule: str, start: Moment) -> str:
    """In words where they mean the same; else as it is spelled."""
    if not rrule:
        return ""
    words = write_series(rrule)
    with suppress(Refused):  # it begins beside its own rule
        if read_series(words, start, locale="en") == rrule:
            return words
    return rrule


def _genres(told: Sequence[str]) -> Sequence[str]:
    genres = (clean_line(each.replace(",", " ").replace(";", " ")) for each in told)
    return [each for each in genres if each and len(each) <= GENRE_MOST][:GENRES_MOST]


def _link(told: str, request: Request) -> str:
    with suppress(Refused):
        return Url("", "").read(told, Reading(request.say, request.now)) if told else ""
    return ""


_FOUND: Mapping[Kind, str] = {
    Kind.ARTICLE: N_("That page is an article called “{title}”."),
    Kind.VIDEO: N_("That page is a video called “{title}”."),
    Kind.TEMPLATE: N_("That page is a template called “{title}”."),
    Kind.COURSE: N_("That page is a course called “{title}”."),
    Kind.BOOK: N_("That page is a book called “{title}”."),
    Kind.TOOL: N_("That page is a tool called “{title}”."),
}


def _tells_of_none(page: Page | None, param: str, say: Words) -> Refused:
    """What was found instead, and a way on."""
    if page is None or not page.title:
        return Refused(N_("That page tells of no event that I can read: say title and when yourself."), param=param)
    found = _FOUND[page.kind] if page.kind else N_("That page is called “{title}”.")
    return Refused(
        N_("{found} It tells of no event that I can read: say title and when yourself."),
        param=param,
        found=say(found, title=shortened(page.title)),
    )
