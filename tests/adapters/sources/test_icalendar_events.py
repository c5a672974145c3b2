from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.icalendar_events import DATES_MOST, events_of
from adapters.sources.icalendar_lines import lines_of
from adapters.sources.icalendar_wire import decode, encode
from bot.domain.events import DESCRIPTION_MOST, TITLE_MOST, Skipped, SourceChange, SourceEvent, Timing
from bot.errors import Refused
from tests.adapters.sources.calendars import HEAD, calendar, event, read, read_event, reason

BERLIN = "Europe/Berlin"
EASTERN = """BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE"""
ODD = """BEGIN:VTIMEZONE
TZID:Odd
BEGIN:STANDARD
DTSTART:20000101T000000
TZOFFSETFROM:+0037
TZOFFSETTO:+0037
END:STANDARD
END:VTIMEZONE"""


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_event_is_read_with_all_it_says() -> None:
    told = read_event(
        "UID:night@example.com",
        "SUMMARY:Late Night\\, Techno",
        "DTSTART;TZID=Europe/Berlin:20261204T230000",
        "DTEND;TZID=Europe/Berlin:20261205T060000",
        "DESCRIPTION:Doors at 11.\\n\\nBring friends\\; and earplugs.",
        "LOCATION:Club\\, Köpenicker Str. 70\\, Berlin",
        "GEO:52.5;13.4",
        "URL:https://example.com/night?a=1",
        "CATEGORIES:Techno,House\\, deep",
        "CATEGORIES:Techno,Live",
        "STATUS:CONFIRMED",
    )
    assert told == SourceEvent(
        uid="night@example.com",
        title="Late Night, Techno",
        timing=Timing(wall("2026-12-04T23:00"), wall("2026-12-05T06:00"), BERLIN),
        description="Doors at 11.\n\nBring friends; and earplugs.",
        location="Club, Köpenicker Str. 70, Berlin",
        latitude=52.5,
        longitude=13.4,
        link="https://example.com/night?a=1",
        categories=("Techno", "House, deep", "Live"),
    )


@pytest.mark.parametrize(
    ("lines", "timing"),
    [
        (["DTSTART;VALUE=DATE:20261204"], Timing(wall("2026-12-04"), wall("2026-12-05"), BERLIN, is_all_day=True)),
        (
            ["DTSTART;VALUE=DATE:20261204", "DTEND;VALUE=DATE:20261207"],
            Timing(wall("2026-12-04"), wall("2026-12-07"), BERLIN, is_all_day=True),
        ),
        (
            ["DTSTART;VALUE=DATE:20261204", "DTEND;VALUE=DATE:20261204"],
            Timing(wall("2026-12-04"), wall("2026-12-05"), BERLIN, is_all_day=True),
        ),
        (
            ["DTSTART:20261204", "DURATION:PT36H"],
            Timing(wall("2026-12-04"), wall("2026-12-06"), BERLIN, is_all_day=True),
        ),
        (
            ["DTSTART;VALUE=DATE:20261204", "DTEND:20261205T120000"],
            Timing(wall("2026-12-04"), wall("2026-12-06"), BERLIN, is_all_day=True),
        ),
        (["DTSTART:20261204T200000"], Timing(wall("2026-12-04T20:00"), wall("2026-12-04T20:00"), BERLIN)),
        (
            ["DTSTART:20261204T200000", "DURATION:P1DT2H30M"],
            Timing(wall("2026-12-04T20:00"), wall("2026-12-05T22:30"), BERLIN),
        ),
        (["DTSTART:20261204T190000Z"], Timing(wall("2026-12-04T20:00"), wall("2026-12-04T20:00"), BERLIN)),
        (
            ["DTSTART:20261204T190000Z", "RRULE:FREQ=WEEKLY"],
            Timing(wall("2026-12-04T19:00"), wall("2026-12-04T19:00"), "UTC", rrule="FREQ=WEEKLY"),
        ),
        (
            # 02:30 comes twice that night; the second cannot be told on the wall
            ["DTSTART:20261025T013000Z", "DTEND:20261025T033000Z"],
            Timing(wall("2026-10-25T01:30"), wall("2026-10-25T03:30"), "UTC"),
        ),
        (
            ["DTSTART;TZID=Europe/London:20261204T200000", "DTEND;TZID=America/New_York:20261204T200000"],
            Timing(wall("2026-12-04T20:00"), wall("2026-12-05T01:00"), "Europe/London"),
        ),
        (["DTSTART;TZID=:20261204T200000"], Timing(wall("2026-12-04T20:00"), wall("2026-12-04T20:00"), BERLIN)),
        (["DTSTART:20261204T2000"], Timing(wall("2026-12-04T20:00"), wall("2026-12-04T20:00"), BERLIN)),
    ],
)  # fmt: skip
def test_starts_and_ends_are_on_the_wall(lines: list[str], timing: Timing) -> None:
    assert read_event(*lines).timing == timing


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/Europe/London", "Europe/London"),
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("GMT+2", "Etc/GMT-2"),
        ('"UTC-05:00"', "Etc/GMT+5"),
        ("UTC+0", BERLIN),  # a single time in UTC is told where the calendar is
        ('"Europe/Paris"', "Europe/Paris"),
    ],
)
def test_a_zone_is_known_by_its_names(tzid: str, zone: str) -> None:
    assert read_event(f"DTSTART;TZID={tzid}:20261204T200000").timing.zone == zone


