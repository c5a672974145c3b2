"""The fake's interactions, held against Discord's documentation by a plain discord.py bot and a bare HTTP client."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import discord
import pytest
from discord import app_commands

from tests.clocks import FixedClock
from tests.fakes.callers import Bot, Caller, calling, running
from tests.fakes.discord import FakeDiscord, Guild, Interaction, NoAnswer, NotOffered, User
from tests.fakes.discord.errors import Json
from tests.fakes.discord.offered import Value

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
EPHEMERAL, V2 = 1 << 6, 1 << 15

EVENT: Json = {
    "type": 1,
    "name": "event",
    "description": "Events",
    "options": [
        {
            "type": 1,
            "name": "find",
            "description": "Find events",
            "options": [
                {"type": 3, "name": "words", "description": "Words", "min_length": 2, "max_length": 5},
                {"type": 3, "name": "near", "description": "City", "autocomplete": True},
                {"type": 4, "name": "within", "description": "Kilometres", "min_value": 1, "max_value": 500},
                {"type": 3, "name": "kind", "description": "Kind", "choices": [{"name": "Concert", "value": "c"}]},
                {"type": 6, "name": "who", "description": "Who"},
                {"type": 7, "name": "where", "description": "Where", "channel_types": [0]},
                {"type": 11, "name": "flyer", "description": "Flyer"},
            ],
        },
        {
            "type": 1,
            "name": "show",
            "description": "Show one",
            "options": [{"type": 3, "name": "title", "description": "Title", "required": True}],
        },
    ],
    "contexts": [0, 1],
    "integration_types": [0, 1],
}
DIGEST: Json = {
    "type": 1,
    "name": "digest",
    "description": "Digests",
    "contexts": [0],
    "default_member_permissions": 32,
}
MENUS: list[Json] = [{"type": 3, "name": "Add as event"}, {"type": 2, "name": "Log connection"}]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def fake(clock: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(clock=clock, rate_limits=False, response_seconds=0.3) as fake:
        yield fake


@pytest.fixture
async def call(fake: FakeDiscord) -> AsyncIterator[Caller]:
    async with calling(fake) as call:
        await call("PUT", f"/applications/{fake.world.application_id}/commands", [EVENT, DIGEST, *MENUS])
        assert fake.violations == []
        yield call


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    return fake.add_guild("Kellerwerk", channels=("general", "events"))


@pytest.fixture
def mara(fake: FakeDiscord, guild: Guild) -> User:
    return fake.add_member(guild, "mara", "de")


async def respond(call: Caller, asked: Interaction, kind: int, data: Json | None = None) -> tuple[int, int]:
    """Give a first response; the status and Discord's code of the answer."""
    body = {"type": kind, **({"data": data} if data is not None else {})}
    answer = await call("POST", f"/interactions/{asked.id}/{asked.token}/callback", body)
    return answer.status, (answer.body or {}).get("code", 0)


def webhook(fake: FakeDiscord, asked: Interaction, rest: str = "") -> str:
    return f"/webhooks/{fake.world.application_id}/{asked.token}{rest}"


def shown(text: str, *components: Json, flags: int = EPHEMERAL) -> Json:
    """A message with a text and a row of components."""
    rows = [{"type": 1, "components": list(components)}] if components else []
    return {"flags": flags | V2, "components": [{"type": 10, "content": text}, *rows]}


GOING: Json = {"type": 2, "style": 1, "label": "Going", "custom_id": "going"}
KIND: Json = {
    "type": 3,
    "custom_id": "kind",
    "placeholder": "Kind",
    "options": [{"label": "Concert", "value": "c"}, {"label": "Meetup", "value": "m"}],
}


def label(name: str, component: Json, **more: object) -> Json:
    return {"type": 18, "label": name, "component": component, **more}


FORM: Json = {
    "custom_id": "form",
    "title": "Add an event",
    "components": [
        label("Title", {"type": 4, "custom_id": "title", "style": 1, "max_length": 10}),
        label("About", {"type": 4, "custom_id": "about", "style": 2, "required": False, "value": "soon"}),
        label("Kind", {**KIND, "required": False, "min_values": 0}),
        label("Where", {"type": 8, "custom_id": "where", "required": False, "min_values": 0}),
    ],
}


