"""Guild scheduled events (Resources: Guild Scheduled Event): what Discord takes, and how they age."""

from __future__ import annotations

from datetime import datetime

from tests.fakes.discord.errors import Denied, Findings, Json
from tests.fakes.discord.world import Guild, User, World, moment_text

MOST = 100
"""Scheduled or active ones in a server."""
EXTERNAL = 3
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4

_KEYS = frozenset(
    "channel_id entity_metadata name privacy_level scheduled_start_time scheduled_end_time description entity_type "
    "status image recurrence_rule".split()
)


def create(world: World, guild: Guild, body: Json, creator: User) -> Json:
    """A new event, kept. Raises Denied."""
    found = Findings()
    found.keys((), body, _KEYS - {"status"})
    for key in ("name", "privacy_level", "scheduled_start_time", "entity_type"):
        if body.get(key) is None:
            found.add((key,), "BASE_TYPE_REQUIRED", "This field is required")
    _check(world, body, found)
    if not found and moment(body["scheduled_start_time"]) <= world.now():
        found.add(
            ("scheduled_start_time",), "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule event in the past."
        )
    found.raise_if_any()
    if len(guild.events) >= MOST:
        raise Denied(400, 30038, f"Maximum number of guild scheduled events reached ({MOST})")
    id_ = world.ids.next()
    event: Json = {
        "id": str(id_),
        "guild_id": str(guild.id),
        "channel_id": body.get("channel_id"),
        "creator_id": str(creator.id),
        "creator": creator.json,
        "name": body["name"],
        "description": body.get("description"),
        "scheduled_start_time": moment_text(moment(body["scheduled_start_time"])),
        "scheduled_end_time": _ended(body.get("scheduled_end_time")),
        "privacy_level": 2,
        "status": SCHEDULED,
        "entity_type": body["entity_type"],
        "entity_id": None,
        "entity_metadata": body.get("entity_metadata"),
        "image": None,
        "recurrence_rule": body.get("recurrence_rule"),
        "guild_scheduled_event_exceptions": [],
    }
    guild.events[id_] = event
    guild.interested[id_] = {}
    return event


def change(world: World, event: Json, body: Json) -> None:
    """Raises Denied."""
    found = Findings()
    found.keys((), body, _KEYS)
    merged = {key: event.get(key) for key in _KEYS} | body
    _check(world, merged, found)
    status = body.get("status", event["status"])
    steps = {SCHEDULED: (SCHEDULED, ACTIVE, CANCELED), ACTIVE: (ACTIVE, COMPLETED)}
    if status not in steps.get(event["status"], ()):
        found.add(("status",), "GUILD_SCHEDULED_EVENT_INVALID_STATUS", f"Not from {event['status']} to {status}")
    if event["status"] == ACTIVE and "scheduled_start_time" in body:
        if moment(body["scheduled_start_time"]) != moment(event["scheduled_start_time"]):
            found.add(("scheduled_start_time",), "GUILD_SCHEDULED_EVENT_STARTED", "Cannot move what has begun.")
    elif not found and "scheduled_start_time" in body and moment(body["scheduled_start_time"]) <= world.now():
        message = "Cannot schedule event in the past."
        found.add(("scheduled_start_time",), "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", message)
    found.raise_if_any()
    for key, value in body.items():
        if key.endswith("_time"):
            event[key] = _ended(value)
        elif key != "image":
            event[key] = value


def age(world: World, guild: Guild) -> list[Json]:
    """Let those begin and end whose time has come; the ones that changed. What is over is gone."""
    changed = []
    for id_, event in list(guild.events.items()):
        end = event["scheduled_end_time"]
        if event["status"] == SCHEDULED and moment(event["scheduled_start_time"]) <= world.now():
            event["status"] = ACTIVE
            changed.append(event)
        if event["status"] == ACTIVE and end and moment(end) <= world.now():
            event["status"] = COMPLETED
            changed.append(event)
        if event["status"] in (COMPLETED, CANCELED):
            del guild.events[id_]
    return changed


def moment(text: str) -> datetime:
    """Raises ValueError."""
    return datetime.fromisoformat(text)


def _ended(text: str | None) -> str | None:
    return moment_text(moment(text)) if text else None


def _check(world: World, body: Json, found: Findings) -> None:
    if body.get("name") is not None:
        found.length(("name",), body["name"].strip(), 1, 100)
    if body.get("description") is not None:
        found.length(("description",), body["description"], 0, 1_000)
    if body.get("privacy_level") is not None:
        found.one_of(("privacy_level",), body["privacy_level"], (2,))
    for key in ("scheduled_start_time", "scheduled_end_time"):
        try:
            is_aware = body.get(key) is None or moment(body[key]).tzinfo is not None
        except (TypeError, ValueError):
            is_aware = False
        if not is_aware:
            found.add((key,), "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601.")
    if not found.one_of(("entity_type",), body.get("entity_type"), (1, 2, EXTERNAL)):
        return
    if body["entity_type"] != EXTERNAL:
        if not body.get("channel_id"):
            found.add(("channel_id",), "BASE_TYPE_REQUIRED", "This field is required")
    else:
        _check_external(body, found)
    start, end = body.get("scheduled_start_time"), body.get("scheduled_end_time")
    if not found and start and end and moment(end) <= moment(start):
        message = "Cannot schedule event to end before it begins."
        found.add(("scheduled_end_time",), "GUILD_SCHEDULED_EVENT_END_BEFORE_START", message)


def _check_external(body: Json, found: Findings) -> None:
    if body.get("channel_id"):
        found.add(("channel_id",), "GUILD_SCHEDULED_EVENT_EXTERNAL_CHANNEL", "An external event has no channel")
    found.length(("entity_metadata", "location"), (body.get("entity_metadata") or {}).get("location"), 1, 100)
    if not body.get("scheduled_end_time"):
        found.add(("scheduled_end_time",), "BASE_TYPE_REQUIRED", "This field is required")
