"""Coming events in a platform's own calendar: shown there, and what organisers do there taken over."""

from __future__ import annotations

from bot.commands import Access, Command
from bot.features.mirror.falling import MIRROR, fall_due, stir, stir_home, stir_posts
from bot.features.mirror.reconciling import reconcile
from bot.features.mirror.switching import MirrorEvents, mirror_events
from bot.i18n import N_

__all__ = ["COMMAND", "ERRANDS", "FALLS_DUE", "MIRROR", "stir", "stir_home", "stir_posts"]

COMMAND = Command(
    "mirror",
    N_("Show events in the platform's own calendar"),
    MirrorEvents,
    mirror_events,
    "/event mirror switch:on",
    Access.ORGANISER,
)
FALLS_DUE = {MIRROR: fall_due}
ERRANDS = {MIRROR: reconcile}
