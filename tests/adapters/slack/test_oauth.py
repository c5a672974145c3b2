"""The app is installed by its link, in a browser's own steps over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from cryptography.fernet import Fernet
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from starlette.routing import Route

from adapters.slack.installing import Installed, StoredStates, StoredTokens
from adapters.slack.oauth import INSTALL_PATH, REDIRECT_PATH, InstallFlow
from adapters.slack.settings import OAuth
from adapters.web.server import Web
from bot.compose.apart import InstallationsOf
from bot.domain.installations import STATE_LIVES
from bot.sealing import Seal
from storage.database import Database
from tests.adapters.slack.asked import Asked, AskedSlack, asked_slack
from tests.clocks import FixedClock
from tests.storage.making import NOW

SEAL = Seal(Fernet.generate_key().decode())
COOKIE = "slack-app-oauth-state"
GIVEN = {
    "ok": True,
    "app_id": "A1",
    "access_token": "xoxb-1",
    "token_type": "bot",
    "scope": "commands,chat:write",
    "bot_user_id": "U0",
    "team": {"id": "T1", "name": "<Attic> & co"},
    "enterprise": None,
    "is_enterprise_install": False,
    "authed_user": {"id": "U9"},
}
OURS = Asked({"ok": True, "bot_id": "B0", "url": "https://attic.slack.com/", "user_id": "U0", "team_id": "T1"})


@dataclass(slots=True)
class Browser:
    """Keeps the state's cookie itself: it is for https alone, which a proxy in front of the bot speaks."""

    http: aiohttp.ClientSession
    address: str
    tokens: StoredTokens
    slack: AskedSlack
    clock: FixedClock
    told: list[Installed]
    cookies: dict[str, str] = field(default_factory=dict)
    status: int = 0
    page: str = ""

    async def begin(self, query: str = "") -> Mapping[str, Sequence[str]]:
        """Follow the install link; returns what Slack is asked there."""
        async with self.http.get(f"{self.address}{INSTALL_PATH}{query}", allow_redirects=False) as response:
            assert response.status == 302
            self._keep(response)
            where = urlsplit(response.headers["Location"])
            assert where._replace(query="").geturl() == self.slack.api_url.replace("/api/", "/oauth/v2/authorize")
            return parse_qs(where.query)

    async def come_back(self, language: str = "en-GB,en;q=0.9", **query: str) -> str:
        """Return as Slack sends the browser back; returns the page."""
        headers = {"Accept-Language": language, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        url = f"{self.address}{REDIRECT_PATH}"
        async with self.http.get(url, params=query, headers=headers, allow_redirects=False) as response:
            self.status, self.page = response.status, await response.text()
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "Traceback" not in self.page
            assert "xoxb" not in self.page
            return self.page

    def _keep(self, response: aiohttp.ClientResponse) -> None:
        for header in response.headers.getall("Set-Cookie"):
            cookie: SimpleCookie = SimpleCookie(header)
            for name, morsel in cookie.items():
                assert morsel["httponly"]
                assert morsel["secure"]
                self.cookies[name] = morsel.value


@asynccontextmanager
async def browsing(url: str, answers: Mapping[str, Sequence[Asked]]) -> AsyncIterator[Browser]:
    database, clock, told = Database(url), FixedClock(NOW), list[Installed]()

    async def tell(installed: Installed) -> None:
        told.append(installed)

    async def well() -> bool:
        return True

    async with asked_slack(answers) as slack, aiohttp.ClientSession() as http:
        installations = InstallationsOf(database)
        tokens = StoredTokens(installations, SEAL, clock)
        flow = InstallFlow(
            OAuth("11.22", "client-s3cret", SEAL),
            slack.api_url,
            scopes=["commands", "chat:write"],
            store=tokens,
            states=StoredStates(installations, clock),
            tell=tell,
            locale="en",
        )
        handle = AsyncSlackRequestHandler(AsyncApp(signing_secret="x", oauth_flow=flow)).handle
        web = Web("127.0.0.1", 0, [Route(path, handle) for path in (INSTALL_PATH, REDIRECT_PATH)], well)
        web.open()
        serving = asyncio.create_task(web.serve())
        try:
            yield Browser(http, f"http://127.0.0.1:{web.port}", tokens, slack, clock, told)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            await database.close()


async def test_a_workspace_is_installed_by_the_link(sqlite_url: str) -> None:
    async with browsing(sqlite_url, {"oauth.v2.access": [Asked(GIVEN)], "auth.test": [OURS]}) as browser:
        asked = await browser.begin("?team=T1")
        assert (asked["client_id"], asked["scope"], asked["team"]) == (["11.22"], ["commands,chat:write"], ["T1"])
        page = await browser.come_back(code="c1", state=asked["state"][0])
        assert browser.status == 200
        assert "Greenroom is installed in &lt;Attic&gt; &amp; co" in page
        assert "/greenroom" in page
        assert 'href="https://attic.slack.com/"' in page
        [told] = browser.told
        assert (told.team, told.home, told.installer, told.bot) == ("T1", "T1", "U9", "B0")
        found = await browser.tokens.of("T1", "T1")
        assert found == told
        assert found.token == "xoxb-1"
        exchange, test = browser.slack.heard
        assert exchange.form["code"] == "c1"
        assert test.token == "xoxb-1"


async def test_a_whole_enterprise_is_installed_by_the_link(sqlite_url: str) -> None:
    given = {**GIVEN, "team": None, "enterprise": {"id": "E1", "name": "Label"}, "is_enterprise_install": True}
    async with browsing(sqlite_url, {"oauth.v2.access": [Asked(given)], "auth.test": [OURS]}) as browser:
        asked = await browser.begin()
        assert "Label" in await browser.come_back(code="c1", state=asked["state"][0])
        assert (browser.told[0].team, browser.told[0].home) == ("", "E1")
        found = await browser.tokens.of("T5", "E1")
        assert found is not None
        assert found.token == "xoxb-1"


async def test_pages_speak_the_browsers_language(sqlite_url: str) -> None:
    async with browsing(sqlite_url, {}) as browser:
        page = await browser.come_back("de-AT,de;q=0.9,en;q=0.8", error="access_denied")
        assert '<html lang="de">' in page
        assert "Es wurde nichts installiert" in page
        assert '<html lang="en">' in await browser.come_back("tlh, <x>", error="access_denied")


async def test_whoever_says_no_is_told_that_nothing_was_installed(sqlite_url: str) -> None:
    async with browsing(sqlite_url, {}) as browser:
        asked = await browser.begin()
        page = await browser.come_back(error="access_denied", state=asked["state"][0])
        assert "Nothing was installed" in page
        assert f'href="{INSTALL_PATH}"' in page
        assert browser.told == []


async def test_a_state_is_taken_once(sqlite_url: str) -> None:
    answers = {"oauth.v2.access": [Asked(GIVEN)] * 2, "auth.test": [OURS] * 2}
    async with browsing(sqlite_url, answers) as browser:
        state = (await browser.begin())["state"][0]
        await browser.come_back(code="c1", state=state)
        assert "used up" in await browser.come_back(code="c2", state=state)
        assert browser.status == 401
        assert len(browser.told) == 1


async def test_a_state_is_good_for_ten_minutes_in_its_own_browser(sqlite_url: str) -> None:
    async with browsing(sqlite_url, {}) as browser:
        state = (await browser.begin())["state"][0]
        browser.clock.skip(STATE_LIVES)
        assert "ten minutes" in await browser.come_back(code="c1", state=state)
        assert browser.status == 401
        state = (await browser.begin())["state"][0]
        assert "used up" in await browser.come_back(code="c1")
        browser.cookies.clear()
        assert "used up" in await browser.come_back(code="c1", state=state)
        assert browser.status == 400
        assert browser.slack.heard == []


async def test_an_answer_without_a_code_is_used_up(sqlite_url: str) -> None:
    async with browsing(sqlite_url, {}) as browser:
        state = (await browser.begin())["state"][0]
        assert "used up" in await browser.come_back(state=state)


def refused(code: str) -> Sequence[Asked]:
    return [Asked({"ok": False, "error": code})]


@pytest.mark.parametrize(
    ("answers", "said", "status"),
    [
        (refused("invalid_code"), "used up", 401),
        (refused("bad_client_secret"), "Tell whoever runs it that Slack says bad_client_secret", 401),
        (refused("what_is_this"), "Slack says what_is_this", 401),
        (refused("internal_error"), "could not be reached", 502),
        ([Asked("<b>down</b>", 503)], "could not be reached", 502),
        ([], "could not be reached", 502),
        ([Asked({**GIVEN, "refresh_token": "xoxe-1"})], "token_rotation", 500),
        ([Asked({"ok": True, "authed_user": {"access_token": "xoxp-1"}})], "no_bot_token", 502),
    ],
)
async def test_what_slack_refuses_is_said_plainly(
    sqlite_url: str, answers: Sequence[Asked], said: str, status: int
) -> None:
    async with browsing(sqlite_url, {"oauth.v2.access": answers}) as browser:
        state = (await browser.begin())["state"][0]
        assert said in await browser.come_back(code="c1", state=state)
        assert browser.status == status
        assert browser.told == []


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", "a" * 2_000, "Call +1 555"])
async def test_a_page_shows_nothing_that_somebody_put_into_its_address(sqlite_url: str, word: str) -> None:
    async with browsing(sqlite_url, {}) as browser:
        page = await browser.come_back(error=word)
        assert "unknown" in page
        assert word not in page
        assert "<script" not in page


@pytest.mark.parametrize("team", ["T1%26redirect_uri%3Dhttps://evil.example", "T1%0d%0aSet-Cookie:x", "t1", ""])
async def test_slack_is_asked_nothing_that_somebody_put_into_the_link(sqlite_url: str, team: str) -> None:
    async with browsing(sqlite_url, {}) as browser:
        asked: Mapping[str, Any] = await browser.begin(f"?team={team}")  # Any: as parse_qs gives them
        assert set(asked) == {"state", "client_id", "scope"}


async def test_a_link_followed_a_day_later_starts_anew(sqlite_url: str) -> None:
    async with browsing(sqlite_url, {"oauth.v2.access": [Asked(GIVEN)], "auth.test": [OURS]}) as browser:
        await browser.begin()
        browser.clock.skip(timedelta(days=1))
        state = (await browser.begin())["state"][0]
        assert "installed in" in await browser.come_back(code="c1", state=state)
