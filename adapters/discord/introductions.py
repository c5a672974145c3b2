"""How two people meet on Discord: by their profiles."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.domain.addresses import Channel

PROFILES = "https://discord.com/users"


class DiscordIntroductions:
    """Implements `bot.platform.Introduces`."""

    opens_conversations = False
    """Discord, "Create Group DM": it takes the tokens of people, not of bots."""

    def profile_link(self, account: str) -> str:
        return f"{PROFILES}/{quote(account, safe='')}"

    async def open_together(self, accounts: Sequence[str]) -> Channel | None:
        return None
