"""What the console holds: kept before it is acknowledged, whole after a crash, bounded."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.journal import Journal
from adapters.console.stored import read_reply, write_reply
from bot.domain.addresses import Address, Channel, Direct
from bot.errors import SetupError, Temporary
from bot.markup import Bold, Code, Link, Mention, Rich, When, WhenStyle, rich
from bot.params import Option
from bot.ui import Action, Button, Card, Field, File, LinkButton, Menu, Privacy, Reply, Style
from tests.adapters.console.harness import BEGIN

EVENTS = Channel("console", "local", "events", "events")
MARA = Direct("console", "mara", "Mara")
HELLO = Reply(rich("Hello"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "greenroom.console.jsonl"


def texts(journal: Journal, address: Address = EVENTS) -> list[Rich]:
    return [post.reply.text for post in journal.at(address)]


words = st.text(max_size=20)
pieces = st.one_of(
    words,
    words.map(Bold),
    words.map(Code),
    st.builds(Link, words, words),
    st.builds(When, st.datetimes(timezones=st.just(UTC)), st.sampled_from(WhenStyle)),
    st.builds(Mention, words, words, words),
)
riches = st.lists(pieces, max_size=4).map(lambda found: Rich(tuple(found)))
actions = st.builds(Action, st.text("abc", max_size=9), st.text(max_size=9))
options = st.builds(Option, words, words)
controls = st.one_of(
    st.builds(Button, words, actions, st.sampled_from(Style)),
    st.builds(LinkButton, words, words),
    st.builds(Menu, words, actions, st.lists(options, max_size=3).map(tuple)),
)
cards = st.builds(
    Card,
    riches,
    riches,
    words,
    st.lists(st.builds(Field, words, riches), max_size=3).map(tuple),
    st.lists(controls, max_size=3).map(tuple),
)
files = st.builds(File, words, st.binary(max_size=9), words)
replies = st.builds(
    Reply,
    riches,
    st.lists(cards, max_size=3).map(tuple),
    st.lists(files, max_size=2).map(tuple),
    st.sampled_from(Privacy),
    st.just(False),
    st.booleans(),
)


@given(replies)
def test_a_message_comes_back_as_it_was_written(reply: Reply) -> None:
    assert read_reply(write_reply(reply)) == reply


@given(replies)
def test_a_message_survives_the_file(tmp_path_factory: pytest.TempPathFactory, reply: Reply) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    kept = Journal(path).post(EVENTS, "key", BEGIN, reply)
    assert Journal(path).get(kept.id) == kept


def test_what_was_posted_and_edited_is_there_after_a_restart(path: Path) -> None:
    journal = Journal(path)
    first = journal.post(EVENTS, "digest:1", BEGIN, HELLO)
    journal.post(MARA, "reminder:1", BEGIN, Reply(rich("Tomorrow")))
    journal.edit(first.id, Reply(rich("Hello again")))
    again = Journal(path)
    assert texts(again) == [rich("Hello again")]
    assert texts(again, MARA) == [rich("Tomorrow")]
    assert again.at(EVENTS)[0].is_edited
    assert (again.channels(), again.accounts()) == (["events"], ["mara"])
    assert again.post(EVENTS, "", BEGIN, HELLO).id == 3


def test_a_place_is_the_same_whatever_it_is_called_now(path: Path) -> None:
    journal = Journal(path)
    journal.post(EVENTS, "digest:1", BEGIN, HELLO)
    assert journal.find(Channel("console", "local", "events", "Events!"), "digest:1", BEGIN) is not None


def test_a_message_is_found_from_the_moment_it_was_posted(path: Path) -> None:
    journal = Journal(path)
    journal.post(EVENTS, "digest:1", BEGIN, HELLO)
    assert journal.find(EVENTS, "digest:1", BEGIN) is not None
    assert journal.find(EVENTS, "digest:1", BEGIN + timedelta(seconds=1)) is None


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_line_that_a_crash_cut_short_is_dropped_and_the_next_is_whole(path: Path, cut: int) -> None:
    journal = Journal(path)
    journal.post(EVENTS, "one", BEGIN, HELLO)
    journal.post(EVENTS, "two", BEGIN, HELLO)
    path.write_bytes(path.read_bytes()[:-cut])
    journal = Journal(path)
    assert [post.key for post in journal.at(EVENTS)] == ["one"]
    journal.post(EVENTS, "three", BEGIN, HELLO)
    assert [post.key for post in Journal(path).at(EVENTS)] == ["one", "three"]


def test_a_damaged_line_is_left_out_and_counted(path: Path) -> None:
    Journal(path).post(EVENTS, "one", BEGIN, HELLO)
    with path.open("ab") as file:
        file.write(b'\0\0\n{"id": 5}\n[]\n')
    journal = Journal(path)
    assert journal.unreadable == 3
    assert [post.key for post in journal.at(EVENTS)] == ["one"]


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_the_disk_does_not_take_was_surely_not_posted(path: Path) -> None:
    journal = Journal(path)
    journal.post(EVENTS, "one", BEGIN, HELLO)
    size = path.stat().st_size
    with files_no_larger_than(size + 40), pytest.raises(Temporary, match="cannot be written"):
        journal.post(EVENTS, "two", BEGIN, HELLO)
    assert path.stat().st_size == size
    assert [post.key for post in journal.at(EVENTS)] == ["one"]
    journal.post(EVENTS, "two", BEGIN, HELLO)
    assert [post.key for post in Journal(path).at(EVENTS)] == ["one", "two"]


def test_it_keeps_the_newest_and_stays_bounded(path: Path) -> None:
    journal = Journal(path, kept=5)
    for index in range(60):
        post = journal.post(EVENTS, str(index), BEGIN, HELLO)
        journal.edit(post.id, HELLO)
        assert len(path.read_bytes().splitlines()) <= 11
    newest = [post.key for post in Journal(path, kept=5).at(EVENTS)]
    assert newest[-5:] == ["55", "56", "57", "58", "59"]
    assert len(newest) <= 10


def test_in_memory_it_is_bounded_too() -> None:
    journal = Journal(kept=5)
    for index in range(60):
        journal.post(EVENTS, str(index), BEGIN, HELLO)
    assert 5 <= len(journal.at(EVENTS)) <= 10


def test_a_full_disk_does_not_stop_it_from_posting_while_it_tidies(path: Path) -> None:
    journal = Journal(path, kept=2)
    for index in range(4):
        journal.post(EVENTS, str(index), BEGIN, HELLO)
    path.with_name(path.name + ".new").mkdir()  # nothing can be written there
    journal.post(EVENTS, "4", BEGIN, HELLO)
    assert [post.key for post in Journal(path).at(EVENTS)] == ["0", "1", "2", "3", "4"]


def test_nobody_else_may_read_it(path: Path) -> None:
    journal = Journal(path, kept=2)
    for index in range(9):
        journal.post(EVENTS, str(index), BEGIN, HELLO)
        assert path.stat().st_mode & 0o077 == 0


def test_a_place_where_nothing_can_be_kept_is_one_line_for_the_operator(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="journal cannot be used"):
        Journal(tmp_path / "missing" / "journal.jsonl")


POSTING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from adapters.console.journal import Journal
from bot.domain.addresses import Channel
from bot.markup import rich
from bot.ui import Reply
EVENTS = Channel("console", "local", "events")
journal = Journal(Path(sys.argv[1]), kept=20)
begin = int(sys.argv[2])
for index in range(begin, begin + 10_000):
    journal.post(EVENTS, str(index), datetime(2026, 1, 1, tzinfo=UTC), Reply(rich("x" * 500)))
    print(index, flush=True)
"""


