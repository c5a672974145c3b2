"""What people do with the bot: commands, buttons, menus, modals. The client's rules are kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence

from tests.fakes.discord import offered, sheets
from tests.fakes.discord.building import Building
from tests.fakes.discord.components import BUTTON, LINK_STYLE, SELECTS, STRING_SELECT
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction
from tests.fakes.discord.offered import NotOffered, Place, Value
from tests.fakes.discord.permissions import DIRECT, Permission
from tests.fakes.discord.world import Channel, Guild, Message, User, walked

Where = Guild | Channel | None
"""A server means its first channel, None the direct messages with the bot."""

USER_MENU, MESSAGE_MENU = 2, 3


class Acting(Building):
    """Each of these returns at once; what comes of it is awaited on the Interaction."""

    # ---- commands

    def open_command(self, guild: Guild, name: str) -> None:
        """An organiser lets everybody see a command (Server Settings, Integrations), whatever it asks for."""
        self.opened_commands.add((guild.id, name))

    def offered_commands(self, user: User, where: Where) -> list[str]:
        """The names of the commands that somebody sees there."""
        return [each["name"] for each in offered.shown(self.commands.values(), user, self._place(user, where))]

    async def slash(
        self,
        user: User,
        where: Where,
        path: str,
        values: Mapping[str, Value] | None = None,
        *,
        stale: Mapping[str, str] | None = None,
        twice: bool = False,
    ) -> Interaction:
        """Use a command. `values` by option: text, numbers, users, channels, and ids of uploads.

        Raises NotOffered where the client would not show the command, or not take a value. `twice` delivers it twice.
        `stale` are values that go out unchecked, as from a client that still has an older list of commands.
        """
        place = self._place(user, where)
        command, steps = self._offered(user, place, path, offered.CHAT)
        declared = offered.options_of(command, steps)
        filled = offered.fill(declared, values or {}, self.world, place)
        for name, value in (stale or {}).items():
            kind = next(option["type"] for option in declared if option["name"] == name)
            filled.options.append({"name": name, "type": kind, "value": value})
        return self._send(COMMAND, user, place, _command_data(command, steps, filled), twice=twice)

    async def autocomplete(
        self, user: User, where: Where, path: str, focused: str, typed: str, values: Mapping[str, Value] | None = None
    ) -> list[Json]:
        """What is suggested for one option, given what was typed into it and into others."""
        place = self._place(user, where)
        command, steps = self._offered(user, place, path, offered.CHAT)
        declared = offered.options_of(command, steps)
        filled = offered.fill(declared, values or {}, self.world, place, focused=focused, typed=typed)
        interaction = self._send(AUTOCOMPLETE, user, place, _command_data(command, steps, filled))
        await interaction.answered()
        assert interaction.choices is not None
        return interaction.choices

    async def context_menu(
        self, user: User, where: Where, name: str, target: User | Message, *, twice: bool = False
    ) -> Interaction:
        """Use a command from the menu of a person or message."""
        place = self._place(user, where if where is not None or isinstance(target, User) else target.channel)
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        command, _ = self._offered(user, place, name, kind)
        resolved: Json = {}
        if isinstance(target, User):
            offered.resolve_user(target, place, resolved)
        else:
            if not self.sees(user, target):
                raise NotOffered("this person does not see the message")
            resolved["messages"] = {str(target.id): target.json(self.world.application_id)}
        data = {
            "id": command["id"],
            "name": command["name"],
            "type": kind,
            "target_id": str(target.id),
            "resolved": resolved,
        }
        return self._send(COMMAND, user, place, data, twice=twice)

    # ---- buttons, menus, modals

    async def press(self, user: User, message: Message, what: str, *, twice: bool = False) -> Interaction:
        """Press a button by its label, custom id, or number on the message (1 is the first)."""
        button = self.find_component(user, message, what, (BUTTON,))
        if button["style"] == LINK_STYLE:
            raise NotOffered(f"{what!r} opens {button['url']}")
        data = {"component_type": BUTTON, "custom_id": button["custom_id"], "id": button["id"]}
        return self._send(COMPONENT, user, self._at(message), data, source=message, twice=twice)

    async def select(
        self, user: User, message: Message, what: str, chosen: Sequence[str | User | Channel] | str
    ) -> Interaction:
        """Choose in a menu, found by its placeholder or custom id: labels or values, users or channels."""
        menu = self.find_component(user, message, what, SELECTS)
        place = self._at(message)
        chosen = [chosen] if isinstance(chosen, str) else chosen
        data: Json = {"component_type": menu["type"], "custom_id": menu["custom_id"], "id": menu["id"]}
        resolved: Json = {}
        data["values"] = sheets.choose(menu, chosen, place, resolved)
        if menu["type"] != STRING_SELECT:
            data["resolved"] = resolved
        return self._send(COMPONENT, user, place, data, source=message)

    async def submit(
        self,
        user: User,
        opened: Interaction,
        values: Mapping[str, sheets.Entry] | None = None,
        *,
        stale: Mapping[str, str] | None = None,
        twice: bool = False,
    ) -> Interaction:
        """Send the modal that an interaction opened. `values` by custom id or label; the others stay as they are.

        Raises NotOffered where the client would not send it: a required field is empty, a text too long.
        `stale` are choices, by custom id, that the menus do not have.
        """
        if opened.modal is None or opened.user is not user:
            raise NotOffered("this person has no modal before them")
        place = Place(opened.guild, opened.channel)
        data = sheets.submitted(opened.modal, values or {}, place, self.world, stale or {})
        return self._send(MODAL_SUBMIT, user, place, data, source=opened.source, twice=twice)

    def sees(self, user: User, message: Message) -> bool:
        """Whether somebody has this message before them."""
        if message.is_deleted:
            return False
        if message.reader is not None:
            return message.reader is user
        if message.channel.guild is None:
            return message.channel.recipient is user
        guild = message.channel.guild
        return user.id in guild.members and bool(guild.permissions(user, message.channel) & Permission.VIEW_CHANNEL)

    def find_component(self, user: User, message: Message, what: str, kinds: Sequence[int]) -> Json:
        """A component that somebody can use now. Raises NotOffered."""
        if not self.sees(user, message):
            raise NotOffered("this person does not see the message")
        there = [each for each in walked(message.components) if each["type"] in kinds]
        names = [each.get("label") or each.get("placeholder") or "" for each in there]
        found = [each for each in there if each.get("custom_id") == what]
        found = found or [each for each, name in zip(there, names, strict=True) if name == what]
        if not found and what.isdigit() and 1 <= int(what) <= len(there):
            found = [there[int(what) - 1]]
        if not found:
            raise NotOffered(f"there is no {what!r} on it, only {names}")
        if found[0].get("disabled"):
            raise NotOffered(f"{what!r} is greyed out")
        return found[0]

    # ---- how it reaches the bot

    def _place(self, user: User, where: Where) -> Place:
        match where:
            case None:
                return Place(None, self.dm(user))
            case Guild():
                return Place(where, next(iter(where.channels.values())))
            case Channel():
                return Place(where.guild, where)

    def _at(self, message: Message) -> Place:
        return Place(message.channel.guild, message.channel)

    def _offered(self, user: User, place: Place, path: str, kind: int) -> tuple[Json, list[Json]]:
        command, steps = offered.find(self.commands.values(), path, kind)
        is_opened = place.guild is not None and (place.guild.id, command["name"]) in self.opened_commands
        if not is_opened and (why := offered.hidden(command, user, place)):
            raise NotOffered(f"{user.name} is not shown {path!r}: {why}")
        return command, steps

    def _send(
        self, kind: int, user: User, place: Place, data: Json, *, source: Message | None = None, twice: bool = False
    ) -> Interaction:
        id_, token = self.world.ids.next(), secrets.token_urlsafe(120)
        payload = self._payload(id_, token, kind, user, place, data)
        if source is not None:
            payload["message"] = source.json(self.world.application_id)
        interaction = Interaction(
            id_, token, kind, user, place.channel, place.guild, payload, self.world.now(), source, place.has_bot
        )
        self.interactions[token] = interaction
        for _ in range(2 if twice else 1):
            self.gateway.dispatch("INTERACTION_CREATE", payload, guild=place.guild)
        asyncio.get_running_loop().call_later(self.response_seconds, interaction.expire)
        return interaction

    def _payload(self, id_: int, token: str, kind: int, user: User, place: Place, data: Json) -> Json:
        guild, channel = place.guild, place.channel
        payload: Json = {
            "id": str(id_),
            "application_id": str(self.world.application_id),
            "type": kind,
            "data": data,
            "token": token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": {**channel.json, "permissions": str(int(place.may(user)))},
            "app_permissions": str(int(self._app_permissions(place))),
            "locale": user.locale,
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
            "context": place.context,
            "authorizing_integration_owners": self._owners(user, place),
        }
        if guild is None:
            payload["user"] = user.json
            return payload
        payload["guild_id"] = str(guild.id)
        payload["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": ["COMMUNITY"]}
        payload["guild_locale"] = guild.locale
        payload["member"] = {**guild.member(user).json, "permissions": str(int(place.may(user)))}
        return payload

    def _app_permissions(self, place: Place) -> int:
        if place.guild is None or not place.has_bot:
            return int(DIRECT)
        return place.guild.permissions(self.world.bot, place.channel)

    def _owners(self, user: User, place: Place) -> Json:
        owners: Json = {}
        if place.has_bot:
            owners["0"] = str(place.guild.id) if place.guild else "0"
        if user.has_installed:
            owners["1"] = str(user.id)
        return owners


def _command_data(command: Json, steps: Sequence[Json], filled: offered.Filled) -> Json:
    options = filled.options
    for step in reversed(steps):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    data: Json = {"id": command["id"], "name": command["name"], "type": offered.CHAT}
    if options:
        data["options"] = options
    if filled.resolved:
        data["resolved"] = filled.resolved
    return data
