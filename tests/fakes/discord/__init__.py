"""A Discord of our own for tests: its HTTP API and gateway on loopback, and people who use the bot there.

async with FakeDiscord() as discord:
    guild = discord.add_guild(channels=("general", "events"))
    mara = discord.add_member(guild, "mara")
    ...  # start a bot with DISCORD_API_URL=discord.api_url, DISCORD_GATEWAY_URL=discord.gateway_url
    asked = await discord.slash(mara, guild, "event find", {"near": "Berlin"})
    answer = await asked.answer()
    await (await discord.press(mara, answer, "Going")).answered()
    assert discord.violations == []
"""

from tests.fakes.discord.interactions import Interaction, NoAnswer
from tests.fakes.discord.offered import NotOffered
from tests.fakes.discord.permissions import ALL, BOT, MEMBER, ORGANISER, Permission
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.world import Channel, Guild, Message, User
from tests.fakes.faults import Fault, Kind

__all__ = [
    "ALL",
    "BOT",
    "MEMBER",
    "ORGANISER",
    "Channel",
    "FakeDiscord",
    "Fault",
    "Guild",
    "Interaction",
    "Kind",
    "Message",
    "NoAnswer",
    "NotOffered",
    "Permission",
    "User",
]
