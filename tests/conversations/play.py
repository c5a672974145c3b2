"""Plays a conversation: every `> ` line of a transcript is typed, and what is seen is the transcript."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.console.client import Console
from adapters.console.clock import ConsoleClock
from adapters.console.journal import Journal
from adapters.console.talk import WORKSPACE
from bot.compose import compose
from bot.compose.console import OWNER
from bot.sample import fill
from bot.settings import read_settings
from tests.clocks import FixedClock

TYPED = "> "


def typed_lines(transcript: str) -> list[str]:
    """The lines somebody typed."""
    return [line.removeprefix(TYPED) for line in transcript.splitlines() if line.startswith(TYPED)]


async def play(lines: Sequence[str], database_url: str, now: datetime, *, with_sample: bool) -> str:
    """Type the lines into a console on that database, from that moment on; returns all that is seen."""
    settings = read_settings(
        _env_file=None, DATABASE_URL=database_url, GREENROOM_TIMEZONE="Europe/Berlin", GREENROOM_LOCALE="en"
    )
    clock = ConsoleClock(FixedClock(now))
    seen = io.StringIO()
    async with compose(settings, clock) as bot:
        if with_sample:
            await fill(bot.database, now, OWNER, WORKSPACE, settings.timezone, settings.locale)
        bot.platforms[Console.name] = Console(
            clock=clock,
            work=bot.work,
            journal=Journal(),
            features=bot.features,
            stdin=io.StringIO("".join(f"{line}\n" for line in lines)),
            stdout=seen,
            is_interactive=False,
            zone=ZoneInfo(settings.timezone),
            locale=settings.locale,
        )
        await bot.serve()
    return seen.getvalue()


def main() -> None:
    """Write every transcript anew as it is seen now: `python -m tests.conversations.play`; read the diff."""
    import tempfile

    from storage.database import migrate
    from tests.conversations.test_conversations import CONVERSATIONS, START, is_sampled

    for path in CONVERSATIONS:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/play.db"
            asyncio.run(migrate(url))
            text = path.read_text(encoding="utf-8")
            seen = asyncio.run(play(typed_lines(text), url, START, with_sample=is_sampled(path)))
            Path(path).write_text(seen, encoding="utf-8")


if __name__ == "__main__":
    main()
