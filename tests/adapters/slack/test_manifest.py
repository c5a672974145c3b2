"""The manifest is one that Slack takes, and asks for what the app uses: no less, and no more."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest
import yaml

from adapters.slack.answering import REMOVALS
from adapters.slack.client import Slack
from adapters.slack.declare import BUILT_IN, declared, declared_shortcuts, shortcuts_of
from adapters.slack.inbound import HOME, PLATFORM, account_id, said, typed_of
from adapters.slack.manifest import manifest
from adapters.slack.scopes import EVENTS, FILES, scopes_of
from adapters.slack.settings import slack_settings
from bot.commands import Command, Feature, On, Services, Shortcut
from bot.compose import SystemClock, all_features, compose
from bot.compose.slack import manifest_text, slack_on
from bot.domain.addresses import Channel as Place
from bot.domain.addresses import Direct
from bot.domain.people import Workspace
from bot.errors import SetupError
from bot.grammar import read_sentence
from bot.i18n import Words
from bot.markup import rich
from bot.request import Incoming, Point, Request, Said, Submit, Typed
from bot.settings import SlackMode, read_settings
from bot.ui import Action, Answer, Button, Card, File, Form, Privacy, Reply
from tests.fakes.slack import FakeSlack, Team
from tests.platforms.contract import SaidCore
from tests.platforms.kinds import KINDS, Every
from tests.test_cli import greenroom

ADAPTER = Path(__file__).parents[3] / "adapters" / "slack"
URL = "https://bot.example.org"
ALL = all_features()
ENGLISH = Words("en", ZoneInfo("UTC"))


def specification() -> dict[str, Any]:  # Any: JSON
    place = os.environ.get("GREENROOM_SPECS", "")
    if not place:
        pytest.skip("GREENROOM_SPECS names no folder of specifications")
    text = (Path(place) / "slack-manifest.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["definitions"]["v1"]
    return found


@pytest.mark.parametrize("prefix", ["", "gr"])
@pytest.mark.parametrize(
    ("mode", "url"), [(SlackMode.SOCKET, ""), (SlackMode.SOCKET, URL), (SlackMode.HTTP, URL + "/")]
)
@pytest.mark.parametrize("features", [ALL, (*ALL, KINDS)], ids=["all", "with a file"])
def test_slack_takes_the_manifest(features: Sequence[Feature], mode: SlackMode, url: str, prefix: str) -> None:
    made = manifest(features, mode, prefix=prefix, url=url)
    faults = jsonschema_rs.Draft7Validator(specification()).iter_errors(made)
    assert [f"{list(fault.instance_path)}: {fault.message}" for fault in faults] == []
    assert made["_metadata"]["major_version"] == 1


def test_socket_mode_needs_no_address_and_http_has_it_everywhere() -> None:
    socket, http = manifest(ALL, SlackMode.SOCKET), manifest(ALL, SlackMode.HTTP, url=URL)
    assert socket["settings"]["socket_mode_enabled"]
    assert "url" not in json.dumps(socket)
    assert not http["settings"]["socket_mode_enabled"]
    assert {each["url"] for each in http["features"]["slash_commands"]} == {f"{URL}/slack/events"}
    assert http["settings"]["event_subscriptions"]["request_url"] == f"{URL}/slack/events"
    assert http["settings"]["interactivity"]["request_url"] == f"{URL}/slack/events"
    assert http["settings"]["interactivity"]["message_menu_options_url"] == f"{URL}/slack/events"
    assert http["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]


def test_the_command_line_prints_it_as_yaml(tmp_path: Path) -> None:
    printed = greenroom("manifest", "slack", cwd=tmp_path)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert yaml.safe_load(printed.stdout) == manifest(ALL, SlackMode.SOCKET)
    printed = greenroom(
        "manifest",
        "slack",
        "--url",
        URL,
        cwd=tmp_path,
        SLACK_MODE="http",
        SLACK_COMMAND_PREFIX="Gr",
        SLACK_CLIENT_ID="1.2",
    )
    assert yaml.safe_load(printed.stdout) == manifest(ALL, SlackMode.HTTP, prefix="gr", url=URL)


@pytest.mark.parametrize(
    ("url", "environment", "named"),
    [
        ("", {"SLACK_MODE": "http"}, "--url"),
        ("http://bot.example.org", {"SLACK_MODE": "http"}, "--url"),
        ("bot.example.org", {}, "--url"),
        ("https://bot.example.org/?from=slack", {}, "--url"),
        ("", {"SLACK_CLIENT_ID": "1.2"}, "--url"),
        ("", {"SLACK_COMMAND_PREFIX": "gr-"}, "SLACK_COMMAND_PREFIX"),
    ],
)
def test_what_is_missing_for_it_is_named(url: str, environment: dict[str, str], named: str) -> None:
    with pytest.raises(SetupError) as raised:
        manifest_text(read_settings(_env_file=None, **environment), url)
    assert str(raised.value).startswith(named)


def test_what_is_missing_for_it_is_one_line(tmp_path: Path) -> None:
    printed = greenroom("manifest", "slack", cwd=tmp_path, SLACK_MODE="http")
    assert (printed.returncode, printed.stdout) == (2, "")
    assert printed.stderr.startswith("greenroom: --url: ")
    assert printed.stderr.count("\n") == 1


# ---- commands and shortcuts


def test_every_feature_has_a_command_but_where_slack_keeps_the_name() -> None:
    own = [f"/{feature.name}" for feature in ALL if feature.name not in BUILT_IN]
    assert [each.name for each in declared(ALL)] == own
    assert [each.name for each in declared(ALL, "gr")] == [f"/gr{feature.name}" for feature in ALL]


def test_a_hint_says_what_may_follow_a_command() -> None:
    hints = {each.name: each.hint for each in declared(ALL)}
    assert (hints["/greenroom"], hints["/home"]) == ("help", "")
    assert hints["/event"].startswith("find ")


def test_a_name_of_slacks_own_is_only_reached_through_greenroom() -> None:
    assert "/me" not in {each.name for each in declared(ALL)}
    assert "/grme" in {each.name for each in declared(ALL, "gr")}
    feed = Feature("feed", "Feeds", (Command("list", "List them", Every, nothing, "/feed list"),))
    assert [each.name for each in declared((feed,))] == ["/feed"], "that is an app's, not Slack's"


@pytest.mark.parametrize(
    ("command", "text", "prefix", "meant"),
    [
        ("/event", "find techno near:Berlin", "", "event find"),
        ("/event", "", "", "event"),
        ("/greenroom", "", "", "help"),
        ("/greenroom", "help", "", "help"),
        ("/greenroom", "help event", "", "help"),
        ("/greenroom", "event find techno", "", "event find"),
        ("/greenroom", "Event find techno", "", "event find"),
        ("/greenroom", "me zone Berlin", "", "me zone"),
        ("/greenroom", "link code:ABC", "", "greenroom link"),
        ("/grevent", "mine", "gr", "event mine"),
        ("/grme", "show", "gr", "me show"),
        ("/grgreenroom", "event mine", "gr", "event mine"),
        ("/grgreenroom", "", "gr", "help"),
    ],
)
def test_a_command_is_understood_as_it_is_typed_anywhere(command: str, text: str, prefix: str, meant: str) -> None:
    body = {"command": command, "text": text, "team_id": "T1", "user_id": "U1"}
    sentence = read_sentence(typed_of(body, prefix).text, ALL, ENGLISH)
    name = sentence.command.name if sentence.command is not None else ""
    assert f"{sentence.feature.name} {name}".strip() == meant


@pytest.mark.parametrize(
    "feature",
    [
        Feature("Loud", "Things", ()),
        Feature("x" * 32, "Things", ()),
        Feature("long", "x" * 2_001, ()),
    ],
)
def test_a_command_that_slack_would_refuse_is_refused_at_the_start(feature: Feature) -> None:
    with pytest.raises(SetupError):
        declared((replace(feature, commands=(Command("do", "Do", Every, nothing, "/x do"),)),))


def test_shortcuts_have_what_slack_takes_and_lead_to_their_commands() -> None:
    on = (Shortcut("Add as event", On.MESSAGE, "every", no_words), Shortcut("I met them", On.PERSON, "every", no_words))
    features = (replace(KINDS, shortcuts=on),)
    made = manifest(features, SlackMode.SOCKET)["features"]["shortcuts"]
    assert [(each["name"], each["type"]) for each in made] == [("Add as event", "message"), ("I met them", "global")]
    assert shortcuts_of(features) == {each["callback_id"]: "try every" for each in made}
    with pytest.raises(SetupError):
        declared_shortcuts((replace(KINDS, shortcuts=(Shortcut("x" * 25, On.MESSAGE, "every", no_words),)),))
    with pytest.raises(SetupError):
        declared_shortcuts((replace(KINDS, shortcuts=on * 6),))


def test_only_who_takes_files_asks_to_read_them() -> None:
    assert FILES not in scopes_of((ALL[0],))
    assert FILES in scopes_of((KINDS,))


# ---- the whole app, with nothing granted but what the manifest asks for


async def nothing(_ask: Any, _request: Request, _services: Services) -> Reply:  # Any: as Command has it
    return Reply(rich("done"))


def no_words(_pointed: object) -> dict[str, str]:
    return {}


class Listening(SaidCore):
    """Reads the files that come, as a feature that asked for them would."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[bytes] = []
        self.gone: set[str] = set()

    async def handle(self, incoming: Incoming) -> Answer:
        if isinstance(incoming.asked, Submit):
            self.read += [await each.read(1_000) for each in incoming.files.values()]
        return await super().handle(incoming)

    async def left(self, workspace: Workspace) -> None:
        self.gone.add(workspace.id)

    def says(self, answer: Answer) -> None:
        """What the next requests are answered with."""
        self.answer = lambda _incoming: answer


