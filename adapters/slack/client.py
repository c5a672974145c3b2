"""Slack as a platform: what it tells goes to the core, what the core answers and owes goes to Slack."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

import structlog
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from starlette.routing import Route

from adapters.slack.answering import Answering
from adapters.slack.declare import declared, shortcuts_of, spelled
from adapters.slack.gateway import Gateway, NotServing
from adapters.slack.inbound import PLATFORM, Raw, is_of_organisation, user_of
from adapters.slack.installing import Installed, Tokens, when
from adapters.slack.introductions import SlackIntroductions
from adapters.slack.limits import LIMITS
from adapters.slack.members import Members
from adapters.slack.outbound import EVENT_TYPE, edited, mark_of, message
from adapters.slack.replying import Timings
from adapters.slack.settings import SlackSettings
from adapters.slack.wire import GONE, INVALID, Denied, Json, Wire, refusal
from adapters.slack.workspaces import Workspaces
from bot.commands import Feature
from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Receipt
from bot.errors import Closed, DeliveryError, Temporary, Unreachable, Unsure
from bot.fit import check
from bot.markup import rich
from bot.platform import Core, Limits, NativeCalendar
from bot.ports import Deliveries, Notes
from bot.ui import File, Reply

HISTORY = 200  # Slack: recommended for conversations.history, at most 999
HISTORY_NARROW = 15  # Slack: the most for apps that are distributed outside the Marketplace, with one request a minute
HISTORY_PAGES = 20
LOOKING_REMEMBERED = 1_000
DIRECTS_REMEMBERED = 10_000
ASK_PATIENCE = 15.0
SHARE_PATIENCE = 5.0
LIST_PAGES = 20
FINISH_SECONDS = 3.0
CHANNEL_KINDS = "public_channel,private_channel"

log = structlog.get_logger()


class Slack:
    """Implements `bot.platform.Platform`, and hears what the gateway tells."""

    name = PLATFORM
    limits: Limits = LIMITS
    calendar: NativeCalendar | None = None
    """Slack has no calendar of its own."""

    def __init__(
        self,
        settings: SlackSettings,
        *,
        features: Sequence[Feature],
        notes: Notes,
        deliveries: Deliveries,
        tokens: Tokens,
        wire: Wire,
        flow: AsyncOAuthFlow | None = None,
        timings: Timings | None = None,
    ) -> None:
        """Raises SetupError for features that Slack cannot show."""
        self._settings = settings
        declared(features, settings.prefix)
        self.commands = spelled(features, settings.prefix)
        self._shortcuts = shortcuts_of(features)
        self._notes = notes
        self._deliveries = deliveries
        self._tokens = tokens
        self._timings = timings or Timings()
        self.wire = wire
        self._members = Members(wire)
        self.introductions = SlackIntroductions(self._open_together)
        self._gateway = Gateway(settings, wire, self._take, flow)
        self._answering: Answering | None = None
        self._workspaces: Workspaces | None = None
        self._directs: OrderedDict[str, str] = OrderedDict()
        """Channels of direct messages by account."""
        self._looking: OrderedDict[tuple[str, str], str] = OrderedDict()
        """Where looking for a mark in a channel goes on, when there is more to read than Slack lets us at once."""
        self._going: set[asyncio.Task[None]] = set()
        self.is_ready = asyncio.Event()
        """Set once the core was told of every workspace and payloads are taken."""

    @property
    def is_connected(self) -> bool:
        return self.is_ready.is_set() and self._gateway.is_connected

    @property
    def routes(self) -> Sequence[Route]:
        """What HTTP must carry to it."""
        return self._gateway.routes

    async def serve(self, core: Core) -> None:
        """Serve until cancelled. Raises SetupError for what the operator must change."""
        answering = Answering(
            core,
            self.wire,
            self._tokens,
            self._members,
            self._deliveries,
            self,
            self.send,
            shortcuts=self._shortcuts,
            prefix=self._settings.prefix,
            timings=self._timings,
        )
        self._workspaces = Workspaces(core, self.wire, self._notes)
        try:
            installed = await self._tokens.begin()
            self._answering = answering
            await self._gateway.begin()
            await self._workspaces.began(list(installed))
            self.is_ready.set()
            log.info("slack is ready", workspaces=len(installed), mode=self._settings.mode.value)
            await asyncio.Event().wait()
        finally:
            self.is_ready.clear()
            self._answering = None
            await answering.finish(FINISH_SECONDS)
            await self._gateway.close()
            await self.wire.close()

    # ---- what is heard

    async def installed(self, installed: Installed) -> None:
        """Somebody has installed the app in a workspace just now."""
        if self._workspaces is not None:
            await self._workspaces.came(installed)

    async def removed(self, body: Raw) -> None:
        """As `answering.Listener` has it. Tokens of people, which are never asked for, may be revoked as they like."""
        assert self._workspaces is not None, "it listens only while it serves"
        event, team = body["event"], str(body["team_id"])
        if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        home, at = str(body.get("enterprise_id") or team), when(body.get("event_time"))
        if not is_of_organisation(body):
            if await self._tokens.removed(team, home, at):
                await self._workspaces.left(team)
            return
        served = {each.team for each in await self._tokens.begin()}
        if await self._tokens.removed(home, home, at):
            for gone in sorted(served - {each.team for each in await self._tokens.begin()}):
                await self._workspaces.left(gone)

    async def _take(self, body: Raw) -> Json | None:
        if self._answering is None:
            raise NotServing
        return await self._answering.take(body)

    # ---- what is sent

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        """As Platform has it; raises ValueError for a message beyond the limits."""
        check(reply, LIMITS)
        if not (reply.text or reply.cards):
            # a message is what carries the mark, so that files are seen once as well
            reply = replace(reply, text=rich(", ".join(file.name for file in reply.files)))
        installed = await self._installed_for(to)
        token = installed.token
        channel = await self._channel_of(to, installed)
        try:
            files = await self._brought(token, reply.files)
            body = {"channel": channel, **message(reply, mark_of(key), _home_of(to)).body}
            sent = await self._posted(token, channel, body)
        except Denied as denied:
            if isinstance(to, Direct):
                self._directs.pop(to.account, None)
            raise self._refused(denied, to, installed) from None
        if files:
            await self._shared(token, channel, files)
        return Receipt(to, f"{channel}/{sent['ts']}")

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        check(reply, LIMITS)
        channel, _, ts = receipt.message.partition("/")
        if not ts:
            raise Unreachable("there is no such message on Slack")
        installed = await self._installed_for(receipt.address)
        body = {"channel": channel, "ts": ts, **edited(reply, _home_of(receipt.address)).body}
        try:
            await self.wire.call(installed.token, "chat.update", body)
        except Denied as denied:
            raise self._refused(denied, receipt.address, installed) from None

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        mark, installed = mark_of(key), await self._installed_for(to)
        channel = await self._channel_of(to, installed)
        cursor = self._looking.pop((channel, mark), "")
        try:
            for _ in range(HISTORY_PAGES):
                page = await self._history(installed.token, channel, since, cursor)
                for each in page.get("messages", ()):
                    if _mark_in(each, installed.bot) == mark:
                        return Receipt(to, f"{channel}/{each['ts']}")
                cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
                if not cursor:
                    return None
            raise Temporary("much was written there since, and I am not through it yet")
        except Denied as denied:
            if denied.code in UNREADABLE:
                raise Temporary(UNREADABLE[denied.code]) from None
            raise self._refused(denied, to, installed) from None
        except (DeliveryError, asyncio.CancelledError):
            self._looking[channel, mark] = cursor
            if len(self._looking) > LOOKING_REMEMBERED:
                self._looking.popitem(last=False)
            raise

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        wanted = typed.strip().removeprefix("<#").removesuffix(">").partition("|")[0].removeprefix("#")
        installed = await self._tokens.of(workspace, workspace)
        if not wanted or installed is None or installed.team not in ("", workspace):
            return None
        try:
            if wanted.isascii() and wanted.isalnum() and wanted[:1] in "CG":
                told = await self.wire.read(
                    installed.token, "conversations.info", channel=wanted, patience=ASK_PATIENCE
                )
                return _channel(workspace, told["channel"])
        except Denied:
            pass  # it may be somebody's odd name for a channel
        except DeliveryError:
            return None
        return await self._named(installed.token, workspace, wanted.casefold())

    # ---- on the way there

    async def _named(self, token: str, workspace: str, name: str) -> Channel | None:
        cursor = ""
        try:
            for _ in range(LIST_PAGES):
                told = await self.wire.read(
                    token,
                    "conversations.list",
                    types=CHANNEL_KINDS,
                    exclude_archived="true",
                    limit="999",
                    team_id=workspace,
                    cursor=cursor,
                    patience=ASK_PATIENCE,
                )
                for each in told.get("channels", ()):
                    if str(each.get("name", "")).casefold() == name:
                        return _channel(workspace, each)
                cursor = (told.get("response_metadata") or {}).get("next_cursor", "")
                if not cursor:
                    break
        except (Denied, DeliveryError) as error:
            log.warning("channels unknown", workspace=workspace, reason=str(error))
        return None

    async def _posted(self, token: str, channel: str, body: Json) -> Json:
        """Post it, joining a public channel first where that is what it takes. Raises as `Wire.call` does."""
        try:
            return await self.wire.post(token, body)
        except Denied as denied:
            if denied.code != "not_in_channel":
                raise
            await self._join(token, channel, denied)
        try:
            return await self.wire.post(token, body)
        except Denied as denied:
            if denied.code != "not_in_channel":
                raise
            raise Temporary("I have only just joined the channel") from None

    async def _join(self, token: str, channel: str, denied: Denied) -> None:
        """Raises `denied` where there is no joining, Temporary where it is not known."""
        try:
            await self.wire.call(token, "conversations.join", {"channel": channel})
        except Denied:
            raise denied from None
        except Unsure as error:
            raise Temporary(error.reason) from None  # nothing was posted, and joining once more does no harm

    def _refused(self, denied: Denied, to: Address, installed: Installed) -> Temporary | Unreachable:
        """What it means that Slack refused something for this address."""
        if denied.code in INVALID:
            self._tokens.refused(installed.token)
        if denied.code in GONE and installed.installed_at is not None:
            task = asyncio.create_task(self._gone(installed))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
        return refusal(denied, is_direct=isinstance(to, Direct))

    async def _gone(self, installed: Installed) -> None:
        """The app was removed while nobody listened. One that was installed anew since then stays."""
        if await self._tokens.removed(installed.team, installed.home, installed.installed_at):
            log.info("the app was removed meanwhile", workspace=installed.team)
            if self._workspaces is not None:
                await self._workspaces.left(installed.team)

    async def _installed_for(self, to: Address) -> Installed:
        """Raises Temporary or Unreachable."""
        match to:
            case Channel(workspace=workspace):
                installed = await self._tokens.of(workspace, workspace)
            case Direct(account=account):
                home, _ = user_of(account)
                installed = await self._tokens.of(home, home)
            case _:
                assert_never(to)
        if installed is None and not self.is_ready.is_set():
            raise Temporary("not connected to Slack")
        if installed is None:
            gone = Closed if isinstance(to, Direct) else Unreachable
            raise gone("I am not installed in this workspace any more")
        return installed

    async def _channel_of(self, to: Address, installed: Installed) -> str:
        """The id of the channel. Raises Temporary, Unsure or Unreachable."""
        match to:
            case Channel(id=id_):
                return id_
            case Direct():
                return self._directs.get(to.account) or await self._direct(to, installed)
            case _:
                assert_never(to)

    async def _direct(self, to: Direct, installed: Installed) -> str:
        _, user = user_of(to.account)
        if not user:
            raise Unreachable("there is no such person on Slack")
        id_ = await self._opened([user], to, installed)
        self._directs[to.account] = id_
        if len(self._directs) > DIRECTS_REMEMBERED:
            self._directs.popitem(last=False)
        return id_

    async def _open_together(self, workspace: str, users: Sequence[str]) -> Channel:
        place = Channel(PLATFORM, workspace, "")
        return replace(place, id=await self._opened(users, place, await self._installed_for(place)))

    async def _opened(self, users: Sequence[str], to: Address, installed: Installed) -> str:
        """The conversation with these people. Slack answers with the same one each time."""
        try:
            opened = await self.wire.call(installed.token, "conversations.open", {"users": ",".join(users)})
        except Denied as denied:
            raise self._refused(denied, to, installed) from None
        except Unsure as error:
            raise Temporary(error.reason) from None  # opening it once more does no harm
        return str(opened["channel"]["id"])

    async def _history(self, token: str, channel: str, since: datetime, cursor: str) -> Json:
        asked = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "inclusive": "true",
            "include_all_metadata": "true",
            "limit": str(HISTORY if self._settings.oauth is None else HISTORY_NARROW),
        }
        if cursor:
            asked["cursor"] = cursor
        return await self.wire.read(token, "conversations.history", patience=ASK_PATIENCE, **asked)

    async def _brought(self, token: str, files: Sequence[File]) -> Sequence[Json]:
        """Files as Slack shares them; nobody sees them yet. What Slack refuses is left out. Raises Temporary."""
        found: list[Json] = []
        for file in files:
            try:
                found.append(await self.wire.upload(token, file))
            except Denied as denied:
                log.warning("file not taken", reason=str(denied))
        return found

    async def _shared(self, token: str, channel: str, files: Sequence[Json]) -> None:
        """Show files below their message, which stands already: that is not worth posting twice."""
        told = {"files": list(files), "channel_id": channel}
        try:
            await self.wire.call(token, "files.completeUploadExternal", told, patience=SHARE_PATIENCE)
        except (Denied, DeliveryError) as error:
            log.warning("files not shown", reason=str(error))


UNREADABLE: Mapping[str, str] = {
    "missing_scope": "I may not read what I posted there: install me again with all that the manifest asks for",
    "not_in_channel": "I may not read what I posted there: invite me to the channel",
    "invalid_cursor": "Slack does not know any more where I stopped looking",
}
"""What keeps us from seeing whether something was posted, and says nothing of whether it was."""


def _home_of(to: Address) -> str:
    """The enterprise or team whose people a message can mention; "" for a channel, where anybody may be."""
    return user_of(to.account)[0] if isinstance(to, Direct) else ""


def _mark_in(each: Json, bot: str) -> str:
    """The mark of a message of ours; "" is none. Two bots of this kind may write in one channel."""
    told = each.get("metadata") or {}
    if told.get("event_type") != EVENT_TYPE or (bot and each.get("bot_id") != bot):
        return ""
    return str((told.get("event_payload") or {}).get("key", ""))


def _channel(workspace: str, told: Json) -> Channel | None:
    if told.get("is_im") or told.get("is_mpim") or told.get("is_archived"):
        return None
    return Channel(PLATFORM, workspace, str(told["id"]), str(told.get("name", "")))
