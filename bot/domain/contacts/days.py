"""Days as programs write them into tables, of which nobody knows who will read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

from bot.domain.places import fold

_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ].*)?", re.DOTALL)
_DOTTED = re.compile(r"(\d\d?)\. ?(\d\d?)\. ?(\d{4}|\d\d)")
_SLASHED = re.compile(r"(\d\d?)/(\d\d?)/(\d{4}|\d\d)")
_DAY_FIRST = re.compile(r"(\d\d?)\.? ([a-z]{3,9})\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d\d?),? (\d{4})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}

Order = Literal["day", "month"]


def order_of(written: Iterable[str]) -> Order:
    """Whether a column of days such as 11/12/2026 has the day or the month first.

    A number over 12 tells. Where none does it is the month: of those who write days with slashes most do.
    """
    return "day" if any((found := _SLASHED.fullmatch(text)) and int(found[1]) > 12 for text in written) else "month"


def day_of(written: str, order: Order) -> date | None:
    """None for what is no day."""
    text = written.strip()
    if found := _ISO.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _DOTTED.fullmatch(text):
        return _day(found[3], found[2], found[1])
    if found := _SLASHED.fullmatch(text):
        day, month = (found[1], found[2]) if order == "day" else (found[2], found[1])
        return _day(found[3], month, day)
    plain = fold(text)
    if found := _DAY_FIRST.fullmatch(plain):
        return _day(found[3], _month(found[2]), found[1])
    if found := _MONTH_FIRST.fullmatch(plain):
        return _day(found[3], _month(found[1]), found[2])
    return None


def _month(name: str) -> int:
    return _MONTHS.get(name[:3], 0)


def _day(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    try:
        return date(number + 2000 if len(year) == 2 else number, int(month), int(day))
    except ValueError:
        return None
