"""Words for people: marked where they are written, translated and formatted for whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

CATALOGS = Path(__file__).parent / "locales"
"""One gettext catalog per language: `<language>.po`, read when the language is first needed."""


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools and readers know
    """Mark `text` for translation; it is translated when it is shown."""
    return text


class Slash(str):
    """A command in a sentence, as it is declared: "/me link". It is shown as the reader has to type it."""

    __slots__ = ()


AS_DECLARED: Mapping[str, str] = MappingProxyType({})
"""Every command is typed by its own name."""


class Words:
    """Speaks to one reader: their language, their numbers, their zone, and how they type commands.

    `commands` has those that are typed in another way than by their names, by these: {"me": "/greenroom me"}.
    """

    __slots__ = ("_catalog", "commands", "locale", "zone")

    def __init__(self, locale: str, zone: ZoneInfo, commands: Mapping[str, str] = AS_DECLARED) -> None:
        self.locale = parse_locale(locale)
        self.zone = zone
        self.commands = commands
        self._catalog = _catalog(self.locale.language)

    def __call__(self, text: str, /, **values: object) -> str:
        """`text` in the reader's language, its `{names}` filled with `values`."""
        found = self._catalog(text, 1) or text
        return found.format(**self._typed(values)) if values else found

    def command(self, line: str) -> str:
        """A command as the reader has to type it: "/me link" may be "/greenroom me link"."""
        name, space, rest = line.removeprefix("/").partition(" ")
        return f"{self.commands.get(name, f'/{name}')}{space}{rest}"

    def many(self, one: str, other: str, count: int, /, **values: object) -> str:
        """The plural form for `count`, which is also filled in as `{count}`."""
        found = self._catalog((one, other), count) or (one if count == 1 else other)
        return found.format(count=self.number(count), **self._typed(values))

    def _typed(self, values: Mapping[str, object]) -> Mapping[str, object]:
        return {name: self.command(each) if isinstance(each, Slash) else each for name, each in values.items()}

    def number(self, value: int | float | Decimal) -> str:
        return format_decimal(value, locale=self.locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount in its currency, without the decimals of a round one: "€15", "€15.50"."""
        if amount != amount.to_integral_value():
            return format_currency(amount, currency, locale=self.locale)
        round_ = self.locale.currency_formats["standard"].pattern.replace(".00", "")
        return format_currency(amount, currency, round_, locale=self.locale, currency_digits=False)

    def listed(self, items: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
        """`items` joined as a sentence joins them; style "or" for alternatives."""
        return format_list(list(items), style=style, locale=self.locale)

    def country(self, code: str) -> str:
        """A country's name (ISO 3166-1 alpha-2, or EU); the code itself where there is none."""
        return str(self.locale.territories.get(code, code))

    def language(self, code: str) -> str:
        """A language's name (ISO 639-1); the code itself where there is none."""
        return str(self.locale.languages.get(code, code))

    def day(self, value: date) -> str:
        """A date with its weekday: "Friday, December 4, 2026"."""
        return format_date(value, "full", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A date with its weekday, short: "Fri, Dec 4"."""
        # A date has all that this skeleton asks for.
        return format_skeleton("MMMEd", value, locale=self.locale)

    def clock(self, value: datetime) -> str:
        """The time of day of an aware moment, in its own zone: "7:00 PM"."""
        return format_time(value, "short", tzinfo=value.tzinfo, locale=self.locale).replace("\u202f", " ")

    def moment(self, value: datetime, zone: ZoneInfo | None = None) -> str:
        """Weekday, date, time and zone of an aware moment, in `zone` or else the reader's."""
        local = value.astimezone(zone or self.zone)
        return self(
            N_("{day}, {time} ({zone})"), day=self.day(local.date()), time=self.clock(local), zone=self.zone_name(local)
        )

    def zone_name(self, value: datetime) -> str:
        """The zone of an aware moment with its abbreviation then: "Europe/Berlin, CET"; "Asia/Riyadh, UTC+03"."""
        zone = value.tzinfo
        name = zone.key if isinstance(zone, ZoneInfo) else str(zone)
        short = value.tzname() or ""
        short = short if short.isalpha() else f"UTC{short}"
        return name if name == short else f"{name}, {short}"


@lru_cache(maxsize=64)
def parse_locale(name: str) -> Locale:
    """The locale a platform or person named ("de", "en-GB", "pt_BR"), or English where it is not known."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def languages() -> tuple[str, ...]:
    """Every language there is a catalog for, English first."""
    return ("en", *sorted(path.stem for path in CATALOGS.glob("*.po")))


@lru_cache(maxsize=16)
def _catalog(language: str) -> Callable[[str | tuple[str, str], int], str]:
    path = CATALOGS / f"{language}.po"
    if not path.exists():
        return lambda _key, _count: ""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    plural = _plural_of(catalog)
    words: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if message.id and not message.fuzzy:
            first = message.id if isinstance(message.id, str) else message.id[0]
            words[first] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())

    def find(key: str | tuple[str, str], count: int) -> str:
        if isinstance(key, str):
            forms = words.get(key, ())
            return forms[0] if forms else ""
        forms = words.get(key[0], ())
        return forms[plural(count)] if len(forms) > 1 else ""

    return find


def _plural_of(catalog: Catalog) -> Callable[[int], int]:
    from gettext import c2py

    return c2py(catalog.plural_expr)
