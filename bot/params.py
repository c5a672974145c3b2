"""The kinds of argument a command can ask for. Options, forms, the typed grammar and help are derived from them.

A plain kind reads what was typed by itself. A stored kind names a look-up, which asks the database or the platform.
For every kind `read(write(value)) == value`: what is written goes into forms and buttons and comes back.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from bot.domain.datewords import (
    read_end,
    read_moment,
    read_span,
    suggest_moments,
    suggest_spans,
    write_moment,
    write_span,
)
from bot.domain.events import GENRE_MOST, GENRES_MOST, LINK_MOST, Price
from bot.domain.moments import Moment, Span
from bot.domain.places import Place, fold
from bot.domain.text import clean_line, clean_text
from bot.errors import Refused
from bot.i18n import N_, Words

TYPED_MOST = 6_000
"""No argument of any kind is longer as it was typed; Discord's largest option is 6,000 characters."""

COST_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: what people read and what the core gets."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Who typed, as far as it changes what their words mean. `now` is aware UTC, `zone` IANA."""

    say: Words
    now: datetime
    others: Mapping[str, object] = field(default_factory=dict)
    """The arguments of the same command that were read before this one."""

    @property
    def locale(self) -> str:
        return str(self.say.locale)

    @property
    def zone(self) -> str:
        return self.say.zone.key


@dataclass(frozen=True, slots=True)
class Param:
    """`label` heads a form field, `help` describes the option; both are marked with `N_`."""

    label: str
    help: str

    @property
    def depth(self) -> int:
        """How many other arguments must be read before this one: a moment needs its place, an end its start."""
        return 0


@dataclass(frozen=True, slots=True)
class Plain(Param):
    """Reads what was typed by itself."""

    @abstractmethod
    def read(self, typed: str, reading: Reading) -> object:
        """The value that was meant. Raises Refused, naming the limit and a way on."""

    @abstractmethod
    def write(self, value: object) -> str:
        """The value as it would be typed in any language."""

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        """What could be meant by what was typed so far."""
        return ()


@dataclass(frozen=True, slots=True)
class Stored(Param):
    """Names something that is kept somewhere; `lookup` is the name of what finds it."""

    lookup: str = ""


@dataclass(frozen=True, slots=True)
class City(Stored):
    lookup: str = "city"


@dataclass(frozen=True, slots=True)
class ChannelParam(Stored):
    lookup: str = "channel"


@dataclass(frozen=True, slots=True)
class Member(Stored):
    """Somebody by a mention, as an account that was picked, or by name; `bot.domain.members.Somebody`."""

    lookup: str = "member"


@dataclass(frozen=True, slots=True)
class Upload(Param):
    """A file that somebody attaches, of at most `most` bytes; `endings` such as ".csv", none of them: any kind.

    It is read last, when nothing else is wrong, and is kept in no draft: a form that comes back asks for it again.
    """

    most: int = 5_000_000
    endings: tuple[str, ...] = ()

    def check(self, name: str, size: int, say: Words) -> None:
        """Raises Refused for a file that is too large, empty, or of another kind. `size` in bytes."""
        shown = shortened(name)
        if self.endings and not name.casefold().endswith(self.endings):
            kinds = say.listed(self.endings, "or")
            raise Refused(
                N_("{name} is not the kind of file this takes. Attach one that ends in {kinds}."),
                name=shown,
                kinds=kinds,
            )
        if size > self.most:
            raise Refused(
                N_("{name} is larger than {most} MB, which is the most. Attach a smaller part of it."),
                name=shown,
                most=say.number(Decimal(self.most) / 1_000_000),
            )
        if not size:
            raise Refused(N_("{name} is empty. Attach a file with something in it."), name=shown)


