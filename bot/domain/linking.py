"""Linking: accounts that are one person's, workspaces that are one community's, by a one-time code."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from bot.domain.people import Account, Home, Origin

LASTS = timedelta(minutes=10)
"""How long a code can be used."""

WRONG_MOST = 5
"""Wrong codes that one person may try within `LASTS`."""

ACCOUNTS_MOST = 10
"""Of one person."""
HOMES_MOST = 10
"""Workspaces of one community."""

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""None that looks like another: no 0 and O, no 1, I and L."""
GROUP = 4
LENGTH = 2 * GROUP
"""31 ** 8 codes: somebody with five guesses finds one of a million codes in use once in 170,000 tries."""


def new_code() -> str:
    """A code that nobody can guess, as people read it: "K7QF-2MXA"."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def read_code(typed: str) -> str | None:
    """The code that was typed, as `new_code` writes it; None for what cannot be one."""
    letters = "".join(letter for letter in typed.upper() if letter not in " -–—_`")
    if len(letters) != LENGTH or not set(letters) <= set(LETTERS):
        return None
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def hash_of(code: str) -> str:
    """What is kept of a code: enough to know it again."""
    return sha256(f"greenroom code\n{code}".encode()).hexdigest()


class Purpose(StrEnum):
    """What a code links."""

    COMMUNITY = "community"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Offer:
    """A code that can be used, and who made it where. Person and community are as they are now."""

    purpose: Purpose
    person: int
    account: Account
    home: Home | None
    """The workspace it was made in, for a community's."""
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """No code that can be used. `left`: how many more may be tried within `LASTS`."""

    left: int


class Linking(Protocol):
    """The repository of one-time codes, and of what they bring together and what parts again.

    Whoever joins or parts is locked, so that of two who do it at once the second sees what the first did.
    """

    async def offer(self, code: str, purpose: Purpose, origin: Origin, now: datetime) -> None:
        """Keep a code of theirs for `LASTS`, in the place of an older one of this purpose from the same place."""

    async def offered(self, code: str, person: int, now: datetime) -> Offer | Wrong:
        """What a code, tried by a person, stands for. A wrong one is counted; after `WRONG_MOST` all are wrong."""

    async def use(self, code: str, now: datetime) -> bool:
        """Use it up; False when it was used, or is not there any more. Of several at once one is the first."""

    async def sweep(self, now: datetime) -> None:
        """Forget codes and tries that count no more (housekeeping)."""

    # --- communities -----------------------------------------------------------------------------------------

    async def join(self, community: int, into: int, now: datetime) -> bool:
        """Let all that is one community's become another's, which stays. The same event of both becomes one, its
        answers together, the newest of each person counting; a place counts more than one in line, and nobody loses
        theirs. Ids that buttons carry stay good.

        False when one of the two is not there any more.
        """

    async def part(self, home: int, now: datetime) -> int | None:
        """Give a workspace a community of its own, and return it; None when it has one already.

        It takes along what was made in it, and what posts in it. Of coming events each side keeps, or gets a copy.
        Everywhere the answers are those of its own members. Ids that buttons carry stay good.
        """

    # --- people ----------------------------------------------------------------------------------------------

    async def join_people(self, person: int, into: int, now: datetime) -> bool:
        """Let all that is one person's become another's, who stays; of two answers the newest counts, of two places in
        line the earlier. False when one of them is not there any more.
        """

    async def part_person(self, account: int, now: datetime) -> int | None:
        """Give an account a person of its own, with what came from it, and return them; None when it has one."""


def others(homes: Sequence[Home], home: int) -> list[str]:
    """The names of a community's workspaces but one, with their platforms: "The Club (discord)"."""
    return [named(each) for each in homes if each.id != home]


def named(home: Home) -> str:
    return f"{home.workspace.name} ({platform_name(home.workspace.platform)})"


def platform_name(platform: str) -> str:
    """As people write it: "Discord"."""
    return platform.capitalize()
