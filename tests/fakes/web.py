"""A web of many hosts on this machine, which the real fetcher is pointed at through its constructor."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, AI_NUMERICHOST, AddressFamily, inet_aton, inet_ntoa
from tempfile import TemporaryDirectory

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.sources.fetching import Fetcher
from adapters.sources.public import is_public

HERE = "here"
"""The address of this web's own server."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says. A `body` of pieces is sent as they come;"""

    body: str | bytes | Callable[[], AsyncIterator[bytes]] = ""
    status: int = 200
    media: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def moved(to: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer("", status, headers={"Location": to})


Served = str | bytes | Answer | Callable[[web.BaseRequest], Answer]
"""HTML, or a whole answer, or what makes one of the request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came."""

    method: str
    url: str
    headers: Mapping[str, str]


class FakeWeb(AbstractResolver):
    """Serves `pages` by their addresses ("https://a.example/x?y"; http and https are two) and resolves names.

    Every name that ends in ".example" is here; `names` gives others, or these, addresses (digits, or HERE): the first
    list at the first time it is asked, then the next (DNS rebinding), the last from then on.
    Other names do not exist. `asked` has what came.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Served] = {}
        self.names: dict[str, Sequence[Sequence[str]]] = {}
        self.asked: list[Asked] = []
        self.impostors: set[str] = set()
        """Hosts whose certificate is another's."""
        self._ports: dict[int, int] = {}
        self._authority = _Authority(self.impostors)

    @property
    def urls(self) -> list[str]:
        """Which addresses were asked for, without robots.txt."""
        return [each.url for each in self.asked if not each.url.endswith("/robots.txt")]

    def fetcher(self, *, seconds: float = 10) -> Fetcher:
        """The real one, for which this is all of the web there is."""
        return Fetcher(names=self, allows=self.allows, trust=self._authority.trust(), seconds=seconds)

    def allows(self, host: str, port: int) -> bool:
        """As the bot's own rule has it; but this server is public too, under the names it has here."""
        return (host == "127.0.0.1" and port in self._ports.values()) or is_public(host, port)

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        """A name's addresses. Raises OSError for one that is not known."""
        told = self.names.get(host)
        if told:
            self.names[host] = told[1:] or told
            return [self._told(host, address, port) for address in told[0]]
        if host.rstrip(".").endswith(".example"):
            return [self._told(host, HERE, port)]
        with suppress(OSError):  # 127.1, 0x7f000001: the system reads these, too
            return [_at(host, inet_ntoa(inet_aton(host)), port)]
        raise OSError("no such host")

    def _told(self, host: str, address: str, port: int) -> ResolveResult:
        return _at(host, "127.0.0.1", self._ports.get(port, 1)) if address == HERE else _at(host, address, port)

    async def close(self) -> None:
        """It is closed where it was opened."""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        url = f"{request.scheme}://{request.headers['Host']}{request.raw_path}"
        self.asked.append(Asked(request.method, url, dict(request.headers)))
        served = self.pages.get(url, Answer("Not here", 404))
        if callable(served):
            served = served(request)
        answer = served if isinstance(served, Answer) else Answer(served)
        headers = {"Content-Type": answer.media, **answer.headers}
        if not callable(answer.body):
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            return web.Response(body=body, status=answer.status, headers=headers)
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(request)
        if request.method != "HEAD":
            with suppress(ConnectionError):  # whoever asked has had enough
                async for piece in answer.body():
                    await response.write(piece)
        return response

    async def serve(self, port: int) -> web.ServerRunner:
        """Serve what is asked for at `port` of a host on a free port of this machine."""
        runner = web.ServerRunner(web.Server(self.handle, access_log=None), shutdown_timeout=0)
        await runner.setup()
        tls = self._authority.server() if port == 443 else None
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        self._ports[port] = int(runner.addresses[0][1])
        return runner


@asynccontextmanager
async def fake_web() -> AsyncIterator[FakeWeb]:
    """One that serves until the block ends."""
    here = FakeWeb()
    runners = [await here.serve(80), await here.serve(443)]
    try:
        yield here
    finally:
        await asyncio.gather(*(runner.cleanup() for runner in runners))


def _at(host: str, address: str, port: int) -> ResolveResult:
    family = AF_INET6 if ip_address(address).version == 6 else AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=AI_NUMERICHOST)


class _Authority:
    """Vouches for hosts, as they are asked for; each of `impostors` shows the certificate of another."""

    def __init__(self, impostors: set[str]) -> None:
        self._impostors = impostors
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The fake web")])
        self._own = self._signed(self._name, x509.BasicConstraints(ca=True, path_length=0))
        self._shown: dict[str, ssl.SSLContext] = {}

    def trust(self) -> ssl.SSLContext:
        """For clients."""
        return ssl.create_default_context(cadata=self._own.decode())

    def server(self) -> ssl.SSLContext:
        """For the server: each host shows its own."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> None:
        name = "impostor.example" if host in self._impostors else host or "nobody.example"
        if name not in self._shown:
            self._shown[name] = self._showing(name)
        connection.context = self._shown[name]

    def _showing(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        with TemporaryDirectory() as folder:
            both = Path(folder) / "both.pem"
            both.write_bytes(self._private() + self._signed(name, x509.SubjectAlternativeName([x509.DNSName(host)])))
            context.load_cert_chain(both)
        return context

    def _signed(self, subject: x509.Name, says: x509.ExtensionType) -> bytes:
        now = datetime.datetime.now(datetime.UTC)  # TLS asks the computer's clock
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(says, critical=isinstance(says, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    def _private(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
