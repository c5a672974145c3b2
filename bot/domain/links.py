"""Links compared: what tells a page of the web from others, whatever stands in an address beside that.

Keys are for comparing only; what is shown and opened is the link as it was shared. When in doubt two addresses are two
pages: what is not known to say nothing (`link_rules`) is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

import idna

from bot.domain.link_rules import (
    ALIASES,
    AMP,
    AMP_PARAMS,
    DROPS,
    KEEPS_FRAGMENT,
    RULES,
    TRACKING,
    TRACKING_STARTS,
    WIKIS,
    WRAPPERS,
    Rule,
)
from bot.errors import Refused
from bot.i18n import N_

KEY_MOST = 500
"""Characters; a key that would be longer is a hash. PostgreSQL's indexes hold about 2,700 octets."""

_ADDRESS_MOST = 10_000
_PATH_SAFE = "!$&'()*,=:@+;/"
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_PORTS = ("", "80", "443")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_SECONDS = frozenset("ac co com edu go gov ne net or org".split())
"""Second levels under which names are given, as in co.uk."""
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_ARTICLE = re.compile(r"(?:[^/]+-){2,}[^/]+|[^/]*\d{4,}[^/]*|[^/]+\.html?")
_HIGHLIGHT = re.compile(r"(?::|%3A)(?:~|%7E)(?::|%3A)", re.IGNORECASE)
"""Begins words to be shown, behind an anchor (WICG, "URL Fragment Text Directives")."""
_STATE_LEAST = 150
"""Characters of a fragment that is no anchor any more but what the page shows."""
_IDENTITY = re.compile(r"[a-z]{1,2}|.*(?:id|nr|no)|page|post|article|item|topic|thread|title|name|slug|file|doc|code")
"""Names of parameters that tell pages apart."""


@dataclass(frozen=True, slots=True)
class _Address:
    """`host` is ASCII with its port, if that is no default one; `path` and `query` are in normal form."""

    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    fragment: str


def page_key(url: str) -> str:
    """What tells this page from others: an address without its scheme, at most `KEY_MOST` characters.

    The key of "https://" and a key is that key. Raises Refused for what is no http or https address.
    """
    key = _key(_address(url))
    if len(key) <= KEY_MOST:
        return key
    return f"{key.partition('/')[0]}/~{sha256(key.encode()).hexdigest()}"


def key_of(link: str) -> str:
    """As `page_key`; "" where there is no link, or what stands there is no address: calendars name anything."""
    try:
        return page_key(link) if link else ""
    except Refused:
        return ""


def key_for(link: str, canonical: str) -> str:
    """The key of a link whose page calls `canonical` ("" for nothing) its own address, where that can be believed:
    on the same host, and telling as much. Many pages name their site's front page, or one address for all of a list.

    `link` is where the page was found in the end, after redirects. Raises Refused as `page_key` does.
    """
    key = page_key(link)
    if not canonical:
        return key
    try:
        other = page_key(canonical)
    except Refused:
        return key
    if _is_by_rule(key):
        return key
    mine, theirs = _address(f"https://{key}"), _address(f"https://{other}")
    is_above = theirs.path != mine.path and f"{mine.path}/".startswith(f"{theirs.path.rstrip('/')}/")
    lost = {name for name, _ in mine.query} - {name for name, _ in theirs.query}
    is_less = theirs.path == mine.path and any(_IDENTITY.fullmatch(name.casefold()) for name in lost)
    if mine.host != theirs.host or is_above or is_less or theirs.path == "/" or (mine.fragment and not theirs.fragment):
        return key
    return other


def host_of(url: str) -> str:
    """The host of an address, or of a bare name ("Example.com"): lower case, ASCII (IDNA), without "www." and port;
    "" where there is none.
    """
    try:
        host = _address(url if "://" in url else f"https://{url.strip()}").host
    except Refused:
        return ""
    bare = host if host.endswith("]") else re.sub(r":\d+$", "", host)
    return bare.removeprefix("www.") if _can_lose_label(bare) else bare


