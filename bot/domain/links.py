"""Which page a link leads to, whatever was added to its address on the way.

Two links with one key lead to one page; when in doubt they have two, for then a member sees both and nothing is lost.
So only what is known to say nothing is dropped: a list of parameters, and rules for single hosts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

KEY_MOST = 1_000

_TRACKING = re.compile(
    r"(?:utm_.*|mtm_.*|pk_.*|piwik_.*|hsa_.*|_hs(?:enc|mi)|mc_[ce]id|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid"
    r"|yclid|twclid|ttclid|igshid|igsh|li_fat_id|_ga|_gl|oly_(?:anon|enc)_id|vero_id|mkt_tok|ref_src|ref_url|spm"
    r"|trk|trkinfo|share_source_id|wt_mc|cmpid|ncid|sr_share|at_medium|at_campaign|xtor|_branch_match_id)",
    re.IGNORECASE,
)
"""Parameters by which senders count; no page changes with them. `ref`, `source`, `id` and the like are kept."""

_KEPT_ESCAPES = "%/?#[]@!$&'()*+,;="
"""What means another thing unescaped (RFC 3986 2.2) stays as it is."""

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

_VIDEO = re.compile(r"[\w-]{6,20}")


class _Address:
    """An address taken apart: `host` without what says nothing, `path` with one form for each escape."""

    __slots__ = ("fragment", "host", "params", "path")

    def __init__(self, host: str, path: str, params: list[tuple[str, str]], fragment: str) -> None:
        self.host, self.path, self.params, self.fragment = host, path, params, fragment

    def param(self, name: str) -> str:
        """The first parameter of that name, or ""."""
        return next((value for each, value in self.params if each == name), "")

    def without(self, *names: str) -> None:
        self.params = [(name, value) for name, value in self.params if name not in names]


def page_key(url: str) -> str:
    """What tells the page of a web address (http or https) from others, at most `KEY_MOST` characters.

    It is no address itself: it names no scheme, and http and https are one.
    """
    address = _taken_apart(_unwrapped(url))
    for is_meant, rule in _RULES:
        if is_meant(address.host):
            rule(address)
    address.params.sort()
    query = f"?{urlencode(address.params)}" if address.params else ""
    # a route that a script reads is another page; an anchor is not
    route = f"#{address.fragment}" if address.fragment.startswith(("/", "!")) and len(address.fragment) > 1 else ""
    path = address.path.rstrip("/")
    return f"{address.host}{path}{query}{route}"[:KEY_MOST]


def host_of(url: str) -> str:
    """The host of a web address, in lower case and ASCII (IDNA), without "www."; "" where there is none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").casefold()
    except ValueError:
        return ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:  # no name at all
            return host
    return host.removeprefix("www.")


def key_for(link: str, canonical: str) -> str:
    """As `page_key`, by what the page calls its own address where that can be believed: one of the same site, and
    not merely its front page.
    """
    if canonical and host_of(canonical) == host_of(link):
        path = urlsplit(canonical).path.strip("/")
        if path or not urlsplit(link).path.strip("/"):
            return page_key(canonical)
    return page_key(link)


def _taken_apart(url: str) -> _Address:
    parts = urlsplit(url)
    host = host_of(url)
    port = parts.port if _has_port(url) else None
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    params = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    path = re.sub(r"/{2,}", "/", _escaped(parts.path))
    return _Address(host, path, params, parts.fragment)


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port is not None
    except ValueError:  # beyond 65535
        return False


def _escaped(path: str) -> str:
    """Letters as they are, all else escaped in upper case; what was escaped for its meaning stays so."""
    found = re.sub(
        "%([0-9a-fA-F]{2})",
        lambda each: chr(int(each[1], 16)) if chr(int(each[1], 16)) in _PLAIN else each[0].upper(),
        path,
    )
    return quote(found, safe=_KEPT_ESCAPES + ":" + _PLAIN)


def _unwrapped(url: str) -> str:
    """The address within one that only leads on: search engines' redirects and caches of AMP pages."""
    for _ in range(3):
        parts = urlsplit(url)
        host, query = host_of(url), dict(parse_qsl(parts.query))
        inner = ""
        if re.fullmatch(r"google\.[a-z.]{2,6}", host):
            if parts.path == "/url":
                inner = query.get("url", "") or query.get("q", "")
            elif (found := re.fullmatch(r"/amp/(s/)?(.+)", parts.path)) is not None:
                inner = f"http{'s' if found[1] else ''}://{found[2]}"
        elif host.endswith(".cdn.ampproject.org"):
            if (found := re.fullmatch(r"/[a-z]+/(s/)?(.+)", parts.path)) is not None:
                inner = f"http{'s' if found[1] else ''}://{found[2]}"
        elif host in ("l.facebook.com", "lm.facebook.com", "l.instagram.com"):
            inner = query.get("u", "")
        elif host == "youtube.com" and parts.path == "/redirect":
            inner = query.get("q", "")
        if not inner.startswith(("http://", "https://")):
            return url
        url = inner
    return url


