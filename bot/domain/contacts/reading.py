"""A file of people, whatever it is: told by what stands in it, not by its name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from bot.domain.contacts.records import FromFile
from bot.domain.contacts.tables import decoded, read_table
from bot.domain.contacts.vcards import read_vcards


async def read_contacts(content: bytes, columns: Mapping[str, str] | None = None) -> FromFile:
    """All people in a file; in a thread, since a large one takes some seconds. Raises Refused."""
    return await asyncio.to_thread(_read, content, columns)


def _read(content: bytes, columns: Mapping[str, str] | None) -> FromFile:
    text = decoded(content)
    if re.search(r"(?im)^\s*BEGIN:VCARD\s*$", text):
        return read_vcards(text)
    return read_table(text, columns)
