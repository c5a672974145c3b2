"""Somebody's direct messages are closed: in the channel where they last spoke they hear that something waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.commands import Message, Services
from bot.domain.addresses import Channel, Direct
from bot.domain.closings import Untold
from bot.domain.delivery import Moot, Owed
from bot.features.readers import words_in
from bot.i18n import N_, Slash
from bot.markup import Mention, rich
from bot.ports import UnitOfWork
from bot.ui import Privacy, Reply

CLOSED = "closed"

LATE_MOST = timedelta(days=1)
"""Then they are tried again anyway."""


def notices(untold: Sequence[Untold], now: datetime) -> Sequence[Owed]:
    """What is owed to the channels where these people last spoke."""
    return [
        Owed(
            kind=CLOSED,
            subject=each.account,
            period=each.since.isoformat(timespec="seconds"),
            address=each.channel,
            community=each.community,
            facts={"account": each.direct.account, "name": each.direct.name},
            not_after=now + LATE_MOST,
            person=each.person,
        )
        for each in untold
    ]


async def tell(rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime) -> Sequence[Message | Moot]:
    """Everybody there reads it: no word of what waits, or of which kind it is."""
    directs = [_direct(row) for row in rows]
    closed = await uow.closings.closed(directs)
    messages: list[Message | Moot] = []
    for row, direct in zip(rows, directs, strict=True):
        home = None
        if isinstance(row.address, Channel) and (direct.platform, direct.account) in closed:
            home = await uow.people.home(row.address.platform, row.address.workspace)
        if home is None:
            messages.append(Moot("they can be reached again"))
            continue
        say = words_in(home.community.locale, home.community.zone, direct.platform, services)
        mention = Mention(direct.platform, direct.account, direct.name)
        text = say(
            N_(
                "Something waits for you, and I cannot write to you directly. Allow direct messages from members of"
                " this server or workspace, or from apps, and then use {command}: it comes at once."
                " Else I try again once a day."
            ),
            command=Slash("/help"),
        )
        messages.append(Message(Reply(rich(mention, "\n", text), privacy=Privacy.SHARED)))
    return messages


def _direct(row: Owed) -> Direct:
    return Direct(row.address.platform, str(row.facts["account"]), str(row.facts["name"]))
