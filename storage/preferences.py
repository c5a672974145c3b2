"""What people set about their reminders and their path. A row says only what was set, so that defaults may change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import time, timedelta
from functools import cache

from sqlalchemy import Executable, select

from bot.domain.preferences import Preferences
from bot.domain.quiet import Quiet
from bot.domain.resources import Level
from storage.connection import Connection
from storage.schema import among, insert_into, listed
from storage.tables import preferences

MINUTE = timedelta(minutes=1)
DEFAULTS = Preferences()


class PreferenceTable:
    """Implements `bot.domain.preferences.PreferenceRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of(self, persons: Collection[int]) -> Mapping[int, Preferences]:
        dialect = self._connection.dialect
        values = {"persons": listed(dialect, sorted(persons))}
        rows = await self._connection.rows(_of(dialect), values) if persons else ()
        found = {row.person_id: _read(row.values) for row in rows}
        return {person: found.get(person, DEFAULTS) for person in persons}

    async def put(self, person: int, preferences: Preferences) -> None:
        written = {name: value for name, value in _written(preferences).items() if value != _written(DEFAULTS)[name]}
        await self._connection.execute(_put(self._connection.dialect), {"person_id": person, "values": written})


@cache
def _of(dialect: str) -> Executable:
    found = select(preferences.c.person_id, preferences.c["values"].label("values"))
    return found.where(among(preferences.c.person_id, "persons", dialect))


@cache
def _put(dialect: str) -> Executable:
    insert = insert_into(preferences, dialect)
    return insert.on_conflict_do_update(index_elements=["person_id"], set_={"values": insert.excluded["values"]})


def _written(set_: Preferences) -> dict[str, object]:
    """As JSON holds it."""
    return {
        "quiet": [set_.quiet.start.isoformat(), set_.quiet.end.isoformat()] if set_.quiet else None,
        "leads": [lead // MINUTE for lead in set_.leads],
        "digest_weekday": set_.digest_weekday,
        "digest_at": set_.digest_at.isoformat(),
        "wants_digest": set_.wants_digest,
        "wants_recap": set_.wants_recap,
        "wants_brief": set_.wants_brief,
        "level": set_.level.value if set_.level else None,
    }


def _read(kept: Mapping[str, object]) -> Preferences:
    said = {**_written(DEFAULTS), **kept}
    quiet, leads = said["quiet"], said["leads"]
    given: dict[str, object] = {
        "quiet": Quiet(*(time.fromisoformat(str(each)) for each in quiet)) if isinstance(quiet, list) else None,
        "leads": tuple(int(each) * MINUTE for each in leads) if isinstance(leads, list) else (),
        "digest_at": time.fromisoformat(str(said["digest_at"])),
        "level": Level(str(said["level"])) if said["level"] else None,
    }
    names = {each.name for each in fields(Preferences)}
    return Preferences(**{name: value for name, value in {**said, **given}.items() if name in names})  # type: ignore[arg-type]  # as they were written
