"""What is told of gigs, directly: to whoever posted one, to those interested in it, and to organisers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.commands import Fallen, FallsDue, Message, Renders, Services
from bot.domain.delivery import Due, Fact, Later, Moot, Owed
from bot.domain.gigs import ASKS, NEW, Gig, Interest, Standing, asks_at
from bot.domain.quiet import quiet_around
from bot.features.directly import owed_to
from bot.features.gigs.cards import SHOW, ends, waiting_card
from bot.features.people.cards import profile_card
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, rich
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card, Control, Field, LinkButton, Reply

PENDING, DECIDED = "gig.pending", "gig.decided"
INTERESTED, CLOSED, ENDS = "gig.interested", "gig.closed", "gig.ending"


@dataclass(frozen=True, slots=True)
class Telling:
    """A row about a gig that is being put into words."""

    row: Owed
    gig: Gig
    say: Words
    uow: UnitOfWork
    now: datetime


Says: TypeAlias = Callable[[Telling], Awaitable[Reply | Moot]]


async def owe(
    uow: UnitOfWork,
    kind: str,
    gig: Gig,
    persons: Collection[int],
    now: datetime,
    *,
    period: str = "",
    facts: Mapping[str, Fact] | None = None,
    not_after: datetime | None = None,
) -> Sequence[Owed]:
    """One row for each place where each of these people is told, out of their quiet hours."""
    return await owed_to(
        uow, persons, kind, gig.id, now, community=gig.community, period=period, facts=facts, not_after=not_after
    )


async def opened(uow: UnitOfWork, gig: Gig, now: datetime) -> None:
    """Everybody may see it now: who follows such is told, and its poster asked before its end."""
    await uow.due.put(Due(NEW, gig.id, now))
    await ask_later(uow, gig, now)


async def ask_later(uow: UnitOfWork, gig: Gig, now: datetime) -> None:
    if (at := asks_at(now, gig.deadline)) is not None:
        await uow.due.put(Due(ASKS, gig.id, at))
    else:
        await uow.due.drop(ASKS, gig.id)


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue`: a gig is about to end."""
    gigs = {each.id: each for each in await uow.gigs.fallen_due([row.subject for row in rows])}
    fallen: list[Fallen] = []
    for row in rows:
        gig = gigs.get(row.subject)
        owed: tuple[Owed, ...] = ()
        if gig is not None and gig.is_live(now):
            ends_at = gig.deadline.isoformat()
            facts = {"deadline": ends_at}
            told = await owe(uow, ENDS, gig, [gig.poster], now, period=ends_at, facts=facts, not_after=gig.deadline)
            owed = tuple(told)
        fallen.append(Fallen(row, None, owed))
    return fallen


FALLS_DUE: Mapping[str, FallsDue] = {ASKS: fall_due}


# --- put into words as it is sent ----------------------------------------------------------------------------


def rendering(says: Says) -> Renders:
    """Renders rows whose subject is a gig: gone is moot, and in quiet hours it waits for their end."""

    async def render(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot | Later]:
        gigs = {each.id: each for each in await uow.gigs.fallen_due([row.subject for row in rows])}
        persons = {row.person for row in rows if row.person is not None}
        set_ = await uow.preferences.of(persons)
        readers = await uow.people.readers(persons)
        messages: list[Message | Moot | Later] = []
        for row in rows:
            gig, reader = gigs.get(row.subject), readers.get(row.person or 0, NOWHERE)
            if gig is None or row.person is None:
                messages.append(Moot("the gig is gone"))
            elif around := quiet_around(now, set_[row.person].quiet, reader.zone):
                messages.append(Later(around[1], "quiet hours", counts=False))
            else:
                said = await says(Telling(row, gig, words_of(reader, row, services), uow, now))
                messages.append(said if isinstance(said, Moot) else Message(said))
        return messages

    return render


async def _pending(telling: Telling) -> Reply | Moot:
    gig, say, uow = telling.gig, telling.say, telling.uow
    if not gig.is_pending(telling.now):
        return Moot("it was decided, or is over")
    where = await _community(gig, uow)
    text = say(N_("A gig waits for your approval in {community}. Nobody else sees it until then."), community=where)
    return Reply(rich(text), (waiting_card(gig, say),))


