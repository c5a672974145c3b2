"""The benchmarks run and measure what they say; how long anything takes is no test's business."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner
from icalendar import Calendar

from benchmarks import (
    connections,
    discord_answers,
    discord_servers,
    due,
    finding,
    importing,
    looking,
    polling,
    reminding,
    slack_answers,
    slack_workspaces,
    starting,
    wakeup,
)
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.calendars import calendar
from benchmarks.databases import POSTGRES, SQLITE, Fresh
from benchmarks.listings import listings, searches, world
from benchmarks.measuring import NOW, Clock, shown, spread, times, watched
from benchmarks.raw import Statement, connected, recorded
from bot.settings import SlackMode
from storage.database import Database


async def test_searches_are_answered_and_their_statements_replayed(fresh: Fresh) -> None:
    found = await finding.measure(fresh, events=60, count=12)
    assert found.core.count == found.raw.count == 12
    assert found.with_results > 0
    # who asks and what is found; on SQLite each in a transaction
    assert found.statements >= (2 if fresh().startswith("postgresql") else 6)
    p50, p99 = finding.figures(SQLITE, found)
    assert p50.is_met is None
    assert p99.is_met is not None


async def test_every_due_reminder_is_sent_by_us_and_by_the_job_store(fresh: Fresh) -> None:
    worked = await due.measure(fresh, 20, runs=1)
    assert worked.count == 20
    assert worked.ours > 0 < worked.store
    assert len(due.figures(POSTGRES, worked)) == 2


async def test_a_wake_up_is_measured_beside_few_and_many_pending_rows(fresh: Fresh) -> None:
    few, many = await wakeup.measure(fresh, wakeup.SEED, 2 * wakeup.SEED, rounds=2)
    assert (few.pending, many.pending) == (wakeup.SEED, 2 * wakeup.SEED)
    assert few.busy.count == many.idle.count == 2
    assert len(wakeup.figures(SQLITE, (few, many))) == 2


async def test_reminders_are_measured_beside_few_and_many_that_wait_and_by_how_late_they_come(fresh: Fresh) -> None:
    few, many = await reminding.measure(fresh, 100, 300, 10, rounds=2)
    assert (few.pending, many.pending, many.round.count) == (100, 300, 2)
    lateness = await reminding.measure_lateness(fresh, 50, 1)
    assert lateness.late.count == 50
    assert len(reminding.figures(SQLITE, (few, many), 10, lateness)) == 2


async def test_an_import_is_measured_beside_the_bare_parse(fresh: Fresh) -> None:
    brought = await importing.measure(fresh, 25, runs=1)
    assert brought.bytes == len(calendar(25, NOW))
    assert len(importing.figures(SQLITE, brought)) == 1


@pytest.mark.parametrize("has_key", [False, True], ids=["plain", "sealed"])
async def test_connections_are_found_and_brought_in(fresh: Fresh, has_key: bool) -> None:
    found = await connections.measure_finding(fresh, 60, 20, has_key=has_key)
    assert found.ours.count == found.raw.count == 20
    assert found.with_results > 0
    brought = await connections.measure_import(fresh, 120, has_key=has_key)
    assert brought.took > 0 < brought.blocked
    assert len(connections.figures(SQLITE, [found], [brought], 60)) == 4


async def test_the_links_of_every_host_are_looked_at(fresh: Fresh) -> None:
    looked = await looking.measure(fresh, 2 * looking.GONE_EACH)
    assert (looked.hosts, looked.failing) == (2 * looking.GONE_EACH, 2)
    assert looked.took > 0
    assert len(looking.figures(SQLITE, looked)) == 4


async def test_feeds_that_changed_are_taken_in_and_others_asked(fresh: Fresh) -> None:
    polled = await polling.measure(fresh, 2, 5, 3)
    assert [each.feeds for each in polled] == [2, 3]
    assert all(each.right and each.took > 0 for each in polled)
    assert len(polling.figures(SQLITE, 5, polled)) == 8


def test_starts_are_measured_on_a_new_database_and_on_one_that_is_there() -> None:
    starts = starting.measure(1)
    assert starts.first.answered < starts.first.ended
    assert starts.later.peak is None or starts.later.peak > 1_000_000
    assert len(starting.figures(starts)) in (2, 4)


async def test_members_on_discord_are_answered_by_us_and_by_a_bare_bot(fresh_sqlite: Fresh) -> None:
    sizes = discord_answers.FEW
    answered = await discord_answers.measure(fresh_sqlite, sizes)
    for beside in (answered.find, answered.going):
        assert len(beside.ours.took) == len(beside.bare.took) == sizes.rounds * sizes.in_round
        assert beside.ours.each_cpu > 0 < beside.bare.each_cpu
    assert len(answered.paced_ours) == len(answered.paced_bare) == sizes.paced
    assert len(discord_answers.figures(SQLITE, answered, sizes)) == 7


async def test_every_server_on_discord_has_its_digest(fresh_sqlite: Fresh) -> None:
    served = await discord_servers.measure(fresh_sqlite, 3)
    assert served.servers == 3
    assert served.peak is None or served.peak > 1_000_000
    assert len(discord_servers.figures(SQLITE, served)) in (2, 3)


@pytest.mark.parametrize("mode", SlackMode)
async def test_people_on_slack_are_answered_by_us_and_by_a_bare_app(mode: SlackMode, fresh_sqlite: Fresh) -> None:
    sizes = slack_answers.FEW
    answered = await slack_answers.measure(fresh_sqlite, mode, sizes)
    for costs in (
        answered.find.ours,
        answered.find.bare,
        answered.find.quick,
        answered.going.ours,
        answered.going.bare,
    ):
        assert costs is not None
        assert len(costs.took) == sizes.rounds * sizes.in_round
        assert all(0 < each.acked <= each.seen for each in costs.took)
        assert costs.each_cpu > 0 < costs.a_second
    assert len(answered.paced_ours) == len(answered.paced_bare) == sizes.paced
    assert len(slack_answers.figures(SQLITE, mode, answered, sizes)) == 9


async def test_every_workspace_and_channel_on_slack_has_its_digest(fresh_sqlite: Fresh) -> None:
    installed = await slack_workspaces.measure_workspaces(fresh_sqlite, 3)
    in_one = await slack_workspaces.measure_channels(fresh_sqlite, 3)
    assert installed.posted.count == in_one.count == 3
    assert installed.start > 0
    assert installed.peak is None or installed.peak > 1_000_000
    assert len(slack_workspaces.figures(SQLITE, installed, in_one)) in (5, 6)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_what_is_recorded_is_all_that_a_driver_is_asked(engine: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{engine}_url")
    database = Database(url)
    try:
        with recorded() as statements:
            async with database.reading() as uow:
                assert await uow.places.get(2950159) is not None
            async with database.writing() as uow:
                await uow.drafts.sweep(NOW)
        async with database.reading() as uow:
            await uow.due.earliest()
    finally:
        await database.close()
    begin, read, rollback, write, sweep, commit = statements
    assert begin.sql.startswith("BEGIN")
    assert read.sql.startswith("SELECT")
    assert rollback == Statement("ROLLBACK")
    assert write.sql == ("BEGIN IMMEDIATE" if engine == "sqlite" else "BEGIN")
    assert sweep.sql.startswith("DELETE")
    assert commit == Statement("COMMIT")
    async with connected(url) as raw:
        assert await raw.run(statements) == 1


def test_the_same_data_is_made_in_every_run() -> None:
    assert calendar(30, NOW) == calendar(30, NOW)
    made = world()
    assert list(listings(made, 30, NOW)) == list(listings(world(), 30, NOW))
    assert searches(made, 30) == searches(made, 30)


def test_the_calendar_is_one_that_others_can_read() -> None:
    events = Calendar.from_ical(calendar(50, NOW)).walk("VEVENT")
    assert len(events) == 50
    assert sum("RRULE" in event for event in events) == 10


async def test_the_watch_sees_a_halt_of_the_loop() -> None:
    loop = asyncio.get_running_loop()
    async with watched() as watch:
        until = loop.time() + 0.02
        while loop.time() < until:
            pass
    assert watch.longest > 0.01


def test_quantiles_are_times_that_were_measured() -> None:
    found = spread([float(number) for number in range(100, 0, -1)])
    assert (found.p50, found.p99, found.count) == (51.0, 100.0, 100)


def test_durations_and_ratios_have_three_figures() -> None:
    assert [shown(each) for each in (0.00084, 0.0123, 0.25, 1.624)] == ["0.84 ms", "12.3 ms", "250 ms", "1.62 s"]
    assert [times(each) for each in (1.234, 27.4)] == ["1.23×", "27×"]


def test_a_clock_stands_still() -> None:
    clock = Clock()
    assert clock.now() == clock.now() == NOW


def test_the_command_knows_every_benchmark_and_no_other() -> None:
    told = CliRunner().invoke(main, ["--help"])
    assert told.exit_code == 0
    unwrapped = "".join(told.output.split())  # a line's end may stand within a name
    assert all(name in unwrapped for name in BENCHMARKS)
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2
