"""What a digest says is new, changed or off, against what the one before it in its channel first showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.changes import Standing, standing_json, standing_of, standing_of_time
from bot.domain.delivery import Fact, ids_in
from bot.domain.digests import DIGEST, Digest
from bot.domain.events import Occurrence
from bot.features.events.cards import when, where_stood
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.platform import Limits
from bot.ports import UnitOfWork
from bot.ui import Card

LINES_MOST = 15
"""Of what was called off or moved away; of more, how many."""

MORE_LENGTH = 100
"""At most, of the line that says how many."""


@dataclass(frozen=True, slots=True)
class News:
    """By occurrence: what is new, how others stood when they were first shown, and what was shown and is not listed.

    `first` is how this digest itself first shows what it lists.
    """

    new: frozenset[int] = frozenset()
    was: Mapping[int, Standing] = field(default_factory=dict)
    gone: tuple[int, ...] = ()
    first: Mapping[int, Standing] = field(default_factory=dict)
    counts: tuple[int, int, int] = (0, 0, 0)
    """New, changed and cancelled, in the whole digest."""

    def before(self, occurrence: int) -> Standing | None:
        """What readers know of it, if anything."""
        return self.was.get(occurrence) or self.first.get(occurrence)


NO_NEWS = News()


async def gathered(digest: Digest, listed: Sequence[Occurrence], uow: UnitOfWork, now: datetime) -> News:
    """What is news in a digest that falls due now and lists these. In the first one nothing is."""
    first = {each.id: standing_of_time(each) for each in listed}
    last = await uow.outbox.last_sent(digest.community, DIGEST, digest.id)
    if not last:
        return News(first=first)
    shown = {id_: was for post in last for id_, was in _standings(post.owed.facts.get("first")).items()}
    now_ = await uow.events.stood_for(digest.community, shown, person=None)
    known = _renamed(shown, now_)
    since = min(post.owed_at for post in last)
    new = frozenset(each.id for each in listed if each.id not in known and each.added_at and each.added_at > since)
    was = {id_: known[id_] for id_, stands in first.items() if id_ in known and known[id_].differs(stands)}
    away = [id_ for id_, stood in known.items() if id_ not in first and stood.ends > now and not stood.is_cancelled]
    left = {each.id: standing_of_time(each) for each in now_.values()}
    gone = tuple(id_ for id_ in away if id_ not in left or known[id_].differs(left[id_]))
    off = [id_ for id_ in gone if id_ not in left or left[id_].is_cancelled]
    counts = len(new), len(was) + len(gone) - len(off), len(off)
    return News(new, was | {id_: known[id_] for id_ in gone}, gone, first, counts)


def facts_of(news: News, listed: Sequence[Occurrence], part: int) -> Mapping[str, Fact]:
    """What the part that lists these has to know; the first tells of all that is listed nowhere."""
    here = {each.id for each in listed}
    gone = news.gone if part == 1 else ()
    return {
        "new": sorted(news.new & here),
        "was": {str(id_): standing_json(was) for id_, was in news.was.items() if id_ in here or id_ in gone},
        "first": {str(id_): standing_json(stands) for id_, stands in news.first.items() if id_ in here},
        "gone": list(gone),
        "counts": list(news.counts) if part == 1 else [0, 0, 0],
    }


def news_in(facts: Mapping[str, Fact]) -> News:
    """As a row keeps it; nothing where it was written before there was such a thing."""
    new, changed, off = ids_in(facts.get("counts")) or (0, 0, 0)
    return News(
        frozenset(ids_in(facts.get("new"))),
        _standings(facts.get("was")),
        tuple(ids_in(facts.get("gone"))),
        _standings(facts.get("first")),
        (new, changed, off),
    )


def renamed(news: News, now_: Mapping[int, Occurrence]) -> News:
    """By what each is known by now: two events may have become one, or a community's its own copies (`stood_for`)."""
    new, gone = ([now_[id_].id if id_ in now_ else id_ for id_ in ids] for ids in (news.new, news.gone))
    was, first = _renamed(news.was, now_), _renamed(news.first, now_)
    return replace(news, new=frozenset(new), was=was, gone=tuple(dict.fromkeys(gone)), first=first)


