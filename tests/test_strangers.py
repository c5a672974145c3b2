"""What is somebody's own can be reached by nobody else: neither by a command, nor by a button, nor by suggestions.

Every command and every action is tried, as the features declare them: what is new is tried without being named here.
Who may see what is decided by the core and by conditions that both databases are given alike: on PostgreSQL each is
tried with fewer words and numbers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.commands import ASK, SAVE, Command, Feature
from bot.domain.people import Workspace
from bot.fit import plain
from bot.params import Stored, Upload
from bot.request import Attached, Incoming, Press, Run
from bot.ui import Action, Answer, Button, Card, Form, Reply
from tests.somebody import Somebody, somebody

pytestmark = pytest.mark.unmeasured

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
MARK = "quokka"
"""Stands in everything that Ana noted, in any case, and is typed by nobody else."""

GUESS = "Zebulon"
"""Stands there too, and is what others guess."""

NAME = f"{GUESS} {MARK.title()}"
HERS = (
    f'/connect log "{NAME}" met:"{GUESS} {MARK} hall" notes:"{GUESS} {MARK} likes tape" promised:"{GUESS} {MARK} stems"'
    f' due:friday owed:"{GUESS} {MARK} intro" owed_due:friday tags:{GUESS}{MARK} role:"{GUESS} {MARK} engineer"'
    ' follow_up:friday every:"6 weeks"',
    f'/connect log "{GUESS} Okafor {MARK}" city:"{GUESS} {MARK}stadt"',
    f'/remind me "{GUESS} {MARK} rehearsal" when:friday',
    f'/path goal "{GUESS} {MARK} tracks" by:friday topic:craft',
)
IDS = range(1, 7)
"""More than there are rows of any kind."""

FEW_IDS = range(1, 3)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    """She has noted two people, promises on both sides, reminders, and a goal."""
    async with somebody(database_url, NOW) as ana:
        for line in HERS:
            answer = await ana.says(line)
            assert not answer.is_refusal
            if any(isinstance(each, Button) and each.action.name == SAVE for each in answer.cards[0].controls):
                assert "Saved" in told(await ana.presses(answer, "Save"))
        yield ana


def has_few(ana: Somebody) -> bool:
    return ana.bot.settings.database_url.startswith("postgresql")


def ids(ana: Somebody) -> range:
    return FEW_IDS if has_few(ana) else IDS


def others(ana: Somebody) -> Sequence[Somebody]:
    """A stranger, an organiser of the same community, somebody of another one, and one in a direct message."""
    away = Workspace("console", "elsewhere", "Elsewhere")
    return (
        replace(ana, name="eve"),
        replace(ana, name="oscar", is_organiser=True),
        replace(ana, name="mallory", workspace=away, is_organiser=True),
        replace(ana, name="trudy", workspace=None),
    )


def told(answer: Answer) -> str:
    """All that somebody can read in an answer."""
    if isinstance(answer, Form):
        return " ".join((answer.title, *answer.values.values(), *answer.errors.values()))
    return " ".join((plain(answer.text), *(_card(card) for card in answer.cards), *_files(answer)))


def _card(card: Card) -> str:
    fields = (f"{each.name} {plain(each.value)}" for each in card.fields)
    return " ".join((plain(card.title), plain(card.body), *fields, *(each.label for each in card.controls)))


def _files(reply: Reply) -> Iterator[str]:
    for file in reply.files:
        yield f"{file.name} {file.content.decode(errors='replace')}"


def leaks(answer: Answer) -> bool:
    return MARK in told(answer).casefold()


def commands(features: Sequence[Feature]) -> Iterator[tuple[Feature, Command]]:
    for feature in features:
        for command in feature.commands:
            yield feature, command


def actions(features: Sequence[Feature]) -> Iterator[str]:
    for feature in features:
        yield from (*feature.presses, *feature.opens)


async def nothing(_most: int) -> bytes:
    return b"BEGIN:VCARD\nEND:VCARD\n"


async def hers(ana: Somebody) -> str:
    """What she sees of her own."""
    lines = (
        "/connect find",
        "/connect show #1",
        "/connect show #2",
        "/connect promises",
        "/remind list",
        "/path goals",
    )
    return "\n".join([told(await ana.says(line)) for line in lines])


async def test_every_command_tells_a_stranger_nothing_and_changes_nothing(ana: Somebody) -> None:
    before = await hers(ana)
    assert before.casefold().count(MARK) > 8
    tried = 0
    for who in others(ana):
        for feature, command in commands(ana.bot.features):
            for typed in (*(f"#{number}" for number in ids(ana)), GUESS, *(() if has_few(ana) else (GUESS[:3], "1"))):
                values = {name: typed for name, each in command.arguments.items() if not isinstance(each.param, Upload)}
                files = {name: "f" for name, each in command.arguments.items() if isinstance(each.param, Upload)}
                for given in ({}, values, *({name: typed} for name in values)):
                    incoming = who.incoming(Run((feature.name, command.name), {**given, **files}))
                    attached = Attached("a.vcf", "text/vcard", 22, nothing)
                    answer = await ana.bot.app.handle(_with(incoming, attached))
                    assert not leaks(answer), (who.name, feature.name, command.name, given)
                    tried += 1
    assert tried > (1_000 if has_few(ana) else 3_000)
    assert await hers(ana) == before


async def test_every_action_tells_a_stranger_nothing_and_changes_nothing(ana: Somebody) -> None:
    before = await hers(ana)
    tried = 0
    for who in others(ana):
        for name in actions(ana.bot.features):
            for arg in (*(str(number) for number in ids(ana)), "", "0/", f"0/words={GUESS}", f"0/{GUESS}"):
                for choice in ("", "1", *(() if has_few(ana) else ("10m",))):
                    answer = await who.ask(Press(Action(name, arg), choice))
                    assert not leaks(answer), (who.name, name, arg)
                    tried += 1
    assert tried > (500 if has_few(ana) else 1_000)
    assert await hers(ana) == before


async def test_every_form_that_a_button_opens_is_empty_for_a_stranger(ana: Somebody) -> None:
    for who in others(ana):
        for feature, command in commands(ana.bot.features):
            for name in command.arguments:
                for number in ids(ana):
                    path = f"{feature.name} {command.name}".strip()
                    answer = await who.ask(Press(Action(ASK, f"{path}/{name}=#{number}")))
                    assert not leaks(answer)


async def test_no_suggestion_tells_a_stranger_anything(ana: Somebody) -> None:
    tried = 0
    for who in (*others(ana), ana):
        for feature, command in commands(ana.bot.features):
            for name, argument in command.arguments.items():
                for typed in ("", GUESS, GUESS[:3], "#1"):
                    incoming = who.incoming(Run((feature.name, command.name), {}))
                    options = await ana.bot.app.suggest(incoming, name, typed)
                    names = " ".join(option.label for option in options).casefold()
                    if isinstance(argument.param, Stored) and MARK in names:
                        assert who is ana, (who.name, feature.name, command.name, name)
                        tried += 1
                    else:
                        assert MARK not in names
    assert tried > 5  # to her they are suggested


async def test_a_draft_of_hers_is_saved_by_nobody_else(ana: Somebody) -> None:
    asked = await ana.says(f'/connect log "Third {MARK}"')
    save = next(each.action for each in asked.cards[0].controls if isinstance(each, Button))
    for who in others(ana):
        for action in (save, Action("change", save.arg), Action("send", save.arg)):
            assert not leaks(await who.ask(Press(action)))
    assert "Third" not in await hers(ana)


async def test_being_a_member_tells_nobody_that_somebody_noted_them(ana: Somebody) -> None:
    eve = replace(ana, name="eve")
    await eve.says("/help")
    asked = await ana.says(f'/connect log "Eve {MARK}" member:eve')
    assert "Saved" in told(await ana.presses(asked, "Save"))
    exported = await eve.says("/me export")
    assert not leaks(exported)
    assert "connections" not in told(exported)


def _with(incoming: Incoming, attached: Attached) -> Incoming:
    return replace(incoming, files={"f": attached})
