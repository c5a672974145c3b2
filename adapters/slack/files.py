"""Files that people attach: they stay with Slack until the core asks for one."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from adapters.slack.inbound import Raw
from adapters.slack.wire import Denied, Wire
from bot.errors import DeliveryError, NotFound, Refused
from bot.i18n import N_
from bot.params import shortened
from bot.request import Attached

KEPT_AT = frozenset({("https", "files.slack.com"), ("https", "files.slack-gov.com")})
"""Where Slack keeps what people attach (Slack, "File object", url_private); nobody else is shown the bot's token."""
SECONDS = 10.0
"""What a file may take; whoever attached it waits for the answer."""


def attached(wire: Wire, token: str, told: Raw) -> Attached:
    """A file as the core takes it."""
    name = str(told.get("name") or told.get("title") or told["id"])
    url = str(told.get("url_private_download") or told.get("url_private") or "")
    return Attached(
        name=name,
        media_type=str(told.get("mimetype") or "application/octet-stream"),
        size=int(told.get("size") or 0),
        read=partial(_read, wire, token, url, name),
    )


async def _read(wire: Wire, token: str, url: str, name: str, most: int) -> bytes:
    """The first `most + 1` bytes. Raises Refused where they do not come."""
    if urlsplit(url)[:2] not in KEPT_AT | {urlsplit(wire.api_url)[:2]}:
        raise Refused(N_("I take files from Slack itself only. Attach {name} again."), name=shortened(name))
    try:
        return await wire.fetch(token, url, most + 1, SECONDS)
    except Denied:
        raise NotFound(N_("{name} is not on Slack any more. Attach it again."), name=shortened(name)) from None
    except DeliveryError:
        raise Refused(
            N_("{name} did not come from Slack within {seconds} seconds. Try again, or attach a smaller part of it."),
            name=shortened(name),
            seconds=round(SECONDS),
        ) from None
