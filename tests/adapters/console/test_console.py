"""The console as its user meets it, over a core that says what each test wants."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import pytest

from adapters.console.client import ROUNDS, Console
from adapters.console.clock import ConsoleClock
from adapters.console.journal import Journal
from adapters.console.settings import console_settings
from bot.commands import Feature
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Receipt
from bot.errors import Unreachable
from bot.markup import rich
from bot.params import Option
from bot.request import Press, Submit, Typed
from bot.settings import read_settings
from bot.ui import Action, Button, Card, Form, LinkButton, Menu, Privacy, Reply
from tests.adapters.console.harness import BEGIN, StillClock
from tests.platforms.contract import SaidCore

EVENTS = Channel("console", "local", "events", "events")
MARA = Direct("console", "mara")
PUBLIC = Privacy.SHARED
GOING = Card(rich("Night"), controls=(Button("Going", Action("going", "1")),))
MANY = Reply(
    rich("Found"),
    (
        Card(rich("One"), controls=(Button("Going", Action("going", "1")), LinkButton("Page", "https://example.org"))),
        Card(rich("Two"), controls=(Button("Going", Action("going", "2")),)),
        Card(controls=(Menu("Kind", Action("kind"), (Option("Concert", "c"), Option("Workshop", "w"))),)),
        Card(controls=(Button("Next", Action("next")),)),
    ),
)


class Place:
    """A console with everything around it; `say` types lines and returns all that is seen."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.core = SaidCore()
        self.clock = ConsoleClock(StillClock())
        self.journal = journal or Journal()
        self.work: Callable[[], datetime | None] = lambda: None
        self.worked: list[datetime] = []

    async def _work(self) -> datetime | None:
        self.worked.append(self.clock.now())
        return self.work()

    def console(self, text: str) -> tuple[Console, io.StringIO]:
        seen = io.StringIO()
        console = Console(
            clock=self.clock,
            work=self._work,
            journal=self.journal,
            features=(Feature("event", "Events", ()),),
            stdin=io.StringIO(text),
            stdout=seen,
            is_interactive=False,
            zone=ZoneInfo("Europe/Berlin"),
            locale="en",
        )
        return console, seen

    async def say(self, *lines: str) -> str:
        console, seen = self.console("".join(f"{line}\n" for line in lines))
        await console.serve(self.core)
        return seen.getvalue()

    async def send(self, to: Channel | Direct, reply: Reply, key: str = "k") -> None:
        await self.console("")[0].send(to, reply, key)


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_transcript_reads_as_a_conversation(place: Place) -> None:
    seen = await place.say("/event find", "", "   ", ":as mara organiser", ":nonsense")
    assert seen == (
        "> /event find\n(only you see this)\nHeard.\n"
        "\n> :as mara organiser\nYou are now mara, an organiser.\n"
        "\n> :nonsense\n! There is no :nonsense here. There are :as, :in, :press, :choose, :fill, :inbox, :channel, "
        ":skip, :now, :help, and :quit.\n"
    )


async def test_quit_is_the_last_line_that_is_read(place: Place) -> None:
    assert await place.say(":quit", "/event find") == "> :quit\n"
    assert place.core.asked == []


async def test_people_keep_their_role_until_it_is_changed(place: Place) -> None:
    await place.say(":as Mara organiser", "/x", ":as tom", "/x", ":as mara", "/x", ":as mara member", "/x")
    assert [(each.account.id, each.account.name, each.is_organiser) for each in place.core.asked] == [
        ("mara", "Mara", True),
        ("tom", "tom", False),
        ("mara", "Mara", True),
        ("mara", "Mara", False),
    ]


