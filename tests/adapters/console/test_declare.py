"""What is offered while somebody types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest

from adapters.console.declare import HELP, Known, complete
from adapters.console.inbound import ORDERS
from bot.commands import Access, Command, Feature, Services
from bot.i18n import N_, Words
from bot.params import Choice, City, Member, Option, Text, Upload
from bot.request import Request
from bot.ui import Action, Button, Control, Form, Menu, Reply
from tests.platforms.kinds import KINDS

SAY = Words("en", ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Find:
    words: Annotated[str, Text(N_("Words"), N_("Words in the title"))] = ""
    near: Annotated[str, City(N_("Near"), N_("City to search around"))] = ""
    kind: Annotated[str, Text(N_("Kind"), N_("What kind"))] = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


async def handler(_ask: object, _request: Request, _services: Services) -> Reply:
    return Reply()


FEATURES = (
    Feature(
        "event",
        N_("Events"),
        (
            Command("find", N_("Find events"), Find, handler, "/event find"),
            Command("forget", N_("Forget one"), Nothing, handler, "/event forget", access=Access.ORGANISER),
        ),
    ),
    Feature("help", N_("What I can do"), (Command("", N_("See it"), Find, handler, "/event find"),)),
)
CONTROLS: tuple[Control, ...] = (
    Button("Going", Action("a")),
    Button("Going", Action("b")),
    Button("Next", Action("c")),
    Menu("Kind", Action("d"), (Option("Concert", "concert"), Option("Open studio", "open"))),
)
FORM = Form(
    "Add",
    Action("x"),
    {
        "title": Text(N_("Title"), ""),
        "kind": Choice(N_("Kind"), "", {"concert": N_("Concert"), "open": N_("Open studio")}),
    },
)
KNOWN = Known(people=("Mara", "tom"), channels=("events", "general"), controls=CONTROLS, form=FORM)


class Asked:
    """Suggests two cities and two titles, and remembers what it was asked."""

    def __init__(self) -> None:
        self.about: tuple[tuple[str, ...], dict[str, str], str, str] | None = None

    async def __call__(
        self, _command: Command, path: Sequence[str], others: Mapping[str, str], name: str, typed: str
    ) -> Sequence[Option]:
        self.about = (tuple(path), dict(others), name, typed)
        if name == "near":
            return [Option("Berlin, DE", "Berlin, DE"), Option("Bern", "Bern")]
        return []


async def offered(line: str) -> list[str]:
    """What the line becomes with each offer."""
    found = await complete(line, FEATURES, KNOWN, Asked(), SAY)
    return [line[: len(line) - each.back] + each.text for each in found]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("/", ["/event ", "/help "]),
        ("/ev", ["/event "]),
        ("/x", []),
        ("/x y", []),
        ("/event ", ["/event find ", "/event forget "]),
        ("/event fi", ["/event find "]),
        ("/event x ", []),
        ("/event find ", ["/event find words:", "/event find near:", "/event find kind:"]),
        ("/event find techno ne", ["/event find techno near:"]),
        ("/event find near:Berlin ", ["/event find near:Berlin words:", "/event find near:Berlin kind:"]),
        ("/event find near:B", ['/event find near:"Berlin, DE" ', "/event find near:Bern "]),
        ('/event find near:"Berl', ['/event find near:"Berlin, DE" ', "/event find near:Bern "]),
        ("/event forget ", []),
        ("/help wo", ["/help words:"]),
        (":s", [":skip "]),
        (":as m", [":as Mara"]),
        (":inbox ", [":inbox Mara", ":inbox tom"]),
        (":in #ev", [":in #events"]),
        (":channel g", [":channel general"]),
        (":press g", [":press 1", ":press 2"]),
        (":press n", [":press Next"]),
        (":press 3", [":press Next"]),
        (":choose k", [":choose Kind Concert", ":choose Kind Open studio"]),
        (":choose Kind O", [":choose Kind Open studio"]),
        (":fill ", [":fill title=", ":fill kind="]),
        (":fill title=x k", [":fill title=x kind="]),
        (":fill kind=O", [':fill kind="Open studio" ']),
        (':fill kind="Op', [':fill kind="Open studio" ']),
        (":skip ", [":skip 1h", ":skip 1d", ":skip 7d"]),
        (":help ", [":help form"]),
        (":now ", []),
        ("hello", []),
        ("", []),
    ],
)
async def test_what_could_follow_is_offered(line: str, lines: list[str]) -> None:
    assert await offered(line) == lines


async def test_suggestions_are_asked_for_with_what_the_other_options_hold() -> None:
    asked = Asked()
    await complete("/event find techno kind:concert near:Be", FEATURES, KNOWN, asked, SAY)
    assert asked.about == (("event", "find"), {"words": "techno", "kind": "concert"}, "near", "Be")
    await complete("/event find late ni", FEATURES, KNOWN, asked, SAY)
    assert asked.about == (("event", "find"), {}, "words", "late ni")


async def test_commands_for_organisers_say_so() -> None:
    found = await complete("/event fo", FEATURES, KNOWN, Asked(), SAY)
    assert [each.note for each in found] == ["Forget one (organisers)"]


async def test_every_order_of_the_console_is_offered_and_explained() -> None:
    assert HELP.keys() == ORDERS.keys()
    assert [each.rstrip() for each in await offered(":")] == [f":{name}" for name in HELP]


async def test_without_an_open_form_there_is_nothing_to_fill_in() -> None:
    known = Known((), (), (), None)
    assert await complete(":fill t", FEATURES, known, Asked(), SAY) == []


async def test_paths_and_people_are_offered_where_files_and_members_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "my list.csv").touch()
    (tmp_path / "my folder").mkdir()
    form = Form("Try", Action("try every"), {"who": Member("Who", ""), "file": Upload("File", "")})
    known = Known(people=("Mara", "tom"), channels=(), controls=(), form=form)
    for line, lines in {
        f"/try every file:{tmp_path}/my": [
            f'/try every file:"{tmp_path}/my folder/',
            f'/try every file:"{tmp_path}/my list.csv" ',
        ],
        f'/try every file:"{tmp_path}/my l': [f'/try every file:"{tmp_path}/my list.csv" '],
        "/try every file:/no/such/folder/": [],
        f":fill file={tmp_path}/my": [f':fill file="{tmp_path}/my folder/', f':fill file="{tmp_path}/my list.csv" '],
        ":fill who=@m": [":fill who=@Mara "],
        ":fill who=t": [":fill who=@tom "],
    }.items():
        found = await complete(line, (KINDS,), known, Asked(), SAY)
        assert [line[: len(line) - each.back] + each.text for each in found] == lines
