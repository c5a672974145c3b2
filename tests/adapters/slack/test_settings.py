"""What Slack takes from the settings, and how it says what is missing."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from adapters.slack.settings import SlackSettings, slack_settings
from bot.errors import SetupError
from bot.settings import SLACK_API, Settings, SlackMode

KEY = Fernet.generate_key().decode()
SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
HTTP = {"SLACK_MODE": "http", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret"}
MANY = {
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_CLIENT_ID": "11.22",
    "SLACK_CLIENT_SECRET": "client-s3cret",
    "GREENROOM_SECRET_KEY": KEY,
}


def settings(**given: str) -> Settings:
    return Settings.model_validate(given)


def test_two_tokens_are_all_that_one_workspace_needs() -> None:
    given = slack_settings(settings(SLACK_BOT_TOKEN=" xoxb-1 ", SLACK_APP_TOKEN="xapp-1"))
    assert given == SlackSettings(SlackMode.SOCKET, SLACK_API, "xoxb-1", "xapp-1")


def test_http_needs_the_signing_secret() -> None:
    given = slack_settings(settings(**HTTP, SLACK_COMMAND_PREFIX="Gr", SLACK_API_URL="http://127.0.0.1:1/api"))
    assert given == SlackSettings(
        SlackMode.HTTP, "http://127.0.0.1:1/api/", "xoxb-1", signing_secret="s3cret", prefix="gr"
    )


def test_many_workspaces_need_an_app_of_their_own_and_a_key() -> None:
    given = slack_settings(settings(**MANY))
    assert given.oauth is not None
    assert (given.token, given.oauth.client_id, given.oauth.client_secret) == ("", "11.22", "client-s3cret")


@pytest.mark.parametrize("given", [SOCKET, HTTP, MANY])
def test_a_secret_is_shown_nowhere(given: dict[str, str]) -> None:
    shown = repr(settings(**given)) + repr(slack_settings(settings(**given)))
    assert [value for value in ("xoxb-1", "xapp-1", "s3cret", KEY) if value in shown] == []


@pytest.mark.parametrize(
    "given",
    [
        {"SLACK_APP_TOKEN": "xapp-1"},
        {"SLACK_SIGNING_SECRET": "x"},
        {"SLACK_MODE": "http"},
        {"SLACK_API_URL": "http://127.0.0.1/api/"},
        {"SLACK_COMMAND_PREFIX": "gr"},
    ],
)
def test_without_a_token_the_other_settings_are_half_of_something(given: dict[str, str]) -> None:
    assert settings(**given).platforms == ("slack",)
    with pytest.raises(SetupError, match="SLACK_BOT_TOKEN: it is missing"):
        slack_settings(settings(**given))


def test_only_its_own_settings_name_it() -> None:
    assert settings(GREENROOM_SECRET_KEY=KEY, WEB_PORT="0").platforms == ()
    assert settings(**SOCKET, DISCORD_TOKEN="a").platforms == ("discord", "slack")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**SOCKET, "SLACK_BOT_TOKEN": "two words"}, "SLACK_BOT_TOKEN"),
        ({**SOCKET, "SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN: .*xoxb-"),
        ({**SOCKET, "SLACK_BOT_TOKEN": "xoxe.xoxb-1"}, "SLACK_BOT_TOKEN: .*rotation"),
        ({**SOCKET, "SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN: Socket Mode needs it"),
        ({**SOCKET, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: .*xapp-"),
        ({**HTTP, "SLACK_SIGNING_SECRET": " "}, "SLACK_SIGNING_SECRET"),
        ({**SOCKET, "SLACK_API_URL": "slack.com/api"}, "SLACK_API_URL"),
        ({**SOCKET, "SLACK_API_URL": "https://slack.com/api/?a"}, "SLACK_API_URL"),
        ({**SOCKET, "SLACK_COMMAND_PREFIX": "gr-2"}, "SLACK_COMMAND_PREFIX"),
        ({**SOCKET, "SLACK_COMMAND_PREFIX": "a" * 17}, "SLACK_COMMAND_PREFIX"),
        ({**SOCKET, **MANY}, "SLACK_BOT_TOKEN: .*SLACK_CLIENT_ID"),
        ({**MANY, "SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID"),
        ({**MANY, "SLACK_CLIENT_ID": "1&scope=admin"}, "SLACK_CLIENT_ID"),
        ({**MANY, "SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET"),
        ({**MANY, "GREENROOM_SECRET_KEY": ""}, "GREENROOM_SECRET_KEY"),
        ({**MANY, "GREENROOM_SECRET_KEY": "short"}, "GREENROOM_SECRET_KEY"),
    ],
)
def test_what_makes_no_sense_is_one_line_that_names_the_variable(given: dict[str, str], named: str) -> None:
    with pytest.raises(SetupError, match=f"^{named}") as refused:
        slack_settings(settings(**given))
    assert "\n" not in str(refused.value)
    assert "two words" not in str(refused.value)
