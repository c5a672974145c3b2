"""What people do on the fake, told to a plain Bolt app over Socket Mode and as signed requests alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp

from tests.clocks import FixedClock
from tests.fakes.slack import FakeSlack, Message, NoAnswer, NotOffered, Team, User
from tests.fakes.slack.errors import Json
from tests.fakes.slack.sheets import Entry
from tests.fakes.slack_callers import actions, bolt_app, button, entry, error_of, modal, plain, running, section

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)

SELECT = {
    "type": "static_select",
    "action_id": "kind",
    "placeholder": plain("Kind"),
    "options": [{"text": plain("Concert"), "value": "c"}, {"text": plain("Meetup"), "value": "m"}],
}
FORM = modal(
    entry("title", "Title", {"type": "plain_text_input", "action_id": "v", "min_length": 2, "max_length": 5}),
    entry("day", "Day", {"type": "datepicker", "action_id": "v"}, optional=True),
    entry("seats", "Seats", {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "max_value": "9"}),
    entry("kind", "Kind", SELECT, optional=True),
    entry("city", "City", {"type": "external_select", "action_id": "city", "min_query_length": 2}, optional=True),
    notify_on_close=True,
)
Body = dict[str, Any]  # Any: Bolt's payloads are JSON


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def slack(clock: FixedClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock, rate_limits=False, response_seconds=0.5, retry_seconds=(0.0, 0.05)) as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return slack.add_team(channels=("general", "events"))


@pytest.fixture
def mara(slack: FakeSlack, team: Team) -> User:
    return slack.add_member(team, "mara", "de-DE")


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def told() -> list[Json]:
    """What the app was told, in order."""
    return []


@pytest.fixture
async def app(slack: FakeSlack, team: Team, mode: str, told: list[Json]) -> AsyncIterator[AsyncApp]:
    app = bolt_app(slack, team)

    @app.command("/event")
    async def event(ack: Any, respond: Any, body: Body, client: Any) -> None:  # Any: Bolt's own
        told.append(body)
        match body["text"]:
            case "add":
                await ack()
                await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            case "at once":
                await ack(text="here you are")
            case "late":
                await asyncio.sleep(0.8)
                await ack()
            case "never":
                pass
            case _:
                await ack()
                row = actions(button("Going", "going"), button("Gone", "gone"), SELECT)
                await respond(text=f"found {body['text']}", blocks=[section("found"), row])

    @app.action("going")
    async def going(ack: Any, respond: Any, body: Body) -> None:  # Any: Bolt's own
        told.append(body)
        await ack()
        await respond(text="you are going", replace_original=True)

    @app.action("gone")
    async def gone(ack: Any, respond: Any) -> None:  # Any: Bolt's own
        await ack()
        await respond(delete_original=True)

    @app.action("kind")
    async def kind(ack: Any, respond: Any, body: Body) -> None:  # Any: Bolt's own
        told.append(body)
        await ack()
        await respond(text=body["actions"][0]["selected_option"]["value"])

    @app.options("city")
    async def city(ack: Any, body: Body) -> None:  # Any: Bolt's own
        names = [name for name in ("Berlin", "Bern", "Paris") if name.lower().startswith(body["value"].lower())]
        await ack(options=[{"text": plain(name), "value": name} for name in names])

    @app.view("form")
    async def form(ack: Any, body: Body, client: Any) -> None:  # Any: Bolt's own
        told.append(body)
        title = body["view"]["state"]["values"]["title"]["v"]["value"]
        match title:
            case "bad":
                await ack(response_action="errors", errors={"title": "This is no title."})
            case "odd":
                await ack(response_action="errors", errors={"colour": "no such field"})
            case "more":
                await ack(response_action="push", view=modal(section("more"), title="More"))
            case "new":
                await ack(response_action="update", view={**FORM, "title": plain("Again")})
            case _:
                await ack()
                await client.chat_postMessage(channel=body["user"]["id"], text=f"saved {title}")

    @app.view_closed("form")
    async def closed(ack: Any, body: Body) -> None:  # Any: Bolt's own
        told.append(body)
        await ack()

    @app.event("app_mention")
    async def mention(say: Any, body: Body) -> None:  # Any: Bolt's own
        told.append(body)
        await say("hello")

    @app.event("message")
    async def message(say: Any, body: Body) -> None:  # Any: Bolt's own
        told.append(body)
        await say("hi")

    @app.event("app_home_opened")
    async def home(client: Any, body: Body) -> None:  # Any: Bolt's own
        view = {"type": "home", "blocks": [actions(button("Add", "add"))]}
        await client.views_publish(user_id=body["event"]["user"], view=view)

    @app.shortcut("note")
    async def note(ack: Any, client: Any, body: Body) -> None:  # Any: Bolt's own
        told.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.event("tokens_revoked")
    @app.event("app_uninstalled")
    async def uninstalled(body: Body) -> None:
        told.append(body)

    async with running(app, slack, mode):
        yield app


async def found(slack: FakeSlack, mara: User) -> Message:
    return await (await slack.slash(mara, mara.team.channel("events"), "/event", "find techno")).answer()


async def test_a_command_is_answered_for_one_alone(
    app: AsyncApp, slack: FakeSlack, mara: User, told: list[Json]
) -> None:
    message = await found(slack, mara)
    assert (message.text, message.reader) == ("found find techno", mara)
    (body,) = told
    assert (body["command"], body["text"], body["channel_name"]) == ("/event", "find techno", "events")
    asked = await slack.slash(mara, None, "/event", "at once")
    assert (await asked.answer()).text == "here you are"
    assert asked.acked_after is not None
    assert slack.violations == []


async def test_a_press_replaces_or_deletes_the_message(
    app: AsyncApp, slack: FakeSlack, mara: User, told: list[Json]
) -> None:
    message = await found(slack, mara)
    pressed = await slack.press(mara, message, "Going")
    assert (await pressed.answer()) is message
    assert message.text == "you are going"
    assert "message" not in told[-1]
    assert told[-1]["container"]["is_ephemeral"]
    with pytest.raises(NotOffered):
        await slack.press(mara, message, "Going")
    other = await found(slack, mara)
    await (await slack.press(mara, other, "gone")).answered()
    assert other.is_deleted
    assert slack.violations == []


async def test_a_menu_tells_what_was_chosen(app: AsyncApp, slack: FakeSlack, mara: User, told: list[Json]) -> None:
    message = await found(slack, mara)
    assert (await (await slack.select(mara, message, "Kind", "Meetup")).answer()).text == "m"
    assert told[-1]["actions"][0]["selected_option"]["text"] == plain("Meetup")
    with pytest.raises(NotOffered):
        await slack.select(mara, message, "Kind", "Party")


async def test_a_form_is_filled_in_and_sent(app: AsyncApp, slack: FakeSlack, mara: User, told: list[Json]) -> None:
    form = await (await slack.slash(mara, None, "/event", "add")).form()
    refused: list[dict[str, Entry]] = [
        {},
        {"Title": "x"},
        {"Title": "too long"},
        {"Title": "ok", "Seats": 10},
        {"Title": "ok", "Day": "soon"},
    ]
    for wrong in refused:
        with pytest.raises(NotOffered):
            await slack.submit(mara, form, wrong)
    sent = await slack.submit(mara, form, {"Title": "bad", "Seats": 3, "Day": "2026-12-01", "Kind": "Concert"})
    await sent.answered()
    assert sent.errors == form.errors == {"title": "This is no title."}
    assert form.is_open
    sent = await slack.submit(mara, form, {"Title": "good", "City": "Berlin"})
    assert (await sent.answer()).text == "saved good"
    await sent.acknowledged()
    values = told[-1]["view"]["state"]["values"]
    assert values["day"]["v"] == {"type": "datepicker", "selected_date": "2026-12-01"}
    assert values["city"]["city"]["selected_option"]["value"] == "Berlin"
    assert (form.is_open, mara.views) == (False, [])
    assert slack.violations == []


async def test_an_external_menu_suggests(app: AsyncApp, slack: FakeSlack, mara: User) -> None:
    form = await (await slack.slash(mara, None, "/event", "add")).form()
    assert await slack.suggest(mara, form, "city", "be") == ["Berlin", "Bern"]
    await slack.type_into(mara, form, {"city": "Bern"})
    assert form.typed["city"]["city"]["selected_option"]["value"] == "Bern"
    assert await slack.suggest(mara, form, "city", "xx") == []
    with pytest.raises(NotOffered):
        await slack.suggest(mara, form, "city", "b")


async def test_forms_stack_and_change(app: AsyncApp, slack: FakeSlack, mara: User, told: list[Json]) -> None:
    form = await (await slack.slash(mara, None, "/event", "add")).form()
    await (await slack.submit(mara, form, {"Title": "new", "Seats": 3})).answered()
    assert (form.title, form.typed["title"]["v"]["value"]) == ("Again", "new")
    pushed = (await (await slack.submit(mara, form, {"Title": "more"})).answered()).view
    assert pushed is not None
    assert [view.title for view in mara.views] == ["Again", "More"]
    assert pushed.previous is form
    with pytest.raises(NotOffered):
        await slack.submit(mara, form)
    closing = await slack.close(mara, form, all_of_them=True)
    assert closing is not None
    await closing.acknowledged()
    assert (told[-1]["type"], told[-1]["is_cleared"], mara.views) == ("view_closed", True, [])


async def test_an_error_for_no_field_is_a_violation(app: AsyncApp, slack: FakeSlack, mara: User) -> None:
    form = await (await slack.slash(mara, None, "/event", "add")).form()
    sent = await slack.submit(mara, form, {"Title": "odd", "Seats": 3})
    with pytest.raises(NoAnswer):
        await sent.answered()
    assert "invalid_errors" in slack.violations[0]


async def test_mentions_messages_home_and_shortcuts(
    app: AsyncApp, slack: FakeSlack, team: Team, mara: User, told: list[Json]
) -> None:
    mentioned = await slack.mention(mara, team.channel("events"), "help")
    assert (await mentioned.answer()).text == "hello"
    assert told[-1]["event"]["text"] == f"<@{team.bot.id}> help"
    assert (await (await slack.message(mara, "hey")).answer()).text == "hi"
    opened = await (await slack.open_home(mara)).answered()
    assert opened.home is mara.home is not None
    assert (await (await slack.shortcut(mara, "note")).form()).title == "Add"
    message = slack.last_message(team.channel("events"))
    assert (await (await slack.message_shortcut(mara, message, "note")).form()).title == "Add"
    assert told[-1]["message"]["text"] == "hello"
    await slack.quiet()
    assert slack.violations == []


async def test_a_late_acknowledgement_is_a_violation(app: AsyncApp, slack: FakeSlack, mara: User, mode: str) -> None:
    asked = await slack.slash(mara, None, "/event", "late")
    with pytest.raises(NoAnswer, match="timeout"):
        await asked.acknowledged()
    assert "not acknowledged within 0.5 s" in slack.violations[0]
    await asyncio.sleep(0.5)
    assert ("nobody waits for" in slack.violations[-1]) == (mode == "socket")


async def test_what_is_told_twice_comes_twice_with_the_same_ids(
    app: AsyncApp, slack: FakeSlack, team: Team, mara: User, told: list[Json]
) -> None:
    await (await slack.mention(mara, team.channel("events"), "help", twice=True)).answered()
    await slack.quiet(0.1)
    assert len({body["event_id"] for body in told}) == 1
    assert len(told) == 2


async def test_a_trigger_opens_one_form_in_three_seconds(slack: FakeSlack, team: Team, mara: User) -> None:
    app = bolt_app(slack, team)
    asked = await slack.slash(mara, None, "/event")
    await app.client.views_open(trigger_id=asked.trigger_id, view=FORM)
    refused = await error_of(app.client.views_open(trigger_id=asked.trigger_id, view=FORM))
    assert refused["error"] == "exchanged_trigger_id"
    slack.trigger_seconds = -1
    asked = await slack.slash(mara, None, "/event")
    refused = await error_of(app.client.views_open(trigger_id=asked.trigger_id, view=FORM))
    assert refused["error"] == "expired_trigger_id"


async def test_a_response_url_is_good_five_times_in_half_an_hour(
    slack: FakeSlack, mara: User, clock: FixedClock
) -> None:
    async with aiohttp.ClientSession() as session:

        async def respond(url: str, **body: object) -> int:
            async with session.post(url, json=body) as answer:
                return answer.status

        asked = await slack.slash(mara, mara.team.channel("events"), "/event")
        url = asked.payload["response_url"]
        assert await respond(url, text="x" * 40_001) == 400
        statuses = [await respond(url, text="x", response_type="in_channel") for _ in range(5)]
        assert statuses == [200] * 4 + [404]
        assert [message.is_ephemeral for message in asked.messages] == [False] * 4
        asked = await slack.slash(mara, mara.team.channel("events"), "/event")
        clock.skip(timedelta(minutes=31))
        assert await respond(asked.payload["response_url"], text="x") == 404
        assert len(slack.violations) >= 3


async def test_what_comes_by_the_response_url_once_a_form_was_sent_comes_of_the_form(
    app: AsyncApp, slack: FakeSlack, mara: User
) -> None:
    asked = await slack.slash(mara, None, "/event", "add")
    sent = await slack.submit(mara, await asked.form(), {"Title": "good", "Seats": 3})
    await sent.acknowledged()
    async with aiohttp.ClientSession() as http:
        await http.post(asked.payload["response_url"], json={"text": "It is saved."})
    assert "It is saved." in [message.text for message in sent.seen]
    assert asked.seen == []


async def test_what_answered_a_command_cannot_be_replaced_by_its_response_url(slack: FakeSlack, mara: User) -> None:
    asked = await slack.slash(mara, mara.team.channel("events"), "/event")
    body = {"text": "x", "replace_original": True}
    url = asked.payload["response_url"]
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        assert answer.status == 400
    assert "no_original" in slack.violations[0]


async def test_an_app_that_is_gone_is_told_so_and_no_more(
    app: AsyncApp, slack: FakeSlack, team: Team, mara: User, told: list[Json]
) -> None:
    slack.uninstall(team)
    await slack.quiet(0.1)
    assert {body["event"]["type"] for body in told} == {"tokens_revoked", "app_uninstalled"}
    with pytest.raises(NotOffered):
        await slack.slash(mara, None, "/event")
    assert slack.violations == []


async def test_nothing_is_told_that_was_not_granted(slack: FakeSlack, team: Team, mara: User) -> None:
    team.installations.clear()
    slack.grant(team, "chat:write")
    with pytest.raises(NotOffered):
        await slack.slash(mara, None, "/event")
    with pytest.raises(NotOffered):
        await slack.shortcut(mara, "note")
    assert (await slack.mention(mara, mara.team.channel("events"), "hello")).has_failed
    assert (await slack.message(mara, "hello")).has_failed
    slack.grant(team, "commands app_mentions:read")
    await slack.slash(mara, None, "/event")
    assert slack.scopes_used == {"commands"}


async def test_only_what_is_declared_is_there(slack: FakeSlack, team: Team, mara: User) -> None:
    slack.use_manifest(
        {
            "features": {
                "slash_commands": [{"command": "/event", "description": "Events"}],
                "shortcuts": [{"name": "Note", "type": "global", "callback_id": "note", "description": "x"}],
            },
            "oauth_config": {"scopes": {"bot": ["chat:write"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        }
    )
    with pytest.raises(NotOffered):
        await slack.slash(mara, None, "/digest")
    with pytest.raises(NotOffered):
        await slack.message_shortcut(mara, await _written(slack, mara), "note")
    assert slack.events == {"app_mention"}
    assert slack.grant(team).scopes == {"chat:write"}


async def _written(slack: FakeSlack, mara: User) -> Message:
    slack.write(mara, mara.team.channel("events"), "words")
    return slack.last_message(mara.team.channel("events"))
