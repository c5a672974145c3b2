"""What is known of single sites: which of their addresses lead to the same page, and what in them says nothing.

Names of hosts stand here as `bot.domain.links` folds them: without "www." and "m.". A rule makes two addresses one only
where both name the same thing by its own id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mkt_tok
    _hsenc _hsmi __hstc __hssc __hsfp hsctatracking oly_anon_id oly_enc_id vero_id vero_conv _openstat rb_clickid s_cid
    ref_src ref_url _ga _gl srsltid ml_subscriber ml_subscriber_hash ck_subscriber_id _branch_match_id _branch_referrer
    mibextid epik irclickid guccounter guce_referrer guce_referrer_sig at_medium at_campaign wt.mc_id pk_campaign pk_kwd
    pk_source pk_medium ga_source ga_medium ga_term ga_content ga_campaign wprov sfnsn
    """.split()
)
"""Parameters, case-folded, that say how somebody came to a page and never which one it is."""

TRACKING_STARTS = ("utm_", "mtm_", "hsa_")

DROPS: Mapping[str, frozenset[str]] = {
    host: frozenset(names.split())
    for host, names in {
        "youtube.com": "si feature pp ab_channel app t",
        "music.youtube.com": "si feature",
        "open.spotify.com": "si nd dl_branch context _branch_match_id",
        "soundcloud.com": "in si ref p c",
        "*.bandcamp.com": "from label tab action",
        "*.substack.com": "r s triedredirect isfreemail showwelcomeonshare publication_id post_id token",
        "substack.com": "r s triedredirect",
        "medium.com": "source sk",
        "*.medium.com": "source sk",
        "x.com": "s t",
        "facebook.com": "__tn__ _rdr ref refsrc acontext",
        "vimeo.com": "share fl fe",
        "twitch.tv": "t",
        "eventbrite.com": "aff",
        "udemy.com": "couponcode referralcode",
        "dropbox.com": "dl raw st e",
        "music.apple.com": "ls at ct app uo mt itsct itscg",
        "books.apple.com": "ls at ct app uo mt itsct itscg",
        "podcasts.apple.com": "ls at ct app uo mt itsct itscg",
    }.items()
}
"""What is tracking on one site and may be anything on another."""

ALIASES: Mapping[str, str] = {
    "youtube-nocookie.com": "youtube.com",
    "twitter.com": "x.com",
    "mobile.twitter.com": "x.com",
    "mobile.x.com": "x.com",
    "old.reddit.com": "reddit.com",
    "new.reddit.com": "reddit.com",
    "np.reddit.com": "reddit.com",
    "mbasic.facebook.com": "facebook.com",
    "touch.facebook.com": "facebook.com",
    "web.facebook.com": "facebook.com",
    "play.spotify.com": "open.spotify.com",
    "instagr.am": "instagram.com",
}
"""Hosts with the same pages as another."""

KEEPS_FRAGMENT = frozenset({"strudel.cc"})
"""Sites that keep a whole work in the fragment."""

