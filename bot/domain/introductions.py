"""Introductions: one member wants to meet another, who is asked in private and may say yes.

What somebody hears who asks depends on nothing but what they did themselves, until the other says yes: a no, no answer,
a question that was never put and one that could not be delivered are told by the same words at the same moment.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.members import Somebody
from bot.domain.people import Account, Community, Origin, Person

WHY_MOST = 300
"""Characters of a purpose."""

OPEN_FOR = timedelta(days=7)
"""How long a question can be answered; then whoever asked is told that nothing came of it."""

AGAIN_AFTER = timedelta(days=90)
"""How long after asking somebody they are not asked again on behalf of the same person; nobody is told so."""

DAY = timedelta(days=1)
ASKS_MOST = 3
"""Introductions that one person asks for within a day."""
QUESTIONS_MOST = 2
"""Questions that one person is put within a day; others wait."""
LEAST = DAY
"""Whoever could be asked only later than this before the end is not asked at all."""

NEVER_MOST = 500
"""People on one list of those somebody is never introduced to."""

KEPT_FOR = timedelta(days=90)
"""How long an introduction stays after its question has ended."""


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two: who they are now, and the account that the other knows them by."""

    person: Person
    account: Account


@dataclass(frozen=True, slots=True)
class Introduction:
    """`asker` wants to meet `asked`. `is_withheld`: the question is not put (any more), and nobody is told so."""

    id: int
    community: Community
    is_allowed: bool
    """Whether the community has introductions switched on."""
    asker: Party
    asked: Party
    why: str
    asked_at: datetime
    puts_at: datetime
    """When the question is put; later than `asked_at` where others are before it."""
    ends_at: datetime
    is_withheld: bool
    answer: Answer | None = None

    def other(self, party: Party) -> Party:
        return self.asked if party == self.asker else self.asker

    def can_be_answered(self, now: datetime) -> bool:
        return self.answer is None and not self.is_withheld and now < self.ends_at and not self.is_one

    @property
    def is_one(self) -> bool:
        """The two have turned out to be one person."""
        return self.asker.person.id == self.asked.person.id


@dataclass(frozen=True, slots=True)
class Asked:
    """One that somebody asked for earlier."""

    person: int | None
    """Whom; None when they are gone."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """One as whoever asked for it is told of its end: nothing of the other stands in it, for they may be gone."""

    id: int
    community: Community
    asker: Party
    why: str
    asked_at: datetime
    is_yes: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts when somebody asks. Both are locked, so that of two requests the second sees what the first did."""

    earlier: Sequence[Asked]
    """All they asked for within `AGAIN_AFTER`, the newest first."""
    questions: Sequence[datetime]
    """When the other is put questions: within the last day and to come, the latest first."""
    is_unwelcome: bool
    """The other takes no introductions, or none to whoever asks. Nobody is told."""

    def next_at(self, now: datetime) -> datetime | None:
        """When they may ask for another; None: at once."""
        recent = [each.at for each in self.earlier if each.at > now - DAY]
        return None if len(recent) < ASKS_MOST else recent[ASKS_MOST - 1] + DAY

    def puts_at(self, person: int, now: datetime) -> datetime | None:
        """When the other is asked; None: never, and nobody is told so."""
        if self.is_unwelcome or any(each.person == person for each in self.earlier):
            return None
        is_full = len(self.questions) >= QUESTIONS_MOST
        at = max(now, self.questions[QUESTIONS_MOST - 1] + DAY) if is_full else now
        return at if at <= now + OPEN_FOR - LEAST else None


@dataclass(frozen=True, slots=True)
class Asking:
    """An introduction to be kept. `puts_at` None: withheld. `request_id` is the same when it is asked again."""

    community: int
    origin: Origin
    member: Somebody
    why: str
    at: datetime
    puts_at: datetime | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Never:
    """A page of the people somebody is never introduced to, and how many there are."""

    people: Sequence[Person]
    total: int


class Introductions(Protocol):
    """The repository of introductions, and of who wants none."""

    async def standing(self, asker: int, asked: int, now: datetime) -> Standing:
        """What counts when one person asks for another. Both are locked until this unit of work ends."""

    async def requested(self, request_id: str, asker: int) -> Introduction | None:
        """What this request of theirs has made already."""

    async def ask(self, asking: Asking) -> Introduction:
        """Keep it."""

    async def put_to(self, id_: int, person: int) -> Introduction | None:
        """A question that was put to this person; None for any other, and for one that is withheld."""

    async def answer(self, id_: int, person: int, answer: Answer, now: datetime) -> bool:
        """Answer a question that was put to them. False where it cannot be any more: the first answer counts."""

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Introduction]:
        """Those of these ids that are still there, for what the scheduler does on their behalf."""

    async def ended(self, ids: Collection[int]) -> Sequence[Ended]:
        """Those of these ids, for telling whoever asked of their end; also where the other is gone."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Delete those that ended before then (housekeeping), at most so many; returns how many."""

    # --- who wants none --------------------------------------------------------------------------------------

    async def never(self, owner: int, offset: int, limit: int) -> Never:
        """Whom they are never introduced to, by name."""

    async def is_never(self, owner: int, other: int) -> bool:
        """Whether that person is on their list."""

    async def add_never(self, owner: int, other: int, now: datetime) -> None:
        """Never introduce them to that person. Open questions between the two are withheld from now on."""

    async def remove_never(self, owner: int, other: int) -> bool:
        """False when they were not on the list."""

    async def is_welcoming(self, person: int) -> bool:
        """Whether they take introductions at all."""

    async def welcome(self, person: int, is_welcoming: bool) -> None:
        """Set it. Open questions to somebody who takes none are withheld from now on."""

    # --- communities -----------------------------------------------------------------------------------------

    async def is_allowed(self, community: int) -> bool:
        """Whether organisers have introductions switched on; so they are to begin with."""

    async def allow(self, community: int, is_allowed: bool) -> None:
        """Switch them on or off."""
