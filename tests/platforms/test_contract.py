"""What every platform keeps. It runs once for each adapter that brings a harness."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.addresses import Address
from bot.domain.members import mention_of
from bot.domain.people import Account
from bot.errors import Refused, Unreachable
from bot.fit import fit
from bot.grammar import read_sentence
from bot.i18n import N_, Words
from bot.markup import Bold, Code, Link, Mention, When, rich
from bot.params import Choices, Option, Reading, Text
from bot.platform import Limits
from bot.request import Incoming, Press, Run, Submit, Typed
from bot.ui import Action, Answer, Button, Card, Field, File, Form, LinkButton, Menu, Privacy, Reply
from tests.platforms.contract import HEARD, Harness, harnesses
from tests.platforms.kinds import KINDS

ADAPTERS = Path(__file__).parents[2] / "adapters"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR_OFF = datetime(2999, 1, 1, tzinfo=UTC)
GOING, CANCEL = Action("going", "17"), Action("cancel", "17")
CARD = Card(
    title=rich("Late Night Modular"),
    body=rich("Bring cables"),
    fields=(Field("Price", rich("15 EUR")),),
    controls=(Button("Going", GOING), Button("Cancel it", CANCEL), LinkButton("Page", "https://example.org/night")),
)
MENU = Menu("Kind", Action("kind", "17"), (Option("Concert", "concert"), Option("Open studio", "open_studio")))
FORM = Form(
    title="Add an event",
    action=Action("event add"),
    params={"title": Text(N_("Title"), N_("What it is called")), "venue": Text(N_("Venue"), N_("Where it is"))},
    values={"title": "Late Night"},
    required=frozenset({"title"}),
)

PUBLIC = Privacy.SHARED


def saying(answer: Answer) -> Callable[[Incoming], Answer]:
    """A core that always answers this."""
    return lambda _incoming: answer


@pytest.fixture(params=sorted(harnesses()))
async def at(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Harness]:
    async with harnesses()[request.param](tmp_path) as harness:
        yield harness


def test_every_platform_has_a_harness() -> None:
    platforms = {path.parent.name for path in ADAPTERS.glob("*/outbound.py")}
    assert platforms == harnesses().keys()


@pytest.mark.parametrize(
    "path", sorted(path.parent for path in ADAPTERS.glob("*/outbound.py")), ids=lambda path: path.name
)
def test_every_platform_has_the_same_files(path: Path) -> None:
    names = {"settings.py", "declare.py", "inbound.py", "outbound.py", "limits.py", "client.py"}
    assert names <= {each.name for each in path.iterdir()}


async def test_the_core_learns_who_asks_what_and_where(at: Harness) -> None:
    await at.type("mara", "/event find late night near:Berlin")
    first = at.core.asked[-1]
    match first.asked:
        case Typed(text):
            assert text == "/event find late night near:Berlin"
        case Run(path, values):
            assert path == ("event", "find")
            assert values == {"words": "late night", "near": "Berlin"}
        case _:
            pytest.fail(f"{first.asked}")
    assert (first.account.platform, first.account.name) == (at.platform.name, "mara")
    assert first.workspace is not None
    assert first.channel is not None
    assert first.channel.id == at.channel.id
    assert not first.is_organiser


async def test_every_request_has_an_id_of_its_own_and_every_person_an_account(at: Harness) -> None:
    for person in ("mara", "tom", "mara"):
        await at.type(person, "/event mine")
    mara, tom, again = at.core.asked
    assert len({mara.id, tom.id, again.id}) == 3
    assert mara.account.id == again.account.id != tom.account.id


async def test_an_answer_says_all_that_the_core_said(at: Harness) -> None:
    text = rich("Saved ", Bold("it"), " for ", Mention(at.platform.name, "tom", "tom"), ": try ", Code("/event mine"))
    at.core.answer = saying(Reply(text, (CARD,)))
    seen = await at.type("mara", "/event show 17")
    for words in (
        "Saved ",
        "it",
        "tom",
        "/event mine",
        "Late Night Modular",
        "Bring cables",
        "Price",
        "15 EUR",
        "Going",
    ):
        assert words in seen


async def test_a_private_answer_reaches_only_who_asked(at: Harness) -> None:
    at.core.answer = saying(Reply(rich("Your notes on Jo"), privacy=Privacy.PRIVATE))
    assert "Your notes on Jo" in await at.type("mara", "/connect notes")
    assert "Your notes on Jo" not in await at.channel_of("tom")
    assert "Your notes on Jo" not in await at.inbox_of("tom")


async def test_a_shared_answer_is_for_everybody_in_the_channel(at: Harness) -> None:
    at.core.answer = saying(Reply(rich("Welcome to the calendar"), privacy=PUBLIC))
    await at.type("mara", "/help")
    assert "Welcome to the calendar" in await at.channel_of("tom")


async def test_a_refusal_is_for_whoever_asked(at: Harness) -> None:
    at.core.answer = saying(Reply(rich("There is no event 99."), is_refusal=True))
    assert "There is no event 99." in await at.type("mara", "/event show 99")
    assert "There is no event 99." not in await at.channel_of("tom")


async def test_peoples_words_are_shown_as_they_stand(at: Harness) -> None:
    common = ["*bold* _it_ ~no~ `code`", "<b>&amp;", "[x](https://example.org)", "\\n %s {name}", "# head", "日本 🎛️ ÿ"]
    for words in [*common, *at.tricks]:
        shown = at.shown(words)
        card = Card(
            title=rich(words),
            body=rich("so ", words),
            fields=(Field("Note", rich(words)),),
            controls=(Button(words[:20], GOING),),
        )
        at.core.answer = saying(Reply(rich("They say ", words), (card,)))
        seen = await at.type("mara", "/event show 17")
        assert seen.count(shown) >= 4, words


async def test_a_button_brings_back_its_action(at: Harness) -> None:
    at.core.answer = saying(Reply(cards=(CARD,)))
    await at.type("mara", "/event show 17")
    at.core.answer = saying(Reply(rich("You are going.")))
    assert "You are going." in await at.press("mara", "Going")
    assert at.core.last_press == Press(GOING)
    await at.press("mara", "Cancel it")
    assert at.core.last_press == Press(CANCEL)


async def test_a_menu_brings_back_its_action_and_what_was_chosen(at: Harness) -> None:
    at.core.answer = saying(Reply(rich("Which?"), (Card(body=rich("Kinds"), controls=(MENU,)),)))
    await at.type("mara", "/event find")
    await at.press("mara", "Kind", "Open studio")
    assert at.core.last_press == Press(MENU.action, "open_studio")


async def test_an_answer_can_take_the_place_of_the_message_whose_button_was_used(at: Harness) -> None:
    at.core.answer = saying(Reply(rich("Is this right?"), (CARD,), privacy=PUBLIC))
    await at.type("mara", "/event add")
    at.core.answer = saying(Reply(rich("It is saved."), replaces=True, privacy=PUBLIC))
    await at.press("mara", "Going")
    seen = await at.channel_of("mara")
    assert "It is saved." in seen
    assert "Is this right?" not in seen


async def test_a_button_on_a_post_works_for_others_and_after_a_restart(at: Harness) -> None:
    await at.platform.send(at.channel, Reply(rich("This week"), (CARD,), privacy=PUBLIC), "digest:1")
    await at.restart()
    assert "This week" in await at.channel_of("tom")
    await at.press("tom", "Going")
    assert at.core.last_press == Press(GOING)
    assert at.core.asked[-1].account.name == "tom"


async def test_a_form_shows_its_fields_and_gives_back_what_was_filled_in(at: Harness) -> None:
    at.core.answer = saying(FORM)
    seen = await at.type("mara", "/event add")
    for words in ("Add an event", "Title", "Venue", "Late Night"):
        assert words.casefold() in seen.casefold()
    at.core.answer = saying(HEARD)
    values = {"title": 'A "good" <night> & more=less', "venue": "Kantine\nBerghain"}
    assert "Heard." in await at.submit("mara", values)
    assert at.core.last_submit.action == FORM.action
    assert at.core.last_submit.values == {name: at.typed(value) for name, value in values.items()}


async def test_a_field_that_was_left_alone_keeps_what_it_held(at: Harness) -> None:
    at.core.answer = saying(FORM)
    await at.type("mara", "/event add")
    at.core.answer = saying(HEARD)
    await at.submit("mara", {"venue": "Kantine"})
    assert at.core.last_submit.values == {"title": "Late Night", "venue": "Kantine"}


async def test_a_form_is_sent_from_where_it_was_opened(at: Harness) -> None:
    at.core.answer = saying(FORM)
    await at.type("mara", "/event add")
    at.core.answer = saying(HEARD)
    await at.submit("mara", {"venue": "Kantine"})
    typed, sent = at.core.asked
    assert (sent.workspace, sent.account) == (typed.workspace, typed.account)
    assert sent.channel is not None
    assert sent.channel.id == at.channel.id


async def test_a_form_speaks_the_language_of_whoever_fills_it_in(at: Harness) -> None:
    at.core.answer = saying(replace(FORM, title="Termin eintragen", locale="de"))
    seen = await at.type("mara", "/event add")
    for words in ("Termin eintragen", "Titel", "Location"):
        assert words in seen


async def test_a_button_can_open_a_form(at: Harness) -> None:
    at.core.answer = saying(Reply(cards=(CARD,)))
    await at.type("mara", "/event show 17")
    at.core.answer = lambda incoming: FORM if incoming.asked == Press(GOING) else HEARD
    assert "Add an event" in await at.press("mara", "Going")


async def test_refused_values_come_back_with_what_is_wrong(at: Harness) -> None:
    at.core.answer = saying(FORM)
    await at.type("mara", "/event add")
    at.core.answer = lambda _incoming: replace(
        FORM, values={"title": "x", "venue": "y"}, errors={"title": "Too short: 2 at least.", "": "Nothing was saved."}
    )
    seen = await at.submit("mara", {"title": "x", "venue": "y"})
    assert "Too short: 2 at least." in seen
    assert "Nothing was saved." in seen
    at.core.answer = saying(Reply(rich("Saved.")))
    assert "Saved." in await at.submit("mara", {"title": "xyz"})
    assert at.core.last_submit.values == {"title": "xyz", "venue": "y"}


async def test_an_error_in_the_core_never_reaches_people(at: Harness) -> None:
    def breaks(_incoming: Incoming) -> Reply:
        raise RuntimeError("secret detail")

    at.core.answer = breaks
    seen = await at.type("mara", "/event mine")
    assert seen.strip()
    assert "secret detail" not in seen
    assert "RuntimeError" not in seen
    at.core.answer = saying(Reply(rich("Here again.")))
    assert "Here again." in await at.type("mara", "/event mine")


# ---- every kind of argument: what stands for somebody or a file comes with who or what it is

LIST = b"name\nTom\nJo\n"


def values_of(incoming: Incoming) -> Mapping[str, str]:
    """What was given to the command of `KINDS`."""
    match incoming.asked:
        case Typed(text):
            return read_sentence(text, [KINDS], Words("en", ZoneInfo("UTC"))).values
        case Run(_, values) | Submit(_, values):
            return values
        case _:
            pytest.fail(f"{incoming.asked}")


async def check_kinds(at: Harness, incoming: Incoming, named: str) -> None:
    """The values are tom, the channel, the choice and the file of the name."""
    values = values_of(incoming)
    assert values["level"] in ("high", "High")
    account = incoming.accounts[values["who"]]
    assert (account.platform, account.name) == (at.platform.name, "tom")
    assert account.id == at.direct("tom").account
    channel = await at.platform.channel(at.channel.workspace, values["channel"])
    assert channel is not None
    assert channel.id == at.channel.id
    file = incoming.files[values["file"]]
    assert (file.name, file.media_type, file.size) == (named, "text/csv", len(LIST))
    assert await file.read(100) == LIST
    assert await file.read(3) == LIST[:4]


async def test_a_command_brings_every_kind_of_argument(at: Harness, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(LIST)
    await at.type("tom", "/try every text:hello")
    times = 'when:"every Monday 9:00" often:"6 weeks" leads:"1 day, 2 hours" quiet:22:00-8:00'
    place = f'ways:"up, along" channel:{at.channel.name}'
    typed = f"text:hello level:high {place} times:3 score:1.5 {times} file:{path}"
    await at.type("mara", f"/try every who:@tom {typed}")
    await check_kinds(at, at.core.asked[-1], "people.csv")
    values = values_of(at.core.asked[-1])
    assert (values["text"], values["times"], values["score"]) == ("hello", "3", "1.5")
    assert values["ways"] == "up, along"
    assert (values["when"], values["often"]) == ("every Monday 9:00", "6 weeks")
    assert (values["leads"], values["quiet"]) == ("1 day, 2 hours", "22:00-8:00")


async def test_a_form_shows_what_comes_again_and_brings_it_back(at: Harness) -> None:
    arguments = KINDS.commands[0].arguments
    held = {"when": "every Monday 9:00", "often": "every 6 weeks", "leads": "1 day, 2 hours", "quiet": "22:00-08:00"}
    params = {name: arguments[name].param for name in held}
    form = Form("Try every kind", Action("try every"), params, values=held)
    at.core.answer = lambda incoming: HEARD if isinstance(incoming.asked, Submit) else form
    seen = await at.type("mara", "/try every text:hello")
    for words in held.values():
        assert words in seen
    changed = {"when": "tomorrow morning", "often": "never"}
    await at.submit("mara", changed)
    brought = at.core.last_submit.values
    assert {name: brought[name] for name in held} == {**held, **changed}


async def test_a_form_shows_and_brings_every_kind_of_argument(at: Harness, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(LIST)
    await at.type("tom", "/try every text:hello")
    names = ("notes", "level", "channel", "who", "file")
    params = {name: each.param for name, each in KINDS.commands[0].arguments.items() if name in names}
    form = Form("Try every kind", Action("try every"), params, required=frozenset(("who", "file")))
    at.core.answer = lambda incoming: HEARD if isinstance(incoming.asked, Submit) else form
    seen = (await at.type("mara", "/try every text:hello")).casefold()
    for words in ("notes", "level", "channel", "who", "file", "a list of people"):
        assert words in seen
    values = {"notes": "One\nTwo", "level": "High", "channel": at.channel.name, "who": "@tom", "file": str(path)}
    await at.submit("mara", values)
    await check_kinds(at, at.core.asked[-1], "people.csv")
    assert at.core.last_submit.values["notes"] == "One\nTwo"


async def test_several_choices_of_a_form_come_together_and_those_it_holds_stay(at: Harness) -> None:
    params = {name: each.param for name, each in KINDS.commands[0].arguments.items() if name in ("ways", "text")}
    form = Form("Try", Action("try every"), params, values={"ways": "down, along"})
    at.core.answer = lambda incoming: HEARD if isinstance(incoming.asked, Submit) else form
    await at.type("mara", "/try every text:hello")
    await at.submit("mara", {"text": "hello"})
    assert at.core.last_submit.values["ways"] == "down, along"
    await at.type("mara", "/try every text:hello")
    await at.submit("mara", {"ways": "Along, Upwards"})
    reading = Reading(Words("en", ZoneInfo("UTC")), datetime(2026, 3, 2, tzinfo=UTC))
    ways = params["ways"]
    assert isinstance(ways, Choices)
    assert ways.read(at.core.last_submit.values["ways"], reading) == ("up", "along")


async def test_somebody_a_form_holds_already_stays_and_is_shown_by_name(at: Harness, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(LIST)
    await at.type("tom", "/try every text:hello")
    account = Account(at.platform.name, at.direct("tom").account, "tom")
    params = {name: each.param for name, each in KINDS.commands[0].arguments.items() if name in ("who", "file")}
    form = Form("Try", Action("try every"), params, values={"who": mention_of(account)})
    at.core.answer = lambda incoming: HEARD if isinstance(incoming.asked, Submit) else form
    seen = await at.type("mara", "/try every text:hello")
    assert "tom" in seen
    assert f"|{account.name}>" not in seen
    await at.submit("mara", {"file": str(path)})
    incoming = at.core.asked[-1]
    assert incoming.accounts[values_of(incoming)["who"]] == account


async def test_a_file_that_is_gone_when_it_is_read_is_refused_with_a_way_on(at: Harness, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(LIST)
    await at.type("mara", f"/try every text:hello file:{path}")
    file = at.core.asked[-1].files[values_of(at.core.asked[-1])["file"]]
    await at.lose_files()
    path.unlink()
    with pytest.raises(Refused, match=r"people\.csv"):
        await file.read(100)


def places(at: Harness) -> list[Address]:
    return [at.channel, at.direct("mara")]


async def test_what_is_sent_is_seen_where_it_was_sent(at: Harness) -> None:
    await at.type("mara", "/help")
    await at.platform.send(at.channel, Reply(rich("This week in Berlin"), (CARD,), privacy=PUBLIC), "a")
    await at.platform.send(at.direct("mara"), Reply(rich("Tomorrow: Jo plays")), "b")
    assert "This week in Berlin" in await at.channel_of("tom")
    assert "Tomorrow: Jo plays" in await at.inbox_of("mara")
    assert "Tomorrow: Jo plays" not in await at.channel_of("mara")
    assert "Tomorrow: Jo plays" not in await at.inbox_of("tom")


async def test_a_sent_message_is_found_by_its_key_even_when_its_receipt_was_lost(at: Harness) -> None:
    receipts = {}
    for place in places(at):
        for key in ("digest:1:2026-W48:x:1", "digest:1:2026-W48:x:2"):
            receipts[place, key] = await at.platform.send(place, Reply(rich(key)), key)
    await at.restart()
    for (place, key), receipt in receipts.items():
        found = await at.platform.find_sent(place, key, LONG_AGO)
        assert found is not None
        assert found.message == receipt.message


async def test_a_message_is_not_found_by_another_key_or_place_or_before_it_was_sent(at: Harness) -> None:
    await at.platform.send(at.channel, Reply(rich("This week")), "one")
    assert await at.platform.find_sent(at.channel, "two", LONG_AGO) is None
    assert await at.platform.find_sent(at.channel, "on", LONG_AGO) is None
    assert await at.platform.find_sent(at.direct("mara"), "one", LONG_AGO) is None
    assert await at.platform.find_sent(at.channel, "one", FAR_OFF) is None


async def test_an_edit_takes_the_place_of_the_message(at: Harness) -> None:
    receipt = await at.platform.send(at.channel, Reply(rich("At eight"), privacy=PUBLIC), "one")
    await at.platform.send(at.channel, Reply(rich("Another"), privacy=PUBLIC), "two")
    await at.restart()
    await at.platform.edit(receipt, Reply(rich("At nine"), (CARD,), privacy=PUBLIC))
    seen = await at.channel_of("mara")
    assert "At nine" in seen
    assert "At eight" not in seen
    assert "Another" in seen
    assert await at.platform.find_sent(at.channel, "one", LONG_AGO) is not None


async def test_what_cannot_be_reached_is_said_to_be(at: Harness) -> None:
    with pytest.raises(Unreachable):
        await at.platform.send(at.gone, Reply(rich("Anybody?")), "one")


async def test_a_channel_is_found_by_what_people_call_it(at: Harness) -> None:
    found = await at.platform.channel(at.channel.workspace, f"#{at.channel.name}")
    assert found is not None
    assert (found.id, found.workspace) == (at.channel.id, at.channel.workspace)
    assert await at.platform.channel(at.channel.workspace, "no such channel!") is None
    assert await at.platform.channel("elsewhere", at.channel.name) is None


async def test_a_moment_is_shown_with_its_weekday_and_a_zone_or_by_the_platform_itself(at: Harness) -> None:
    moment = datetime(2026, 12, 4, 19, 0, tzinfo=UTC)
    at.core.answer = saying(Reply(rich("It starts ", When(moment))))
    seen = await at.type("mara", "/event show 17")
    assert ("Friday" in seen and "2026" in seen) or str(int(moment.timestamp())) in seen


async def test_a_links_text_and_address_both_arrive(at: Harness) -> None:
    at.core.answer = saying(Reply(rich("See ", Link("the page", "https://example.org/n?a=1&b=2"), ".")))
    seen = await at.type("mara", "/event show 17")
    assert "the page" in seen
    assert "https://example.org/n?a=1&b=2" in seen


# ---- limits: what fits is taken, what does not is refused before anybody sees a part of it

PIECE = "word "


def filled(length: int, limits: Limits) -> str:
    """Words that measure exactly `length`."""
    text = (PIECE * length)[: length - 1] + "x"
    assert limits.measure(rich(text)) == length
    return text


def button(index: int) -> Button:
    return Button(f"Going {index}", Action("going", str(index)))


SIZES: dict[str, tuple[Callable[[Limits], int], Callable[[int, Limits], Reply]]] = {
    "message": (lambda limits: limits.message_length, lambda size, limits: Reply(rich(filled(size, limits)))),
    "cards": (
        lambda limits: min(limits.cards, limits.parts // max(1, limits.weigh(Card(title=rich("Night"))))),
        lambda size, _limits: Reply(cards=tuple(Card(title=rich(f"Night {index}")) for index in range(size))),
    ),
    "title": (
        lambda limits: limits.title_length,
        lambda size, limits: Reply(cards=(Card(title=rich(filled(size, limits))),)),
    ),
    "body": (
        lambda limits: limits.body_length,
        lambda size, limits: Reply(cards=(Card(title=rich("Night"), body=rich(filled(size, limits))),)),
    ),
    "fields": (
        lambda limits: limits.fields,
        lambda size, _limits: Reply(
            cards=(Card(rich("Night"), fields=tuple(Field(f"Name {index}", rich("x")) for index in range(size))),)
        ),
    ),
    "controls": (
        lambda limits: limits.controls,
        lambda size, _limits: Reply(cards=(Card(rich("Night"), controls=tuple(button(each) for each in range(size))),)),
    ),
    "label": (
        lambda limits: limits.label_length,
        lambda size, limits: Reply(cards=(Card(rich("Night"), controls=(Button(filled(size, limits), GOING),)),)),
    ),
    "options": (
        lambda limits: limits.options,
        lambda size, _limits: Reply(
            cards=(
                Card(
                    rich("Night"),
                    controls=(Menu("Kind", GOING, tuple(Option(f"Kind {each}", str(each)) for each in range(size))),),
                ),
            )
        ),
    ),
    "files": (
        lambda limits: limits.files,
        lambda size, _limits: Reply(
            rich("Here"), files=tuple(File(f"{index}.ics", b"x", "text/calendar") for index in range(size))
        ),
    ),
}


@pytest.mark.parametrize("what", SIZES)
async def test_a_message_at_a_limit_is_taken_and_one_beyond_it_refused(at: Harness, what: str) -> None:
    limit, make = SIZES[what]
    most = limit(at.platform.limits)
    await at.platform.send(at.channel, make(most, at.platform.limits), "at")
    with pytest.raises(ValueError):  # noqa: PT011 - each platform says it in its own words
        await at.platform.send(at.channel, make(most + 1, at.platform.limits), "beyond")
    assert await at.platform.find_sent(at.channel, "beyond", LONG_AGO) is None


@pytest.mark.parametrize("what", SIZES)
async def test_whatever_is_fitted_to_the_limits_is_taken(at: Harness, what: str) -> None:
    limit, make = SIZES[what]
    limits = at.platform.limits
    for message in fit(make(limit(limits) * 3 + 1, limits), limits).messages:
        await at.platform.send(at.channel, message, "fitted")
    card = replace(CARD, body=rich(filled(limits.body_length, limits)), title=rich(filled(limits.title_length, limits)))
    for message in fit(Reply(rich(filled(limits.message_length, limits)), (card,) * 20), limits).messages:
        await at.platform.send(at.channel, message, "fitted")
