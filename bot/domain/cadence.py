"""How often to do something, counted from the last time and not by a calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Every so many days, weeks, months or years."""

    count: int
    unit: Unit

    def after(self, day: date) -> date:
        """The day it is time again; on the month's last where it is shorter."""
        if self.unit in (Unit.DAY, Unit.WEEK):
            return day + timedelta(days=self.count * (7 if self.unit is Unit.WEEK else 1))
        months = day.year * 12 + day.month - 1 + self.count * (12 if self.unit is Unit.YEAR else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
