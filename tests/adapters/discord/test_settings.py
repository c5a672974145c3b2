"""What Discord takes from the settings, and how it says what is missing."""

from __future__ import annotations

import pytest

from adapters.discord.settings import DiscordSettings, discord_settings
from bot.errors import SetupError
from bot.settings import DISCORD_API, Settings


def settings(**given: str) -> Settings:
    return Settings.model_validate(given)


def test_a_token_is_all_that_is_needed() -> None:
    assert discord_settings(settings(DISCORD_TOKEN=" Bot a.b.c ")) == DiscordSettings("a.b.c", DISCORD_API)


def test_a_token_is_shown_nowhere() -> None:
    given = settings(DISCORD_TOKEN="a.b.c")
    assert "a.b.c" not in repr(given)
    assert "a.b.c" not in repr(discord_settings(given))


@pytest.mark.parametrize(
    ("typed", "ids"), [("0", (0,)), ("0,1", (0, 1)), ("0-2", (0, 1, 2)), (" 3 , 0 - 1 ", (0, 1, 3)), ("", None)]
)
def test_shards_are_written_as_numbers_and_ranges(typed: str, ids: tuple[int, ...] | None) -> None:
    given = discord_settings(settings(DISCORD_TOKEN="a", DISCORD_SHARD_IDS=typed, DISCORD_SHARD_COUNT="4"))
    assert (given.shard_ids, given.shard_count) == (ids, 4)


@pytest.mark.parametrize(
    "given",
    [
        {"DISCORD_GATEWAY_URL": "wss://gateway.example"},
        {"DISCORD_SHARD_COUNT": "2"},
        {"DISCORD_SHARD_IDS": "0"},
        {"DISCORD_API_URL": "http://127.0.0.1/api/v10"},
    ],
)
def test_without_a_token_the_other_settings_are_half_of_something(given: dict[str, str]) -> None:
    assert settings(**given).platforms == ("discord",)
    with pytest.raises(SetupError, match="DISCORD_TOKEN"):
        discord_settings(settings(**given))


def test_without_any_of_them_there_is_no_discord() -> None:
    assert settings().platforms == ()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DISCORD_TOKEN": "two words"}, "DISCORD_TOKEN"),
        ({"DISCORD_TOKEN": "a", "DISCORD_API_URL": "discord.com"}, "DISCORD_API_URL"),
        ({"DISCORD_TOKEN": "a", "DISCORD_GATEWAY_URL": "https://x"}, "DISCORD_GATEWAY_URL"),
        ({"DISCORD_TOKEN": "a", "DISCORD_SHARD_IDS": "0"}, "DISCORD_SHARD_COUNT"),
        ({"DISCORD_TOKEN": "a", "DISCORD_SHARD_IDS": "2", "DISCORD_SHARD_COUNT": "2"}, "DISCORD_SHARD_IDS"),
        ({"DISCORD_TOKEN": "a", "DISCORD_SHARD_IDS": "one", "DISCORD_SHARD_COUNT": "2"}, "DISCORD_SHARD_IDS"),
        ({"DISCORD_TOKEN": "a", "DISCORD_SHARD_IDS": "1-0", "DISCORD_SHARD_COUNT": "2"}, "DISCORD_SHARD_IDS"),
        ({"DISCORD_TOKEN": "a", "DISCORD_SHARD_COUNT": "99999"}, "DISCORD_SHARD_COUNT"),
    ],
)
def test_what_makes_no_sense_is_one_line_that_names_the_variable(given: dict[str, str], named: str) -> None:
    with pytest.raises(SetupError, match=named) as refused:
        discord_settings(settings(**given))
    assert "\n" not in str(refused.value)
    assert "two words" not in str(refused.value)
