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

    @property
    def platforms(self) -> tuple[str, ...]:
        """The chat platforms these settings name, even if only by a part of what one needs."""
        discord = (self.discord_token.get_secret_value(), self.discord_gateway_url, self.discord_shard_ids)
        is_discord = any(discord) or bool(self.discord_shard_count) or self.discord_api_url != DISCORD_API
        return ("discord",) if is_discord else ()


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
