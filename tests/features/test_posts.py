"""What was posted follows its events where it stands, and digests say what is news since the last one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.limits import LIMITS as CONSOLE
from adapters.discord.limits import LIMITS as DISCORD
from adapters.slack.limits import LIMITS as SLACK
from bot.domain.addresses import Address, Channel
from bot.domain.delivery import Receipt
from bot.domain.events import Edit, Occurrence, Search
from bot.errors import Unreachable
from bot.features.mirror import stir
from bot.features.posts.following import edit
from bot.fit import check
from bot.platform import Limits
from bot.request import Run
from bot.ui import Reply
from tests.features.test_linking import elsewhere, linked
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words
from tests.storage.making import FRIDAY, bring, event, told

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
"""A Sunday."""
FEED = "feed:1"
LONG = "long " * 38
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


async def feed_tells(zoe: Somebody, *titles: str) -> int:
    """From the first Friday of December on one every hour. Returns the community's id."""
    await zoe.says("/help")
    async with zoe.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
    starts = [FRIDAY + timedelta(days=28, hours=hour) for hour in range(len(titles))]
    batch = [told(event(title, at), title, source=FEED) for title, at in zip(titles, starts, strict=True)]
    await bring(zoe.bot.database, community.id, *batch, now=NOW)
    return community.id


async def coming(zoe: Somebody) -> Sequence[Occurrence]:
    async with zoe.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        page = await uow.events.find(community.id, Search(zoe.clock.now()), person=None, offset=0, limit=100)
    return page.occurrences


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


async def test_what_changed_while_it_was_being_posted_is_put_right_afterwards(zoe: Somebody) -> None:
    await add(zoe, "Alpha", "2026-12-01 20:00")
    silent = platform(zoe)
    send = silent.send

    async def slowly(to: Address, reply: Reply, key: str) -> Receipt:
        await move(zoe, "Alpha", timedelta(hours=1))
        zoe.clock.skip(timedelta(seconds=10))
        await zoe.bot.due.run()
        return await send(to, reply, key)

    await zoe.says("/event post Alpha channel:events")
    silent.send = slowly  # type: ignore[method-assign]  # the one message of this test
    await zoe.bot.outbox.run()
    silent.send = send  # type: ignore[method-assign]  # as it was
    assert "2026, 12, 1, 19, 0" in repr(posted(zoe)[0].cards)
    await goes_by(zoe, timedelta(minutes=2), timedelta(seconds=10))
    assert "2026, 12, 1, 20, 0" in repr(posted(zoe)[0].cards)
    assert len(silent.edits) == 1


async def test_a_card_whose_event_was_put_off_follows_it_past_its_first_date(zoe: Somebody) -> None:
    await add(zoe, "Alpha", "2026-11-24 20:00")
    await zoe.says("/event post Alpha channel:events")
    await zoe.bot.work()
    await move(zoe, "Alpha", timedelta(days=7))
    await goes_by(zoe, timedelta(days=3))
    await move(zoe, "Alpha", timedelta(hours=1))
    await soon(zoe)
    assert "2026, 12, 1, 20, 0" in repr(posted(zoe)[0].cards)
    await goes_by(zoe, timedelta(days=8))
    edits = len(platform(zoe).edits)
    await cancel(zoe, "Alpha")
    await soon(zoe)
    assert len(platform(zoe).edits) == edits  # it was over


async def test_what_a_digest_showed_is_known_after_its_message_was_deleted(zoe: Somebody) -> None:
    await first_digest(zoe)
    platform(zoe).deleted.add("1")
    await move(zoe, "Alpha", timedelta(hours=1))
    await soon(zoe)
    await cancel(zoe, "Bravo")
    await add(zoe, "Delta", "2026-12-06 20:00")
    await goes_by(zoe, timedelta(days=7))
    assert platform(zoe).edits == []
    assert "1 new, 1 changed, 1 cancelled" in words(posted(zoe)[-1])


async def test_a_preview_says_what_would_be_news(zoe: Somebody) -> None:
    await first_digest(zoe)
    await move(zoe, "Alpha", timedelta(hours=1))
    await cancel(zoe, "Bravo")
    await add(zoe, "Delta", "2026-12-03 20:00")
    preview = words(await zoe.says("/digest preview events"))
    assert "1 new, 1 changed, 1 cancelled" in preview
    assert "Bravo" in preview
    assert "Changed, before:" in preview