def test_whatever_was_acknowledged_is_found_after_the_process_was_killed(path: Path) -> None:
    done = -1
    for acknowledged in (1, 7, 33, 50, 61):  # some while the file is written anew
        process = subprocess.Popen(
            [sys.executable, "-c", POSTING, path, str(done + 1)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(acknowledged):
            done = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
        done = int(rest[-1]) if rest and rest[-1] else done
        process.wait()
        process.stdout.close()
        journal = Journal(path, kept=20)
        found = [post.key for post in journal.at(EVENTS)]
        assert len(set(found)) == len(found)
        assert journal.find(EVENTS, str(done), datetime(2000, 1, 1, tzinfo=UTC)) is not None
        assert journal.unreadable == 0
        done = int(found[-1])  # one may be kept that nobody heard of


def test_who_is_an_organiser_is_kept_through_restarts_and_tidying(tmp_path: Path) -> None:
    path = tmp_path / "console.jsonl"
    journal = Journal(path, kept=1)
    assert journal.is_organiser("mara") is None
    journal.set_organiser("mara", True)
    journal.set_organiser("ben", False)
    for number in range(5):
        journal.post(EVENTS, f"key {number}", BEGIN, Reply())
    again = Journal(path)
    assert (again.is_organiser("mara"), again.is_organiser("ben"), again.unreadable) == (True, False, 0)
