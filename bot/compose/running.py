"""`greenroom run` and `greenroom invite`: the bot on the platforms that the settings name."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adapters.discord.client import Discord
from adapters.discord.permissions import invite
from adapters.discord.settings import DiscordSettings, discord_settings
from adapters.discord.wire import Denied, Wire
from bot.compose import Bot, SystemClock, compose
from bot.compose.apart import NotesOf
from bot.errors import DeliveryError, SetupError
from bot.settings import Settings

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


async def serve_platforms(settings: Settings) -> None:
    """Serve every platform that the settings name, until stopped. Raises SetupError before anything is begun."""
    discord = discord_settings(settings) if Discord.name in settings.platforms else None
    async with compose(settings, SystemClock()) as bot:
        if discord is not None:
            bot.platforms[Discord.name] = _discord(discord, bot)
        with web_beside(bot, ()), stopped_by(signal.SIGTERM):
            await bot.serve()


def _discord(ours: DiscordSettings, bot: Bot) -> Discord:
    return Discord(
        ours,
        features=bot.features,
        clock=bot.clock,
        notes=NotesOf(bot.database),
        turnstile=bot.database.turnstile,
    )


@contextlib.contextmanager
def web_beside(bot: Bot, routes: Sequence[BaseRoute]) -> Iterator[None]:
    """Open the web server that `serve` runs, where it has routes to carry or is asked for by the settings.

    Raises SetupError where it cannot listen.
    """
    if not routes and not bot.settings.wants_web:
        yield
        return
    from adapters.web.server import Web  # 100 ms that only those wait for who need it

    web = Web(bot.settings.web_host, bot.settings.web_port, routes, bot.is_healthy)
    web.open()
    bot.beside.append(web)
    try:
        yield
    finally:
        web.close()


@contextlib.contextmanager
def stopped_by(number: signal.Signals) -> Iterator[None]:
    """Let the signal, with which service managers stop a process, end what is within in good order."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    is_stopped = False

    def stop() -> None:
        nonlocal is_stopped
        is_stopped = True
        task.cancel()

    with contextlib.suppress(NotImplementedError):  # Windows knows no such signals
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not is_stopped:
            raise
        task.uncancel()
    finally:
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(number)


async def install_link(settings: Settings) -> str:
    """Where an organiser adds the bot to their server. Raises SetupError."""
    ours = discord_settings(settings)
    wire = Wire(ours.api_url, ours.token)
    try:
        told = await wire.request("GET", "/applications/@me")
    except Denied as denied:
        if denied.status == 401:
            raise SetupError("DISCORD_TOKEN: Discord does not take this token; copy it again or reset it") from None
        raise SetupError(f"DISCORD_API_URL: {ours.api_url} answered {denied.status}") from None
    except DeliveryError as error:
        raise SetupError(f"DISCORD_API_URL: {ours.api_url}: {error.reason}") from None
    finally:
        await wire.close()
    return invite(str(told["id"]))
