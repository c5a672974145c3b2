"""A bot on Discord as a process of its own (see `processes`): ours, or a bare one of discord.py's.

    python -m benchmarks.discord_bots greenroom|bare

It serves what the environment names (DISCORD_TOKEN and its kin, DATABASE_URL). Ours is put together as `greenroom`
does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Self

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.client import Discord
from adapters.discord.settings import discord_settings
from benchmarks import processes
from benchmarks.processes import BARE, OURS, BotProcess, Kind, Running, while_asked
from bot.compose import compose
from bot.compose.apart import NotesOf
from bot.settings import Settings
from tests.fakes.discord import FakeDiscord

CONSTANT = "Late Night Modular, Friday 20:00, Berlin"


@asynccontextmanager
async def bot_process(kind: Kind, fake: FakeDiscord, database_url: str = "") -> AsyncIterator[BotProcess]:
    settings = {
        "DATABASE_URL": database_url or "sqlite://",
        "DISCORD_TOKEN": fake.token,
        "DISCORD_API_URL": fake.api_url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
    }
    async with processes.bot_process("benchmarks.discord_bots", kind, settings) as bot:
        yield bot


async def _serve_ours(settings: Settings) -> None:
    clock = Running()
    async with compose(settings, clock) as bot:
        platform = Discord(
            discord_settings(settings),
            features=bot.features,
            clock=clock,
            notes=NotesOf(bot.database),
            turnstile=bot.database.turnstile,
        )
        bot.platforms[Discord.name] = platform

        def forward(by: timedelta) -> None:
            clock.forward(by)
            bot.scheduler.wake()

        await while_asked(bot.serve(), platform.is_ready, forward)


async def _serve_bare(settings: Settings) -> None:
    Route.BASE = settings.discord_api_url
    DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway_url)
    async with _Bare() as bare:
        await while_asked(bare.start(settings.discord_token.get_secret_value()), bare.serves, lambda _by: None)


class _Going(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Going", custom_id="going")
    async def going(self, interaction: discord.Interaction, _button: discord.ui.Button[Self]) -> None:
        await interaction.response.send_message("You are going.", ephemeral=True)


class _Event(app_commands.Group):
    @app_commands.command(description="Find events")
    async def find(
        self, interaction: discord.Interaction, words: str | None, near: str | None, when: str | None
    ) -> None:
        await interaction.response.send_message(CONSTANT, view=_Going(), ephemeral=True)


class _Bare(discord.Client):
    """The least that answers: a constant to a command, another to a button."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(intents=intents, max_messages=None)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(_Event(name="event", description="Events"))
        self.serves = asyncio.Event()

    async def setup_hook(self) -> None:
        self.add_view(_Going())
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.serves.set()


if __name__ == "__main__":
    processes.run({OURS: _serve_ours, BARE: _serve_bare})
