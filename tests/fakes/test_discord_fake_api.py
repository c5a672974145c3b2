"""The fake's HTTP API, held against Discord's documentation by a bare client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from tests.clocks import FixedClock
from tests.fakes.callers import Caller, calling
from tests.fakes.discord import BOT, FakeDiscord, Fault, Guild, Kind, Permission
from tests.fakes.discord.errors import Json

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
V2 = 1 << 15


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def fake(clock: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(clock=clock, rate_limits=False) as fake:
        yield fake


@pytest.fixture
async def call(fake: FakeDiscord) -> AsyncIterator[Caller]:
    async with calling(fake) as call:
        yield call


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    return fake.add_guild("Kellerwerk", channels=("general", "events"))


def posting(guild: Guild, name: str = "general") -> str:
    return f"/channels/{guild.channel(name).id}/messages"


async def test_a_wrong_token_is_unauthorized(call: Caller) -> None:
    assert (await call("GET", "/users/@me", Authorization="Bot wrong")).status == 401
    assert (await call("GET", "/users/@me")).body["username"] == "Greenroom"


async def test_a_route_that_there_is_not_is_a_violation(call: Caller, fake: FakeDiscord) -> None:
    assert (await call("GET", "/nowhere")).status in (400, 404)
    assert fake.violations


# ---- messages


async def test_a_message_is_posted_read_edited_and_deleted(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    sent = (await call("POST", posting(guild), {"content": "At eight"})).body
    path = f"{posting(guild)}/{sent['id']}"
    assert (await call("PATCH", path, {"content": "At nine"})).body["edited_timestamp"]
    assert (await call("GET", path)).body["content"] == "At nine"
    assert [each["id"] for each in (await call("GET", posting(guild))).body] == [sent["id"]]
    assert (await call("DELETE", path)).status == 204
    assert (await call("GET", path)).body["code"] == 10008
    assert fake.violations == []


async def test_messages_are_listed_newest_first_and_by_page(call: Caller, guild: Guild) -> None:
    ids = [(await call("POST", posting(guild), {"content": str(number)})).body["id"] for number in range(5)]

    async def listed(query: str) -> list[int]:
        return [ids.index(each["id"]) for each in (await call("GET", f"{posting(guild)}?{query}")).body]

    assert await listed("limit=2") == [4, 3]
    assert await listed(f"limit=2&before={ids[3]}") == [2, 1]
    assert await listed(f"limit=2&after={ids[0]}") == [2, 1]


async def test_the_same_nonce_within_minutes_is_the_same_message(
    call: Caller, fake: FakeDiscord, guild: Guild, clock: FixedClock
) -> None:
    body = {"content": "This week", "nonce": "a" * 25, "enforce_nonce": True}
    first = (await call("POST", posting(guild), body)).body
    again = (await call("POST", posting(guild), {**body, "content": "Changed"})).body
    assert (again["id"], again["content"], again["nonce"]) == (first["id"], "This week", "a" * 25)
    assert "nonce" not in (await call("GET", f"{posting(guild)}/{first['id']}")).body
    elsewhere = (await call("POST", posting(guild, "events"), body)).body
    unforced = (await call("POST", posting(guild), {**body, "enforce_nonce": False})).body
    clock.skip(timedelta(minutes=10))
    later = (await call("POST", posting(guild), body)).body
    assert len({each["id"] for each in (first, elsewhere, unforced, later)}) == 4
    assert len(fake.posted) == 4
    assert (await call("POST", posting(guild), {**body, "nonce": "a" * 26})).status == 400


async def test_what_cannot_be_reached_is_answered_with_its_code(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    general = guild.channel("general")
    hello = {"content": "hello"}

    async def code(path: str = posting(guild)) -> int:
        return int((await call("POST", path, hello)).body["code"])

    fake.set_permissions(guild, fake.world.bot, BOT & ~Permission.SEND_MESSAGES)
    fake.set_permissions(guild, None, 0)
    assert await code() == 50013
    fake.set_permissions(guild, fake.world.bot, BOT, general)
    assert (await call("POST", posting(guild), hello)).status == 200
    fake.set_permissions(guild, fake.world.bot, 0, general)
    assert await code() == 50001
    fake.delete_channel(general)
    assert await code(f"/channels/{general.id}/messages") == 10003
    mara = fake.add_member(guild, "mara")
    opened = (await call("POST", "/users/@me/channels", {"recipient_id": str(mara.id)})).body
    fake.close_dms(mara)
    assert await code(f"/channels/{opened['id']}/messages") == 50007
    fake.open_dms(mara)
    fake.leave(guild, mara)
    assert await code(f"/channels/{opened['id']}/messages") == 50007
    assert fake.violations == []


async def test_without_read_message_history_nothing_is_read_back(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    await call("POST", posting(guild), {"content": "hello"})
    fake.set_permissions(guild, None, 0)
    fake.set_permissions(guild, fake.world.bot, BOT & ~Permission.READ_MESSAGE_HISTORY)
    assert (await call("GET", posting(guild))).body == []


async def test_others_words_are_not_shown_without_the_intent(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    mara = fake.add_member(guild, "mara")
    fake.write(mara, guild.channel("general"), "a secret")
    fake.write(mara, guild.channel("general"), f"hello <@{fake.world.bot.id}>")
    assert [each["content"] for each in (await call("GET", posting(guild))).body] == [
        f"hello <@{fake.world.bot.id}>",
        "",
    ]


async def test_files_are_kept_with_their_message(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    form = aiohttp.FormData(quote_fields=False)
    told = {"flags": V2, "components": [{"type": 13, "file": {"url": "attachment://a.ics"}}]}
    told["attachments"] = [{"id": 0, "filename": "a.ics"}]
    form.add_field("payload_json", json.dumps(told), content_type="application/json")
    form.add_field("files[0]", b"BEGIN:VCALENDAR", filename="x", content_type="text/calendar")
    headers = {"Authorization": f"Bot {fake.token}"}
    async with call.session.post(fake.api_url + posting(guild), data=form, headers=headers) as answer:
        (attachment,) = (await answer.json())["attachments"]
    async with call.session.get(attachment["url"]) as answer:
        assert await answer.read() == b"BEGIN:VCALENDAR"
    assert attachment["filename"] == "a.ics"
    assert fake.violations == []


def text(content: str = "hello") -> Json:
    return {"type": 10, "content": content}


def button(**more: object) -> Json:
    return {"type": 2, "style": 1, "label": "Going", "custom_id": "going", **more}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def menu(**more: object) -> Json:
    return {"type": 3, "custom_id": "menu", "options": [{"label": "One", "value": "1"}], **more}


BAD: dict[str, Json] = {
    "content that is too long": {"content": "x" * 2_001},
    "nothing at all": {"content": "  "},
    "an unknown key": {"content": "x", "colour": 1},
    "components of V2 without the flag": {"components": [text()]},
    "content beside V2": {"flags": V2, "content": "x", "components": [text()]},
    "six rows without V2": {"content": "x", "components": [row(button(custom_id=str(n))) for n in range(6)]},
    "forty-one components": {"flags": V2, "components": [text(str(n)) for n in range(41)]},
    "forty-one components, nested": {
        "flags": V2,
        "components": [{"type": 17, "components": [text(str(n)) for n in range(20)]} for _ in range(2)],
    },
    "too much text in all": {"flags": V2, "components": [text("x" * 2_001), text("y" * 2_000)]},
    "an empty text": {"flags": V2, "components": [text("")]},
    "a container in a container": {
        "flags": V2,
        "components": [{"type": 17, "components": [{"type": 17, "components": [text()]}]}],
    },
    "a button outside a row": {"flags": V2, "components": [button()]},
    "six buttons in a row": {"flags": V2, "components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
    "a button beside a menu": {"flags": V2, "components": [row(button(), menu())]},
    "a button without custom_id": {"flags": V2, "components": [row({"type": 2, "style": 1, "label": "x"})]},
    "a long custom_id": {"flags": V2, "components": [row(button(custom_id="x" * 101))]},
    "a custom_id twice": {"flags": V2, "components": [row(button(), button())]},
    "an id twice": {"flags": V2, "components": [{**text(), "id": 7}, {**text(), "id": 7}]},
    "an id that is too large": {"flags": V2, "components": [{**text(), "id": 2**31}]},
    "a long label": {"flags": V2, "components": [row(button(label="x" * 81))]},
    "a link with custom_id": {"flags": V2, "components": [row(button(style=5, url="https://a.example"))]},
    "a link to nowhere": {
        "flags": V2,
        "components": [row({"type": 2, "style": 5, "label": "x", "url": "javascript:alert(1)"})],
    },
    "a section without accessory": {"flags": V2, "components": [{"type": 9, "components": [text()]}]},
    "a section of four texts": {
        "flags": V2,
        "components": [{"type": 9, "components": [text() for _ in range(4)], "accessory": button()}],
    },
    "twenty-six options": {
        "flags": V2,
        "components": [row(menu(options=[{"label": str(n), "value": str(n)} for n in range(26)]))],
    },
    "an option twice": {
        "flags": V2,
        "components": [row(menu(options=[{"label": "a", "value": "1"}, {"label": "b", "value": "1"}]))],
    },
    "a file that was not sent": {
        "flags": V2,
        "components": [{"type": 13, "file": {"url": "attachment://a.ics"}}],
    },
    "an unknown key in a component": {"flags": V2, "components": [{**text(), "colour": 1}]},
    "mentions both parsed and named": {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    "a flag that cannot be set": {"content": "x", "flags": 1 << 7},
}


@pytest.mark.parametrize("what", BAD)
async def test_a_message_that_discord_refuses_is_refused_and_noted(
    call: Caller, fake: FakeDiscord, guild: Guild, what: str
) -> None:
    answer = await call("POST", posting(guild), BAD[what])
    assert answer.status == 400
    assert answer.body["code"] in (50035, 50006)
    assert len(fake.violations) >= 1
    assert fake.posted == []


async def test_a_message_at_every_limit_is_taken(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    buttons = [button(custom_id=f"{number:0100}", label="x" * 80) for number in range(5)]
    options = [{"label": "x" * 100, "value": f"{number:0100}", "description": "y" * 100} for number in range(25)]
    section = {"type": 9, "components": [text("a"), text("b"), text("c")], "accessory": button(custom_id="one")}
    inner = [text("x" * (4_000 - 3 - 24)), section, {"type": 14, "divider": True, "spacing": 2}, row(*buttons)]
    inner.append(row(menu(options=options, placeholder="p" * 150, max_values=25)))
    more = [text("z") for _ in range(40 - 16)]
    body = {"flags": V2, "components": [{"type": 17, "accent_color": 1, "components": inner}, *more]}
    assert (await call("POST", posting(guild), body)).status == 200
    assert (await call("POST", posting(guild), {"content": "x" * 2_000})).status == 200
    assert fake.violations == []


async def test_v2_is_for_good(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    sent = (await call("POST", posting(guild), {"flags": V2, "components": [text()]})).body
    path = f"{posting(guild)}/{sent['id']}"
    assert (await call("PATCH", path, {"content": "x"})).status == 400
    assert (await call("PATCH", path, {"flags": 0, "components": [row(button())]})).status == 400
    fake.violations.clear()
    assert (await call("PATCH", path, {"components": [text("changed")]})).status == 200
    assert fake.violations == []


async def test_it_knows_who_would_be_pinged(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    mara = fake.add_member(guild, "mara")
    said = f"@everyone @here <@{mara.id}> <@&{guild.id}> \\<@{mara.id}>"
    fake.set_permissions(guild, fake.world.bot, BOT | Permission.MENTION_EVERYONE)

    async def pinged(**more: object) -> frozenset[str]:
        await call("POST", posting(guild), {"flags": V2, "components": [text(said)], **more})
        return fake.posted[-1].pinged

    assert await pinged() == {"everyone", "here", str(mara.id), str(guild.id)}
    assert await pinged(allowed_mentions={"parse": []}) == set()
    assert await pinged(allowed_mentions={"parse": [], "users": [str(mara.id)]}) == {str(mara.id)}
    fake.set_permissions(guild, fake.world.bot, BOT)
    assert await pinged() == {str(mara.id)}


# ---- commands


def command(**more: object) -> Json:
    return {"type": 1, "name": "event", "description": "Events", **more}


def option(**more: object) -> Json:
    return {"type": 3, "name": "near", "description": "City", **more}


BAD_COMMANDS: dict[str, list[Json]] = {
    "upper case": [command(name="Event")],
    "a space": [command(name="event find")],
    "thirty-three letters": [command(name="x" * 33)],
    "no description": [{"type": 1, "name": "event"}],
    "a long description": [command(description="x" * 101)],
    "twenty-six options": [command(options=[option(name=f"o{n}") for n in range(26)])],
    "an option twice": [command(options=[option(), option()])],
    "required after optional": [command(options=[option(), option(name="b", required=True)])],
    "subcommands beside options": [command(options=[option(), {"type": 1, "name": "x", "description": "y"}])],
    "choices with autocomplete": [command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "b"}])])],
    "a long choice": [command(options=[option(choices=[{"name": "x" * 101, "value": "b"}])])],
    "a locale there is not": [command(description_localizations={"en": "Events"})],
    "too much in all": [
        command(options=[option(name=f"o{n}", description="x" * 100, choices=CHOICES) for n in range(25)])
        for CHOICES in [[{"name": f"{m}" * 50, "value": f"{m}" * 50} for m in range(9)]]
    ],
    "the same name twice": [command(), command()],
    "an unknown key": [command(colour=1)],
    "a context menu with a description": [{"type": 2, "name": "Add", "description": "x"}],
    "too many context menus": [{"type": 3, "name": f"Add {number}"} for number in range(16)],
}


@pytest.mark.parametrize("what", BAD_COMMANDS)
async def test_commands_that_discord_refuses_are_refused_and_noted(call: Caller, fake: FakeDiscord, what: str) -> None:
    path = f"/applications/{fake.world.application_id}/commands"
    assert (await call("PUT", path, BAD_COMMANDS[what])).status == 400
    assert fake.violations
    assert fake.commands == {}


async def test_only_new_commands_count_and_two_hundred_a_day_is_the_end(
    call: Caller, fake: FakeDiscord, clock: FixedClock
) -> None:
    path = f"/applications/{fake.world.application_id}/commands"

    async def put(*names: str) -> int:
        return (await call("PUT", path, [command(name=name) for name in names])).status

    many = [f"c{number}" for number in range(100)]
    assert await put(*many) == 200
    ids = set(fake.commands)
    assert await put(*many) == 200
    assert set(fake.commands) == ids
    assert await put(*(f"d{number}" for number in range(100))) == 200
    assert await put("one-more") == 400
    clock.skip(timedelta(days=1))
    assert await put("one-more") == 200


@pytest.mark.parametrize("name", ["event", "event-find", "événement", "イベント", "c3", "l'heure"])
async def test_names_of_every_script_are_taken(call: Caller, fake: FakeDiscord, name: str) -> None:
    path = f"/applications/{fake.world.application_id}/commands"
    assert (await call("PUT", path, [command(name=name)])).status == 200


# ---- scheduled events


def event(hours: float = 24, **more: object) -> Json:
    starts = NOW + timedelta(hours=hours)
    return {
        "name": "Late Night",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Kellerwerk"},
        "scheduled_start_time": starts.isoformat(),
        "scheduled_end_time": (starts + timedelta(hours=3)).isoformat(),
        **more,
    }


BAD_EVENTS: dict[str, Json] = {
    "a long name": event(name="x" * 101),
    "a long description": event(description="x" * 1_001),
    "a long location": event(entity_metadata={"location": "x" * 101}),
    "no location": event(entity_metadata={}),
    "no end": event(scheduled_end_time=None),
    "a start that has passed": event(hours=-1),
    "an end before the start": event(scheduled_end_time=(NOW + timedelta(hours=23)).isoformat()),
    "a moment without a zone": event(scheduled_start_time="2026-12-01T20:00:00"),
    "an unknown key": event(colour=1),
}


@pytest.mark.parametrize("what", BAD_EVENTS)
async def test_events_that_discord_refuses_are_refused_and_noted(
    call: Caller, fake: FakeDiscord, guild: Guild, what: str
) -> None:
    answer = await call("POST", f"/guilds/{guild.id}/scheduled-events", BAD_EVENTS[what])
    assert (answer.status, answer.body["code"]) == (400, 50035)
    assert fake.violations


async def test_a_server_holds_a_hundred_events(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    path = f"/guilds/{guild.id}/scheduled-events"
    for number in range(100):
        assert (await call("POST", path, event(name=f"Night {number}"))).status == 200
    full = await call("POST", path, event())
    assert (full.status, full.body["code"]) == (400, 30038)
    assert len((await call("GET", path)).body) == 100
    assert fake.violations == []


async def test_an_event_is_edited_begins_and_is_over(
    call: Caller, fake: FakeDiscord, guild: Guild, clock: FixedClock
) -> None:
    path = f"/guilds/{guild.id}/scheduled-events"
    made = (await call("POST", path, event())).body
    moved = NOW + timedelta(hours=25)
    changed = await call("PATCH", f"{path}/{made['id']}", {"scheduled_start_time": moved.isoformat()})
    assert datetime.fromisoformat(changed.body["scheduled_start_time"]) == moved
    clock.skip(timedelta(hours=26))
    assert (await call("GET", f"{path}/{made['id']}")).body["status"] == 2
    clock.skip(timedelta(hours=2))
    assert (await call("GET", f"{path}/{made['id']}")).body["code"] == 10070
    assert (await call("GET", path)).body == []


async def test_who_is_interested_is_listed_by_page(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    made = fake.schedule(guild, "Late Night", NOW + timedelta(days=1))
    people = [fake.add_member(guild, f"person {number}") for number in range(130)]
    for person in people:
        fake.interested(guild, made, person)
    fake.not_interested(guild, made, people[0])
    path = f"/guilds/{guild.id}/scheduled-events/{made['id']}/users"
    first = (await call("GET", f"{path}?limit=100")).body
    rest = (await call("GET", f"{path}?limit=100&after={first[-1]['user']['id']}")).body
    assert [each["user"]["id"] for each in first + rest] == [str(person.id) for person in people[1:]]
    told = await call("GET", f"/guilds/{guild.id}/scheduled-events?with_user_count=true")
    assert told.body[0]["user_count"] == 129


async def test_events_take_their_permissions(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    path = f"/guilds/{guild.id}/scheduled-events"
    theirs = fake.schedule(guild, "By hand", NOW + timedelta(days=1))
    fake.set_permissions(guild, fake.world.bot, BOT & ~Permission.MANAGE_EVENTS)
    ours = (await call("POST", path, event())).body
    assert (await call("PATCH", f"{path}/{ours['id']}", {"name": "Ours"})).status == 200
    assert (await call("PATCH", f"{path}/{theirs['id']}", {"name": "Ours"})).body["code"] == 50013
    fake.set_permissions(guild, fake.world.bot, BOT & ~Permission.CREATE_EVENTS)
    assert (await call("POST", path, event())).body["code"] == 50013


# ---- limits and faults


async def test_a_full_bucket_says_how_long_to_wait() -> None:
    async with FakeDiscord(pace=0.02) as fake, calling(fake) as call:
        guild = fake.add_guild(channels=("general", "events"))
        answers = [await call("POST", posting(guild), {"content": str(number)}) for number in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        limited = answers[-1]
        assert 0 < limited.body["retry_after"] <= 5 * 0.02
        assert limited.body["global"] is False
        assert limited.headers["x-ratelimit-remaining"] == "0"
        assert limited.headers["x-ratelimit-bucket"] == answers[0].headers["x-ratelimit-bucket"]
        assert (await call("POST", posting(guild, "events"), {"content": "x"})).status == 200
        await asyncio.sleep(limited.body["retry_after"])
        assert (await call("POST", posting(guild), {"content": "x"})).status == 200
        assert fake.violations == []


async def test_fifty_a_second_is_all_there_is() -> None:
    async with FakeDiscord() as fake, calling(fake) as call:
        guilds = [fake.add_guild(f"server {number}") for number in range(60)]
        answers = await asyncio.gather(*(call("POST", posting(guild), {"content": "x"}) for guild in guilds))
        refused = [answer for answer in answers if answer.status == 429]
        assert len(refused) == 10
        assert all(answer.body["global"] and "x-ratelimit-global" in answer.headers for answer in refused)


async def test_ten_thousand_invalid_requests_bring_a_ban() -> None:
    async with FakeDiscord(rate_limits=False) as fake, calling(fake) as call:
        for _ in range(9_998):
            fake.limits.note_invalid()
        assert (await call("GET", "/users/@me", Authorization="Bot wrong")).status == 401
        assert (await call("GET", "/users/@me")).status == 200
        assert (await call("GET", "/users/@me", Authorization="Bot wrong")).status == 401
        assert (await call("GET", "/users/@me")).status == 403


async def test_faults_befall_whom_they_should(call: Caller, fake: FakeDiscord, guild: Guild) -> None:
    hello = {"content": "hello"}
    fake.faults.add(Fault(r"POST /channels", Kind.STATUS, times=2, status=502))
    assert [(await call("POST", posting(guild), hello)).status for _ in range(3)] == [502, 502, 200]
    fake.faults.add(Fault(r"POST /channels", Kind.LIMITED, seconds=7))
    assert (await call("POST", posting(guild), hello)).body["retry_after"] == 7
    assert len(fake.posted) == 1
    fake.faults.add(Fault(r"POST /channels", Kind.DROP_BEFORE))
    with pytest.raises(aiohttp.ClientError):
        await call("POST", posting(guild), hello)
    assert len(fake.posted) == 1
    fake.faults.add(Fault(r"POST /channels", Kind.DROP_AFTER))
    with pytest.raises(aiohttp.ClientError):
        await call("POST", posting(guild), hello)
    assert len(fake.posted) == 2
    for kind, count in ((Kind.HANG, 2), (Kind.HANG_AFTER, 3)):
        fake.faults.add(Fault(r"POST /channels", kind))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await call("POST", posting(guild), hello)
        assert len(fake.posted) == count


async def test_faults_by_chance_are_the_same_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        fake = FakeDiscord(seed=seed)
        fake.faults.add(Fault("POST", Kind.DROP_AFTER, times=None, chance=0.3))
        return [fake.faults.befalls("POST /channels/1/messages") is not None for _ in range(50)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 5 < sum(drawn(1)) < 25