@dataclass(frozen=True, slots=True)
class Running:
    """The adapter on a Slack that knows its manifest and grants nothing beyond it."""

    fake: FakeSlack
    team: Team
    slack: Slack
    core: Listening


@asynccontextmanager
async def running(url: str, features: Sequence[Feature], prefix: str = "") -> AsyncIterator[Running]:
    async with FakeSlack() as fake:
        fake.use_manifest(manifest(features, SlackMode.SOCKET, prefix=prefix))
        team = fake.add_team(channels=("general", "events"))
        tokens = {"SLACK_BOT_TOKEN": team.bot_token, "SLACK_APP_TOKEN": fake.app_token, "SLACK_API_URL": fake.api_url}
        settings = read_settings(_env_file=None, DATABASE_URL=url, SLACK_COMMAND_PREFIX=prefix, **tokens)
        async with compose(settings, SystemClock()) as bot:
            bot.features = tuple(features)
            slack, core = slack_on(bot, slack_settings(settings)), Listening()
            serving = asyncio.create_task(slack.serve(core))
            ready = asyncio.create_task(slack.is_ready.wait())
            try:
                await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
                if serving.done():
                    serving.result()
                yield Running(fake, team, slack, core)
            finally:
                ready.cancel()
                serving.cancel()
                await asyncio.gather(serving, ready, return_exceptions=True)


