"""The pictures in the guides show what is said now."""

from __future__ import annotations

import pytest

from tools.pictures import PICTURES, ROOT, Shot, drawn, seen, stale


def test_every_picture_is_what_the_transcripts_say_now() -> None:
    assert stale() == [], "run `make fix`"


def test_every_picture_stands_on_a_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert [name for name in PICTURES if f"({name}.svg)" not in pages] == []


def test_a_picture_of_what_nobody_types_is_refused() -> None:
    with pytest.raises(LookupError, match="no '/nothing'"):
        seen(Shot("remind", "/nothing"))


def test_a_picture_holds_what_was_seen() -> None:
    assert "practise" in drawn((Shot("remind", "/remind list"),)).replace("&#160;", " ")
