"""`greenroom import`: one pass over a calendar file, or over a feed or page behind an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.console.talk import WORKSPACE
from adapters.sources.icalendar import DEFAULT, count_events, read_calendar
from bot.commands import Services
from bot.compose import SystemClock
from bot.compose.web import OpenedLater
from bot.domain.events import Skipped, SourceEvent
from bot.domain.links import page_key
from bot.domain.people import Account, Community
from bot.domain.sources import Doubt
from bot.errors import NotAFeed, Refused, SetupError
from bot.features.events.importing import Imported, bring_in
from bot.features.events.taking import take_in
from bot.i18n import N_, Words
from bot.settings import Settings
from storage.database import Database, migrate

NAMED = 20
"""Skipped entries that are named one by one for each reason; of more, their number."""

HELD = N_(
    "Over half of its coming events are missing. They stay: cancel those that do not take place with /event cancel."
)


async def import_address(settings: Settings, url: str, community_name: str) -> None:
    """Bring in what a feed or page tells of now, and print what came of it: what it told of before and does not any
    more is cancelled. A feed that the community has is taken for that one.

    Raises SetupError as `import_calendar` does, and Refused for what cannot be read.
    """
    await migrate(settings.database_url)
    database, web = Database(settings.database_url), OpenedLater()
    try:
        community = await chosen_community(database, settings, community_name)
        services = Services(database, SystemClock(), {}, web=web)
        key = page_key(url)
        async with database.reading() as uow:
            feeds = await uow.feeds.listed(community.id)
        feed = next((each for each in feeds if each.key == key), None)
        source, doubt = (feed.source, feed.doubt(services.clock.now())) if feed else (key, Doubt.NEW)
        imported, cancelled, is_held = await _from_address(url, source, doubt, community, services)
    finally:
        await web.close()
        await database.close()
    say = Words(settings.locale, ZoneInfo(community.zone))
    for line in told_lines(imported, say, cancelled):
        click.echo(line)
    if is_held:
        click.echo(say(HELD))


async def _from_address(
    url: str, source: str, doubt: Doubt, community: Community, services: Services
) -> tuple[Imported, int, bool]:
    """What came of a feed, with how many events it cancelled and whether it had to lose more than is believed; else
    of a page that tells of events.
    """
    try:
        polled = await services.web.feed(url, community.zone)
    except NotAFeed as no_feed:
        found = await services.web.events(url, community.zone)
        if not found.events:
            raise no_feed from None
        return await bring_in(_each(found.events), source, community, services), 0, False
    taken = await take_in(polled, source, community, services, doubt=doubt)
    seen = len(polled.events) + len(polled.skipped)
    imported = Imported(seen, taken.added, taken.changed, taken.unchanged, [*taken.skipped])
    return imported, taken.cancelled, taken.shrinks


async def _each(events: Sequence[SourceEvent]) -> AsyncIterator[SourceEvent | Skipped]:
    for each in events:
        yield each


async def import_calendar(settings: Settings, file: Path, community_name: str) -> None:
    """Bring in a file and print what was added, updated and skipped, with the reason for each skip.

    Raises SetupError where it is not clear which community is meant, and Refused for a file that is no calendar or
    too large.
    """
    data = _read(file)
    await migrate(settings.database_url)
    database = Database(settings.database_url)
    try:
        community = await chosen_community(database, settings, community_name)
        services = Services(database, SystemClock(), {})
        with progress_bar() as progress:
            task = progress.add_task(file.name, total=count_events(data))
            async with aclosing(read_calendar(data, zone=community.zone)) as told:
                imported = await bring_in(
                    told,
                    file.name,
                    community,
                    services,
                    lambda so_far: progress.update(task, completed=so_far.seen),
                )
            progress.update(task, total=imported.seen, completed=imported.seen)
    finally:
        await database.close()
    for line in told_lines(imported, Words(settings.locale, ZoneInfo(community.zone))):
        click.echo(line)


def _read(file: Path) -> bytes:
    """The file, unless it is larger than a calendar may be: then it is not even read."""
    if not file.is_file():
        raise Refused(N_("{name} is not a file. Name an .ics file."), name=file.name)
    if file.stat().st_size > DEFAULT.bytes:
        megabytes = file.stat().st_size / 1_000_000
        raise Refused(
            N_("{name} is {size} MB; a calendar is at most {most} MB. Export a shorter span of it, or split it."),
            name=file.name,
            size=f"{megabytes:.1f}",
            most=DEFAULT.bytes // 1_000_000,
        )
    return file.read_bytes()


async def chosen_community(database: Database, settings: Settings, name: str) -> Community:
    """The one that is named, or the only one there is; the console's, where there is none. Raises SetupError."""
    async with database.reading() as uow:
        known = await uow.people.communities()
    if not known and not name:
        return await _first_community(database, settings)
    return named_community(known, name)


def named_community(known: Sequence[Community], name: str) -> Community:
    """The one that is meant, by its name or number; "" where there is only one. Raises SetupError."""
    meant = [each for each in known if not name or name.casefold() in (each.name.casefold(), str(each.id))]
    if len(meant) == 1:
        return meant[0]
    names = ", ".join(f"{each.id} {each.name}" for each in known) or "none yet"
    raise SetupError(f"Name the community with --community, by its number or name. There are: {names}.")


async def _first_community(database: Database, settings: Settings) -> Community:
    """The console's, so that a calendar can be imported before anybody has said a word."""
    async with database.writing() as uow:
        caller = await uow.people.welcome(
            Account("console", "you", "you"),
            WORKSPACE,
            is_organiser=True,
            zone=settings.timezone,
            locale=settings.locale,
            now=SystemClock().now(),
        )
    assert caller.community is not None
    return caller.community


def told_lines(imported: Imported, say: Words, cancelled: int = 0) -> list[str]:
    """What came of it, for people."""
    counts = [
        say.many("{count} event added", "{count} events added", imported.added),
        say.many("{count} updated", "{count} updated", imported.updated),
        say.many("{count} unchanged", "{count} unchanged", imported.unchanged),
        say.many("{count} skipped", "{count} skipped", len(imported.skipped)),
    ]
    if cancelled:
        counts.append(say.many("{count} cancelled", "{count} cancelled", cancelled))
    lines = [", ".join(counts) + "."]
    if not imported.seen:
        lines.append("- " + say(N_("There is nothing in this calendar.")))
    shown: Counter[str] = Counter()
    for skipped in imported.skipped:
        shown[skipped.reason] += 1
        if shown[skipped.reason] <= NAMED:
            lines.append(f"- {skipped.title}: {say(skipped.reason, **skipped.values)}")
    hidden = sum(max(0, count - NAMED) for count in shown.values())
    if hidden:
        lines.append(
            "- " + say.many("and {count} more for these reasons", "and {count} more for these reasons", hidden)
        )
    return lines


def progress_bar() -> Progress:
    """A bar on standard error, and none where nobody would see it move."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
