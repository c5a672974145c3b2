"""How events come again, in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.datewords import read_series, write_series
from bot.domain.moments import Moment
from bot.domain.spoken import series_words
from bot.errors import Refused
from bot.i18n import Words

FRIDAY = Moment(datetime.fromisoformat("2026-12-04T20:00"), "Europe/Berlin")


@pytest.mark.parametrize(
    ("locale", "typed", "rrule"),
    [
        ("en", "weekly", "FREQ=WEEKLY;BYDAY=FR"),
        ("en", "every 2 weeks", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("en", "every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("en", "monthly", "FREQ=MONTHLY;BYMONTHDAY=4"),
        ("en", "first friday", "FREQ=MONTHLY;BYDAY=1FR"),
        ("en", "every first friday", "FREQ=MONTHLY;BYDAY=1FR"),
        ("en", "yearly", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=4"),
        ("en", "weekly until 30 june", "FREQ=WEEKLY;UNTIL=20270630;BYDAY=FR"),
        ("en", "fridays until the end of june", "FREQ=WEEKLY;UNTIL=20270630;BYDAY=FR"),
        ("en", "every friday, 10 times", "FREQ=WEEKLY;COUNT=10;BYDAY=FR"),
        ("en", "weekly for 10 times", "FREQ=WEEKLY;COUNT=10;BYDAY=FR"),
        ("en", "once", ""),
        ("en", "rrule:freq=weekly;byday=fr", "FREQ=WEEKLY;BYDAY=FR"),
        ("de", "wöchentlich", "FREQ=WEEKLY;BYDAY=FR"),
        ("de", "alle 2 Wochen bis 30. Juni", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270630;BYDAY=FR"),
        ("de", "erster Freitag", "FREQ=MONTHLY;BYDAY=1FR"),
        ("de", "jeden Werktag", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("de", "monatlich, 10 mal", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=4"),
        ("de", "jährlich", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=4"),
        ("de", "nie", ""),
        ("de", "weekly until 30 june", "FREQ=WEEKLY;UNTIL=20270630;BYDAY=FR"),
    ],
)
def test_words_become_the_rule_and_what_is_written_is_read_again(locale: str, typed: str, rrule: str) -> None:
    assert read_series(typed, FRIDAY, locale=locale) == rrule
    assert read_series(write_series(rrule), FRIDAY, locale="de") == rrule


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("second friday", "does not fall on that day"),
        ("tuesday", "does not fall on that day"),
        ("every second friday", "can be two things"),
        ("monthly until 1 may 2026", "is before its start"),
        ("every friday until 5 december 2026", "only once"),
        ("weekly 1 times", "2 to 1000 times"),
        ("weekly 9999 times", "2 to 1000 times"),
        ("every hour", "once a day at most"),
        ("every 9 years", "5 years"),
        ("every 30 february", "not a date"),
        ("friday 20:00", "more than how it repeats"),
        ("weekly until never", "No days found"),
        ("now and then", "does not say how it repeats"),
        ("FREQ=HOURLY", "too often"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "never take place"),
        ("FREQ=SOMETIMES", "FREQ=SOMETIMES"),
        ("\u202eweekly", "not seen"),
        ("weekly " * 50, "at most"),
    ],
)
def test_what_never_comes_or_too_often_or_is_unclear_is_refused(typed: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read_series(typed, FRIDAY, locale="en")
    assert says in refused.value.text.format(**refused.value.values)


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("", ""),
        ("FREQ=WEEKLY;BYDAY=FR", "every Friday"),
        ("FREQ=WEEKLY;UNTIL=20270630;BYDAY=FR", "every Friday until Wednesday, June 30, 2027"),
        ("FREQ=WEEKLY;UNTIL=20270630T200000Z;BYDAY=FR", "every Friday until Wednesday, June 30, 2027"),
        ("FREQ=WEEKLY;COUNT=10;BYDAY=FR", "every Friday, 10 times"),
    ],
)
def test_a_series_is_told_with_its_end(rrule: str, words: str) -> None:
    assert series_words(rrule, Words("en", ZoneInfo("Europe/Berlin"))) == words
