"""What an operator can set, from the environment and `.env`. Each is documented in `.env.example`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from tzlocal import get_localzone_name

from bot.errors import SetupError


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _known_zone(name: str) -> str:
    if not name:
        local = get_localzone_name()
        return "UTC" if local == "Etc/UTC" else local
    if name not in available_timezones():
        raise ValueError("name a zone as Continent/City, such as Europe/Berlin")
    return name


def _known_locale(name: str) -> str:
    try:
        Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError("name a language as en, de or pt-BR") from error
    return name


DISCORD_API = "https://discord.com/api/v10"
SLACK_API = "https://slack.com/api/"


class SlackMode(StrEnum):
    SOCKET = "socket"
    HTTP = "http"


class Settings(BaseSettings):
    """Every setting and its default. Unknown names in `.env` are left to whom they belong."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = Field("sqlite:///greenroom.db", validation_alias="DATABASE_URL", min_length=1)
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "", validation_alias="GREENROOM_TIMEZONE", validate_default=True
    )
    """IANA name; left empty it is the computer's."""
    locale: Annotated[str, AfterValidator(_known_locale)] = Field("en", validation_alias="GREENROOM_LOCALE")
    log_level: LogLevel = Field(LogLevel.INFO, validation_alias="GREENROOM_LOG_LEVEL")

    discord_token: SecretStr = Field(SecretStr(""), validation_alias="DISCORD_TOKEN")
    discord_api_url: str = Field(DISCORD_API, validation_alias="DISCORD_API_URL", min_length=1)
    """With the path of the version."""
    discord_gateway_url: str = Field("", validation_alias="DISCORD_GATEWAY_URL")
    """Empty: the one that Discord names."""
    discord_shard_ids: str = Field("", validation_alias="DISCORD_SHARD_IDS")
    """As `0,1` or `0-3`; empty: all of them."""
    discord_shard_count: int = Field(0, validation_alias="DISCORD_SHARD_COUNT", ge=0)
    """0: as many as Discord recommends."""

    slack_bot_token: SecretStr = Field(SecretStr(""), validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr = Field(SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr = Field(SecretStr(""), validation_alias="SLACK_SIGNING_SECRET")
    slack_mode: SlackMode = Field(SlackMode.SOCKET, validation_alias="SLACK_MODE")
    slack_api_url: str = Field(SLACK_API, validation_alias="SLACK_API_URL", min_length=1)
    slack_client_id: str = Field("", validation_alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr = Field(SecretStr(""), validation_alias="SLACK_CLIENT_SECRET")
    slack_command_prefix: str = Field("", validation_alias="SLACK_COMMAND_PREFIX")

    secret_key: SecretStr = Field(SecretStr(""), validation_alias="GREENROOM_SECRET_KEY")
    """One key or several, separated by commas: the first seals, all of them open."""

    web_host: str = Field("127.0.0.1", validation_alias="WEB_HOST", min_length=1)
    web_port: int = Field(8080, validation_alias="WEB_PORT", ge=0, le=65535)
    """0: any that is free."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """The chat platforms these settings name, even if only by a part of what one needs."""
        return tuple(name for name in ("discord", "slack") if self._names(f"{name}_"))

    @property
    def wants_web(self) -> bool:
        """Whether somebody asked for the web server, which else runs only where a platform needs it."""
        return self._names("web_")

    def _names(self, prefix: str) -> bool:
        """Whether a setting of this group is given, with another value than its default."""
        fields = type(self).model_fields
        return any(getattr(self, name) != fields[name].default for name in fields if name.startswith(prefix))


def read_settings(**given: Any) -> Settings:  # Any: pydantic-settings takes its own options by keyword
    """The settings as the environment and `.env` give them.

    Raises SetupError with one line that names the variable and what is wrong with it.
    """
    try:
        return Settings(**given)
    except UnicodeDecodeError:
        raise SetupError(".env is not UTF-8 text. Save it as UTF-8.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        what = str(first["msg"]).removeprefix("Value error, ")
        raise SetupError(f"{first['loc'][0]}: {what}") from None
