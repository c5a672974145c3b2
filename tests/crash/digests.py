"""What whole bots deliver while they are killed: a digest in a channel of each of many communities."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TypeVar

from bot.domain.addresses import Channel
from bot.domain.delivery import Due
from bot.domain.digests import DIGEST, Digest
from bot.domain.events import Details, NewEvent, Slot, Timing
from bot.domain.people import Workspace
from storage.database import Database
from tests.crash.processes import Fake, Workers, until_settled

Place = TypeVar("Place")

HOMES = 200
KILLS = 30
LONG_EVERY = 5
"""Of so many communities one has a digest of two messages; the others have a single event."""
LONG_EVENTS = 6
MESSAGES = HOMES + HOMES // LONG_EVERY


async def fill(database: Database, rooms: Sequence[Channel]) -> dict[str, list[str]]:
    """A community with events for each channel, and a digest that is due there now. What each should tell of, by id."""
    now = datetime.now(UTC)
    expected: dict[str, list[str]] = {}
    async with database.writing() as uow:
        for number, room in enumerate(rooms):
            workspace = Workspace(room.platform, room.workspace, f"home {number + 1}")
            joined = await uow.people.join(workspace, zone="UTC", locale="en", now=now)
            assert joined is not None
            community = joined.home.community.id
            titles: list[str] = []
            for day in range(1, 1 + (1 if number % LONG_EVERY else LONG_EVENTS)):
                starts = datetime.combine(now.date() + timedelta(days=day), time(19))
                timing = Timing(starts, starts + timedelta(hours=2), "UTC")
                aware = starts.replace(tzinfo=UTC)
                slot = Slot(starts, aware, aware + timedelta(hours=2))
                titles.append(f"Night {day} at house {number}")
                await uow.events.add(community, NewEvent(Details(titles[-1]), timing), [slot], now)
            digest = Digest(0, community, room, (now.weekday() + 3) % 7, time(9), "UTC")
            kept = await uow.digests.add(digest, now)
            await uow.due.put(Due(DIGEST, kept.id, now - timedelta(seconds=1)))
            expected[room.id] = titles
    return expected


async def kill_meanwhile(database: Database, fake: Fake, workers: Workers[Place], random: Random) -> None:
    """Kill workers while they deliver, and return when all is delivered."""
    for kill in range(KILLS):
        # Half of them by progress, so that they spread over all of the work; the others follow soon, so that they
        # fall on a process that logs in, hears of its workspaces, claims or asks what was seen.
        if kill % 2 == 0:
            await fake.until(kill * (MESSAGES - 10) // KILLS)
        # The moment itself is what is tried: only a real pause can end anywhere.
        await asyncio.sleep(random.uniform(0, 0.05 if kill % 2 == 0 else 0.6))
        workers.kill(random.randrange(len(workers)))
    await until_settled(database, MESSAGES)


async def check(database: Database, expected: Mapping[str, Sequence[str]], posts: Sequence[tuple[str, str]]) -> None:
    """Each event was seen once in the channel of its community, in order. `posts` are channels and words in order."""
    channels: defaultdict[str, list[list[str]]] = defaultdict(list)
    for channel, words in posts:
        channels[channel].append(re.findall(r"Night \d+ at house \d+", words))
    seen = {channel: [title for titles in several for title in titles] for channel, several in channels.items()}
    assert seen == expected
    assert Counter(len(several) for several in channels.values()) == {
        1: HOMES - HOMES // LONG_EVERY,
        2: HOMES // LONG_EVERY,
    }
    async with database.reading() as uow:
        lines = await uow.outbox.lines(None, 2 * MESSAGES)
    assert Counter(line.state for line in lines) == {"sent": MESSAGES}
