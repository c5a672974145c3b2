"""What Slack tells of people, how long it counts, and what is done when it does not tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.members import FRESH_SECONDS, Member, Members, member_of
from tests.adapters.slack.posting import Posting, posting
from tests.fakes.slack import Fault, Kind

INFO = "users.info"


class Asking:
    """Members of a workspace, with seconds that are moved by hand."""

    def __init__(self, at: Posting) -> None:
        self.at = at
        self.now = 0.0
        self.members = Members(at.slack.wire, lambda: self.now)

    async def __call__(self, name: str = "") -> Member:
        team = self.at.team
        return await self.members.get(team.bot_token, team.id, self.at.mara.id, name=name)


@pytest.fixture
async def ask() -> AsyncIterator[Asking]:
    async with posting() as at:
        yield Asking(at)


async def test_a_member_has_a_name_a_zone_and_a_language(ask: Asking) -> None:
    assert await ask() == Member("mara", "Europe/Berlin", "en-US")


async def test_what_was_told_counts_for_five_minutes(ask: Asking) -> None:
    await ask()
    ask.at.mara.is_admin = True
    ask.now += FRESH_SECONDS - 1
    assert not (await ask()).is_organiser
    assert ask.at.asked(INFO) == 1
    ask.now += 1
    assert (await ask()).is_organiser
    assert ask.at.asked(INFO) == 2


async def test_what_changed_is_asked_anew(ask: Asking) -> None:
    await ask()
    ask.at.mara.is_admin = True
    ask.members.forget(ask.at.team.id, ask.at.mara.id)
    assert (await ask()).is_organiser


@pytest.mark.parametrize(
    "fault",
    [
        Fault(INFO, Kind.STATUS, status=500),
        Fault(INFO, Kind.STATUS, status=200, error="user_not_found"),
        Fault(INFO, Kind.LIMITED, seconds=60),
        Fault(INFO, Kind.DROP_BEFORE, times=2),  # the first is made good by the connection itself: it only asked
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.error}",
)
async def test_where_slack_does_not_tell_somebody_is_their_name_and_no_more(ask: Asking, fault: Fault) -> None:
    ask.at.fake.faults.add(fault)
    assert await ask("Mara") == Member("Mara")


async def test_where_slack_does_not_tell_again_it_is_as_it_was(ask: Asking) -> None:
    ask.at.mara.is_admin = True
    before = await ask()
    ask.now += FRESH_SECONDS
    ask.at.fake.faults.add(Fault(INFO, Kind.STATUS))
    assert await ask("Mara") == before
    assert before.is_organiser


async def test_nobody_waits_for_a_slack_that_is_slow(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.members.PATIENCE", 0.05)
    ask.at.fake.faults.add(Fault(INFO, Kind.HANG))
    assert await ask("Mara") == Member("Mara")
    assert await ask("Mara") == Member("mara", "Europe/Berlin", "en-US")


async def test_no_more_people_are_remembered_than_there_is_room_for(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.members.REMEMBERED", 1)
    at = ask.at
    await asyncio.gather(ask(), ask.members.get(at.team.bot_token, at.team.id, at.team.owner.id))
    assert len(ask.members._known) == 1


def test_what_slack_leaves_out_is_nothing() -> None:
    assert member_of({"id": "U1"}, "mara") == Member("mara")
    assert member_of({"id": "U1", "name": "mara", "tz": "Mars/Olympus"}) == Member("mara")
    assert member_of({"id": "U1", "profile": {"real_name": "Mara L."}, "is_bot": True}) == Member(
        "Mara L.", is_bot=True
    )
    assert member_of({"id": "USLACKBOT"}).is_bot
    assert member_of({"id": "U1", "is_owner": True}).is_organiser
