"""Searching by words: the same answers on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.events import Change, Details, Kind, Search
from bot.errors import Refused
from storage.database import Database
from tests.storage.making import BERLIN, FRIDAY, NOW, add, bring, event, titles, told

KEPT = {
    "late": Details("Late Night Techno", "Three rooms", Kind.CONCERT, ("Techno", "Hard House")),
    "motor": Details("Motörhead tribute", "with “Ænima” covers"),
    "code": Details("Live coding in C++", "bring foo-bar and don't panic"),
    "sharp": Details("Sonata in F#", "r&b for piano", venue="Straßenbahndepot"),
    "fire": Details("🔥 Grill & chill", "👩🏽‍🎤 sings"),
    "berlin": Details("Modular meetup", "patch cables", Kind.OPEN_STUDIO, place=BERLIN),
    "tokyo": Details("東京ジャズ", "ガガ"),
    "hebrew": Details("ערב ג'אז", "مرحبا بالعالم"),
    "words": Details("AND OR NOT", 'NEAR("a:b", 5) * ^ --'),
}

CASES = [
    # accents, case, ß
    ("motorhead", "motor"),
    ("MOTÖRHEAD", "motor"),
    ("moto\u0308r", "motor"),
    ("aenima", "motor"),
    ("STRASSENBAHN", "sharp"),
    ("straßen", "sharp"),
    # beginnings of words, and nothing but beginnings
    ("tech", "late"),
    ("echno", ""),
    ("tri", "motor"),
    # signs that belong to words
    ("c++", "code"),
    ("C#", ""),
    ("f#", "sharp"),
    ("F♯", "sharp"),
    ("r&b", "sharp"),
    ("#techno", "late"),
    # signs that do not
    ("foo-bar", "code"),
    ("bar foo", "code"),
    ("dont", "code"),
    ("don’t", "code"),
    ('"late night"', "late"),
    ("'techno'", "late"),
    ("a:b 5", "words"),
    ("near(", "words"),
    ("AND", "code words"),
    ("and OR not", "words"),
    ("techno*", "late"),
    ("-techno", "late"),
    ("rooms; DROP TABLE events", ""),
    # emoji, whatever their skin
    ("🔥", "fire"),
    ("👩", "fire"),
    ("👩🏿‍🎤", "fire"),
    ("🎤 🔥", "fire"),
    ("🎹", ""),
    # other scripts
    ("ジャズ", "tokyo"),
    ("東", "tokyo"),
    ("カ", ""),
    ("ガ", "tokyo"),
    ("ג׳אז", "hebrew"),
    ("ערב", "hebrew"),
    ("مرحبا", "hebrew"),
    # where and what it is
    ("berlin", "berlin"),
    ("germany", "berlin"),
    ("open studio", "berlin"),
    ("house", "late"),
    # several: all must be there
    ("late techno rooms", "late"),
    ("late berlin", ""),
]


@pytest.mark.parametrize(("words", "expected"), CASES)
async def test_words_find_the_same_events_on_both_databases(
    each_kept: tuple[Database, int], words: str, expected: str
) -> None:
    database, community = each_kept
    names = {details.title: name for name, details in KEPT.items()}
    assert {names[title] for title in await titles(database, community, Search(NOW, words=words))} == set(
        expected.split()
    )


@pytest.fixture
async def each_kept(database: Database, attic: int) -> tuple[Database, int]:
    await bring(database, attic, *(told(event(details), uid=name) for name, details in KEPT.items()))
    return database, attic


async def test_the_best_match_comes_first_then_the_soonest(database: Database, attic: int) -> None:
    for title, details in {
        "described": Details("Described", "techno"),
        "genre": Details("By genre", genres=("techno",)),
        "later": Details("Techno later"),
        "sooner": Details("Techno sooner"),
        "both": Details("Techno and more techno", "house"),
    }.items():
        day = FRIDAY.replace(day={"later": 20, "sooner": 10}.get(title, 15))
        await add(database, attic, event(details, day))
    assert await titles(database, attic, Search(NOW, words="techno")) == [
        "Techno sooner",
        "Techno and more techno",
        "Techno later",
        "By genre",
        "Described",
    ]
    assert await titles(database, attic, Search(NOW, words="tech hou")) == ["Techno and more techno"]


async def test_what_one_evening_says_differently_is_found(database: Database, attic: int) -> None:
    guest = Change(FRIDAY.replace(day=13), details=Details("Open night", "with Nightingale"))
    await add(database, attic, event("Open night", rrule="FREQ=WEEKLY;COUNT=3", changes=(guest,)))
    assert len(await titles(database, attic, Search(NOW, words="nightingale"))) == 3


async def test_a_changed_event_is_found_by_its_new_words_alone(database: Database, attic: int) -> None:
    before = told(event("Techno night"))
    await bring(database, attic, before)
    await bring(database, attic, replace(before, event=event("House night"), digest="2"))
    assert await titles(database, attic, Search(NOW, words="techno")) == []
    assert await titles(database, attic, Search(NOW, words="house night")) == ["House night"]


async def test_words_find_nothing_of_another_community(database: Database, attic: int, cellar: int) -> None:
    await add(database, attic, event("Techno night"))
    assert await titles(database, cellar, Search(NOW, words="techno")) == []
    async with database.reading() as uow:
        assert not await uow.events.suggest(cellar, "tech", NOW, 5)


async def test_signs_alone_are_refused(database: Database, attic: int) -> None:
    with pytest.raises(Refused):
        await titles(database, attic, Search(NOW, words="!!!"))


async def test_an_event_of_one_endless_word_is_kept_and_found(database: Database, attic: int) -> None:
    await add(database, attic, event(Details("Night", "é" * 4000)))
    assert await titles(database, attic, Search(NOW, words="e" * 4000)) == ["Night"]


async def test_suggestions_are_one_per_event_by_title_and_venue(database: Database, attic: int) -> None:
    await add(database, attic, event("Techno night", rrule="FREQ=DAILY;COUNT=30"))
    await add(database, attic, event(Details("Open stage", "techno too", venue="Technikum")))
    await add(database, attic, event(Details("Choir", "no techno")))
    async with database.reading() as uow:
        by_title = await uow.events.suggest(attic, "tech", NOW, 5)
        by_nothing = await uow.events.suggest(attic, "", NOW, 5)
    assert [each.details.title for each in by_title] == ["Techno night", "Open stage"]
    assert len(by_nothing) == 3
    assert all(each.starts.date() == FRIDAY.date() for each in (*by_title, *by_nothing))
