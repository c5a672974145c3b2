"""Members of a community as others name them: by a mention, by picking them, or by typing their name.

A mention is `<@id>`, as platforms write it, or `<@platform:id|name>`, which is how the core keeps it: the name is
there only where a platform itself said who the id is, so that an account nobody here has seen can be named as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.people import Account
from bot.domain.text import clean_line

NAME_MOST = 100
"""Characters of a name that a mention carries."""

_MENTION = re.compile(r"<@!?(?:(?P<platform>[a-z]+):)?(?P<id>[^|<>\s]{1,100})(?:\|(?P<name>.*))?>")


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whoever was named: an account, and the id of the person behind it. What else is theirs stays with them."""

    account: Account
    person: int


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An account as a mention names it; `is_known` when the mention says its name."""

    account: Account
    is_known: bool


def mention_of(account: Account) -> str:
    """An account of which a platform said who it is, as it is kept in forms and drafts."""
    name = clean_line(account.name)[:NAME_MOST].strip() or account.id
    return f"<@{account.platform}:{account.id}|{name}>"


def mentioned(text: str, platform: str) -> Mentioned | None:
    """The account of a mention, on `platform` where it says no other; None for any other text."""
    found = _MENTION.fullmatch(text.strip())
    if found is None:
        return None
    account = Account(found["platform"] or platform, found["id"], found["name"] or "")
    return Mentioned(account, is_known=bool(account.name))


class Members(Protocol):
    """The repository of who may be named in a community: those who acted in it, by their accounts there."""

    async def of_account(self, community: int, account: Account) -> Somebody | None:
        """A member by one of their accounts; None for anybody else."""

    async def named(self, community: int, typed: str, platform: str) -> Sequence[Somebody]:
        """Members of whose name `typed` is a part, however it is spelt: those called exactly that first, then by name.

        Each stands there once, with their account on `platform` if they have one.
        """
