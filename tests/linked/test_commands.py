"""What the bot says of its commands can be typed where it is read."""

from __future__ import annotations

from tests.linked.rig import Both, OnSlack, one_process, platforms


async def test_slacks_own_command_is_told_by_way_of_greenroom_there_and_as_it_is_on_discord(one: Both) -> None:
    assert "/greenroom me link links it" in await one.sol.says("/me unlink")
    told = await one.dora.says("/me unlink")
    assert "/me link links it" in told
    assert "/greenroom me" not in told
    assert "/greenroom me zone" in await one.sol.says("/help me")
    shown = await one.dora.says("/me link")
    assert f"On Slack: /greenroom me link code:{shown.code}" in shown


async def test_with_a_prefix_every_command_on_slack_is_told_with_it_and_nobodys_words_are_touched(
    sqlite_url: str,
) -> None:
    async with platforms(sqlite_url) as both, one_process(both, SLACK_COMMAND_PREFIX="gr"):
        sol = OnSlack(both.slack, both.team.owner, "gr")
        assert "/grdigest set" in sol.inbox()
        assert "/grdigest set makes one" in await sol.says("/digest list")
        assert "/me link in its title or venue. /grevent find shows what there is" in await sol.says(
            "/event show /me link"
        )
        assert "On Slack: /grme link code:" in await both.dora.says("/me link")
        assert "On Slack: /grgreenroom link code:" in await both.dora.says("/greenroom link")
        await sol.does('/event add "/digest set or /me link" when:"tomorrow 20:00" city:Berlin', "Save")
        assert "/digest set or /me link" in await sol.says("/event find")
        assert "/digest set makes one" in await both.dora.says("/digest list")
