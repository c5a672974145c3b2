"""docs/platforms.md says what each platform has, as the adapters declare it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from adapters.console.client import Console
from adapters.discord.client import Discord
from adapters.discord.introductions import DiscordIntroductions
from adapters.discord.outbound import custom_id
from adapters.slack.blocks import action_id
from adapters.slack.client import Slack
from adapters.slack.introductions import SlackIntroductions
from bot import params
from bot.commands import On, Shortcut
from bot.compose import all_features
from bot.ui import Action
from tests.platforms.kinds import KINDS
from tools.platforms import PAGE, ROOT, TABLES, filled, kinds, main, stale

ALL = all_features()
WRITTEN = (ROOT / PAGE).read_text(encoding="utf-8")


def row(of: str, written: str = WRITTEN) -> list[str]:
    [line] = [line for line in written.splitlines() if line.startswith(f"| {of} |")]
    return [cell.strip() for cell in line.strip("|").split("|")[1:]]


def every_kind() -> Iterator[type[params.Param]]:
    for each in vars(params).values():
        is_kind = inspect.isclass(each) and issubclass(each, params.Param)
        if is_kind and each not in (params.Param, params.Plain):
            yield each


def test_every_table_is_what_the_code_says_now() -> None:
    assert stale(WRITTEN, ALL) == [], "run `make fix`"
    assert main(["check"]) == 0


def test_a_new_command_is_missed_on_the_page() -> None:
    more = (*ALL, KINDS)
    assert stale(WRITTEN, more) == ["commands"]
    updated = filled(WRITTEN, more)
    assert row("Try every kind", updated) == ["everybody", *["`/try every`"] * 3]
    assert stale(updated, more) == []
    assert filled(updated, more) == updated


def test_a_command_of_slacks_own_name_is_reached_another_way() -> None:
    assert row("Set your time zone") == ["everybody", "`/me zone`", "`/me zone`", "`/greenroom me zone`"]


def test_a_new_shortcut_is_missed_on_the_page() -> None:
    shortcut = Shortcut("Met them", On.PERSON, "every", lambda _pointed: {})
    more = (*ALL, replace(KINDS, shortcuts=(shortcut,)))
    assert stale(WRITTEN, more) == ["commands", "shortcuts"]
    where = ["`/try every`", "`/try every`", "*Apps* on a person", "the lightning bolt; the form asks for whom"]
    assert row("Met them", filled(WRITTEN, more)) == where


def test_every_kind_of_argument_stands_on_the_page() -> None:
    assert {type(param) for param in kinds().values()} == set(every_kind())


def test_a_table_that_is_gone_is_missed() -> None:
    assert stale("", ALL) == list(TABLES)


def test_whatever_can_be_pressed_can_be_on_every_platform() -> None:
    numbers = count(100)
    for feature in ALL:
        for name in (*feature.presses, *feature.opens):
            longest = Action(name, "x" * (64 - len(name) - 1))
            assert len(custom_id(longest, next(numbers))) <= 100
            assert len(action_id(longest, next(numbers))) <= 255


@pytest.mark.parametrize(
    ("platform", "column"), [(Console, 0), (Discord, 1), (Slack, 2)], ids=["console", "discord", "slack"]
)
def test_who_has_a_calendar_of_its_own_is_told(platform: type, column: int) -> None:
    has_none = getattr(platform, "calendar", "instance") is None
    assert (row("events in the platform's own calendar")[column] == "none there") == has_none


def test_what_becomes_of_two_who_are_introduced_is_told() -> None:
    told = row("two who are introduced")
    assert [("name" in each, "profile" in each, "conversation of both" in each) for each in told] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_how_people_are_introduced_is_told() -> None:
    cells = row("two who are introduced")
    assert Console.introductions is None
    assert cells[0] == "by name"
    for meets, cell in ((DiscordIntroductions, cells[1]), (SlackIntroductions, cells[2])):
        assert cell.startswith("a conversation of both") == meets.opens_conversations


def test_a_wrong_word_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "check" in capsys.readouterr().err


def test_links_on_the_page_lead_somewhere() -> None:
    assert "](delivery.md)" in WRITTEN
    assert Path(ROOT, "docs", "delivery.md").exists()