def is_on(host: str, site: str) -> bool:
    """Whether a host (as `host_of` has it) is a site's or below it."""
    return host == site or host.endswith(f".{site}")


def _address(url: str) -> _Address:
    if len(url) > _ADDRESS_MOST:
        raise _no_address()
    # browsers take a backslash for a slash, and neither blanks around it nor line ends in it for a part of it
    text = re.sub(r"[\t\r\n]", "", url.strip("".join(map(chr, range(0x21)))))
    if not _SCHEME.match(text):
        raise _no_address()
    before, mark, behind = text.partition("#")
    head, question, query = before.partition("?")
    text = head.replace("\\", "/") + question + query + mark + behind
    try:
        parts = urlsplit(text)
        number = str(parts.port) if parts.port is not None else ""
        host = _ascii_host(parts.hostname or "")
    except (ValueError, UnicodeError):
        raise _no_address() from None
    at = host if number in _PORTS else f"{host}:{number}"
    return _Address(at, _path(parts.path), _query(parts.query), parts.fragment)


def _no_address() -> Refused:
    return Refused(N_("This is not a web address. It starts with https://, such as https://example.org/night."))


def _ascii_host(name: str) -> str:
    """As UTS 46 has it, without transition: "ß" is no "ss". Raises ValueError."""
    if ":" in name:
        return f"[{IPv6Address(name.partition('%')[0]).compressed}]"
    mapped = idna.uts46_remap(unquote(name), std3_rules=False).rstrip(".")
    labels = [label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in mapped.split(".")]
    host = ".".join(labels)
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise ValueError(name)
    return host


def _path(path: str) -> str:
    kept: list[str] = []
    for part in _normal(path).split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept).rstrip("/")


def _normal(text: str) -> str:
    """Percent-encoding in one form. What divides, when encoded, and "+" and ";" stay as they are."""

    def told(match: re.Match[str]) -> str:
        letter = chr(int(match[1], 16))
        return letter if letter.isascii() and (letter.isalnum() or letter in "-._~!$&'()*,=:@") else match[0].upper()

    return quote(_ESCAPED.sub(told, _STRAY.sub("%25", text)), safe=_PATH_SAFE + "%~", errors="replace")


def _query(query: str) -> tuple[tuple[str, str], ...]:
    """Names and values, as quoted anew, without those that only track; in the order of names."""
    pairs: list[tuple[str, str]] = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part.strip("=") and not _is_tracking(unquote(name.replace("+", " ")), value):
            pairs.append((_requoted(name), _requoted(value)))
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def _requoted(text: str) -> str:
    # octets, for pages that are not in UTF-8
    return quote(unquote_to_bytes(text.replace("+", " ")), safe="/:@!$'()*,")


def _is_tracking(name: str, value: str) -> bool:
    folded = name.casefold()
    if folded == "amp" or (folded == "outputtype" and value == "amp"):
        return folded != "amp" or value in ("", "1", "true")
    return folded in TRACKING or folded.startswith(TRACKING_STARTS)


def _key(address: _Address) -> str:
    while (inner := _inner(address)) is not None:
        address = inner
    path = _without_amp(address.path)
    host = _folded(address.host, path)
    if key := _by_rule(host, path, address.query):
        return key
    drops = DROPS.get(host, frozenset()) | DROPS.get(_family(host), frozenset())
    kept = [(name, value) for name, value in address.query if unquote(name).casefold() not in drops]
    return f"{host}{path}{_written(kept)}{_fragment(host, address.fragment)}"


def _written(query: Sequence[tuple[str, str]]) -> str:
    return "?" + "&".join(f"{name}={value}" if value else name for name, value in query) if query else ""


