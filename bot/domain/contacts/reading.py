"""A file of people, whatever it is: told by what stands in it, not by its name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from bot.domain.contacts.columns import count_known
from bot.domain.contacts.records import FILE_MOST, FromFile
from bot.domain.contacts.tables import read_table
from bot.domain.contacts.vcards import read_vcards
from bot.domain.files.octets import decoded, octets_of
from bot.domain.files.rows import header_of
from bot.errors import Refused
from bot.i18n import N_

_CARD = re.compile(rb"^BEGIN:VCARD[ \t]*$", re.IGNORECASE | re.MULTILINE)
_FOREIGN = re.compile(rb'\s*(?:<(?:!doctype|html|\?xml|!--)|[\[{]\s*["{\[\]}]|BEGIN:VCALENDAR\s)', re.IGNORECASE)
"""How text begins that is of another kind: a page, JSON, a calendar."""
_FIRST = re.compile(rb"\s*BEGIN:VCARD\s", re.IGNORECASE)


async def read_contacts(content: bytes, said: Mapping[str, str] | None = None) -> FromFile:
    """All people in a file; in a thread, since a large one takes a second. `said` is as `read_table` takes it.

    Time and memory are in proportion to the file, whatever stands in it. Raises Refused.
    """
    return await asyncio.to_thread(_read, content, said)


def _read(content: bytes, said: Mapping[str, str] | None) -> FromFile:
    octets = octets_of(content, FILE_MOST, ".csv or .vcf")
    if _FOREIGN.match(octets):
        raise Refused(N_("This is a web page, a calendar or JSON, and no list of people. Attach a .vcf or .csv file."))
    if _FIRST.match(octets):
        return read_vcards(octets)
    text = decoded(octets)
    header = header_of(text, count_known)
    if not (header and header.is_known) and _CARD.search(octets.replace(b"\r", b"\n")):
        return read_vcards(octets)
    return read_table(text, said)
