"""The library as files: bookmarks and tables of others read, ours written and read again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import Price
from bot.domain.files.rows import Skipped
from bot.domain.library_files.reading import read_library
from bot.domain.library_files.records import ENTRIES_MOST, NO_LINK, Entry
from bot.domain.library_files.writing import write_bookmarks, write_table
from bot.domain.resources import About, Kind, Level, Note, Resource
from bot.domain.text import clean_line, clean_text
from bot.errors import Refused

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TOPICS = {"craft": "craft", "business": "business", "geschaft": "business"}
NAMES = {"craft": "Craft", "business": "Business"}

FIREFOX = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file. -->
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks Menu</H1>

<DL><p>
    <DT><H3 ADD_DATE="1" PERSONAL_TOOLBAR_FOLDER="true">Bookmarks Toolbar</H3>
    <DL><p>
        <DT><H3>Business</H3>
        <DL><p>
            <DT><A HREF="https://example.org/splits?a=1&amp;b=2"
                ICON="data:image/png;base64,AA" TAGS="Contract,splits">Split &amp; share</A>
            <DD>Who owns what
            <DT><H3>Sync</H3>
            <DL><p>
                <DT><A HREF="https://example.org/sync">Sync</A>
            </DL><p>
        </DL><p>
        <DT><A HREF="javascript:alert(1)">Bad</A>
        <DT><A HREF="place:sort=8">Recent</A>
    </DL><p>
    <HR>
    <DT><A HREF="https://example.org/mixing">Mixing</A>
</DL>
"""

