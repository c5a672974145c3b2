"""Which workspaces the app is installed in: the core is told of each, and of those that it was removed from."""

from __future__ import annotations

import json

import structlog

from adapters.slack.inbound import PLATFORM, account_id
from adapters.slack.installing import Installed
from adapters.slack.wire import Denied, Wire
from bot.domain.people import Account, Workspace
from bot.errors import DeliveryError
from bot.platform import Core
from bot.ports import Notes

NOTE = "slack.workspaces"
PATIENCE = 30.0
PAGE = "200"  # Slack: recommended for users.list
PAGES_MOST = 10

log = structlog.get_logger()


class Workspaces:
    """What was installed at the last start is noted, for what was removed while nothing ran."""

    def __init__(self, core: Core, wire: Wire, notes: Notes) -> None:
        self._core = core
        self._wire = wire
        self._notes = notes

    async def began(self, installed: list[Installed]) -> None:
        """These, and no others, are installed now."""
        before = set(json.loads(await self._notes.get(NOTE) or "[]"))
        now = {each.team for each in installed}
        for each in installed:
            await self.came(each, is_new=each.team not in before)
        for team in sorted(before - now):
            await self._core.left(Workspace(PLATFORM, team, ""))
        if before != now:
            await self._notes.put(NOTE, json.dumps(sorted(now)))

    async def came(self, installed: Installed, *, is_new: bool = True) -> None:
        """The app is installed in it; whoever installed it is greeted, or else the owner of the workspace."""
        if not installed.team:
            return  # a whole organisation: its workspaces are known when they are heard of
        by, locale = None, ""
        if is_new:
            user = installed.installer or await self._owner(installed)
            by = Account(PLATFORM, account_id(installed.home, user), "") if user else None
        workspace = Workspace(PLATFORM, installed.team, installed.team_name)
        await self._core.joined(workspace, by=by, channel=None, locale=locale)

    async def left(self, team: str) -> None:
        await self._core.left(Workspace(PLATFORM, team, ""))
        before = set(json.loads(await self._notes.get(NOTE) or "[]"))
        if team in before:
            await self._notes.put(NOTE, json.dumps(sorted(before - {team})))

    async def _owner(self, installed: Installed) -> str:
        """Slack's own id of the workspace's primary owner, "" where Slack does not tell."""
        cursor = ""
        try:
            for _ in range(PAGES_MOST):
                told = await self._wire.read(
                    installed.token, "users.list", limit=PAGE, team_id=installed.team, cursor=cursor, patience=PATIENCE
                )
                for user in told.get("members", ()):
                    if user.get("is_primary_owner") and not user.get("deleted"):
                        return str(user["id"])
                cursor = (told.get("response_metadata") or {}).get("next_cursor", "")
                if not cursor:
                    break
        except (Denied, DeliveryError) as error:
            log.warning("owner unknown", team=installed.team, reason=str(error))
        return ""
