"""The command line as an operator uses it: processes of their own, and what they print."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tzlocal import get_localzone_name

from bot.errors import SetupError
from bot.settings import read_settings

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//club//
BEGIN:VEVENT
UID:one@club
DTSTART:20991204T200000Z
DTEND:20991204T230000Z
SUMMARY:Late Night Modular
END:VEVENT
BEGIN:VEVENT
UID:two@club
DTSTART:20000101T200000Z
SUMMARY:Long Ago
END:VEVENT
END:VCALENDAR
"""


def greenroom(*arguments: str, cwd: Path, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it in a folder of its own, without the settings of whoever runs the tests."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GREENROOM_", "DATABASE_"))}
    ours |= {"PYTHONPATH": str(Path(__file__).parents[1]), "GREENROOM_TIMEZONE": "Europe/Berlin"}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        input=typed,
        env={
            **ours,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "GREENROOM_TIMEZONE": "Europe/Berlin",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    """A folder with a database that is up to date, which saves the seconds that making one takes."""
    shutil.copyfile(sqlite_template, tmp_path / "greenroom.db")
    return tmp_path


def test_a_calendar_is_imported_and_found_in_the_console(home: Path) -> None:
    (home / "club.ics").write_text(CALENDAR, encoding="utf-8")
    first = greenroom("import", "club.ics", cwd=home)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "1 event added, 0 updated, 0 unchanged, 1 skipped.",
        "- Long Ago: It was over on 2000-01-01.",
    ]
    again = greenroom("import", "club.ics", cwd=home)
    assert again.stdout.startswith("0 events added, 0 updated, 1 unchanged, 1 skipped.")
    shown = greenroom("console", cwd=home, typed="/event find modular when:2099-12\n/event show modular\n")
    assert shown.returncode == 0, shown.stderr
    assert "Late Night Modular" in shown.stdout
    assert "Friday, December 4, 2099, 9:00 PM (Europe/Berlin, CET)" in shown.stdout


def test_links_are_imported_once_and_found_in_the_console(home: Path) -> None:
    bookmarks = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<DL><p><DT><H3>Business</H3><DL><p>
