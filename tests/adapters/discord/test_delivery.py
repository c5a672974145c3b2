"""What is sent: once, where it can be found again, and with a reason when it cannot."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord.wire import PACE, QUEUE_SECONDS, Wire
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Receipt
from bot.errors import DeliveryError, Temporary, Unreachable, Unsure
from bot.markup import rich
from bot.outbox import Timings
from bot.ui import File, Privacy, Reply
from tests.adapters.discord.harness import DiscordHarness
from tests.fakes.discord import FakeDiscord, Fault, Kind, Permission
from tests.platforms.test_contract import CARD

POST = r"POST /channels/\d+/messages"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HELLO = Reply(rich("Hello"), privacy=Privacy.SHARED)


async def test_closed_direct_messages_are_unreachable(at: DiscordHarness) -> None:
    at.fake.close_dms(at.user("mara"))
    with pytest.raises(Unreachable, match="direct messages are closed"):
        await at.platform.send(at.direct("mara"), HELLO, "one")


async def test_a_channel_without_permissions_is_unreachable_with_a_way_on(at: DiscordHarness) -> None:
    at.fake.set_permissions(at.guild, at.fake.world.bot, Permission.VIEW_CHANNEL, at.channel_there)
    with pytest.raises(Unreachable, match="permissions that the install link asks for"):
        await at.platform.send(at.channel, HELLO, "one")
    at.fake.set_permissions(at.guild, at.fake.world.bot, 0, at.channel_there)
    with pytest.raises(Unreachable, match="View Channel"):
        await at.platform.send(at.channel, HELLO, "one")


async def test_a_channel_that_vanished_is_unreachable(at: DiscordHarness) -> None:
    receipt = await at.platform.send(at.channel, HELLO, "one")
    at.fake.delete_channel(at.channel_there)
    with pytest.raises(Unreachable, match="channel is gone"):
        await at.platform.send(at.channel, HELLO, "two")
    with pytest.raises(Unreachable):
        await at.platform.edit(receipt, HELLO)


async def test_a_message_that_vanished_cannot_be_edited(at: DiscordHarness) -> None:
    receipt = await at.platform.send(at.channel, HELLO, "one")
    at.fake.delete_message(at.channel_there.messages[-1])
    with pytest.raises(Unreachable, match="message is gone"):
        await at.platform.edit(receipt, HELLO)
    with pytest.raises(Unreachable):
        await at.platform.edit(Receipt(at.channel, "from another platform"), HELLO)


@pytest.mark.parametrize("to", [Channel("discord", "1", "general"), Direct("discord", "mara")])
async def test_what_is_no_place_on_discord_is_unreachable(at: DiscordHarness, to: Channel | Direct) -> None:
    with pytest.raises(Unreachable):
        await at.platform.send(to, HELLO, "one")


async def test_a_rate_limit_is_temporary_and_says_how_long(at: DiscordHarness) -> None:
    at.fake.faults.add(Fault(POST, Kind.LIMITED, seconds=3.5))
    with pytest.raises(Temporary) as limited:
        await at.platform.send(at.channel, HELLO, "one")
    assert limited.value.wait == 3.5
    assert at.fake.posted == []


async def test_a_limit_of_one_channel_does_not_hold_up_others(at: DiscordHarness) -> None:
    at.fake.faults.add(Fault(POST, Kind.LIMITED, seconds=60))
    with pytest.raises(Temporary):
        await at.platform.send(at.channel, HELLO, "one")
    with pytest.raises(Temporary):  # known by now: it is not even asked
        await at.platform.send(at.channel, HELLO, "one")
    assert len([each for each in at.fake.requests if each.path.endswith("/messages")]) == 1
    await at.platform.send(at.direct("mara"), HELLO, "two")


async def test_a_limit_of_the_whole_holds_up_everything(at: DiscordHarness) -> None:
    at.fake.faults.add(Fault(POST, Kind.LIMITED, seconds=60, is_global=True))
    for to in (at.channel, at.direct("mara")):
        with pytest.raises(Temporary):
            await at.platform.send(to, HELLO, "one")


async def test_nothing_waits_so_long_for_its_turn_that_its_send_would_be_given_up(fake: FakeDiscord) -> None:
    wire = Wire(fake.api_url, fake.token)
    asked = [asyncio.create_task(wire.request("GET", "/users/@me")) for _ in range(int(PACE * (QUEUE_SECONDS + 1)))]
    await asyncio.wait(asked[-1:])
    with pytest.raises(Temporary) as limited:
        asked[-1].result()
    assert limited.value.wait is not None
    assert QUEUE_SECONDS < limited.value.wait < Timings().send_within
    for each in asked:
        each.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    await wire.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(POST, Kind.STATUS, status=500),
        Fault(POST, Kind.STATUS, status=502),
        Fault(POST, Kind.STATUS, status=503),
        Fault(POST, Kind.DROP_BEFORE),
        Fault(POST, Kind.DROP_AFTER),
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.status}",
)
async def test_what_nobody_knows_is_unsure_and_tried_once(at: DiscordHarness, fault: Fault) -> None:
    at.fake.faults.add(fault)
    with pytest.raises(Unsure):
        await at.platform.send(at.channel, HELLO, "one")
    assert fault.befell == 1
    found = await at.platform.find_sent(at.channel, "one", LONG_AGO)
    assert (found is not None) == (fault.kind is Kind.DROP_AFTER)


async def test_a_request_that_is_never_answered_is_unsure(at: DiscordHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.wire.TOTAL_SECONDS", 0.2)
    await at.restart()
    at.fake.faults.add(Fault(POST, Kind.HANG_AFTER))
    with pytest.raises(Unsure):
        await at.platform.send(at.channel, HELLO, "one")
    assert await at.platform.find_sent(at.channel, "one", LONG_AGO) is not None


async def test_after_the_end_nothing_is_sent(at: DiscordHarness) -> None:
    await at.stop()
    with pytest.raises(Temporary, match="not connected"):
        await at.platform.send(at.channel, HELLO, "one")


async def test_a_discord_that_cannot_be_reached_is_temporary(fake: FakeDiscord) -> None:
    wire = Wire("http://127.0.0.1:9/api/v10", "token")
    with pytest.raises(Temporary, match="cannot be reached"):
        await wire.request("GET", "/users/@me")
    await wire.close()


async def test_the_same_key_sent_again_at_once_is_one_message(at: DiscordHarness) -> None:
    first = await at.platform.send(at.channel, HELLO, "digest:1")
    again = await at.platform.send(at.channel, HELLO, "digest:1")
    assert first == again
    assert len(at.channel_there.messages) == 1


async def test_a_message_is_found_among_many_of_others(at: DiscordHarness) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    receipt = await at.platform.send(at.channel, HELLO, "one")
    for number in range(250):
        at.fake.write(at.user("tom"), at.channel_there, f"talk {number}")
    assert await at.platform.find_sent(at.channel, "one", began) == receipt
    assert await at.platform.find_sent(at.channel, "two", began) is None


async def test_somebody_elses_message_is_not_taken_for_ours(at: DiscordHarness) -> None:
    await at.platform.send(at.channel, HELLO, "one")
    at.channel_there.messages[-1].author = at.user("tom")
    assert await at.platform.find_sent(at.channel, "one", LONG_AGO) is None


async def test_where_history_cannot_be_read_nobody_says_that_there_is_none(at: DiscordHarness) -> None:
    await at.platform.send(at.channel, HELLO, "one")
    may = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    at.fake.set_permissions(at.guild, at.fake.world.bot, may, at.channel_there)
    with pytest.raises(Temporary, match="Read Message History"):
        await at.platform.find_sent(at.channel, "one", LONG_AGO)


async def test_before_log_in_nothing_can_be_asked(fake: FakeDiscord) -> None:
    at = DiscordHarness(fake)
    at.build()
    with pytest.raises(Temporary, match="not connected"):
        await at.platform.find_sent(at.channel, "one", LONG_AGO)
    await at.adapter.wire.close()


async def test_a_file_comes_with_its_message_and_goes_with_an_edit(at: DiscordHarness) -> None:
    files = (File("night.ics", b"BEGIN:VCALENDAR", "text/calendar"),)
    receipt = await at.platform.send(at.channel, Reply(rich("Here"), files=files), "one")
    [attachment] = at.channel_there.messages[-1].attachments
    assert (attachment.name, attachment.content) == ("night.ics", b"BEGIN:VCALENDAR")
    await at.platform.edit(receipt, Reply(rich("Gone"), (CARD,)))
    assert at.channel_there.messages[-1].attachments == []


async def test_who_refuses_too_often_is_not_asked_on_for_discord_bans_for_it(
    at: DiscordHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.fake.close_dms(at.user("mara"))
    wire = at.adapter.wire
    for _ in range(3):
        with pytest.raises(DeliveryError):
            await at.platform.send(at.direct("mara"), HELLO, "one")
    monkeypatch.setattr("adapters.discord.wire.INVALID_MOST", 3)
    assert len(wire._invalid) == 3
    with pytest.raises(Temporary, match="bans"):
        await at.platform.send(at.channel, HELLO, "two")


async def test_a_channel_is_found_by_id_mention_and_name(at: DiscordHarness) -> None:
    workspace = at.channel.workspace
    for typed in (at.channel.id, f"<#{at.channel.id}>", "#events", "Events", " events "):
        assert await at.platform.channel(workspace, typed) == at.channel
    at.fake.add_channel(at.guild, "voice", kind=2)
    assert await at.platform.channel(workspace, "voice") is None
    assert await at.platform.channel("1", "events") is None
