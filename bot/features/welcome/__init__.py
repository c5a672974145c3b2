"""The first words in a workspace that the bot was added to: what to set up, and what becomes of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands import ASK, Message, Services
from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Moot, Owed
from bot.domain.people import KEPT_AFTER_REMOVAL, Account, Home, Joined
from bot.i18n import AS_DECLARED, N_, Words
from bot.markup import Bold, Code, joined, rich
from bot.platform import Platform
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card, Reply, Style

GREETING = "greeting"

LATE_MOST = timedelta(days=3)
"""Whoever added the bot longer ago has found their way."""


def greetings(told: Joined, by: Account | None, channel: Channel | None, now: datetime) -> Sequence[Owed]:
    """What is owed for one joining: a direct message to whoever added the bot, else a note in `channel`."""
    direct = None if by is None else Direct(by.platform, by.id, by.name)
    places: list[Address] = [place for place in (direct, channel) if place is not None]
    if not places:
        return ()
    greeting = Owed(
        kind=GREETING,
        subject=told.home.id,
        period=now.isoformat(timespec="seconds"),
        address=places[0],
        community=told.home.community.id,
        facts={"is_back": told.is_back},
        not_after=now + LATE_MOST,
        otherwise=places[1] if len(places) > 1 else None,
    )
    return (greeting,)


async def greet(rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime) -> Sequence[Message | Moot]:
    homes: Mapping[int, Home] = {home.id: home for home in await uow.people.homes([row.subject for row in rows])}
    messages: list[Message | Moot] = []
    for row in rows:
        home = homes.get(row.subject)
        if home is None or home.is_removed:
            messages.append(Moot("the bot was removed again"))
            continue
        messages.append(Message(greeting(home, services.platforms.get(row.address.platform), row.facts, row.address)))
    return messages


def greeting(home: Home, platform: Platform | None, facts: Mapping[str, object], address: Address) -> Reply:
    """The words for a workspace that is new, or for one that is back."""
    community = home.community
    say = Words(community.locale, ZoneInfo(community.zone), platform.commands if platform else AS_DECLARED)
    if facts.get("is_back"):
        return Reply(rich(say(N_("Welcome back to {name}: everything is as it was."), name=home.workspace.name)))
    has_calendar = platform is not None and platform.calendar is not None
    steps = [
        (N_("Set up a weekly digest of what is coming up:"), "/digest set"),
        (N_("Add events; whoever runs me can bring in a whole calendar:"), "/event add"),
    ]
    if has_calendar:
        steps.append((N_("Show the events in this server's own calendar too:"), "/event mirror"))
    steps.append((N_("See all that I can do:"), "/help"))
    lines = [rich(say(what), " ", Code(say.command(command))) for what, command in steps]
    text = say(N_("Hello! I keep the calendar of {name} now."), name=home.workspace.name)
    facts_card = say(
        N_("Times are those of {zone}. If I am removed, what was kept here stays for {days} days, and then goes."),
        zone=community.zone,
        days=say.number(KEPT_AFTER_REMOVAL.days),
    )
    # in a direct message a form would not know which workspace is meant
    controls: tuple[Button, ...] = ()
    if isinstance(address, Channel):
        controls = (Button(say(N_("Set up a digest")), Action(ASK, "digest set"), Style.PRIMARY),)
    return Reply(
        rich(text),
        (
            Card(rich(Bold(say(N_("What to set up first")))), joined(lines, "\n"), controls=controls),
            Card(body=rich(facts_card)),
        ),
    )
