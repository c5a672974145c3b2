"""Arguments about what comes again: patterns, cadences, lead times and quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import time, timedelta

from bot.domain.cadences import Cadence
from bot.domain.datewords import (
    begins,
    is_spelled,
    read_cadence,
    read_leads,
    read_pattern,
    read_quiet,
    read_series,
    write_cadence,
    write_leads,
    write_pattern,
    write_quiet,
    write_series,
)
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern, Repeating
from bot.domain.quiet import Quiet
from bot.domain.spoken import cadence_words, leads_words, pattern_words, quiet_words, series_words
from bot.errors import Refused
from bot.i18n import N_
from bot.params.kinds import Option, Plain, Reading

_PATTERNS = (
    (N_("In an hour"), "in an hour"),
    (N_("In 3 hours"), "in 3 hours"),
    (N_("Tonight"), "tonight"),
    (N_("Tomorrow morning"), "tomorrow morning"),
    (N_("Monday morning"), "monday morning"),
    (N_("In 2 weeks"), "in 2 weeks"),
    (N_("Every day"), "every day"),
    (N_("Every weekday"), "every weekday"),
    (N_("Every Monday"), "every monday"),
    (N_("Every month on the 1st"), "every month on the 1st"),
)
_SERIES = (
    (N_("Every week"), "weekly"),
    (N_("Every 2 weeks"), "every 2 weeks"),
    (N_("Every month"), "monthly"),
    (N_("Every weekday"), "every weekday"),
    (N_("Every year"), "yearly"),
)
_CADENCES = (
    "every 2 weeks",
    "every 4 weeks",
    "every 6 weeks",
    "every 3 months",
    "every 6 months",
    "every year",
    "never",
)
_LEADS = ("1 day, 2 hours", "2 hours", "1 day", "1 week, 1 day, 2 hours", "30 minutes", "none")
_QUIET = ("22:00-08:00", "23:00-07:00", "21:00-09:00", "00:00-08:00", "off")


@dataclass(frozen=True, slots=True)
class WhenOrEvery(Plain):
    """A moment, or a day with the time `default`, or either again and again; `bot.domain.patterns.Pattern`."""

    default: time = time(9)

    def read(self, typed: str, reading: Reading) -> Pattern:
        return read_pattern(typed, locale=reading.locale, zone=reading.zone, now=reading.now, default=self.default)

    def write(self, value: object) -> str:
        assert isinstance(value, Pattern)
        return write_pattern(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        """What was typed, said in full, or what begins like it."""
        with suppress(Refused):
            zone, now = reading.zone, reading.now
            pattern = read_pattern(
                typed, locale=reading.locale, zone=zone, now=now, default=self.default, is_quick=True
            )
            return [Option(pattern_words(pattern, reading.say), write_pattern(pattern))]
        found = []
        for label, words in _PATTERNS:
            said = reading.say(label)
            if begins(typed, said, words):
                with suppress(Refused):  # the evening is over
                    pattern = read_pattern(words, locale="en", zone=reading.zone, now=reading.now, default=self.default)
                    found.append(Option(said, write_pattern(pattern)))
        return found


@dataclass(frozen=True, slots=True)
class Repeats(Plain):
    """How what starts at the argument named `start` comes again: "weekly", "first friday until 30 june", "every 2
    weeks, 10 times"; a `Repeating`, which has no rule for "once".
    """

    start: str = "when"

    @property
    def depth(self) -> int:
        return 2

    def read(self, typed: str, reading: Reading) -> Repeating:
        start = reading.others.get(self.start)
        if not isinstance(start, Moment):
            raise Refused(N_("Say first when it starts; how it repeats is read from there."))
        return Repeating(read_series(typed, start, locale=reading.locale), is_spelled(typed))

    def write(self, value: object) -> str:
        assert isinstance(value, Repeating)
        return value.rrule if value.is_spelled else write_series(value.rrule)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        if not isinstance(reading.others.get(self.start), Moment):
            return [Option(reading.say(label), words) for label, words in _SERIES if begins(typed, reading.say(label))]
        found = []
        for label, words in ((typed, typed), *((reading.say(label), words) for label, words in _SERIES)):
            if label and begins(typed, label):
                with suppress(Refused):  # it does not fall on the day of the start
                    value = self.read(words, reading)
                    found.append(Option(series_words(value.rrule, reading.say) or label, self.write(value)))
        return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Every(Plain):
    """How often: "every 6 weeks", "monthly", "twice a year"; a `Cadence`, or None for "never"."""

    def read(self, typed: str, reading: Reading) -> Cadence | None:
        return read_cadence(typed, locale=reading.locale)

    def write(self, value: object) -> str:
        assert value is None or isinstance(value, Cadence)
        return write_cadence(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        cadences = [read_cadence(each, locale="en") for each in _CADENCES]
        with suppress(Refused):
            cadences = [self.read(typed, reading)]
            typed = ""
        never = reading.say(N_("never"))
        labels = [(cadence_words(each, reading.say) if each else never, write_cadence(each)) for each in cadences]
        return [Option(label, value) for label, value in labels if begins(typed, label, value)]


@dataclass(frozen=True, slots=True)
class Leads(Plain):
    """How long before: "1 day, 2 hours"; up to five lengths, the longest first, none of them for "none"."""

    def read(self, typed: str, reading: Reading) -> tuple[timedelta, ...]:
        return read_leads(typed, locale=reading.locale)

    def write(self, value: object) -> str:
        assert isinstance(value, tuple)
        return write_leads(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        every = [read_leads(each, locale="en") for each in _LEADS]
        with suppress(Refused):
            every = [self.read(typed, reading)]
            typed = ""
        labels = [(leads_words(each, reading.say), write_leads(each)) for each in every]
        return [Option(label, value) for label, value in labels if begins(typed, label, value)]


@dataclass(frozen=True, slots=True)
class QuietHours(Plain):
    """From when to when nothing is sent: "22:00-8:00"; a `Quiet`, or None for "off"."""

    def read(self, typed: str, reading: Reading) -> Quiet | None:
        return read_quiet(typed, locale=reading.locale)

    def write(self, value: object) -> str:
        assert value is None or isinstance(value, Quiet)
        return write_quiet(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        every = [read_quiet(each, locale="en") for each in _QUIET]
        with suppress(Refused):
            every = [self.read(typed, reading)]
            typed = ""
        labels = [(quiet_words(each, reading.say), write_quiet(each)) for each in every]
        return [Option(label, value) for label, value in labels if begins(typed, label, value)]
