"""Tables of people as programs really write them: prefaces, odd columns, broken quotes, formulas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from bot.domain.connections import About
from bot.domain.contacts.columns import choose_columns, guess_columns
from bot.domain.contacts.days import day_of, order_of
from bot.domain.contacts.reading import read_contacts
from bot.domain.contacts.records import FILE_MOST, Contact, bounded
from bot.domain.contacts.tables import read_table
from bot.domain.contacts.writing import write_table
from bot.domain.files.cells import defused, fused
from bot.domain.files.rows import UNREADABLE
from bot.errors import Refused
from tests.domain.test_contacts_vcards import ABOUTS, NOW, TEXTS, timeline_of

GOOGLE = (
    "First Name,Middle Name,Last Name,Organization Name,Organization Title,Notes,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value,Website 1 - Value,Address 1 - City\n"
    "Ana,M,Ruiz,Blue,Producer,n,* myContacts ::: friends,,a@x.org ::: b@x.org,c@x.org,+49 170 123456,x.org,Berlin\n"
)
OUTLOOK = (
    "Vorname;Nachname;E-Mail-Adresse;Firma;Position;Ort geschäftlich;Mobiltelefon;Webseite;Notizen\r\n"
    'Jörg;Müller;j@x.de;Bänder GmbH;Chef;Köln;0170 123456;x.de;"a\r\nb;c"\r\n'
).encode("cp1252")


def test_googles_table_is_read_with_all_addresses() -> None:
    contact = read_table(GOOGLE).contacts[0]
    assert contact.notes == "n"
    assert contact.about == About(
        name="Ana M Ruiz",
        role="Producer",
        company="Blue",
        city="Berlin",
        links=("https://x.org",),
        emails=("a@x.org", "b@x.org", "c@x.org"),
        phones=("+49 170 123456",),
        tags=("friends",),
    )


async def test_outlooks_table_in_german_is_read() -> None:
    contact = (await read_contacts(OUTLOOK)).contacts[0]
    assert contact.notes == "a\nb;c"
    assert contact.about == About(
        name="Jörg Müller",
        role="Chef",
        company="Bänder GmbH",
        city="Köln",
        links=("https://x.de",),
        emails=("j@x.de",),
        phones=("0170 123456",),
    )


@pytest.mark.parametrize(
    "table",
    [
        "My list;;\nexported on 1.1.2026;;\n;;\nName;E-Mail;Stadt\nAna;a@x.org;Berlin\n",
        'sep=;\nName;E-Mail;Stadt\nAna;"a@x.org";Berlin\n',
        '"a title\nof two lines"\n\nName,Email,City\nAna,a@x.org,Berlin\n',
        "City\tEMAIL\tFull Name\r\rBerlin\ta@x.org\tAna\r",
        "Given Name,City,E-mail 1 - Value,Unknown\nAna,Berlin,a@x.org\n",
    ],
)
def test_the_header_is_found_wherever_it_stands(table: str) -> None:
    found = read_table(table)
    assert [each.about for each in found.contacts] == [About("Ana", emails=("a@x.org",), city="Berlin")]
    assert not found.skipped


def test_job_titles_are_roles_and_forms_of_address_are_not() -> None:
    assert read_table("Title,Name,Job Title\nMs.,Ana,Producer\n").contacts[0].about.role == "Producer"


def test_a_quotation_mark_that_is_never_closed_swallows_nobody() -> None:
    found = read_table('Name,Notes\nAna,a\nBen,"never closed\nCy,c\nDi,d\n')
    assert [each.about.name for each in found.contacts] == ["Ana", "Cy", "Di"]
    assert [(each.number, each.reason) for each in found.skipped] == [(3, UNREADABLE)]


def test_a_row_that_is_too_long_harms_no_other() -> None:
    long = "x" * 200_000
    found = read_table(f'Name,Notes\nAna,{long}\nBen,"{long}\n{long}"\nCy,c\n')
    assert "Cy" in [each.about.name for each in found.contacts]
    assert found.skipped[0].number == 2
    assert {each.reason for each in found.skipped} == {UNREADABLE}


def test_a_table_with_a_card_in_a_note_is_a_table() -> None:
    found = read_table('Name,Notes\nAna,"BEGIN:VCARD\nEND:VCARD"\n')
    assert found.contacts[0].notes == "BEGIN:VCARD\nEND:VCARD"


async def test_a_card_in_a_note_makes_no_vcards_of_a_table() -> None:
    found = await read_contacts(b'Name,Notes\nAna,"x\nBEGIN:VCARD\nEND:VCARD"\nBen,\n')
    assert [each.about.name for each in found.contacts] == ["Ana", "Ben"]


async def test_words_before_the_first_card_do_not_hide_it() -> None:
    found = await read_contacts(b"exported for you, today\r\nBEGIN:VCARD\r\nFN:Ana\r\nEND:VCARD\r\n")
    assert [each.about.name for each in found.contacts] == ["Ana"]


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html>one, two</html>",
        b'[{"name": "Ana", "email": "x"}]',
        b"{ }",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0" + bytes(99),
        b"\x1f\x8b\x08\0name,notes",
        b"{\\rtf1 a, b}",
        b"\0\0\0\x18ftypheic",
        b"a,b\n" + bytes(range(32)) * 9,
        b"x" * (FILE_MOST + 1),
    ],
)
async def test_a_file_of_another_kind_is_refused_with_a_way_on(content: bytes) -> None:
    with pytest.raises(Refused, match=r"\.csv|in parts"):
        await read_contacts(content)


async def test_a_stray_octet_costs_no_file() -> None:
    found = await read_contacts("Name,Notes\nA\0na,M\xfcller \x81\nBjörk,ö\n".encode("latin-1"))
    assert [each.about.name for each in found.contacts] == ["Ana", "Björk"]


async def test_half_a_letter_at_the_end_is_none() -> None:
    found = await read_contacts("Name\nAna\n".encode("utf-16") + b"\0")
    assert [each.about.name for each in found.contacts] == ["Ana"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("01 Nov 2026", date(2026, 11, 1)),
        ("2026-11-25T10:00:00Z", date(2026, 11, 25)),
        ("25.11.26", date(2026, 11, 25)),
        ("5. März 2026", date(2026, 3, 5)),
        ("December 5, 2026", date(2026, 12, 5)),
        ("12/5/2026", date(2026, 12, 5)),
        ("31/02/2026", None),
        ("31 Foo 2026", None),
        ("last spring", None),
        ("", None),
    ],
)
def test_days_are_read_as_programs_write_them(written: str, day: date | None) -> None:
    assert day_of(written, "month") == day


def test_a_column_with_a_day_over_twelve_has_its_days_first() -> None:
    found = read_table("Name,Met on\nAna,05/12/2026\nBen,25/11/2026\nCy,11/25/2026\nDi,last spring\n")
    assert [each.met_on for each in found.contacts] == [date(2026, 12, 5), date(2026, 11, 25), None, None]
    assert found.contacts[3].met == "(last spring)"
    assert order_of(["05/12/2026"]) == "month"


def test_columns_are_guessed_and_what_is_said_counts_more() -> None:
    header = ("Wer", "Notiz", "E-Mail", "Title", "Job Title", "First Name")
    assert guess_columns(header) == {"notes": [1], "email": [2], "role": [4, 3], "first": [5]}
    assert choose_columns(header, {"name": "wer", "notes": "4"}) == {
        "name": [0],
        "notes": [3],
        "email": [2],
        "role": [4],
    }
    with pytest.raises(Refused, match="no column 9") as refused:
        choose_columns(header, {"role": "9"})
    assert refused.value.param == "role"


@pytest.mark.parametrize("cell", ["=1", "'=1", "''=1", "'tis", "'", "＝1", "\n=1", "x=1"])
def test_defusing_is_undone_whatever_stood_there(cell: str) -> None:
    assert fused(defused(cell)) == cell
    assert not defused(cell).startswith(("=", "＝", "\n"))


@given(ABOUTS, TEXTS)
def test_what_is_written_as_a_table_is_read_as_it_was(about: About, notes: str) -> None:
    contact, _ = bounded(Contact(about, notes))
    if contact.about.name:
        found = read_table(write_table([timeline_of(contact)]).decode("utf-8-sig"))
        assert not found.skipped
        assert found.contacts == (replace(contact, last_contact=NOW.date()),)
