"""chat.*: messages into conversations."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack.core import METADATA_BYTES, Core
from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.rest import METHODS, Call
from tests.fakes.slack.world import Channel, File, Message, Place, User


def check_may_post(core: Core, channel: Channel, scopes: frozenset[str]) -> None:
    """Raises Denied where the bot may not write."""
    if channel.is_archived:
        raise Denied("is_archived")
    if channel.place is Place.DIRECT and channel.other.is_deleted:
        raise Denied("channel_not_found")
    if not channel.has_bot and (channel.place is not Place.PUBLIC or "chat:write.public" not in scopes):
        raise Denied("not_in_channel")
    if channel.is_restricted:
        raise Denied("restricted_action")


def check_metadata(value: Any) -> Json | None:  # Any: from the wire
    """Raises Denied."""
    if value in (None, "", {}):
        return None
    if not isinstance(value, dict):
        raise Denied("invalid_metadata_format")
    if not isinstance(value.get("event_type"), str) or not value["event_type"]:
        raise Denied("invalid_metadata_schema", "missing required field: event_type")
    if not isinstance(value.get("event_payload"), dict):
        raise Denied("invalid_metadata_schema", "missing required field: event_payload")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        raise Denied("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": value["event_payload"]}


def target(call: Call) -> Channel:
    """Where a message goes: a conversation, or somebody's direct messages by their id. Raises Denied."""
    id_ = call.required("channel")
    if id_.startswith(("U", "W")):
        user = call.team.users.get(id_)
        if user is None:
            raise Denied("channel_not_found")
        check_takes_messages(user)
        return call.core.world.direct(user)
    return call.channel()


def check_takes_messages(user: User) -> None:
    """Raises Denied for somebody a bot cannot write to."""
    if user.is_bot:
        raise Denied("cannot_dm_bot")
    if user.is_deleted:
        raise Denied("user_disabled")


@METHODS.on("chat.postMessage", "chat:write")
async def post(call: Call) -> Json:
    assert call.installation is not None
    core = call.core
    text, blocks, metadata = call.text("text"), call.json("blocks", "invalid_blocks_format"), call.json("metadata")
    channel = target(call)
    check_may_post(core, channel, call.installation.scopes)
    core.check_content(text, blocks)
    metadata = check_metadata(metadata)
    links_names = call.flag("link_names") or call.text("parse") == "full"
    message = core.compose(channel, text, blocks, links_names=links_names)
    message.metadata, message.thread_ts = metadata, call.text("thread_ts")
    message.has_mrkdwn = call.args.get("mrkdwn") is None or call.flag("mrkdwn")
    send(core, message)
    shown = message.json(core.world.app_id, with_metadata=True, address=core.address)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def send(core: Core, message: Message) -> None:
    """Put a message that the app sends by itself where it is seen."""
    core.place(message)
    core.posted.append(message)
    core.tell_new(message)
    core.posted_now(message)


def share(core: Core, file: File, channel: Channel, comment: str) -> Message:
    """The message that a file comes in."""
    message = core.compose(channel, comment)
    message.files = [file]
    send(core, message)
    return message


@METHODS.on("chat.postEphemeral", "chat:write", tier=4)
async def post_ephemeral(call: Call) -> Json:
    core = call.core
    text, blocks = call.text("text"), call.json("blocks", "invalid_blocks_format")
    channel = target(call)
    user = call.user()
    if channel.is_archived:
        raise Denied("is_archived")
    if not channel.has_bot:
        raise Denied("not_in_channel" if channel.place is Place.PUBLIC else "channel_not_found")
    if user.id not in channel.members:
        raise Denied("user_not_in_channel")
    core.check_content(text, blocks)
    message = core.compose(channel, text, blocks, reader=user)
    message.thread_ts = call.text("thread_ts")
    core.place(message)
    core.tell_new(message)
    return {"message_ts": message.ts}


def own(call: Call, wrong: str) -> Message:
    """A message of the app's, by channel and ts. Raises Denied."""
    message = target(call).message(call.required("ts"))
    if message.author is not call.team.bot:
        raise Denied(wrong)
    if message.channel.is_archived:
        raise Denied("is_archived")
    return message


@METHODS.on("chat.update", "chat:write", tier=3)
async def update(call: Call) -> Json:
    """Blocks that are not named stay; text that is not named stays as well."""
    core = call.core
    blocks = call.json("blocks", "invalid_blocks_format")
    message = own(call, "cant_update_message")
    text = call.text("text") if "text" in call.args else None
    core.check_content(message.text if text is None else text, message.blocks if blocks is None else blocks)
    if "metadata" in call.args:
        message.metadata = check_metadata(call.json("metadata"))
    core.edit(message, text, blocks)
    core.tell_changed(message)
    shown = message.json(core.world.app_id, with_metadata=True, address=core.address)
    return {"channel": message.channel.id, "ts": message.ts, "text": message.text, "message": shown}


@METHODS.on("chat.delete", "chat:write", tier=3)
async def delete(call: Call) -> Json:
    message = own(call, "cant_delete_message")
    call.core.remove(message)
    return {"channel": message.channel.id, "ts": message.ts}
