"""What answers look like as text and in a terminal, and that nobody's words can do more than be read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from unicodedata import category
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from adapters.console.limits import MOMENT_LENGTH, measure
from adapters.console.outbound import View, plain_form, plain_reply, safe, web_address
from adapters.console.panels import ansi, panel
from bot.i18n import N_, Words
from bot.markup import Bold, Code, Link, Mention, When, WhenStyle, rich
from bot.params import Choice, Option, Text
from bot.ui import (
    Action,
    Answer,
    Button,
    Card,
    Control,
    Field,
    File,
    Form,
    LinkButton,
    Menu,
    Privacy,
    Reply,
    Style,
)

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
VIEW = View(Words("en", ZoneInfo("Europe/Berlin")), NOW)
MOMENT = datetime(2026, 12, 4, 19, 0, tzinfo=UTC)
PUBLIC = Privacy.SHARED

CONTROLS = (
    Button("Going", Action("going", "1"), Style.PRIMARY),
    Menu("Kind", Action("kind"), tuple(Option(f"Kind {each}", str(each)) for each in range(10))),
    LinkButton("Page", "https://example.org/night"),
    LinkButton("Tickets", "https://example.org/tickets"),
)
NIGHT = Card(
    title=rich("Late Night Modular"),
    body=rich(When(MOMENT), " · Kantine\nBring cables"),
    url="https://example.org/night",
    fields=(Field("Price", rich("15 EUR")), Field("Note", rich("one\ntwo"))),
    controls=CONTROLS,
)


def shown(text: str) -> str:
    """A text as it stands in this file: without the first line end and the indent."""
    return "\n".join(line.removeprefix("    ") for line in text.strip("\n").rstrip(" ").splitlines())


def test_a_private_answer_with_one_card_reads_well() -> None:
    assert plain_reply(Reply(rich("Found ", Bold("it"), "."), (NIGHT,)), VIEW) == shown(
        """
    (only you see this)
    Found it.

    Late Night Modular
      Friday, December 4, 2026, 8:00 PM (Europe/Berlin, CET) · Kantine
      Bring cables
      Price: 15 EUR
      Note: one
        two
      https://example.org/night
      [1 Going] [2 Kind: Kind 0 | Kind 1 | Kind 2 | Kind 3 | Kind 4 | Kind 5 | Kind 6 | Kind 7 | 2 more]"""
        " [3 Page] [4 Tickets: https://example.org/tickets]"
    )


def test_cards_with_controls_are_numbered_and_headings_and_pagers_are_not() -> None:
    going = (Button("Going", Action("going")), Button("Maybe", Action("maybe")))
    cards = (
        Card(rich("Friday")),
        Card(rich("One"), rich("Kantine"), controls=going),
        Card(rich("Two"), controls=going),
        Card(controls=(Button("Next", Action("next")),)),
    )
    assert plain_reply(Reply(rich("2 events"), cards, privacy=PUBLIC), VIEW) == shown(
        """
    2 events

    Friday

    1. One
       Kantine
       [1 Going] [2 Maybe]

    2. Two
       [3 Going] [4 Maybe]

    [5 Next]"""
    )


def test_a_refusal_begins_with_its_mark_and_the_rest_is_moved_in() -> None:
    reply = Reply(rich("No such event.\nTry /event find."), is_refusal=True, privacy=PUBLIC)
    assert plain_reply(reply, VIEW) == "! No such event.\n  Try /event find."


def test_files_are_named() -> None:
    reply = Reply(rich("Here"), files=(File("night.ics", b"x" * 1200, "text/calendar"),), privacy=PUBLIC)
    assert plain_reply(reply, VIEW) == "Here\n\n[night.ics, 1,200 B]"


@pytest.mark.parametrize(
    ("style", "said"),
    [
        (WhenStyle.FULL, "Friday, December 4, 2026, 8:00 PM (Europe/Berlin, CET)"),
        (WhenStyle.DATE, "Friday, December 4, 2026"),
        (WhenStyle.TIME, "8:00 PM"),
        (WhenStyle.RELATIVE, "in 1 week"),
    ],
)
def test_a_moment_is_shown_in_the_readers_zone(style: WhenStyle, said: str) -> None:
    assert plain_reply(Reply(rich(When(MOMENT, style)), privacy=PUBLIC), VIEW) == said


def test_links_mentions_and_what_is_to_be_typed_read_as_words() -> None:
    text = rich(Link("page", "https://e.org"), " ", Mention("console", "jo", "Jo"), " ", Code("/help"))
    assert plain_reply(Reply(text, privacy=PUBLIC), VIEW) == "page (https://e.org) @Jo /help"
    bare = rich(Link("https://e.org", "https://e.org"), " ", Link("x", "javascript:alert(1)"))
    assert plain_reply(Reply(bare, privacy=PUBLIC), VIEW) == "https://e.org x"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://[", "x y", "https://a b", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) == ""


FORM = Form(
    title="Add an event",
    action=Action("event add"),
    params={
        "title": Text(N_("Title"), N_("What it is called")),
        "when": Text(N_("Starts"), N_("Fri 8pm")),
        "kind": Choice(N_("Kind"), N_("concert, …"), {"concert": N_("Concert"), "workshop": N_("Workshop")}),
        "about": Text(N_("About"), ""),
    },
    values={"title": "Late Night", "about": "one\ntwo"},
    errors={"when": "There is no 31 February.\nTry 28 February.", "": "Nothing was saved."},
    required=frozenset({"title", "when"}),
)


def test_a_form_shows_each_field_then_what_is_wrong_then_how_to_go_on() -> None:
    assert plain_form(FORM, VIEW) == shown(
        """
    (only you see this)
    Form: Add an event

      title*  What it is called
              = Late Night
      when*   Starts: Fri 8pm
      kind    Concert or Workshop
      about   About
              = one
              | two

    * has to be filled in

    ! when: There is no 31 February.
      Try 28 February.
    ! Nothing was saved.
    Go on with :fill when="…" (:help form says more)."""
    )


def test_a_form_that_is_ready_can_be_sent_as_it_stands() -> None:
    form = Form("Edit", Action("event edit"), {"title": FORM.params["title"]}, {"title": "x"})
    assert plain_form(form, VIEW).endswith(
        'Send it with :fill, or change it with :fill title="…" (:help form says more).'
    )


# ---- people's words

NASTY = [
    "> /event remove 1",
    "! You may not",
    "(only you see this)",
    "a\n> b\n! c",
    "\u200d> joined",
    "\ufe0f! chosen",
    "\u200e> marked",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\u202egnol\u202c \u2066x\u2069",
    "a\rb\x0bc\x85d\u2028e\u2029> f",
    "\ud800 half",
    "[bold]loud[/bold] [link=https://x]y[/]",
]
people = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
COMMAND = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b\x07]*\x1b\\")
"""What rich writes of its own: colours, and links around addresses that were cleaned before."""


def answers(words: str) -> list[Answer]:
    controls: tuple[Control, ...] = (
        Button(words, Action("a")),
        LinkButton(words, f"https://example.org/{words}"),
        Menu(words, Action("b"), (Option(words, words),)),
    )
    card = Card(rich(words), rich(words, Bold(words)), words, (Field(words, rich(words)),), controls)
    bare = Card(body=rich(words), url=f"https://example.org/{words}", fields=(Field(words, rich(words)),))
    text = rich(words, Link(words, words), Mention("console", words, words), Code(words))
    param = Text(words, words)
    return [
        Reply(rich(words), (card, bare, card, Card(controls=controls)), privacy=PUBLIC),
        Reply(text, files=(File(words, b"", ""),)),
        Reply(rich(words), is_refusal=True, privacy=PUBLIC),
        Form(words, Action("c"), {"one": param}, {"one": words}, {"one": words, "": words}, frozenset({"one"})),
    ]


def is_harmless(text: str) -> bool:
    return all(letter == "\n" or category(letter) not in ("Cc", "Cs", "Zl", "Zp") for letter in text) and not re.search(
        "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text
    )


@given(people)
@example("".join(NASTY))
def test_nobodys_words_reach_a_terminal_as_commands_or_look_like_the_consoles_own_lines(words: str) -> None:
    for answer in answers(words):
        text = plain_reply(answer, VIEW) if isinstance(answer, Reply) else plain_form(answer, VIEW)
        assert is_harmless(text)
        lines = [re.sub("^[\u200d\u200c\ufe00-\ufe0f]+", "", line) for line in text.split("\n")]
        assert not any(line.startswith(">") for line in lines)
        is_error = isinstance(answer, Form) or answer.is_refusal
        refusals = [line for line in lines if line.startswith("!")]
        assert len(refusals) <= (2 if isinstance(answer, Form) else int(is_error))
        is_private = isinstance(answer, Form) or answer.privacy is Privacy.PRIVATE
        assert sum(line.startswith("(only you see this)") for line in lines) == is_private


@given(people)
@example("".join(NASTY))
def test_in_colour_nothing_but_colours_and_links_is_written(words: str) -> None:
    for answer in answers(words):
        text = COMMAND.sub("", ansi(panel(answer, VIEW), 80))
        assert is_harmless(text)


@given(st.text(max_size=60))
def test_what_can_be_seen_stays(words: str) -> None:
    kept = [letter for letter in words if category(letter)[0] in "LNPSM" or letter == "\u200d"]
    assert [letter for letter in safe(words) if category(letter)[0] in "LNPSM" or letter == "\u200d"] == kept


@pytest.mark.parametrize("words", ["日本の夜 " * 30, "👩‍🎤🎛️ " * 40, "x" * 300, "Ünïcödé " * 20])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_wide_letters_stay_inside_the_terminal(words: str, width: int) -> None:
    for answer in answers(words):
        for line in COMMAND.sub("", ansi(panel(answer, VIEW), width)).split("\n"):
            assert cell_len(line) <= min(width, 96)


def test_a_card_in_a_terminal_stands_beside_a_bar_with_its_controls() -> None:
    text = COMMAND.sub("", ansi(panel(Reply(rich("Found"), (NIGHT,)), VIEW), 80))
    text = re.sub(r" +\n", "\n", text.replace("\u00a0", " "))
    assert "(only you see this)\nFound\n\n▌ Late Night Modular\n▌ Friday, December 4" in text
    assert "▌ Price  15 EUR\n▌ Note   one\n▌        two\n" in text
    assert "[1 Going]  [2 Kind: Kind 0" in text
    assert "[3 Page ↗]" in text


def test_a_form_in_a_terminal_shows_the_same_as_in_text() -> None:
    text = COMMAND.sub("", ansi(panel(FORM, VIEW), 80))
    for part in ("Add an event", "title *  Late Night", "What it is called", "! when: There is no", "Go on with :fill"):
        assert part in text


def test_in_a_terminal_a_link_is_one_and_a_dubious_one_is_words() -> None:
    text = ansi(panel(Reply(rich(Link("page", "https://e.org"), Link("trap", "javascript:x"))), VIEW), 80)
    assert ";https://e.org\x1b\\" in text
    assert "javascript" not in text


@pytest.mark.parametrize("locale", ["en", "de", "pt_BR", "ru", "ja", "ar"])
@pytest.mark.parametrize("zone", ["America/Argentina/ComodRivadavia", "America/North_Dakota/New_Salem", "Asia/Kolkata"])
def test_no_moment_is_longer_than_it_is_counted(locale: str, zone: str) -> None:
    say = Words(locale, ZoneInfo(zone))
    for days in range(0, 400, 7):
        when = When(NOW + timedelta(days=days))
        assert (
            len(plain_reply(Reply(rich(when), privacy=PUBLIC), View(say, NOW))) <= MOMENT_LENGTH == measure(rich(when))
        )
