"""What the console needs from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.settings import Settings

ELSEWHERE = Path("greenroom.db")
"""Beside what the console's files lie when the database is no file."""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """`journal` and `history` are None where nothing is to be kept."""

    zone: ZoneInfo
    locale: str
    journal: Path | None
    history: Path | None


def console_settings(settings: Settings, *, is_throwaway: bool = False) -> ConsoleSettings:
    """The console's part of the settings; nothing is kept beside a throwaway database."""
    database = ELSEWHERE
    scheme, _, path = settings.database_url.partition(":///")
    if scheme.startswith("sqlite") and path:
        database = Path(path.partition("?")[0])
    is_kept = not is_throwaway and ":memory:" not in settings.database_url
    return ConsoleSettings(
        zone=ZoneInfo(settings.timezone),
        locale=settings.locale,
        journal=database.with_suffix(".console.jsonl") if is_kept else None,
        history=database.with_suffix(".history") if is_kept else None,
    )
