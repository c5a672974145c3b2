"""Two who want to meet, on each platform and across both."""

from __future__ import annotations

from tests.fakes.slack import Channel, Place
from tests.linked.rig import Both, OnDiscord, OnSlack

WHY = "I need a mix of an EP"


async def asked(both: Both, asker: OnDiscord | OnSlack, other: OnDiscord | OnSlack, member: str) -> None:
    """The question has come by then."""
    await other.says("/event mine")
    before = len(other.fake.posted)
    assert "Asked." in await asker.says(f'/connect intro member:{member} why:"{WHY}"')
    if both.bot is not None:
        await both.bot.work()
    await other.fake.until_posted(before + 1)
    assert "would like to meet you" in other.inbox()


def together(both: Both, *people: OnSlack) -> list[Channel]:
    """The conversations of exactly these people and the bot."""
    wanted = {both.team.bot.id, *(each.user.id for each in people)}
    return [each for each in both.team.channels.values() if each.place is Place.GROUP and each.members.keys() == wanted]


async def test_on_slack_the_bot_opens_a_conversation_of_both_and_says_who_is_who_once(one: Both) -> None:
    mara, ben = one.on_slack("mara"), one.on_slack("ben")
    await asked(one, mara, ben, f"<@{ben.user.id}|ben>")
    question = ben.inbox()
    assert WHY in question
    assert "The Hall" in question
    assert together(one, mara, ben) == []
    await ben.presses(question, "Yes")
    await one.slack.until_posted(3)  # a greeting, the question, and what both read
    assert one.bot is not None
    for _ in range(3):
        await one.bot.work()
    await one.slack.quiet()
    [place] = together(one, mara, ben)
    [first] = place.messages
    said = mara.look([first]).text
    for words in ("mara", "ben", WHY):
        assert words in said


async def test_on_discord_each_gets_the_others_profile_and_a_first_line(one: Both) -> None:
    mara, ben = one.on_discord("mara"), one.on_discord("ben")
    await asked(one, mara, ben, "@ben")
    await ben.presses(ben.inbox(), "Yes")
    await one.discord.until_posted(4)  # a greeting, the question, and what each of them gets
    assert "ben said yes" in mara.inbox()
    assert "You and mara are introduced" in ben.inbox()
    for reader, other in ((mara, ben), (ben, mara)):
        shown = reader.inbox()
        assert f"https://discord.com/users/{other.user.id}" in shown
        assert f"Hi {other.name}, I am {reader.name} from The Club" in shown


async def test_across_platforms_each_gets_the_others_profile(one: Both) -> None:
    await one.link()
    mara, ben = one.on_discord("mara"), one.on_slack("ben")
    await asked(one, ben, mara, "@mara")
    here, there = len(one.slack.posted), len(one.discord.posted)
    await mara.presses(mara.inbox(), "Yes")
    await one.slack.until_posted(here + 1)
    await one.discord.until_posted(there + 1)
    assert "mara said yes" in ben.inbox()
    assert "are introduced" in mara.inbox()
    assert f"https://discord.com/users/{mara.user.id}" in ben.inbox()
    assert f"https://slack.com/app_redirect?channel={ben.user.id}&team={one.team.id}" in mara.inbox()
    assert together(one, ben) == []
