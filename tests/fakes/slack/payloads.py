"""What the app is told, in the shape Slack tells it (Slack: Reference, Interaction payloads; Events API)."""

from __future__ import annotations

from tests.fakes.slack.core import Core
from tests.fakes.slack.errors import Json
from tests.fakes.slack.world import Channel, Message, Place, Team, User, View

TOKEN = "verification-token-of-old"
"""Slack still sends it; nobody should look at it."""


def _about(core: Core, user: User) -> Json:
    team = user.team
    return {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": team.id},
        "api_app_id": core.world.app_id,
        "token": TOKEN,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def name_of(channel: Channel) -> str:
    """As payloads name a conversation."""
    match channel.place:
        case Place.DIRECT:
            return "directmessage"
        case Place.PRIVATE:
            return "privategroup"
        case _:
            return channel.name


def command(core: Core, user: User, channel: Channel, name: str, text: str, trigger: str, response_url: str) -> Json:
    return {
        "token": TOKEN,
        "team_id": user.team.id,
        "team_domain": user.team.domain,
        "channel_id": channel.id,
        "channel_name": name_of(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": core.world.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def _where(core: Core, source: Message | View) -> Json:
    """Where a control stands. Of an ephemeral message only its place is told, not the message."""
    if isinstance(source, View):
        return {"container": {"type": "view", "view_id": source.id}, "view": source.json(core.world.app_id)}
    channel = source.channel
    container = {
        "type": "message",
        "message_ts": source.ts,
        "channel_id": channel.id,
        "is_ephemeral": source.is_ephemeral,
    }
    where: Json = {"container": container, "channel": {"id": channel.id, "name": name_of(channel)}}
    if not source.is_ephemeral:
        where["message"] = source.json(core.world.app_id, with_metadata=True, address=core.address)
    return where


def block_actions(
    core: Core, user: User, source: Message | View, action: Json, trigger: str, response_url: str, typed: Json
) -> Json:
    body: Json = {
        "type": "block_actions",
        **_about(core, user),
        **_where(core, source),
        "trigger_id": trigger,
        "actions": [{**action, "action_ts": core.world.ts()}],
    }
    if isinstance(source, Message):
        body |= {"state": {"values": typed}, "response_url": response_url}
    return body


def submission(core: Core, user: User, view: View, trigger: str) -> Json:
    about = _about(core, user)
    return {
        "type": "view_submission",
        **about,
        "trigger_id": trigger,
        "view": view.json(core.world.app_id),
        "response_urls": [],
    }


def closed(core: Core, user: User, view: View, *, is_cleared: bool) -> Json:
    view_json = view.json(core.world.app_id)
    return {"type": "view_closed", **_about(core, user), "view": view_json, "is_cleared": is_cleared}


def suggestion(core: Core, user: User, source: Message | View, block: Json, element: Json, typed: str) -> Json:
    return {
        "type": "block_suggestion",
        **_about(core, user),
        **_where(core, source),
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
    }


def shortcut(core: Core, user: User, callback_id: str, trigger: str) -> Json:
    about = _about(core, user)
    return {
        "type": "shortcut",
        **about,
        "action_ts": core.world.ts(),
        "callback_id": callback_id,
        "trigger_id": trigger,
    }


def message_action(core: Core, user: User, message: Message, callback_id: str, trigger: str, response_url: str) -> Json:
    return {
        "type": "message_action",
        **_about(core, user),
        "action_ts": core.world.ts(),
        "channel": {"id": message.channel.id, "name": name_of(message.channel)},
        "callback_id": callback_id,
        "trigger_id": trigger,
        "response_url": response_url,
        "message_ts": message.ts,
        "message": message.json(core.world.app_id, address=core.address),
    }


def event(core: Core, team: Team, inner: Json) -> Json:
    """An event in its wrapper."""
    stamp = core.world.ts()
    return {
        "token": TOKEN,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": core.world.app_id,
        "event": {**inner, "event_ts": inner.get("event_ts", stamp)},
        "type": "event_callback",
        "event_id": core.world.id("Ev"),
        "event_time": int(float(stamp)),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": team.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{core.world.id('')}",
    }


def written(message: Message, kind: str) -> Json:
    """A message that somebody wrote, as an event: `kind` is app_mention or message."""
    place = {Place.DIRECT: "im", Place.GROUP: "mpim", Place.PRIVATE: "group", Place.PUBLIC: "channel"}
    inner = {
        "type": kind,
        "user": message.author.id,
        "client_msg_id": f"msg-{message.ts}",
        "ts": message.ts,
        "text": message.text,
        "team": message.channel.team.id,
        "blocks": message.blocks,
        "channel": message.channel.id,
        "event_ts": message.ts,
    }
    if message.thread_ts:
        inner["thread_ts"] = message.thread_ts
    if kind == "message":
        inner["channel_type"] = place[message.channel.place]
    return inner
