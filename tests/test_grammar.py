"""What people type becomes a command and its options, whatever keyboard they have."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import Access, Command
from bot.compose import all_features
from bot.errors import NotFound, Refused
from bot.grammar import LINE_MOST, read_sentence
from bot.i18n import Words
from bot.params import Upload
from tests.platforms.kinds import KINDS

SAY = Words("en", ZoneInfo("UTC"))
FEATURES = all_features()


def values(text: str) -> dict[str, str]:
    return dict(read_sentence(text, FEATURES, SAY).values)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/event find", {}),
        ("/event find techno", {"words": "techno"}),
        (
            '/event find late night techno near:Berlin when:"this weekend" kind:workshop',
            {"words": "late night techno", "near": "Berlin", "when": "this weekend", "kind": "workshop"},
        ),
        ("/event find when:“this weekend” techno", {"when": "this weekend", "words": "techno"}),
        ("/event find when:„dieses Wochenende“", {"when": "dieses Wochenende"}),
        ("/event find near:«São Paulo»", {"near": "São Paulo"}),
        ("/event find techno near:New York", {"words": "techno", "near": "New York"}),
        ("/EVENT Find Near:Berlin", {"near": "Berlin"}),
        ('/event find "late night"', {"words": "late night"}),
        ("/event find words:late night", {"words": "late night"}),
        ("/event find 12:30 https://example.org/a:b", {"words": "12:30 https://example.org/a:b"}),
        ("/event find Re:Work", {"words": "Re:Work"}),
        ('/event find when:"this weekend', {"when": "this weekend"}),
        ("/event find near:San Francisco when:next month", {"near": "San Francisco", "when": "next month"}),
        ("/event find near:New York", {"near": "New York"}),
        ('/event find near:"New York" jazz', {"near": "New York", "words": "jazz"}),
        ("/event add venue:B C when:friday 8pm", {"venue": "B C", "when": "friday 8pm"}),
        ("/event find when:‘next month’ don’t stop", {"when": "next month", "words": "don’t stop"}),
        ('/event add title:"Rock"n"Roll" when:friday', {"title": 'Rock"n"Roll', "when": "friday"}),
        ("/event find near:", {}),
        ("/event find c++ foo-bar", {"words": "c++ foo-bar"}),
        ("event find techno", {"words": "techno"}),
        ("/feed add venue.example/x.ics name:Venue", {"link": "venue.example/x.ics", "name": "Venue"}),
        ("/event add Venue.Example:8080/nights", {"link": "Venue.Example:8080/nights"}),
        ("/event add Jazz at St.Mary, AC/DC, R.E.M./B", {"title": "Jazz at St.Mary, AC/DC, R.E.M./B"}),
    ],
)
def test_a_typed_line_gives_each_option_its_words(typed: str, meant: dict[str, str]) -> None:
    assert values(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("@mara", {"who": "@mara"}),
        ("<@U123> great at dub", {"who": "<@U123>", "text": "great at dub"}),
        ("<@U123|Ana Maria> great", {"who": "<@U123|Ana Maria>", "text": "great"}),
        ("who:<@U123|Ana Maria> great", {"who": "<@U123|Ana Maria>", "text": "great"}),
        ("@mara great with @tom", {"who": "@mara", "text": "great with @tom"}),
        ("text:live @ home who:mara", {"text": "live @ home", "who": "mara"}),
        ("mara file:~/a.csv times:2", {"who": "mara", "file": "~/a.csv", "times": "2"}),
        ('file:"~/my list.csv" mara', {"who": "mara", "file": "~/my list.csv"}),
    ],
)
def test_mentions_are_members_and_files_are_named(typed: str, meant: dict[str, str]) -> None:
    assert dict(read_sentence(f"/try every {typed}", [KINDS], SAY).values) == meant


def test_a_bare_feature_asks_for_help_with_it() -> None:
    sentence = read_sentence("/event", FEATURES, SAY)
    assert sentence.feature.name == "event"
    assert sentence.command is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/evnt find", "Did you mean /event?"),
        ("/event fnd", "Did you mean /event find?"),
        (
            "/zzz",
            "There are /event, /resource, /gig, /people, /digest, /feed, /home, /connect, /remind, /path, /me,"
            " /greenroom, and /help.",
        ),
        ("/event find wen:friday", "Did you mean when:?"),
        ("/event find near:Berlin near:Paris", "near: is there twice"),
        ("/event mine please", "leave please out"),
        ("/digest list " + "x" * LINE_MOST, "longer than 12,000 characters"),
        ("/event find " + "x" * 7_000, "words is longer than 6,000 characters"),
    ],
)
def test_a_slip_is_named_with_a_way_on(typed: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read_sentence(typed, FEATURES, SAY)
    assert says in SAY(refused.value.text, **refused.value.values)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        read_sentence("/recital log", FEATURES, SAY)


@given(st.text(max_size=200))
def test_any_words_are_read_or_refused(text: str) -> None:
    for start in ("/", "/event find ", "/digest set "):
        assert said_to(start + text)


def said_to(line: str) -> str:
    """What becomes of a line, in words."""
    try:
        return read_sentence(line, FEATURES, SAY).feature.name
    except Refused as refused:
        return SAY(refused.text, **refused.values)


@pytest.mark.parametrize(
    "command", [each for feature in FEATURES for each in feature.commands], ids=lambda command: command.example
)
def test_the_example_of_a_command_is_that_command(command: Command) -> None:
    sentence = read_sentence(command.example, FEATURES, SAY)
    assert sentence.command is command
    # a file is attached, not typed
    typed = {name for name, each in command.arguments.items() if not isinstance(each.param, Upload)}
    missing = {name for name in typed if command.arguments[name].is_required} - sentence.values.keys()
    assert not missing


def test_every_digest_command_is_for_organisers() -> None:
    digest = next(feature for feature in FEATURES if feature.name == "digest")
    assert {command.access for command in digest.commands} == {Access.ORGANISER}


@pytest.mark.parametrize(
    ("typed", "path", "values"),
    [
        ("/greenroom", ("help", ""), {}),
        ("/greenroom help digest", ("help", ""), {"topic": "digest"}),
        ("/greenroom event find jazz near:Berlin", ("event", "find"), {"words": "jazz", "near": "Berlin"}),
        ("/greenroom greenroom unlink", None, {}),
        ("/greenroom LINK K7QF-2MXA", ("greenroom", "link"), {"code": "K7QF-2MXA"}),
        ("/event mirror on", ("event", "mirror"), {"switch": "on"}),
        ("/me zone New York", ("me", "zone"), {"zone": "New York"}),
    ],
)
def test_one_command_leads_to_all_others(typed: str, path: tuple[str, str] | None, values: dict[str, str]) -> None:
    if path is None:
        with pytest.raises(Refused):
            read_sentence(typed, FEATURES, SAY)
        return
    sentence = read_sentence(typed, FEATURES, SAY)
    assert sentence.command is not None
    assert (sentence.feature.name, sentence.command.name) == path
    assert sentence.values == values
