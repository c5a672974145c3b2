"""The console in a real terminal: a process behind a pseudo-terminal, keys in, what is drawn out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVING = """
import asyncio, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from adapters.console.client import Console
from adapters.console.clock import ConsoleClock
from adapters.console.journal import Journal
from bot.domain.addresses import Channel
from bot.markup import rich
from bot.ui import Reply
from bot.request import Typed
from tests.adapters.console.harness import StillClock
from tests.adapters.console.test_console import MANY
from tests.adapters.console.test_declare import FEATURES
from tests.platforms.contract import SaidCore

class Core(SaidCore):
    async def handle(self, incoming):
        match incoming.asked:
            case Typed("/wait"):
                print("begun", flush=True)
                await asyncio.Event().wait()
            case Typed("/many"):
                return MANY
        return Reply(rich("Heard ", getattr(incoming.asked, "text", "a press")))

async def work():
    return None

def post():
    events = Channel("console", "local", "events", "events")
    posts.append(asyncio.ensure_future(console.send(events, Reply(rich("This week")), "k")))

async def serve():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, post)
    await console.serve(Core())

posts = []
console = Console(
    clock=ConsoleClock(StillClock()), work=work, journal=Journal(), features=FEATURES, stdin=sys.stdin,
    stdout=sys.stdout, is_interactive=True, zone=ZoneInfo("Europe/Berlin"), locale="en",
    history=Path(sys.argv[1]),
)
asyncio.run(serve())
print("ended well")
"""

DRAWING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x1b\x07]*(?:\x07|\x1b\\)|\x1b[=>]")


class Terminal:
    """A process and its terminal; `until` reads what is drawn."""

    def __init__(self, history: Path) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVING, history],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"},
        )
        os.close(theirs)
        self._raw = ""
        self._read = 0

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, text: str) -> str:
        """What was drawn since the last time up to and with `text`; colours and movements left out."""
        while True:
            drawn = DRAWING.sub("", self._raw).replace("\u00a0", " ")
            at = drawn.find(text, self._read)
            if at >= 0:
                begin, self._read = self._read, at + len(text)
                return drawn[begin : self._read]
            ready, _, _ = select.select([self._ours], [], [], 30)
            assert ready, f"{text!r} was not drawn, but {drawn[self._read :]!r}"
            try:
                self._raw += os.read(self._ours, 65_536).decode(errors="replace")
            except OSError:
                pytest.fail(f"it ended before {text!r} was drawn: {drawn[self._read :]!r}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "greenroom.history")
    yield terminal
    terminal.close()


def test_somebody_types_and_is_answered_until_they_leave(terminal: Terminal, tmp_path: Path) -> None:
    assert "/help shows what I can do" in terminal.until("you #general> ")
    terminal.type("/event find\r")
    drawn = terminal.until("Heard /event find")
    assert "(only you see this)" in drawn
    terminal.until("you #general> ")
    terminal.type(":as mara\r:in events\r")
    terminal.until("mara #events> ")
    terminal.type("\x04")
    terminal.until("ended well")
    assert terminal.process.wait(30) == 0
    history = tmp_path / "greenroom.history"
    assert "/event find" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


def test_what_could_follow_is_offered_while_typing(terminal: Terminal) -> None:
    terminal.until("you #general> ")
    terminal.type("/e")
    terminal.until("Events")  # the command's help stands beside it
    terminal.type("\tfi")
    terminal.until("Find events")
    terminal.type("\tne")
    terminal.until("City to search around")
    terminal.type("\tBer")
    terminal.until("Berlin, DE")
    terminal.type("\t\r")
    terminal.until('Heard /event find near:"Berlin, DE"')
    terminal.type("/many\r")
    terminal.until("5 Next]")
    terminal.type(":press n")
    terminal.until("5 Next")
    terminal.type("\t\r")
    terminal.until("Heard a press")


def test_ctrl_c_forgets_the_line(terminal: Terminal) -> None:
    terminal.until("you #general> ")
    terminal.type("/nonsense")
    terminal.until("nonsense")
    terminal.type("\x03")
    terminal.until("you #general> ")
    terminal.type(":now\r")
    drawn = terminal.until("It is now")
    assert "Heard" not in drawn


def test_ctrl_c_stops_what_takes_too_long_and_nothing_else(terminal: Terminal) -> None:
    terminal.until("you #general> ")
    for _ in range(2):
        terminal.type("/wait\r")
        terminal.until("begun")
        os.killpg(terminal.process.pid, signal.SIGINT)
        terminal.until("! Stopped.")
        terminal.until("you #general> ")
    terminal.type(":quit\r")
    terminal.until("ended well")


def test_a_post_that_comes_while_somebody_types_stands_above_the_line(terminal: Terminal) -> None:
    terminal.until("you #general> ")
    terminal.type("half a li")
    terminal.until("half a li")
    terminal.process.send_signal(signal.SIGUSR1)
    terminal.until("#events: Greenroom posted “This week” — :channel events")
    terminal.until("half a li")
    terminal.type("ne\r")
    terminal.until("I answer commands")
