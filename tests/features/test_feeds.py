"""Feeds: organisers add them, and the calendar follows what they tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import Search, Skipped, SourceEvent, Status, Timing
from bot.domain.feeds import FEEDS_MOST, LONGEST_WAIT, TOLD_AFTER
from bot.domain.people import Workspace
from bot.domain.sources import Polled
from bot.errors import Refused
from bot.i18n import N_
from bot.ports import NoWeb
from bot.request import Press, Run
from bot.ui import Button, Card, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
FRIDAY = datetime.fromisoformat("2026-12-04 20:00")
CLUB, PAPER = "https://club.example/events.ics", "https://paper.example/whats-on.ics"


@dataclass(slots=True)
class Feeds(NoWeb):
    """What is in `told` can be read, and nothing else."""

    told: dict[str, Polled] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What happens once, while a feed is asked."""

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        self.asked.append((url, etag, modified))
        if (happens := self.meanwhile) is not None:
            self.meanwhile = None
            await happens()
        if url not in self.told:
            raise Refused(N_("{host} does not answer."), host=url.split("/")[2])
        polled = self.told[url]
        if etag and etag == polled.etag:
            return Polled(url, etag=etag, is_unchanged=True)
        return polled

    def tells(self, url: str, *events: SourceEvent, name: str = "", etag: str = "") -> None:
        self.told[url] = Polled(url, events, name=name or url.split("/")[2], etag=etag)


def night(uid: str, title: str = "", starts: datetime = FRIDAY, **says: object) -> SourceEvent:
    timing = Timing(starts, starts + timedelta(hours=3), "Europe/Berlin")
    return replace(SourceEvent(uid, title or f"Night {uid}", timing), **says)  # type: ignore[arg-type]  # its fields


def nights(count: int) -> list[SourceEvent]:
    return [night(str(number), starts=FRIDAY + timedelta(days=number)) for number in range(count)]


@pytest.fixture
def web() -> Feeds:
    return Feeds()


@pytest.fixture
async def olga(database_url: str, web: Feeds) -> AsyncIterator[Somebody]:
    """An organiser."""
    async with somebody(database_url, NOW, web) as person:
        yield replace(person, name="olga", is_organiser=True)


@pytest.fixture
def ben(olga: Somebody) -> Somebody:
    """A member."""
    return replace(olga, name="ben", is_organiser=False)


async def add(olga: Somebody, url: str = CLUB) -> Reply:
    saved = await olga.presses(await olga.says(f"/feed add {url}"), "Save")
    assert isinstance(saved, Reply)
    return saved


