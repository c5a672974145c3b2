"""What a payload from Slack asks of the core, and where its answer goes.

The same payloads come over Socket Mode and by HTTP. Which shapes there are: Slack, "Slash commands", "Interaction
payloads" and "Events API".
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from bot.domain.addresses import Channel
from bot.domain.people import Account
from bot.request import Asked, Point, Pointed, Press, Run, Said, Typed
from bot.ui import Action

PLATFORM = "slack"
HOME = Run(("home",), {})
"""What the home tab shows."""
METADATA_LENGTH = 3_000  # Slack: a view's private_metadata

Raw = Mapping[str, Any]  # Any: a payload as it came over the wire


class Kind(Enum):
    """What a payload is. The values are Slack's own `type`, a slash command's apart."""

    COMMAND = "slash_commands"
    PRESS = "block_actions"
    SUBMIT = "view_submission"
    CLOSED = "view_closed"
    SUGGEST = "block_suggestion"
    SHORTCUT = "shortcut"
    MESSAGE_SHORTCUT = "message_action"
    EVENT = "event_callback"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an answer goes: into a message's place, beside it, into a view or onto the home tab.

    `message` is the message's ts, `thread` that of the message whose thread it was asked in. `is_ours`: it holds a card
    about the very form that is being filled in.
    """

    channel: str = ""
    response_url: str = ""
    message: str = ""
    is_ephemeral: bool = False
    is_direct: bool = False
    thread: str = ""
    view: str = ""
    is_home: bool = False
    is_ours: bool = False

    def written(self) -> str:
        """As a view carries it in its private_metadata; `Spot.read` turns it back.

        Without a place where that is too long: the answer then stands in the view itself.
        """
        told = {name: value for name, value in asdict(self).items() if value}
        written = json.dumps(told, separators=(",", ":"))
        return written if len(written) <= METADATA_LENGTH else ""

    @classmethod
    def read(cls, written: str) -> Spot:
        try:
            found = cls(**json.loads(written or "{}"))
        except (ValueError, TypeError, RecursionError):
            return cls()
        is_ours = all(type(value) is type(getattr(cls(), name)) for name, value in asdict(found).items())
        return found if is_ours else cls()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a payload, from which workspace, by Slack's own ids. `home` is the enterprise's, else the team's."""

    team: str
    home: str
    user: str
    name: str
    team_name: str = ""

    @property
    def account(self) -> str:
        return account_id(self.home, self.user)


def kind_of(body: Raw) -> Kind:
    if "command" in body and "type" not in body:
        return Kind.COMMAND
    try:
        return Kind(body.get("type", ""))
    except ValueError:
        return Kind.OTHER


def account_id(home: str, user: str) -> str:
    """An account's id: people's ids count within their enterprise, or else their team."""
    return f"{home}.{user}"


def user_of(account: str) -> tuple[str, str]:
    """The enterprise or team, and Slack's own id of the person; ("", "") for what is no account of Slack's."""
    home, dot, user = account.partition(".")
    is_one = dot and home.isascii() and home.isalnum() and user.isascii() and user.isalnum()
    return (home, user) if is_one else ("", "")


def sender_of(body: Raw) -> Sender:
    """Who sent it. Their name is what the payload gives: the handle, or "" where there is none."""
    if kind_of(body) is Kind.COMMAND:
        home = body.get("enterprise_id") or body["team_id"]
        name = str(body.get("user_name", ""))
        return Sender(body["team_id"], home, body["user_id"], name, str(body.get("team_domain", "")))
    if kind_of(body) is Kind.EVENT:
        event, team_id = body["event"], _team_of_event(body)
        return Sender(team_id, body.get("enterprise_id") or team_id, _user_of_event(event), "")
    user, team = body["user"], body.get("team") or {}
    # a window that somebody of another workspace opened in a shared channel says where the app is (Slack Connect)
    there = (body.get("view") or {}).get("app_installed_team_id")
    team_id = there or team.get("id") or user.get("team_id") or ""
    enterprise = (body.get("enterprise") or {}).get("id")
    name = str(user.get("username") or user.get("name") or "")
    return Sender(team_id, enterprise or team_id, user["id"], name, str(team.get("domain", "")))


def is_of_organisation(body: Raw) -> bool:
    """Whether an event is for the installation of a whole organisation (Slack, Events API, Event object)."""
    return any(each.get("is_enterprise_install") for each in body.get("authorizations") or ())


def request_id(body: Raw) -> str:
    """The same when a payload is delivered again, and no other's."""
    match kind_of(body):
        case Kind.EVENT:
            return str(body.get("event_id") or "")
        case Kind.SUBMIT:
            view = body["view"]
            return f"{view['id']}.{view.get('hash', '')}"
        case _:
            return str(body.get("trigger_id", ""))


def channel_of(body: Raw) -> Channel | None:
    """The channel it was asked in, for a form the one it was opened in; None in direct messages and on the home tab."""
    id_, name = _channel(body)
    if kind_of(body) in (Kind.SUBMIT, Kind.SUGGEST):
        id_ = Spot.read(str((body.get("view") or {}).get("private_metadata", ""))).channel
    team = sender_of(body).team
    return None if not id_ or _is_direct(id_) else Channel(PLATFORM, team, id_, name)


