"""Installing the app (Slack: Installing with OAuth): the page with the button, the consent, the code, the token."""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from tests.fakes.slack.acting import Acting
from tests.fakes.slack.core import Core
from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.rest import METHODS, Call
from tests.fakes.slack.world import Consent, User


@dataclass(frozen=True, slots=True)
class Installed:
    """The page that stands at the end of an install, and the address that led to it."""

    status: int
    text: str
    url: str


class Installing(Acting):
    """The way through the browser."""

    async def install(
        self, user: User, page: str, *, agrees: bool = True, state: str | None = None, again: str = ""
    ) -> Installed:
        """Open the app's install page, press "Add to Slack", agree, and be led back. `page` is its whole address.

        `agrees` False refuses; `state` takes the place of the right one; `again` opens a redirect a second time.
        """
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            async with browser.get(page, allow_redirects=False) as answer:
                text = await answer.text()
                # a cookie that is marked Secure is kept as well: before the app there would be TLS
                cookies = "; ".join(f"{name}={each.value}" for name, each in answer.cookies.items())
                link = answer.headers.get("Location", "") or self._link(text)
            asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
            if asked.get("client_id") != self.client_id:
                raise AssertionError(f"invalid_client_id: {link or text}")
            redirect = asked.get("redirect_uri") or page.rpartition("/slack/")[0] + "/slack/oauth_redirect"
            back = {"state": asked.get("state", "") if state is None else state}
            if agrees:
                code = secrets.token_urlsafe(16)
                self.consents[code] = Consent(user, asked.get("scope", ""), asked.get("redirect_uri", ""))
                back["code"] = code
            else:
                back["error"] = "access_denied"
            url = again or f"{redirect}?{urlencode(back)}"
            async with browser.get(url, headers={"Cookie": cookies}) as answer:
                return Installed(answer.status, await answer.text(), url)

    def _link(self, text: str) -> str:
        found = re.search(r'href="([^"]*client_id=[^"]*)"', text)
        return html.unescape(found[1]) if found else ""


@METHODS.on("oauth.v2.access", token="")
async def access(call: Call) -> Json:
    core = call.core
    if (call.text("client_id"), call.text("client_secret")) != (core.client_id, core.client_secret):
        raise Denied("bad_client_secret" if call.text("client_id") == core.client_id else "invalid_client_id")
    consent = core.consents.pop(call.text("code"), None)
    if consent is None:
        raise Denied("invalid_code")
    if consent.redirect_uri and call.text("redirect_uri") != consent.redirect_uri:
        raise Denied("bad_redirect_uri")
    return _granted(core, consent)


def _granted(core: Core, consent: Consent) -> Json:
    team = consent.user.team
    installation = core.grant(team, consent.scopes, consent.user)
    return {
        "access_token": installation.token,
        "token_type": "bot",
        "scope": ",".join(sorted(installation.scopes)),
        "bot_user_id": team.bot.id,
        "app_id": core.world.app_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": consent.user.id},
    }
