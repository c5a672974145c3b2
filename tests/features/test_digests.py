"""Weekly digests: once a week by the clock on the wall, whole, and never of days gone by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import structlog

from adapters.console.limits import LIMITS
from adapters.console.talk import WORKSPACE
from bot.domain.addresses import Address, Channel
from bot.domain.delivery import Receipt
from bot.domain.digests import DIGESTS_MOST, LATE_MOST, Digest
from bot.errors import Unreachable
from bot.features.digests.posting import EVENTS_MOST
from bot.features.events.cards import GOING
from bot.fit import check, plain
from bot.request import Run, Typed
from bot.sample import fill
from bot.ui import Button, Form, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 18, 14, 0, tzinfo=UTC)
"""A Wednesday; the clocks change on 29 March and on 25 October."""

SET = "/digest set channel:events day:monday time:9:00"


@pytest.fixture
async def zoe(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield replace(person, name="zoe", is_organiser=True)


def taken(zoe: Somebody) -> list[tuple[Address, Reply, str]]:
    platform = zoe.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    return platform.taken


async def set_digest(zoe: Somebody, line: str = SET) -> Reply:
    saved = await zoe.presses(await zoe.says(line), "Save")
    assert isinstance(saved, Reply)
    return saved


async def add_event(zoe: Somebody, title: str, when: str) -> None:
    await zoe.presses(await zoe.says(f'/event add {title} when:"{when}"'), "Save")


async def weeks_go_by(zoe: Somebody, weeks: int) -> None:
    """An hour at a time, with a round of work at each."""
    for _ in range(weeks * 7 * 24):
        zoe.clock.skip(timedelta(hours=1))
        await zoe.bot.work()


async def test_a_year_of_digests_comes_once_a_week_at_nine_whatever_the_clocks_do() -> None:
    digest = Digest(1, 1, channel("events"), 0, time(9), "Europe/Berlin")
    moments = [digest.next_after(NOW)]
    for _ in range(60):
        moments.append(digest.next_after(moments[-1]))
    local = [moment.astimezone(BERLIN) for moment in moments]
    assert {(each.weekday(), each.hour, each.minute) for each in local} == {(0, 9, 0)}
    days = [each.date() for each in local]
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}


async def test_a_digest_set_for_an_hour_that_is_skipped_still_comes_that_week() -> None:
    digest = Digest(1, 1, channel("events"), 6, time(2, 30), "Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    first = digest.next_after(before)
    assert first == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)
    assert digest.next_after(first) == datetime(2026, 4, 5, 2, 30, tzinfo=BERLIN)


async def test_a_digest_set_for_an_hour_that_comes_twice_comes_once() -> None:
    digest = Digest(1, 1, channel("events"), 6, time(2, 30), "Europe/Berlin")
    first = digest.next_after(datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert digest.next_after(first) == datetime(2026, 11, 1, 1, 30, tzinfo=UTC)


async def test_a_digest_is_posted_once_a_week(zoe: Somebody) -> None:
    await set_digest(zoe, SET + " skip_empty:no")
    await weeks_go_by(zoe, 3)
    assert len(taken(zoe)) == 3
    assert {address for address, _, _ in taken(zoe)} == {channel("events")}


async def test_nothing_to_tell_is_nothing_posted(zoe: Somebody) -> None:
    await set_digest(zoe)
    await weeks_go_by(zoe, 1)
    assert taken(zoe) == []
    await add_event(zoe, "Late Night", "friday 20:00")
    await weeks_go_by(zoe, 1)
    assert len(taken(zoe)) == 0  # it was on the Friday before the next Monday
    await add_event(zoe, "Early Morning", "2026-04-08 20:00")
    await weeks_go_by(zoe, 1)
    assert len(taken(zoe)) == 1


@pytest.mark.parametrize(
    ("late", "posted"), [(LATE_MOST - timedelta(minutes=1), 1), (LATE_MOST + timedelta(minutes=1), 0)]
)
async def test_after_down_time_a_digest_is_sent_up_to_twelve_hours_late(
    zoe: Somebody, late: timedelta, posted: int
) -> None:
    await add_event(zoe, "Late Night", "2026-03-26 20:00")
    await set_digest(zoe)
    due = datetime(2026, 3, 23, 9, tzinfo=BERLIN).astimezone(UTC)
    zoe.clock.skip(due + late - NOW)
    with structlog.testing.capture_logs() as logs:
        await zoe.bot.work()
        await zoe.bot.work()
    assert len(taken(zoe)) == posted
    assert ("digest skipped: too late" in [line["event"] for line in logs]) is not bool(posted)
    assert "Monday, March 30" in words_of_fields(await zoe.says("/digest list"))


async def test_a_long_digest_goes_on_in_the_next_message_and_loses_nothing(zoe: Somebody) -> None:
    settings = zoe.bot.settings
    await fill(zoe.bot.database, zoe.clock.now(), zoe.account, WORKSPACE, settings.timezone, settings.locale)
    await set_digest(zoe, SET + " days:60")
    zoe.clock.skip(timedelta(days=5))
    await zoe.bot.work()
    posts = [reply for to, reply, _ in taken(zoe) if isinstance(to, Channel)]
    assert len(posts) > 1
    for number, post in enumerate(posts, 1):
        check(post, LIMITS)
        assert f"{number} of {len(posts)}" in plain(post.text)
        assert not post.cards[-1].title or post.cards[-1].controls or post.cards[-1].body, "a day without its events"
    buttons = [
        each.action
        for post in posts
        for card in post.cards
        for each in card.controls
        if isinstance(each, Button) and each.action.name == GOING  # one that is full has another label
    ]
    found = await zoe.says('/event find when:"next 60 days"')
    total = int(plain(found.text).split(" of ")[1].split(" ")[0])
    assert len(buttons) == len(set(buttons)) == min(EVENTS_MOST, total)


async def test_events_stand_under_their_day_in_the_digest_s_zone(zoe: Somebody) -> None:
    await add_event(zoe, "After Midnight", "2026-03-25 00:30")
    await set_digest(zoe)
    zoe.clock.skip(timedelta(days=5))
    await zoe.bot.work()
    (_, post, _) = taken(zoe)[0]
    assert [plain(card.title) for card in post.cards] == ["Wednesday, March 25, 2026", "After Midnight"]


async def test_a_pressed_digest_button_counts_whoever_presses(zoe: Somebody) -> None:
    await add_event(zoe, "Late Night", "2026-03-26 20:00")
    await set_digest(zoe)
    zoe.clock.skip(timedelta(days=5))
    await zoe.bot.work()
    (_, post, _) = taken(zoe)[0]
    members = [replace(zoe, name=name, is_organiser=False) for name in ("ana", "ben", "ana")]
    answers = [await member.presses(post, "Going") for member in members]
    assert isinstance(last := answers[-1], Reply)
    assert "2 going" in words_of_fields(last)


async def test_a_digest_that_was_removed_is_not_sent(zoe: Somebody) -> None:
    await add_event(zoe, "Late Night", "2026-03-26 20:00")
    saved = await set_digest(zoe)
    zoe.clock.skip(timedelta(days=5))
    await zoe.bot.due.run()
    await zoe.presses(saved, "Remove")
    await zoe.bot.outbox.run()
    assert taken(zoe) == []


async def test_paused_means_silent_until_it_is_resumed(zoe: Somebody) -> None:
    saved = await set_digest(zoe, SET + " skip_empty:no")
    await zoe.presses(saved, "Pause")
    await weeks_go_by(zoe, 2)
    assert taken(zoe) == []
    listed = await zoe.says("/digest list")
    assert "paused" in words_of_fields(listed)
    await zoe.presses(listed, "Resume")
    await weeks_go_by(zoe, 1)
    assert len(taken(zoe)) == 1


async def test_what_could_not_be_delivered_stands_in_the_list(zoe: Somebody) -> None:
    class Closed(SilentPlatform):
        async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
            raise Unreachable("the channel is gone")

    zoe.bot.platforms["console"] = Closed()
    await set_digest(zoe, SET + " skip_empty:no")
    zoe.clock.skip(timedelta(days=5))
    await zoe.bot.work()
    assert "the channel is gone" in words_of_fields(await zoe.says("/digest list"))


async def test_a_preview_is_private_and_posts_nothing(zoe: Somebody) -> None:
    await set_digest(zoe)
    assert "no event matches" in words(await zoe.says("/digest preview events"))
    await add_event(zoe, "Late Night", "2026-03-20 20:00")
    preview = await zoe.says("/digest preview events")
    assert "Late Night" in words(preview)
    assert preview.privacy.value == "private"
    assert taken(zoe) == []


async def test_filters_hold(zoe: Somebody) -> None:
    for title, more in (
        ("Near Techno", "city:Potsdam genres:techno kind:concert"),
        ("Far Techno", "city:Munich genres:techno kind:concert"),
        ("Near Jazz", "city:Berlin genres:jazz kind:concert"),
        ("Near Techno Talk", "city:Berlin genres:techno kind:workshop"),
        ("Online Techno", "online:https://example.org genres:techno kind:concert"),
    ):
        confirm = await zoe.says(f'/event add {title} when:"2026-03-20 20:00" {more}')
        await zoe.presses(confirm, "Save")
    await set_digest(zoe, SET + ' near:Berlin genre:techno kind:concert where:"in person"')
    preview = await zoe.says("/digest preview events")
    assert [plain(card.title) for card in preview.cards if card.controls] == ["Near Techno"]


async def test_a_digest_is_set_from_where_no_channel_is_but_not_from_where_no_workspace_is(zoe: Somebody) -> None:
    at_home = replace(zoe.incoming(Typed(SET)), channel=None)
    assert "Is this right?" in words(await zoe.bot.app.handle(at_home))
    directly = await zoe.bot.app.handle(replace(at_home, id="2", workspace=None))
    assert isinstance(directly, Form)
    assert "server or workspace" in directly.errors["channel"]


async def test_a_community_has_at_most_twenty_digests(zoe: Somebody) -> None:
    for number in range(DIGESTS_MOST):
        await set_digest(zoe, f"/digest set channel:c{number} day:monday")
    refused = await zoe.presses(await zoe.says("/digest set channel:more day:monday"), "Save")
    assert isinstance(refused, Reply)
    assert refused.is_refusal
    assert f"at most {DIGESTS_MOST}" in words(refused)


async def test_a_digest_is_named_by_its_channel_or_its_number(zoe: Somebody) -> None:
    await set_digest(zoe)
    await set_digest(zoe, "/digest set channel:events day:friday")
    assert "several" in await error_of(zoe, "/digest pause events")
    listed = await zoe.says("/digest list")
    number = button(listed, "Pause").arg
    assert "Paused" in words(await zoe.says(f"/digest pause {number}"))
    assert "no digest" in await error_of(zoe, "/digest pause nowhere")
    other = replace(zoe, workspace=replace(WORKSPACE, id="elsewhere"))
    assert "no digest" in await error_of(other, f"/digest pause {number}")
    assert await zoe.bot.app.suggest(zoe.incoming(Run(("digest", "pause"), {})), "digest", "fri")


async def test_an_overdue_digest_survives_resume_and_a_second_save(zoe: Somebody) -> None:
    await add_event(zoe, "Late Night", "2026-03-26 20:00")
    confirm = await zoe.says(SET)
    saved = await zoe.presses(confirm, "Save")
    assert isinstance(saved, Reply)
    zoe.clock.skip(datetime(2026, 3, 23, 9, 5, tzinfo=BERLIN) - NOW)
    assert "not paused" in words(await zoe.says("/digest resume events"))
    await zoe.presses(confirm, "Save")
    await zoe.bot.work()
    assert len(taken(zoe)) == 1


async def test_a_digest_paused_while_it_waits_to_be_sent_is_not_sent(zoe: Somebody) -> None:
    await add_event(zoe, "Late Night", "2026-03-26 20:00")
    await set_digest(zoe)
    zoe.clock.skip(timedelta(days=5))
    await zoe.bot.due.run()
    await zoe.says("/digest pause events")
    await zoe.bot.outbox.run()
    assert taken(zoe) == []


async def test_an_old_save_does_not_bring_a_removed_digest_back(zoe: Somebody) -> None:
    confirm = await zoe.says(SET)
    saved = await zoe.presses(confirm, "Save")
    assert isinstance(saved, Reply)
    await zoe.presses(saved, "Remove")
    await zoe.presses(confirm, "Save")
    assert "No digest" in words(await zoe.says("/digest list"))


async def test_organisers_of_another_community_reach_nothing_here(zoe: Somebody) -> None:
    saved = await set_digest(zoe)
    other = replace(zoe, name="otto", workspace=replace(WORKSPACE, id="elsewhere"))
    for label in ("Preview", "Pause", "Remove"):
        refused = await other.presses(saved, label)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert words(await zoe.says("/digest list")).startswith("1 digest")


async def error_of(person: Somebody, line: str) -> str:
    form = await person.ask(Typed(line))
    assert isinstance(form, Form)
    return form.errors["digest"]


def channel(name: str) -> Channel:
    return Channel("console", "local", name, name)


def words_of_fields(reply: Reply) -> str:
    return "\n".join(plain(field.value) for card in reply.cards for field in card.fields)


async def test_what_is_new_in_the_library_comes_behind_the_events_once(zoe: Somebody) -> None:
    await set_digest(zoe, SET + " library:yes")
    await add_event(zoe, "Late Night", "2026-04-08 20:00")
    await zoe.presses(await zoe.says('/resource share https://a.example/x title:"Gain staging" topic:craft'), "Save")
    await weeks_go_by(zoe, 3)
    told = [words(reply) for _, reply, _ in taken(zoe)]
    library = [each for each in told if "Gain staging" in each]
    assert len(library) == 1
    assert "New in the library" in library[0]
    assert "Late Night" not in library[0]
