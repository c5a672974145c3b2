"""Introductions: one member asks for another, who is asked in private and may say yes."""

from __future__ import annotations

from bot.commands import Command
from bot.features.introductions import answering, never
from bot.features.introductions.asking import AskIntroduction, ask_introduction
from bot.features.introductions.bringing import BRING, bring_together
from bot.features.introductions.telling import (
    ENDED,
    GROUP,
    INTRODUCED,
    QUESTION,
    end,
    render_ended,
    render_group,
    render_introduced,
    render_question,
)
from bot.i18n import N_

__all__ = ["COMMANDS", "ERRANDS", "FALLS_DUE", "PRESSES", "RENDERS"]

COMMANDS = (
    Command(
        "intro",
        N_("Ask to be introduced to somebody"),
        AskIntroduction,
        ask_introduction,
        '/connect intro member:@mara why:"I am looking for somebody to mix an EP"',
    ),
    Command(
        "never",
        N_("Choose to whom you are never introduced"),
        never.NeverIntroduce,
        never.never_introduce,
        "/connect never member:@mara",
    ),
)
PRESSES = {**answering.PRESSES, **never.PRESSES}
FALLS_DUE = {ENDED: end}
RENDERS = {
    QUESTION: render_question,
    ENDED: render_ended,
    INTRODUCED: render_introduced,
    GROUP: render_group,
}
ERRANDS = {BRING: bring_together}
