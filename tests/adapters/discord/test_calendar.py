"""A server's own calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Unreachable
from bot.platform import NativeEvent
from tests.adapters.discord.harness import DiscordHarness
from tests.fakes.discord import Permission

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
NIGHT = NativeEvent("Late Night Modular", "Bring cables", SOON, SOON + timedelta(hours=3), "Kantine, Berlin")


async def test_an_event_is_made_listed_changed_and_removed(at: DiscordHarness) -> None:
    calendar, place = at.adapter.calendar, str(at.guild.id)
    id_ = await calendar.create(place, NIGHT)
    assert list(await calendar.listed(place)) == [replace(NIGHT, id=id_, interested=0)]
    later = replace(NIGHT, id=id_, title="Later Night", starts=SOON + timedelta(hours=1))
    await calendar.change(place, later)
    assert list(await calendar.listed(place)) == [replace(later, interested=0)]
    await calendar.remove(place, id_)
    await calendar.remove(place, id_)  # one that is gone already is no error
    assert list(await calendar.listed(place)) == []


async def test_what_others_made_is_told_from_ours(at: DiscordHarness) -> None:
    at.fake.schedule(at.guild, "Theirs", SOON)
    [event] = await at.adapter.calendar.listed(str(at.guild.id))
    assert (event.title, event.is_ours) == ("Theirs", False)


async def test_everybody_interested_is_read_page_by_page(at: DiscordHarness) -> None:
    event = at.fake.schedule(at.guild, "Big", SOON)
    people = [at.fake.add_member(at.guild, f"person {number}") for number in range(230)]
    for person in people:
        at.fake.interested(at.guild, event, person)
    found = await at.adapter.calendar.interested(str(at.guild.id), event["id"])
    assert {account.id for account in found} == {str(person.id) for person in people}


async def test_an_event_is_shaped_to_what_discord_holds(at: DiscordHarness) -> None:
    calendar = at.adapter.calendar
    long = NativeEvent("t" * 150, "d" * 1_500, SOON.replace(microsecond=5), SOON, "l" * 150)
    shaped = calendar.shaped(long)
    assert (len(shaped.title), len(shaped.description), len(shaped.location)) == (100, 1_000, 100)
    assert shaped.title.endswith("…")
    assert shaped.ends > shaped.starts
    assert calendar.shaped(shaped) == shaped
    id_ = await calendar.create(str(at.guild.id), long)
    [listed] = await calendar.listed(str(at.guild.id))
    assert listed == replace(shaped, id=id_, interested=0)
    empty = calendar.shaped(NativeEvent("", "", SOON, SOON, ""))
    await calendar.create(str(at.guild.id), empty)


async def test_a_full_calendar_says_so(at: DiscordHarness) -> None:
    for number in range(100):
        at.fake.schedule(at.guild, f"Night {number}", SOON)
    with pytest.raises(Unreachable, match="full"):
        await at.adapter.calendar.create(str(at.guild.id), NIGHT)


async def test_without_permission_it_says_so(at: DiscordHarness) -> None:
    at.fake.set_permissions(at.guild, at.fake.world.bot, Permission.VIEW_CHANNEL)
    with pytest.raises(Unreachable, match="permissions"):
        await at.adapter.calendar.create(str(at.guild.id), NIGHT)


async def test_the_permissions_of_the_install_link_are_enough(at: DiscordHarness) -> None:
    from adapters.discord.permissions import PERMISSIONS

    at.fake.set_permissions(at.guild, at.fake.world.bot, sum(each.bit for each in PERMISSIONS))
    calendar, place = at.adapter.calendar, str(at.guild.id)
    id_ = await calendar.create(place, NIGHT)
    await calendar.change(place, replace(NIGHT, id=id_, title="Later"))
    await calendar.interested(place, id_)
    await calendar.remove(place, id_)


async def test_what_has_begun_keeps_its_start(at: DiscordHarness) -> None:
    event = at.fake.schedule(at.guild, "On now", SOON)
    calendar, place = at.adapter.calendar, str(at.guild.id)
    id_ = await calendar.create(place, NIGHT)
    at.guild.events[int(id_)]["status"] = 2
    past = replace(NIGHT, id=id_, starts=SOON - timedelta(days=5), ends=SOON + timedelta(hours=5))
    await calendar.change(place, past)
    assert {each.title for each in await calendar.listed(place)} == {NIGHT.title, event["name"]}


async def test_changes_by_others_are_told_and_our_own_are_not(at: DiscordHarness) -> None:
    event = at.fake.schedule(at.guild, "Theirs", SOON)
    await at.core.until(lambda: at.core.calendars_changed == 1)
    at.fake.reschedule(at.guild, event, name="Theirs, later")
    await at.core.until(lambda: at.core.calendars_changed == 2)
    calendar, place = at.adapter.calendar, str(at.guild.id)
    id_ = await calendar.create(place, NIGHT)
    await calendar.change(place, replace(NIGHT, id=id_, title="Later"))
    await calendar.remove(place, id_)
    at.fake.unschedule(at.guild, event)
    await at.core.until(lambda: at.core.calendars_changed >= 3)
    assert at.core.calendars_changed <= 4  # Discord may tell of a new event before it answers with its id
