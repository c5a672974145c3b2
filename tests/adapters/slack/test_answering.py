"""Acknowledged within three seconds, answered once, and where the answer belongs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.app import BROKEN
from bot.markup import rich
from bot.params import Option
from bot.request import Incoming, Press, Submit
from bot.ui import Action, Button, Card, File, Form, Privacy, Reply
from tests.adapters.slack.rig import MovedClock, Rig, all_of, text_of, until
from tests.fakes.slack import Asked, Fault, Kind, Message
from tests.fakes.slack.seen import read_modal
from tests.fakes.slack.world import View
from tests.platforms.contract import HEARD
from tests.platforms.test_contract import CARD, FORM

SHARED = Privacy.SHARED
HALF_AN_HOUR = 31 * 60.0


async def settled(rig: Rig, asked: Asked) -> None:
    """Until it is acknowledged, and whatever follows has come."""
    await asked.acknowledged()
    await rig.fake.quiet(0.1)


async def slash(rig: Rig, text: str = "mine", command: str = "/event") -> Asked:
    return await rig.fake.slash(rig.mara, rig.channel, command, text)


async def looked_at(rig: Rig, reply: Reply) -> Message:
    """A private message with the controls of the reply."""
    rig.answer(reply)
    message = await (await slash(rig)).answer()
    await rig.fake.quiet()
    return message


def words(view: View | None) -> str:
    assert view is not None
    return "".join(str(getattr(piece, "text", piece)) for piece in read_modal(view, str).said.pieces)


def held(view: View) -> dict[str, object]:
    return {field.block_id: field.value for field in read_modal(view, str).fields}


# ---- commands


async def test_an_answer_that_is_there_rides_in_the_acknowledgement(at: Rig) -> None:
    asked = await slash(at)
    message = await asked.answer()
    await at.fake.quiet()
    assert asked.ack is not None
    assert message.is_ephemeral
    assert text_of(message) == "Heard."
    assert at.fake.counts["response_url"] == 0
    assert asked.seen == [message]


async def test_a_slow_command_is_acknowledged_and_answered_after_it(quick: Rig) -> None:
    quick.core.wait()
    asked = await slash(quick)
    await asked.acknowledged()
    assert asked.ack is None
    assert asked.seen == []
    quick.core.go.set()
    assert text_of(await asked.answer()) == "Heard."
    await quick.fake.quiet()
    assert len(asked.seen) == 1


async def test_an_answer_for_everybody_is_seen_by_everybody(at: Rig) -> None:
    at.answer(Reply(rich("Welcome"), privacy=SHARED))
    message = await (await slash(at)).answer()
    assert message in at.channel.messages


async def test_a_long_answer_goes_on_by_the_response_url_and_past_five_by_direct_message(at: Rig) -> None:
    lines = [f"line {number:05} " + "x" * 90 for number in range(250)]
    at.answer(Reply(rich("\n".join(lines))))
    asked = await slash(at)
    await at.fake.until_posted(3)  # behind six of them
    direct = at.fake.dm(at.mara).messages
    said = "\n".join(text_of(message) for message in [*(each for each in asked.seen if each.is_ephemeral), *direct])
    at.fake.violations.clear()  # the sixth use of a response_url, which it is told of
    assert said.split("\n") == lines


async def test_a_form_is_opened_by_a_command(at: Rig) -> None:
    at.answer(FORM)
    asked = await slash(at, "add")
    view = await asked.form()
    assert asked.ack is None
    assert held(view)["title"] == "Late Night"


async def test_a_form_that_comes_late_is_a_card_with_a_button_to_it(quick: Rig) -> None:
    quick.core.wait()
    quick.answer(replace(FORM, values={}))
    asked = await slash(quick, "add")
    await asked.acknowledged()
    await asyncio.sleep(0.2)  # what is waited for is the adapter's own clock
    quick.core.go.set()
    message = await asked.answer()
    assert asked.view is None
    quick.answer(lambda incoming: FORM if incoming.asked == Press(Action("ask", "event add")) else HEARD)
    assert (await (await quick.fake.press(quick.mara, message, "Open the form")).form()).title == FORM.title


async def test_what_a_late_form_holds_is_kept_until_it_is_opened(quick: Rig) -> None:
    quick.core.wait()
    form = replace(FORM, values={"title": "x"}, errors={"title": "Too short."})
    quick.answer(lambda in_: replace(form, action=Action(form.action.name, "d1")) if is_submit(in_) else form)
    asked = await slash(quick, "add x")
    await asked.acknowledged()
    await asyncio.sleep(0.2)  # as above
    quick.core.go.set()
    message = await asked.answer()
    assert "Too short." in all_of(message)
    assert quick.core.last_submit == Submit(FORM.action, {"title": "x"}, is_partial=True)
    await (await quick.fake.press(quick.mara, message, "Correct")).form()
    assert quick.core.last_press == Press(Action("change", "d1"))


def is_submit(incoming: Incoming) -> bool:
    return isinstance(incoming.asked, Submit)


async def test_a_form_that_slack_does_not_open_is_a_card(at: Rig) -> None:
    at.answer(replace(FORM, values={}))
    at.fake.faults.add(Fault("views.open", Kind.STATUS))
    message = await (await slash(at, "add")).answer()
    assert FORM.title in all_of(message)


# ---- presses


@pytest.mark.parametrize("is_slow", [False, True])
async def test_an_answer_to_a_button_replaces_its_message_or_stands_beside_it(quick: Rig, is_slow: bool) -> None:
    message = await looked_at(quick, Reply(rich("Is this right?"), (CARD,)))
    for is_replaced in (False, True):
        if is_slow:
            quick.core.wait()
        quick.answer(Reply(rich(f"replaced {is_replaced}"), (CARD,), replaces=is_replaced))
        asked = await quick.fake.press(quick.mara, message, "Going")
        await asked.acknowledged()
        quick.core.go.set()
        await asked.answered()
        assert asked.updated_source is is_replaced
        assert [text_of(each) for each in asked.seen] == [f"replaced {is_replaced}"]
        assert all(each.is_ephemeral for each in asked.seen)


async def test_past_half_an_hour_a_message_of_the_channel_is_changed_all_the_same(at: Rig, clock: MovedClock) -> None:
    message = await at.shown(Reply(rich("This week"), (CARD,), privacy=SHARED))
    at.core.wait()
    at.answer(Reply(rich("Next week"), (CARD,), privacy=SHARED, replaces=True))
    asked = await at.fake.press(at.mara, message, "Going")
    await asked.acknowledged()
    clock.ahead += HALF_AN_HOUR
    at.core.go.set()
    await asked.answered()
    assert at.fake.counts["chat.update"] == 1
    assert text_of(message) == "Next week"
    at.fake.violations.clear()  # Slack says that the response_url is over


async def test_past_half_an_hour_what_replaces_a_private_message_comes_directly(at: Rig, clock: MovedClock) -> None:
    message = await looked_at(at, Reply(rich("Is this right?"), (CARD,)))
    at.core.wait()
    at.answer(Reply(rich("Saved."), replaces=True))
    asked = await at.fake.press(at.mara, message, "Going")
    await asked.acknowledged()
    clock.ahead += HALF_AN_HOUR
    at.core.go.set()
    await at.fake.until_posted(1)
    await at.fake.quiet()
    assert [text_of(each) for each in at.fake.dm(at.mara).messages] == ["Saved."]
    assert text_of(message) == "Is this right?"
    at.fake.violations.clear()  # as above


async def test_a_message_in_direct_messages_is_changed_past_half_an_hour(at: Rig, clock: MovedClock) -> None:
    at.answer(Reply(rich("Help"), (CARD,)))
    await (await at.fake.message(at.mara, "hello")).answered()
    [_, message] = at.fake.dm(at.mara).messages
    at.core.wait()
    at.answer(Reply(rich("More help"), (CARD,), replaces=True))
    asked = await at.fake.press(at.mara, message, "Going")
    await asked.acknowledged()
    clock.ahead += HALF_AN_HOUR
    at.core.go.set()
    await asked.answered()
    assert text_of(message) == "More help"
    at.fake.violations.clear()  # as above


async def test_a_private_answer_never_replaces_what_others_see(at: Rig) -> None:
    message = await at.shown(Reply(rich("This week"), (CARD,), privacy=SHARED))
    at.answer(Reply(rich("Only for you"), replaces=True))
    asked = await at.fake.press(at.tom, message, "Going")
    await asked.answered()
    await at.fake.quiet()
    assert text_of(message) == "This week"
    [answer] = asked.seen
    assert answer.reader is at.tom
    assert at.fake.denied == []


async def test_a_private_answer_past_half_an_hour_is_still_seen_by_nobody_else(at: Rig, clock: MovedClock) -> None:
    message = await at.shown(Reply(rich("This week"), (CARD,), privacy=SHARED))
    at.core.wait()
    at.answer(Reply(rich("Only for you"), replaces=True))
    asked = await at.fake.press(at.tom, message, "Going")
    await asked.acknowledged()
    clock.ahead += HALF_AN_HOUR
    at.core.go.set()
    await at.fake.until_posted(2)
    await at.fake.quiet()
    assert at.channel.messages == [message]
    assert text_of(message) == "This week"
    assert [text_of(each) for each in at.fake.dm(at.tom).messages] == ["Only for you"]
    at.fake.violations.clear()  # as above


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.DROP_BEFORE, Kind.STATUS, Kind.STATUS_AFTER])
async def test_an_edit_whose_arrival_is_unknown_is_made_again(at: Rig, kind: Kind) -> None:
    message = await looked_at(at, Reply(rich("Is this right?"), (CARD,)))
    fault = at.fake.faults.add(Fault("response_url", kind))
    at.answer(Reply(rich("Saved."), replaces=True))
    asked = await at.fake.press(at.mara, message, "Going")
    await asked.answered()
    await at.fake.quiet(0.1)
    assert fault.befell == 1
    assert text_of(message) == "Saved."
    assert asked.seen == [message]


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.STATUS_AFTER])
async def test_an_answer_whose_arrival_is_unknown_never_comes_twice(at: Rig, kind: Kind) -> None:
    message = await looked_at(at, Reply(rich("Is this right?"), (CARD,)))
    at.fake.faults.add(Fault("response_url", kind))
    at.answer(Reply(rich("Noted.")))
    asked = await at.fake.press(at.mara, message, "Going")
    await settled(at, asked)
    assert [text_of(each) for each in asked.seen] == ["Noted."]
    assert at.fake.dm(at.mara).messages == []


async def test_an_answer_that_is_limited_for_long_comes_directly(quick: Rig) -> None:
    message = await looked_at(quick, Reply(rich("Is this right?"), (CARD,)))
    quick.fake.faults.add(Fault("response_url", Kind.LIMITED, times=None))
    quick.answer(Reply(rich("Noted.")))
    await quick.fake.press(quick.mara, message, "Going")
    await quick.fake.until_posted(1)
    assert [text_of(each) for each in quick.fake.dm(quick.mara).messages] == ["Noted."]


async def test_a_button_written_in_no_way_we_know_is_left_to_the_core(at: Rig) -> None:
    message = await at.shown(Reply(rich("Old"), (CARD,), privacy=SHARED))
    for written in ("x" * 90, "p1|" + "y" * 200, "p1|", "", "|:|"):
        for block in message.blocks:
            if block["type"] == "actions":
                block["elements"][0]["action_id"] = written
        asked = await at.fake.press(at.mara, message, "Going")
        assert text_of(await asked.answer()) == "Heard."
        assert at.core.last_press.action.name in ("unknown", "")


async def test_a_link_that_is_opened_asks_nothing(at: Rig) -> None:
    message = await at.shown(Reply(rich("Old"), (CARD,), privacy=SHARED))
    asked = await at.fake.press(at.mara, message, "Page")
    await settled(at, asked)
    assert at.core.asked == []
    assert asked.seen == []


# ---- forms


async def opened(rig: Rig, form: Form = FORM) -> View:
    rig.answer(form)
    view = await (await slash(rig, "add")).form()
    await rig.fake.quiet()
    return view


async def test_what_is_wrong_with_a_form_stands_under_its_fields_again_and_again(at: Rig) -> None:
    view = await opened(at)
    for title in ("x", "y", "y"):
        at.answer(replace(FORM, values={"title": title}, errors={"title": f"{title} is too short."}))
        sent = await at.fake.submit(at.mara, view, {"title": title})
        await sent.acknowledged()
        assert sent.errors == {"title": f"{title} is too short."}
    at.answer(HEARD)
    await settled(at, await at.fake.submit(at.mara, view, {"title": "Night"}))
    assert [text_of(each) for each in at.mara.ephemerals] == ["Heard."]
    assert at.core.last_submit.values["title"] == "Night"
    assert at.mara.views == []


async def test_what_is_wrong_with_the_whole_form_stands_above_it(at: Rig) -> None:
    view = await opened(at)
    at.answer(replace(FORM, values={"title": "Night"}, errors={"": "The calendar is full."}))
    sent = await at.fake.submit(at.mara, view, {"title": "Night"})
    await sent.acknowledged()
    assert sent.errors is None
    assert "The calendar is full." in words(sent.view)
    assert held(view)["title"] == "Night"


async def test_what_is_wrong_with_a_field_that_is_not_there_is_said_all_the_same(at: Rig) -> None:
    view = await opened(at, replace(FORM, params={"title": FORM.params["title"]}))
    at.answer(replace(FORM, values={"title": "Night"}, errors={"venue": "Which room?"}))
    sent = await at.fake.submit(at.mara, view, {"title": "Night"})
    await sent.acknowledged()
    assert "Which room?" in words(sent.view)
    at.answer(replace(FORM, values={"title": "Night"}, errors={"title": "Taken."}))
    again = await at.fake.submit(at.mara, view, {"venue": "Kantine"})
    await again.acknowledged()
    assert "Taken." in words(again.view)
    assert "Which room?" not in words(again.view)


async def test_a_slow_form_says_so_and_is_answered_in_its_window(quick: Rig) -> None:
    view = await opened(quick)
    quick.core.wait()
    quick.answer(Reply(rich("Saved at last.")))
    sent = await quick.fake.submit(quick.mara, view, {"title": "Night"})
    await sent.acknowledged()
    assert "One moment" in words(sent.view)
    quick.core.go.set()
    await until(lambda: words(sent.view) == "Saved at last.")


async def test_what_a_slow_form_is_answered_with_keeps_its_files(quick: Rig) -> None:
    view = await opened(quick)
    quick.core.wait()
    quick.answer(Reply(rich("Saved at last."), files=(File("night.ics", b"BEGIN:VCALENDAR", "text/calendar"),)))
    sent = await quick.fake.submit(quick.mara, view, {"title": "Night"})
    await sent.acknowledged()
    quick.core.go.set()
    await until(lambda: any(each.files for each in quick.fake.dm(quick.mara).messages))
    assert words(sent.view) == "Saved at last."


async def test_a_slow_form_with_errors_comes_back_in_its_window(quick: Rig) -> None:
    view = await opened(quick)
    quick.core.wait()
    quick.answer(replace(FORM, values={"title": "x"}, errors={"title": "Too short."}))
    sent = await quick.fake.submit(quick.mara, view, {"title": "x"})
    await sent.acknowledged()
    quick.core.go.set()
    await until(lambda: "Too short." in words(sent.view))
    assert held(view)["title"] == "x"
    quick.answer(HEARD)
    await quick.fake.submit(quick.mara, view, {"title": "Night"})
    await until(lambda: [text_of(each) for each in quick.mara.ephemerals] == ["Heard."])


async def test_a_slow_form_whose_window_was_closed_is_answered_outside_of_it(quick: Rig) -> None:
    view = await opened(quick)
    quick.core.wait()
    quick.answer(Reply(rich("Saved at last.")))
    sent = await quick.fake.submit(quick.mara, view, {"title": "Night"})
    await sent.acknowledged()
    await quick.fake.close(quick.mara, view)
    quick.core.go.set()
    await until(lambda: quick.mara.ephemerals)
    assert [text_of(each) for each in quick.mara.ephemerals] == ["Saved at last."]


async def test_one_moment_is_said_in_the_readers_language(quick: Rig) -> None:
    quick.fake.change_user(quick.mara, locale="de-DE")
    view = await opened(quick)
    quick.core.wait()
    quick.answer(HEARD)
    sent = await quick.fake.submit(quick.mara, view, {"title": "Night"})
    await sent.acknowledged()
    assert "Moment" in words(sent.view)
    assert "One moment" not in words(sent.view)
    quick.core.go.set()


async def test_what_a_form_is_answered_with_replaces_the_card_it_was_opened_from(at: Rig) -> None:
    confirm = Reply(rich("Is this right?"), (Card(rich("Night"), controls=(Button("Change", Action("x", "d1")),)),))
    message = await looked_at(at, confirm)
    at.answer(FORM)
    view = await (await at.fake.press(at.mara, message, "Change")).form()
    at.answer(replace(confirm, text=rich("Is it right now?"), replaces=True))
    sent = await at.fake.submit(at.mara, view, {"title": "Night"})
    await settled(at, sent)
    assert text_of(message) == "Is it right now?"
    assert at.mara.ephemerals == [message]


@pytest.mark.parametrize("is_refused", [False, True])
async def test_a_late_forms_card_is_replaced_by_its_answer_unless_that_is_a_refusal(
    quick: Rig, is_refused: bool
) -> None:
    quick.core.wait()
    quick.answer(replace(FORM, values={}))
    asked = await slash(quick, "add")
    await asked.acknowledged()
    await asyncio.sleep(0.2)  # what is waited for is the adapter's own clock
    quick.core.go.set()
    card = await asked.answer()
    view = await (await quick.fake.press(quick.mara, card, "Open the form")).form()
    quick.answer(Reply(rich("What came of it"), is_refusal=is_refused))
    await settled(quick, await quick.fake.submit(quick.mara, view, {"title": "Night"}))
    assert len(quick.mara.ephemerals) == 1 + is_refused
    assert ("What came of it" in text_of(card)) is not is_refused


async def test_a_form_from_where_there_is_no_message_is_answered_in_its_window(at: Rig) -> None:
    at.answer(FORM)
    view = await (await at.fake.shortcut(at.mara, "person:event add")).form()
    at.answer(Reply(rich("Is this right?"), (CARD,)))
    sent = await at.fake.submit(at.mara, view, {"title": "Night"})
    await settled(at, sent)
    assert "Is this right?" in words(sent.view)
    at.answer(Reply(rich("You are going."), replaces=True))
    pressed = await at.fake.press(at.mara, view, "Going")
    await settled(at, pressed)
    assert words(view) == "You are going."
    assert at.core.last_press == Press(Action("going", "17"))


async def test_a_button_in_a_window_that_leads_to_a_form_shows_it_there(at: Rig) -> None:
    at.answer(FORM)
    view = await (await at.fake.shortcut(at.mara, "person:event add")).form()
    at.answer(Reply(rich("Is this right?"), (CARD,)))
    await settled(at, await at.fake.submit(at.mara, view, {"title": "Night"}))
    at.answer(FORM)
    await settled(at, await at.fake.press(at.mara, view, "Going"))
    assert held(view)["title"] == "Late Night"
    at.answer(replace(FORM, errors={"title": "Taken."}))
    sent = await at.fake.submit(at.mara, view, {"title": "Night"})
    await sent.acknowledged()
    assert sent.errors == {"title": "Taken."}


async def test_a_window_that_was_closed_meanwhile_is_answered_directly(at: Rig) -> None:
    at.answer(FORM)
    view = await (await at.fake.shortcut(at.mara, "person:event add")).form()
    at.answer(Reply(rich("Is this right?"), (CARD,)))
    await settled(at, await at.fake.submit(at.mara, view, {"title": "Night"}))
    at.core.wait()
    at.answer(Reply(rich("You are going.")))
    await (await at.fake.press(at.mara, view, "Going")).acknowledged()
    await at.fake.close(at.mara, view)
    at.core.go.set()
    await at.fake.until_posted(1)
    assert [text_of(each) for each in at.fake.dm(at.mara).messages] == ["You are going."]


async def test_a_form_whose_metadata_is_not_ours_is_answered_in_its_window(at: Rig) -> None:
    for metadata in ("", "null", "[]", '{"channel": 1, "nobody": 2}', "{" * 2_000, '{"response_url": "http'):
        view = await opened(at)
        view.body["private_metadata"] = metadata
        at.answer(HEARD)
        sent = await at.fake.submit(at.mara, view, {"title": "Night"})
        await settled(at, sent)
        assert "Heard." in words(sent.view)


async def test_a_form_of_nothing_we_know_is_answered(at: Rig) -> None:
    for callback in ("", "f|", "f|" + "x" * 90, "w", "f|event add:d1:2"):
        view = await opened(at)
        view.body["callback_id"] = callback
        at.answer(HEARD)
        at.mara.ephemerals.clear()
        await settled(at, await at.fake.submit(at.mara, view, {"title": "Night"}))
        assert [text_of(each) for each in at.mara.ephemerals] == ["Heard."]


# ---- suggestions


async def suggesting(rig: Rig) -> View:
    from bot.features import events

    add = events.FEATURE.command("add")
    assert add is not None
    params = {name: each.param for name, each in add.arguments.items()}
    return await opened(rig, Form("Add", Action("event add"), params, {}))


async def test_suggestions_are_those_of_the_core(at: Rig) -> None:
    view = await suggesting(at)
    at.core.suggest = lambda *_: of([Option("Berlin, DE", "Berlin, DE"), Option("x", "y" * 151), Option("z", "")])  # type: ignore[method-assign]  # this core is a test's own
    assert await at.fake.suggest(at.mara, view, "City", "ber") == ["Berlin, DE"]


async def of(found: list[Option]) -> list[Option]:
    return found


async def test_suggestions_that_take_long_or_break_are_none(quick: Rig) -> None:
    async def waits(*_: object) -> list[Option]:
        await asyncio.Event().wait()
        return []

    async def breaks(*_: object) -> list[Option]:
        raise RuntimeError("secret detail")

    view = await suggesting(quick)
    for suggest in (waits, breaks):
        quick.core.suggest = suggest  # type: ignore[assignment,method-assign]  # as above
        assert await quick.fake.suggest(quick.mara, view, "City", "ber") == []


async def test_suggestions_come_in_time_when_slack_tells_nothing_of_who_asks(quick: Rig) -> None:
    view = await suggesting(quick)
    quick.slack._members._known.clear()
    quick.fake.faults.add(Fault("users.info", Kind.HANG))
    assert await quick.fake.suggest(quick.mara, view, "City", "ber") == []
    assert quick.fake.violations == [], "what is acknowledged behind three seconds is one"


# ---- what breaks


async def test_whoever_asks_while_the_database_is_away_is_told_so(at: Rig) -> None:
    message = await looked_at(at, Reply(rich("Is this right?"), (CARD,)))
    at.heard.is_broken = True
    assert text_of(await (await slash(at)).answer()) == BROKEN
    pressed = await at.fake.press(at.mara, message, "Going")
    await pressed.answered()
    assert [text_of(each) for each in pressed.seen] == [BROKEN]


async def test_what_is_missing_in_a_payload_does_not_leave_anybody_without_an_answer(at: Rig) -> None:
    message = await looked_at(at, Reply(rich("Is this right?"), (CARD,)))
    for missing in ("team", "user", "actions", "container", "channel", "trigger_id"):
        asked = await at.fake.press(at.mara, message, "Going")
        asked.payload.pop(missing, None)  # it is told in a task that has not begun
        await asked.answered()
        await at.fake.quiet()
        assert len(asked.seen) == 1, missing
    for missing in ("team_id", "user_id", "user_name", "channel_id", "text", "trigger_id"):
        asked = await slash(at)
        asked.payload.pop(missing, None)
        await asked.answered()
        await at.fake.quiet()
        assert len(asked.seen) == 1, missing
    for missing in ("user", "view"):
        view = await opened(at)
        at.answer(HEARD)
        asked = await at.fake.submit(at.mara, view, {"title": "Night"})
        asked.payload.pop(missing, None)
        await asked.acknowledged()
        assert asked.ack is not None
        assert BROKEN in words(asked.view)


async def test_commands_without_an_id_are_each_answered(at: Rig) -> None:
    for said in ("one", "two"):
        at.answer(Reply(rich(said)))
        asked = await slash(at)
        asked.payload.pop("trigger_id")
        assert text_of(await asked.answer()) == said


async def test_payloads_of_kinds_that_nobody_wrote_for_are_acknowledged(at: Rig) -> None:
    changes: list[dict[str, Any]] = [  # Any: JSON
        {"type": "workflow_step_edit"},
        {"type": 5},
        {"type": None},
        {"event": "words"},
        {"event": {}},
        {"event": {"type": []}},
        {"event_id": 5},
        {"team_id": None},
    ]
    for changed in changes:
        asked = at.fake.tell(at.team, {"type": "app_home_opened", "user": at.mara.id, "tab": "home", "channel": "D1"})
        asked.payload |= changed
        await settled(at, asked)
    assert text_of(await (await slash(at)).answer()) == "Heard."
