"""What an interaction asks of the core."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import discord

from bot.domain.addresses import Channel
from bot.domain.people import Account, Workspace
from bot.request import Asked, Attached, Incoming, Point, Pointed, Press, Run, Submit
from bot.ui import Action

PLATFORM = "discord"
CHAT, PERSON, MESSAGE = 1, 2, 3
"""Kinds of application commands."""
SUBCOMMAND, GROUP = 1, 2
"""Kinds of options that are a part of the path."""
USER = 6
"""The kind of option that is somebody."""
USERS = 5
"""The component in which somebody is picked."""

Raw = Mapping[str, Any]  # Any: an interaction's data as it came over the wire


@dataclass(frozen=True, slots=True)
class Filled:
    """A page of a form was sent: `following` is where the next page begins, None behind the last one.

    `replaces`: the answer takes the place of the message whose button opened the form.
    """

    action: Action
    following: int | None
    replaces: bool
    values: Mapping[str, str]


def read(
    interaction: discord.Interaction,
    shortcuts: Mapping[str, str],
    known: Workspace | None,
    attached: Callable[[Raw], Attached],
) -> Incoming:
    """The interaction as the core takes it; `known` is the server it came from, if the bot is a member there.

    `shortcuts` gives the command behind the name of each context-menu command; `attached` makes of an attachment
    a file that can be read.
    """
    user = interaction.user
    data: Raw = interaction.data or {}
    resolved = data.get("resolved") or {}
    channel: Channel | None = None
    if known is not None and interaction.channel is not None:
        name = getattr(interaction.channel, "name", None) or ""
        channel = Channel(PLATFORM, known.id, str(interaction.channel.id), name)
    may = interaction.permissions
    return Incoming(
        id=str(interaction.id),
        account=Account(PLATFORM, str(user.id), user.global_name or user.name),
        workspace=known,
        channel=channel,
        locale=str(interaction.locale),
        is_organiser=known is not None and (may.manage_guild or may.administrator),
        asked=_asked(interaction, shortcuts),
        accounts={
            _mention(id_): _account(each) for id_, each in (resolved.get("users") or {}).items() if not each.get("bot")
        },
        files={id_: attached(each) for id_, each in (resolved.get("attachments") or {}).items()},
    )


def workspace_of(interaction: discord.Interaction) -> Workspace | None:
    """The server an interaction came from; None in a direct message and where only the person installed the bot."""
    if interaction.guild_id is None:
        return None
    guild = interaction.client.get_guild(interaction.guild_id)
    if guild is None and not interaction.is_guild_integration():
        return None
    return Workspace(PLATFORM, str(interaction.guild_id), guild.name if guild is not None else "")


def filled(data: Raw) -> Filled:
    """The page of a form that a modal brings; `forms.modal` wrote its custom_id."""
    head, _, written = str(data["custom_id"]).partition("|")
    number = head.removeprefix("m").removesuffix("r")
    values = {name: value for each in data.get("components", ()) for name, value in _field_values(each)}
    return Filled(Action.read(written), int(number) if number.isdigit() else None, head.endswith("r"), values)


def pressed(data: Raw) -> Press:
    """The control that was used. One that is written in no way we know is left to the core to refuse."""
    written = str(data["custom_id"]).partition("|")[2] or "unknown:"
    chosen = data.get("values") or ("",)
    try:
        return Press(Action.read(written), str(chosen[0]))
    except ValueError:
        return Press(Action("unknown"), str(chosen[0]))


def option_values(data: Raw) -> tuple[tuple[str, ...], Mapping[str, str], str]:
    """The path of a slash command, what its options hold, and which of them is being typed ("" if none)."""
    path, options = [str(data["name"])], data.get("options") or ()
    while options and options[0]["type"] in (SUBCOMMAND, GROUP):
        path.append(options[0]["name"])
        options = options[0].get("options") or ()
    values = {option["name"]: _written(option.get("value"), option["type"]) for option in options}
    typing = next((option["name"] for option in options if option.get("focused")), "")
    return tuple(path), values, typing


def _asked(interaction: discord.Interaction, shortcuts: Mapping[str, str]) -> Asked:
    data: Raw = interaction.data or {}
    match interaction.type:
        case discord.InteractionType.component:
            return pressed(data)
        case discord.InteractionType.modal_submit:
            page = filled(data)
            return Submit(page.action, page.values, is_partial=page.following is not None)
        case _ if data.get("type", CHAT) != CHAT:
            return Point(shortcuts.get(str(data["name"]), ""), _pointed(data, interaction.guild_id))
        case _:
            path, values, _typing = option_values(data)
            return Run(path, values)


def _pointed(data: Raw, guild_id: int | None) -> Pointed:
    target, resolved = str(data["target_id"]), data.get("resolved", {})
    if data["type"] == PERSON:
        return Pointed(account=_account(resolved["users"][target]))
    message = resolved["messages"][target]
    words = message.get("content") or "\n".join(_embedded(message))
    link = f"https://discord.com/channels/{guild_id or '@me'}/{message['channel_id']}/{target}"
    return Pointed(words, link, _account(message["author"]))


def _embedded(message: Raw) -> Iterator[str]:
    for embed in message.get("embeds", ()):
        yield from (embed[part] for part in ("title", "description", "url") if embed.get(part))


def _account(user: Raw) -> Account:
    return Account(PLATFORM, str(user["id"]), user.get("global_name") or user["username"])


def _field_values(component: Raw) -> Iterator[tuple[str, str]]:
    inner = component.get("component") or component
    if "custom_id" in inner:
        chosen = inner.get("values")
        value = ", ".join(map(str, chosen)) if chosen else str(inner.get("value") or "")
        yield inner["custom_id"], _mention(value) if chosen and inner.get("type") == USERS else value
    for nested in component.get("components", ()):
        yield from _field_values(nested)


def _mention(id_: str) -> str:
    return f"<@{id_}>"


def _written(value: object, kind: int) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{Decimal(str(value)):f}"
        case _:
            return _mention(str(value)) if kind == USER else str(value)
