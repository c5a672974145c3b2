"""The console as a platform: it reads lines, shows answers, and keeps what the bot posts in its journal."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO, assert_never
from zoneinfo import ZoneInfo

from adapters.console.clock import ConsoleClock
from adapters.console.inbound import CHANNEL, read_channel
from adapters.console.journal import PLATFORM, Journal, Post
from adapters.console.limits import LIMITS
from adapters.console.screen import PlainScreen, Screen
from adapters.console.talk import WORKSPACE, Journey, Talk
from bot.commands import Feature
from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Receipt
from bot.errors import Refused, Unreachable
from bot.fit import check
from bot.i18n import AS_DECLARED, N_
from bot.platform import Core, Introduces, Limits, NativeCalendar
from bot.ui import Reply

Works = Callable[[], Awaitable[datetime | None]]
"""Do everything that is due and owed now; the next moment (aware) at which something is, or None."""

ROUNDS = 200
"""Rounds of work at one moment before it is taken as stuck: each does all that it can."""


class Console:
    """One terminal, in which one person can be anybody."""

    name = PLATFORM
    limits: Limits = LIMITS
    calendar: NativeCalendar | None = None
    introductions: Introduces | None = None
    commands = AS_DECLARED
    is_connected = True

    def __init__(
        self,
        *,
        clock: ConsoleClock,
        work: Works,
        journal: Journal,
        features: Sequence[Feature],
        stdin: TextIO,
        stdout: TextIO,
        is_interactive: bool,
        zone: ZoneInfo,
        locale: str,
        history: Path | None = None,
        person: str = "you",
        channel: str = "general",
    ) -> None:
        """`zone` and `locale` are the reader's; `history` keeps what was typed in a terminal, if given."""
        self._clock = clock
        self._work = work
        self._journal = journal
        self._features = features
        self._stdin = stdin
        self._stdout = stdout
        self._is_interactive = is_interactive
        self._history = history
        self._zone, self._locale = zone, locale
        self._person, self._channel = person, channel
        self._talk: Talk | None = None
        self._on_the_way: list[Post] | None = None
        """What was posted while the clock is being moved; None while it runs by itself."""

    async def serve(self, core: Core) -> None:
        """Answer lines until `:quit` or the end of the input."""
        screen = self._screen()
        talk = Talk(
            core,
            screen,
            self._journal,
            self._clock,
            self._travel,
            self._features,
            self._zone,
            self._locale,
            self._person,
            self._channel,
        )
        self._talk = talk
        try:
            if self._is_interactive:
                talk.greet()
            while (line := await screen.read(talk.name, talk.channel, talk.completions)) is not None:
                if not await self._answer(talk, screen, line):
                    break
        except BrokenPipeError:
            self._hush()
        finally:
            self._talk = None
            screen.close()

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        """As Platform has it; raises ValueError for a message beyond the limits."""
        check(reply, LIMITS)
        _check_address(to)
        post = self._journal.post(to, key, self._clock.now(), reply)
        if self._on_the_way is not None:
            self._on_the_way.append(post)
        elif self._talk is not None:
            with suppress(BrokenPipeError):  # it stands in the journal; `serve` notices the pipe by itself
                self._talk.announce(post)
        return Receipt(to, str(post.id))

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        check(reply, LIMITS)
        _check_address(receipt.address)
        try:
            self._journal.edit(int(receipt.message), reply)
        except (KeyError, ValueError):
            raise Unreachable("the message is gone") from None

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        post = self._journal.find(to, key, since)
        return None if post is None else Receipt(to, str(post.id))

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        """Any name of letters, digits, - and _ is a channel here."""
        try:
            name = read_channel(typed)
        except Refused:
            return None
        return Channel(PLATFORM, WORKSPACE.id, name, name) if workspace == WORKSPACE.id else None

    def _screen(self) -> Screen:
        if not self._is_interactive:
            return PlainScreen(self._stdin, self._stdout)
        from adapters.console.prompt import PromptScreen  # 140 ms that scripts need not wait for

        return PromptScreen(self._stdout, self._history)

    async def _answer(self, talk: Talk, screen: Screen, line: str) -> bool:
        """Answer one line. In a terminal Ctrl-C stops it and nothing else."""
        if not self._is_interactive:
            return await talk.answer(line)
        task = asyncio.ensure_future(talk.answer(line))
        is_stopped = False

        def stop() -> None:
            nonlocal is_stopped
            is_stopped = True
            task.cancel()

        loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, stop)
        try:
            return await task
        except asyncio.CancelledError:
            if not is_stopped:
                task.cancel()
                raise
            screen.space()  # the terminal wrote ^C there
            talk.refuse(Refused(N_("Stopped.")))
            return True
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)

    async def _travel(self, target: datetime) -> Journey:
        """Move the clock to `target`, stopping wherever something is due."""
        self._on_the_way = []
        try:
            rounds, due = 0, await self._work()
            while due is not None and due <= target and rounds < ROUNDS:
                rounds = 0 if due > self._clock.now() else rounds + 1
                self._clock.move_to(due)
                due = await self._work()
            self._clock.move_to(target)
            return Journey(self._on_the_way, is_stuck=rounds >= ROUNDS)
        finally:
            self._on_the_way = None

    def _hush(self) -> None:
        # nobody reads any more; what is still buffered must not complain when the process ends
        with suppress(OSError, ValueError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._stdout.fileno())
            os.close(nothing)


def _check_address(address: Address) -> None:
    """Raise Unreachable for a place that is not in this console."""
    match address:
        case Channel(platform, workspace, id_):
            is_here = platform == PLATFORM and workspace == WORKSPACE.id and CHANNEL.fullmatch(id_) is not None
        case Direct(platform, account):
            is_here = platform == PLATFORM and bool(account.strip())
        case _:
            assert_never(address)
    if not is_here:
        raise Unreachable("there is no such place in the console")
