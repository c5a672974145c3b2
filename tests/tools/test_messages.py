from __future__ import annotations

from pathlib import Path

import pytest

from tools.messages import LOCALES, TEMPLATE, complaints, main, update

CODE = """
from bot.i18n import N_

def answer(say, request, count):
    say(N_("Saved."))
    request.say("Hours must be {low} to {high}.", low=1, high=8760)
    say.many("{count} event near {city}", "{count} events near {city}", count, city="Berlin")
"""

GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: de\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Hours must be {low} to {high}."
msgstr "Stunden: {low} bis {high}."

msgid "Saved."
msgstr "Gespeichert."

msgid "{count} event near {city}"
msgid_plural "{count} events near {city}"
msgstr[0] "Eine Veranstaltung bei {city}"
msgstr[1] "{count} Veranstaltungen bei {city}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project whose words and German are in order."""
    for folder in ("bot", "adapters"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bot" / "answers.py").write_text(CODE)
    (tmp_path / LOCALES).mkdir()
    german(tmp_path).write_text(GERMAN)
    update(tmp_path)
    return tmp_path


def german(project: Path) -> Path:
    return project / LOCALES / "de.po"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_words_and_translations_in_order_raise_no_complaint(project: Path) -> None:
    assert list(complaints(project)) == []


def test_updating_twice_changes_nothing(project: Path) -> None:
    before = (project / TEMPLATE).read_bytes(), german(project).read_bytes()
    update(project)
    assert ((project / TEMPLATE).read_bytes(), german(project).read_bytes()) == before


def test_every_way_of_marking_a_text_is_found(project: Path) -> None:
    template = (project / TEMPLATE).read_text()
    assert 'msgid "Saved."' in template
    assert 'msgid "Hours must be {low} to {high}."' in template
    assert 'msgid_plural "{count} events near {city}"' in template


def test_a_new_text_makes_the_template_stale_and_the_translation_incomplete(project: Path) -> None:
    change(project / "bot" / "answers.py", 'N_("Saved.")', 'N_("Stored.")')
    assert list(complaints(project)) == [
        "bot/locales/greenroom.pot: is not what the code says now. Run `make fix`.",
        "bot/locales/de.po: lacks 'Stored.'. Run `make fix`, then translate it.",
        "bot/locales/de.po: has 'Saved.', which nobody says any more. Run `make fix`.",
    ]
    update(project)
    assert list(complaints(project)) == ["bot/locales/de.po: does not translate 'Stored.'."]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Stunden: {low} bis", "Stunden: bis", "drops {low} from 'Hours must be {low} to {high}.'."),
        ("Stunden: {low}", "Stunden: {low} {ab}", "makes up {ab} in 'Hours must be {low} to {high}.'."),
        ("Eine Veranstaltung bei {city}", "Eine hier", "drops {city} from '{count} event near {city}'."),
        ("{count} Veranstaltungen bei {city}", "", "does not translate '{count} event near {city}'."),
        (
            'msgid "Saved."',
            '#, fuzzy\nmsgid "Saved."',
            "is unsure of 'Saved.': check it and drop its fuzzy mark.",
        ),
    ],
)
def test_a_translation_that_breaks_something_is_named(project: Path, old: str, new: str, complaint: str) -> None:
    change(german(project), old, new)
    assert list(complaints(project)) == [f"bot/locales/de.po: {complaint}"]


def test_broken_braces_are_named(project: Path) -> None:
    change(german(project), "{low} bis {high}", "{low bis {high}")
    [complaint] = complaints(project)
    assert complaint.startswith("bot/locales/de.po: has broken braces in 'Hours must be {low} to {high}.'")


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ('N_(f"{count} events")', "N_() takes {names} and their values, never an f-string."),
        ('say(f"{count} events")', "say() takes {names} and their values, never an f-string."),
        ("N_(count)", "N_() takes a plain text."),
    ],
)
def test_a_mark_that_extraction_would_pass_over_is_named(project: Path, call: str, complaint: str) -> None:
    with (project / "bot" / "answers.py").open("a") as file:
        file.write(f"    {call}\n")
    assert list(complaints(project)) == [f"bot/answers.py:8: {complaint}"]


def test_anything_but_check_and_update_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == "Say `check` or `update`.\n"
