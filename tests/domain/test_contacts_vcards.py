"""vCards as phones and programs really write them, and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import vobject  # type: ignore[import-untyped]  # it has no types
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.connections import LISTED_MOST, NAME_MOST, NOTE_MOST, About, Connection, Entry, Happening, Timeline
from bot.domain.contacts.reading import read_contacts
from bot.domain.contacts.records import CONTACTS_MOST, NAMELESS, Contact, bounded
from bot.domain.contacts.vcards import BROKEN, read_vcards
from bot.domain.contacts.writing import write_vcards
from bot.domain.text import clean_text
from bot.errors import Refused

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)


def card(*lines: bytes | str, version: str = "3.0", end: bytes = b"\r\n") -> bytes:
    said = (each.encode() if isinstance(each, str) else each for each in lines)
    return end.join((b"BEGIN:VCARD", f"VERSION:{version}".encode(), *said, b"END:VCARD", b""))


def only(content: bytes) -> Contact:
    found = read_vcards(content)
    assert not found.skipped
    assert len(found.contacts) == 1
    return found.contacts[0]


@pytest.mark.parametrize(
    "lines",
    [
        (b"FN;CHARSET=ISO-8859-1:J\xf6rg M\xfcller",),
        (b"FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=FCller",),
        (b"FN;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=20=", b"M=C3=BCller"),
        (b"FN;QUOTED-PRINTABLE:J=C3=B6rg M=C3=BCller",),
        (b"FN;CHARSET=UNHEARD-OF;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BCller",),
        (b"FN;CHARSET=unicode_escape:J\xc3\xb6rg M\xc3\xbcller",),
        (b"FN;ENCODING=BASE64:SsO2cmcgTcO8bGxlcg==",),
        (b"FN:J\xc3", b" \xb6rg M\xc3\xbcller"),
        (b"FN:J\xf6rg M\xfcller",),
        (b"fn:J\xc3\xb6rg", b"\t M\xc3\xbcller"),
        (b"N:M\xc3\xbcller;J\xc3\xb6rg;;;",),
        (b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg",),
        (b'item1.FN;X-LANG="de:AT;x":J\xc3\xb6rg M\xc3\xbcller',),
        (b"NICKNAME:J\xc3\xb6rg M\xc3\xbcller",),
    ],
)
def test_a_name_is_read_however_it_is_encoded_and_folded(lines: tuple[bytes, ...]) -> None:
    assert only(card(*lines, version="2.1")).about.name == "Jörg Müller"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
async def test_cards_come_in_every_encoding_and_with_every_end_of_line(encoding: str, end: bytes) -> None:
    content = card("FN:Jörg Müller", "NOTE:mag Bänder", end=end).decode().encode(encoding)
    found = await read_contacts(content)
    assert [(each.about.name, each.notes) for each in found.contacts] == [("Jörg Müller", "mag Bänder")]


def test_a_text_of_several_quoted_lines_is_whole() -> None:
    lines = (
        "FN:Ana",
        "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=",
        "two three =C3=",
        "=B6 end=0D=0A",
        "TEL;CELL:123456",
    )
    contact = only(card(*lines, version="2.1"))
    assert contact.notes == "one\ntwo three ö end"
    assert contact.about.phones == ("123456",)


@pytest.mark.parametrize("end", ["=", "x=", "x=3D="])
def test_a_quoted_line_that_goes_on_into_the_end_of_the_card_ends_there(end: str) -> None:
    found = read_vcards(card("FN:Ana", f"NOTE;ENCODING=QUOTED-PRINTABLE:{end}", version="2.1") + card("FN:Ben"))
    assert [each.about.name for each in found.contacts] == ["Ana", "Ben"]


def test_all_that_vcard_4_says_is_where_it_belongs() -> None:
    contact = only(
        card(
            "FN;PREF=1:Ana Ruiz",
            "N:Ruiz;Ana;;;",
            'TEL;VALUE=uri;TYPE="voice,home":tel:+49-170-1234567;ext=5',
            "EMAIL;TYPE=work:mailto:ana@example.org",
            'ADR;LABEL="Street 1, Berlin: x":;;Street 1;Berlin;;10115;DE',
            "IMPP:xmpp:ana@example.net",
            "ORG:Room\\, Blue;North",
            "TITLE:Head\\; chief",
            "ROLE:Producer",
            "NOTE:a\\Nb\\\\n\\;c",
            "CATEGORIES:Techno,R&B",
            "URL:https://x.example/a;b?c=1,2",
            "X-SOCIALPROFILE;TYPE=instagram:https://instagram.com/ana",
            "X-SOCIALPROFILE;TYPE=twitter:x-apple:ana",
            "X-SKYPE:ana.r",
            "BDAY:--0412",
            "REV:nonsense",
            version="4.0",
        )
    )
    assert contact.notes == "a\nb\\n;c"
    assert contact.about == About(
        name="Ana Ruiz",
        role="Producer, Head; chief",
        company="Room, Blue",
        city="Berlin",
        handles=("xmpp:ana@example.net", "twitter: ana", "skype: ana.r"),
        links=("https://x.example/a;b?c=1,2", "https://instagram.com/ana"),
        emails=("ana@example.org",),
        phones=("+49-170-1234567 ext. 5",),
        tags=("techno", "r&b"),
    )


def test_a_company_of_a_phone_is_named_as_it_is() -> None:
    assert only(card("N:;;;;", "FN:", "ORG:Blue Room;", "TEL:123456")).about.name == "Blue Room"


def test_a_card_within_a_card_is_no_one_of_its_own() -> None:
    inner = card("FN:Agent", "TEL:999999", version="2.1")
    content = card("FN:Ana", "AGENT:", inner.strip(), "TEL:123456", version="2.1")
    assert only(content).about == About("Ana", phones=("123456",))


def test_a_card_that_has_no_end_takes_nothing_from_the_next() -> None:
    found = read_vcards(b"BEGIN:VCARD\nVERSION:3.0\nFN:Broken\nNOTE:mine\n" + card("FN:Ana") + b"END:VCARD\nFN:x\n")
    assert [(each.about.name, each.notes) for each in found.contacts] == [("Ana", "")]
    assert [(each.number, each.reason) for each in found.skipped] == [(1, BROKEN)]


def test_lines_that_say_nothing_harm_no_other_and_stand_in_no_log(capfd: pytest.CaptureFixture[str]) -> None:
    picture = ("PHOTO;ENCODING=BASE64;JPEG:", "/9j/4AAQSkZJ", "/9j/4AAQ==", "", "FN:Ana")
    contact = only(card("private garbage", ";;;", ":", 'TEL;X="never closed:1', *picture, "TEL:123456", version="2.1"))
    assert contact.about == About("Ana", phones=("123456",))
    assert capfd.readouterr() == ("", "")


def test_two_files_put_together_keep_both() -> None:
    mark = b"\xef\xbb\xbf"
    assert len(read_vcards(card("FN:A") + mark + card("FN:B")).contacts) == 2


def test_links_that_no_browser_should_open_are_words() -> None:
    about = only(card("FN:Ana", "URL:javascript://%0aalert(1)", "URL:medium.com/@ana", "URL:HTTPS://x.example")).about
    assert about.links == ("https://medium.com/@ana", "HTTPS://x.example")
    assert about.handles == ("javascript://%0aalert(1)",)


def test_what_is_too_long_or_too_much_is_cut_and_counted() -> None:
    much = [f"EMAIL:{number}@example.org" for number in range(50)]
    found = read_vcards(card("FN:" + "ä" * 60_000, "NOTE:" + "\r\n ".join(["ö" * 70] * 2_000), *much) + card("FN:Ben"))
    contact = found.contacts[0]
    assert len(contact.about.name) == NAME_MOST
    assert len(contact.notes) == NOTE_MOST
    assert len(contact.about.emails) == LISTED_MOST
    assert found.cut == 1


def test_more_cards_than_fit_are_refused_whole() -> None:
    with pytest.raises(Refused, match="in parts"):
        read_vcards(b"BEGIN:VCARD\n" * (CONTACTS_MOST + 2))


@pytest.mark.parametrize(
    "content",
    [
        b"\n" * 2_000_000,
        b"\n" * 1_000_000 + b"BEGIN:VCARD\n",
        b"BEGIN:VCARD\nFN:A\n" + b" " * 2_000_000,
        b"BEGIN:VCARD\nFN:A\n" + b" a\n" * 500_000,
        b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:" + b"=\n" * 500_000,
        b"BEGIN:VCARD\nTEL" + b';A="' * 300_000 + b":1\nEND:VCARD\n",
        b"BEGIN:VCARD\nN:" + b"\\" * 1_000_000 + b"\nEND:VCARD\n",
        b"BEGIN:VCARD\nAGENT:\n" * 100_000,
        b'name\n"' + b'""' * 1_000_000,
        b'name\n"' + b"a\n" * 500_000,
        b"name" + b"," * 2_000_000,
    ],
    ids=range(11),
)
async def test_no_file_takes_longer_than_its_size_asks_for(content: bytes) -> None:
    """Each of these kept a reader that looks twice busy for hours: the faulthandler's time-out ends such a one."""
    try:
        found = await read_contacts(content)
    except Refused:
        return
    assert len(found.contacts) <= 1


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
LABEL = st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=12)
ABOUTS = st.builds(
    About,
    name=WORD,
    role=WORD,
    company=WORD,
    city=WORD,
    handles=st.lists(LABEL.map("@{}".format), max_size=3).map(tuple),
    links=st.lists(LABEL.map("https://x.example/{}?a=1,2;b".format), max_size=3).map(tuple),
    emails=st.lists(LABEL.map("{}@example.org".format), max_size=3).map(tuple),
    phones=st.lists(st.integers(10**6, 10**12).map("+{}".format), max_size=3).map(tuple),
    tags=st.lists(WORD, max_size=3).map(tuple),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)


