"""When a link is looked at, and what a look means: slow and polite, and no verdict from a single bad day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from bot.domain.pages import Found, Look
from bot.domain.resources import Linked, Standing

LINK_CHECK, REVIEW = "resource.link", "resource.review"
"""The kinds of due rows; the subject is the resource."""

EVERY = timedelta(days=30)
SOON = timedelta(days=7)
"""What nobody has looked at yet is looked at within so long."""

AGAIN = timedelta(days=1)
"""The wait after a first failure; doubled with each."""

GONE_TWICE, AWAY_FOUR_TIMES = 2, 4
"""A site that says that a page is gone is asked twice; one that cannot be reached, four times over a week."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a link. `is_news`: it was not known to be dead before."""

    standing: Standing
    fails: int
    again: timedelta
    is_news: bool = False


def judged(linked: Linked, look: Look) -> Judged:
    """What a look says. A site that does not want to be looked at says nothing: people may well open it."""
    match look.found:
        case Found.ALIVE:
            return Judged(Standing.ALIVE, 0, EVERY)
        case Found.REFUSED:
            return Judged(linked.standing, linked.fails, EVERY)
        case Found.GONE:
            return _failed(linked, GONE_TWICE)
        case Found.UNREACHABLE | Found.UNSAFE:
            return _failed(linked, AWAY_FOUR_TIMES)


def first_check(id_: int, now: datetime, *, was_read: bool) -> datetime:
    """When a new link is looked at first, spread so that an import does not come back all at once. `was_read`: its
    page was read just now.
    """
    share = id_ * 2_654_435_761 % 2**32 / 2**32  # Knuth's multiplicative hash: neighbours lie far apart
    return now + (EVERY / 2 + share * EVERY if was_read else share * SOON)


def archived_copy(link: str, shared_at: datetime) -> str:
    """Where the Wayback Machine shows what it has nearest to the day the link was shared, if anything
    (https://archive.org/help/wayback_api.php: a capture is found by a date of any length).
    """
    return f"https://web.archive.org/web/{shared_at:%Y%m%d}/{quote(link, safe=':/?#[]@!$&()*+,;=%~')}"


def review_due(review_by: date) -> date:
    """The first day on which a resource is past its day."""
    return review_by + timedelta(days=1)


def _failed(linked: Linked, most: int) -> Judged:
    fails = linked.fails + 1
    if linked.standing is Standing.DEAD:
        return Judged(Standing.DEAD, fails, EVERY)
    if fails >= most:
        return Judged(Standing.DEAD, fails, EVERY, is_news=True)
    return Judged(linked.standing, fails, AGAIN * 2 ** (fails - 1))
