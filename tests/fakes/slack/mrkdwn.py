"""mrkdwn (Slack: Formatting message text): what a reader sees of it, and whom it notifies.

Only `&`, `<` and `>` can be escaped. `*`, `_`, `~` and backquotes cannot: people's words do not belong into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.fakes.slack.errors import Json
from tests.fakes.slack.world import Team

_ANGLED = re.compile(r"<([^<>\n]+)>")
_AT = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")


@dataclass(frozen=True, slots=True)
class Angled:
    """What stood between `<` and `>`. `kind`: user, channel, group, range, date, link. `label` is behind the `|`."""

    kind: str
    what: str
    label: str
    date_format: str = ""
    url: str = ""


def angled(inside: str) -> Angled:
    """Reads what stands between angle brackets."""
    what, _, label = inside.partition("|")
    label = unescaped(label)
    match what[:1]:
        case "@":
            return Angled("user", what[1:], label)
        case "#":
            return Angled("channel", what[1:], label)
        case "!":
            if what.startswith("!date^"):
                parts = what.split("^")
                url = unescaped(parts[3]) if len(parts) > 3 else ""
                return Angled("date", parts[1], label, parts[2] if len(parts) > 2 else "", url)
            if what.startswith("!subteam^"):
                return Angled("group", what.partition("^")[2], label)
            return Angled("range", what[1:], label)
        case _:
            return Angled("link", unescaped(what), label)


def as_sent(team: Team, typed: str) -> str:
    """What somebody typed for a slash command, as Slack's client sends it where the app has it escaped.

    Slack: Slash commands, "Escape channels, users, and links": whoever and whatever it knows by name is marked.
    """

    def marked(found: re.Match[str]) -> str:
        name = found[2].casefold()
        people = {user.name.casefold(): f"<@{user.id}|{user.name}>" for user in team.users.values()}
        channels = {channel.name: f"<#{channel.id}|{channel.name}>" for channel in team.channels.values()}
        return (people if found[1] == "@" else channels).get(name, found[0])

    return re.sub(r"(?<!\w)([@#])([\w-]+)", marked, escape(typed, quote=False))


def split(text: str) -> Iterator[str | Angled]:
    """The text between what is angled, still escaped, and what is angled."""
    at = 0
    for found in _ANGLED.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        yield angled(found[1])
        at = found.end()
    if at < len(text):
        yield text[at:]


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def pinged_by_text(text: str) -> set[str]:
    """Whom mrkdwn notifies: user ids, group ids, channel, here, everyone."""
    found = {each for each in split(text) if isinstance(each, Angled)}
    return {each.what for each in found if each.kind in ("user", "group", "range")}


def pinged_by_blocks(blocks: Any) -> set[str]:  # Any: JSON of any depth
    """Whom blocks notify: mentions in mrkdwn objects, and rich_text's user, usergroup and broadcast elements."""
    if isinstance(blocks, list):
        return {name for each in blocks for name in pinged_by_blocks(each)}
    if not isinstance(blocks, dict):
        return set()
    match blocks.get("type"):
        case "mrkdwn":
            found = pinged_by_text(blocks["text"])
            if not blocks.get("verbatim"):
                # Slack: Text object, verbatim: unless it is set "certain mentions will be automatically parsed"
                found |= set(_AT.findall(blocks["text"]))
            return found
        case "user":
            return {blocks["user_id"]}
        case "usergroup":
            return {blocks["usergroup_id"]}
        case "broadcast":
            return {blocks["range"]}
        case "markdown":
            return pinged_by_text(blocks["text"])
        case _:
            pass
    return {name for each in blocks.values() for name in pinged_by_blocks(each)}


def pinged(text: str, blocks: list[Json], *, links_names: bool = False) -> frozenset[str]:
    """Whom a message notifies. The text counts also beside blocks: notifications are made of it."""
    found = pinged_by_text(text) | pinged_by_blocks(blocks)
    if links_names:
        found |= set(_AT.findall(text))
    return frozenset(found)
