"""What goes to Discord: people's words stay words, and a message is never more than Discord takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord.limits import LIMITS, weigh
from adapters.discord.markdown import escaped, markdown, measure
from adapters.discord.outbound import COMPONENTS_V2, EPHEMERAL, components, edited, mark_of, message, nonce_of
from bot.domain.text import safe
from bot.fit import check, fit
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle, rich
from bot.params import Option
from bot.ui import Action, Button, Card, Control, Field, File, LinkButton, Menu, Privacy, Reply, Style
from tests.fakes.discord.bodies import CREATE
from tests.fakes.discord.bodies import check as check_body
from tests.fakes.discord.components import check_message
from tests.fakes.discord.errors import Findings, Json
from tests.fakes.discord.seen import rich_of
from tests.fakes.discord.world import walked

NOON = datetime(2026, 12, 4, 12, tzinfo=UTC)

HOSTILE = (
    "@everyone",
    "@here",
    "<@&1>",
    "<@1> <@!1> <#1>",
    "[click](https://example.org)",
    "[click](<https://example.org>)",
    "https://example.org",
    "<https://example.org>",
    "discord.gg/abc DISCORD.GG/abc discord.com/invite/abc discordapp.com/invite/abc",
    "`code` ```block``` ``two``",
    "**bold** __under__ ~~gone~~ ||secret|| *i* _i_",
    "# head",
    "-# small",
    "- list\n  - nested\n* star\n+ plus\n1. one\n2) two",
    "> quote\n>>> all",
    "<t:0:R> <:smile:1> </event add:1> <id:customize>",
    "\\ \\\\ \\* back\\slash",
    "a\u200bb \u202eevil\u202c \u2066x\u2069 \ufeff",
    "\x00\x1b[31m\r\n\x85\u2028",
    "👩\u200d🎤 é \u0627\u0644",
    "x" * 4_000,
    "*" * 4_000,
)


def said(text: Rich) -> str:
    return "".join(piece if isinstance(piece, str) else str(getattr(piece, "text", "?")) for piece in text.pieces)


@pytest.mark.parametrize("words", HOSTILE)
def test_peoples_words_are_read_as_they_were_written(words: str) -> None:
    shown = rich_of(escaped(words), str)
    assert all(isinstance(piece, str) for piece in shown.pieces), shown
    assert said(shown) == safe(words)


TRICKY = st.text(st.sampled_from("`*_~|<>[]()@#:/\\-+.!123 \n\té👩\u200d\u200b\u202eabdt&"), max_size=60)


@settings(max_examples=200)
@given(TRICKY)
def test_no_words_of_people_become_markup(words: str) -> None:
    shown = rich_of(escaped(words), str)
    assert all(isinstance(piece, str) for piece in shown.pieces)
    assert said(shown) == safe(words)


@settings(max_examples=100)
@given(TRICKY, TRICKY)
def test_words_that_follow_each_other_make_no_markup_together(first: str, second: str) -> None:
    shown = rich_of(markdown(rich(first, second)), str)
    assert all(isinstance(piece, str) for piece in shown.pieces)
    assert said(shown) == safe(first) + safe(second)


def test_invites_and_addresses_that_people_typed_are_no_links() -> None:
    for words in ("https://discord.gg/abc", "discord.gg/abc", "http://x.org", "discord.com/invite/abc"):
        written = escaped(words)
        assert "https://" not in written
        assert "http://" not in written
        assert "discord.gg" not in written
        assert "discord.com" not in written


def test_a_moment_is_shown_in_each_readers_zone_and_counted_from_now() -> None:
    stamp = int(NOON.timestamp())
    assert markdown(rich(When(NOON))) == f"<t:{stamp}:F> (<t:{stamp}:R>)"
    assert markdown(rich(When(NOON, WhenStyle.TIME))) == f"<t:{stamp}:t>"
    assert markdown(rich(When(NOON, WhenStyle.DATE))) == f"<t:{stamp}:D>"
    assert markdown(rich(When(NOON, WhenStyle.RELATIVE))) == f"<t:{stamp}:R>"


@pytest.mark.parametrize(
    ("link", "written"),
    [
        (Link("page", "https://example.org/a b"), "page (https\\://example.org/a b)"),
        (Link("page", "https://example.org/(x)"), "[page](<https://example.org/%28x%29>)"),
        (Link("https://bank.example", "https://example.org"), "https\\://bank.example (<https://example.org>)"),
        (Link("https://example.org", "https://example.org"), "<https://example.org>"),
        (
            Link("x](https://evil.example)", "https://example.org"),
            "x\\](https\\://evil.example) (<https://example.org>)",
        ),
        (Link("page", "javascript:alert(1)"), "page (javascript:alert(1))"),
    ],
)
def test_a_link_leads_where_it_says(link: Link, written: str) -> None:
    assert markdown(rich(link)) == written


def test_only_the_core_mentions_anybody() -> None:
    reply = Reply(
        rich("@everyone <@999> ", Mention("discord", "123", "mara"), Mention("slack", "456", "tom")),
        (Card(body=rich(Mention("discord", "789", "jo"), "<@&5>")),),
    )
    assert message(reply).body["allowed_mentions"] == {"parse": [], "users": ["123", "789"]}


def test_a_private_answer_is_ephemeral_and_a_post_is_not() -> None:
    private, shared = Reply(rich("x")), Reply(rich("x"), privacy=Privacy.SHARED)
    assert message(private).body["flags"] == COMPONENTS_V2 | EPHEMERAL
    assert message(shared).body["flags"] == COMPONENTS_V2
    assert message(private, 5, may_be_private=False).body["flags"] == COMPONENTS_V2
    assert edited(private).body["flags"] == COMPONENTS_V2


def test_an_empty_answer_is_still_a_message() -> None:
    for reply in (Reply(), Reply(rich("\u200b\n")), Reply(cards=(Card(),))):
        findings = Findings()
        check_body(message(reply).body, (), CREATE, findings)
        findings.raise_if_any()


def test_one_button_stands_beside_its_text() -> None:
    [container] = components(Reply(cards=(Card(rich("Night"), controls=(Button("Going", Action("going", "1")),)),)))
    [section] = container["components"]
    assert section["accessory"]["label"] == "Going"


def test_the_same_action_may_stand_in_a_message_twice() -> None:
    cards = tuple(Card(rich("Night"), controls=(Button("Going", Action("going", "1")),)) for _ in range(2))
    ids = [each["custom_id"] for each in walked(components(Reply(cards=cards))) if each["type"] == 2]
    assert len(set(ids)) == 2
    assert {id_.partition("|")[2] for id_ in ids} == {"going:1"}


def test_an_address_too_long_for_a_button_is_still_there() -> None:
    long = "https://example.org/" + "x" * 600
    card = Card(rich("Night"), url=long, controls=(LinkButton("Page", long),))
    [container] = components(Reply(cards=(card,)))
    assert long in container["components"][0]["content"]
    assert weigh(card) == len(list(walked([container])))
    many = Reply(cards=(card,) * 9)
    findings = Findings()
    check_message(components(many), is_v2=True, files=(), found=findings)
    findings.raise_if_any()


def test_files_have_names_that_can_be_referred_to_each_once() -> None:
    files = tuple(File(name, b"x", "text/calendar") for name in ("später am Abend.ics", "sp ter.ics", "sp?ter.ics"))
    payload = message(Reply(rich("Here"), files=files))
    names = [each["filename"] for each in payload.body["attachments"]]
    assert len(set(names)) == 3
    findings = Findings()
    check_message(payload.body["components"], is_v2=True, files=names, found=findings)
    findings.raise_if_any()


def test_marks_and_nonces_tell_keys_apart() -> None:
    keys = [f"digest:{number}" for number in range(2_000)]
    assert len({mark_of(key) for key in keys}) == len(keys)
    assert all(2**30 <= mark_of(key) < 2**31 for key in keys)
    assert {len(nonce_of(key)) for key in keys} == {25}


TEXTS = st.text(st.sampled_from("ab *_-#.\n<@:1é"), max_size=40)
PIECES: st.SearchStrategy[Piece] = st.one_of(
    TEXTS,
    TEXTS.map(Bold),
    TEXTS.map(Code),
    TEXTS.map(lambda text: Link(text, "https://example.org/n?a=1")),
    st.sampled_from(WhenStyle).map(lambda style: When(NOON, style)),
    st.just(Mention("discord", "1", "x")),
)
RICH = st.lists(PIECES, max_size=4).map(lambda pieces: rich(*pieces))
URLS = st.sampled_from(["", "https://example.org/x", "mailto:a@example.org", "https://e.org/" + "x" * 600])
CONTROLS: st.SearchStrategy[Control] = st.one_of(
    st.builds(Button, TEXTS, st.just(Action("going", "1")), st.sampled_from(Style)),
    st.builds(LinkButton, TEXTS.filter(bool), URLS),
    st.just(Menu("Kind", Action("kind"), (Option("A", "a"), Option("B", "b")))),
)
CARDS = st.builds(
    Card,
    RICH,
    RICH,
    URLS,
    st.lists(st.builds(Field, TEXTS, RICH), max_size=4).map(tuple),
    st.lists(CONTROLS, max_size=7).map(tuple),
)


@settings(max_examples=60)
@example(Rich((" ",)), (), False)
@given(RICH, st.lists(CARDS, max_size=8), st.booleans())
def test_whatever_is_fitted_is_taken(text: Rich, cards: Sequence[Card], is_refusal: bool) -> None:
    reply = Reply(text, tuple(cards), is_refusal=is_refusal)
    for part in fit(reply, LIMITS).messages:
        check(part, LIMITS)
        found: list[Json] = components(part, mark=mark_of("x"))
        findings = Findings()
        check_message(found, is_v2=True, files=(), found=findings)
        findings.raise_if_any()
        assert found[0]["id"] == mark_of("x")
        shown = len(list(walked(found)))
        assert shown <= sum(map(weigh, part.cards)) + 2


@settings(max_examples=60)
@given(CARDS)
def test_a_card_weighs_no_less_than_it_takes(card: Card) -> None:
    taken = len(list(walked(components(Reply(cards=(card,))))))
    assert taken <= weigh(card)


@settings(max_examples=60)
@given(RICH)
def test_a_text_is_measured_as_it_is_written(text: Rich) -> None:
    written = len(markdown(text))
    assert measure(text) <= written <= measure(text) + len(text.pieces)  # a joint between two bold pieces
