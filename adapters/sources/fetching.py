"""Asks the web for what members name: only what is public, never much, never for long.

The address is checked where the socket is made, so that it does not matter how it was written, what a name is said
to mean this time, or by how many redirects it was come to.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from adapters.sources.public import PORTS, is_public
from bot.domain.pages import Found
from bot.errors import Refused
from bot.i18n import N_

USER_AGENT = "Mozilla/5.0 (compatible; Greenroom/0.1; reads links that members of a community share)"
"""Names the bot; robots.txt speaks to it as "Greenroom". The words before are what every browser says."""

REDIRECTS = 5
SECONDS = 10
AT_ONCE = 16
LINK_MOST = 2_000
_FIELD_MOST = 32 * 1024  # of one header; policies and cookies of large sites exceed aiohttp's 8 KB
_LOOKUPS = 4  # threads that ask for names: their own, as a name server that is slow on purpose keeps them waiting


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered in the end. `media` is lower-case without parameters, `charset` as its header has it."""

    status: int
    url: str
    """Where it was found, after redirects."""
    media: str = ""
    charset: str = ""
    body: bytes = b""
    """Decoded; empty for all but 2xx."""
    etag: str = ""
    modified: str = ""
    """The Last-Modified header, to be handed back as it is."""
    has_moved: bool = False
    """It is at `url` for good: every redirect said so (301, 308)."""

    @property
    def is_unchanged(self) -> bool:
        """What was asked for is as it was when `etag` and `modified` were told."""
        return self.status == 304


class Failed(Refused):
    """There is no answer. `found` and `reason` say what that means for a link, as `bot.domain.pages.Look` does."""

    def __init__(self, found: Found, reason: str, text: str, /, **values: Any) -> None:  # Any: as Refused takes them
        super().__init__(text, **values)
        self.found, self.reason = found, reason