FORM = Form(
    "Try",
    Action("try every"),
    {name: each.param for name, each in KINDS.commands[0].arguments.items()},
    required=frozenset(),
)
BUTTON = Card(rich("Late Night Modular"), controls=(Button("Going", Action("going", "17")),))
FILE = File("events.ics", b"BEGIN:VCALENDAR", "text/calendar")


def methods_called() -> set[str]:
    """Every method of the Web API whose name stands in the adapter."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ADAPTER.glob("*.py")))
    families = "apps|auth|bots|chat|conversations|files|oauth|reactions|team|usergroups|users|views"
    named = set(re.findall(rf'"((?:{families})\.[a-z][A-Za-z0-9.]+)"', source))
    by_client = {f"{family}.{name}" for family, name in re.findall(rf"client\.({families})_([a-z]+)\(", source)}
    return {each for each in named if not each.endswith(".com")} | by_client


async def test_all_that_the_app_does_needs_the_scopes_of_the_manifest_and_each_of_them(sqlite_url: str) -> None:
    shortcut = Shortcut("Try it", On.PERSON, "every", no_words)
    features = (*ALL, replace(KINDS, shortcuts=(shortcut,)))
    async with running(sqlite_url, features) as at:
        fake, core, slack = at.fake, at.core, at.slack
        mara, events = fake.add_member(at.team, "mara"), at.team.channel("events")
        hidden = fake.add_channel(at.team, "backstage", is_private=True)
        elsewhere = fake.add_channel(at.team, "berlin", with_bot=False)

        core.says(Reply(rich("Yes"), (BUTTON,), privacy=Privacy.SHARED))
        answer = await (await fake.slash(mara, events, "/event", "mine")).answer()
        assert (await (await fake.mention(mara, events, "hello")).answer()).text
        assert (await (await fake.message(mara, "hello")).answer()).text
        assert (await (await fake.open_home(mara)).answered()).home is not None
        core.says(Reply(rich("For you alone"), privacy=Privacy.PRIVATE))
        assert (await (await fake.mention(mara, events, "hello")).answer()).is_ephemeral

        core.says(FORM)
        form = await (await fake.press(mara, answer, "Going")).form()
        core.says(Reply(rich("Saved"), files=(FILE,)))
        file = fake.upload(mara, "people.csv", b"mara,tom", "text/csv")
        await (await fake.submit(mara, form, {"file": file, "who": mara})).acknowledged()
        await fake.quiet()
        assert core.read == [b"mara,tom"]

        core.says(Reply(rich("Nothing to fill in"), (BUTTON,)))
        window = await (await fake.shortcut(mara, "Try it")).form()
        await (await fake.press(mara, window, "Going")).answered()

        team, since = at.team.id, datetime.now(UTC) - timedelta(minutes=1)
        assert await slack.channel(team, hidden.id) == Place(PLATFORM, team, hidden.id, "backstage")
        assert await slack.channel(team, "#berlin") == Place(PLATFORM, team, elsewhere.id, "berlin")
        direct = Direct(PLATFORM, account_id(team, mara.id), "mara")
        tom = account_id(team, fake.add_member(at.team, "tom").id)
        both = await slack.introductions.open_together([direct.account, tom])
        assert both is not None
        for to in (Place(PLATFORM, team, elsewhere.id, ""), Place(PLATFORM, team, hidden.id, ""), direct, both):
            receipt = await slack.send(to, Reply(rich("This week")), "digest:1")
            assert await slack.find_sent(to, "digest:1", since) == receipt
            await slack.edit(receipt, Reply(rich("This week, changed")))

        assert fake.denied == ["chat.postMessage: not_in_channel"], "and then it joined"
        assert fake.violations == []
        assert set(fake.counts) - {"response_url"} == methods_called() - {"oauth.v2.access"}, "these need no scope"
        assert fake.scopes_used == {scope.name for scope in scopes_of(features)}
        assert fake.declared_scopes.split() == sorted(fake.scopes_used)


async def test_the_app_is_told_of_the_events_it_answers_and_of_no_others(sqlite_url: str) -> None:
    async with running(sqlite_url, ALL) as at:
        mara, core = at.fake.add_member(at.team, "mara"), at.core
        await (await at.fake.mention(mara, at.team.channel("general"), "hello")).answered()
        await (await at.fake.message(mara, "hello")).answered()
        await (await at.fake.open_home(mara)).answered()
        assert [each.asked for each in core.asked] == [Said("hello"), Said("hello"), HOME]
        assert core.gone == set()
        at.fake.uninstall(at.team)
        await at.fake.quiet()
        assert core.gone == {at.team.id}
    used = {"app_home_opened", "app_mention", "message.im", *REMOVALS}
    assert set(EVENTS) == used == set(manifest(ALL, SlackMode.SOCKET)["settings"]["event_subscriptions"]["bot_events"])


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "channel_type": "channel"},
        {"type": "message", "channel_type": "group"},
        {"type": "message", "channel_type": "mpim"},
        {"type": "app_home_opened", "tab": "messages"},
        {"type": "reaction_added"},
        {"type": "member_joined_channel"},
        {"type": "team_join"},
        {"type": "link_shared"},
    ],
)
def test_what_is_not_declared_is_not_answered(event: dict[str, str]) -> None:
    told = {"user": "U1", "channel": "C1", "text": "hello"}
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": told | event}
    assert said(body, "UBOT") is None


@pytest.mark.parametrize("prefix", ["", "gr"])
async def test_every_command_reaches_its_feature(prefix: str, sqlite_url: str) -> None:
    async with running(sqlite_url, ALL, prefix) as at:
        mara = at.fake.add_member(at.team, "mara")
        expected = {(f"/{prefix}greenroom", each.name): each.name for each in ALL if each.name != "greenroom"}
        for each in declared(ALL, prefix):
            name = each.name.removeprefix(f"/{prefix}")
            expected[each.name, ""] = "help" if name == "greenroom" else name
        for (command, text), name in expected.items():
            await (await at.fake.slash(mara, at.team.channel("general"), command, text)).answered()
            asked = at.core.asked[-1].asked
            assert isinstance(asked, Typed)
            assert read_sentence(asked.text, ALL, ENGLISH).feature.name == name


async def test_every_shortcut_reaches_its_command(sqlite_url: str) -> None:
    async with running(sqlite_url, ALL) as at:
        mara, general = at.fake.add_member(at.team, "mara"), at.team.channel("general")
        at.fake.write(mara, general, "Friday at nine")
        message = at.fake.last_message(general)
        for feature in ALL:
            for shortcut in feature.shortcuts:
                used = (
                    await at.fake.message_shortcut(mara, message, shortcut.name)
                    if shortcut.on is On.MESSAGE
                    else await at.fake.shortcut(mara, shortcut.name)
                )
                await used.answered()
                asked = at.core.asked[-1].asked
                assert isinstance(asked, Point)
                assert asked.command == f"{feature.name} {shortcut.command}".strip()
                assert feature.command(shortcut.command) is not None
