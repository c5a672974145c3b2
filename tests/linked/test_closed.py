"""Direct messages that do not get through, on each platform."""

from __future__ import annotations

from bot.domain.addresses import Direct
from bot.domain.closings import PAUSE
from bot.domain.delivery import Owed, Undelivered
from bot.features.welcome import GREETING
from tests.linked.rig import Both


async def owe(both: Both, to: Direct, workspace: str) -> int:
    """Something of their own, in whatever words; their id."""
    assert both.bot is not None
    async with both.bot.database.writing() as uow:
        home = await uow.people.home(to.platform, workspace)
        assert home is not None
        [known] = await uow.members.named(home.community.id, to.name, to.platform)
        await uow.outbox.add([Owed(GREETING, home.id, "private", to, person=known.person)], both.clock.now())
    await both.bot.work()
    return known.person


async def undelivered(both: Both, person: int) -> Undelivered | None:
    assert both.bot is not None
    async with both.bot.database.reading() as uow:
        lines = await uow.outbox.undelivered(person, 9)
    return lines[0] if lines else None


async def test_on_discord_they_hear_of_it_in_the_channel_and_get_it_when_they_speak(one: Both) -> None:
    mara = one.on_discord("mara")
    await mara.says("/event mine")
    one.discord.close_dms(mara.user)
    person = await owe(one, Direct("discord", str(mara.user.id), "mara"), str(one.guild.id))
    line = await undelivered(one, person)
    assert line is not None
    assert (line.is_waiting, line.reason) == (True, "their direct messages are closed to me")
    assert one.bot is not None
    await one.bot.work()
    [note] = one.guild.channel("general").messages[-1:]
    said = "".join(note.texts)
    assert f"<@{mara.user.id}>" in said
    assert "Allow direct messages" in said
    assert "calendar" not in said
    one.discord.open_dms(mara.user)
    one.clock.ahead += PAUSE.total_seconds() + 1
    await mara.says("/event mine")
    await one.bot.work()
    assert "I keep the calendar" in mara.inbox()
    assert await undelivered(one, person) is None


async def test_on_slack_what_is_for_a_deactivated_account_waits_and_no_channel_hears_of_it(one: Both) -> None:
    maria = one.on_slack("maria")
    await maria.says("/event mine")
    account = f"{one.team.id}.{maria.user.id}"
    posted = len(one.slack.posted)
    one.slack.deactivate(maria.user)
    person = await owe(one, Direct("slack", account, "maria"), one.team.id)
    line = await undelivered(one, person)
    assert line is not None
    assert line.is_waiting
    assert "deactivated" in line.reason
    one.clock.ahead += 8 * 24 * 3600
    assert one.bot is not None
    await one.bot.work()
    line = await undelivered(one, person)
    assert line is not None
    assert not line.is_waiting
    assert len(one.slack.posted) == posted
