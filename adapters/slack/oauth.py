"""The install link by Bolt: from /slack/install over Slack's question to a page that says what became of it."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from babel import negotiate_locale
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installing import Installed, error_of, installed, web_client
from adapters.slack.settings import OAuth
from bot.domain.installations import STATE_LIVES
from bot.i18n import N_, Words, languages

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

Tell = Callable[[Installed], Awaitable[None]]

log = structlog.get_logger()


class _NotInstalled(Exception):
    """`reason` is Slack's word or ours; `status` that of the page."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, with the app's own pages. Hand it to Bolt's app, whose handler serves both paths."""

    def __init__(
        self,
        oauth: OAuth,
        api_url: str,
        *,
        scopes: Sequence[str],
        store: AsyncInstallationStore,
        states: AsyncOAuthStateStore,
        tell: Tell,
        locale: str,
        command: str = "/greenroom",
    ) -> None:
        """`tell` hears of every installation once it is kept. `locale` is spoken to browsers that ask for none of
        our languages; `command` is what the page says to try first.
        """
        self._tell = tell
        self._locale = locale
        self._command = command
        self._installing = web_client(api_url)
        # the SDK's own way there warns of what aiohttp will drop
        basic = b64encode(f"{oauth.client_id}:{oauth.client_secret}".encode()).decode()
        self._credentials = {"Authorization": f"Basic {basic}"}
        settings = AsyncOAuthSettings(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            scopes=list(scopes),
            user_scopes=[],
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,  # Slack's question follows at once: it says all that a page would
            authorization_url=urljoin(api_url, "/oauth/v2/authorize"),
            callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
            installation_store=store,
            state_store=states,
            state_expiration_seconds=int(STATE_LIVES.total_seconds()),
            logger=_QUIET,
        )
        super().__init__(client=self._installing, logger=_QUIET, settings=settings)

    @property
    def client(self) -> AsyncWebClient:
        """Not that of Bolt's app, which would send again what Slack did not answer: a code is good once."""
        return self._installing

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """As Bolt's, but of the address nothing is taken over that is no team's id."""
        team = request.query.get("team", [""])[0]
        known = team if re.fullmatch(r"[A-Z0-9]{1,20}", team) else None
        return self.settings.authorize_url_generator.generate(state=state, team=known)

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_callback(request)
        except _NotInstalled as failed:
            return self._page_of_failure(request, failed.reason, failed.status)

    async def run_installation(self, code: str) -> Installation:
        """As Bolt's, but it says why not, and takes nothing for people: the app asks for no scopes of theirs."""
        try:
            told = await self.client.api_call("oauth.v2.access", data={"code": code}, headers=self._credentials)
            token = told.get("access_token")
            if not token or told.get("token_type") != "bot":
                raise _NotInstalled("no_bot_token", 502)
            if told.get("refresh_token"):
                raise _NotInstalled("token_rotation", 500)
            ours = await self.client.auth_test(token=token)
        except SlackApiError as error:
            reason, status = error_of(error)
            is_down = status == 429 or status >= 500 or reason in DOWN or not reason
            raise _NotInstalled("unreachable" if is_down else reason, 502 if is_down else 401) from None
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise _NotInstalled("unreachable", 502) from None
        team, enterprise = told.get("team") or {}, told.get("enterprise") or {}
        return Installation(
            app_id=told.get("app_id"),
            enterprise_id=enterprise.get("id"),
            enterprise_name=enterprise.get("name"),
            enterprise_url=ours.get("url") if told.get("is_enterprise_install") else None,
            team_id=team.get("id"),
            team_name=team.get("name"),
            bot_token=token,
            bot_id=ours.get("bot_id"),
            bot_user_id=told.get("bot_user_id"),
            bot_scopes=told.get("scope") or "",
            user_id=(told.get("authed_user") or {}).get("id") or "",
            is_enterprise_install=bool(told.get("is_enterprise_install")),
            token_type=told.get("token_type"),
            custom_values={"url": ours.get("url") or ""},
        )

    # ---- what the browser shows

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        installation = args.installation
        await self._tell(installed(installation))
        say = self._words(args.request)
        name = installation.team_name or installation.enterprise_name or "Slack"
        if installation.is_enterprise_install:
            todo = say(N_("Add it to workspaces in your organisation's settings; then type {command} in one of them."))
        else:
            todo = say(N_("Type {command} in Slack to see what it can do. Invite it to channels it should post to."))
        url = str(installation.get_custom_value("url") or "")
        link = (url, say(N_("Open Slack"))) if re.match(r"https?://", url) else None
        text = todo.format(command=self._command)
        return self._page(say, 200, say(N_("Greenroom is installed in {name}"), name=name), text, link)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        return self._page_of_failure(args.request, args.reason, args.suggested_status_code)

    def _page_of_failure(self, request: AsyncBoltRequest, reason: str, status: int) -> BoltResponse:
        # what came in the address may be anything; Slack's own words look like this
        word = reason if re.fullmatch(r"[a-z_]{1,60}", reason) else "unknown"
        is_ours = word in OPERATORS
        (log.error if is_ours else log.warning)("slack app not installed", reason=word)
        say = self._words(request)
        if word == "access_denied":
            title, text = N_("Nothing was installed"), N_("You chose not to allow it. If that was a slip, start again.")
        elif word in STALE:
            title = N_("This page is used up")
            text = N_("Installing takes one go: within ten minutes, in one browser that keeps cookies. Start again.")
        elif word == "unreachable":
            title = N_("Slack could not be reached")
            text = N_("Nothing was installed. Start again in a few minutes.")
        elif is_ours:
            title = N_("Nothing was installed")
            text = N_("This bot is not set up rightly. Tell whoever runs it that Slack says {reason}.")
        else:
            title = N_("Nothing was installed")
            text = N_("Slack says {reason}. Start again; if it stays so, tell whoever runs this bot.")
        link = (INSTALL_PATH, say(N_("Start again")))
        return self._page(say, status, say(title), say(text, reason=word), link)

    def _words(self, request: AsyncBoltRequest) -> Words:
        accepted = ",".join(request.headers.get("accept-language", ()))
        asked = [part.partition(";")[0].strip() for part in accepted.split(",")][:10]
        return Words(negotiate_locale([each for each in asked if each], languages(), sep="-") or self._locale, _NOWHERE)

    def _page(
        self, say: Words, status: int, title: str, text: str, link: tuple[str, str] | None = None
    ) -> BoltResponse:
        anchor = f'<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>' if link is not None else ""
        return BoltResponse(
            status=status,
            body=PAGE.format(
                language=escape(str(say.locale).replace("_", "-")),
                title=escape(title),
                text=escape(text),
                anchor=anchor,
            ),
            headers={
                "Content-Type": "text/html; charset=utf-8",
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Set-Cookie": [self.settings.state_utils.build_set_cookie_for_deletion()],
            },
        )


STALE = frozenset({"invalid_browser", "invalid_state", "missing_code", "invalid_code", "code_already_used"})
"""Bolt's words for a state that is missing, used or old, and Slack's for such a code."""

OPERATORS = frozenset(
    {
        "bad_client_secret",
        "bad_redirect_uri",
        "invalid_client_id",
        "invalid_scope",
        "invalid_team_for_non_distributed_app",
        "no_bot_token",
        "no_scopes",
        "storage_error",
        "token_rotation",
    }
)
"""What only whoever runs the bot can change (oauth.v2.access, "Errors")."""

DOWN = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "ratelimited"})

PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem;
  color-scheme: light dark }}
</style>
<h1>{title}</h1>
<p>{text}</p>
{anchor}
</html>
"""

_QUIET = logging.getLogger("slack.installing")
_NOWHERE = ZoneInfo("UTC")