def spot_of(body: Raw) -> Spot:
    """Where the answer to it goes."""
    id_, _name = _channel(body)
    url = str(body.get("response_url") or "")
    match kind_of(body):
        case Kind.SUBMIT:
            return Spot.read(str(body["view"].get("private_metadata", "")))
        case Kind.PRESS:
            container = body.get("container") or {}
            view = body.get("view") or {}
            if container.get("type") == "view" or view:
                is_home = view.get("type") == "home"
                return Spot(view=str(view.get("id", "")), is_home=is_home)
            return Spot(
                channel=id_,
                response_url=url,
                message=str(container.get("message_ts", "")),
                is_ephemeral=bool(container.get("is_ephemeral")),
                is_direct=_is_direct(id_),
            )
        case _:
            thread = str((body.get("event") or {}).get("thread_ts") or "")
            return Spot(channel=id_, response_url=url, is_direct=_is_direct(id_), thread=thread)


def typed_of(body: Raw, prefix: str) -> Typed:
    """A slash command as the shared grammar takes it; that knows that `/greenroom` may lead to any other."""
    name = str(body["command"]).removeprefix("/").removeprefix(prefix).casefold()
    return Typed(f"/{name} {plain_words(str(body.get('text', '')), sender_of(body).home)}".rstrip())


def pressed(body: Raw) -> Press:
    """The control that was used. One that is written in no way we know is left to the core to refuse."""
    used = body["actions"][0]
    written = str(used.get("action_id", "")).partition("|")[2] or "unknown:"
    chosen = (used.get("selected_option") or {}).get("value", "")
    try:
        return Press(Action.read(written), str(chosen))
    except ValueError:
        return Press(Action("unknown"), str(chosen))


def pointed(body: Raw, shortcuts: Mapping[str, str]) -> Point:
    """A shortcut: of a message, or one that needs none."""
    command = shortcuts.get(str(body.get("callback_id", "")), "")
    if kind_of(body) is Kind.SHORTCUT:
        return Point(command, Pointed())
    sender, message = sender_of(body), body["message"]
    channel = (body.get("channel") or {}).get("id", "")
    link = f"https://{sender.team_name or 'app'}.slack.com/archives/{channel}/p{str(message['ts']).replace('.', '')}"
    words = plain_words(str(message.get("text", "")), sender.home)
    author = str(message.get("user") or "")
    account = Account(PLATFORM, account_id(sender.home, author), "") if author else None
    return Point(command, Pointed(words, link, account))


def said(body: Raw, bot_user: str) -> Asked | None:
    """What an event asks; None for one that asks nothing, such as what the bot wrote itself."""
    event = body["event"]
    match event.get("type"):
        case "app_home_opened" if event.get("tab", "home") == "home":
            return HOME
        case "app_mention" | "message":
            is_plain = (
                not event.get("subtype") and not event.get("bot_id") and event.get("user") not in (None, bot_user)
            )
            is_asked = event["type"] == "app_mention" or event.get("channel_type") == "im"
            words = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", str(event.get("text", "")))
            return Said(plain_words(words, sender_of(body).home)) if is_plain and is_asked else None
        case _:
            return None


_MARKED = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")


def plain_words(text: str, home: str) -> str:
    """What somebody typed, without Slack's marks for what it recognised in it; `home` is what people's ids count in.

    A mention becomes `<@account>`, as the core reads it; a channel becomes its id, an address the address, a moment
    or a group its words (Slack, "Formatting text for app surfaces").
    """
    return html.unescape(_MARKED.sub(lambda found: _unmarked(found, home), text)).strip()


def words_of(body: Raw) -> str:
    """What somebody typed or wrote, as it came: after a command, or in a message."""
    event = body.get("event") or {}
    return str(body.get("text") or event.get("text") or "")


def unnamed_in(text: str) -> Sequence[str]:
    """Slack's own ids of people whom a text mentions without their names, each once."""
    marks = [mark for mark in _MARKED.finditer(text) if mark["target"].startswith("@") and not mark["label"]]
    return list(dict.fromkeys(mark["target"][1:] for mark in marks))


def accounts_in(text: str, home: str) -> Mapping[str, Account]:
    """Whom a text mentions, by what `plain_words` makes of the mention; those of which Slack says the name."""
    found: dict[str, Account] = {}
    for mark in _MARKED.finditer(text):
        if mark["target"].startswith("@") and mark["label"]:
            account = Account(PLATFORM, account_id(home, mark["target"][1:]), html.unescape(mark["label"]))
            found[f"<@{account.id}>"] = account
    return found


def _unmarked(found: re.Match[str], home: str) -> str:
    target, label = found["target"], found["label"] or ""
    match target[:1]:
        case "@":
            return f"<@{account_id(home, target[1:])}>"
        case "#":
            return target[1:]
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _ if target.startswith("mailto:"):
            return label or target.removeprefix("mailto:")
        case _:
            return target


def _channel(body: Raw) -> tuple[str, str]:
    if "channel_id" in body:
        return str(body["channel_id"]), str(body.get("channel_name", ""))
    if isinstance(found := body.get("channel"), Mapping):
        return str(found.get("id", "")), str(found.get("name", ""))
    if isinstance(event := body.get("event"), Mapping):
        return str(event.get("channel", "")), ""
    container = body.get("container") or {}
    return str(container.get("channel_id", "")), ""


def _is_direct(channel: str) -> bool:
    return channel.startswith("D")


def _team_of_event(body: Raw) -> str:
    """The workspace the app is in: in a shared channel `team_id` may be another's (Slack, Events API, Event object)."""
    for each in body.get("authorizations") or ():
        if each.get("team_id"):
            return str(each["team_id"])
    return str(body["team_id"])


def _user_of_event(event: Raw) -> str:
    user = event.get("user")
    return str(user.get("id", "")) if isinstance(user, Mapping) else str(user or "")
