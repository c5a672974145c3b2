"""Within three seconds, once, and never an error in anybody's face."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord.answering import Timings
from bot.i18n import N_
from bot.markup import rich
from bot.params import Choice, Choices, Param, Text
from bot.request import Incoming, Press, Submit
from bot.ui import Action, Answer, Button, Card, Form, Privacy, Reply
from tests.adapters.discord.harness import DiscordHarness
from tests.fakes.discord import FakeDiscord, Fault, Kind, NotOffered
from tests.platforms.contract import HEARD
from tests.platforms.test_contract import CARD, FORM, saying

CALLBACK = r"POST /interactions/.*"
WEBHOOK = r"(PATCH|POST) /webhooks/.*"


class SlowCore:
    """Makes the core of a harness answer only when it is told to."""

    def __init__(self, at: DiscordHarness) -> None:
        self.go = asyncio.Event()
        self.began = asyncio.Event()
        self._handle = at.core.handle
        at.core.handle = self.handle  # type: ignore[method-assign]  # this core is a test's own

    async def handle(self, incoming: Incoming) -> Answer:
        self.began.set()
        await self.go.wait()
        return await self._handle(incoming)


@pytest.fixture
async def quick(fake: FakeDiscord) -> AsyncIterator[DiscordHarness]:
    """Defers after 50 ms; its tokens live as long as Discord's."""
    harness = DiscordHarness(fake, Timings(defer_after=0.05))
    await harness.start()
    yield harness
    await harness.stop()
    assert fake.violations == []


async def test_an_answer_that_takes_long_is_deferred_and_comes_in_its_place(quick: DiscordHarness) -> None:
    slow = SlowCore(quick)
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event mine")
    await asked.acknowledged()
    assert asked.was_deferred
    slow.go.set()
    message = await asked.answer()
    assert message.is_ephemeral
    assert message.texts == ["Heard."]
    assert len(asked.seen) == 1


async def test_a_late_answer_for_everybody_is_seen_by_everybody(quick: DiscordHarness) -> None:
    slow = SlowCore(quick)
    quick.core.answer = saying(Reply(rich("Welcome"), privacy=Privacy.SHARED))
    asked = await quick.fake.slash(quick.user("mara"), quick.channel_there, "help")
    await asked.acknowledged()
    slow.go.set()
    await asked.answered()
    await quick.fake.quiet()
    assert "Welcome" in await quick.channel_of("tom")
    assert len(asked.seen) == 1


async def test_a_late_answer_to_a_button_replaces_its_message_or_stands_beside_it(quick: DiscordHarness) -> None:
    quick.core.answer = saying(Reply(rich("Is this right?"), (CARD,)))
    await quick.type("mara", "/event show 17")
    for is_replaced in (False, True):
        slow = SlowCore(quick)
        quick.core.answer = saying(Reply(rich(f"replaced {is_replaced}"), (CARD,), replaces=is_replaced))
        message = quick.before["mara"][0]
        asked = await quick.fake.press(quick.user("mara"), message, "Going")
        await asked.acknowledged()
        slow.go.set()
        await asked.answered()
        assert asked.updated_source is is_replaced
        assert all(each.is_ephemeral for each in asked.seen)


async def test_a_form_that_comes_too_late_to_be_one_is_a_button_to_it(quick: DiscordHarness) -> None:
    slow = SlowCore(quick)
    quick.core.answer = saying(FORM)
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event add")
    await asked.acknowledged()
    slow.go.set()
    message = await asked.answer()
    quick.core.answer = lambda incoming: FORM if incoming.asked == Press(Action("ask", "event add")) else HEARD
    opened = await quick.fake.press(quick.user("mara"), message, "Open the form")
    assert (await opened.form())["title"] == FORM.title


async def test_what_a_late_form_holds_is_kept_until_it_is_opened(quick: DiscordHarness) -> None:
    slow = SlowCore(quick)
    form = replace(FORM, values={"title": "x"}, errors={"title": "Too short."})
    quick.core.answer = kept(quick, form)
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event add", {"title": "x"})
    await asked.acknowledged()
    slow.go.set()
    message = await asked.answer()
    assert any("Too short" in text for text in message.texts)
    assert quick.core.last_submit == Submit(FORM.action, {"title": "x"}, is_partial=True)
    opened = await quick.fake.press(quick.user("mara"), message, "Correct")
    await opened.form()
    assert quick.core.last_press == Press(Action("change", "d1"))


