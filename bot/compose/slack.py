"""What Slack is put together from."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack.installing import OneToken, StoredStates, StoredTokens, Tokens, web_client
from adapters.slack.oauth import InstallFlow, Tell
from adapters.slack.settings import SlackSettings
from bot.compose import Bot
from bot.compose.apart import InstallationsOf


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
