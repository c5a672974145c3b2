"""Machines that do whatever chance tells them, each play on a database of its own."""

from __future__ import annotations

import asyncio
import shutil
from abc import abstractmethod
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from structlog.testing import capture_logs

from storage.database import Database
from tests.postgres import Postgres

MakeDatabase = Callable[[], tuple[str, Callable[[], None]]]
"""Gives a migrated database's address and what removes it."""

CHEAP = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


class Play(RuleBasedStateMachine):
    """One play. It calls `open` first; when all is over, `at_the_end` says what must hold."""

    make_database: MakeDatabase

    def open(self) -> None:
        url, self.remove = self.make_database()
        self.logs = capture_logs()
        self.logs.__enter__()
        self.runner = asyncio.Runner()
        self.database = Database(url)

    @abstractmethod
    def at_the_end(self) -> None: ...

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.at_the_end()
        finally:
            self.runner.run(self.database.close())
            self.runner.close()
            self.logs.__exit__(None, None, None)
            self.remove()


def play_on_sqlite(machine: type[Play], template: Path, folder: Path, how: settings = CHEAP) -> None:
    numbers = count()

    def make() -> tuple[str, Callable[[], None]]:
        path = folder / f"{next(numbers)}.db"
        shutil.copyfile(template, path)
        return f"sqlite+aiosqlite:///{path}", path.unlink

    _play(machine, make, how)


def play_on_postgres(
    machine: type[Play], postgres: Postgres, template: str, names: Iterator[str], how: settings = CHEAP
) -> None:
    def make() -> tuple[str, Callable[[], None]]:
        name = next(names)
        postgres.create(name, template)
        return postgres.url(name), lambda: postgres.drop(name)

    _play(machine, make, how)


def _play(machine: type[Play], make: MakeDatabase, how: settings) -> None:
    class OnThese(machine):  # type: ignore[misc,valid-type]  # a class that is given
        make_database = staticmethod(make)

    run_state_machine_as_test(OnThese, settings=how)
