"""The HTTP API: one door for every request, with authorisation, limits, faults and the checks of its body."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord.bodies import Upload, too_large
from tests.fakes.discord.core import Core, Request
from tests.fakes.discord.errors import INVALID_FORM_BODY, Denied, Json, unauthorized
from tests.fakes.faults import Fault, Kind

VERSION = "/api/v10"
UPLOAD_MOST = 25 * 1024 * 1024

_ID = re.compile(r"[0-9]{15,}|[\w-]{40,}")
"""Ids and tokens in a path."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be carried out. `ids` are the parts of the path that its route names."""

    core: Core
    ids: tuple[str, ...]
    query: dict[str, str]
    body: Any  # Any: from the wire
    uploads: list[Upload]

    @property
    def json(self) -> Json:
        """The body as an object. Raises Denied."""
        if not isinstance(self.body, dict):
            raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body")
        return self.body

    def number(self, index: int) -> int:
        return int(self.ids[index])

    def limit(self, default: int, most: int) -> int:
        """The `limit` of the query. Raises Denied."""
        value = int(self.query.get("limit", default))
        if not 1 <= value <= most:
            tree = {"limit": {"_errors": [{"code": "NUMBER_TYPE_MAX", "message": f"1 to {most}"}]}}
            raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body", tree)
        return value


Does = Callable[[Call], Awaitable[Any]]  # Any: what is answered, as JSON


@dataclass(slots=True)
class Routes:
    """What the API does, by method and path; `{}` stands for one part of a path."""

    routes: list[tuple[str, re.Pattern[str], Does, bool]] = field(default_factory=list)

    def on(self, method: str, path: str, *, needs_token: bool = True) -> Callable[[Does], Does]:
        shape = re.compile(re.escape(path).replace(r"\{\}", "([^/]+)") + r"\Z")

        def keep(does: Does) -> Does:
            self.routes.append((method, shape, does, needs_token))
            return does

        return keep

    def find(self, method: str, path: str) -> tuple[Does, tuple[str, ...], bool]:
        """Raises Denied."""
        is_known = False
        for known, shape, does, needs_token in self.routes:
            if match := shape.match(path):
                if known == method:
                    return does, match.groups(), needs_token
                is_known = True
        raise Denied(405, 0, "405: Method Not Allowed") if is_known else Denied(404, 0, "404: Not Found")


