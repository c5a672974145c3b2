"""What pages say of themselves, and how links are looked at."""

from __future__ import annotations

import gzip
import os
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.sources.outside import Outside
from adapters.sources.pages import Caps, read_page
from adapters.sources.robots import read_robots
from bot.domain.events import Price
from bot.domain.pages import Found, Look, Page
from bot.domain.resources import Kind
from bot.errors import Refused
from tests.fakes.web import Answer, FakeWeb, moved

URL = "https://club.example/page"

HELD = {  # of the pages that others have collected: title, kind, language, schema.org's items
    "Elysian_Fields_Brooklyn_Tickets__The_Owl_Music_Parlor__31_Oct_2015.html": (
        "Elysian Fields at The Owl Music Parlor (31 Oct 15)",
        None,
        "Songkick",
        ["MusicEvent"],
    ),
    "Event.001.html": ("schmea.org -- Creative Work", None, "club.example", ["Event"]),
    "Event.002.html": ("schmea.org -- Creative Work", None, "club.example", ["MusicGroup"]),
    "Event.008.html": ("schmea.org -- Creative Work", None, "club.example", ["TheaterEvent"]),
    "JSONLD_with_JS_comment.html": (
        "讓AI挑出感興趣 SparkAmplify精準行銷當紅",
        Kind.ARTICLE,
        "club.example",
        ["NewsArticle"],
    ),
    "JSONLD_with_control_characters.html": ("page", None, "club.example", []),
    "jsonld_empty_item_test.html": (
        "53 Keto-Friendly Diet Recipes",
        Kind.ARTICLE,
        "Taste of Home",
        ["ItemList", "BlogPosting"],
    ),
    "opengraph_test.html": ("Himanshu's Open Graph Protocol", Kind.ARTICLE, "Event Education", []),
    "tovestyrke.html": (
        "Tove Styrke at Hoxton Square Bar & Kitchen (12 Jun 2017)",
        None,
        "Songkick",
        ["MusicEvent"],
    ),
}


@pytest.mark.skipif("GREENROOM_PAGES" not in os.environ, reason="GREENROOM_PAGES names no folder of pages")
async def test_pages_of_others_are_read_as_they_should_be(web: FakeWeb, outside: Outside) -> None:
    found = held_pages()
    assert set(found) == set(HELD)
    for name, (title, kind, site, types) in HELD.items():
        web.pages[URL] = found[name]
        page = await outside.page(URL)
        assert (page.title, page.kind, page.site, page.language) == (title, kind, site, "en"), name
        _, told = await outside.read(URL)
        assert told
        said = [kind for item in told.items for kind in _list(item.get("@type", []))]
        assert said == types, name


def held_pages() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(os.environ["GREENROOM_PAGES"]).rglob("*.html")}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


async def page_of(web: FakeWeb, outside: Outside, head: str, body: str = "") -> Page:
    web.pages[URL] = f"<html lang=en-GB><head>{head}</head><body>{body}</body></html>"
    return await outside.page(URL)


async def test_a_video_says_what_it_is(web: FakeWeb, outside: Outside) -> None:
    page = await page_of(
        web,
        outside,
        """<title>Mix a kick - YouView</title><meta property=og:title content="Mix a kick">
        <meta property=og:description content="In ten&#32;minutes"><meta property=og:site_name content=YouView>
        <meta property=og:type content=video.other><link rel=canonical href="/watch?v=1">""",
    )
    assert page == Page(
        URL,
        "https://club.example/watch?v=1",
        "Mix a kick",
        "In ten minutes",
        "YouView",
        Kind.VIDEO,
        "en",
    )


