"""auth.*, users.*, team.*, bots.*, apps.*: who is who."""

from __future__ import annotations

from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.rest import METHODS, Call
from tests.fakes.slack.world import User


@METHODS.on("api.test", token="")
async def api_test(call: Call) -> Json:
    if call.text("error"):
        raise Denied(call.text("error"))
    return {"args": dict(call.args)}


@METHODS.on("auth.test")
async def auth_test(call: Call) -> Json:
    team = call.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": team.bot.name,
        "team_id": team.id,
        "user_id": team.bot.id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


@METHODS.on("auth.revoke", tier=3)
async def revoke(call: Call) -> Json:
    assert call.installation is not None
    if not call.flag("test"):
        call.installation.is_revoked = True
        call.core.uninstalled(call.team)
    return {"revoked": not call.flag("test")}


@METHODS.on("apps.uninstall", tier=1)
async def uninstall(call: Call) -> Json:
    if (call.text("client_id"), call.text("client_secret")) != (call.core.client_id, call.core.client_secret):
        raise Denied("bad_client_secret")
    for each in call.team.installations:
        each.is_revoked = True
    call.core.uninstalled(call.team)
    return {}


@METHODS.on("apps.connections.open", token="app")
async def connections_open(call: Call) -> Json:
    """Tier 1 on Slack, without a limit here: a worker that is killed again and again connects again and again."""
    return {"url": call.core.courier.new_url()}


def _shown(call: Call, user: User) -> Json:
    assert call.installation is not None
    with_email = "users:read.email" in call.installation.scopes
    return user.json(call.core.world.now(), with_locale=call.flag("include_locale"), with_email=with_email)


@METHODS.on("users.info", "users:read", tier=4)
async def user_info(call: Call) -> Json:
    return {"user": _shown(call, call.user())}


@METHODS.on("users.list", "users:read", tier=2)
async def user_list(call: Call) -> Json:
    part, beside = call.page(list(call.team.users.values()))
    return {"members": [_shown(call, each) for each in part], "cache_ts": 0, **beside}


@METHODS.on("users.profile.get", "users.profile:read", tier=4)
async def profile(call: Call) -> Json:
    user = call.user() if call.text("user") else call.team.bot
    return {"profile": _shown(call, user)["profile"]}


@METHODS.on("team.info", "team:read", tier=3)
async def team_info(call: Call) -> Json:
    team = call.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}}


@METHODS.on("bots.info", "users:read", tier=3)
async def bot_info(call: Call) -> Json:
    team = call.team
    if call.text("bot", team.bot_id) != team.bot_id:
        raise Denied("bot_not_found")
    bot = {"id": team.bot_id, "app_id": call.core.world.app_id, "user_id": team.bot.id, "name": team.bot.name}
    return {"bot": {**bot, "deleted": False, "updated": 0, "icons": {}}}
