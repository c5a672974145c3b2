"""What a feed says now against what it said, and one event of what several say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import Change, Details, NewEvent, Timing
from bot.domain.merging import are_apart, merged
from bot.domain.sources import Copy, Said, compared

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def copy(number: int, *, digest: str = "1", title: str = "", days: int = 10, missing: bool = False) -> Copy:
    starts = NOW + (days + number) * DAY
    return Copy(number, digest, title or f"Night {number}", starts, starts + 3 * HOUR, "", NOW if missing else None)


def said(number: int, *, digest: str = "1", title: str = "", days: int = 10, link: str = "") -> Said:
    starts = NOW + (days + number) * DAY
    return Said(digest, title or f"Night {number}", starts, starts + 3 * HOUR, link)


KNOWN = {str(number): copy(number) for number in range(8)}
SAID = {str(number): said(number) for number in range(8)}


def test_what_says_the_same_is_no_change() -> None:
    found = compared(KNOWN, SAID, NOW)
    assert (found.added, found.changed, found.vanished, found.renamed) == (frozenset(), frozenset(), frozenset(), {})


def test_new_changed_and_vanished_are_told_apart() -> None:
    now_ = {**SAID, "3": said(3, digest="2"), "9": said(9)}
    del now_["5"]
    found = compared(KNOWN, now_, NOW)
    assert (set(found.added), set(found.changed), set(found.vanished)) == ({"9"}, {"3"}, {"5"})
    assert not found.shrinks


def test_what_is_over_is_not_missed_and_what_is_back_has_changed() -> None:
    known = {"over": copy(0, days=-5), "back": copy(1, missing=True), "gone": copy(2, missing=True)}
    found = compared(known, {"back": said(1)}, NOW)
    assert (set(found.changed), set(found.vanished)) == ({"back"}, set())


def test_what_is_there_unread_or_may_be_there_is_not_missed() -> None:
    known = {"1": copy(1), "2": copy(2), "2#20261114": copy(3), "3": copy(4)}
    assert set(compared(known, {}, NOW, unread=["2"]).vanished) == {"1", "3"}
    found = compared(known, {"1": said(1), "new": said(4, title="Night 4")}, NOW, is_whole=False)
    assert (set(found.vanished), found.renamed) == (set(), {"new": "3"})


@pytest.mark.parametrize(("left", "shrinks"), [(8, False), (5, False), (4, False), (3, True), (0, True)])
def test_losing_over_half_at_once_is_doubted(left: int, *, shrinks: bool) -> None:
    found = compared(KNOWN, {uid: SAID[uid] for uid in list(SAID)[:left]}, NOW)
    assert len(found.vanished) == 8 - left
    assert found.shrinks is shrinks


def test_a_small_calendar_may_end() -> None:
    few = {uid: KNOWN[uid] for uid in list(KNOWN)[:3]}
    assert not compared(few, {}, NOW).shrinks


def test_a_new_uid_of_the_same_title_or_page_and_start_is_the_same_event() -> None:
    known = {"a": copy(1), "b": replace(copy(2), link="club.example/b")}
    now_ = {
        "x": said(1, title="NIGHT 1"),
        "y": said(2, title="Other words", link="club.example/b"),
        "z": said(1, title="Another night"),
    }
    found = compared(known, now_, NOW)
    assert found.renamed == {"x": "a", "y": "b"}
    assert found.added == {"z"}
    assert not found.vanished


UIDS = st.dictionaries(st.integers(0, 30).map(str), st.integers(0, 3), max_size=20)


@given(UIDS, UIDS)
def test_every_uid_has_one_fate(before: dict[str, int], after: dict[str, int]) -> None:
    known = {uid: copy(number, digest=str(number)) for uid, number in before.items()}
    told = {uid: said(number, digest=str(number)) for uid, number in after.items()}
    found = compared(known, told, NOW)
    assert found.added | found.renamed.keys() == told.keys() - known.keys()
    assert not found.added & found.renamed.keys()
    assert found.changed <= known.keys() & told.keys()
    assert found.vanished | set(found.renamed.values()) == known.keys() - told.keys()
    assert len(set(found.renamed.values())) == len(found.renamed)
    again = {**{uid: each for uid, each in known.items() if uid in told}}
    again |= {uid: Copy(0, each.digest, each.title, each.starts, each.ends, each.link) for uid, each in told.items()}
    settled = compared(again, told, NOW)
    assert not settled.renamed
    assert not settled.added | settled.changed | settled.vanished


# --- one event of several copies -----------------------------------------------------------------------------

WALL = datetime.fromisoformat("2026-12-04 20:00")


def told(title: str = "Night", *, starts: datetime = WALL, **says: object) -> NewEvent:
    details = replace(Details(title), **says)  # type: ignore[arg-type]  # the fields of Details, as tests name them
    return NewEvent(details, Timing(starts, starts + 3 * HOUR, "Europe/Berlin"))


def test_the_oldest_source_counts_and_the_others_fill_in() -> None:
    club, paper = told("Night", venue="Kantine"), told("Night at Kantine", description="They write", venue="The club")
    new = merged([club, paper])
    assert (new.details.title, new.details.description, new.details.venue) == ("Night", "They write", "Kantine")
    assert new.timing == club.timing


def test_what_members_changed_outlasts_what_sources_say() -> None:
    standing = told("Ours", starts=WALL + HOUR, description="by us")
    own = Change(WALL, starts=WALL + 2 * HOUR)
    theirs = replace(told("Theirs", description="by them", venue="Kantine"), changes=(Change(WALL, is_cancelled=True),))
    new = merged([theirs], standing=standing, edited=["title", "timing"], own_changes=[own])
    assert (new.details.title, new.details.description, new.details.venue) == ("Ours", "by them", "Kantine")
    assert new.timing == standing.timing
    assert new.changes == (own,)


def test_it_is_off_when_all_say_so_or_a_member_did() -> None:
    off, on = replace(told(), is_cancelled=True), told()
    assert merged([off]).is_cancelled
    assert not merged([off, on]).is_cancelled
    assert merged([on], standing=off, edited=["is_cancelled"]).is_cancelled
    assert not merged([off], standing=on, edited=["is_cancelled"]).is_cancelled


def test_a_hall_and_its_city_come_from_one_source() -> None:
    assert merged([told(venue=""), told(venue="Kantine")]).details.venue == "Kantine"
    one = merged([told(venue="Kantine"), replace(told(venue="Other"))])
    assert one.details.venue == "Kantine"


TIMES = st.lists(st.integers(0, 60), max_size=8).map(lambda hours: [NOW + hour * HOUR for hour in sorted(hours)])


@given(TIMES, TIMES)
def test_one_time_in_common_holds_sources_together(ours: list[datetime], theirs: list[datetime]) -> None:
    nearest = min((abs(one - other) for one in ours for other in theirs), default=timedelta())
    assert are_apart(ours, theirs) is are_apart(theirs, ours) is (nearest > 2 * HOUR)
