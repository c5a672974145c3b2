"""The app's manifest, made from what the features declare: paste it where Slack makes an app, and all is set up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from adapters.slack.declare import declared, declared_shortcuts
from adapters.slack.gateway import EVENTS_PATH
from adapters.slack.oauth import REDIRECT_PATH
from adapters.slack.scopes import EVENTS, scopes_of
from bot.commands import Feature
from bot.errors import SetupError
from bot.settings import SlackMode

NAME = "Greenroom"
DESCRIPTION = "Events, connections and resources for people who make music"
COLOUR = "#1f2a44"

Json = dict[str, Any]  # Any: a manifest as Slack has it


def manifest(
    features: Sequence[Feature], mode: SlackMode, *, prefix: str = "", url: str = "", is_for_many: bool = False
) -> Json:
    """`url` is where the bot is reached from outside: for HTTP, and `is_for_many` workspaces to install it.

    Raises SetupError where it is missing or no such address, and for features that Slack cannot show.
    """
    base = url.strip().rstrip("/")
    if base and not re.fullmatch(r"https://[^\s/?#]+(?:/[^\s?#]*)?", base):
        raise SetupError("--url: Slack takes an address that begins with https://, such as https://bot.example.org")
    if mode is SlackMode.HTTP and not base:
        raise SetupError("--url: by HTTP Slack must know where the bot is reached: --url https://bot.example.org")
    if is_for_many and not base:
        raise SetupError(
            "--url: the install link needs to know where the bot is reached: --url https://bot.example.org"
        )
    requests = base + EVENTS_PATH if mode is SlackMode.HTTP else ""
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {"name": NAME, "description": DESCRIPTION, "background_color": COLOUR},
        "features": _features(features, prefix, requests),
        "oauth_config": _oauth(features, base),
        "settings": _settings(mode, requests),
    }


def _features(features: Sequence[Feature], prefix: str, requests: str) -> Json:
    commands: list[Json] = []
    for each in declared(features, prefix):
        command: Json = {"command": each.name, "description": each.description}
        if each.hint:
            command["usage_hint"] = each.hint
        if requests:
            command["url"] = requests
        # escaped, so that people and channels come as their ids
        commands.append(command | {"should_escape": True})
    found: Json = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "slash_commands": commands,
    }
    shortcuts = [
        {"name": each.name, "type": each.kind, "callback_id": each.callback_id, "description": each.description}
        for each in declared_shortcuts(features)
    ]
    return found | ({"shortcuts": shortcuts} if shortcuts else {})


def _oauth(features: Sequence[Feature], base: str) -> Json:
    found: Json = {"scopes": {"bot": [scope.name for scope in scopes_of(features)]}}
    return found | ({"redirect_urls": [base + REDIRECT_PATH]} if base else {})


def _settings(mode: SlackMode, requests: str) -> Json:
    asked = {"request_url": requests} if requests else {}
    options = {"message_menu_options_url": requests} if requests else {}
    return {
        "event_subscriptions": {**asked, "bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True, **asked, **options},
        "org_deploy_enabled": True,
        "socket_mode_enabled": mode is SlackMode.SOCKET,
        "token_rotation_enabled": False,
    }
