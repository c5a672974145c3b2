"""How connections look: short in lists, with all that is known when one is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.commands import ASK
from bot.domain.connections import Connection, Entry, Happening, Promise, Side, Standing, Timeline
from bot.domain.moments import Moment
from bot.domain.spoken import cadence_words
from bot.domain.text import web_address
from bot.i18n import N_, Words
from bot.markup import Bold, Link, Rich, joined, rich
from bot.ui import Action, Button, Card, Control, Field, Style

SHOW, MET, FORGET = "connect.show", "connect.met", "connect.forget"

ENTRIES = 10
"""Of a timeline, on a card; the newest."""
PROMISES = 10


def short_card(connection: Connection, say: Words, today: date) -> Card:
    """The essentials of one, with what to do next."""
    about = connection.about
    lines = [
        joined([about.role, about.company, about.city], " · "),
        joined([_last(connection, say), late(connection, say, today)], " · "),
        rich(" ".join(f"#{tag}" for tag in about.tags)),
    ]
    controls = (
        Button(say(N_("Show")), Action(SHOW, str(connection.id))),
        Button(say(N_("Met again")), Action(MET, str(connection.id))),
    )
    return Card(rich(Bold(about.name)), joined(lines, "\n"), controls=controls)


def full_card(timeline: Timeline, both_at: Sequence[str], say: Words, today: date) -> tuple[Card, ...]:
    """All about one: what is known, then what happened, newest first."""
    connection, about = timeline.connection, timeline.connection.about
    pairs = [
        (N_("Role"), rich(about.role)),
        (N_("Company"), rich(about.company)),
        (N_("City"), rich(about.city)),
        (N_("Handles"), joined(about.handles, ", ")),
        (N_("Links"), joined([_link(link) for link in about.links], "\n")),
        (N_("Email"), joined(about.emails, ", ")),
        (N_("Phone"), joined(about.phones, ", ")),
        (N_("Tags"), rich(" ".join(f"#{tag}" for tag in about.tags))),
        (N_("Introduced by"), rich(about.introduced_by)),
        (N_("Last contact"), rich(say.day(connection.last_contact))),
        (N_("Stay in touch"), _cadence(connection, say, today)),
        (N_("Follow up"), rich(moment(connection.follow_up, say))),
        (N_("You owe"), _promises(timeline.promises, Side.MINE, say)),
        (N_("They owe"), _promises(timeline.promises, Side.THEIRS, say)),
        (N_("Both at"), rich(say.listed(list(both_at)) if both_at else "")),
    ]
    card = Card(
        rich(Bold(about.name)),
        fields=tuple(Field(say(name), value) for name, value in pairs if value),
        controls=_controls(connection, say),
    )
    return (card, *_story(timeline, say))


def moment(value: Moment | None, say: Words) -> str:
    """When something is due: by the reader's wall, as they said it."""
    return "" if value is None else say.moment(value.instant())


def promised(promise: Promise, say: Words) -> Rich:
    """A promise on one line, with when it is due."""
    return joined([promise.text, moment(promise.due, say), _standing(promise, say)], " · ")


def _controls(connection: Connection, say: Words) -> tuple[Control, ...]:
    id_ = str(connection.id)
    return (
        Button(say(N_("Met again")), Action(MET, id_), Style.PRIMARY),
        Button(say(N_("Add a note")), Action(ASK, f"connect note/who=#{id_}")),
        Button(say(N_("Add a promise")), Action(ASK, f"connect promise/who=#{id_}")),
        Button(say(N_("Edit")), Action(ASK, f"connect edit/who=#{id_}")),
        Button(say(N_("Forget")), Action(FORGET, id_), Style.DANGER),
    )


def _story(timeline: Timeline, say: Words) -> tuple[Card, ...]:
    lines = [_told(entry, say) for entry in timeline.entries[:ENTRIES]]
    return (Card(rich(Bold(say(N_("What happened")))), joined(lines, "\n")),) if lines else ()


HAPPENED: Mapping[Happening, str] = {Happening.MET: N_("met"), Happening.NOTE: N_("note")}


def _told(entry: Entry, say: Words) -> Rich:
    day = say.short_day(entry.at.astimezone(say.zone).date())
    return joined([rich(day), rich(say(HAPPENED[entry.kind])), rich(entry.text)], " · ")


def _last(connection: Connection, say: Words) -> Rich:
    return rich(say(N_("last in touch {day}"), day=say.day(connection.last_contact)))


def late(connection: Connection, say: Words, today: date) -> Rich:
    """How long it has been time to get back to them; nothing where it is not."""
    back_on = connection.back_on
    if back_on is None or back_on > today:
        return rich()
    days = (today - back_on).days
    if not days:
        return rich(say(N_("time to get in touch today")))
    return rich(say.many("{count} day late", "{count} days late", days))


def _cadence(connection: Connection, say: Words, today: date) -> Rich:
    cadence = connection.cadence
    back_on = connection.back_on
    if cadence is None or back_on is None:
        return rich()
    next_ = say(N_("next by {day}"), day=say.day(back_on))
    return joined([rich(cadence_words(cadence, say)), late(connection, say, today) or rich(next_)], " · ")


def _promises(promises: Sequence[Promise], side: Side, say: Words) -> Rich:
    theirs = [each for each in promises if each.side is side]
    shown = [each for each in theirs if each.standing is Standing.OPEN][:PROMISES]
    settled = len([each for each in theirs if each.standing is not Standing.OPEN])
    lines = [promised(each, say) for each in shown]
    if settled:
        lines.append(rich(say.many("{count} settled", "{count} settled", settled)))
    return joined(lines, "\n")


def _standing(promise: Promise, say: Words) -> str:
    match promise.standing:
        case Standing.KEPT:
            return say(N_("kept"))
        case Standing.LET_GO:
            return say(N_("let go"))
        case Standing.OPEN:
            return ""


def _link(link: str) -> Rich:
    address = web_address(link)
    return rich(Link(link, address)) if address else rich(link)