PINBOARD = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<TITLE>Pinboard Bookmarks</TITLE><H1>Bookmarks</H1>
<DL><p><DT><A HREF="https://example.org/a" ADD_DATE="1" PRIVATE="1" TOREAD="0" TAGS="one,two">A</A>
<DD>Said of it, on
two lines
<DT><A HREF='https://example.org/b' ADD_DATE=1>B</A></DL></p>"""


def read(text: str | bytes) -> list[Entry]:
    return list(read_library(text.encode() if isinstance(text, str) else text, TOPICS).entries)


def test_a_browsers_bookmarks_are_read_with_folders_as_topics_and_tags() -> None:
    splits, sync, mixing = read(FIREFOX)
    assert (splits.link, splits.about.title) == ("https://example.org/splits?a=1&b=2", "Split & share")
    assert (splits.about.topic, splits.about.tags) == ("business", ("contract", "splits"))
    assert splits.about.description == "Who owns what"
    assert (sync.about.topic, sync.about.tags) == ("business", ("sync",))
    assert (mixing.about.topic, mixing.about.tags) == ("", ())


def test_what_is_no_link_is_told_with_its_line() -> None:
    assert read_library(FIREFOX.encode(), TOPICS).skipped == (Skipped(20, NO_LINK), Skipped(21, NO_LINK))


def test_bookmarks_of_programs_that_close_nothing_are_read() -> None:
    a, b = read(PINBOARD)
    assert (a.about.tags, a.about.description) == (("one", "two"), "Said of it, on\ntwo lines")
    assert (b.link, b.about.title, b.about.description) == ("https://example.org/b", "B", "")


@pytest.mark.parametrize(
    "text",
    [
        "id,title,note,excerpt,url,folder,tags,created,cover\n"
        '1,Splits,Short,Who owns what,https://example.org/s,Business,"contract, law",2026,\n',
        "Tags;URL;Folder;Title;Note;Description\n"
        "contract|law;https://example.org/s;Geschäft;Splits;Short;Who owns what\n",
        "title\turl\ttags\tdescription\tnotes\ttopic\n"
        "Splits\thttps://example.org/s\tcontract,law\tWho owns what\tShort\tBUSINESS\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_tables_of_other_programs_are_read(text: str, encoding: str) -> None:
    [entry] = read(text.encode(encoding))
    assert (entry.link, entry.about.title, entry.note) == ("https://example.org/s", "Splits", "Short")
    assert (entry.about.topic, entry.about.tags) == ("business", ("contract", "law"))
    assert entry.about.description == "Who owns what"


def resource(about: About, note: str = "", link: str = "https://example.org/a?b=1&c=2") -> Resource:
    notes = (Note(1, "Ana", note, NOW),) if note else ()
    return Resource(1, link, "example.org/a", about, NOW, 1, "Ana", notes)


FULL = About(
    title='=SUM("a") <b>&amp; Split',
    topic="business",
    description="Who owns what,\nand why",
    site="Contracts",
    kind=Kind.TEMPLATE,
    tags=("contract", "@sync"),
    level=Level.BEGINNER,
    price=Price(Decimal("15.50"), "EUR"),
    language="de",
    jurisdiction="DE",
    review_by=date(2027, 6, 1),
)


@pytest.mark.parametrize("write", [write_bookmarks, write_table])
def test_what_is_written_is_read_as_it_was(write) -> None:  # type: ignore[no-untyped-def]  # either of two
    [entry] = read(write([resource(FULL, "-Short & clear")], NAMES))
    assert (entry.link, entry.about, entry.note) == ("https://example.org/a?b=1&c=2", FULL, "-Short & clear")


_LINES = st.text(max_size=60).map(lambda text: clean_line(text).strip())


@given(_LINES, st.text(max_size=80).map(clean_text), st.text(max_size=80).map(clean_text))
def test_any_words_come_back_from_both(title: str, description: str, note: str) -> None:
    about = About(title or "x", "craft", description, site="example.org")
    for write in (write_bookmarks, write_table):
        [entry] = read(write([resource(about, note)], NAMES))
        assert (entry.about.title, entry.about.topic) == (about.title, "craft")
        assert (entry.about.description, entry.note) == (about.description, note)


def test_no_spreadsheet_runs_what_is_written() -> None:
    table = write_table([resource(FULL)], NAMES).decode("utf-8-sig")
    assert "'=SUM" in table
    assert ",=SUM" not in table
    assert ',"=SUM' not in table


def test_free_and_unknown_prices_are_told_apart() -> None:
    for price in (None, Price(Decimal(0), "")):
        [entry] = read(write_table([resource(About("x", "craft", price=price))], NAMES))
        assert entry.about.price == price


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "neither bookmarks"),
        (b"Name,Email\nAna,ana@example.org\n", "neither bookmarks"),
        (b"<html><body>No links</body></html>", "no links"),
        (b"PK\x03\x04" + b"\0" * 100, "no text"),
        (b"\x89PNG" + b"\0" * 100, "no text"),
        (b"url\n" + b"https://example.org/\n" * (ENTRIES_MOST + 1), "more than"),
        (b"<DL>" + b'<DT><A HREF="https://example.org/">x</A>' * (ENTRIES_MOST + 1), "more than"),
        (b"a" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(content: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says):
        read_library(content, TOPICS)


@pytest.mark.parametrize(
    "hostile",
    [
        b"<DL>" * 100_000,
        b"<DL><DT><H3>f</H3>" * 100_000,
        b'<A "' * 500_000,
        b"<A '\"" * 500_000,
        b'<A "<a" ' * 300_000,
        b"<A HREF=" * 300_000,
        b"<DD" * 500_000,
        b"<H3>" + b"x" * 9_000_000,
        b"&" * 5_000_000,
        b"\n" * 5_000_000,
    ],
)
def test_hostile_bookmarks_cost_no_more_than_their_size(hostile: bytes) -> None:
    good = b'<DT><A HREF="https://example.org/a">A</A>'
    found = read_library(b"<!DOCTYPE NETSCAPE-Bookmark-file-1>" + good + hostile[:9_900_000], TOPICS)
    assert found.entries[0].link == "https://example.org/a"


def test_a_table_with_one_endless_line_and_an_open_quotation_mark_keeps_the_rest() -> None:
    table = b"url,title\nhttps://example.org/a,A\n" + b"x" * 5_000_000 + b'\nhttps://example.org/b,"B\n'
    found = read_library(table, TOPICS)
    assert [entry.link for entry in found.entries] == ["https://example.org/a"] or len(found.entries) == 2
    assert found.skipped


def test_nothing_unseen_stays_in_what_is_read() -> None:
    [entry] = read("url,title\nhttps://exam\u200bple.org/a,A\u202eB\0C\n")
    assert (entry.link, entry.about.title) == ("https://example.org/a", "ABC")


def test_ten_thousand_tags_become_ten() -> None:
    tags = ",".join(f"t{number}" for number in range(10_000))
    [entry] = read(f'url,tags\nhttps://example.org/a,"{tags}"\n')
    assert len(entry.about.tags) == 10
