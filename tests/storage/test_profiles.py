"""What people say of themselves: who sees it, and how it is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.people import Account, Caller, Workspace
from bot.domain.profiles import Part, Profile, Wanted, Wish, united
from bot.errors import Refused
from storage.database import Database
from tests.storage.making import BERLIN, NOW, workspace
from tests.storage.test_linking import act, elsewhere, join

ABOUT = Profile(
    role="Produzentin",
    skills=("mixing", "modular synths"),
    genres=("dub techno", "ambient"),
    city=BERLIN,
    looking=(Wish.WORK,),
    offering=(Wish.MENTORING, Wish.SHADOWING),
    about="Ten years of Zürich basements.\nNow I teach.",
    link="https://example.org/ada",
    is_found=True,
)
ALL_PARTS = tuple(Part)


async def put(database: Database, who: Caller, profile: Profile) -> None:
    async with database.writing() as uow:
        await uow.profiles.put(who.person.id, profile)


async def names(database: Database, community: int, wanted: Wanted | None = None) -> list[str]:
    async with database.reading() as uow:
        page = await uow.profiles.find(community, wanted or Wanted(), 0, 50)
    assert page.total == len(page.people)
    return [each.account.name for each in page.people]


async def seen(database: Database, community: int, who: Caller) -> Profile | None:
    async with database.reading() as uow:
        found = await uow.profiles.seen_by(community, [who.person.id, 999])
    assert not found.keys() - {who.person.id}
    return found[who.person.id].profile if found else None


async def test_a_profile_is_kept_whole_and_every_part_can_be_emptied(database: Database, ada: Caller) -> None:
    whole = replace(ABOUT, hidden=ALL_PARTS, shows_going=True)
    for profile in (whole, Profile(), ABOUT):
        await put(database, ada, profile)
        async with database.reading() as uow:
            assert await uow.profiles.get(ada.person.id) == profile


async def test_who_wrote_nothing_has_an_empty_profile_that_nobody_sees(
    database: Database, ada: Caller, attic: int
) -> None:
    async with database.reading() as uow:
        assert await uow.profiles.get(ada.person.id) == Profile()
        assert await uow.profiles.shown_going([]) == frozenset()
        assert await uow.profiles.seen_by(attic, []) == {}
    assert await seen(database, attic, ada) is None
    assert await names(database, attic) == []


async def test_who_chose_to_be_found_is_seen_in_their_communities_alone(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    await put(database, ada, replace(ABOUT, is_found=False))
    assert await seen(database, attic, ada) is None
    assert await names(database, attic) == []
    await put(database, ada, ABOUT)
    assert await seen(database, attic, ada) == ABOUT
    assert await names(database, attic) == ["Ada"]
    assert await seen(database, cellar, ada) is None
    assert await names(database, cellar) == []


async def test_hidden_parts_are_not_shown_and_find_nobody(database: Database, ada: Caller, attic: int) -> None:
    asked = {
        Part.ROLE: Wanted(role="producer"),
        Part.SKILLS: Wanted("modular"),
        Part.GENRES: Wanted(genre="techno"),
        Part.CITY: Wanted(near=BERLIN, within_km=10),
        Part.LOOKING: Wanted(looking=Wish.WORK),
        Part.OFFERING: Wanted(offering=Wish.MENTORING),
        Part.ABOUT: Wanted("basements"),
        Part.LINK: Wanted(),
    }
    for part, wanted in asked.items():
        await put(database, ada, ABOUT)
        assert await names(database, attic, wanted) == ["Ada"], part
        await put(database, ada, replace(ABOUT, hidden=(part,)))
        assert await names(database, attic, wanted) == (["Ada"] if part is Part.LINK else []), part
        now = await seen(database, attic, ada)
        assert now == replace(ABOUT, **{part.value: getattr(Profile(), part.value)})
    await put(database, ada, replace(ABOUT, hidden=ALL_PARTS))
    assert await seen(database, attic, ada) == Profile(is_found=True)
    for words in ("producer", "mixing", "ambient", "berlin", "work", "mentoring", "teach"):
        assert await names(database, attic, Wanted(words)) == [], words
    assert await names(database, attic, Wanted("ada")) == ["Ada"]


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        (Wanted("MODULAR produzentin"), True),
        (Wanted("zurich"), True),
        (Wanted("producer ada berl"), True),
        (Wanted("studio shadowing"), True),
        (Wanted("producer hamburg"), False),
        (Wanted(role="engineer"), False),
        (Wanted(role="produzent"), True),
        (Wanted(genre="Techno"), True),
        (Wanted(genre="techno dub"), True),
        (Wanted(genre="tech"), False),
        (Wanted(near=replace(BERLIN, latitude=53.55, longitude=9.99), within_km=200), False),
        (Wanted(near=replace(BERLIN, latitude=53.55, longitude=9.99), within_km=300), True),
        (Wanted(looking=Wish.MENTORING), False),
        (Wanted("mixing", "producer", "ambient", BERLIN, 10, Wish.WORK, Wish.SHADOWING), True),
    ],
)
async def test_all_that_is_asked_must_fit(
    database: Database, ada: Caller, attic: int, wanted: Wanted, is_found: bool
) -> None:
    await put(database, ada, ABOUT)
    assert await names(database, attic, wanted) == (["Ada"] if is_found else [])


async def test_words_that_cannot_be_looked_for_are_refused_also_where_nobody_is(database: Database, attic: int) -> None:
    async with database.reading() as uow:
        with pytest.raises(Refused):
            await uow.profiles.find(attic, Wanted("…"), 0, 5)


async def test_people_come_by_name_a_page_at_a_time(database: Database, ada: Caller, attic: int) -> None:
    for name in ("zoe", "Ärmel", "ben", "ada"):
        await put(database, await act(database, name, workspace("Attic")), ABOUT)
    async with database.reading() as uow:
        pages = [await uow.profiles.find(attic, Wanted(), offset, 3) for offset in (0, 3, 6)]
    assert [[each.account.name for each in page.people] for page in pages] == [["Ada", "Ärmel", "Ben"], ["Zoe"], []]
    assert {page.total for page in pages} == {4}


async def test_who_leaves_with_their_workspace_is_not_found_until_it_is_back(
    database: Database, ada: Caller, attic: int
) -> None:
    await put(database, ada, ABOUT)
    async with database.writing() as uow:
        await uow.people.leave(workspace("Attic"), NOW)
    assert await names(database, attic) == []
    assert await seen(database, attic, ada) is None
    async with database.writing() as uow:
        await uow.people.join(workspace("Attic"), zone="UTC", locale="en", now=NOW)
    assert await names(database, attic) == ["Ada"]


async def test_communities_that_become_one_find_each_others_people(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    await put(database, ada, ABOUT)
    await put(database, eve, ABOUT)
    await join(database, cellar, attic)
    assert await names(database, attic) == ["Ada", "Eve"]


async def test_somebody_is_shown_once_and_by_an_account_of_that_community(
    database: Database, ada: Caller, attic: int
) -> None:
    other = await elsewhere(database)
    again = await act(database, "ada2", workspace("Attic"))
    assert other.community is not None
    async with database.writing() as uow:
        for each in (other, again):
            await uow.linking.join_people(each.person.id, ada.person.id, NOW)
    await put(database, ada, ABOUT)
    assert await names(database, attic) == ["Ada"]
    assert await names(database, other.community.id) == ["ada.l"]


async def test_only_who_lets_it_be_seen_is_shown_as_going(database: Database, ada: Caller, eve: Caller) -> None:
    await put(database, ada, Profile(shows_going=True))
    await put(database, eve, replace(ABOUT, shows_going=False))
    async with database.reading() as uow:
        assert await uow.profiles.shown_going([ada.person.id, eve.person.id, 999]) == {ada.person.id}


# --- people who are one ------------------------------------------------------------------------------------


async def test_of_two_who_are_linked_the_profile_of_the_one_that_stays_wins(
    database: Database, ada: Caller, attic: int
) -> None:
    other = await elsewhere(database)
    await put(database, other, replace(ABOUT, role="DJ", hidden=(Part.LINK,), shows_going=True))
    await put(database, ada, Profile(role="singer", genres=("soul",), is_found=True))
    async with database.writing() as uow:
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    async with database.reading() as uow:
        kept = await uow.profiles.get(ada.person.id)
        assert await uow.profiles.get(other.person.id) == Profile()
    assert kept == replace(ABOUT, role="singer", genres=("soul",), hidden=(Part.LINK,))
    async with database.writing() as uow:
        alone = await uow.linking.part_person(other.origin.account, NOW)
    assert alone is not None
    async with database.reading() as uow:
        assert await uow.profiles.get(alone) == Profile()
        assert await uow.profiles.get(ada.person.id) == kept


async def test_a_profile_goes_whole_to_who_has_none(database: Database, ada: Caller) -> None:
    other = await elsewhere(database)
    await put(database, other, ABOUT)
    async with database.writing() as uow:
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    async with database.reading() as uow:
        assert await uow.profiles.get(ada.person.id) == ABOUT


def test_linking_shows_nobody_what_nobody_saw() -> None:
    secret = replace(ABOUT, is_found=False)
    shown = Profile(role="singer", is_found=True)
    assert united(shown, secret).shown == shown
    assert united(shown, secret).about == ABOUT.about
    assert united(secret, ABOUT) == secret
    careful = Profile(is_found=True, hidden=(Part.ABOUT,))
    assert united(careful, ABOUT).shown.about == ""


# --- the zone, asked once ----------------------------------------------------------------------------------


async def test_somebody_is_asked_for_their_zone_once_and_never_when_they_set_one(
    database: Database, ada: Caller, eve: Caller
) -> None:
    async with database.writing() as uow:
        assert await uow.people.first_asked_zone(ada.person.id, NOW)
        assert not await uow.people.first_asked_zone(ada.person.id, NOW)
        await uow.people.set_zone(eve.person.id, "Asia/Tokyo")
        assert not await uow.people.first_asked_zone(eve.person.id, NOW)


async def test_whoever_was_asked_for_their_zone_is_not_asked_again_as_another(database: Database, ada: Caller) -> None:
    there = Account("slack", "U9", "ada")
    async with database.writing() as uow:
        place = Workspace("slack", "T9", "Elsewhere")
        other = await uow.people.welcome(there, place, is_organiser=False, zone="UTC", locale="en", now=NOW)
        assert await uow.people.first_asked_zone(other.person.id, NOW)
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        assert not await uow.people.first_asked_zone(ada.person.id, NOW)