async def _decided(telling: Telling) -> Reply | Moot:
    gig, say = telling.gig, telling.say
    if str(telling.row.facts["standing"]) != gig.standing or gig.has_expired(telling.now):
        return Moot("it was decided again, or is over")
    show = Button(say(N_("Show")), Action(SHOW, str(gig.id)))
    if gig.standing is Standing.OPEN:
        text = say(N_("The organisers approved your gig {title}: everybody sees it now."), title=gig.about.title)
        return Reply(rich(text), (Card(controls=(show,)),))
    text = say(N_("The organisers declined your gig {title}. Nobody else sees it."), title=gig.about.title)
    fields = (Field(say(N_("Why")), rich(gig.reason)),) if gig.reason else ()
    return Reply(rich(text), (Card(fields=fields, controls=(show,)),))


async def _interested(telling: Telling) -> Reply | Moot:
    """What the poster sees of somebody is what members of their community see of them, and the line they wrote."""
    row, gig, say, uow = telling.row, telling.gig, telling.say, telling.uow
    whom = (row.facts["platform"], row.facts["account"])
    found = await uow.gigs.interests(gig.id, gig.community)
    one = next((each for each in found if (each.account.platform, each.account.id) == whom), None)
    if one is None or gig.standing is not Standing.OPEN:
        return Moot("they withdrew it, or it is closed")
    seen = (await uow.profiles.seen_by(gig.community, [one.person])).get(one.person)
    profile = profile_card(seen, say) if seen else Card()
    title = rich(Bold(say(N_("{name} is interested in {title}"), name=one.account.name, title=gig.about.title)))
    line = (Field(say(N_("They write")), rich(one.line)),) if one.line else ()
    link = str(row.facts["link"])
    direct: tuple[Control, ...] = (LinkButton(say(N_("Write to {name}"), name=one.account.name), link),) if link else ()
    show = Button(say(N_("Show the gig")), Action(SHOW, str(gig.id)))
    card = Card(title, profile.body, fields=(*line, *profile.fields), controls=(*direct, *profile.controls, show))
    return Reply(rich(_way_on(one, say, has_link=bool(link))), (card,))


def _way_on(one: Interest, say: Words, *, has_link: bool) -> str:
    if has_link:
        return say(N_("Somebody would like to do your gig. Write to them: they wait for a word from you."))
    return say(
        N_("Somebody would like to do your gig. Write to {name} where you share a community: they wait for a word."),
        name=one.account.name,
    )


async def _closed(telling: Telling) -> Reply | Moot:
    """Kindly, and without saying who got it."""
    row, gig, say, uow = telling.row, telling.gig, telling.say, telling.uow
    still = {each.person for each in await uow.gigs.interests(gig.id, gig.community)}
    if row.person not in still or gig.standing not in (Standing.FILLED, Standing.WITHDRAWN):
        return Moot("they are not interested any more")
    if gig.standing is Standing.FILLED:
        text = N_("The gig {title} that you were interested in is filled. Thank you for asking; {find} has others.")
    else:
        text = N_("The gig {title} that you were interested in was withdrawn. Thank you for asking; {find} has others.")
    return Reply(rich(say(text, title=gig.about.title, find=Slash("/gig find"))))


async def _ends(telling: Telling) -> Reply | Moot:
    gig, say = telling.gig, telling.say
    if not gig.is_live(telling.now) or gig.deadline.isoformat() != telling.row.facts["deadline"]:
        return Moot("it was renewed or closed")
    text = say(
        N_("Your gig {title} is open until {moment}. Is it still to be had?"),
        title=gig.about.title,
        moment=say.moment(gig.deadline),
    )
    count = say.many("{count} is interested", "{count} are interested", gig.interested) if gig.interested else ""
    return Reply(rich(text), (Card(body=rich(count), controls=ends(gig, say)),))


async def _community(gig: Gig, uow: UnitOfWork) -> str:
    found = await uow.people.community(gig.community)
    return found.name if found else ""


RENDERS: Mapping[str, Renders] = {
    PENDING: rendering(_pending),
    DECIDED: rendering(_decided),
    INTERESTED: rendering(_interested),
    CLOSED: rendering(_closed),
    ENDS: rendering(_ends),
}
