"""A feature that asks for every kind of argument a platform has a part of its own for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from bot import params
from bot.commands import Command, Feature, Services
from bot.domain.addresses import Channel
from bot.domain.cadences import Cadence
from bot.domain.members import Somebody
from bot.domain.patterns import Pattern
from bot.domain.quiet import Quiet
from bot.markup import rich
from bot.params import (
    ChannelParam,
    Choice,
    Choices,
    Leads,
    Member,
    Number,
    QuietHours,
    Text,
    Upload,
    WhenOrEvery,
    Whole,
    shortened,
)
from bot.request import Request, Uploaded
from bot.ui import Reply

LEVELS = {"low": "Low", "high": "High"}
WAYS = {"up": "Upwards", "down": "Downwards", "along": "Along"}
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Every:
    file: Annotated[Uploaded, Upload("File", "A list of people", most=MOST, endings=(".csv", ".txt"))]
    who: Annotated[Somebody, Member("Who", "Whom you met")]
    text: Annotated[str, Text("Words", "One line")] = ""
    notes: Annotated[str, Text("Notes", "Several lines", is_long=True)] = ""
    level: Annotated[str, Choice("Level", "How well", LEVELS)] = "low"
    ways: Annotated[tuple[str, ...], Choices("Ways", "Which ways", WAYS)] = ()
    channel: Annotated[Channel | None, ChannelParam("Channel", "Where you met")] = None
    times: Annotated[int, Whole("Times", "How often")] = 1
    score: Annotated[Decimal, Number("Score", "How good")] = Decimal(1)
    when: Annotated[Pattern | None, WhenOrEvery("When", "friday 8pm, every Monday 9:00")] = None
    often: Annotated[Cadence | None, params.Every("Often", "every 6 weeks")] = None
    leads: Annotated[tuple[timedelta, ...], Leads("Before", "1 day, 2 hours")] = ()
    quiet: Annotated[Quiet | None, QuietHours("Quiet", "22:00-8:00")] = None


async def every(ask: Every, _request: Request, _services: Services) -> Reply:
    said = f"{ask.who.account.name}, {ask.level}, {ask.times} × {ask.score}, {ask.text}"
    held = f"{ask.file.name}: {ask.file.media_type}, {ask.file.size} B, {shortened(ask.file.content.decode())}"
    return Reply(rich(f"{said}\n{held}"))


KINDS = Feature(
    "try", "Every kind of argument", (Command("every", "Try every kind", Every, every, "/try every who:@tom"),)
)
