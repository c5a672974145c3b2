"""What there is to do in the sample community: gigs of every kind of pay, in its cities and from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.events import Price
from bot.domain.gigs import About, NewGig, Pay, Per, What
from bot.domain.people import Origin
from bot.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Offered:
    """`costs` is an amount in `currency`, 0 where there is none; `days` until its deadline."""

    title: str
    what: What
    roles: tuple[str, ...]
    city: str
    is_remote: bool
    pay: Pay
    text: str
    days: int


def _paid(amount: int, currency: str, per: Per = Per.GIG, points: int = 0) -> Pay:
    return Pay(Price(Decimal(amount), currency), per, points=Decimal(points) if points else None)


OFFERED: tuple[_Offered, ...] = (
    _Offered(
        "Mix a four-track dub EP",
        What.MIX,
        ("engineer",),
        "Berlin, DE",
        True,
        _paid(120, "EUR", Per.SONG),
        "Stems are ready. Two rounds of revisions.",
        20,
    ),
    _Offered(
        "Singer for a house topline",
        What.SESSION,
        ("singer", "songwriter"),
        "London, GB",
        True,
        _paid(250, "GBP"),
        "Half a day, in your own room if you have one.",
        12,
    ),
    _Offered(
        "Strings for a short film, twelve minutes",
        What.PRODUCTION,
        ("arranger", "producer"),
        "",
        True,
        _paid(900, "EUR", points=2),
        "Quartet, written out; recording is taken care of.",
        25,
    ),
    _Offered(
        "Write three songs with me",
        What.COWRITE,
        ("songwriter", "producer"),
        "Lagos, NG",
        True,
        Pay(split=Decimal(50)),
        "Afrobeats, one day a week until summer.",
        28,
    ),
    _Offered(
        "Studio internship, three months",
        What.INTERNSHIP,
        ("student", "engineer"),
        "Berlin, DE",
        False,
        _paid(650, "EUR", Per.MONTH),
        "Four days a week at Studio Spreeufer, from set-up to recall.",
        18,
    ),
    _Offered(
        "Assist at a live recording",
        What.ASSISTANT,
        ("engineer", "student"),
        "Amsterdam, NL",
        False,
        Pay(),
        "One evening; dinner, travel within the city, and your name on it.",
        9,
    ),
    _Offered(
        "Teach a beginner Ableton, an hour a week",
        What.TEACHING,
        ("producer",),
        "Paris, FR",
        True,
        _paid(45, "EUR", Per.HOUR),
        "Evenings, online is fine.",
        15,
    ),
)


async def fill_gigs(uow: UnitOfWork, community: int, origins: Sequence[Origin], now: datetime) -> None:
    """Post them, each by somebody."""
    for number, each in enumerate(OFFERED):
        place = await uow.places.named(each.city) if each.city else None
        about = About(each.what, each.title, each.roles, place, each.is_remote, each.pay, text=each.text)
        deadline = now + timedelta(days=each.days)
        new = NewGig(about, deadline, origins[number % len(origins)], True, f"sample-{number}")
        await uow.gigs.post(community, new, now - timedelta(days=1 + number, hours=number))
