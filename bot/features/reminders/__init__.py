"""Reminders by direct message: before events, and of what changed about them."""

from __future__ import annotations

from bot.commands import Feature
from bot.domain.changes import CHANGED
from bot.domain.leads import LEADS
from bot.features.reminders import changes, leads, own_leads
from bot.i18n import N_

FEATURE = Feature(
    name="remind",
    help=N_("Reminders by direct message"),
    commands=(own_leads.COMMAND,),
    presses=own_leads.PRESSES,
    falls_due={LEADS: leads.fall_due, CHANGED: changes.fall_due},
    renders={leads.LEAD: leads.render, CHANGED: changes.render},
)
