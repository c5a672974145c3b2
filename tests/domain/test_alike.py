"""Who may be the same person, and who only shares a name with others."""

from __future__ import annotations

import pytest

from bot.domain.alike import are_alike
from bot.domain.connections import About


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Ruiz", "ana ruiz"),
        ("Ana Ruiz", "Ruiz, Ana"),
        ("Ana Ruiz", "Anna Ruiz"),
        ("Ana Ruiz", "Ana Ruis"),
        ("Ana Ruiz", "Ana R."),
        ("Ana Ruiz", "Ana"),
        ("Ana María Ruiz", "Ana Ruíz"),
        ("Jörg Müller", "Jorg Muller"),
        ("Søren", "Soren"),
        ("DJ 🎛️ Ana", "dj ana"),
    ],
)
def test_names_that_may_be_one_are_alike(one: str, other: str) -> None:
    assert are_alike(About(one), About(other))
    assert are_alike(About(other), About(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Ruiz", "Ana Lopez"),
        ("Ana Ruiz", "Ben Ruiz"),
        ("Ana Ana", "Ana Ruiz"),
        ("Ana", "Ada"),
        ("A. R.", "Ana Ruiz"),
        ("🎛️", "🎛️"),
        ("", "Ana"),
    ],
)
def test_names_that_only_share_something_are_not(one: str, other: str) -> None:
    assert not are_alike(About(one), About(other))
    assert not are_alike(About(other), About(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (About("A", emails=("Ana@Example.org",)), About("B", emails=("ana@example.org",))),
        (About("A", phones=("+49 170 1234567",)), About("B", phones=("0170/1234567",))),
        (About("A", links=("https://www.x.example/ana/",)), About("B", links=("http://x.example/ana?utm=1",))),
        (About("A", handles=("@ana",)), About("B", handles=("instagram: Ana",))),
    ],
)
def test_whoever_shares_an_address_number_link_or_handle_is_alike(one: About, other: About) -> None:
    assert are_alike(one, other)
