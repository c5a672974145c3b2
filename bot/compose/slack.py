"""Slack put together: `greenroom run` with it, and `greenroom manifest slack`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import yaml

from adapters.slack.client import Slack
from adapters.slack.installing import Installed, OneToken, StoredStates, StoredTokens, Tokens, web_client
from adapters.slack.manifest import manifest
from adapters.slack.oauth import InstallFlow, Tell
from adapters.slack.scopes import scopes_of
from adapters.slack.settings import SlackSettings, command_prefix, slack_settings
from adapters.slack.wire import Wire
from bot.compose import Bot, all_features
from bot.compose.apart import DeliveriesOf, InstallationsOf, NotesOf
from bot.settings import Settings

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def slack_of(settings: Settings) -> Callable[[Bot], Sequence[BaseRoute]]:
    """What puts Slack into a bot, and returns the routes that HTTP must carry to it. Raises SetupError."""
    ours = slack_settings(settings)

    def put(bot: Bot) -> Sequence[BaseRoute]:
        slack = slack_on(bot, ours)
        bot.platforms[Slack.name] = slack
        return slack.routes

    return put


def slack_on(bot: Bot, ours: SlackSettings) -> Slack:
    """Slack for that bot, with the token of the settings or with those of an install flow."""

    async def tell(installed: Installed) -> None:
        await slack.installed(installed)

    scopes = [scope.name for scope in scopes_of(bot.features)]
    tokens, flow = slack_tokens(ours, bot, scopes, tell)
    slack = Slack(
        ours,
        features=bot.features,
        notes=NotesOf(bot.database),
        deliveries=DeliveriesOf(bot.database, bot.clock),
        tokens=tokens,
        wire=Wire(ours.api_url),
        flow=flow,
    )
    return slack


def slack_tokens(ours: SlackSettings, bot: Bot, scopes: Sequence[str], tell: Tell) -> tuple[Tokens, InstallFlow | None]:
    """Where the app is installed, and the flow by which many workspaces install it, where they can.

    `tell` hears of every workspace that is installed just now.
    """
    if ours.oauth is None:
        return OneToken(ours.token, web_client(ours.api_url)), None
    installations = InstallationsOf(bot.database)
    tokens = StoredTokens(installations, ours.oauth.seal, bot.clock)
    flow = InstallFlow(
        ours.oauth,
        ours.api_url,
        scopes=scopes,
        store=tokens,
        states=StoredStates(installations, bot.clock),
        tell=tell,
        locale=bot.settings.locale,
        command=f"/{ours.prefix}greenroom",
    )
    return tokens, flow


def manifest_text(settings: Settings, url: str) -> str:
    """The manifest of the app as YAML. `url` is where the bot is reached from outside, "" for nowhere.

    Raises SetupError for a wrong prefix, and where the address is wrong or missing.
    """
    made = manifest(
        all_features(),
        settings.slack_mode,
        prefix=command_prefix(settings),
        url=url,
        is_for_many=bool(settings.slack_client_id.strip()),
    )
    return str(yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120))
