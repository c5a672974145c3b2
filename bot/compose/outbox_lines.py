"""`greenroom outbox`: what the bot owes and owed."""

from __future__ import annotations

import click

from bot.settings import Settings
from storage.database import Database, migrate


async def list_outbox(settings: Settings, state: str | None, most: int) -> None:
    """Print up to `most` rows, the newest first, one a line."""
    await migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        async with database.reading() as uow:
            lines = await uow.outbox.lines(state, most)
    finally:
        await database.close()
    if not lines:
        click.echo("Nothing is owed." if state is None else f"Nothing is {state}.")
    for line in lines:
        tries = "1 try" if line.tries == 1 else f"{line.tries} tries"
        tries += f", {line.resent} resent" if line.resent else ""
        reason = f" · {line.reason}" if line.reason else ""
        click.echo(f"{line.state:8}{line.due:%Y-%m-%d %H:%M} UTC · {line.key} · {tries}{reason}")
