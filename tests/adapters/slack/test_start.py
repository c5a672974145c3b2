"""Starting: what the operator must change is one line and exit code 2; a start that goes well says little."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.discord.process import ended, running, start
from tests.fakes.slack import FakeSlack


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "greenroom.db")
    return tmp_path


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.add_team()
        yield slack


def settings_for(fake: FakeSlack, **more: str) -> dict[str, str]:
    [team] = fake.world.teams.values()
    tokens = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": fake.app_token}
    return {**tokens, "SLACK_API_URL": fake.api_url, **more}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN"),
        ({"SLACK_MODE": "http"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_BOT_TOKEN": ""}, "GREENROOM_SECRET_KEY"),
    ],
)
async def test_what_the_operator_must_change_is_one_line(
    fake: FakeSlack, home: Path, given: dict[str, str], named: str
) -> None:
    end = await ended(await start(home, "run", **settings_for(fake, **given)))
    assert (end.code, end.out) == (2, "")
    [line] = end.err.splitlines()
    assert line.startswith(f"greenroom: {named}: ")
    assert "wrong" not in line, "a token is never shown"


async def test_an_address_that_is_no_slack_is_one_line(fake: FakeSlack, home: Path) -> None:
    url = fake.api_url.replace("/api/", "/nothing/")
    end = await ended(await start(home, "run", **settings_for(fake, SLACK_API_URL=url)))
    assert end.code == 2
    [line] = end.err.splitlines()
    assert line.startswith("greenroom: SLACK_API_URL: ")


async def test_a_start_that_goes_well_warns_of_nothing(fake: FakeSlack, home: Path) -> None:
    async with running(home, "run", **settings_for(fake)) as process:
        await fake.until_posted(1)
        process.terminate()
        end = await ended(process)
    assert end.code == 0
    told = [json.loads(line) for line in end.err.splitlines()]
    assert {each["level"] for each in told} == {"info"}
    assert [each["event"] for each in told][:2] == ["joined", "slack is ready"]
