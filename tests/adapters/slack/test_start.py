"""Starting: what the operator must change is one line and exit code 2, never a stack trace."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from tests.adapters.slack.rig import settings_for, text_of
from tests.fakes.slack import FakeSlack, Fault, Kind, Team
from tests.processes import Ended, ended, running, start


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "greenroom.db")
    return tmp_path


@pytest.fixture
def team(fake: FakeSlack) -> Team:
    return fake.add_team()


def said(end: Ended) -> str:
    """The line it ends with; what was logged before it is none of a stack trace."""
    assert end.code == 2, end
    assert "Traceback" not in end.err
    lines = [line for line in end.err.splitlines() if line.startswith("greenroom: ")]
    assert len(lines) == 1, end.err
    assert end.err.splitlines()[-1] == lines[0]
    return lines[0]


async def test_a_wrong_bot_token_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    line = said(await ended(await start(home, "run", **settings_for(fake, team) | {"SLACK_BOT_TOKEN": "xoxb-wrong"})))
    assert "SLACK_BOT_TOKEN" in line
    assert "xoxb-wrong" not in line


async def test_a_revoked_bot_token_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    fake.uninstall(team)
    assert "SLACK_BOT_TOKEN" in said(await ended(await start(home, "run", **settings_for(fake, team))))


async def test_a_wrong_app_token_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    line = said(await ended(await start(home, "run", **settings_for(fake, team) | {"SLACK_APP_TOKEN": "xapp-wrong"})))
    assert "SLACK_APP_TOKEN" in line
    assert "xapp-wrong" not in line


@pytest.mark.parametrize("error", ["forbidden", "missing_scope", "token_revoked", "what_is_this"])
async def test_an_app_that_may_not_connect_is_one_line(fake: FakeSlack, team: Team, home: Path, error: str) -> None:
    fake.faults.add(Fault("apps.connections.open", Kind.STATUS, times=None, status=200, error=error))
    line = said(await ended(await start(home, "run", **settings_for(fake, team))))
    assert "SLACK_APP_TOKEN" in line
    if error == "forbidden":
        assert "Socket Mode is switched off" in line


async def test_a_connection_that_slack_does_not_give_at_once_is_waited_for(
    fake: FakeSlack, team: Team, home: Path
) -> None:
    fake.faults.add(Fault("apps.connections.open", Kind.STATUS, times=1, status=503, error=""))
    async with running(home, "run", **settings_for(fake, team)):
        await fake.until_connected(seconds=30)


async def test_a_bot_token_for_the_app_and_the_other_way_round_is_one_line(
    fake: FakeSlack, team: Team, home: Path
) -> None:
    given = settings_for(fake, team)
    for name, other in (("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"), ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN")):
        assert name in said(await ended(await start(home, "run", **given | {name: given[other]})))


async def test_an_unreachable_interface_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    given = settings_for(fake, team) | {"SLACK_API_URL": "http://127.0.0.1:9/api/"}
    assert "SLACK_API_URL" in said(await ended(await start(home, "run", **given)))


async def test_an_address_that_is_not_slacks_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    given = settings_for(fake, team) | {"SLACK_API_URL": fake.api_url.replace("/api/", "/nowhere/")}
    assert "SLACK_API_URL" in said(await ended(await start(home, "run", **given)))


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_half_of_the_settings_is_one_line(fake: FakeSlack, team: Team, home: Path, missing: str) -> None:
    given = {name: value for name, value in settings_for(fake, team).items() if name != missing}
    assert missing in said(await ended(await start(home, "run", **given)))


async def test_many_workspaces_need_a_key_to_keep_their_tokens(fake: FakeSlack, team: Team, home: Path) -> None:
    many = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_BOT_TOKEN": ""}
    assert "GREENROOM_SECRET_KEY" in said(await ended(await start(home, "run", **settings_for(fake, team) | many)))


async def test_http_without_its_secret_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    given = settings_for(fake, team) | {"SLACK_MODE": "http"}
    assert "SLACK_SIGNING_SECRET" in said(await ended(await start(home, "run", **given)))


async def test_http_on_a_port_that_is_taken_is_one_line(fake: FakeSlack, team: Team, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        http = {"SLACK_MODE": "http", "SLACK_SIGNING_SECRET": "x" * 32, "WEB_PORT": str(taken.getsockname()[1])}
        assert "WEB_PORT" in said(await ended(await start(home, "run", **settings_for(fake, team) | http)))


async def test_tokens_alone_run_the_bot_and_the_commands_answer(fake: FakeSlack, team: Team, home: Path) -> None:
    mara = fake.add_member(team, "mara")
    async with running(home, "run", **settings_for(fake, team)) as process:
        await fake.until_connected(seconds=30)
        asked = await fake.slash(mara, team.channel("general"), "/event", "find")
        assert "Nothing found" in text_of(await asked.answer())
        await fake.until_posted(1)  # the owner is greeted
        process.terminate()
        end = await ended(process)
        assert end.code == 0, end
    told = [json.loads(line) for line in end.err.splitlines()]
    assert {each["level"] for each in told} == {"info"}, "a start that goes well warns of nothing"
    assert fake.violations == []
