"""Greenroom in German: everything is said, and what it tells people to type is understood."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from bot.commands import Argument
from bot.compose import all_features
from bot.domain.datewords import (
    read_cadence,
    read_end,
    read_leads,
    read_moment,
    read_pattern,
    read_quiet,
    read_series,
    read_span,
)
from bot.domain.places import fold
from bot.errors import Refused
from bot.fit import plain
from bot.grammar import read_sentence
from bot.i18n import CATALOGS, Words
from bot.params import (
    Choice,
    Choices,
    ComingDay,
    Dates,
    DateTime,
    Every,
    Plain,
    QuietHours,
    Reading,
    TimeOfDay,
    Until,
    WhenOrEvery,
)
from bot.request import Asked, Incoming, Typed
from bot.ui import Form
from tests.somebody import Somebody, somebody, words
from tools.messages import ROOT, differences, extract

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
"""A Wednesday, 15:00 in Berlin."""

BERLIN = "Europe/Berlin"
DATED = (ComingDay, DateTime, Dates, Until, TimeOfDay, WhenOrEvery, Every, QuietHours)
START = read_moment("2026-11-27 20:00", locale="de", zone=BERLIN, now=NOW)
FIRST_FRIDAY = read_moment("2026-12-04 20:00", locale="de", zone=BERLIN, now=NOW)


def reading(locale: str = "de") -> Reading:
    return Reading(Words(locale, ZoneInfo(BERLIN)), NOW, {"when": START})


class GermanSpeaker(Somebody):
    """Somebody whose chat is set to German."""

    def incoming(self, asked: Asked, id_: str = "1") -> Incoming:
        return replace(super().incoming(asked, id_), locale="de")


@pytest.fixture
async def jule(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield GermanSpeaker(person.bot, person.clock, "jule")


def arguments() -> Iterator[Argument]:
    for feature in all_features():
        for command in feature.commands:
            yield from command.arguments.values()


def test_everything_is_said_in_german() -> None:
    with (CATALOGS / "de.po").open("rb") as file:
        german = read_po(file, locale="de")
    assert list(differences(extract(ROOT), german)) == []


async def test_an_event_is_added_found_and_answered_in_german(jule: Somebody) -> None:
    assert words(await jule.says("/event find")).startswith("Nichts gefunden · nächste 30 Tage\n")
    confirm = await jule.says('/event add Kellerjazz when:"freitag 20 Uhr" city:Köln kind:konzert price:kostenlos')
    assert words(confirm).startswith("Stimmt das so? Noch ist nichts gespeichert.")
    assert {field.name: plain(field.value) for field in confirm.cards[0].fields} == {
        "Beginn": "Freitag, 27. November 2026, 20:00 Uhr (Europe/Berlin, CET)",
        "Ende": "Freitag, 27. November 2026, 23:00 Uhr (Europe/Berlin, CET), weil kein Ende angegeben ist",
        "Stadt": "Köln, DE",
        "Art": "Konzert",
        "Preis": "kostenlos",
    }
    assert words(await jule.presses(confirm, "Speichern")).startswith("Gespeichert. Es steht jetzt im Kalender.")

    found = await jule.says("/event find kellerjazz near:Köln when:november price:kostenlos")
    assert words(found).startswith("1 Event · “kellerjazz” · im Umkreis von 50 km um Köln, DE · ")
    assert words(await jule.presses(found, "Dabei")).startswith("Du bist bei Kellerjazz dabei.")
    assert "1 dabei · Du bist dabei" in words(await jule.says("/event find"))
    maybe = await jule.says("/event answer kellerjazz answer:vielleicht")
    assert words(maybe).startswith("Du bist bei Kellerjazz vielleicht dabei.")
    assert words(await jule.says("/event mine")).startswith("1 kommendes Event mit deiner Antwort")


async def test_what_was_not_understood_is_said_in_german(jule: Somebody) -> None:
    form = await jule.ask(Typed('/event add Kellerjazz when:"31. Februar 20 Uhr" kind:oper price:viel'))
    assert isinstance(form, Form)
    assert form.title == "Ein Event in den Kalender eintragen"
    assert form.errors == {
        "when": "31. Februar gibt es nicht: Der Februar 2027 hat 28 Tage. Schreib zum Beispiel 28. Februar 2027.",
        "kind": "oper steht nicht zur Wahl. Wähl Konzert, Konferenz, Workshop, Masterclass, Meetup, "
        "Offenes Studio, Showcase oder Frist.",
        "price": "viel ist kein Preis. Schreib kostenlos oder zum Beispiel 15 EUR.",
    }
    assert words(await jule.says("/evnt")) == "Den Befehl /evnt gibt es nicht. Meinst du /event?"


def test_every_choice_is_read_by_its_german_and_its_english_name() -> None:
    several = [param for argument in arguments() if isinstance(param := argument.param, Choices)]
    choices = [argument.param for argument in arguments() if isinstance(argument.param, Choice)]
    choices += [Choice(param.label, param.help, param.names, param.into) for param in several]
    assert choices
    for choice in choices:
        names = {fold(reading().say(name)) for name in choice.names.values()}
        assert len(names) == len(choice.names), "two choices that read alike cannot be told apart"
        for value, name in choice.names.items():
            meant = choice.into(value)
            for typed in (reading().say(name), reading().say(name).upper(), name, value):
                assert choice.read(typed, reading()) == meant


@pytest.mark.parametrize("locale", ["en", "de"])
def test_the_dates_and_times_that_options_give_as_examples_are_understood(locale: str) -> None:
    tried = 0
    for argument in arguments():
        if isinstance(
            argument.param, ComingDay | DateTime | Dates | Until | TimeOfDay | WhenOrEvery | Every | QuietHours
        ):
            for example in reading(locale).say(argument.param.help).split(", "):
                argument.param.read(example, reading(locale))
                tried += 1
    assert tried > 10


def test_the_examples_of_the_help_page_are_read_in_german_too() -> None:
    features = all_features()
    for feature in features:
        for command in feature.commands:
            sentence = read_sentence(command.example, features, reading().say)
            assert sentence.command == command
            for name, typed in sentence.values.items():
                param = command.arguments[name].param
                if isinstance(param, Plain):
                    param.read(typed, reading())


def test_the_dates_that_refusals_advise_are_understood() -> None:
    examples: set[str] = set()
    for message in extract(ROOT):
        if isinstance(message.id, str) and any("datewords/refusals" in path for path, _line in message.locations):
            examples.update(re.findall(r"'([^'{}]+)'", reading().say(message.id)))
    assert "Freitag 19:00" in examples
    assert [example for example in sorted(examples) if not is_understood(example)] == []


def is_understood(typed: str) -> bool:
    """As a moment, once or again and again, as days or as an end, as a series, or as one of the stretches."""
    with suppress(Refused):
        read_pattern(typed, locale="de", zone=BERLIN, now=NOW)
        return True
    for read in (read_cadence, read_leads, read_quiet):
        with suppress(Refused):
            read(typed, locale="de")
            return True
    with suppress(Refused):
        read_span(typed, locale="de", zone=BERLIN, now=NOW)
        return True
    with suppress(Refused):
        read_end(typed, START, locale="de", now=NOW)
        return True
    with suppress(Refused):
        read_series(typed, FIRST_FRIDAY, locale="de")
        return True
    return False


def test_what_is_suggested_can_be_typed_as_it_is_shown() -> None:
    for argument in arguments():
        if isinstance(argument.param, Plain) and not isinstance(argument.param, Choice):
            for option in argument.param.suggest("", reading()):
                value = argument.param.read(option.value, reading())
                assert argument.param.read(option.label, reading()) == value
