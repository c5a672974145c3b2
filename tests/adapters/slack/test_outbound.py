"""What goes to Slack: people's words stay words, and a message is never more than Slack takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from adapters.slack.blocks import LABEL_LENGTH, MARK, NOTHING, card_blocks, checked, plain_text
from adapters.slack.limits import ALL_LENGTH, BLOCKS, LIMITS, MESSAGE_LENGTH, PARTS, VIEW_BLOCKS, weigh
from adapters.slack.outbound import (
    FALLBACK_LENGTH,
    blocks,
    edited,
    fallback_of,
    home,
    mark_of,
    message,
    response,
    waiting,
    window,
)
from adapters.slack.richtext import elements, measure
from bot.domain.text import safe
from bot.fit import check, fit
from bot.i18n import Words
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle, rich
from bot.params import Option
from bot.ui import Action, Button, Card, Control, Field, File, LinkButton, Menu, Privacy, Reply, Style

Json = dict[str, Any]  # Any: what goes over the wire

NOON = datetime(2026, 12, 4, 12, tzinfo=UTC)
STAMP = int(NOON.timestamp())
OPTION = {"text": {"type": "plain_text", "text": "x", "emoji": False}, "value": "x"}
ENGLISH = Words("en", ZoneInfo("UTC"))
GERMAN = Words("de", ZoneInfo("Europe/Berlin"))

HOSTILE = (
    "<!channel> <!here> <!everyone>",
    "<!subteam^S1|@all>",
    "<@U1> <@W1|mara> <#C1|general>",
    "&lt;!channel&gt; &amp;lt;",
    "<https://evil.example|https://bank.example>",
    "[click](https://example.org)",
    "https://example.org example.org mara@example.org",
    "*bold* _italic_ ~gone~ `code` ```block```",
    "> quote\n&gt; quote\n- list\n1. one",
    ":smile: :flag-de: :skin-tone-2:",
    "<!date^0^{date}|now>",
    "a\u200bb \u202eevil\u202c \u2066x\u2069 \ufeff",
    "\x00\x1b[31m\r\n\x85\u2028",
    "👩\u200d🎤 é \u0627\u0644",
    "x" * 4_000,
    '"\\' * 2_000,
)


def walked(found: Any) -> Iterator[Json]:  # Any: JSON of any depth
    if isinstance(found, dict):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from walked(inner)


def words_in(found: Sequence[Json]) -> str:
    return "".join(each["text"] for each in walked(list(found)) if each.get("type") == "text")


@pytest.mark.parametrize("words", HOSTILE)
def test_peoples_words_are_read_as_they_were_written(words: str) -> None:
    found = elements(rich(words))
    assert [each["type"] for each in found] == ["text"]
    assert words_in(found) == safe(words)


@settings(max_examples=200)
@given(st.lists(st.text(st.sampled_from('<>!@#|*_~`&;:^U1c \n\u202e\u200bé"\\'), max_size=30), max_size=4))
def test_no_words_of_people_become_markup(words: list[str]) -> None:
    reply = Reply(rich(*words), (Card(rich(*words), rich(*words), fields=(Field("x", rich(*words)),)),))
    for each in walked(blocks(reply)):
        assert each.get("type") not in ("mrkdwn", "user", "link", "broadcast", "channel", "usergroup", "emoji", "date")
    said = fallback_of(reply)
    assert "<" not in said
    assert ">" not in said


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_the_text_of_a_message_has_every_word(words: str) -> None:
    assert words_in(blocks(Reply(rich("says ", words)))) == "says " + safe(words)


def test_a_moment_is_shown_in_each_readers_zone() -> None:
    assert elements(rich(When(NOON))) == [
        {"type": "date", "timestamp": STAMP, "format": "{date_long_pretty} {time}", "fallback": "2026-12-04 12:00 UTC"}
    ]
    assert elements(rich(When(NOON, WhenStyle.DATE)))[0]["format"] == "{date_long}"
    assert elements(rich(When(NOON, WhenStyle.TIME)))[0]["fallback"] == "12:00 UTC"
    abroad = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert elements(rich(When(abroad))) == elements(rich(When(NOON)))
    assert fallback_of(Reply(rich(When(NOON)))) == (
        f"<!date^{STAMP}^{{date_long_pretty}} {{time}}|2026-12-04 12:00 UTC>"
    )


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (Link("page", "https://example.org/?a=1&b"), [("page", "https://example.org/?a=1&b")]),
        (Link("https://example.org", "https://example.org"), [("", "https://example.org")]),
        (
            Link("https://bank.example", "https://example.org"),
            ["https://bank.example (", ("", "https://example.org"), ")"],
        ),
        (Link("page", "javascript:alert(1)"), ["page (javascript:alert(1))"]),
        (Link("page", 'https://example.org/ä"<'), [("page", "https://example.org/%C3%A4%22%3C")]),
    ],
)
def test_a_link_leads_where_it_says(link: Link, shown: list[str | tuple[str, str]]) -> None:
    found = elements(rich(link))
    assert [(each.get("text", ""), each["url"]) if each["type"] == "link" else each["text"] for each in found] == shown


def test_only_the_core_mentions_anybody_and_only_where_they_are() -> None:
    text = rich(
        "<@U9> ", Mention("slack", "T1.U1", "mara"), Mention("slack", "T2.U2", "tom"), Mention("discord", "1", "jo")
    )
    assert [each["user_id"] for each in elements(text) if each["type"] == "user"] == ["U1", "U2"]
    found = message(Reply(text), home="T1").body["blocks"]
    assert [each["user_id"] for each in walked(found) if each.get("type") == "user"] == ["U1"]
    assert words_in(found) == "<@U9> @tom@jo"
    assert elements(rich(Mention("slack", "T1.<!here>", "x"))) == [{"type": "text", "text": "@x"}]


def test_a_card_has_its_title_its_fields_and_its_controls() -> None:
    card = Card(
        rich("Night ", Bold("out")),
        rich("At the ", Bold("Kater"), "."),
        "https://www.example.org/n",
        (Field("When", rich(When(NOON))),),
        (
            Button("Going", Action("going", "1"), Style.PRIMARY),
            Menu("Kind", Action("kind"), (Option("A", "a"),)),
            LinkButton("Mail", "mailto:a@example.org"),
        ),
    )
    divider, words, actions = blocks(Reply(cards=(card,)))
    assert divider == {"type": "divider"}
    assert words["block_id"] == "c1"
    head, field, small = [each["elements"] for each in words["elements"]]
    assert head[0] == {"type": "text", "text": "Night out", "style": {"bold": True}}
    assert head[1] == {"type": "text", "text": "\nAt the "}
    assert field[0] == {"type": "text", "text": "When: ", "style": {"bold": True}}
    assert field[1]["type"] == "date"
    assert small == [{"type": "text", "text": "Mail: "}, {"type": "link", "url": "mailto:a@example.org"}]
    assert actions["block_id"] == "c1.a"
    going, kind, page = actions["elements"]
    assert (going["action_id"], going["style"], going["text"]["emoji"]) == ("p0|going:1", "primary", False)
    assert (kind["type"], kind["placeholder"]["text"], kind["options"][0]["value"]) == ("static_select", "Kind", "a")
    assert (page["action_id"], page["text"]["text"], page["url"]) == ("p2|~link:", "🔗 example.org", card.url)


def test_a_refusal_begins_with_its_mark() -> None:
    refused = Reply(rich(Bold("No"), " way"), is_refusal=True)
    assert words_in(blocks(refused)) == f"{MARK}No way"
    assert fallback_of(refused) == f"{MARK}No way"


def test_a_private_answer_is_ephemeral_and_a_post_says_nothing_of_it() -> None:
    private, shared = Reply(rich("x")), Reply(rich("x"), privacy=Privacy.SHARED)
    assert response(private, replaces=False)["response_type"] == "ephemeral"
    assert response(shared, replaces=True) | {"blocks": ()} == {
        "response_type": "in_channel",
        "replace_original": True,
        "mrkdwn": False,
        "text": "x",
        "blocks": (),
    }
    assert "response_type" not in message(private).body


def test_a_sent_message_carries_its_mark_and_pings_nobody() -> None:
    body = message(Reply(rich("<!here>")), mark_of("digest:1")).body
    assert body["metadata"] == {"event_type": "greenroom", "event_payload": {"key": mark_of("digest:1")}}
    assert body["text"] == "&lt;!here&gt;"
    assert (body["mrkdwn"], body["parse"], body["link_names"], body["unfurl_links"], body["unfurl_media"]) == (
        False,
        "none",
        False,
        False,
        False,
    )
    assert "metadata" not in edited(Reply(rich("x"))).body
    marks = {mark_of(f"digest:{number}") for number in range(2_000)}
    assert len(marks) == 2_000
    assert {len(mark) for mark in marks} == {25}


def test_files_go_beside_the_message() -> None:
    file = File("später.ics", b"x", "text/calendar")
    assert message(Reply(rich("Here"), files=(file,))).files == (file,)


def test_an_empty_answer_is_still_a_message() -> None:
    for reply in (Reply(), Reply(rich("\u200b\n")), Reply(cards=(Card(),)), Reply(cards=(Card(rich(" ")),))):
        assert words_in(blocks(reply)) == NOTHING
        assert fallback_of(reply) == NOTHING


def test_an_address_too_long_for_a_button_is_still_there_as_far_as_it_fits() -> None:
    long = "https://example.org/" + "x" * 4_000
    for url in (long, "https://example.org/" + "ä" * 900):
        card = Card(rich("Night"), url=url, controls=(LinkButton("Page", url),))
        _divider, words = blocks(Reply(cards=(card,)))
        assert words_in([words]).startswith("NightPage: https://example.org/")
        assert words_in([words]).endswith("…")
        assert weigh(card) < PARTS


def test_the_fallback_is_never_cut_inside_an_escape_or_a_moment() -> None:
    for text in (
        rich("&" * 4_000),
        rich("<a> " * 2_000),
        rich(*[part for _ in range(200) for part in ("&", When(NOON))]),
    ):
        said = fallback_of(Reply(text))
        assert len(said) <= FALLBACK_LENGTH
        assert said.endswith("…")
        assert said.count("<") == said.count(">")
        assert said.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").count("&") == 0


def test_a_view_shows_an_answer_of_any_length() -> None:
    cards = tuple(
        Card(rich(f"Night {number}"), rich("words " * 60), controls=(Button("Going", Action("going", str(number))),))
        for number in range(60)
    )
    for shown in (window(Reply(rich("All"), cards), GERMAN), home(Reply(rich("All"), cards))):
        assert len(shown["blocks"]) < VIEW_BLOCKS
        ids = [each["block_id"] for each in shown["blocks"] if "block_id" in each]
        assert len(set(ids)) == len(ids)
        assert words_in(shown["blocks"]).endswith(NOTHING)
    assert words_in(home(Reply(rich("x")))["blocks"]) == "x"
    assert window(Reply(rich("x")), GERMAN)["close"]["text"] == "Schließen"
    assert waiting(ENGLISH)["type"] == "modal"


SIGNS = 'ab *_-#.\n<@:1é漢🎤"\\'
TEXTS = st.text(st.sampled_from(SIGNS), max_size=40) | st.sampled_from(SIGNS).map(lambda sign: sign * 700)
PIECES: st.SearchStrategy[Piece] = st.one_of(
    TEXTS,
    TEXTS.map(Bold),
    TEXTS.map(Code),
    TEXTS.map(lambda text: Link(text, "https://example.org/n?a=1")),
    TEXTS.map(lambda text: Link(text, "https://example.org/" + text)),
    st.sampled_from(WhenStyle).map(lambda style: When(NOON, style)),
    st.just(Mention("slack", "T1.U1", "")),
)
RICH = st.lists(PIECES, max_size=4).map(lambda pieces: rich(*pieces))
MANY = st.lists(PIECES, min_size=1, max_size=3).map(lambda pieces: rich(*pieces * 60))
URLS = st.sampled_from(["", "https://example.org/x", "mailto:a@example.org", "https://e.org/" + "x" * 2_900])
ACTIONS = st.sampled_from([Action("going", "1"), Action("a" * 63), Action("é" * 31)])
OPTIONS = st.integers(1, 40).flatmap(
    lambda count: TEXTS.map(lambda text: tuple(Option(text, f"{number}{'v' * 100}") for number in range(count)))
)
CONTROLS: st.SearchStrategy[Control] = st.one_of(
    st.builds(Button, TEXTS, ACTIONS, st.sampled_from(Style)),
    st.builds(LinkButton, TEXTS.filter(bool), URLS),
    st.builds(Menu, TEXTS, ACTIONS, OPTIONS),
)
CARDS = st.builds(
    Card,
    RICH | MANY,
    RICH | MANY,
    URLS,
    st.lists(st.builds(Field, TEXTS, RICH | MANY), max_size=4).map(tuple),
    st.lists(CONTROLS, max_size=7).map(tuple),
)


@settings(max_examples=60)
@given(RICH | MANY, st.lists(CARDS, max_size=6), st.booleans())
def test_whatever_is_fitted_is_taken(text: Rich, cards: Sequence[Card], is_refusal: bool) -> None:
    for part in fit(Reply(text, tuple(cards), is_refusal=is_refusal), LIMITS).messages:
        check(part, LIMITS)
        found = blocks(part)
        assert len(found) <= BLOCKS
        assert len(json.dumps(found)) <= ALL_LENGTH
        assert len(fallback_of(part)) <= FALLBACK_LENGTH + len(MARK)
        for each in walked(found):
            assert each.get("text") != ""
            assert each.get("type") != "rich_text_section" or each["elements"]
            assert each.get("type") != "plain_text" or len(each["text"]) <= max(LABEL_LENGTH, 150)


@settings(max_examples=60)
@given(CARDS)
def test_slack_reads_a_card_as_it_was_written(card: Card) -> None:
    for part in fit(Reply(cards=(card,)), LIMITS).messages:
        for each in part.cards:
            made = card_blocks(each, 1, iter(range(99)))
            assert [block.to_dict() for block in Block.parse_all(made)] == made
            assert checked(made) == made
            assert len(json.dumps(made)) <= weigh(each) + 2


@pytest.mark.parametrize(
    "over",
    [
        {"type": "button", "text": plain_text("x" * 76), "action_id": "p1|x"},
        {"type": "button", "text": plain_text("x"), "action_id": "x" * 256},
        {"type": "button", "text": plain_text("x"), "action_id": "p1|x", "url": "https://example.org/" + "x" * 3_000},
        {"type": "static_select", "placeholder": plain_text("x" * 151), "action_id": "p1|x", "options": [OPTION]},
        {"type": "static_select", "placeholder": plain_text("x"), "action_id": "p1|x", "options": [OPTION] * 101},
        {
            "type": "static_select",
            "placeholder": plain_text("x"),
            "action_id": "p1|x",
            "options": [{"text": plain_text("x" * 76), "value": "x"}],
        },
    ],
)
def test_controls_over_a_limit_of_slacks_are_found_when_they_are_built(over: Json) -> None:
    good = {"type": "button", "text": plain_text("x"), "action_id": "p0|x"}
    assert checked([{"type": "actions", "block_id": "c1.a", "elements": [good]}])
    with pytest.raises(SlackObjectFormationError):
        checked([{"type": "actions", "block_id": "c1.a", "elements": [good, over]}])
    with pytest.raises(SlackObjectFormationError):
        checked([{"type": "actions", "block_id": "c1.a", "elements": [good] * 26}])


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    for reply in (
        Reply(rich("x" * (MESSAGE_LENGTH + 1))),
        Reply(cards=(Card(rich("x"), rich("é" * 1_999), fields=(Field("é", rich("é" * 900)),)),)),
        Reply(rich("x"), tuple(Card(rich("x")) for _ in range(11))),
        Reply(cards=(Card(controls=(Menu("x", Action("x"), tuple(Option("🎤" * 70, str(n)) for n in range(25))),)),)),
    ):
        with pytest.raises(ValueError, match="fit"):
            check(reply, LIMITS)


@settings(max_examples=60)
@given(RICH)
def test_a_text_measures_what_is_shown_of_it(text: Rich) -> None:
    assert measure(text) >= len(words_in(elements(text)))
