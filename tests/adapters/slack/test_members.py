"""Who somebody is, and whether they run the workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.members import Member, Members, member_of
from adapters.slack.wire import Wire
from tests.fakes.slack import FakeSlack, Fault, Kind, Team, User


class Asking:
    """Members of a workspace, by a clock that a test moves."""

    def __init__(self, fake: FakeSlack, team: Team, wire: Wire) -> None:
        self.fake, self.team, self.seconds = fake, team, 0.0
        self.members = Members(wire, lambda: self.seconds)

    async def get(self, user: User, name: str = "") -> Member:
        return await self.members.get(self.team.bot_token, self.team.id, user.id, name=name)


@pytest.fixture
async def ask(fake: FakeSlack) -> AsyncIterator[Asking]:
    wire = Wire(fake.api_url)
    yield Asking(fake, fake.add_team(), wire)
    await wire.close()


async def test_owners_and_admins_are_organisers_and_others_are_not(ask: Asking) -> None:
    admin, guest = ask.fake.add_member(ask.team, "ada", is_organiser=True), ask.fake.add_member(ask.team, "gus")
    assert (await ask.get(ask.team.owner)).is_organiser
    assert (await ask.get(admin)).is_organiser
    assert not (await ask.get(guest)).is_organiser


async def test_a_role_counts_for_five_minutes_and_is_asked_again_then(ask: Asking) -> None:
    mara = ask.fake.add_member(ask.team, "mara", locale="de-DE", zone="Asia/Tokyo")
    assert await ask.get(mara) == Member("mara", "Asia/Tokyo", "de-DE")
    ask.fake.change_user(mara, is_admin=True)
    ask.seconds = 299
    assert not (await ask.get(mara)).is_organiser
    assert ask.fake.counts["users.info"] == 1
    ask.seconds = 300
    assert (await ask.get(mara)).is_organiser
    assert ask.fake.counts["users.info"] == 2


@pytest.mark.parametrize("kind", [Kind.STATUS, Kind.LIMITED, Kind.DROP_BEFORE, Kind.HANG])
async def test_where_slack_does_not_tell_nobody_is_an_organiser(ask: Asking, kind: Kind) -> None:
    ask.fake.faults.add(Fault("users.info", kind, times=None))
    assert await ask.get(ask.team.owner, "ora") == Member("ora")


async def test_where_slack_does_not_tell_any_more_what_it_told_last_counts(ask: Asking) -> None:
    assert (await ask.get(ask.team.owner)).is_organiser
    ask.seconds = 300
    ask.fake.faults.add(Fault("users.info", Kind.STATUS))
    assert (await ask.get(ask.team.owner)).is_organiser


async def test_somebody_who_does_much_at_once_is_asked_for_once(ask: Asking) -> None:
    mara = ask.fake.add_member(ask.team, "mara")
    found = await asyncio.gather(*(ask.get(mara) for _ in range(20)))
    assert {each.name for each in found} == {"mara"}
    assert ask.fake.counts["users.info"] == 1


def test_what_slack_leaves_out_is_left_open() -> None:
    assert member_of({"id": "U1"}, "mara") == Member("mara")
    assert member_of({"id": "U1", "tz": "Mars/Olympus", "profile": None, "locale": None, "name": "m"}) == Member("m")
