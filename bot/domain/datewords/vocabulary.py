"""The words of a language that our grammar knows. The tables are in `english`, `german` and `cldr`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from bot.domain.datewords.phrases import Part, Unit, Which
from bot.domain.datewords.tokens import fold
from bot.i18n import parse_locale

T = TypeVar("T")

MERIDIEMS: Mapping[str, int] = {"am": 0, "a.m.": 0, "a.m": 0, "pm": 12, "p.m.": 12, "p.m": 12}
"""Known in every language that writes western digits."""

LETTERS: Mapping[str, int] = {"a": 0, "p": 12}
"""Only where they are glued to the hour: "8p"."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every key is folded as `tokens.fold` does it; keys of several words have single spaces."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    """Monday is 0."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    ordinals: Mapping[str, int] = field(default_factory=dict)
    """first is 1, last is -1."""
    days: Mapping[str, int] = field(default_factory=dict)
    """Days from today: tomorrow is 1."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    todays_parts: Mapping[str, Part] = field(default_factory=dict)
    """tonight"""
    weekday_parts: Mapping[str, tuple[int, Part]] = field(default_factory=dict)
    """Freitagabend"""
    units: Mapping[str, Unit] = field(default_factory=dict)
    which: Mapping[str, Which] = field(default_factory=dict)
    named_times: Mapping[str, int] = field(default_factory=dict)
    """noon is 12, midnight 24."""
    fractions: Mapping[str, int] = field(default_factory=dict)
    """Minutes that are added to the hour that follows: "halb" is -30."""
    halves: frozenset[str] = frozenset()
    """Half a unit: "half an" hour."""
    hour_words: frozenset[str] = frozenset({"h"})
    """After an hour: "uhr"."""
    ordinal_suffixes: frozenset[str] = frozenset()
    at: frozenset[str] = frozenset({"@"})
    """Before a time, so that the bare number after it is an hour."""
    skipped: frozenset[str] = frozenset()
    """Words that say nothing about when: "on", "the"."""
    of: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    """Before a length: "in" 3 days."""
    hence: Mapping[str, bool] = field(default_factory=dict)
    """After a length: 3 days "from now"."""
    joined: frozenset[str] = frozenset({","})
    """Between the parts of a length: 2 hours "and" 10 minutes."""
    since: frozenset[str] = frozenset()
    """Before the first day of a range: "from"."""
    to: frozenset[str] = frozenset({"-", "–", "—", ".."})
    """Between the days of a range."""
    until: frozenset[str] = frozenset()
    """Before the last day of a range that begins today, and before an end."""
    lasting: frozenset[str] = frozenset()
    """Before the length of an event: "for" 2 hours."""
    every: frozenset[str] = frozenset()
    """Before what comes again: "every" monday."""
    others: frozenset[str] = frozenset()
    """Every "other" week."""
    often: Mapping[str, tuple[int, Unit]] = field(default_factory=dict)
    """ "monthly": how many of which unit lie between."""
    weekdays_often: Mapping[str, int] = field(default_factory=dict)
    """ "mondays": every one of them."""
    workdays: Mapping[str, bool] = field(default_factory=dict)
    """ "weekday": Monday to Friday."""
    times: Mapping[str, int] = field(default_factory=dict)
    """ "twice" a year."""
    repeatedly: frozenset[str] = frozenset()
    """3 "times" a year."""
    before: frozenset[str] = frozenset()
    """After a lead time: 2 hours "before"."""
    per: frozenset[str] = frozenset()
    """Twice "a" year."""
    never: Mapping[str, bool] = field(default_factory=dict)
    """ "off" """
    counts_to_24: bool = True
    """Whether "at 8" is 8:00: where the 12-hour clock is spoken it can be either half of the day."""


@lru_cache(maxsize=64)
def vocabularies(locale: str) -> tuple[Vocabulary, ...]:
    """What a reader of `locale` may type: their own language first, then English.

    For those who read another language English has no abbreviations: "mar" is French for Tuesday.
    """
    from bot.domain.datewords import cldr, english, german

    match parse_locale(locale).language:
        case "en":
            return (english.vocabulary(),)
        case "de":
            return (german.vocabulary(), english.vocabulary_in_full())
        case language:
            return (cldr.vocabulary(language), english.vocabulary_in_full())


def is_ours(locale: str) -> bool:
    """Whether the whole grammar is known in the language of `locale`, not only its names."""
    return parse_locale(locale).language in ("en", "de")


def table(*groups: tuple[T, str]) -> dict[str, T]:
    """A table from `(value, "words separated by | signs")`."""
    return {fold(word.strip()): value for value, words in groups for word in words.split("|")}


def listed(words: Iterable[str], start: int = 0) -> dict[str, int]:
    """A table that counts through `words`, each with its variants separated by | signs."""
    return table(*((number, variants) for number, variants in enumerate(words, start)))


def some(words: str) -> frozenset[str]:
    """A set of words separated by spaces."""
    return frozenset(fold(word) for word in words.split())
