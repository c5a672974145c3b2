"""The core as platforms see it: who may, what is kept, and what an answer looks like when things go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from bot.domain.people import Workspace
from bot.fit import plain
from bot.request import Asked, Point, Pointed, Press, Run, Submit, Typed
from bot.ui import Action, Answer, Form, Privacy, Reply
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
ADD = '/event add Late Night Modular when:"friday 20:00" city:Berlin'


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


async def test_nothing_is_saved_before_save_is_pressed(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    shown = {field.name: plain(field.value) for field in confirm.cards[0].fields}
    assert shown["Starts"] == "Friday, November 27, 2026, 8:00 PM (Europe/Berlin, CET)"
    assert "Nothing found" in words(await ana.says("/event find"))
    await ana.presses(confirm, "Save")
    assert "Late Night Modular" in words(await ana.says("/event find"))


async def test_save_pressed_many_times_saves_once(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    answers = [words(await ana.presses(confirm, "Save")) for _ in range(5)]
    assert answers[0].startswith("Saved.")
    assert all(answer.startswith("This is saved already.") for answer in answers[1:])
    assert words(await ana.says("/event find")).startswith("1 event")


async def test_change_brings_back_what_was_understood(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    form = await ana.presses(confirm, "Change")
    assert isinstance(form, Form)
    assert form.values == {
        "title": "Late Night Modular",
        "when": "2026-11-27 20:00 Europe/Berlin",
        "city": "Berlin, DE",
    }
    again = await ana.ask(Submit(form.action, {"venue": "Kantine"}))
    assert isinstance(again, Reply)
    assert "Kantine" in [plain(field.value) for field in again.cards[0].fields]


async def test_a_date_means_the_day_it_meant_when_it_was_confirmed(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    ana.clock.skip(timedelta(hours=20))
    await ana.presses(confirm, "Save")
    shown = await ana.says("/event find when:2026-11-27")
    assert words(shown).startswith("1 event")


async def test_a_refused_form_keeps_what_was_typed(ana: Somebody) -> None:
    form = await ana.ask(Submit(Action("event add"), {"title": "Night", "when": "31 February"}))
    assert isinstance(form, Form)
    assert form.values["title"] == "Night"
    assert set(form.errors) == {"when"}
    corrected = await ana.ask(Submit(form.action, {"when": "friday 20:00"}))
    assert isinstance(corrected, Reply)
    assert "Night" in words(corrected)


async def test_a_form_that_opens_empty_has_no_errors(ana: Somebody) -> None:
    form = await ana.ask(Typed("/event add"))
    assert isinstance(form, Form)
    assert form.errors == {}
    assert not form.required  # the page of a link may say them


async def test_a_form_is_in_the_language_of_whoever_asks_for_it(ana: Somebody) -> None:
    form = await ana.bot.app.handle(replace(ana.incoming(Typed("/event add")), locale="de"))
    assert isinstance(form, Form)
    assert form.locale == "de"


async def test_a_wrong_option_opens_the_form_with_the_error_under_it(ana: Somebody) -> None:
    asked = Typed('/event find techno when:"31 February"')
    form = await ana.ask(asked)
    assert isinstance(form, Form)
    assert form.values == {"words": "techno", "when": "31 February"}
    assert "February" in form.errors["when"]


async def test_a_draft_lasts_a_day(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    ana.clock.skip(timedelta(hours=24, seconds=1))
    refused = await ana.presses(confirm, "Save")
    assert isinstance(refused, Reply)
    assert refused.is_refusal
    assert "drafts last a day" in words(refused)


async def test_nobody_reaches_another_s_draft(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    ben = replace(ana, name="ben")
    for label in ("Save", "Change"):
        refused = await ben.presses(confirm, label)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    form = await ben.ask(Submit(Action("event add", button(confirm, "Save").arg), {"venue": "x"}))
    assert isinstance(form, Form)
    assert "title" not in form.values


async def test_only_organisers_set_digests(ana: Somebody) -> None:
    line = "/digest set channel:events day:monday"
    refused = await ana.says(line)
    assert refused.is_refusal
    assert "Only organisers" in words(refused)
    opened = await ana.ask(Press(Action("ask", "digest set")))
    assert isinstance(opened, Reply)
    assert opened.is_refusal
    zoe = replace(ana, name="zoe", is_organiser=True)
    confirm = await zoe.says(line)
    saved = await zoe.presses(confirm, "Save")
    assert isinstance(saved, Reply)
    for label in ("Preview", "Pause", "Remove"):
        pressed = await ana.presses(saved, label)
        assert isinstance(pressed, Reply)
        assert pressed.is_refusal


async def test_the_first_digest_is_named_with_its_day_and_zone_before_it_is_saved(ana: Somebody) -> None:
    zoe = replace(ana, name="zoe", is_organiser=True)
    confirm = await zoe.says("/digest set channel:events day:monday time:9:00")
    shown = {field.name: plain(field.value) for field in confirm.cards[0].fields}
    assert shown["First one"] == "Monday, November 30, 2026, 9:00 AM (Europe/Berlin, CET)"
    answers = [await zoe.presses(confirm, "Save") for _ in range(3)]
    assert len(answers) == 3
    assert words(await zoe.says("/digest list")).startswith("1 digest")


async def test_one_community_sees_nothing_of_another(ana: Somebody) -> None:
    await ana.presses(await ana.says(ADD), "Save")
    found = await ana.says("/event find")
    other = replace(ana, name="otto", workspace=Workspace("console", "elsewhere", "Elsewhere"))
    assert "Nothing found" in words(await other.says("/event find"))
    for label in ("Going", "Details"):
        refused = await other.presses(found, label)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert (await other.ask(Press(Action("event.who", "1")))) == await other.ask(Press(Action("event.who", "999")))


async def test_a_direct_message_is_about_the_community_one_acted_in_last(ana: Somebody) -> None:
    await ana.presses(await ana.says(ADD), "Save")
    directly = replace(ana, workspace=None)
    assert "Late Night Modular" in words(await directly.says("/event find"))


async def test_a_stranger_s_direct_message_is_told_where_to_begin(ana: Somebody) -> None:
    stranger = replace(ana, name="stranger", workspace=None)
    refused = await stranger.says("/event find")
    assert refused.is_refusal
    assert "server or workspace" in words(refused)


async def test_answers_are_private(ana: Somebody) -> None:
    for line in ("/event find", "/event mine", "/help", ADD):
        assert (await ana.says(line)).privacy is Privacy.PRIVATE


async def test_twenty_presses_of_one_person_count_once(ana: Somebody) -> None:
    saved = await ana.presses(await ana.says(ADD), "Save")
    assert isinstance(saved, Reply)
    answers = [await ana.presses(saved, "Going") for _ in range(20)]
    assert isinstance(last := answers[-1], Reply)
    assert "1 going" in [plain(field.value) for field in last.cards[0].fields]


async def test_an_event_that_is_over_takes_no_more_answers(ana: Somebody) -> None:
    saved = await ana.presses(await ana.says(ADD), "Save")
    ana.clock.skip(timedelta(days=3))
    assert isinstance(saved, Reply)
    refused = await ana.presses(saved, "Going")
    assert isinstance(refused, Reply)
    assert refused.is_refusal


@pytest.mark.parametrize(
    "asked",
    [
        Run(("nothing", "here"), {}),
        Run(("event", "gone"), {}),
        Press(Action("event.gone", "1")),
        Press(Action("save", "none")),
        Press(Action("ask", "event gone")),
        Submit(Action("event gone"), {}),
    ],
)
async def test_what_is_no_longer_there_is_refused_in_words(ana: Somebody, asked: Asked) -> None:
    answer = await ana.ask(asked)
    assert isinstance(answer, Reply)
    assert answer.is_refusal


async def test_a_fault_of_ours_is_an_answer_and_a_log_line(ana: Somebody) -> None:
    async def broken(*_: object) -> Answer:
        raise RuntimeError("the secret of somebody")

    events = ana.bot.features[0]
    commands = tuple(replace(each, handler=broken) if each.name == "mine" else each for each in events.commands)
    app = replace(ana.bot.app, features=(replace(events, commands=commands),))
    with structlog.testing.capture_logs() as logs:
        answer = await app.handle(ana.incoming(Run(("event", "mine"), {})))
    assert "Something broke here" in words(answer)
    assert [line["event"] for line in logs] == ["request failed", "request"]
    assert logs[-1]["outcome"] == "failed"


async def test_a_request_is_one_log_line_without_anybody_s_words(ana: Somebody) -> None:
    with structlog.testing.capture_logs() as logs:
        await ana.ask(Run(("event", "find"), {"words": "my private words"}))
        await ana.says("/event find my private words")
    assert [line["what"] for line in logs] == ["event find", "typed"]
    assert {line["outcome"] for line in logs} == {"answered"}
    assert "private" not in str(logs)


async def suggestions(somebody: Somebody, path: tuple[str, ...], param: str, typed: str) -> Mapping[str, str]:
    incoming = somebody.incoming(Run(path, {}))
    return {each.label: each.value for each in await somebody.bot.app.suggest(incoming, param, typed)}


async def test_suggestions_come_from_cities_events_and_choices(ana: Somebody) -> None:
    await ana.presses(await ana.says(ADD), "Save")
    assert next(iter(await suggestions(ana, ("event", "find"), "near", "berl"))) == "Berlin, DE"
    assert list(await suggestions(ana, ("event", "show"), "event", "late")) == [
        "Late Night Modular · Fri, Nov 27 · Berlin, DE"
    ]
    assert await suggestions(ana, ("event", "find"), "kind", "work") == {"Workshop": "workshop"}
    assert "This weekend" in {label.capitalize() for label in await suggestions(ana, ("event", "find"), "when", "")}
    assert await suggestions(ana, ("event", "find"), "nonsense", "") == {}
    assert await suggestions(ana, ("digest", "set"), "day", "") == {}


# --- forms page by page ------------------------------------------------------------------------------------


async def test_a_form_filled_in_page_by_page_keeps_each_and_is_sent_once(ana: Somebody) -> None:
    first = await ana.ask(Submit(Action("event add"), {"title": "Night", "when": "31 February"}, is_partial=True))
    assert isinstance(first, Form)
    assert first.values == {"title": "Night", "when": "31 February"}
    assert set(first.errors) == {"when"}
    second = await ana.ask(Submit(first.action, {"when": "friday 20:00", "city": "Berlin"}, is_partial=True))
    assert isinstance(second, Form)
    assert second.action == first.action
    assert second.values == {"title": "Night", "when": "friday 20:00", "city": "Berlin"}
    assert second.errors == {}
    confirm = await ana.ask(Press(Action("send", second.action.arg)))
    assert isinstance(confirm, Reply)
    assert "Night" in words(confirm)
    assert "Is this right?" in words(confirm)


async def test_what_is_missing_is_said_when_it_is_sent(ana: Somebody) -> None:
    page = await ana.ask(Submit(Action("event add"), {"venue": "Kantine"}, is_partial=True))
    assert isinstance(page, Form)
    assert page.errors == {}
    sent = await ana.ask(Press(Action("send", page.action.arg)))
    assert isinstance(sent, Form)
    assert set(sent.errors) == {"title", "when"}
    assert sent.action == page.action


async def test_nobody_sends_another_s_pages_and_only_organisers_their_forms(ana: Somebody) -> None:
    page = await ana.ask(Submit(Action("event add"), {"title": "Night"}, is_partial=True))
    assert isinstance(page, Form)
    for somebody_else, asked in (
        (replace(ana, name="ben"), Press(Action("send", page.action.arg))),
        (ana, Submit(Action("digest set"), {"day": "monday"}, is_partial=True)),
    ):
        refused = await somebody_else.ask(asked)
        assert isinstance(refused, Reply)
        assert refused.is_refusal


async def test_a_request_that_is_delivered_twice_acts_once(ana: Somebody) -> None:
    add = Run(("event", "add"), {"title": "Night", "when": "friday 20:00"})
    first, second = [await ana.ask(add, "77") for _ in range(2)]
    assert first == second
    other = await ana.ask(add, "78")
    assert isinstance(first, Reply)
    assert isinstance(other, Reply)
    assert button(other, "Save") != button(first, "Save")
    for _ in range(2):
        await ana.ask(Press(button(first, "Save")), "79")
    assert words(await ana.says("/event find")).startswith("1 event")
    submit = Submit(Action("event add"), {"title": "Night", "when": "31 February"})
    forms = [await ana.ask(submit, "80") for _ in range(2)]
    assert forms[0] == forms[1]


# --- shortcuts ---------------------------------------------------------------------------------------------


async def test_a_shortcut_on_a_message_opens_the_form_with_what_it_tells(ana: Somebody) -> None:
    pointed = Pointed("Late Night Modular\nat Kantine", "https://chat.example/1", ana.account)
    asked = Point("event add", pointed)
    with structlog.testing.capture_logs() as logs:
        form = await ana.ask(asked)
    assert isinstance(form, Form)
    assert form.values == {"title": "Late Night Modular", "link": "https://chat.example/1", "about": "at Kantine"}
    assert form.errors == {}
    assert [line["what"] for line in logs] == ["point event add"]
    confirm = await ana.ask(Submit(form.action, {**form.values, "when": "friday 20:00"}))
    assert "Late Night Modular" in words(confirm)


@pytest.mark.parametrize("command", ["event add", "event find", "nothing here"])
async def test_a_shortcut_that_is_not_there_is_refused(ana: Somebody, command: str) -> None:
    person_only = Point(command, Pointed(account=ana.account))
    refused = await ana.ask(person_only)
    assert isinstance(refused, Reply)
    assert refused.is_refusal


async def test_five_saves_at_once_save_once(ana: Somebody) -> None:
    confirm = await ana.says(ADD)
    await asyncio.gather(*(ana.presses(confirm, "Save") for _ in range(5)))
    assert words(await ana.says("/event find")).startswith("1 event")


async def test_what_was_changed_is_saved_and_not_what_was_before(ana: Somebody) -> None:
    before = await ana.says(ADD)
    form = await ana.presses(before, "Change")
    assert isinstance(form, Form)
    after = await ana.ask(Submit(form.action, {"title": "Later Night"}))
    assert isinstance(after, Reply)
    await ana.presses(after, "Save")
    gone = await ana.presses(before, "Save")
    assert isinstance(gone, Reply)
    assert gone.is_refusal
    found = await ana.says("/event find")
    assert words(found).startswith("1 event")
    assert "Later Night" in words(found)


async def test_a_draft_is_saved_where_it_was_begun_and_nowhere_else(ana: Somebody) -> None:
    await ana.says("/event find")
    directly = replace(ana, workspace=None)
    confirm = await directly.says(ADD)
    elsewhere = replace(ana, workspace=Workspace("console", "elsewhere", "Elsewhere"))
    ana.clock.skip(timedelta(minutes=1))
    await elsewhere.says("/event find")
    for label in ("Save", "Change"):
        refused = await elsewhere.presses(confirm, label)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert isinstance(await directly.presses(confirm, "Change"), Form)
    assert words(await directly.presses(confirm, "Save")).startswith("In Console:\n")
    assert "Nothing found" in words(await elsewhere.says("/event find"))
    assert words(await ana.says("/event find")).startswith("1 event")


async def test_a_direct_message_names_the_community_it_is_about(ana: Somebody) -> None:
    await ana.says("/event find")
    answer = await replace(ana, workspace=None).says("/event find")
    assert words(answer).splitlines()[0] == "In Console:"


async def test_an_organiser_is_one_in_a_direct_message_too_and_only_there(ana: Somebody) -> None:
    zoe = replace(ana, name="zoe", is_organiser=True)
    await zoe.says("/digest list")
    directly = replace(zoe, workspace=None, is_organiser=False)
    assert not (await directly.says("/digest list")).is_refusal
    pretender = replace(ana, workspace=None, is_organiser=True)
    await ana.says("/event find")
    assert (await pretender.says("/digest list")).is_refusal


async def test_a_number_that_is_nobody_s_id_is_not_found(ana: Somebody) -> None:
    for number in ("2147483647", "2147483648", "9" * 18, "9" * 400):
        for name in ("event.going", "event.show", "event.who"):
            refused = await ana.ask(Press(Action(name, number[:40])))
            assert isinstance(refused, Reply)
            assert "not in this community" in words(refused)
        form = await ana.ask(Typed(f"/event show #{number}"))
        assert isinstance(form, Form)
        assert "not in this community" in form.errors["event"]


async def test_suggested_times_are_those_of_the_city(ana: Somebody) -> None:
    incoming = ana.incoming(Run(("event", "add"), {"city": "Tokyo"}))
    (option, *_) = await ana.bot.app.suggest(incoming, "when", "friday 19:00")
    assert option.value.endswith("Asia/Tokyo")
