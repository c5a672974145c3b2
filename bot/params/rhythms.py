"""How often, how long before, and when not: cadences, lead times and quiet hours in people's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.cadence import Cadence, CadenceUnit
from bot.domain.datewords.clocks import read_length, read_number
from bot.domain.datewords.phrases import Length, Unit
from bot.domain.datewords.tokens import Cursor, clean, tokens
from bot.domain.datewords.vocabulary import Vocabulary, vocabularies
from bot.domain.places import fold
from bot.domain.preferences import LEADS_MOST, LONGEST_LEAD, SHORTEST_LEAD, Quiet
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params.kinds import Option, Plain, Reading, shortened
from bot.params.times import TimeOfDay

NONE = frozenset({"none", "off", "never", "no", "keine", "aus", "nie", "nein", "-"})

EVERY = frozenset({"every", "each", "alle", "jede", "jeden", "jedes"})

ADVERBS: Mapping[str, Cadence] = {
    "weekly": Cadence(1, CadenceUnit.WEEKS),
    "wochentlich": Cadence(1, CadenceUnit.WEEKS),
    "fortnightly": Cadence(2, CadenceUnit.WEEKS),
    "monthly": Cadence(1, CadenceUnit.MONTHS),
    "monatlich": Cadence(1, CadenceUnit.MONTHS),
    "quarterly": Cadence(3, CadenceUnit.MONTHS),
    "vierteljahrlich": Cadence(3, CadenceUnit.MONTHS),
    "twice a year": Cadence(6, CadenceUnit.MONTHS),
    "half yearly": Cadence(6, CadenceUnit.MONTHS),
    "halbjahrlich": Cadence(6, CadenceUnit.MONTHS),
    "yearly": Cadence(1, CadenceUnit.YEARS),
    "jahrlich": Cadence(1, CadenceUnit.YEARS),
}
"""Folded as `fold` does it."""

UNITS: Mapping[Unit, tuple[int, CadenceUnit]] = {
    Unit.DAY: (1, CadenceUnit.DAYS),
    Unit.WEEK: (1, CadenceUnit.WEEKS),
    Unit.FORTNIGHT: (2, CadenceUnit.WEEKS),
    Unit.MONTH: (1, CadenceUnit.MONTHS),
    Unit.YEAR: (1, CadenceUnit.YEARS),
}
OFFERED = (Cadence(2, CadenceUnit.WEEKS), Cadence(6, CadenceUnit.WEEKS), Cadence(3, CadenceUnit.MONTHS))


@dataclass(frozen=True, slots=True)
class Never:
    """Not at all, said on purpose: it takes away what was set, where nothing said leaves it."""


NEVER = Never()


@dataclass(frozen=True, slots=True)
class Every(Plain):
    """How often: "every 6 weeks", "quarterly"; a Cadence, or Never for "never"."""

    def read(self, typed: str, reading: Reading) -> Cadence | Never:
        if _is_none(typed, reading):
            return NEVER
        said = fold(typed)
        if said in ADVERBS:
            return ADVERBS[said]
        text = clean(typed)
        for words in vocabularies(reading.locale):
            if (cadence := _cadence(Cursor(text, tokens(text)), words)) is not None:
                return cadence
        raise Refused(
            N_("{typed} is no rhythm. Try 'every 6 weeks', 'every 3 months' or 'yearly'."), typed=shortened(typed)
        )

    def write(self, value: object) -> str:
        if isinstance(value, Never):
            return "never"
        assert isinstance(value, Cadence)
        return f"every {value.count} {value.unit.value}"

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        found = [Option(each.said(reading.say), self.write(each)) for each in OFFERED]
        return [option for option in found if fold(typed) in fold(option.label)]


def _cadence(cursor: Cursor, words: Vocabulary) -> Cadence | None:
    cursor.takes(EVERY)
    count = read_number(cursor, words, 999)
    unit = cursor.take(words.units)
    if unit is None or unit not in UNITS or not cursor.done:
        return None
    times, kept = UNITS[unit]
    return Cadence((count or 1) * times, kept)


@dataclass(frozen=True, slots=True)
class Leads(Plain):
    """How long before something, several times: "1 day, 2 hours"; timedeltas, the longest first; () for "none"."""

    def read(self, typed: str, reading: Reading) -> tuple[timedelta, ...]:
        if _is_none(typed, reading):
            return ()
        found = {_lead(part, reading) for part in re.split(r"[,;\n]|\band\b|\bund\b", typed) if part.strip()}
        if not found or len(found) > LEADS_MOST:
            raise Refused(N_("Name 1 to {most} lead times, or none. Try '1 day, 2 hours'."), most=LEADS_MOST)
        return tuple(sorted(found, reverse=True))

    def write(self, value: object) -> str:
        assert isinstance(value, tuple)
        return ", ".join(f"{int(each.total_seconds()) // 60} minutes" for each in value) or "none"


def _lead(typed: str, reading: Reading) -> timedelta:
    text = clean(typed)
    for words in vocabularies(reading.locale):
        cursor = Cursor(text, tokens(text))
        length = read_length(cursor, words)
        if length is None or not cursor.done:
            continue
        lead = _exact(length)
        if not SHORTEST_LEAD <= lead <= LONGEST_LEAD:
            raise Refused(
                N_("{typed} is too short or too long before: at least {least} minutes, at most {most} days."),
                typed=shortened(typed),
                least=SHORTEST_LEAD // timedelta(minutes=1),
                most=LONGEST_LEAD.days,
            )
        return lead
    raise Refused(N_("{typed} is no length of time. Try '1 day, 2 hours'."), typed=shortened(typed))


def _exact(length: Length) -> timedelta:
    return timedelta(days=length.days + 30 * length.months, minutes=length.minutes)


def said_leads(leads: Sequence[timedelta], say: Words) -> str:
    """ "1 day and 2 hours before", as a list."""
    return say.listed([said_lead(each, say) for each in leads]) if leads else say(N_("none"))


def said_lead(lead: timedelta, say: Words) -> str:
    """A lead time in the largest unit that it is a whole number of."""
    minutes = int(lead.total_seconds()) // 60
    if minutes % 1440 == 0:
        return say.many("{count} day", "{count} days", minutes // 1440)
    if minutes % 60 == 0:
        return say.many("{count} hour", "{count} hours", minutes // 60)
    return say.many("{count} minute", "{count} minutes", minutes)


@dataclass(frozen=True, slots=True)
class QuietHours(Plain):
    """When nothing is to be sent: "22:00-8:00", "10pm to 7am"; a Quiet, or Never for "off"."""

    def read(self, typed: str, reading: Reading) -> Quiet | Never:
        if _is_none(typed, reading):
            return NEVER
        parts = re.split(r"\s*(?:[-–—]|\bto\b|\bbis\b|\buntil\b)\s*", typed.strip())
        if len(parts) != 2:
            raise Refused(N_("{typed} are no quiet hours. Try 22:00-8:00, or off."), typed=shortened(typed))
        clock = TimeOfDay(self.label, self.help)
        start, end = (clock.read(part, reading) for part in parts)
        if start == end:
            raise Refused(N_("Quiet hours begin and end at two times. Try 22:00-8:00, or off."))
        return Quiet(start, end)

    def write(self, value: object) -> str:
        if isinstance(value, Never):
            return "off"
        assert isinstance(value, Quiet)
        return f"{value.start:%H:%M}-{value.end:%H:%M}"


def _is_none(typed: str, reading: Reading) -> bool:
    return fold(typed) in NONE or typed.strip() in NONE or fold(typed) == fold(reading.say(N_("none")))
