"""What people are told when their date words cannot be read: what was wrong, and a way on."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from bot.domain.moments import YEARS, Gap
from bot.errors import Refused
from bot.i18n import N_, parse_locale


def not_understood(text: str) -> Refused:
    return Refused(
        N_("No date found in {text}. Try 'Friday 19:00', '4 December 8pm' or 2026-12-04 19:00."),
        text=quoted(text),
    )


def span_not_understood(text: str) -> Refused:
    return Refused(
        N_("No days found in {text}. Try 'this weekend', 'March', '3-9 May' or 2026-05-03..2026-05-09."),
        text=quoted(text),
    )


def end_not_understood(text: str) -> Refused:
    return Refused(N_("No end found in {text}. Try 23:00, '2h', '90 min' or 2026-12-05 02:00."), text=quoted(text))


def no_time(text: str, example: str) -> Refused:
    return Refused(N_("At what time? Try '{example}'."), example=f"{text} {example}")


def not_one_day(text: str) -> Refused:
    return Refused(
        N_("{text} is more than one day. Name the day and the time, such as 'Friday 19:00'."),
        text=quoted(text),
    )


def no_such_day(typed: str, year: int, month: int, locale: str) -> Refused:
    last = monthrange(year, month)[1]
    return Refused(
        N_("{typed} does not exist: {month} has {days} days. Try {example}."),
        typed=typed,
        month=format_skeleton("yMMMM", datetime.combine(date(year, month, 1), time()), locale=parse_locale(locale)),
        days=last,
        example=date_words(date(year, month, last), locale),
    )


def no_such_date(typed: str) -> Refused:
    return Refused(N_("{typed} is not a date. Try '4 December' or 2026-12-04."), typed=typed)


def no_fifth(typed: str) -> Refused:
    return Refused(N_("There is no {typed}. Type the date instead, such as '4 December'."), typed=typed)


def year_out_of_range(year: int) -> Refused:
    return Refused(
        N_("The year {year} is out of reach. Years can be {low} to {high}."),
        year=year,
        low=YEARS.start,
        high=YEARS.stop - 1,
    )


def two_dates(typed: str, one: date, other: date, locale: str) -> Refused:
    return Refused(
        N_("{typed} can be {one} or {other}. Type {one} or {iso}."),
        typed=typed,
        one=day_words(one, locale),
        other=day_words(other, locale),
        iso=one.isoformat(),
    )


def two_times(typed: str, one: time, other: time) -> Refused:
    return Refused(
        N_("{typed} can be {one} or {other}. Type the one you mean."),
        typed=typed,
        one=f"{one:%H:%M}",
        other=f"{other:%H:%M}",
    )


def two_nights(typed: str, one: datetime, other: datetime) -> Refused:
    return Refused(
        N_("{typed} can be {one} or {other}. Type the one you mean."),
        typed=typed,
        one=f"{one:%Y-%m-%d %H:%M}",
        other=f"{other:%Y-%m-%d %H:%M}",
    )


def other_weekday(day: date, weekday: int, locale: str) -> Refused:
    said = format_date(date(2024, 1, 1 + weekday), "EEEE", locale=parse_locale(locale))  # a Monday
    return Refused(
        N_("{day} is not a {weekday}. Type only the date or only the weekday."),
        day=format_date(day, "full", locale=parse_locale(locale)),
        weekday=said,
    )


def other_part(typed: str) -> Refused:
    return Refused(N_("{typed} is not in that part of the day. Type only the time, such as 19:30."), typed=typed)


def has_time(typed: str) -> Refused:
    return Refused(N_("Days are asked for here, without a time. Leave out {typed}."), typed=quoted(typed))


def ends_first(first: date, last: date, locale: str) -> Refused:
    return Refused(
        N_("{last} comes before {first}. Type the first day, then the last."),
        first=date_words(first, locale),
        last=date_words(last, locale),
    )


def too_many_days(days: int, most: int) -> Refused:
    return Refused(N_("That is {days} days; {most} are the most. Type a shorter time."), days=days, most=most)


def ends_too_early(end: datetime, start: datetime, locale: str) -> Refused:
    return Refused(
        N_("The end, {end}, is not after the start, {start}. Type a later end, or a length such as '2h'."),
        end=wall_words(end, locale),
        start=wall_words(start, locale),
    )


def ends_too_late(most: int) -> Refused:
    return Refused(
        N_("An event can last {most} days at most. Type an earlier end, or a length such as '2h'."), most=most
    )


def length_or_time(typed: str, hours: str) -> Refused:
    return Refused(
        N_("{typed} can be a length or a time of day. Type {time} for the time, or '{hours} hours' for the length."),
        typed=typed,
        time=f"{hours}:00",
        hours=hours,
    )


def is_past(wall: datetime, now: datetime, locale: str) -> Refused:
    return Refused(
        N_("{moment} is in the past; it is {now} there now. Type a later time."),
        moment=wall_words(wall, locale),
        now=wall_words(now, locale),
    )


def in_gap(wall: datetime, gap: Gap, zone: ZoneInfo, locale: str) -> Refused:
    later = wall + (gap.after - gap.before)
    if gap.before.date() == gap.after.date():
        return Refused(
            N_("On {day} the clocks in {zone} jump from {before} to {after}, so {time} does not exist. Try {example}."),
            day=date_words(wall.date(), locale),
            zone=zone.key,
            before=clock_words(gap.before, locale),
            after=clock_words(gap.after, locale),
            time=clock_words(wall, locale),
            example=clock_words(later, locale),
        )
    return Refused(
        N_("The clocks in {zone} jump from {before} to {after}, so {time} does not exist. Try {example}."),
        zone=zone.key,
        before=wall_words(gap.before, locale),
        after=wall_words(gap.after, locale),
        time=wall_words(wall, locale),
        example=f"{later:%Y-%m-%d %H:%M}",
    )


def backwards(first: str, last: str) -> Refused:
    return Refused(
        N_("{first} comes after {last}. Name the earlier day first, or both months: 28 April - 3 May."),
        first=first,
        last=last,
    )


def comes_twice(first: datetime, second: datetime, zone: ZoneInfo, locale: str) -> Refused:
    return Refused(
        N_("On {day} the clocks in {zone} go back, so {time} comes twice. Type {first} or {second}."),
        day=date_words(first.date(), locale),
        zone=zone.key,
        time=clock_words(first, locale),
        first=first.isoformat(" ", "minutes"),
        second=second.isoformat(" ", "minutes"),
    )


def no_such_zone(name: str) -> Refused:
    return Refused(
        N_("There is no time zone {name}. Name one by its continent and city, such as Europe/Berlin."),
        name=name,
    )


def short_zone(name: str) -> Refused:
    return Refused(
        N_("{name} can be more than one time zone. Name it by its continent and city, such as Europe/Berlin."),
        name=name,
    )


def repeat_not_understood(text: str) -> Refused:
    return Refused(
        N_(
            "{text} does not say how it repeats. Try 'every Monday 9:00', 'every 2 weeks on Friday 10:00' "
            "or 'every month on the 1st'."
        ),
        text=quoted(text),
    )


def too_often() -> Refused:
    return Refused(N_("It can repeat once a day at most. Try 'every day 9:00'."))


def too_seldom() -> Refused:
    return Refused(N_("It can repeat once in 5 years at least. Try 'every year'."))


def other_or_nth(typed: str) -> Refused:
    return Refused(
        N_("{typed} can be two things. Try 'every 2 weeks on Friday' or 'every month on the second Friday'."),
        typed=quoted(typed),
    )


def series_not_understood(text: str) -> Refused:
    return Refused(
        N_(
            "{text} does not say how it repeats. Try 'weekly', 'every 2 weeks until 30 June' "
            "or 'first Friday, 10 times'."
        ),
        text=quoted(text),
    )


def says_start(text: str) -> Refused:
    return Refused(
        N_("{text} says more than how it repeats: when it starts stands by itself. Try 'every 2 weeks'."),
        text=quoted(text),
    )


def other_start(text: str, day: date, locale: str) -> Refused:
    return Refused(
        N_("It starts on {day}, and {text} does not fall on that day. Change one of the two."),
        day=format_date(day, "full", locale=parse_locale(locale)),
        text=quoted(text),
    )


def ends_before(last: date, first: date, locale: str) -> Refused:
    return Refused(
        N_("{last} is before its start on {first}. Name a later day to repeat it until."),
        last=date_words(last, locale),
        first=date_words(first, locale),
    )


def comes_once() -> Refused:
    return Refused(N_("It would come only once until then. Name a later day, or leave out how it repeats."))


def not_so_often(most: int) -> Refused:
    return Refused(N_("It can come 2 to {most} times. Or say until when: 'weekly until 30 June'."), most=most)


def between_days(typed: str) -> Refused:
    return Refused(
        N_("{typed} lies between two days. Type 23:59 for the end of the day, or the next day."), typed=typed
    )


def cadence_not_understood(text: str) -> Refused:
    return Refused(
        N_("{text} does not say how often. Try 'every 6 weeks', 'monthly', 'twice a year' or 'never'."),
        text=quoted(text),
    )


def cadence_out_of_bounds() -> Refused:
    return Refused(N_("It can be from a week to 5 years. Try 'every 6 weeks'."))


def leads_not_understood(text: str) -> Refused:
    return Refused(N_("{text} does not say how long before. Try '1 day, 2 hours' or 'none'."), text=quoted(text))


def one_or_several(text: str) -> Refused:
    return Refused(
        N_("{text} can be one time or several. Put commas between several, and write one as 1h30."), text=quoted(text)
    )


def too_many_leads(count: int, most: int) -> Refused:
    return Refused(N_("These are {count}; {most} are the most. Leave some out."), count=count, most=most)


def lead_out_of_bounds(minutes: int, days: int) -> Refused:
    return Refused(
        N_("Each can be from {minutes} minutes to {days} days before. Try '1 day, 2 hours'."),
        minutes=minutes,
        days=days,
    )


def quiet_not_understood(text: str) -> Refused:
    return Refused(N_("{text} does not say from when to when. Try 22:00-8:00 or 'off'."), text=quoted(text))


def quiet_all_day(text: str) -> Refused:
    return Refused(N_("{text} ends when it starts. Try 22:00-8:00, or 'off' for none."), text=quoted(text))


def quoted(text: str) -> str:
    return f"'{text}'"


def day_words(day: date, locale: str) -> str:
    """ "4 December" """
    return format_skeleton("MMMMd", datetime.combine(day, time()), locale=parse_locale(locale))


def date_words(day: date, locale: str) -> str:
    """ "4 December 2026" """
    return format_date(day, "long", locale=parse_locale(locale))


def clock_words(wall: datetime, locale: str) -> str:
    """ "19:30" or "7:30 PM" """
    return format_time(wall.time(), "short", locale=parse_locale(locale)).replace("\u202f", " ")


def wall_words(wall: datetime, locale: str) -> str:
    """ "4 December 2026 19:30" """
    return f"{date_words(wall.date(), locale)} {clock_words(wall, locale)}"
