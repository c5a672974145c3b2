"""Conversations, word for word. Each is a transcript: what was typed after `> `, and what was seen.

A name that begins with `sample` is played in the sample community, the others in an empty one.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conversations.play import play, typed_lines

CONVERSATIONS = sorted(Path(__file__).parent.glob("*.txt"))

START = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
"""A Wednesday, 15:00 in Berlin."""


def is_sampled(path: Path) -> bool:
    return path.stem.startswith("sample")


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_a_conversation_goes_word_for_word(path: Path, database_url: str) -> None:
    transcript = await asyncio.to_thread(path.read_text, encoding="utf-8")
    seen = await play(typed_lines(transcript), database_url, START, with_sample=is_sampled(path))
    assert seen == transcript


async def test_what_the_readme_says_to_type_works(sqlite_url: str) -> None:
    readme = await asyncio.to_thread((Path(__file__).parents[2] / "README.md").read_text, encoding="utf-8")
    lines = [line for line in readme.splitlines() if line.startswith(("/", ":"))]
    seen = await play(lines, sqlite_url, START, with_sample=True)
    assert len(lines) > 5
    assert not [line for line in seen.splitlines() if line.startswith("! ")]
    assert "You are going to" in seen
    assert "Coming up" in seen.split("> :channel events")[-1]
