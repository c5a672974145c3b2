"""What there is: workspaces, people, channels, messages, views; records that a test or the app changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from tests.fakes.slack.errors import Denied, Json

if TYPE_CHECKING:
    from tests.fakes.slack.asked import Asked

RESPONSE_URL_USES = 5
RESPONSE_URL_LIFE = timedelta(minutes=30)
"""Slack: Handling user interaction, "up to 5 times within 30 minutes of receiving the payload"."""


class Clock(Protocol):
    """Aware UTC."""

    def now(self) -> datetime: ...


class Place(Enum):
    """The kinds of conversation, with the part of a scope that names them (channels:read, im:history)."""

    PUBLIC = "channels"
    PRIVATE = "groups"
    DIRECT = "im"
    GROUP = "mpim"


@dataclass(slots=True, eq=False, repr=False)
class User:
    """`takes_messages` False: an app's direct messages are refused (a bot, or somebody deactivated)."""

    id: str
    team: Team
    name: str
    zone: str = "Europe/Berlin"
    locale: str = "en-US"
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    is_deleted: bool = False
    is_guest: bool = False
    views: list[View] = field(default_factory=list)
    """The modals before this person, the one on top last."""
    home: View | None = None
    ephemerals: list[Message] = field(default_factory=list)
    """What only this person sees, oldest first."""

    def __repr__(self) -> str:
        return f"<@{self.name} {self.id}>"

    @property
    def email(self) -> str:
        return f"{self.name.replace(' ', '.')}@example.org"

    def json(self, now: datetime, *, with_locale: bool = False, with_email: bool = False) -> Json:
        zone = ZoneInfo(self.zone)
        offset = now.astimezone(zone).utcoffset()
        assert offset is not None
        profile = {
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "title": "",
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "g0",
            "team": self.team.id,
            **({"email": self.email} if with_email and not self.is_bot else {}),
            **({"bot_id": self.team.bot_id} if self is self.team.bot else {}),
        }
        return {
            "id": self.id,
            "team_id": self.team.id,
            "name": self.name,
            "deleted": self.is_deleted,
            "color": "9f69e7",
            "real_name": self.name,
            "tz": self.zone,
            "tz_label": now.astimezone(zone).tzname(),
            "tz_offset": int(offset.total_seconds()),
            "profile": profile,
            "is_admin": self.is_admin or self.is_owner,
            "is_owner": self.is_owner,
            "is_primary_owner": self.is_owner,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": int(now.timestamp()),
            "is_email_confirmed": True,
            **({"locale": self.locale} if with_locale else {}),
        }


@dataclass(slots=True, eq=False)
class File:
    id: str
    name: str
    content: bytes
    media_type: str
    user: User
    title: str = ""
    channels: list[str] = field(default_factory=list)
    is_complete: bool = True

    def json(self, address: str) -> Json:
        url = f"http://{address}/files-pri/{self.user.team.id}-{self.id}"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.media_type,
            "filetype": self.name.rpartition(".")[2],
            "user": self.user.id,
            "user_team": self.user.team.id,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "url_private": f"{url}/{self.name}",
            "url_private_download": f"{url}/download/{self.name}",
            "channels": self.channels,
        }


@dataclass(slots=True, eq=False)
class Message:
    """`pinged` is who was notified: user ids, "channel", "here", "everyone". An ephemeral one has a `reader`."""

    ts: str
    channel: Channel
    author: User
    at: datetime
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    files: list[File] = field(default_factory=list)
    pinged: frozenset[str] = frozenset()
    reader: User | None = None
    edited_ts: str = ""
    edits: int = 0
    is_deleted: bool = False
    thread_ts: str = ""
    has_mrkdwn: bool = True

    @property
    def is_ephemeral(self) -> bool:
        return self.reader is not None

    def json(self, app_id: str, *, with_metadata: bool = False, address: str = "") -> Json:
        """As the Web API and payloads show it."""
        team = self.channel.team
        body: Json = {
            "type": "message",
            "user": self.author.id,
            "ts": self.ts,
            "text": self.text,
            "team": team.id,
        }
        if self.author is team.bot:
            body |= {
                "bot_id": team.bot_id,
                "app_id": app_id,
                "bot_profile": {
                    "id": team.bot_id,
                    "app_id": app_id,
                    "name": team.bot.name,
                    "deleted": False,
                    "updated": int(self.at.timestamp()),
                    "team_id": team.id,
                },
            }
        if self.blocks:
            body["blocks"] = self.blocks
        if self.files:
            body["files"] = [each.json(address) for each in self.files]
        if self.edited_ts:
            body["edited"] = {"user": self.author.id, "ts": self.edited_ts}
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.metadata:
            # without include_all_metadata only the type of it is shown (conversations.history, "include_all_metadata")
            body["metadata"] = self.metadata if with_metadata else {"event_type": self.metadata["event_type"]}
        return body