async def test_an_answer_that_discord_refuses_is_an_apology(at: DiscordHarness) -> None:
    too_long = Button("Going", Action("going", "17"))
    object.__setattr__(too_long, "action", Action("x" * 50, "y"))
    object.__setattr__(too_long.action, "arg", "y" * 60)  # as no core can make one
    at.core.answer = saying(Reply(rich("Which?"), (Card(rich("Night"), controls=(too_long,)),)))
    assert "Something broke here" in await at.type("mara", "/event mine")
    assert at.fake.violations != []
    at.fake.violations.clear()


async def test_a_form_is_never_deferred(quick: DiscordHarness) -> None:
    quick.core.answer = saying(FORM)
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event add")
    await asked.form()
    assert not asked.was_deferred


async def test_after_fifteen_minutes_an_answer_comes_as_a_direct_message(fake: FakeDiscord) -> None:
    at = DiscordHarness(fake, Timings(defer_after=0.02, token_life=0.1))
    await at.start()
    slow = SlowCore(at)
    asked = await fake.slash(at.user("mara"), at.guild, "event mine")
    await asked.acknowledged()
    await asyncio.sleep(0.12)  # what is waited for is the adapter's own clock
    slow.go.set()
    await fake.until_posted(1)
    assert "Heard." in await at.inbox_of("mara")
    await at.stop()


async def test_a_token_that_discord_takes_no_more_sends_the_answer_by_direct_message(quick: DiscordHarness) -> None:
    slow = SlowCore(quick)
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event mine")
    await asked.acknowledged()
    asked.at -= timedelta(minutes=16)
    slow.go.set()
    await quick.fake.until_posted(1)
    assert "Heard." in await quick.inbox_of("mara")


async def test_an_answer_that_reaches_nobody_is_dropped_in_silence(quick: DiscordHarness) -> None:
    slow = SlowCore(quick)
    quick.fake.close_dms(quick.user("mara"))
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event mine")
    await asked.acknowledged()
    asked.at -= timedelta(minutes=16)
    slow.go.set()
    await quick.fake.quiet(0.1)
    assert quick.fake.posted == []
    assert "Heard." in await quick.type("mara", "/event mine")


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.DROP_BEFORE, Kind.STATUS])
async def test_an_answer_whose_arrival_is_unknown_appears_once(at: DiscordHarness, kind: Kind) -> None:
    fault = at.fake.faults.add(Fault(CALLBACK, kind, times=1))
    assert "Heard." in await at.type("mara", "/event mine")
    await at.fake.quiet()
    assert fault.befell == 1
    assert len(at.before["mara"]) == 1
    assert len(at.core.asked) == 1


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.DROP_BEFORE, Kind.STATUS])
async def test_a_late_answer_whose_arrival_is_unknown_appears_once(quick: DiscordHarness, kind: Kind) -> None:
    slow = SlowCore(quick)
    fault = quick.fake.faults.add(Fault(WEBHOOK, kind, times=1))
    asked = await quick.fake.slash(quick.user("mara"), quick.guild, "event mine")
    await asked.acknowledged()
    slow.go.set()
    await asked.answered()
    await quick.fake.quiet()
    assert fault.befell == 1
    assert [message.texts for message in asked.seen] == [["Heard."]]


async def test_the_same_interaction_twice_acts_once(at: DiscordHarness) -> None:
    asked = await at.fake.slash(at.user("mara"), at.guild, "event mine", twice=True)
    await asked.answered()
    await at.fake.quiet()
    assert len(at.core.asked) == 1
    assert asked.refused == []


async def test_two_processes_that_are_told_the_same_answer_once(fake: FakeDiscord, at: DiscordHarness) -> None:
    other = DiscordHarness.beside(at)
    await other.start()
    long = "\n".join("word " * 100 for _ in range(20))
    at.core.answer = other.core.answer = saying(Reply(rich(long)))
    asked = await fake.slash(at.user("mara"), at.guild, "event mine")
    await asked.answered()
    await fake.quiet(0.1)
    said = "\n".join(text for message in asked.seen for text in message.texts)
    assert said.count("word") == 2_000
    await other.stop()


