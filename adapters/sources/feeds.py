"""Reads feeds, each in a process of its own: iCalendar as `icalendar` does, RSS and Atom alike."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from adapters.sources.feeds_xml import NO_FEED
from adapters.sources.icalendar import AT_ONCE, Caps, Lines, read_calendar
from adapters.sources.icalendar_wire import decode
from adapters.sources.pages_text import encoding_of
from adapters.sources.processes import start, stop
from bot.domain.events import TITLE_MOST, Skipped, SourceEvent
from bot.domain.text import clean_line, clip
from bot.errors import Refused
from bot.i18n import N_

_CHILD = "adapters.sources.feeds_child"
_NAME = re.compile(
    rb"^(?:X-WR-CALNAME|NAME)(?:;[^:\r\n]{0,200})?:([^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,20})", re.IGNORECASE | re.MULTILINE
)
_NAME_WITHIN = 20_000
_FOLD = re.compile(rb"\r?\n[ \t]")
_END = b"END:VCALENDAR"
_END_WITHIN = 1_000

CAPS = Caps(bytes=5_000_000, events=20_000, seconds=20, memory=500_000_000)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a feed says, in its own order. `is_whole` as in `Polled`."""

    name: str
    events: tuple[SourceEvent, ...]
    skipped: tuple[Skipped, ...]
    is_whole: bool


def is_calendar(body: bytes, media: str = "") -> bool:
    """Whether it is iCalendar, by what it says it is or by how it begins."""
    begins = body[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper()
    return begins == b"BEGIN:VCALENDAR" or (media == "text/calendar" and not begins.startswith(b"<"))


async def read_feed(body: bytes, *, media: str, charset: str, url: str, zone: str, caps: Caps = CAPS) -> Heard:
    """All of the feed that was found at `url`. `zone` (IANA) is where times are that name none.

    Raises Refused for what is no feed or exceeds the caps. The process is gone when this ends, however it ends.
    """
    if is_calendar(body, media):
        async with aclosing(read_calendar(body, zone=zone, charset=charset, caps=caps)) as told:
            heard = await _heard(_calendar_name(body, charset), told, is_whole=True)
        if _END not in body[-_END_WITHIN:].replace(b"\0", b"").upper():  # without the zeros of UTF-16
            # a server gave up in the middle: what stands behind that is not cancelled
            raise Refused(N_("The feed breaks off before its end, and is not taken. Try later."))
        return heard
    if not body.strip():
        raise Refused(NO_FEED)
    process = await start(_CHILD, zone, charset[:40] or "-", str(caps.seconds), str(caps.memory))
    try:
        lines = Lines(process, caps.seconds)
        await lines.send(url.encode() + b"\n" + body)  # an address may be a secret, which arguments are not
        name, first = "", await lines.receive()
        if first and first[0].startswith(b'["name"'):
            name = str(json.loads(first.pop(0))[1])
        heard = await _heard(name, _items(first, lines), is_whole=False)
        if await lines.end():
            raise Refused(N_("Reading the feed takes too much time or memory. Tell whoever makes it."))
        return heard
    finally:
        await stop(process)


async def _items(first: list[bytes], lines: Lines) -> AsyncIterator[SourceEvent | Skipped]:
    batch, is_more = first, True
    while is_more:
        for number, line in enumerate(batch):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
            told = decode(line)
            if isinstance(told, Refused):
                raise told
            yield told
        batch = await lines.receive()
        is_more = bool(batch)


async def _heard(name: str, told: AsyncIterator[SourceEvent | Skipped], *, is_whole: bool) -> Heard:
    events: list[SourceEvent] = []
    skipped: list[Skipped] = []
    async for each in told:
        if isinstance(each, SourceEvent):
            events.append(each)
        else:
            skipped.append(each)
    return Heard(clip(clean_line(name), TITLE_MOST), tuple(events), tuple(skipped), is_whole)


def _calendar_name(body: bytes, charset: str) -> str:
    found = _NAME.search(body[:_NAME_WITHIN].partition(b"BEGIN:VEVENT")[0])
    said = _FOLD.sub(b"", found[1]) if found else b""
    try:
        text = said.decode()
    except UnicodeDecodeError:
        text = said.decode(encoding_of(charset) or "cp1252", "replace")
    return re.sub(r"\\(.)", lambda escaped: " " if escaped[1] in "nN" else escaped[1], text)
