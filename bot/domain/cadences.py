"""How often somebody wants to be in touch, measured from the last time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

from bot.domain.moments import months_later


class Unit(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


BOUNDS = {Unit.DAYS: (7, 1826), Unit.WEEKS: (1, 260), Unit.MONTHS: (1, 60), Unit.YEARS: (1, 5)}
"""The fewest and the most of each: a week to five years."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """So many days, weeks, calendar months or years. Raises ValueError outside `BOUNDS`."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        low, high = BOUNDS[self.unit]
        if not low <= self.count <= high:
            raise ValueError(f"{self.count} {self.unit} is not from a week to five years")

    def after(self, day: date) -> date:
        """The day on which it is time again. The 31st and a month is the last day of a shorter month."""
        match self.unit:
            case Unit.DAYS:
                return day + timedelta(days=self.count)
            case Unit.WEEKS:
                return day + timedelta(weeks=self.count)
            case Unit.MONTHS:
                return months_later(day, self.count)
            case Unit.YEARS:
                return months_later(day, 12 * self.count)
            case _:
                assert_never(self.unit)
