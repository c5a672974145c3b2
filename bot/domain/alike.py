"""Who may be the same person, by what only one has or by names that are nearly one; and which titles name one event."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import chain
from urllib.parse import urlsplit

from bot.domain.connections import About
from bot.domain.places import fold
from bot.domain.text import clean_line

KEY_LENGTH = 200
"""What is compared of an address or link."""

_NEARLY = 0.8
"""Of two words of unequal length that may be one misheard: "ana" and "anna" have 0.86, "ben" and "benno" 0.75."""
_MOST_WORDS = 0.6
"""Of the longer of two titles that name one event."""
_COMPARED = 80
"""Letters of a title: what follows is who else plays."""
_LETTERS_LEAST = 4
"""Of a word that may have a letter in the place of another: among shorter ones too many names are."""


def keys_of(about: About) -> Sequence[str]:
    """What two connections that are the same person share: addresses, numbers, links and handles."""
    links = [_linked(link) for link in about.links]
    handles = [handle.replace("/", " ").replace(":", " ").split()[-1:] for handle in about.handles]
    phones = ["".join(letter for letter in phone if letter.isdecimal())[-9:] for phone in about.phones]
    found = (*about.emails, *links, *(each.lstrip("@") for each in chain(*handles)), *phones)
    keys = (clean_line(each).casefold()[:KEY_LENGTH] for each in found)
    return list(dict.fromkeys(f"/k/{key}" for key in keys if key))


def are_alike(one: About, other: About) -> bool:
    """Whether they may be the same: a key in common, or names of which every word of the shorter is in the longer,
    as it is, nearly, or as its first letter ("Ana R."), in whatever order.
    """
    if not set(keys_of(one)).isdisjoint(keys_of(other)):
        return True
    fewer, more = sorted((fold(one.name).split(), fold(other.name).split()), key=len)
    left = list(more)
    has_word = False
    for word in sorted(fewer, key=len, reverse=True):
        same = next((each for each in left if _is_nearly(word, each)), None)
        if same is None:
            return False
        left.remove(same)
        has_word |= min(len(word), len(same)) > 1  # initials alone are many people's
    return has_word


def titles_alike(one: str, other: str) -> bool:
    """Whether two titles probably name one event: all words of the shorter are in the longer, most words of both are
    the same, or they are nearly the same letters.
    """
    left, right = fold(one).split(), fold(other).split()
    shared, fewer, more = {*left} & {*right}, *sorted((len({*left}), len({*right})))
    if shared and (len(shared) == fewer or len(shared) >= _MOST_WORDS * more):
        return any(len(word) >= _LETTERS_LEAST for word in shared) or len(shared) == more
    if not (left and right):
        return False
    letters = SequenceMatcher(None, " ".join(left)[:_COMPARED], " ".join(right)[:_COMPARED], autojunk=False)
    return letters.real_quick_ratio() >= _NEARLY and letters.quick_ratio() >= _NEARLY and letters.ratio() >= _NEARLY


def _is_nearly(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 1:
        return longer.startswith(shorter)
    if len(shorter) < len(longer):
        return SequenceMatcher(None, one, other).ratio() >= _NEARLY
    return len(one) >= _LETTERS_LEAST and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _linked(link: str) -> str:
    try:
        parts = urlsplit(link if "//" in link else f"//{link}")
    except ValueError:
        return link
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"
