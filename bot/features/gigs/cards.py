"""How gigs look: short in lists, whole when one is shown. How it is paid is said in every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.commands import ASK
from bot.domain.audit import Report
from bot.domain.gigs import WHAT_NAMES, About, Gig, Pay, Per, Standing
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, When, WhenStyle, joined, rich
from bot.ui import Action, Button, Card, Control, Field, LinkButton, Style

SHOW, BACK = "gig.show", "gig.back"
KEEP, REMOVE = "gig.keep", "gig.remove"
EDIT, RENEW, FILLED, WITHDRAW = "gig.edit", "gig.renew", "gig.filled", "gig.drop"
APPROVE = "gig.approve"

REASONS_SHOWN = 10

AMOUNTS: Mapping[Per, str] = {
    Per.GIG: N_("{money} for the whole gig"),
    Per.HOUR: N_("{money} per hour"),
    Per.DAY: N_("{money} per day"),
    Per.WEEK: N_("{money} per week"),
    Per.MONTH: N_("{money} per month"),
    Per.SONG: N_("{money} per song"),
}


def short_card(gig: Gig, say: Words, now: datetime, community: str = "") -> Card:
    """The essentials of one gig, for whoever may take it."""
    about = gig.about
    lines = [
        joined([say(WHAT_NAMES[about.what]), Bold(pay_words(about.pay, say)), where(about, say)], " · "),
        joined([community, ", ".join(about.roles), rich(say(N_("until ")), until(gig)), _status(gig, say, now)], " · "),
    ]
    return Card(
        title=rich(Bold(about.title)),
        body=joined(lines, "\n"),
        url=about.link,
        controls=(
            *_wanting(gig, say, now),
            Button(say(N_("Show")), Action(SHOW, str(gig.id))),
            *_reporting(gig, say, now),
        ),
    )


def full_card(gig: Gig, say: Words, now: datetime, names: tuple[str, ...] = ()) -> Card:
    """All that is said of one gig; its poster sees `names` of those who would like to do it."""
    fields = list(about_fields(gig.about, gig.deadline, say))
    pairs = [
        (N_("Posted by"), gig.account.name),
        (N_("Status"), _status(gig, say, now)),
        (N_("Why"), gig.reason if gig.is_mine else ""),
        (N_("Interested"), say.listed(names) if names else ""),
    ]
    fields += [Field(say(name), rich(value)) for name, value in pairs if value]
    link = (LinkButton(say(N_("Page")), gig.about.link),) if gig.about.link else ()
    controls = (
        *_wanting(gig, say, now),
        *(_owners(gig, say) if gig.is_mine else ()),
        *link,
        *_reporting(gig, say, now),
    )
    return Card(
        rich(Bold(gig.about.title)),
        rich(gig.about.text),
        url=gig.about.link,
        fields=tuple(fields),
        controls=controls,
    )


def own_card(gig: Gig, say: Words, now: datetime) -> Card:
    """One gig in its poster's list."""
    count = say.many("{count} is interested", "{count} are interested", gig.interested) if gig.interested else ""
    status = _status(gig, say, now) or rich(say(N_("open until ")), until(gig))
    return Card(
        title=rich(Bold(gig.about.title)),
        body=joined([status, count, pay_words(gig.about.pay, say), gig.reason], " · "),
        controls=(Button(say(N_("Show")), Action(SHOW, str(gig.id))), *_owners(gig, say)),
    )


def waiting_card(gig: Gig, say: Words) -> Card:
    """One gig that waits for organisers, with what they can do."""
    by = Field(say(N_("Posted by")), rich(gig.account.name))
    controls: tuple[Control, ...] = (
        Button(say(N_("Approve")), Action(APPROVE, str(gig.id)), Style.PRIMARY),
        Button(say(N_("Decline")), Action(ASK, f"gig decline/gig=#{gig.id}")),
    )
    if gig.about.link:
        controls += (LinkButton(say(N_("Page")), gig.about.link),)
    return Card(
        rich(Bold(gig.about.title)),
        rich(gig.about.text),
        fields=(*about_fields(gig.about, gig.deadline, say), by),
        controls=controls,
    )