@dataclass(slots=True, eq=False, repr=False)
class Channel:
    """`posting` False: only some may post there (restricted_action)."""

    id: str
    team: Team
    name: str
    place: Place = Place.PUBLIC
    members: dict[str, User] = field(default_factory=dict)
    is_archived: bool = False
    is_general: bool = False
    is_restricted: bool = False
    created: int = 0
    messages: list[Message] = field(default_factory=list)
    """Oldest first, without the ephemeral ones."""

    def __repr__(self) -> str:
        return f"<#{self.name} {self.id}>"

    @property
    def has_bot(self) -> bool:
        return self.team.bot.id in self.members

    @property
    def other(self) -> User:
        """Whom a direct conversation is with."""
        return next(user for user in self.members.values() if user is not self.team.bot)

    def message(self, ts: str) -> Message:
        """Raises Denied for one that is not there."""
        for message in reversed(self.messages):
            if message.ts == ts:
                return message
        raise Denied("message_not_found")

    def json(self) -> Json:
        common: Json = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_org_shared": False,
            "context_team_id": self.team.id,
            "updated": self.created * 1000,
        }
        if self.place is Place.DIRECT:
            return {**common, "is_im": True, "user": self.other.id, "is_user_deleted": self.other.is_deleted}
        return {
            **common,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.place is Place.PUBLIC,
            "is_group": self.place is Place.PRIVATE,
            "is_im": False,
            "is_mpim": self.place is Place.GROUP,
            "is_private": self.place is not Place.PUBLIC,
            "is_general": self.is_general,
            "is_shared": False,
            "is_ext_shared": False,
            "is_member": self.has_bot,
            "creator": next(iter(self.members), ""),
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
            "unlinked": 0,
        }


@dataclass(slots=True, eq=False)
class View:
    """A modal or a home tab. `typed` is what stands in its inputs, by block and action id: state.values."""

    id: str
    user: User
    body: Json
    """What the app sent, with the ids that Slack gave to blocks and elements."""
    hash: str
    typed: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """Under the fields, by block id."""
    root: View | None = None
    previous: View | None = None
    is_open: bool = True
    updates: int = 0
    offered: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """The options that external menus showed last, by block and action id."""
    opener: Asked | None = None
    """What it was opened for."""

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def is_home(self) -> bool:
        return bool(self.body["type"] == "home")

    def json(self, app_id: str) -> Json:
        team = self.user.team
        return {
            "id": self.id,
            "team_id": team.id,
            "type": self.body["type"],
            "blocks": self.blocks,
            "private_metadata": self.body.get("private_metadata", ""),
            "callback_id": self.body.get("callback_id", ""),
            "state": {"values": self.typed},
            "hash": self.hash,
            "title": self.body.get("title"),
            "clear_on_close": self.body.get("clear_on_close", False),
            "notify_on_close": self.body.get("notify_on_close", False),
            "close": self.body.get("close"),
            "submit": self.body.get("submit"),
            "previous_view_id": self.previous.id if self.previous else None,
            "root_view_id": (self.root or self).id,
            "app_id": app_id,
            "external_id": self.body.get("external_id", ""),
            "app_installed_team_id": team.id,
            "bot_id": team.bot_id,
        }


@dataclass(slots=True, eq=False)
class Installation:
    """A bot's token in a workspace."""

    token: str
    scopes: frozenset[str]
    team: Team
    installer: User
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to, until its code is exchanged (once)."""

    user: User
    scopes: str
    redirect_uri: str


@dataclass(slots=True, eq=False, repr=False)
class Team:
    """A workspace. `bot` is the app's own user in it, there also before it is installed."""

    id: str
    name: str
    domain: str
    bot: User = field(init=False)
    bot_id: str = ""
    owner: User = field(init=False)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    installations: list[Installation] = field(default_factory=list)
    """The newest last."""
    is_gone: bool = False
    """Deactivated as a whole."""

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"

    @property
    def is_installed(self) -> bool:
        return any(not each.is_revoked for each in self.installations)

    @property
    def scopes(self) -> frozenset[str]:
        """What the app was granted, in all."""
        return frozenset(scope for each in self.installations if not each.is_revoked for scope in each.scopes)

    @property
    def bot_token(self) -> str:
        """What SLACK_BOT_TOKEN is set to. Raises IndexError when it was never installed."""
        return self.installations[-1].token

    def channel(self, name: str) -> Channel:
        """By its name. Raises KeyError."""
        for channel in self.channels.values():
            if channel.name == name.removeprefix("#"):
                return channel
        raise KeyError(name)


@dataclass(slots=True, eq=False)
class ResponseUrl:
    """Where an answer to what somebody did can be posted. `source` is the message whose control was used."""

    id: str
    user: User
    channel: Channel
    at: datetime
    source: Message | None = None
    uses: int = 0


class World:
    """All of it. Whatever a test or the bot changes, it changes here; nobody is told by this alone."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._count = 0
        self._last = 0
        self.app_id = self.id("A")
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.tokens: dict[str, Installation] = {}

    def now(self) -> datetime:
        return self.clock.now()

    def id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}0{self._count:09}"

    def ts(self, at: datetime | None = None) -> str:
        """A timestamp of a message's own; now, unless `at` puts it into the past."""
        micro = round((at or self.now()).timestamp() * 1_000_000)
        if at is None:
            micro = self._last = max(self._last + 1, micro)
        return f"{micro // 1_000_000}.{micro % 1_000_000:06}"

    def direct(self, user: User) -> Channel:
        """The direct messages of somebody with the bot."""
        return self.conversation(user.team, [user], Place.DIRECT)

    def conversation(self, team: Team, users: list[User], place: Place) -> Channel:
        """The conversation of the bot with exactly these people; made when there is none."""
        wanted = {team.bot.id, *(user.id for user in users)}
        for channel in team.channels.values():
            if channel.place is place and channel.members.keys() == wanted:
                return channel
        name = f"mpdm-{'--'.join(user.name for user in users)}-1" if place is Place.GROUP else ""
        return self.add_channel(team, name, place, [team.bot, *users])

    def add_channel(self, team: Team, name: str, place: Place, members: list[User]) -> Channel:
        letter = "D" if place is Place.DIRECT else "C"
        created = int(self.now().timestamp())
        channel = Channel(self.id(letter), team, name, place, {user.id: user for user in members}, created=created)
        team.channels[channel.id] = self.channels[channel.id] = channel
        return channel
