"""Words are the reader's: language, plurals, numbers, dates and zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import i18n
from bot.i18n import Words, parse_locale

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 12, 4, 19, 0, tzinfo=UTC)


@pytest.fixture
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "pl.po").write_text(
        """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Hello {name}"
msgstr "Cześć {name}"

msgid "{count} event"
msgid_plural "{count} events"
msgstr[0] "{count} wydarzenie"
msgstr[1] "{count} wydarzenia"
msgstr[2] "{count} wydarzeń"

#, fuzzy
msgid "Going"
msgstr "Niepewne"
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(i18n, "CATALOGS", tmp_path)
    i18n._catalog.cache_clear()
    yield
    i18n._catalog.cache_clear()


@pytest.mark.usefixtures("catalogs")
def test_words_come_from_the_catalog_of_the_reader_s_language() -> None:
    assert Words("pl-PL", BERLIN)("Hello {name}", name="Ana") == "Cześć Ana"
    assert Words("en", BERLIN)("Hello {name}", name="Ana") == "Hello Ana"


@pytest.mark.usefixtures("catalogs")
def test_plurals_follow_the_language() -> None:
    say = Words("pl", BERLIN)
    spoken = [say.many("{count} event", "{count} events", count) for count in (1, 2, 5, 22)]
    assert spoken == ["1 wydarzenie", "2 wydarzenia", "5 wydarzeń", "22 wydarzenia"]
    english = Words("en", BERLIN)
    assert [english.many("{count} event", "{count} events", count) for count in (1, 1200)] == [
        "1 event",
        "1,200 events",
    ]


@pytest.mark.usefixtures("catalogs")
def test_what_is_not_translated_or_only_guessed_stays_english() -> None:
    assert Words("pl", BERLIN)("Going") == "Going"
    assert Words("pl", BERLIN)("Nowhere to be found") == "Nowhere to be found"
    assert Words("pl", BERLIN).many("{count} day", "{count} days", 2) == "2 days"


def test_an_unknown_locale_is_english() -> None:
    assert parse_locale("xx-nonsense").language == "en"
    assert parse_locale("").language == "en"
    assert parse_locale("pt_BR").territory == "BR"


def test_a_moment_has_its_weekday_and_zone_in_the_reader_s_words() -> None:
    assert Words("en", BERLIN).moment(EVENING) == "Friday, December 4, 2026, 8:00 PM (Europe/Berlin, CET)"
    assert Words("en-GB", BERLIN).moment(EVENING).startswith("Friday, 4 December 2026, 20:00")
    assert Words("en", BERLIN).moment(EVENING, ZoneInfo("UTC")) == "Friday, December 4, 2026, 7:00 PM (UTC)"


def test_a_zone_without_an_abbreviation_shows_its_offset() -> None:
    riyadh = EVENING.astimezone(ZoneInfo("Asia/Riyadh"))
    assert Words("en", BERLIN).zone_name(riyadh) == "Asia/Riyadh, UTC+03"


def test_numbers_money_and_lists_are_the_reader_s() -> None:
    german, english = Words("de", BERLIN), Words("en", BERLIN)
    assert english.number(12_345) == "12,345"
    assert german.number(12_345) == "12.345"
    assert english.money(Decimal(15), "EUR") == "€15"
    assert english.money(Decimal("15.5"), "EUR") == "€15.50"
    assert german.money(Decimal(15), "EUR") == "15\xa0€"
    assert english.listed(["a", "b", "c"]) == "a, b, and c"
    assert english.listed(["a", "b"], "or") == "a or b"
    assert english.short_day(date(2026, 12, 4)) == "Fri, Dec 4"
