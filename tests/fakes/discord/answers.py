"""How a bot answers an interaction: its first response, and what follows by the interaction's token."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.discord import bodies, interactions
from tests.fakes.discord.bodies import Upload
from tests.fakes.discord.components import check_modal, number
from tests.fakes.discord.core import Core
from tests.fakes.discord.errors import INVALID_FORM_BODY, Denied, Findings, Json, unknown
from tests.fakes.discord.interactions import (
    CHOICES,
    DEFERRED,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    UPDATE,
    Interaction,
    metadata,
)
from tests.fakes.discord.rest import Call
from tests.fakes.discord.routes import ROUTES, check_choices
from tests.fakes.discord.world import EPHEMERAL, LOADING, Message


@ROUTES.on("POST", "/interactions/{}/{}/callback", needs_token=False)
async def respond(call: Call) -> Json | None:
    core = call.core
    interaction = core.interactions.get(call.ids[1])
    if interaction is None or interaction.id != call.number(0):
        raise unknown("Interaction")
    kind = call.json.get("type")
    if not isinstance(kind, int):
        raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body")
    interaction.check_first(kind)
    _respond(core, interaction, kind, call.json.get("data") or {}, call.uploads)
    interaction.response = kind
    interaction.changed()
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return None
    return _response(core, interaction, kind)


def _respond(core: Core, interaction: Interaction, kind: int, data: Json, uploads: Sequence[Upload]) -> None:
    match kind:
        case interactions.MESSAGE:
            interaction.message = _post(core, interaction, data, uploads, bodies.ANSWER)
        case interactions.DEFERRED:
            interaction.was_deferred = True
            found = Findings()
            found.keys(("data",), data, frozenset(("flags",)))
            if (data.get("flags") or 0) & ~EPHEMERAL:
                found.add(("data", "flags"), "INTERACTION_DEFER_FLAGS", "Only EPHEMERAL can be set when deferring")
            found.raise_if_any()
            interaction.message = _place(core, interaction, data, [])
            interaction.message.flags |= LOADING
        case interactions.DEFERRED_UPDATE:
            interaction.was_deferred = True
        case interactions.UPDATE:
            assert interaction.source is not None
            core.edit(interaction.source, data, uploads)
            interaction.updated_source = True
        case interactions.CHOICES:
            check_choices(data.get("choices") or [], _focused_kind(interaction))
            interaction.choices = data.get("choices") or []
        case interactions.MODAL:
            found = Findings()
            check_modal(data, found)
            found.raise_if_any()
            interaction.modal = {**data, "components": number(data["components"])}
        case _:
            raise AssertionError(f"{kind} is no first answer")


def _focused_kind(interaction: Interaction) -> int:
    options = interaction.payload["data"].get("options") or []
    while options:
        nested: list[Json] = []
        for option in options:
            if option.get("focused"):
                return int(option["type"])
            nested += option.get("options") or []
        options = nested
    return 3


def _response(core: Core, interaction: Interaction, kind: int) -> Json:
    about: Json = {"id": str(interaction.id), "type": interaction.kind}
    resource: Json = {"type": kind}
    target = interaction.source if kind in (UPDATE, DEFERRED_UPDATE) else interaction.message
    if kind in (MESSAGE, DEFERRED, UPDATE, DEFERRED_UPDATE) and target is not None:
        about |= {
            "response_message_id": str(target.id),
            "response_message_loading": target.is_loading,
            "response_message_ephemeral": target.is_ephemeral,
        }
        if kind in (MESSAGE, UPDATE):
            resource["message"] = target.json(core.world.application_id)
    answer: Json = {"interaction": about}
    if kind not in (CHOICES, MODAL):
        answer["resource"] = resource
    return answer


def _post(
    core: Core, interaction: Interaction, body: Json, uploads: Sequence[Upload], known: frozenset[str]
) -> Message:
    found = Findings()
    uploads = bodies.uploads_of({str(each.index): each for each in uploads}, body, found)
    bodies.check(body, uploads, known, found)
    found.raise_if_any()
    return _place(core, interaction, body, uploads)


def _place(core: Core, interaction: Interaction, body: Json, uploads: Sequence[Upload]) -> Message:
    """A message where the interaction happened; one that is ephemeral stands in no channel."""
    is_ephemeral = bool((body.get("flags") or 0) & EPHEMERAL)
    reader = interaction.user if is_ephemeral else None
    about = metadata(interaction)
    message = core.compose(interaction.channel, body, uploads, interaction=about, reader=reader)
    if not is_ephemeral:
        interaction.channel.messages.append(message)
        core.tell_message("MESSAGE_CREATE", message)
    return message


def _held(call: Call) -> Interaction:
    """The interaction whose token it is, still good for follow-ups. Raises Denied."""
    if call.number(0) != call.core.world.application_id:
        raise unknown("Webhook")
    interaction = call.core.interactions.get(call.ids[1])
    if interaction is None:
        raise Denied(401, 50027, "Invalid Webhook Token")
    interaction.check_token(call.core.world.now())
    return interaction


@ROUTES.on("POST", "/webhooks/{}/{}", needs_token=False)
async def follow_up(call: Call) -> Json:
    """After a deferred response the first follow-up takes its place, and whether it is ephemeral with it."""
    core, interaction = call.core, _held(call)
    first = interaction.message
    if first is not None and first.is_loading and not first.is_deleted:
        found = Findings()
        found.keys((), call.json, bodies.FOLLOWUP)
        found.raise_if_any()
        body = {key: value for key, value in call.json.items() if key in bodies.EDIT}
        body["flags"] = (body.get("flags") or 0) & ~EPHEMERAL
        core.edit(first, body, call.uploads)
        interaction.changed()
        return first.json(core.world.application_id)
    interaction.check_followup()
    message = _post(core, interaction, call.json, call.uploads, bodies.FOLLOWUP)
    interaction.followups.append(message)
    interaction.changed()
    return message.json(core.world.application_id)


@ROUTES.on("GET", "/webhooks/{}/{}/messages/{}", needs_token=False)
async def answer(call: Call) -> Json:
    return _held(call).find(call.ids[2]).json(call.core.world.application_id)


@ROUTES.on("PATCH", "/webhooks/{}/{}/messages/{}", needs_token=False)
async def edit_answer(call: Call) -> Json:
    interaction = _held(call)
    message = interaction.find(call.ids[2])
    call.core.edit(message, call.json, call.uploads)
    interaction.updated_source |= message is interaction.source
    interaction.changed()
    return message.json(call.core.world.application_id)


@ROUTES.on("DELETE", "/webhooks/{}/{}/messages/{}", needs_token=False)
async def delete_answer(call: Call) -> None:
    interaction = _held(call)
    call.core.remove(interaction.find(call.ids[2]))
    interaction.changed()
