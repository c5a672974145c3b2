"""What the HTTP API does for a bot: the application, its commands, channels, servers and their events."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes.discord import declared, scheduled
from tests.fakes.discord.core import Core
from tests.fakes.discord.errors import Denied, Findings, Json, missing_access, missing_permissions, unknown
from tests.fakes.discord.gateway import GUILD_SCHEDULED_EVENTS
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.rest import Call, Routes
from tests.fakes.discord.world import Channel, Guild

ROUTES = Routes()


# ---- the application


@ROUTES.on("GET", "/users/@me")
async def me(call: Call) -> Json:
    return {**call.core.world.bot.json, "verified": True, "mfa_enabled": False, "locale": "en-US", "email": None}


@ROUTES.on("GET", "/applications/@me")
@ROUTES.on("GET", "/oauth2/applications/@me")
async def application(call: Call) -> Json:
    world = call.core.world
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": world.bot.json,
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "hook": True,
        "rpc_origins": [],
        "redirect_uris": [],
        "owner": world.owner.json,
        "team": None,
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": sum(user.has_installed for user in world.users.values()),
        "integration_types_config": {"0": {}, "1": {}},
    }


@ROUTES.on("GET", "/gateway", needs_token=False)
async def gateway(call: Call) -> Json:
    return {"url": call.core.gateway.url}


@ROUTES.on("GET", "/gateway/bot")
async def gateway_for_bots(call: Call) -> Json:
    gateway = call.core.gateway
    return {
        "url": gateway.url,
        "shards": gateway.shards_needed,
        "session_start_limit": {
            "total": 1000,
            "remaining": max(0, 1000 - gateway.identifies),
            "reset_after": 86_400_000,
            "max_concurrency": gateway.rules.max_concurrency,
        },
    }


# ---- commands


def _application(call: Call) -> None:
    if call.number(0) != call.core.world.application_id:
        raise missing_access()


@ROUTES.on("GET", "/applications/{}/commands")
async def commands(call: Call) -> list[Json]:
    _application(call)
    return list(call.core.commands.values())


@ROUTES.on("PUT", "/applications/{}/commands")
async def overwrite_commands(call: Call) -> list[Json]:
    _application(call)
    if not isinstance(call.body, list):
        raise Denied(400, 50035, "Invalid Form Body")
    declared.check_commands(call.body)
    core = call.core
    core.counters.overwrites += 1
    before = {(each["type"], each["name"]): each for each in core.commands.values()}
    after = [(each.get("type") or 1, each["name"]) for each in call.body]
    _count_creates(core, sum(key not in before for key in after))
    old_ids = {key: before[key]["id"] for key in after if key in before}
    core.commands.clear()
    for key, each in zip(after, call.body, strict=True):
        _keep_command(core, each, old_ids.get(key))
    return list(core.commands.values())


@ROUTES.on("POST", "/applications/{}/commands")
async def create_command(call: Call) -> Json:
    _application(call)
    declared.check_commands([call.json])
    core = call.core
    key = (call.json.get("type") or 1, call.json["name"])
    old = next((each["id"] for each in core.commands.values() if (each["type"], each["name"]) == key), None)
    if old is None:
        of_kind = sum(each["type"] == key[0] for each in core.commands.values())
        if of_kind >= declared.MOST[key[0]]:
            raise Denied(400, 30032, f"Maximum number of application commands reached ({of_kind})")
        _count_creates(core, 1)
    return _keep_command(core, call.json, old)


@ROUTES.on("DELETE", "/applications/{}/commands/{}")
async def delete_command(call: Call) -> None:
    _application(call)
    if call.core.commands.pop(call.number(1), None) is None:
        raise unknown("Application Command")


def _count_creates(core: Core, count: int) -> None:
    now, made = core.world.now(), core.counters.created_commands
    made[:] = [each for each in made if now - each < timedelta(days=1)]
    if len(made) + count > declared.CREATES_A_DAY:
        raise Denied(400, 30034, f"Max number of daily application command creates has been reached ({len(made)})")
    made += [now] * count


def _keep_command(core: Core, body: Json, old: str | None) -> Json:
    id_ = old or str(core.world.ids.next())
    command: Json = {
        "id": id_,
        "application_id": str(core.world.application_id),
        "version": str(core.world.ids.next()),
        "type": body.get("type") or 1,
        "name": body["name"],
        "name_localizations": body.get("name_localizations"),
        "description": body.get("description") or "",
        "description_localizations": body.get("description_localizations"),
        "default_member_permissions": body.get("default_member_permissions"),
        "dm_permission": body.get("dm_permission", True),
        "nsfw": body.get("nsfw", False),
        "integration_types": body.get("integration_types") or [0],
        "contexts": body.get("contexts"),
    }
    if body.get("options"):
        command["options"] = body["options"]
    if command["default_member_permissions"] is not None:
        command["default_member_permissions"] = str(command["default_member_permissions"])
    core.commands[int(id_)] = command
    return command


# ---- channels and messages


@ROUTES.on("GET", "/channels/{}")
async def channel(call: Call) -> Json:
    return call.core.world.channel(call.number(0)).json


@ROUTES.on("POST", "/channels/{}/typing")
async def typing(call: Call) -> None:
    call.core.check_may_send(call.core.world.channel(call.number(0)), [])


def _readable(call: Call) -> tuple[Channel, bool]:
    """The channel, and whether its messages can be read back."""
    found = call.core.world.channel(call.number(0))
    return found, bool(call.core.world.bot_permissions(found) & Permission.READ_MESSAGE_HISTORY)


@ROUTES.on("GET", "/channels/{}/messages")
async def messages(call: Call) -> list[Json]:
    """Newest first, but for `after`. Without Read Message History there are none."""
    found, can_read = _readable(call)
    limit = call.limit(50, 100)
    kept = found.messages if can_read else []
    if before := call.query.get("before"):
        kept = [each for each in kept if each.id < int(before)]
    if after := call.query.get("after"):
        kept = [each for each in kept if each.id > int(after)][:limit]
    if around := call.query.get("around"):
        newer = [each for each in kept if each.id >= int(around)][: limit // 2 + 1]
        older = [each for each in kept if each.id < int(around)]
        kept = older[max(0, len(older) - limit // 2) :] + newer
    return [call.core.shown_to_bot(each) for each in reversed(kept[-limit:])]


@ROUTES.on("GET", "/channels/{}/messages/{}")
async def message(call: Call) -> Json:
    found, can_read = _readable(call)
    if not can_read:
        raise missing_access()
    return call.core.shown_to_bot(found.message(call.number(1)))


@ROUTES.on("POST", "/channels/{}/messages")
async def create_message(call: Call) -> Json:
    found = call.core.world.channel(call.number(0))
    message, _is_new = call.core.create(found, call.json, call.uploads)
    nonce = call.json.get("nonce")
    return {**call.core.shown_to_bot(message), **({"nonce": nonce} if nonce is not None else {})}


@ROUTES.on("PATCH", "/channels/{}/messages/{}")
async def edit_message(call: Call) -> Json:
    message = call.core.world.channel(call.number(0)).message(call.number(1))
    if message.author is not call.core.world.bot:
        raise Denied(403, 50005, "Cannot edit a message authored by another user")
    return call.core.shown_to_bot(call.core.edit(message, call.json, call.uploads))


@ROUTES.on("DELETE", "/channels/{}/messages/{}")
async def delete_message(call: Call) -> None:
    found = call.core.world.channel(call.number(0))
    message = found.message(call.number(1))
    may_all = call.core.world.bot_permissions(found) & Permission.MANAGE_MESSAGES
    if message.author is not call.core.world.bot and not may_all:
        raise missing_permissions()
    call.core.remove(message)


@ROUTES.on("POST", "/users/@me/channels")
async def open_direct(call: Call) -> Json:
    user = call.core.world.users.get(int(call.json["recipient_id"]))
    if user is None or user.is_bot:
        raise unknown("User")
    return call.core.world.direct(user).json


@ROUTES.on("GET", "/users/{}")
async def user(call: Call) -> Json:
    found = call.core.world.users.get(call.number(0))
    if found is None:
        raise unknown("User")
    return found.json


# ---- servers


@ROUTES.on("GET", "/users/@me/guilds")
async def guilds(call: Call) -> list[Json]:
    after, limit = int(call.query.get("after", 0)), call.limit(200, 200)
    found = sorted((guild for guild in call.core.world.guilds.values() if guild.id > after), key=lambda each: each.id)
    bot = call.core.world.bot
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(int(guild.permissions(bot))),
            "features": [],
        }
        for guild in found[:limit]
    ]


@ROUTES.on("GET", "/guilds/{}")
async def guild(call: Call) -> Json:
    found = call.core.world.guild(call.number(0))
    counts = {"approximate_member_count": len(found.members), "approximate_presence_count": 0}
    return {**found.json, **(counts if call.query.get("with_counts") in ("1", "true", "True") else {})}


@ROUTES.on("GET", "/guilds/{}/channels")
async def guild_channels(call: Call) -> list[Json]:
    return [each.json for each in call.core.world.guild(call.number(0)).channels.values()]


@ROUTES.on("GET", "/guilds/{}/roles")
async def roles(call: Call) -> list[Json]:
    return call.core.world.guild(call.number(0)).roles_json


@ROUTES.on("GET", "/guilds/{}/members/{}")
async def member(call: Call) -> Json:
    found = call.core.world.guild(call.number(0))
    if call.number(1) not in call.core.world.users:
        raise unknown("User")
    return found.member(call.core.world.users[call.number(1)]).json


@ROUTES.on("DELETE", "/users/@me/guilds/{}")
async def leave(call: Call) -> None:
    found = call.core.world.guild(call.number(0))
    forget_bot(call.core, found)


def forget_bot(core: Core, guild: Guild) -> None:
    """The bot is no member any more, and told so."""
    core.world.guilds.pop(guild.id)
    guild.members.pop(core.world.bot.id)
    guild.joined_at = None
    core.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild=guild)


@ROUTES.on("GET", "/guilds/{}/audit-logs")
async def audit_log(call: Call) -> Json:
    """Only who added the bot is in it."""
    world = call.core.world
    found = world.guild(call.number(0))
    if not found.permissions(world.bot) & Permission.VIEW_AUDIT_LOG:
        raise missing_permissions()
    action = int(call.query.get("action_type", 28))
    entries = []
    if found.installer is not None and action == 28:
        ids = {"user_id": str(found.installer.id), "target_id": str(world.bot.id)}
        entries.append({"id": str(world.ids.spread()), "action_type": 28, **ids})
    return {
        "audit_log_entries": entries,
        "users": [found.installer.json] if entries and found.installer else [],
        "integrations": [],
        "webhooks": [],
        "threads": [],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
    }


@ROUTES.on("GET", "/guilds/{}/integrations")
async def integrations(call: Call) -> list[Json]:
    world = call.core.world
    found = world.guild(call.number(0))
    if not found.permissions(world.bot) & Permission.MANAGE_GUILD:
        raise missing_permissions()
    application_ = {"id": str(world.application_id), "name": world.bot.name, "icon": None, "description": ""}
    entry = {"id": str(found.bot_role), "name": world.bot.name, "type": "discord", "enabled": True}
    account = {"id": str(world.application_id), "name": world.bot.name}
    by = {"user": found.installer.json} if found.installer else {}
    return [{**entry, "account": account, "application": application_, "scopes": ["bot"], **by}]


# ---- scheduled events


def _events(call: Call, needs: Permission | None = None) -> Guild:
    """The server, its events brought up to now. Raises Denied."""
    core = call.core
    found = core.world.guild(call.number(0))
    may = found.permissions(core.world.bot)
    if needs is not None and not may & needs:
        raise missing_permissions()
    age_events(core, found)
    return found


def age_events(core: Core, guild: Guild) -> None:
    """Let events begin and end whose time has come."""
    for event in scheduled.age(core.world, guild):
        core.gateway.dispatch("GUILD_SCHEDULED_EVENT_UPDATE", event, guild=guild, intent=GUILD_SCHEDULED_EVENTS)


def _event(call: Call, found: Guild) -> Json:
    if call.number(1) not in found.events:
        raise unknown("Guild Scheduled Event")
    return found.events[call.number(1)]


def _shown(call: Call, found: Guild, event: Json) -> Json:
    if call.query.get("with_user_count", "").lower() in ("1", "true"):
        return {**event, "user_count": len(found.interested[int(event["id"])])}
    return event


@ROUTES.on("GET", "/guilds/{}/scheduled-events")
async def events(call: Call) -> list[Json]:
    found = _events(call)
    return [_shown(call, found, event) for event in found.events.values()]


@ROUTES.on("GET", "/guilds/{}/scheduled-events/{}")
async def event(call: Call) -> Json:
    found = _events(call)
    return _shown(call, found, _event(call, found))


@ROUTES.on("POST", "/guilds/{}/scheduled-events")
async def create_event(call: Call) -> Json:
    found = _events(call, Permission.CREATE_EVENTS)
    core = call.core
    made = scheduled.create(core.world, found, call.json, core.world.bot)
    core.gateway.dispatch("GUILD_SCHEDULED_EVENT_CREATE", made, guild=found, intent=GUILD_SCHEDULED_EVENTS)
    return made


def _may_change(call: Call, found: Guild, event: Json) -> None:
    """One's own events with Create Events, any with Manage Events."""
    bot = call.core.world.bot
    may = found.permissions(bot)
    is_own = event["creator_id"] == str(bot.id)
    if not (may & Permission.MANAGE_EVENTS or (is_own and may & Permission.CREATE_EVENTS)):
        raise missing_permissions()


