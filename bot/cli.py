"""The `greenroom` command: one subcommand for each thing an operator does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.errors import Refused, SetupError
from bot.i18n import Words
from bot.settings import LogLevel, Settings, read_settings

T = TypeVar("T")

SETUP = 2
"""The exit code for what the operator must change, as click uses it for a wrong option."""


@click.group(invoke_without_command=True)
@click.version_option(package_name="greenroom")
@click.pass_context
def cli(context: click.Context) -> None:
    """A networking bot for communities of people who make music.

    Without a command it runs on the platforms that the settings name or, where they name none, opens a console
    on a sample community.
    """
    if context.invoked_subcommand is None:
        settings = _settings()
        if settings.platforms:
            context.invoke(run)
        else:
            context.invoke(console, memory=False, sample=True)


@cli.command()
def run() -> None:
    """Run the bot on every platform that the settings name."""
    settings = _settings()
    _logs(settings.log_level)
    if not settings.platforms:
        raise click.exceptions.Exit(
            _failed("No platform is set up: .env names none. Try `greenroom console`, which needs none.")
        )
    from bot.compose.running import new_loop, serve_platforms

    _finish(serve_platforms(settings), new_loop)


@cli.command()
def invite() -> None:
    """Print the link at which an organiser adds the bot to their Discord server."""
    settings = _settings()
    _logs(max(settings.log_level, LogLevel.WARNING, key=list(LogLevel).index))
    from bot.compose.discord import install_link

    click.echo(_finish(install_link(settings)))


@cli.group()
def manifest() -> None:
    """Print what a platform makes an app from."""


@manifest.command()
@click.option("--url", default="", help="Where the bot is reached from outside, for HTTP and the install link.")
def slack(url: str) -> None:
    """The manifest of the Slack app (YAML): its commands, shortcuts, events and scopes, as this version has them."""
    from bot.compose.slack import manifest_text

    try:
        click.echo(manifest_text(_settings(), url), nl=False)
    except SetupError as error:
        raise click.exceptions.Exit(_failed(str(error))) from None


@cli.command()
@click.option("--memory", is_flag=True, help="Use a database that is gone afterwards.")
@click.option("--sample", is_flag=True, help="Fill an empty database with a sample community.")
def console(memory: bool, sample: bool) -> None:
    """Use the bot in this terminal, or script it: a line of input is a line that somebody types."""
    settings = _settings()
    _logs(_quiet(settings))
    from bot.compose.console import serve_console

    _finish(serve_console(settings, is_memory=memory, with_sample=sample))


@cli.command()
def migrate() -> None:
    """Bring the database up to date; the bot does so itself when it starts."""
    settings = _settings()
    _logs(settings.log_level)
    from bot.compose import migrate as migrate_database

    changed = _finish(migrate_database(settings.database_url))
    click.echo("The database is up to date now." if changed else "The database was up to date.")


@cli.command(name="import")
@click.argument("source", metavar="FILE|URL")
@click.option("--community", default="", help="The community's name or number, where there are several.")
def import_events(source: str, community: str) -> None:
    """Bring the events of an iCalendar FILE (.ics), or of a feed or page behind a URL, into the calendar; again, and
    only what changed is.
    """
    settings = _settings()
    _logs(_quiet(settings))
    from bot.compose.importing import import_address, import_calendar

    if "://" in source:
        _finish(import_address(settings, source.replace("webcal://", "https://", 1), community))
    else:
        _finish(import_calendar(settings, Path(source), community))


@cli.command(name="import-resources")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--community", default="", help="The community's name or number, where there are several.")
def import_resources_file(file: Path, community: str) -> None:
    """Bring the links of bookmarks (.html) or a table (.csv) into the library; again, and nothing is doubled."""
    settings = _settings()
    _logs(_quiet(settings))
    from bot.compose.importing_resources import import_resources

    _finish(import_resources(settings, file, community))


@cli.command()
@click.option("--state", type=click.Choice(["waiting", "sent", "moot", "buried"]), help="Only rows in this state.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True)
def outbox(state: str | None, most: int) -> None:
    """List what the bot owes and owed: one line for each message, with the reason where it went wrong."""
    settings = _settings()
    from bot.compose.outbox_lines import list_outbox

    _finish(list_outbox(settings, state, most))


@cli.command()
@click.option("--community", default="", help="The community's name or number, where there are several.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True)
def audit(community: str, most: int) -> None:
    """List who shared, changed, removed, reported and decided what in a community, the newest first."""
    settings = _settings()
    from bot.compose.audit_lines import list_audit

    _finish(list_audit(settings, community, most))


def main() -> None:
    """The entry point; its exit code is 2 where the operator must change something."""
    cli()


def _settings() -> Settings:
    try:
        return read_settings()
    except SetupError as error:
        sys.exit(_failed(str(error)))


def _quiet(settings: Settings) -> LogLevel:
    """Where somebody reads the answers, the log keeps to warnings, unless a level was asked for."""
    return settings.log_level if "log_level" in settings.model_fields_set else LogLevel.WARNING


def _logs(level: LogLevel) -> None:
    from bot.logs import configure

    configure(level)


def _finish(
    work: Coroutine[Any, Any, T],  # Any: what a coroutine is sent, which is nothing here
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> T:
    """Run it to its end. What the operator must change, and what was refused, is one line."""
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(work)
    except SetupError as error:
        sys.exit(_failed(str(error)))
    except Refused as refused:
        from zoneinfo import ZoneInfo

        sys.exit(_failed(Words("en", ZoneInfo("UTC"))(refused.text, **refused.values)))
    except KeyboardInterrupt:
        sys.exit(130)


def _failed(line: str) -> int:
    click.echo(f"greenroom: {line}", err=True)
    return SETUP