async def test_an_answer_longer_than_a_message_goes_on_in_the_next(at: DiscordHarness) -> None:
    lines = [f"line {number} of many" for number in range(600)]
    at.core.answer = saying(Reply(rich("\n".join(lines))))
    asked = await at.fake.slash(at.user("mara"), at.guild, "event mine")
    await asked.answered()
    await at.fake.quiet(0.1)
    assert "\n".join(text for message in asked.seen for text in message.texts).split("\n") == lines
    assert len(asked.seen) > 2
    assert all(message.is_ephemeral for message in asked.seen)


FOLLOWUP = r"POST /webhooks/.*"
PARTS = ["\n".join(f"part {part} line {line:04} " + "x" * 60 for line in range(48)) for part in range(4)]


async def many_messages(at: DiscordHarness) -> list[str]:
    """What somebody sees of an answer of four messages, once it is quiet."""
    at.core.answer = saying(Reply(rich("\n".join(PARTS))))
    asked = await at.fake.slash(at.user("mara"), at.guild, "event mine")
    await asked.answered()
    await at.fake.quiet(0.4)
    return "\n".join(text for message in asked.seen for text in message.texts).split("\n")


async def test_a_following_message_that_was_surely_not_seen_is_sent_again(at: DiscordHarness) -> None:
    fault = at.fake.faults.add(Fault(FOLLOWUP, Kind.LIMITED, times=2, seconds=0.01))
    assert await many_messages(at) == "\n".join(PARTS).split("\n")
    assert fault.befell == 2
    assert at.fake.posted == []


async def test_what_a_limit_keeps_back_for_too_long_comes_as_direct_messages(fake: FakeDiscord) -> None:
    at = DiscordHarness(fake, Timings(followup_patience=0.1))
    await at.start()
    fake.faults.add(Fault(FOLLOWUP, Kind.LIMITED, times=None, seconds=60))
    seen = await many_messages(at)
    direct = [text for message in fake.dm(at.user("mara")).messages for text in message.texts]
    assert [*seen, *"\n".join(direct).split("\n")] == "\n".join(PARTS).split("\n")
    await at.stop()


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.DROP_BEFORE])
async def test_a_following_message_whose_arrival_is_unknown_never_comes_twice(at: DiscordHarness, kind: Kind) -> None:
    at.fake.faults.add(Fault(FOLLOWUP, kind, times=1))
    lines = await many_messages(at)
    expected = "\n".join(PARTS).split("\n")
    assert len(set(lines)) == len(lines)
    assert lines[-1] == expected[-1]
    assert (lines == expected) is (kind is Kind.DROP_AFTER)


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.DROP_BEFORE, Kind.STATUS])
async def test_what_was_deferred_is_taken_back_whatever_breaks(quick: DiscordHarness, kind: Kind) -> None:
    slow = SlowCore(quick)
    quick.core.answer = saying(Reply(rich("Welcome"), privacy=Privacy.SHARED))
    quick.fake.faults.add(Fault(r"DELETE /webhooks/.*", kind, times=1))
    asked = await quick.fake.slash(quick.user("mara"), quick.channel_there, "help")
    await asked.acknowledged()
    slow.go.set()
    await asked.answered()
    await quick.fake.quiet()
    assert "Welcome" in await quick.channel_of("tom")
    assert len(asked.seen) == 1


async def test_the_gateway_drops_while_a_form_is_filled_in(at: DiscordHarness) -> None:
    at.core.answer = saying(FORM)
    await at.type("mara", "/event add")
    await at.fake.drop_gateway()
    at.core.answer = saying(HEARD)
    await at.fake.gateway.until(lambda: bool(at.fake.gateway.connected))
    assert "Heard." in await at.submit("mara", {"title": "Night"})
    assert at.core.last_submit.values["title"] == "Night"


async def test_what_happens_while_the_gateway_is_down_is_answered_after_it(at: DiscordHarness) -> None:
    at.fake.response_seconds = 10
    at.fake.gateway.refuses_connections = True
    await at.fake.drop_gateway()
    asked = await at.fake.slash(at.user("mara"), at.guild, "event mine")
    at.fake.gateway.refuses_connections = False
    await asked.answered()
    assert len(at.core.asked) == 1


