"""Commands as they are registered, and that they are registered only when they changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any

import pytest

from adapters.discord import declare
from adapters.discord.declare import declared, digest, shortcuts_of
from bot.commands import Access, Command, Feature, On, Services, Shortcut
from bot.compose import all_features
from bot.errors import SetupError
from bot.i18n import Words
from bot.params import ChannelParam, Choice, City, Member, Number, Text, Upload, Whole
from bot.request import Request
from bot.ui import Reply
from tests.adapters.discord.harness import ALL, DiscordHarness
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.declared import check_commands


@dataclass(frozen=True, slots=True)
class Ask:
    words: Annotated[str, Text("Words", "Some words")]
    count: Annotated[int, Whole("Count", "How many", low=1, high=9)] = 1
    kind: Annotated[str, Choice("Kind", "Which", {"a": "First", "b": "Second"})] = "a"
    many: Annotated[str, Choice("Many", "Which of many", {str(n): f"No {n}" for n in range(30)})] = ""
    near: Annotated[object, City("Near", "Where")] = None
    channel: Annotated[object, ChannelParam("Channel", "Which channel")] = None
    who: Annotated[object, Member("Who", "Which member")] = None
    score: Annotated[Decimal, Number("Score", "How good", high=Decimal("2.5"))] = Decimal(1)
    file: Annotated[object, Upload("File", "Which file")] = None


async def does(_ask: Any, _request: Request, _services: Services) -> Reply:
    return Reply()


Handler = Callable[[Any, Request, Services], Awaitable[Reply]]


def command(name: str, access: Access = Access.ANYONE, asks: type[Any] = Ask, help_: str = "Does it") -> Command:
    return Command(name, help_, asks, does, f"/thing {name}", access)


THING = Feature("thing", "Things", (command("do"), command("role add"), command("role drop", Access.ORGANISER)))


def options_of(found: dict[str, Any], *path: str) -> dict[str, dict[str, Any]]:
    for name in path:
        found = next(each for each in found["options"] if each["name"] == name)
    return {each["name"]: each for each in found["options"]}


def test_all_features_are_declared_as_discord_takes_them() -> None:
    commands = declared(all_features())
    check_commands(commands)
    assert {each["name"] for each in commands} >= {feature.name for feature in all_features()}


def test_every_kind_of_argument_has_its_kind_of_option() -> None:
    [thing] = declared((THING,))
    check_commands([thing])
    found = options_of(thing, "do")
    assert {name: option["type"] for name, option in found.items()} == {
        "words": 3,
        "count": 4,
        "kind": 3,
        "many": 3,
        "near": 3,
        "channel": 7,
        "who": 6,
        "score": 10,
        "file": 11,
    }
    assert (found["score"]["min_value"], found["score"]["max_value"]) == (0, 2.5)
    assert (found["count"]["min_value"], found["count"]["max_value"]) == (1, 9)
    assert found["kind"]["choices"] == [{"name": "First", "value": "a"}, {"name": "Second", "value": "b"}]
    assert found["many"]["autocomplete"]
    assert found["near"]["autocomplete"]
    assert "autocomplete" not in found["words"]
    assert not any(option.get("required") for option in found.values()), "a form asks for what is missing"


def test_commands_of_two_words_stand_in_a_group() -> None:
    [thing] = declared((THING,))
    assert [(each["name"], each["type"]) for each in thing["options"]] == [("do", 1), ("role", 2)]
    assert options_of(thing, "role").keys() == {"add", "drop"}


def test_a_command_only_for_organisers_is_hidden_from_others() -> None:
    [mixed] = declared((THING,))
    assert mixed["default_member_permissions"] is None
    [hidden] = declared((replace(THING, commands=(command("do", Access.ORGANISER),)),))
    assert int(hidden["default_member_permissions"]) == 1 << 5
    assert (hidden["contexts"], hidden["integration_types"]) == ([0], [0])
    assert (mixed["contexts"], mixed["integration_types"]) == ([0, 1, 2], [0, 1])


def test_descriptions_come_in_every_language_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"Does it": "Tut es", "First": "Erstes"}
    monkeypatch.setattr(declare, "languages", lambda: ("en", "de", "es"))
    monkeypatch.setattr(Words, "__call__", lambda _self, text: words.get(text, text))
    [thing] = declared((THING,))
    check_commands([thing])
    [do] = [each for each in thing["options"] if each["name"] == "do"]
    assert do["description_localizations"] == {"de": "Tut es", "es-ES": "Tut es", "es-419": "Tut es"}
    assert options_of(thing, "do")["kind"]["choices"][0]["name_localizations"]["de"] == "Erstes"


@pytest.mark.parametrize(
    "feature",
    [
        Feature("Thing", "Things", (command("do"),)),
        Feature("thing", "x" * 101, (command("do"),)),
        Feature("thing", "Things", (command("do", help_=""),)),
        Feature("thing", "Things", tuple(command(f"do{number}") for number in range(26))),
        Feature("thing", "Things", (command("two words too many"),)),
        replace(THING, shortcuts=(Shortcut("x" * 33, On.MESSAGE, "do", lambda _: {}),)),
        replace(THING, shortcuts=tuple(Shortcut(f"Do {n}", On.PERSON, "do", lambda _: {}) for n in range(16))),
    ],
)
def test_what_discord_would_refuse_is_refused_at_the_start(feature: Feature) -> None:
    with pytest.raises(SetupError):
        declared((feature,))


def test_a_shortcut_is_a_command_in_a_menu() -> None:
    shortcut = Shortcut("Add as thing", On.MESSAGE, "do", lambda _: {})
    found = declared((replace(THING, shortcuts=(shortcut,)),))
    check_commands(found)
    assert [(each["name"], each["type"]) for each in found] == [("thing", 1), ("Add as thing", 3)]
    assert shortcuts_of((replace(THING, shortcuts=(shortcut,)),)) == {"Add as thing": "thing do"}


async def test_commands_are_registered_once_and_again_only_when_they_changed(at: DiscordHarness) -> None:
    assert at.fake.counters.overwrites == 1
    await at.restart()
    assert at.fake.counters.overwrites == 1
    at.features = (*ALL, THING)
    await at.restart()
    assert at.fake.counters.overwrites == 2
    assert "thing" in at.fake.offered_commands(at.user("mara"), at.guild)


async def test_commands_that_could_not_be_registered_are_at_the_next_start(fake: FakeDiscord) -> None:
    from tests.fakes.discord import Fault, Kind

    fake.faults.add(Fault(r"PUT /applications/.*", Kind.STATUS))
    at = DiscordHarness(fake)
    await at.start()
    assert fake.counters.overwrites == 0
    await at.restart()
    assert fake.counters.overwrites == 1
    await at.stop()


def test_the_digest_tells_any_change() -> None:
    before = declared((THING,))
    assert digest(before) == digest(declared((THING,)))
    assert digest(before) != digest(declared((replace(THING, help="Other things"),)))