async def test_commands_come_from_the_channel_somebody_is_in(place: Place) -> None:
    await place.say("/x", ":in #Late-Night", "/x")
    assert [each.channel and each.channel.id for each in place.core.asked] == ["general", "late-night"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("what is on tonight?", "I answer commands. /help shows"),
        ("event find techno", "/event find techno"),
        (":help", ':fill title="Late Night" price=5'),
        (":help form", "name= empties a field"),
        (":now", "It is now Sunday, November 22, 2026, 7:00 PM (Europe/Berlin, CET)."),
        (":press Going", "! There is nothing to press on the last answer."),
        (":choose Kind", "! There is nothing to choose from on the last answer."),
        (":fill title=x", "! No form is open."),
        (":inbox", "You have no direct messages."),
        (":inbox tom", "tom has no direct messages."),
        (":channel", "I have posted nothing in #general yet."),
        ("x" * 30_000, "! This line is longer than 20,000 characters. Shorten it."),
    ],
)
async def test_every_line_is_answered(place: Place, line: str, hint: str) -> None:
    assert hint in await place.say(line)


async def test_controls_are_used_by_label_number_and_choice(place: Place) -> None:
    answers = iter([MANY])
    place.core.answer = lambda _incoming: next(answers, Reply(rich("Done.")))
    seen = await place.say(
        "/x", ":press Going", ":press Going 2", ":press 5", ":choose Kind work", ":press Page", ":press Kind"
    )
    assert [each.asked for each in place.core.asked[1:]] == [
        Press(Action("going", "2")),
        Press(Action("next")),
        Press(Action("kind"), "w"),
    ]
    assert "! Going stands there 2 times: 1, 3. Say which, such as :press 1." in seen
    assert "Page opens https://example.org" in seen
    assert "! Kind is a menu. Choose with :choose Kind …: Concert | Workshop." in seen


async def test_controls_of_earlier_answers_are_found_by_label_but_not_by_number(place: Place) -> None:
    answers = iter(
        [MANY, Reply(rich("You are going."), (Card(rich("Night"), controls=(Button("Who", Action("who")),)),))]
    )
    place.core.answer = lambda _incoming: next(answers, Reply(rich("Done.")))
    seen = await place.say("/x", ":press Going 1", ":press Next", ":press 5", ":press Nonsense", ":press Who")
    assert [each.asked for each in place.core.asked[1:]] == [
        Press(Action("going", "1")),
        Press(Action("next")),
        Press(Action("who")),
    ]
    assert "! There is no 5 on the last answer. There are [1 Who]." in seen
    assert "! There is no Nonsense on the last answer. There are [1 Who]." in seen


async def test_what_was_replaced_cannot_be_used_any_more(place: Place) -> None:
    answers = iter([Reply(rich("Sure?"), (GOING,)), Reply(rich("Saved."), replaces=True)])
    place.core.answer = lambda _incoming: next(answers)
    seen = await place.say("/x", ":press Going", ":press Going")
    assert seen.endswith("! There is nothing to press on the last answer.\n")


async def test_a_post_can_be_used_by_others_and_a_private_answer_cannot(place: Place) -> None:
    place.core.answer = lambda _incoming: Reply(rich("All welcome"), (GOING,), privacy=PUBLIC)
    await place.say("/x", ":as tom", ":press Going")
    assert place.core.asked[-1].account.id == "tom"
    place.core.answer = lambda _incoming: Reply(rich("Only you"), (GOING,))
    seen = await place.say("/x", ":as tom", ":press Going")
    assert "! There is nothing to press" in seen


async def test_a_form_stays_open_until_it_was_taken(place: Place) -> None:
    form = Form("Add", Action("add"), {}, {"title": "x"})
    no = Reply(rich("Not now."), is_refusal=True)
    place.core.answer = lambda incoming: form if isinstance(incoming.asked, Typed) else no
    await place.say("/add", ":fill", ":fill")
    assert [each.asked for each in place.core.asked[1:]] == [Submit(Action("add"), {"title": "x"})] * 2
    place.core.answer = lambda incoming: form if isinstance(incoming.asked, Typed) else Reply(rich("Saved."))
    assert (await place.say("/add", ":fill", ":fill")).endswith(
        "! No form is open. A command such as /event add opens one.\n"
    )


