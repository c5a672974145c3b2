"""What the fetcher may be asked for, how much it takes and how long it waits."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from yarl import URL

from adapters.sources.fetching import LINK_MOST, REDIRECTS, USER_AGENT, Failed, Fetcher, Lookups
from adapters.sources.public import is_public
from bot.domain.pages import Found
from tests.fakes.web import HERE, Answer, FakeWeb, moved

CLOSED = """
127.0.0.1 127.8.9.10 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.1.1 169.254.169.254
100.64.0.1 100.100.100.200 100.127.255.254 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.7
203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1::8.8.8.8 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1
3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff0e::1
""".split()
OPEN = """
1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 223.255.255.254
2606:4700:4700::1111 2a00:1450:4001:800::200e 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808
""".split()
SPELLINGS = """
http://127.0.0.1/ http://127.0.0.1./ http://127.1/ http://127.0.1/ http://0/ http://2130706433/ http://0x7f000001/
http://0x7f.0.0.1/ http://0x7f.1/ http://017700000001/ http://0177.0.0.1/ http://0177.0x0.0.1/ http://[::1]/
http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[64:ff9b::7f00:1]/
http://[2002:7f00:1::]/ http://[fe80::1%25eth0]/ http://[fe80::1%25lo]/ http://[2606:4700:4700::1111%25eth0]/
http://１２７.０.０.１/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://167772161/ http://0xa9fea9fe/
http://169.254.169.254/latest/meta-data/ http://example.com:80@127.0.0.1/ http://a.example@127.0.0.1/
http://127.0.0.1#@a.example/ http://127.0.0.1?@a.example/ http:\\\\127.0.0.1/ http://a.example\\@127.0.0.1/
http://127.0.0.1:22/ http://127.0.0.1:8080/ http://localhost.test/ //127.0.0.1/ http:///127.0.0.1/ http://%31%32%37.0.0.1/
""".split()
NO_PAGE = "is no page that everybody can open. Check the link, or say the title yourself."


@pytest.mark.parametrize("address", CLOSED)
async def test_an_address_that_is_not_public_is_refused_however_it_is_come_to(
    address: str, web: FakeWeb, fetcher: Fetcher
) -> None:
    assert not is_public(address, 80)
    literal = f"[{address}]" if ":" in address else address
    web.names["inner.test"] = [[address]]
    web.pages["http://moved.example/literal"] = moved(f"http://{literal}/")
    web.pages["http://moved.example/named"] = moved("http://inner.test/")
    for url, host in (
        (f"http://{literal}/", None),
        ("http://inner.test/", "inner.test"),
        ("http://moved.example/literal", None),
        ("http://moved.example/named", "inner.test"),
    ):
        with pytest.raises(Failed, match=NO_PAGE) as caught:
            await fetcher.get(url, most=1_000)
        assert caught.value.found is Found.UNSAFE
        assert host is None or str(caught.value) == f"At {host} {NO_PAGE}"
    assert web.urls == ["http://moved.example/literal", "http://moved.example/named"]


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_everybodys_is_public_on_ports_of_the_web_alone(address: str) -> None:
    assert is_public(address, 80)
    assert is_public(address, 443)
    for port in (0, 21, 22, 25, 3306, 5432, 6379, 6667, 9200, 11211):
        assert not is_public(address, port)


@pytest.mark.parametrize("url", SPELLINGS)
async def test_no_spelling_of_an_inner_address_is_connected_to(url: str, web: FakeWeb, fetcher: Fetcher) -> None:
    with pytest.raises(Failed):
        await fetcher.get(url, most=1_000)
    assert web.asked == []
    web.pages["http://moved.example/"] = moved(url)
    with suppress(Failed):  # some are read as another page of the same host
        assert (await fetcher.get("http://moved.example/", most=1_000)).status == 404
    assert {URL(each).host for each in web.urls} == {"moved.example"}


@pytest.mark.parametrize("url", ["http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://localhost/"])
async def test_the_systems_own_reading_of_names_is_checked_too(url: str) -> None:
    fetcher = Fetcher(names=Lookups())
    try:
        with pytest.raises(Failed, match=f"{NO_PAGE}|^That is no link to a page"):
            await fetcher.get(url, most=1_000)
    finally:
        await fetcher.close()


async def test_a_name_that_turns_inward_after_it_was_looked_at_is_refused(web: FakeWeb, fetcher: Fetcher) -> None:
    for inner in ("127.0.0.1", "10.0.0.1", "::1"):
        web.asked.clear()
        web.names["turning.test"] = [[HERE], [inner]]
        web.pages["http://turning.test/"] = moved("http://turning.test/next")
        web.pages["http://turning.test/next"] = "never"
        with pytest.raises(Failed, match=f"^At turning.test {NO_PAGE}"):
            await fetcher.get("http://turning.test/", most=1_000)
        assert web.urls == ["http://turning.test/"]


async def test_of_several_addresses_only_public_ones_are_tried(web: FakeWeb, fetcher: Fetcher) -> None:
    web.names["both.test"] = [["10.0.0.1", "::1", "192.168.0.1"]]
    with pytest.raises(Failed) as caught:
        await fetcher.get("http://both.test/", most=1_000)
    assert caught.value.found is Found.UNSAFE


async def test_what_does_not_exist_is_refused_in_the_words_of_what_is_inside(web: FakeWeb, fetcher: Fetcher) -> None:
    web.names["inner.test"] = [["10.0.0.1"]]
    told = []
    for host in ("inner.test", "nobody.test"):
        with pytest.raises(Failed) as caught:
            await fetcher.get(f"http://{host}/", most=1_000)
        told.append(str(caught.value).replace(host, "…"))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,<title>x",
        "file:///etc/passwd",
        "ftp://a.example/",
        "gopher://a.example/",
        "mailto:a@a.example",
        "a.example",
        "",
        "https://",
        "http://[::1",
        "http://a.example:99999/",
        "http://a.example/" + "x" * LINK_MOST,
    ],
)
async def test_what_is_no_address_of_the_web_is_refused_first_and_after_a_redirect(
    url: str, web: FakeWeb, fetcher: Fetcher
) -> None:
    with pytest.raises(Failed, match=r"^That is no link to a page: one begins with https:// or http://"):
        await fetcher.get(url, most=1_000)
    if "://" in url or ":" in url:
        web.pages["http://moved.example/"] = moved(url)
        with pytest.raises(Failed, match=r"^That is no link to a page"):
            await fetcher.get("http://moved.example/", most=1_000)


async def test_names_passwords_and_other_ports_are_refused(fetcher: Fetcher) -> None:
    for url in ("http://u:p@a.example/", "http://u@a.example/", "http://:p@a.example/"):
        with pytest.raises(Failed, match=r"Leave it out and try again"):
            await fetcher.get(url, most=1_000)
    with pytest.raises(Failed, match=r"^Port 6379 is not read; pages stand on 80, 443, 8080, 8443."):
        await fetcher.get("http://a.example:6379/", most=1_000)


async def test_redirects_are_followed_so_far(web: FakeWeb, fetcher: Fetcher) -> None:
    web.pages["https://b.example/end?x=1"] = "there"
    web.pages["http://a.example/"] = moved("//a.example/next", 301)
    web.pages["http://a.example/next"] = moved("https://b.example/end?x=1", 308)
    fetched = await fetcher.get("http://a.example/", most=1_000)
    assert (fetched.url, fetched.body) == ("https://b.example/end?x=1", b"there")
    web.pages["http://loop.example/"] = moved("/")
    with pytest.raises(Failed, match=r"passed on more than 5 times. Take the address of the page where it ends"):
        await fetcher.get("http://loop.example/", most=1_000)
    assert web.urls.count("http://loop.example/") == REDIRECTS + 1


async def test_a_body_without_end_is_read_to_the_limit(web: FakeWeb, fetcher: Fetcher) -> None:
    sent = 0

    async def much() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(2_000):
            sent += 100_000
            yield b"x" * 100_000

    web.pages["http://big.example/"] = Answer(much)
    with pytest.raises(Failed, match=r"There are more than 2 MB at that link"):
        await fetcher.get("http://big.example/", most=2_000_000)
    assert sent < 50_000_000
    assert len((await fetcher.get("http://big.example/", most=2_000_000, cuts=True)).body) == 2_000_000


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_bomb_is_read_to_the_limit_and_takes_no_memory(coding: str, web: FakeWeb, fetcher: Fetcher) -> None:
    packed = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    bomb = b"".join([*(packed.compress(bytes(1_000_000)) for _ in range(200)), packed.flush()])
    web.pages["http://bomb.example/"] = Answer(bomb, headers={"Content-Encoding": coding})
    tracemalloc.start()
    try:
        with pytest.raises(Failed, match=r"There are more than 2 MB at that link"):
            await fetcher.get("http://bomb.example/", most=2_000_000)
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


async def test_a_bomb_within_a_bomb_is_taken_as_it_is(web: FakeWeb, fetcher: Fetcher) -> None:
    inner = gzip.compress(bytes(1_000_000))
    web.pages["http://bomb.example/"] = Answer(gzip.compress(inner), headers={"Content-Encoding": "gzip"})
    assert (await fetcher.get("http://bomb.example/", most=10_000)).body == inner


async def test_what_cannot_be_decoded_is_refused(web: FakeWeb, fetcher: Fetcher) -> None:
    web.pages["http://odd.example/"] = Answer(b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(Failed, match=r"^odd.example does not answer as it should. Try later"):
        await fetcher.get("http://odd.example/", most=1_000)


async def test_a_drip_that_never_ends_is_given_up_in_time(web: FakeWeb) -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    web.pages["http://slow.example/"] = Answer(drip)
    with pytest.raises(Failed, match=r"^slow.example takes more than 0.3 seconds."):
        await web.fetcher(seconds=0.3).get("http://slow.example/", most=1_000_000)


async def test_headers_without_end_are_refused(web: FakeWeb, fetcher: Fetcher) -> None:
    web.pages["http://odd.example/"] = Answer("x", headers={"X-Long": "x" * 100_000})
    web.pages["http://many.example/"] = Answer("x", headers={f"X-{number}": "x" for number in range(1_000)})
    for url in ("http://odd.example/", "http://many.example/"):
        with pytest.raises(Failed, match="does not answer as it should"):
            await fetcher.get(url, most=1_000)


async def test_a_certificate_of_somebody_else_is_refused(web: FakeWeb, fetcher: Fetcher) -> None:
    web.impostors.add("bank.example")
    web.pages["https://bank.example/"] = "money"
    with pytest.raises(Failed, match=r"^bank.example cannot prove that it is who it says") as caught:
        await fetcher.get("https://bank.example/", most=1_000)
    assert caught.value.found is Found.UNREACHABLE
    assert web.asked == []


async def test_it_says_who_it_is_and_keeps_no_cookies(web: FakeWeb, fetcher: Fetcher) -> None:
    web.pages["http://a.example/"] = Answer("", 302, headers={"Location": "/next", "Set-Cookie": "a=b"})
    web.pages["http://a.example/next"] = "x"
    await fetcher.get("http://a.example/", most=1_000)
    assert [each.headers["User-Agent"] for each in web.asked] == [USER_AGENT] * 2
    assert "Greenroom" in USER_AGENT
    assert all("Cookie" not in each.headers and "Authorization" not in each.headers for each in web.asked)


async def test_no_proxy_of_the_environment_is_used(
    web: FakeWeb, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")
    web.pages["http://a.example/"] = "x"
    assert (await fetcher.get("http://a.example/", most=1_000)).body == b"x"


async def test_what_is_unchanged_need_not_be_read_again(web: FakeWeb, fetcher: Fetcher) -> None:
    def serve(request: object) -> Answer:
        headers = web.asked[-1].headers
        told = {"ETag": '"1"', "Last-Modified": "yesterday"}
        if headers.get("If-None-Match") == '"1"' and headers.get("If-Modified-Since") == "yesterday":
            return Answer(status=304)
        return Answer("BEGIN", media="text/calendar; charset=UTF-8", headers=told)

    web.pages["http://a.example/"] = serve
    first = await fetcher.get("http://a.example/", most=1_000, accept="text/calendar")
    assert (first.media, first.charset, first.etag, first.modified) == ("text/calendar", "UTF-8", '"1"', "yesterday")
    again = await fetcher.get("http://a.example/", most=1_000, etag=first.etag, modified=first.modified)
    assert again.is_unchanged
    assert not first.is_unchanged


async def test_bodies_of_other_media_are_not_read(web: FakeWeb, fetcher: Fetcher) -> None:
    web.pages["http://a.example/"] = Answer(b"%PDF", media="application/pdf")
    fetched = await fetcher.get("http://a.example/", most=1_000, only=("text/html",))
    assert (fetched.status, fetched.media, fetched.body) == (200, "application/pdf", b"")
