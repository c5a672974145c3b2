"""How gigs are written to and read from their table, for all who keep or look for them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, false, func, select

from bot.domain.events import Price
from bot.domain.gigs import About, Gig, Pay, Per, Standing, What
from bot.domain.people import Account
from bot.domain.places import Place
from storage.connection import AnyRow
from storage.details import PLACE
from storage.schema import UTC
from storage.tables import accounts, gig_interests, gigs, memberships, places, workspaces

Kept = Mapping[str, Any]  # Any: what JSON holds


def about_columns(about: About) -> dict[str, object]:
    """What is said of a gig, by column; its place by id, its pay as JSON."""
    return {
        "what": about.what.value,
        "title": about.title,
        "roles": list(about.roles),
        "place_id": about.place and about.place.id,
        "is_remote": about.is_remote,
        "pay": about.pay and _pay_json(about.pay),
        "link": about.link,
        "text": about.text,
        "contact": about.contact,
    }


def _pay_json(pay: Pay) -> Kept:
    return {
        "amount": pay.amount and str(pay.amount.amount),
        "currency": pay.amount and pay.amount.currency,
        "per": pay.per.value,
        "split": None if pay.split is None else str(pay.split),
        "points": None if pay.points is None else str(pay.points),
    }


def _pay(kept: Kept) -> Pay:
    return Pay(
        amount=kept["amount"] and Price(Decimal(kept["amount"]), kept["currency"]),
        per=Per(kept["per"]),
        split=None if kept["split"] is None else Decimal(kept["split"]),
        points=None if kept["points"] is None else Decimal(kept["points"]),
    )


def place_of(row: AnyRow) -> Place | None:
    """The place in the columns `place_…`, None where there is none."""
    return None if row.place_id is None else Place(*(getattr(row, f"place_{name}") for name in PLACE))


def gig_of(row: AnyRow) -> Gig:
    """A row of `GIGS`."""
    about = About(
        what=What(row.what),
        title=row.title,
        roles=tuple(row.roles),
        place=place_of(row),
        is_remote=row.is_remote,
        pay=None if row.pay is None else _pay(row.pay),
        link=row.link,
        text=row.text,
        contact=row.contact,
    )
    return Gig(
        id=row.id,
        community=row.community_id,
        about=about,
        poster=row.person_id,
        account=Account(row.platform, row.external_id, row.account_name),
        posted_at=row.posted_at,
        deadline=row.deadline,
        standing=Standing(row.standing),
        opened_at=row.opened_at,
        reason=row.reason,
        interested=row.interested,
        is_mine=bool(row.is_mine),
        wants_it=bool(row.wants_it),
    )


_g, _i = gigs.c, gig_interests.c
NOW = bindparam("now", type_=UTC())
PERSON = bindparam("person", type_=Integer)
_wanter = accounts.alias("wanter")


def _wanting() -> Select[int]:
    """Who would like to do a gig of the outer statement."""
    joined = gig_interests.join(_wanter, _wanter.c.id == _i.account_id)
    return select(_wanter.c.person_id).select_from(joined).where(_i.gig_id == _g.id, _i.is_withdrawn == false())


_columns = (
    *(column for column in gigs.c if column.name not in ("account_id", "workspace_id", "request_id")),
    *(places.c[name].label(f"place_{name}") for name in PLACE if name != "id"),
    accounts.c.person_id,
    accounts.c.platform,
    accounts.c.external_id,
    accounts.c.name.label("account_name"),
    _wanting().with_only_columns(func.count(_wanter.c.person_id.distinct())).scalar_subquery().label("interested"),
    (accounts.c.person_id == PERSON).label("is_mine"),
    _wanting().where(_wanter.c.person_id == PERSON).exists().label("wants_it"),
)
GIGS = select(*_columns).select_from(
    gigs.join(accounts, accounts.c.id == _g.account_id).outerjoin(places, places.c.id == _g.place_id)
)
"""Gigs with all that is told of them, as `PERSON` sees them."""


def is_member(person: ColumnElement[int], community: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody was seen in a workspace of a community that the bot was not removed from."""
    seen = memberships.join(_wanter, _wanter.c.id == memberships.c.account_id)
    seen = seen.join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    found = select(memberships.c.account_id).select_from(seen)
    return found.where(
        _wanter.c.person_id == person, workspaces.c.community_id == community, workspaces.c.removed_at.is_(None)
    ).exists()
