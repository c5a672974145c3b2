"""Reminders by direct message: of anything, before events, of what changed; and what the bot says of itself."""

from __future__ import annotations

from bot.commands import Command, Feature
from bot.domain.changes import CHANGED
from bot.domain.leads import LEADS
from bot.domain.nudges import NUDGE, Nudge
from bot.domain.reminders import REMINDER
from bot.features.reminders import asking, changes, leads, meeting, mydigest, nudges, own_leads, preferring, telling
from bot.i18n import N_

FEATURE = Feature(
    name="remind",
    help=N_("Reminders by direct message: of anything, before events, and of what changes"),
    commands=(
        Command(
            "me",
            N_("Be reminded of anything"),
            asking.RemindMe,
            asking.remind_me,
            '/remind me "send the stems" when:"friday 9:00"',
        ),
        Command(
            "list", N_("See what you will be reminded of"), asking.ListReminders, asking.list_reminders, "/remind list"
        ),
        Command(
            "cancel",
            N_("Cancel a reminder"),
            asking.CancelReminder,
            asking.cancel_reminder,
            "/remind cancel send the stems",
        ),
        Command(
            "later",
            N_("Put a reminder off"),
            asking.LaterReminder,
            asking.later_reminder,
            '/remind later "send the stems" when:"tomorrow 10:00"',
        ),
        own_leads.COMMAND,
        Command(
            "settings",
            N_("See or set quiet hours, lead times and what comes by itself"),
            preferring.SetReminders,
            preferring.set_reminders,
            "/remind settings quiet:22:00-8:00",
        ),
    ),
    presses={**own_leads.PRESSES, **asking.PRESSES, **mydigest.PRESSES, **meeting.PRESSES},
    lookups={asking.REMINDER_LOOKUP: asking.ReminderLookup()},
    reminds={own_leads.EVENT: own_leads.PutOff()},
    falls_due={
        LEADS: leads.fall_due,
        CHANGED: changes.fall_due,
        REMINDER: telling.fall_due,
        NUDGE: nudges.fall_due,
    },
    renders={
        leads.LEAD: leads.render,
        CHANGED: changes.render,
        REMINDER: telling.render,
        Nudge.DIGEST.value: mydigest.render,
        Nudge.RECAP.value: meeting.render_recaps,
        Nudge.BRIEF.value: meeting.render_briefs,
    },
)
