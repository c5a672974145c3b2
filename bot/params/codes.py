"""Arguments that stand as a code: whose law something is about, and the language it is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params.kinds import Option, Plain, Reading, shortened

ANY, EU = "any", "EU"
SUGGESTED = 25

_ALSO: Mapping[str, str] = {
    "usa": "US",
    "us": "US",
    "u s": "US",
    "u s a": "US",
    "america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "deutschland": "DE",
    "osterreich": "AT",
    "schweiz": "CH",
    "holland": "NL",
    "turkey": "TR",
    "czech republic": "CZ",
    "europe": EU,
    "europa": EU,
    "everywhere": ANY,
    "international": ANY,
    "worldwide": ANY,
    "none": ANY,
    "uberall": ANY,
}
"""What people say besides a country's name and code, as `fold` has it."""

OFTEN = (ANY, "US", "GB", EU, "DE", "FR", "CA", "AU")
"""Offered before anything is typed, behind the reader's own country."""


def law_name(code: str, say: Words) -> str:
    """Whose law it is, in the reader's language."""
    if code == ANY:
        return say(N_("any country"))
    return say.country(code)


@dataclass(frozen=True, slots=True)
class Law(Plain):
    """Whose law it is: a country as its ISO 3166-1 alpha-2 code, "EU", or "any" for no country's in particular."""

    def read(self, typed: str, reading: Reading) -> str:
        wanted = fold(typed)
        for locale in (str(reading.say.locale), "en"):
            if (code := _countries(locale).get(wanted)) is not None:
                return code
        if wanted == fold(reading.say(N_("any country"))):
            return ANY
        if (code := _ALSO.get(wanted)) is not None:
            return code
        raise Refused(
            N_("{typed} is no country I know. Write its name, its code of two letters, EU, or any."),
            typed=shortened(typed),
        )

    def write(self, value: object) -> str:
        return str(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        wanted, say = fold(typed), reading.say
        if not wanted:
            own = [say.locale.territory] if say.locale.territory else []
            return [Option(law_name(code, say), code) for code in dict.fromkeys([*own, *OFTEN])]
        known = dict(sorted(_countries(str(say.locale)).items()))
        codes = dict.fromkeys(code for name, code in known.items() if name.startswith(wanted))
        named = [Option(law_name(code, say), code) for code in codes]
        return [*([Option(law_name(ANY, say), ANY)] if ANY.startswith(wanted) else []), *named][:SUGGESTED]


@dataclass(frozen=True, slots=True)
class Language(Plain):
    """A language as its ISO 639-1 code, by its name or code."""

    def read(self, typed: str, reading: Reading) -> str:
        wanted = fold(typed)
        for locale in (str(reading.say.locale), "en"):
            if (code := _languages(locale).get(wanted)) is not None:
                return code
        raise Refused(
            N_("{typed} is no language I know. Write its name, such as English, or its code, such as en."),
            typed=shortened(typed),
        )

    def write(self, value: object) -> str:
        return str(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        wanted = fold(typed)
        known = _languages(str(reading.say.locale))
        codes = dict.fromkeys(code for name, code in sorted(known.items()) if name.startswith(wanted))
        return [Option(reading.say.language(code), code) for code in codes][:SUGGESTED]


@lru_cache(maxsize=16)
def _countries(locale: str) -> Mapping[str, str]:
    """Names and codes of countries, as `fold` has them; the numbers of world regions are none."""
    named = {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
    codes = [code for code in named if len(code) == 2 and code.isalpha() and code not in ("ZZ", "XA", "XB", "UN", "EZ")]
    return {fold(named[code]): code for code in codes} | {fold(code): code for code in codes} | {ANY: ANY}


@lru_cache(maxsize=16)
def _languages(locale: str) -> Mapping[str, str]:
    named = {str(code): str(name) for code, name in Locale.parse(locale).languages.items()}
    codes = [code for code in named if len(code) == 2]
    return {fold(named[code]): code for code in codes} | {code: code for code in codes}
