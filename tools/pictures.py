"""Pictures for the guides: what the transcripts in tests/conversations show, as a terminal shows it.

`python -m tools.pictures update` writes them, `check` says which are not what the transcripts say now.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
TRANSCRIPTS = ROOT / "tests" / "conversations"
TYPED = "> "
BUTTON = r"\[\d+ [^]]+\]"
WIDTH = 120
"""Columns: the promises' buttons stand in one line."""
FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"


@dataclass(frozen=True, slots=True)
class Shot:
    """What is typed in a transcript, and what is seen after it; `nth` of those that are typed the same."""

    transcript: str
    typed: str
    nth: int = 1


PICTURES: Mapping[str, Sequence[Shot]] = {
    "connection": (Shot("connections", "/connect show ana"), Shot("connections", "/connect promises")),
    "reminder": (Shot("remind", ":inbox"), Shot("remind", "/remind list")),
    "nudge": (Shot("nudges", ":inbox", 3),),
    "library": (Shot("library", "/resource find contract kind:template"), Shot("library", ":press Details")),
}
"""By the names of the files in docs/."""


def drawn(shots: Sequence[Shot]) -> str:
    """The picture, as SVG. Raises LookupError for what nobody types."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for number, shot in enumerate(shots):
        if number:
            console.print()
        for line in seen(shot):
            text = Text(line, style="bold cyan" if line.startswith(TYPED) else "")
            text.highlight_regex(BUTTON, "green")
            console.print(text)
    svg = console.export_svg(title="Greenroom", unique_id="greenroom")
    # whoever looks at a page asks nobody else for a font
    svg = re.sub(r"\s*@font-face \{[^}]*\}|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", FONT)


def seen(shot: Shot) -> Sequence[str]:
    """The lines of a shot, the one that is typed first."""
    lines = (TRANSCRIPTS / f"{shot.transcript}.txt").read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line == TYPED + shot.typed]
    if len(starts) < shot.nth:
        raise LookupError(f"{shot.transcript}.txt has no {shot.typed!r} number {shot.nth}")
    start = starts[shot.nth - 1]
    ends = (number for number in range(start + 1, len(lines)) if lines[number].startswith(TYPED))
    found = lines[start : next(ends, len(lines))]
    while not found[-1]:
        found.pop()
    return found


def stale() -> Sequence[str]:
    """The pictures that are not what the transcripts say now."""
    return [name for name, shots in PICTURES.items() if not path(name).exists() or _read(name) != drawn(shots)]


def path(name: str) -> Path:
    return ROOT / "docs" / f"{name}.svg"


def _read(name: str) -> str:
    return path(name).read_text(encoding="utf-8")


def main() -> int:
    """Exits with 1 when `check` finds a stale one, with 2 when called wrongly."""
    match sys.argv[1:]:
        case ["update"]:
            for name, shots in PICTURES.items():
                path(name).write_text(drawn(shots), encoding="utf-8")
            return 0
        case ["check"]:
            found = stale()
            print("\n".join(f"docs/{name}.svg is stale: run `make fix`" for name in found))
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main())
