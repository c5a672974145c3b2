"""Arguments that are numbers: whole ones, decimal ones, and prices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import list_currencies

from bot.domain.events import Price
from bot.domain.places import fold
from bot.domain.text import clean_line
from bot.errors import Refused
from bot.i18n import N_
from bot.params.kinds import Option, Plain, Reading, shortened

COST_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Whole(Plain):
    """A whole number from `low` to `high`, both allowed; `unit` may be typed behind it ("50 km")."""

    low: int = 0
    high: int = 100
    example: int = 1
    unit: str = ""

    def read(self, typed: str, reading: Reading) -> int:
        found = re.fullmatch(rf"(-?\d{{1,12}})\s*(?:{re.escape(self.unit)})?", typed.strip(), re.IGNORECASE | re.ASCII)
        number = int(found[1]) if found else None
        if number is None or not self.low <= number <= self.high:
            raise Refused(
                N_("{typed} is not a whole number from {low} to {high}. Try {example}."),
                typed=shortened(typed),
                low=reading.say.number(self.low),
                high=reading.say.number(self.high),
                example=self.example,
            )
        return number

    def write(self, value: object) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Number(Plain):
    """A decimal number from `low` to `high`, both allowed, with a point or a comma and up to six places behind it."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(100)
    example: str = "1.5"

    def read(self, typed: str, reading: Reading) -> Decimal:
        found = re.fullmatch(r"(-?\d{1,12})(?:[.,](\d{1,6}))?", typed.strip(), re.ASCII)
        number = Decimal(f"{found[1]}.{found[2] or 0}") if found else None
        if number is None or not self.low <= number <= self.high:
            raise Refused(
                N_("{typed} is not a number from {low} to {high}. Try {example}."),
                typed=shortened(typed),
                low=reading.say.number(self.low),
                high=reading.say.number(self.high),
                example=self.example,
            )
        return number

    def write(self, value: object) -> str:
        assert isinstance(value, Decimal)
        return f"{value:f}"


@dataclass(frozen=True, slots=True)
class Cost(Plain):
    """What it costs: "free", "15 EUR", "€15"."""

    def read(self, typed: str, reading: Reading) -> Price:
        text = clean_line(typed).casefold()
        for word in ("up to", "under", "at most", "max", reading.say(N_("up to")).casefold()):
            text = text.removeprefix(word).strip()
        if text in FREE or text == reading.say(N_("free")).casefold():
            return Price(Decimal(0), "")
        if (price := read_price(text, reading)) is None:
            raise Refused(N_("{typed} is not a price. Try free or 15 EUR."), typed=shortened(typed))
        return price

    def write(self, value: object) -> str:
        assert isinstance(value, Price)
        return "free" if value.is_free else f"{value.amount} {value.currency}"

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        free = Option(reading.say(N_("Free")), "free")
        return [free] if fold(typed) in fold(free.label) or "free".startswith(fold(typed)) else []


def read_price(text: str, reading: Reading) -> Price | None:
    """An amount with its currency, in any order ("15 EUR", "€15"); None where it is none. `text` is case-folded."""
    amount, name = _amount(text), re.sub(r"[\d.,\s]", "", text)
    if amount is None:
        return None
    if amount > COST_MOST:
        raise Refused(N_("A price is at most {most}. Try 15 EUR."), most=reading.say.number(COST_MOST))
    if not amount:
        return Price(Decimal(0), "")
    if not name:
        raise Refused(N_("In which currency? Try {amount} EUR."), amount=amount)
    if (currency := _currency(name)) is None:
        raise Refused(N_("{name} is no currency I know. Try {amount} EUR."), name=shortened(name), amount=amount)
    return Price(amount, currency)


FREE = frozenset({"free", "0", "frei", "gratis", "kostenlos", "umsonst"})


CURRENCIES: Mapping[str, str] = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "$": "USD",
    "us$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "pfund": "GBP",
    "¥": "JPY",
    "yen": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "₩": "KRW",
    "₦": "NGN",
    "franken": "CHF",
}
"""What people write for a currency besides its ISO 4217 code."""


def _amount(text: str) -> Decimal | None:
    """A number with a currency before or behind it; a comma or full stop before three digits parts thousands."""
    found = re.fullmatch(r"[^\d.,-]*(\d{1,3}(?:[.,]\d{3})+|\d{1,18})(?:[.,](\d{1,2}))?[^\d.,-]*", text, re.ASCII)
    if not found:
        return None
    whole = re.sub(r"[.,]", "", found[1])
    return Decimal(f"{whole}.{found[2]}") if found[2] else Decimal(whole)


def _currency(name: str) -> str | None:
    code = CURRENCIES.get(name, name.upper())
    return code if code in _currencies() else None


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies("en"))
