"""What typed lines ask for."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.inbound import (
    As,
    Chat,
    Choose,
    Command,
    Fill,
    Help,
    In,
    Inbox,
    Line,
    Look,
    Now,
    PressOn,
    Quit,
    Skip,
    find_choice,
    find_control,
    read_fill,
    read_line,
    read_skip,
)
from bot.errors import Refused
from bot.i18n import Words
from bot.params import Option
from bot.ui import Action, Button, Control, LinkButton, Menu

BERLIN = ZoneInfo("Europe/Berlin")
SAY = Words("en", BERLIN)
NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/event find", Command("/event find")),
        ("  /event find", Command("/event find")),
        ("hello", Chat("hello")),
        (":as mara", As("mara")),
        (":as Mara Lee", As("Mara Lee")),
        (":AS mara organiser", As("mara", is_organiser=True)),
        (":as mara Organizer", As("mara", is_organiser=True)),
        (":as mara member", As("mara", is_organiser=False)),
        (":as organiser", As("organiser")),
        (":in #Events", In("events")),
        (":in late-night_2", In("late-night_2")),
        (":in müsik", In("müsik")),
        (":press Going 2", PressOn("Going 2")),
        (":choose Kind Concert", Choose("Kind Concert")),
        (":fill title=x", Fill("title=x")),
        (":inbox", Inbox("")),
        (":inbox mara", Inbox("mara")),
        (":inbox mara all", Inbox("mara", shows_all=True)),
        (":inbox all", Inbox("", shows_all=True)),
        (":channel", Look("")),
        (":channel #events all", Look("events", shows_all=True)),
        (":skip 7d", Skip("7d")),
        (":now", Now()),
        (":help form", Help("form")),
        (":quit", Quit()),
    ],
)
def test_a_line_is_understood(line: str, meant: Line) -> None:
    assert read_line(line, SAY) == meant


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (":chanel", "Did you mean :channel?"),
        (":", "There are :as, :in"),
        (":xyz", ":quit"),
        (":as", "such as mara"),
        (":as " + "x" * 81, "at most 80"),
        (":in", "such as #events"),
        (":in two words", "1 to 80"),
        (":in a/b", "1 to 80"),
        ("x" * 20_001, "20,000"),
    ],
)
def test_a_slip_is_told_with_a_way_on(line: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        read_line(line, SAY)
    assert hint in str(refused.value)


@given(st.text())
def test_any_line_is_understood_or_refused(line: str) -> None:
    with suppress(Refused):
        read_line(line, SAY)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("7d", NOW + timedelta(days=7)),
        ("90m", NOW + timedelta(minutes=90)),
        ("3h", NOW + timedelta(hours=3)),
        ("2w", NOW + timedelta(weeks=2)),
        ("1d 12h", NOW + timedelta(days=1, hours=12)),
        ("1D12H30min", NOW + timedelta(days=1, hours=12, minutes=30)),
        ("0m", NOW),
        ("2026-12-01 09:00", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2026-12-01T9:00", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2027-07-01", datetime(2027, 6, 30, 22, 0, tzinfo=UTC)),
        ("731d", NOW + timedelta(days=731)),
    ],
)
def test_the_clock_is_moved_by_a_stretch_or_to_a_time_on_the_readers_wall(typed: str, moment: datetime) -> None:
    assert read_skip(typed, BERLIN, NOW) == moment


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "Try 7d"),
        ("7", "Try 7d"),
        ("-7d", "Try 7d"),
        ("soon", "Try 7d"),
        ("1.5h", "Try 7d"),
        ("2026-02-31", "Try 7d"),
        ("2026-12-01 25:00", "Try 7d"),
        ("2026-11-01", "only moves forward"),
        ("0001-01-01", "Try 7d"),
        ("732d", "two years"),
        ("999999w", "two years"),
        ("9998-01-01", "two years"),
    ],
)
def test_what_is_no_time_to_move_to_is_told_with_an_example(typed: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        read_skip(typed, BERLIN, NOW)
    assert hint in str(refused.value)


KIND = Menu("Kind", Action("kind"), (Option("Concert", "concert"), Option("Open studio", "open"), Option("2", "two")))
CONTROLS: list[Control] = [
    Button("Going", Action("going", "1")),
    Button("Maybe", Action("maybe", "1")),
    Button("✅ Going", Action("going", "2")),
    LinkButton("Page 2", "https://example.org"),
    KIND,
    Button("▶", Action("next")),
]


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("2", 1),
        ("[2]", 1),
        ("maybe", 1),
        ("MAY", 1),
        ("Going 1", 0),
        ("Going 2", 2),
        ("Page 2", 3),
        ("▶", 5),
    ],
)
def test_a_control_is_found_by_number_label_or_its_rank_among_equals(typed: str, index: int) -> None:
    assert find_control(typed, CONTROLS) == index


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Going", "1, 3. Say which, such as :press 1"),
        ("Going 3", "[1 Going]"),
        ("7", "[1 Going]"),
        ("0", "[1 Going]"),
        ("Save", "There is no Save"),
        ("", "Say which"),
        ("9" * 400, "[1 Going]"),
    ],
)
def test_what_is_not_one_control_is_told_with_what_there_is(typed: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        find_control(typed, CONTROLS)
    assert hint in str(refused.value)


def test_without_controls_there_is_nothing_to_press() -> None:
    with pytest.raises(Refused, match="nothing to press"):
        find_control("Going", [])
    with pytest.raises(Refused, match="nothing to choose"):
        find_choice("Kind Concert", CONTROLS[:2])


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Kind Concert", "concert"),
        ("kind open studio", "open"),
        ("5 con", "concert"),
        ('"Kind" "Open studio"', "open"),
        ("Kind two", "two"),
        ("Kind 2", "two"),
    ],
)
def test_a_choice_is_found_by_menu_and_name(typed: str, value: str) -> None:
    assert find_choice(typed, CONTROLS) == (4, value)


@pytest.mark.parametrize(
    ("typed", "hint"), [("Kind", "Concert | Open studio"), ("", ":choose Kind"), ("Going 1 x", "[5 Kind]")]
)
def test_a_choice_that_is_not_there_is_told_with_those_that_are(typed: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        find_choice(typed, CONTROLS)
    assert hint in str(refused.value)


FIELDS = ["title", "when", "link"]


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("", {}),
        ("title=Night", {"title": "Night"}),
        ("title=Late night when=Fri 8pm", {"title": "Late night", "when": "Fri 8pm"}),
        ('title="Late = night" when=“Fri 8pm”', {"title": "Late = night", "when": "Fri 8pm"}),
        ("Title=x", {"title": "x"}),
        ("title=", {"title": ""}),
        ("title= when=x", {"title": "", "when": "x"}),
        ('title="" when=x', {"title": "", "when": "x"}),
        ("link=https://example.org?a=b&c=d", {"link": "https://example.org?a=b&c=d"}),
        (r'title="a\nb \"c\" \\ \x"', {"title": 'a\nb "c" \\ \\x'}),
        ('title="never closed', {"title": "never closed"}),
        ('title="12"vinyl" when=x', {"title": '12"vinyl', "when": "x"}),
    ],
)
def test_fields_are_filled_in_by_name(typed: str, values: dict[str, str]) -> None:
    assert read_fill(typed, FIELDS, SAY) == values


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Late night", 'title="…"'),
        ('title="x" y', "y stands there without a name"),
        ("titel=x", "title, when, and link"),
        ("title=a b venue=x", "This form has no venue"),
        ("title=a title=b", "twice"),
    ],
)
def test_a_slip_in_a_form_is_told_with_what_it_takes(typed: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        read_fill(typed, FIELDS, SAY)
    assert hint in str(refused.value)


@given(st.text())
def test_any_text_fills_a_form_or_is_refused(typed: str) -> None:
    with suppress(Refused):
        assert read_fill(typed, FIELDS, SAY).keys() <= set(FIELDS)


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(), min_size=1))
def test_quoted_values_come_back_as_they_were(values: dict[str, str]) -> None:
    def quoted(value: str) -> str:
        for mark in '\\"“”„':
            value = value.replace(mark, f"\\{mark}")
        return f'"{value}"'

    typed = " ".join(f"{name}={quoted(value)}" for name, value in values.items())
    assert read_fill(typed, FIELDS, SAY) == values
