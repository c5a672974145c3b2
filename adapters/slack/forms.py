"""Forms as modals, and as cards where a modal cannot be opened any more.

A modal is always in this shape, so that it can be read back (Slack: Views; Block elements):

    callback_id        "f|" and the form's written action
    private_metadata   what the adapter wants back with it
    "~title"           a section, where the title is too long for a modal's
    "~error"           a section that begins with MARK: what is wrong with the whole form
    each param         an input block with the param's name as its block_id; the action_id of its element is VALUE
                       "<name>~error" below it: a section that begins with MARK

Each kind of param has an input of its own. A value that this cannot hold (words for a moment, an unknown choice) stands
in a text input instead, whose action_id is WORDS, so that nothing typed is lost. A moment has several inputs: the day
(named as the param), the time ("<name>~time") and, where its value names one, the zone ("<name>~zone"). A long text
that is longer than one input goes on in "<name>~2l", "<name>~3w" and so on: JOINTS says what joins them.

Everything a button of a card needs is in it: `~open:<draft>` opens the form of a draft, `~ask:<command>` that of a
command. They become presses of the core's own "change" and "ask".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, SectionBlock
from slack_sdk.models.blocks import Option as SlackOption
from slack_sdk.models.blocks.block_elements import (
    ConversationFilter,
    ConversationSelectElement,
    DatePickerElement,
    ExternalDataSelectElement,
    FileInputElement,
    InputInteractiveElement,
    NumberInputElement,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UrlInputElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from adapters.slack.blocks import LINK_ACTION, MARK, OPTION_VALUE_LENGTH, label
from adapters.slack.limits import (
    ERROR_LENGTH,
    FORM_BUTTON_LENGTH,
    FORM_LABEL_LENGTH,
    FORM_OPTIONS,
    FORM_TITLE_LENGTH,
    INPUT_LENGTH,
)
from adapters.slack.richtext import linked, user_in
from bot.domain.members import mentioned
from bot.domain.places import fold
from bot.domain.text import safe, safe_line
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.params import (
    ChannelParam,
    Choice,
    Choices,
    City,
    DateTime,
    Member,
    Number,
    Option,
    Param,
    Stored,
    Text,
    TimeOfDay,
    Upload,
    Url,
    Whole,
    Zone,
)
from bot.request import Press
from bot.ui import Action, Button, Card, Field, Form, Reply, Style

Json = dict[str, Any]  # Any: what goes over the wire
Raw = Mapping[str, Any]  # Any: a payload as it came over the wire

PLATFORM = "slack"
FORM, VALUE, WORDS = "f", "v", "w"
TITLE, ERROR, TIME, ZONE = "~title", "~error", "~time", "~zone"
JOINTS = {"l": "\n", "w": " ", "c": ""}
"""What stood where a long text was parted: a line's end, a blank, or nothing."""
OPEN, OPEN_COMMAND = "~open", "~ask"
CHANGE, ASK = "change", "ask"
"""Actions of the core: the form of a draft, and the form of a command."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent, and what some values stand for.

    `users`: by the mention that is the value ("<@T1.U2>"), Slack's own id of who was picked. `files`: by the file's
    id, which is the value, the file as Slack describes it.
    """

    action: Action
    values: Mapping[str, str]
    users: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Raw] = field(default_factory=dict)


def modal(form: Form, say: Words, metadata: str = "", home: str = "") -> Json:
    """The form as views.open and views.update take it. `filled` reads what comes back.

    `metadata` (3,000 characters) comes back with it. `home` is the enterprise or team it is opened in.
    """
    title = safe_line(form.title) or form.action.name
    blocks: list[Block] = []
    if len(title) > FORM_TITLE_LENGTH:
        blocks.append(_section(TITLE, title))
    if said := _errors(form, [name for name in form.errors if name not in form.params]):
        blocks.append(_section(ERROR, MARK + said))
    for name in form.params:
        blocks += _inputs(name, form, say, home)
        if name in form.errors:
            blocks.append(_section(f"{name}{ERROR}", MARK + form.errors[name]))
    view = View(
        type="modal",
        callback_id=f"{FORM}|{form.action.written}",
        private_metadata=metadata,
        title=label(title, FORM_TITLE_LENGTH),
        submit=label(say(N_("Send")), FORM_BUTTON_LENGTH),
        close=label(say(N_("Cancel")), FORM_BUTTON_LENGTH),
        blocks=blocks,
    )
    return dict(view.to_dict())


