"""Cells of a table that no spreadsheet runs."""

from __future__ import annotations

import re

_RUNS = r"[=+\-@\t\r\n\0＝＋－＠]"
_DEFUSABLE = re.compile(rf"'*{_RUNS}")
_DEFUSED = re.compile(rf"'+{_RUNS}")


def defused(cell: str) -> str:
    """A cell that no spreadsheet runs (OWASP, "CSV Injection")."""
    return f"'{cell}" if _DEFUSABLE.match(cell) else cell


def fused(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if _DEFUSED.match(cell) else cell
