"""The words of whoever reads what comes to them by itself."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.commands import Services
from bot.domain.delivery import Owed
from bot.domain.people import Reader
from bot.i18n import AS_DECLARED, Words

NOWHERE = Reader("UTC", "en")
"""For who set neither zone nor language, and is seen nowhere."""


def words_of(reader: Reader, row: Owed, services: Services) -> Words:
    """With commands as they are typed where the row goes."""
    return words_in(reader.locale, reader.zone, row.address.platform, services)


def words_in(locale: str, zone: str, platform: str, services: Services) -> Words:
    """`zone` is IANA; commands are as `platform` (its name) has them."""
    there = services.platforms.get(platform)
    return Words(locale, ZoneInfo(zone), there.commands if there else AS_DECLARED)
