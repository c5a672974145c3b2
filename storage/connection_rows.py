"""Rows of connections, their timelines and promises, and the records they are; what people wrote is sealed here."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select

from bot.domain.cadences import Cadence, Unit
from bot.domain.connections import About, Connection, Entry, Happening, NewConnection, Promise, Side, Standing
from bot.domain.moments import Moment
from bot.sealing import Vault
from storage.connection import AnyRow
from storage.tables import connection_entries, connections, promises

_met = connection_entries.alias("met")
_earlier = connection_entries.alias("earlier")
_first_met = (
    select(_earlier.c.id)
    .where(_earlier.c.connection_id == connections.c.id, _earlier.c.kind == Happening.MET.value)
    .order_by(_earlier.c.at, _earlier.c.id)
    .limit(1)
    .correlate(connections)
    .scalar_subquery()
)

CONNECTION = (
    connections.c.id,
    connections.c.about,
    connections.c.sealed_by,
    connections.c.last_contact,
    connections.c.member_id,
    connections.c.cadence_count,
    connections.c.cadence_unit,
    connections.c.follow_up,
    connections.c.follow_up_zone,
    connections.c.version,
    _met.c.id.label("met_id"),
    _met.c.at.label("met_at"),
    _met.c.text.label("met_text"),
    _met.c.occurrence_id.label("met_occurrence"),
)
"""What `connection_in` asks of a row; `with_first_met` joins the rest of it."""

ENTRY = (
    connection_entries.c.id,
    connection_entries.c.connection_id,
    connection_entries.c.kind,
    connection_entries.c.at,
    connection_entries.c.text,
    connection_entries.c.occurrence_id,
)
PROMISE = (
    promises.c.id,
    promises.c.connection_id,
    promises.c.side,
    promises.c.standing,
    promises.c.text,
    promises.c.made_at,
    promises.c.due,
    promises.c.due_zone,
    promises.c.settled_at,
)
OF_OWNER = connections.c.owner_id == bindparam("owner", type_=Integer)


def with_first_met(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:  # Any: whatever it selects
    """`statement` of connections with when they were first met."""
    return statement.outerjoin(_met, _met.c.id == _first_met)


KNOWN = with_first_met(select(*CONNECTION).select_from(connections)).where(OF_OWNER)
"""Every connection of an owner."""


# --- out ---------------------------------------------------------------------------------------------------


def connection_in(vault: Vault, row: AnyRow) -> Connection:
    met = None
    if row.met_id is not None:
        met = Entry(Happening.MET, row.met_at, vault.open(row.met_text), row.met_occurrence, row.met_id)
    return Connection(
        row.id,
        about_in(vault, row.about),
        row.last_contact,
        row.member_id,
        cadence_in(row),
        _moment(row.follow_up, row.follow_up_zone),
        met,
        row.version,
    )


def about_in(vault: Vault, kept: str) -> About:
    said: dict[str, Any] = {  # Any: a line, or several
        name: tuple(each) if isinstance(each, list) else each for name, each in vault.open(kept).items()
    }
    return About(**said)


def cadence_in(row: AnyRow) -> Cadence | None:
    return None if row.cadence_count is None else Cadence(row.cadence_count, Unit(row.cadence_unit))


def entry_in(vault: Vault, row: AnyRow) -> Entry:
    return Entry(Happening(row.kind), row.at, vault.open(row.text), row.occurrence_id, row.id)


def promise_in(vault: Vault, row: AnyRow, name: str) -> Promise:
    return Promise(
        Side(row.side),
        vault.open(row.text),
        row.made_at,
        _moment(row.due, row.due_zone),
        Standing(row.standing),
        row.settled_at,
        row.id,
        row.connection_id,
        name,
    )


def _moment(wall: datetime | None, zone: str) -> Moment | None:
    return None if wall is None else Moment(wall, zone)


# --- in ----------------------------------------------------------------------------------------------------


def about_kept(vault: Vault, about: About) -> str:
    """Only what says something."""
    said = {each.name: getattr(about, each.name) for each in fields(about)}
    return vault.seal({name: value for name, value in said.items() if value})


def changing_values(vault: Vault, said: Connection | NewConnection) -> dict[str, object]:
    """The columns that whoever edits a connection may change."""
    return {
        "about": about_kept(vault, said.about),
        "sealed_by": vault.first,
        "member_id": said.member,
        "cadence_count": None if said.cadence is None else said.cadence.count,
        "cadence_unit": "" if said.cadence is None else said.cadence.unit.value,
        "follow_up": None if said.follow_up is None else said.follow_up.wall,
        "follow_up_zone": "" if said.follow_up is None else said.follow_up.zone,
        **contact_values(said.last_contact, said.cadence),
    }


def contact_values(last_contact: date, cadence: Cadence | None) -> dict[str, object]:
    return {"last_contact": last_contact, "back_on": None if cadence is None else cadence.after(last_contact)}


def entry_values(vault: Vault, owner: int, connection: int, entry: Entry) -> dict[str, object]:
    return {
        "owner_id": owner,
        "connection_id": connection,
        "kind": entry.kind.value,
        "at": entry.at,
        "text": vault.seal(entry.text),
        "occurrence_id": entry.occurrence,
        "request_id": None,
    }


def promise_values(vault: Vault, owner: int, connection: int, promise: Promise) -> dict[str, object]:
    return {
        "owner_id": owner,
        "connection_id": connection,
        "side": promise.side.value,
        "standing": promise.standing.value,
        "text": vault.seal(promise.text),
        "made_at": promise.made_at,
        "settled_at": promise.settled_at,
        "request_id": None,
        **due_values(promise.due),
    }


def due_values(due: Moment | None) -> dict[str, object]:
    if due is None:
        return {"due": None, "due_zone": "", "due_at": None}
    return {"due": due.wall, "due_zone": due.zone, "due_at": due.instant()}
