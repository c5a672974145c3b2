"""How the fake tells an app: sockets, envelopes, signatures, retries, installing; slack_sdk is on the other side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, NoAnswer, Team, User
from tests.fakes.slack_callers import web_client


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(rate_limits=False, response_seconds=0.3, retry_seconds=(0.0, 0.05)) as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return slack.add_team(channels=("general",))


@pytest.fixture
def mara(slack: FakeSlack, team: Team) -> User:
    return slack.add_member(team, "mara")


class Connection:
    """A slack_sdk client that keeps what it is told, and acknowledges it or not."""

    def __init__(self, slack: FakeSlack, *, acks: bool = True) -> None:
        web = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
        self.client = SocketModeClient(slack.app_token, web_client=web, ping_interval=0.2)
        self.client.socket_mode_request_listeners.append(self.hear)  # type: ignore[arg-type]  # a bound method is as good
        self.told: list[SocketModeRequest] = []
        self.acks = acks

    async def hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.told.append(request)
        if self.acks:
            payload = {"text": "done"} if request.accepts_response_payload else None
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))


@asynccontextmanager
async def connected(slack: FakeSlack, *, acks: bool = True) -> AsyncIterator[Connection]:
    connection = Connection(slack, acks=acks)
    before = len(slack.courier.link.sockets)
    await connection.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
    await slack.until_connected(before + 1)
    try:
        yield connection
    finally:
        await connection.client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped


async def test_each_envelope_goes_to_one_of_several_connections(slack: FakeSlack, mara: User) -> None:
    async with connected(slack) as one, connected(slack) as two:
        for _ in range(4):
            assert (await (await slack.slash(mara, None, "/event")).answer()).text == "done"
        assert (len(one.told), len(two.told)) == (2, 2)
        assert {each.type for each in one.told} == {"slash_commands"}
    assert slack.violations == []


async def test_an_event_that_is_not_acknowledged_is_told_again(slack: FakeSlack, mara: User) -> None:
    async with connected(slack, acks=False) as connection:
        asked = await slack.message(mara, "hello")
        with pytest.raises(NoAnswer):
            await asked.acknowledged()
        attempts = [(each.retry_attempt, each.retry_reason) for each in connection.told]
        assert attempts == [(0, ""), (1, "timeout"), (2, "timeout")]
        assert len({each.payload["event_id"] for each in connection.told}) == 1
        assert len({each.envelope_id for each in connection.told}) == 3
    assert len(slack.violations) == 3


async def test_a_second_acknowledgement_is_a_violation(slack: FakeSlack, mara: User) -> None:
    async with connected(slack) as connection:
        await (await slack.slash(mara, None, "/event")).answered()
        await connection.client.send_socket_mode_response(SocketModeResponse(connection.told[0].envelope_id))
        async with asyncio.timeout(5):
            while not slack.violations:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)


async def is_answered(slack: FakeSlack, mara: User) -> bool:
    try:
        return bool(await (await slack.slash(mara, None, "/event")).answer())
    except NoAnswer:
        return False


async def test_a_connection_that_breaks_is_made_again(slack: FakeSlack, mara: User) -> None:
    async with connected(slack) as connection:
        for end in (slack.drop_sockets, slack.disconnect):
            opened = slack.courier.link.opened
            await end()
            async with asyncio.timeout(10):
                while slack.courier.link.opened == opened:  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.02)
            # slack_sdk may connect twice in a row; what is under way on the first connection is lost, as it is on Slack
            async with asyncio.timeout(10):
                while not await is_answered(slack, mara):  # noqa: ASYNC110 - it asks anew each time
                    await asyncio.sleep(0.05)
        assert connection.told
    assert slack.violations == []


async def test_nobody_connected_means_no_answer(slack: FakeSlack, mara: User) -> None:
    with pytest.raises(NoAnswer, match="dispatch_failed"):
        await (await slack.slash(mara, None, "/event")).answered()


async def test_a_ticket_is_good_once(slack: FakeSlack) -> None:
    connection = Connection(slack)
    url = await connection.client.issue_new_wss_url()
    async with connection.client.aiohttp_client_session as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(Exception, match="403"):
            await session.ws_connect(url)
        connection.client.auto_reconnect_enabled = False
        await connection.client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped


def test_requests_are_signed_as_slack_signs_them() -> None:
    slack = FakeSlack()
    body = "command=%2Fevent&text=x"
    headers = slack.courier.signature(body)
    verifier = SignatureVerifier(slack.signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + "y", headers)
    assert not verifier.is_valid_request(body, slack.courier.signature(body, datetime(2020, 1, 1, tzinfo=UTC)))


async def test_an_event_that_is_answered_with_an_error_is_posted_again(slack: FakeSlack, mara: User) -> None:
    retries: list[tuple[str | None, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        retries.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=200 if len(retries) == 3 else 500)

    app = web.Application()
    app.router.add_post("/slack/events", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = "http://{}:{}/slack/events".format(*runner.addresses[0][:2])
    await (await slack.message(mara, "hello")).acknowledged()
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    await runner.cleanup()


async def test_an_app_is_installed_over_the_browser(slack: FakeSlack, tmp_path: object) -> None:
    team = slack.add_team("newcomers", is_installed=False)
    settings = AsyncOAuthSettings(
        client_id=slack.client_id,
        client_secret=slack.client_secret,
        scopes=["chat:write", "commands"],
        installation_store=FileInstallationStore(base_dir=str(tmp_path), client_id=slack.client_id),
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path), client_id=slack.client_id),
    )
    client = AsyncWebClient(base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, oauth_settings=settings)
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.request_url = f"http://{host}:{port}/slack/events"
    page = f"http://{host}:{port}/slack/install"
    assert await slack.courier.verify_url()
    assert (await slack.install(team.owner, page, state="guessed")).status == 400
    assert "access_denied" in (await slack.install(team.owner, page, agrees=False)).text
    assert not team.is_installed
    done = await slack.install(team.owner, page)
    assert done.status == 200, slack.denied
    assert team.installations[-1].scopes == {"chat:write", "commands"}
    assert (await web_client(slack, team).auth_test())["team_id"] == team.id
    await runner.cleanup()
