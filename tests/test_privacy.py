"""docs/privacy.md says of all that is kept about somebody how long it is."""

from __future__ import annotations

import re
from pathlib import Path

from bot.domain import audit, drafts, gigs, introductions, people
from bot.features import housekeeping
from storage.mydata import owners

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
SAID = {
    "accounts": "your accounts",
    "audit_lines": "what you shared, changed",
    "attendances": "your answers to events",
    "codes": "codes to link accounts",
    "connection_entries": "notes, meetings",
    "connections": "a connection",
    "drafts": "typed into forms",
    "events": "its events",
    "goals": "your goals",
    "gig_alerts": "which of them you were told of",
    "gig_follows": "which gigs you want to hear of",
    "gig_interests": "which gigs interest you",
    "gigs": "gigs that you posted",
    "introductions": "an introduction you asked for",
    "memberships": "the channel in which you last spoke",
    "muted_events": "stops for them",
    "never_introduced": "never introduced to",
    "nudges": "what comes by itself",
    "organisers": "named you organiser",
    "outbox": "what is sent to you",
    "own_leads": "your own leads",
    "people": "time zone and language",
    "preferences": "quiet hours",
    "profiles": "your profile",
    "promises": "promises, kept or not",
    "reminders": "your reminders",
    "reports": "what you reported",
    "resource_follows": "what you follow in the library",
    "proposals": "an event that you propose",
    "resource_notes": "your notes about it",
    "resource_saves": "your list of it",
    "resource_votes": "which of it you found helpful",
    "resources": "a resource you shared",
    "told_leads": "which you were told of",
    "untold_changes": "which you were told of",
    "wrong_codes": "wrong ones that you typed",
}
"""What the page calls that which is in each table of somebody's."""


def kept() -> dict[str, str]:
    """The table of the page: what, and how long."""
    section = PAGE.split("## How long it is kept\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)[1:])


def how_long(table: str) -> str:
    [found] = [long for what, long in kept().items() if SAID[table] in what]
    return found


def test_every_table_that_names_somebody_has_its_line() -> None:
    assert {table.name for table, *_ in owners()} == set(SAID)
    for table in SAID:
        assert how_long(table), table


def test_the_times_are_those_that_the_bot_keeps_to() -> None:
    assert f"{drafts.KEPT_FOR.total_seconds() / 3600:.0f} hours" in how_long("drafts")
    assert f"{audit.KEPT_FOR.days} days" in how_long("audit_lines")
    assert f"{introductions.KEPT_FOR.days} days" in how_long("introductions")
    assert f"{gigs.KEPT_FOR.days} days" in how_long("gigs")
    assert f"{housekeeping.KEPT_FOR.days} days" in how_long("outbox")
    assert f"{people.KEPT_AFTER_REMOVAL.days} days" in how_long("events")
