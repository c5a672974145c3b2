"""The fake's Web API, held against Slack's documentation by slack_sdk's own client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.clocks import FixedClock
from tests.fakes.slack import FakeSlack, Fault, Kind, Team, User
from tests.fakes.slack_callers import actions, button, error_of, section, web_client

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def slack(clock: FixedClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock, rate_limits=False) as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return slack.add_team(channels=("general", "events"))


@pytest.fixture
def mara(slack: FakeSlack, team: Team) -> User:
    return slack.add_member(team, "mara", "de-DE")


@pytest.fixture
def client(slack: FakeSlack, team: Team) -> AsyncWebClient:
    return web_client(slack, team)


async def test_tokens_are_checked(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    told = await client.auth_test()
    assert (told["team_id"], told["user_id"], told["bot_id"]) == (team.id, team.bot.id, team.bot_id)
    assert "chat:write" in told.headers["x-oauth-scopes"].split(",")
    assert (await error_of(client.auth_test(token="xoxb-other")))["error"] == "invalid_auth"
    assert (await error_of(AsyncWebClient(base_url=slack.api_url).auth_test()))["error"] == "not_authed"
    assert (await error_of(client.apps_connections_open(app_token=team.bot_token)))["error"] == "not_allowed_token_type"
    slack.uninstall(team)
    assert (await error_of(client.auth_test()))["error"] == "token_revoked"
    slack.deactivate_team(team)
    assert (await error_of(client.auth_test()))["error"] == "account_inactive"


async def test_scopes_are_checked(slack: FakeSlack) -> None:
    team = slack.add_team("small", scopes="chat:write")
    client = web_client(slack, team)
    refused = await error_of(client.users_info(user=team.owner.id))
    assert (refused["error"], refused["needed"], refused["provided"]) == ("missing_scope", "users:read", "chat:write")
    general = team.channel("general")
    refused = await error_of(client.conversations_history(channel=general.id))
    assert refused["needed"] == "channels:history"
    assert len(slack.violations) == 2


async def test_a_message_is_seen_with_all_that_belongs_to_it(
    slack: FakeSlack, team: Team, client: AsyncWebClient
) -> None:
    general = team.channel("general")
    metadata = {"event_type": "greenroom", "event_payload": {"key": "k1"}}
    blocks = [section("hello"), actions(button("Going", "going"))]
    sent = await client.chat_postMessage(channel=general.id, text="hello", blocks=blocks, metadata=metadata)
    assert sent["message"]["blocks"][0]["block_id"]
    (message,) = slack.posted
    assert (message.ts, message.text, message.metadata) == (sent["ts"], "hello", metadata)
    (read,) = (await client.conversations_history(channel=general.id, include_all_metadata=True))["messages"]
    assert read["metadata"] == metadata
    (read,) = (await client.conversations_history(channel=general.id))["messages"]
    assert read["metadata"] == {"event_type": "greenroom"}
    await client.chat_update(channel=general.id, ts=sent["ts"], text="changed")
    assert (message.text, len(message.blocks), message.edits) == ("changed", 2, 1)
    await client.chat_delete(channel=general.id, ts=sent["ts"])
    assert message.is_deleted
    assert (await error_of(client.chat_update(channel=general.id, ts=sent["ts"], text="x")))[
        "error"
    ] == "message_not_found"
    assert slack.violations == []


async def test_where_nobody_may_post_says_why(slack: FakeSlack, team: Team, client: AsyncWebClient, mara: User) -> None:
    async def refused(channel: str) -> str:
        return str((await error_of(client.chat_postMessage(channel=channel, text="x")))["error"])

    assert await refused("C404") == "channel_not_found"
    slack.archive(team.channel("events"))
    assert await refused(team.channel("events").id) == "is_archived"
    secret = slack.add_channel(team, "secret", is_private=True, with_bot=False)
    assert await refused(secret.id) == "channel_not_found"
    general = team.channel("general")
    general.is_restricted = True
    assert await refused(general.id) == "restricted_action"
    assert await refused(slack.add_member(team, "robot", is_bot=True).id) == "cannot_dm_bot"
    slack.deactivate(mara)
    assert await refused(mara.id) == "user_disabled"
    modest = slack.add_team("modest", scopes="chat:write,channels:join", with_bot=False)
    theirs = web_client(slack, modest)
    general = modest.channel("general")
    assert (await error_of(theirs.chat_postMessage(channel=general.id, text="x")))["error"] == "not_in_channel"
    await theirs.conversations_join(channel=general.id)
    await theirs.chat_postMessage(channel=general.id, text="x")
    assert slack.violations == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"blocks": [section("x" * 3_000)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"b": "x" * 8_000}}}, "metadata_too_large"),
    ],
)
async def test_a_message_that_breaks_a_rule_is_a_violation(
    slack: FakeSlack, team: Team, client: AsyncWebClient, body: dict[str, object], error: str
) -> None:
    refused = await error_of(client.api_call("chat.postMessage", json={"channel": team.channel("general").id, **body}))
    assert refused["error"] == error
    assert error in slack.violations[0]
    assert slack.posted == []


@pytest.mark.parametrize(
    ("body", "pinged"),
    [
        ({"text": "<!channel> <@U1> &lt;!here&gt; @here"}, {"channel", "U1"}),
        ({"text": "@here", "link_names": True}, {"here"}),
        ({"text": "x", "blocks": [section("<!channel> <@U1>")]}, set()),
        ({"text": "<!here>", "blocks": [section("x")]}, {"here"}),
        (
            {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U1> @here"}}]},
            {"U1", "here"},
        ),
        (
            {
                "text": "x",
                "blocks": [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "text", "text": "<!channel>"}, {"type": "user", "user_id": "U2"}],
                            }
                        ],
                    }
                ],
            },
            {"U2"},
        ),
    ],
)
async def test_who_is_pinged_is_known(
    slack: FakeSlack, team: Team, client: AsyncWebClient, body: dict[str, object], pinged: set[str]
) -> None:
    await client.api_call("chat.postMessage", json={"channel": team.channel("general").id, **body})
    assert slack.posted[0].pinged == pinged


async def test_history_pages_and_bounds(slack: FakeSlack, team: Team, client: AsyncWebClient, mara: User) -> None:
    general = team.channel("general")
    for n in range(5):
        slack.write(mara, general, f"{n}", at=NOW - timedelta(minutes=5 - n))
    first = await client.conversations_history(channel=general.id, limit=2)
    assert [each["text"] for each in first["messages"]] == ["4", "3"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=general.id, limit=2, cursor=cursor)
    assert [each["text"] for each in second["messages"]] == ["2", "1"]
    oldest = str((NOW - timedelta(minutes=3)).timestamp())
    late = await client.conversations_history(channel=general.id, oldest=oldest)
    assert [each["text"] for each in late["messages"]] == ["4", "3"]
    assert late["has_more"] is False
    slack.limits.is_on, slack.limits.history_is_narrow = True, True
    assert (await client.conversations_history(channel=general.id))["ok"]
    limited = await error_of(client.conversations_history(channel=general.id))
    assert limited["error"] == "ratelimited"


async def test_conversations_with_one_or_several(
    slack: FakeSlack, team: Team, client: AsyncWebClient, mara: User
) -> None:
    kim = slack.add_member(team, "kim")
    direct = (await client.conversations_open(users=mara.id))["channel"]["id"]
    assert direct == slack.dm(mara).id
    group = (await client.conversations_open(users=f"{mara.id},{kim.id}"))["channel"]["id"]
    again = (await client.conversations_open(users=f"{kim.id},{mara.id}"))["channel"]["id"]
    assert group == again != direct
    await client.chat_postMessage(channel=group, text="hello both")
    assert (await client.conversations_info(channel=group))["channel"]["is_mpim"]
    refused = await error_of(client.conversations_open(users=team.bot.id))
    assert refused["error"] == "cannot_dm_bot"
    members = (await client.conversations_members(channel=group))["members"]
    assert set(members) == {team.bot.id, mara.id, kim.id}
    listed = await client.conversations_list(types="public_channel,mpim", limit=1)
    assert listed["response_metadata"]["next_cursor"]


async def test_people_are_shown(slack: FakeSlack, team: Team, client: AsyncWebClient, mara: User) -> None:
    shown = (await client.users_info(user=mara.id, include_locale=True))["user"]
    assert (shown["tz"], shown["tz_offset"], shown["locale"], shown["is_admin"]) == (
        "Europe/Berlin",
        3600,
        "de-DE",
        False,
    )
    assert (await client.users_info(user=team.owner.id))["user"]["is_owner"]
    assert (await error_of(client.users_info(user="U404")))["error"] == "user_not_found"
    assert len((await client.users_list())["members"]) == 3
    assert (await client.team_info())["team"]["name"] == "Kellerwerk"


async def test_an_ephemeral_message_is_one_persons(
    slack: FakeSlack, team: Team, client: AsyncWebClient, mara: User
) -> None:
    general = team.channel("general")
    sent = await client.chat_postEphemeral(channel=general.id, user=mara.id, text="<!channel> psst")
    (message,) = mara.ephemerals
    assert (message.pinged, general.messages) == (frozenset(), [])
    assert slack.sees(mara, message)
    assert not slack.sees(team.owner, message)
    refused = await error_of(client.chat_update(channel=general.id, ts=sent["message_ts"], text="x"))
    assert refused["error"] == "message_not_found"
    slack.leave(general, mara)
    refused = await error_of(client.chat_postEphemeral(channel=general.id, user=mara.id, text="x"))
    assert refused["error"] == "user_not_in_channel"


async def test_posts_into_one_channel_are_limited_and_others_are_not(team: Team, slack: FakeSlack) -> None:
    slack.limits.is_on, slack.limits.burst = True, 2
    client = web_client(slack, team)
    general, events = team.channel("general"), team.channel("events")
    for _ in range(2):
        await client.chat_postMessage(channel=general.id, text="x")
    with pytest.raises(SlackApiError, match="ratelimited") as limited:
        await client.chat_postMessage(channel=general.id, text="x")
    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel=events.id, text="x")
    assert slack.limits.hits == [f"chat.postMessage {general.id}"]


async def test_what_goes_wrong_on_purpose(slack: FakeSlack, team: Team, client: AsyncWebClient) -> None:
    general = team.channel("general").id
    slack.faults.add(Fault("chat.postMessage", Kind.DROP_AFTER))
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=general, text="one")
    slack.faults.add(Fault("chat.postMessage", Kind.DROP_BEFORE))
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=general, text="lost")
    slack.faults.add(Fault("chat.postMessage", Kind.STATUS_AFTER, status=200, error="fatal_error"))
    assert (await error_of(client.chat_postMessage(channel=general, text="two")))["error"] == "fatal_error"
    slack.faults.add(Fault(f"chat.postMessage {general}", Kind.LIMITED, times=2))
    for _ in range(2):
        assert (await error_of(client.chat_postMessage(channel=general, text="x")))["error"] == "ratelimited"
    await client.chat_postMessage(channel=general, text="three")
    assert [message.text for message in slack.posted] == ["one", "two", "three"]
    assert slack.violations == []


async def test_a_file_goes_up_and_comes_down(slack: FakeSlack, team: Team, client: AsyncWebClient, mara: User) -> None:
    channel = team.channel("events")
    sent = await client.files_upload_v2(channel=channel.id, filename="a.ics", content="BEGIN", initial_comment="here")
    (message,) = slack.posted
    assert (message.text, message.files[0].content) == ("here", b"BEGIN")
    url = (await client.files_info(file=sent["file"]["id"]))["file"]["url_private"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Authorization": f"Bearer {team.bot_token}"}) as answer:
            assert await answer.read() == b"BEGIN"
        async with session.get(url) as answer:
            assert answer.content_type == "text/html"
    assert slack.violations == []