async def test_the_inbox_and_channel_show_the_newest_and_how_to_see_all(place: Place) -> None:
    for index in range(12):
        await place.send(EVENTS, Reply(rich(f"Digest {index}"), (GOING,)), str(index))
        await place.send(MARA, Reply(rich(f"Reminder {index}"), (GOING,)), str(index))
    seen = await place.say(":channel #events")
    assert "2 older messages: :channel events all\n\n— #events, Sunday, November 22" in seen
    assert "(only you see this)" not in seen
    assert ("Digest 1\n" in seen, "Digest 2\n" in seen, "Digest 11\n" in seen) == (False, True, True)
    assert "[10 Going]" in seen
    seen = await place.say(":channel events all", ":press 12")
    assert "Digest 0\n" in seen
    assert place.core.last == Press(Action("going", "1"))
    seen = await place.say(":as mara", ":inbox", ":press 1", ":as tom", ":inbox mara", ":press 1")
    assert "— @mara, Sunday" in seen
    assert "Only mara can press these; :as mara makes you mara." in seen
    assert len(place.core.asked) == 2  # tom pressed nothing


async def test_an_edited_post_says_so(place: Place) -> None:
    console, _ = place.console("")
    receipt = await console.send(EVENTS, Reply(rich("At eight")), "k")
    await console.edit(receipt, Reply(rich("At nine")))
    assert "(edited) —\nAt nine" in await place.say(":channel events")


async def test_the_clock_stops_wherever_something_is_due_and_tells_what_was_posted(place: Place) -> None:
    due = [BEGIN + timedelta(days=1), BEGIN + timedelta(days=2, hours=1), BEGIN + timedelta(days=8)]
    console, seen = place.console(":skip 7d\n:now\n")

    async def work() -> datetime | None:
        while due and due[0] <= place.clock.now():
            due.pop(0)
            await console.send(EVENTS, Reply(rich("Digest")), str(len(due)))
            await console.send(MARA, Reply(rich("Reminder")), str(len(due)))
        place.worked.append(place.clock.now())
        return due[0] if due else None

    console._work = work
    await console.serve(place.core)
    assert place.worked == [BEGIN, BEGIN + timedelta(days=1), BEGIN + timedelta(days=2, hours=1)]
    assert seen.getvalue() == (
        "> :skip 7d\nIt is now Sunday, November 29, 2026, 7:00 PM (Europe/Berlin, CET).\n"
        "2 messages in #events — :channel events\n2 direct messages to mara — :inbox mara\n"
        "\n> :now\nIt is now Sunday, November 29, 2026, 7:00 PM (Europe/Berlin, CET).\n"
    )


async def test_what_is_due_and_never_done_does_not_hold_the_clock_up(place: Place) -> None:
    place.work = lambda: BEGIN
    seen = await place.say(":skip 1h")
    assert "It is now Sunday, November 22, 2026, 8:00 PM" in seen
    assert "! Something is due and does not get done; the log says why." in seen
    assert len(place.worked) == ROUNDS + 1


async def test_skipping_where_nothing_is_due_says_so(place: Place) -> None:
    assert "Nothing was posted on the way." in await place.say(":skip 2026-12-01 09:00")


async def test_posts_that_come_while_somebody_types_are_announced(place: Place) -> None:
    console, seen = place.console("/x\n")

    def answer(_incoming: object) -> Reply:
        posting.append(asyncio.ensure_future(console.send(EVENTS, Reply(rich("This week\nmore")), "a")))
        posting.append(asyncio.ensure_future(console.send(EVENTS, Reply(cards=(GOING,)), "b")))
        posting.append(asyncio.ensure_future(console.send(MARA, Reply(rich("Secret")), "c")))
        asked.set()
        return Reply(rich("Heard."))

    posting: list[asyncio.Future[Receipt]] = []
    asked = asyncio.Event()
    place.core.answer = answer
    read, write = os.pipe()
    with os.fdopen(read) as stdin, os.fdopen(write, "w") as lines:
        console._stdin = stdin
        serving = asyncio.ensure_future(console.serve(place.core))
        print("/x", file=lines, flush=True)
        await asked.wait()
        await asyncio.gather(*posting)
        lines.close()
        await serving
    assert seen.getvalue().endswith(
        "#events: Greenroom posted “This week” — :channel events\n"
        "#events: Greenroom posted a message — :channel events\n"
        "mara has a direct message — :inbox mara\n"
    )


