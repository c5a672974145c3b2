"""What is read off Discord's messages is what the console shows of the same answer."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from adapters.console.outbound import View, plain_reply, words_of
from adapters.discord.outbound import message as written
from bot.i18n import Words
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle, rich
from bot.params import Option
from bot.ui import Action, Button, Card, Control, Field, LinkButton, Menu, Privacy, Reply
from tests.fakes.discord.components import number
from tests.fakes.discord.seen import plain, read_message, read_modal, rich_of
from tests.fakes.discord.world import Channel, Message, User

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
VIEW = View(Words("en", ZoneInfo("Europe/Berlin")), NOW)
GOING = Action("going", "1")

TRICKS = [
    "*bold* _it_ ~~no~~ `code` ||s||",
    "<@1> <t:1:R> <#1>",
    "[x](https://example.org)",
    "\\n %s {name} \\",
    "# head",
    "> quote",
    "- list",
    "-# small",
    "1. one",
    "日本 🎛️ c++",
    "@everyone @here",
    "snake_case_name",
    "https://example.org/_a_",
    "**:**",
    "discord.gg/abc",
]


def message(body: dict[str, object], content: str = "") -> Message:
    nobody = User(1, "nobody")
    components = number(body.get("components", []))  # type: ignore[arg-type]  # JSON of the adapter
    flags = body.get("flags", 0)
    assert isinstance(flags, int)
    return Message(1, Channel(2, "general"), nobody, NOW, content, components, flags=flags)


def named(_id: str) -> str:
    return "mara"


class Somebody:
    """Makes answers of all shapes from words that look like markup."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def words(self) -> str:
        return " ".join(self._random.choice(TRICKS) for _ in range(self._random.randint(1, 3)))

    def lines(self) -> str:
        return "\n".join(self.words() for _ in range(self._random.randint(1, 3)))

    def text(self) -> Rich:
        pieces: list[Piece] = []
        for _ in range(self._random.randint(1, 4)):
            made: list[Piece] = [
                self.lines(),
                Bold(self.words()),
                Code("/event find"),
                Link("the page", "https://example.org/n?a=1&b=2"),
                Mention("discord", "123", "mara"),
                *(When(NOW, style) for style in WhenStyle),
            ]
            pieces += [self._random.choice(made), " "]
        return rich(*pieces[:-1])

    def card(self) -> Card:
        chance = self._random.random
        controls: list[Control] = [Button(self.words()[:30].strip(), GOING) for _ in range(self._random.randint(0, 3))]
        url = "https://events.example.org/x" if chance() < 0.5 else ""
        if url and chance() < 0.5:
            controls.append(LinkButton("Page", url))
        if chance() < 0.3:
            controls.append(LinkButton("Join online", "https://meet.example.org/w"))
        if chance() < 0.2:
            controls.append(Menu("Kind", GOING, (Option("Concert", "c"), Option("Meetup", "m"))))
        fields = tuple(Field(self.words(), self.text()) for _ in range(self._random.randint(0, 3)))
        body = self.text() if chance() < 0.7 else Rich()
        return Card(rich(self.words()), body, url, fields, tuple(controls))

    def reply(self) -> Reply:
        chance = self._random.random
        return Reply(
            self.text() if chance() < 0.8 else Rich(),
            tuple(self.card() for _ in range(self._random.randint(0, 3))),
            privacy=self._random.choice(list(Privacy)),
            is_refusal=chance() < 0.2,
        )


@pytest.mark.parametrize("seed", range(300))
def test_any_answer_reads_on_discord_as_it_does_on_the_console(seed: int) -> None:
    reply = Somebody(seed).reply()
    seen = plain(message(written(reply).body), VIEW, named)
    assert _stripped(seen) == _stripped(plain_reply(reply, VIEW))


def _stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


def test_every_control_is_known_again() -> None:
    controls = (Button("Going", GOING), Button("Maybe", GOING), LinkButton("Page", "https://example.org/p"))
    menu = Menu("Kind", GOING, (Option("Concert", "c"),))
    reply = Reply(rich("hello"), (Card(rich("One"), controls=controls), Card(rich("Two"), controls=(menu,))))
    found = read_message(message(written(reply).body), named)
    labels = [control.label for card in found.reply.cards for control in card.controls]
    components = [each.get("label") or each.get("placeholder") for each in found.controls if each]
    assert labels == components == ["Going", "Maybe", "Page", "Kind"]


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        ("*a* **b** __c__ ~~d~~ ||e|| `f`", "a b c d e f"),
        ("# head\n-# small\n> quote", "head\nsmall\nquote"),
        ("[text](https://a.example)", "text"),
        (r"\*a\* \_b\_ \a 1\. \\", r"*a* _b_ \a 1. \ ".rstrip()),
        ("snake_case_name", "snake_case_name"),
        ("<@123>", "mara"),
    ],
)
def test_markdown_reads_as_discord_renders_it(markdown: str, read: str) -> None:
    found = rich_of(markdown, named)
    assert "".join(words_of(piece, VIEW).removeprefix("@") for piece in found.pieces) == read


def test_a_modal_is_read_field_by_field() -> None:
    text = {"type": 4, "custom_id": "when", "style": 1, "value": "someday", "required": True}
    kind = {
        "type": 3,
        "custom_id": "kind",
        "required": False,
        "options": [{"label": "Concert", "value": "c", "default": True}],
    }
    modal = {
        "custom_id": "m",
        "title": "Add an event",
        "components": [
            {"type": 10, "content": "**When:** someday is no date\\."},
            {"type": 18, "label": "When", "description": "friday 8pm", "component": text},
            {"type": 18, "label": "Kind", "component": kind},
        ],
    }
    seen = read_modal(modal, named)
    assert [(label, said.pieces) for label, said in seen.said] == [("When", ("someday is no date", "."))]
    assert [(each.name, each.note, each.is_required, each.values) for each in seen.fields] == [
        ("when", "friday 8pm", True, ("someday",)),
        ("kind", "", False, ("c",)),
    ]