@pytest.mark.parametrize(
    ("said", "kind", "price"),
    [
        ('"@type":"Course","offers":{"@type":"Offer","price":"19,90","priceCurrency":"EUR"}', Kind.COURSE,
         ("19.90", "EUR")),
        ('"@type":["Book","Product"],"offers":[{"price":20,"priceCurrency":"usd"},{"price":0}]', Kind.BOOK, ("0", "")),
        ('"@type":"WebApplication","isAccessibleForFree":true', Kind.TOOL, ("0", "")),
        ('"@type":"http://schema.org/SoftwareApplication","offers":{"lowPrice":9,"priceCurrency":"GBP"}', Kind.TOOL,
         ("9", "GBP")),
        ('"@type":"BlogPosting","video":{"@type":"VideoObject"}', Kind.ARTICLE, None),
        ('"@type":"VideoObject","offers":{"price":"a lot"}', Kind.VIDEO, None),
        ('"@type":"Book","offers":{"price":"5"}', Kind.BOOK, None),
        ('"@type":"Book","offers":{"price":"1e999999","priceCurrency":"EUR"}', Kind.BOOK, None),
        ('"@type":"DigitalDocument","name":"Split sheet template"', Kind.TEMPLATE, None),
        ('"@type":"DigitalDocument"', None, None),
        ('"@type":"Organization"', None, None),
    ],
)  # fmt: skip
async def test_kind_and_price_come_from_what_a_page_is_about(
    said: str, kind: Kind | None, price: tuple[str, str] | None, web: FakeWeb, outside: Outside
) -> None:
    name = "" if '"name"' in said else '"name":"Sound",'
    page = await page_of(web, outside, f"<script type=application/ld+json>{{{name}{said}}}</script>")
    assert page.kind is kind
    assert page.price == (Price(Decimal(price[0]), price[1]) if price else None)


async def test_microdata_and_rdfa_say_what_json_does(web: FakeWeb, outside: Outside) -> None:
    bodies = (
        """<div itemscope itemtype="https://schema.org/Course"><h1 itemprop=name>Ear <b>training</b></h1>
        <p itemprop=description>Hear <i>it</i><p>no<div itemprop=offers itemscope itemtype=https://schema.org/Offer>
        <meta itemprop=price content=0></div></div>""",
        """<div vocab="https://schema.org/" typeof=Course><h1 property=name>Ear <b>training</b></h1>
        <span property=description>Hear <i>it</i></span>
        <div property=offers typeof=Offer><meta property=price content=0></div></div>""",
        """<div typeof="schema:Course"><h1 property="schema:name">Ear <b>training</b></h1>
        <span property="schema:description">Hear it</span>
        <div property="schema:offers" typeof="schema:Offer"><meta property="schema:price" content=0></div></div>""",
    )
    for body in bodies:
        page = await page_of(web, outside, "", body)
        assert (page.title, page.description, page.kind, page.price) == (
            "Ear training",
            "Hear it",
            Kind.COURSE,
            Price(Decimal(0), ""),
        )


async def test_events_are_handed_on_whole_from_every_notation() -> None:
    start = "2026-12-04T20:00"
    bodies = (
        f'<script type="application/ld+json">{{"@graph":[{{"@type":"schema:Event","name":"Night","startDate":"{start}",'
        '"location":{"@type":"http://schema.org/Place","name":"Club"},}]} // a comment\n</script>',
        f"""<div itemscope itemtype=http://schema.org/Event><a itemprop=name content=Night>x</a>
        <time itemprop=startDate datetime={start}>8</time>
        <p itemprop=location itemscope itemtype=http://schema.org/Place><span itemprop=name>Club</span></div>""",
        f"""<div vocab=http://schema.org/ typeof=Event><b property=name>Night</b>
        <time property=startDate datetime={start}>8</time><p property=location typeof=Place><b property=name>Club""",
    )
    expected = {"@type": ["Event"], "name": "Night", "startDate": start}
    for body in bodies:
        (item,) = (await read_page(body.encode())).items
        assert item == {**expected, "location": {"@type": ["Place"], "name": "Club"}}


