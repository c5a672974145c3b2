"""What is sent about introductions: the question, that nothing came of it, and who is who on a yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.commands import Fallen, Message, Services
from bot.domain.addresses import Direct
from bot.domain.delivery import Due, Moot, Owed
from bot.domain.introductions import Ended, Introduction, Party
from bot.features.readers import words_in
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Mention, rich
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card, Field, LinkButton, Privacy, Reply, Style

QUESTION, ENDED = "introduction.question", "introduction.ended"
INTRODUCED, GROUP = "introduction.made", "introduction.group"
YES, NO, NEVER = "intro.yes", "intro.no", "intro.never"

Says: TypeAlias = Callable[[Owed, Introduction, Services], Reply | Moot]


async def end(rows: Sequence[Due], uow: UnitOfWork, _services: Services, _now: datetime) -> Sequence[Fallen]:
    """The time to answer is over: whoever asked is told so, whatever the reason, at this moment and no other."""
    found = {each.id: each for each in await uow.introductions.ended([row.subject for row in rows])}
    places = await uow.people.notices_for({each.asker.person.id for each in found.values()})
    fallen: list[Fallen] = []
    for row in rows:
        one = found.get(row.subject)
        owed = () if one is None or one.is_yes else _endings(one, places.get(one.asker.person.id, ()))
        fallen.append(Fallen(row, None, tuple(owed)))
    return fallen


def _endings(one: Ended, places: Sequence[Direct]) -> Sequence[Owed]:
    person, community = one.asker.person.id, one.community.id
    return [Owed(ENDED, one.id, "", address, community=community, person=person) for address in places]


async def render_question(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot]:
    def says(row: Owed, one: Introduction, services: Services) -> Reply | Moot:
        if not one.can_be_answered(now) or not one.is_allowed:
            return Moot("it cannot be answered any more")
        return question(one, words_for(one, one.asked, row, services))

    return await _rendered(rows, uow, services, says)


async def render_ended(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    found = {each.id: each for each in await uow.introductions.ended([row.subject for row in rows])}
    messages: list[Message | Moot] = []
    for row in rows:
        one = found.get(row.subject)
        messages.append(
            Moot("they said yes, or it is gone") if one is None or one.is_yes else Message(_ended(one, row, services))
        )
    return messages


async def render_introduced(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    return await _rendered(rows, uow, services, _introduced)


async def render_group(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    return await _rendered(rows, uow, services, _in_group)


async def _rendered(rows: Sequence[Owed], uow: UnitOfWork, services: Services, says: Says) -> Sequence[Message | Moot]:
    found: Mapping[int, Introduction] = {
        each.id: each for each in await uow.introductions.fallen_due([row.subject for row in rows])
    }
    messages: list[Message | Moot] = []
    for row in rows:
        one = found.get(row.subject)
        said = Moot("the introduction is gone") if one is None else says(row, one, services)
        messages.append(said if isinstance(said, Moot) else Message(said))
    return messages


def question(one: Introduction, say: Words) -> Reply:
    """What is put to whoever is asked: who asks, where, and what for."""
    asker = one.asker.account
    fields = (
        Field(say(N_("Who")), rich(_mention(one.asker))),
        Field(say(N_("From")), rich(one.community.name)),
        Field(say(N_("What for")), rich(one.why)),
    )
    body = say(
        N_("Only a yes is passed on: {name} never learns of a no. You can answer until {moment}."),
        name=asker.name,
        moment=say.moment(one.ends_at),
    )
    id_ = str(one.id)
    controls = (
        Button(say(N_("Yes")), Action(YES, id_), Style.PRIMARY),
        Button(say(N_("No")), Action(NO, id_)),
        Button(say(N_("Never from them")), Action(NEVER, id_)),
    )
    title = rich(Bold(say(N_("{name} would like to meet you"), name=asker.name)))
    no_more = say(N_("{command} lets you have no such questions at all."), command=Slash("/connect never"))
    return Reply(cards=(Card(title, rich(body, "\n", no_more), fields=fields, controls=controls),))


def _ended(one: Ended, row: Owed, services: Services) -> Reply:
    """The same words whether they said no, did not answer, were not asked or are gone. They name nobody: of who is
    gone no name is kept, and that must not be told either. The asker knows it by their own words.
    """
    say = words_for(one, one.asker, row, services)
    nothing = say(
        N_("You asked on {day} for an introduction, and nothing came of it: only a yes is passed on."),
        day=say.day(one.asked_at.astimezone(say.zone).date()),
    )
    return Reply(cards=(Card(body=rich(nothing), fields=(Field(say(N_("What for")), rich(one.why)),)),))


def _introduced(row: Owed, one: Introduction, services: Services) -> Reply:
    """Tells one of them where the other is found."""
    other = one.asker if row.facts["of"] == "asker" else one.asked
    reader = one.other(other)
    say, name = words_for(one, reader, row, services), other.account.name
    link = str(row.facts["link"])
    if reader == one.asker:
        text = say(N_("{name} said yes and would like to meet you too. Write to them."), name=name)
        first = say(
            N_("Hi {name}, I am {me} from {community}. You said we could talk about this: {why}"), **_told(one, other)
        )
    else:
        text = say(N_("You and {name} are introduced. They wait for a word from you, or write first."), name=name)
        first = say(
            N_("Hi {name}, I am {me} from {community}. You wanted to talk about this: {why}"), **_told(one, other)
        )
    fields = (
        Field(say(N_("What for")), rich(one.why)),
        Field(say(N_("A first line to send")), rich(first)),
    )
    controls = (LinkButton(say(N_("Open their profile")), link),) if link else ()
    return Reply(rich(text), (Card(rich(Bold(name)), fields=fields, controls=controls),))


def _in_group(_row: Owed, one: Introduction, _services: Services) -> Reply:
    """The first words in the conversation of both."""
    asker, asked = one.asker.account, one.asked.account
    say = Words(one.community.locale, ZoneInfo(one.community.zone))
    both = rich(_mention(one.asker), " ", _mention(one.asked))
    told = say(N_("you both would like to meet, so here you are. I leave you to it."))
    asked_for = say(N_("{name} asked to meet {other}"), name=asker.name, other=asked.name)
    fields = (Field(say(N_("What for")), rich(one.why)), Field(say(N_("From")), rich(one.community.name)))
    return Reply(rich(both, ": ", told), (Card(rich(Bold(asked_for)), fields=fields),), privacy=Privacy.SHARED)


def words_for(one: Introduction | Ended, party: Party, row: Owed, services: Services) -> Words:
    """How one of them reads what comes to them at that address."""
    person, community = party.person, one.community
    locale, zone = person.locale or community.locale, person.zone or community.zone
    return words_in(locale, zone, row.address.platform, services)


def _told(one: Introduction, other: Party) -> Mapping[str, str]:
    me = one.other(other).account.name
    return {"name": other.account.name, "me": me, "community": one.community.name, "why": one.why}


def _mention(party: Party) -> Mention:
    return Mention(party.account.platform, party.account.id, party.account.name)
