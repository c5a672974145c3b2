"""Tokens are kept sealed, and keys can be replaced."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.errors import SetupError
from bot.sealing import Opened, Seal, Unopened

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_was_sealed_opens_and_shows_nothing_before() -> None:
    seal = Seal(OLD)
    sealed = seal.seal("xoxb-1 ü")
    assert "xoxb" not in sealed
    assert seal.open(sealed) == Opened("xoxb-1 ü")
    assert "xoxb" not in repr(seal.open(sealed))


def test_a_new_key_opens_what_the_old_one_sealed_and_seals_it_anew() -> None:
    both = Seal(f" {NEW} , {OLD} ,")
    opened = both.open(Seal(OLD).seal("xoxb-1"))
    assert opened.text == "xoxb-1"
    assert Seal(NEW).open(opened.resealed) == Opened("xoxb-1")


@pytest.mark.parametrize(
    "sealed", ["", "nonsense", "ü", Seal(OLD).seal("x")[:-2]], ids=["none", "words", "not ASCII", "cut"]
)
def test_what_no_key_opens_is_told(sealed: str) -> None:
    with pytest.raises(Unopened):
        Seal(NEW).open(sealed)
    with pytest.raises(Unopened):
        Seal(NEW).open(Seal(OLD).seal("x"))


@pytest.mark.parametrize(
    ("keys", "said"),
    [("", "missing"), (" , ", "missing"), ("short", "the key is"), ("ü" * 44, "the key is"), (f"{OLD},x", "key 2 is")],
    ids=["none", "blanks", "short", "not ASCII", "the second"],
)
def test_a_malformed_key_is_one_line_that_says_how_to_make_one(keys: str, said: str) -> None:
    with pytest.raises(SetupError, match=f"GREENROOM_SECRET_KEY: .*{said}.*Fernet") as refused:
        Seal(keys)
    assert "\n" not in str(refused.value)
    assert "short" not in str(refused.value)
