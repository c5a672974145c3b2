"""All about one person comes out whole, and goes whole: every table is walked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.request import Press
from bot.ui import Reply
from storage.mydata import OF_OTHERS, SECRET, owners
from storage.schema import metadata
from storage.tables import people
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
NAME = "zyxwulon"
MARK = "quokka"
LINES = (
    f'/gig post {MARK} mix what:mix remote:yes contact:"{MARK}"',
    f"/gig follow role:{MARK}",
    f'/event add Open Ears when:"friday 20:00" about:"by {MARK}s for all"',
    f'/connect log "Ana {MARK}" notes:"{MARK} likes tape" promised:"{MARK} stems" due:friday follow_up:friday',
    f'/remind me "{MARK} rehearsal" when:friday',
    f'/path goal "{MARK} tracks" by:june topic:craft',
    "/remind settings quiet:22:00-8:00",
    "/event answer open ears",
    "/remind event open ears leads:3h",
    "/me zone zone:Africa/Lagos",
    "/me language language:de",
    "/me link",
    f'/connect intro member:mara why:"{MARK} mix"',
    "/connect never member:mara",
)
SHARED = ("events", "occurrences", "audit_lines")
"""What they wrote there is everybody's: it stays, without their name."""


@pytest.fixture
async def zebulon(database_url: str) -> AsyncIterator[Somebody]:
    """Has something of every kind."""
    async with somebody(database_url, NOW) as ana:
        zebulon = replace(ana, name=NAME)
        await replace(ana, name="mara").says("/help")
        for line in LINES:
            answer = await zebulon.says(line)
            assert not answer.is_refusal, line
            if "Save" in [getattr(each, "label", "") for card in answer.cards for each in card.controls]:
                await zebulon.presses(answer, "Save")
        await ana.says("/help")
        saved = await ana.says(f'/connect log "{NAME}" member:{NAME}')
        await ana.presses(saved, "Save")
        ana.clock.skip(timedelta(days=2, hours=2, minutes=30))
        await ana.bot.work()
        yield zebulon


async def everything(who: Somebody) -> dict[str, list[dict[str, object]]]:
    async with who.bot.database.reading() as uow:
        return {
            table.name: [dict(row._mapping) for row in await uow.connection.rows(select(*table.c))]
            for table in metadata.sorted_tables
        }


async def test_what_is_exported_is_all_there_is(zebulon: Somebody) -> None:
    reply = await zebulon.says("/me export")
    told = json.loads(next(file for file in reply.files if file.name == "greenroom.json").content)
    assert {file.name for file in reply.files} == {"greenroom.json", "connections.vcf", "connections.csv"}
    kept = await everything(zebulon)
    id_ = next(row["id"] for row in kept["people"] if row["name"] == NAME.title())
    accounts = {row["id"] for row in kept["accounts"] if row["person_id"] == id_}
    for table, column, is_account in owners():
        theirs = [row for row in kept[table.name] if row[column.name] in (accounts if is_account else {id_})]
        if theirs and table.name not in SECRET and f"{table.name}.{column.name}" not in OF_OTHERS:
            assert len(told[table.name]) >= len(theirs), table.name
    assert json.dumps(told["connections"]).count(MARK) == 1
    assert MARK in json.dumps(told["promises"])
    assert MARK in json.dumps(told["connection_entries"])
    assert MARK in json.dumps(told["reminders"])
    assert MARK in json.dumps(told["introductions"])
    assert MARK in json.dumps(told["gigs"])
    assert MARK in json.dumps(told["gig_follows"])
    assert not {"answer", "is_withheld", "puts_at"} & told["introductions"][0].keys()  # nobody learns of a no


async def test_who_is_forgotten_is_named_in_no_table(zebulon: Somebody) -> None:
    before = await everything(zebulon)
    named = [name for name, rows in before.items() if NAME in str(rows).casefold() or MARK in str(rows).casefold()]
    assert len(named) > 5
    asked = await zebulon.says("/me forget")
    sure = button(asked, "Alles löschen" if "Alles löschen" in words_of(asked) else "Delete everything")
    done = await zebulon.ask(Press(sure))
    assert isinstance(done, Reply)
    assert not done.is_refusal
    after = await everything(zebulon)
    id_ = next(row["id"] for row in before["people"] if row["name"] == NAME.title())
    for name, rows in after.items():
        seen = str(rows).casefold()
        if name in SHARED:
            assert NAME not in seen
        elif name.startswith("connection"):  # what Ana noted of them stays hers, as long as she keeps it
            assert MARK not in seen
        else:
            assert NAME not in seen, name
            assert MARK not in seen, name
    for table, column, is_account in owners():
        if not is_account:
            assert id_ not in [row[column.name] for row in after[table.name]], table.name
    assert {row["kind"] for row in after["due"] if row["subject"] == id_} <= {"digest", "housekeeping", "mirror"}
    event = next(row for row in after["events"] if row["title"] == "Open Ears")
    assert (event["added_by"], event["account_id"]) == (None, None)


async def test_a_second_press_forgets_nobody_else_and_the_next_word_begins_anew(zebulon: Somebody) -> None:
    asked = await zebulon.says("/me forget")
    sure = next(each.action for each in asked.cards[0].controls if hasattr(each, "action"))
    await zebulon.ask(Press(sure))
    again = await zebulon.ask(Press(sure))
    assert isinstance(again, Reply)
    assert again.is_refusal
    assert "noted nobody" in words(await zebulon.says("/connect find"))


async def test_another_persons_button_forgets_nobody(zebulon: Somebody) -> None:
    asked = await zebulon.says("/me forget")
    sure = next(each.action for each in asked.cards[0].controls if hasattr(each, "action"))
    eve = replace(zebulon, name="eve", is_organiser=True)
    reply = await eve.ask(Press(sure))
    assert isinstance(reply, Reply)
    assert reply.is_refusal
    async with zebulon.bot.database.reading() as uow:
        found = await uow.connection.rows(select(people.c.name))
    assert NAME.title() in [row.name for row in found]


def words_of(reply: Reply) -> str:
    return " ".join(getattr(each, "label", "") for card in reply.cards for each in card.controls)
