"""How the app answers without the Web API: as it acknowledges, and to a response_url."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.faults import Kind
from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack import payloads
from tests.fakes.slack.asked import ACTIONS, EVENT, Asked
from tests.fakes.slack.core import Core
from tests.fakes.slack.elements import option, options
from tests.fakes.slack.errors import Denied, Findings, Json
from tests.fakes.slack.viewing import change, put_on_top
from tests.fakes.slack.world import (
    RESPONSE_URL_LIFE,
    RESPONSE_URL_USES,
    Channel,
    Message,
    Place,
    ResponseUrl,
    Team,
    User,
    View,
)

EVENT_SCOPES: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
}
"""What an app must be granted to be told of an event (Events API, "Required scopes" of each)."""


class Answering(Core):
    """What comes of what somebody did."""

    # ---- acknowledgements

    def heard(self, asked: Asked, said: Any) -> None:  # Any: JSON
        try:
            self._hear(asked, said if said not in ("", {}) else None)
        except Denied as denied:
            self.violations.append(f"acknowledgement of {asked.kind}: {denied}")
            asked.fail(f"the acknowledgement could not be shown: {denied}")

    def _hear(self, asked: Asked, said: Json | None) -> None:
        match asked.kind:
            case "view_submission":
                self._submitted(asked, said or {})
            case "block_suggestion":
                self._suggested(asked, said or {})
            case "command" if said is not None:
                assert asked.channel is not None
                is_shared = said.get("response_type") == "in_channel"
                self._say(asked, asked.channel, said, reader=None if is_shared else asked.user)
            case _ if said is not None and asked.kind in (ACTIONS, EVENT):
                raise Denied("ignored", f"Slack shows nothing of it: {said}")

    def _submitted(self, asked: Asked, said: Json) -> None:
        view = asked.source
        assert isinstance(view, View)
        match said.get("response_action"):
            case None if not said:
                self.close_view(view)
            case "clear":
                for each in view.user.views:
                    each.is_open = False
                view.user.views.clear()
            case "errors":
                inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                errors = said.get("errors") or {}
                if not errors or errors.keys() - inputs:
                    raise Denied("invalid_errors", f"{errors} of a view with {sorted(inputs)}")
                asked.errors = view.errors = dict(errors)
            case "update":
                block_kit.check_view(said.get("view"), block_kit.MODAL)
                change(self, view, said["view"])
                asked.view = view
            case "push":
                block_kit.check_view(said.get("view"), block_kit.MODAL)
                asked.view = put_on_top(self, asked.user, said["view"], pushes=True)
                asked.view.opener = asked
            case _:
                raise Denied("invalid_response_action", str(said)[:200])

    def close_view(self, view: View) -> None:
        view.is_open = False
        if view in view.user.views:
            view.user.views.remove(view)

    def _suggested(self, asked: Asked, said: Json) -> None:
        found = Findings()
        if said.get("options") == []:
            asked.options = []
            return
        there = options(found, (), said, "external_select", 100)
        for index, each in enumerate(there):
            option(found, ("options", index), each, "external_select")
        found.raise_if_any("invalid_options")
        asked.options = there

    def _say(self, asked: Asked, channel: Channel, said: Json, *, reader: User | None) -> Message:
        text, blocks = str(said.get("text") or ""), said.get("blocks")
        self.check_content(text, blocks)
        message = self.compose(channel, text, blocks, reader=reader)
        self.place(message)
        asked.show(message)
        return message

    # ---- response_url

    def new_response_url(self, asked: Asked, channel: Channel, source: Message | None = None) -> str:
        id_ = self.world.id("R")
        self.response_urls[id_] = ResponseUrl(id_, asked.user, channel, self.world.now(), source), asked
        return f"http://{self.address}/hooks/{id_}"

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """POST to a response_url."""
        self.in_flight += 1
        try:
            return await self._responding(request)
        finally:
            self.in_flight -= 1
            self.last_request = self.loop.time()
            self.note()

    async def _responding(self, request: web.Request) -> web.StreamResponse:
        self.counts["response_url"] += 1
        fault = self.faults.befalls("response_url")
        status, text = 200, "ok"
        if fault is None or fault.kind.is_after:
            try:
                self._respond(request.match_info["id"], await request.json())
            except Denied as denied:
                is_mistake = denied.error not in ("channel_not_found", "is_archived")
                self.note_denied("response_url", denied, is_mistake=is_mistake)
                status, text = 404 if denied.error in ("used_url", "expired_url") else 400, denied.error
        if fault is None:
            return (
                web.json_response({"ok": False, "error": text}, status=status)
                if status != 200
                else web.Response(text=text)
            )
        if fault.kind in (Kind.STATUS, Kind.STATUS_AFTER, Kind.LIMITED):
            status = 429 if fault.kind is Kind.LIMITED else fault.status
            return web.Response(status=status, headers={"Retry-After": "1"} if status == 429 else {})
        if fault.kind in (Kind.HANG, Kind.HANG_AFTER):
            await asyncio.Event().wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _respond(self, id_: str, said: Json) -> None:
        if id_ not in self.response_urls:
            raise Denied("expired_url")
        url, first = self.response_urls[id_]
        asked = first.sent or first
        if self.world.now() - url.at > RESPONSE_URL_LIFE:
            raise Denied("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise Denied("used_url")
        url.uses += 1
        source = url.source
        known = {"text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"}
        known |= {"mrkdwn", "unfurl_links", "unfurl_media", "metadata"}
        if said.keys() - known:
            raise Denied("invalid_payload", f"unknown: {sorted(said.keys() - known)}")
        if said.get("delete_original"):
            if source is None or source.is_deleted:
                raise Denied("message_not_found")
            self.remove(source)
            asked.updated_source = True
            asked.changed()
            return
        if said.get("replace_original"):
            self._replace(source, asked, said)
            return
        is_shared = said.get("response_type") == "in_channel"
        self._say(asked, url.channel, said, reader=None if is_shared else url.user)

    def _replace(self, source: Message | None, asked: Asked, said: Json) -> None:
        """In the place of the message whose control was used. What answered a command cannot be replaced so."""
        if source is None:
            raise Denied("no_original", f"a {asked.kind} came from no message: nothing is replaced")
        if source.is_deleted:
            raise Denied("message_not_found")
        text, blocks = str(said.get("text") or ""), said.get("blocks") or []
        self.check_content(text, blocks)
        self.edit(source, text, blocks)
        if source is asked.message:
            asked.updated_source = True
        asked.changed()

    # ---- events

    def tell(self, team: Team, inner: Json, user: User | None = None, *, name: str = "", twice: bool = False) -> Asked:
        """Tell the app of an event, if it is there and asked for such; what comes of it."""
        channel = self.world.channels.get(str(inner.get("channel", "")))
        asked = Asked(EVENT, user or team.owner, channel, payloads.event(self, team, inner), self.world.now())
        is_last_word = inner["type"] in ("app_uninstalled", "tokens_revoked")
        name = name or inner["type"]
        is_wanted = name in self.events and self.courier.has_app
        needed = EVENT_SCOPES.get(name, "")
        is_allowed = is_last_word or (team.is_installed and (not needed or needed in team.scopes))
        if is_allowed and is_wanted:
            self.scopes_used |= {needed} - {""}
            self.asked.append(asked)
            self.courier.bring(asked, twice=twice)
        else:
            asked.fail("the app is not told of such")
        return asked

    def uninstalled(self, team: Team) -> None:
        """The app was removed. Channels no longer have its bot."""
        for channel in team.channels.values():
            if channel.place is not Place.DIRECT:
                channel.members.pop(team.bot.id, None)
        self.tell(team, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot.id]}})
        self.tell(team, {"type": "app_uninstalled"})

    def posted_now(self, message: Message) -> None:
        """A message of the app's own in direct messages is told to it as well, as Slack does."""
        if message.channel.place is Place.DIRECT and "message.im" in self.events and self.courier.has_app:
            inner = payloads.written(message, "message")
            inner |= {"bot_id": message.channel.team.bot_id, "app_id": self.world.app_id}
            echo = Asked(
                EVENT, message.channel.team.bot, None, payloads.event(self, message.channel.team, inner), message.at
            )
            self.courier.bring(echo)
