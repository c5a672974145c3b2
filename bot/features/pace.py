"""How much a member may share in a day: less on their first, so that nobody comes only to flood a community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.audit import Did, Subject
from bot.errors import Refused
from bot.i18n import N_
from bot.ports import UnitOfWork
from bot.request import Request

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so many lines `Did.SHARED` of one subject within 24 hours; `at_first` in somebody's first 24 hours."""

    at_first: int
    most: int
    told_at_first: str
    told: str


PACES: Mapping[Subject, Pace] = {
    Subject.RESOURCE: Pace(
        at_first=3,
        most=30,
        told_at_first=N_("In the first 24 hours here you can share {most} resources. You can go on at {moment}."),
        told=N_("You can share {most} resources within 24 hours. You can go on at {moment}."),
    ),
    Subject.EVENT: Pace(
        at_first=3,
        most=30,
        told_at_first=N_("In the first 24 hours here you can add {most} events. You can go on at {moment}."),
        told=N_("You can add {most} events within 24 hours. You can go on at {moment}."),
    ),
    Subject.GIG: Pace(
        at_first=1,
        most=10,
        told_at_first=N_("In the first 24 hours here you can post {most} gig. You can go on at {moment}."),
        told=N_("You can post {most} gigs within 24 hours. You can go on at {moment}."),
    ),
}


async def check_pace(uow: UnitOfWork, request: Request, subject: Subject) -> None:
    """Raises Refused, with the limit and when more is possible, for who shared enough for now. Organisers may."""
    if request.is_organiser:
        return
    community, person, pace = request.community.id, request.person.id, PACES[subject]
    done = await uow.audit.done_since(community, person, Did.SHARED, subject, request.now - DAY)
    if len(done) < pace.at_first:
        return
    since = await uow.audit.member_since(community, person) or request.now
    is_new = since > request.now - DAY
    most = pace.at_first if is_new else pace.most
    if len(done) < most:
        return
    again = since + DAY if is_new else done[most - 1] + DAY
    raise Refused(
        pace.told_at_first if is_new else pace.told,
        most=request.say.number(most),
        moment=request.say.moment(again),
    )