def filled(view: Raw, home: str = "") -> Filled:
    """What a view brings that `modal` made, in the enterprise or team `home`. An empty field has the value ""."""
    written = str(view.get("callback_id", "")).partition("|")[2]
    states = view.get("state", {}).get("values", {})
    found = {block_id.partition("~")[0]: "" for block_id in states}
    users: dict[str, str] = {}
    files: dict[str, Raw] = {}
    for block_id in sorted(states):  # the parts of a value follow its beginning
        name, _, part = block_id.partition("~")
        for state in states[block_id].values():
            value = _value(state, home)
            if value and (found[name] or f"~{part}" != ZONE):  # a zone alone is no moment
                joint = JOINTS.get(part[-1], " ") if part[:1].isdigit() else " "
                found[name] = f"{found[name]}{joint}{value}" if found[name] else value
            if state.get("selected_user"):
                users[value] = str(state["selected_user"])
            files |= {str(each["id"]): each for each in state.get("files") or ()}
    return Filled(_action(written), found, users, files)


def errors(form: Form, view: Raw, _say: Words) -> Mapping[str, str]:
    """What is wrong, by the inputs of the view that was sent, so that Slack shows it under them.

    Nothing where not all of it can stand there: what is about the whole form or a field that is not in the view, and
    when the view already shows sections with what was wrong before. The view is then to be updated.
    """
    inputs = {block["block_id"] for block in view.get("blocks", ()) if block["type"] == "input"}
    is_told = any(str(block.get("block_id", "")).endswith(ERROR) for block in view.get("blocks", ()))
    if is_told or not inputs.issuperset(form.errors):
        return {}
    return {name: safe_line(error) for name, error in form.errors.items()}


def form_card(form: Form, say: Words) -> Reply:
    """A form as a card: what is wrong with it, what it holds, and a button to open it."""
    draft = form.action.arg
    opens = Action(OPEN, draft) if draft else Action(OPEN_COMMAND, form.action.name)
    words = say(N_("Correct")) if form.errors else say(N_("Open the form"))
    card = Card(rich(form.title), fields=_shown(form, say), controls=(Button(words, opens, Style.PRIMARY),))
    return Reply(joined(_error_lines(form, say), "\n"), (card,), is_refusal=bool(form.errors))


def is_about_a_form(action: Action) -> bool:
    """Whether it is a button of `form_card`, or that of a card which asks whether a form was understood."""
    return action.name in (OPEN, OPEN_COMMAND, CHANGE)


def opening(press: Press) -> Press:
    """What the press of a control asks of the core."""
    match press.action:
        case Action(name="~open", arg=draft):
            return Press(Action(CHANGE, draft))
        case Action(name="~ask", arg=command):
            return Press(Action(ASK, command))
        case _:
            return press


def is_control(action: Action, used: Raw) -> bool:
    """Whether it asks anything: Slack also tells of links that were opened and of inputs that are being filled in."""
    return action.name != LINK_ACTION and used.get("action_id") not in (VALUE, WORDS)


def suggesting(body: Raw, home: str = "") -> tuple[tuple[str, ...], Mapping[str, str], str] | None:
    """Of a block_suggestion: the command, what its fields hold so far, and which of them is being typed."""
    form = filled(body.get("view") or {}, home)
    name = str(body.get("block_id", ""))
    path = tuple(form.action.name.split())
    return (path, {key: value for key, value in form.values.items() if key != name}, name) if path and name else None


def option(found: Option) -> Json:
    """A suggestion, or a choice. Its value has at most 150 characters."""
    return {"text": label(found.label), "value": found.value}


def _action(written: str) -> Action:
    try:
        return Action.read(written)
    except ValueError:
        return Action(UNKNOWN)


def _value(state: Raw, home: str) -> str:
    """What an element holds (Slack: view_submission, state.values)."""
    if state.get("selected_user"):
        return f"<@{home}.{state['selected_user']}>" if home else f"<@{state['selected_user']}>"
    if state.get("files"):
        return str(state["files"][0]["id"])
    names = ("value", "selected_date", "selected_time", "selected_conversation")
    if state.get("selected_options"):
        return ", ".join(str(each["value"]) for each in state["selected_options"])
    chosen = (state.get("selected_option") or {}).get("value")
    return next((str(state[name]) for name in names if state.get(name)), str(chosen or ""))


def _section(block_id: str, text: str) -> Block:
    return SectionBlock(block_id=block_id, text=label(text, ERROR_LENGTH))


