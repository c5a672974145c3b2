"""Where the app is installed: one workspace by its token, many by the install link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.installing import Installed, OneToken, StoredStates, StoredTokens, web_client, when
from bot.compose.apart import InstallationsOf
from bot.domain.installations import STATE_LIVES
from bot.errors import SetupError
from bot.sealing import Seal
from storage.database import Database
from tests.adapters.slack.asked import Asked, asked_slack
from tests.clocks import FixedClock
from tests.storage.making import NOW

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
HOUR = timedelta(hours=1)

ATTIC = Installed(
    "T1",
    "T1",
    "xoxb-1",
    team_name="Attic",
    bot_user="U0",
    bot="B0",
    app="A1",
    scopes=frozenset({"commands", "chat:write"}),
    installer="U9",
    installed_at=NOW,
)


def installation(team: str | None = "T1", token: str = "xoxb-1", **given: Any) -> Installation:  # Any: its fields
    return Installation(
        app_id="A1",
        team_id=team,
        team_name="Attic",
        bot_token=token,
        bot_id="B0",
        bot_user_id="U0",
        bot_scopes="commands,chat:write",
        user_id="U9",
        token_type="bot",
        **given,
    )


WHOLE = installation(None, "xoxb-org", enterprise_id="E1", is_enterprise_install=True)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


def tokens_of(database: Database, clock: FixedClock, keys: str = OLD) -> StoredTokens:
    return StoredTokens(InstallationsOf(database), Seal(keys), clock)


@pytest.fixture
def tokens(database: Database, clock: FixedClock) -> StoredTokens:
    return tokens_of(database, clock)


# ---- many workspaces


async def test_an_installation_is_found_by_its_workspace_and_nowhere_else(tokens: StoredTokens) -> None:
    await tokens.async_save(installation())
    assert await tokens.of("T1", "T1") == ATTIC
    assert await tokens.of("T1", "E7") == ATTIC, "the workspace may have joined an enterprise since"
    assert await tokens.of("T2", "T2") is None
    assert await tokens.begin() == [ATTIC]


async def test_a_token_stands_nowhere_in_the_database(tokens: StoredTokens, database: Database) -> None:
    await tokens.async_save(installation())
    async with database.reading() as uow:
        sealed = await uow.installations.find("T1")
    assert sealed is not None
    assert "xoxb" not in sealed.sealed
    assert "xoxb" not in repr(await tokens.of("T1", "T1"))


async def test_bolt_finds_what_it_saved(tokens: StoredTokens) -> None:
    await tokens.async_save(installation(enterprise_id="E1"))
    found = await tokens.async_find_installation(enterprise_id="E1", team_id="T1")
    assert found is not None
    assert found.to_dict() == installation(enterprise_id="E1", installed_at=NOW).to_dict()
    bot = await tokens.async_find_bot(enterprise_id="E1", team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_scopes) == ("xoxb-1", ["commands", "chat:write"])
    assert await tokens.async_find_installation(enterprise_id="E1", team_id="T1", user_id="U9") is not None
    assert await tokens.async_find_installation(enterprise_id="E1", team_id="T1", user_id="U8") is None
    assert await tokens.async_find_bot(enterprise_id="E1", team_id="T1", is_enterprise_install=True) is None
    assert await tokens.async_find_bot(enterprise_id=None, team_id="T2") is None


async def test_an_installation_of_a_whole_enterprise_serves_each_of_its_workspaces(
    tokens: StoredTokens, database: Database, clock: FixedClock
) -> None:
    await tokens.async_save(WHOLE)
    assert await tokens.begin() == []
    found = await tokens.of("T5", "E1")
    assert found == replace(ATTIC, team="T5", home="E1", token="xoxb-org", team_name="")
    assert await tokens.async_find_bot(enterprise_id="E1", team_id="T6") is not None
    another = tokens_of(database, clock)
    assert await another.begin() == [found]
    assert await another.of("T5", "T5") == found, "a digest knows the workspace alone"
    assert (await another.of("E1", "E1")) == replace(ATTIC, team="E1", home="E1", token="xoxb-org", team_name="")


async def test_a_persons_enterprise_alone_leads_to_one_of_its_workspaces(tokens: StoredTokens) -> None:
    await tokens.async_save(installation("T3", "xoxb-3", enterprise_id="E1"))
    found = await tokens.of("E1", "E1")
    assert found is not None
    assert found.token == "xoxb-3"


async def test_of_two_installations_the_newer_counts_at_once(tokens: StoredTokens, clock: FixedClock) -> None:
    await tokens.async_save(installation())
    assert (await tokens.of("T1", "T1")) == ATTIC
    clock.skip(HOUR)
    await tokens.async_save(installation(token="xoxb-2"))
    assert await tokens.of("T1", "T1") == replace(ATTIC, token="xoxb-2", installed_at=NOW + HOUR)
    assert len(await tokens.begin()) == 1


async def test_a_removed_app_has_no_token_until_it_is_installed_again(tokens: StoredTokens, clock: FixedClock) -> None:
    await tokens.async_save(installation())
    assert await tokens.of("T1", "T1") is not None
    clock.skip(HOUR)
    assert await tokens.removed("T1", "T1", clock.now())
    assert await tokens.of("T1", "T1") is None
    clock.skip(HOUR)
    await tokens.async_save(installation())
    assert not await tokens.removed("T1", "T1", clock.now() - HOUR), "told late"
    assert await tokens.of("T1", "T1") == replace(ATTIC, installed_at=NOW + 2 * HOUR)


async def test_bolt_removes_the_bot_but_not_for_one_person(tokens: StoredTokens) -> None:
    await tokens.async_save(installation())
    await tokens.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U9")
    assert await tokens.of("T1", "T1") == ATTIC
    await tokens.async_delete_all(enterprise_id=None, team_id="T1")
    assert await tokens.of("T1", "T1") is None


async def test_a_whole_enterprise_removed_is_removed_from_each_workspace(tokens: StoredTokens) -> None:
    await tokens.async_save(WHOLE)
    assert await tokens.of("T5", "E1") is not None
    assert await tokens.removed("E1", "E1")
    assert await tokens.of("T5", "E1") is None


async def test_a_refused_token_is_asked_for_anew(tokens: StoredTokens, database: Database, clock: FixedClock) -> None:
    await tokens.async_save(installation())
    assert await tokens.of("T1", "T1") == ATTIC
    clock.skip(HOUR)
    await tokens_of(database, clock).async_save(installation(token="xoxb-2"))
    assert await tokens.of("T1", "T1") == ATTIC, "what another process heard is known within a minute"
    tokens.refused("xoxb-1")
    assert await tokens.of("T1", "T1") == replace(ATTIC, token="xoxb-2", installed_at=NOW + HOUR)


async def test_reading_seals_anew_under_the_newest_key(
    tokens: StoredTokens, database: Database, clock: FixedClock
) -> None:
    await tokens.async_save(installation())
    assert await tokens_of(database, clock, f"{NEW},{OLD}").of("T1", "T1") == ATTIC
    assert await tokens_of(database, clock, NEW).of("T1", "T1") == ATTIC
    assert await tokens_of(database, clock, OLD).of("T1", "T1") is None
    assert await tokens_of(database, clock, OLD).begin() == []


async def test_a_start_seals_everything_anew_under_the_newest_key(
    tokens: StoredTokens, database: Database, clock: FixedClock
) -> None:
    await tokens.async_save(installation())
    await tokens.async_save(installation("T2", enterprise_id="E2"))
    await tokens.async_save(WHOLE)
    assert len(await tokens_of(database, clock, f"{NEW},{OLD}").begin()) == 2
    assert len(await tokens_of(database, clock, NEW).begin()) == 2
    assert await tokens_of(database, clock, NEW).of("T5", "E1") is not None, "none of its workspaces was known then"


async def test_a_state_is_good_once_for_ten_minutes(database: Database, clock: FixedClock) -> None:
    states = StoredStates(InstallationsOf(database), clock)
    first, second = await states.async_issue(), await states.async_issue()
    assert first != second
    assert await states.async_consume(first)
    assert not await states.async_consume(first)
    clock.skip(STATE_LIVES)
    assert not await states.async_consume(second)


def test_slack_tells_moments_in_seconds() -> None:
    assert when(int(NOW.timestamp())) == NOW
    assert when(None) is None


# ---- one workspace

GOOD = Asked(
    {"ok": True, "team_id": "T1", "team": "Attic", "user_id": "U0", "bot_id": "B0"},
    headers={"x-oauth-scopes": "commands, chat:write"},
)


async def test_one_token_is_asked_once_where_it_belongs() -> None:
    async with asked_slack({"auth.test": [GOOD]}) as slack:
        tokens = OneToken("xoxb-1", web_client(slack.api_url))
        expected = replace(ATTIC, app="", installer="", installed_at=None)
        assert await tokens.begin() == (expected,)
        assert await tokens.begin() == (expected,)
        assert await tokens.of("T9", "T9") == expected, "a guest from another workspace is answered too"
    assert [each.token for each in slack.heard] == ["xoxb-1"]
    assert await tokens.removed("T1", "T1")
    assert not await tokens.removed("T9", "T9")


async def test_it_waits_for_a_slack_that_cannot_be_asked() -> None:
    broken = [Asked({"ok": False, "error": "internal_error"}), Asked("down", 503), Asked({"ok": False}, 429)]
    async with asked_slack({"auth.test": [*broken, GOOD]}) as slack:
        tokens = OneToken("xoxb-1", web_client(slack.api_url), first_wait=0.001)
        assert len(await tokens.begin()) == 1
    assert len(slack.heard) == 4


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (Asked({"ok": False, "error": "invalid_auth"}), "SLACK_BOT_TOKEN: .*invalid_auth"),
        (Asked({"ok": False, "error": "token_revoked"}), "SLACK_BOT_TOKEN: .*token_revoked"),
        (Asked("<html>nothing here</html>", 404), "SLACK_API_URL: .*404"),
    ],
)
async def test_a_token_that_slack_refuses_is_one_line(told: Asked, named: str) -> None:
    async with asked_slack({"auth.test": [told]}) as slack:
        with pytest.raises(SetupError, match=named) as refused:
            await OneToken("xoxb-1", web_client(slack.api_url)).begin()
    assert "xoxb" not in str(refused.value)
