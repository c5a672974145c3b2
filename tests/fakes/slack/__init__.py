"""A Slack of our own for tests: its Web API, Socket Mode and signed requests on loopback, and people who use the app.

async with FakeSlack() as slack:
    team = slack.add_team(channels=("general", "events"))
    mara = slack.add_member(team, "mara")
    ...  # start a bot: SLACK_API_URL=slack.api_url, SLACK_BOT_TOKEN=team.bot_token, SLACK_APP_TOKEN=slack.app_token
    await slack.until_connected()  # or, in HTTP mode: slack.request_url = "http://127.0.0.1:…/slack/events"
    asked = await slack.slash(mara, team.channel("general"), "/event", "find near:Berlin")
    answer = await asked.answer()
    await (await slack.press(mara, answer, "Going")).answered()
    form = await (await slack.slash(mara, None, "/event", "add")).form()
    sent = await slack.submit(mara, form, {"Title": "Night shift", "When": "2026-12-01"})
    assert sent.errors is None
    await slack.quiet()
    assert slack.violations == []
"""

from tests.fakes.faults import Fault, Kind
from tests.fakes.slack.asked import Asked, NoAnswer, NotOffered
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Channel, File, Message, Place, Team, User, View

__all__ = [
    "Asked",
    "Channel",
    "FakeSlack",
    "Fault",
    "File",
    "Kind",
    "Message",
    "NoAnswer",
    "NotOffered",
    "Place",
    "Team",
    "User",
    "View",
]