class Lookups(AbstractResolver):
    """Asks the system for the addresses of a name, in threads of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError for a name that is not known."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._pool, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        )
        return [
            ResolveResult(
                hostname=host, host=str(where[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, where in found
        ]

    async def close(self) -> None:
        """Let the threads end when they can."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Fetcher:
    """Fetches one address at a time, each with connections of its own that end with it; no cookies, no proxies.

    `names` says which addresses names have, `allows` which of them (digits, port) may be connected to, `trust` whose
    certificates are believed: the defaults are the system's, those of the public internet, and the system's.
    """

    def __init__(
        self,
        *,
        names: AbstractResolver | None = None,
        allows: Callable[[str, int], bool] = is_public,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._names = names or Lookups()
        self._allows, self._trust, self._seconds = allows, trust, seconds
        self._free = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Nothing can be fetched afterwards."""
        await self._names.close()

    async def get(
        self,
        url: str,
        *,
        most: int,
        cuts: bool = False,
        only: tuple[str, ...] = (),
        accept: str = "*/*",
        etag: str = "",
        modified: str = "",
    ) -> Fetched:
        """What is there, whatever its status; its body only where that is 2xx.

        `most` bytes are read, decoded; of what has more the rest is left where it `cuts`, else it is Refused. `only`
        has the media types whose body is wanted; what names none is wanted too. With `etag` or `modified`, as they
        were told, the answer may be `is_unchanged`.

        Raises Failed where nothing answers as it should, or must not be asked.
        """
        headers = {"Accept": accept}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        return await self._timed(url, "GET", headers, _Wanted(most, cuts, only))

    async def head(self, url: str) -> Fetched:
        """What is told of what is there, without it. Raises Failed as `get` does."""
        return await self._timed(url, "HEAD", {"Accept": "*/*"}, _Wanted(0, True, ()))

    async def _timed(self, url: str, method: str, headers: dict[str, str], wanted: _Wanted) -> Fetched:
        target = checked(url)
        async with self._free:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._follow(target, method, headers, wanted)
            except TimeoutError:
                raise _too_slow(target, self._seconds) from None

    async def _follow(self, url: URL, method: str, headers: dict[str, str], wanted: _Wanted) -> Fetched:
        guard = _Guard(self._allows)
        connector = aiohttp.TCPConnector(
            resolver=self._names,
            socket_factory=guard.socket,
            use_dns_cache=False,
            force_close=True,
            ssl=self._trust or True,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
            max_field_size=_FIELD_MOST,
        ) as session:
            statuses: list[int] = []
            for _ in range(REDIRECTS + 1):
                try:
                    async with session.request(method, url, headers=headers, allow_redirects=False) as response:
                        onward = _onward(url, response)
                        if onward is None:
                            fetched = await _taken(url, response, wanted)
                            return replace(fetched, has_moved=bool(statuses) and set(statuses) <= {301, 308})
                        statuses.append(response.status)
                        url = onward
                except (aiohttp.ClientError, OSError, ValueError) as error:
                    if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
                        raise _too_slow(url, self._seconds) from None
                    raise _failure(url, error, guard) from None
        raise Failed(
            Found.UNREACHABLE,
            "redirects without end",
            N_("The link is passed on more than {limit} times. Take the address of the page where it ends."),
            limit=REDIRECTS,
        )


def checked(url: str) -> URL:
    """The address, if it is one that the web may be asked for. Raises Failed."""
    try:
        parsed = URL(url.strip())
        scheme, host, port = parsed.scheme, parsed.host, parsed.port
    except ValueError:
        raise _no_address() from None
    if scheme not in ("http", "https") or not host or len(url) > LINK_MOST:
        raise _no_address()
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise Failed(
            Found.UNSAFE,
            "a name and password in the address",
            N_("There is a name or password in that link, before the @. Leave it out and try again."),
        )
    if port not in PORTS:
        raise Failed(
            Found.UNSAFE,
            "a port that is not the web's",
            N_("Port {port} is not read; pages stand on {ports}. Take a link without it, or say the title yourself."),
            port=port,
            ports=", ".join(map(str, sorted(PORTS))),
        )
    return parsed


def host_of(url: URL) -> str:
    """The host as people know it."""
    return (url.host or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    most: int
    cuts: bool
    only: tuple[str, ...]


class _Guard:
    """Makes the sockets of one fetch, to where they may lead."""

    def __init__(self, allows: Callable[[str, int], bool]) -> None:
        self._allows = allows
        self.has_refused = False

    def socket(self, where: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, proto, _, address = where
        if not self._allows(str(address[0]), int(address[1])):
            self.has_refused = True
            raise OSError("not public")
        return socket.socket(family, kind, proto)


def _onward(url: URL, response: aiohttp.ClientResponse) -> URL | None:
    """Where the answer sends us, None if it is the last. Raises Failed, ValueError for what is no address."""
    if response.status not in (301, 302, 303, 307, 308) or "Location" not in response.headers:
        return None
    target = url.join(URL(response.headers["Location"].strip()))
    return checked(str(target))


async def _taken(url: URL, response: aiohttp.ClientResponse, wanted: _Wanted) -> Fetched:
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_wanted = response.ok and wanted.most and (not wanted.only or not media or media in wanted.only)
    return Fetched(
        response.status,
        str(url),
        media,
        response.charset or "",
        await _body(response, wanted) if is_wanted else b"",
        response.headers.get("ETag", ""),
        response.headers.get("Last-Modified", ""),
    )


async def _body(response: aiohttp.ClientResponse, wanted: _Wanted) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) <= wanted.most:
            continue
        if wanted.cuts:
            break
        raise Failed(
            Found.ALIVE,
            "too large",
            N_("There are more than {limit} MB at that link, the most that is read. Take a link to less."),
            limit=f"{wanted.most / 1_000_000:g}",
        )
    return bytes(body[: wanted.most])


def _failure(url: URL, error: Exception, guard: _Guard) -> Failed:
    if isinstance(error, aiohttp.ClientConnectorDNSError) or guard.has_refused:
        # one text for both: nobody learns from it which names the network knows that the bot stands in
        found = Found.UNSAFE if guard.has_refused else Found.UNREACHABLE
        return Failed(
            found,
            "not public" if guard.has_refused else "no such host",
            N_("At {host} is no page that everybody can open. Check the link, or say the title yourself."),
            host=host_of(url),
        )
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return Failed(
            Found.UNREACHABLE,
            "broken certificate",
            N_("{host} cannot prove that it is who it says (its certificate). Try later, or say the title yourself."),
            host=host_of(url),
        )
    if isinstance(error, ValueError):  # aiohttp's InvalidURL is one, for 127.1 and the like
        return _no_address()
    reason = "no answer" if isinstance(error, aiohttp.ClientConnectorError) else BROKEN_OFF
    return Failed(
        Found.UNREACHABLE,
        reason,
        N_("{host} does not answer as it should. Try later, or say the title yourself."),
        host=host_of(url),
    )


BROKEN_OFF = "broken off"


def _too_slow(url: URL, seconds: float) -> Failed:
    return Failed(
        Found.UNREACHABLE,
        "too slow",
        N_("{host} takes more than {limit} seconds. Try later, or say the title yourself."),
        host=host_of(url),
        limit=f"{seconds:g}",
    )


def _no_address() -> Failed:
    return Failed(
        Found.UNSAFE,
        "no address of the web",
        N_("That is no link to a page: one begins with https:// or http:// and has at most {limit} characters."),
        limit=LINK_MOST,
    )
