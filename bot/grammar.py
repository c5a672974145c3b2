"""The typed grammar that all text platforms share: `/event find late night near:Berlin when:"this weekend"`.

Words without a name fill the first option that takes free words, or the only one there is. What follows a name belongs
to it up to the next name, so that `near:New York` needs no quotes; quotes end a value where they close. A mention
without a name, `@mara` or as a platform writes it (`<@U123>`), fills the first option that takes a member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.commands import Argument, Command, Feature
from bot.domain.places import fold
from bot.errors import NotFound, Refused
from bot.i18n import N_, Words
from bot.params import TYPED_MOST, ChannelParam, Member, Stored, Tags, Text, Url, shortened

LINE_MOST = 12_000
"""Characters in one typed line: Slack sends at most about this much."""

OPENING = '"“”„«»'
"""Quotes as keyboards, phones and word processors make them; any of them closes what any opened."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A command that was typed. `command` is None when only the feature was named."""

    feature: Feature
    command: Command | None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Word:
    name: str
    """The option before the colon, "" for a free word."""
    value: str
    is_whole: bool = False
    """It stood in quotes, or is a mention as a platform writes it: what follows does not belong to it."""


def read_sentence(text: str, features: Sequence[Feature], say: Words) -> Sentence:
    """What command was typed, and its options' values as typed. Raises Refused and NotFound with a way on."""
    line = text.strip()
    if len(line) > LINE_MOST:
        raise Refused(
            N_("This line is longer than {most} characters. Use the form instead."),
            most=say.number(LINE_MOST),
        )
    head, _, rest = line.removeprefix("/").strip().partition(" ")
    feature = _feature(head, features, say)
    if (only := feature.command("")) is not None:
        return Sentence(feature, only, values_of(rest, only, say))
    name, _, tail = rest.strip().partition(" ")
    anywhere = features if feature.leads_anywhere else ()
    if not name and feature.alone:
        return Sentence(feature, feature.command(feature.alone))
    if not name:
        everything = next((each for each in anywhere if each.name == "help"), feature)
        return Sentence(everything, everything.command(""))
    command = feature.command(name.casefold())
    if command is None and any(each.name == name.casefold() and each is not feature for each in anywhere):
        return read_sentence(rest, features, say)
    if command is None:
        known = [each.name for each in feature.commands] + [each.name for each in anywhere if each is not feature]
        raise NotFound(
            N_("There is no command {typed}. {nearest}"),
            typed=f"/{feature.name} {shortened(name)}",
            nearest=_nearest(name.casefold(), known, f"/{feature.name} ", say),
        )
    return Sentence(feature, command, values_of(tail, command, say))


def meant_topic(text: str, features: Sequence[Feature], say: Words) -> str:
    """The feature that words are most about, for the help on it; "" when they are about none.

    Its name counts most, then those of its commands, then words that its help and its options' use, in the reader's
    language.
    """
    said = {fold(word) for word in re.findall(r"\w{3,}", text)} - _SAYING_NOTHING
    best, most = "", 0
    for feature in features:
        score = 0
        for weight, words in _about(feature, say):
            known = {fold(word) for word in re.findall(r"\w{3,}", words)}
            score += weight * sum(
                1 for word in said if word in known or f"{word}s" in known or word.rstrip("s") in known
            )
        if score > most:
            best, most = feature.name, score
    return best


_SAYING_NOTHING = frozenset(
    """
    all and any are can could did does for from get give has have hello help here hey how into know like make
    may more need now our out please shall should show some tell than thank thanks that the their them there
    these they thing things this those too use want was were what when where which who why will with would
    you your alle als auch auf aus bin bitte brauche das dass dein dem den der die dir ein eine einen einer
    etwas fur gibt hallo hat ich ihr ist kann mehr mein mich mir mit nicht noch oder sein sich sind und uns
    von was wenn wer wie will wir wird wozu
    """.split()
)
"""Words, as `fold` has them, that every question is made of."""


def _about(feature: Feature, say: Words) -> Iterator[tuple[int, str]]:
    """Weights, and the words that have them; each word counts once, however many commands say it."""
    yield 6, feature.name
    yield 3, " ".join(command.name for command in feature.commands)
    options = [each.param for command in feature.commands for each in command.arguments.values()]
    helps = [
        *(command.help for command in feature.commands),
        *(text for each in options for text in (each.label, each.help)),
    ]
    yield 1, " ".join(say(text) for text in helps)
    yield 2, say(feature.help)


