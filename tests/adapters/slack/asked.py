"""A Slack that answers by heart: real HTTP, for what happens while the app is being installed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer: JSON, or text (of that type) that is none."""

    body: Mapping[str, Any] | str | bytes  # Any: what JSON holds
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    token: str
    form: Mapping[str, str]


@dataclass(slots=True)
class AskedSlack:
    api_url: str
    heard: list[Heard] = field(default_factory=list)


@asynccontextmanager
async def asked_slack(answers: Mapping[str, Sequence[Asked]]) -> AsyncIterator[AskedSlack]:
    """Each method's answers come in their order; what is asked beyond them is a 500."""
    waiting = {method: list(each) for method, each in answers.items()}

    async def handle(request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form = {name: str(value) for name, value in (await request.post()).items()}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or form.get("token", "")
        slack.heard.append(Heard(method, token, form))
        answer = waiting[method].pop(0)
        if isinstance(answer.body, str | bytes):
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            return web.Response(body=content, headers={"Content-Type": answer.media_type}, status=answer.status)
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack = AskedSlack(f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    try:
        yield slack
    finally:
        await runner.cleanup()
