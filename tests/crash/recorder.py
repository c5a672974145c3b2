"""A platform in a process of its own: it records what it was sent, in order, and is not always kind.

    python -m tests.crash.recorder SEED

Its first line of output is the port it listens on (127.0.0.1); then one line for each message as it is posted.
It speaks JSON, a line for each request and answer. It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from random import Random
from typing import Any

LOSES = 0.06
"""How often it posts a message and drops the connection before it answers."""
DROPS = 0.03
"""How often it drops the connection without posting."""
REFUSES = 0.04
"""How often it asks to wait, as an answer 429 does."""
SHRUGS = 0.1
"""How often it cannot be asked what was sent."""


class Recorder:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.posts: list[tuple[str, str]] = []
        """Address and key, in the order they were posted."""
        self.counts = {"lost": 0, "dropped": 0, "refused": 0, "shrugged": 0, "asked": 0, "found": 0}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await self.answer(json.loads(line))
                if answer is None:
                    break
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass  # the worker was killed
        finally:
            writer.close()

    async def answer(self, asked: dict[str, Any]) -> dict[str, object] | None:  # Any: as it came over the wire
        """None drops the connection."""
        match asked["do"]:
            case "send":
                return await self.send(asked["to"], asked["key"])
            case "find":
                return await self.find(asked["to"], asked["key"])
            case _:
                return {"posts": self.posts, "counts": self.counts}

    async def send(self, to: str, key: str) -> dict[str, object] | None:
        chance = self.random.random()
        # A real pause is the thing itself: kills should fall before, into and after the posting of a message.
        await asyncio.sleep(self.random.uniform(0, 0.004))
        if chance < REFUSES:
            self.counts["refused"] += 1
            return {"wait": 0.02}
        if chance < REFUSES + DROPS:
            self.counts["dropped"] += 1
            return None
        self.posts.append((to, key))
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()
        await asyncio.sleep(self.random.uniform(0, 0.004))
        if chance < REFUSES + DROPS + LOSES:
            self.counts["lost"] += 1
            return None
        return {"message": str(len(self.posts))}

    async def find(self, to: str, key: str) -> dict[str, object]:
        # What arrived before this question is posted before it is answered, however late this process is.
        await asyncio.sleep(0.01)
        self.counts["asked"] += 1
        if self.random.random() < SHRUGS:
            self.counts["shrugged"] += 1
            return {"wait": 0.02}
        if (to, key) not in self.posts:
            return {"message": None}
        self.counts["found"] += 1
        return {"message": str(self.posts.index((to, key)) + 1)}


async def main(seed: int) -> None:
    recorder = Recorder(Random(seed))
    server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - a process speaks to its parent
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
