"""Starting sessions in turn, over all processes that share the bot's token."""

from __future__ import annotations

from bot.ports import Turnstile

EVERY_SECONDS = 5.5
"""Discord: one identify in five seconds for each bucket of shards (Topics: Gateway, "Rate Limiting").

The half second is for the way there: one that was held up must not find the next one close behind it.
"""


async def wait_for_turn(turnstile: Turnstile, application_id: int, shard: int, buckets: int) -> None:
    """Wait until this shard may identify. `buckets` is Discord's max_concurrency; shards share them in turn."""
    await turnstile.pass_through(f"discord.identify.{application_id}.{shard % max(1, buckets)}", EVERY_SECONDS)
