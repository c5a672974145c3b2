"""Accounts that take no direct messages: what waits for them, and where they are told that something does.

docs/delivery.md says what is promised.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Claimed, Outcome

WAITS_FOR = timedelta(days=7)
"""So long a row waits for its person to be reachable."""

TRIED_EVERY = timedelta(days=1)
"""One try for an account, whatever waits for it: Discord counts direct messages that it refuses."""

PAUSE = timedelta(minutes=1)
"""So long after a try in vain nothing is tried again, however much they speak to the bot."""

TOLD_EVERY = timedelta(days=8)
"""Somebody is owed no two notes in channels within this: as one may come a day late, no two are seen in a week."""


@dataclass(frozen=True, slots=True)
class Untold:
    """Somebody who was not told yet that something waits for them: where they last spoke, and for which community."""

    person: int
    account: int
    direct: Direct
    channel: Channel
    community: int
    since: datetime


class Closings(Protocol):
    """The repository of accounts that take no direct messages."""

    async def closed(self, accounts: Collection[Direct]) -> Mapping[tuple[str, str], datetime]:
        """Those that are known to be closed, by platform and account: when each may be tried next."""

    async def hold(self, settled: Sequence[tuple[Claimed, Outcome]]) -> None:
        """Lock the accounts that these rows are for. To be called before the rows are settled: whoever locks both
        an account and what is owed to it begins with the account.
        """

    async def note(self, settled: Sequence[tuple[Claimed, Outcome]], now: datetime) -> Sequence[Untold]:
        """Learn from outcomes, after they are settled, who is closed and who is open again.

        What waits for somebody who is open is due now. Of what waits for somebody closed, the row owed first is due
        when they may be tried next. Returns whom to tell; they count as told.
        """

    async def spoke(self, account: int, now: datetime) -> None:
        """Its owner spoke to the bot: what waits for it, if anything, is tried now, but for `PAUSE`."""
