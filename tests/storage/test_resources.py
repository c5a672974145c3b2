"""The library: one row for a page, one vote of a person, nothing of another community, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bot.domain import resources as library
from bot.domain.events import Price
from bot.domain.people import Account, Caller, Workspace
from bot.domain.resources import (
    FOLLOWS_MOST,
    TAGS_MOST,
    About,
    Follow,
    Fresh,
    Kind,
    Level,
    Linked,
    Note,
    Order,
    Resource,
    Shared,
    Standing,
    Wanted,
)
from bot.errors import NotFound, Refused
from storage import resources as table
from storage.database import Database
from storage.tables import resource_tags, resource_votes, resources
from tests.storage.making import NOW, account, in_library, resource, share, workspace

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHOLE = About(
    title="Split sheets",
    topic="business",
    description="Who owns what of a song",
    site="example.org",
    kind=Kind.TEMPLATE,
    tags=("contracts", "co-writing"),
    level=Level.WORKING,
    price=Price(Decimal("9.90"), "EUR"),
    language="en",
    jurisdiction="DE",
    review_by=date(2027, 1, 31),
)


async def welcome(database: Database, name: str, where: str = "Attic") -> Caller:
    async with database.writing() as uow:
        return await uow.people.welcome(
            account(name), workspace(where), is_organiser=False, zone="UTC", locale="en", now=NOW
        )


async def get(database: Database, community: int, id_: int, who: Caller | None = None) -> Resource | None:
    async with database.reading() as uow:
        return await uow.resources.get(community, id_, person=who.person.id if who else None)


async def there(database: Database, community: int, id_: int, who: Caller | None = None) -> Resource:
    found = await get(database, community, id_, who)
    assert found is not None
    return found


# --- sharing -----------------------------------------------------------------------------------------------


async def test_what_is_shared_is_kept_as_it_was_confirmed(database: Database, ada: Caller, attic: int) -> None:
    id_ = await share(database, attic, resource(ada, WHOLE, "example.org/split", note="Saves fights"))
    kept = await there(database, attic, id_, ada)
    assert kept == Resource(
        id=id_,
        link="https://www.example.org/split",
        key="example.org/split",
        about=WHOLE,
        shared_at=NOW,
        sharer=ada.person.id,
        sharer_name="Ada",
        notes=(Note(ada.person.id, "Ada", "Saves fights", NOW),),
    )
    async with database.reading() as uow:
        assert await uow.resources.of_page(attic, "example.org/split", ada.person.id) == kept
        assert await uow.resources.of_page(attic, "example.org/other", ada.person.id) is None


async def test_a_page_that_is_there_is_not_shared_again(database: Database, ada: Caller, attic: int) -> None:
    ben = await welcome(database, "ben")
    async with database.writing() as uow:
        first = await uow.resources.share(attic, resource(ada, "First", "p", note="Mine"), NOW)
        second = await uow.resources.share(attic, resource(ben, "Second", "p", note="Other"), NOW)
    assert (first, second) == (Shared(first.id, True), Shared(first.id, False))
    kept = await there(database, attic, first.id)
    assert (kept.about.title, [note.text for note in kept.notes]) == ("First", ["Mine"])


async def test_a_request_that_comes_again_finds_what_it_made(database: Database, ada: Caller, attic: int) -> None:
    async with database.writing() as uow:
        first = await uow.resources.share(attic, resource(ada, "One", request="r"), NOW)
        again = await uow.resources.share(attic, resource(ada, "Edited meanwhile", request="r"), NOW)
    assert again == Shared(first.id, False)
    assert await in_library(database, attic) == ["One"]


async def test_of_two_who_share_a_page_at_the_same_moment_one_is_the_first(
    database: Database, ada: Caller, attic: int
) -> None:
    people = [await welcome(database, f"p{number}") for number in range(6)]
    begun = asyncio.Barrier(len(people))

    async def at_once(who: Caller) -> Shared:
        await begun.wait()
        async with database.writing() as uow:
            shared = await uow.resources.share(attic, resource(who, "Same", note=who.person.name), NOW)
            await asyncio.sleep(0)  # others come between, where the database lets them
        async with database.writing() as uow:
            await uow.resources.note(attic, shared.id, who.person.id, f"by {who.person.name}", NOW)
        return shared

    came = await asyncio.gather(*(at_once(who) for who in people))
    assert sorted(shared.is_new for shared in came) == [False] * 5 + [True]
    assert len({shared.id for shared in came}) == 1
    kept = await there(database, attic, came[0].id)
    assert {note.text for note in kept.notes} == {f"by {who.person.name}" for who in people}
    assert kept.notes[0].person == kept.sharer
    for who in people:  # nobody's words are lost in the index
        assert await in_library(database, attic, Wanted(who.person.name)) == ["Same"]


async def test_many_are_brought_at_once_and_each_once(database: Database, ada: Caller, attic: int) -> None:
    there_before = await share(database, attic, resource(ada, "There"))
    batch = [resource(ada, title, note=f"about {title}") for title in ("One", "There", "Two", "One")]
    async with database.writing() as uow:
        came = await uow.resources.bring(attic, batch, NOW)
    assert [shared.is_new for shared in came] == [True, False, True, False]
    assert came[1].id == there_before
    assert came[0].id == came[3].id
    assert sorted(await in_library(database, attic)) == ["One", "There", "Two"]
    assert await in_library(database, attic, Wanted("about two")) == ["Two"]


async def test_what_an_operator_brings_is_nobodys(database: Database, ada: Caller, attic: int) -> None:
    id_ = await share(database, attic, replace(resource(ada, note="kept?"), sharer=None, origin=None))
    kept = await there(database, attic, id_)
    assert (kept.sharer, kept.sharer_name, kept.notes) == (None, "", ())


async def test_a_full_library_says_so(
    database: Database, ada: Caller, attic: int, cellar: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "KEPT_MOST", 2)
    for title in ("One", "Two"):
        await share(database, attic, resource(ada, title))
    with pytest.raises(Refused, match="at most 2"):
        await share(database, attic, resource(ada, "Three"))
    await share(database, attic, resource(ada, "Two"))  # it is there
    await share(database, cellar, resource(ada, "Elsewhere"))
    assert library.KEPT_MOST == 100_000


async def test_of_ten_thousand_tags_ten_are_kept(database: Database, ada: Caller, attic: int) -> None:
    tags = tuple(f"tag{number}" for number in range(10_000))
    id_ = await share(database, attic, resource(ada, About("Tagged", "craft", tags=("tag0", *tags))))
    assert (await there(database, attic, id_)).about.tags == tags[:TAGS_MOST]
    async with database.reading() as uow:
        assert await uow.connection.scalar(select(func.count()).select_from(resource_tags)) == TAGS_MOST


# --- votes, notes, lists -----------------------------------------------------------------------------------


async def test_a_vote_pressed_a_hundred_times_is_one(database: Database, ada: Caller, attic: int) -> None:
    id_ = await share(database, attic, resource(ada))
    ben = await welcome(database, "ben")

    async def press(who: Caller) -> int:
        async with database.writing() as uow:
            return await uow.resources.help(attic, id_, who.person.id, True, NOW)

    assert max(await asyncio.gather(*(press(who) for who in (ada, ben) for _ in range(50)))) == 2
    kept = await there(database, attic, id_, ada)
    assert (kept.helpful, kept.is_helpful) == (2, True)
    async with database.writing() as uow:
        assert await uow.connection.scalar(select(func.count()).select_from(resource_votes)) == 2
        assert await uow.resources.help(attic, id_, ada.person.id, False, NOW) == 1
        assert await uow.resources.help(attic, id_, ada.person.id, False, NOW) == 1
    kept = await there(database, attic, id_, ada)
    assert (kept.helpful, kept.is_helpful) == (1, False)


async def test_each_has_one_note_and_the_sharers_comes_first(database: Database, ada: Caller, attic: int) -> None:
    ben, cem = await welcome(database, "ben"), await welcome(database, "cem")
    id_ = await share(database, attic, resource(ben, note="first"))
    async with database.writing() as uow:
        await uow.resources.note(attic, id_, cem.person.id, "third", NOW + 2 * MINUTE)
        await uow.resources.note(attic, id_, ada.person.id, "second", NOW + MINUTE)
        await uow.resources.note(attic, id_, ben.person.id, "again", NOW + 3 * MINUTE)
    assert [note.text for note in (await there(database, attic, id_)).notes] == ["again", "second", "third"]
    assert await in_library(database, attic, Wanted("first")) == []
    assert await in_library(database, attic, Wanted("second again")) == ["Compressors"]
    async with database.writing() as uow:
        await uow.resources.note(attic, id_, ben.person.id, "", NOW)
        await uow.resources.note(attic, id_, ben.person.id, "", NOW)
    assert [note.name for note in (await there(database, attic, id_)).notes] == ["Ada", "Cem"]
    assert await in_library(database, attic, Wanted("again")) == []


async def test_a_list_is_ones_own_the_last_saved_first(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ids = [await share(database, attic, resource(ada, title)) for title in ("One", "Two", "Three")]
    elsewhere = await share(database, cellar, resource(eve, "Elsewhere"))
    async with database.writing() as uow:
        for minute, id_ in enumerate((ids[2], ids[0], ids[1])):
            await uow.resources.save(attic, id_, ada.person.id, True, NOW + minute * MINUTE)
        await uow.resources.save(attic, ids[2], ada.person.id, True, NOW + DAY)  # it keeps its place
        await uow.resources.save(attic, ids[1], ada.person.id, False, NOW)
        await uow.resources.save(cellar, elsewhere, ada.person.id, True, NOW)
    async with database.reading() as uow:
        page = await uow.resources.saved(attic, ada.person.id, 0, 1)
        rest = await uow.resources.saved(attic, ada.person.id, 1, 5)
        past = await uow.resources.saved(attic, ada.person.id, 9, 5)
        nobodys = await uow.resources.saved(attic, eve.person.id, 0, 5)
    assert [each.about.title for each in (*page.resources, *rest.resources)] == ["One", "Three"]
    assert [each.total for each in (page, rest, past, nobodys)] == [2, 2, 2, 0]
    assert page.resources[0].is_saved
    assert not (await there(database, attic, ids[0], eve)).is_saved


async def test_nothing_of_another_community_is_there(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    id_ = await share(database, attic, resource(ada, WHOLE, "page", note="secret"))
    assert await get(database, cellar, id_) is None
    assert await in_library(database, cellar, Wanted("secret")) == []
    assert await in_library(database, cellar, Wanted(tag="contracts")) == []
    async with database.reading() as uow:
        assert await uow.resources.several(cellar, [id_], person=None) == ()
        assert await uow.resources.of_page(cellar, "page", None) is None
        assert await uow.resources.suggest(cellar, "split", 9) == []
        assert await uow.resources.tags(cellar, "", 9) == []
        assert await uow.resources.every(cellar, after=0, limit=9) == []
        assert await uow.resources.newest(cellar, NOW - DAY, NOW + DAY, 9) == []
        assert await uow.resources.stale(cellar, date(2030, 1, 1), 9) == []
    async with database.writing() as uow:
        await uow.resources.stand(cellar, id_, Standing.DEAD, NOW)
        assert not await uow.resources.remove(cellar, id_)
        for act in (
            uow.resources.change(cellar, id_, WHOLE, "l", "k", NOW),
            uow.resources.note(cellar, id_, eve.person.id, "x", NOW),
            uow.resources.save(cellar, id_, eve.person.id, True, NOW),
            uow.resources.help(cellar, id_, eve.person.id, True, NOW),
        ):
            with pytest.raises(NotFound):
                await act
    kept = await there(database, attic, id_)
    assert (kept.standing, kept.helpful, len(kept.notes)) == (Standing.UNKNOWN, 0, 1)
    assert (await share(database, cellar, resource(eve, WHOLE, "page"))) != id_


# --- finding -----------------------------------------------------------------------------------------------


async def test_pages_of_what_is_found_are_in_order_and_say_how_many_there_are(
    database: Database, ada: Caller, attic: int
) -> None:
    for number in range(7):
        await share(database, attic, resource(ada, f"Mixing {number}"), NOW + number * MINUTE)
    for wanted in (Wanted(), Wanted("mix"), Wanted("mix", order=Order.HELPFUL), Wanted(order=Order.HELPFUL)):
        async with database.reading() as uow:
            pages = [
                await uow.resources.find(attic, wanted, person=None, offset=offset, limit=3) for offset in (0, 3, 6, 9)
            ]
        found = [each.about.title for page in pages for each in page.resources]
        assert found == [f"Mixing {number}" for number in range(6, -1, -1)]
        assert [(len(page.resources), page.total) for page in pages] == [(3, 7), (3, 7), (1, 7), (0, 7)]


async def test_what_is_dead_comes_last_however_good_it_was(database: Database, ada: Caller, attic: int) -> None:
    dead = await share(database, attic, resource(ada, "Mixing mixing"), NOW + DAY)
    await share(database, attic, resource(ada, About("Other", "craft", "about mixing")))
    async with database.writing() as uow:
        await uow.resources.help(attic, dead, ada.person.id, True, NOW)
        await uow.resources.stand(attic, dead, Standing.DEAD, NOW)
    for order in Order:
        for words in ("", "mixing"):
            assert await in_library(database, attic, Wanted(words, order=order)) == ["Other", "Mixing mixing"]
    async with database.reading() as uow:
        assert [each.about.title for each in await uow.resources.newest(attic, NOW, NOW + 2 * DAY, 9)] == ["Other"]


async def test_whose_law_is_asked_comes_first_then_any_then_what_says_none(
    database: Database, ada: Caller, attic: int
) -> None:
    for title, law in (("German", "DE"), ("British", "GB"), ("Any", "any"), ("None", "")):
        await share(database, attic, resource(ada, About(f"{title} contract", "business", jurisdiction=law)))
    for order in Order:
        for words in ("", "contract"):
            wanted = Wanted(words, jurisdiction="DE", order=order)
            assert await in_library(database, attic, wanted) == ["German contract", "Any contract", "None contract"]


async def test_suggestions_are_what_begins_as_typed_the_most_helpful_first(
    database: Database, ada: Caller, attic: int
) -> None:
    for title, description in (("Mixing one", ""), ("Mixing two", ""), ("Other", "mixing")):
        await share(database, attic, resource(ada, About(title, "craft", description)))
    two = await share(database, attic, resource(ada, "Mixing two"))
    async with database.writing() as uow:
        await uow.resources.help(attic, two, ada.person.id, True, NOW)
    async with database.reading() as uow:
        typed = await uow.resources.suggest(attic, "mix", 9)
        nothing = await uow.resources.suggest(attic, "", 2)
    assert [each.about.title for each in typed] == ["Mixing two", "Mixing one"]
    assert [each.about.title for each in nothing] == ["Mixing two", "Other"]


async def test_tags_in_use_are_suggested_the_most_used_first(database: Database, ada: Caller, attic: int) -> None:
    for number, tags in enumerate((("sync", "synths"), ("sync", "übung"), ("mixing",), ("synths", "sync"))):
        await share(database, attic, resource(ada, About(f"T {number}", "craft", tags=tags)))
    async with database.reading() as uow:
        assert await uow.resources.tags(attic, "#Syn", 9) == ["sync", "synths"]
        assert await uow.resources.tags(attic, "", 3) == ["sync", "synths", "mixing"]
        assert await uow.resources.tags(attic, "Üb", 9) == ["übung"]
        assert await uow.resources.tags(attic, "_", 9) == []


# --- changing ----------------------------------------------------------------------------------------------


async def test_an_edit_changes_what_it_is_found_by(database: Database, ada: Caller, attic: int) -> None:
    id_ = await share(database, attic, resource(ada, About("Old name", "craft", tags=("old",)), "old", note="why"))
    async with database.writing() as uow:
        await uow.resources.stand(attic, id_, Standing.DEAD, NOW, fails=3, archived="https://archive.org/x")
        await uow.resources.change(attic, id_, replace(WHOLE, title="New name"), "https://www.old", "old", NOW)
    kept = await there(database, attic, id_)
    assert (kept.about.title, kept.about.review_by, kept.standing) == ("New name", WHOLE.review_by, Standing.DEAD)
    async with database.writing() as uow:
        await uow.resources.change(attic, id_, WHOLE, "https://new.example", "new.example", NOW)
    kept = await there(database, attic, id_)
    assert (kept.link, kept.standing, kept.dead_since, kept.archived) == (
        "https://new.example",
        Standing.UNKNOWN,
        None,
        "",
    )
    for wanted, found in (
        (Wanted("old"), []),
        (Wanted(tag="old"), []),
        (Wanted("split why"), ["Split sheets"]),
        (Wanted(tag="Contracts"), ["Split sheets"]),
    ):
        assert await in_library(database, attic, wanted) == found


async def test_two_resources_are_never_of_one_page(database: Database, ada: Caller, attic: int) -> None:
    await share(database, attic, resource(ada, "One", "one"))
    two = await share(database, attic, resource(ada, "Two", "two"))
    with pytest.raises(Refused, match="of that page already"):
        async with database.writing() as uow:
            await uow.resources.change(attic, two, WHOLE, "https://one", "one", NOW)
    assert await in_library(database, attic) == ["Two", "One"]


async def test_what_is_removed_is_gone_with_all_that_was_said_of_it(
    database: Database, ada: Caller, attic: int
) -> None:
    id_ = await share(database, attic, resource(ada, WHOLE, note="why"))
    async with database.writing() as uow:
        await uow.resources.help(attic, id_, ada.person.id, True, NOW)
        await uow.resources.save(attic, id_, ada.person.id, True, NOW)
        assert await uow.resources.remove(attic, id_)
        assert not await uow.resources.remove(attic, id_)
    assert await get(database, attic, id_) is None
    assert await in_library(database, attic, Wanted("split")) == []
    async with database.reading() as uow:
        assert (await uow.resources.saved(attic, ada.person.id, 0, 9)).total == 0
        assert await uow.resources.tags(attic, "", 9) == []
    assert await share(database, attic, resource(ada, WHOLE)) != id_  # old buttons never mean another one


async def test_all_of_a_library_is_read_a_stretch_at_a_time(database: Database, ada: Caller, attic: int) -> None:
    ids = [await share(database, attic, resource(ada, f"R {number}")) for number in range(5)]
    async with database.reading() as uow:
        first = await uow.resources.every(attic, after=0, limit=3)
        rest = await uow.resources.every(attic, after=first[-1].id, limit=3)
        several = await uow.resources.several(attic, [ids[3], 999, ids[0], ids[3]], person=None)
    assert [each.id for each in (*first, *rest)] == ids
    assert [each.id for each in several] == [ids[3], ids[0]]


# --- what is new -------------------------------------------------------------------------------------------


async def test_who_follows_a_topic_or_a_tag_hears_of_what_others_shared_there(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ben = await welcome(database, "ben")
    both = Follow("business", "sync")
    async with database.writing() as uow:
        hers = (Follow(tag="sync"), both, Follow("craft"))
        for minute, follow in enumerate(hers):
            assert await uow.resources.follow(attic, ada.person.id, follow, NOW + minute * MINUTE)
        assert not await uow.resources.follow(attic, ada.person.id, both, NOW)
        assert await uow.resources.follow(attic, ben.person.id, both, NOW)
        assert await uow.resources.follow(cellar, ada.person.id, Follow("craft"), NOW)  # they are not there
    ids = [
        await share(database, attic, resource(who, About(f"R {number}", topic, tags=tags)), NOW + number * MINUTE)
        for number, (who, topic, tags) in enumerate(
            (
                (ben, "business", ("sync",)),
                (ben, "income", ("sync",)),
                (ben, "business", ("law",)),
                (ben, "craft", ()),
                (ada, "craft", ("sync",)),
                (eve, "business", ("sync",)),
            )
        )
    ]
    elsewhere = await share(database, cellar, resource(eve, "There"))
    dead = await share(database, attic, resource(eve, About("Dead", "craft")), NOW + MINUTE)
    async with database.writing() as uow:
        await uow.resources.stand(attic, dead, Standing.DEAD, NOW)
    everybody = [ada.person.id, ben.person.id, eve.person.id]
    async with database.reading() as uow:
        fresh = await uow.resources.fresh(dict.fromkeys(everybody, (NOW, NOW + DAY)), 9)
        two = await uow.resources.fresh(dict.fromkeys(everybody, (NOW, NOW + DAY)), 2)
        short = (NOW + 2 * MINUTE, NOW + 5 * MINUTE)
        later = await uow.resources.fresh(dict.fromkeys(everybody, short), 9)
        each = await uow.resources.fresh({ada.person.id: short, ben.person.id: (NOW, NOW + DAY)}, 9)
        assert await uow.resources.fresh({}, 9) == {}
        of_ada = await uow.resources.seen(ada.person.id, [ids[5], 999_999, ids[0]])
        assert [found.id for found in of_ada] == [ids[5], ids[0]]
        assert not await uow.resources.seen(ada.person.id, [elsewhere])
        assert await uow.resources.follows(attic, ada.person.id) == list(hers)
    assert fresh == {
        ada.person.id: [Fresh(ids[number], attic) for number in (5, 3, 1, 0)],
        ben.person.id: [Fresh(ids[5], attic)],
    }
    assert two[ada.person.id] == [Fresh(ids[5], attic), Fresh(ids[3], attic)]
    assert later == {ada.person.id: [Fresh(ids[3], attic)]}
    assert dict(each) == dict(later) | {ben.person.id: [Fresh(ids[5], attic)]}
    async with database.writing() as uow:
        assert await uow.resources.unfollow(attic, ben.person.id, both)
        assert not await uow.resources.unfollow(attic, ben.person.id, both)
        assert len(await uow.resources.follows(attic, ada.person.id)) == 3
        await uow.people.leave(workspace("Attic"), NOW)
        assert await uow.resources.fresh(dict.fromkeys(everybody, (NOW, NOW + DAY)), 9) == {}
        assert not await uow.resources.seen(ada.person.id, ids)


async def test_nobody_follows_more_than_can_be_listed(database: Database, ada: Caller, attic: int) -> None:
    async def follow(number: int) -> bool:
        async with database.writing() as uow:
            return await uow.resources.follow(attic, ada.person.id, Follow(tag=f"t{number:02}"), NOW)

    came = await asyncio.gather(*(follow(number) for number in range(FOLLOWS_MOST + 3)), return_exceptions=True)
    assert [isinstance(each, Refused) for each in came].count(True) == 3
    async with database.reading() as uow:
        assert len(await uow.resources.follows(attic, ada.person.id)) == FOLLOWS_MOST


# --- staying alive -----------------------------------------------------------------------------------------


async def test_a_link_that_dies_is_dead_since_the_first_time(database: Database, ada: Caller, attic: int) -> None:
    id_ = await share(database, attic, resource(ada))
    link = (await there(database, attic, id_)).link
    async with database.writing() as uow:
        await uow.resources.stand(attic, id_, Standing.UNKNOWN, NOW, fails=2)
        assert await uow.resources.linked([id_, 999]) == [Linked(id_, attic, link, Standing.UNKNOWN, 2)]
        await uow.resources.stand(attic, id_, Standing.DEAD, NOW, fails=3, archived="https://archive.org/x")
        await uow.resources.stand(attic, id_, Standing.DEAD, NOW + DAY, fails=4)
    kept = await there(database, attic, id_)
    assert (kept.standing, kept.dead_since, kept.archived) == (Standing.DEAD, NOW, "https://archive.org/x")
    async with database.writing() as uow:
        await uow.resources.stand(attic, id_, Standing.ALIVE, NOW + 2 * DAY)
        assert (await uow.resources.linked([id_]))[0].fails == 0
    kept = await there(database, attic, id_)
    assert (kept.standing, kept.dead_since, kept.archived) == (Standing.ALIVE, None, "")


async def test_what_should_be_looked_at_again_is_listed_the_longest_first(
    database: Database, ada: Caller, attic: int
) -> None:
    for title, day in (("Later", 3), ("First", 1), ("Not yet", 5), ("Never", None)):
        about = replace(WHOLE, title=title, review_by=date(2027, 1, day) if day else None)
        await share(database, attic, resource(ada, about))
    async with database.reading() as uow:
        stale = await uow.resources.stale(attic, date(2027, 1, 5), 9)
        one = await uow.resources.stale(attic, date(2027, 1, 5), 1)
    assert [each.about.title for each in stale] == ["First", "Later"]
    assert one == stale[:1]
    assert stale[0].is_stale(date(2027, 1, 5))


# --- whoever is forgotten ----------------------------------------------------------------------------------


async def test_whoever_is_forgotten_leaves_what_they_shared_without_their_name(
    database: Database, ada: Caller, attic: int
) -> None:
    ben = await welcome(database, "ben")
    id_ = await share(database, attic, resource(ben, WHOLE, note="my note"))
    async with database.writing() as uow:
        for who in (ada, ben):
            await uow.resources.help(attic, id_, who.person.id, True, NOW)
        await uow.resources.note(attic, id_, ada.person.id, "hers", NOW)
        await uow.resources.save(attic, id_, ben.person.id, True, NOW)
        await uow.resources.follow(attic, ben.person.id, Follow("craft"), NOW)
        everything = await uow.mydata.everything(ben.person.id)
        mine = {name for name in everything if name.startswith("resource")}
        assert mine == {"resources", "resource_notes", "resource_votes", "resource_saves", "resource_follows"}
        assert everything["resources"][0]["tags"] == list(WHOLE.tags)
        await uow.mydata.forget(ben.person.id, NOW)
    kept = await there(database, attic, id_)
    assert (kept.sharer, kept.sharer_name, kept.helpful) == (None, "", 1)
    assert [note.text for note in kept.notes] == ["hers"]
    async with database.reading() as uow:
        assert await uow.resources.follows(attic, ben.person.id) == []
    assert await in_library(database, attic, Wanted("my note")) == []
    async with database.reading() as uow:
        assert await uow.connection.scalar(select(func.count()).select_from(resources)) == 1


async def test_a_resource_follows_the_account_that_shared_it(database: Database, ada: Caller, attic: int) -> None:
    async with database.writing() as uow:
        slack = Account("slack", "U1", "ada.l")
        other = await uow.people.welcome(
            slack, Workspace("slack", "T1", "Attic's"), is_organiser=False, zone="UTC", locale="en", now=NOW
        )
    id_ = await share(database, attic, resource(other, note="by the other"))
    async with database.writing() as uow:
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    kept = await there(database, attic, id_)
    assert (kept.sharer, kept.sharer_name) == (ada.person.id, "Ada")
    async with database.writing() as uow:
        alone = await uow.linking.part_person(other.origin.account, NOW)
    kept = await there(database, attic, id_)
    assert (kept.sharer, kept.sharer_name) == (alone, "ada.l")