def test_a_zone_that_a_calendar_describes_is_found_by_its_clocks() -> None:
    lines = ("DTSTART;TZID=Our Zone:20261204T200000", "RRULE:FREQ=WEEKLY")
    told = read_event(*lines, around=(EASTERN.format(tzid="Our Zone"),))
    assert told.timing.zone == "America/New_York"
    named = read_event(
        'DTSTART;TZID="Detroit, Michigan":20261204T200000', around=(EASTERN.format(tzid="Detroit\\, Michigan"),)
    )
    assert named.timing.zone == "America/Detroit"
    for end in ("00010101T000000Z", "99991231T235959Z", "20200101"):
        ended = EASTERN.format(tzid="Our Zone").replace("BYDAY=1SU", f"BYDAY=1SU;UNTIL={end}")
        read(calendar(ended, event(*lines)))
    cuban = EASTERN.format(tzid="Our Zone").replace("0311T020000", "0311T000000").replace("1104T02", "1104T01")
    assert read_event(*lines, around=(cuban,)).timing.zone == "America/Havana"
    own = read_event(*lines, around=(EASTERN.format(tzid="Our Zone"),), zone="America/Toronto")
    assert own.timing.zone == "America/Toronto"
    located = EASTERN.format(tzid="Our Zone").replace(
        "BEGIN:STANDARD", "X-LIC-LOCATION:America/Montreal\nBEGIN:STANDARD"
    )
    assert read_event(*lines, around=(located,)).timing.zone == "America/Montreal"


def test_a_moment_in_a_zone_without_a_name_is_exact_and_a_series_there_is_refused() -> None:
    told = read_event("DTSTART;TZID=Odd:20261204T203700", "DTEND;TZID=Odd:20261204T213700", around=(ODD,))
    assert told.timing == Timing(wall("2026-12-04T21:00"), wall("2026-12-04T22:00"), BERLIN)
    assert "“Odd” is not known" in reason("DTSTART;TZID=Odd:20261204T203700", "RRULE:FREQ=DAILY", around=(ODD,))


