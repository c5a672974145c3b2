"""What every table is made of: the metadata, and column types that mean the same on both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC as ZULU
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Join,
    MetaData,
    TableClause,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

DIALECTS = ("sqlite", "postgresql")
EPOCH = datetime(1970, 1, 1, tzinfo=ZULU)
MICROSECOND = timedelta(microseconds=1)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def microseconds(moment: datetime) -> int:
    """An aware moment as SQLite keeps it: microseconds since the epoch. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone: naive datetimes are not kept")
    return (moment - EPOCH) // MICROSECOND


class UTC(TypeDecorator[datetime]):
    """A moment: aware in (of any zone), aware UTC out. A naive one raises SQLAlchemy's StatementError.

    timestamptz on PostgreSQL; on SQLite an INTEGER of microseconds since the epoch: small, and it compares.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # Any: an integer there, a datetime here
        kept = BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kept)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return microseconds(value)
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone: naive datetimes are not kept")
        return value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # Any: as kept
        if value is None or dialect.name != "sqlite":
            return value
        return EPOCH + timedelta(microseconds=value)


class Wall(TypeDecorator[datetime]):
    """A time on a wall, naive by purpose; its zone stands in another column. An aware one is refused.

    ISO 8601 text, which sorts as time does.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is not None:
            raise ValueError("a wall time has no zone of its own")
        return value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


_written = json.JSONEncoder(separators=(",", ":")).encode  # `dumps` would make one anew for each value


class Json(TypeDecorator[Any]):  # Any: whatever JSON holds
    """Plain JSON in a text column; None is NULL.

    Not JSONB: that refuses the NULs and half surrogates that people paste, and forgets the order of keys.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else _written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class DatabaseNow(FunctionElement[datetime]):
    """The database's clock as the statement began, as `UTC` keeps it: one clock for all processes."""

    type = UTC()
    inherit_cache = True


@compiles(DatabaseNow, "sqlite")
def _sqlite_now(_element: DatabaseNow, _compiler: SQLCompiler, **_kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return "(CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000)"  # exact to 1 ms


@compiles(DatabaseNow, "postgresql")
def _postgres_now(_element: DatabaseNow, _compiler: SQLCompiler, **_kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return "statement_timestamp()"


class DatabaseIn(FunctionElement[datetime]):
    """The database's clock so many seconds from now."""

    type = UTC()
    inherit_cache = True


@compiles(DatabaseIn, "sqlite")
def _sqlite_in(element: DatabaseIn, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    now = compiler.process(DatabaseNow(), **kw)
    return f"({now} + CAST({compiler.process(element.clauses, **kw)} * 1000000 AS INTEGER))"


@compiles(DatabaseIn, "postgresql")
def _postgres_in(element: DatabaseIn, compiler: SQLCompiler, **kw: Any) -> str:  # Any: as above
    now = compiler.process(DatabaseNow(), **kw)
    return f"({now} + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


class Lines(FunctionElement[str]):
    """All of a column's text in a group, a line each.

    SQLAlchemy's own `aggregate_strings` would write its separator into the statement at every execution.
    """

    type = Text()
    inherit_cache = True


@compiles(Lines, "sqlite")
def _sqlite_lines(element: Lines, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return f"group_concat({compiler.process(element.clauses, **kw)}, char(10))"


@compiles(Lines, "postgresql")
def _postgres_lines(element: Lines, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return f"string_agg({compiler.process(element.clauses, **kw)}, chr(10))"


class Rows(FunctionElement[Any]):  # Any: lists of what JSON holds
    """All rows of a group, each the list of these columns, in no order; None for an empty group.

    A `UTC` among them is as JSON has it: `moment` reads it.
    """

    type = Json()
    inherit_cache = True


@compiles(Rows, "sqlite")
def _sqlite_rows(element: Rows, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    row = f"json_array({compiler.process(element.clauses, **kw)})"
    return f"CASE WHEN count(*) > 0 THEN json_group_array({row}) END"


@compiles(Rows, "postgresql")
def _postgres_rows(element: Rows, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return f"CAST(json_agg(json_build_array({compiler.process(element.clauses, **kw)})) AS text)"


def moment(said: int | str) -> datetime:
    """A `UTC` as either database writes it into JSON."""
    if isinstance(said, int):
        return EPOCH + timedelta(microseconds=said)
    return datetime.fromisoformat(said).astimezone(ZULU)


class InOrder(Join):
    """A join whose left side is read first, whatever SQLite's planner thinks: it knows nothing of what a full-text
    search finds, and would ask the index anew for each row of the right side.
    """

    inherit_cache = True


@compiles(InOrder, "sqlite")
def _sqlite_in_order(element: InOrder, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    left, right = (compiler.process(side, **{**kw, "asfrom": True}) for side in (element.left, element.right))
    assert element.onclause is not None, "it was made with one"
    on = compiler.process(element.onclause, **{**kw, "asfrom": False})
    return f"{left} CROSS JOIN {right} ON {on}"  # https://sqlite.org/lang_select.html, "CROSS JOIN"


@compiles(InOrder)
def _in_order(element: InOrder, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return str(compiler.visit_join(element, **kw))  # type: ignore[no-untyped-call]  # SQLAlchemy's compiler has none


class Unindexed(FunctionElement[Any]):  # Any: the column's own
    """A column by which SQLite's planner is to use no index. It believes a range of time narrower than one event."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed, "sqlite")
def _sqlite_unindexed(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return f"+{compiler.process(element.clauses, **kw)}"  # https://sqlite.org/optoverview.html, 3.


@compiles(Unindexed)
def _unindexed(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:  # Any: SQLAlchemy's protocol
    return compiler.process(element.clauses, **kw)


def insert_into(table: TableClause, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, for the `dialect` named so."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def among(wanted: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:  # Any: numbers or text
    """Whether a column is one of the values of parameter `name`, which `listed` makes.

    One parameter however many there are: the statement stays the same, and no limit on parameters is met.
    """
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=Text)).table_valued("value")
        return wanted.in_(select(each.c.value))
    return wanted == any_(bindparam(name, type_=postgresql.ARRAY(wanted.type)))


def listed(dialect: str, values: Sequence[int] | Sequence[str]) -> str | Sequence[int] | Sequence[str]:
    """Values for a parameter of `among`."""
    return json.dumps(values) if dialect == "sqlite" else values
