"""How a test builds a world and changes it. The bot is told of what it would be told."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.fakes.discord import scheduled
from tests.fakes.discord.bodies import Upload
from tests.fakes.discord.core import Core
from tests.fakes.discord.errors import Json
from tests.fakes.discord.gateway import GUILD_MEMBERS, GUILD_SCHEDULED_EVENTS, GUILDS
from tests.fakes.discord.permissions import BOT, ORGANISER
from tests.fakes.discord.routes import age_events, forget_bot
from tests.fakes.discord.world import Channel, Guild, Message, User, id_at


class Building(Core):
    """Everything that happens on Discord without the bot."""

    # ---- people

    def add_user(self, name: str, locale: str = "en-US", *, has_installed: bool = False) -> User:
        user = User(self.world.ids.spread(), name, locale, has_installed=has_installed)
        self.world.users[user.id] = user
        return user

    def close_dms(self, user: User) -> None:
        user.takes_dms = False

    def open_dms(self, user: User) -> None:
        user.takes_dms = True

    # ---- servers

    def add_guild(
        self,
        name: str = "Kellerwerk",
        locale: str = "en-US",
        *,
        channels: tuple[str, ...] = ("general",),
        owner: User | None = None,
        installer: User | None = None,
        permissions: int = BOT,
        id_: int | None = None,
        has_bot: bool = True,
    ) -> Guild:
        """A server with the bot in it; the first channel is where Discord itself speaks (the system channel)."""
        owner = owner or self.add_user(f"owner of {name}")
        guild = Guild(id_ or self.world.ids.spread(), name, owner, locale, installer=installer)
        self.world.join(guild, owner)
        for channel in channels:
            self.add_channel(guild, channel)
        guild.system_channel = next(iter(guild.channels.values()), None)
        if has_bot:
            self.add_bot(guild, permissions)
        return guild

    def add_bot(self, guild: Guild, permissions: int = BOT, installer: User | None = None) -> None:
        """Somebody installs the bot in a server."""
        guild.installer = installer or guild.installer or guild.owner
        self.world.bot_joins(guild, permissions)
        self._tell_created(guild)

    def remove_bot(self, guild: Guild) -> None:
        """The bot is thrown out."""
        forget_bot(self, guild)

    def unavailable(self, guild: Guild) -> None:
        """An outage."""
        guild.is_available = False
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild=guild, intent=GUILDS)

    def available(self, guild: Guild) -> None:
        """The outage is over."""
        guild.is_available = True
        self._tell_created(guild)

    def _tell_created(self, guild: Guild) -> None:
        for session in self.gateway.sessions.values():
            if session.holds(guild) and session.intents & GUILDS:
                self.gateway.tell_guild(session, guild)

    def rename_guild(self, guild: Guild, name: str) -> None:
        guild.name = name
        self.gateway.dispatch("GUILD_UPDATE", guild.json, guild=guild, intent=GUILDS)

    # ---- members

    def join(self, guild: Guild, user: User, permissions: int = 0, nick: str | None = None) -> User:
        member = self.world.join(guild, user, permissions)
        member.nick = nick
        data = {**member.json, "guild_id": str(guild.id)}
        self.gateway.dispatch("GUILD_MEMBER_ADD", data, guild=guild, intent=GUILD_MEMBERS)
        return user

    def add_member(self, guild: Guild, name: str, locale: str = "en-US", *, is_organiser: bool = False) -> User:
        """A new user who is a member; an organiser may manage the server."""
        return self.join(guild, self.add_user(name, locale), ORGANISER if is_organiser else 0)

    def leave(self, guild: Guild, user: User) -> None:
        guild.members.pop(user.id)
        data = {"guild_id": str(guild.id), "user": user.json}
        self.gateway.dispatch("GUILD_MEMBER_REMOVE", data, guild=guild, intent=GUILD_MEMBERS)

    def set_permissions(self, guild: Guild, who: User | None, permissions: int, channel: Channel | None = None) -> None:
        """What somebody may do in a server, None for everybody; in one `channel` all else is then denied."""
        if channel is not None:
            target = guild.id if who is None else who.id
            everything = (1 << 53) - 1
            channel.overwrites[target] = (int(permissions), everything & ~int(permissions))
            self.gateway.dispatch("CHANNEL_UPDATE", channel.json, guild=guild, intent=GUILDS)
            return
        if who is None:
            guild.everyone = int(permissions)
            role = guild.id
        else:
            member = guild.member(who)
            member.permissions = int(permissions)
            role = member.role
        for each in guild.roles_json:
            if each["id"] == str(role):
                data = {"guild_id": str(guild.id), "role": each}
                self.gateway.dispatch("GUILD_ROLE_UPDATE", data, guild=guild, intent=GUILDS)
        if who is not None:
            data = {**guild.member(who).json, "guild_id": str(guild.id)}
            intent = 0 if who is self.world.bot else GUILD_MEMBERS
            self.gateway.dispatch("GUILD_MEMBER_UPDATE", data, guild=guild, intent=intent)

    # ---- channels and messages

    def add_channel(self, guild: Guild, name: str, kind: int = 0) -> Channel:
        channel = Channel(self.world.ids.spread(), name, guild, kind=kind, position=len(guild.channels))
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        if guild.joined_at is not None:
            self.gateway.dispatch("CHANNEL_CREATE", channel.json, guild=guild, intent=GUILDS)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        assert channel.guild is not None
        del channel.guild.channels[channel.id], self.world.channels[channel.id]
        if channel.guild.system_channel is channel:
            channel.guild.system_channel = None
        self.gateway.dispatch("CHANNEL_DELETE", channel.json, guild=channel.guild, intent=GUILDS)

    def dm(self, user: User) -> Channel:
        """The direct channel of somebody with the bot."""
        return self.world.direct(user)

    def write(self, user: User, channel: Channel, text: str, at: datetime | None = None) -> Message:
        """Somebody writes a message. `at` puts it into the past."""
        id_ = self.world.ids.next() if at is None else id_at(at)
        message = Message(id_, channel, user, at or self.world.now(), content=text)
        if f"<@{self.world.bot.id}>" in text:
            message.pinged = frozenset((str(self.world.bot.id),))
        channel.messages.append(message)
        channel.messages.sort(key=lambda each: each.id)
        self.tell_message("MESSAGE_CREATE", message)
        return message

    def delete_message(self, message: Message) -> None:
        """Somebody deletes a message of anybody's."""
        self.remove(message)

    def upload(self, name: str, content: bytes, media_type: str = "application/octet-stream") -> int:
        """A file that somebody is about to send; its id goes into an option or a field."""
        return self.keep(Upload(0, name, content, media_type)).id

    # ---- scheduled events

    def schedule(self, guild: Guild, name: str, starts: datetime, *, by: User | None = None, **more: object) -> Json:
        """Somebody makes an event of two hours, somewhere outside Discord."""
        body: Json = {
            "name": name,
            "privacy_level": 2,
            "entity_type": 3,
            "entity_metadata": {"location": "somewhere"},
            "scheduled_start_time": starts.isoformat(),
            "scheduled_end_time": (starts + timedelta(hours=2)).isoformat(),
            **more,
        }
        event = scheduled.create(self.world, guild, body, by or guild.owner)
        self._tell_event("CREATE", guild, event)
        return event

    def reschedule(self, guild: Guild, event: Json, **changes: object) -> None:
        """An organiser edits an event by hand."""
        scheduled.change(self.world, event, dict(changes))
        self._tell_event("UPDATE", guild, event)
        age_events(self, guild)

    def unschedule(self, guild: Guild, event: Json) -> None:
        """An organiser deletes an event by hand."""
        guild.events.pop(int(event["id"]))
        self._tell_event("DELETE", guild, event)

    def interested(self, guild: Guild, event: Json, user: User) -> None:
        guild.interested[int(event["id"])][user.id] = user
        self._tell_interest("ADD", guild, event, user)

    def not_interested(self, guild: Guild, event: Json, user: User) -> None:
        guild.interested[int(event["id"])].pop(user.id, None)
        self._tell_interest("REMOVE", guild, event, user)

    def let_events_age(self, guild: Guild) -> None:
        """Tell of events that began or ended since the clock was moved."""
        age_events(self, guild)

    def _tell_event(self, what: str, guild: Guild, event: Json) -> None:
        name = f"GUILD_SCHEDULED_EVENT_{what}"
        self.gateway.dispatch(name, event, guild=guild, intent=GUILD_SCHEDULED_EVENTS)

    def _tell_interest(self, what: str, guild: Guild, event: Json, user: User) -> None:
        ids = {"guild_scheduled_event_id": event["id"], "user_id": str(user.id), "guild_id": str(guild.id)}
        name = f"GUILD_SCHEDULED_EVENT_USER_{what}"
        self.gateway.dispatch(name, ids, guild=guild, intent=GUILD_SCHEDULED_EVENTS)
