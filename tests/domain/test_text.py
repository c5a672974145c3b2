from __future__ import annotations

from unicodedata import category, is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import clean_line, clean_text, clip

ANYTHING = st.text(st.characters(), max_size=200)
"""Surrogate halves included: JSON and forms can carry them."""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Late   Night\tTechno \n", "Late Night Techno"),
        ("one\r\ntwo\u2028three", "one two three"),
        ("Cafe\u0301", "Café"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("exe\u202etxt.\u202c", "exetxt."),
        ("\u2066isolated\u2069", "isolated"),
        ("tech\u00adno\u200b", "techno"),
        ("\ud800half", "half"),
        ("e\u200b\u0301", "é"),
        ("\u200f\u200e \ufeff", ""),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("C++ & <b>", "C++ & <b>"),
        ("🎛️", "🎛️"),
        ("\u00a0no-break\u00a0space", "no-break space"),
    ],
)
def test_a_line_keeps_what_it_says_and_loses_what_harms(written: str, kept: str) -> None:
    assert clean_line(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("first \t \n\n\n\n\nlast  ", "first\n\nlast"),
        ("  - a\n  - b", "- a\n  - b"),
        ("a\x00b\u202ec", "abc"),
        ("\n\n", ""),
    ],
)
def test_a_text_keeps_its_lines(written: str, kept: str) -> None:
    assert clean_text(written) == kept


@given(ANYTHING)
def test_cleaned_text_is_safe_and_cleaning_it_again_changes_nothing(text: str) -> None:
    for clean in (clean_line, clean_text):
        cleaned = clean(text)
        cleaned.encode()
        assert is_normalized("NFC", cleaned)
        assert cleaned == cleaned.strip()
        assert all(category(letter) not in ("Cc", "Cs") for letter in cleaned.replace("\n", ""))
        assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
        assert clean(cleaned) == cleaned
    assert "\n" not in clean_line(text)


@pytest.mark.parametrize(
    ("text", "most", "clipped"),
    [
        ("short", 5, "short"),
        ("a longer one", 8, "a longe…"),
        ("a longer one", 3, "a…"),
        ("cafe\u0301s", 5, "caf…"),
        ("to 👨‍👩‍👧", 6, "to…"),
        ("👍🏽👍🏽", 2, "👍…"),
    ],
)
def test_a_long_text_is_cut_between_letters_and_says_so(text: str, most: int, clipped: str) -> None:
    assert clip(text, most) == clipped


@given(ANYTHING, st.integers(1, 50))
def test_a_cut_text_never_exceeds_its_limit(text: str, most: int) -> None:
    assert len(clip(text, most)) <= most
