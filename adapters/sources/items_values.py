"""What the properties of schema.org's items say: their texts, names, kinds and prices, however they were written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from adapters.sources.pages_items import Item, Json
from bot.domain.events import Price
from bot.domain.text import clean_line, clean_text, clip
from bot.params.amounts import COST_MOST

_CURRENCY = re.compile(r"[A-Z]{3}")


def types_of(item: Item) -> list[str]:
    """The names of what it is."""
    return [each for each in listed(item.get("@type")) if isinstance(each, str)]


def name_of(item: Json) -> str:
    """What an item is called, "" for what is none."""
    if isinstance(item, list):
        item = item[0] if item else None
    if not isinstance(item, dict):
        return ""
    return text_in(item.get("headline")) or text_in(item.get("name"))


def text_in(value: Json) -> str:
    """The first text of a property; of `{"@value": …}` and numbers what they say."""
    match value:
        case list():
            return next((text for each in value if (text := text_in(each))), "")
        case dict():
            return text_in(value.get("@value") or value.get("name"))
        case str():
            return value
        case bool() | None:
            return ""
        case _:
            return str(value)


def listed(value: Json) -> list[Json]:
    """All that a property says."""
    return value if isinstance(value, list) else [] if value is None else [value]


def first_of(texts: Sequence[str | None], most: int, *, is_line: bool = True) -> str:
    """The first that says something, cleaned and cut."""
    for text in texts:
        if text and (cleaned := clean_line(text) if is_line else clean_text(text)):
            return clip(cleaned, most)
    return ""


def price_of(item: Item) -> Price | None:
    """The lowest that is asked for it."""
    if str(item.get("isAccessibleForFree")).rpartition("/")[2].lower() == "true":
        return Price(Decimal(0), "")
    offers = [offer for offer in listed(item.get("offers")) if isinstance(offer, dict)]
    inner = [each for offer in offers for name in ("priceSpecification", "offers") for each in listed(offer.get(name))]
    offers += [each for each in inner if isinstance(each, dict)]
    prices = [
        price
        for offer in offers
        for amount in (offer.get("lowPrice"), offer.get("price"))
        if (price := priced(text_in(amount), text_in(offer.get("priceCurrency"))))
    ]
    return min(prices, key=lambda price: price.amount, default=None)


def priced(amount: str | None, currency: str | None) -> Price | None:
    """What an amount comes to; None for what is no amount of a currency (ISO 4217)."""
    written = (amount or "").strip()
    if re.fullmatch(r"\d{1,7},\d{1,2}", written):
        written = written.replace(",", ".")
    try:
        worth = Decimal(written).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    if worth == 0:
        return Price(Decimal(0), "")
    code = (currency or "").strip().upper()
    if not 0 < worth <= COST_MOST or not _CURRENCY.fullmatch(code):
        return None
    return Price(worth if worth % 1 else worth.quantize(Decimal(1)), code)
