"""The kinds of argument a command can ask for. Options, forms, the typed grammar and help are derived from them.

A plain kind reads what was typed by itself. A stored kind names a look-up, which asks the database or the platform.
For every kind `read(write(value)) == value`: what is written goes into forms and buttons and comes back.
"""

from __future__ import annotations

from bot.params.kinds import (
    TYPED_MOST,
    ChannelParam,
    City,
    Member,
    Option,
    Param,
    Plain,
    Reading,
    Stored,
    Upload,
    shortened,
)
from bot.params.numbers import COST_MOST, CURRENCIES, FREE, Cost, Number, Whole
from bot.params.rhythms import NEVER, Every, Leads, Never, QuietHours, said_lead, said_leads
from bot.params.times import Dates, DateTime, Due, PastDay, Repeats, TimeOfDay, Until, Zone, fold_time
from bot.params.words import WEEKDAYS, Choice, Choices, Tags, Text, Url, weekday, yes_no

__all__ = [
    "COST_MOST",
    "CURRENCIES",
    "FREE",
    "NEVER",
    "TYPED_MOST",
    "WEEKDAYS",
    "ChannelParam",
    "Choice",
    "Choices",
    "City",
    "Cost",
    "DateTime",
    "Dates",
    "Due",
    "Every",
    "Leads",
    "Member",
    "Never",
    "Number",
    "Option",
    "Param",
    "PastDay",
    "Plain",
    "QuietHours",
    "Reading",
    "Repeats",
    "Stored",
    "Tags",
    "Text",
    "TimeOfDay",
    "Until",
    "Upload",
    "Url",
    "Whole",
    "Zone",
    "fold_time",
    "said_lead",
    "said_leads",
    "shortened",
    "weekday",
    "yes_no",
]
