"""Forms as modals, a page at a time, and as cards where a modal cannot be.

A modal holds five components. A longer form is filled in page by page: each page that is sent is kept (a partial
submit), and a card that only its owner sees says what is filled in and what is left, with Continue and, once nothing
needed is missing, That is all. A form that answers another form, or comes too late to be a first answer, is a card as
well: what is wrong, what was typed, and Correct, which opens the fields in question.

Everything a button needs is in it: `~open:<page>/<draft>` opens a page of the form of a draft, where page is the
number of the first field or "e" for the fields that are wrong; `~ask:<command>` opens a command's form. They become
presses of the core's own "change" and "ask".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.discord.inbound import PLATFORM
from adapters.discord.limits import (
    FORM_FIELDS,
    FORM_LABEL_LENGTH,
    FORM_NOTE_LENGTH,
    FORM_TITLE_LENGTH,
    INPUT_LENGTH,
    LABEL_LENGTH,
    OPTIONS,
    TEXT_LENGTH,
    VALUE_LENGTH,
)
from adapters.discord.markdown import markdown
from bot.domain.members import mentioned
from bot.domain.places import fold
from bot.domain.text import clip, safe, safe_line
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.params import ChannelParam, Choice, Choices, Member, Param, Text, Upload
from bot.request import Press
from bot.ui import Action, Button, Card, Field, Form, Privacy, Reply, Style

Json = dict[str, Any]  # Any: what goes over the wire

OPEN, OPEN_COMMAND = "~open", "~ask"
CHANGE, ASK, SEND = "change", "ask", "send"
"""Actions of the core: the form of a draft, the form of a command, and a draft sent as it is."""
WRONG = "e"

TEXT, LABEL, INPUT, MENU, USERS, CHANNELS, FILES = 10, 18, 4, 3, 5, 8, 19
SHORT, PARAGRAPH = 1, 2
TEXT_CHANNELS = (0, 5)
"""Channels that people and the bot write in: text and announcements."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a form: the fields `names`, and where the next page begins (None: this one completes the form)."""

    names: tuple[str, ...]
    following: int | None


def page_at(form: Form, start: int | None) -> Page:
    """The page that begins with field number `start`; with None the one with all that is wrong or missing."""
    names = list(form.params)
    if start is None or start >= len(names):
        return Page(_wrong_first(form), None)
    following = start + _room(form)
    return Page(tuple(names[start:following]), following if following < len(names) else None)


def first_page(form: Form) -> Page:
    """The page that a form opens with."""
    return page_at(form, None if form.errors else 0)


def modal(form: Form, page: Page, say: Words, *, replaces: bool) -> Json:
    """A page as Discord takes it. `adapters.discord.inbound.filled` reads what comes back.

    Its custom_id is "m", the number of the next page's first field or "", "r" if the answer takes the place of the
    message it was opened from, "|" and the form's action. A field's custom_id is its name.
    """
    components: list[Json] = []
    if said := _errors(form, say):
        components.append({"type": TEXT, "content": clip(markdown(said), TEXT_LENGTH)})
    components += [_field(name, form, say) for name in page.names]
    following = "" if page.following is None else str(page.following)
    return {
        "custom_id": f"m{following}{'r' if replaces else ''}|{form.action.written}",
        "title": clip(safe_line(form.title), FORM_TITLE_LENGTH) or "…",
        "components": components,
    }


def form_card(form: Form, say: Words) -> Reply:
    """A form as a card: what is wrong with it, what it holds, and a button to go on."""
    controls: list[Button] = []
    names = list(form.params)
    draft = form.action.arg
    if form.errors:
        controls.append(Button(say(N_("Correct")), Action(OPEN, f"{WRONG}/{draft}"), Style.PRIMARY))
        if len(page_at(form, None).names) < len(names):
            controls.append(Button(say(N_("All fields")), Action(OPEN, f"0/{draft}")))
    elif draft:
        controls.append(Button(say(N_("Open the form")), Action(OPEN, f"0/{draft}"), Style.PRIMARY))
    else:
        controls.append(Button(say(N_("Open the form")), Action(OPEN_COMMAND, form.action.name), Style.PRIMARY))
    return _card(form, _errors(form, say), controls, say, is_refusal=bool(form.errors))


def page_card(form: Form, following: int, say: Words) -> Reply:
    """After a page that was kept: what is filled in, what is left, and the ways on."""
    draft = form.action.arg
    missing = [name for name in form.params if name in form.required and not form.values.get(name)]
    left = [safe_line(say(form.params[name].label)) for name in list(form.params)[following:]]
    goes_on = Button(say(N_("Continue")), Action(OPEN, f"{following}/{draft}"), Style.PRIMARY)
    is_all = Button(say(N_("That is all")), Action(SEND, draft), Style.PLAIN)
    if missing:
        text = say(N_("Kept. Still to fill in: {names}."), names=say.listed(left))
        return _card(form, rich(text), [goes_on], say)
    text = say(N_("Kept. If you like, fill in more: {names}."), names=say.listed(left))
    return _card(form, rich(text), [goes_on, is_all], say)