async def test_a_digest_that_is_paused_still_follows(zoe: Somebody) -> None:
    await first_digest(zoe)
    await zoe.says("/digest pause events")
    await cancel(zoe, "Bravo")
    await soon(zoe)
    assert "Cancelled: Bravo" in words(posted(zoe)[0])


async def test_a_digest_that_was_removed_is_left_as_it_stands(zoe: Somebody) -> None:
    await first_digest(zoe)
    await zoe.says("/digest remove events")
    for _ in range(3):
        await move(zoe, "Alpha", timedelta(hours=1))
        await soon(zoe)
    assert platform(zoe).edits == []
    async with zoe.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        assert await uow.outbox.posts(community.id, ["digest"]) == []


async def test_what_is_in_the_calendar_no_more_leaves_the_digest(zoe: Somebody) -> None:
    await add(zoe, "Alpha", "2026-12-01 20:00")
    community = await feed_tells(zoe, "Bravo")
    await zoe.presses(await zoe.says(SET), "Save")
    await goes_by(zoe, timedelta(days=1))
    assert "Bravo" in words(posted(zoe)[0])
    async with zoe.bot.services.store.writing() as uow:
        await uow.events.forget_source(community, FEED, zoe.clock.now())
        await stir(uow, community, zoe.clock.now())
    await soon(zoe)
    assert "Bravo" not in words(posted(zoe)[0])
    assert "Alpha" in words(posted(zoe)[0])


async def test_what_another_event_stands_for_by_now_is_followed_and_not_called_gone(
    zoe: Somebody, ben: Somebody
) -> None:
    community = await feed_tells(zoe, "Alpha")
    later = event("Alpha", FRIDAY + timedelta(days=28, hours=5))  # another feed's, too far off to be the same
    await bring(zoe.bot.database, community, told(later, "Alpha", source="feed:2"), now=NOW)
    younger = (await coming(zoe))[1]
    await zoe.presses(await zoe.says(SET), "Save")
    await zoe.says(f"/event post #{younger.id} channel:cards")
    await goes_by(zoe, timedelta(days=1))
    same = event("Alpha", FRIDAY + timedelta(days=28))
    await bring(zoe.bot.database, community, told(same, "Alpha", "2", "feed:2"), now=zoe.clock.now())
    async with zoe.bot.services.store.writing() as uow:
        await stir(uow, community, zoe.clock.now())
    [stays] = await coming(zoe)
    assert stays.id != younger.id
    await soon(zoe)
    assert words(posted(zoe)[0]).count("Alpha") == 1
    await ben.says(f"/event answer #{stays.id}")
    await soon(zoe)
    assert "1 going" in str(posted(zoe, "cards")[0].cards[0].fields)
    await goes_by(zoe, timedelta(days=7))
    newest = words(posted(zoe)[1])
    assert newest.count("Alpha") == 1
    assert not re.search(r"not in the calendar|New|1 new|cancelled", newest)


async def test_who_unlinks_goes_on_with_the_digest_as_if_the_calendar_was_always_theirs(zoe: Somebody) -> None:
    mia = elsewhere(zoe, "mia")
    await mia.presses(await mia.says('/event add Delta when:"2026-12-03 20:00" venue:Cellar'), "Save")
    await linked(mia, zoe)
    await first_digest(zoe)
    await zoe.presses(await zoe.says("/greenroom unlink"), "Unlink")
    for title in ("Alpha", "Delta"):  # their own, and a copy of what stays with the others
        await zoe.says(f"/event answer {title}")
    await soon(zoe)
    for title in ("Alpha", "Bravo", "Charlie", "Delta"):
        assert words(posted(zoe)[0]).count(title) == 1
    assert words(posted(zoe)[0]).count("1 going") == 2
    await zoe.presses(await zoe.says("/event edit delta venue:Attic"), "Save")
    await goes_by(zoe, timedelta(days=7))
    newest = words(posted(zoe)[1])
    assert "1 changed" in newest
    assert "Changed, before: Cellar" in newest
    assert not re.search(r"not in the calendar|New|1 new|cancelled", newest)


