"""Help, made from what the features declare: nothing here needs to be told of a new command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.commands import ASK, Access, Command, Feature, Services
from bot.errors import NotFound
from bot.i18n import N_, Words
from bot.markup import Bold, Code, Rich, joined, rich
from bot.params import Text, shortened
from bot.request import Request
from bot.ui import Action, Button, Card, Control, Reply


@dataclass(frozen=True, slots=True)
class AskHelp:
    topic: Annotated[str, Text(N_("Topic"), N_("Which command to explain: event, digest, …"), most=40)] = ""


def help_feature(features: Sequence[Feature]) -> Feature:
    """The `help` command over these features."""

    async def explain(ask: AskHelp, request: Request, _services: Services) -> Reply:
        if not ask.topic:
            return _overview(features, request)
        typed = ask.topic.casefold().lstrip("/").split()
        wanted = [*typed, *(word.removesuffix("s") for word in typed)]
        seen = [feature for feature in features if _visible(feature, request)]
        named = [each for each in seen if each.name in wanted]  # before others that have a command of that name
        having = [each for each in seen if any(command.name in wanted for command in _visible(each, request))]
        if found := [*named, *having]:
            return _explained(found[0], request)
        if others := [each for each in features if each.about and each.name in wanted]:
            return _explained(others[0], request)
        names = request.say.listed([each.name for each in seen], "or")
        raise NotFound(N_("There is no help on {topic}. Ask for {names}."), topic=shortened(ask.topic), names=names)

    return Feature(
        "help", N_("What I can do"), (Command("", N_("See what I can do"), AskHelp, explain, "/help event"),)
    )


TOGETHER = 4
"""Features on one card: Slack holds ten cards in a message."""


def _overview(features: Sequence[Feature], request: Request) -> Reply:
    say = request.say
    text = say(N_("I keep this community's calendar: find events, add them, say you are coming."))
    told = [_summary(feature, request) for feature in features if _visible(feature, request)]
    cards = tuple(Card(body=joined(told[first : first + TOGETHER], "\n\n")) for first in range(0, len(told), TOGETHER))
    tail = rich(say(N_("More about one:")), " ", Code(say.command("/help event")))
    return Reply(rich(text), (*cards, Card(body=tail)))


def _summary(feature: Feature, request: Request) -> Rich:
    """Its commands by name alone: with all that an organiser may do, the whole still fits in one message."""
    say = request.say
    names = ", ".join(command.name for command in _visible(feature, request) if command.name)
    return joined([Code(say.command(f"/{feature.name}")), say(feature.help), names], "\n")


def _explained(feature: Feature, request: Request) -> Reply:
    say = request.say
    commands = _visible(feature, request)
    lines = [
        rich(
            Code(say.command(_typed(feature, command))),
            " – ",
            say(command.help),
            "\n",
            say(N_("Example:")),
            " ",
            Code(say.command(command.example)),
        )
        for command in commands
    ]
    buttons: list[Control] = [
        Button(say(command.help), Action(ASK, f"{feature.name} {command.name}".strip()))
        for command in commands
        if any(argument.is_required for argument in command.arguments.values())
    ]
    if not commands:
        lines = [rich(say(N_("Organisers take care of these.")))]
    told = [rich(say(each)) for each in (feature.help, feature.about) if each]
    card = Card(rich(Bold(say.command(f"/{feature.name}"))), joined([*told, *lines], "\n"))
    # one or two options need no list: the example shows them
    options = [_options(command, say) for command in commands if len(command.arguments) > 2]
    return Reply(cards=(Card(card.title, card.body, controls=tuple(buttons[:5])), *options))


def _options(command: Command, say: Words) -> Card:
    lines = [rich(Code(f"{name}:"), " ", say(each.param.help)) for name, each in command.arguments.items()]
    return Card(rich(say(N_("Options of {command}"), command=command.name or "help")), joined(lines, "\n"))


def _typed(feature: Feature, command: Command) -> str:
    return f"/{feature.name} {command.name}".strip()


def _visible(feature: Feature, request: Request) -> tuple[Command, ...]:
    return tuple(command for command in feature.commands if command.access is Access.ANYONE or request.is_organiser)