async def test_mentions_markup_and_control_characters_are_only_letters(web: FakeWeb, outside: Outside) -> None:
    page = await page_of(
        web,
        outside,
        "<title>@everyone &lt;!channel&gt; **x** &lt;b>y&lt;/b>\n\x07&#x202e;evil\u200b &#xD800;</title>"
        '<meta name=description content="a&#10;&#10;&#10;b\x00">',
    )
    assert page.title == "@everyone <!channel> **x** <b>y</b> evil \ufffd"
    assert page.description == "a\n\nb"


@pytest.mark.parametrize(
    ("body", "media"),
    [
        ("<title>音楽の契約書</title>".encode("cp932"), "text/html; charset=Shift_JIS"),
        ("<meta charset=x-sjis><title>音楽の契約書</title>".encode("cp932"), "text/html"),
        (
            '<meta http-equiv=Content-Type content="text/html; charset=EUC-JP"><title>音楽の契約書'.encode("euc_jp"),
            "text/html",
        ),
        ("\ufeff<title>音楽の契約書</title>".encode("utf-16-le"), "text/html; charset=utf-8"),
        ("<title>音楽の契約書</title>".encode(), "text/html"),
        ("<title>音楽の契約書</title>".encode(), "text/html; charset=punycode"),
    ],
)
async def test_letters_are_read_in_their_encoding(body: bytes, media: str, web: FakeWeb, outside: Outside) -> None:
    web.pages[URL] = Answer(body, media=media)
    assert (await outside.page(URL)).title == "音楽の契約書"


async def test_what_is_no_html_is_called_by_its_name(web: FakeWeb, outside: Outside) -> None:
    web.pages["https://www.club.example/a/Split%20Sheet_2026-v2.pdf?x"] = Answer(b"%PDF", media="application/pdf")
    page = await outside.page("https://www.club.example/a/Split%20Sheet_2026-v2.pdf?x")
    assert (page.title, page.site, page.kind) == ("Split Sheet 2026 v2", "club.example", None)
    web.pages[URL] = Answer(b"\x00\x01", media="video/mp4")
    assert (await outside.page(URL)).kind is Kind.VIDEO


async def test_a_page_that_is_not_shown_to_bots_is_shared_by_hand(web: FakeWeb, outside: Outside) -> None:
    no = r"^club.example does not show this page to bots. People may well see it: say the title yourself.$"
    web.pages["https://consent.example/x"] = "<title>Cookies</title>"
    answers = (
        *(Answer("no", status) for status in (401, 403, 406, 429, 451, 999)),
        Answer("<title>Just a moment...</title>"),
        Answer("<title>Attention Required! | Cloudflare</title>"),
    )
    for answer in answers:
        web.pages[URL] = answer
        with pytest.raises(Refused, match=no):
            await outside.page(URL)


async def test_what_is_gone_or_in_trouble_says_so(web: FakeWeb, outside: Outside) -> None:
    with pytest.raises(Refused, match=r"^There is no page at that link: club.example says 404. Check it for a part"):
        await outside.page(URL)
    web.pages[URL] = Answer("", 503)
    with pytest.raises(Refused, match=r"^club.example has trouble of its own now \(503\). Try later, or say the title"):
        await outside.page(URL)


async def test_a_page_of_200_mb_is_read_to_its_head(web: FakeWeb, outside: Outside) -> None:
    packed = gzip.compress(b"<title>Long</title>" + b"<p>x" * 50_000_000, 1)
    web.pages[URL] = Answer(packed, headers={"Content-Encoding": "gzip"})
    assert (await outside.page(URL)).title == "Long"


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 400_000,
        "<a " + " ".join(f"x{number}" for number in range(200_000)) + ">",
        "<![x[" * 100_000,
        "<" * 500_000,
        "<!--" * 200_000,
        "<div itemscope itemprop=a>" * 50_000,
        "<p itemprop=x>" * 50_000,
        "<script type=application/ld+json>" + "[" * 500_000,
        "<script type=application/ld+json>" + '{"a":' * 100_000,
        "<script type=application/ld+json>[" + '"\\' * 500_000,
        '<script type=application/ld+json>{"a":' + "9" * 100_000 + "}",
        "<script type=application/ld+json>[" + '{"@type":"Event"},' * 60_000 + "1]",
        "<script type=application/ld+json>" + "/*" * 500_000,
        "&" * 1_000_000,
        "<title>" * 100_000,
    ],
    ids=lambda body: body[:20] + body[-20:],
)
async def test_a_wicked_page_harms_nobody(body: str) -> None:
    body = "<title>Here</title>" + body
    try:
        told = await read_page(body.encode(), caps=Caps(seconds=3))
    except Refused as no:
        told = None
        assert str(no) == "That page is too much of a tangle to be read. Say the title yourself."  # noqa: PT017 - either will do
    assert told is None or (told.title == "Here" and len(str(told)) < 1_000_000)


