"""People in files: what phones, LinkedIn and spreadsheets write is read; what is broken is told and harms no other."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import vobject  # type: ignore[import-untyped]  # it has no types
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cadences import Cadence, Unit
from bot.domain.connections import About, Connection, Entry, Happening, Promise, Side, Timeline
from bot.domain.contacts.reached import told_apart
from bot.domain.contacts.reading import read_contacts
from bot.domain.contacts.records import CONTACTS_MOST, NAMELESS
from bot.domain.contacts.tables import read_table
from bot.domain.contacts.vcards import BROKEN, read_vcards
from bot.domain.contacts.writing import write_table, write_vcards
from bot.domain.files.cells import defused, fused
from bot.domain.text import clean_line, clean_text
from bot.errors import Refused

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)

PHONE = """BEGIN:VCARD
VERSION:3.0
N:Ruiz;Ana;;;
FN:Ana Ruiz
ORG:Blue Room;Mixing
TITLE:Producer
item1.URL:https://anaruiz.example
item1.X-ABLABEL:Home
EMAIL;type=INTERNET;type=HOME:ana@example.org
TEL;TYPE=CELL:+49 170 1234567
NOTE:likes tape\\, and\\nreverb
CATEGORIES:techno,mixing
ADR;TYPE=HOME:;;Street 1;Berlin;;10115;Germany
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5
BDAY:1990-04-12
END:VCARD
"""
OLD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BCller\r\nTEL;CELL:0170 123456\r\nEND:VCARD\r\n"
)
LINKEDIN = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ana,Ruiz,https://www.linkedin.com/in/anaruiz,,Blue Room,"Producer, mixing",01 Nov 2026
Ben,Okafor,https://www.linkedin.com/in/benokafor,ben@example.org,,,12 Oct 2026
,,https://www.linkedin.com/in/gone,,,,
"""


def timeline() -> Timeline:
    about = About(
        name="Ana Ruiz",
        role="producer",
        company="Blue Room; Berlin",
        city="Berlin",
        handles=("@anaruiz",),
        links=("https://anaruiz.example/a,b",),
        emails=("ana@example.org",),
        phones=("+49 170 1234567",),
        tags=("techno", "r&b"),
        introduced_by="Ben",
    )
    known = Connection(7, about, date(2026, 11, 24), cadence=Cadence(6, Unit.WEEKS))
    entries = (
        Entry(Happening.NOTE, NOW, "second, with a comma; a semicolon\nand a line"),
        Entry(Happening.NOTE, NOW, "first"),
        Entry(Happening.MET, NOW, "ADE panel"),
    )
    return Timeline(known, entries, (Promise(Side.MINE, "send stems", NOW),))


def test_what_a_phone_writes_is_read_without_its_pictures() -> None:
    found = read_vcards(PHONE.encode())
    assert not found.skipped
    contact = found.contacts[0]
    assert contact.about == About(
        name="Ana Ruiz",
        role="Producer",
        company="Blue Room",
        city="Berlin",
        links=("https://anaruiz.example",),
        emails=("ana@example.org",),
        phones=("+49 170 1234567",),
        tags=("techno", "mixing"),
    )
    assert contact.notes == "likes tape, and\nreverb"


def test_an_old_phones_quoted_printable_is_read() -> None:
    contact = read_vcards(OLD.encode()).contacts[0]
    assert (contact.about.name, contact.about.phones) == ("Jörg Müller", ("0170 123456",))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("BEGIN:VCARD\nVERSION:3.0\nFN Ana\n", BROKEN),
        ("BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nTEL:1\nEND:VCARD\n", NAMELESS),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Nina\nNOTE:never ends\n", BROKEN),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:\u200b\nEND:VCARD\n", NAMELESS),
        ("BEGIN:VCARD\nEND:VCARD\n", NAMELESS),
    ],
)
def test_a_broken_card_is_told_and_the_others_are_read(broken: str, reason: str) -> None:
    found = read_vcards((PHONE + broken + OLD).encode())
    assert [each.about.name for each in found.contacts] == ["Ana Ruiz", "Jörg Müller"]
    assert [(each.number, each.reason) for each in found.skipped] == [(2, reason)]


def test_linkedins_table_is_read_behind_its_preface() -> None:
    found = read_table(LINKEDIN)
    assert [each.about.name for each in found.contacts] == ["Ana Ruiz", "Ben Okafor"]
    ana = found.contacts[0]
    assert (ana.about.role, ana.about.company) == ("Producer, mixing", "Blue Room")
    assert (ana.about.links, ana.met_on) == (("https://www.linkedin.com/in/anaruiz",), date(2026, 11, 1))
    assert len(found.skipped) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_tables_come_in_every_encoding_and_with_every_delimiter(encoding: str, delimiter: str) -> None:
    table = f"Name{delimiter}Ort{delimiter}Notizen\nJörg Müller{delimiter}Köln{delimiter}mag Bänder\n"
    found = await read_contacts(table.encode(encoding))
    contact = found.contacts[0]
    assert (contact.about.name, contact.about.city, contact.notes) == ("Jörg Müller", "Köln", "mag Bänder")


