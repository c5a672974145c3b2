"""How goals look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.commands import ASK
from bot.domain.goals import Goal, State
from bot.domain.topics import Pillar
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.ui import Action, Button, Card, Style

LIST = "path.goals"
DONE, LET_GO, REOPEN = "goal.done", "goal.letgo", "goal.open"
SHOW = "path.show"


def goal_line(goal: Goal, say: Words, today: date) -> Rich:
    """A goal and how it stands."""
    return joined([Bold(goal.what), how(goal, say, today)], " · ")


def goal_card(goal: Goal, names: Mapping[Pillar, str], say: Words, today: date) -> Card:
    """A goal, with what can become of it."""
    id_ = str(goal.id)
    body = joined([names[goal.topic] if goal.topic else "", how(goal, say, today)], " · ")
    if goal.state is not State.OPEN:
        controls: tuple[Button, ...] = (Button(say(N_("Open again")), Action(REOPEN, id_)),)
        if goal.state is State.DONE:
            controls += (Button(say(N_("Share")), Action(ASK, f"path share/goal=#{id_}")),)
    else:
        controls = (
            Button(say(N_("Done")), Action(DONE, id_), Style.PRIMARY),
            change_button(goal.id, say),
            Button(say(N_("Let go")), Action(LET_GO, id_)),
        )
    return Card(rich(Bold(goal.what)), body, controls=controls)


def how(goal: Goal, say: Words, today: date) -> str:
    match goal.state:
        case State.DONE:
            at = "" if goal.settled_at is None else say.day(goal.settled_at.astimezone(say.zone).date())
            return say(N_("reached {day}"), day=at)
        case State.LET_GO:
            return say(N_("let go"))
        case State.OPEN if goal.by is None:
            return ""
        case State.OPEN if goal.is_late(today):
            return say(N_("was for {day}; give it another day, or let it go"), day=say.day(goal.by))
        case State.OPEN:
            return say(N_("by {day}"), day=say.day(goal.by))


def change_button(goal: int, say: Words) -> Button:
    return Button(say(N_("Change")), Action(ASK, f"path edit/goal=#{goal}"))


def goals_button(say: Words) -> Button:
    return Button(say(N_("See all goals")), Action(LIST, "0/"))
