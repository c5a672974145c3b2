"""Holds the tables of docs/platforms.md to what the adapters declare: `python -m tools.platforms check | update`.

Each table stands between `<!-- name -->` and `<!-- /name -->`; what else the page says is written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, make_dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import adapters.console.limits
import adapters.discord.declare
import adapters.discord.forms
import adapters.discord.limits
import adapters.slack.declare
import adapters.slack.forms
import adapters.slack.limits
from bot import params
from bot.commands import Access, Command, Feature, Services
from bot.compose import all_features
from bot.i18n import Words
from bot.platform import Limits
from bot.request import Request
from bot.ui import Action, Form, Reply

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs", "platforms.md")
ENGLISH = Words("en", ZoneInfo("UTC"))

LIMITS: Mapping[str, Limits] = {
    "console": adapters.console.limits.LIMITS,
    "Discord": adapters.discord.limits.LIMITS,
    "Slack": adapters.slack.limits.LIMITS,
}
LIMIT_NAMES: Mapping[str, str] = {
    "message_length": "characters of a message, as each counts them",
    "cards": "cards of a message",
    "parts": "parts of a message: components (Discord), characters as written (Slack)",
    "title_length": "characters of a card's title",
    "body_length": "characters of a card's body or field",
    "fields": "fields of a card",
    "controls": "buttons and menus of a card",
    "label_length": "characters on a button",
    "options": "choices in a menu, suggestions for an option",
    "value_length": "characters behind a choice",
    "files": "files of a message",
    "form_params": "fields of a form that are shown at once",
    "form_title_length": "characters of a form's title",
}

# Discord: Application Commands, "Application Command Option Type"; Components, "Component Types"
SUBCOMMANDS = 25  # Discord: of one command
OPTION_TYPES: Mapping[int, str] = {
    3: "string",
    4: "integer",
    6: "user",
    7: "channel",
    10: "number",
    11: "attachment",
}
COMPONENT_TYPES: Mapping[int, str] = {
    3: "string select",
    4: "text input",
    5: "user select",
    8: "channel select",
    19: "file upload",
}


def main(arguments: Sequence[str]) -> int:
    """Run `check` or `update`; the exit code says whether all is well."""
    page = ROOT / PAGE
    written = page.read_text(encoding="utf-8")
    match list(arguments):
        case ["update"]:
            page.write_text(filled(written, all_features()), encoding="utf-8")
            return 0
        case ["check"]:
            found = stale(written, all_features())
            for name in found:
                print(f"{PAGE.as_posix()}: the table of {name} is not what the code says now. Run `make fix`.")
            return 1 if found else 0
        case _:
            print("Say `check` or `update`.", file=sys.stderr)
            return 2


def stale(written: str, features: Sequence[Feature]) -> list[str]:
    """The names of the tables that say something else than the code, or are missing."""
    held = {name: _held(written, name) for name in TABLES}
    return [name for name, table in TABLES.items() if held[name] != _lines(table(features))]


def filled(written: str, features: Sequence[Feature]) -> str:
    """The page with every table as the code has it."""
    for name, table in TABLES.items():
        before, _, rest = written.partition(_begin(name))
        _, _, after = rest.partition(_end(name))
        written = f"{before}{_begin(name)}{_lines(table(features))}{_end(name)}{after}"
    return written


def commands(features: Sequence[Feature]) -> Iterator[Sequence[str]]:
    """Every command, and what is typed for it; "–" where a platform does not have it."""
    on_discord = {each["name"]: each for each in adapters.discord.declare.declared(features)}
    on_slack = {each.name for each in adapters.slack.declare.declared(features)}
    way = next((feature.name for feature in features if feature.leads_anywhere), "")
    yield ("command", "for", "console", "Discord", "Slack")
    for feature in features:
        for command in feature.commands:
            typed = f"/{feature.name} {command.name}".strip()
            is_native = command.name in _subcommands(on_discord[feature.name])
            there = f"`/{way} {typed[1:]}`" if way else "–"
            yield (
                ENGLISH(command.help),
                "organisers" if command.access is Access.ORGANISER else "everybody",
                f"`{typed}`",
                f"`{typed}`" if is_native else "–",
                f"`{typed}`" if f"/{feature.name}" in on_slack else there,
            )


def shortcuts(features: Sequence[Feature]) -> Iterator[Sequence[str]]:
    """What is used on a message or a person."""
    on_discord = {each["name"]: each["type"] for each in adapters.discord.declare.declared(features)}
    on_slack = {each.name: each.kind for each in adapters.slack.declare.declared_shortcuts(features)}
    menus = {
        adapters.discord.declare.MESSAGE: "*Apps* on a message",
        adapters.discord.declare.PERSON: "*Apps* on a person",
    }
    places = {"message": "*More actions* on a message", "global": "the lightning bolt; the form asks for whom"}
    yield ("shortcut", "leads to", "console", "Discord", "Slack")
    for feature in features:
        for each in feature.shortcuts:
            typed = f"/{feature.name} {each.command}".strip()
            name = ENGLISH(each.name)
            yield (name, f"`{typed}`", f"`{typed}`", menus[on_discord[each.name]], places[on_slack[each.name]])


def arguments(_features: Sequence[Feature]) -> Iterator[Sequence[str]]:
    """Every kind of argument: what takes it when it is typed, and in a form. "…" stands for live suggestions."""
    options = _discord_options()
    yield ("argument", "console", "Discord: option", "Discord: form", "Slack: form")
    for name, param in kinds().items():
        yield (
            name,
            "words" + _dots(adapters.discord.declare.suggests(param)),
            options[name],
            _discord_input(param),
            _slack_inputs(param),
        )


def limits(_features: Sequence[Feature]) -> Iterator[Sequence[str]]:
    yield ("at most", *LIMITS)
    for each in fields(Limits):
        if each.name not in ("measure", "weigh"):
            numbers = [f"{getattr(limits, each.name):,}" for limits in LIMITS.values()]
            yield (LIMIT_NAMES[each.name], *numbers)


TABLES = {"commands": commands, "shortcuts": shortcuts, "arguments": arguments, "limits": limits}


def kinds() -> Mapping[str, params.Param]:
    """One argument of each kind that `bot.params` has, by what it is called on the page."""
    choices = {"a": "A", "b": "B"}
    found: Mapping[str, params.Param] = {
        "a line of text": params.Text("Text", "Text"),
        "a long text": params.Text("Text", "Text", is_long=True),
        "one of a few choices": params.Choice("Choice", "Choice", choices),
        "several of a few choices": params.Choices("Choices", "Choices", choices),
        "a whole number": params.Whole("Whole", "Whole"),
        "a number": params.Number("Number", "Number"),
        "a moment": params.DateTime("When", "When"),
        "a day that was": params.PastDay("On", "On"),
        "a day to come": params.ComingDay("By", "By"),
        "a moment, or again and again": params.WhenOrEvery("When", "When"),
        "how often": params.Every("Every", "Every"),
        "lead times": params.Leads("Leads", "Leads"),
        "quiet hours": params.QuietHours("Quiet", "Quiet"),
        "an end": params.Until("Until", "Until"),
        "a span of dates": params.Dates("Dates", "Dates"),
        "a time of day": params.TimeOfDay("Time", "Time"),
        "a time zone": params.Zone("Zone", "Zone"),
        "a price": params.Cost("Cost", "Cost"),
        "how an event comes again": params.Repeats("Repeats", "Repeats"),
        "how something is paid": params.Fee("Fee", "Fee"),
        "whose law": params.Law("Law", "Law"),
        "a language": params.Language("Language", "Language"),
        "tags": params.Tags("Tags", "Tags"),
        "a link": params.Url("Url", "Url"),
        "a city": params.City("City", "City"),
        "a channel": params.ChannelParam("Channel", "Channel"),
        "a member": params.Member("Member", "Member"),
        "what is stored, such as an event": params.Stored("Event", "Event", lookup="event"),
        "a file": params.Upload("File", "File"),
    }
    return found


def _subcommands(command: Mapping[str, Any]) -> set[str]:  # Any: JSON
    """The commands of one that is declared on Discord; "" is the command itself."""
    found: set[str] = set()
    for each in command.get("options", ()):
        if each["type"] == adapters.discord.declare.SUBCOMMAND:
            found.add(each["name"])
        elif each["type"] == adapters.discord.declare.GROUP:
            found |= {f"{each['name']} {inner['name']}" for inner in each["options"]}
    return found or {""}


def _discord_options() -> Mapping[str, str]:
    """What each kind is as an option of a command, by its name on the page. A command of its own for each: there are
    more kinds than one command may have options.
    """
    commands = tuple(_asking_for(number, param) for number, param in enumerate(kinds().values()))
    found: dict[str, str] = {}
    for first in range(0, len(commands), SUBCOMMANDS):
        some = commands[first : first + SUBCOMMANDS]
        [declared] = adapters.discord.declare.declared((Feature("try", "All kinds", some),))
        for name, subcommand in zip(list(kinds())[first:], declared["options"], strict=False):
            [option] = subcommand["options"]
            extra = " with choices" if "choices" in option else ""
            found[name] = OPTION_TYPES[option["type"]] + extra + _dots(bool(option.get("autocomplete")))
    return found


def _asking_for(number: int, param: params.Param) -> Command:
    asks = make_dataclass("Asks", [("value", Annotated[object, param], None)], frozen=True)
    return Command(f"a{number}", "One kind", asks, _nothing, f"/try a{number}")


async def _nothing(_ask: Any, _request: Request, _services: Services) -> Reply:  # Any: as Command has it
    return Reply()


def _discord_input(param: params.Param) -> str:
    form = _form(param)
    page = adapters.discord.forms.first_page(form)
    [label] = adapters.discord.forms.modal(form, page, ENGLISH, replaces=False)["components"]
    return COMPONENT_TYPES[label["component"]["type"]]


def _slack_inputs(param: params.Param) -> str:
    shown = adapters.slack.forms.modal(_form(param), ENGLISH)["blocks"]
    kinds = [block["element"]["type"] for block in shown if block["type"] == "input"]
    return " and ".join(f"`{kind}`" + _dots(kind == "external_select") for kind in kinds)


def _form(param: params.Param) -> Form:
    return Form("Form", Action("try"), {"value": param})


def _dots(suggests: bool) -> str:
    return " …" if suggests else ""


def _lines(rows: Iterator[Sequence[str]]) -> str:
    head, *body = rows
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *body)]
    lines.insert(1, "|---" * len(head) + "|")
    return "\n\n" + "\n".join(lines) + "\n\n"


def _begin(name: str) -> str:
    return f"<!-- {name} -->"


def _end(name: str) -> str:
    return f"<!-- /{name} -->"


def _held(written: str, name: str) -> str:
    return written.partition(_begin(name))[2].partition(_end(name))[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