WIKIS = re.compile(
    r"(?P<language>[a-z-]+)\.m\.(?P<site>(?:wikipedia|wiktionary|wikibooks|wikiquote|wikisource|wikiversity)\.org)"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`path` and the parameters in `asks` are matched whole; where all match, the key is made of their groups.

    `host` may begin with "*." for what is before it.
    """

    host: str
    path: str
    key: str
    asks: tuple[tuple[str, str], ...] = ()


_VIDEO = r"(?P<id>[\w-]{11})"
_LIST = (("list", r"(?P<id>[\w-]{2,80})"),)
_WATCH = "youtube.com/watch?v={id}"
_POST = "medium.com/p/{id}"
_DOC = "docs.google.com/{kind}/d/{id}"

RULES: Sequence[Rule] = (
    Rule("youtube.com", "/watch", _WATCH, (("v", _VIDEO),)),
    Rule("youtube.com", rf"/(?:shorts|embed|live|v|e|watch)/(?!videoseries$){_VIDEO}", _WATCH),
    Rule("youtube.com", "/(?:playlist|watch|embed/videoseries)", "youtube.com/playlist?list={id}", _LIST),
    Rule("music.youtube.com", "/watch", _WATCH, (("v", _VIDEO),)),
    Rule("music.youtube.com", "/playlist", "youtube.com/playlist?list={id}", _LIST),
    Rule("youtu.be", f"/{_VIDEO}", _WATCH),
    Rule(
        "open.spotify.com",
        r"(?:/intl-[a-zA-Z-]+)?(?:/embed)?(?:/user/[^/]+(?=/playlist))?"
        r"/(?P<kind>track|album|artist|playlist|episode|show)/(?P<id>[0-9A-Za-z]{22})",
        "open.spotify.com/{kind}/{id}",
    ),
    Rule("vimeo.com", r"/(?P<id>\d+)(?:/[0-9a-f]{6,20})?", "vimeo.com/{id}"),
    Rule("vimeo.com", r"/channels/[^/]+/(?P<id>\d+)", "vimeo.com/{id}"),
    Rule("vimeo.com", r"/groups/[^/]+/videos/(?P<id>\d+)", "vimeo.com/{id}"),
    Rule("vimeo.com", r"/(?:album|showcase)/\d+/video/(?P<id>\d+)", "vimeo.com/{id}"),
    Rule("player.vimeo.com", r"/video/(?P<id>\d+)", "vimeo.com/{id}"),
    # Medium names a post by the number behind its title, wherever it stands
    Rule("medium.com", r"/(?:@?[^/]+)/(?:[^/]*-)?(?P<id>[0-9a-f]{11,12})", _POST),
    Rule("*.medium.com", r"/(?:[^/]+/)?(?:[^/]*-)(?P<id>[0-9a-f]{11,12})", _POST),
    Rule("open.substack.com", r"/pub/(?P<name>[a-z0-9-]+)/p/(?P<id>[^/]+)", "{name}.substack.com/p/{id}"),
    Rule("reddit.com", r"(?:/(?:r|user)/[^/]+)?/comments/(?P<id>[0-9a-z]+)(?:/[^/]*)?", "reddit.com/comments/{id}"),
    Rule("redd.it", r"/(?P<id>[0-9a-z]+)", "reddit.com/comments/{id}"),
    Rule("x.com", r"/(?:[^/]+|i/web)/status/(?P<id>\d+)", "x.com/i/status/{id}"),
    Rule("instagram.com", r"(?:/[^/]+)?/(?:p|reel|reels|tv)/(?P<id>[\w-]{5,40})", "instagram.com/p/{id}"),
    Rule("tiktok.com", r"/@[^/]*/video/(?P<id>\d+)", "tiktok.com/video/{id}"),
    Rule("docs.google.com", r"/(?P<kind>document|spreadsheets|presentation)(?:/u/\d+)?/d/(?P<id>[\w-]{20,80})", _DOC),
    Rule(
        "docs.google.com",
        r"/(?P<kind>document|spreadsheets|presentation|forms)(?:/u/\d+)?/d/(?P<id>[\w-]{20,80})"
        r"/(?:edit|view|preview|copy|mobilebasic|viewform)",
        _DOC,
    ),
    Rule(
        "drive.google.com",
        r"/file(?:/u/\d+)?/d/(?P<id>[\w-]{20,80})(?:/(?:view|edit|preview))?",
        "drive.google.com/file/d/{id}",
    ),
    Rule("drive.google.com", "/open", "drive.google.com/file/d/{id}", (("id", r"(?P<id>[\w-]{20,80})"),)),
    Rule("drive.google.com", r"/drive(?:/u/\d+)?/folders/(?P<id>[\w-]{15,80})", "drive.google.com/drive/folders/{id}"),
    *(
        Rule(
            f"amazon.{land}",
            r"(?:/[^/]+)?/(?:dp|gp/product|exec/obidos/ASIN)/(?P<id>[0-9A-Z]{10})(?:/.*)?",
            f"amazon.{land}/dp/{{id}}",
        )
        for land in "com de co.uk fr it es nl pl se ca com.au co.jp in com.br".split()
    ),
)

WRAPPERS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    (r"google\.(?:com|[a-z]{2}|com?\.[a-z]{2})", "/url", ("q", "url")),
    (r"lm?\.facebook\.com", r"/l\.php", ("u",)),
    (r"l\.(?:instagram|messenger)\.com|l\.threads\.net", "/?", ("u",)),
    (r"youtube\.com", "/redirect", ("q",)),
    (r"out\.reddit\.com", "/.*", ("url",)),
    (r"slack-redir\.net", "/link", ("url",)),
    (r"duckduckgo\.com", "/l", ("uddg",)),
    (r"[a-z0-9]+\.safelinks\.protection\.outlook\.com", "/?", ("url",)),
    (r"w\.soundcloud\.com", "/player", ("url",)),
)
"""Pages that only send on: host, path, and the parameter that holds where to."""

AMP = (
    (r"[^/]+\.cdn\.ampproject\.org|cdn\.ampproject\.org", r"/(?:c|v|i|wp)/(?:s/)?(?P<target>[^/]+\..+)"),
    (r"google\.(?:com|[a-z]{2}|com?\.[a-z]{2})|bing\.com", r"/amp/(?:s/)?(?P<target>[^/]+\..+)"),
)
"""Copies for telephones, which have the address of the page in their own."""

AMP_PARAMS = re.compile(r"amp_.*|usqp|aoh|csi|referrer|ampshare")
