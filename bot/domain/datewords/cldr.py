"""Every other language: its months and weekdays from CLDR (through Babel), and the few words between them."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from babel.dates import get_day_names, get_month_names

from bot.domain.datewords.phrases import Part, Unit
from bot.domain.datewords.tokens import fold
from bot.domain.datewords.vocabulary import Vocabulary, some, table

_AT = {
    "fr": "à a vers dès",
    "es": "a la las",
    "pt": "às as à a",
    "it": "alle ore all",
    "nl": "om",
    "pl": "o godz",
    "sv": "kl klockan",
    "da": "kl klokken",
    "nb": "kl klokken",
    "no": "kl klokken",
    "cs": "v ve",
    "fi": "klo",
    "ru": "в",
    "uk": "о",
}
_SKIPPED = {
    "fr": "le de du",
    "es": "el de del",
    "pt": "de do no na em",
    "it": "il di del",
    "nl": "op de van",
    "pl": "w we",
    "sv": "den på",
    "da": "den på",
    "nb": "den på",
    "no": "den på",
    "ja": "の に",
    "ro": "pe",
}
_TO = {
    "fr": "à a au",
    "es": "a al hasta",
    "pt": "a ao até",
    "it": "al a fino",
    "nl": "tot t/m",
    "pl": "do",
    "sv": "till",
    "da": "til",
    "nb": "til",
    "no": "til",
    "ja": "から",
}
_SINCE = {"fr": "du de", "es": "del de", "pt": "de do", "it": "dal da", "nl": "van", "pl": "od", "sv": "från"}
_HOURS = {"nl": "uur u", "fr": "heures heure", "pt": "horas hora", "es": "horas hora", "it": "ore"}

_TONIGHT = {
    "fr": "ce soir",
    "es": "esta noche|hoy por la noche",
    "pt": "hoje à noite|esta noite",
    "it": "stasera|questa sera",
    "nl": "vanavond",
    "pl": "dziś wieczorem|dzisiaj wieczorem",
    "sv": "ikväll|i kväll",
    "da": "i aften",
    "nb": "i kveld",
}
_WEEKEND = {
    "fr": "week-end|weekend|ce week-end|ce weekend",
    "es": "fin de semana|este fin de semana",
    "nl": "weekend|dit weekend",
    "pt": "fim de semana|este fim de semana|neste fim de semana",
    "it": "fine settimana|weekend|questo weekend",
    "pl": "weekend|ten weekend",
    "sv": "helgen|i helgen",
    "da": "weekenden|i weekenden",
    "nb": "helgen|i helgen",
}


@lru_cache(maxsize=32)
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of `language`, a code that Babel knows."""
    return Vocabulary(
        months=_names(language, "months"),
        weekdays=_names(language, "weekdays"),
        at=some("@ " + _AT.get(language, "")),
        skipped=some(", " + _SKIPPED.get(language, "")),
        of=some(", " + _SKIPPED.get(language, "")),
        since=some(_SINCE.get(language, "")),
        to=some("- – — .. " + _TO.get(language, "")),
        todays_parts=table((Part.NIGHT, _TONIGHT[language])) if language in _TONIGHT else {},
        units=table((Unit.HOUR, "h"), (Unit.MINUTE, "min|mins"), *_weekend(language)),
        hour_words=some("h " + _HOURS.get(language, "")),
        ordinal_suffixes=some("er re º ª e") if language in ("fr", "es", "pt", "it", "nl") else frozenset(),
    )


def _weekend(language: str) -> list[tuple[Unit, str]]:
    return [(Unit.WEEKEND, _WEEKEND[language])] if language in _WEEKEND else []


def _names(language: str, kind: Literal["months", "weekdays"]) -> dict[str, int]:
    """Every form of each name; one that stands for two of them (too short, or bare digits) is left out."""
    found: dict[str, set[int]] = {}
    contexts: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
    widths: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
    for context in contexts:
        for width in widths:
            names = get_month_names if kind == "months" else get_day_names
            for number, name in names(width, context, language).items():
                word = fold(str(name)).rstrip(".")
                if not any(char.isdigit() for char in word):
                    found.setdefault(word, set()).add(number)
                    # Portuguese says sexta as well as sexta-feira
                    found.setdefault(word.removesuffix("-feira"), set()).add(number)
    return {word: numbers.pop() for word, numbers in found.items() if len(numbers) == 1 and word}
