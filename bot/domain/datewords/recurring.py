"""How an event that begins at a known moment comes again: "every 2 weeks until 30 June", "first friday, 10 times".

The same words as in `repeating`, where it is asked when something begins, and besides: "every" may be left out, and the
end or the number of times may stand behind.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain.datewords import refusals
from bot.domain.datewords.clocks import AMOUNT, read_number
from bot.domain.datewords.phrases import Unit
from bot.domain.datewords.reading import read_last_day, seen_at
from bot.domain.datewords.repeating import rule_of
from bot.domain.datewords.repeats import read_repeat
from bot.domain.datewords.tokens import Cursor, Token, clean, tokens
from bot.domain.datewords.vocabulary import Vocabulary, vocabularies
from bot.domain.moments import Moment
from bot.domain.recurrence import LOOK_AHEAD, OFTEN, check_rule, is_over
from bot.domain.rules import Rule, matches, parse, spell, walls
from bot.domain.spoken import rule_words
from bot.errors import Refused
from bot.i18n import Words

_RULE = re.compile(r"(?:RRULE:)?FREQ=\S+", re.IGNORECASE)
_ENGLISH = Words("en", ZoneInfo("UTC"))
_SOME_DAY = Moment(datetime.fromisoformat("2024-01-01T12:00"), "UTC")


def is_spelled(text: str) -> bool:
    """Whether it is an RRULE as calendars write it."""
    return _RULE.fullmatch(text.strip()) is not None


def read_series(text: str, start: Moment, *, locale: str) -> str:
    """The RRULE that `text` means of an event that begins at `start`, to a reader of `locale`; "" for once.

    Words mean a rule that `start` is one of the times of; an RRULE is taken as it is spelled. Raises Refused.
    """
    if is_spelled(text):
        return check_rule(text.strip(), start.wall)
    every, rule = _read(text, start, locale)
    if rule is None:
        return ""
    if isinstance(rule.until, datetime) or (rule.until and rule.until < start.wall.date()):
        raise refusals.ends_before(rule.until, start.wall.date(), locale)
    if not _falls_on(rule, start):
        raise refusals.other_start(every, start.wall.date(), locale)
    times = walls(rule, start.wall, since=start.wall, before=start.wall + LOOK_AHEAD)
    if len([wall for wall in islice(times, 2) if not is_over(wall, rule.until, start.zone)]) < 2:
        raise refusals.comes_once()
    return check_rule(spell(rule), start.wall)


def write_series(rrule: str) -> str:
    """`rrule` so that `read_series` reads the same again, if it can in words: "every Friday until 2027-06-30"."""
    if not rrule:
        return "once"
    rule = parse(rrule)
    words = rule_words(rrule, _ENGLISH)
    if rule.until is not None:
        words += f" until {rule.until:%Y-%m-%d}"
    if rule.count is not None:
        words += f" {rule.count} times"
    try:
        _, again = _read(words, _SOME_DAY, "en")
    except Refused:
        again = None
    return words if again is not None and spell(again) == rrule else rrule


def _falls_on(rule: Rule, start: Moment) -> bool:
    return start.wall in matches(rule, start.wall, since=start.wall, before=start.wall + timedelta(days=1))


def _read(text: str, start: Moment, locale: str) -> tuple[str, Rule | None]:
    """The words that say how it comes again, and what they mean; no rule for once."""
    typed, known = clean(text), vocabularies(locale)
    if any(_is_once(Cursor(typed, tokens(typed)), words) for words in known):
        return typed, None
    count = until = None
    counted = next(filter(None, (_counted(typed, words) for words in known)), None)
    ended = None if counted else next(filter(None, (_ended(typed, words) for words in known)), None)
    every = typed
    if counted:
        every, count = counted
        if not 2 <= count <= OFTEN:
            raise refusals.not_so_often(OFTEN)
    elif ended:
        every, last = ended
        until = read_last_day(last, locale=locale, zone=start.zone, now=start.instant())
    tries = (read_repeat(Cursor(every, tokens(every)), words, is_every=True) for words in known)
    said = next((one for one in tries if one), None)
    if said is None:
        raise refusals.series_not_understood(every)
    if said.time or said.part or said.since:
        raise refusals.says_start(every)
    if said.unit in (Unit.MINUTE, Unit.HOUR):
        raise refusals.too_often()
    if said.doubtful and said.unit is None:
        raise refusals.other_or_nth(said.doubtful)
    rule = rule_of(said, every, start.wall.date(), seen_at(start.instant(), start.zone, locale))
    return every, replace(rule, until=until, count=count)


def _is_once(cursor: Cursor, words: Vocabulary) -> bool:
    is_never = cursor.take(words.never) is not None or cursor.take(words.times) == 1
    return is_never and cursor.done


def _counted(typed: str, words: Vocabulary) -> tuple[str, int] | None:
    """What stands before "10 times", and the number."""
    found = tokens(typed)
    for at in range(1, len(found)):
        cursor = Cursor(typed, found)
        cursor.at = at
        count = read_number(cursor, words, AMOUNT)
        if count is not None and cursor.takes(words.repeatedly) and cursor.done:
            return _before(typed, found, at, words), count
    return None


def _ended(typed: str, words: Vocabulary) -> tuple[str, str] | None:
    """What stands before "until 30 june", and the day."""
    found, until = tokens(typed), words.until - words.skipped - {"to", "up"}
    for at in range(1, len(found) - 1):
        if found[at].key in until:
            return _before(typed, found, at, words), typed[found[at + 1].start :]
    return None


def _before(typed: str, found: tuple[Token, ...], at: int, words: Vocabulary) -> str:
    while at > 1 and found[at - 1].key in {*words.joined, *words.lasting}:
        at -= 1
    return typed[: found[at - 1].end]
