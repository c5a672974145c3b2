"""Arguments in words: free ones, one of a few, tags and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.domain.events import GENRE_MOST, GENRES_MOST, LINK_MOST
from bot.domain.places import fold
from bot.domain.text import clean_line, clean_text
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params.kinds import Option, Plain, Reading, shortened


@dataclass(frozen=True, slots=True)
class Text(Plain):
    """Free words: one line, or several with `is_long`."""

    most: int = 200
    is_long: bool = False
    offers: tuple[str, ...] = ()
    """Marked with `N_`: what to suggest. Any other words do as well."""

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

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        wanted = fold(typed)
        offered = [reading.say(each) for each in self.offers]
        return [Option(each, each) for each in offered if wanted in fold(each)]


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


@dataclass(frozen=True, slots=True)
class Choices(Plain):
    """Several of a few, separated by commas; they come in the order of `names`. See `Choice` for the rest."""

    names: Mapping[str, str] = field(default_factory=dict)
    into: Callable[[str], object] = str

    def read(self, typed: str, reading: Reading) -> tuple[object, ...]:
        one = self._one
        said = [one.read(part, reading) for part in _SEPARATORS.split(typed) if part.strip()]
        if not said:
            raise Refused(N_("There are no visible characters in it. Type some words."))
        return tuple(value for value in map(self.into, self.names) if value in said)

    def write(self, value: object) -> str:
        assert isinstance(value, tuple)
        return ", ".join(self._one.write(each) for each in value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        """What could come next, behind what stands there already."""
        before, comma, last = typed.rpartition(",")
        head = f"{before.strip()}, " if comma else ""
        if comma:
            try:
                self.read(before, reading)
            except Refused:  # nothing that comes behind it would be read
                return ()
        there = {fold(each) for each in before.split(",")}
        offered = self._one.suggest(last, reading)
        return [
            Option(f"{head}{option.label}", f"{head}{option.value}")
            for option in offered
            if not {fold(option.label), fold(option.value)} & there
        ]

    def chosen(self, typed: str, say: Words) -> tuple[str, ...]:
        """Which of its values `typed` names in full, in their order; what else it says is left out."""
        known = {fold(word): value for value, name in self.names.items() for word in (name, say(name), value)}
        said = {known.get(fold(part)) for part in _SEPARATORS.split(typed)}
        return tuple(value for value in self.names if value in said)

    @property
    def _one(self) -> Choice:
        return Choice(self.label, self.help, self.names, self.into)


_SEPARATORS = re.compile(r"[,;\n]")


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
class Tags(Plain):
    """A few short words, separated by commas; the same in any case, unless it `keeps_case`."""

    most: int = GENRES_MOST
    each: int = GENRE_MOST
    keeps_case: bool = False

    def read(self, typed: str, reading: Reading) -> tuple[str, ...]:
        parts = [clean_line(part) for part in _SEPARATORS.split(typed)]
        tags = tuple(dict.fromkeys(part if self.keeps_case else part.casefold() for part in parts if part))
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
        if url.lower().startswith("webcal://"):  # what calendars call an address to be asked again and again
            url = f"https{url[len('webcal') :]}"
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
