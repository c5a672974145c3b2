"""Starting: what the operator must change is one line and exit code 2, never a stack trace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.adapters.discord.harness import settings_for
from tests.fakes.discord import FakeDiscord
from tests.processes import Ended, ended, running, start


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "greenroom.db")
    return tmp_path


def said(end: Ended) -> str:
    """The line it ends with; what was logged before it is none of a stack trace."""
    assert end.code == 2, end
    assert "Traceback" not in end.err
    lines = [line for line in end.err.splitlines() if line.startswith("greenroom: ")]
    assert len(lines) == 1, end.err
    assert end.err.splitlines()[-1] == lines[0]
    return lines[0]


async def test_a_wrong_token_is_one_line(fake: FakeDiscord, home: Path) -> None:
    given = settings_for(fake) | {"DISCORD_TOKEN": "wrong.secret.token"}
    line = said(await ended(await start(home, "run", **given)))
    assert "DISCORD_TOKEN" in line
    assert "wrong.secret.token" not in line


async def test_a_refused_intent_is_one_line(fake: FakeDiscord, home: Path) -> None:
    async with running(home, "run", **settings_for(fake)) as process:
        fake.add_guild()
        await fake.until_posted(1)  # it has begun its work
        await fake.gateway.close(4014)
        assert "intent" in said(await ended(process))


@pytest.mark.parametrize(("code", "word"), [(4004, "DISCORD_TOKEN"), (4011, "DISCORD_SHARD_COUNT"), (4013, "intents")])
async def test_a_connection_that_can_never_be_is_one_line(fake: FakeDiscord, home: Path, code: int, word: str) -> None:
    async with running(home, "run", **settings_for(fake)) as process:
        fake.add_guild()
        await fake.until_posted(1)  # it has begun its work
        await fake.gateway.close(code)
        assert word in said(await ended(process))


async def test_an_unreachable_gateway_is_one_line(fake: FakeDiscord, home: Path) -> None:
    given = settings_for(fake) | {"DISCORD_GATEWAY_URL": "ws://127.0.0.1:9/"}
    assert "DISCORD_GATEWAY_URL" in said(await ended(await start(home, "run", **given)))


async def test_a_gateway_that_is_none_is_one_line(fake: FakeDiscord, home: Path) -> None:
    fake.gateway.refuses_connections = True
    assert "DISCORD_GATEWAY_URL" in said(await ended(await start(home, "run", **settings_for(fake))))


async def test_an_unreachable_interface_is_one_line(fake: FakeDiscord, home: Path) -> None:
    given = settings_for(fake) | {"DISCORD_API_URL": "http://127.0.0.1:9/api/v10"}
    assert "DISCORD_API_URL" in said(await ended(await start(home, "run", **given)))
    assert "DISCORD_API_URL" in said(await ended(await start(home, "invite", **given)))


async def test_an_address_without_its_version_is_one_line(fake: FakeDiscord, home: Path) -> None:
    given = settings_for(fake) | {"DISCORD_API_URL": fake.api_url.removesuffix("/v10")}
    assert "DISCORD_API_URL" in said(await ended(await start(home, "run", **given)))


async def test_half_of_the_settings_is_one_line(fake: FakeDiscord, home: Path) -> None:
    given = {name: value for name, value in settings_for(fake).items() if name != "DISCORD_TOKEN"}
    assert "DISCORD_TOKEN" in said(await ended(await start(home, **given)))


async def test_the_install_link_is_printed(fake: FakeDiscord, home: Path) -> None:
    end = await ended(await start(home, "invite", **settings_for(fake)))
    assert end.code == 0, end
    assert end.out.startswith("https://discord.com/oauth2/authorize?client_id=")
    assert str(fake.world.application_id) in end.out


async def test_a_token_alone_runs_the_bot_and_the_commands_answer(fake: FakeDiscord, home: Path) -> None:
    guild = fake.add_guild()
    mara = fake.add_member(guild, "mara")
    async with running(home, **settings_for(fake)) as process:
        await fake.gateway.until(lambda: bool(fake.gateway.connected), 30)
        asked = await fake.slash(mara, guild, "event find")
        assert "Nothing found" in "".join((await asked.answer()).texts)
        await fake.until_posted(1)  # the owner is greeted
        process.terminate()
        end = await ended(process)
        assert (end.code, "Traceback" in end.err) == (0, False), end
    assert fake.violations == []