def _errors(form: Form, names: Sequence[str]) -> str:
    """What is wrong with the whole, or with what the form does not ask for, on one line each."""
    return " ".join(f"{name}: {form.errors[name]}" if name else form.errors[name] for name in names)


def _error_lines(form: Form, say: Words) -> Iterator[Rich]:
    for name, error in form.errors.items():
        if name in form.params:
            yield rich(Bold(f"{safe_line(say(form.params[name].label))}:"), " ", error)
        else:
            yield rich(f"{name}: {error}" if name else error)


def _shown(form: Form, say: Words) -> tuple[Field, ...]:
    held = [(form.params[name], value) for name, value in form.values.items() if value and name in form.params]
    return tuple(
        Field(safe_line(say(param.label)), rich(_said(param, value, say)))
        for param, value in held
        if not isinstance(param, Upload)
    )


def _said(param: Param, value: str, say: Words) -> str:
    match param:
        case Choice(names=names) if value in names:
            return say(names[value])
        case Choices() as several if _holds(param, value, say, ""):
            return ", ".join(say(several.names[each]) for each in several.chosen(value, say))
        case Member() if (named := mentioned(value, PLATFORM)) is not None and named.is_known:
            return named.account.name
        case _:
            return value


def _inputs(name: str, form: Form, say: Words, home: str) -> Iterator[Block]:
    """The inputs of one param."""
    param, value = form.params[name], form.values.get(name, "")
    words = safe_line(say(param.label)) or name
    note = safe_line(say(param.help))
    is_optional = name not in form.required
    hint = label(note, FORM_LABEL_LENGTH) if note and note != words else None
    if isinstance(param, DateTime) and (moment := _moment(value)) is not None:
        yield _input(name, words, hint, DatePickerElement(action_id=VALUE, initial_date=moment[0]), is_optional)
        picker = TimePickerElement(action_id=VALUE, initial_time=moment[1])
        yield _input(f"{name}{TIME}", say(N_("{label}: time"), label=words), None, picker, True)
        if moment[2]:
            zone = PlainTextInputElement(action_id=VALUE, initial_value=moment[2])
            yield _input(f"{name}{ZONE}", say(N_("{label}: time zone"), label=words), None, zone, True)
        return
    if isinstance(param, Text) and param.is_long and len(safe(value)) > INPUT_LENGTH:
        for id_, part in _parts(name, safe(value)):
            long = PlainTextInputElement(action_id=VALUE, multiline=True, initial_value=part)
            is_first = id_ == name
            yield _input(id_, words if is_first else "…", hint if is_first else None, long, is_optional or not is_first)
        return
    element = _element(param, value, say, home)
    yield _input(name, words, hint, element, is_optional)


def _input(block_id: str, words: str, hint: Json | None, element: InputInteractiveElement, is_optional: bool) -> Block:
    return InputBlock(
        block_id=block_id,
        label=label(words, FORM_LABEL_LENGTH),
        hint=hint,
        element=element,
        optional=is_optional,
    )


def _element(param: Param, value: str, say: Words, home: str) -> InputInteractiveElement:
    """The input of its kind; one for words where that cannot hold the value."""
    if value and not _holds(param, value, say, home):
        return _typed(param, value, WORDS)
    match param:
        case Choice(names=names) if _is_short(param):
            options = {each: _option(say(words), each) for each, words in names.items()}
            chosen = options.get(_chosen(param, value, say))
            return StaticSelectElement(action_id=VALUE, options=[*options.values()], initial_option=chosen)
        case Choices(names=names) if _is_short(param):
            options = {each: _option(say(words), each) for each, words in names.items()}
            several = [options[each] for each in param.chosen(value, say)]
            return StaticMultiSelectElement(
                action_id=VALUE, options=[*options.values()], initial_options=several or None
            )
        case Whole(low=low, high=high):
            return _number(value, str(low), str(high), has_decimals=False)
        case Number(low=least, high=most):
            return _number(value, f"{least:f}", f"{most:f}", has_decimals=True)
        case TimeOfDay():
            return TimePickerElement(action_id=VALUE, initial_time=value or None)
        case Url():
            return UrlInputElement(action_id=VALUE, initial_value=safe_line(value) or None)
        case ChannelParam():
            here = None if value else True
            kinds = ConversationFilter(include=["public", "private"], exclude_bot_users=True)
            return ConversationSelectElement(
                action_id=VALUE, filter=kinds, initial_conversation=value or None, default_to_current_conversation=here
            )
        case Member():
            return UserSelectElement(action_id=VALUE, initial_user=_user(value, home) or None)
        case Upload(endings=endings):
            kinds_of_files = [ending.removeprefix(".") for ending in endings] or None
            return FileInputElement(action_id=VALUE, filetypes=kinds_of_files, max_files=1)
        case Stored() | Zone() | Choice():
            initial = _option(value, value) if value else None
            least_letters = 1 if isinstance(param, City | Zone) else 0
            return ExternalDataSelectElement(action_id=VALUE, min_query_length=least_letters, initial_option=initial)
        case _:
            return _typed(param, value, VALUE)


