"""How a test builds a world and changes it. The app is told of what it would be told."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from tests.fakes.slack import payloads
from tests.fakes.slack.answering import Answering
from tests.fakes.slack.asked import Asked
from tests.fakes.slack.core import SCOPES
from tests.fakes.slack.errors import Json
from tests.fakes.slack.world import Channel, File, Installation, Message, Place, Team, User


class Building(Answering):
    """Everything that happens on Slack without the app."""

    # ---- workspaces

    def add_team(
        self,
        name: str = "Kellerwerk",
        *,
        channels: Sequence[str] = ("general",),
        scopes: str | None = None,
        is_installed: bool = True,
        with_bot: bool = True,
    ) -> Team:
        """A workspace with its owner. `scopes` stand apart by spaces; the bot is in all channels if `with_bot`."""
        id_ = self.world.id("T")
        team = Team(id_, name, name.lower().replace(" ", "-"))
        team.bot = self._add_user(team, "greenroom", is_bot=True)
        team.bot_id = self.world.id("B")
        team.owner = self._add_user(team, f"owner of {name}", is_owner=True)
        self.world.teams[id_] = team
        for index, channel in enumerate(channels):
            made = self.add_channel(team, channel, with_bot=with_bot and is_installed)
            made.is_general = not index
        if is_installed:
            self.grant(team, scopes)
        return team

    def grant(self, team: Team, scopes: str | None = None, installer: User | None = None) -> Installation:
        """The app is installed: a token, as oauth.v2.access would hand it out."""
        wanted = frozenset((scopes if scopes is not None else self.declared_scopes).replace(",", " ").split())
        token = f"xoxb-{team.id}-{secrets.token_hex(12)}"
        installation = Installation(token, wanted, team, installer or team.owner)
        team.installations.append(installation)
        self.world.tokens[token] = installation
        return installation

    @property
    def declared_scopes(self) -> str:
        """The bot scopes of the manifest, or all that anything here asks for."""
        if self.manifest is None:
            return SCOPES
        return " ".join(self.manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ()))

    def use_manifest(self, manifest: Json) -> None:
        """The app's declarations: from now on only its commands, shortcuts, events and scopes are there."""
        self.manifest = manifest
        subscriptions = manifest.get("settings", {}).get("event_subscriptions", {})
        self.events = frozenset(subscriptions.get("bot_events", ()))

    def uninstall(self, team: Team) -> None:
        """An admin removes the app: its tokens are void, and it is told so."""
        for each in team.installations:
            each.is_revoked = True
        self.uninstalled(team)

    def deactivate_team(self, team: Team) -> None:
        """The workspace is gone (account_inactive)."""
        team.is_gone = True

    # ---- people

    def _add_user(self, team: Team, name: str, **more: bool) -> User:
        user = User(self.world.id("U"), team, name, **more)  # type: ignore[arg-type]  # the flags of User
        team.users[user.id] = self.world.users[user.id] = user
        return user

    def add_member(
        self,
        team: Team,
        name: str,
        locale: str = "en-US",
        zone: str = "Europe/Berlin",
        *,
        is_organiser: bool = False,
        is_bot: bool = False,
        channels: Sequence[Channel] | None = None,
    ) -> User:
        """Somebody new, in every public channel unless `channels` says in which. An organiser is an admin."""
        user = self._add_user(team, name, is_admin=is_organiser, is_bot=is_bot)
        user.locale, user.zone = locale, zone
        public = [each for each in team.channels.values() if each.place is Place.PUBLIC]
        for channel in public if channels is None else channels:
            channel.members[user.id] = user
        self.tell(team, {"type": "team_join", "user": user.json(self.world.now(), with_locale=True)}, user)
        return user

    def deactivate(self, user: User) -> None:
        """Their account is closed; they are in no channel any more."""
        user.is_deleted = True
        for channel in user.team.channels.values():
            if channel.place is not Place.DIRECT:
                channel.members.pop(user.id, None)
        self.change_user(user)

    def change_user(self, user: User, *, zone: str = "", locale: str = "", is_admin: bool | None = None) -> None:
        user.zone, user.locale = zone or user.zone, locale or user.locale
        user.is_admin = user.is_admin if is_admin is None else is_admin
        self.tell(user.team, {"type": "user_change", "user": user.json(self.world.now(), with_locale=True)}, user)

    def join(self, channel: Channel, user: User) -> None:
        channel.members[user.id] = user
        self._tell_membership("member_joined_channel", channel, user)

    def leave(self, channel: Channel, user: User) -> None:
        channel.members.pop(user.id, None)
        self._tell_membership("member_left_channel", channel, user)

    def _tell_membership(self, what: str, channel: Channel, user: User) -> None:
        if channel.has_bot or user is channel.team.bot:
            kind = "C" if channel.place is Place.PUBLIC else "G"
            about = {"user": user.id, "channel": channel.id, "channel_type": kind, "team": channel.team.id}
            self.tell(channel.team, {"type": what, **about}, user)

    # ---- channels and messages

    def add_channel(self, team: Team, name: str, *, is_private: bool = False, with_bot: bool = True) -> Channel:
        """A channel with everybody of the workspace in it (the bot only if `with_bot`)."""
        people = [user for user in team.users.values() if not user.is_deleted and (with_bot or user is not team.bot)]
        return self.world.add_channel(team, name, Place.PRIVATE if is_private else Place.PUBLIC, people)

    def archive(self, channel: Channel) -> None:
        channel.is_archived = True
        self.tell(channel.team, {"type": "channel_archive", "channel": channel.id, "user": channel.team.owner.id})

    def delete_channel(self, channel: Channel) -> None:
        del channel.team.channels[channel.id], self.world.channels[channel.id]
        self.tell(channel.team, {"type": "channel_deleted", "channel": channel.id})

    def rename_channel(self, channel: Channel, name: str) -> None:
        channel.name = name
        self.tell(channel.team, {"type": "channel_rename", "channel": channel.json()})

    def remove_bot(self, channel: Channel) -> None:
        """/remove @bot"""
        self.leave(channel, channel.team.bot)
        self.tell(channel.team, {"type": "channel_left", "channel": channel.id, "actor_id": channel.team.owner.id})

    def dm(self, user: User) -> Channel:
        """The direct messages of somebody with the bot."""
        return self.world.direct(user)

    def write(
        self,
        user: User,
        channel: Channel,
        text: str,
        at: datetime | None = None,
        *,
        thread_ts: str = "",
        twice: bool = False,
    ) -> Asked:
        """Somebody writes; the app is told when it is mentioned or written to. `at` puts it into the past, untold.

        `text` is as it goes over the wire: `&`, `<` and `>` escaped, people as <@id>. The message is the payload's.
        """
        inline = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}] if text else []
        blocks: list[Json] = [{"type": "rich_text", "elements": inline}] if inline else []
        message = self.compose(channel, text, blocks, author=user, at=at)
        message.thread_ts = thread_ts
        channel.messages.append(message)
        channel.messages.sort(key=lambda each: float(each.ts))
        if at is None and channel.place is Place.DIRECT:
            inner = payloads.written(message, "message")
            return self.tell(channel.team, inner, user, name="message.im", twice=twice)
        if at is None and f"<@{channel.team.bot.id}>" in text and channel.has_bot:
            return self.tell(channel.team, payloads.written(message, "app_mention"), user, twice=twice)
        untold = Asked("event", user, channel, {"event": payloads.written(message, "message")}, self.world.now())
        untold.fail("the app is not told of it")
        return untold

    def last_message(self, channel: Channel) -> Message:
        return channel.messages[-1]

    def delete_message(self, message: Message) -> None:
        """Somebody deletes a message of anybody's."""
        self.remove(message)

    def upload(self, user: User, name: str, content: bytes, media_type: str = "application/octet-stream") -> File:
        """A file that somebody is about to send; it goes into a field of a modal."""
        file = File(self.world.id("F"), name, content, media_type, user)
        self.world.files[file.id] = file
        return file
