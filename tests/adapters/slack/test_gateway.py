"""Connections that break, and requests that are not Slack's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import aiohttp
import pytest

from adapters.web.bounds import BODY_BYTES
from bot.settings import SlackMode
from tests.adapters.slack.rig import Rig, text_of, until
from tests.adapters.slack.test_answering import opened
from tests.fakes.faults import Fault, Kind
from tests.fakes.slack import FakeSlack
from tests.platforms.contract import HEARD


@pytest.fixture
def mode() -> SlackMode:
    return SlackMode.SOCKET


async def heard(rig: Rig) -> str:
    return text_of(await (await rig.fake.slash(rig.mara, rig.channel, "/event", "mine")).answer())


async def test_the_websocket_drops_while_a_form_is_filled_in(at: Rig) -> None:
    view = await opened(at)
    await at.fake.drop_sockets()
    await at.fake.until_connected()
    at.answer(HEARD)
    await (await at.fake.submit(at.mara, view, {"title": "Night"})).acknowledged()
    await until(lambda: at.mara.ephemerals)
    assert text_of(at.mara.ephemerals[-1]) == "Heard."
    assert at.core.last_submit.values["title"] == "Night"


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_it_connects_anew_when_slack_asks_it_to(at: Rig, reason: str) -> None:
    opened_before = at.fake.courier.link.opened
    # Slack closes the old one when the new one stands; the SDK would connect twice were it closed at once
    await at.fake.courier.link.disconnect(reason, closes=False)
    if reason == "warning":
        await at.fake.quiet(0.1)
    await until(lambda: at.fake.courier.link.opened > opened_before and at.fake.courier.link.sockets, 20)
    assert await heard(at) == "Heard."
    assert at.slack.is_connected


async def test_what_is_answered_late_arrives_though_the_websocket_dropped_meanwhile(at: Rig) -> None:
    at.core.wait()
    asked = await at.fake.message(at.mara, "hello")
    await asked.acknowledged()
    await at.fake.drop_sockets()
    at.core.go.set()
    await asked.answered()
    assert "Heard." in [text_of(each) for each in at.fake.dm(at.mara).messages]


async def test_it_says_whether_it_is_connected(fake: FakeSlack) -> None:
    at = Rig(fake, SlackMode.SOCKET)
    await at.start()
    said = [at.slack.is_connected]
    await at.stop()
    assert [*said, at.slack.is_connected] == [True, False]


async def test_several_connections_share_what_comes(at: Rig) -> None:
    other = at.beside()
    await other.start()
    await at.fake.until_connected(2)
    for _ in range(4):
        assert await heard(at) == "Heard."
    assert (len(at.core.asked), len(other.core.asked)) == (2, 2)
    await other.stop()
    assert await heard(at) == "Heard."


# ---- HTTP


@pytest.fixture
async def web(fake: FakeSlack) -> AsyncIterator[Rig]:
    rig = Rig(fake, SlackMode.HTTP)
    await rig.start()
    yield rig
    await rig.stop()


BODY = urlencode({"command": "/event", "team_id": "T1", "user_id": "U1", "text": "mine", "trigger_id": "1.2"})
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("what", ["nothing", "forged", "of another body", "stale", "of tomorrow", "no number", "empty"])
async def test_a_request_that_slack_did_not_sign_is_refused(web: Rig, what: str) -> None:
    courier, now = web.fake.courier, datetime.now(UTC)
    signed = {
        "nothing": {},
        "forged": courier.signature(BODY) | {"X-Slack-Signature": "v0=" + "0" * 64},
        "of another body": courier.signature(BODY + "&x=1"),
        "stale": courier.signature(BODY, now - timedelta(minutes=6)),
        "of tomorrow": courier.signature(BODY, now + timedelta(days=1)),
        "no number": courier.signature(BODY) | {"X-Slack-Request-Timestamp": "now"},
        "empty": {"X-Slack-Signature": "", "X-Slack-Request-Timestamp": ""},
    }
    status, text, why = await courier.request(BODY, FORM_TYPE | signed[what])
    assert status in (400, 401), text
    assert not why
    assert web.core.asked == []


async def test_a_signed_request_is_answered(web: Rig) -> None:
    status, text, _ = await web.fake.courier.request(BODY, FORM_TYPE | web.fake.courier.signature(BODY))
    assert status == 200
    assert "Heard." in text


async def test_slacks_question_whether_it_is_there_is_answered(web: Rig) -> None:
    assert await web.fake.courier.verify_url()
    web.fake.signing_secret = "another"
    assert not await web.fake.courier.verify_url()


async def test_a_body_of_more_than_a_megabyte_is_refused(web: Rig) -> None:
    body = BODY + "&padding=" + "x" * BODY_BYTES
    status, _, _ = await web.fake.courier.request(body, FORM_TYPE | web.fake.courier.signature(body))
    assert status == 413
    assert web.core.asked == []


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "payload=%7B", "payload=[]", "payload=7", "\x00", "null", '{"type":{}}']
)
async def test_a_signed_body_that_makes_no_sense_ends_nothing(web: Rig, body: str) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        status, text, why = await web.fake.courier.request(
            body, {"Content-Type": kind, **web.fake.courier.signature(body)}
        )
        assert not why
        assert status < 500, (kind, text)
        assert "Traceback" not in text
    assert await heard(web) == "Heard."


async def test_only_the_one_path_takes_payloads(web: Rig) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(web.url) as response:
            assert response.status == 405
        async with http.post(web.url + "/x", data=json.dumps({})) as response:
            assert response.status == 404


async def test_what_comes_before_it_serves_is_not_acknowledged(fake: FakeSlack) -> None:
    """Slack tells of events again, and whoever typed a command learns that it failed."""
    at = Rig(fake, SlackMode.HTTP)
    fake.faults.add(Fault("auth.test", Kind.STATUS))
    starting = asyncio.create_task(at.start())
    await until(lambda: at.url)
    status, _, _ = await fake.courier.request(BODY, FORM_TYPE | fake.courier.signature(BODY))
    assert status == 503
    await starting
    status, _, _ = await fake.courier.request(BODY, FORM_TYPE | fake.courier.signature(BODY))
    assert status == 200
    assert len(at.core.asked) == 1
    await at.stop()