@ROUTES.on("PATCH", "/guilds/{}/scheduled-events/{}")
async def edit_event(call: Call) -> Json:
    found = _events(call)
    changed = _event(call, found)
    _may_change(call, found, changed)
    scheduled.change(call.core.world, changed, call.json)
    call.core.gateway.dispatch("GUILD_SCHEDULED_EVENT_UPDATE", changed, guild=found, intent=GUILD_SCHEDULED_EVENTS)
    age_events(call.core, found)
    return changed


@ROUTES.on("DELETE", "/guilds/{}/scheduled-events/{}")
async def delete_event(call: Call) -> None:
    found = _events(call)
    gone = _event(call, found)
    _may_change(call, found, gone)
    del found.events[int(gone["id"])]
    call.core.gateway.dispatch("GUILD_SCHEDULED_EVENT_DELETE", gone, guild=found, intent=GUILD_SCHEDULED_EVENTS)


@ROUTES.on("GET", "/guilds/{}/scheduled-events/{}/users")
async def event_users(call: Call) -> list[Json]:
    found = _events(call)
    wanted = _event(call, found)
    limit = call.limit(100, 100)
    users = sorted(found.interested[int(wanted["id"])].values(), key=lambda each: each.id)
    if after := call.query.get("after"):
        users = [each for each in users if each.id > int(after)][:limit]
    elif before := call.query.get("before"):
        users = [each for each in users if each.id < int(before)][-limit:]
    answer = []
    for each in users[:limit]:
        entry: Json = {"guild_scheduled_event_id": wanted["id"], "user_id": str(each.id), "user": each.json}
        if call.query.get("with_member", "").lower() in ("1", "true") and each.id in found.members:
            entry["member"] = found.members[each.id].json
        answer.append(entry)
    return answer


def check_choices(choices: list[Json], kind: int) -> None:
    """Suggestions for an option of a kind. Raises Denied."""
    found = Findings()
    found.length(("data", "choices"), choices, 0, 25)
    for index, choice in enumerate(choices):
        declared.check_choice(choice, kind, ("data", "choices", index), found)
    found.raise_if_any()
