"""The same conversations on Discord, word for word: what is typed, pressed and filled in there reads the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.on_discord import play
from tests.conversations.play import typed_lines
from tests.conversations.test_conversations import CONVERSATIONS, START, is_sampled

pytestmark = pytest.mark.unmeasured


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_a_conversation_goes_word_for_word_on_discord(path: Path, database_url: str) -> None:
    transcript = read(path)
    seen = await play(typed_lines(transcript), database_url, START, with_sample=is_sampled(path))
    assert seen == transcript