async def test_what_a_person_typed_arrives_with_what_ids_stand_for(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    tom, events = fake.add_member(guild, "tom"), guild.channel("events")
    flyer = fake.upload("flyer.png", b"...", "image/png")
    values: dict[str, Value] = {
        "words": "modul",
        "within": 50,
        "kind": "c",
        "who": tom,
        "where": events,
        "flyer": flyer,
    }
    asked = await fake.slash(mara, guild, "event find", values)
    payload = asked.payload
    assert payload["data"]["options"][0]["name"] == "find"
    sent = {option["name"]: option["value"] for option in payload["data"]["options"][0]["options"]}
    ids = {"who": str(tom.id), "where": str(events.id), "flyer": str(flyer)}
    assert sent == {"words": "modul", "within": 50, "kind": "c", **ids}
    resolved = payload["data"]["resolved"]
    assert resolved["users"][str(tom.id)]["username"] == "tom"
    assert resolved["channels"][str(events.id)]["name"] == "events"
    assert resolved["attachments"][str(flyer)]["filename"] == "flyer.png"
    assert (payload["locale"], payload["guild_locale"], payload["context"]) == ("de", "en-US", 0)
    assert payload["authorizing_integration_owners"] == {"0": str(guild.id)}


NOT_OFFERED: list[tuple[str, Json]] = [
    ("event", {}),
    ("event fnd", {}),
    ("evnt find", {}),
    ("event find", {"wen": "friday"}),
    ("event find", {"words": "m"}),
    ("event find", {"words": "modular"}),
    ("event find", {"within": 501}),
    ("event find", {"within": "far"}),
    ("event find", {"kind": "festival"}),
    ("event find", {"who": "tom"}),
    ("event show", {}),
    ("digest", {}),
]


@pytest.mark.parametrize(("path", "values"), NOT_OFFERED)
async def test_the_client_offers_only_what_was_declared(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User, path: str, values: Json
) -> None:
    with pytest.raises(NotOffered):
        await fake.slash(mara, guild, path, values)


async def test_commands_are_shown_where_they_belong_and_to_whom(fake: FakeDiscord, call: Caller, guild: Guild) -> None:
    mara, zoe = fake.add_member(guild, "mara"), fake.add_member(guild, "zoe", is_organiser=True)
    loner = fake.add_user("loner", has_installed=True)
    elsewhere = fake.add_guild("Elsewhere", has_bot=False)
    fake.join(elsewhere, loner)
    fake.join(elsewhere, mara)
    menus = ["Add as event", "Log connection"]
    assert fake.offered_commands(mara, guild) == ["event", *menus]
    assert fake.offered_commands(zoe, guild) == ["event", "digest", *menus]
    assert fake.offered_commands(mara, None) == ["event", *menus]
    assert fake.offered_commands(loner, elsewhere) == ["event"]
    assert fake.offered_commands(mara, elsewhere) == []
    asked = await fake.slash(loner, elsewhere, "event find")
    assert asked.payload["authorizing_integration_owners"] == {"1": str(loner.id)}
    direct = await fake.slash(mara, None, "event find")
    assert "guild_id" not in direct.payload
    assert direct.payload["context"] == 1
    assert direct.payload["user"]["username"] == "mara"
    fake.open_command(guild, "digest")
    assert (await fake.slash(mara, guild, "digest")).payload["data"]["name"] == "digest"


async def test_only_the_first_response_counts(fake: FakeDiscord, call: Caller, guild: Guild, mara: User) -> None:
    asked = await fake.slash(mara, guild, "event find")
    assert await respond(call, asked, 4, shown("one")) == (204, 0)
    assert await respond(call, asked, 4, shown("two")) == (400, 40060)
    answer = await asked.answer()
    assert answer.texts == ["one"]
    assert answer.is_ephemeral
    assert asked.refused
    assert guild.channel("general").messages == []
    assert fake.violations == []


async def test_a_response_tells_its_message_if_asked(fake: FakeDiscord, call: Caller, guild: Guild, mara: User) -> None:
    asked = await fake.slash(mara, guild, "event find")
    path = f"/interactions/{asked.id}/{asked.token}/callback?with_response=true"
    told = (await call("POST", path, {"type": 4, "data": shown("one", flags=0)})).body
    (message,) = guild.channel("general").messages
    assert told["interaction"]["response_message_id"] == str(message.id)
    assert told["resource"]["message"]["components"][0]["content"] == "one"


async def test_after_three_seconds_it_is_too_late(fake: FakeDiscord, call: Caller, guild: Guild, mara: User) -> None:
    asked = await fake.slash(mara, guild, "event find")
    with pytest.raises(NoAnswer, match="did not respond"):
        await asked.answered()
    assert await respond(call, asked, 4, shown("late")) == (404, 10062)


async def test_after_fifteen_minutes_the_token_is_over(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User, clock: FixedClock
) -> None:
    asked = await fake.slash(mara, guild, "event find")
    early = await call("POST", webhook(fake, asked), shown("early"))
    assert (early.status, early.body["code"]) == (404, 10015)
    await respond(call, asked, 4, shown("one"))
    clock.skip(timedelta(minutes=14))
    assert (await call("POST", webhook(fake, asked), shown("two"))).status == 200
    clock.skip(timedelta(minutes=2))
    late = await call("PATCH", webhook(fake, asked, "/messages/@original"), shown("three", flags=0))
    assert (late.status, late.body["code"]) == (401, 50027)
    assert [message.texts for message in asked.seen] == [["one"], ["two"]]


async def test_what_was_deferred_is_seen_when_it_is_filled_in(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    for fills in ("edit", "follow-up"):
        asked = await fake.slash(mara, guild, "event find")
        assert await respond(call, asked, 5, {"flags": EPHEMERAL}) == (204, 0)
        await asked.acknowledged()
        assert not asked.is_answered
        assert asked.was_deferred
        if fills == "edit":
            await call("PATCH", webhook(fake, asked, "/messages/@original"), shown("here", flags=0))
        else:
            # the first follow-up takes the place of "thinking", and how it was deferred decides who sees it
            await call("POST", webhook(fake, asked), shown("here", flags=0))
        assert (await asked.answer()).texts == ["here"]
        assert (await asked.answer()).is_ephemeral
        assert len(asked.seen) == 1
    assert guild.channel("general").messages == []
    assert fake.violations == []


async def test_a_press_can_change_its_message(fake: FakeDiscord, call: Caller, guild: Guild, mara: User) -> None:
    asked = await fake.slash(mara, guild, "event find")
    await respond(call, asked, 4, shown("one", GOING))
    message = await asked.answer()
    pressed = await fake.press(mara, message, "Going")
    assert pressed.payload["message"]["id"] == str(message.id)
    assert pressed.payload["data"]["custom_id"] == "going"
    assert await respond(call, pressed, 7, {"components": [{"type": 10, "content": "two"}]}) == (204, 0)
    await pressed.answered()
    assert pressed.updated_source
    assert message.texts == ["two"]
    with pytest.raises(NotOffered):
        await fake.press(mara, message, "Going")


async def test_only_who_sees_a_message_can_press_on_it(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    tom = fake.add_member(guild, "tom")
    asked = await fake.slash(mara, guild, "event find")
    await respond(call, asked, 4, shown("one", GOING))
    with pytest.raises(NotOffered):
        await fake.press(tom, await asked.answer(), "Going")
    asked = await fake.slash(mara, guild, "event find")
    await respond(call, asked, 4, shown("one", {**GOING, "disabled": True}, {**GOING, "custom_id": "2"}, flags=0))
    with pytest.raises(NotOffered):
        await fake.press(tom, await asked.answer(), "going")
    assert (await fake.press(tom, await asked.answer(), "2")).user is tom


async def test_a_menu_brings_back_what_was_chosen(fake: FakeDiscord, call: Caller, guild: Guild, mara: User) -> None:
    asked = await fake.slash(mara, guild, "event find")
    await respond(call, asked, 4, shown("one", KIND))
    message = await asked.answer()
    chosen = await fake.select(mara, message, "Kind", "Meetup")
    assert chosen.payload["data"]["values"] == ["m"]
    with pytest.raises(NotOffered):
        await fake.select(mara, message, "Kind", "Festival")


async def test_a_modal_is_a_first_response_and_never_answers_one(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    asked = await fake.slash(mara, guild, "event find")
    assert await respond(call, asked, 9, FORM) == (204, 0)
    assert (await asked.form())["title"] == "Add an event"
    sent = await fake.submit(mara, asked, {"Title": "Night", "Kind": ["Meetup"], "where": [guild.channel("events")]})
    fields = {each["component"]["custom_id"]: each["component"] for each in sent.payload["data"]["components"]}
    assert fields["title"]["value"] == "Night"
    assert fields["about"]["value"] == "soon"
    assert fields["kind"]["values"] == ["m"]
    assert fields["where"]["values"] == [str(guild.channel("events").id)]
    assert sent.payload["data"]["resolved"]["channels"]
    assert (await respond(call, sent, 9, FORM))[0] == 400
    assert (await respond(call, sent, 7, shown("x")))[0] == 400
    fake.violations.clear()
    assert await respond(call, sent, 4, shown("saved")) == (204, 0)
    assert fake.violations == []


BAD_FORMS: dict[str, Json] = {
    "six fields": {"components": [label(str(n), {"type": 4, "custom_id": str(n), "style": 1}) for n in range(6)]},
    "a long title": {"title": "x" * 46},
    "a long label": {"components": [label("x" * 46, {"type": 4, "custom_id": "a", "style": 1})]},
    "a long note": {"components": [label("x", {"type": 4, "custom_id": "a", "style": 1}, description="x" * 101)]},
    "no fields": {"components": []},
    "a value that is too long": {
        "components": [label("x", {"type": 4, "custom_id": "a", "style": 1, "max_length": 2, "value": "abc"})]
    },
    "a button in it": {"components": [label("x", GOING)]},
    "a custom_id twice": {
        "components": [label(str(n), {"type": 4, "custom_id": "a", "style": 1}) for n in range(2)],
    },
}


@pytest.mark.parametrize("what", BAD_FORMS)
async def test_a_modal_that_discord_refuses_is_refused_and_noted(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User, what: str
) -> None:
    asked = await fake.slash(mara, guild, "event find")
    assert await respond(call, asked, 9, {**FORM, **BAD_FORMS[what]}) == (400, 50035)
    assert fake.violations


async def test_the_client_sends_no_modal_that_is_not_filled_in(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    asked = await fake.slash(mara, guild, "event find")
    await respond(call, asked, 9, FORM)
    for values in ({}, {"Title": "x" * 11}, {"Title": "x", "Kind": ["Festival"]}, {"Title": "x", "Nothing": "y"}):
        with pytest.raises(NotOffered):
            await fake.submit(mara, asked, values)


async def test_suggestions_come_for_what_is_being_typed(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    asking = asyncio.create_task(fake.autocomplete(mara, guild, "event find", "near", "Ber", {"within": 5}))
    await asyncio.sleep(0)  # until it is under way
    (asked,) = fake.interactions.values()
    options = asked.payload["data"]["options"][0]["options"]
    assert options[-1] == {"name": "near", "type": 3, "value": "Ber", "focused": True}
    assert (await respond(call, asked, 4, shown("x")))[0] == 400
    too_many = [{"name": str(number), "value": "x"} for number in range(26)]
    assert (await respond(call, asked, 8, {"choices": too_many}))[0] == 400
    assert (await respond(call, asked, 8, {"choices": [{"name": "Berlin", "value": "x" * 101}]}))[0] == 400
    assert await respond(call, asked, 8, {"choices": [{"name": "Berlin", "value": "Berlin, DE"}]}) == (204, 0)
    assert await asking == [{"name": "Berlin", "value": "Berlin, DE"}]
    with pytest.raises(NotOffered):
        await fake.autocomplete(mara, guild, "event find", "words", "x")


async def test_menus_of_people_and_messages_bring_their_target(
    fake: FakeDiscord, call: Caller, guild: Guild, mara: User
) -> None:
    tom = fake.add_member(guild, "tom")
    written = fake.write(tom, guild.channel("general"), "Friday 8pm at Kellerwerk")
    on_message = await fake.context_menu(mara, None, "Add as event", written)
    data = on_message.payload["data"]
    assert data["resolved"]["messages"][data["target_id"]]["content"] == "Friday 8pm at Kellerwerk"
    on_person = await fake.context_menu(mara, guild, "Log connection", tom)
    assert on_person.payload["data"]["resolved"]["users"][str(tom.id)]["username"] == "tom"


async def test_follow_ups_of_a_user_install_are_five(fake: FakeDiscord, call: Caller) -> None:
    loner = fake.add_user("loner", has_installed=True)
    elsewhere = fake.add_guild("Elsewhere", has_bot=False)
    fake.join(elsewhere, loner)
    asked = await fake.slash(loner, elsewhere, "event find")
    await respond(call, asked, 4, shown("one"))
    statuses = [(await call("POST", webhook(fake, asked), shown("more"))).status for _ in range(6)]
    assert statuses == [200] * 5 + [400]


# ---- discord.py


class Greeter(Bot):
    """Answers with a button that counts, however often it hears of a press."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Counter[int] = Counter()
        self.heard_twice = asyncio.Event()
        self.going: set[int] = set()
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="hello", description="Says hello")(self.hello)

    async def hello(self, interaction: discord.Interaction) -> None:
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(discord.ui.TextDisplay("Coming?"))
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
        row.add_item(discord.ui.Button(label="Going", custom_id="going"))
        view.add_item(row)
        await interaction.response.send_message(view=view)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.heard[interaction.id] += 1
        if self.heard[interaction.id] == 2:
            self.heard_twice.set()
        if interaction.type is discord.InteractionType.component and self.heard[interaction.id] == 1:
            self.going.add(interaction.user.id)
            await interaction.response.send_message(f"{len(self.going)} going", ephemeral=True)


async def test_discord_py_answers_presses_of_two_hundred_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild()
        people = [fake.add_member(guild, f"person {number}") for number in range(200)]
        bot = Greeter()
        async with running(bot, fake, monkeypatch):
            await bot.tree.sync()
            asked = await fake.slash(people[0], guild, "hello")
            message = await asked.answer()
            pressed = [await fake.press(person, message, "Going") for person in people]
            await asyncio.gather(*(each.answered() for each in pressed))
            assert len(bot.going) == 200
            twice = await fake.press(people[0], message, "Going", twice=True)
            await twice.answered()
            await bot.heard_twice.wait()
            assert len(bot.going) == 200
        assert fake.violations == []
        assert fake.denied == []
