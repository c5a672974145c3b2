"""Forms as modals: every kind of param has its own input, and nothing that was typed is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import MARK
from adapters.slack.forms import errors, filled, form_card, is_about_a_form, is_control, modal, opening, suggesting
from bot.i18n import Words
from bot.params import (
    ChannelParam,
    City,
    Cost,
    Dates,
    DateTime,
    Every,
    Leads,
    Member,
    Number,
    Param,
    QuietHours,
    Text,
    TimeOfDay,
    Until,
    Upload,
    Url,
    WhenOrEvery,
    Whole,
    Zone,
    yes_no,
)
from bot.request import Press
from bot.ui import Action, Button, Form

Json = dict[str, Any]  # Any: what goes over the wire

ENGLISH = Words("en", ZoneInfo("UTC"))
GERMAN = Words("de", ZoneInfo("Europe/Berlin"))

PARAMS: Mapping[str, Param] = {
    "title": Text("Title", "What it is called"),
    "about": Text("About", "What to expect", most=4_000, is_long=True),
    "when": DateTime("When", "Friday 8pm"),
    "until": Until("Until", "23:00"),
    "dates": Dates("Dates", "this weekend"),
    "at": TimeOfDay("At", "9:00"),
    "within": Whole("Within", "Kilometres", low=1, high=500),
    "hours": Number("Hours", "How long", low=Decimal("0.5"), high=Decimal(24)),
    "online": yes_no("Online", "On the internet"),
    "link": Url("Link", "Its page"),
    "near": City("City", "Where"),
    "zone": Zone("Zone", "Where it is"),
    "channel": ChannelParam("Channel", "Where to post"),
    "who": Member("Who", "Whom you met"),
    "cost": Cost("Cost", "free, 15 EUR"),
    "again": WhenOrEvery("Again", "every Monday 9:00"),
    "often": Every("Often", "every 6 weeks"),
    "leads": Leads("Before", "1 day, 2 hours"),
    "quiet": QuietHours("Quiet", "22:00-8:00"),
    "file": Upload("File", "A list", endings=(".csv",)),
}
FORM = Form("Add an event", Action("event add"), PARAMS, required=frozenset({"title", "when"}))
VALUES = {
    "title": "Night <!here>",
    "about": "Line\nline",
    "when": "2026-12-04 20:00 Europe/Berlin",
    "until": "23:00",
    "dates": "2026-12-04..2026-12-06",
    "at": "09:30",
    "within": "50",
    "hours": "1.5",
    "online": "yes",
    "link": "https://example.org/n",
    "near": "Berlin, Germany",
    "zone": "Europe/Berlin",
    "channel": "C024BE91L",
    "who": "<@slack:T1.U1|Mara>",
    "cost": "free",
    "again": "every Monday 09:00 from 2026-11-30 Europe/Berlin",
    "often": "every 6 weeks",
    "leads": "1 day, 2 hours",
    "quiet": "22:00-08:00",
}


def inputs(view: Json) -> dict[str, Json]:
    return {each["block_id"]: each for each in view["blocks"] if each["type"] == "input"}


INITIAL = {
    "datepicker": ("initial_date", "selected_date"),
    "timepicker": ("initial_time", "selected_time"),
    "static_select": ("initial_option", "selected_option"),
    "external_select": ("initial_option", "selected_option"),
    "conversations_select": ("initial_conversation", "selected_conversation"),
    "users_select": ("initial_user", "selected_user"),
    "file_input": ("files", "files"),
}


def sent(view: Json, files: Json | None = None) -> Json:
    """The view as it comes back when nobody changed anything; its values in no order that helps."""
    states: dict[str, Json] = {}
    for name, block in reversed(inputs(view).items()):
        element = block["element"]
        initial, chosen = INITIAL.get(element["type"], ("initial_value", "value"))
        state = {"type": element["type"], chosen: element.get(initial)}
        states[name] = {element["action_id"]: state | ((files or {}) if element["type"] == "file_input" else {})}
    return view | {"state": {"values": states}}


def test_every_kind_has_its_own_input() -> None:
    kinds = {name: each["element"]["type"] for name, each in inputs(modal(FORM, ENGLISH)).items()}
    assert kinds == {
        "title": "plain_text_input",
        "about": "plain_text_input",
        "when": "datepicker",
        "when~time": "timepicker",
        "until": "plain_text_input",
        "dates": "plain_text_input",
        "at": "timepicker",
        "within": "number_input",
        "hours": "number_input",
        "online": "static_select",
        "link": "url_text_input",
        "near": "external_select",
        "zone": "external_select",
        "channel": "conversations_select",
        "who": "users_select",
        "cost": "plain_text_input",
        "again": "plain_text_input",
        "often": "plain_text_input",
        "leads": "plain_text_input",
        "quiet": "plain_text_input",
        "file": "file_input",
    }


def test_what_a_form_holds_comes_back_as_it_was() -> None:
    view = modal(replace(FORM, values=VALUES), ENGLISH, "kept", "T1")
    found = filled(sent(view), "T1")
    assert found.action == FORM.action
    assert found.values == VALUES | {"who": "<@T1.U1>", "file": ""}
    assert found.users == {"<@T1.U1>": "U1"}
    assert view["private_metadata"] == "kept"
    assert filled(sent(modal(FORM, ENGLISH))).values == dict.fromkeys(PARAMS, "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("when", "next Friday 8pm"),
        ("when", "2026-13-04 20:00"),
        ("when", "2026-12-04 20:00:30 Europe/Berlin"),
        ("at", "half past nine"),
        ("within", "900"),
        ("within", "far"),
        ("hours", "1,5"),
        ("online", "maybe"),
        ("link", "example dot org"),
        ("near", "B" * 200),
        ("channel", "#general"),
        ("who", "mara"),
        ("who", "<@discord:17|jo>"),
    ],
)
def test_words_that_an_input_cannot_hold_stand_in_a_text_input(name: str, words: str) -> None:
    view = modal(replace(FORM, values={name: words}), ENGLISH, home="T1")
    assert inputs(view)[name]["element"]["type"] == "plain_text_input"
    assert filled(sent(view)).values[name] == words


@pytest.mark.parametrize("words", ["2026-12-04", "2026-12-04 20:00", "2026-12-04 20:00 UTC"])
def test_a_moment_keeps_what_was_said_of_it(words: str) -> None:
    view = modal(replace(FORM, values={"when": words}), ENGLISH)
    assert inputs(view)["when"]["element"]["initial_date"] == "2026-12-04"
    assert filled(sent(view)).values["when"] == words


def test_a_moment_that_was_cleared_is_no_zone() -> None:
    view = sent(modal(replace(FORM, values={"when": "2026-12-04 20:00 UTC"}), ENGLISH))
    view["state"]["values"]["when"]["v"]["selected_date"] = None
    view["state"]["values"]["when~time"]["v"]["selected_time"] = None
    assert filled(view).values["when"] == ""


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["word ", "line\n", "x" * 900, "é" * 1_600, "y" * 3_100]), min_size=1, max_size=6))
def test_a_text_longer_than_an_input_comes_back_whole(parts: list[str]) -> None:
    text = "".join(parts)
    view = modal(replace(FORM, values={"about": text}), ENGLISH)
    assert filled(sent(view)).values["about"] == text
    assert all(len(each["element"].get("initial_value", "")) <= 3_000 for each in inputs(view).values())


def test_a_file_is_named_by_its_id() -> None:
    raw = {"id": "F1", "name": "people.csv", "mimetype": "text/csv", "size": 3}
    found = filled(sent(modal(FORM, ENGLISH), {"files": [raw]}))
    assert found.values["file"] == "F1"
    assert found.files == {"F1": raw}


def test_a_form_says_what_is_wrong_right_where_it_is() -> None:
    form = replace(FORM, values={"title": "x"}, errors={"": "This is gone.", "odd": "What?", "title": "Too short."})
    blocks = modal(form, ENGLISH)["blocks"]
    assert [each["block_id"] for each in blocks[:3]] == ["~error", "title", "title~error"]
    assert blocks[0]["text"]["text"] == f"{MARK}This is gone. odd: What?"
    assert blocks[2]["text"] == {"type": "plain_text", "text": f"{MARK}Too short.", "emoji": False}


def test_errors_stand_under_the_inputs_of_the_view_or_nowhere() -> None:
    view = modal(FORM, ENGLISH)
    wrong = {"when": "In the past.\nTry later.", "title": "Too long."}
    assert errors(replace(FORM, errors=wrong), view, ENGLISH) == wrong | {"when": "In the past. Try later."}
    assert not errors(replace(FORM, errors=wrong | {"": "Gone."}), view, ENGLISH)
    assert not errors(replace(FORM, errors={"other": "x"}), view, ENGLISH)
    told = modal(replace(FORM, errors=wrong), ENGLISH)
    assert not errors(replace(FORM, errors=wrong), told, ENGLISH)


def test_a_form_speaks_its_readers_language_and_keeps_a_long_title() -> None:
    form = replace(FORM, title="Eine Veranstaltung mit allem, was dazugehört")
    view = modal(form, GERMAN)
    assert (view["submit"]["text"], view["close"]["text"]) == ("Absenden", "Abbrechen")
    assert len(view["title"]["text"]) <= 24
    assert view["blocks"][0]["text"]["text"] == form.title
    assert inputs(view)["when~time"]["label"]["text"] == "Wann: Uhrzeit"
    options = inputs(view)["online"]["element"]["options"]
    assert [each["text"]["text"] for each in options] == ["Ja", "Nein"]


def test_only_what_must_be_there_is_required() -> None:
    needed = {name for name, each in inputs(modal(FORM, ENGLISH)).items() if not each["optional"]}
    assert needed == FORM.required


def test_a_form_that_came_too_late_is_a_card_that_opens_it() -> None:
    card = form_card(FORM, ENGLISH).cards[0]
    [button] = card.controls
    assert isinstance(button, Button)
    assert is_about_a_form(button.action)
    assert opening(Press(button.action)) == Press(Action("ask", "event add"))
    kept = replace(FORM, action=Action("event add", "d1"), values=VALUES, errors={"title": "Too long.", "": "Hm."})
    reply = form_card(kept, ENGLISH)
    assert reply.is_refusal
    [button] = reply.cards[0].controls
    assert isinstance(button, Button)
    assert opening(Press(button.action)) == Press(Action("change", "d1"))
    shown = {each.name: each.value for each in reply.cards[0].fields}
    assert [str(piece) for piece in shown["Who"].pieces] == ["Mara"]
    assert [str(piece) for piece in shown["Online"].pieces] == ["Yes"]
    other = Press(Action("going", "17"), "x")
    assert opening(other) == other
    assert is_control(other.action, {"action_id": "p1|going:17"})
    assert is_control(Action("unknown"), {"action_id": "nobody wrote this"})
    assert not is_control(Action("~link"), {"action_id": "p1|~link:"})
    assert not is_control(Action("unknown"), {"action_id": "v"})


def test_suggestions_are_asked_for_with_what_the_other_fields_hold() -> None:
    view = sent(modal(replace(FORM, values={"title": "Night", "near": "Ber"}), ENGLISH))
    asked = suggesting({"view": view, "block_id": "near", "action_id": "v", "value": "Berl"})
    assert asked is not None
    path, values, param = asked
    assert (path, param) == (("event", "add"), "near")
    assert values["title"] == "Night"
    assert "near" not in values
    assert suggesting({"view": {}, "block_id": "near"}) is None


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(PARAMS)), st.text(max_size=300)), st.text(max_size=80))
def test_nothing_typed_keeps_a_form_from_opening(values: dict[str, str], title: str) -> None:
    view = modal(replace(FORM, values=values, errors=values, title=title), ENGLISH)
    assert len(view["blocks"]) <= 100
    filled(sent(view))