@dataclass(frozen=True, slots=True)
class Text(Plain):
    """Free words: one line, or several with `is_long`."""

    most: int = 200
    is_long: bool = False

    def read(self, typed: str, reading: Reading) -> str:
        text = clean_text(typed) if self.is_long else clean_line(typed)
        if not text:
            raise Refused(N_("There are no visible characters in it. Type some words."))
        if len(text) > self.most:
            raise Refused(
                N_("This is {length} characters long; at most {most} fit. Shorten it by {over}."),
                length=len(text),
                most=self.most,
                over=len(text) - self.most,
            )
        return text

    def write(self, value: object) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Choice(Plain):
    """One of a few. `names` gives each value its `N_` name; `into` makes of the value what the command wants."""

    names: Mapping[str, str] = field(default_factory=dict)
    into: Callable[[str], object] = str

    def read(self, typed: str, reading: Reading) -> object:
        wanted = fold(typed)
        known = {fold(word): value for value, name in self.names.items() for word in (name, reading.say(name), value)}
        if wanted in known:
            return self.into(known[wanted])
        starting = {value for word, value in known.items() if wanted and word.startswith(wanted)}
        if len(starting) == 1:
            return self.into(starting.pop())
        choices = reading.say.listed([reading.say(name) for name in self.names.values()], "or")
        raise Refused(N_("{typed} is none of the choices. Choose {choices}."), typed=shortened(typed), choices=choices)

    def write(self, value: object) -> str:
        return next(known for known in self.names if self.into(known) == value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        wanted = fold(typed)
        options = [Option(reading.say(name), value) for value, name in self.names.items()]
        return [option for option in options if wanted in fold(option.label) or fold(option.value).startswith(wanted)]


def yes_no(label: str, help_: str) -> Choice:
    """A question answered yes (True) or no (False)."""
    return Choice(label, help_, {"yes": N_("Yes"), "no": N_("No")}, lambda value: value == "yes")


def weekday(label: str, help_: str) -> Choice:
    """A day of the week, Monday = 0."""
    return Choice(label, help_, WEEKDAYS, list(WEEKDAYS).index)


WEEKDAYS: Mapping[str, str] = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}


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
class DateTime(Plain):
    """A moment in people's words: in the zone they name, else that of the argument `place`, else the reader's."""

    place: str = ""

    @property
    def depth(self) -> int:
        return 1

    def read(self, typed: str, reading: Reading) -> Moment:
        return read_moment(typed, locale=reading.locale, zone=self._zone(reading), now=reading.now)

    def _zone(self, reading: Reading) -> str:
        there = reading.others.get(self.place)
        return there.zone if isinstance(there, Place) else reading.zone

    def write(self, value: object) -> str:
        assert isinstance(value, Moment)
        return write_moment(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        found = suggest_moments(typed, locale=reading.locale, zone=self._zone(reading), now=reading.now)
        return [Option(reading.say(label), value) for label, value in found]


@dataclass(frozen=True, slots=True)
class Until(Plain):
    """The end of what starts at the argument named `start`: "23:00", "2h", "Sat 3am"."""

    start: str = "when"

    @property
    def depth(self) -> int:
        return 2

    def read(self, typed: str, reading: Reading) -> Moment:
        start = reading.others.get(self.start)
        if not isinstance(start, Moment):
            raise Refused(N_("Say first when it starts; the end is read from there."))
        return read_end(typed, start, locale=reading.locale, now=reading.now)

    def write(self, value: object) -> str:
        assert isinstance(value, Moment)
        return write_moment(value)


@dataclass(frozen=True, slots=True)
class Dates(Plain):
    """A range of days in people's words: "this weekend", "March", "3-9 May"."""

    def read(self, typed: str, reading: Reading) -> Span:
        return read_span(typed, locale=reading.locale, zone=reading.zone, now=reading.now)

    def write(self, value: object) -> str:
        assert isinstance(value, Span)
        return write_span(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        found = suggest_spans(typed, locale=reading.locale, zone=reading.zone, now=reading.now)
        return [Option(reading.say(label), value) for label, value in found]


@dataclass(frozen=True, slots=True)
class TimeOfDay(Plain):
    """A time on the wall: "9:00", "9am", "18.30", "9 Uhr"."""

    def read(self, typed: str, reading: Reading) -> time:
        found = re.fullmatch(
            r"(\d{1,2})(?:[:.h](\d{2}))?\s*(?:(am|pm|a\.m\.|p\.m\.)|uhr|h)?", fold_time(typed), re.ASCII
        )
        if found:
            hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
            if half and 1 <= hour <= 12:
                hour = hour % 12 + (12 if half == "p" else 0)
            if hour <= 23 and minute <= 59 and (not half or int(found[1]) in range(1, 13)):
                return time(hour, minute)
        raise Refused(N_("{typed} is not a time of day. Try 9:00 or 6pm."), typed=shortened(typed))

    def write(self, value: object) -> str:
        assert isinstance(value, time)
        return f"{value:%H:%M}"


@dataclass(frozen=True, slots=True)
class Zone(Plain):
    """A time zone by its IANA name or the city in it."""

    def read(self, typed: str, reading: Reading) -> str:
        zones = _zones()
        wanted = fold(typed)
        if wanted in zones:
            return zones[wanted]
        raise Refused(
            N_("{typed} is no time zone I know. Name one as Continent/City, such as Europe/Berlin."),
            typed=shortened(typed),
        )

    def write(self, value: object) -> str:
        return str(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        wanted = fold(typed)
        found = sorted({name for key, name in _zones().items() if wanted in key and "/" in name})
        return [Option(name, name) for name in found]


@dataclass(frozen=True, slots=True)
class Cost(Plain):
    """What it costs: "free", "15 EUR", "€15"."""

    def read(self, typed: str, reading: Reading) -> Price:
        text = clean_line(typed).casefold()
        for word in ("up to", "under", "at most", "max", reading.say(N_("up to")).casefold()):
            text = text.removeprefix(word).strip()
        if text in FREE or text == reading.say(N_("free")).casefold():
            return Price(Decimal(0), "")
        amount, name = _amount(text), re.sub(r"[\d.,\s]", "", text)
        if amount is None:
            raise Refused(N_("{typed} is not a price. Try free or 15 EUR."), typed=shortened(typed))
        if amount > COST_MOST:
            raise Refused(N_("A price is at most {most}. Try 15 EUR."), most=reading.say.number(COST_MOST))
        if not amount:
            return Price(Decimal(0), "")
        if not name:
            raise Refused(N_("In which currency? Try {amount} EUR."), amount=amount)
        if (currency := _currency(name)) is None:
            raise Refused(N_("{name} is no currency I know. Try {amount} EUR."), name=shortened(name), amount=amount)
        return Price(amount, currency)

    def write(self, value: object) -> str:
        assert isinstance(value, Price)
        return "free" if value.is_free else f"{value.amount} {value.currency}"

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        free = Option(reading.say(N_("Free")), "free")
        return [free] if fold(typed) in fold(free.label) or "free".startswith(fold(typed)) else []


@dataclass(frozen=True, slots=True)
class Tags(Plain):
    """A few short words, separated by commas."""

    most: int = GENRES_MOST
    each: int = GENRE_MOST

    def read(self, typed: str, reading: Reading) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(clean_line(part).casefold() for part in re.split(r"[,;\n]", typed)))
        tags = tuple(tag for tag in found if tag)
        if not tags:
            raise Refused(N_("There are no visible characters in it. Type some words."))
        if len(tags) > self.most:
            raise Refused(
                N_("These are {count}; at most {most} fit. Leave {over} out."),
                count=len(tags),
                most=self.most,
                over=len(tags) - self.most,
            )
        for tag in tags:
            if len(tag) > self.each:
                raise Refused(
                    N_("{tag} is longer than {each} characters. Put commas between them."),
                    tag=shortened(tag),
                    each=self.each,
                )
        return tags

    def write(self, value: object) -> str:
        assert isinstance(value, tuple)
        return ", ".join(value)


@dataclass(frozen=True, slots=True)
class Url(Plain):
    """A web address."""

    def read(self, typed: str, reading: Reading) -> str:
        url = clean_line(typed).strip("<>")
        if len(url) > LINK_MOST:
            raise Refused(
                N_("A link is at most {most} characters long. Use a shorter one."), most=reading.say.number(LINK_MOST)
            )
        if "://" not in url and re.match(r"[\w-]+(\.[\w-]+)+([/?#]|$)", url):
            url = f"https://{url}"
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        if parts.scheme not in ("http", "https") or "." not in host or re.search(r"\s", url):
            raise Refused(
                N_("{typed} is not a web address. It starts with https://, such as https://example.org/night."),
                typed=shortened(typed),
            )
        return url

    def write(self, value: object) -> str:
        return str(value)


def shortened(typed: str, most: int = 60) -> str:
    """What was typed, cleaned and short enough to be said back in an error."""
    line = clean_line(typed)
    return line if len(line) <= most else line[: most - 1] + "…"


def fold_time(typed: str) -> str:
    return " ".join(typed.casefold().split())


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


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    names = available_timezones()
    by_city = {fold(name.rsplit("/", 1)[-1]): name for name in sorted(names) if "/" in name and "Etc/" not in name}
    return by_city | {fold(name): name for name in sorted(names)}
