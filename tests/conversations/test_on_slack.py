"""The same conversations on Slack, word for word, in Socket Mode and by HTTP.

How Slack reaches the bot has nothing to do with where rows are kept: on PostgreSQL they run by HTTP alone.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.settings import SlackMode
from tests.conversations.on_slack import by_name, play
from tests.conversations.play import typed_lines
from tests.conversations.test_conversations import CONVERSATIONS, START, is_sampled

pytestmark = pytest.mark.unmeasured


@pytest.mark.parametrize("mode", SlackMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_a_conversation_goes_word_for_word_on_slack(path: Path, mode: SlackMode, sqlite_url: str) -> None:
    await _goes_word_for_word(path, mode, sqlite_url)


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_a_conversation_goes_word_for_word_on_slack_and_postgres(path: Path, postgres_url: str) -> None:
    await _goes_word_for_word(path, SlackMode.HTTP, postgres_url)


async def _goes_word_for_word(path: Path, mode: SlackMode, url: str) -> None:
    transcript = await asyncio.to_thread(path.read_text, encoding="utf-8")
    seen = await play(typed_lines(transcript), url, START, mode, with_sample=is_sampled(path))
    assert by_name(seen) == by_name(transcript)
