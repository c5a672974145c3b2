"""What a message tells of an event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import DESCRIPTION_MOST, LINK_MOST, TITLE_MOST
from bot.features.events.pointing import from_message
from bot.request import Pointed

HERE = "https://chat.example/messages/1"


@pytest.mark.parametrize(
    ("text", "title", "link", "about"),
    [
        ("Late Night Modular", "Late Night Modular", HERE, ""),
        ("# **Late Night** Modular\nFriday\n20:00", "Late Night** Modular", HERE, "Friday\n20:00"),
        ("> **Late Night**\n\nDoors 8", "Late Night", HERE, "Doors 8"),
        ("Night https://a.example/x?b=1, come!", "Night come!", "https://a.example/x?b=1", ""),
        ("https://a.example/x\nNight", "Night", "https://a.example/x", "https://a.example/x"),
        ("<https://a.example/x>", "", "https://a.example/x", "<https://a.example/x>"),
        ("[Night](https://a.example/x)", "[Night](", "https://a.example/x", ""),
        ("http://[ https://ok.example", "", "https://ok.example", "http://[ https://ok.example"),
        ("https:// http://", "https:// http://", HERE, ""),
        ("See https://en.example/Dub_(music)", "See", "https://en.example/Dub_(music)", ""),
        ("\u202e\u200b\n@everyone party", "@everyone party", HERE, ""),
        ("", "", HERE, ""),
    ],
)
def test_the_first_line_is_the_title_and_the_first_link_its_page(text: str, title: str, link: str, about: str) -> None:
    filled = from_message(Pointed(text, HERE))
    assert (filled["title"], filled["link"], filled["about"]) == (title, link, about)


def test_a_title_that_is_too_long_stands_whole_in_the_text() -> None:
    filled = from_message(Pointed("word " * 100, HERE))
    assert filled["title"].endswith("…")
    assert filled["about"] == ("word " * 100).strip()


@given(st.text(max_size=300) | st.text("ht ps:/.[]()<>\n*#@ab\u202e\u200d", max_size=120))
def test_whatever_is_pointed_at_fits_the_form(text: str) -> None:
    filled = from_message(Pointed(text, HERE))
    assert len(filled["title"]) <= TITLE_MOST
    assert "\n" not in filled["title"]
    assert len(filled["about"]) <= DESCRIPTION_MOST
    assert filled["link"] == HERE or (filled["link"].startswith("http") and len(filled["link"]) <= LINK_MOST)
    assert not {"\u202e", "\x00"} & set(filled["title"] + filled["about"])