async def goes_by(olga: Somebody, time: timedelta, step: timedelta = timedelta(hours=1)) -> None:
    for _ in range(time // step):
        olga.clock.skip(step)
        await olga.bot.work()
        await olga.bot.chores.settled()
        await olga.bot.work()


async def calendar(who: Somebody) -> dict[str, list[Status]]:
    """By title: its coming times, cancelled ones too."""
    await who.says("/help")
    async with who.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        search = Search(since=who.clock.now())
        page = await uow.events.find(community.id, search, person=None, offset=0, limit=200)
    found: dict[str, list[Status]] = {}
    for each in page.occurrences:
        found.setdefault(each.details.title, []).append(each.status)
    return found


def heard(who: Somebody, name: str) -> list[str]:
    platform = who.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    return [words(reply) for to, reply, _ in platform.taken if getattr(to, "account", "") == name]


def fields(card: Card) -> dict[str, str]:
    return {each.name: "".join(str(piece) for piece in each.value.pieces) for each in card.fields}


async def test_a_feed_is_shown_before_it_is_saved_and_its_events_come_in(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(4), name="The Club")
    asked = await olga.says(f"/feed add {CLUB}")
    shown = fields(asked.cards[0])
    assert shown["Coming events"] == "4"
    assert "Night 0" in shown["Next"]
    assert await calendar(olga) == {}
    saved = await olga.presses(asked, "Save")
    assert words(saved).startswith("Saved. 4 events added.")
    assert set(await calendar(olga)) == {f"Night {number}" for number in range(4)}
    again = await olga.presses(asked, "Save")
    assert isinstance(again, Reply)
    listed = await olga.says("/feed list")
    assert words(listed).startswith("1 feed")
    assert "The Club" in words(listed)
    card, *_ = (await olga.says("/event show Night 2")).cards
    assert fields(card)["From"] == "The Club"


async def test_webcal_is_https_and_the_same_feed_is_added_once(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(1))
    await add(olga, CLUB.replace("https", "webcal"))
    refused = await olga.says(f"/feed add {CLUB}")
    assert refused.is_refusal
    assert "added already, as #1" in words(refused)


async def test_a_community_has_so_many_feeds(olga: Somebody, web: Feeds) -> None:
    for number in range(FEEDS_MOST):
        web.tells(f"https://c{number}.example/f.ics", night(str(number)))
        await add(olga, f"https://c{number}.example/f.ics")
    web.tells(CLUB, night("more"))
    assert f"at most {FEEDS_MOST} feeds" in words(await olga.says(f"/feed add {CLUB}"))


async def test_only_organisers_see_feeds(olga: Somebody, ben: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(2))
    await add(olga)
    listed = await olga.says("/feed list")
    for path, values in (("add", {"link": PAPER}), ("list", {}), ("check", {"feed": "1"}), ("remove", {"feed": "1"})):
        refused = await ben.ask(Run(("feed", path), values))
        assert "Only organisers" in words(refused), path
    eve = replace(olga, name="eve", workspace=Workspace("console", "elsewhere", "Elsewhere"))
    for control in listed.cards[0].controls:
        assert isinstance(control, Button)
        for who in (ben, eve):
            answer = await who.ask(Press(control.action))
            assert isinstance(answer, Reply)
            assert answer.is_refusal, control
    form = await eve.says_form("/feed check 1")
    assert "There is no feed" in form.errors["feed"]


async def test_what_changes_changes_and_what_vanishes_is_cancelled_and_both_are_told(
    olga: Somebody, ben: Somebody, web: Feeds
) -> None:
    first, second, *others = nights(6)
    web.tells(CLUB, first, second, *others)
    await add(olga)
    for title in ("Night 0", "Night 1"):
        await ben.says(f'/event answer "{title}" answer:going')
    moved = replace(first, timing=replace(first.timing, starts=FRIDAY + timedelta(hours=1)))
    web.tells(CLUB, moved, *others)
    await goes_by(olga, timedelta(hours=3))
    found = await calendar(olga)
    assert "Night 1" not in found
    told = [said for said in heard(olga, "ben") if "Night" in said]
    assert len(told) == 2
    assert any("Night 0 was moved" in said for said in told)
    assert any("Night 1 was cancelled" in said for said in told)
    web.tells(CLUB, moved, second, *others)
    await goes_by(olga, timedelta(hours=3))
    assert "Night 1" in await calendar(olga)
    assert any("Night 1 takes place after all" in said for said in heard(olga, "ben"))


async def test_what_answers_not_modified_is_left_as_it_is(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(3), etag='"one"')
    await add(olga)
    await goes_by(olga, timedelta(hours=4))
    assert [etag for _, etag, _ in web.asked[2:]] == ['"one"'] * 4
    assert len(await calendar(olga)) == 3


@pytest.mark.parametrize("hours", [1, 2])
async def test_a_feed_that_is_empty_for_an_hour_loses_nothing(olga: Somebody, web: Feeds, hours: int) -> None:
    web.tells(CLUB, *nights(8), etag='"full"')
    await add(olga)
    web.tells(CLUB, name="club.example", etag='"empty"')
    await goes_by(olga, timedelta(hours=hours))
    assert len(await calendar(olga)) == 8
    assert "Over half of its coming events are missing" in fields((await olga.says("/feed list")).cards[0])["Held back"]
    web.tells(CLUB, *nights(8), etag='"full"')
    await goes_by(olga, timedelta(hours=12))
    assert len(await calendar(olga)) == 8
    assert "Held back" not in fields((await olga.says("/feed list")).cards[0])


async def test_a_feed_that_says_it_again_is_believed(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(8))
    await add(olga)
    web.tells(CLUB, *nights(2), etag='"less"')
    await goes_by(olga, timedelta(hours=2))
    assert len(await calendar(olga)) == 8
    await goes_by(olga, timedelta(hours=3))
    assert set(await calendar(olga)) == {"Night 0", "Night 1"}


async def test_what_rolls_off_a_feed_of_the_newest_entries_is_not_cancelled(olga: Somebody, web: Feeds) -> None:
    web.told[CLUB] = Polled(CLUB, tuple(nights(2)), is_whole=False)
    await add(olga)
    web.told[CLUB] = Polled(CLUB, tuple(nights(4)[2:]), is_whole=False)
    await goes_by(olga, timedelta(hours=12))
    assert await calendar(olga) == {each.title: [Status.SCHEDULED] for each in nights(4)}


async def test_what_a_feed_has_but_spoiled_is_not_cancelled(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(3), night("2#20261211", "Night 2b"))
    await add(olga)
    spoiled = Skipped("Night 2", N_("It ends before it starts."), uid="2")
    web.told[CLUB] = Polled(CLUB, tuple(nights(1)), (spoiled,))
    checked = await olga.says("/feed check club")
    assert set(fields(checked.cards[0])) == {"Would be cancelled (1)", "Left out (1)"}
    assert "1 cancelled, 1 unchanged, 1 left out." in words(await olga.presses(checked, "Take it now"))
    assert set(await calendar(olga)) == {"Night 0", "Night 2", "Night 2b"}


async def test_what_was_held_back_is_said_at_once(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(8))
    await add(olga)
    web.tells(CLUB, night("9"))
    taken = await olga.presses(await olga.says("/feed check club"), "Take it now")
    assert "1 event added. Over half of its coming events are missing." in words(taken)


async def test_another_calendar_in_the_place_of_a_feed_is_doubted_as_long(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(8))
    await add(olga)
    others = [replace(each, uid=f"x{each.uid}", title=f"Day {each.uid}") for each in nights(8)]
    web.tells(CLUB, *others)
    await goes_by(olga, timedelta(hours=2))
    assert len(await calendar(olga)) == 16
    checked = await olga.says("/feed check club")
    assert set(fields(checked.cards[0])) == {"Held back"}
    assert not checked.cards[0].controls, "nothing would change"
    web.tells(CLUB, *nights(8))
    await goes_by(olga, timedelta(hours=12))
    assert set(await calendar(olga)) == {each.title for each in nights(8)}


async def test_check_says_so_once_a_feed_is_believed(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(8))
    await add(olga)
    web.tells(CLUB, *nights(2))
    await goes_by(olga, timedelta(hours=1))
    assert set(fields((await olga.says("/feed check club")).cards[0])) == {"Held back"}
    olga.clock.skip(timedelta(hours=3))
    checked = await olga.says("/feed check club")
    assert set(fields(checked.cards[0])) == {"Would be cancelled (6)"}
    assert "6 cancelled" in words(await olga.presses(checked, "Take it now"))


async def test_check_cancels_nothing_that_another_feed_tells_of(olga: Somebody, web: Feeds) -> None:
    for url in (CLUB, PAPER):
        web.tells(url, *nights(2))
        await add(olga, url)
    web.tells(CLUB, *nights(1))
    checked = await olga.says("/feed check club")
    assert "nothing would change" in words(checked)


@pytest.mark.parametrize("by_hand", [False, True])
async def test_a_feed_that_is_removed_while_it_is_asked_leaves_nothing(
    olga: Somebody, web: Feeds, *, by_hand: bool
) -> None:
    web.tells(CLUB, *nights(1))
    await add(olga)
    surely = await olga.says("/feed remove club")
    web.tells(CLUB, *nights(4))
    checked = await olga.says("/feed check club")
    web.meanwhile = lambda: olga.presses(surely, "Remove")
    if by_hand:
        assert "There is no feed #1" in words(await olga.presses(checked, "Take it now"))
    else:
        await goes_by(olga, timedelta(hours=2))
    assert await calendar(olga) == {}
    asked = len(web.asked)
    await goes_by(olga, timedelta(hours=3))
    assert len(web.asked) == asked


async def test_a_feed_that_makes_up_its_uids_each_day_shows_each_event_once(
    olga: Somebody, ben: Somebody, web: Feeds
) -> None:
    web.tells(CLUB, *nights(5))
    await add(olga)
    await ben.says('/event answer "Night 3" answer:going')
    for day in range(4):
        web.tells(CLUB, *[replace(each, uid=f"{day}-{each.uid}") for each in nights(5)])
        await goes_by(olga, timedelta(hours=24), timedelta(hours=6))
    assert {title: len(times) for title, times in (await calendar(olga)).items()} == {
        f"Night {number}": 1 for number in range(5)
    }
    assert "You are going" in words(await ben.says("/event mine"))
    assert not [said for said in heard(olga, "ben") if "cancelled" in said]


async def test_what_is_on_its_citys_clock_is_the_same_under_another_uid(olga: Somebody, web: Feeds) -> None:
    vague = night("a", "Vague", location="Hall, Tokyo, Japan", is_floating=True, has_end=False)
    web.tells(CLUB, vague)
    await add(olga)
    web.tells(CLUB, replace(vague, uid="b"))
    shown = fields((await olga.says("/feed check club")).cards[0])
    assert shown == {"Would be changed (1)": "Vague"}


async def test_the_same_event_of_two_feeds_is_one_with_both_sources(olga: Somebody, web: Feeds) -> None:
    page = "https://club.example/night"
    web.tells(CLUB, night("a", "Night"), night("b", "Late", FRIDAY + timedelta(days=1), link=page), name="Club")
    web.tells(
        PAPER,
        night("a", "Night at Club", description="They write about it."),
        night("other", "Late (Club)", FRIDAY + timedelta(days=1), link=f"{page}?utm_source=paper"),
        name="Paper",
    )
    await add(olga)
    saved = await add(olga, PAPER)
    assert "event" in words(saved)
    assert {title: len(times) for title, times in (await calendar(olga)).items()} == {"Night": 1, "Late": 1}
    card, *_ = (await olga.says('/event show "Late"')).cards
    assert fields(card)["From"] == "Club and Paper"
    # gone from one it still takes place; gone from both it does not
    web.tells(CLUB, night("a", "Night"), name="Club")
    await goes_by(olga, timedelta(hours=2))
    assert "Late" in " ".join(await calendar(olga))
    web.tells(PAPER, night("a", "Night at Club"), name="Paper")
    await goes_by(olga, timedelta(hours=2))
    assert "Late" not in " ".join(await calendar(olga))


async def test_a_feed_that_keeps_failing_is_told_of_once(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(3))
    await add(olga)
    polled = web.told.pop(CLUB)
    asked = len(web.asked)
    await goes_by(olga, 4 * TOLD_AFTER)
    assert len(web.asked) - asked <= 12, "it is asked less and less"
    told = [said for said in heard(olga, "olga") if "has not been readable since" in said]
    assert len(told) == 1
    shown = fields((await olga.says("/feed list")).cards[0])
    assert shown["Why"] == "club.example does not answer."
    assert len(await calendar(olga)) == 3
    web.told[CLUB] = polled
    await goes_by(olga, LONGEST_WAIT + timedelta(hours=1))
    assert "Why" not in fields((await olga.says("/feed list")).cards[0])


async def test_a_fault_of_ours_is_told_of_as_a_feed_that_fails(olga: Somebody, web: Feeds) -> None:
    web.tells(CLUB, *nights(3))
    await add(olga)
    web.told[CLUB] = Polled(CLUB, (night("9", starts=FRIDAY.replace(tzinfo=UTC)),))  # no time on a wall
    await goes_by(olga, 3 * TOLD_AFTER)
    told = [said for said in heard(olga, "olga") if "has not been readable since" in said]
    assert len(told) == 1
    why = fields((await olga.says("/feed list")).cards[0])["Why"]
    assert why.startswith("Something went wrong here while it was taken in.")
    assert len(await calendar(olga)) == 3
    web.tells(CLUB, *nights(4))
    await goes_by(olga, LONGEST_WAIT + timedelta(hours=1))
    assert len(await calendar(olga)) == 4


async def test_check_says_what_would_change_and_changes_nothing(olga: Somebody, web: Feeds) -> None:
    first, second, *others = nights(5)
    web.tells(CLUB, first, second, *others)
    await add(olga)
    renamed = replace(first, title="Night of nights")
    web.tells(CLUB, renamed, *others, night("9", starts=FRIDAY + timedelta(days=9)))
    before = await calendar(olga)
    checked = await olga.says("/feed check club")
    shown = fields(checked.cards[0])
    assert shown["Would be added (1)"] == "Night 9"
    assert shown["Would be changed (1)"] == "Night of nights"
    assert shown["Would be cancelled (1)"] == "Night 1"
    assert await calendar(olga) == before
    taken = await olga.presses(checked, "Take it now")
    assert words(taken).startswith("1 event added, 1 changed, 1 cancelled, 3 unchanged.")
    assert "would change" in words(await olga.says("/feed check club"))


async def test_a_feed_that_is_removed_leaves_what_somebody_answered_to(
    olga: Somebody, ben: Somebody, web: Feeds
) -> None:
    web.tells(CLUB, *nights(3))
    await add(olga)
    await ben.says('/event answer "Night 1" answer:going')
    asked = await olga.says("/feed remove club")
    assert len(await calendar(olga)) == 3
    await olga.presses(asked, "Remove")
    assert set(await calendar(olga)) == {"Night 1"}
    assert words(await olga.says("/feed list")).startswith("No feed")
    asked_before = len(web.asked)
    await goes_by(olga, timedelta(hours=5))
    assert len(web.asked) == asked_before


async def test_titles_of_feeds_are_only_text(olga: Somebody, web: Feeds) -> None:
    alien = "@everyone <@&1> **b** [x](javascript:alert(1))"
    web.tells(CLUB, night("x", alien), name=alien)
    asked = await olga.says(f"/feed add {CLUB}")
    assert alien in words(asked)
    await olga.presses(asked, "Save")
    assert alien in await calendar(olga)


async def test_what_names_neither_zone_nor_end_is_on_its_citys_clock_and_lasts_a_while(
    olga: Somebody, web: Feeds
) -> None:
    starts = FRIDAY
    vague = SourceEvent(
        "x",
        "Vague",
        Timing(starts, starts, "Europe/Berlin"),
        location="Hall, Tokyo, Japan",
        is_floating=True,
        has_end=False,
    )
    web.tells(CLUB, vague)
    await add(olga)
    async with olga.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        [one] = (await uow.events.find(community.id, Search(NOW), person=None, offset=0, limit=5)).occurrences
    assert one.zone == "Asia/Tokyo"
    assert (one.starts, one.ends) == (starts.replace(hour=11, tzinfo=UTC), starts.replace(hour=14, tzinfo=UTC))