<DT><A HREF="https://contracts.example/splits?utm_source=x">Split sheet template</A>
<DD>Who owns what
<DT><A HREF="https://www.contracts.example/splits">The same page</A>
<DT><A HREF="javascript:alert(1)">Bad</A>
</DL></DL>"""
    (home / "links.html").write_text(bookmarks, encoding="utf-8")
    first = greenroom("import-resources", "links.html", cwd=home)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "1 resource added, 1 was there, 1 skipped.",
        "- line 6: It is no link to a web page.",
    ]
    again = greenroom("import-resources", "links.html", cwd=home)
    assert again.stdout.startswith("0 resources added, 2 were there, 1 skipped.")
    shown = greenroom("console", cwd=home, typed="/resource find split\n/resource export\n")
    assert shown.returncode == 0, shown.stderr
    assert "Split sheet template" in shown.stdout
    assert "1 resource, as bookmarks and as a table" in shown.stdout


def test_what_somebody_did_in_the_console_is_there_the_next_time(home: Path) -> None:
    add = '/event add Late Night when:"2099-12-04 20:00"\n:press Save\n'
    assert greenroom("console", cwd=home, typed=add).returncode == 0
    assert "Late Night" in greenroom("console", cwd=home, typed="/event show late night\n").stdout


def test_a_throwaway_console_leaves_nothing(tmp_path: Path) -> None:
    shown = greenroom("console", "--memory", "--sample", cwd=tmp_path, typed='/event find when:"next 60 days"\n')
    assert "1–5 of" in shown.stdout
    assert list(tmp_path.iterdir()) == []


def test_without_a_platform_the_bare_command_opens_the_sample(tmp_path: Path) -> None:
    shown = greenroom(cwd=tmp_path, typed="/event find\n:quit\n")
    assert shown.returncode == 0, shown.stderr
    assert "events · next 30 days" in shown.stdout
    again = greenroom(cwd=tmp_path, typed="/event find\n:quit\n")
    assert again.stdout.split("\n")[2] == shown.stdout.split("\n")[2]


def test_what_is_owed_is_listed(home: Path) -> None:
    assert greenroom("outbox", cwd=home).stdout == "Nothing is owed.\n"
    lines = ":as zoe organiser\n/digest set channel:events day:monday skip_empty:no\n:press Save\n:skip 7d\n"
    assert greenroom("console", cwd=home, typed=lines).returncode == 0
    listed = greenroom("outbox", "--state", "sent", cwd=home).stdout
    assert listed.startswith("sent")
    assert "console/local/events" in listed
    assert greenroom("outbox", "--state", "buried", cwd=home).stdout == "Nothing is buried.\n"


def test_who_did_what_is_listed(home: Path) -> None:
    assert greenroom("audit", cwd=home).stdout == "Nothing was done yet.\n"
    lines = ":as zoe organiser\n/resource sites block:spam.example\n/resource sites unblock:https://spam.example/x\n"
    assert greenroom("console", cwd=home, typed=lines).returncode == 0
    listed = greenroom("audit", cwd=home).stdout.splitlines()
    assert [line.partition(" UTC · ")[2] for line in listed] == [
        "zoe · unblocked · site · spam.example",
        "zoe · blocked · site · spam.example",
    ]
    assert len(greenroom("audit", "--most", "1", cwd=home).stdout.splitlines()) == 1
    failed = greenroom("audit", "--community", "Nobody", cwd=home)
    assert (failed.returncode, "Name the community" in failed.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["run"], {}, "No platform is set up"),
        (["outbox"], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        (["migrate"], {"DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "DATABASE_URL"),
        (["outbox"], {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/none"}, "DATABASE_URL"),
        (["console"], {"GREENROOM_TIMEZONE": "Mars/Olympus"}, "GREENROOM_TIMEZONE: name a zone as Continent/City"),
        (["console"], {"GREENROOM_LOCALE": "klingon!"}, "GREENROOM_LOCALE: name a language"),
        (["console"], {"GREENROOM_LOG_LEVEL": "loud"}, "GREENROOM_LOG_LEVEL: "),
        (["import-resources", "empty.ics"], {}, "neither bookmarks"),
        (["import-resources", "large.ics"], {}, "at most 10 MB"),
        (["import", "empty.ics"], {}, "not a calendar"),
        (["import", "large.ics"], {}, "at most 10 MB"),
        (["import", "club.ics", "--community", "Nobody"], {}, "There are: none yet."),
    ],
)
def test_what_the_operator_must_change_is_one_line_and_code_2(
    home: Path, arguments: list[str], environment: dict[str, str], says: str
) -> None:
    (home / "club.ics").write_text(CALENDAR, encoding="utf-8")
    (home / "empty.ics").touch()
    with (home / "large.ics").open("wb") as large:
        large.truncate(11_000_000)
    failed = greenroom(*arguments, cwd=home, **environment)
    assert failed.returncode == 2
    assert len(failed.stderr.splitlines()) == 1, failed.stderr
    assert says in failed.stderr
    assert "secret" not in failed.stderr


def test_a_wrong_line_in_the_env_file_is_named(home: Path) -> None:
    (home / ".env").write_text("GREENROOM_LOCALE=nonsense-here\n", encoding="utf-8")
    failed = greenroom("console", "--memory", cwd=home)
    assert failed.returncode == 2
    assert "GREENROOM_LOCALE" in failed.stderr


def test_a_second_bot_on_one_sqlite_file_is_refused(home: Path) -> None:
    command = [sys.executable, "-m", "bot", "console"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        command, cwd=home, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        first.stdin.write(":now\n")
        first.stdin.flush()
        assert first.stdout.readline() == "> :now\n"
        second = greenroom("console", cwd=home, typed=":now\n")
        assert second.returncode == 2
        assert f"process {first.pid}" in second.stderr
        first.stdin.close()
        assert first.wait(timeout=30) == 0
    assert greenroom("console", cwd=home, typed=":now\n").returncode == 0


def test_an_unset_zone_is_the_computer_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GREENROOM_TIMEZONE", raising=False)
    assert read_settings(_env_file=None).timezone == get_localzone_name().replace("Etc/UTC", "UTC")


def test_settings_name_the_variable_that_is_wrong() -> None:
    with pytest.raises(SetupError, match="GREENROOM_TIMEZONE: name a zone"):
        read_settings(_env_file=None, GREENROOM_TIMEZONE="Nowhere")