def _renamed(standings: Mapping[int, Standing], now_: Mapping[int, Occurrence]) -> Mapping[int, Standing]:
    """Of two that became one what the one was that stayed counts, where it was shown."""
    return {now_[id_].id: was for id_, was in standings.items() if id_ in now_} | {
        id_: was for id_, was in standings.items() if id_ not in now_ or now_[id_].id == id_
    }


def counted(news: News, say: Words) -> str:
    """ "2 new, 1 changed, 1 cancelled"; "" where nothing is."""
    new, changed, off = news.counts
    said = (
        say.many("{count} new", "{count} new", new) if new else "",
        say.many("{count} changed", "{count} changed", changed) if changed else "",
        say.many("{count} cancelled", "{count} cancelled", off) if off else "",
    )
    return ", ".join(each for each in said if each)


def mark(occurrence: Occurrence, news: News, say: Words) -> Rich:
    """What a listed event has that is news."""
    stands = standing_of_time(occurrence)
    before = news.before(occurrence.id)
    if before is not None and before.differs(stands) and not stands.is_cancelled:
        return rich(say(N_("Changed, before:")), " ", joined(_before(before, stands, say), " · "))
    return rich(Bold(say(N_("New")))) if occurrence.id in news.new else Rich()


def gone_card(news: News, left: Mapping[int, Occurrence], say: Words, limits: Limits) -> Card | None:
    """What the last digest showed and this one does not list: off, moved away, or not in the calendar any more.

    What took its old course again meanwhile is not told of. It leaves half of the message to what is coming.
    """
    lines = [line for id_ in news.gone if (line := _line(news.was[id_], left.get(id_), say))]
    if not lines:
        return None
    room = min(limits.body_length, limits.message_length // 2) - MORE_LENGTH
    most = min(len(lines), LINES_MOST)
    while most and limits.measure(joined(lines[:most], "\n")) > room:
        most -= 1
    if more := len(lines) - most:
        lines = [*lines[:most], rich(say.many("and {count} more", "and {count} more", more))]
    return Card(rich(Bold(say(N_("Changed since the last digest")))), joined(lines, "\n"))


def _line(was: Standing, left: Occurrence | None, say: Words) -> Rich:
    name = joined([was.title, when(was, say)], " · ")
    if left is None:
        return rich(name, " – ", say(N_("not in the calendar any more")))
    stands = standing_of_time(left)
    if stands.is_cancelled:
        return rich(name, " – ", say(N_("cancelled")))
    if not was.differs(stands):
        return Rich()
    return rich(name, " → ", joined(_after(was, stands, say), " · "))


def _before(was: Standing, stands: Standing, say: Words) -> list[Rich | str]:
    """How it was, in what differs."""
    return [old for old, _ in _differences(was, stands, say)]


def _after(was: Standing, stands: Standing, say: Words) -> list[Rich | str]:
    return [new for _, new in _differences(was, stands, say)]


def _differences(was: Standing, stands: Standing, say: Words) -> list[tuple[Rich | str, Rich | str]]:
    found: list[tuple[Rich | str, Rich | str]] = []
    if was.title != stands.title:
        found.append((was.title, stands.title))
    if (was.starts, was.ends) != (stands.starts, stands.ends):
        found.append((when(was, say), when(stands, say)))
    if was.where != stands.where:
        found.append((where_stood(was, say) or "–", where_stood(stands, say) or "–"))
    return found


def _standings(fact: Fact) -> Mapping[int, Standing]:
    if not isinstance(fact, Mapping):
        return {}
    return {int(id_): standing_of(each) for id_, each in fact.items() if isinstance(each, Mapping)}
