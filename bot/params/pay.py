"""How something is paid, in people's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.gigs import Pay, Per
from bot.domain.places import fold
from bot.domain.text import clean_line
from bot.errors import Refused
from bot.i18n import N_
from bot.params.amounts import FREE, read_price
from bot.params.kinds import Option, Plain, Reading, shortened

POINTS_MOST = 100
PAY_MOST = 200
"""Characters of what is typed."""
_WHOLE = Decimal(100)

UNPAID = frozenset(
    {
        *FREE,
        "unpaid",
        "no",
        "none",
        "nothing",
        "no pay",
        "no fee",
        "not paid",
        "for free",
        "volunteer",
        "unbezahlt",
        "ohne bezahlung",
        "ehrenamtlich",
        "keine",
    }
)
_PER: Mapping[Per, str] = {
    Per.GIG: "gig|job|project|session|flat|fixed|all in|auftrag|projekt|pauschal",
    Per.HOUR: "hour|hourly|hr|h|stunde|std",
    Per.DAY: "day|daily|tag",
    Per.WEEK: "week|weekly|woche",
    Per.MONTH: "month|monthly|monat",
    Per.SONG: "song|track|title|mix|master|beat|stück|titel",
}
_UNITS = "|".join(_PER.values())
_PARTS = re.compile(r"\s*(?:[;+&\n]|,\s+|,$|\s(?:and|plus|und)\s)\s*")
_AMOUNT = re.compile(rf"(?P<price>.*\d.*?)(?:\s*(?:/|\b(?:per|an?|each|pro|je|the)\b)?\s*\b(?P<unit>{_UNITS}))?\.?")
_POINTS = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:points?|pts?|punkte?n?)")
_SHARE = re.compile(
    r"(?:(?P<before>\d{1,3})\s*(?:%|/\s*\d{1,3})\s*)?"
    r"(?:(?:revenue|rev|royalty|profit|master|publishing|umsatz|erlös|einnahmen)[\s-]*)?"
    r"(?:split|shared?|royalties|beteiligung|anteil|teilung|aufteilung)s?"
    r"(?:\s*(?:of|:)?\s*(?P<behind>\d{1,3})\s*(?:%|/\s*\d{1,3}))?"
)
_EXAMPLES = ("unpaid", "300 EUR", "50 EUR per hour", "250 EUR per day", "120 EUR per song", "split 50%", "3 points")


@dataclass(frozen=True, slots=True)
class Fee(Plain):
    """An amount and what it is for, a split, points, some of these, or "unpaid"; `bot.domain.gigs.Pay`."""

    def read(self, typed: str, reading: Reading) -> Pay:
        text = clean_line(typed).casefold()
        if text in UNPAID or text == reading.say(N_("Unpaid")).casefold():
            return Pay()
        if len(text) > PAY_MOST:
            raise _unread(typed)
        pay = Pay()
        for part in filter(None, _PARTS.split(text)):
            pay = _with(pay, part, typed, reading)
        if pay == Pay():
            raise _unread(typed)
        return pay

    def write(self, value: object) -> str:
        assert isinstance(value, Pay)
        said = []
        if value.amount is not None:
            said.append(f"{value.amount.amount} {value.amount.currency} per {value.per}")
        if value.split is not None:
            said.append(f"split {value.split}%" if value.split else "split")
        if value.points is not None:
            said.append(f"{value.points} points")
        return ", ".join(said) or "unpaid"

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        offered = [Option(reading.say(N_("Unpaid")), "unpaid"), *(Option(each, each) for each in _EXAMPLES[1:])]
        return [each for each in offered if fold(typed) in fold(each.label) or fold(each.value).startswith(fold(typed))]


def _with(pay: Pay, part: str, typed: str, reading: Reading) -> Pay:
    amount, per, split, points = pay.amount, pay.per, pay.split, pay.points
    if found := _POINTS.fullmatch(part):
        if points is not None or not 0 < (points := _number(found[1])) <= POINTS_MOST:
            raise _unread(typed)
    elif found := _SHARE.fullmatch(part):
        if split is not None or (split := Decimal(found["before"] or found["behind"] or 0)) > _WHOLE:
            raise _unread(typed)
    elif amount is None and (found := _AMOUNT.fullmatch(part)):
        amount = read_price(found["price"].strip(), reading)
        if amount is None or amount.is_free:
            raise _unread(typed)
        per = _per(found["unit"])
    else:
        raise _unread(typed)
    return Pay(amount, per, split, points)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _per(unit: str | None) -> Per:
    return next((per for per, names in _PER.items() if unit in names.split("|")), Per.GIG)


def _unread(typed: str) -> Refused:
    return Refused(
        N_(
            "I do not understand {typed} as pay. Try 300 EUR, 50 EUR per hour, 120 EUR per song, split 50%, "
            "3 points, several of these with commas between, or unpaid."
        ),
        typed=shortened(typed),
    )
