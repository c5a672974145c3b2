"""Commands and shortcuts as Slack registers them, and that what is registered is what is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import pytest

from adapters.slack.declare import BUILT_IN, COMMANDS, declared, declared_shortcuts, shortcuts_of
from adapters.slack.manifest import manifest
from bot.commands import Command, Feature, On, Services, Shortcut
from bot.compose import all_features
from bot.errors import SetupError
from bot.params import Text
from bot.request import Point, Pointed, Request, Typed
from bot.settings import SlackMode
from bot.ui import Reply
from tests.adapters.slack.rig import Rig
from tests.fakes.slack import NotOffered


@dataclass(frozen=True, slots=True)
class Ask:
    words: Annotated[str, Text("Words", "Some words")] = ""


async def does(_ask: Ask, _request: Request, _services: Services) -> Reply:
    return Reply()


def fill(_pointed: Pointed) -> dict[str, str]:
    return {}


DO = Command("do", "Does it", Ask, does, "/thing do x")
THING = Feature("thing", "Things", (DO,))


def test_every_feature_has_a_command_and_one_leads_to_all() -> None:
    names = [each.name for each in declared(all_features())]
    assert len(names) == len(set(names))
    assert {*names} == {f"/{feature.name}" for feature in all_features() if feature.name not in BUILT_IN} | {
        "/greenroom"
    }


def test_a_prefix_stands_before_every_command() -> None:
    assert [each.name for each in declared((THING,), "gr")] == ["/grthing"]


@pytest.mark.parametrize("name", ["me", "remind"])
def test_a_name_that_slack_answers_itself_is_only_registered_with_a_prefix(name: str) -> None:
    assert name in BUILT_IN
    feature = replace(THING, name=name)
    assert declared((feature,)) == ()
    assert [each.name for each in declared((feature,), "gr")] == [f"/gr{name}"]


def test_a_command_shows_an_example_of_itself() -> None:
    [thing] = declared((THING,))
    assert (thing.description, thing.hint) == ("Things", "do x")


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ((replace(THING, name="Thing"),), "no name"),
        ((replace(THING, name="two words"),), "no name"),
        ((replace(THING, name="x" * 32),), "characters in /x"),
        ((replace(THING, help="x" * 2_001),), "description"),
        (tuple(replace(THING, name=f"thing{number}") for number in range(COMMANDS + 1)), "51 commands"),
    ],
)
def test_what_slack_would_not_take_is_refused_at_the_start(features: tuple[Feature, ...], said: str) -> None:
    with pytest.raises(SetupError, match=said):
        declared(features)


def test_shortcuts_stand_on_messages_and_for_everything_else_everywhere() -> None:
    shortcuts = (Shortcut("Note it", On.MESSAGE, "do", fill), Shortcut("Note them", On.PERSON, "do", fill))
    feature = replace(THING, shortcuts=shortcuts)
    assert [(each.name, each.kind, each.callback_id) for each in declared_shortcuts((feature,))] == [
        ("Note it", "message", "message:thing do"),
        ("Note them", "global", "person:thing do"),
    ]
    assert shortcuts_of((feature,)) == {"message:thing do": "thing do", "person:thing do": "thing do"}
    for wrong in ((replace(shortcuts[0], name="x" * 25),), shortcuts * 6):
        with pytest.raises(SetupError, match="shortcut"):
            declared_shortcuts((replace(feature, shortcuts=wrong),))


async def test_everything_that_is_declared_is_answered_and_nothing_else_is_offered(at: Rig) -> None:
    made = manifest(all_features(), at.mode, url="https://bot.example.org")
    at.fake.use_manifest(made)
    for each in made["features"]["slash_commands"]:
        await (await at.fake.slash(at.mara, at.channel, each["command"], "")).answered()
        assert isinstance(at.core.asked[-1].asked, Typed)
    at.fake.write(at.tom, at.channel, "Open decks")
    message = at.channel.messages[-1]
    for each in made["features"].get("shortcuts", ()):
        if each["type"] == "message":
            await (await at.fake.message_shortcut(at.mara, message, each["name"])).answered()
        else:
            await (await at.fake.shortcut(at.mara, each["name"])).answered()
        point = at.core.asked[-1].asked
        assert isinstance(point, Point)
        assert point.command == each["callback_id"].partition(":")[2]
    with pytest.raises(NotOffered):
        await at.fake.slash(at.mara, at.channel, "/nothing", "")
    await (await at.fake.open_home(at.mara)).answered()
    await (await at.fake.mention(at.mara, at.channel, "hello")).answered()
    await (await at.fake.message(at.mara, "hello")).answered()


async def test_a_shortcut_that_is_not_there_any_more_is_left_to_the_core(at: Rig) -> None:
    await (await at.fake.shortcut(at.mara, "nobody wrote this")).answered()
    assert at.core.asked[-1].asked == Point("", Pointed())


def test_the_mode_that_is_declared_is_the_mode_that_is_served() -> None:
    assert manifest((THING,), SlackMode.SOCKET)["settings"]["socket_mode_enabled"]
    with pytest.raises(SetupError, match="--url"):
        manifest((THING,), SlackMode.HTTP)
