"""Shards over processes: sessions begin in turn, and every server is served by one of them."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.discord.harness import settings_for
from tests.fakes.discord import FakeDiscord
from tests.processes import running


async def test_two_processes_with_two_shards_each_share_the_servers(postgres_url: str, tmp_path: Path) -> None:
    async with FakeDiscord(pace=0.01, identify_seconds=4.9) as fake:
        guilds = [fake.add_guild(f"Server {number}") for number in range(8)]
        mara = fake.add_user("mara")
        for guild in guilds:
            fake.join(guild, mara)
        given = settings_for(fake, DATABASE_URL=postgres_url, DISCORD_SHARD_COUNT="4")
        async with (
            running(tmp_path, "run", **given, DISCORD_SHARD_IDS="0,1"),
            running(tmp_path, "run", **given, DISCORD_SHARD_IDS="2-3"),
        ):
            await fake.gateway.until(lambda: len(fake.gateway.connected) == 4, 90)
            assert {session.shard for session in fake.gateway.connected} == {0, 1, 2, 3}
            assert fake.gateway.early_identifies == 0
            assert fake.counters.overwrites in {1, 2}  # both may find none registered yet
            asked = [await fake.slash(mara, guild, "event mine") for guild in guilds]
            for each in asked:
                await each.answer()
            await fake.until_posted(len(guilds), 60)
        assert len(fake.posted) == len(guilds), "each owner is greeted once"
        assert fake.violations == []
