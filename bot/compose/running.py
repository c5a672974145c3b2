"""`greenroom run` and `greenroom invite`: the bot on the platforms that the settings name."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from adapters.discord.client import Discord
from adapters.discord.permissions import invite
from adapters.discord.settings import discord_settings
from adapters.discord.wire import Denied, Wire
from bot.compose import SystemClock, compose
from bot.compose.apart import NotesOf
from bot.errors import DeliveryError, SetupError
from bot.settings import Settings


async def serve_platforms(settings: Settings) -> None:
    """Serve every platform that the settings name, until stopped. Raises SetupError before anything is begun."""
    ours = discord_settings(settings)
    async with compose(settings, SystemClock()) as bot:
        bot.platforms[Discord.name] = Discord(
            ours,
            features=bot.features,
            clock=bot.clock,
            notes=NotesOf(bot.database),
            turnstile=bot.database.turnstile,
        )
        with stopped_by(signal.SIGTERM):
            await bot.serve()


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
