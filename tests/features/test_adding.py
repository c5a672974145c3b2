"""Events added by a link, shown beside what may be the same, and coming again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.events import Kind, Price, SourceEvent, Timing
from bot.domain.pages import Page
from bot.domain.resources import Kind as PageKind
from bot.domain.sources import PageEvents
from bot.errors import Refused
from bot.fit import plain
from bot.i18n import N_
from bot.ports import NoWeb
from bot.request import Point, Pointed, Press, Submit
from bot.ui import Answer, Form, Menu, Reply
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
LINK = "https://kantine.example/modular"
ALIEN = "@everyone <@&1> <!channel> [x](javascript:alert(1)) **b** {title} %s"


@dataclass(slots=True)
class Calendars(NoWeb):
    """What pages tell of; nothing else can be read."""

    pages: dict[str, PageEvents] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def events(self, url: str, zone: str) -> PageEvents:
        self.asked.append(url)
        if url not in self.pages:
            raise Refused(N_("{url} does not answer."), url=url)
        return self.pages[url]


def told(title: str = "Late Night Modular", starts: str = "2026-12-04T20:00", **says: object) -> SourceEvent:
    """On the wall in Berlin, for three hours."""
    begins = datetime.fromisoformat(starts)
    timing = Timing(begins, begins + timedelta(hours=3), "Europe/Berlin")
    event = SourceEvent(uid=title + starts, title=title, timing=timing)
    return replace(event, **says)  # type: ignore[arg-type]  # the fields of SourceEvent, as tests name them


WHOLE = told(
    description="Six hours of patches",
    location="Kantine, Am Wriezener Bahnhof, 10243 Berlin",
    link="https://kantine.example/tickets/7",
    categories=("Techno", "dub"),
    kind=Kind.CONCERT,
    price=Price(Decimal(15), "EUR"),
    online_link="https://stream.example/kantine",
)


@pytest.fixture
def web() -> Calendars:
    return Calendars({LINK: PageEvents((WHOLE,))})


@pytest.fixture
async def ana(database_url: str, web: Calendars) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW, web) as person:
        yield person


def fields(answer: Answer) -> dict[str, str]:
    """What the card says, by the names of its fields."""
    assert isinstance(answer, Reply), answer
    assert not answer.is_refusal, words(answer)
    return {each.name: plain(each.value) for card in answer.cards for each in card.fields}


def title(answer: Answer) -> str:
    assert isinstance(answer, Reply), answer
    return plain(answer.cards[0].title)


def menu(answer: Answer) -> Menu:
    assert isinstance(answer, Reply)
    return next(each for card in answer.cards for each in card.controls if isinstance(each, Menu))


async def saved(who: Somebody, line: str) -> Reply:
    done = await who.presses(await who.says(line), "Save")
    assert isinstance(done, Reply)
    assert not done.is_refusal, words(done)
    return done


# --- what the page says ---


@pytest.mark.parametrize("line", [f"/event add link:{LINK}", f"/event add {LINK}", f"/event add <{LINK}>"])
async def test_a_link_alone_fills_in_all_that_its_page_says(ana: Somebody, line: str) -> None:
    asked = await ana.says(line)
    said = fields(asked)
    assert title(asked) == "Late Night Modular"
    assert said["Starts"] == "Friday, December 4, 2026, 8:00 PM (Europe/Berlin, CET)"
    assert said["City"] == "Berlin, DE"
    assert said["Venue"] == "Kantine"
    assert said["Page"] == "https://kantine.example/tickets/7"
    assert said["Online link"] == "https://stream.example/kantine"
    assert said["Kind"] == "Concert"
    assert said["Genres"] == "techno and dub"
    assert said["Price"] == "€15"
    done = await ana.presses(asked, "Save")
    assert title(done) == "Late Night Modular"


async def test_what_was_typed_counts_more_than_what_the_page_says(ana: Somebody) -> None:
    asked = await ana.says(f'/event add My night {LINK} price:free venue:"The attic"')
    assert title(asked) == "My night"
    assert fields(asked)["Price"] == "free"
    assert fields(asked)["Venue"] == "The attic"


async def test_change_opens_the_form_filled_in_and_what_is_emptied_stays_so(ana: Somebody, web: Calendars) -> None:
    form = await ana.presses(await ana.says(f"/event add {LINK}"), "Change")
    assert isinstance(form, Form)
    assert form.values["title"] == "Late Night Modular"
    assert form.values["when"] == "2026-12-04 20:00 Europe/Berlin"
    assert form.values["link"] == "https://kantine.example/tickets/7"
    again = await ana.ask(Submit(form.action, {**form.values, "price": "", "title": "Mine"}))
    assert title(again) == "Mine"
    assert "Price" not in fields(again)
    assert web.asked == [LINK]


async def test_nothing_is_asked_of_the_web_where_title_and_time_are_said(ana: Somebody, web: Calendars) -> None:
    await ana.says(f'/event add Night when:"friday 20:00" link:{LINK}')
    assert not web.asked


async def test_times_without_a_zone_are_on_the_wall_of_the_city(ana: Somebody, web: Calendars) -> None:
    web.pages[LINK] = PageEvents((told(location="Fabric, London", is_floating=True),))
    assert fields(await ana.says(f"/event add {LINK}"))["Starts"].endswith("8:00 PM (Europe/London, GMT)")
    said = await ana.says(f'/event add {LINK} city:"New York"')
    assert fields(said)["Starts"].endswith("8:00 PM (America/New_York, EST)")


async def test_times_with_an_offset_are_told_by_the_wall_of_the_city(ana: Somebody, web: Calendars) -> None:
    utc = Timing(datetime.fromisoformat("2026-12-04T19:00"), datetime.fromisoformat("2026-12-04T22:00"), "UTC")
    web.pages[LINK] = PageEvents((told(location="Fabric, London", timing=utc),))
    assert fields(await ana.says(f"/event add {LINK}"))["Starts"].endswith("7:00 PM (Europe/London, GMT)")
    web.pages[LINK] = PageEvents((told(timing=utc),))
    assert "UTC" not in fields(await ana.says(f"/event add {LINK}"))["Starts"]


async def test_an_end_that_the_page_does_not_say_is_said_to_be_a_guess(ana: Somebody, web: Calendars) -> None:
    at = datetime.fromisoformat("2026-12-04T20:00")
    web.pages[LINK] = PageEvents((told(timing=Timing(at, at, "Europe/Berlin"), has_end=False),))
    assert "as no end was given" in fields(await ana.says(f"/event add {LINK}"))["Ends"]


async def test_whole_days_stay_whole_days(ana: Somebody, web: Calendars) -> None:
    first = datetime.fromisoformat("2026-12-04")
    festival = Timing(first, first + timedelta(days=3), "Europe/Berlin", is_all_day=True)
    web.pages[LINK] = PageEvents((told("Festival", timing=festival),))
    asked = await ana.says(f"/event add {LINK}")
    assert fields(asked)["Starts"] == "Friday, December 4, 2026"
    assert fields(asked)["Ends"] == "Sunday, December 6, 2026, whole days"
    done = await ana.presses(asked, "Save")
    assert fields(done)["When"] == "Friday, December 4, 2026 to Sunday, December 6, 2026"


async def test_a_series_keeps_its_rule_and_begins_with_its_next_time(ana: Somebody, web: Calendars) -> None:
    begins = datetime.fromisoformat("2026-11-06T20:00")
    weekly = Timing(begins, begins + timedelta(hours=3), "Europe/Berlin", rrule="FREQ=WEEKLY;COUNT=10;BYDAY=FR")
    web.pages[LINK] = PageEvents((told(timing=weekly),))
    said = fields(await ana.says(f"/event add {LINK}"))
    assert said["Starts"].startswith("Friday, November 27, 2026")
    assert said["Repeats"] == "every Friday, 7 times"
    odd = replace(weekly, rrule="FREQ=MONTHLY;BYMONTHDAY=-3")
    web.pages[LINK] = PageEvents((told(timing=odd),))
    asked = await ana.says(f"/event add {LINK}")
    assert fields(asked)["Repeats"] == "every month"
    assert fields(await ana.presses(asked, "Save"))["Repeats"] == "every month"


async def test_a_series_that_begins_beside_its_own_rule_can_be_saved(ana: Somebody, web: Calendars) -> None:
    begins = datetime.fromisoformat("2026-12-02T20:00")
    beside = Timing(begins, begins + timedelta(hours=3), "Europe/Berlin", rrule="FREQ=WEEKLY;BYDAY=FR")
    web.pages[LINK] = PageEvents((told(timing=beside),))
    asked = await ana.says(f"/event add {LINK}")
    assert fields(asked)["Next dates"] == "Wed, Dec 2, Fri, Dec 4, and Fri, Dec 11"
    assert fields(await ana.presses(asked, "Save"))["Repeats"] == "every Friday"


# --- several, none, over ---


async def test_of_several_events_another_can_be_chosen_and_is_shown_anew(ana: Somebody, web: Calendars) -> None:
    second = told("Second night", "2026-12-05T20:00", link="https://kantine.example/second", price=None)
    web.pages[LINK] = PageEvents((WHOLE, second))
    asked = await ana.says(f"/event add {LINK}")
    choose = menu(asked)
    assert choose.label == "Another of the 2 events of this page"
    assert [each.label for each in choose.options] == [
        "1. Fri, Dec 4 · Late Night Modular",
        "2. Sat, Dec 5 · Second night",
    ]
    other = await ana.ask(Press(choose.action, "2"))
    assert isinstance(other, Reply)
    assert other.replaces
    assert title(other) == "Second night"
    assert fields(other)["Page"] == "https://kantine.example/second"
    assert "Price" not in fields(other)
    first = await ana.ask(Press(menu(other).action, "1"))
    assert isinstance(first, Reply)
    assert title(first) == "Late Night Modular"
    assert web.asked == [LINK] * 3
    assert title(await ana.presses(first, "Save")) == "Late Night Modular"


async def test_what_was_said_stays_when_another_is_chosen(ana: Somebody, web: Calendars) -> None:
    web.pages[LINK] = PageEvents((WHOLE, told("Second night", "2026-12-05T20:00")))
    asked = await ana.says(f"/event add {LINK} price:free")
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    again = await ana.ask(Submit(form.action, {**form.values, "about": "Bring patch cables", "title": "Ours"}))
    other = await ana.ask(Press(menu(again).action, "2"))
    assert title(other) == "Ours"
    assert words(other).endswith("Bring patch cables")
    assert fields(other)["Starts"].startswith("Saturday, December 5")
    assert fields(other)["Price"] == "free"


async def test_of_a_thousand_some_are_offered_and_all_can_be_chosen_by_number(ana: Somebody, web: Calendars) -> None:
    many = tuple(told(f"Night {number}", link=f"{LINK}/{number}") for number in range(1, 1001))
    web.pages[LINK] = PageEvents(many[:200], more=800)
    asked = await ana.says(f"/event add {LINK}")
    assert menu(asked).label == "Another of the 1,000 events of this page"
    assert len(menu(asked).options) == 25
    assert title(await ana.says(f"/event add {LINK} pick:200")) == "Night 200"
    form = await ana.says_form(f"/event add {LINK} pick:201")
    assert form.errors["pick"] == "This page tells of 200 events that I can read. Choose a number up to that."
    form = await ana.says_form(f"/event add {LINK} pick:0")
    assert "pick" in form.errors


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (None, "That page tells of no event that I can read: say title and when yourself."),
        (Page(LINK), "That page tells of no event that I can read: say title and when yourself."),
        (
            Page(LINK, title="How to patch", kind=PageKind.ARTICLE),
            "That page is an article called “How to patch”. "
            "It tells of no event that I can read: say title and when yourself.",
        ),
        (
            Page(LINK, title="How to patch"),
            "That page is called “How to patch”. It tells of no event that I can read: say title and when yourself.",
        ),
    ],
)
async def test_a_page_without_an_event_says_what_was_found_and_nothing_is_lost(
    ana: Somebody, web: Calendars, page: Page | None, says: str
) -> None:
    web.pages[LINK] = PageEvents((), page)
    form = await ana.says_form(f'/event add {LINK} about:"All night"')
    assert form.errors == {"title": says, "when": "Please fill this in."}
    assert form.values == {"link": LINK, "about": "All night"}
    asked = await ana.ask(Submit(form.action, {**form.values, "title": "Night", "when": "friday 20:00"}))
    assert title(asked) == "Night"


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (told(starts="2026-11-20T20:00"), "“Late Night Modular” is over: it was on Friday, November 20, 2026."),
        (told(starts="2026-11-25T14:00"), "“Late Night Modular” began already, on Wednesday, November 25, 2026."),
        (told(is_cancelled=True), "“Late Night Modular” is cancelled, as its page says."),
        (
            told(
                timing=Timing(
                    datetime.fromisoformat("2026-01-02T20:00"),
                    datetime.fromisoformat("2026-01-02T23:00"),
                    "Europe/Berlin",
                    rrule="FREQ=WEEKLY;COUNT=3",
                )
            ),
            "“Late Night Modular” is over: it repeats no more.",
        ),
        (told(starts="9000-01-01T20:00"), "9000"),
        (
            told(
                timing=Timing(
                    datetime.fromisoformat("1955-06-01T18:00"), datetime.fromisoformat("1955-06-01T21:00"), "UTC"
                )
            ),
            "1955",
        ),
    ],
)
async def test_what_is_over_or_cancelled_is_said_to_be(
    ana: Somebody, web: Calendars, event: SourceEvent, says: str
) -> None:
    web.pages[LINK] = PageEvents((event,))
    form = await ana.says_form(f"/event add {LINK}")
    assert says in form.errors["when"]


@pytest.mark.parametrize("when", ["2026-12-11 20:00", "2026-12-01 20:00"])
async def test_at_another_time_than_its_page_says_it_lasts_as_long_and_does_not_come_again(
    ana: Somebody, web: Calendars, when: str
) -> None:
    begins = datetime.fromisoformat("2026-12-04T20:00")
    weekly = Timing(begins, begins + timedelta(hours=3), "Europe/Berlin", rrule="FREQ=WEEKLY")
    web.pages[LINK] = PageEvents((told(timing=weekly),))
    said = fields(await ana.says(f'/event add {LINK} when:"{when}"'))
    day = said["Starts"].removesuffix(", 8:00 PM (Europe/Berlin, CET)")
    assert said["Ends"] == f"{day}, 11:00 PM (Europe/Berlin, CET)"
    assert "Repeats" not in said
    assert "Repeats" in fields(await ana.says(f'/event add {LINK} when:"2026-12-04 20:00"'))


async def test_what_is_over_comes_again_when_only_its_time_is_said(ana: Somebody, web: Calendars) -> None:
    web.pages[LINK] = PageEvents((told(starts="2026-01-02T20:00"),))
    form = await ana.says_form(f"/event add {LINK}")
    again = await ana.ask(Submit(form.action, {**form.values, "when": "2026-12-11 20:00"}))
    assert title(again) == "Late Night Modular"
    assert fields(again)["Ends"] == "Friday, December 11, 2026, 11:00 PM (Europe/Berlin, CET)"


async def test_a_page_that_cannot_be_read_is_told_in_the_form(ana: Somebody) -> None:
    form = await ana.says_form("/event add https://gone.example/ venue:Attic")
    assert form.errors["title"] == "https://gone.example/ does not answer."
    assert form.values == {"link": "https://gone.example/", "venue": "Attic"}


async def test_whatever_a_page_says_becomes_one_plain_event(ana: Somebody, web: Calendars) -> None:
    wild = told(
        f"{ALIEN}\u202e\n" + "x" * 500,
        description=f"{ALIEN}\n" * 1_000,
        location=f"{ALIEN} " * 100,
        link="javascript:alert(1)",
        online_link="https://[",
        categories=("a, b", "c" * 100, "", "@everyone"),
    )
    web.pages[LINK] = PageEvents((wild,))
    asked = await ana.says(f"/event add {LINK}")
    assert title(asked).startswith("@everyone <@&1> <!channel> [x](javascript:alert(1)) **b** {title} %s")
    assert fields(asked)["Page"] == LINK
    assert "Online link" not in fields(asked)
    assert fields(asked)["Genres"] == "a b and @everyone"
    assert title(await ana.presses(asked, "Save")) == title(asked)


# --- from a message ---


async def test_a_message_with_a_link_is_completed_from_its_page_when_its_form_is_sent(
    ana: Somebody, web: Calendars
) -> None:
    form = await ana.ask(Point("event add", Pointed(f"Who comes?\n{LINK}", "https://chat.example/1")))
    assert isinstance(form, Form)
    assert not web.asked
    assert not form.required
    assert form.values == {"title": "Who comes?", "link": LINK, "about": LINK}
    asked = await ana.ask(Submit(form.action, dict(form.values)))
    assert title(asked) == "Who comes?"
    assert fields(asked)["Starts"].startswith("Friday, December 4")


# --- what may be the same ---


async def test_what_may_be_the_same_is_shown_before_saving_and_can_be_saved_anyway(ana: Somebody) -> None:
    await saved(ana, '/event add Late Night Modular when:"2026-12-04 20:00" city:Berlin')
    await saved(ana, '/event add Contract law when:"2026-12-04 20:00" city:Berlin')
    asked = await ana.says('/event add "Late-night modular!" when:"2026-12-04 21:30" city:Berlin')
    there = fields(asked)["In the calendar already"]
    assert there.startswith("Late Night Modular · ")
    assert "Contract law" not in there
    shown = await ana.presses(asked, "Details")
    assert title(shown) == "Late Night Modular"
    done = await ana.presses(asked, "Save")
    assert title(done) == "Late-night modular!"


async def test_the_same_page_is_the_same_event_by_whatever_address(ana: Somebody, web: Calendars) -> None:
    await saved(ana, f"/event add {LINK}")
    asked = await ana.says(
        '/event add Nachts when:"2026-12-05 12:00" link:http://www.kantine.example/tickets/7/?utm_source=x#go'
    )
    assert fields(asked)["In the calendar already"].startswith("Late Night Modular · ")
    assert len(web.asked) == 1


async def test_several_have_a_button_each(ana: Somebody) -> None:
    for name in ("Night one", "Night two"):
        await saved(ana, f'/event add {name} when:"2026-12-04 20:00"')
    asked = await ana.says('/event add Night when:"2026-12-04 20:00"')
    assert title(await ana.presses(asked, "Details: Night two")) == "Night two"


async def test_save_pressed_many_times_saves_once(ana: Somebody) -> None:
    asked = await ana.says(f"/event add {LINK}")
    answers = await asyncio.gather(*(ana.presses(asked, "Save") for _ in range(5)))
    assert all(isinstance(each, Reply) for each in answers)
    again = await ana.says(f"/event add {LINK}")
    assert fields(again)["In the calendar already"].count("Late Night Modular") == 1
    olga = replace(ana, name="olga", is_organiser=True)
    audit = words(await olga.says("/greenroom audit"))
    assert audit.count("Event “Late Night Modular” shared") == 1


# --- how many ---


async def test_who_is_new_adds_three_events_on_the_first_day_and_organisers_any_number(ana: Somebody) -> None:
    for number in range(3):
        await saved(ana, f'/event add Night {number} when:"friday 20:00"')
    refused = await ana.says('/event add Night 4 when:"friday 20:00"')
    assert refused.is_refusal
    assert "In the first 24 hours here you can add 3 events." in words(refused)
    olga = replace(ana, name="olga", is_organiser=True)
    for number in range(4):
        await saved(olga, f'/event add Day {number} when:"friday 12:00"')


# --- what comes again ---


async def test_what_comes_again_is_shown_in_words_with_its_next_dates(ana: Somebody) -> None:
    asked = await ana.says('/event add Night when:"2026-12-04 20:00" repeats:"first friday, 10 times"')
    assert fields(asked)["Repeats"] == "on the first Friday of every month, 10 times"
    assert fields(asked)["Next dates"] == "Fri, Dec 4, Fri, Jan 1, and Fri, Feb 5"
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    assert form.values["repeats"] == "on the first Friday of every month 10 times"
    assert fields(await ana.presses(asked, "Save"))["Repeats"] == "on the first Friday of every month, 10 times"


@pytest.mark.parametrize(
    ("repeats", "says"),
    [
        ("every monday", "does not fall on that day"),
        ("every hour", "once a day at most"),
        ("weekly until 1 november 2026", "is before its start"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "never take place"),
        ("now and then", "does not say how it repeats"),
    ],
)
async def test_what_cannot_come_again_like_that_is_said_in_the_form(ana: Somebody, repeats: str, says: str) -> None:
    form = await ana.says_form(f'/event add Night when:"2026-12-04 20:00" repeats:"{repeats}"')
    assert says in form.errors["repeats"]
    assert form.values["title"] == "Night"