def opens(action: Action) -> tuple[Press, int | None] | None:
    """What a button of ours asks of the core, and at which field its form opens (None: where it is wrong)."""
    match action:
        case Action(name="~open", arg=arg):
            number, _, draft = arg.partition("/")
            return Press(Action(CHANGE, draft)), int(number) if number.isdigit() else None
        case Action(name="~ask", arg=arg):
            return Press(Action(ASK, arg)), 0
        case _:
            return None


def hidden_values(form: Form, page: Page) -> bool:
    """Whether the form holds something that its page does not show, so that sending that page would lose it."""
    return any(value for name, value in form.values.items() if name not in page.names)


def _card(form: Form, text: Rich, controls: list[Button], say: Words, *, is_refusal: bool = False) -> Reply:
    fields = tuple(
        Field(safe_line(say(form.params[name].label)), rich(_shown(form.params[name], value, say)))
        for name, value in form.values.items()
        if value and name in form.params
    )
    card = Card(rich(form.title), fields=fields, controls=tuple(controls))
    return Reply(text, (card,), privacy=Privacy.PRIVATE, is_refusal=is_refusal)


def _shown(param: Param, value: str, say: Words) -> str:
    match param:
        case Choice(names=names) if value in names:
            return say(names[value])
        case Choices() as several if (chosen := several.chosen(value, say)) and len(chosen) == len(value.split(",")):
            return ", ".join(say(several.names[each]) for each in chosen)
        case Member() if (named := mentioned(value, PLATFORM)) is not None and named.is_known:
            return named.account.name
        case _:
            return value


def _errors(form: Form, say: Words) -> Rich:
    return joined(_error_lines(form, say), "\n")


def _error_lines(form: Form, say: Words) -> Iterator[Rich]:
    for name, param in form.params.items():
        if name in form.errors:
            yield rich(Bold(f"{safe_line(say(param.label))}:"), " ", form.errors[name])
    for name, error in form.errors.items():
        if name not in form.params:
            yield rich(f"{name}: {error}" if name else error)


def _room(form: Form) -> int:
    """How many fields a page holds: what is wrong stands above them, as a component too."""
    return FORM_FIELDS - bool(form.errors)


def _wrong_first(form: Form) -> tuple[str, ...]:
    """As many fields as fit, the wrong and the missing ones among them, in the form's order."""
    wrong = [name for name in form.params if name in form.errors]
    missing = [name for name in form.params if name in form.required and not form.values.get(name)]
    chosen = list(dict.fromkeys([*wrong, *missing, *form.params]))[: _room(form)]
    return tuple(name for name in form.params if name in chosen)


def _field(name: str, form: Form, say: Words) -> Json:
    param = form.params[name]
    note = safe_line(say(param.help))
    label = clip(safe_line(say(param.label)), FORM_LABEL_LENGTH) or name
    found: Json = {"type": LABEL, "label": label, "component": _input(name, param, form, say)}
    if note and note != label:
        found["description"] = clip(note, FORM_NOTE_LENGTH)
    return found


def _input(name: str, param: Param, form: Form, say: Words) -> Json:
    value = form.values.get(name, "")
    is_required = name in form.required
    match param:
        case Choice(names=names) if len(names) <= OPTIONS:
            found: Json = {"type": MENU, "custom_id": name, "required": is_required} | _at_least(is_required)
            found["options"] = _options(names, [_chosen(param, value, say)], say)
            return found
        case Choices(names=names) if len(names) <= OPTIONS:
            found = {"type": MENU, "custom_id": name, "required": is_required} | _at_least(is_required, len(names))
            found["options"] = _options(names, param.chosen(value, say), say)
            return found
        case ChannelParam():
            found = {"type": CHANNELS, "custom_id": name, "required": is_required} | _at_least(is_required)
            found["channel_types"] = list(TEXT_CHANNELS)
            if value.isascii() and value.isdigit():
                found["default_values"] = [{"id": value, "type": "channel"}]
            return found
        case Member():
            found = {"type": USERS, "custom_id": name, "required": is_required} | _at_least(is_required)
            named = mentioned(value, PLATFORM)
            if named is not None and named.account.platform == PLATFORM and named.account.id.isdecimal():
                found["default_values"] = [{"id": named.account.id, "type": "user"}]
            return found
        case Upload():
            return {"type": FILES, "custom_id": name, "required": is_required} | _at_least(is_required)
        case _:
            is_long = isinstance(param, Text) and param.is_long
            style = PARAGRAPH if is_long or "\n" in value else SHORT
            found = {"type": INPUT, "custom_id": name, "style": style, "required": is_required}
            # what is longer than a field is not put into it, for it would be cut; the error above it says so
            if value and len(value) <= INPUT_LENGTH:
                found["value"] = safe(value)
            return found


def _options(names: Mapping[str, str], chosen: Sequence[str], say: Words) -> list[Json]:
    options: list[Json] = [
        {"label": clip(safe_line(say(label)), LABEL_LENGTH), "value": each}
        for each, label in names.items()
        if len(each) <= VALUE_LENGTH
    ]
    for option in options:
        if option["value"] in chosen:
            option["default"] = True
    return options


def _at_least(is_required: bool, most: int = 1) -> Json:
    return {"min_values": int(is_required), "max_values": most}


def _chosen(param: Choice, value: str, say: Words) -> str:
    wanted = fold(value)
    known = {fold(word): each for each, name in param.names.items() for word in (name, say(name), each)}
    return known.get(wanted, "") if wanted else ""