# --- rules of single hosts -----------------------------------------------------------------------------------


def _mobile(address: _Address) -> None:
    """m.example.org, mobile.example.org, en.m.wikipedia.org; amp.example.org."""
    labels = address.host.split(".")
    if len(labels) > 2 and labels[0] in ("m", "mobile", "amp", "www"):
        labels = labels[1:]
    elif len(labels) > 3 and labels[1] == "m":
        labels = [labels[0], *labels[2:]]
    address.host = ".".join(labels)


def _amp(address: _Address) -> None:
    """What publishers add for the AMP form of a page: …/amp, …/amp/, ….amp, ….amp.html, ?amp, ?amp=1."""
    path = address.path.rstrip("/")
    for tail in ("/amp", ".amp", ".amp.html"):
        if path.endswith(tail) and len(path) > len(tail):
            address.path = path.removesuffix(tail) + (".html" if tail == ".amp.html" else "")
    address.params = [
        (name, value) for name, value in address.params if name != "amp" or value not in ("", "1", "true")
    ]
    if address.param("outputType") == "amp":
        address.without("outputType")


def _youtube(address: _Address) -> None:
    """One video, however it is played; its list and moment do not make it another one. A list alone is a page."""
    found = re.fullmatch(r"/(?:shorts|embed|live|v|e)/([\w-]+)", address.path.rstrip("/"))
    if address.host == "youtu.be":
        found = re.fullmatch(r"/([\w-]+)", address.path.rstrip("/"))
    video = found[1] if found else address.param("v") if address.path.rstrip("/") == "/watch" else ""
    if found and found[1] == "videoseries":
        video = ""
    address.host = "youtube.com"
    if _VIDEO.fullmatch(video):
        address.path, address.params = "/watch", [("v", video)]
    else:
        address.without("si", "feature", "pp", "app", "index")
        if found and found[1] == "videoseries":
            address.path = "/playlist"


def _spotify(address: _Address) -> None:
    address.path = re.sub(r"^/(?:intl-[a-z]{2}|embed)(?=/)", "", address.path)
    address.without("si", "context", "nd", "go", "utm_source")


def _vimeo(address: _Address) -> None:
    if address.host == "player.vimeo.com":
        address.path = address.path.replace("/video/", "/", 1)
    address.host = "vimeo.com"
    address.without("share", "fl", "fe", "autoplay", "autopause", "player_id", "app_id")


def _soundcloud(address: _Address) -> None:
    address.without("in", "si")


def _medium(address: _Address) -> None:
    address.without("source", "sk")


def _amazon(address: _Address) -> None:
    found = re.search(r"/(?:dp|gp/product)/([A-Z0-9]{10})(?=/|$)", address.path)
    if found:
        address.path, address.params = f"/dp/{found[1]}", []


def _social(address: _Address) -> None:
    """A post is its path."""
    address.host = {"twitter.com": "x.com"}.get(address.host, address.host)
    address.without("s", "t", "ref", "rdid", "share_url", "mibextid", "img_index", "hl")


def _reddit(address: _Address) -> None:
    address.host = "reddit.com"
    address.without("share_id", "context", "rdt", "ref", "ref_source")


def _substack(address: _Address) -> None:
    address.without("r", "publication_id", "post_id", "isFreemail", "triedRedirect", "showWelcomeOnShare", "source")


def _bandcamp(address: _Address) -> None:
    address.without(
        "from",
        "search_item_id",
        "search_item_type",
        "search_match_part",
        "search_page_id",
        "search_page_no",
        "search_rank",
        "search_sig",
        "label",
        "tab",
    )


def _is(*hosts: str) -> Callable[[str], bool]:
    return lambda host: host in hosts


def _below(*hosts: str) -> Callable[[str], bool]:
    return lambda host: any(host == each or host.endswith(f".{each}") for each in hosts)


_RULES: tuple[tuple[Callable[[str], bool], Callable[[_Address], None]], ...] = (
    (lambda _host: True, _mobile),
    (lambda _host: True, _amp),
    (_is("youtube.com", "youtu.be", "music.youtube.com", "youtube-nocookie.com"), _youtube),
    (_is("open.spotify.com"), _spotify),
    (_is("vimeo.com", "player.vimeo.com"), _vimeo),
    (_is("soundcloud.com"), _soundcloud),
    (_below("medium.com"), _medium),
    (lambda host: host.startswith("amazon."), _amazon),
    (_is("x.com", "twitter.com", "facebook.com", "instagram.com", "threads.net", "tiktok.com"), _social),
    (_is("reddit.com", "old.reddit.com", "np.reddit.com", "new.reddit.com"), _reddit),
    (_below("substack.com"), _substack),
    (_below("bandcamp.com"), _bandcamp),
)
"""In this order: whom a rule is for, and what it does to an address."""
