"""Which channel somebody means by what they typed or chose."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.addresses import Channel
from tests.adapters.slack.posting import Posting, posting
from tests.fakes.slack import Fault, Kind


@pytest.fixture
async def at() -> AsyncIterator[Posting]:
    async with posting() as found:
        yield found


async def test_a_channel_is_found_by_id_mention_and_name(at: Posting) -> None:
    id_ = at.channel.id
    for typed in (id_, f"<#{id_}>", f"<#{id_}|events>", f"<#{id_}|>", "#events", "#Events", "EVENTS", " events "):
        assert await at.slack.channel(at.team.id, typed) == at.channel, typed


async def test_a_name_may_look_like_an_id(at: Posting) -> None:
    there = at.fake.add_channel(at.team, "chill", is_private=False)
    for typed in ("CHILL", "Chill", "#chill"):
        assert await at.slack.channel(at.team.id, typed) == at.address(there)


@pytest.mark.parametrize("name", ["ürban-müsic", "深夜", "low_end-2"])
async def test_names_of_every_script_are_found(at: Posting, name: str) -> None:
    there = at.fake.add_channel(at.team, name)
    assert await at.slack.channel(at.team.id, f"#{name.upper()}") == at.address(there)


async def test_a_private_channel_is_found_where_the_bot_is_a_member(at: Posting) -> None:
    inside = at.fake.add_channel(at.team, "crew", is_private=True)
    outside = at.fake.add_channel(at.team, "committee", is_private=True, with_bot=False)
    for typed in (inside.id, "crew"):
        assert await at.slack.channel(at.team.id, typed) == at.address(inside)
    for typed in (outside.id, "committee"):
        assert await at.slack.channel(at.team.id, typed) is None


async def test_what_is_no_channel_to_post_in_is_not_found(at: Posting) -> None:
    at.fake.archive(at.team.channel("general"))
    direct = at.fake.dm(at.mara)
    for typed in ("", "#", "<#>", "nowhere", "C0999999", at.team.channel("general").id, "general", direct.id):
        assert await at.slack.channel(at.team.id, typed) is None, typed


async def test_a_channel_of_another_workspace_is_not_found(at: Posting) -> None:
    other = at.fake.add_team("Elsewhere", channels=("lobby",))
    for typed in ("lobby", other.channel("lobby").id):
        assert await at.slack.channel(at.team.id, typed) is None


async def test_a_channel_is_found_among_thousands(at: Posting) -> None:
    for number in range(2_500):
        at.fake.add_channel(at.team, f"room-{number}", with_bot=False)
    found = await at.slack.channel(at.team.id, "#room-2499")
    assert isinstance(found, Channel)
    assert found.name == "room-2499"
    assert at.asked("conversations.list") == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault("conversations.list", Kind.LIMITED, times=None, seconds=60),
        Fault("conversations.list", Kind.STATUS, times=None, status=503),
        Fault("conversations.list", Kind.STATUS, times=None, status=200, error="fatal_error"),
    ],
    ids=lambda fault: fault.kind.name,
)
async def test_a_channel_that_cannot_be_looked_up_now_is_not_found(at: Posting, fault: Fault) -> None:
    at.fake.faults.add(fault)
    assert await at.slack.channel(at.team.id, "events") is None
    assert await at.slack.channel(at.team.id, at.channel.id) == at.channel


async def test_a_short_limit_is_waited_for(at: Posting) -> None:
    for method in ("conversations.list", "conversations.info"):
        at.fake.faults.add(Fault(method, Kind.LIMITED, seconds=1))
    assert await at.slack.channel(at.team.id, "events") == at.channel
    assert await at.slack.channel(at.team.id, at.channel.id) == at.channel
