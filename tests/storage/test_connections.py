"""Whom somebody knows, on both databases, sealed and not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.domain.cadences import Cadence, Unit
from bot.domain.connections import (
    About,
    Connection,
    Entry,
    Happening,
    NewConnection,
    Page,
    Promise,
    Side,
    Standing,
    Timeline,
    Wanted,
)
from bot.domain.events import Attendance
from bot.domain.moments import Moment
from bot.domain.people import Caller
from bot.errors import Refused, SetupError
from bot.sealing import Vault
from storage.database import Database
from storage.tables import connection_entries, connection_terms, connections, promises
from tests.storage.making import NOW, account, add, event, workspace

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
TODAY = date(2026, 11, 2)
FRIDAY = Moment(datetime(2026, 11, 6, 18), "Europe/Berlin")  # noqa: DTZ001 - the time on a wall
MINE, THEIRS = Side.MINE, Side.THEIRS
HOSTILE = "Ａ\x00\ud800 👩‍👩‍👧 \u202eשלום\u202c é '; DROP TABLE people; -- \U0010ffff {{}} %s"


@pytest.fixture(params=["", OLD], ids=["plain", "sealed"])
def keys(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def database(database_url: str, keys: str) -> AsyncIterator[Database]:
    database = Database(database_url, vault=Vault(keys))
    yield database
    await database.close()


@pytest.fixture
def me(ada: Caller) -> int:
    return ada.person.id


@pytest.fixture
def stranger(eve: Caller) -> int:
    return eve.person.id


def met(text: str = "ADE panel", at: datetime = NOW) -> Entry:
    return Entry(Happening.MET, at, text)


def note(text: str, at: datetime = NOW) -> Entry:
    return Entry(Happening.NOTE, at, text)


def promised(text: str = "send stems", side: Side = MINE, due: Moment | None = None) -> Promise:
    return Promise(side, text, NOW, due)


async def log(
    database: Database,
    owner: int,
    about: About | str = "Ana Ruiz",
    *entries: Entry,
    promises: tuple[Promise, ...] = (),
    last: date = TODAY,
    cadence: Cadence | None = None,
    member: int | None = None,
    request: str | None = None,
) -> int:
    known = About(about) if isinstance(about, str) else about
    new = NewConnection(known, last, entries, promises, member, cadence, request_id=request)
    async with database.writing() as uow:
        return await uow.connections.add(owner, new, NOW)


async def page(
    database: Database, owner: int, words: str = "", *, offset: int = 0, limit: int = 10, **wanted: str | bool
) -> Page:
    async with database.reading() as uow:
        asked = Wanted(words, **wanted)  # type: ignore[arg-type]  # each as the test names it
        return await uow.connections.find(owner, asked, TODAY, NOW, offset=offset, limit=limit)


async def names(database: Database, owner: int, words: str = "", **wanted: str | bool) -> list[str]:
    found = await page(database, owner, words, **wanted)  # type: ignore[arg-type]  # as above
    assert found.total == len(found.connections)
    return [each.about.name for each in found.connections]


async def get(database: Database, owner: int, id_: int) -> Connection:
    async with database.reading() as uow:
        found = await uow.connections.get(owner, id_)
    assert found is not None
    return found


async def timeline(database: Database, owner: int, id_: int) -> Timeline:
    async with database.reading() as uow:
        found = await uow.connections.timeline(owner, id_, entries=100)
    assert found is not None
    return found


# --- keeping -----------------------------------------------------------------------------------------------


async def test_what_was_logged_is_there_as_it_was_written(database: Database, me: int, stranger: int) -> None:
    about = About(
        "Ana Ruiz",
        "producer",
        "Northlight",
        "Lisboa",
        ("@ana", "bsky: ana.ruiz"),
        ("https://ana.example/x",),
        ("ana@ruiz.example",),
        ("+351 912 345 678",),
        ("sync", "late night"),
        "Bo",
    )
    new = NewConnection(
        about,
        TODAY,
        (met(at=NOW - timedelta(days=1)), note("likes modular")),
        (promised(due=FRIDAY), promised("introduce me to Kim", THEIRS)),
        stranger,
        Cadence(6, Unit.WEEKS),
        FRIDAY,
    )
    async with database.writing() as uow:
        id_ = await uow.connections.add(me, new, NOW)
    known = await get(database, me, id_)
    assert known.met_first is not None
    assert (known.about, known.last_contact, known.member, known.version) == (about, TODAY, stranger, 1)
    assert (known.cadence, known.follow_up, known.back_on) == (
        Cadence(6, Unit.WEEKS),
        FRIDAY,
        TODAY + timedelta(weeks=6),
    )
    assert replace(known.met_first, id=0) == met(at=NOW - timedelta(days=1))
    shown = await timeline(database, me, id_)
    assert [each.text for each in shown.entries] == ["likes modular", "ADE panel"]
    assert [(each.text, each.side, each.due, each.name, each.connection) for each in shown.promises] == [
        ("introduce me to Kim", THEIRS, None, "Ana Ruiz", id_),
        ("send stems", MINE, FRIDAY, "Ana Ruiz", id_),
    ]


async def test_whatever_unicode_has_is_kept_and_found(database: Database, me: int) -> None:
    many = (HOSTILE,)
    about = About(HOSTILE, HOSTILE, HOSTILE, HOSTILE, many, many, many, many, many, HOSTILE)
    id_ = await log(database, me, about, met(HOSTILE), note(HOSTILE * 50), promises=(promised(HOSTILE),))
    shown = await timeline(database, me, id_)
    assert shown.connection.about == about
    assert {each.text for each in shown.entries} | {each.text for each in shown.promises} == {HOSTILE, HOSTILE * 50}
    assert await names(database, me, "שלום") == [HOSTILE]
    assert await names(database, me, tag=HOSTILE, role=HOSTILE[:9], city="drop", met="tab") == [HOSTILE]
    async with database.reading() as uow:
        assert len(await uow.connections.alike(me, about, 5)) == 1
        assert len(await uow.connections.suggest(me, HOSTILE, 5)) == 1


async def test_the_same_request_adds_one(database: Database, me: int, stranger: int) -> None:
    first = await log(database, me, request="r1")
    assert await log(database, me, request="r1") == first
    assert await log(database, stranger, request="r1") != first
    for _ in range(2):
        async with database.writing() as uow:
            assert await uow.connections.note(me, first, note("again"), contact=None, request_id="n1")
            await uow.connections.promise(me, first, promised(), "p1")
    shown = await timeline(database, me, first)
    assert [each.text for each in shown.entries] == ["again"]
    assert [each.text for each in shown.promises] == ["send stems"]


async def test_a_change_is_refused_to_whoever_read_an_older_one(database: Database, me: int) -> None:
    id_ = await log(database, me, "Ana Ruiz", note("likes modular"))
    before = await get(database, me, id_)
    async with database.writing() as uow:
        assert await uow.connections.change(me, replace(before, about=About("Anna Ruys", role="engineer")))
        assert not await uow.connections.change(me, before)
        assert not await uow.connections.change(me, replace(before, id=id_ + 1))
    after = await get(database, me, id_)
    assert (after.about.name, after.version) == ("Anna Ruys", 2)
    assert await names(database, me, "ruiz") == []
    assert await names(database, me, "ruys", role="engineer") == await names(database, me, "modular") == ["Anna Ruys"]
    async with database.writing() as uow:
        assert await uow.connections.change(me, replace(after, cadence=Cadence(1, Unit.MONTHS), follow_up=FRIDAY))
    again = await get(database, me, id_)
    assert (again.back_on, again.follow_up) == (date(2026, 12, 2), FRIDAY)


async def test_a_note_may_be_a_contact_and_the_clock_starts_again(database: Database, me: int) -> None:
    id_ = await log(database, me, cadence=Cadence(8, Unit.DAYS))
    async with database.writing() as uow:
        assert await uow.connections.note(me, id_, met("studio"), contact=TODAY + timedelta(days=3), request_id="1")
        assert await uow.connections.note(me, id_, note("old news"), contact=TODAY, request_id="2")
        assert not await uow.connections.note(me, id_ + 1, note("?"), contact=None, request_id="3")
    known = await get(database, me, id_)
    assert (known.last_contact, known.back_on) == (TODAY + timedelta(days=3), TODAY + timedelta(days=11))
    assert await names(database, me, met="studio") == await names(database, me, "news") == ["Ana Ruiz"]
    assert await names(database, me, met="news") == []


async def test_who_is_forgotten_leaves_nothing(database: Database, me: int) -> None:
    id_ = await log(database, me, "Ana Ruiz", met(), promises=(promised(),))
    async with database.writing() as uow:
        assert await uow.connections.forget(me, id_)
        assert not await uow.connections.forget(me, id_)
    async with database.reading() as uow:
        for table in (connections, connection_entries, connection_terms, promises):
            assert await uow.connection.scalar(select(func.count()).select_from(table)) == 0


async def test_two_become_one_and_nothing_is_lost(database: Database, me: int) -> None:
    gone = await log(database, me, About("Ana R.", tags=("sync",)), met("Sonar"), promises=(promised(),))
    stays = await log(database, me, About("Ana Ruiz"), note("modular"))
    wanted = replace(await get(database, me, stays), about=About("Ana Ruiz", tags=("sync",)))
    async with database.writing() as uow:
        assert not await uow.connections.merge(me, stays, wanted)
        assert not await uow.connections.merge(me, gone, replace(wanted, version=7))
        assert await uow.connections.merge(me, gone, wanted)
        assert not await uow.connections.merge(me, gone, wanted)
    shown = await timeline(database, me, stays)
    assert {each.text for each in shown.entries} == {"Sonar", "modular"}
    assert [each.text for each in shown.promises] == ["send stems"]
    assert await names(database, me, tag="sync") == await names(database, me, "stems") == ["Ana Ruiz"]
    assert await names(database, me, "ana", met="sonar") == ["Ana Ruiz"]


async def test_all_is_exported_oldest_first(database: Database, me: int, stranger: int) -> None:
    for name in ("Bo", "Ana"):
        await log(database, me, name, met(name), note("x", NOW + timedelta(1)), promises=(promised(name),))
    await log(database, stranger, "Zoe")
    async with database.reading() as uow:
        found = await uow.connections.every(me)
    assert [each.connection.about.name for each in found] == ["Bo", "Ana"]
    assert [[entry.text for entry in each.entries] for each in found] == [["x", "Bo"], ["x", "Ana"]]
    assert [[promise.text for promise in each.promises] for each in found] == [["Bo"], ["Ana"]]


async def test_events_that_both_go_to_are_those_of_the_owners_communities(
    database: Database, me: int, stranger: int, attic: int, cellar: int
) -> None:
    ours, maybe, hers = [await add(database, home, event(str(home))) for home in (attic, attic, cellar)]
    going, perhaps = Attendance.GOING, Attendance.MAYBE
    said = ((attic, ours, going), (attic, maybe, perhaps), (cellar, hers, going))
    async with database.writing() as uow:
        for home, occurrence, answer in said:
            await uow.events.answer(home, occurrence, me, going, NOW)
            await uow.events.answer(home, occurrence, stranger, answer, NOW)
    assert (await timeline(database, me, await log(database, me, member=stranger))).both_at == (ours,)
    async with database.reading() as uow:
        assert len(await uow.connections.of_members(me, [stranger])) == 1
        assert await uow.connections.of_members(stranger, [stranger]) == []


async def test_strangers_have_nothing_by_any_id(database: Database, me: int, stranger: int) -> None:
    id_ = await log(database, me, About("Ana Ruiz", tags=("x",)), met(), promises=(promised(due=FRIDAY),))
    known = (await timeline(database, me, id_)).connection
    [owed] = (await timeline(database, me, id_)).promises
    other = await log(database, stranger, "Bo")
    theirs = await get(database, stranger, other)
    async with database.writing() as uow:
        rows = uow.connections
        assert await rows.get(stranger, id_) is None
        assert await rows.timeline(stranger, id_, entries=5) is None
        assert await rows.several(stranger, [id_]) == []
        assert await rows.promises(stranger, [owed.id]) == []
        assert not await rows.change(stranger, known)
        assert not await rows.note(stranger, id_, note("mine"), contact=None, request_id="1")
        assert not await rows.forget(stranger, id_)
        assert not await rows.merge(stranger, id_, theirs)
        assert not await rows.merge(stranger, other, known)
        assert await rows.promise(stranger, id_, promised(), "2") is None
        assert await rows.settle(stranger, owed.id, Standing.KEPT, NOW) is None
        assert await rows.put_off(stranger, owed.id, None) is None
        assert [each.about.name for each in await rows.suggest(stranger, "", 5)] == ["Bo"]
        assert await rows.suggest(stranger, "ana", 5) == await rows.alike(stranger, known.about, 5) == []
    assert await names(database, stranger, "ana") == await names(database, stranger, tag="x") == []
    assert await names(database, stranger) == ["Bo"]
    assert (await timeline(database, me, id_)).promises == (owed,)
    assert await get(database, me, id_) == known


# --- finding -----------------------------------------------------------------------------------------------


async def test_best_matches_come_first_then_those_last_in_touch_with(database: Database, me: int) -> None:
    await log(database, me, About("Bo Producer"), last=TODAY - timedelta(9))
    await log(database, me, About("Ana", role="producer"), last=TODAY - timedelta(1))
    await log(database, me, About("Cy"), note("a productive evening, producers only"), last=TODAY)
    await log(database, me, About("Di", role="producer"), last=TODAY)
    await log(database, me, About("Ed", role="engineer"), last=TODAY)
    assert await names(database, me, "prod") == ["Bo Producer", "Di", "Ana", "Cy"]
    assert await names(database, me, "producer") == ["Bo Producer", "Di", "Ana", "Cy"]
    assert await names(database, me, role="Produ") == ["Di", "Ana"]
    assert await names(database, me, "evening prod") == ["Cy"]
    assert await names(database, me) == ["Ed", "Di", "Cy", "Ana", "Bo Producer"]
    assert await names(database, me, "prod", role="engineer") == []
    assert await names(database, me, role="!!!") == []
    with pytest.raises(Refused):
        await names(database, me, "!!!")


async def test_a_page_says_how_many_there_are_in_all(database: Database, me: int) -> None:
    for number in range(7):
        await log(database, me, f"Ana {number}")
    for words in ("", "ana"):
        found = await page(database, me, words, offset=5, limit=5)
        assert ([each.about.name for each in found.connections], found.total) == (["Ana 1", "Ana 0"], 7)
        assert await page(database, me, words, offset=10, limit=5) == Page((), 7)


async def test_tags_are_found_whole_and_cities_and_meetings_by_beginnings(database: Database, me: int) -> None:
    await log(database, me, About("Ana", city="São Paulo", tags=("Late Night", "c++")), met("ADE panel"))
    await log(database, me, About("Bo", city="Lisboa", tags=("late",), role="t"), met("Sonar"))
    assert await names(database, me, tag="late night") == await names(database, me, tag="C++") == ["Ana"]
    assert await names(database, me, tag="late") == ["Bo"]
    assert await names(database, me, tag="night") == []
    assert await names(database, me, "t") == ["Bo"]
    assert await names(database, me, city="sao pau", met="pan") == ["Ana"]
    assert await names(database, me, met="lisboa") == []


async def test_overdue_are_those_to_get_back_to_and_those_with_a_late_promise(database: Database, me: int) -> None:
    past = Moment(datetime(2026, 11, 1, 9), "UTC")  # noqa: DTZ001 - the time on a wall
    week, fortnight = Cadence(1, Unit.WEEKS), Cadence(2, Unit.WEEKS)
    await log(database, me, "Late", last=TODAY - timedelta(14), cadence=fortnight)
    await log(database, me, "Later", last=TODAY - timedelta(14), cadence=week)
    await log(database, me, "Early", last=TODAY, cadence=week)
    owing = await log(database, me, "Owing", promises=(promised(due=past), promised(due=FRIDAY)))
    assert await names(database, me, overdue=True) == ["Owing", "Later", "Late"]
    assert await names(database, me, "late", overdue=True) == ["Later", "Late"]
    async with database.writing() as uow:
        assert [each.about.name for each in await uow.connections.late(me, TODAY, 5)] == ["Later", "Late"]
        late = next(each.id for each in (await uow.connections.open_promises(me, None, offset=0, limit=1)).promises)
        assert await uow.connections.settle(me, late, Standing.KEPT, NOW)
    assert owing
    assert await names(database, me, overdue=True) == ["Later", "Late"]


async def test_suggestions_are_of_names_and_companies(database: Database, me: int) -> None:
    await log(database, me, About("Ana Ruiz", company="Northlight", role="north star"), last=TODAY - timedelta(1))
    await log(database, me, About("Norton Bo", role="anarchist"))
    async with database.reading() as uow:
        suggested = {
            typed: [each.about.name for each in await uow.connections.suggest(me, typed, 5)]
            for typed in ("", "nor", "north", "ana", "rui ana", "zzz", "?!")
        }
    assert suggested == {
        "": ["Norton Bo", "Ana Ruiz"],
        "nor": ["Norton Bo", "Ana Ruiz"],
        "north": ["Ana Ruiz"],
        "ana": ["Ana Ruiz"],
        "rui ana": ["Ana Ruiz"],
        "zzz": [],
        "?!": [],
    }


async def test_of_one_or_two_letters_a_sealed_word_is_found_whole(database: Database, me: int, keys: str) -> None:
    await log(database, me, "Bo Anders")
    assert await names(database, me, "bo") == await names(database, me, "and") == ["Bo Anders"]
    assert await names(database, me, "an") == ([] if keys else ["Bo Anders"])


async def test_alike_are_those_with_a_name_or_an_address_in_common(database: Database, me: int) -> None:
    await log(database, me, About("Anabel Ruizo"))
    await log(database, me, About("Ruiz Bo"))
    await log(database, me, About("A. R.", emails=("ANA@ruiz.example",)), note("Ana Ruiz"))
    await log(database, me, About("Handle", handles=("bsky: @ana.r",)))
    await log(database, me, About("Linked", links=("http://www.ana.example/me/",)))
    await log(database, me, About("Phoned", phones=("(0)912 345-678",)))
    typed = About(
        "Ana Ruiz",
        handles=("@ana.r",),
        links=("https://ana.example/me",),
        emails=("ana@ruiz.example",),
        phones=("+351 912345678",),
    )
    async with database.reading() as uow:
        found = [each.about.name for each in await uow.connections.alike(me, typed, 10)]
        assert await uow.connections.alike(me, About("?"), 10) == ()
    assert found == ["Phoned", "Linked", "Handle", "A. R.", "Ruiz Bo"]


# --- promises ----------------------------------------------------------------------------------------------


async def test_of_five_thousand_promises_the_soonest_due_come_first(database: Database, me: int) -> None:
    days = [number % 400 for number in range(5000)]
    moments = [None if day == 7 else replace(FRIDAY, wall=FRIDAY.wall + timedelta(days=day)) for day in days]
    batch = [
        NewConnection(
            About(f"Ana {start}"),
            TODAY,
            promises=tuple(
                promised(f"no. {start + at}", MINE if at % 2 else THEIRS, moments[start + at]) for at in range(50)
            ),
        )
        for start in range(0, 5000, 50)
    ]
    async with database.writing() as uow:
        await uow.connections.bring(me, batch, "promises", NOW)
    async with database.reading() as uow:
        ledger = await uow.connections.open_promises(me, None, offset=0, limit=20)
        last = await uow.connections.open_promises(me, MINE, offset=2490, limit=20)
    assert (ledger.mine, ledger.theirs) == (last.mine, last.theirs) == (2500, 2500)
    assert [each.text for each in ledger.promises[:13]] == [f"no. {number}" for number in range(0, 5000, 400)]
    assert [each.due for each in last.promises] == [None] * 10


async def test_promises_are_kept_let_go_and_put_off(database: Database, me: int) -> None:
    id_ = await log(database, me)
    async with database.writing() as uow:
        made = await uow.connections.promise(me, id_, promised(due=FRIDAY), "p")
        assert made is not None
        assert await uow.connections.promise(me, id_ + 1, promised(), "q") is None
    for standing, before in ((Standing.KEPT, Standing.OPEN), (Standing.KEPT, Standing.KEPT), (Standing.OPEN,) * 2):
        async with database.writing() as uow:
            found = await uow.connections.settle(me, made, standing, NOW)
            assert found is not None
            assert found.standing is (before if standing is Standing.KEPT else Standing.KEPT)
            [now_] = await uow.connections.promises(me, [made, 999])
            assert (now_.standing, now_.settled_at) == (standing, NOW if standing is Standing.KEPT else None)
    later = replace(FRIDAY, wall=FRIDAY.wall + timedelta(days=1))
    async with database.writing() as uow:
        moved = await uow.connections.put_off(me, made, later)
        assert [moved] == list(await uow.connections.promises(me, [made]))
    assert moved is not None
    assert moved.due == later
    assert await names(database, me, "stems") == ["Ana Ruiz"]


async def test_there_is_a_limit_to_what_is_kept(database: Database, me: int, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = await log(database, me, promises=(promised(),))
    monkeypatch.setattr("bot.domain.connections.CONNECTIONS_MOST", 2)
    monkeypatch.setattr("bot.domain.connections.PROMISES_MOST", 2)
    await log(database, me)
    with pytest.raises(Refused, match="2"):
        await log(database, me)
    async with database.writing() as uow:
        assert await uow.connections.promise(me, id_, promised(), "1") is not None
        with pytest.raises(Refused, match="2"):
            await uow.connections.promise(me, id_, promised(), "2")


# --- imports -----------------------------------------------------------------------------------------------


async def test_an_import_is_found_by_words_once_it_was_indexed(database: Database, me: int) -> None:
    batch = [NewConnection(About(f"Ana {number}", tags=("sync",)), TODAY, (met(),)) for number in range(4)]
    async with database.writing() as uow:
        first, *_ = await uow.connections.bring(me, batch, "i1", NOW)
    assert ((await page(database, me)).total, await names(database, me, "ana")) == (4, [])
    async with database.writing() as uow:
        assert await uow.connections.note(me, first, note("x"), contact=None, request_id="1")
    assert await names(database, me, "ana", tag="sync", met="ade") == ["Ana 0"]
    async with database.writing() as uow:
        assert [await uow.connections.reseal(2) for _ in range(3)] == [2, 1, 0]
    assert len(await names(database, me, "ana", tag="sync", met="ade")) == 4


async def test_an_import_is_brought_once_and_taken_back_where_nobody_changed_it(database: Database, me: int) -> None:
    batch = [NewConnection(About(f"Ana {number}"), TODAY, (met(),), (promised(),)) for number in range(250)]
    mine = await log(database, me)
    async with database.writing() as uow:
        ids = await uow.connections.bring(me, batch, "i1", NOW)
    async with database.writing() as uow:
        assert await uow.connections.bring(me, batch, "i1", NOW) == ids
        assert [each.about.name for each in await uow.connections.several(me, ids)] == [
            each.about.name for each in batch
        ]
        for act, id_ in zip(count(), ids[:4], strict=False):
            known = await uow.connections.timeline(me, id_, entries=1)
            assert known is not None
            match act:
                case 0:
                    assert await uow.connections.change(me, known.connection)
                case 1:
                    assert await uow.connections.note(me, id_, note("x"), contact=None, request_id="x")
                case 2:
                    assert await uow.connections.promise(me, id_, promised(), "x")
                case _:
                    assert await uow.connections.settle(me, known.promises[0].id, Standing.KEPT, NOW)
        assert await uow.connections.take_back(me, "i1") == (246, 4)
        assert await uow.connections.take_back(me, "i1") == (0, 4)
        assert await uow.connections.take_back(me, "i2") == (0, 0)
    assert (await page(database, me)).total == 5
    assert (await get(database, me, mine)).version == 1


# --- keys --------------------------------------------------------------------------------------------------


async def resealed(url: str, keys: str) -> Database:
    """The database under other keys, all laid anew in small steps."""
    database = Database(url, vault=Vault(keys))
    await database.check_keys()
    while True:
        async with database.writing() as uow:
            if await uow.connections.reseal(2) == 0:
                return database


async def test_keys_are_set_and_replaced_and_all_is_found_throughout(database_url: str, ada: Caller, keys: str) -> None:
    me = ada.person.id
    first = Database(database_url, vault=Vault(keys))
    about = About("Ana Ruiz", tags=("sync",), emails=("ana@x.example",))
    id_ = await log(first, me, about, met("panel"), promises=(promised(),))
    for number in range(4):
        await log(first, me, about, met(f"panel {number}"), promises=(promised(),))
    await first.close()
    before = Database(database_url, vault=Vault(f"{NEW},{OLD}"))
    found = await page(before, me, "ana pan stems", tag="sync")
    assert found.total == 5
    async with before.writing() as uow:  # what is written meanwhile is found, and what it hangs on stays so
        assert await uow.connections.note(me, id_, note("gizmo"), contact=None, request_id="1")
        assert len(await uow.connections.alike(me, about, 9)) == 5
    assert (await page(before, me, "gizmo panel")).total == 1
    await before.close()
    await (await resealed(database_url, f"{NEW},{OLD}")).close()
    after = Database(database_url, vault=Vault(NEW))
    await after.check_keys()
    again = await page(after, me, "ana pan stems", tag="sync")
    assert again.total == 5
    assert {each.about for each in again.connections} == {about}
    assert (await page(after, me, "gizmo")).total == 1
    await after.close()


async def test_a_start_without_the_key_names_the_setting(
    database: Database, database_url: str, me: int, keys: str
) -> None:
    await log(database, me)
    for wrong in ("", NEW):
        other = Database(database_url, vault=Vault(wrong))
        if keys:
            with pytest.raises(SetupError, match="GREENROOM_SECRET_KEY"):
                await other.check_keys()
        else:
            await other.check_keys()
        await other.close()


async def test_whoever_is_linked_keeps_what_they_know(database: Database, me: int, stranger: int) -> None:
    ana = await log(database, me, "Ana Ruiz", met(), promises=(promised(),), member=stranger, request="r")
    await log(database, stranger, "Bo Lind", request="s")
    async with database.writing() as uow:
        third = await uow.people.welcome(
            account("kim"), workspace("Attic"), is_organiser=False, zone="UTC", locale="en", now=NOW
        )
    hers = await log(database, third.person.id, "Ada", member=me)
    async with database.writing() as uow:
        assert await uow.linking.join_people(me, stranger, NOW)
    assert await names(database, stranger, "ana pan stems") == ["Ana Ruiz"]
    assert set(await names(database, stranger)) == {"Ana Ruiz", "Bo Lind"}
    assert (await get(database, stranger, ana)).member is None
    assert (await get(database, third.person.id, hers)).member == stranger
    async with database.writing() as uow:
        [one, *_] = await uow.people.accounts_of(stranger)
        left = await uow.linking.part_person(one.id, NOW)
    assert left is not None
    assert await names(database, left) == []
    assert await names(database, stranger, "stems") == ["Ana Ruiz"]
