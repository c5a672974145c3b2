"""What of a text is searched for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.terms import SIGNS, TERM_LENGTH, TERMS_MOST, query_terms, terms
from bot.errors import Refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Live Techno, don't stop!", "live techno dont stop"),
        ("foo-bar snake_case rock&roll R & B", "foo bar snake case rock roll r b"),
        ("c++ C# F# r&b D&B", "c++ c# f# r&b d&b"),
        ("C♯ Ｃ＋＋ ｒ＆ｂ", "c# c++ r&b"),
        ("#techno ##house c+++ ++", "techno house c"),
        ("Motörhead Ænima STRASSE straße naïve L’Été", "motorhead aenima strasse strasse naive lete"),
        ("AND a:b NEAR( * \" '", "and a b near"),
        ("東京ジャズ한국 음악", "東 京 ジ ャ ズ 한국 음악"),
        ("שלום עולם مرحبا", "שלום עולם مرحبا"),
        ("🔥techno🎶 ❤️‍🔥 👩🏽‍🎤 🇩🇪🇫🇷 1️⃣", "🔥 techno 🎶 ❤ 🔥 👩 🎤 🇩🇪 🇫🇷 1"),
        ("©2026 20°C", "2026 20 c"),
        ("!!! +++ ...", ""),
    ],
)
def test_a_text_is_taken_apart_the_same_way_everywhere(text: str, expected: str) -> None:
    assert terms(text) == expected.split()


def test_a_word_without_end_is_cut() -> None:
    assert terms("a" * 4000) == ["a" * TERM_LENGTH]
    assert terms("ä" * 4000) == ["a" * TERM_LENGTH]


def test_a_search_names_each_word_once() -> None:
    assert query_terms("Techno techno TECHNO live") == ("techno", "live")
    assert query_terms("  ") == ()


def test_a_search_of_too_many_words_names_the_limit() -> None:
    with pytest.raises(Refused, match=str(TERMS_MOST)):
        query_terms("one two three four five six seven eight nine")


@pytest.mark.parametrize("words", ["!!!", "+++", "- -", "\u200d"])
def test_a_search_for_signs_alone_is_refused_with_a_way_on(words: str) -> None:
    with pytest.raises(Refused, match="techno"):
        query_terms(words)


@given(st.text())
def test_a_term_never_holds_what_a_query_is_made_of(text: str) -> None:
    for term in terms(text):
        assert 0 < len(term) <= TERM_LENGTH
        assert not any(char.isspace() or char in "'\"\\/\0" for char in term)
        assert not [char for char in term if char.isascii() and not char.isalnum() and char not in SIGNS]


@given(st.text())
def test_capitals_change_nothing_in_ascii(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert terms(plain.upper()) == terms(plain)
