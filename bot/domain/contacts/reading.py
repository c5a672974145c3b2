"""A file of people, whatever it is: told by what stands in it, not by its name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from bot.domain.contacts.octets import decoded, octets_of
from bot.domain.contacts.records import FromFile
from bot.domain.contacts.rows import header_of
from bot.domain.contacts.tables import read_table
from bot.domain.contacts.vcards import read_vcards

_CARD = re.compile(rb"^BEGIN:VCARD[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FIRST = re.compile(rb"\s*BEGIN:VCARD\s", re.IGNORECASE)


async def read_contacts(content: bytes, said: Mapping[str, str] | None = None) -> FromFile:
    """All people in a file; in a thread, since a large one takes a second. `said` is as `read_table` takes it.

    Time and memory are in proportion to the file, whatever stands in it. Raises Refused.
    """
    return await asyncio.to_thread(_read, content, said)


def _read(content: bytes, said: Mapping[str, str] | None) -> FromFile:
    octets = octets_of(content)
    if _FIRST.match(octets):
        return read_vcards(octets)
    text = decoded(octets)
    header = header_of(text)
    if not (header and header.is_known) and _CARD.search(octets.replace(b"\r", b"\n")):
        return read_vcards(octets)
    return read_table(text, said)