def values_of(text: str, command: Command, say: Words) -> Mapping[str, str]:
    """The options' values in `text`, by name, as they were typed. Raises Refused."""
    arguments = command.arguments
    free = next((name for name, each in arguments.items() if takes_words(each)), "")
    if len(arguments) == 1:  # it need not be named
        free = next(iter(arguments))
    member = next((name for name, each in arguments.items() if isinstance(each.param, Member)), "")
    # a command that cannot do without an address, or reads what is there, takes one wherever it stands
    address = next((name for name, each in arguments.items() if isinstance(each.param, Url) and each.is_required), "")
    if command.completes is not None and isinstance(arguments[command.by[0]].param, Url):
        address = command.by[0]
    # once it is clear who is meant, what follows is about them
    after = next((name for name, each in arguments.items() if takes_words(each) and name != member), "")
    found: dict[str, list[str]] = {}
    open_ = free
    for word in _words(text, arguments):
        if word.name:
            if word.name in found and word.name != free:
                raise Refused(N_("{name} is there twice. Give it once."), name=f"{word.name}:")
            found.setdefault(word.name, []).append(word.value)
            if word.name == member and word.is_whole:
                free = after
            open_ = free if word.is_whole else word.name
        elif member and member not in found and open_ in (free, "") and _MENTION.match(word.value):
            found[member] = [word.value]
            open_ = free = after
        elif address and address not in found and open_ in (free, "") and _ADDRESS.match(word.value):
            found[address] = [word.value]
        elif open_:
            found.setdefault(open_, []).append(word.value)
        else:
            names = say.listed([f"{name}:" for name in arguments]) if arguments else ""
            raise Refused(
                N_("I don't know what {typed} belongs to. Name its option: {names}.")
                if names
                else N_("This command takes nothing more; leave {typed} out."),
                typed=shortened(word.value),
                names=names,
            )
    values = {name: " ".join(parts).strip() for name, parts in found.items()}
    for name, value in values.items():
        if len(value) > TYPED_MOST:
            raise Refused(
                N_("{name} is longer than {most} characters. Shorten it."), name=name, most=say.number(TYPED_MOST)
            )
    return {name: value for name, value in values.items() if value}


def takes_words(argument: Argument) -> bool:
    """Whether free words may fill this option."""
    param = argument.param
    return isinstance(param, Text | Tags) or (isinstance(param, Stored) and not isinstance(param, ChannelParam))


def _feature(head: str, features: Sequence[Feature], say: Words) -> Feature:
    for feature in features:
        if feature.name == head.casefold():
            return feature
    nearest = _nearest(head.casefold(), [feature.name for feature in features], "/", say)
    raise NotFound(N_("There is no command {typed}. {nearest}"), typed=f"/{shortened(head)}", nearest=nearest)


def _nearest(typed: str, known: Sequence[str], prefix: str, say: Words) -> str:
    close = get_close_matches(typed, known, n=1)
    if close:
        return say(N_("Did you mean {name}?"), name=prefix + close[0])
    return say(N_("There are {names}."), names=say.listed([prefix + name for name in known]))


_QUOTED = rf"[{OPENING}](?P<{{0}}>.*?)(?:[{OPENING}](?=\s|$)|$)"
"""A quote ends where a quote stands before a space; one that is never closed runs to the end."""

_TOKEN = re.compile(
    rf"(?P<name>\w[\w-]*):(?=\S|$)(?:{_QUOTED.format('named')}|(?P<bare><@[^<>]*>|\S*))"
    rf"|{_QUOTED.format('quoted')}"
    r"|(?P<word><@[^<>]*>|\S+)",
    re.DOTALL,
)


_MENTION = re.compile(r"<?@\w")
_ADDRESS = re.compile(r"<?(?:(?:https?|webcal)://|www\.)\S|<?(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::\d{1,5})?/", re.IGNORECASE)


def _words(text: str, arguments: Mapping[str, Argument]) -> list[_Word]:
    found: list[_Word] = []
    at = 0
    # single ones only in pairs, and where a word begins: most of them are apostrophes
    text = re.sub(r"(^|[\s:])[‘‚]([^‘’]*)[’‘](?=\s|$)", r'\1"\2"', text)
    while match := _TOKEN.search(text, at):
        at = match.end()
        name = (match["name"] or "").casefold()
        if name in arguments:
            quoted, value = match["named"], match["bare"]
            is_mention = value is not None and value.startswith("<@")
            found.append(_Word(name, value if quoted is None else quoted, is_mention or quoted is not None))
        elif name:
            # "12:30", "https://…" and "Re:Work" are words; "wen:friday" is a slip worth naming
            close = get_close_matches(name, list(arguments), n=1, cutoff=0.75)
            if close and not (match["bare"] or "").startswith("//"):
                raise Refused(
                    N_("There is no option {name}. Did you mean {nearest}?"),
                    name=f"{name}:",
                    nearest=f"{close[0]}:",
                )
            found.append(_Word("", match.group()))
        else:
            found.append(_Word("", match["quoted"] if match["quoted"] is not None else match["word"]))
    return found