async def test_a_private_answer_never_replaces_what_others_see(at: DiscordHarness) -> None:
    await at.platform.send(at.channel, Reply(rich("This week"), (CARD,), privacy=Privacy.SHARED), "digest:1")
    await at.channel_of("tom")
    at.core.answer = saying(Reply(rich("Only for you"), replaces=True))
    assert "Only for you" in await at.press("tom", "Going")
    assert "This week" in await at.channel_of("mara")
    assert "Only for you" not in await at.channel_of("mara")


async def test_a_button_written_in_no_way_we_know_is_left_to_the_core(at: DiscordHarness) -> None:
    await at.platform.send(at.channel, Reply(rich("Old"), (CARD,), privacy=Privacy.SHARED), "old")
    message = at.channel_there.messages[-1]
    for each in _buttons(message.components):
        each["custom_id"] = "x" * 90
        break
    asked = await at.fake.press(at.user("mara"), message, "x" * 90)
    assert (await asked.answer()).texts == ["Heard."]
    assert at.core.last_press.action.name == "unknown"


async def test_suggestions_are_those_of_the_core(at: DiscordHarness) -> None:
    found = await at.fake.autocomplete(at.user("mara"), at.guild, "event find", "near", "ber", {"words": "dub"})
    assert found == [{"name": "Berlin, DE", "value": "Berlin, DE"}]


async def test_suggestions_that_break_are_none(at: DiscordHarness) -> None:
    async def breaks(*_: object) -> list[object]:
        raise RuntimeError("secret detail")

    at.core.suggest = breaks  # type: ignore[assignment,method-assign]  # this core is a test's own
    asked = asyncio.ensure_future(at.fake.autocomplete(at.user("mara"), at.guild, "event find", "near", "ber"))
    await asyncio.wait({asked}, timeout=0.2)
    asked.cancel()
    assert "Heard." in await at.type("mara", "/event mine")


# ---- who and where


async def test_an_organiser_is_whoever_manages_the_server(at: DiscordHarness) -> None:
    zoe = at.fake.add_member(at.guild, "zoe", is_organiser=True)
    await (await at.fake.slash(zoe, at.guild, "digest list")).answered()
    assert at.core.asked[-1].is_organiser
    with pytest.raises(NotOffered):
        await at.fake.slash(at.user("mara"), at.guild, "digest list")


async def test_a_direct_message_belongs_to_no_server(at: DiscordHarness) -> None:
    await (await at.fake.slash(at.user("mara"), None, "event mine")).answered()
    asked = at.core.asked[-1]
    assert (asked.workspace, asked.channel, asked.is_organiser) == (None, None, False)


async def test_where_only_the_person_installed_the_bot_the_server_is_not_theirs_to_use(at: DiscordHarness) -> None:
    other = at.fake.add_guild("Elsewhere", has_bot=False)
    jo = at.fake.join(other, at.fake.add_user("jo", has_installed=True))
    await (await at.fake.slash(jo, other, "event mine")).answered()
    asked = at.core.asked[-1]
    assert (asked.workspace, asked.channel) == (None, None)
    assert not asked.is_organiser


async def test_the_readers_language_is_told(at: DiscordHarness) -> None:
    uta = at.fake.add_member(at.guild, "uta", locale="de")
    await (await at.fake.slash(uta, at.guild, "event mine")).answered()
    assert at.core.asked[-1].locale == "de"


async def test_somebody_has_one_name_in_every_server(at: DiscordHarness) -> None:
    jo = at.fake.add_user("jo")
    at.fake.join(at.guild, jo, nick="DJ Jo")
    await (await at.fake.slash(jo, at.guild, "event mine")).answered()
    assert at.core.asked[-1].account.name == "jo"


# ---- forms


def many(count: int) -> Form:
    params: dict[str, Param] = {f"field{number}": Text(f"Field {number}", N_("What it is")) for number in range(count)}
    return Form("Many", Action("event add"), params, required=frozenset({"field0", "field6"}))


