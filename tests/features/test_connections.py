"""Connections as somebody uses them: what a form cannot show of itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.connections import Promise, Side
from bot.domain.contacts.records import FILE_MOST
from bot.domain.moments import Moment
from bot.request import Attached, Press, Run
from bot.ui import Answer, Form, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
TABLE = (
    "Name,E-Mail,Notes\nAna Ruiz,ana@example.org,likes tape\nBen Okafor,ben@example.org,=1+1\n,nobody@example.org,\n"
)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as ana:
        yield ana


async def imports(who: Somebody, content: bytes, size: int | None = None, **said: str) -> Answer:
    async def read(most: int) -> bytes:
        return content[: most + 1]

    incoming = who.incoming(Run(("connect", "import"), {"file": "f", **said}))
    attached = Attached("people.csv", "text/csv", len(content) if size is None else size, read)
    return await who.bot.app.handle(replace(incoming, files={"f": attached}))


async def saved(who: Somebody, line: str) -> Reply:
    asked = await who.says(line)
    done = await who.presses(asked, "Save")
    assert isinstance(done, Reply)
    assert "Saved" in words(done)
    return done


async def test_an_import_is_shown_then_taken_whole_and_taken_back(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz" contact:ana@example.org')
    shown = await imports(ana, TABLE.encode())
    assert isinstance(shown, Reply)
    assert "2 people in this file" in words(shown)
    assert "1 seems to be noted already: Ana Ruiz" in words(shown)
    assert "1 cannot be taken" in words(shown)
    done = await ana.presses(shown, "Import 1")
    assert "1 connection imported" in words(done)
    again = await ana.presses(shown, "Import 1")
    assert isinstance(again, Reply)
    await ana.bot.work()
    assert "Ben Okafor" in words(await ana.says("/connect find okafor"))
    assert isinstance(done, Reply)
    undone = await ana.presses(done, "Undo")
    assert "1 connection removed again" in words(undone)
    found = words(await ana.says("/connect find"))
    assert "Ben" not in found
    assert "Ana Ruiz" in found


async def test_what_was_changed_since_stays_when_an_import_is_taken_back(ana: Somebody) -> None:
    shown = await imports(ana, TABLE.encode())
    assert isinstance(shown, Reply)
    done = await ana.presses(shown, "Import 2")
    assert isinstance(done, Reply)
    for _ in range(3):
        ana.clock.skip(timedelta(seconds=2))
        await ana.bot.work()
    await ana.says('/connect note "Ben Okafor" note:"met again"')
    undone = await ana.presses(done, "Undo")
    assert "1 connection removed again. 1 stays" in words(undone)


async def test_an_import_can_be_undone_for_a_day_and_by_nobody_else(ana: Somebody) -> None:
    shown = await imports(ana, TABLE.encode())
    assert isinstance(shown, Reply)
    taken = button(shown, "Import 2")
    eve = replace(ana, name="eve")
    refused = await eve.ask(Press(taken))
    assert isinstance(refused, Reply)
    assert refused.is_refusal
    done = await ana.presses(shown, "Import 2")
    assert isinstance(done, Reply)
    ana.clock.skip(timedelta(hours=25))
    late = await ana.presses(done, "Undo")
    assert isinstance(late, Reply)
    assert late.is_refusal


async def test_a_file_of_50_megabytes_is_refused_before_it_is_read(ana: Somebody) -> None:
    refused = await imports(ana, b"", size=50_000_000)
    assert isinstance(refused, Form)
    assert "5 MB" in refused.errors["file"]
    lying = await imports(ana, b"name\n" + b"a" * (FILE_MOST + 10), size=10)
    assert isinstance(lying, Form)
    assert "5 MB" in lying.errors["file"]


async def test_a_table_with_columns_of_its_own_is_asked_about(ana: Somebody) -> None:
    asked = await imports(ana, b"Wer,Was\nAna Ruiz,producer\n")
    assert isinstance(asked, Form)
    assert "Wer, Was" in asked.errors["name"]
    shown = await imports(ana, b"Wer,Was\nAna Ruiz,producer\n", name="Wer", role="Was")
    assert "1 person in this file" in words(shown)


async def test_what_is_exported_is_what_was_noted(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz" promised:"send stems" due:friday notes:"=HYPERLINK(1)" tags:techno')
    reply = await ana.says("/connect export")
    cards, table = (file.content.decode("utf-8-sig") for file in reply.files)
    assert "FN:Ana Ruiz" in cards
    assert "'=HYPERLINK(1)" in table
    assert "send stems (2026-11-27)" in table


async def test_a_connection_logged_twice_by_one_request_is_one(ana: Somebody) -> None:
    asked = await ana.says('/connect log "Ana Ruiz"')
    save = button(asked, "Save")
    for _ in range(2):
        await ana.ask(Press(save), "the same request")
    assert "1 connection" in words(await ana.says("/connect find"))


async def test_somebody_alike_can_be_told_to_be_the_same(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz" role:producer')
    asked = await ana.says('/connect log "Anna Ruiz" role:singer met:"the studio" promised:"a mix"')
    done = await ana.presses(asked, "It is Ana Ruiz")
    assert "Saved" in words(done)
    assert "1 connection" in words(await ana.says("/connect find"))
    shown = await ana.says("/connect show #1")
    told = words(shown) + str([field.value for card in shown.cards for field in card.fields])
    assert "the studio" in told
    assert "a mix" in told
    assert "Role: singer" in told  # what both say differently is a note: nothing is lost


async def test_a_promise_is_told_when_it_is_due_and_done_keeps_it(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz" promised:"send stems" due:"friday 12:00"')
    ana.clock.skip(timedelta(days=2))
    assert await ana.bot.work() is not None
    silent = ana.bot.platforms["console"]
    assert isinstance(silent, SilentPlatform)
    ((_, reply, _),) = silent.taken
    assert "send stems" in words(reply)
    await ana.ask(Press(button(reply, "Done")))
    assert "No promise is open" in words(await ana.says("/connect promises"))
    await ana.ask(Press(button(reply, "Done")))


@pytest.mark.unmeasured
async def test_five_thousand_promises_are_listed_soonest_first(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz"')
    async with ana.bot.database.writing() as uow:
        for number in range(5_000):
            due = Moment(datetime(2027, 1, 1) + timedelta(hours=5_000 - number), "UTC")  # noqa: DTZ001 - on a wall
            await uow.connections.promise(1, 1, Promise(Side.MINE, f"promise {number}", NOW, due), f"r{number}")
    listed = await ana.says("/connect promises")
    assert "you owe 5,000" in words(listed)
    assert "promise 4999" in words(listed)
    assert len([card for card in listed.cards if card.title]) == 5


async def test_everything_that_unicode_has_can_be_noted(ana: Somebody) -> None:
    note = "<@everyone> *b* `c` \u202eevil \U0001f469\u200d\U0001f3a4 e\u0301 \U000e0001 ]](x) {name} %s \\ שלום"
    await saved(ana, '/connect log "Zoë 🎛️ <!channel>"')
    await ana.says(f'/connect note #1 note:"{note}"')
    shown = words(await ana.says("/connect show #1"))
    assert "{name} %s" in shown
    assert "\u202e" not in shown


async def test_a_table_of_nothing_but_a_header_has_nobody(ana: Somebody) -> None:
    refused = await imports(ana, b"Name,Email\n")
    assert "nobody in this file" in words(refused)


async def test_what_was_exported_is_recognised_when_it_comes_back(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz" contact:"+49 170 1234567" notes:"=1+1" tags:techno met:"ADE panel"')
    exported = await ana.says("/connect export")
    for file in exported.files:
        shown = await imports(ana, file.content)
        assert "1 seems to be noted already: Ana Ruiz" in words(shown)


async def test_somebody_who_only_shares_a_first_name_is_not_shown_as_alike(ana: Somebody) -> None:
    await saved(ana, '/connect log "Ana Ruiz"')
    assert "alike" not in words(await ana.says('/connect log "Ana Lopez"'))
    assert "alike" in words(await ana.says('/connect log "Ruiz, Anna"'))
