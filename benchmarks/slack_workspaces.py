"""`slack`, for a bot that 1,000 workspaces have installed, and for one workspace with 1,000 channels that have digests.

A fake Slack runs here with its rate limits on, the bot in a process of its own. The installations stand in the
database as the install flow leaves them, their tokens sealed, each workspace's community with a few events of the
week and a digest. How long the bot takes to start among so many is measured, and its memory then. Its clock is moved
to the hour of the digests. Where each workspace has its own, no limit of Slack's slows them; where one workspace has
1,000 channels with a digest each, they take at least as long as Slack's limit of posts into a workspace lets them
("several hundred messages per minute": here 600, of them 100 at once).
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.installing import StoredTokens
from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Clock, Figure, shown, times
from benchmarks.processes import OURS, BotProcess
from benchmarks.slack_bots import bot_process, one_team
from benchmarks.weekly import FALL_DUE, blocked_figure, fill, memory_figures
from bot.compose.apart import InstallationsOf
from bot.domain.addresses import Channel
from bot.domain.people import Workspace
from bot.sealing import Seal
from bot.settings import SlackMode
from storage.database import Database
from tests.fakes.slack import FakeSlack, Team

WORKSPACES, CHANNELS = 1_000, 1_000
FEW = 8
SLOWER_MOST = 1.1


@dataclass(frozen=True, slots=True)
class Posted:
    """All digests, from when they fell due."""

    count: int
    seconds: float
    least: float
    """Seconds that Slack's limits make it last."""
    blocked: float
    limited: int
    """Posts that Slack put off."""


@dataclass(frozen=True, slots=True)
class Installed:
    """`held` and `peak` are bytes: before the digests, and the most until they were out; None if unknown."""

    workspaces: int
    start: float
    posted: Posted
    held: int | None
    peak: int | None


async def measure_workspaces(fresh: Fresh, workspaces: int) -> Installed:
    url = fresh()
    key = Fernet.generate_key().decode()
    async with FakeSlack() as fake:
        teams = [fake.add_team(f"workspace {number}", channels=("events",)) for number in range(workspaces)]
        await fill(url, map(_channel, teams))
        await _install(url, teams, key)
        settings = {
            "SLACK_CLIENT_ID": fake.client_id,
            "SLACK_CLIENT_SECRET": fake.client_secret,
            "GREENROOM_SECRET_KEY": key,
        }
        async with bot_process(OURS, fake, SlackMode.SOCKET, settings, url) as bot:
            await fake.quiet(0.5)
            idle = await bot.ask()
            posted = await _posted(fake, bot, workspaces, least=0.0)
            after = await bot.ask()
            return Installed(workspaces, bot.started, posted, idle.held, after.peak)


async def measure_channels(fresh: Fresh, channels: int) -> Posted:
    url = fresh()
    async with FakeSlack() as fake:
        team = fake.add_team("Figures", channels=[f"channel-{number}" for number in range(channels)])
        workspace = Workspace("slack", team.id, team.name)
        mine = [Channel("slack", team.id, each.id, each.name) for each in team.channels.values()]
        await fill(url, ((workspace, each) for each in mine))
        a_minute = fake.limits.workspace_a_minute
        least = max(0, channels - a_minute // 6) * 60 / a_minute
        async with bot_process(OURS, fake, SlackMode.SOCKET, one_team(team), url) as bot:
            return await _posted(fake, bot, channels, least)


def figures(engine: str, installed: Installed, in_one: Posted) -> list[Figure]:
    what = f"{installed.workspaces:,} workspaces, {engine}"
    ratio = in_one.seconds / in_one.least if in_one.least else None
    each, one = installed.posted, in_one
    return [
        Figure(f"a start with {what}: until it serves", shown(installed.start), "", "", "", None),
        *memory_figures(what, installed.held, installed.peak),
        Figure(
            f"digests to {what}",
            f"{shown(each.seconds)} ({each.count / each.seconds:.0f} a second, {each.limited} put off)",
            "nothing that limits them",
            "",
            "",
            None,
        ),
        blocked_figure(what, each.blocked),
        Figure(
            f"digests to {one.count:,} channels of one workspace, {engine}",
            f"{shown(one.seconds)} ({one.limited} put off)",
            f"{shown(one.least)} at Slack's limit for a workspace",
            times(ratio) if ratio else "",
            f"at most {SLOWER_MOST:g}×",
            ratio <= SLOWER_MOST if ratio else None,
        ),
        blocked_figure(f"{one.count:,} channels, {engine}", one.blocked),
    ]


async def _posted(fake: FakeSlack, bot: BotProcess, count: int, least: float) -> Posted:
    await bot.ask("watch")
    began = perf_counter()
    await bot.ask(f"forward {FALL_DUE.total_seconds()}")
    await fake.until_posted(count, 600)
    seconds = perf_counter() - began
    blocked = (await bot.ask()).blocked
    if len({message.channel.id for message in fake.posted}) != count or fake.violations:
        raise RuntimeError(f"not every channel has its digest, once: {len(fake.posted)}, {fake.violations[:1]}")
    return Posted(count, seconds, least, blocked, len(fake.limits.hits))


def _channel(team: Team) -> tuple[Workspace, Channel]:
    return Workspace("slack", team.id, team.name), Channel("slack", team.id, team.channel("events").id, "events")


async def _install(url: str, teams: list[Team], key: str) -> None:
    """As the install flow leaves them."""
    database = Database(url)
    store = StoredTokens(InstallationsOf(database), Seal(key), Clock(NOW))
    try:
        for team in teams:
            made = Installation(
                app_id="A1",
                team_id=team.id,
                team_name=team.name,
                bot_token=team.bot_token,
                bot_id=team.bot_id,
                bot_user_id=team.bot.id,
                bot_scopes=sorted(team.installations[0].scopes),
                user_id=team.owner.id,
            )
            await store.async_save(made)
    finally:
        await database.close()
