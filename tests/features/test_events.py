"""Finding events, paging through them, and saying who comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.domain.events import Attendance, Details, Kind, Occurrence, Price, Status
from bot.domain.people import Account
from bot.domain.places import Place
from bot.features.events.cards import full_card, short_card
from bot.fit import plain
from bot.i18n import Words
from bot.request import Press, Typed
from bot.ui import Action, Button, Card, Form, LinkButton, Reply
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
"""A Wednesday, 15:00 in Berlin."""

SAY = Words("en", ZoneInfo("Europe/Berlin"))
BERLIN = Place(2950159, "Berlin", "", "DE", 52.5244, 13.4105, 3_426_354, "Europe/Berlin")
NIGHT = Occurrence(
    id=7,
    event_id=3,
    version=1,
    details=Details(
        "Late Night Modular",
        "Bring earplugs.",
        Kind.CONCERT,
        ("techno",),
        "Kantine",
        BERLIN,
        "https://live.example.org",
        "https://example.org",
        Price(Decimal(15), "EUR"),
    ),
    starts=datetime(2026, 11, 27, 19, 0, tzinfo=UTC),
    ends=datetime(2026, 11, 27, 22, 0, tzinfo=UTC),
    zone="Europe/Berlin",
    is_all_day=False,
    rrule="FREQ=WEEKLY;INTERVAL=2",
    status=Status.SCHEDULED,
    going=2,
    maybe=1,
    mine=Attendance.MAYBE,
    added_by="Ana",
    sources=("club.ics",),
)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


async def add(ana: Somebody, title: str, when: str, more: str = "") -> None:
    saved = await ana.presses(await ana.says(f'/event add {title} when:"{when}" {more}'), "Save")
    assert isinstance(saved, Reply)
    assert not saved.is_refusal


def titles(reply: Reply) -> list[str]:
    return [plain(card.title) for card in reply.cards if plain(card.title)]


def shown(card: Card) -> dict[str, str]:
    return {field.name: plain(field.value) for field in card.fields}


async def test_the_soonest_come_first_and_with_words_the_best_match(ana: Somebody) -> None:
    await add(ana, "Techno Friday", "2026-12-11 20:00")
    await add(ana, "Open Evening", "2026-12-04 20:00", 'about:"techno and more"')
    await add(ana, "Jazz Night", "2026-12-01 20:00", "genres:techno")
    assert titles(await ana.says("/event find")) == ["Jazz Night", "Open Evening", "Techno Friday"]
    assert titles(await ana.says("/event find techno")) == ["Techno Friday", "Jazz Night", "Open Evening"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("near:Potsdam", ["Club", "Talk"]),
        ("near:Potsdam within:10", []),
        ("near:Hamburg within:300", ["Club", "Talk"]),
        ("kind:workshop", ["Talk"]),
        ("genre:techno", ["Club"]),
        ("genre:tech", []),
        ("price:free", ["Talk"]),
        ('price:"15 EUR"', ["Club", "Talk"]),
        ('price:"14.99 EUR"', ["Talk"]),
        ('price:"100 USD"', ["Talk"]),
        ("where:online", ["Stream"]),
        ('where:"in person"', ["Club", "Talk"]),
        ('when:"this weekend"', ["Talk"]),
        ("when:tomorrow", ["Club"]),
        ("when:2026-11-26..2026-11-29", ["Club", "Talk"]),
        ("kantine", ["Club"]),
        ("berlin", ["Club", "Talk"]),
        ("workshop", ["Talk"]),
    ],
)
async def test_every_filter_holds(ana: Somebody, asked: str, found: list[str]) -> None:
    await add(ana, "Club", "2026-11-26 22:00", 'city:Berlin venue:Kantine genres:techno price:"15 EUR" kind:concert')
    await add(ana, "Talk", "2026-11-28 10:00", "city:Berlin price:free kind:workshop")
    await add(ana, "Stream", "2026-12-05 10:00", "online:https://example.org/live")
    assert titles(await ana.says(f"/event find {asked}")) == found


async def test_what_was_understood_stands_above_the_results(ana: Somebody) -> None:
    await add(ana, "Club", "2026-11-28 22:00", "city:Berlin genres:techno")
    reply = await ana.says(
        '/event find club near:berlin within:"20 km" when:"this weekend" genre:techno price:"20 EUR"'
    )
    assert plain(reply.text) == (
        "Nothing found · “club” · within 20 km of Berlin, DE · Saturday, November 28, 2026 to Sunday, November 29, 2026"
        " · techno · up to €20\n"
        'Search wider: fewer words, more days (when:"next 90 days") or a larger circle (within:200).'
    )


async def test_pages_of_five_lead_there_and_back(ana: Somebody) -> None:
    ana.is_organiser = True  # who may add more than a few on the first day
    for number in range(12):
        await add(ana, f"Night {number:02}", f"2026-12-{number + 1:02} 20:00")
    first = await ana.says("/event find night")
    assert plain(first.text).startswith("1–5 of 12 events")
    second = await ana.presses(first, "Next")
    assert isinstance(second, Reply)
    assert second.replaces
    third = await ana.presses(second, "Next")
    assert isinstance(third, Reply)
    assert titles(first) + titles(second) + titles(third) == [f"Night {number:02}" for number in range(12)]
    back = await ana.presses(third, "Previous")
    assert isinstance(back, Reply)
    assert titles(back) == titles(second)


async def test_a_search_too_long_for_a_button_is_kept_for_a_day_and_for_its_owner(ana: Somebody) -> None:
    ana.is_organiser = True  # who may add more than a few on the first day
    for number in range(6):
        await add(ana, f"A rather long winded title of an evening {number}", f"2026-12-{number + 1:02} 20:00")
    first = await ana.says('/event find rather long winded title of an evening when:"next 90 days"')
    second = await ana.presses(first, "Next")
    assert isinstance(second, Reply)
    assert len(titles(second)) == 1
    ben = replace(ana, name="ben")
    for person, hours in ((ben, 0), (ana, 25)):
        ana.clock.skip(timedelta(hours=hours))
        refused = await person.presses(first, "Next")
        assert isinstance(refused, Reply)
        assert refused.is_refusal


async def test_nothing_soon_offers_to_look_further(ana: Somebody) -> None:
    await add(ana, "Far Away", "2027-03-04 20:00")
    nothing = await ana.says("/event find away")
    assert "1 is later than that." in plain(nothing.text)
    further = await ana.presses(nothing, "Look further ahead")
    assert isinstance(further, Reply)
    assert titles(further) == ["Far Away"]


async def test_an_event_is_found_by_words_of_its_title_or_its_number(ana: Somebody) -> None:
    await add(ana, "Late Night Modular", "2026-12-01 20:00")
    await add(ana, "Late Breakfast", "2026-12-02 10:00")
    assert titles(await ana.says("/event show modular")) == ["Late Night Modular"]
    several = await ana.ask(Typed("/event show late"))
    assert isinstance(several, Form)
    assert "Late Night Modular · Tue, Dec 1" in several.errors["event"]
    number = several.errors["event"].split("#")[1].split(" ")[0]
    assert len(titles(await ana.says(f"/event show #{number}"))) == 1
    nothing = await ana.ask(Typed("/event show nothing of that name"))
    assert isinstance(nothing, Form)
    assert "/event find" in nothing.errors["event"]


async def test_an_exact_title_is_meant_before_longer_ones(ana: Somebody) -> None:
    await add(ana, "Late Night", "2026-12-01 20:00")
    await add(ana, "Late Night Modular", "2026-12-02 20:00")
    assert titles(await ana.says("/event show late night")) == ["Late Night"]


async def test_answers_are_counted_changed_and_named(ana: Somebody) -> None:
    await add(ana, "Late Night", "2026-12-01 20:00")
    ben = replace(ana, name="ben")
    await ana.says("/event answer late night")
    await ben.says("/event answer late night answer:maybe")
    who = await ana.says("/event who late night")
    assert shown(who.cards[0]) == {"Going (1)": "Ana", "Maybe (1)": "Ben"}
    await ben.says('/event answer late night answer:"not going"')
    who = await ana.says("/event who late night")
    assert shown(who.cards[0]) == {"Going (1)": "Ana", "Not going (1)": "Ben"}
    assert titles(await ana.says("/event mine")) == ["Late Night"]
    assert titles(await ben.says("/event mine")) == []


async def test_of_hundreds_who_come_some_are_named_and_all_are_counted(ana: Somebody) -> None:
    await add(ana, "Late Night", "2026-12-01 20:00")
    accounts = [Account("console", f"fan{number}", f"Fan {number}") for number in range(300)]
    async with ana.bot.database.writing() as uow:
        [event] = await uow.events.suggest(1, "late night", NOW, 1)
        for person in (await uow.people.people_of(accounts)).values():
            await uow.events.answer(1, event.id, person, Attendance.GOING, NOW)
    [(name, value)] = shown((await ana.says("/event who late night")).cards[0]).items()
    assert name == "Going (300)"
    assert value.count("Fan") == 200
    assert value.endswith(", and 100 more")


async def test_my_events_come_in_pages(ana: Somebody) -> None:
    ana.is_organiser = True  # who may add more than a few on the first day
    for number in range(6):
        await add(ana, f"Night {number}", f"2026-12-{number + 1:02} 20:00")
        await ana.says(f"/event answer night {number}")
    first = await ana.says("/event mine")
    assert len(titles(first)) == 5
    rest = await ana.presses(first, "Next")
    assert isinstance(rest, Reply)
    assert titles(rest) == ["Night 5"]


async def test_details_and_who_work_from_their_buttons(ana: Somebody) -> None:
    await add(ana, "Late Night", "2026-12-01 20:00", "venue:Kantine")
    found = await ana.says("/event find")
    details = await ana.presses(found, "Details")
    assert isinstance(details, Reply)
    assert shown(details.cards[0])["Where"] == "Kantine"
    for label, answer in (("Maybe", "You may come"), ("Not going", "You are not going"), ("Going", "You are going")):
        pressed = await ana.presses(details, label)
        assert answer in words(pressed)
    who = await ana.presses(details, "Who")
    assert isinstance(who, Reply)
    assert shown(who.cards[0]) == {"Going (1)": "Ana"}


async def test_the_clock_of_the_city_counts_for_a_new_event(ana: Somebody) -> None:
    confirm = await ana.says('/event add Late Night when:"2026-12-04 20:00" city:Tokyo')
    assert shown(confirm.cards[0])["Starts"] == "Friday, December 4, 2026, 8:00 PM (Asia/Tokyo, JST)"
    await ana.presses(confirm, "Save")
    found = await ana.says("/event find late")
    assert "2026-12-04 11:00 UTC (8:00 PM in Asia/Tokyo, JST)" in words(found)


async def test_a_deadline_has_no_length_and_still_counts(ana: Somebody) -> None:
    confirm = await ana.says('/event add Grant when:"2026-12-04 23:59" kind:deadline')
    assert "Ends" not in shown(confirm.cards[0])
    await ana.presses(confirm, "Save")
    assert titles(await ana.says("/event find grant")) == ["Grant"]


async def test_an_end_before_its_start_is_asked_again(ana: Somebody) -> None:
    form = await ana.ask(Typed('/event add Night when:"2026-12-04 20:00" until:"2026-12-03 20:00"'))
    assert isinstance(form, Form)
    assert set(form.errors) == {"until"}


async def test_buttons_of_a_search_do_not_trust_what_they_carry(ana: Somebody) -> None:
    refused = await ana.ask(Press(Action("event.find", "0/when=soon")))
    assert isinstance(refused, Reply)
    assert refused.is_refusal


def test_a_card_in_a_list_has_the_essentials() -> None:
    card = short_card(NIGHT, SAY)
    assert plain(card.title) == "Late Night Modular"
    assert plain(card.body) == (
        "2026-11-27 19:00 UTC · Kantine, Berlin, DE · online\nConcert · techno · €15 · 2 going, 1 maybe · You may come"
    )
    assert [each.action.written for each in card.controls if isinstance(each, Button)] == [
        "event.going:7",
        "event.show:7",
    ]


def test_a_whole_card_has_everything() -> None:
    card = full_card(NIGHT, SAY)
    assert shown(card) == {
        "When": "2026-11-27 19:00 UTC – 2026-11-27 22:00 UTC",
        "Where": "Kantine, Berlin, DE · online",
        "Kind": "Concert",
        "Genres": "techno",
        "Price": "€15",
        "Repeats": "every 2 weeks",
        "Coming": "2 going, 1 maybe",
        "Your answer": "You may come",
        "Added by": "Ana",
        "From": "club.ics",
    }
    assert [each.url for each in card.controls if isinstance(each, LinkButton)] == [
        "https://example.org",
        "https://live.example.org",
    ]


def test_a_cancelled_event_says_so_and_takes_no_answers() -> None:
    cancelled = replace(NIGHT, status=Status.CANCELLED)
    for card in (short_card(cancelled, SAY), full_card(cancelled, SAY)):
        assert plain(card.title) == "Cancelled: Late Night Modular"
        assert not [each for each in card.controls if isinstance(each, Button)]


@pytest.mark.parametrize(
    ("days", "says"),
    [(1, "Friday, November 27, 2026, all day"), (3, "Friday, November 27, 2026 to Sunday, November 29, 2026")],
)
def test_an_all_day_event_is_told_in_days(days: int, says: str) -> None:
    midnight = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    lasting = replace(NIGHT, is_all_day=True, starts=midnight, ends=midnight + timedelta(days=days))
    assert shown(full_card(lasting, SAY))["When"] == says
