"""Processes that are killed are not measured: nothing of what they ran is ever told, and measuring slows them."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that a test starts are not covered: coverage.py finds its settings in this variable."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