@pytest.mark.parametrize(
    "broken",
    [
        ODD.replace("+0037\n", "+99:99\n"),
        ODD.replace("DTSTART:20000101T000000", "DTSTART:20001301T000000"),
        ODD.replace("TZOFFSETTO", "X-NOTHING"),
        ODD.replace("DTSTART:", "RRULE:FREQ=SECONDLY\nDTSTART:"),
        ODD.replace("DTSTART:", "RRULE:FREQ=YEARLY;BYHOUR=1,2,3,4\nDTSTART:"),
        "BEGIN:VTIMEZONE\nTZID:Odd\nEND:VTIMEZONE",
    ],
)
def test_a_zone_with_a_broken_description_is_not_known(broken: str) -> None:
    assert "“Odd” is not known" in reason("DTSTART;TZID=Odd:20261204T203700", around=(broken,))


def test_times_without_a_zone_are_where_the_calendar_says() -> None:
    tokyo = read_event("DTSTART:20261204T200000", around=("X-WR-TIMEZONE:Asia/Tokyo",))
    assert tokyo.timing.zone == "Asia/Tokyo"
    events, skipped = read(calendar("X-WR-TIMEZONE:Middle/Earth", event()))
    assert events[0].timing.zone == BERLIN
    assert skipped[0].values == {"said": "Middle/Earth", "zone": BERLIN}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["DTSTART:tomorrow"], "“tomorrow” is not a date or time as calendars write it."),
        (["DTSTART:20260231T200000"], "“20260231T200000” is not a date or time"),
        (["DTSTART:20261204T240000"], "is not a date or time"),
        (["DTSTART:15000101"], "It is in the year 1500. Years from 1600 to 2200 are read."),
        (["DTSTART:99990101T000000"], "It is in the year 9999."),
        (["DTSTART;TZID=Middle/Earth:20261204T200000"], "Its time zone “Middle/Earth” is not known."),
        (["DTEND:20261204T190000"], "It ends before it starts."),
        (["DURATION:-PT1H"], "It ends before it starts."),
        (["DURATION:later"], "“later” is not a length of time"),
        (["DURATION:P"], "“P” is not a length of time"),
        (["DURATION:P999999W"], "“P999999W” is not a length of time"),
        (["DTEND:20270120T190000"], "It lasts 46 days without a break; at most 31 are possible."),
        (["RRULE:FREQ=SECONDLY"], "It repeats every minute or second."),
        (["RRULE:FREQ=MINUTELY;INTERVAL=5"], "It repeats every minute or second."),
        (["RRULE:FREQ=HOURLY"], "at most 1000 times a year"),
        (["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "It would never take place"),
        (["RRULE:EVERY FRIDAY"], "is not a rule for repeating"),
        (["RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "It repeats by 2 rules; one is possible."),
        (["RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"], "EXRULE"),
        (["RRULE:FREQ=DAILY", "EXDATE:christmas"], "“christmas” is not a date or time"),
        (["RDATE;VALUE=PERIOD:20261204T200000/20261203T200000"], "is not a time that starts and ends"),
        (["SUMMARY: "], "It has no title."),
        (["SUMMARY:\u200f\u202e"], "It has no title."),
    ],
)
def test_what_cannot_be_read_is_skipped_with_the_reason(lines: list[str], why: str) -> None:
    assert why in reason(*lines)


def test_an_event_without_a_start_is_named_by_what_it_has() -> None:
    _, skipped = read(calendar("BEGIN:VEVENT\nUID:7\nEND:VEVENT", "BEGIN:VEVENT\nSUMMARY:Jam\nUID:8\nEND:VEVENT"))
    assert [(each.title, each.reason) for each in skipped] == [("7", "It has no start."), ("Jam", "It has no start.")]


def test_a_broken_event_loses_itself_alone() -> None:
    events, skipped = read(
        calendar(
            event("UID:1", "DTSTART:never"),
            event("UID:2"),
            event("UID:3", 'ATTENDEE;CN="x:y', "GARBAGE", ";;;:", "X-\x00:1"),
        )
    )
    assert [told.uid for told in events] == ["2", "3"]
    assert len(skipped) == 1


def test_a_series_is_read_with_its_dates() -> None:
    told = read_event(
        "DTSTART;TZID=Europe/Berlin:20261204T200000",
        "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270630T220000Z",
        "EXDATE;TZID=Europe/Berlin:20261211T200000,20261218T200000",
        "EXDATE:20261225T190000Z",
        "EXDATE;VALUE=DATE:20270101",
        "EXDATE:",
        "RDATE;TZID=Europe/London:20261231T210000",
        "RDATE:",
    )
    assert told.timing.rrule == "FREQ=WEEKLY;UNTIL=20270630T220000Z;BYDAY=FR"
    assert told.timing.without == tuple(
        wall(f"{day}T20:00") for day in ("2026-12-11", "2026-12-18", "2026-12-25", "2027-01-01")
    )
    assert told.timing.extra == (wall("2026-12-31T22:00"),)


def test_dates_with_an_end_of_their_own_are_changes() -> None:
    told = read_event(
        "DTSTART:20261204T200000",
        "DTEND:20261204T210000",
        "RDATE;VALUE=PERIOD:20261205T200000/20261206T010000,20261207T200000/PT3H",
    )
    assert told.timing.extra == (wall("2026-12-05T20:00"), wall("2026-12-07T20:00"))
    assert [change.timing and change.timing.ends for change in told.changes] == [
        wall("2026-12-06T01:00"),
        wall("2026-12-07T23:00"),
    ]


def test_changes_belong_to_their_series_wherever_they_stand() -> None:
    events, skipped = read(
        calendar(
            event(
                "DTSTART;TZID=Europe/London:20261219T200000",
                "DTEND;TZID=Europe/London:20261219T220000",
                "RECURRENCE-ID:20261218T190000Z",
                "SUMMARY:Christmas Techno",
                "LOCATION:Elsewhere",
            ),
            event("UID:2@example.com"),
            event("RECURRENCE-ID;TZID=Europe/Berlin:20261225T200000", "STATUS:CANCELLED"),
            event("DTEND:20261204T220000", "RRULE:FREQ=WEEKLY", "LOCATION:Here"),
            event("RECURRENCE-ID;VALUE=DATE:20270101", "DTSTART:20270101T200000", "DTEND:20270101T220000"),
            event("RECURRENCE-ID;RANGE=THISANDFUTURE:20270108T200000", "DTSTART:20270108T210000"),
        )
    )
    assert [told.uid for told in events] == ["1@example.com", "2@example.com"]
    assert events[0].changes == (
        SourceChange(
            wall("2026-12-18T20:00"),
            Timing(wall("2026-12-19T21:00"), wall("2026-12-19T23:00"), BERLIN),
            title="Christmas Techno",
            location="Elsewhere",
        ),
        SourceChange(wall("2026-12-25T20:00"), is_cancelled=True),
        SourceChange(wall("2027-01-01T20:00")),
    )
    assert ["THISANDFUTURE" in each.reason for each in skipped] == [True]


def test_changes_without_their_series_are_events_of_their_own() -> None:
    events, skipped = read(
        calendar(
            event("RECURRENCE-ID:20261211T200000", "DTSTART:20261211T210000"),
            event("RECURRENCE-ID:20261218T200000", "DTSTART:20261218T210000"),
        )
    )
    assert [told.uid for told in events] == ["1@example.com#20261211T200000", "1@example.com#20261218T200000"]
    assert skipped == []


def test_the_newest_of_an_event_told_twice_is_taken_and_the_other_named() -> None:
    events, skipped = read(
        calendar(
            event("SEQUENCE:2", "DTSTART:20261205T200000"),
            event("SEQUENCE:10", "DTSTART:20261206T200000", "SUMMARY:Renamed"),
            event("SEQUENCE:x", "DTSTART:20261207T200000"),
        )
    )
    assert [(told.title, told.timing.starts.day) for told in events] == [("Renamed", 6)]
    assert len(skipped) == 2
    events, _ = read(calendar(event("LOCATION:First"), event("LOCATION:Last")))
    assert [told.location for told in events] == ["Last"]


def test_different_events_under_one_uid_are_both_taken() -> None:
    two = calendar(event(), event("SUMMARY:Morning Yoga", "DTSTART:20261211T080000"))
    events, skipped = read(two)
    assert [told.title for told in events] == ["Late Night Techno", "Morning Yoga"]
    assert len({told.uid for told in events}) == 2
    assert skipped == []
    assert read(two)[0] == events


def test_an_event_without_a_uid_has_the_same_one_each_time() -> None:
    without = "BEGIN:VEVENT\nSUMMARY:Jam\nDTSTART:20261204T200000\nEND:VEVENT"
    uids = {read(calendar(without))[0][0].uid for _ in range(2)}
    other = read(calendar(without.replace("04T", "05T")))[0][0].uid
    assert len(uids) == 1
    assert other not in uids


def test_a_uid_of_any_length_fits() -> None:
    long = read_event("UID:" + "x" * 5_000).uid
    assert len(long) < 100
    assert long != read_event("UID:" + "x" * 5_001).uid


def test_a_calendar_that_cancels_cancels_its_events() -> None:
    assert read_event(around=("METHOD:CANCEL",)).is_cancelled
    assert read_event("STATUS:cancelled").is_cancelled
    assert not read_event("STATUS:TENTATIVE").is_cancelled


def test_what_is_no_event_is_counted_by_kind() -> None:
    data = calendar(
        "BEGIN:VTODO\nSUMMARY:Strings\nEND:VTODO\nBEGIN:VTODO\nEND:VTODO",
        "BEGIN:VJOURNAL\nEND:VJOURNAL",
        "BEGIN:X-GIG\nBEGIN:X-PART\nEND:X-PART\nEND:X-GIG",
        event("BEGIN:VALARM\nSUMMARY:Wake up\nTRIGGER:-PT15M\nEND:VALARM"),
    )
    events, skipped = read(data)
    assert [told.title for told in events] == ["Late Night Techno"]
    assert [each.reason.format(**each.values) for each in skipped] == [
        "Only events are taken. To-dos in this calendar: 2.",
        "Only events are taken. Journal entries in this calendar: 1.",
        "Only events are taken. Entries of another kind, X-GIG, in this calendar: 1.",
    ]


def test_texts_are_cleaned_and_what_is_cut_is_said() -> None:
    data = calendar(
        event(
            "SUMMARY:exe\u202etxt.\x07 " + "x" * TITLE_MOST,
            "DESCRIPTION:" + "y" * (DESCRIPTION_MOST + 1),
            "LOCATION:" + "z" * 500,
            "URL:https://example.com/" + "u" * 1_000,
        )
    )
    (told,), skipped = read(data)
    assert told.title.startswith("exetxt. x")
    assert (len(told.title), len(told.description), len(told.location)) == (TITLE_MOST, DESCRIPTION_MOST, 200)
    assert told.title[-1] == told.description[-1] == told.location[-1] == "…"
    assert told.link == ""
    assert {each.title for each in skipped} == {told.title}
    assert [each.values for each in skipped] == [
        {"length": 1_020, "limit": 1_000},
        {"length": 208, "limit": TITLE_MOST},
        {"length": DESCRIPTION_MOST + 1, "limit": DESCRIPTION_MOST},
        {"length": 500, "limit": 200},
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<p>Doors <b>at</b> 11</p><p>Bring&nbsp;friends &amp; cake</p>", "Doors at 11\n\nBring friends & cake"),
        ("One<br>Two<BR/>Three", "One\nTwo\nThree"),
        ('See <a href="https://example.com/x">the page</a>.', "See the page (https://example.com/x)."),
        ('<a href="https://example.com/x">https://example.com/x</a>', "https://example.com/x"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ("<ul><li>Bass</li><li>Drums</li></ul>", "- Bass\n- Drums"),
        ("<html><head><style>p {}</style></head><body>Hi<script>evil()</script></body></html>", "Hi"),
        ("1 < 2 and <3 music > silence", "1 < 2 and <3 music > silence"),
        ("<mailto:x@example.com>", "<mailto:x@example.com>"),
        ("<p <![x <b", "<p <![x <b"),
    ],
)
def test_a_description_in_html_is_read_as_text(written: str, text: str) -> None:
    assert read_event(f"DESCRIPTION:{written}").description == text


@pytest.mark.parametrize(
    ("lines", "link"),
    [
        (["URL;VALUE=URI:HTTPS://example.com/a"], "HTTPS://example.com/a"),
        (["URL:javascript:alert(1)"], ""),
        (["URL:https://"], ""),
        (["URL:https://[broken"], ""),
        (["URL:https://example.com/a b"], ""),
        (["URL:mailto:x@example.com", "X-GOOGLE-CONFERENCE:https://meet.example.com/x"], "https://meet.example.com/x"),
        (["CONFERENCE;VALUE=URI;FEATURE=AUDIO:tel:+1", "CONFERENCE;VALUE=URI:https://a.example"], "https://a.example"),
    ],
)
def test_only_links_to_the_web_are_taken(lines: list[str], link: str) -> None:
    assert read_event(*lines).link == link


@pytest.mark.parametrize("written", ["91;0", "0;181", "nan;1", "1;inf", "here", "1", "0;0", ""])
def test_a_place_that_is_none_is_left_out(written: str) -> None:
    assert read_event(f"GEO:{written}").latitude is None


def test_text_in_any_encoding_is_read() -> None:
    (umlaut,), _ = read(calendar(event("SUMMARY:Grüße")).replace("Grüße".encode(), "Grüße".encode("cp1252")))
    assert umlaut.title == "Grüße"
    mixed = calendar(event("SUMMARY:日本"), event("UID:2", "SUMMARY:für")).replace("ü".encode(), b"\xfc")
    assert [told.title for told in read(mixed)[0]] == ["日本", "für"]
    (wide,), _ = read(calendar(event("SUMMARY:日本")).decode().encode("utf-16"))
    assert wide.title == "日本"
    (marked,), _ = read(b"\xef\xbb\xbf" + calendar(event("SUMMARY:日本")))
    assert marked.title == "日本"


def test_lines_are_joined_where_they_were_folded_even_inside_a_letter() -> None:
    data = calendar(event("SUMMARY:Grüße", "DESCRIPTION:one", " two", "", "\tthree"))
    folded = data.replace("ü".encode(), b"\xc3\r\n \xbc")
    (told,), _ = read(folded)
    assert told.title == "Grüße"
    assert told.description == "onetwothree"
    (old_mac,), _ = read(calendar(event()).replace(b"\r\n", b"\r"))
    assert old_mac.title == "Late Night Techno"


def test_parameters_are_read_with_quotes_and_blanks() -> None:
    told = read_event('DTSTART ; TZID = "Europe/London" ; X-NOTE="a:b;c" : 20261204T200000')
    assert told.timing.zone == "Europe/London"


def test_missing_ends_are_forgiven_and_a_torn_file_loses_its_last_event() -> None:
    lost_end = calendar(event("UID:1").replace("\nEND:VEVENT", "\nBEGIN:VALARM"), event("UID:2"))
    assert [told.uid for told in read(lost_end)[0]] == ["1", "2"]
    torn = calendar(event("UID:1"), event("UID:2"))[:-40]
    events, skipped = read(torn)
    assert [told.uid for told in events] == ["1"]
    assert "ends in the middle" in skipped[0].reason


def test_several_calendars_in_one_file_have_their_own_zones() -> None:
    data = calendar("X-WR-TIMEZONE:Asia/Tokyo", event("UID:1")) + calendar(event("UID:2"))
    assert [told.timing.zone for told in read(data)[0]] == ["Asia/Tokyo", BERLIN]


def test_events_without_a_calendar_around_them_are_read() -> None:
    assert [told.uid for told in read(event("UID:1").encode())[0]] == ["1"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"<html></html>", b"BEGIN:", b"END:VEVENT", b"BEGIN:VCARD\nEND:VCARD" * 0, b"\xff\xfe\x00"],
)
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="not a calendar"):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        HEAD.encode() + b"\nBEGIN:X-A" * 200_000,
        calendar(*["BEGIN:VTIMEZONE"] * 1_000, *["END:X"] * 100_000),
    ],
)
def test_components_nested_without_end_are_refused_at_once(data: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(Refused, match="not a calendar"):
        read(data)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=DAILY", *(f"EXDATE:{2026 + n // 365}0101T{n % 24:02}0000" for n in range(DATES_MOST * 30))],
        ["RDATE:" + ",".join(f"{wall('2026-01-01') + timedelta(hours=n):%Y%m%dT%H%M%S}" for n in range(20_000))],
    ],
)
def test_dates_without_end_are_refused(lines: list[str]) -> None:
    began = time.perf_counter()
    events, skipped = read(calendar(event(*lines)))
    assert time.perf_counter() - began < 5
    assert len(events) + len(skipped) == 1


