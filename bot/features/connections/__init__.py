"""Connections: the people one meets."""

from __future__ import annotations

from bot.commands import Feature
from bot.features import introductions
from bot.i18n import N_

FEATURE = Feature(
    name="connect",
    help=N_("Get to know people: introductions that both want"),
    commands=introductions.COMMANDS,
    presses=introductions.PRESSES,
    falls_due=introductions.FALLS_DUE,
    renders=introductions.RENDERS,
    errands=introductions.ERRANDS,
)
