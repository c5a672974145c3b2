"""What Discord takes as a message: its body, its attachments, and whom it pings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.discord.components import check_message
from tests.fakes.discord.errors import Denied, Findings, Json, empty_message
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.world import COMPONENTS_V2, EPHEMERAL, Channel, Message, walked

CONTENT_MOST = 2_000
NONCE_MOST = 25
FILES_MOST = 10
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12

_COMMON = frozenset(("content", "embeds", "allowed_mentions", "components", "flags", "attachments", "poll", "tts"))
CREATE = _COMMON | {"nonce", "enforce_nonce", "message_reference", "sticker_ids"}
EDIT = _COMMON - {"tts", "poll"}
ANSWER = _COMMON
FOLLOWUP = _COMMON | {"username", "avatar_url", "thread_name", "applied_tags"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body; `index` is n of `files[n]`."""

    index: int
    name: str
    content: bytes
    media_type: str


def check(
    body: Json, uploads: Sequence[Upload], known: frozenset[str], found: Findings, before: Message | None = None
) -> None:
    """Note what Discord would refuse of a message, or of an edit of `before`. Raises Denied for an empty one."""
    found.keys((), body, known)
    if (content := body.get("content")) is not None:
        found.length(("content",), content, 0, CONTENT_MOST)
    flags = body.get("flags") or 0
    had_v2 = before is not None and bool(before.flags & COMPONENTS_V2)
    is_v2 = bool(flags & COMPONENTS_V2) or had_v2
    allowed = COMPONENTS_V2 | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | EPHEMERAL
    if flags & ~allowed:
        found.add(("flags",), "MESSAGE_FLAGS_INVALID", f"Flags {flags & ~allowed} cannot be set")
    if had_v2 and body.get("flags") is not None and not flags & COMPONENTS_V2:
        found.add(("flags",), "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "IS_COMPONENTS_V2 cannot be removed")
    if is_v2:
        _check_v2(body, found, before)
    if len(body.get("embeds") or ()) > 10:
        found.add(("embeds",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if len(uploads) > FILES_MOST:
        found.add(("files",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    files = [upload.name for upload in uploads]
    files += [each.name for each in before.attachments] if before else []
    if body.get("components") is not None:
        check_message(body["components"], is_v2=is_v2, files=files, found=found)
    _check_mentions(body.get("allowed_mentions"), found)
    if not found and before is None and _is_empty(body, uploads):
        raise empty_message()


def _check_v2(body: Json, found: Findings, before: Message | None) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        stands = body.get(key) or (before is not None and key not in body and getattr(before, key, None))
        if stands:
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            found.add((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_mentions(allowed: Any, found: Findings) -> None:  # Any: from the wire
    if not isinstance(allowed, dict):
        return
    found.keys(("allowed_mentions",), allowed, frozenset(("parse", "users", "roles", "replied_user")))
    for each in ("users", "roles"):
        if each in (allowed.get("parse") or ()) and allowed.get(each):
            message = f'parse:["{each}"] and {each}: [ids...] are mutually exclusive.'
            found.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        if len(allowed.get(each) or ()) > 100:
            found.add(("allowed_mentions", each), "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")


def _is_empty(body: Json, uploads: Sequence[Upload]) -> bool:
    said = (body.get("content") or "").strip()
    return not (said or body.get("embeds") or body.get("components") or uploads or body.get("sticker_ids"))


def check_nonce(body: Json, found: Findings) -> str:
    """The nonce as text, "" without one."""
    nonce = body.get("nonce")
    if nonce is None:
        return ""
    if len(str(nonce)) > NONCE_MOST:
        found.add(("nonce",), "NONCE_TYPE_TOO_LONG", f"Must be {NONCE_MOST} or fewer in length.")
    return str(nonce)


_PING = re.compile(r"<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>|@(?P<all>everyone|here)\b")


def pinged(body: Json, channel: Channel, permissions: int) -> frozenset[str]:
    """Who would get a notification: user and role ids, "everyone" or "here".

    The strict reading: what looks like a mention is one, escaped or in code, unless allowed_mentions leaves it out.
    """
    texts = [body.get("content") or ""]
    texts += [str(each.get("content", "")) for each in walked(body.get("components") or []) if each.get("type") == 10]
    if "@" not in (said := "\n".join(texts)):
        return frozenset()
    allowed = body.get("allowed_mentions")
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
    users = {str(each) for each in (allowed or {}).get("users") or ()}
    roles = {str(each) for each in (allowed or {}).get("roles") or ()}
    may_all = bool(permissions & Permission.MENTION_EVERYONE) and channel.guild is not None
    here = {str(user.id) for user in channel.known_users}
    found: set[str] = set()
    for match in _PING.finditer(said):
        if (user := match["user"]) and user in here and ("users" in parse or user in users):
            found.add(user)
        elif (role := match["role"]) and may_all and ("roles" in parse or role in roles):
            found.add(role)
        elif (name := match["all"]) and may_all and "everyone" in parse:
            found.add(name)
    return frozenset(found)


def uploads_of(form: Mapping[str, Upload], body: Json, found: Findings) -> list[Upload]:
    """The files of a request that its `attachments` name, in order. Every file must be named where any is."""
    named = body.get("attachments")
    if named is None:
        return list(form.values())
    uploads = {str(upload.index): upload for upload in form.values()}
    for index, each in enumerate(named):
        id_ = str(each.get("id"))
        if id_ in uploads and (filename := each.get("filename")):
            uploads[id_] = Upload(uploads[id_].index, filename, uploads[id_].content, uploads[id_].media_type)
        elif id_ not in uploads and len(id_) < 10:
            found.add(("attachments", index, "id"), "ATTACHMENT_NOT_FOUND", f"No file[{id_}] was uploaded")
    return list(uploads.values())


def too_large() -> Denied:
    return Denied(413, 40005, "Request entity too large")