async def test_what_was_off_in_the_last_digest_and_is_on_again_is_not_called_off_in_the_newest(zoe: Somebody) -> None:
    await first_digest(zoe)
    await move(zoe, "Alpha", timedelta(days=60))
    await goes_by(zoe, timedelta(days=7))
    assert "Alpha" in words(posted(zoe)[-1])
    await move(zoe, "Alpha", timedelta(days=-60))
    await soon(zoe)
    assert "Alpha" not in words(posted(zoe)[-1])


@pytest.mark.parametrize("has_links", [False, True])
@pytest.mark.parametrize("limits", [CONSOLE, DISCORD, SLACK], ids=["console", "discord", "slack"])
async def test_events_that_all_outgrew_their_digest_still_stand_in_it_or_are_counted(
    zoe: Somebody, limits: Limits, has_links: bool
) -> None:
    platform(zoe).limits = limits
    community = await feed_tells(zoe, *("E" * 100 + f"{number}" for number in range(30)))
    await zoe.presses(await zoe.says(SET), "Save")
    await goes_by(zoe, timedelta(days=1))
    before = posted(zoe)
    async with zoe.bot.services.store.writing() as uow:
        for each in await coming(zoe):
            link = f"https://club.example/{'page' * 240}" if has_links else ""
            details = replace(each.details, title=(LONG + LONG)[:199] + ".", venue="Hall " * 39, page_link=link)
            edit_ = Edit(details, each.starts + timedelta(minutes=5), each.ends)
            await uow.events.change(community, each.id, edit_, zoe.clock.now())
        await stir(uow, community, zoe.clock.now())
    await goes_by(zoe, timedelta(minutes=5), timedelta(seconds=20))
    after = posted(zoe)
    assert len(before) == len(after) == len(platform(zoe).edits)
    for was, became in zip(before, after, strict=True):
        check(became, limits)
        left_out = re.findall(r"(\d+) more", words(became))
        shown, listed = (sum(bool(card.controls) for card in each.cards) for each in (became, was))
        assert shown + sum(map(int, left_out)) == listed
    async with zoe.bot.services.store.reading() as uow:
        assert not await uow.outbox.lines("waiting", 10)


@pytest.mark.parametrize("limits", [CONSOLE, DISCORD, SLACK], ids=["console", "discord", "slack"])
async def test_however_much_was_called_off_the_next_digest_is_posted(zoe: Somebody, limits: Limits) -> None:
    platform(zoe).limits = limits
    community = await feed_tells(zoe, *(f"{LONG}{number}" for number in range(30)))
    await add(zoe, "Alpha", "2026-12-01 20:00")
    await zoe.presses(await zoe.says(SET), "Save")
    await goes_by(zoe, timedelta(days=1))
    before = len(posted(zoe))
    async with zoe.bot.services.store.writing() as uow:
        for each in await coming(zoe):
            if each.details.title != "Alpha":
                await uow.events.cancel(community, each.id, zoe.clock.now())
    await goes_by(zoe, timedelta(days=7))
    [newest] = posted(zoe)[before:]
    check(newest, limits)
    assert "30 cancelled" in words(newest)
    assert "Alpha" in words(newest)
    assert "more" in words(newest)


@pytest.mark.parametrize("limits", [CONSOLE, DISCORD, SLACK], ids=["console", "discord", "slack"])
async def test_a_card_with_a_long_description_is_one_message(zoe: Somebody, limits: Limits) -> None:
    platform(zoe).limits = limits
    await add(zoe, "Alpha", "2026-12-01 20:00")
    await zoe.says("/event post Alpha channel:events")
    await zoe.bot.work()
    community, event = await named(zoe, "Alpha")
    long = "All of it. " * 363
    edit_ = Edit(replace(event.details, description=long, title=(LONG + LONG)[:200]), event.starts, event.ends)
    async with zoe.bot.services.store.writing() as uow:
        await uow.events.change(community, event.id, edit_, zoe.clock.now())
        await stir(uow, community, zoe.clock.now())
    await soon(zoe)
    [card] = posted(zoe)
    check(card, limits)
    assert "All of it. All of it." in words(card)