async def test_a_link_is_looked_at_by_head_then_by_get(web: FakeWeb, outside: Outside) -> None:
    web.pages[URL] = "x"
    assert await outside.look(URL) == Look(Found.ALIVE, "200", URL)
    assert [each.method for each in web.asked] == ["GET", "HEAD"]  # robots.txt is the first
    web.pages["https://club.example/old"] = moved(URL)
    assert await outside.look("https://club.example/old") == Look(Found.ALIVE, "200", URL)
    web.pages[URL] = lambda request: Answer("x", 405 if request.method == "HEAD" else 200)
    assert (await outside.look(URL)).found is Found.ALIVE
    for status, found in (
        (404, Found.GONE),
        (410, Found.GONE),
        (403, Found.REFUSED),
        (429, Found.REFUSED),
        (500, Found.UNREACHABLE),
    ):
        web.pages[URL] = Answer("x", status)
        assert await outside.look(URL) == Look(found, str(status), URL)
    assert len([each for each in web.asked if each.url.endswith("/robots.txt")]) == 1


async def test_a_look_says_why_there_is_nothing(web: FakeWeb, outside: Outside) -> None:
    web.names["inner.test"] = [["10.0.0.1"]]
    web.impostors.add("bank.example")
    for url, found, reason in (
        ("https://nobody.test/", Found.UNREACHABLE, "no such host"),
        ("https://inner.test/", Found.UNSAFE, "not public"),
        ("https://bank.example/", Found.UNREACHABLE, "broken certificate"),
        ("javascript:1", Found.UNSAFE, "no address of the web"),
    ):
        assert await outside.look(url) == Look(found, reason, url)


async def test_robots_are_asked_before_a_link_is_looked_at(web: FakeWeb, outside: Outside) -> None:
    web.pages["https://club.example/robots.txt"] = Answer("User-agent: *\nDisallow: /page", media="text/plain")
    assert await outside.look(URL) == Look(Found.REFUSED, "robots.txt", URL)
    assert web.urls == []
    web.pages["https://bad.example/robots.txt"] = Answer("", 500)
    assert await outside.look("https://bad.example/") == Look(
        Found.UNREACHABLE, "robots.txt: 500", "https://bad.example/"
    )


def test_robots_are_read_as_their_rules_say() -> None:
    robots = read_robots(
        b"\xef\xbb\xbfUser-Agent: other\nDisallow: /\n\nuser-agent: x\nUser-agent: Greenroom/1 # us\n"
        b"Disallow: /a\nAllow: /a/b\nDisallow: /*?secret\nDisallow: *.php$\nDisallow:\nnonsense\n\n"
        b"User-agent: *\nDisallow: /"
    )
    for path, is_allowed in (
        ("/", True),
        ("/a", False),
        ("/a/b/c", True),
        ("/x?secret=1", False),
        ("/x.php", False),
        ("/x.php5", True),
    ):
        assert robots.allows(path) is is_allowed, path
    assert not read_robots(b"User-agent: *\nDisallow: /").allows("/x")
    assert read_robots(b"<html>no").allows("/x")
    assert read_robots(b"User-agent: *\nDisallow: " + b"/*a" * 100_000).allows("/x")
