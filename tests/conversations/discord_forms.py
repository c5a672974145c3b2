"""Forms on Discord as the console shows them: pages of a modal and cards in between are one form.

A person leafs through the pages as they need to. What cannot be seen at the moment is what that person typed before,
and what a field is for stands in the declarations, which every field that is shown is held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.console.outbound import View, text_of
from adapters.discord import forms
from adapters.discord.inbound import filled
from adapters.discord.limits import FORM_LABEL_LENGTH, FORM_NOTE_LENGTH, FORM_TITLE_LENGTH
from bot.commands import Command, Feature
from bot.domain.places import fold
from bot.domain.text import clip
from bot.i18n import Words
from bot.params import ChannelParam, Choice, Choices, Param, Reading
from bot.ui import Form
from tests.conversations.seats import Declared, choice_of, several_of
from tests.fakes.discord import Channel, FakeDiscord, Guild, Interaction, Message, User
from tests.fakes.discord.components import CHANNEL_SELECT, STRING_SELECT, TEXT
from tests.fakes.discord.seen import Names, SeenField, labelled, read_message, read_modal
from tests.fakes.discord.sheets import Entry
from tests.fakes.discord.world import walked

STEPS = 20
"""Pages and buttons on the way through a form, at most."""


@dataclass(slots=True)
class OpenForm:
    """A form before somebody: either a modal that was not sent yet, or a card with buttons to go on."""

    user: User
    command: Command
    path: str
    values: dict[str, str]
    errors: dict[str, str]
    modal: Interaction | None = None
    card: Message | None = None
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheets:
    """Reads forms, and fills them in."""

    discord: FakeDiscord
    guild: Guild
    features: Sequence[Feature]
    say: Words
    names: Names
    view: View

    # ---- reading

    def of_modal(self, asked: Interaction, typed: Mapping[str, str]) -> OpenForm:
        """The form a modal is a page of. `typed` is what this person typed for it so far."""
        assert asked.modal is not None
        seen = read_modal(asked.modal, self.names)
        page = filled({**asked.modal, "components": []})
        command = self._declared.command(page.action.name)
        self._declared.check_title(command, seen.title, lambda title: clip(title, FORM_TITLE_LENGTH))
        found = OpenForm(asked.user, command, page.action.name, {}, {}, modal=asked, typed=dict(typed))
        for each in seen.fields:
            self._check(each, command)
        shown = {each.name: self._held(each, typed) for each in seen.fields}
        values = {name: shown.get(name, typed.get(name, "")) for name in command.arguments}
        found.values = {name: value for name, value in values.items() if value}
        found.errors = self._errors([(label, text_of(text, self.view)) for label, text in seen.said], command)
        return found

    def of_card(self, card: Message, user: User, typed: Mapping[str, str], command: Command, path: str) -> OpenForm:
        """The form that a card speaks of."""
        seen = read_message(card, self.names).reply
        found = OpenForm(user, command, path, {}, {}, card=card, typed=dict(typed))
        title = text_of(seen.cards[0].title, self.view)
        self._declared.check_title(command, title, lambda whole: clip(whole, FORM_TITLE_LENGTH))
        by_label = self._by_label(command)
        for each in (each for part in seen.cards for each in part.fields):
            name = by_label[each.name]
            found.values[name] = self._as_typed(name, command, text_of(each.value, self.view), typed)
        if seen.is_refusal:
            text = next(each["content"] for each in walked(card.components) if each["type"] == TEXT)
            said = labelled(text.removeprefix("⚠️ "), self.names)
            found.errors = self._errors([(label, text_of(words, self.view)) for label, words in said], command)
        return found

    def answer(self, opened: OpenForm, number: int) -> Form:
        """As the core would have answered it; `number` comes back with what is filled in."""
        return self._declared.form(opened.command, number, opened.values, opened.errors)

    def meant(self, message: Message) -> str:
        """What kind of card about a form a message is: "page", "card", or "" for none."""
        actions = buttons(message)
        if "send" in actions or (actions and all(each.startswith(forms.OPEN) for each in actions)):
            is_page = not read_message(message, self.names).reply.is_refusal
            return "page" if is_page else "card"
        return "card" if any(each.startswith((forms.OPEN, forms.OPEN_COMMAND)) for each in actions) else ""

    @property
    def _declared(self) -> Declared:
        return Declared(self.features, self.say)

    def _by_label(self, command: Command) -> Mapping[str, str]:
        return {self.say(each.param.label): name for name, each in command.arguments.items()}

    def _errors(self, said: Sequence[tuple[str, str]], command: Command) -> dict[str, str]:
        by_label = self._by_label(command)
        return {by_label[label] if label else "": text for label, text in said if text}

    def _check(self, shown: SeenField, command: Command) -> None:
        """What Discord shows of a field is what the core declares."""
        argument = command.arguments[shown.name]
        param = argument.param
        label, note = self.say(param.label), self.say(param.help)
        assert shown.label == clip(label, FORM_LABEL_LENGTH), shown
        assert shown.note in (clip(note, FORM_NOTE_LENGTH), "" if note == label else None), shown
        assert shown.is_required == argument.is_required, shown
        if shown.component["type"] == STRING_SELECT:
            self._declared.check_choices(param, {each["value"]: each["label"] for each in shown.component["options"]})

    def _held(self, shown: SeenField, typed: Mapping[str, str]) -> str:
        """What a field holds, as it was typed where that is known: a menu shows a name for it, or nothing."""
        before = typed.get(shown.name, "")
        if shown.component["type"] == CHANNEL_SELECT:
            names = [self.discord.world.channels[int(each)].name for each in shown.values]
            return before if before.removeprefix("#") in names else "".join(names)
        if shown.component["type"] == STRING_SELECT:
            labels = {option["value"]: option["label"] for option in shown.component["options"]}
            if shown.component["max_values"] > 1:
                return ", ".join(shown.values)
            same = {fold(each) for value in shown.values for each in (value, labels[value])}
            return before if fold(before) in same or not shown.values else shown.values[0]
        return "".join(shown.values)

    def _as_typed(self, name: str, command: Command, shown: str, typed: Mapping[str, str]) -> str:
        """A value that stands on a card: a choice by its name, a channel by its id."""
        param, before = command.arguments[name].param, typed.get(name, "")
        if isinstance(param, ChannelParam) and shown.isdigit():
            shown = self.discord.world.channels[int(shown)].name
            return before if before.removeprefix("#") == shown else shown
        if isinstance(param, Choices) and (chosen := param.chosen(shown, self.say)):
            return ", ".join(chosen)
        if isinstance(param, Choice):
            for value, label in param.names.items():
                if shown == self.say(label):
                    return before if fold(before) in (fold(value), fold(label), fold(shown)) else str(value)
        return shown

    # ---- filling in

    async def send(self, opened: OpenForm, values: Mapping[str, str]) -> Interaction:
        """Fill in what has changed, page after page, and send it; what came of the last thing that was done."""
        changed = {name for name, value in values.items() if value != opened.values.get(name, "")}
        card = opened.card
        asked = opened.modal
        for _ in range(STEPS):
            if asked is None or asked.modal is None:
                assert card is not None
                way = self._way_on(card, changed, opened.command, is_first=asked is None)
                if not way:
                    assert asked is not None
                    return asked
                asked = await (await self.discord.press(opened.user, card, way)).answered()
            else:
                page = [each.name for each in read_modal(asked.modal, self.names).fields]
                asked = await self._submit(opened, asked, {name: values.get(name, "") for name in page})
                await asked.answered()
                changed -= set(page)
            card = asked.seen[0] if asked.modal is None else card
        raise AssertionError(f"no way to {changed}")

    def _way_on(self, card: Message, changed: set[str], command: Command, *, is_first: bool) -> str:
        """The button to press next: to another page, to send it all, or to what is still to be changed; "" for none."""
        found = buttons(card)
        opens = [name for name in found if name.startswith((forms.OPEN, forms.OPEN_COMMAND))]
        if self.meant(card) == "page":
            number = int(opens[0].removeprefix(f"{forms.OPEN}:").partition("/")[0])
            is_later = bool(changed & set(list(command.arguments)[number:]))
            return found[opens[0]] if is_later or "send" not in found else found["send"]
        if is_first:
            return found[opens[0]]
        if not changed:
            return ""
        all_fields = next((found[name] for name in opens if name.startswith(f"{forms.OPEN}:0/")), "")
        return all_fields or found.get("change", "")

    async def leaf(self, opened: OpenForm) -> OpenForm:
        """Look at what is kept beyond this page, by sending it as it stands; where that can be done."""
        assert opened.modal is not None
        assert opened.modal.modal is not None
        page = filled({**opened.modal.modal, "components": []})
        seen = read_modal(opened.modal.modal, self.names)
        if page.following is None or not page.action.arg or any(f.is_required and not f.values for f in seen.fields):
            return opened
        asked = await (await self.discord.submit(opened.user, opened.modal)).answered()
        assert self.meant(asked.seen[0]) == "page"
        # somebody fills in this page before they send it: it is still open to them
        kept = self.of_card(asked.seen[0], opened.user, opened.typed, opened.command, opened.path)
        return replace(kept, modal=opened.modal, card=None)

    async def _submit(self, opened: OpenForm, modal: Interaction, values: Mapping[str, str]) -> Interaction:
        assert modal.modal is not None
        entries: dict[str, Entry] = {}
        stale: dict[str, str] = {}
        for each in read_modal(modal.modal, self.names).fields:
            value = values[each.name]
            entry = self._entry(each, opened.command.arguments[each.name].param, value)
            if entry is None:
                stale[each.name] = value
                entry = []
            entries[each.name] = entry
        return await self.discord.submit(opened.user, modal, entries, stale=stale)

    def _entry(self, shown: SeenField, param: Param, value: str) -> Entry | None:
        """What goes into the field; None for what its menu does not have."""
        match shown.component["type"]:
            case 8:
                return self.channel_of(value)
            case 3 if isinstance(param, Choices):
                return several_of(param, value, Reading(self.say, self.view.now))
            case 3:
                return [chosen] if (chosen := choice_of(param, value, self.say)) else None if value else []
            case _:
                return value

    def channel_of(self, typed: str) -> list[Channel]:
        name = typed.removeprefix("#")
        return [each for each in self.guild.channels.values() if name and name in (each.name, str(each.id))]


def buttons(message: Message) -> dict[str, str]:
    """The buttons on a message: their actions as "name" or "~open:page/draft", and their custom ids."""
    found: dict[str, str] = {}
    for each in walked(message.components):
        written = each.get("custom_id", "").partition("|")[2]
        if written:
            found[written if written.startswith("~") else written.partition(":")[0]] = each["custom_id"]
    return found