def _holds(param: Param, value: str, say: Words, home: str) -> bool:
    """Whether the input of its kind can show the value."""
    match param:
        case Choice() if _is_short(param):
            return bool(_chosen(param, value, say))
        case Choices() if _is_short(param):
            return len(param.chosen(value, say)) == len(value.split(","))
        case Whole(low=low, high=high):
            return bool(re.fullmatch(r"-?\d{1,12}", value, re.ASCII)) and low <= int(value) <= high
        case Number(low=least, high=most):
            return bool(re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", value, re.ASCII)) and least <= Decimal(value) <= most
        case TimeOfDay():
            return bool(_CLOCK.fullmatch(value))
        case Url():
            return bool(linked(value)) and len(value) <= INPUT_LENGTH
        case ChannelParam():
            return bool(re.fullmatch(r"[CG][A-Z0-9]{1,20}", value))
        case Member():
            return bool(_user(value, home))
        case Stored() | Zone() | Choice():
            return len(value) <= OPTION_VALUE_LENGTH
        case _:
            return True


def _is_short(param: Choice | Choices) -> bool:
    return 0 < len(param.names) <= FORM_OPTIONS and max(map(len, param.names)) <= OPTION_VALUE_LENGTH


def _user(value: str, home: str) -> str:
    """Slack's own id of who a value mentions, if they are of this home."""
    named = mentioned(value, PLATFORM)
    return user_in(named.account.id, home) if named is not None and named.account.platform == PLATFORM else ""


def _option(words: str, value: str) -> SlackOption:
    return SlackOption(**option(Option(words, value)))


def _number(value: str, low: str, high: str, *, has_decimals: bool) -> NumberInputElement:
    return NumberInputElement(
        action_id=VALUE, is_decimal_allowed=has_decimals, initial_value=value or None, min_value=low, max_value=high
    )


def _typed(param: Param, value: str, action_id: str) -> PlainTextInputElement:
    """Free words. What is longer than a field is not put into it, for it would be cut; its error says so."""
    shown = safe(value)
    is_long = (isinstance(param, Text) and param.is_long) or "\n" in shown
    held = shown if shown and len(shown) <= INPUT_LENGTH else None
    return PlainTextInputElement(action_id=action_id, multiline=is_long, initial_value=held)


def _moment(value: str) -> tuple[str | None, str | None, str] | None:
    """The day, time and zone that pickers show; None for words that they cannot."""
    found = _MOMENT.fullmatch(value.strip())
    if found is None:
        return None if value.strip() else (None, None, "")
    try:
        date.fromisoformat(found["day"])
    except ValueError:
        return None
    return found["day"], found["time"], found["zone"] or ""


def _parts(name: str, text: str) -> Iterator[tuple[str, str]]:
    """A text over several inputs: their ids and what stands in them."""
    id_, number = name, 1
    while len(text) > INPUT_LENGTH:
        ends = {how: text.rfind(joint, 1, INPUT_LENGTH) for how, joint in JOINTS.items() if joint}
        how = next((how for how, end in ends.items() if end > INPUT_LENGTH // 2), "c")
        end = ends.get(how, INPUT_LENGTH)
        yield id_, text[:end]
        text, number = text[end + len(JOINTS[how]) :], number + 1
        id_ = f"{name}~{number}{how}"
    yield id_, text


def _chosen(param: Choice, value: str, say: Words) -> str:
    wanted = fold(value)
    known = {fold(word): each for each, name in param.names.items() for word in (name, say(name), each)}
    return known.get(wanted, "") if wanted else ""


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MOMENT = re.compile(
    rf"(?P<day>\d{{4}}-\d\d-\d\d)(?: (?P<time>{_CLOCK.pattern})(?: (?P<zone>[\w+-]+(?:/[\w+-]+)*))?)?", re.ASCII
)
