"""What cannot be reached goes to its other address."""

from __future__ import annotations

from bot.domain.addresses import Direct
from bot.errors import Unreachable
from tests.scripted import ROOM, Lost, Stage, note

ADA = Direct("stage", "ada")


async def test_what_cannot_be_reached_goes_to_the_other_address_once(stage: Stage) -> None:
    stage.platform.told["stage/@ada"].append(Unreachable("closed"))
    await stage.owe(note(1, ADA, otherwise=ROOM), note(1, ADA, part=2, follows=1, otherwise=ROOM), note(2, ADA))
    await stage.run()
    await stage.run()
    assert stage.platform.seen == ["2.1", "1.1", "1.2"]
    assert [post.address for post in stage.platform.posts] == [ADA, ROOM, ROOM]
    async with stage.database.reading() as uow:
        assert sorted(line.state for line in await uow.outbox.lines(None, 9)) == ["buried", "buried", *3 * ["sent"]]


async def test_from_the_other_address_it_goes_no_further(stage: Stage) -> None:
    for place in ("stage/@ada", "stage/venue/room"):
        stage.platform.told[place].append(Unreachable("closed"))
    await stage.owe(note(1, ADA, otherwise=ROOM))
    await stage.run()
    assert stage.platform.seen == []
    async with stage.database.reading() as uow:
        assert [line.state for line in await uow.outbox.lines(None, 9)] == ["buried", "buried"]


async def test_what_may_have_been_seen_does_not_go_to_the_other_address(stage: Stage) -> None:
    stage.platform.told["stage/@ada"].append(Lost(seen=True))
    stage.platform.answers.append(Unreachable("closed"))
    await stage.owe(note(1, ADA, otherwise=ROOM))
    await stage.run()
    stage.clock.forward(60)
    await stage.run()
    await stage.run()
    assert [post.address for post in stage.platform.posts] == [ADA]
