"""A fake Slack as a process of its own.

    python -m tests.fakes.slack [--port 0] [--pace 1] [--seed 0] [--response-seconds 3] [--no-rate-limits]

The first line it writes is JSON with its addresses and tokens; then comes a line for each message as it is posted.
`tests.fakes.slack.control` says what POST /control does. It ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.fakes.slack.control import ControlledSlack


async def main(options: argparse.Namespace) -> None:
    slack = ControlledSlack(
        pace=options.pace,
        seed=options.seed,
        response_seconds=options.response_seconds,
        rate_limits=not options.no_rate_limits,
    )
    await slack.start(options.port)
    told = {
        "api_url": slack.api_url,
        "control_url": f"http://{slack.address}/control",
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
        "client_id": slack.client_id,
        "client_secret": slack.client_secret,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await slack.stop()


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pace", type=float, default=1.0, help="stretches rate limits and the waits of retries")
    parser.add_argument("--seed", type=int, default=0, help="of the faults that happen by chance")
    parser.add_argument("--response-seconds", type=float, default=3.0)
    parser.add_argument("--no-rate-limits", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parsed()))