def kept(at: DiscordHarness, form: Form) -> Callable[[Incoming], Answer]:
    """A core that keeps pages, as the real one does."""
    held: dict[str, str] = {}

    def answer(incoming: Incoming) -> Answer:
        match incoming.asked:
            case Submit(values=values, is_partial=is_partial):
                held.update(values)
                if is_partial:
                    return replace(form, action=Action("event add", "d1"), values=dict(held))
                return Reply(rich("Saved ", ", ".join(f"{name}={value}" for name, value in held.items())))
            case Press(Action(name="change")):
                return replace(form, action=Action("event add", "d1"), values=dict(held))
            case Press(Action(name="send", arg="d1")):
                return Reply(rich("Sent ", ", ".join(held.values())))
            case _:
                return form

    return answer


async def test_a_long_form_goes_page_by_page(at: DiscordHarness) -> None:
    at.core.answer = kept(at, many(12))
    mara = at.user("mara")
    first = await at.fake.slash(mara, at.guild, "event add")
    assert len((await first.form())["components"]) == 5
    card = await at.fake.submit(mara, first, {"field0": "a", "field3": "b"})
    message = await card.answer()
    assert message.is_ephemeral
    assert not _has(message.components, "That is all")  # field6 is still needed
    second = await at.fake.press(mara, message, "Continue")
    assert [each["label"] for each in (await second.form())["components"]] == [f"Field {n}" for n in range(5, 10)]
    card = await at.fake.submit(mara, second, {"field6": "c"})
    await card.answered()
    assert card.updated_source, "the card goes on in its own place"
    third = await at.fake.press(mara, message, "Continue")
    assert len((await third.form())["components"]) == 2
    done = await at.fake.submit(mara, third, {"field11": "d"})
    await done.answered()
    assert "field0=a" in "".join(message.texts)
    assert "field11=d" in "".join(message.texts)


async def test_a_long_form_can_be_ended_early(at: DiscordHarness) -> None:
    form = replace(many(12), required=frozenset({"field0"}))
    at.core.answer = kept(at, form)
    first = await at.fake.slash(at.user("mara"), at.guild, "event add")
    await first.form()
    card = await at.fake.submit(at.user("mara"), first, {"field0": "a"})
    message = await card.answer()
    done = await at.fake.press(at.user("mara"), message, "That is all")
    assert "Sent a" in "".join((await done.answer()).texts)


async def test_what_a_page_does_not_show_is_kept_before_it_is_shown(at: DiscordHarness) -> None:
    values = {f"field{number}": str(number) for number in range(12)}
    form = replace(many(12), values=values, errors={"field9": "No."})
    at.core.answer = kept(at, form)
    asked = await at.fake.slash(at.user("mara"), at.guild, "event add")
    modal = await asked.form()
    assert "No." in modal["components"][0]["content"]
    assert [each["component"]["custom_id"] for each in modal["components"][1:]] == [
        "field0",
        "field1",
        "field2",
        "field9",
    ]
    assert modal["custom_id"].endswith("event add:d1")
    assert at.core.last_submit == Submit(Action("event add"), values, is_partial=True)


async def test_refused_values_come_back_above_a_button_that_corrects_them(at: DiscordHarness) -> None:
    at.core.answer = saying(FORM)
    first = await at.fake.slash(at.user("mara"), at.guild, "event add")
    await first.form()
    at.core.answer = saying(HEARD)
    refused = replace(
        FORM, action=Action("event add", "d1"), values={"title": "*x*"}, errors={"title": "Too short: 2 at least."}
    )
    at.core.answer = saying(refused)
    message = await (await at.fake.submit(at.user("mara"), first, {"title": "*x*"})).answer()
    assert any("Too short: 2 at least" in text for text in message.texts)
    assert any(r"\*x\*" in text for text in message.texts)
    opened = await at.fake.press(at.user("mara"), message, "Correct")
    modal = await opened.form()
    assert at.core.last_press == Press(Action("change", "d1"))
    assert modal["components"][1]["component"]["value"] == "*x*"


async def test_a_refusal_leaves_the_card_of_a_form_standing(at: DiscordHarness) -> None:
    at.core.answer = saying(FORM)
    first = await at.fake.slash(at.user("mara"), at.guild, "event add")
    await first.form()
    at.core.answer = saying(replace(FORM, action=Action("event add", "d1"), errors={"title": "No."}))
    card = await (await at.fake.submit(at.user("mara"), first, {"title": "x"})).answer()
    opened = await at.fake.press(at.user("mara"), card, "Correct")
    await opened.form()
    at.core.answer = saying(Reply(rich("Not now."), is_refusal=True))
    refused = await at.fake.submit(at.user("mara"), opened, {"title": "xyz"})
    await refused.answered()
    assert not refused.updated_source
    await (await at.fake.press(at.user("mara"), card, "Correct")).answered()


