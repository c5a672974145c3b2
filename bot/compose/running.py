"""`greenroom run`: the bot on the platforms that the settings name."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.compose import Bot, SystemClock, compose
from bot.settings import Settings

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def new_loop() -> asyncio.AbstractEventLoop:
    """The loop to serve in: uvloop's, which takes a fifth less of the processor, where it is to be had."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def serve_platforms(settings: Settings) -> None:
    """Serve every platform that the settings name, until stopped. Raises SetupError before anything is begun."""
    puts: list[Callable[[Bot], Sequence[BaseRoute]]] = []
    # each brings libraries that only those wait for who use it
    if "discord" in settings.platforms:
        from bot.compose.discord import discord_of

        puts.append(discord_of(settings))
    if "slack" in settings.platforms:
        from bot.compose.slack import slack_of

        puts.append(slack_of(settings))
    async with compose(settings, SystemClock()) as bot:
        routes = [route for put in puts for route in put(bot)]
        with web_beside(bot, routes), stopped_by(signal.SIGTERM):
            await bot.serve()


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
