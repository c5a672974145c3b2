"""How two people meet on Slack: in a conversation of both with the bot, or by a link to each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from adapters.slack.inbound import user_of
from bot.domain.addresses import Channel

REDIRECT = "https://slack.com/app_redirect"

Opens: TypeAlias = Callable[[str, Sequence[str]], Awaitable[Channel]]
"""Workspace or enterprise, and people of it."""


class SlackIntroductions:
    """Implements `bot.platform.Introduces`."""

    opens_conversations = True

    def __init__(self, opens: Opens) -> None:
        self._opens = opens

    def profile_link(self, account: str) -> str:
        home, user = user_of(account)
        if not user:
            return ""
        # Slack, "Deep linking": with a person's id it opens the conversation with them; an enterprise is no team
        return f"{REDIRECT}?channel={user}" + (f"&team={home}" if home.startswith("T") else "")

    async def open_together(self, accounts: Sequence[str]) -> Channel | None:
        homes, users = zip(*(user_of(account) for account in accounts), strict=True)
        if len(set(homes)) > 1 or not all(users):
            return None  # people of several workspaces have no conversation in common
        return await self._opens(homes[0], sorted(users))
