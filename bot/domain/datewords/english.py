"""English date words."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from bot.domain.datewords.phrases import Part, Unit, Which
from bot.domain.datewords.vocabulary import Vocabulary, listed, some, table

_MONTHS = (
    "january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug",
    "september|sep|sept", "october|oct", "november|nov", "december|dec",
)  # fmt: skip # twelve lines would hide the few that differ
_WEEKDAYS = (
    "monday|mon", "tuesday|tue|tues", "wednesday|wed|weds", "thursday|thu|thur|thurs", "friday|fri",
    "saturday|sat", "sunday|sun",
)  # fmt: skip # as above
_NUMBERS = (
    "a|an|one", "two|a couple of|a couple", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip # as above


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    return Vocabulary(
        months=listed(_MONTHS, 1),
        weekdays=listed(_WEEKDAYS),
        numbers=listed(_NUMBERS, 1)
        | table((20, "twenty"), (30, "thirty"), (40, "forty"), (60, "sixty"), (90, "ninety")),
        ordinals=table((1, "first"), (2, "second"), (3, "third"), (4, "fourth"), (5, "fifth"), (-1, "last")),
        days=table(
            (0, "today"),
            (1, "tomorrow|tmrw|tmr"),
            (2, "day after tomorrow|overmorrow"),
            (-1, "yesterday"),
            (-2, "day before yesterday"),
        ),
        parts=table(
            (Part.MORNING, "morning|in the morning"),
            (Part.AFTERNOON, "afternoon|in the afternoon"),
            (Part.EVENING, "evening|in the evening|eve"),
            (Part.NIGHT, "night|at night"),
        ),
        todays_parts=table(
            (Part.NIGHT, "tonight|tonite"),
            (Part.MORNING, "this morning"),
            (Part.AFTERNOON, "this afternoon"),
            (Part.EVENING, "this evening"),
        ),
        units=table(
            (Unit.MINUTE, "minute|minutes|min|mins|m"),
            (Unit.HOUR, "hour|hours|hr|hrs|h"),
            (Unit.DAY, "day|days|d"),
            (Unit.WEEK, "week|weeks|wk|w"),
            (Unit.FORTNIGHT, "fortnight|fortnights"),
            (Unit.WEEKEND, "weekend|weekends"),
            (Unit.MONTH, "month|months"),
            (Unit.QUARTER, "quarter|quarters"),
            (Unit.YEAR, "year|years"),
        ),
        which=table(
            (Which.THIS, "this"),
            (Which.COMING, "coming|upcoming|this coming"),
            (Which.NEXT, "next|following"),
            (Which.LAST, "last|past|previous"),
        ),
        named_times=table((12, "noon|midday"), (24, "midnight")),
        fractions=table((30, "half past"), (15, "quarter past|a quarter past"), (-15, "quarter to|a quarter to")),
        halves=some("half"),
        hour_words=some("h hrs o'clock oclock"),
        ordinal_suffixes=some("st nd rd th"),
        at=some("at @ around starting from"),
        skipped=some("on the , by"),
        of=some("of in the ,"),
        within=some("in within"),
        hence=table((True, "from now|from today")),
        joined=some("and , &"),
        since=some("from between starting"),
        to=some("- – — .. to till until til through thru and"),
        until=some("until till til to up by ends ending"),
        lasting=some("for lasting"),
        every=some("every each"),
        others=some("other"),
        often=table(
            ((1, Unit.HOUR), "hourly"),
            ((1, Unit.DAY), "daily"),
            ((1, Unit.WEEK), "weekly"),
            ((2, Unit.WEEK), "fortnightly"),
            ((1, Unit.MONTH), "monthly"),
            ((3, Unit.MONTH), "quarterly"),
            ((6, Unit.MONTH), "half-yearly|half yearly"),
            ((1, Unit.YEAR), "yearly|annually"),
        ),
        weekdays_often=listed(f"{day.split('|')[0]}s" for day in _WEEKDAYS),
        workdays=table((True, "weekday|weekdays|workday|workdays|working day|working days")),
        times=table((1, "once"), (2, "twice")),
        repeatedly=some("times x"),
        before=some("before ahead earlier"),
        per=some("a an per each every"),
        never=table((True, "never|off|none|no")),
        counts_to_24=False,
    )


@lru_cache(maxsize=1)
def vocabulary_in_full() -> Vocabulary:
    """English without its abbreviations of months and weekdays."""
    full = vocabulary()
    return replace(
        full,
        months=listed((month.split("|")[0] for month in _MONTHS), 1),
        weekdays=listed(day.split("|")[0] for day in _WEEKDAYS),
    )