def test_a_zone_described_at_great_length_is_no_trouble() -> None:
    onsets = ",".join(f"{year:04}0101T{hour:02}0000" for year in range(1600, 2200) for hour in range(24))
    bomb = ODD.replace("DTSTART:", f"RRULE:FREQ=YEARLY;COUNT=400\nRDATE:{onsets}\nDTSTART:")
    began = time.perf_counter()
    told = read_event("DTSTART;TZID=Odd:20261204T203700", around=(bomb,))
    assert time.perf_counter() - began < 5
    assert told.timing.starts == wall("2026-12-04T21:00")


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTIMEZONE", "END:VTIMEZONE",
                "BEGIN:STANDARD", "TZID:Odd", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "DTSTART:20260101T000000",
                "DTSTART;TZID=Odd:20260101T000000", "DTEND:20260102T000000", "DURATION:P1D", "RRULE:FREQ=DAILY",
                "RECURRENCE-ID:20260102T000000", "UID:1", "SUMMARY:x", "EXDATE;VALUE=DATE:20260103", "METHOD:CANCEL",
                "RDATE;VALUE=PERIOD:20260105T000000/PT1H", "SEQUENCE:3", "X-WR-TIMEZONE:Odd", " folded",
            ]
        ),
        st.builds(
            lambda name, param, value: f"{name}{param}:{value}",
            st.sampled_from(
                "DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID UID SUMMARY DESCRIPTION GEO URL CATEGORIES "
                "SEQUENCE TZOFFSETTO TZID BEGIN END X-WR-TIMEZONE".split()
            ),
            st.sampled_from(["", ";TZID=Odd", ';TZID="', ";VALUE=DATE", ";", ";=", ";TZID=UTC;RANGE=THISANDFUTURE"]),
            st.text(st.sampled_from("0123456789TZP-+/,;:\\\"WDHMSFREQ=AILY<>&\x00\u202e é"), max_size=24),
        ),
    ),
    max_size=40,
)  # fmt: skip


@given(LINES)
def test_any_lines_are_events_reasons_or_no_calendar(lines: list[str]) -> None:
    data = "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:x", *lines]).encode()
    for item in events_of(lines_of(data), BERLIN):
        if isinstance(item, Skipped):
            assert "report it" not in item.reason
            item.reason.format(**item.values)
        assert decode(encode(item)) == item


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        for item in events_of(lines_of(data), BERLIN):
            encode(item)
    except Refused:
        pass