def reported_card(gig: Gig, report: Report, say: Words) -> Card:
    """What was reported and why, never by whom."""
    id_ = str(gig.id)
    pairs = (
        (N_("Reported by"), rich(say.many("{count} member", "{count} members", report.count))),
        (N_("What is wrong"), joined([f"“{each}”" for each in report.reasons[:REASONS_SHOWN]], "\n")),
        (N_("Posted by"), rich(gig.account.name)),
    )
    return Card(
        rich(Bold(gig.about.title)),
        rich(gig.about.text),
        url=gig.about.link,
        fields=(
            *(Field(say(name), value) for name, value in pairs if value),
            *about_fields(gig.about, gig.deadline, say),
        ),
        controls=(
            Button(say(N_("Keep")), Action(KEEP, id_), Style.PRIMARY),
            Button(say(N_("Edit")), Action(EDIT, id_)),
            Button(say(N_("Remove")), Action(REMOVE, id_), Style.DANGER),
        ),
    )


def about_fields(about: About, deadline: datetime, say: Words) -> tuple[Field, ...]:
    """What a gig is, field by field."""
    pairs = [
        (N_("What"), rich(say(WHAT_NAMES[about.what]))),
        (N_("For"), rich(say.listed(about.roles)) if about.roles else Rich()),
        (N_("Where"), rich(where(about, say))),
        (N_("Pay"), rich(pay_words(about.pay, say))),
        (N_("Deadline"), rich(When(deadline))),
        (N_("Contact"), rich(about.contact or say(N_("through me: press Interested")))),
    ]
    return tuple(Field(say(name), value) for name, value in pairs if value)


def pay_words(pay: Pay | None, say: Words) -> str:
    """Spelled out, and labelled where there is no money for the work itself."""
    if pay is None:
        return say(N_("Pay is not stated"))
    share = _share(pay, say)
    if pay.amount is None:
        return say(N_("Revenue share only, no fee: {share}"), share=share) if share else say(N_("Unpaid"))
    money = say(AMOUNTS[pay.per], money=say.money(pay.amount.amount, pay.amount.currency))
    if share:
        return say(N_("Paid: {money}, and a share of revenue: {share}"), money=money, share=share)
    return say(N_("Paid: {money}"), money=money)


def where(about: About, say: Words) -> str:
    """In a city, remote, or as one likes."""
    place = about.place.full_label if about.place else ""
    if not about.is_remote:
        return place
    return say(N_("{place}, or remote"), place=place) if place else say(N_("remote"))


def until(gig: Gig) -> Rich:
    return rich(When(gig.deadline, WhenStyle.DATE))


def _share(pay: Pay, say: Words) -> str:
    parts = []
    if pay.split is not None:
        parts.append(
            say(N_("a split of {percent} %"), percent=say.number(pay.split))
            if pay.split
            else say(N_("a split to be agreed on"))
        )
    if pay.points is not None:
        is_round = pay.points == pay.points.to_integral_value()
        parts.append(
            say.many("{count} point", "{count} points", int(pay.points))
            if is_round
            else say(N_("{points} points"), points=say.number(pay.points))
        )
    return say.listed(parts)


def _status(gig: Gig, say: Words, now: datetime) -> str:
    """ "" while it is open."""
    match gig.standing:
        case _ if gig.has_expired(now):
            return say(N_("expired"))
        case Standing.OPEN:
            return ""
        case Standing.PENDING:
            return say(N_("waits for the organisers' approval"))
        case Standing.DECLINED:
            return say(N_("declined by the organisers"))
        case Standing.FILLED:
            return say(N_("filled"))
        case Standing.WITHDRAWN:
            return say(N_("withdrawn"))


def _wanting(gig: Gig, say: Words, now: datetime) -> tuple[Button, ...]:
    if gig.is_mine or not gig.is_live(now):
        return ()
    if gig.wants_it:
        return (Button(say(N_("Not interested any more")), Action(BACK, str(gig.id))),)
    return (Button(say(N_("Interested")), Action(ASK, f"gig interested/gig=#{gig.id}"), Style.PRIMARY),)


def _reporting(gig: Gig, say: Words, now: datetime) -> tuple[Button, ...]:
    if gig.is_mine or not gig.is_live(now):
        return ()
    return (Button(say(N_("Report")), Action(ASK, f"gig report/gig=#{gig.id}")),)


def _owners(gig: Gig, say: Words) -> tuple[Button, ...]:
    if gig.standing not in (Standing.OPEN, Standing.PENDING):
        return ()
    id_ = str(gig.id)
    return (
        Button(say(N_("Edit")), Action(EDIT, id_)),
        *ends(gig, say),
    )


def ends(gig: Gig, say: Words) -> tuple[Button, ...]:
    """What becomes of it: 30 days more, or its end."""
    id_ = str(gig.id)
    return (
        Button(say(N_("Renew for 30 days")), Action(RENEW, id_)),
        Button(say(N_("It is filled")), Action(FILLED, id_)),
        Button(say(N_("Withdraw it")), Action(WITHDRAW, id_)),
    )
