"""The kinds of argument a command can ask for. Options, forms, the typed grammar and help are derived from them.

A plain kind reads what was typed by itself. A stored kind names a look-up, which asks the database or the platform.
For every kind `read(write(value)) == value`: what is written goes into forms and buttons and comes back.
"""

from bot.params.amounts import Cost, Number, Whole
from bot.params.codes import Language, Law, law_name
from bot.params.kinds import TYPED_MOST, Option, Param, Plain, Reading, shortened
from bot.params.pay import Fee
from bot.params.repeating import Every, Leads, QuietHours, Repeats, WhenOrEvery
from bot.params.stored import ChannelParam, City, Member, Stored, Upload
from bot.params.times import ComingDay, Dates, DateTime, PastDay, TimeOfDay, Until, Zone
from bot.params.wordings import WEEKDAYS, Choice, Choices, Tags, Text, Url, weekday, yes_no

__all__ = [
    "TYPED_MOST",
    "WEEKDAYS",
    "ChannelParam",
    "Choice",
    "Choices",
    "City",
    "ComingDay",
    "Cost",
    "DateTime",
    "Dates",
    "Every",
    "Fee",
    "Language",
    "Law",
    "Leads",
    "Member",
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
    "WhenOrEvery",
    "Whole",
    "Zone",
    "law_name",
    "shortened",
    "weekday",
    "yes_no",
]
