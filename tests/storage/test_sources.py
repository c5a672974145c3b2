"""Events that several sources tell of: one of them, apart again, off, and left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.events import Attendance, Details, Edit, FromSource, Search, Status
from bot.domain.people import Caller
from storage.database import Database
from tests.storage.making import FRIDAY, NOW, account, add, bring, event, found, titles, told, workspace

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLUB, PAPER = "feed:1", "feed:2"
PAGE = "https://club.example/night"


async def tells(database: Database, community: int, *each: FromSource, now: datetime = NOW) -> None:
    await bring(database, community, *each, now=now)


def by(source: str, title: str = "Night", *, uid: str = "n", starts: datetime = FRIDAY, link: str = "") -> FromSource:
    details = Details(title, page_link=link)
    one = told(event(details, starts), uid=uid, digest=f"{title} {starts} {link}", source=source)
    return replace(one, link=link.removeprefix("https://"))


async def going(database: Database, community: int, occurrence: int, name: str = "ada") -> None:
    async with database.writing() as uow:
        who = await uow.people.welcome(
            account(name), workspace("Attic"), is_organiser=False, zone="UTC", locale="en", now=NOW
        )
        await uow.events.answer(community, occurrence, who.person.id, Attendance.GOING, NOW)


async def gone(database: Database, community: int, source: str, *uids: str) -> int:
    async with database.writing() as uow:
        return await uow.events.gone(community, source, uids, NOW)


async def test_the_same_uid_is_one_event_and_goes_when_no_source_tells_of_it(database: Database, attic: int) -> None:
    await tells(database, attic, by(CLUB))
    await tells(database, attic, by(PAPER, "Night at the club"))
    assert await titles(database, attic) == ["Night"]
    assert await gone(database, attic, CLUB, "n") == 0
    assert await titles(database, attic) == ["Night"]
    assert await gone(database, attic, PAPER, "n") == 1
    assert await titles(database, attic) == []
    assert await gone(database, attic, PAPER, "n") == 0
    await tells(database, attic, by(PAPER, "Night at the club"))
    assert await titles(database, attic) == ["Night"]


async def test_the_same_page_and_start_are_one_event_but_not_of_one_source(database: Database, attic: int) -> None:
    await tells(database, attic, by(CLUB, link=PAGE), by(CLUB, "Upstairs", uid="u", link=PAGE))
    assert len(await found(database, attic)) == 2
    await tells(database, attic, by(PAPER, "Elsewhere", uid="p", link=PAGE))
    assert len(await found(database, attic)) == 2
    await tells(database, attic, by(PAPER, "Later", uid="q", link=PAGE, starts=FRIDAY + DAY))
    assert len(await found(database, attic)) == 3


async def test_what_a_member_added_keeps_its_words_and_is_never_off_because_a_feed_ends(
    database: Database, attic: int
) -> None:
    await add(database, attic, event(Details("Our night", page_link=PAGE)))
    await tells(database, attic, by(CLUB, "Their night", link=PAGE))
    [one] = await found(database, attic)
    assert one.details.title == "Our night"
    await tells(database, attic, by(CLUB, "Their night", link=PAGE, starts=FRIDAY + HOUR))
    [one] = await found(database, attic)
    assert one.starts.hour == 19  # an hour later than 18:00 UTC
    assert await gone(database, attic, CLUB, "n") == 0
    assert await titles(database, attic) == ["Our night"]


async def test_sources_that_drift_apart_are_two_and_answers_stay_with_the_older(database: Database, attic: int) -> None:
    await tells(database, attic, by(CLUB))
    await tells(database, attic, by(PAPER, "Night at the club"))
    [one] = await found(database, attic)
    await going(database, attic, one.id)
    await tells(database, attic, by(PAPER, "Night at the club", starts=FRIDAY + 2 * HOUR))
    assert len(await found(database, attic)) == 1
    await tells(database, attic, by(PAPER, "Night at the club", starts=FRIDAY + 3 * HOUR))
    older, younger = await found(database, attic)
    assert (older.id, older.going, younger.going) == (one.id, 1, 0)
    assert younger.details.title == "Night at the club"
    await tells(database, attic, by(CLUB, starts=FRIDAY + 3 * HOUR))
    [again] = await found(database, attic)
    assert (again.id, again.going) == (one.id, 1)


async def test_a_members_edit_outlasts_what_the_feed_says_later(database: Database, attic: int) -> None:
    await tells(database, attic, by(CLUB))
    [one] = await found(database, attic)
    async with database.writing() as uow:
        named = Edit(replace(one.details, title="Ours"), one.starts, one.ends)
        await uow.events.change(attic, one.id, named, NOW)
    await tells(database, attic, by(CLUB, "Theirs anew", starts=FRIDAY + HOUR))
    [now_] = await found(database, attic)
    assert now_.details.title == "Ours"
    assert now_.starts == one.starts + HOUR
    async with database.writing() as uow:
        await uow.events.cancel(attic, one.id, NOW)
    await tells(database, attic, by(CLUB, "Theirs once more", starts=FRIDAY + HOUR))
    assert await titles(database, attic) == []


async def test_a_source_that_is_forgotten_leaves_what_others_tell_and_what_was_answered(
    database: Database, attic: int
) -> None:
    await tells(database, attic, by(CLUB), by(CLUB, "Alone", uid="a"), by(CLUB, "Answered", uid="b"))
    await tells(database, attic, by(PAPER))
    answered = next(each for each in await found(database, attic) if each.details.title == "Answered")
    await going(database, attic, answered.id)
    async with database.writing() as uow:
        await uow.events.forget_source(attic, CLUB, NOW)
    assert sorted(await titles(database, attic)) == ["Answered", "Night"]
    async with database.writing() as uow:
        assert await uow.events.copies(attic, CLUB, NOW) == {}
        assert set(await uow.events.copies(attic, PAPER, NOW)) == {"n"}
        await uow.events.extend(NOW + 400 * DAY, 10)
    assert sorted(await titles(database, attic)) == ["Answered", "Night"]


async def test_who_is_forgotten_last_is_missed_like_the_only_one(database: Database, attic: int) -> None:
    for source in (CLUB, PAPER):
        await tells(database, attic, by(source), by(source, "Answered", uid="b"))
    answered = next(each for each in await found(database, attic) if each.details.title == "Answered")
    await going(database, attic, answered.id)
    assert await gone(database, attic, PAPER, "n", "b") == 0
    async with database.writing() as uow:
        await uow.events.forget_source(attic, CLUB, NOW)
    assert await titles(database, attic) == ["Answered"]


async def test_another_community_is_another_calendar(database: Database, attic: int, cellar: int) -> None:
    await tells(database, attic, by(CLUB, link=PAGE))
    await tells(database, cellar, by(CLUB, "Theirs", link=PAGE))
    assert await gone(database, cellar, CLUB, "n") == 1
    assert await titles(database, attic) == ["Night"]
    async with database.writing() as uow:
        await uow.events.forget_source(cellar, CLUB, NOW)
    assert await titles(database, attic) == ["Night"]


async def test_copies_tell_of_a_series_the_next_of_its_times(database: Database, attic: int, ada: Caller) -> None:
    weekly = told(event("Weekly", rrule="FREQ=WEEKLY"), uid="w", source=CLUB)
    await tells(database, attic, weekly)
    async with database.reading() as uow:
        later = NOW + 30 * DAY
        [known] = (await uow.events.copies(attic, CLUB, later)).values()
    assert later < known.ends < later + 8 * DAY
    async with database.reading() as uow:
        page = await uow.events.find(attic, Search(later), person=ada.person.id, offset=0, limit=1)
    assert known.starts == page.occurrences[0].starts
    assert page.occurrences[0].status is Status.SCHEDULED