def _inner(address: _Address) -> _Address | None:
    """Where a page that only sends on leads, or of which page one is the copy for telephones."""
    host = _folded(address.host, address.path)
    for hosts, paths, names in WRAPPERS:
        if re.fullmatch(hosts, host) and re.fullmatch(paths, address.path):
            found = [unquote(value) for name in names for key, value in address.query if key == name]
            return _perhaps(found[0]) if found else None
    for hosts, paths in AMP:
        match = re.fullmatch(paths, address.path)
        if match and re.fullmatch(hosts, host):
            inner = _perhaps(f"https://{match['target']}")
            kept = tuple(pair for pair in address.query if not AMP_PARAMS.fullmatch(pair[0]))
            return _Address(inner.host, inner.path, kept, address.fragment) if inner else None
    return None


def _perhaps(url: str) -> _Address | None:
    try:
        return _address(url)
    except Refused:
        return None


def _folded(host: str, path: str) -> str:
    """The host without what only says for which device it is."""
    while _can_lose_label(host) and host.startswith(("www.", "m.")):
        host = host.partition(".")[2]
    # the front page below "amp." may be anything; a page deep below it has its like
    if host.startswith("amp.") and _can_lose_label(host) and _ARTICLE.fullmatch(path.rpartition("/")[2]):
        return _folded(host.removeprefix("amp."), path)
    if wiki := WIKIS.fullmatch(host):
        return f"{wiki['language']}.{wiki['site']}"
    return ALIASES.get(host, host)


def _can_lose_label(host: str) -> bool:
    """Whether what stands behind the first dot is still somebody's own name."""
    labels = host.partition(":")[0].split(".")[1:]
    if len(labels) < 2 or labels[-1].isdecimal():
        return False
    return len(labels) > 2 or not (labels[0] in _SECONDS and len(labels[1]) == 2)


def _without_amp(path: str) -> str:
    """Without /amp and .amp behind what is surely an article: /gear/amp is a page of its own."""
    while True:
        rest, _, last = path.rpartition("/")
        if last == "amp" and _ARTICLE.fullmatch(rest.rpartition("/")[2]):
            path = rest
        elif last.endswith(".amp.html") and _ARTICLE.fullmatch(last):
            path = f"{path.removesuffix('.amp.html')}.html"
        elif last.endswith(".amp") and _ARTICLE.fullmatch(last.removesuffix(".amp")):
            path = path.removesuffix(".amp")
        else:
            return path


def _fragment(host: str, fragment: str) -> str:
    """What a fragment says of the page: a route, or all that it shows; an anchor says nothing."""
    fragment = _HIGHLIGHT.split(fragment, maxsplit=1)[0]
    if fragment.startswith(("/", "!")):
        route, _, query = fragment.partition("?")
        route, asked = _normal(route).rstrip("/"), _written(_query(query))
        return f"#{route or '/'}{asked}" if route.strip("/!") or asked else ""
    state = _normal(fragment)
    return f"#{state}" if state and (len(state) >= _STATE_LEAST or host in KEEPS_FRAGMENT) else ""


def _by_rule(host: str, path: str, query: Sequence[tuple[str, str]]) -> str:
    """The key that the site's rules make; "" where none applies."""
    for rule in (*_BY_HOST.get(host, ()), *_BY_HOST.get(_family(host), ())):
        match = re.fullmatch(rule.path, path, re.ASCII)
        if match is None:
            continue
        groups = match.groupdict()
        for name, pattern in rule.asks:
            told = {value for key, value in query if key == name}
            found = re.fullmatch(pattern, told.pop(), re.ASCII) if len(told) == 1 else None
            if found is None:
                break
            groups |= found.groupdict()
        else:
            return rule.key.format(**groups)
    return ""


def _is_by_rule(key: str) -> bool:
    """Whether the site is one whose ids we know: what its pages say of themselves adds nothing."""
    address = _address(f"https://{key}")
    return bool(_by_rule(address.host, address.path, address.query))


def _family(host: str) -> str:
    return "*." + host.partition(".")[2]


def _grouped() -> Iterator[tuple[str, Sequence[Rule]]]:
    for host in dict.fromkeys(rule.host for rule in RULES):
        yield host, [rule for rule in RULES if rule.host == host]


_BY_HOST: Mapping[str, Sequence[Rule]] = dict(_grouped())
