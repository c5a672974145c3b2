"""`greenroom audit`: who did what to what a community shares."""

from __future__ import annotations

import click

from bot.compose.importing import named_community
from bot.settings import Settings
from storage.database import Database, migrate


async def list_audit(settings: Settings, community: str, most: int) -> None:
    """Print up to `most` lines, the newest first. Raises SetupError where it is not clear which community is meant."""
    await migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        async with database.reading() as uow:
            known = await uow.people.communities()
            lines = await uow.audit.lines(named_community(known, community).id, 0, most) if known else ()
    finally:
        await database.close()
    if not lines:
        click.echo("Nothing was done yet.")
    for line in lines:
        of = "" if line.subject_id is None else f" {line.subject_id}"
        who = line.name or "-"
        click.echo(f"{line.at:%Y-%m-%d %H:%M} UTC · {who} · {line.did} · {line.subject}{of} · {line.what}")
