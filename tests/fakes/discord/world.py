"""What there is: users, servers, channels, messages. Records that change as a test or the bot changes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tests.fakes.discord.errors import Json, missing_access, unknown
from tests.fakes.discord.permissions import ALL, BOT, DIRECT, MEMBER, Permission

EPOCH_MS = 1_420_070_400_000
"""The first millisecond of 2015, where Discord's ids begin to count."""

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

TEXT_CHANNEL, DM_CHANNEL, VOICE_CHANNEL = 0, 1, 2

_ADMINISTRATOR, _VIEW_CHANNEL = int(Permission.ADMINISTRATOR), int(Permission.VIEW_CHANNEL)
"""As plain numbers: flags take ten times as long, and this is asked at every press."""


class Clock(Protocol):
    """Aware UTC."""

    def now(self) -> datetime: ...


class Ids:
    """Ids that grow, each holding its moment (milliseconds from bit 22 on)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._founded = 0

    def next(self) -> int:
        self._last = max(self._last, id_at(self._clock.now())) + 1
        return self._last

    def spread(self) -> int:
        """An id of a millisecond of its own, long ago: what is older than the test. Shards tell servers apart by it."""
        self._founded += 1
        return (100_000_000_000 + self._founded) << 22


def id_at(moment: datetime) -> int:
    """The smallest id of a moment (aware)."""
    return (round(moment.timestamp() * 1000) - EPOCH_MS) << 22


def moment_text(moment: datetime) -> str:
    return moment.isoformat()


@dataclass(slots=True, eq=False)
class User:
    """`has_installed`: has added the bot to their own account (a user install)."""

    id: int
    name: str
    locale: str = "en-US"
    is_bot: bool = False
    takes_dms: bool = True
    has_installed: bool = False

    @property
    def json(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.is_bot else self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
            "flags": 0,
        }


@dataclass(slots=True, eq=False)
class Member:
    """`permissions` are granted beyond what everybody in the server has, by a role of the member's own."""

    user: User
    joined_at: datetime
    role: int
    nick: str | None = None
    permissions: int = 0

    @property
    def name(self) -> str:
        return self.nick or self.user.name

    @property
    def json(self) -> Json:
        return {
            "user": self.user.json,
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "roles": [str(self.role)] if self.permissions else [],
            "joined_at": moment_text(self.joined_at),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }


@dataclass(slots=True, eq=False)
class Attachment:
    id: int
    name: str
    content: bytes
    media_type: str
    url: str
    description: str | None = None

    @property
    def json(self) -> Json:
        return {
            "id": str(self.id),
            "filename": self.name,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.media_type,
            **({"description": self.description} if self.description else {}),
        }


@dataclass(slots=True, eq=False)
class Message:
    """`pinged` is who got a notification: user and role ids, "everyone", "here". Ephemeral ones have a `reader`."""

    id: int
    channel: Channel
    author: User
    at: datetime
    content: str = ""
    components: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    pinged: frozenset[str] = frozenset()
    edited_at: datetime | None = None
    reader: User | None = None
    interaction: Json | None = None
    is_webhook: bool = False
    edits: int = 0
    is_deleted: bool = False

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def texts(self) -> list[str]:
        """Everything of it that is markdown: the content and the text displays, in order."""
        found = [self.content] if self.content else []
        return found + [each["content"] for each in walked(self.components) if each["type"] == 10]

    def json(self, application_id: int, *, is_whole: bool = True) -> Json:
        """As the bot sees it; without `is_whole` what the message content intent would show is left out."""
        users = [user for user in self.channel.known_users if str(user.id) in self.pinged]
        body: Json = {
            "id": str(self.id),
            "type": 20 if self.interaction and self.interaction["type"] == 2 else 0,
            "channel_id": str(self.channel.id),
            "author": self.author.json,
            "content": self.content if is_whole else "",
            "components": self.components if is_whole else [],
            "embeds": self.embeds if is_whole else [],
            "attachments": [each.json for each in self.attachments] if is_whole else [],
            "timestamp": moment_text(self.at),
            "edited_timestamp": moment_text(self.edited_at) if self.edited_at else None,
            "tts": False,
            "pinned": False,
            "mention_everyone": bool(self.pinged & {"everyone", "here"}),
            "mentions": [user.json for user in users],
            "mention_roles": sorted(self.pinged - {"everyone", "here"} - {str(user.id) for user in users}),
            "flags": self.flags,
        }
        if self.interaction:
            body["interaction_metadata"] = self.interaction
        if self.is_webhook:
            body["webhook_id"] = str(application_id)
        if self.author.is_bot:
            body["application_id"] = str(application_id)
        return body


