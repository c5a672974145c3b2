"""How often a feed is asked, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from bot.i18n import N_, Words


class Often(StrEnum):
    HOURLY = "hourly"
    SIX_HOURS = "every 6 hours"
    DAILY = "daily"


OFTEN_NAMES: Mapping[str, str] = {
    Often.HOURLY: N_("Hourly"),
    Often.SIX_HOURS: N_("Every 6 hours"),
    Often.DAILY: N_("Daily"),
}
LASTING: Mapping[Often, timedelta] = {
    Often.HOURLY: timedelta(hours=1),
    Often.SIX_HOURS: timedelta(hours=6),
    Often.DAILY: timedelta(days=1),
}


def often(every: timedelta, say: Words) -> str:
    """As the choices name it: "Every 6 hours"."""
    named = next((each for each, lasting in LASTING.items() if lasting == every), Often.HOURLY)
    return say(OFTEN_NAMES[named])
