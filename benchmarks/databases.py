"""Databases to measure on: one SQLite file and one durable PostgreSQL, migrated once and copied for each figure."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from storage.database import migrate
from tests.postgres import running

Fresh = Callable[[], str]
"""The address of another migrated database with nobody's rows in it."""

TEMPLATE = "greenroom_template"
SQLITE, POSTGRES = "SQLite", "PostgreSQL"


@contextmanager
def databases() -> Iterator[Mapping[str, Fresh]]:
    """Both engines by name, as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="greenroom-figures-") as folder, running(is_durable=True) as postgres:
        numbers = count(1)
        file = Path(folder, "template.db")
        asyncio.run(migrate(f"sqlite:///{file}"))
        settle(file)
        postgres.create(TEMPLATE)
        asyncio.run(migrate(postgres.url(TEMPLATE)))

        def sqlite() -> str:
            path = Path(folder, f"{next(numbers)}.db")
            shutil.copyfile(file, path)
            return f"sqlite:///{path}"

        def server() -> str:
            name = f"greenroom_{next(numbers)}"
            postgres.create(name, TEMPLATE)
            return postgres.url(name)

        yield {SQLITE: sqlite, POSTGRES: server}


def settle(file: Path) -> None:
    """Have one file hold all of an SQLite database."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
