"""Where the app is installed, and with which token: one workspace of the settings, or many by the install link.

An installation of the link is kept sealed, one for each workspace (or for a whole organisation); the newest counts.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol

import aiohttp
import structlog
from slack_bolt.error import BoltError
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.installations import Installations, Sealed
from bot.errors import SetupError
from bot.ports import Clock
from bot.sealing import Seal, Unopened

REMEMBERED_SECONDS = 60.0
"""How long a token is used without asking the database; another process may have heard that it was revoked."""

CALL_SECONDS = 20
LONGEST_WAIT = 60.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Installed:
    """The app in one workspace. `home` is where its people's accounts are: the enterprise's id, or else the team's.

    `installer` is the user who installed it, "" where nobody knows; `bot_user` and `bot` are Slack's two ids of ours.
    """

    team: str
    home: str
    token: str = field(repr=False)
    team_name: str = ""
    bot_user: str = ""
    bot: str = ""
    app: str = ""
    scopes: frozenset[str] = frozenset()
    installer: str = ""
    installed_at: datetime | None = None
    """None for the token of the settings."""


class Tokens(Protocol):
    """Where the app is installed."""

    async def begin(self) -> Sequence[Installed]:
        """Every workspace it is installed in. Waits while Slack cannot be asked; raises SetupError if it says no."""

    async def of(self, team: str, home: str) -> Installed | None:
        """The app in this workspace of this enterprise; both are the same where only one of them is known.

        Of an enterprise alone, one of its workspaces will do.
        """

    async def removed(self, team: str, home: str, at: datetime | None = None) -> bool:
        """The app was removed there at that moment; an installation since then stays. Returns whether it is gone."""

    def refused(self, token: str) -> None:
        """Slack does not take this token any more: look for another one before it is used again."""


def web_client(api_url: str) -> AsyncWebClient:
    """For the few calls of installing: every one by a connection of its own, and made once."""
    return AsyncWebClient(base_url=api_url, timeout=CALL_SECONDS, retry_handlers=[], logger=_QUIET)


_QUIET = logging.getLogger("slack.installing")


class OneToken:
    """Implements `Tokens` with the token of the settings, which is for one workspace."""

    def __init__(self, token: str, client: AsyncWebClient, *, first_wait: float = 1.0) -> None:
        """`first_wait` in seconds doubles each time that Slack cannot be asked."""
        self._token = token
        self._client = client
        self._wait = first_wait
        self._installed: Installed | None = None

    async def begin(self) -> Sequence[Installed]:
        if self._installed is None:
            self._installed = await self._ask()
        return (self._installed,)

    async def of(self, team: str, home: str) -> Installed | None:
        """The only one there is, for guests from other workspaces too."""
        return self._installed

    async def removed(self, team: str, home: str, at: datetime | None = None) -> bool:
        return self._installed is not None and team == self._installed.team

    def refused(self, token: str) -> None:
        """There is no other."""

    async def _ask(self) -> Installed:
        wait = self._wait
        while True:
            try:
                told = await self._client.auth_test(token=self._token)
                return _of_auth_test(self._token, told)
            except SlackApiError as error:
                reason = _judged(error, self._client.base_url)
            except aiohttp.ClientConnectorError as error:
                raise SetupError(
                    f"SLACK_API_URL: {self._client.base_url} cannot be reached: {error.strerror}"
                ) from None
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                reason = type(error).__name__
            log.warning("slack cannot be asked who we are; trying again", reason=reason, wait=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


class StoredTokens(AsyncInstallationStore):
    """Implements `Tokens`, and the store that Bolt's install flow saves into."""

    def __init__(self, installations: Installations, seal: Seal, clock: Clock) -> None:
        self._installations = installations
        self._seal = seal
        self._clock = clock
        self._remembered: dict[str, tuple[Installed, str, float]] = {}
        """By team or home: the installation, whose home it is kept under, and until when (monotonic)."""

    @property
    def logger(self) -> logging.Logger:
        return _QUIET

    # ---- as the adapter asks

    async def begin(self) -> Sequence[Installed]:
        found = [(await self._opened(sealed), workspace) for sealed, workspace in await self._installations.all()]
        return [_serving(each, workspace) for each, workspace in found if each is not None and workspace]

    async def of(self, team: str, home: str) -> Installed | None:
        if (known := self._remembered.get(team)) is not None and known[2] > monotonic():
            return known[0]
        sealed = await self._installations.find(team) or await self._of_enterprise(team, home)
        installation = await self._opened(sealed) if sealed is not None else None
        if sealed is None or installation is None:
            return None
        found = _serving(installation, team)
        self._remembered[team] = (found, sealed.home, monotonic() + REMEMBERED_SECONDS)
        return found

    async def removed(self, team: str, home: str, at: datetime | None = None) -> bool:
        self._forget(team)
        return await self._installations.remove(team, at or self._clock.now())

    def refused(self, token: str) -> None:
        for key in [key for key, known in self._remembered.items() if known[0].token == token]:
            del self._remembered[key]

    # ---- as Bolt asks

    async def async_save(self, installation: Installation) -> None:
        """Raises BoltError for one that names neither team nor enterprise."""
        home = _home_of(installation)
        if not (home and installation.bot_token):
            raise BoltError("an installation without a workspace, or without a bot's token")
        now = self._clock.now()
        installation.installed_at = now.timestamp()
        text = json.dumps(installation.to_dict_for_copying(), default=datetime.isoformat)
        await self._installations.put(Sealed(home, installation.enterprise_id or "", self._seal.seal(text), now))
        self._forget(home)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        team = "" if is_enterprise_install else team_id or ""
        sealed = await self._installations.find(team) if team else None
        if sealed is None and enterprise_id:
            sealed = await self._installations.find(enterprise_id)
        found = await self._opened(sealed) if sealed is not None else None
        return found if found is not None and user_id in (None, found.user_id) else None

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found is not None else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.removed(team_id or enterprise_id or "", "")

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """What people were given, which is nothing, goes with them; the bot's stays."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    # ---- how

    async def _of_enterprise(self, team: str, home: str) -> Sealed | None:
        """For a workspace that of its whole enterprise; for an enterprise that of any of its workspaces."""
        if team == home:
            return await self._installations.within(home)
        whole = await self._installations.find(home)
        if whole is not None:
            await self._installations.serves(home, team)
        return whole

    async def _opened(self, sealed: Sealed) -> Installation | None:
        try:
            opened = self._seal.open(sealed.sealed)
        except Unopened:
            log.error("no key of GREENROOM_SECRET_KEY opens an installation", home=sealed.home)
            return None
        if opened.resealed:
            await self._installations.reseal(sealed, opened.resealed)
        return Installation(**json.loads(opened.text))

    def _forget(self, home: str) -> None:
        for key in [key for key, known in self._remembered.items() if home in (key, known[1])]:
            del self._remembered[key]


class StoredStates(AsyncOAuthStateStore):
    """What ties an answer of Slack's to the browser that asked: each is taken once, by whichever process."""

    def __init__(self, installations: Installations, clock: Clock) -> None:
        self._installations = installations
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return _QUIET

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:  # Any: as Bolt may pass them
        state = secrets.token_urlsafe(24)
        await self._installations.issue(state, self._clock.now())
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._installations.consume(state, self._clock.now())


