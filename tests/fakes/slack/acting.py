"""What people do with the app: commands, buttons, menus, modals, shortcuts, mentions. The client's rules are kept."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.slack import payloads, sheets
from tests.fakes.slack.asked import (
    ACTIONS,
    CLOSED,
    COMMAND,
    MESSAGE_ACTION,
    SHORTCUT,
    SUBMISSION,
    SUGGESTION,
    Asked,
    NotOffered,
)
from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.building import Building
from tests.fakes.slack.elements import INTERACTIVE
from tests.fakes.slack.errors import Json
from tests.fakes.slack.sheets import Entry
from tests.fakes.slack.world import Channel, Message, User, View


class Acting(Building):
    """Each of these returns at once; what comes of it is awaited on what it returns. `twice` tells the app twice."""

    # ---- commands and shortcuts

    async def slash(
        self, user: User, channel: Channel | None, command: str, text: str = "", *, twice: bool = False
    ) -> Asked:
        """Use a slash command ("/event", "find techno") in a channel; None is the direct messages with the bot.

        `text` is as it goes over the wire: people as <@U1|name>, links as typed. Raises NotOffered for one that is not
        declared, in a workspace without the app, and where the person is not.
        """
        self._check_installed(user)
        self._check_commands(user)
        declared = self._declared("slash_commands", "command")
        if declared is not None and command not in declared:
            raise NotOffered(f"{command} is no command: {sorted(declared)}")
        if not command.startswith("/"):
            raise NotOffered(f"{command} is no command")
        channel = channel or self.dm(user)
        if user.id not in channel.members:
            raise NotOffered(f"{user.name} is not in #{channel.name}")
        asked = self._new(COMMAND, user, channel)
        url = self.new_response_url(asked, channel)
        asked.payload = payloads.command(self, user, channel, command, text.strip(), asked.trigger_id, url)
        return self._send(asked, twice=twice)

    async def shortcut(self, user: User, callback_id: str, *, twice: bool = False) -> Asked:
        """Use a global shortcut, by its callback id or name."""
        asked = self._new(SHORTCUT, user, None)
        asked.payload = payloads.shortcut(self, user, self._shortcut(user, callback_id, "global"), asked.trigger_id)
        return self._send(asked, twice=twice)

    async def message_shortcut(self, user: User, message: Message, callback_id: str, *, twice: bool = False) -> Asked:
        """Use a shortcut from a message's menu, by its callback id or name."""
        if not self.sees(user, message) or message.is_ephemeral:
            raise NotOffered("there is no such menu on it")
        asked = self._new(MESSAGE_ACTION, user, message.channel)
        url = self.new_response_url(asked, message.channel)
        callback_id = self._shortcut(user, callback_id, "message")
        asked.payload = payloads.message_action(self, user, message, callback_id, asked.trigger_id, url)
        return self._send(asked, twice=twice)

    # ---- writing

    async def mention(
        self, user: User, channel: Channel, text: str, *, thread_ts: str = "", twice: bool = False
    ) -> Asked:
        """Write a message that begins with the bot's name, perhaps in the thread below another."""
        self._check_installed(user)
        return self.write(user, channel, f"<@{user.team.bot.id}> {text}".strip(), thread_ts=thread_ts, twice=twice)

    async def message(self, user: User, text: str, *, twice: bool = False) -> Asked:
        """Write to the bot in direct messages."""
        self._check_installed(user)
        return self.write(user, self.dm(user), text, twice=twice)

    async def open_home(self, user: User, *, twice: bool = False) -> Asked:
        """Open the app's home tab."""
        self._check_installed(user)
        inner: Json = {"type": "app_home_opened", "user": user.id, "channel": self.dm(user).id, "tab": "home"}
        if user.home is not None:
            inner["view"] = user.home.json(self.world.app_id)
        return self.tell(user.team, inner, user, twice=twice)

    # ---- buttons and menus

    async def press(self, user: User, source: Message | View, what: str, *, twice: bool = False) -> Asked:
        """Press a button by its label, action id, value, or number on the message or view (1 is the first)."""
        block, button = self.find_element(user, source, what, ("button",))
        action: Json = {
            "action_id": button["action_id"],
            "block_id": block["block_id"],
            "text": button["text"],
            "type": "button",
            **{name: button[name] for name in ("value", "style", "url") if name in button},
        }
        return self._act(user, source, action, twice=twice)

    async def select(
        self, user: User, source: Message | View, what: str, chosen: Entry, *, typed: str = "", twice: bool = False
    ) -> Asked:
        """Choose in a menu, picker or check boxes, found by placeholder, label or action id.

        Of an external menu the options are asked first, for what was `typed` (or the choice itself).
        """
        kinds = tuple(kind for kind in INTERACTIVE if kind != "button")
        block, each = self.find_element(user, source, what, kinds)
        if each["type"] == "overflow":
            option = next((each for each in each["options"] if chosen in (each["text"]["text"], each["value"])), None)
            if option is None:
                raise NotOffered(f"{chosen!r} is not in the menu")
            state = {"type": "overflow", "selected_option": option}
        else:
            offered = await self._offered(user, source, block, each, typed or str(chosen))
            state = sheets.entered(each, chosen, offered)
            if isinstance(source, View):
                source.typed[block["block_id"]][each["action_id"]] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            asked = self._new(ACTIONS, user, None)
            asked.fail("the app is not told of what stands in an input without dispatch_action")
            return asked
        action = {"action_id": each["action_id"], "block_id": block["block_id"], **state}
        return self._act(user, source, action, twice=twice)

    async def suggest(self, user: User, source: Message | View, what: str, typed: str) -> list[str]:
        """Type into an external menu; the labels that are offered."""
        block, each = self.find_element(user, source, what, ("external_select", "multi_external_select"))
        return [option["text"]["text"] for option in await self._options_for(user, source, block, each, typed)]

    def _act(self, user: User, source: Message | View, action: Json, *, twice: bool) -> Asked:
        self._check_installed(user)
        channel = source.channel if isinstance(source, Message) else None
        asked = self._new(ACTIONS, user, channel, source)
        url = self.new_response_url(asked, source.channel, source) if isinstance(source, Message) else ""
        values = sheets.standing(source.blocks) if isinstance(source, Message) else {}
        if isinstance(source, Message) and action["type"] != "button" and action["block_id"] in values:
            state = {name: value for name, value in action.items() if name not in ("action_id", "block_id")}
            values[action["block_id"]][action["action_id"]] = state
        asked.payload = payloads.block_actions(self, user, source, action, asked.trigger_id, url, values)
        return self._send(asked, twice=twice)

    async def _offered(self, user: User, source: Message | View, block: Json, each: Json, typed: str) -> list[Json]:
        """What an external menu offers for what was typed; of other menus nothing more than stands there."""
        if "external" not in each["type"] or not typed or typed == "None":
            return []
        initial = [*each.get("initial_options", []), *([each["initial_option"]] if "initial_option" in each else [])]
        known = [*initial, *(source.offered.get(_place(block, each), ()) if isinstance(source, View) else ())]
        if any(typed in (option["text"]["text"], option["value"]) for option in known):
            return known
        return await self._options_for(user, source, block, each, typed)

    async def _options_for(self, user: User, source: Message | View, block: Json, each: Json, typed: str) -> list[Json]:
        if len(typed) < each.get("min_query_length", 3):
            raise NotOffered(f"nothing is suggested for fewer than {each.get('min_query_length', 3)} characters")
        asked = self._new(SUGGESTION, user, None, source)
        asked.payload = payloads.suggestion(self, user, source, block, each, typed)
        self._send(asked, twice=False)
        await asked.answered()
        assert asked.options is not None
        if isinstance(source, View):
            source.offered[_place(block, each)] = asked.options
        return asked.options

    def find_element(self, user: User, source: Message | View, what: str, kinds: tuple[str, ...]) -> tuple[Json, Json]:
        """A block and an element of it that somebody can use now. Raises NotOffered."""
        is_seen = self.sees(user, source) if isinstance(source, Message) else source.user is user and source.is_open
        if not is_seen:
            raise NotOffered(f"{user.name} does not see it")
        blocks = source.blocks
        there = [(block, each) for block in blocks for each in elements_of(block) if each["type"] in kinds]
        for names in (_id, _label, _value):
            for block, each in there:
                if names(block, each) == what:
                    return block, each
        if what.isdigit() and 1 <= int(what) <= len(there):
            return there[int(what) - 1]
        raise NotOffered(f"there is no {what!r} on it, only {[_label(block, each) for block, each in there]}")

    # ---- modals

    async def type_into(self, user: User, view: View, values: Mapping[str, Entry]) -> None:
        """Fill in fields, by block id, action id or label, without sending them. Raises NotOffered."""
        if view.user is not user or not view.is_open:
            raise NotOffered(f"{user.name} has no such modal open")
        for what, entry in values.items():
            block, each = sheets.find(view.blocks, what)
            several = entry if isinstance(entry, list | tuple) else [entry]
            offered = [
                option for item in several for option in await self._offered(user, view, block, each, str(item or ""))
            ]
            state = sheets.entered(each, entry, offered)
            if "files" in state:  # Slack tells all about a file, its address among it (bolt-js, pull request 1995)
                state["files"] = [self.world.files[file["id"]].json(self.address) for file in state["files"]]
            view.typed[block["block_id"]][each["action_id"]] = state

    async def submit(
        self,
        user: User,
        view: View,
        values: Mapping[str, Entry] | None = None,
        *,
        stale: Mapping[str, Json] | None = None,
        twice: bool = False,
    ) -> Asked:
        """Send a modal. `values` by block id, action id or label; the other fields stay as they are.

        Raises NotOffered where the client would not send it: a required field is empty, a text too long.
        `stale` are states of fields, by block id, that go out unchecked, as no client would send them.
        """
        self._check_installed(user)
        if not user.views or user.views[-1] is not view:
            raise NotOffered("this modal is not on top")
        await self.type_into(user, view, values or {})
        for block_id, state in (stale or {}).items():
            (action_id,) = view.typed[block_id]
            view.typed[block_id][action_id] = state
        if not stale:
            sheets.check_complete(view.blocks, view.typed)
        view.errors = {}
        asked = self._new(SUBMISSION, user, None, view)
        if view.opener is not None:
            asked.origin, view.opener.sent = view.opener, asked
        asked.payload = payloads.submission(self, user, view, asked.trigger_id)
        return self._send(asked, twice=twice)

    async def close(self, user: User, view: View, *, all_of_them: bool = False) -> Asked | None:
        """Cancel a modal, or the whole stack; the app is told if it asked for that (notify_on_close)."""
        if view not in user.views:
            raise NotOffered("this modal is not open")
        told = [view, *(each for each in user.views if each is not view)] if all_of_them else [view]
        for each in told:
            self.close_view(each)
        if not view.body.get("notify_on_close"):
            return None
        asked = self._new(CLOSED, user, None, view)
        asked.payload = payloads.closed(self, user, view, is_cleared=all_of_them)
        return self._send(asked, twice=False)

    # ---- how it reaches the app

    def _new(self, kind: str, user: User, channel: Channel | None, source: Message | View | None = None) -> Asked:
        asked = Asked(kind, user, channel, {}, self.world.now(), source=source)
        asked.trigger_id = self.new_trigger(asked)
        return asked

    def _send(self, asked: Asked, *, twice: bool) -> Asked:
        self.asked.append(asked)
        self.courier.bring(asked, twice=twice)
        return asked

    def _check_installed(self, user: User) -> None:
        if user.is_deleted or not user.team.is_installed:
            raise NotOffered(f"{user.name} has no such app")

    def _check_commands(self, user: User) -> None:
        """Slash commands and shortcuts come with the scope `commands`."""
        if "commands" not in user.team.scopes:
            raise NotOffered("the app was not granted the scope commands")
        self.scopes_used.add("commands")

    def _declared(self, feature: str, key: str) -> dict[str, Json] | None:
        if self.manifest is None:
            return None
        return {each[key]: each for each in self.manifest.get("features", {}).get(feature, ())}

    def _shortcut(self, user: User, what: str, kind: str) -> str:
        """The callback id of a shortcut, by that or its name. Raises NotOffered."""
        self._check_installed(user)
        self._check_commands(user)
        declared = self._declared("shortcuts", "callback_id")
        if declared is None:
            return what
        for callback_id, each in declared.items():
            if each["type"] == kind and what in (callback_id, each["name"]):
                return callback_id
        raise NotOffered(f"there is no {kind} shortcut {what!r}: {sorted(declared)}")


def _place(block: Json, each: Json) -> tuple[str, str]:
    return block["block_id"], each["action_id"]


def _id(_block: Json, each: Json) -> str:
    return str(each["action_id"])


def _label(block: Json, each: Json) -> str:
    own = each.get("text") or each.get("placeholder") or block.get("label") or {}
    return str(own.get("text", ""))


def _value(_block: Json, each: Json) -> str:
    return str(each.get("value", ""))
