"""Where lines come from and answers go to: text for a script, or a terminal that somebody looks at."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TextIO

from adapters.console.declare import Completion
from adapters.console.inbound import LINE_MOST
from adapters.console.outbound import View, plain_form, plain_reply, safe_line
from bot.ui import Answer, Reply

Completes = Callable[[str], Awaitable[Sequence[Completion]]]

BUFFER = 1 << 20
"""Bytes of one line; the longest line that is answered is far shorter."""


class Screen(Protocol):
    """What the console reads from and shows on."""

    async def read(self, who: str, where: str, completes: Completes) -> str | None:
        """The next line, without its end; None when there are no more. Empty lines are passed over."""

    def show(self, answer: Answer, view: View, first: int = 1) -> None:
        """Show an answer, its controls numbered from `first`. Raises BrokenPipeError when nobody reads."""

    def space(self) -> None:
        """Leave a line empty."""

    def close(self) -> None:
        """Give the terminal or pipe back as it was."""


class PlainScreen:
    """Text without colour, prompt or wrapping; each line that is read is echoed after `> `."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._lines = Lines(stdin)
        self._stdout = stdout
        self._has_begun = False

    async def read(self, who: str, where: str, completes: Completes) -> str | None:
        while (line := await self._lines.next()) is not None:
            if line.strip():
                said = safe_line(line.strip())
                echo = said if len(said) <= LINE_MOST else f"{said[:80]}…"
                self._write(f"\n> {echo}" if self._has_begun else f"> {echo}")
                return line
        return None

    def show(self, answer: Answer, view: View, first: int = 1) -> None:
        self._write(plain_reply(answer, view, first) if isinstance(answer, Reply) else plain_form(answer, view))

    def space(self) -> None:
        self._write("")

    def close(self) -> None:
        self._lines.close()

    def _write(self, text: str) -> None:
        self._has_begun = True
        self._stdout.write(f"{text}\n")
        self._stdout.flush()


class Lines:
    """The lines of a text stream, without holding up the rest of the process while a pipe is silent."""

    def __init__(self, stdin: TextIO) -> None:
        self._stdin = stdin
        self._reader: asyncio.StreamReader | None = None
        self._transport: asyncio.ReadTransport | None = None
        self._is_open = False

    async def next(self) -> str | None:
        """The next line without its end, or None. What is not UTF-8 becomes replacement characters."""
        if not self._is_open:
            self._is_open = True
            await self._open()
        if self._reader is not None:
            line = await self._from_pipe(self._reader)
        else:
            buffer = getattr(self._stdin, "buffer", None)  # text streams in memory have none
            line = buffer.readline() if buffer is not None else self._stdin.readline().encode(errors="replace")
        return line.decode(errors="replace").rstrip("\r\n") if line else None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            # the pipe is shared with whoever started us, and so is its mode
            os.set_blocking(self._stdin.fileno(), True)

    async def _open(self) -> None:
        try:
            descriptor = self._stdin.fileno()
        except (OSError, ValueError):
            return  # in memory: always ready
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)):
            return  # a file or /dev/null: always ready, and no event loop can wait for one
        reader = asyncio.StreamReader(limit=BUFFER)
        pipe = os.fdopen(os.dup(descriptor), "rb", buffering=0)
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        self._reader = reader

    async def _from_pipe(self, reader: asyncio.StreamReader) -> bytes:
        line = b""
        while True:
            try:
                return line + await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                return line + error.partial
            except asyncio.LimitOverrunError as error:
                # too long to be answered; its beginning stands for it
                line = line or (await reader.readexactly(error.consumed))
                await reader.read(error.consumed)