def walked(components: list[Json]) -> Iterator[Json]:
    """Every component, nested ones too, in the order in which they are seen."""
    for each in components:
        yield each
        nested = [*each.get("components", []), *([each["component"]] if each.get("component") else [])]
        yield from walked(nested)
        if each.get("accessory"):
            yield from walked([each["accessory"]])


@dataclass(slots=True, eq=False, repr=False)
class Channel:
    """A server's channel, or a direct one with its `recipient`. `overwrites` are (allow, deny) by role or user id."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    kind: int = TEXT_CHANNEL
    position: int = 0
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    """Oldest first, without the ephemeral ones."""

    def __repr__(self) -> str:
        return f"<#{self.name} of {self.guild}>" if self.guild else f"<direct messages of {self.recipient}>"

    @property
    def known_users(self) -> list[User]:
        if self.guild is not None:
            return [member.user for member in self.guild.members.values()]
        return [self.recipient] if self.recipient else []

    def message(self, id_: int) -> Message:
        """Raises Denied for one that is not there."""
        for message in reversed(self.messages):
            if message.id == id_:
                return message
        raise unknown("Message")

    @property
    def json(self) -> Json:
        last = str(self.messages[-1].id) if self.messages else None
        if self.guild is None:
            assert self.recipient is not None
            return {
                "id": str(self.id),
                "type": DM_CHANNEL,
                "last_message_id": last,
                "flags": 0,
                "recipients": [self.recipient.json],
            }
        return {
            "id": str(self.id),
            "type": self.kind,
            "name": self.name,
            "guild_id": str(self.guild.id),
            "position": self.position,
            "parent_id": None,
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "last_message_id": last,
            "flags": 0,
            **({"bitrate": 64000, "user_limit": 0} if self.kind == VOICE_CHANNEL else {}),
            "permission_overwrites": [
                {"id": str(target), "type": int(target in self.guild.members), "allow": str(allow), "deny": str(deny)}
                for target, (allow, deny) in self.overwrites.items()
            ],
        }


@dataclass(slots=True, eq=False, repr=False)
class Guild:
    """A server. `everyone` is what all its members may do."""

    id: int
    name: str
    owner: User
    locale: str = "en-US"
    everyone: int = MEMBER
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    events: dict[int, Json] = field(default_factory=dict)
    """Scheduled events as Discord shows them, by id."""
    interested: dict[int, dict[int, User]] = field(default_factory=dict)
    """Who is interested in which, in the order of their ids."""
    system_channel: Channel | None = None
    is_available: bool = True
    bot_role: int = 0
    installer: User | None = None
    joined_at: datetime | None = None
    """When the bot came; None while it is not in it."""

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"

    def channel(self, name: str) -> Channel:
        """By its name. Raises KeyError."""
        return next(channel for channel in self.channels.values() if channel.name == name)

    def member(self, user: User) -> Member:
        """Raises Denied for somebody who is not one."""
        if user.id not in self.members:
            raise unknown("Member")
        return self.members[user.id]

    def permissions(self, user: User, channel: Channel | None = None) -> int:
        """What somebody may do here (Topics: Permissions, "Permission Overwrites")."""
        if user.id == self.owner.id:
            return ALL
        member = self.member(user)
        base = int(self.everyone) | int(member.permissions)
        if base & _ADMINISTRATOR:
            return ALL
        for target in (self.id, member.role, user.id) if channel is not None else ():
            assert channel is not None
            allow, deny = channel.overwrites.get(target, (0, 0))
            base = (base & ~int(deny)) | int(allow)
        if channel is not None and not base & _VIEW_CHANNEL:
            return 0
        return base

    @property
    def roles_json(self) -> list[Json]:
        granted = [(each.role, each.user.name, each.permissions) for each in self.members.values() if each.permissions]
        roles = [(self.id, "@everyone", self.everyone), *granted]
        return [
            {
                "id": str(id_),
                "name": name,
                "description": None,
                "color": 0,
                "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
                "hoist": False,
                "icon": None,
                "unicode_emoji": None,
                "position": position,
                "permissions": str(int(permissions)),
                "managed": id_ == self.bot_role,
                "mentionable": False,
                "flags": 0,
            }
            for position, (id_, name, permissions) in enumerate(roles)
        ]

    @property
    def json(self) -> Json:
        """As GET /guilds shows it."""
        system = str(self.system_channel.id) if self.system_channel else None
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "owner_id": str(self.owner.id),
            "region": "deprecated",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "nsfw": False,
            "application_id": None,
            "system_channel_id": system,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "widget_enabled": False,
            "widget_channel_id": None,
            "vanity_url_code": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "max_members": 500_000,
            "max_presences": None,
            "preferred_locale": self.locale,
            "features": ["COMMUNITY"],
            "emojis": [],
            "stickers": [],
            "roles": self.roles_json,
        }

    def created_json(self, bot: User, *, with_members: bool) -> Json:
        """As GUILD_CREATE tells it; without the privileged members intent the bot is the only member in it."""
        members = self.members.values() if with_members else [self.member(bot)]
        return {
            **self.json,
            "joined_at": moment_text(self.joined_at) if self.joined_at else None,
            "large": len(self.members) > 250,
            "unavailable": False,
            "member_count": len(self.members),
            "voice_states": [],
            "members": [member.json for member in members],
            "channels": [channel.json for channel in self.channels.values()],
            "threads": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": list(self.events.values()),
            "soundboard_sounds": [],
        }


class World:
    """All of it. Whatever a test or the bot changes, it changes here; nobody is told by this alone."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Ids(clock)
        self.bot = User(self.ids.spread(), "Greenroom", is_bot=True)
        self.application_id = self.bot.id
        self.owner = User(self.ids.spread(), "operator")
        self.users: dict[int, User] = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.guilds: dict[int, Guild] = {}
        """Those that the bot is in."""
        self.directs: dict[int, Channel] = {}
        """Direct channels with the bot, by the id of the other one."""
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}

    def now(self) -> datetime:
        return self.clock.now()

    def long_ago(self) -> datetime:
        return self.now() - timedelta(days=400)

    def guild(self, id_: int) -> Guild:
        """One that the bot is in and that can be reached. Raises Denied."""
        guild = self.guilds.get(id_)
        if guild is None:
            raise unknown("Guild")
        if not guild.is_available:
            raise missing_access()
        return guild

    def channel(self, id_: int) -> Channel:
        """One that the bot can see. Raises Denied."""
        channel = self.channels.get(id_)
        if channel is None:
            raise unknown("Channel")
        if not self.bot_permissions(channel) & Permission.VIEW_CHANNEL:
            raise missing_access()
        return channel

    def bot_permissions(self, channel: Channel) -> int:
        if channel.guild is None:
            return int(DIRECT)
        if channel.guild.id not in self.guilds or not channel.guild.is_available:
            return 0
        return channel.guild.permissions(self.bot, channel)

    def direct(self, user: User) -> Channel:
        """The direct channel of somebody with the bot."""
        if user.id not in self.directs:
            channel = Channel(self.ids.spread(), "", recipient=user)
            self.directs[user.id] = self.channels[channel.id] = channel
        return self.directs[user.id]

    def shares_server(self, user: User) -> bool:
        return user.has_installed or any(user.id in guild.members for guild in self.guilds.values())

    def join(self, guild: Guild, user: User, permissions: int = 0) -> Member:
        member = Member(user, self.long_ago(), self.ids.spread(), permissions=int(permissions))
        guild.members[user.id] = member
        return member

    def bot_joins(self, guild: Guild, permissions: int = BOT) -> None:
        member = self.join(guild, self.bot, permissions)
        guild.bot_role = member.role
        guild.joined_at = self.now()
        self.guilds[guild.id] = guild
