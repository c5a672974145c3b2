"""Forms on Slack as the console shows them: one modal, whose inputs a person fills in with what the words mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.console.outbound import View as ConsoleView
from adapters.slack.blocks import MARK
from adapters.slack.forms import ERROR, FORM, TIME, TITLE, ZONE, filled
from adapters.slack.limits import FORM_TITLE_LENGTH
from bot.commands import Command
from bot.domain.text import clip
from bot.errors import Refused
from bot.params import DateTime, Param, Plain, Reading
from tests.conversations.seats import Declared, choice_of, several_of
from tests.fakes.slack import Asked, Channel, FakeSlack, NotOffered, Team, User, View
from tests.fakes.slack.errors import Json
from tests.fakes.slack.seen import SeenField, read_modal
from tests.fakes.slack.sheets import Entry, unchecked


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody typed for an argument, and what became of it: the value that the bot was told."""

    typed: str
    value: str


@dataclass(slots=True)
class OpenForm:
    """A modal before somebody, as it reads. `typed` is what this person typed for it so far."""

    user: User
    view: View
    command: Command
    values: dict[str, str]
    errors: dict[str, str]
    typed: dict[str, Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Modals:
    """Reads modals, and fills them in."""

    slack: FakeSlack
    team: Team
    declared: Declared
    console: ConsoleView

    # ---- reading

    def is_form(self, view: View) -> bool:
        return str(view.body.get("callback_id", "")).startswith(f"{FORM}|")

    def read(self, view: View, typed: Mapping[str, Held]) -> OpenForm:
        """The form that a modal shows."""
        form = filled(view.json(self.slack.world.app_id), self.team.id)
        command = self.declared.command(form.action.name)
        found = OpenForm(view.user, view, command, {}, {}, dict(typed))
        sections = {block["block_id"]: block["text"]["text"] for block in view.blocks if block["type"] == "section"}
        whole = sections.pop(TITLE, view.title)
        self.declared.check_title(command, whole, lambda title: title)
        assert view.title == clip(whole, FORM_TITLE_LENGTH), view.title
        for each in read_modal(view, self.name_of).fields:
            if each.block_id in command.arguments:
                self._check(each, command)
            if each.error:
                found.errors[each.block_id] = each.error
        for block_id, said in sections.items():
            found.errors[block_id.removesuffix(ERROR)] = said.removeprefix(MARK)
        assert form.values.keys() == command.arguments.keys(), form.values.keys()
        found.values = {name: self._as_typed(name, value, typed) for name, value in form.values.items() if value}
        return found

    def _as_typed(self, name: str, value: str, typed: Mapping[str, Held]) -> str:
        """A value by the words that somebody had for it, as long as it is the same."""
        before = typed.get(name)
        if before is not None and before.value == value:
            return before.typed
        return f"#{self.name_of(value)}" if value in self.team.channels else value

    def name_of(self, id_: str) -> str:
        world = self.slack.world
        return world.users[id_].name if id_ in world.users else world.channels[id_].name

    def _check(self, shown: SeenField, command: Command) -> None:
        """What Slack shows of a field is what the core declares."""
        argument = command.arguments[shown.block_id]
        param, say = argument.param, self.declared.say
        label, note = say(param.label), say(param.help)
        assert shown.label == label, shown
        assert shown.note == ("" if note == label else note), shown
        assert shown.is_required == argument.is_required, shown
        if shown.element["type"] in ("static_select", "multi_static_select"):
            options = {option["value"]: option["text"]["text"] for option in shown.element["options"]}
            self.declared.check_choices(param, options)

    # ---- filling in

    async def send(self, opened: OpenForm, values: Mapping[str, str]) -> Asked:
        """Fill in what has changed, and send it. What Slack's client would not take goes out as from an older form."""
        stale: dict[str, Json] = {}
        fields = {each.block_id: each for each in read_modal(opened.view, self.name_of).fields}
        for name, typed in values.items():
            if typed == opened.values.get(name, ""):
                continue
            for block_id, entry in self._entries(opened.command.arguments[name].param, name, typed, fields).items():
                try:
                    is_suggested = fields[block_id].element["type"] == "external_select" and typed
                    given = await self._suggested(opened, fields[block_id], typed) if is_suggested else entry
                    await self.slack.type_into(opened.user, opened.view, {block_id: given})
                except NotOffered:
                    stale[block_id] = unchecked(fields[block_id].element, typed)
        asked = await self.slack.submit(opened.user, opened.view, stale=stale)
        sent = filled(asked.payload["view"], self.team.id).values
        opened.typed |= {name: Held(typed, sent[name]) for name, typed in values.items()}
        return asked

    async def _suggested(self, opened: OpenForm, shown: SeenField, typed: str) -> str:
        """The suggestion that is taken for words. Raises NotOffered where there is none."""
        offered = await self.slack.suggest(opened.user, opened.view, shown.label, typed)
        if not offered:
            raise NotOffered(f"nothing is suggested for {typed}")
        return typed if typed in offered else offered[0]

    def _entries(self, param: Param, name: str, typed: str, fields: Mapping[str, SeenField]) -> Mapping[str, Entry]:
        """What goes into which input."""
        match fields[name].element["type"]:
            case "datepicker":
                assert isinstance(param, DateTime)
                day, time, zone = self._moment(param, typed)
                entries = {name: day, f"{name}{TIME}": time, f"{name}{ZONE}": zone}
                return {block_id: entry for block_id, entry in entries.items() if block_id in fields}
            case "timepicker":
                return {name: self._read(param, typed)}
            case "static_select":
                return {name: choice_of(param, typed, self.declared.say) or typed}
            case "multi_static_select":
                several = several_of(param, typed, Reading(self.declared.say, self.console.now))
                return {name: [typed] if several is None else several}
            case "conversations_select":
                return {name: self.channel_of(typed) or typed}
            case _:
                return {name: typed}

    def _moment(self, param: Param, typed: str) -> tuple[str, str, str]:
        """The day, time and zone that somebody picks who means these words; the words alone where they mean none."""
        written = self._read(param, typed)
        if written == typed:
            return typed, "", ""
        day, time, zone = written.split(" ")
        return day, time, zone

    def _read(self, param: Param, typed: str) -> str:
        assert isinstance(param, Plain)
        if not typed:
            return ""
        try:
            return param.write(param.read(typed, Reading(self.declared.say, self.console.now)))
        except Refused:
            return typed

    def channel_of(self, typed: str) -> Channel | None:
        try:
            return self.team.channel(typed)
        except KeyError:
            return None
