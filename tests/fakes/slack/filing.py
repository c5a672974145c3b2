"""files.*: uploads in three steps, and what can be fetched."""

from __future__ import annotations

from aiohttp import BodyPartReader, web

from tests.fakes.slack.chat import check_may_post, share
from tests.fakes.slack.core import Core
from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.rest import METHODS, Call
from tests.fakes.slack.world import File


@METHODS.on("files.getUploadURLExternal", "files:write", tier=4)
async def get_url(call: Call) -> Json:
    name, length = call.required("filename"), int(call.required("length"))
    if length < 1:
        raise Denied("invalid_arguments", "must be greater than 0: length")
    file = File(call.core.world.id("F"), name, b"", "application/octet-stream", call.team.bot, is_complete=False)
    call.core.world.files[file.id] = file
    return {"upload_url": f"http://{call.core.address}/upload/{file.id}/{length}", "file_id": file.id}


async def receive(core: Core, request: web.Request) -> web.Response:
    """POST to an upload url: the content, as it stands or as a part."""
    file = core.world.files.get(request.match_info["id"])
    if file is None or file.is_complete:
        return web.Response(status=404)
    if request.content_type.startswith("multipart/"):
        part = await (await request.multipart()).next()
        content = bytes(await part.read(decode=True)) if isinstance(part, BodyPartReader) else b""
    else:
        content = await request.read()
    if len(content) != int(request.match_info["length"]):
        core.violations.append(f"upload of {file.name}: {len(content)} bytes, not {request.match_info['length']}")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


@METHODS.on("files.completeUploadExternal", "files:write", tier=4)
async def complete(call: Call) -> Json:
    assert call.installation is not None
    done: list[File] = []
    for each in call.json("files") or []:
        file = call.core.world.files.get(each["id"])
        if file is None or file.user is not call.team.bot:
            raise Denied("file_not_found")
        file.title = each.get("title", "")
        file.is_complete = True
        done.append(file)
    for id_ in (call.text("channel_id") or call.text("channels")).split(","):
        if not id_:
            continue
        channel = call.core.world.channels.get(id_)
        if channel is None or channel.team is not call.team:
            raise Denied("channel_not_found")
        check_may_post(call.core, channel, call.installation.scopes)
        for index, file in enumerate(done):
            file.channels.append(channel.id)
            share(call.core, file, channel, "" if index else call.text("initial_comment"))
    return {"files": [file.json(call.core.address) for file in done]}


@METHODS.on("files.info", "files:read", tier=4)
async def info(call: Call) -> Json:
    file = call.core.world.files.get(call.required("file"))
    if file is None or file.user.team is not call.team:
        raise Denied("file_not_found")
    return {"file": file.json(call.core.address), "comments": []}


async def download(core: Core, request: web.Request) -> web.Response:
    """GET of url_private, with a token that may read files; without one a page to sign in, as Slack answers."""
    team, _, id_ = request.match_info["id"].partition("-")
    installation = core.world.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    file = core.world.files.get(id_)
    if file is None:
        return web.Response(status=404)
    is_theirs = installation is not None and installation.team.id == team and not installation.is_revoked
    if installation is None or not is_theirs or "files:read" not in installation.scopes:
        return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
    core.scopes_used.add("files:read")
    return web.Response(body=file.content, headers={"Content-Type": file.media_type})