def installed(installation: Installation) -> Installed:
    """What the install flow brought. `team` is "" for a whole enterprise, whose workspaces are not known yet."""
    return _serving(installation, "" if installation.is_enterprise_install else installation.team_id or "")


def when(event_time: object) -> datetime | None:
    """The moment that Slack gives an event in whole seconds, or None."""
    return datetime.fromtimestamp(event_time, UTC) if isinstance(event_time, int) else None


def error_of(error: SlackApiError) -> tuple[str, int]:
    """Slack's own word for what is wrong ("" where it said none), and the HTTP status."""
    response = error.response
    if isinstance(response, AsyncSlackResponse):
        told = response.data.get("error", "") if isinstance(response.data, dict) else ""
        return str(told), response.status_code
    return "", int(getattr(response, "status", 0))


def _home_of(installation: Installation) -> str:
    return (installation.enterprise_id if installation.is_enterprise_install else installation.team_id) or ""


def _serving(installation: Installation, team: str) -> Installed:
    is_own = team == installation.team_id
    found = Installed(
        team,
        installation.enterprise_id or installation.team_id or team,
        installation.bot_token or "",
        bot_user=installation.bot_user_id or "",
        bot=installation.bot_id or "",
        app=installation.app_id or "",
        scopes=frozenset(installation.bot_scopes or ()),
        installer=installation.user_id or "",
        installed_at=datetime.fromtimestamp(installation.installed_at, UTC),
    )
    return replace(found, team_name=installation.team_name or "") if is_own else found


def _of_auth_test(token: str, told: AsyncSlackResponse) -> Installed:
    team, enterprise = str(told["team_id"]), str(told.get("enterprise_id") or "")
    scopes = str(told.headers.get("x-oauth-scopes") or "")
    return Installed(
        team,
        enterprise or team,
        token,
        team_name=str(told.get("team") or ""),
        bot_user=str(told.get("user_id") or ""),
        bot=str(told.get("bot_id") or ""),
        scopes=frozenset(filter(None, (scope.strip() for scope in scopes.split(",")))),
    )


def _judged(error: SlackApiError, api_url: str) -> str:
    """Why Slack could not be asked now. Raises SetupError where it will not be otherwise later."""
    code, status = error_of(error)
    if code in REFUSED:
        raise SetupError(f"SLACK_BOT_TOKEN: Slack does not take it ({code}); copy it again from OAuth & Permissions")
    if 400 <= status < 500 and status != 429:
        raise SetupError(f"SLACK_API_URL: {api_url} answered {status}; it is no Slack")
    return code or str(status)


REFUSED = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "no_permission",
        "org_login_required",
        "team_access_not_granted",
        "two_factor_setup_required",
    }
)
"""Slack's errors of `auth.test` that only the operator can change."""
