"""The web server runs beside the platforms where it is needed, and says how the whole bot is."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapters.web.server import Web
from bot.compose import SystemClock, compose
from bot.compose.running import web_beside
from bot.errors import SetupError
from bot.settings import Settings, read_settings
from storage.database import Database
from tests.platforms.silent import SilentPlatform


def settings(url: str, **given: str) -> Settings:
    return read_settings(_env_file=None, DATABASE_URL=url, **given)


async def hello(_request: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def asked(web: Web, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{web.port}{path}") as response,
    ):
        return response.status, await response.text()


async def test_it_runs_where_a_platform_needs_it_and_tells_of_the_bot(sqlite_url: str) -> None:
    async with compose(settings(sqlite_url, WEB_PORT="0"), SystemClock()) as bot:
        platform = bot.platforms["console"] = SilentPlatform()
        with web_beside(bot, [Route("/hello", hello)]):
            [web] = bot.beside
            assert isinstance(web, Web)
            serving = asyncio.create_task(bot.serve())
            assert await asked(web, "/hello") == (200, "hello")
            assert await asked(web, "/health") == (200, '{"ok":true}')
            platform.is_connected = False
            assert await asked(web, "/health") == (503, '{"ok":false}')
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def test_it_does_not_run_where_nobody_asks_for_it(sqlite_url: str) -> None:
    async with compose(settings(sqlite_url), SystemClock()) as bot:
        with web_beside(bot, ()):
            assert bot.beside == []


async def test_it_runs_for_health_alone_where_somebody_sets_its_port(sqlite_url: str) -> None:
    async with compose(settings(sqlite_url, WEB_PORT="0"), SystemClock()) as bot:
        with web_beside(bot, ()):
            assert len(bot.beside) == 1


async def test_two_bots_cannot_listen_on_one_port(sqlite_url: str) -> None:
    async with compose(settings(sqlite_url, WEB_PORT="0"), SystemClock()) as bot:
        with web_beside(bot, ()):
            [web] = bot.beside
            assert isinstance(web, Web)
            bot.settings = settings(sqlite_url, WEB_PORT=str(web.port))
            with pytest.raises(SetupError, match="WEB_PORT"), web_beside(bot, ()):
                pass


async def test_a_database_that_is_gone_does_not_answer(postgres_url: str) -> None:
    database = Database(postgres_url)
    assert await database.answers()
    await database.close()
    gone = Database(postgres_url.replace("greenroom_", "nowhere_"))
    assert not await gone.answers()
    await gone.close()
