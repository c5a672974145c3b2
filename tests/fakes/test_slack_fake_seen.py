"""What is read off Slack's messages and views is what Slack would show of them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.console.outbound import View, text_of
from bot.i18n import Words
from bot.markup import Bold, Code, Link, Mention, Piece, When, WhenStyle
from bot.ui import LinkButton, Privacy
from tests.fakes.slack import Channel, FakeSlack, Message
from tests.fakes.slack.errors import Json
from tests.fakes.slack.seen import links, mrkdwn, plain, read_message, read_modal, rich_text
from tests.fakes.slack.viewing import put_on_top
from tests.fakes.slack_callers import actions, button, entry, marked, modal, section
from tests.fakes.slack_callers import plain as words

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
VIEW = View(Words("en", ZoneInfo("Europe/Berlin")), NOW)
STAMP = int(NOW.timestamp())


def named(id_: str) -> str:
    return {"U1": "mara", "C1": "events"}.get(id_, id_)


def message(text: str = "", *blocks: Json) -> Message:
    team = FakeSlack().add_team(is_installed=False)
    return FakeSlack().compose(Channel("C1", team, "events"), text, list(blocks))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("*a* _b_ ~c~ `d` &lt;e&gt; &amp;", (Bold("a"), " b c ", Code("d"), " <e> &")),
        ("snake_case_name 2*3*4 * no *", ("snake_case_name 2*3*4 * no *",)),
        ("<@U1> <#C1> <!here>", (Mention("slack", "U1", "mara"), " #events @here")),
        ("<https://a.example|text>", (Link("text", "https://a.example"),)),
        ("<https://a.example?a=1&amp;b=2>", (Link("https://a.example?a=1&b=2", "https://a.example?a=1&b=2"),)),
        ("https://a.example", (Link("https://a.example", "https://a.example"),)),
        (f"<!date^{STAMP}^{{date_long}} at {{time}}|then>", (When(NOW),)),
        (f"<!date^{STAMP}^{{time}}|then>", (When(NOW, WhenStyle.TIME),)),
        (f"<!date^{STAMP}^{{date_short}}|then>", (When(NOW, WhenStyle.DATE),)),
        ("&gt; quote", ("quote",)),
    ],
)
def test_mrkdwn_reads_as_slack_renders_it(text: str, read: tuple[Piece, ...]) -> None:
    assert mrkdwn(text, named).pieces == read


def test_rich_text_takes_words_as_they_are() -> None:
    line: Json = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "*a* <!channel> "},
            {"type": "text", "text": "b", "style": {"bold": True}},
            {"type": "link", "url": "https://a.example", "text": "c"},
            {"type": "date", "timestamp": STAMP, "format": "{date_long} {time}", "fallback": "then"},
        ],
    }
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": [{**line, "elements": line["elements"][:1]}]}
    found = rich_text({"type": "rich_text", "elements": [line, bullets]}, named)
    assert found.pieces == (
        "*a* <!channel> ",
        Bold("b"),
        Link("c", "https://a.example"),
        When(NOW),
        "\n• *a* <!channel> ",
    )


def test_blocks_read_as_an_answer_with_its_cards() -> None:
    found = message(
        "One event",
        section("Found one:"),
        {"type": "header", "text": words("Night shift")},
        {"type": "section", "text": marked("at the *Kellerwerk*")},
        {"type": "section", "fields": [marked("*When:*\ntonight"), marked("*Where:*\nBerlin")]},
        actions(button("Going", "going"), {**button("Page", "page"), "url": "https://a.example"}),
        {"type": "divider"},
        section("and no more"),
    )
    seen = read_message(found, named)
    (card,) = seen.reply.cards
    assert text_of(seen.reply.text, VIEW) == "Found one:\nand no more"
    assert (text_of(card.title, VIEW), text_of(card.body, VIEW)) == ("Night shift", "at the Kellerwerk")
    assert [(each.name, text_of(each.value, VIEW)) for each in card.fields] == [
        ("When", "tonight"),
        ("Where", "Berlin"),
    ]
    assert [each["action_id"] if each else None for each in seen.controls] == ["going", None]
    assert isinstance(card.controls[1], LinkButton)
    assert seen.reply.privacy is Privacy.SHARED
    assert "Night shift" in plain(found, VIEW, named)


def test_every_link_is_known_also_in_the_fallback() -> None:
    found = message(
        "see <https://b.example|b>",
        section("https://c.example"),
        actions({**button("A", "a"), "url": "https://a.example"}),
    )
    assert links(found) == [("b", "https://b.example"), ("A", "https://a.example")]


async def test_a_modal_is_read_field_by_field() -> None:
    slack = FakeSlack()
    user = slack.add_team(is_installed=False).owner
    title = entry("t", "Title", {"type": "plain_text_input", "initial_value": "Night"}, hint=words("its name"))
    day = entry("d", "Day", {"type": "datepicker"}, optional=True)
    view = put_on_top(slack, user, modal(section("Tell us"), title, day), pushes=False)
    view.errors = {"t": "taken"}
    seen = read_modal(view, named)
    assert (seen.title, text_of(seen.said, VIEW)) == ("Add", "Tell us")
    shown = [(each.label, each.note, each.is_required, each.value, each.error) for each in seen.fields]
    assert shown == [("Title", "its name", True, "Night", "taken"), ("Day", "", False, None, "")]
