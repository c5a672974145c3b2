"""Holds the words in the code and their translations together: `python -m tools.messages check | update`.

`update` writes `bot/locales/greenroom.pot` from the code and brings every `<language>.po` in line with it.
`check` changes nothing; it says what `update` would, and what only a translator can mend.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("bot", "adapters", "storage")
LOCALES = Path("bot", "locales")
TEMPLATE = LOCALES / "greenroom.pot"

KEYWORDS: dict[str, tuple[int, ...] | None] = {"N_": None, "say": None, "many": (1, 2)}
"""How words are marked: `N_("…")`, `say("…")`, `say.many("… one", "… other", count)`; `ask.say("…")` too."""

HEADER = "# What Greenroom says, as the code says it. Made by `make fix`."

PASSING = tuple(
    f'"{name}:'.encode()
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
"""Header lines that say when, by what or by whom: version control knows, and they differ from run to run."""

COUNT = "count"
"""Filled in by every plural; a form may leave it out ("one event")."""


def main(arguments: Sequence[str]) -> int:
    """Run `check` or `update`; the exit code says whether all is well."""
    match list(arguments):
        case ["update"]:
            update(ROOT)
            return 0
        case ["check"]:
            found = list(complaints(ROOT))
            for complaint in found:
                print(complaint)
            return 1 if found else 0
        case _:
            print("Say `check` or `update`.", file=sys.stderr)
            return 2


def extract(root: Path) -> Catalog:
    """Every marked text under `root`, with the files that it stands in."""
    catalog = Catalog(header_comment=HEADER, charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(root / folder, keywords=KEYWORDS, comment_tags=("Translators:",))
        for name, _line, text, comments, context in found:
            path = f"{folder}/{Path(name).as_posix()}"
            catalog.add(text, None, [(path, 0)], auto_comments=comments, context=context)
    return catalog


def update(root: Path) -> None:
    """Write the template, and every translation with what is new left empty and what is gone left out."""
    template = extract(root)
    (root / LOCALES).mkdir(exist_ok=True)
    (root / TEMPLATE).write_bytes(_written(template))
    for path in sorted((root / LOCALES).glob("*.po")):
        catalog = _read(path)
        # No fuzzy matching: a wrong translation that looks finished is worse than none.
        catalog.update(template, no_fuzzy_matching=True)
        path.write_bytes(_written(catalog))


def complaints(root: Path) -> Iterator[str]:
    """What is wrong, a line each: unreadable marks, a stale template, what translations lack or break."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            for line, complaint in marks(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(root).as_posix()}:{line}: {complaint}"
    template = extract(root)
    stale = root / TEMPLATE
    if not stale.exists() or stale.read_bytes() != _written(template):
        yield f"{TEMPLATE.as_posix()}: is not what the code says now. Run `make fix`."
    for path in sorted((root / LOCALES).glob("*.po")):
        for complaint in differences(template, _read(path)):
            yield f"{path.relative_to(root).as_posix()}: {complaint}"


def marks(source: str) -> Iterator[tuple[int, str]]:
    """Marked texts that extraction would pass over without a word, by their line in `source`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in KEYWORDS:
            continue
        texts = node.args[:2] if name == "many" else node.args[:1]
        if any(isinstance(text, ast.JoinedStr) for text in texts):
            yield node.lineno, f"{name}() takes {{names}} and their values, never an f-string."
        elif name == "N_" and not all(_is_text(text) for text in texts):
            yield node.lineno, f"{name}() takes a plain text."


def differences(template: Catalog, translation: Catalog) -> Iterator[str]:
    """What `translation` lacks, has too much or breaks."""
    for message in template:
        if not message.id:
            continue
        found = translation.get(message.id, context=message.context)
        if found is None:
            yield f"lacks {_name(message)}. Run `make fix`, then translate it."
        elif found.fuzzy:
            yield f"is unsure of {_name(message)}: check it and drop its fuzzy mark."
        elif not all(_forms(found.string)) or len(_forms(found.string)) != _form_count(message, translation):
            yield f"does not translate {_name(message)}."
        else:
            yield from _broken_names(message, found)
    for message in translation:
        if message.id and template.get(message.id, context=message.context) is None:
            yield f"has {_name(message)}, which nobody says any more. Run `make fix`."


def _broken_names(message: Message, found: Message) -> Iterator[str]:
    try:
        asked = set().union(*(_names(form) for form in _forms(message.id)))
        needed = asked - {COUNT} if message.pluralizable else asked
        for form in _forms(found.string):
            given = _names(form)
            for name in sorted(needed - given):
                yield f"drops {{{name}}} from {_name(message)}."
            for name in sorted(given - asked):
                yield f"makes up {{{name}}} in {_name(message)}."
    except ValueError as error:
        yield f"has broken braces in {_name(message)}: {error}."


def _names(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _form_count(message: Message, translation: Catalog) -> int:
    return translation.num_plurals if message.pluralizable else 1


def _name(message: Message) -> str:
    return repr(_forms(message.id)[0])


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def _written(catalog: Catalog) -> bytes:
    # Without dates and line numbers a file changes only when a text does.
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return b"".join(line for line in buffer.getvalue().splitlines(keepends=True) if not line.startswith(PASSING))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
