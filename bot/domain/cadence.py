"""How often somebody wants to stay in touch: counted on the calendar, from the last contact on."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.errors import Refused
from bot.i18n import N_, Words


class CadenceUnit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_DAYS = {CadenceUnit.DAYS: 1, CadenceUnit.WEEKS: 7, CadenceUnit.MONTHS: 30, CadenceUnit.YEARS: 365}
SHORTEST, LONGEST = 7, 5 * 365
"""Days, as long as a month has 30 of them."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """Every so many days, weeks, months or years. Raises Refused outside a week and five years."""

    count: int
    unit: CadenceUnit

    def __post_init__(self) -> None:
        if not SHORTEST <= self.count * _DAYS[self.unit] <= LONGEST:
            raise Refused(N_("Stay in touch at most once a week and at least every 5 years. Try 'every 6 weeks'."))

    def after(self, day: date) -> date:
        """The day it comes round after `day`; a month after 31 January is the last of February."""
        match self.unit:
            case CadenceUnit.DAYS | CadenceUnit.WEEKS:
                return day + timedelta(days=self.count * _DAYS[self.unit])
            case CadenceUnit.MONTHS | CadenceUnit.YEARS:
                months = self.count * (12 if self.unit is CadenceUnit.YEARS else 1)
                year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
                return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    def said(self, say: Words) -> str:
        """ "every 6 weeks" """
        match self.unit:
            case CadenceUnit.DAYS:
                return say.many("every day", "every {count} days", self.count)
            case CadenceUnit.WEEKS:
                return say.many("every week", "every {count} weeks", self.count)
            case CadenceUnit.MONTHS:
                return say.many("every month", "every {count} months", self.count)
            case CadenceUnit.YEARS:
                return say.many("every year", "every {count} years", self.count)