def timeline_of(contact: Contact) -> Timeline:
    entries = (Entry(Happening.NOTE, NOW, contact.notes),) if contact.notes else ()
    return Timeline(Connection(7, contact.about, NOW.date()), entries)


@given(ABOUTS, TEXTS)
def test_what_is_written_as_a_card_is_read_as_it_was(about: About, notes: str) -> None:
    contact, _ = bounded(Contact(about, notes))
    if contact.about.name:
        assert only(write_vcards([timeline_of(contact)], "x")) == contact


@given(LABEL, st.lists(st.text("ab ,;\\\n:äé🎛", max_size=20), max_size=4))
def test_another_program_reads_our_cards_as_we_do(name: str, lines: list[str]) -> None:
    contact, _ = bounded(Contact(About(name, company="Blue; Room"), clean_text("\n".join(lines))))
    written = write_vcards([timeline_of(contact)], "x")
    theirs = vobject.readOne(written.decode())
    assert theirs.fn.value == name
    assert theirs.org.value == ["Blue; Room"]
    assert (theirs.note.value if "note" in theirs.contents else "") == contact.notes
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))


@given(
    st.lists(
        st.sampled_from(
            [
                b"BEGIN:VCARD",
                b"END:VCARD",
                b"AGENT:",
                b"FN:Ana",
                b"N:;;",
                b" x",
                b"NOTE;QUOTED-PRINTABLE:a=",
                b"\xff",
                b":",
            ]
        ),
        max_size=30,
    )
)
def test_cards_in_any_disorder_are_each_taken_or_told(lines: list[bytes]) -> None:
    found = read_vcards(b"\n".join(lines))
    assert {each.reason for each in found.skipped} <= {BROKEN, NAMELESS}
    assert all(each.about.name for each in found.contacts)
    assert len(found.contacts) + len(found.skipped) <= lines.count(b"BEGIN:VCARD")
