"""`python -m benchmarks [NAME…] [--quick]`: measure, and print one table."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter

import click
from rich.console import Console
from rich.table import Table

from benchmarks import (
    connections,
    discord_answers,
    discord_servers,
    due,
    editing,
    finding,
    importing,
    library,
    looking,
    polling,
    reminding,
    slack_answers,
    slack_workspaces,
    starting,
    wakeup,
)
from benchmarks.databases import Fresh, databases
from benchmarks.measuring import Figure
from bot.logs import configure
from bot.settings import LogLevel, SlackMode

Measures = Callable[[Mapping[str, Fresh], bool], Iterator[Figure]]
"""Given both engines by name, and whether it has to be quick."""


def measure_find(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    sizes = (finding.FEW, finding.FEW_SEARCHES) if is_quick else (finding.EVENTS, finding.SEARCHES)
    for engine, fresh in engines.items():
        yield from finding.figures(engine, asyncio.run(finding.measure(fresh, *sizes)))


def measure_due(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    for engine, fresh in engines.items():
        yield from due.figures(engine, asyncio.run(due.measure(fresh, due.FEW if is_quick else due.MANY)))


def measure_edit(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    sizes = (editing.MANY_QUICKLY, editing.FEW_QUICKLY) if is_quick else (editing.MANY, editing.FEW)
    for engine, fresh in engines.items():
        many, few = (asyncio.run(editing.measure(fresh, size)) for size in sizes)
        yield from editing.figures(engine, many, few)


def measure_wakeup(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    quick = wakeup.FEW_QUICKLY, wakeup.MANY_QUICKLY, wakeup.ROUNDS_QUICKLY
    sizes = quick if is_quick else (wakeup.FEW, wakeup.MANY, wakeup.ROUNDS)
    for engine, fresh in engines.items():
        yield from wakeup.figures(engine, asyncio.run(wakeup.measure(fresh, *sizes)))


def measure_import(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    for engine, fresh in engines.items():
        events = importing.FEW if is_quick else importing.EVENTS
        yield from importing.figures(engine, asyncio.run(importing.measure(fresh, events)))


def measure_connections(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    quick = connections.FEW, connections.FEW_SEARCHES
    sizes = quick if is_quick else (connections.CONNECTIONS, connections.SEARCHES)
    contacts = connections.FEW_CONTACTS if is_quick else connections.CONTACTS
    for engine, fresh in engines.items():
        kinds = (False, True)
        found = [asyncio.run(connections.measure_finding(fresh, *sizes, has_key=each)) for each in kinds]
        brought = [asyncio.run(connections.measure_import(fresh, contacts, has_key=each)) for each in kinds]
        yield from connections.figures(engine, found, brought, sizes[0])


def measure_library(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    sizes = (library.FEW, library.FEW_SEARCHES) if is_quick else (library.RESOURCES, library.SEARCHES)
    for engine, fresh in engines.items():
        yield from library.figures(engine, asyncio.run(library.measure(fresh, *sizes)))


def measure_links(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    for engine, fresh in engines.items():
        yield from looking.figures(
            engine, asyncio.run(looking.measure(fresh, looking.FEW_HOSTS if is_quick else looking.HOSTS))
        )


def measure_feeds(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    few = polling.FEW_FEEDS, polling.FEW_EVENTS, polling.FEW_SAME
    sizes = few if is_quick else (polling.FEEDS, polling.EVENTS, polling.SAME)
    for engine, fresh in engines.items():
        yield from polling.figures(engine, sizes[1], asyncio.run(polling.measure(fresh, *sizes)))


def measure_remind(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    r = reminding
    quick = (r.FEW_QUICKLY, r.MANY_QUICKLY, r.AT_ONCE_QUICKLY, r.ROUNDS_QUICKLY)
    sizes = quick if is_quick else (r.FEW, r.MANY, r.AT_ONCE, r.ROUNDS)
    pace = (r.A_SECOND_QUICKLY, r.SECONDS_QUICKLY) if is_quick else (r.A_SECOND, r.SECONDS)
    for engine, fresh in engines.items():
        costs = asyncio.run(r.measure(fresh, *sizes))
        yield from r.figures(engine, costs, sizes[2], asyncio.run(r.measure_lateness(fresh, *pace)))


def measure_start(_engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    yield from starting.figures(starting.measure(starting.STARTS_QUICKLY if is_quick else starting.STARTS))


def measure_discord(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    sizes = discord_answers.FEW if is_quick else discord_answers.SIZES
    servers = discord_servers.FEW if is_quick else discord_servers.SERVERS
    for engine, fresh in engines.items():
        yield from discord_answers.figures(engine, asyncio.run(discord_answers.measure(fresh, sizes)))
    for engine, fresh in engines.items():
        yield from discord_servers.figures(engine, asyncio.run(discord_servers.measure(fresh, servers)))


def measure_slack(engines: Mapping[str, Fresh], is_quick: bool) -> Iterator[Figure]:
    sizes = slack_answers.FEW if is_quick else slack_answers.SIZES
    few = slack_workspaces.FEW, slack_workspaces.FEW
    many = few if is_quick else (slack_workspaces.WORKSPACES, slack_workspaces.CHANNELS)
    for engine, fresh in engines.items():
        for mode in SlackMode:
            answered = asyncio.run(slack_answers.measure(fresh, mode, sizes))
            yield from slack_answers.figures(engine, mode, answered)
    for engine, fresh in engines.items():
        installed = asyncio.run(slack_workspaces.measure_workspaces(fresh, many[0]))
        in_one = asyncio.run(slack_workspaces.measure_channels(fresh, many[1]))
        yield from slack_workspaces.figures(engine, installed, in_one)


BENCHMARKS: Mapping[str, Measures] = {
    "start": measure_start,
    "find": measure_find,
    "due": measure_due,
    "wakeup": measure_wakeup,
    "remind": measure_remind,
    "import": measure_import,
    "edit": measure_edit,
    "connections": measure_connections,
    "library": measure_library,
    "links": measure_links,
    "feeds": measure_feeds,
    "discord": measure_discord,
    "slack": measure_slack,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="Small sizes: whether it runs, not how fast.")
def main(names: tuple[str, ...], quick: bool) -> None:
    """Measure NAMES, or everything, and print each figure beside what it is held to."""
    began = perf_counter()
    chosen = names or tuple(BENCHMARKS)
    console = Console()
    table = Table("figure", "ours", "beside it", "ratio", "aim", "met", title="Greenroom in figures")
    with open(os.devnull, "w", encoding="utf-8") as nowhere, databases() as engines:
        configure(LogLevel.INFO, nowhere)  # lines are made as in use, and read by nobody
        for name in chosen:
            with console.status(f"{name} …"):
                for figure in BENCHMARKS[name](engines, quick):
                    table.add_row(*_row(figure))
    console.print(table)
    console.print(f"{perf_counter() - began:.0f} s on {os.cpu_count()} cores.")


def _row(figure: Figure) -> tuple[str, ...]:
    met = "" if figure.is_met is None else "[green]yes" if figure.is_met else "[red]no"
    return figure.what, figure.ours, figure.beside, figure.ratio, figure.aim, met


if __name__ == "__main__":
    main()
