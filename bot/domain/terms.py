"""Search terms: what of a text is looked for, the same for what is kept and for what people type.

One rule for both databases, whose own ones differ (FTS5's drops emoji and "++", PostgreSQL's reads "a:b" as a
host). See `fold` for how letters are compared.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize

from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import N_

TERMS_MOST = 8
"""In one search."""

TERM_LENGTH = 64
"""Longer ones are cut: no word is that long, and PostgreSQL keeps none over 2 KB."""

SIGNS = "+#&"
"""What terms hold beside letters, digits and emoji: "c++", "f#", "r&b"."""

# In this order: "r&b" and "d&b", "c++", "c#" and the key of F#, plain words. Elsewhere the signs part words.
_ASCII = re.compile(
    r"(?<![a-z0-9])[a-z0-9]&[a-z0-9](?![a-z0-9])"
    r"|[a-z0-9]+\+\+(?!\+)"
    r"|(?<![a-z0-9])[a-z]#(?![a-z0-9])"
    r"|[a-z0-9]+"
)
_SIGNED = re.compile(
    r"((?<![^\W_])[^\W_]&[^\W_](?![^\W_])|[^\W_]+\+\+(?!\+)|(?<![^\W_])[^\W\d_]#(?![^\W_]))"  # as above
)
# Keycaps and the choice between ❤ and ❤️ are no letters, though Unicode counts them as marks.
_SPELT = str.maketrans({"♯": "#", **dict.fromkeys(["'", "`", "\u20e3", *map(chr, range(0xFE00, 0xFE10))])})
_NO_EMOJI = "©®°�"  # symbols too, and on every other page
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}|.")
# Scripts that set no spaces between words: Thai and its neighbours, kana, Han. Each letter is a term.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORDS = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED} ]+")


def terms(text: str) -> list[str]:
    """The terms of `text`, in order, as often as they are there.

    Words are runs of letters and digits without case and accents; hyphens part them and apostrophes join
    ("foo-bar" is two, "don't" is "dont"). "c++", "c#" and "r&b" are one each, and so is each emoji, whatever
    its skin tone. The # of a hashtag does not count.
    """
    if text.isascii():
        return _plain(text)
    found: list[str] = []
    for piece in text.split():
        found += _plain(piece) if piece.isascii() else _others(piece)
    return found


def query_terms(words: str) -> tuple[str, ...]:
    """The terms that people search for by `words`, each once; () when they typed nothing.

    Raises Refused for more than 8, and when nothing of what they typed can be searched for.
    """
    found = tuple(dict.fromkeys(terms(words)))
    if len(found) > TERMS_MOST:
        raise Refused(
            N_("You can search for at most {limit} words at once. Keep those that matter most."),
            limit=TERMS_MOST,
        )
    if not found and words.strip():
        raise Refused(N_("Signs alone cannot be searched for. Type a word, such as {example}."), example="techno")
    return found


def _plain(text: str) -> list[str]:
    found: list[str] = _ASCII.findall(text.lower().replace("'", "").replace("`", ""))
    return found if len(text) <= TERM_LENGTH else [term[:TERM_LENGTH] for term in found]


@lru_cache(maxsize=4096)
def _others(piece: str) -> tuple[str, ...]:
    """The terms of a piece between spaces that is more than ASCII."""
    found: list[str] = []
    for index, part in enumerate(_SIGNED.split(normalize("NFKC", piece.translate(_SPELT)))):
        if index % 2:  # a signed term; its signs stay where they are
            found.append("".join(each if each in SIGNS else fold(each) for each in part))
            continue
        for run in _runs(part):
            found += _FLAG.findall(run) if _is_emoji(run[0]) else _WORDS.findall(fold(run))
    return tuple(term[:TERM_LENGTH] for term in found if term.strip())


def _runs(text: str) -> list[str]:
    """`text` cut where emoji begin and end."""
    runs: list[str] = []
    was_emoji: bool | None = None
    for char in text:
        is_emoji = _is_emoji(char)
        if is_emoji is was_emoji:
            runs[-1] += char
        else:
            runs.append(char)
        was_emoji = is_emoji
    return runs


def _is_emoji(char: str) -> bool:
    return category(char) == "So" and char not in _NO_EMOJI
