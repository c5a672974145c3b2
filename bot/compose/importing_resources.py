"""`greenroom import-resources`: one pass over a file of links."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.commands import Services
from bot.compose import SystemClock
from bot.compose.importing import NAMED, chosen_community, progress_bar
from bot.domain.library_files.reading import read_library
from bot.domain.library_files.records import FILE_MOST
from bot.domain.people import Community
from bot.domain.places import fold
from bot.domain.topics import PILLAR_NAMES
from bot.errors import Refused
from bot.features.resources.importing import Imported, bring_links
from bot.i18n import N_, Words
from bot.settings import Settings
from storage.database import Database, migrate


async def import_resources(settings: Settings, file: Path, community_name: str) -> None:
    """Bring in a file and print what was added, what was there, and what was not taken, with reason and line.

    Raises SetupError where it is not clear which community is meant, and Refused for a file that is no list of links
    or too large.
    """
    content = _read(file)
    await migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        community = await chosen_community(database, settings, community_name)
        say = Words(settings.locale, ZoneInfo(community.zone))
        found = await asyncio.to_thread(read_library, content, await _topics(database, community, say))
        services = Services(database, SystemClock(), {})
        with progress_bar() as progress:
            task = progress.add_task(file.name, total=len(found.entries) + len(found.skipped))
            imported = await bring_links(
                found,
                file.name,
                community,
                services,
                lambda so_far: progress.update(task, completed=so_far.seen),
            )
    finally:
        await database.close()
    for line in told_lines(imported, say):
        click.echo(line)


def _read(file: Path) -> bytes:
    """The file, unless it is too large: then it is not even read."""
    if file.stat().st_size > FILE_MOST:
        raise Refused(
            N_("{name} is {size} MB; a file of links is at most {most} MB. Import it in parts."),
            name=file.name,
            size=f"{file.stat().st_size / 1_000_000:.1f}",
            most=FILE_MOST // 1_000_000,
        )
    return file.read_bytes()


async def _topics(database: Database, community: Community, say: Words) -> dict[str, str]:
    """The keys of topics by what they are called here, in the operator's language or in English."""
    async with database.reading() as uow:
        listed = await uow.topics.listed(community.id)
    named: dict[str, str] = {}
    for topic in listed:
        own = PILLAR_NAMES.get(topic.key, topic.name)
        for name in (topic.key, own, say(own), topic.name):
            named.setdefault(fold(name), topic.key)
    named.pop("", None)
    return named


def told_lines(imported: Imported, say: Words) -> list[str]:
    """What came of it, for people."""
    counts = [
        say.many("{count} resource added", "{count} resources added", imported.added),
        say.many("{count} was there", "{count} were there", imported.known),
        say.many("{count} skipped", "{count} skipped", len(imported.skipped)),
    ]
    lines = [", ".join(counts) + "."]
    shown: Counter[str] = Counter()
    for skipped in imported.skipped:
        shown[skipped.reason] += 1
        if shown[skipped.reason] <= NAMED:
            place = say(N_("line {number}"), number=skipped.number)
            lines.append(f"- {place}: {say(skipped.reason)}")
    hidden = sum(max(0, count - NAMED) for count in shown.values())
    if hidden:
        lines.append(
            "- " + say.many("and {count} more for these reasons", "and {count} more for these reasons", hidden)
        )
    return lines
