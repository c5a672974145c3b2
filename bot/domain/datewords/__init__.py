"""People's date words, read for their language, zone and now; pure, and never guessing.

`reading` and `repeating` have the entries; `tokens`, `clocks`, `days`, `points` and `ranges` are the grammar, whose
words stand in `english`, `german` and `cldr`; `resolving` and `spanning` turn what was said into days; `foreign`
asks dateparser.
"""

from bot.domain.datewords.reading import read_end, read_moment, read_span
from bot.domain.datewords.repeating import read_pattern
from bot.domain.datewords.suggesting import suggest_moments, suggest_spans
from bot.domain.moments import write_moment, write_span

__all__ = [
    "read_end",
    "read_moment",
    "read_pattern",
    "read_span",
    "suggest_moments",
    "suggest_spans",
    "write_moment",
    "write_span",
]
