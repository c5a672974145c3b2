"""What a payload asks, and where its answer goes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.slack.inbound import (
    HOME,
    METADATA_LENGTH,
    Kind,
    Spot,
    accounts_in,
    kind_of,
    plain_words,
    pressed,
    said,
    sender_of,
    typed_of,
    user_of,
)
from bot.compose import all_features
from bot.domain.people import Account
from bot.grammar import read_sentence
from bot.i18n import Words
from bot.markup import rich
from bot.request import Point, Said, Typed
from bot.ui import Reply
from tests.adapters.slack.rig import Rig, text_of
from tests.fakes.slack.payloads import written

COMMAND = {"command": "/event", "team_id": "T1", "user_id": "U1", "text": ""}


def typed(command: str, text: str, prefix: str = "") -> str:
    return typed_of({**COMMAND, "command": command, "text": text}, prefix).text


def test_a_command_is_the_shared_grammars() -> None:
    assert typed("/event", "find techno near:Berlin") == "/event find techno near:Berlin"
    assert typed("/event", "") == "/event"
    assert typed("/grevent", " find ", "gr") == "/event find"


def test_one_command_leads_to_all_others() -> None:
    def meant(command: str, text: str, prefix: str = "") -> tuple[str, str]:
        found = read_sentence(typed(command, text, prefix), all_features(), Words("en", ZoneInfo("UTC")))
        return found.feature.name, found.command.name if found.command is not None else ""

    assert meant("/greenroom", "event find techno") == ("event", "find")
    assert meant("/greenroom", "ME link") == ("me", "link")
    assert meant("/greenroom", "link") == ("greenroom", "link")
    assert meant("/greenroom", "") == ("help", "")
    assert meant("/grgreenroom", "digest set", "gr") == ("digest", "set")


def test_words_are_as_they_were_typed() -> None:
    text = (
        "meet <@U2|tom> in <#C1|events> <https://example.org/a?b=1&amp;c=2|example.org> &lt;3 <!here> <!date^1^x|then>"
    )
    assert plain_words(text, "T1") == "meet <@T1.U2> in C1 https://example.org/a?b=1&c=2 <3 @here then"
    assert plain_words("<mailto:a@b.example|a@b.example> <mailto:a@b.example>", "T1") == "a@b.example a@b.example"
    assert plain_words("&amp;lt; &lt;!channel&gt;", "T1") == "&lt; <!channel>"
    assert accounts_in("<@U2|tom &amp; co> <@U3>", "T1") == {"<@T1.U2>": Account("slack", "T1.U2", "tom & co")}


@pytest.mark.parametrize(
    "body", [{}, {"type": "view_opened"}, {"type": None}, {"type": 5}, {"type": ["block_actions"]}]
)
def test_what_nobody_wrote_for_is_of_no_kind(body: dict[str, Any]) -> None:
    assert kind_of(body) is Kind.OTHER


def test_in_a_shared_channel_the_workspace_is_the_one_that_has_the_app() -> None:
    window = {
        "type": "view_submission",
        "user": {"id": "U2", "team_id": "T2"},
        "team": {"id": "T2", "domain": "guests"},
        "view": {"app_installed_team_id": "T1"},
    }
    mention = {
        "type": "event_callback",
        "team_id": "T2",
        "authorizations": [{"team_id": "T1"}],
        "event": {"type": "app_mention", "user": "U2"},
    }
    for sender in (sender_of(window), sender_of(mention)):
        assert (sender.team, sender.account) == ("T1", "T1.U2")


@pytest.mark.parametrize("written", ["", "p1", "p1|", "x|y|z", "p1|" + "x" * 200, "p1|a:b:c"])
def test_a_button_of_any_wording_is_read(written: str) -> None:
    assert pressed({"actions": [{"action_id": written}]}).choice == ""


@pytest.mark.parametrize("account", ["", ".", "T1.", ".U1", "T1", "T1.U1.x", "T1.U 1", "Ä1.U1"])
def test_what_is_no_account_of_slacks_is_nobody(account: str) -> None:
    assert user_of(account) == ("", "")


# ---- where the answer goes


def test_a_spot_comes_back_as_it_was_written() -> None:
    spot = Spot("C1", "https://hooks.slack.com/actions/T1/2/x", "1.2", is_ephemeral=True, is_ours=True)
    assert Spot.read(spot.written()) == spot
    assert Spot.read(Spot().written()) == Spot()


def test_a_spot_that_no_view_can_carry_is_none() -> None:
    spot = Spot("C1", "https://hooks.slack.com/" + "x" * METADATA_LENGTH)
    assert spot.written() == "", "half of it would be no JSON"
    assert Spot.read(spot.written()) == Spot()


@pytest.mark.parametrize("written", ["{", "[]", "null", "7", '{"channel":7}', '{"nobody":"x"}', '"x"', "[" * 3_000])
def test_what_is_no_spot_is_read_as_none(written: str) -> None:
    assert Spot.read(written) == Spot()


# ---- events


def event(**inner: object) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {"user": "U1", **inner}}


def test_what_is_said_to_the_bot_is_asked() -> None:
    assert said(event(type="app_home_opened", tab="home"), "UB") == HOME
    assert said(event(type="app_home_opened", tab="messages"), "UB") is None
    assert said(event(type="app_mention", text="<@UB> find techno"), "UB") == Said("find techno")
    assert said(event(type="message", channel_type="im", text="hello <@UB|bot>"), "UB") == Said("hello")


@pytest.mark.parametrize(
    "inner",
    [
        {"channel_type": "im", "subtype": "message_changed", "message": {"text": "x"}},
        {"channel_type": "im", "subtype": "message_deleted"},
        {"channel_type": "im", "subtype": "bot_message", "bot_id": "B1"},
        {"channel_type": "channel", "subtype": "channel_join"},
        {"channel_type": "channel"},
        {"channel_type": "im", "bot_id": "B2"},
        {"channel_type": "im", "user": "UB"},
        {"channel_type": "im", "user": None},
    ],
)
def test_what_is_said_to_nobody_or_by_a_bot_is_passed_over(inner: dict[str, Any]) -> None:
    assert said(event(**{"type": "message", "text": "hello", **inner}), "UB") is None
    if inner.get("channel_type") != "channel" or "subtype" in inner:
        assert said(event(**{**inner, "type": "app_mention", "text": "<@UB> hello"}), "UB") is None


async def test_the_bots_own_messages_other_bots_and_edits_are_passed_over(at: Rig) -> None:
    fake, dm = at.fake, at.fake.dm(at.mara)
    await (await fake.message(at.mara, "hello")).answered()
    await fake.quiet(0.1)  # it is told of its own answer as well
    robot = fake.add_member(at.team, "robot", is_bot=True)
    fake.write(robot, at.channel, "hello")
    inner = written(at.channel.messages[-1], "app_mention")
    await fake.tell(at.team, inner | {"bot_id": "B777", "text": f"<@{at.team.bot.id}> hi"}, robot).acknowledged()
    changed = {"type": "message", "channel": dm.id, "channel_type": "im", "subtype": "message_changed", "ts": "1.1"}
    await fake.tell(
        at.team, changed | {"message": {"text": "hello!", "user": at.mara.id}}, name="message.im"
    ).acknowledged()
    await fake.quiet(0.1)
    assert len(at.core.asked) == 1


async def test_who_asks_in_a_thread_is_answered_in_it(at: Rig) -> None:
    at.answer(Reply(rich("Here.")))
    below = (
        at.channel.messages[-1].ts if at.channel.messages else at.fake.compose(at.channel, "x", [], author=at.mara).ts
    )
    await (await at.fake.mention(at.mara, at.channel, "hello", thread_ts=below)).answered()
    [message] = at.mara.ephemerals
    assert message.thread_ts == below


async def test_a_mention_is_answered_to_whoever_made_it(at: Rig) -> None:
    asked = await at.fake.mention(at.mara, at.channel, "find techno")
    message = await asked.answer()
    assert at.core.asked[-1].asked == Said("find techno")
    assert at.core.asked[-1].channel is not None
    assert message.reader is at.mara
    assert message.channel is at.channel


async def test_an_answer_to_a_mention_that_is_for_everybody_is_seen_by_everybody(at: Rig) -> None:
    from bot.ui import Privacy

    at.answer(Reply(rich("Welcome"), privacy=Privacy.SHARED))
    await (await at.fake.mention(at.mara, at.channel, "hello")).answered()
    await at.fake.quiet(0.1)
    assert text_of(at.channel.messages[-1]) == "Welcome"


async def test_a_shortcut_of_a_message_hands_over_its_words_and_address(at: Rig) -> None:
    at.fake.write(at.tom, at.channel, f"Open decks &amp; more <https://example.org/d|example.org> <@{at.mara.id}>")
    message = at.channel.messages[-1]
    asked = await at.fake.message_shortcut(at.mara, message, "message:event add")
    await asked.answered()
    point = at.core.asked[-1].asked
    assert isinstance(point, Point)
    assert point.command == "event add"
    assert point.pointed.text == f"Open decks & more https://example.org/d <@{at.team.id}.{at.mara.id}>"
    stamp = message.ts.replace(".", "")
    assert point.pointed.link == f"https://kellerwerk.slack.com/archives/{at.channel.id}/p{stamp}"
    assert point.pointed.account == Account("slack", f"{at.team.id}.{at.tom.id}", "")


async def test_the_core_learns_who_asks_and_where(at: Rig) -> None:
    at.fake.change_user(at.mara, zone="Asia/Tokyo", locale="ja-JP", is_admin=True)
    await (await at.fake.slash(at.mara, at.channel, "/event", "find techno")).answered()
    incoming = at.core.asked[-1]
    assert incoming.asked == Typed("/event find techno")
    assert incoming.account == Account("slack", f"{at.team.id}.{at.mara.id}", "mara")
    assert incoming.workspace is not None
    assert (incoming.workspace.id, incoming.workspace.name) == (at.team.id, "Kellerwerk")
    assert incoming.channel is not None
    assert (incoming.channel.id, incoming.channel.name) == (at.channel.id, "events")
    assert (incoming.zone, incoming.locale, incoming.is_organiser) == ("Asia/Tokyo", "ja-JP", True)
    await (await at.fake.slash(at.mara, None, "/event", "find techno")).answered()
    assert at.core.asked[-1].channel is None
