"""People's date words, read for their language, zone and now; pure, and never guessing.

`reading` has the entries; `tokens`, `clocks`, `days`, `points` and `ranges` are the grammar, whose words
stand in `english`, `german` and `cldr`; `resolving` and `spanning` turn what was said into days; `foreign`
asks dateparser. `repeats` is the grammar of what comes again, `repeating` its entry and what it means, `recurring`
that of events, whose start is known; `stretches` has cadences, lead times and quiet hours.
"""

from bot.domain.datewords.reading import read_end, read_last_day, read_moment, read_span
from bot.domain.datewords.recurring import is_spelled, read_series, write_series
from bot.domain.datewords.repeating import read_pattern, write_pattern
from bot.domain.datewords.stretches import read_cadence, read_leads, read_quiet, write_cadence, write_leads, write_quiet
from bot.domain.datewords.suggesting import begins, suggest_moments, suggest_spans
from bot.domain.moments import write_moment, write_span

__all__ = [
    "begins",
    "is_spelled",
    "read_cadence",
    "read_end",
    "read_last_day",
    "read_leads",
    "read_moment",
    "read_pattern",
    "read_quiet",
    "read_series",
    "read_span",
    "suggest_moments",
    "suggest_spans",
    "write_cadence",
    "write_leads",
    "write_moment",
    "write_pattern",
    "write_quiet",
    "write_series",
    "write_span",
]
