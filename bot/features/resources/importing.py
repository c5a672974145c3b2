"""Links of a file become resources; what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.commands import Services
from bot.domain.audit import Did, Subject
from bot.domain.files.rows import Skipped
from bot.domain.library_files.records import Entry, FromFile
from bot.domain.links import host_of, is_on, page_key
from bot.domain.people import Community
from bot.domain.resources import ASKS_FOR_LAW, DESCRIPTION_MOST, NewResource
from bot.domain.text import clip
from bot.domain.topics import Pillar, guessed
from bot.features.resources.checking import watch
from bot.features.resources.sharing import HOLDS_FOR
from bot.i18n import N_

BATCH = 200
"""Links saved in one transaction."""

BLOCKED = N_("Its site is blocked in this community.")


@dataclass(slots=True)
class Imported:
    """What came of it so far."""

    added: int = 0
    known: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def seen(self) -> int:
        return self.added + self.known + len(self.skipped)


async def bring_links(
    told: FromFile,
    source: str,
    community: Community,
    services: Services,
    progress: Callable[[Imported], None],
) -> Imported:
    """Add what is not there; a second run adds nothing. Pages are not fetched: links are looked at in their turn.

    `source` is the file's name for the audit. `progress` is called after each batch.
    """
    now = services.clock.now()
    result = Imported(skipped=list(told.skipped))
    async with services.store.reading() as uow:
        blocked = await uow.audit.blocked(community.id)
    allowed: list[Entry] = []
    for entry in told.entries:
        if any(is_on(host_of(entry.link), site) for site in blocked):
            result.skipped.append(Skipped(entry.number, BLOCKED))
        else:
            allowed.append(entry)
    result.skipped.sort(key=lambda each: each.number)
    holds_until = now.date() + HOLDS_FOR
    for start in range(0, len(allowed), BATCH):
        batch = [_new(each, holds_until) for each in allowed[start : start + BATCH]]
        async with services.store.writing() as uow:
            shared = await uow.resources.bring(community.id, batch, now)
            fresh = [(made.id, new) for made, new in zip(shared, batch, strict=True) if made.is_new]
            for id_, new in fresh:
                await watch(uow, community, id_, new.about.review_by, now, was_read=False)
            if fresh:
                what = f"{source} ({len(fresh)})"
                await uow.audit.note(community.id, None, Did.IMPORTED, Subject.RESOURCE, None, what, now)
        result.added += len(fresh)
        result.known += len(batch) - len(fresh)
        progress(result)
    return result


def _new(entry: Entry, holds_until: date) -> NewResource:
    """Of nobody: notes are members' own, so what a file has of them stands with the description."""
    about = entry.about
    words = " ".join((about.title, about.description, *about.tags))
    topic = about.topic or guessed(words) or Pillar.CRAFT.value
    said = "\n".join(_distinct((about.description, entry.note)))
    about = replace(
        about,
        topic=topic,
        description=clip(said, DESCRIPTION_MOST),
        review_by=about.review_by or (holds_until if topic in ASKS_FOR_LAW else None),
    )
    return NewResource(entry.link, page_key(entry.link), about, sharer=None, origin=None)


def _distinct(texts: Sequence[str]) -> Sequence[str]:
    return [text for text in dict.fromkeys(texts) if text]
