"""What is new in the library, as digests tell it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.resources import KIND_NAMES, LEVEL_NAMES, Resource
from bot.domain.text import clip
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Link, Rich, joined, rich
from bot.ui import Card, Control

NOTED_MOST = 160
"""Characters of what somebody said about it."""


def news_card(
    title: str, resources: Sequence[Resource], say: Words, left_out: int = 0, controls: tuple[Control, ...] = ()
) -> Card:
    """One card with a line for each, and where there is more."""
    lines = [_line(each, say) for each in resources]
    if left_out:
        more = say.many("{count} more: {find}", "{count} more: {find}", left_out, find=Slash("/resource find"))
        lines.append(rich(more))
    return Card(rich(Bold(title)), joined(lines, "\n"), controls=controls)


def _line(resource: Resource, say: Words) -> Rich:
    about = resource.about
    kind = say(KIND_NAMES[about.kind]) if about.kind else ""
    level = say(LEVEL_NAMES[about.level]) if about.level else ""
    said = ""
    if resource.notes:
        note = resource.notes[0]
        words = clip(" ".join(note.text.split()), NOTED_MOST)
        said = say(N_("“{words}” ({name})"), words=words, name=note.name) if note.name else f"“{words}”"
    return joined([Link(about.title, resource.link), kind, level, about.site, said], " · ")
