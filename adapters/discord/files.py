"""Files that people attach: they stay with Discord until the core asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from adapters.discord.wire import Denied, Wire
from bot.errors import NotFound, Refused, Temporary, Unsure
from bot.i18n import N_
from bot.params import shortened
from bot.request import Attached

KEPT_AT = frozenset({("https", "cdn.discordapp.com"), ("https", "media.discordapp.net")})
"""Where Discord keeps what people attach (Reference: CDN Formatting, Attachments)."""
SECONDS = 10.0
"""What a file may take; whoever attached it waits for the answer."""

Raw = Mapping[str, Any]  # Any: an attachment as it came over the wire


def attached(told: Raw, wire: Wire) -> Attached:
    """A file as the core takes it."""
    return Attached(
        name=str(told["filename"]),
        media_type=str(told.get("content_type") or "application/octet-stream"),
        size=int(told["size"]),
        read=partial(_read, str(told["url"]), str(told["filename"]), wire),
    )


async def _read(url: str, name: str, wire: Wire, most: int) -> bytes:
    """The first `most + 1` bytes. Raises Refused where they do not come."""
    parts = urlsplit(url)
    # a Discord of one's own keeps files where it is itself
    if (parts.scheme, parts.netloc) not in KEPT_AT | {urlsplit(wire.api_url)[:2]}:
        raise Refused(N_("I take files from Discord itself only. Attach {name} again."), name=shortened(name))
    try:
        return await wire.download(url, most + 1, SECONDS)
    except Denied:
        raise NotFound(N_("{name} is not on Discord any more. Attach it again."), name=shortened(name)) from None
    except (Temporary, Unsure):
        raise Refused(
            N_("{name} did not come from Discord within {seconds} seconds. Try again, or attach a smaller part of it."),
            name=shortened(name),
            seconds=round(SECONDS),
        ) from None
