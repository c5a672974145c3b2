"""The fake's gateway, held against Discord's documentation (Topics: Gateway) by a bare client and by discord.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.fakes.callers import Bot, calling, identity, running, shard
from tests.fakes.discord import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(identify_seconds=0) as fake:
        yield fake


async def test_a_heartbeat_is_acknowledged(fake: FakeDiscord) -> None:
    async with shard(fake) as one:
        await one.send(1, None)
        assert (await one.next())["op"] == 11


async def test_ready_names_the_servers_and_each_is_told_of_then(fake: FakeDiscord) -> None:
    guild = fake.add_guild("Kellerwerk", channels=("general", "events"))
    async with shard(fake) as one:
        await one.send(2, identity(fake))
        ready, created = await one.next(), await one.next()
    assert (ready["t"], ready["s"]) == ("READY", 1)
    assert ready["d"]["guilds"] == [{"id": str(guild.id), "unavailable": True}]
    assert ready["d"]["resume_gateway_url"] == fake.gateway_url
    assert (created["t"], created["d"]["name"]) == ("GUILD_CREATE", "Kellerwerk")
    assert [channel["name"] for channel in created["d"]["channels"]] == ["general", "events"]
    assert [member["user"]["username"] for member in created["d"]["members"]] == ["Greenroom"]


async def test_packets_are_compressed_as_one_stream(fake: FakeDiscord) -> None:
    async with shard(fake, compress="zlib-stream") as one:
        await one.send(2, identity(fake))
        assert (await one.next())["t"] == "READY"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"properties": {}}, 4002),
        ({"intents": 1 << 30}, 4013),
        ({"intents": 1 << 15}, 4014),
        ({"shard": [2, 2]}, 4010),
    ],
)
async def test_an_identify_that_is_wrong_closes_with_its_code(
    fake: FakeDiscord, more: dict[str, object], code: int
) -> None:
    async with shard(fake) as one:
        await one.send(2, identity(fake, **more))
        assert await one.closed() == code


async def test_who_is_busy_while_the_connection_is_closed_learns_the_code_all_the_same(fake: FakeDiscord) -> None:
    async with shard(fake) as one:
        await one.send(2, identity(fake))
        assert (await one.next())["t"] == "READY"
        closing = asyncio.create_task(fake.gateway.close(4014))
        done, _ = await asyncio.wait({closing}, timeout=0.1)
        assert not done, "it waits for the goodbye"
        assert await one.closed() == 4014
        await closing


async def test_too_few_shards_are_refused() -> None:
    async with FakeDiscord(requires_shards=2) as fake, shard(fake) as one:
        await one.send(2, identity(fake))
        assert await one.closed() == 4011


async def test_a_privileged_intent_that_is_switched_on_is_given() -> None:
    async with FakeDiscord(privileged_intents=1 << 1) as fake, shard(fake) as one:
        guild = fake.add_guild()
        fake.add_member(guild, "mara")
        await one.send(2, identity(fake, intents=1 | 1 << 1))
        await one.next()
        names = [member["user"]["username"] for member in (await one.next())["d"]["members"]]
        assert "mara" in names


@pytest.mark.parametrize(("op", "code"), [(3, 4003), (99, 4003)])
async def test_nothing_is_taken_before_identify(fake: FakeDiscord, op: int, code: int) -> None:
    async with shard(fake) as one:
        await one.send(op, {})
        assert await one.closed() == code


async def test_identifying_twice_and_unknown_ops_close(fake: FakeDiscord) -> None:
    for op, code in ((2, 4005), (99, 4001)):
        async with shard(fake) as one:
            await one.send(2, identity(fake))
            await one.next()
            await one.send(op, identity(fake))
            assert await one.closed() == code


async def test_who_sends_too_much_is_closed(fake: FakeDiscord) -> None:
    async with shard(fake) as one:
        for _ in range(121):
            await one.send(1, None)
        assert await one.closed() == 4008


async def test_who_sends_no_heartbeat_is_closed() -> None:
    async with FakeDiscord(heartbeat_seconds=-0.6) as fake, shard(fake) as one:
        assert await one.closed() == 4009


async def test_a_bucket_lets_one_identify_through_at_a_time() -> None:
    async with FakeDiscord(max_concurrency=2, identify_seconds=60) as fake:
        outcomes = []
        for number in range(3):
            async with shard(fake) as one:
                await one.send(2, identity(fake, shard=[number, 3]))
                outcomes.append((await one.next())["op"])
        assert outcomes == [0, 0, 9]  # shard 2 shares its bucket with shard 0
        assert fake.gateway.early_identifies == 1


async def test_each_shard_hears_of_its_own_servers(fake: FakeDiscord) -> None:
    guilds = [fake.add_guild(f"server {number}") for number in range(6)]
    for number in range(2):
        async with shard(fake) as one:
            await one.send(2, identity(fake, shard=[number, 2]))
            named = [int(guild["id"]) for guild in (await one.next())["d"]["guilds"]]
            assert named == [guild.id for guild in guilds if (guild.id >> 22) % 2 == number]
            assert len(named) == 3


async def test_a_resumed_session_hears_what_it_missed(fake: FakeDiscord) -> None:
    guild = fake.add_guild()
    async with shard(fake) as one:
        await one.send(2, identity(fake))
        session, _ = (await one.next())["d"]["session_id"], await one.next()
        await fake.drop_gateway()
    fake.add_channel(guild, "events")
    async with shard(fake) as one:
        await one.send(6, {"token": fake.token, "session_id": session, "seq": 2})
        missed, resumed = await one.next(), await one.next()
    assert (missed["t"], missed["s"]) == ("CHANNEL_CREATE", 3)
    assert resumed["t"] == "RESUMED"


async def test_a_session_that_is_not_known_is_invalid(fake: FakeDiscord) -> None:
    async with shard(fake) as one:
        await one.send(6, {"token": fake.token, "session_id": "gone", "seq": 2})
        packet = await one.next()
        assert (packet["op"], packet["d"]) == (9, False)


async def test_a_session_that_its_client_ended_cannot_be_resumed(fake: FakeDiscord) -> None:
    async with shard(fake) as one:
        await one.send(2, identity(fake))
        await one.next()
        await one.socket.close(code=1000)
    await fake.gateway.until(lambda: not fake.gateway.sessions)


async def test_events_come_only_to_who_asked_for_them(fake: FakeDiscord) -> None:
    guild = fake.add_guild()
    async with shard(fake) as one:
        await one.send(2, identity(fake, intents=1 << 16))
        assert (await one.next())["t"] == "READY"
        fake.add_channel(guild, "unheard")
        event = fake.schedule(guild, "Late Night", fake.world.now().replace(year=2099))
        fake.interested(guild, event, fake.add_member(guild, "mara"))
        assert [(await one.next())["t"] for _ in range(2)] == [
            "GUILD_SCHEDULED_EVENT_CREATE",
            "GUILD_SCHEDULED_EVENT_USER_ADD",
        ]


async def test_an_outage_is_told_apart_from_a_removal(fake: FakeDiscord) -> None:
    guild = fake.add_guild()
    async with shard(fake) as one:
        await one.send(2, identity(fake))
        await one.next()
        await one.next()
        fake.unavailable(guild)
        fake.available(guild)
        fake.remove_bot(guild)
        gone, back, removed = await one.next(), await one.next(), await one.next()
    assert (gone["t"], gone["d"].get("unavailable")) == ("GUILD_DELETE", True)
    assert back["t"] == "GUILD_CREATE"
    assert (removed["t"], "unavailable" in removed["d"]) == ("GUILD_DELETE", False)


async def test_an_encoding_it_does_not_speak_is_refused(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(fake.gateway_url + "?v=10&encoding=etf")


async def test_the_api_tells_where_the_gateway_is(fake: FakeDiscord) -> None:
    async with calling(fake) as call:
        told = (await call("GET", "/gateway/bot")).body
    assert told["url"] == fake.gateway_url
    assert told["session_start_limit"]["max_concurrency"] == 1
    assert told["shards"] == 1


# ---- discord.py


async def test_discord_py_logs_in_and_knows_its_servers(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.add_guild("Kellerwerk", channels=("general", "events"))
    bot = Bot()
    async with running(bot, fake, monkeypatch):
        (guild,) = bot.guilds
        assert [channel.name for channel in guild.text_channels] == ["general", "events"]
        assert guild.system_channel is not None
        assert guild.me.guild_permissions.send_messages
        assert not guild.me.guild_permissions.administrator
    assert fake.violations == []


async def test_discord_py_comes_back_however_its_connection_ends(
    fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add_guild()
    bot = Bot()
    async with running(bot, fake, monkeypatch):
        for end in (fake.gateway.drop, fake.gateway.reconnect):
            (session,) = fake.gateway.sessions.values()
            before = session.resumes
            await end()
            await fake.gateway.until(lambda s=session, n=before: s.resumes == n + 1)  # type: ignore[misc]  # bound in the loop
        await fake.gateway.invalidate()
        await fake.gateway.until(lambda: fake.gateway.identifies == 2 and bool(fake.gateway.connected))


async def test_discord_py_is_told_that_its_token_is_wrong(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.token = "another"
    monkeypatch.setattr("discord.http.Route.BASE", fake.api_url)
    bot = Bot()
    with pytest.raises(discord.LoginFailure):
        await bot.login("wrong")
    await bot.close()


async def test_discord_py_is_told_of_an_intent_it_may_not_have(
    fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = Bot(members=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(bot, fake, monkeypatch):
            pass


async def test_discord_py_spreads_its_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeDiscord(requires_shards=3, max_concurrency=3, identify_seconds=0) as fake:
        for number in range(6):
            fake.add_guild(f"server {number}")
        bot = Bot()
        async with running(bot, fake, monkeypatch):
            assert bot.shard_count == 3
            assert sorted(session.shard for session in fake.gateway.connected) == [0, 1, 2]
            assert len(bot.guilds) == 6


async def test_nothing_is_left_running_behind_it() -> None:
    before = asyncio.all_tasks()
    async with FakeDiscord() as fake, shard(fake) as one:
        await one.send(2, identity(fake))
        await one.next()
    assert asyncio.all_tasks() == before
