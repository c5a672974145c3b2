"""The path of a member: what they did lately, a good next step in each topic, the goals they set. Theirs alone."""

from __future__ import annotations

from bot.commands import Command, Feature
from bot.features.path import goals, sharing, showing
from bot.features.path.naming import PILLAR, PILLARS, PillarLookup, PillarsLookup
from bot.i18n import N_

FEATURE = Feature(
    name="path",
    help=N_("Your path: what you did lately, a good next step, your goals. Only you see it"),
    commands=(
        Command(
            "show", N_("See what you did lately and what could be next"), showing.ShowPath, showing.show_path, "/path"
        ),
        Command(
            "goal",
            N_("Set yourself a goal"),
            goals.SetGoal,
            goals.set_goal,
            '/path goal "finish 3 tracks" by:june topic:craft',
        ),
        Command("goals", N_("See your goals"), goals.ListGoals, goals.list_goals, "/path goals"),
        Command("done", N_("Tick off a goal"), goals.DoneGoal, goals.done_goal, "/path done finish 3 tracks"),
        Command(
            "edit",
            N_("Change a goal"),
            goals.EditGoal,
            goals.edit_goal,
            '/path edit "finish 3 tracks" by:july',
            fills=goals.goal_now,
            of="goal",
        ),
        Command(
            "share",
            N_("Show something of your path to the others here"),
            sharing.SharePath,
            sharing.share_path,
            "/path share topics:craft",
            confirms=sharing.confirm_share,
        ),
        Command(
            "settings", N_("Say how far you are"), showing.SetPath, showing.set_path, "/path settings level:working"
        ),
    ),
    presses={**showing.PRESSES, **goals.PRESSES},
    lookups={goals.GOAL: goals.GoalLookup(), PILLAR: PillarLookup(), PILLARS: PillarsLookup()},
    renders=sharing.RENDERS,
    home=showing.home,
    alone="show",
)
