"""What changed about an event, told to those who mean to come: one message for a person and an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from bot.commands import Fallen, Message, Services
from bot.domain.addresses import Direct
from bot.domain.changes import CHANGED, Standing, Untold, standing_json, standing_of, told_at
from bot.domain.delivery import Due, Moot, Owed
from bot.domain.preferences import Preferences
from bot.features.events.cards import when, when_whole
from bot.features.readers import words_in
from bot.i18n import N_, Words
from bot.markup import Bold, Link, Rich, joined, rich
from bot.ports import UnitOfWork
from bot.ui import Card, Field, Reply

KEPT_MOST = 60
"""Times of one event whose changes one message tells of, and how many more there are."""

LINES_MOST = 10
"""Of which so many are listed."""


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue` for people's rows."""
    persons = [row.subject for row in rows]
    untold: defaultdict[int, list[Untold]] = defaultdict(list)
    for each in await uow.changes.untold(persons):
        untold[each.person].append(each)
    set_ = await uow.preferences.of(persons)
    places = await uow.people.notices_for(list(untold))
    fallen: list[Fallen] = []
    settled: list[Untold] = []
    for row in rows:
        owed: list[Owed] = []
        moments: list[datetime] = []
        for _, group in groupby(untold[row.subject], key=lambda each: each.event):
            of_event = list(group)
            telling = [each for each in of_event if each.matters(now)]
            at = _when(telling, set_[row.subject], now)
            if at > now:
                moments.append(at)
                continue
            settled += of_event
            if telling:
                owed += [_owed(telling, place, now) for place in places.get(row.subject, ())]
        fallen.append(Fallen(row, min(moments, default=None), tuple(owed)))
    await uow.changes.settle(settled)
    return fallen


async def render(rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`: against how things stand now."""
    was = {row.key: _was(row) for row in rows}
    pairs = {(row.person or 0, occurrence) for row in rows for occurrence in was[row.key]}
    standing = await uow.changes.standing(pairs)
    messages: list[Message | Moot] = []
    for row in rows:
        known = {id_: standing[row.person or 0, id_] for id_ in was[row.key] if (row.person or 0, id_) in standing}
        differ = [
            (before, known[id_][0])
            for id_, before in was[row.key].items()
            if id_ in known and before.differs(known[id_][0])
        ]
        told = [(before, after) for before, after in differ if max(before.ends, after.ends) > now]
        if differ and not told:
            messages.append(Moot("it is over", is_late=True))
            continue
        if not told:
            messages.append(Moot("nothing about it differs from what they know"))
            continue
        _, zone, locale = next(iter(known.values()))
        say = words_in(locale, zone, row.address.platform, services)
        more = row.facts.get("more")
        messages.append(Message(changed_reply(told, say, more if isinstance(more, int) else 0)))
    return messages


def changed_reply(told: Sequence[tuple[Standing, Standing]], say: Words, more: int = 0) -> Reply:
    """How it was and how it is, for each time of one event; `more` times are not among them."""
    if len(told) == 1 and not more:
        return Reply(rich(_what(told, say)), (_card(*told[0], say),))
    lines = [_line(was, now_, say) for was, now_ in told[:LINES_MOST]]
    more += len(told) - len(lines)
    if more:
        lines.append(rich(say.many("and {count} more", "and {count} more", more)))
    title = rich(Bold(told[0][1].title))
    fields = (*_name(*told[0], say), *_why([now_ for _, now_ in told], say))
    return Reply(rich(_what(told, say)), (Card(title, joined(lines, "\n"), fields=fields),))


def _what(told: Sequence[tuple[Standing, Standing]], say: Words) -> str:
    title = told[0][0].title
    if all(now_.is_cancelled for _, now_ in told):
        if len(told) > 1:
            return say(N_("{title} was cancelled on several days you meant to come."), title=title)
        return say(N_("{title} was cancelled."), title=title)
    if all(was.is_cancelled for was, _ in told):
        return say(N_("{title} takes place after all."), title=title)
    if all(was.starts != now_.starts for was, now_ in told):
        return say(N_("{title} was moved."), title=title)
    return say(N_("{title} has changed."), title=title)


def _card(was: Standing, now_: Standing, say: Words) -> Card:
    fields = list(_name(was, now_, say))
    is_moved = (was.starts, was.ends) != (now_.starts, now_.ends)
    time = _arrow(when_whole(was, say), when_whole(now_, say)) if is_moved else when_whole(now_, say)
    fields.append(Field(say(N_("When")), time))
    old, new = _where(was, say), _where(now_, say)
    if old != new:
        fields.append(Field(say(N_("Where")), _arrow(old, new)))
    elif new:
        fields.append(Field(say(N_("Where")), new))
    fields += _why([now_], say)
    return Card(rich(Bold(now_.title)), fields=tuple(fields))


def _name(was: Standing, now_: Standing, say: Words) -> tuple[Field, ...]:
    if was.title == now_.title:
        return ()
    return (Field(say(N_("Title")), _arrow(rich(was.title), rich(now_.title))),)


def _why(standings: Sequence[Standing], say: Words) -> tuple[Field, ...]:
    """Why what is cancelled is, each reason once."""
    reasons = dict.fromkeys(each.reason for each in standings if each.is_cancelled and each.reason)
    return (Field(say(N_("Cancelled because")), joined(reasons, "\n")),) if reasons else ()


def _line(was: Standing, now_: Standing, say: Words) -> Rich:
    """One time in a line; a new title is told once, for all of them."""
    if now_.is_cancelled:
        return rich(when(was, say), ": ", say(N_("cancelled")))
    if was.is_cancelled:
        return rich(when(now_, say), ": ", say(N_("takes place after all")))
    is_moved = (was.starts, was.ends) != (now_.starts, now_.ends)
    is_longer = is_moved and was.starts == now_.starts
    time = when(now_, say)
    if is_moved:
        time = _arrow(when_whole(was, say), when_whole(now_, say)) if is_longer else _arrow(when(was, say), time)
    elsewhere = _arrow(_where(was, say), _where(now_, say)) if was.where != now_.where else Rich()
    return joined([time, elsewhere], " · ")


def _arrow(old: Rich, new: Rich) -> Rich:
    return rich(old or "–", " → ", new or "–")


def _where(standing: Standing, say: Words) -> Rich:
    place = ", ".join(part for part in (standing.venue, standing.place) if part)
    online = Link(say(N_("online")), standing.online_link) if standing.online_link else ""
    return joined([place, online], " · ")


def _when(telling: Sequence[Untold], preferences: Preferences, now: datetime) -> datetime:
    """All of one event is told at once: with what has to be told first."""
    return min((told_at(each, preferences.quiet, now) for each in telling), default=now)


def _owed(telling: Sequence[Untold], place: Direct, now: datetime) -> Owed:
    first = telling[0]
    kept = telling[:KEPT_MOST]
    return Owed(
        kind=CHANGED,
        subject=first.event,
        period=now.isoformat(),
        address=place,
        facts={
            "was": {str(each.occurrence): standing_json(each.was) for each in kept},
            "more": len(telling) - len(kept),
        },
        not_after=max(max(each.was.ends, each.now.ends) for each in telling),
        person=first.person,
    )


def _was(row: Owed) -> Mapping[int, Standing]:
    kept = row.facts["was"]
    assert isinstance(kept, Mapping)
    return {int(id_): standing_of(each) for id_, each in kept.items() if isinstance(each, Mapping)}