@pytest.mark.parametrize(
    "address",
    [
        Channel("discord", "local", "events"),
        Channel("console", "other", "events"),
        Channel("console", "local", "not a channel"),
        Direct("discord", "mara"),
        Direct("console", " "),
    ],
)
async def test_places_that_are_not_in_this_console_cannot_be_reached(place: Place, address: Channel | Direct) -> None:
    with pytest.raises(Unreachable):
        await place.send(address, Reply(rich("x")))


async def test_a_message_that_is_gone_cannot_be_edited(place: Place) -> None:
    console, _ = place.console("")
    receipt = await console.send(EVENTS, Reply(rich("x")), "k")
    place.journal = Journal()
    console, _ = place.console("")
    with pytest.raises(Unreachable, match="gone"):
        await console.edit(receipt, Reply(rich("y")))


def test_its_files_lie_beside_the_database(tmp_path: Path) -> None:
    def of(url: str, *, is_throwaway: bool = False) -> tuple[str, ...]:
        settings = read_settings(_env_file=None, DATABASE_URL=url)
        found = console_settings(settings, is_throwaway=is_throwaway)
        return tuple(str(path) for path in (found.journal, found.history) if path)

    assert of("sqlite:///data/greenroom.db") == ("data/greenroom.console.jsonl", "data/greenroom.history")
    assert of("sqlite+aiosqlite:////srv/g.db?x=1") == ("/srv/g.console.jsonl", "/srv/g.history")
    assert of("postgresql://host/green") == ("greenroom.console.jsonl", "greenroom.history")
    assert of("sqlite:///g.db", is_throwaway=True) == ()
    assert of("sqlite:///:memory:") == ()


# ---- scripts: a process of its own


SERVING = """
import asyncio, sys
from tests.adapters.console.test_console import Place
from adapters.console.client import Console
async def main():
    place = Place()
    console, _ = place.console("")
    console._stdin, console._stdout = sys.stdin, sys.stdout
    await console.serve(place.core)
asyncio.run(main())
"""


def run(stdin: IO[bytes]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-W", "error", "-c", SERVING]
    return subprocess.run(command, stdin=stdin, capture_output=True, timeout=60, check=True)


def write_all(pipe: IO[bytes], content: bytes) -> None:
    with pipe:
        pipe.write(content)


def test_a_pipe_that_is_not_utf_8_or_has_a_huge_line_is_answered() -> None:
    typed = b"\xff\xfe hello\r\n" + b"x" * 3_000_000 + b"\n:now\nno line end"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
        assert cat.stdout
        assert cat.stdin
        writing = threading.Thread(target=write_all, args=(cat.stdin, typed))
        writing.start()
        done = run(cat.stdout)
        writing.join()
    assert done.stderr == b""
    lines = done.stdout.decode().split("\n\n")
    assert lines[0].startswith("> \ufffd\ufffd hello\nI answer")
    assert lines[1].endswith("! This line is longer than 20,000 characters. Shorten it.")
    assert lines[2].startswith("> :now\nIt is now")
    assert lines[3].startswith("> no line end\nI answer")
    assert len(lines) == 4


def test_a_file_and_nothing_at_all_can_be_read(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text(":now\n:quit\n")
    with script.open("rb") as file, Path(os.devnull).open("rb") as nothing:
        assert run(file).stdout.count(b"> ") == 2
        assert run(nothing).stdout == b""


def test_a_reader_that_went_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b":now\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b":help\n" * 50)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