class Rest:
    """Answers requests. `routes` is what there is to ask."""

    def __init__(self, core: Core, routes: Routes) -> None:
        self._core = core
        self._routes = routes

    async def handle(self, request: web.Request) -> web.StreamResponse:
        core = self._core
        core.in_flight += 1
        try:
            return await self._handle(request)
        finally:
            core.in_flight -= 1
            core.last_request = asyncio.get_running_loop().time()
            core.note()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        core = self._core
        method, path = request.method, "/" + request.match_info["path"]
        core.counts[f"{method} {_ID.sub('*', path)}"] += 1
        fault = core.faults.befalls(f"{method} {path}")
        if fault is not None and not fault.kind.is_after:
            return await self._fail(request, method, path, fault)
        body: Any = None
        verdict = core.limits.take(method, path)
        try:
            if core.limits.is_banned:
                raise Denied(403, 1015, "Temporarily banned for too many invalid requests")
            if verdict.wait:
                raise _limited(verdict.wait, is_global=verdict.is_global)
            body, uploads, is_multipart = await _read(request)
            answer = await self._carry_out(request, method, path, body, uploads, is_multipart=is_multipart)
        except Denied as denied:
            self._note(method, path, denied)
            core.requests.append(Request(method, path, body, denied.status))
            headers = {**verdict.headers, "Via": "1.1 fake"}
            if denied.status == 429 and denied.errors:
                headers["Retry-After"] = str(-(-denied.errors["retry_after"] // 1))
                return _json({"message": denied.message, **denied.errors}, 429, headers)
            return _json(denied.body, denied.status, headers)
        is_dropped = fault is not None
        core.requests.append(Request(method, path, body, 0 if is_dropped else 200))
        if fault is not None:
            return await self._fail(request, method, path, fault)
        if answer is None:
            return web.Response(status=204, headers=verdict.headers)
        return _json(answer, 200, verdict.headers)

    async def _carry_out(
        self, request: web.Request, method: str, path: str, body: Any, uploads: list[Upload], *, is_multipart: bool
    ) -> Any:  # Any: both bodies are JSON
        core = self._core
        does, ids, needs_token = self._routes.find(method, path)
        if needs_token and request.headers.get("Authorization") != f"Bot {core.token}":
            raise unauthorized()
        if core.spec is not None:
            query = frozenset(request.query)
            faults = core.spec.faults(method, path, query, body, is_multipart=is_multipart)
            if faults:
                core.violations += faults
                raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body", {"_errors": [{"message": str(faults[0])}]})
        try:
            return await does(Call(core, ids, dict(request.query), body, uploads))
        except (TypeError, AttributeError, KeyError, ValueError) as broken:
            # a body of another shape than the routes expect, which Discord would refuse as well
            message = f"{type(broken).__name__}: {broken}"
            tree = {"_errors": [{"code": "FAKE_UNREADABLE", "message": message}]}
            raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body", tree) from broken

    def _note(self, method: str, path: str, denied: Denied) -> None:
        core = self._core
        core.note_denied(method, path, denied)
        is_malformed = denied.code in (INVALID_FORM_BODY, 50006, 30032) or denied.status in (405, 413)
        if is_malformed or (denied.status, denied.code) == (404, 0):
            core.violations.append(f"{method} {path}: {denied}")

    async def _fail(self, request: web.Request, method: str, path: str, fault: Fault) -> web.StreamResponse:
        core = self._core
        if not fault.kind.is_after:
            core.requests.append(Request(method, path, None, 0))
        match fault.kind:
            case Kind.STATUS | Kind.STATUS_AFTER:
                return _json({"message": "the fake was asked to fail", "code": 0}, fault.status)
            case Kind.LIMITED:
                core.limits.hits.append(f"{method} {path}")
                core.limits.note_invalid()
                headers = {"Via": "1.1 fake", "Retry-After": str(-(-fault.seconds // 1))}
                body = {
                    "message": "You are being rate limited.",
                    "retry_after": fault.seconds,
                    "global": fault.is_global,
                }
                return _json(body, 429, headers)
            case Kind.HANG | Kind.HANG_AFTER:
                await asyncio.Event().wait()
            case _:
                pass
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)


def _json(body: Any, status: int, headers: Mapping[str, str] | None = None) -> web.Response:  # Any: JSON
    # discord.py reads an answer as JSON only when its type is named without a charset
    all_headers = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(body=json.dumps(body, separators=(",", ":")).encode(), status=status, headers=all_headers)


def _limited(wait: float, *, is_global: bool) -> Denied:
    body = {"retry_after": round(wait, 3), "global": is_global}
    return Denied(429, 0, "You are being rate limited.", body)


async def _read(request: web.Request) -> tuple[Any, list[Upload], bool]:  # Any: JSON
    """The body, its files, and whether it came in parts. Raises Denied."""
    if not request.can_read_body:
        return None, [], False
    if not request.content_type.startswith("multipart/"):
        if request.content_type != "application/json":
            raise Denied(400, 50109, "The request body contains invalid JSON.")
        try:
            return json.loads(await request.read()), [], False
        except ValueError:
            raise Denied(400, 50109, "The request body contains invalid JSON.") from None
    body: Any = {}
    uploads: list[Upload] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = await part.read(decode=True)
        if part.name == "payload_json":
            body = json.loads(content)
        elif match := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
            media_type = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(int(match[1]), part.filename or "file", bytes(content), media_type))
        else:
            raise Denied(400, INVALID_FORM_BODY, f"Invalid Form Body: part {part.name!r}")
    if sum(len(upload.content) for upload in uploads) > UPLOAD_MOST:
        raise too_large()
    return body, uploads, True
