"""views.*: modals and home tabs."""

from __future__ import annotations

from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack import sheets
from tests.fakes.slack.asked import Asked
from tests.fakes.slack.core import Core
from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.rest import METHODS, Call
from tests.fakes.slack.world import User, View

STACK = 3  # Modals: "up to 3 views at a time"


def put_on_top(core: Core, user: User, body: Json, *, pushes: bool) -> View:
    """Show a modal: as the only one, or above those that are there. Raises Denied."""
    external = body.get("external_id")
    if external and any(each.body.get("external_id") == external for each in core.world.views.values() if each.is_open):
        raise Denied("duplicate_external_id")
    if pushes and len(user.views) >= STACK:
        raise Denied("push_limit_reached")
    view = core.new_view(user, body)
    if pushes and user.views:
        view.root, view.previous = user.views[0].root or user.views[0], user.views[-1]
    else:
        for each in user.views:
            each.is_open = False
        user.views.clear()
    view.typed = sheets.standing(view.blocks)
    user.views.append(view)
    return view


def change(core: Core, view: View, body: Json) -> None:
    """Show something else in a modal's place. Inputs that keep their ids keep what was typed."""
    view.body = {**body, "blocks": block_kit.numbered(body["blocks"], core.world.id)}
    fresh = sheets.standing(view.blocks)
    view.typed = {
        block: {action: view.typed.get(block, {}).get(action, value) for action, value in actions.items()}
        for block, actions in fresh.items()
    }
    view.errors = {}
    view.hash = core.new_hash()
    view.updates += 1


def _asked(call: Call) -> Asked:
    """Who is to see it. Raises Denied."""
    asked = call.core.exchange(call.required("trigger_id"))
    if asked.user.team is not call.team:
        raise Denied("invalid_trigger_id")
    return asked


@METHODS.on("views.open", tier=4)
async def open_(call: Call) -> Json:
    return _show(call, pushes=False)


@METHODS.on("views.push", tier=4)
async def push(call: Call) -> Json:
    return _show(call, pushes=True)


def _show(call: Call, *, pushes: bool) -> Json:
    body = call.json("view")
    block_kit.check_view(body, block_kit.MODAL)
    asked = _asked(call)
    asked.view = put_on_top(call.core, asked.user, body, pushes=pushes)
    asked.view.opener = asked
    asked.changed()
    return {"view": asked.view.json(call.core.world.app_id)}


@METHODS.on("views.update", tier=4)
async def update(call: Call) -> Json:
    core, body = call.core, call.json("view")
    block_kit.check_view(body, str(body.get("type")) if body.get("type") == block_kit.HOME else block_kit.MODAL)
    view = core.world.views.get(call.text("view_id"))
    if view is None and call.text("external_id"):
        external = call.text("external_id")
        view = next((each for each in core.world.views.values() if each.body.get("external_id") == external), None)
    if view is None or not view.is_open or view.user.team is not call.team:
        raise Denied("not_found")
    if call.text("hash") and call.text("hash") != view.hash:
        raise Denied("hash_conflict")
    change(core, view, body)
    for asked in reversed(core.asked[-500:]):
        if asked.source is view or asked.view is view:
            asked.view = view
            asked.changed()
            break
    return {"view": view.json(core.world.app_id)}


@METHODS.on("views.publish", tier=4)
async def publish(call: Call) -> Json:
    core, body = call.core, call.json("view")
    block_kit.check_view(body, block_kit.HOME)
    user = call.team.users.get(call.required("user_id"))
    if user is None:
        raise Denied("invalid_arguments", "no such user [json-pointer:/user_id]")
    if call.text("hash") and user.home and call.text("hash") != user.home.hash:
        raise Denied("hash_conflict")
    if user.home is None:
        user.home = core.new_view(user, body)
        user.home.typed = sheets.standing(user.home.blocks)
    else:
        change(core, user.home, body)
    asked = next((each for each in reversed(core.asked[-500:]) if each.user is user), None)
    if asked is not None:
        asked.home = user.home
        asked.changed()
    return {"view": user.home.json(core.world.app_id)}
