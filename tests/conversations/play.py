"""Plays a conversation: every `> ` line of a transcript is typed, and what is seen is the transcript.

What differs from one play to the next has a name: `CODE` is the one-time code that was made last, `PLATFORM` the
platform it is played on.
"""

from __future__ import annotations

import asyncio
import io
import re
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
from tests.conversations.pages import the_web

TYPED = "> "
NAME = "Console"
MADE = re.compile(r"^ .*link code:([0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)
"""A line that the bot said with a new code."""


def typed_lines(transcript: str) -> list[str]:
    """The lines somebody typed."""
    return [line.removeprefix(TYPED) for line in transcript.splitlines() if line.startswith(TYPED)]


class Typing(io.StringIO):
    """What is typed, with what differs in the place of its name; codes are `seen` before."""

    def __init__(self, lines: Sequence[str], seen: io.StringIO, platform: str) -> None:
        super().__init__("".join(f"{line}\n" for line in lines).replace("PLATFORM", platform))
        self._seen = seen

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # as typeshed's own StringIO has it
        line = super().readline(size)
        made = MADE.findall(self._seen.getvalue()) if "CODE" in line else []
        return line.replace("CODE", made[-1]) if made else line


def written(seen: io.StringIO, platform: str) -> str:
    """What was seen, as a transcript has it."""
    # what is said of one platform alone is said everywhere: "On Slack: …"
    text = re.sub(rf"(?<!On )\b{platform}(?=\)|: |$)", "PLATFORM", seen.getvalue(), flags=re.MULTILINE)
    for code in set(MADE.findall(text)):
        text = text.replace(code, "CODE")
    return text


async def play(lines: Sequence[str], database_url: str, now: datetime, *, with_sample: bool) -> str:
    """Type the lines into a console on that database, from that moment on; returns all that is seen."""
    settings = read_settings(
        _env_file=None, DATABASE_URL=database_url, GREENROOM_TIMEZONE="Europe/Berlin", GREENROOM_LOCALE="en"
    )
    clock = ConsoleClock(FixedClock(now))
    seen = io.StringIO()
    async with the_web() as web, compose(settings, clock, web) as bot:
        if with_sample:
            await fill(bot.database, now, OWNER, WORKSPACE, settings.timezone, settings.locale)
        bot.platforms[Console.name] = Console(
            clock=clock,
            work=bot.work,
            journal=Journal(),
            features=bot.features,
            stdin=Typing(lines, seen, NAME),
            stdout=seen,
            is_interactive=False,
            zone=ZoneInfo(settings.timezone),
            locale=settings.locale,
        )
        await bot.serve()
    return written(seen, NAME)


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