async def test_a_table_whose_columns_nobody_knows_tells_them_and_takes_a_hint() -> None:
    table = b"Wer,Was,Woher\nAna Ruiz,producer,ADE\n"
    unknown = await read_contacts(table)
    assert (unknown.contacts, unknown.header) == ((), ("Wer", "Was", "Woher"))
    found = await read_contacts(table, {"name": "wer", "role": "2"})
    assert (found.contacts[0].about.name, found.contacts[0].about.role) == ("Ana Ruiz", "producer")
    with pytest.raises(Refused, match="There is no column"):
        await read_contacts(table, {"name": "Wen"})


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04rest", b"%PDF-1.7", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\0" * 8, b"just words", b"\n\n"],
)
async def test_what_is_no_contacts_is_refused_with_a_way_on(content: bytes) -> None:
    with pytest.raises(Refused, match=r"\.csv"):
        await read_contacts(content)


def test_more_than_fit_are_refused_whole() -> None:
    with pytest.raises(Refused, match="in parts"):
        read_table("name\n" + "Ana\n" * (CONTACTS_MOST + 1))


def test_what_is_too_long_is_cut_and_counted() -> None:
    found = read_table(f"name,notes\n{'A' * 500},{'n' * 5000}\nBen,short\n")
    assert (len(found.contacts[0].about.name), len(found.contacts[0].notes), found.cut) == (100, 4000, 1)


@pytest.mark.parametrize("cell", ["=1+1", "+49 170", "-x", "@SUM(A1)", "\tx", "\rx", "\0x"])
def test_cells_that_a_spreadsheet_would_run_are_defused_and_read_back(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert fused(defused(cell)) == cell
    assert fused(cell) == cell


def test_our_own_table_reads_as_it_was_written() -> None:
    written = write_table([timeline()])
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    contact = read_table(written.decode("utf-8-sig")).contacts[0]
    assert contact.about.phones == ("+49 170 1234567",)
    assert contact.about.handles == ("@anaruiz",)
    assert (contact.about.company, contact.about.introduced_by) == ("Blue Room; Berlin", "Ben")
    assert (contact.met, contact.met_on) == ("ADE panel", NOW.date())
    assert "a semicolon" in contact.notes


def test_our_own_cards_are_read_by_another_program_and_by_us() -> None:
    octets = write_vcards([timeline()], "https://greenroom.example")
    written = octets.decode()
    card = vobject.readOne(written)
    assert card.version.value == "4.0"
    assert (card.fn.value, card.n.value.family, card.n.value.given) == ("Ana Ruiz", "Ruiz", "Ana")
    assert card.note.value == "first\nsecond, with a comma; a semicolon\nand a line"
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    again = read_vcards(octets).contacts[0]
    assert again.about.handles == ("@anaruiz",)
    assert again.about.links == ("https://anaruiz.example/a,b",)
    assert again.about.tags == ("techno", "r&b")
    assert (again.about.city, again.about.company) == ("Berlin", "Blue Room; Berlin")


def test_the_same_person_has_the_same_uid_in_every_export() -> None:
    one, two = (write_vcards([timeline()], "https://greenroom.example") for _ in range(2))
    other = write_vcards([timeline()], "https://elsewhere.example")
    assert one == two != other


@given(st.text(min_size=1, max_size=80), st.text(max_size=300))
def test_whatever_stands_in_a_name_or_note_comes_back_as_it_is_kept(name: str, note: str) -> None:
    kept, said = clean_line(name), clean_text(note)
    if not kept:
        return
    line = timeline()
    about = replace(line.connection.about, name=kept)
    entries = (Entry(Happening.NOTE, NOW, said),) if said else ()
    whole = replace(line, connection=replace(line.connection, about=about), entries=entries)
    cards, table = write_vcards([whole], "x"), write_table([whole]).decode("utf-8-sig")
    for found in (read_vcards(cards), read_table(table)):
        assert not found.skipped
        assert found.contacts[0].notes == said


@given(st.binary(max_size=400))
async def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        found = await read_contacts(content)
    except Refused:
        return
    assert all(each.about.name for each in found.contacts)


def test_what_people_write_in_one_breath_is_told_apart() -> None:
    reached = told_apart(["@ana", "ana@example.org", "soundcloud.com/ana", "+49 170 1234567", "discord: ana#1"])
    assert reached == {
        "handles": ("@ana", "discord: ana#1"),
        "emails": ("ana@example.org",),
        "links": ("https://soundcloud.com/ana",),
        "phones": ("+49 170 1234567",),
    }
