"""Hours in which somebody wants to hear nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.walls import instant

BEFORE = timedelta(minutes=5)
"""What has to come before quiet hours comes so long before: sending takes its time."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` until `end`, on the wall of the person; past midnight when it ends first.

    Raises ValueError when both are the same, which could be all day or never.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours end at another time than they start")


def quiet_around(moment: datetime, quiet: Quiet | None, zone: str) -> tuple[datetime, datetime] | None:
    """The quiet hours (aware UTC, their end excluded) that `moment` lies in, in `zone` (IANA); None where it does not.

    They begin and end by the wall, whatever the clocks do between.
    """
    if quiet is None:
        return None
    today = moment.astimezone(ZoneInfo(zone)).date()
    for days in (-1, 0, 1):  # those that began yesterday may last until today
        begins = datetime.combine(today + timedelta(days=days), quiet.start)
        ends = datetime.combine(begins.date() + timedelta(days=quiet.end < quiet.start), quiet.end)
        start, end = instant(begins, zone), instant(ends, zone)
        if start <= moment < end:
            return start, end
    return None


def out_of_quiet(moment: datetime, quiet: Quiet | None, zone: str, latest: datetime | None = None) -> datetime:
    """`moment`, or where it lies in quiet hours their end; or just before their beginning where the end is not before
    `latest`, after which it helps nobody.
    """
    around = quiet_around(moment, quiet, zone)
    if around is None:
        return moment
    start, end = around
    return end if latest is None or end < latest else start - BEFORE
