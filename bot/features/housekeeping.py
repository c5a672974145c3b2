"""What is tidied once a day: drafts and codes that expired, rows long settled, introductions long over, lines of
the audit, proposals decided upon, workspaces long left, series laid out further, and what is private sealed anew under
a new key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.commands import Fallen, Services
from bot.domain.audit import KEPT_FOR as AUDIT_KEPT_FOR
from bot.domain.delivery import Due
from bot.domain.gigs import KEPT_FOR as GIG_KEPT_FOR
from bot.domain.introductions import KEPT_FOR as INTRODUCTION_KEPT_FOR
from bot.domain.people import KEPT_AFTER_REMOVAL
from bot.domain.proposals import KEPT_FOR as PROPOSAL_KEPT_FOR
from bot.ports import HEARD_FOR, UnitOfWork

HOUSEKEEPING = "housekeeping"
EVERY = timedelta(days=1)
KEPT_FOR = timedelta(days=90)
"""How long settled outbox rows stay: a redelivered cause finds its row and is not owed again."""

AT_ONCE = 200
"""Series and rows tidied in one transaction; with more, it goes on a little later."""

HEARD_AT_ONCE = 10_000
"""They are small and there are many: one for each button that was pressed."""

RESEALED_AT_ONCE = 300
"""Connections indexed, or sealed anew, in one transaction, each with all that is written about it."""

HOMES_AT_ONCE = 5
"""Workspaces forgotten in one transaction: with the last one of a community thousands of rows go."""


async def tidy(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Falls due once a day, and again soon while there is more to do."""
    await uow.drafts.sweep(now)
    await uow.linking.sweep(now)
    swept = await uow.outbox.sweep(now - KEPT_FOR, AT_ONCE)
    unheard = await uow.heard.sweep(now - HEARD_FOR, HEARD_AT_ONCE)
    await uow.installations.sweep(now - KEPT_AFTER_REMOVAL)
    extended = await uow.events.extend(now, AT_ONCE)
    ended = await uow.introductions.sweep(now - INTRODUCTION_KEPT_FOR, AT_ONCE)
    swept = max(swept, await uow.audit.sweep(now - AUDIT_KEPT_FOR, AT_ONCE))
    over = await uow.gigs.sweep(now - GIG_KEPT_FOR, AT_ONCE)
    swept = max(swept, await uow.proposals.sweep(now - PROPOSAL_KEPT_FOR, AT_ONCE))
    forgotten = await uow.people.forget_removed(now - KEPT_AFTER_REMOVAL, HOMES_AT_ONCE, now)
    resealed = await uow.connections.reseal(RESEALED_AT_ONCE)
    resealed = max(resealed, await uow.reminders.reseal(RESEALED_AT_ONCE), await uow.goals.reseal(RESEALED_AT_ONCE))
    is_done = max(swept, extended, ended, over) < AT_ONCE and unheard < HEARD_AT_ONCE and len(forgotten) < HOMES_AT_ONCE
    wait = EVERY if is_done else timedelta(minutes=1)
    again = now + (wait if resealed < RESEALED_AT_ONCE else timedelta(seconds=1))  # somebody's import waits for it
    return [Fallen(row, again) for row in rows]
