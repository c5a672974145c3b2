"""Nothing is cut: whatever a platform's limits, all of an answer arrives."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fit import check, fit, messages_of, plain, shorten, split
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, rich
from bot.params import Option
from bot.platform import Limits
from bot.ui import Action, Button, Card, Control, Field, File, LinkButton, Menu, Reply


def measure(text: Rich) -> int:
    """As a platform counts that escapes some characters: `*` and `<` take more room than they look."""
    return sum(4 if character in "*<" else 1 for character in plain(text))


def weigh(card: Card) -> int:
    return 1 + len(card.controls) + len(card.fields)


TIGHT = Limits(
    message_length=120,
    cards=3,
    parts=9,
    title_length=20,
    body_length=60,
    fields=2,
    controls=3,
    label_length=8,
    options=2,
    value_length=12,
    files=1,
    form_params=5,
    form_title_length=20,
    measure=measure,
    weigh=weigh,
)


def words_of(reply: Reply) -> str:
    texts = [plain(reply.text)]
    for card in reply.cards:
        texts += [plain(card.title), plain(card.body)]
        texts += [f"{field.name} {plain(field.value)}" for field in card.fields]
        texts += [label for control in card.controls for label in labels_of(control)]
    return " ".join(texts)


def labels_of(control: Control) -> list[str]:
    return (
        [control.label, *[option.label for option in control.options]] if isinstance(control, Menu) else [control.label]
    )


def assert_fits(reply: Reply, limits: Limits) -> None:
    length = measure(reply.text)
    weight = 0
    assert len(reply.cards) <= limits.cards
    assert len(reply.files) <= limits.files
    for card in reply.cards:
        assert measure(card.title) <= limits.title_length
        assert measure(card.body) <= limits.body_length
        assert len(card.fields) <= limits.fields
        assert len(card.controls) <= limits.controls
        for control in card.controls:
            assert all(measure(rich(label)) <= limits.label_length for label in labels_of(control))
            assert not isinstance(control, Menu) or len(control.options) <= limits.options
        length += measure(card.title) + measure(card.body)
        length += sum(measure(rich(each.name)) + measure(each.value) for each in card.fields)
        weight += weigh(card)
    assert length <= limits.message_length
    assert weight <= limits.parts


text = st.text(alphabet="ab *<\n", max_size=200)
pieces: st.SearchStrategy[Piece] = st.one_of(
    text,
    st.builds(Bold, text),
    st.builds(Code, text),
    st.builds(Link, text, st.just("https://example.org")),
    st.builds(Mention, st.just("console"), st.just("ana"), st.just("Ana")),
)
riches = st.lists(pieces, max_size=3).map(lambda parts: rich(*parts))
labels = st.text(alphabet="abc", min_size=1, max_size=12)
actions = st.integers(0, 99).map(lambda number: Action("do", str(number)))
controls: st.SearchStrategy[Control] = st.one_of(
    st.builds(Button, labels, actions),
    st.builds(LinkButton, labels, st.just("https://example.org")),
    st.builds(Menu, labels, actions, st.lists(st.builds(Option, labels, labels), min_size=1, max_size=5).map(tuple)),
)
cards = st.builds(
    Card,
    title=riches,
    body=riches,
    url=st.just(""),
    fields=st.lists(st.builds(Field, labels, riches), max_size=4).map(tuple),
    controls=st.lists(controls, max_size=7).map(tuple),
)
files = st.lists(st.builds(File, labels, st.binary(max_size=3), st.just("text/csv")), max_size=3).map(tuple)


@settings(max_examples=300)
@given(st.builds(Reply, text=riches, cards=st.lists(cards, max_size=5).map(tuple), files=files))
def test_every_message_fits_and_no_word_or_control_is_lost(reply: Reply) -> None:
    fitted = fit(reply, TIGHT)
    for message in fitted.messages:
        assert_fits(message, TIGHT)
        check(message, TIGHT)
    before, after = words_of(reply), " ".join(words_of(message) for message in fitted.messages)
    for character in "ab*<":
        assert after.count(character) >= before.count(character)
    wanted = [control.action for card in reply.cards for control in card.controls if isinstance(control, Button)]
    kept = [
        control.action
        for message in fitted.messages
        for card in message.cards
        for control in card.controls
        if isinstance(control, Button)
    ]
    assert kept == wanted
    assert [file for message in fitted.messages for file in message.files] == list(reply.files)


@settings(max_examples=300)
@given(st.builds(Reply, text=riches, cards=st.lists(cards, max_size=5).map(tuple), files=files))
def test_whatever_does_not_fit_is_refused(reply: Reply) -> None:
    try:
        assert_fits(reply, TIGHT)
    except AssertionError:
        with pytest.raises(ValueError, match="fit"):
            check(reply, TIGHT)


def test_a_refusal_names_what_is_over() -> None:
    menu = Menu("Kind", Action("kind"), (Option("One", "v" * 13),))
    with pytest.raises(ValueError, match="13 characters in an option's value; at most 12 fit"):
        check(Reply(cards=(Card(controls=(menu,)),)), TIGHT)


def test_the_log_says_what_stands_elsewhere_than_it_was_put() -> None:
    with structlog.testing.capture_logs() as logs:
        assert messages_of(Reply(rich("Hello")), TIGHT) == (Reply(rich("Hello")),)
        assert logs == []
        assert len(messages_of(Reply(rich("word " * 50)), TIGHT)) == 3
    assert [(entry["event"], entry["moved"]) for entry in logs] == [("answer bent", ("text",))]


def test_what_fits_is_left_as_it_is() -> None:
    reply = Reply(rich("Hello"), (Card(rich("One"), rich("body"), controls=(Button("Going", Action("go", "1")),)),))
    fitted = fit(reply, TIGHT)
    assert fitted.messages == (reply,)
    assert fitted.moved == ()


def test_what_is_moved_is_named() -> None:
    long = Card(rich("A title of more than twenty"), rich("x" * 100), controls=(Button("A long label", Action("go")),))
    assert set(fit(Reply(cards=(long,)), TIGHT).moved) >= {"title", "label", "body"}


def test_only_the_first_message_takes_the_place_of_another() -> None:
    reply = Reply(rich("word " * 100), replaces=True)
    messages = fit(reply, TIGHT).messages
    assert len(messages) > 1
    assert [message.replaces for message in messages] == [True] + [False] * (len(messages) - 1)


def test_text_is_broken_between_words() -> None:
    assert [plain(part) for part in split(rich("one two three four"), 9, measure)] == ["one two", "three", "four"]


def test_a_label_is_shortened_by_what_the_platform_counts() -> None:
    assert shorten("abcdefgh", 8, measure) == "abcdefgh"
    assert shorten("abcdefghi", 8, measure) == "abcdefg…"
    assert measure(rich(shorten("****", 8, measure))) <= 8


def test_limits_that_leave_no_room_are_an_error() -> None:
    with pytest.raises(ValueError, match="no room"):
        fit(Reply(cards=(Card(controls=(Button("Go", Action("go")),)),)), replace(TIGHT, parts=1))
