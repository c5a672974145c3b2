"""conversations.*: what there is to write in, who is in it, what was written."""

from __future__ import annotations

from tests.fakes.slack.chat import check_takes_messages
from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.rest import METHODS, Call
from tests.fakes.slack.world import Channel, Place


def _read(call: Call) -> str:
    channel = call.core.world.channels.get(call.text("channel"))
    return f"{(channel.place if channel else Place.PUBLIC).value}:read"


def _history(call: Call) -> str:
    channel = call.core.world.channels.get(call.text("channel"))
    return f"{(channel.place if channel else Place.PUBLIC).value}:history"


def _write(call: Call) -> str:
    return "mpim:write" if "," in call.text("users") else "im:write"


@METHODS.on("conversations.open", _write, tier=3)
async def open_(call: Call) -> Json:
    """Direct messages with one, or a group conversation with up to eight."""
    ids = [each.strip() for each in call.required("users").split(",") if each.strip()]
    if len(ids) > 8:
        raise Denied("too_many_users")
    users = []
    for id_ in ids:
        user = call.team.users.get(id_)
        if user is None:
            raise Denied("user_not_found")
        check_takes_messages(user)
        users.append(user)
    place = Place.DIRECT if len(users) == 1 else Place.GROUP
    channel = call.core.world.conversation(call.team, users, place)
    return {
        "no_op": False,
        "already_open": False,
        "channel": channel.json() if call.flag("return_im") else {"id": channel.id},
    }


@METHODS.on("conversations.info", _read, tier=3)
async def info(call: Call) -> Json:
    return {"channel": call.channel().json()}


@METHODS.on("conversations.join", "channels:join", tier=3)
async def join(call: Call) -> Json:
    channel = call.channel()
    if channel.place is not Place.PUBLIC:
        raise Denied("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Denied("is_archived")
    was_there = channel.has_bot
    channel.members[call.team.bot.id] = call.team.bot
    return {"channel": channel.json(), **({"warning": "already_in_channel"} if was_there else {})}


@METHODS.on("conversations.leave", "channels:manage,channels:write,groups:write", tier=3)
async def leave(call: Call) -> Json:
    channel = call.channel()
    if channel.members.pop(call.team.bot.id, None) is None:
        return {"not_in_channel": True}
    return {}


def _kinds(call: Call) -> list[Place]:
    names = {"public_channel": Place.PUBLIC, "private_channel": Place.PRIVATE, "im": Place.DIRECT, "mpim": Place.GROUP}
    try:
        return [names[each.strip()] for each in (call.text("types") or "public_channel").split(",")]
    except KeyError:
        raise Denied("invalid_types") from None


def _listed(call: Call, channels: list[Channel]) -> list[Json]:
    kinds = _kinds(call)
    assert call.installation is not None
    for kind in kinds:
        if f"{kind.value}:read" not in call.installation.scopes:
            raise Denied("missing_scope", needed=f"{kind.value}:read", provided=",".join(call.installation.scopes))
        call.core.scopes_used.add(f"{kind.value}:read")
    shown = [each for each in channels if each.place in kinds and (each.place is Place.PUBLIC or each.has_bot)]
    return [each.json() for each in shown if not (each.is_archived and call.flag("exclude_archived"))]


@METHODS.on("conversations.list", tier=2)
async def list_(call: Call) -> Json:
    part, beside = call.page(_listed(call, list(call.team.channels.values())))
    return {"channels": part, **beside}


@METHODS.on("users.conversations", tier=3)
async def of_user(call: Call) -> Json:
    user = call.user() if call.text("user") else call.team.bot
    there = [each for each in call.team.channels.values() if user.id in each.members]
    part, beside = call.page(_listed(call, there))
    return {"channels": part, **beside}


@METHODS.on("conversations.members", _read, tier=4)
async def members(call: Call) -> Json:
    part, beside = call.page(list(call.channel().members))
    return {"members": part, **beside}


@METHODS.on("conversations.history", _history, tier=3)
async def history(call: Call) -> Json:
    """Newest first. `oldest` and `latest` are left out of it unless `inclusive`."""
    channel = call.channel()
    if not channel.has_bot:
        raise Denied("not_in_channel")
    oldest, latest = float(call.text("oldest") or 0), float(call.text("latest") or "inf")
    is_inclusive = call.flag("inclusive")
    found = [
        each
        for each in reversed(channel.messages)
        if oldest < float(each.ts) < latest or (is_inclusive and float(each.ts) in (oldest, latest))
    ]
    most = call.core.limits.history_most
    limit = min(call.number("limit", 100, 999), most)
    start = int(call.text("cursor").removeprefix("next_") or 0)
    part = found[start : start + limit]
    has_more = start + limit < len(found)
    shown = [
        each.json(call.core.world.app_id, with_metadata=call.flag("include_all_metadata"), address=call.core.address)
        for each in part
    ]
    beside = {"response_metadata": {"next_cursor": f"next_{start + limit}"}} if has_more else {}
    return {"messages": shown, "has_more": has_more, "pin_count": 0, **beside}
