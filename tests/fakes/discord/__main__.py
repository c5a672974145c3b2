"""A fake Discord as a process of its own.

    python -m tests.fakes.discord [--port 0] [--token …] [--pace 1] [--seed 0] [--response-seconds 3]

The first line it writes is JSON with its addresses and token; then comes a line for each message as it is posted.
`tests.fakes.discord.control` says what POST /control does. It ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.fakes.discord.control import ControlledDiscord
from tests.fakes.discord.core import TOKEN


async def main(options: argparse.Namespace) -> None:
    discord = ControlledDiscord(
        token=options.token,
        pace=options.pace,
        seed=options.seed,
        response_seconds=options.response_seconds,
        max_concurrency=options.max_concurrency,
        requires_shards=options.requires_shards,
        rate_limits=not options.no_rate_limits,
    )
    await discord.start(options.port)
    told = {
        "api_url": discord.api_url,
        "gateway_url": discord.gateway_url,
        "control_url": f"http://{discord.address}/control",
        "token": discord.token,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await discord.stop()


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.discord")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--pace", type=float, default=1.0, help="stretches the windows of rate limits")
    parser.add_argument("--seed", type=int, default=0, help="of the faults that happen by chance")
    parser.add_argument("--response-seconds", type=float, default=3.0)
    parser.add_argument("--max-concurrency", type=int, default=1)
    parser.add_argument("--requires-shards", type=int, default=None)
    parser.add_argument("--no-rate-limits", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parsed()))
