"""Lead times as people type them: "1 day, 2 hours", "3h", "none"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.leads import LEADS_MOST, LONGEST_LEAD, SHORTEST_LEAD
from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params import Plain, Reading, shortened

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
UNITS = {
    MINUTE: ("m", "min", "mins", "minute", "minutes", "minuten"),
    HOUR: ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"),
    DAY: ("d", "day", "days", "t", "tag", "tage", "tagen"),
    WEEK: ("w", "week", "weeks", "woche", "wochen"),
}
BY_NAME = {name: unit for unit, names in UNITS.items() for name in names}
NONE = ("none", "never", "off", "keine", "nie", "aus")
DEFAULT = ("default", "usual", "standard", "ublich")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Lead times, longest first, () for none; None: as for other events."""

    leads: tuple[timedelta, ...] | None


@dataclass(frozen=True, slots=True)
class LeadTimes(Plain):
    """How long before an event somebody is reminded: some spans, none, or the default."""

    def read(self, typed: str, reading: Reading) -> Chosen:
        folded = fold(typed)
        if folded in DEFAULT:
            return Chosen(None)
        if folded in NONE:
            return Chosen(())
        text = re.sub(r"\b(and|und)\b", " ", typed.casefold())
        found = re.findall(r"(\d{1,6})\s*([^\W\d_]+)", text)
        rest = re.sub(r"\d{1,6}\s*[^\W\d_]+|[\s,;+&]+", "", text)
        if not found or rest or any(fold(name) not in BY_NAME for _, name in found):
            raise Refused(
                N_("I don't see how long before the event in {typed}. Try {one}, {several} or {none}."),
                typed=shortened(typed),
                one="3h",
                several="1 day, 2 hours",
                none="none",
            )
        leads = sorted({int(number) * BY_NAME[fold(name)] for number, name in found}, reverse=True)
        if leads[0] > LONGEST_LEAD or leads[-1] < SHORTEST_LEAD:
            raise Refused(N_("A reminder comes at least 5 minutes and at most 30 days before an event. Try 2 hours."))
        if len(leads) > LEADS_MOST:
            raise Refused(N_("There are at most {most} reminders before one event. Leave some out."), most=LEADS_MOST)
        return Chosen(tuple(leads))

    def write(self, value: object) -> str:
        assert isinstance(value, Chosen)
        if value.leads is None:
            return DEFAULT[0]
        return ", ".join(f"{lead // MINUTE}m" for lead in value.leads) or NONE[0]


def spoken(leads: tuple[timedelta, ...], say: Words) -> str:
    """As a sentence has them: "1 day and 2 hours"."""
    return say.listed([_span(lead, say) for lead in sorted(leads, reverse=True)])


def _span(lead: timedelta, say: Words) -> str:
    if lead % WEEK == timedelta():
        return say.many("{count} week", "{count} weeks", lead // WEEK)
    if lead % DAY == timedelta():
        return say.many("{count} day", "{count} days", lead // DAY)
    if lead % HOUR == timedelta():
        return say.many("{count} hour", "{count} hours", lead // HOUR)
    return say.many("{count} minute", "{count} minutes", lead // MINUTE)