async def test_a_choice_is_a_menu_with_what_was_chosen(at: DiscordHarness) -> None:
    kinds = Choice("Kind", "concert, …", {"concert": "Concert", "open_studio": "Open studio"})
    form = Form("Kinds", Action("event add"), {"kind": kinds}, values={"kind": "open studio"})
    at.core.answer = saying(form)
    asked = await at.fake.slash(at.user("mara"), at.guild, "event add")
    menu = (await asked.form())["components"][0]["component"]
    assert [option["value"] for option in menu["options"] if option.get("default")] == ["open_studio"]
    at.core.answer = saying(HEARD)
    await (await at.fake.submit(at.user("mara"), asked, {"kind": "Concert"})).answered()
    assert at.core.last_submit.values == {"kind": "concert"}


async def test_a_full_page_leaves_room_for_what_is_wrong_with_its_form(at: DiscordHarness) -> None:
    params = {f"f{number}": Text(f"F{number}", "") for number in range(6)}
    wrong = Form("Six", Action("event add", "d1"), params, values={"f0": "x"}, errors={"f5": "No."})
    at.core.answer = saying(wrong)
    first = await at.fake.slash(at.user("mara"), at.guild, "event add")
    await first.form()
    card = await (await at.fake.submit(at.user("mara"), first, {"f0": "x"})).answer()
    opened = await at.fake.press(at.user("mara"), card, "All fields")
    components = (await opened.form())["components"]
    assert "No." in components[0]["content"]
    assert [each["component"]["custom_id"] for each in components[1:]] == ["f0", "f1", "f2", "f3"]


async def test_several_choices_are_a_menu_with_those_that_were_chosen(at: DiscordHarness) -> None:
    ways = Choices("Ways", "up, …", {"up": "Upwards", "down": "Downwards", "along": "Along"})
    at.core.answer = saying(Form("Ways", Action("event add"), {"ways": ways}, values={"ways": "along, Upwards, fame"}))
    asked = await at.fake.slash(at.user("mara"), at.guild, "event add")
    menu = (await asked.form())["components"][0]["component"]
    assert [option["value"] for option in menu["options"] if option.get("default")] == ["up", "along"]
    assert (menu["min_values"], menu["max_values"]) == (0, 3)


async def test_what_is_longer_than_a_field_is_not_cut_into_it(at: DiscordHarness) -> None:
    form = replace(FORM, values={"title": "x" * 5_000}, errors={"title": "At most 200 characters fit."})
    at.core.answer = saying(form)
    asked = await at.fake.slash(at.user("mara"), at.guild, "event add")
    modal = await asked.form()
    assert "value" not in modal["components"][1]["component"]
    assert re.search("At most 200", modal["components"][0]["content"])


async def test_hostile_words_in_every_field_stay_words(at: DiscordHarness) -> None:
    words = "@everyone <@&1> [x](https://evil.example) `code` \u202e\u200b discord.gg/abc\n# head"
    at.core.answer = saying(FORM)
    first = await at.fake.slash(at.user("mara"), at.guild, "event add", {"title": words[:90], "about": words * 40})
    await first.form()
    at.core.answer = (
        lambda incoming: Reply(
            rich(incoming.asked.values["venue"]),  # type: ignore[union-attr]  # it is a Submit
            (Card(rich(words), rich(words), controls=(Button(words[:20], Action("a")),)),),
            privacy=Privacy.SHARED,
        )
    )
    message = await (
        await at.fake.submit(at.user("mara"), first, {"title": "t", "venue": (words * 60)[:4000]})
    ).answer()
    assert message.pinged == frozenset()
    seen = at.look("mara", [*at.fake.interactions.values()][-1].seen)
    assert seen.count("@everyone <@&1> [x](https://evil.example) `code`") >= 30


def _buttons(components: list[dict[str, object]]) -> list[dict[str, object]]:
    from tests.fakes.discord.world import walked

    return [each for each in walked(components) if each["type"] == 2]


def _has(components: list[dict[str, object]], label: str) -> bool:
    return any(each.get("label") == label for each in _buttons(components))
