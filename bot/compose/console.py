"""`greenroom console`: the bot with this terminal as its platform."""

from __future__ import annotations

import contextlib
import sys

import structlog

from adapters.console.client import Console
from adapters.console.clock import ConsoleClock
from adapters.console.journal import Journal
from adapters.console.settings import console_settings
from adapters.console.talk import WORKSPACE
from bot.compose import Bot, SystemClock, compose
from bot.domain.people import Account
from bot.sample import fill
from bot.settings import Settings
from storage.database import throwaway

log = structlog.get_logger()

OWNER = Account("console", "you", "you")
"""Who types until `:as` says otherwise."""


async def serve_console(settings: Settings, *, is_memory: bool, with_sample: bool) -> None:
    """Serve standard input and output until `:quit` or the end of the input."""
    with contextlib.ExitStack() as stack:
        if is_memory:
            settings = settings.model_copy(update={"database_url": stack.enter_context(throwaway())})
        ours = console_settings(settings, is_throwaway=is_memory)
        clock = ConsoleClock(SystemClock())
        journal = Journal(ours.journal)
        if journal.unreadable:
            log.warning("the console's journal had damaged lines", lines=journal.unreadable)
        async with compose(settings, clock) as bot:
            if with_sample:
                await _fill_if_empty(bot)
            bot.platforms[Console.name] = Console(
                clock=clock,
                work=bot.work,
                journal=journal,
                features=bot.features,
                stdin=sys.stdin,
                stdout=sys.stdout,
                is_interactive=sys.stdin.isatty() and sys.stdout.isatty(),
                zone=ours.zone,
                locale=ours.locale,
                history=ours.history,
                person=OWNER.name,
            )
            await bot.serve()


async def _fill_if_empty(bot: Bot) -> None:
    async with bot.database.reading() as uow:
        is_empty = not await uow.people.communities()
    if is_empty:
        settings = bot.settings
        await fill(bot.database, bot.clock.now(), OWNER, WORKSPACE, settings.timezone, settings.locale)
