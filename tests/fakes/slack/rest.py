"""The Web API's door: every call, with its token, scopes, limits, faults and arguments."""

from __future__ import annotations

import asyncio
import base64
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.faults import Fault, Kind
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.errors import MISTAKES, Denied, Json
from tests.fakes.slack.limits import SPECIAL
from tests.fakes.slack.world import Channel, Installation, Place, Team, User

Scopes = str | Callable[["Call"], str]
"""What a method needs, or what that depends on; "" is nothing."""

Does = Callable[["Call"], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may be carried out, and its arguments however they came."""

    core: Core
    method: str
    args: Mapping[str, Any]  # Any: JSON, or text where it came as a form
    installation: Installation | None

    @property
    def team(self) -> Team:
        assert self.installation is not None
        return self.installation.team

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Raises Denied."""
        if not self.text(name):
            raise Denied("invalid_arguments", f"missing required field: {name}")
        return self.text(name)

    def flag(self, name: str) -> bool:
        return self.args.get(name) in (True, "1", "true", "True", 1)

    def json(self, name: str, wrong: str = "invalid_arguments") -> Any:  # Any: JSON
        """An argument that is JSON, also as text. Raises Denied."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                raise Denied(wrong) from None
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """Raises Denied."""
        try:
            value = int(self.args.get(name) or default)
        except (TypeError, ValueError):
            raise Denied("invalid_arguments", f"must be an integer: {name}") from None
        if value < 1:
            raise Denied("invalid_limit")
        return min(value, most)

    def channel(self, name: str = "channel") -> Channel:
        """A conversation that the bot can know of. Raises Denied."""
        id_ = self.required(name)
        channel = self.core.world.channels.get(id_)
        if channel is None and id_.startswith("#"):
            channel = next((each for each in self.team.channels.values() if f"#{each.name}" == id_), None)
        if channel is None or channel.team is not self.team:
            raise Denied("channel_not_found")
        if channel.place is not Place.PUBLIC and not channel.has_bot:
            raise Denied("channel_not_found")
        return channel

    def user(self, name: str = "user") -> User:
        """Raises Denied."""
        user = self.team.users.get(self.required(name))
        if user is None:
            raise Denied("user_not_found")
        return user

    def page(self, items: list[Any]) -> tuple[list[Any], Json]:  # Any: whatever is listed
        """The part of a list that `cursor` and `limit` ask for, and what stands beside it. Raises Denied."""
        try:
            start = int(base64.b64decode(self.text("cursor"), validate=True) or 0)
        except ValueError:
            raise Denied("invalid_cursor") from None
        end = start + self.number("limit", 100, 1_000)
        cursor = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
        return items[start:end], {"response_metadata": {"next_cursor": cursor}}


@dataclass(frozen=True, slots=True)
class Method:
    does: Does
    scopes: Scopes
    tier: int
    token: str
    """What kind of token it takes: "bot", "app", or "" for none."""


@dataclass(slots=True)
class Methods:
    """What the Web API can be asked."""

    methods: dict[str, Method] = field(default_factory=dict)

    def on(self, name: str, scopes: Scopes = "", *, tier: int = SPECIAL, token: str = "bot") -> Callable[[Does], Does]:
        def keep(does: Does) -> Does:
            self.methods[name] = Method(does, scopes, tier, token)
            return does

        return keep


METHODS = Methods()


class Rest:
    """Answers calls."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, request: web.Request) -> web.StreamResponse:
        core = self._core
        core.in_flight += 1
        try:
            return await self._handle(request, request.match_info["method"])
        finally:
            core.in_flight -= 1
            core.last_request = core.loop.time()
            core.note()

    async def _handle(self, request: web.Request, name: str) -> web.StreamResponse:
        core = self._core
        core.counts[name] += 1
        args = await _arguments(request)
        fault = core.faults.befalls(f"{name} {args.get('channel', '')}".strip())
        if fault is not None and not fault.kind.is_after:
            return await self._fail(request, name, args, fault)
        headers: dict[str, str] = {}
        try:
            answer = await self._carry_out(request, name, args, headers)
        except Denied as denied:
            core.note_denied(name, denied, is_mistake=denied.error in MISTAKES)
            answer = denied.body
        if fault is not None:
            return await self._fail(request, name, args, fault)
        core.requests.append(Request(name, args, answer))
        return _json(answer, 429 if answer.get("error") == "ratelimited" else 200, headers)

    async def _carry_out(self, request: web.Request, name: str, args: Json, headers: dict[str, str]) -> Json:
        method = METHODS.methods.get(name)
        if method is None:
            raise Denied("unknown_method", req_method=name)
        installation = self._authorised(request, args, method)
        call = Call(self._core, name, args, installation)
        team = installation.team.id if installation else ""
        if wait := self._core.limits.take(name, method.tier, team, str(args.get("channel", ""))):
            headers["Retry-After"] = str(max(math.ceil(wait), 1))
            raise Denied("ratelimited")
        if installation is not None:
            headers["x-oauth-scopes"] = ",".join(sorted(installation.scopes))
            needed = method.scopes if isinstance(method.scopes, str) else method.scopes(call)
            headers["x-accepted-oauth-scopes"] = needed
            if needed and not installation.scopes & set(needed.split(",")):
                raise Denied("missing_scope", needed=needed, provided=",".join(sorted(installation.scopes)))
            self._core.scopes_used |= installation.scopes & set(needed.split(","))
        try:
            return {"ok": True, **await method.does(call)}
        except (TypeError, AttributeError, KeyError, ValueError) as broken:
            # arguments of another shape than the method expects, which Slack would refuse as well
            raise Denied("invalid_arguments", f"{type(broken).__name__}: {broken}") from broken

    def _authorised(self, request: web.Request, args: Json, method: Method) -> Installation | None:
        """Whose token it is; None for what needs none, or the app's own. Raises Denied."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.pop("token", ""))
        args.pop("token", None)
        if not method.token:
            if token.startswith("Basic "):
                id_, _, secret = base64.b64decode(token.removeprefix("Basic ")).decode().partition(":")
                args |= {"client_id": id_, "client_secret": secret}
            return None
        if not token:
            raise Denied("not_authed")
        if method.token == "app":
            if token == self._core.app_token:
                return None
            raise Denied("not_allowed_token_type" if token in self._core.world.tokens else "invalid_auth")
        installation = self._core.world.tokens.get(token)
        if installation is None:
            raise Denied("not_allowed_token_type" if token == self._core.app_token else "invalid_auth")
        if installation.team.is_gone or installation.installer.team.bot.is_deleted:
            raise Denied("account_inactive")
        if installation.is_revoked:
            raise Denied("token_revoked")
        return installation

    async def _fail(self, request: web.Request, name: str, args: Json, fault: Fault) -> web.StreamResponse:
        core = self._core
        answer: Json | None = None
        match fault.kind:
            case Kind.STATUS | Kind.STATUS_AFTER:
                answer = {"ok": False, "error": fault.error or "internal_error"}
            case Kind.LIMITED:
                core.limits.hits.append(name)
                answer = {"ok": False, "error": "ratelimited"}
            case _:
                pass
        core.requests.append(Request(name, args, answer))
        match fault.kind:
            case Kind.STATUS | Kind.STATUS_AFTER:
                return _json(answer, fault.status)
            case Kind.LIMITED:
                return _json(answer, 429, {"Retry-After": str(math.ceil(fault.seconds))})
            case Kind.HANG | Kind.HANG_AFTER:
                await asyncio.Event().wait()
            case _:
                pass
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)


def _json(body: Json | None, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)


async def _arguments(request: web.Request) -> Json:
    """From the query, a form or JSON, whichever there is."""
    args: Json = dict(request.query)
    if not request.can_read_body:
        return args
    if request.content_type == "application/json":
        found = json.loads(await request.read() or b"{}")
        return {**args, **found} if isinstance(found, dict) else args
    if request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name and not part.filename:
                args[part.name] = (await part.read(decode=True)).decode()
        return args
    return {**args, **{name: value for name, value in (await request.post()).items() if isinstance(value, str)}}
