"""Discord put together: `greenroom run` with it, and `greenroom invite`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adapters.discord.client import Discord
from adapters.discord.permissions import invite
from adapters.discord.settings import discord_settings
from adapters.discord.wire import Denied, Wire
from bot.compose import Bot
from bot.compose.apart import NotesOf
from bot.errors import DeliveryError, SetupError
from bot.settings import Settings

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def discord_of(settings: Settings) -> Callable[[Bot], tuple[BaseRoute, ...]]:
    """What puts Discord into a bot; it has no routes. Raises SetupError."""
    ours = discord_settings(settings)

    def put(bot: Bot) -> tuple[BaseRoute, ...]:
        bot.platforms[Discord.name] = Discord(
            ours,
            features=bot.features,
            clock=bot.clock,
            notes=NotesOf(bot.database),
            turnstile=bot.database.turnstile,
        )
        return ()

    return put


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
