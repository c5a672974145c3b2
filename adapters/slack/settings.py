"""What Slack needs from the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.errors import SetupError
from bot.sealing import Seal
from bot.settings import Settings, SlackMode

PREFIX = re.compile(r"[a-z]{0,16}")
"""A slash command has at most 32 characters with its stroke; the longest of ours has less than 15."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """What an app needs that many workspaces install."""

    client_id: str
    client_secret: str = field(repr=False)
    seal: Seal = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """Either `token`, for one workspace, or `oauth`, for many. `api_url` ends with a stroke.

    `app_token` is set in Socket Mode and `signing_secret` in HTTP mode; `prefix` is small letters.
    """

    mode: SlackMode
    api_url: str
    token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    prefix: str = ""
    oauth: OAuth | None = None


def slack_settings(settings: Settings) -> SlackSettings:
    """Slack's part of the settings. Raises SetupError for what is missing or makes no sense."""
    token = _secret("SLACK_BOT_TOKEN", settings.slack_bot_token)
    oauth = _oauth(settings)
    if token and oauth is not None:
        raise SetupError("SLACK_BOT_TOKEN: it is for one workspace, SLACK_CLIENT_ID for many; set one of them")
    if not token and oauth is None:
        raise SetupError("SLACK_BOT_TOKEN: it is missing; docs/slack.md says where to find it")
    if token:
        _check_token(token)
    app_token, signing_secret = _way_in(settings)
    api_url, prefix = _api_url(settings.slack_api_url), command_prefix(settings)
    return SlackSettings(settings.slack_mode, api_url, token, app_token, signing_secret, prefix, oauth)


def command_prefix(settings: Settings) -> str:
    """Raises SetupError for one that Slack's commands cannot begin with."""
    prefix = settings.slack_command_prefix.strip().lower()
    if not PREFIX.fullmatch(prefix):
        raise SetupError("SLACK_COMMAND_PREFIX: at most 16 letters from a to z, and nothing else")
    return prefix


def _way_in(settings: Settings) -> tuple[str, str]:
    """The app's token and the signing secret, of which the mode needs one."""
    app_token = _secret("SLACK_APP_TOKEN", settings.slack_app_token)
    signing_secret = _secret("SLACK_SIGNING_SECRET", settings.slack_signing_secret)
    if app_token and not app_token.startswith("xapp-"):
        raise SetupError("SLACK_APP_TOKEN: an app-level token begins with xapp-; it is made under Basic Information")
    match settings.slack_mode:
        case SlackMode.SOCKET if not app_token:
            raise SetupError("SLACK_APP_TOKEN: Socket Mode needs it (xapp-…); or set SLACK_MODE=http")
        case SlackMode.HTTP if not signing_secret:
            raise SetupError("SLACK_SIGNING_SECRET: SLACK_MODE=http needs it; it stands under Basic Information")
    return app_token, signing_secret


def _oauth(settings: Settings) -> OAuth | None:
    client_id = settings.slack_client_id.strip()
    secret = _secret("SLACK_CLIENT_SECRET", settings.slack_client_secret)
    keys = settings.secret_key.get_secret_value()
    if not (client_id or secret):
        return None
    if not re.fullmatch(r"[\w.-]+", client_id, re.ASCII):
        raise SetupError("SLACK_CLIENT_ID: beside SLACK_CLIENT_SECRET it is needed, as numbers with a dot between")
    if not secret:
        raise SetupError("SLACK_CLIENT_SECRET: beside SLACK_CLIENT_ID it is needed; it stands under Basic Information")
    return OAuth(client_id, secret, Seal(keys))


def _check_token(token: str) -> None:
    if token.startswith("xoxe."):
        raise SetupError("SLACK_BOT_TOKEN: a token that expires cannot be used; make an app without token rotation")
    if not token.startswith("xoxb-"):
        raise SetupError("SLACK_BOT_TOKEN: a bot's token begins with xoxb-; it stands under OAuth & Permissions")


def _secret(name: str, given: SecretStr) -> str:
    value = given.get_secret_value().strip()
    if re.search(r"\s", value) or not (value.isascii() and value.isprintable()):
        raise SetupError(f"{name}: it has no spaces and no letters beyond ASCII; copy it again")
    return value


def _api_url(url: str) -> str:
    url = url.strip()
    if not re.fullmatch(r"https?://[^\s/?#]+(?:/[^\s?#]*)?", url):
        raise SetupError("SLACK_API_URL: an address begins with https:// (or http://)")
    return url if url.endswith("/") else f"{url}/"
