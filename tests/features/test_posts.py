"""What was posted follows its events where it stands, and digests say what is news since the last one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.addresses import Channel
from bot.domain.delivery import Receipt
from bot.domain.events import Edit, Occurrence
from bot.errors import Unreachable
from bot.features.mirror import stir
from bot.features.posts.following import edit
from bot.request import Run
from bot.ui import Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
"""A Sunday."""
SET = "/digest set channel:events day:monday time:9:00 days:30"


class Editable(SilentPlatform):
    """Counts what is edited; what is `deleted` cannot be."""

    def __init__(self) -> None:
        super().__init__()
        self.edits: list[str] = []
        self.deleted: set[str] = set()

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        if receipt.message in self.deleted:
            raise Unreachable("unknown message")
        self.edits.append(receipt.message)
        await super().edit(receipt, reply)


@pytest.fixture
async def zoe(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        person.bot.platforms["console"] = Editable()
        yield replace(person, name="zoe", is_organiser=True)


@pytest.fixture
def ben(zoe: Somebody) -> Somebody:
    return replace(zoe, name="ben", is_organiser=False)


def platform(zoe: Somebody) -> Editable:
    found = zoe.bot.platforms["console"]
    assert isinstance(found, Editable)
    return found


def posted(zoe: Somebody, channel: str = "events") -> list[Reply]:
    return [reply for to, reply, _ in platform(zoe).taken if isinstance(to, Channel) and to.name == channel]


async def add(zoe: Somebody, title: str, when: str) -> None:
    await zoe.presses(await zoe.says(f'/event add {title} when:"{when}" venue:Kantine'), "Save")


async def goes_by(zoe: Somebody, time: timedelta, step: timedelta = timedelta(hours=1)) -> None:
    for _ in range(time // step):
        zoe.clock.skip(step)
        await zoe.bot.work()


async def soon(zoe: Somebody) -> None:
    await goes_by(zoe, timedelta(seconds=30), timedelta(seconds=10))


async def named(zoe: Somebody, title: str) -> tuple[int, Occurrence]:
    async with zoe.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        found = await uow.events.suggest(community.id, title, NOW, 1)
        one = await uow.events.get(community.id, found[0].id, person=None)
    assert one is not None
    return community.id, one


async def move(zoe: Somebody, title: str, by: timedelta) -> None:
    community, event = await named(zoe, title)
    changed = Edit(event.details, event.starts + by, event.ends + by)
    async with zoe.bot.services.store.writing() as uow:
        await uow.events.change(community, event.id, changed, zoe.clock.now())
        await stir(uow, community, zoe.clock.now())


async def cancel(zoe: Somebody, title: str) -> None:
    community, event = await named(zoe, title)
    async with zoe.bot.services.store.writing() as uow:
        await uow.events.cancel(community, event.id, zoe.clock.now())
        await stir(uow, community, zoe.clock.now())


async def first_digest(zoe: Somebody) -> Reply:
    for title, when in (("Alpha", "2026-12-01 20:00"), ("Bravo", "2026-12-05 20:00"), ("Charlie", "2026-12-09 20:00")):
        await add(zoe, title, when)
    await zoe.presses(await zoe.says(SET), "Save")
    await goes_by(zoe, timedelta(days=1))
    [digest] = posted(zoe)
    return digest


async def test_the_first_digest_calls_nothing_new(zoe: Somebody) -> None:
    digest = await first_digest(zoe)
    assert "New" not in words(digest)
    assert "new" not in words(digest)


async def test_the_newest_digest_follows_in_place_and_the_one_before_does_not(zoe: Somebody) -> None:
    await first_digest(zoe)
    await move(zoe, "Alpha", timedelta(hours=2))
    await soon(zoe)
    [digest] = posted(zoe)
    assert "Changed, before:" in words(digest)
    assert len(platform(zoe).edits) == 1
    await cancel(zoe, "Bravo")
    await soon(zoe)
    assert "Cancelled: Bravo" in words(posted(zoe)[0])
    await goes_by(zoe, timedelta(days=7))
    before, newest = posted(zoe)
    edits = len(platform(zoe).edits)
    await move(zoe, "Charlie", timedelta(hours=1))
    await soon(zoe)
    assert posted(zoe)[0] == before
    assert posted(zoe)[1] != newest
    assert len(platform(zoe).edits) == edits + 1


async def test_changes_that_come_together_are_one_edit_and_none_is_made_for_nothing(zoe: Somebody) -> None:
    await first_digest(zoe)
    for _ in range(5):
        await move(zoe, "Alpha", timedelta(minutes=30))
    await soon(zoe)
    assert len(platform(zoe).edits) == 1
    await add(zoe, "Delta", "2026-12-06 20:00")
    await soon(zoe)
    assert len(platform(zoe).edits) == 1


async def test_the_next_digest_says_what_is_new_changed_and_cancelled_since_the_last(zoe: Somebody) -> None:
    await first_digest(zoe)
    await add(zoe, "Delta", "2026-12-06 20:00")
    await cancel(zoe, "Bravo")
    await move(zoe, "Charlie", timedelta(days=1))
    await move(zoe, "Alpha", timedelta(days=60))
    await goes_by(zoe, timedelta(days=7))
    said = words(posted(zoe)[-1])
    assert "1 new, 2 changed, 1 cancelled" in said
    gone = said[said.index("Changed since the last digest") : said.index("Delta")]
    assert "Bravo" in gone
    assert "cancelled" in gone
    assert "Alpha" in gone
    assert "→" in gone
    assert said.count("Delta") == said.count("Charlie") == said.count("Bravo") == 1
    assert said.count("New") == 1
    assert said.count("Changed, before:") == 1
    await goes_by(zoe, timedelta(days=7))
    assert "Changed since" not in words(posted(zoe)[-1])
    assert "New" not in words(posted(zoe)[-1])


async def test_what_was_changed_back_is_no_news(zoe: Somebody) -> None:
    await first_digest(zoe)
    await move(zoe, "Charlie", timedelta(hours=1))
    await soon(zoe)
    await move(zoe, "Charlie", timedelta(hours=-1))
    await soon(zoe)
    assert "Changed" not in words(posted(zoe)[0])
    await goes_by(zoe, timedelta(days=7))
    assert "Changed" not in words(posted(zoe)[-1])
    assert "changed" not in words(posted(zoe)[-1])


async def test_a_digest_without_events_still_says_what_is_off(zoe: Somebody) -> None:
    await first_digest(zoe)
    for title in ("Alpha", "Bravo", "Charlie"):
        await cancel(zoe, title)
    await goes_by(zoe, timedelta(days=7))
    said = words(posted(zoe)[-1])
    assert "No events in the next 30 days" in said
    assert "3 cancelled" in said


async def test_a_card_is_posted_once_and_follows_its_event_and_its_answers(zoe: Somebody, ben: Somebody) -> None:
    await add(zoe, "Alpha", "2026-12-01 20:00")
    said = await zoe.ask(Run(("event", "post"), {"event": "Alpha", "channel": "events"}), "one")
    assert "is posted to #events" in words(said)
    await zoe.ask(Run(("event", "post"), {"event": "Alpha", "channel": "events"}), "one")
    await zoe.bot.work()
    [card] = posted(zoe)
    await ben.presses(card, "Going")
    await soon(zoe)
    [card] = posted(zoe)
    assert "1 going" in str(card.cards[0].fields)
    await move(zoe, "Alpha", timedelta(days=1))
    await soon(zoe)
    assert "December 2" in str(posted(zoe)[0].cards[0]) or "2026, 12, 2" in repr(posted(zoe)[0].cards[0])
    await cancel(zoe, "Alpha")
    await soon(zoe)
    assert "Cancelled: Alpha" in words(posted(zoe)[0])
    assert len(platform(zoe).edits) == 3


async def test_members_post_only_where_they_are(zoe: Somebody, ben: Somebody) -> None:
    await add(zoe, "Alpha", "2026-12-01 20:00")
    refused = await ben.ask(Run(("event", "post"), {"event": "Alpha", "channel": "events"}))
    assert "only organisers post" in words(refused)
    assert "#general" in words(await ben.says("/event post Alpha"))
    await zoe.bot.work()
    assert len(posted(zoe, "general")) == 1


async def test_a_message_that_was_deleted_is_forgotten(zoe: Somebody) -> None:
    await first_digest(zoe)
    platform(zoe).deleted.add("1")
    await move(zoe, "Alpha", timedelta(hours=1))
    await goes_by(zoe, timedelta(hours=3))
    async with zoe.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        assert await uow.outbox.posts(community.id, ["digest"]) == []
        assert not await uow.outbox.lines("buried", 10)


async def test_an_edit_that_was_broken_off_is_made_again(zoe: Somebody) -> None:
    await first_digest(zoe)
    await move(zoe, "Alpha", timedelta(hours=1))
    zoe.clock.skip(timedelta(seconds=10))
    await zoe.bot.due.run()
    async with zoe.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        [post] = await uow.outbox.posts(community.id, ["digest"])
    claimed = replace(post.owed, kind="post.edit", subject=post.id)
    await edit(claimed, zoe.bot.services, zoe.clock.now())  # and the process ends before it could say so
    await soon(zoe)
    assert len(platform(zoe).edits) == 2
    assert len(posted(zoe)) == 1
    await goes_by(zoe, timedelta(hours=2))
    assert len(platform(zoe).edits) == 2
