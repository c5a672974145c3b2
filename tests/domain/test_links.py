"""One page has one key, and two pages have two."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.links import KEY_MOST, host_of, key_for, page_key

SAME = """
https://example.org/night                     http://example.org/night
https://example.org/night                     https://www.example.org/night
https://example.org/night                     https://m.example.org/night
https://example.org/night                     https://mobile.example.org/night
https://example.org/night                     https://EXAMPLE.org/night
https://example.org/night                     https://example.org:443/night
https://example.org/night                     http://example.org:80/night
https://example.org/night                     https://example.org./night
https://example.org/night                     https://example.org/night/
https://example.org                           https://example.org/
https://example.org/night                     https://example.org/night#tickets
https://example.org/night                     https://example.org/night?utm_source=x&utm_medium=y
https://example.org/night                     https://example.org/night?fbclid=IwAR0
https://example.org/night                     https://example.org/night?gclid=1&msclkid=2
https://example.org/night                     https://example.org/night?mc_cid=a&mc_eid=b
https://example.org/night                     https://example.org/night?igshid=a
https://example.org/night                     https://example.org/night?
https://example.org/night?a=1&b=2             https://example.org/night?b=2&a=1
https://example.org/night?a=1                 https://example.org/night?a=1&utm_campaign=z
https://example.org/a%7Eb                     https://example.org/a~b
https://example.org/%c3%a4                    https://example.org/%C3%A4
https://example.org/%C3%A4                    https://example.org/ä
https://example.org/a%2fb                     https://example.org/a%2Fb
https://example.org//a//b                     https://example.org/a/b
https://bücher.example/a                      https://xn--bcher-kva.example/a
https://example.org/night                     https://example.org/night/amp
https://example.org/night                     https://example.org/night/amp/
https://example.org/night                     https://example.org/night?amp=1
https://example.org/night                     https://example.org/night?amp
https://example.org/night                     https://amp.example.org/night
https://example.org/night.html                https://example.org/night.amp.html
https://example.org/night                     https://www.google.com/amp/s/example.org/night
https://example.org/night                     https://www.google.com/amp/s/amp.example.org/night/amp/
https://example.org/night                     https://example-org.cdn.ampproject.org/c/s/example.org/night
https://example.org/night                     https://www.google.com/url?q=https://example.org/night&sa=D
https://example.org/night                     https://www.google.de/url?url=https%3A%2F%2Fexample.org%2Fnight
https://example.org/night                     https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fnight&h=AT
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://youtu.be/dQw4w9WgXcQ?si=Abc&t=42
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://m.youtube.com/watch?v=dQw4w9WgXcQ&feature=youtu.be
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube.com/shorts/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube.com/embed/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube.com/live/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://music.youtube.com/watch?v=dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1&index=2
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube.com/watch?t=42s&v=dQw4w9WgXcQ
https://www.youtube.com/playlist?list=PLabc   https://youtube.com/playlist?list=PLabc&si=xyz
https://www.youtube.com/playlist?list=PLabc   https://www.youtube.com/embed/videoseries?list=PLabc
https://vimeo.com/76979871                    https://player.vimeo.com/video/76979871
https://vimeo.com/76979871                    https://vimeo.com/76979871?share=copy
https://open.spotify.com/episode/4rOo         https://open.spotify.com/intl-de/episode/4rOo?si=1
https://open.spotify.com/episode/4rOo         https://open.spotify.com/embed/episode/4rOo
https://soundcloud.com/ana/song               https://soundcloud.com/ana/song?in=ana/sets/all&si=2
https://soundcloud.com/ana/song               https://m.soundcloud.com/ana/song
https://en.wikipedia.org/wiki/Royalty         https://en.m.wikipedia.org/wiki/Royalty
https://medium.com/@ana/split-abc             https://medium.com/@ana/split-abc?source=friends_link&sk=1
https://ana.substack.com/p/deals              https://ana.substack.com/p/deals?r=abc&showWelcomeOnShare=true
https://x.com/ana/status/1                    https://twitter.com/ana/status/1?s=20&t=abc
https://www.reddit.com/r/edm/comments/1/x     https://old.reddit.com/r/edm/comments/1/x/?share_id=a
https://www.amazon.de/dp/B0ABCDEFGH           https://www.amazon.de/Some-Book/dp/B0ABCDEFGH/ref=sr_1_1?keywords=a
https://ana.bandcamp.com/album/x              https://ana.bandcamp.com/album/x?from=hp
https://example.org/watch?v=1#/route          https://www.example.org/watch?v=1&utm_id=3#/route
"""

DIFFERENT = """
https://example.org/a                         https://example.org/b
https://example.org/a                         https://example.org/A
https://example.org/a                         https://example.com/a
https://example.org/a                         https://blog.example.org/a
https://example.org/a                         https://example.org:8080/a
https://example.org/?id=1                     https://example.org/?id=2
https://example.org/?p=1                      https://example.org/?p=2
https://example.org/?p=1                      https://example.org/
https://example.org/?page=2                   https://example.org/
https://example.org/a?ref=1                   https://example.org/a
https://example.org/a?v=1                     https://example.org/a?v=2
https://example.org/?a=1&a=2                  https://example.org/?a=1
https://example.org/a%2Fb                     https://example.org/a/b
https://example.org/a?x=%26                   https://example.org/a?x=
https://example.org/#/songs                   https://example.org/#/about
https://example.org/#/songs                   https://example.org/
https://example.org/#!a                       https://example.org/#!b
https://example.org/amp                       https://example.org/
https://example.org/camp                      https://example.org/c
https://example.org/?amp=2                    https://example.org/
https://www.youtube.com/watch?v=dQw4w9WgXcQ   https://www.youtube.com/watch?v=9bZkp7q19f0
https://youtu.be/dQw4w9WgXcQ                  https://youtu.be/dQw4w9WgXcq
https://www.youtube.com/shorts/dQw4w9WgXcQ    https://www.youtube.com/shorts/9bZkp7q19f0
https://www.youtube.com/playlist?list=PLabc   https://www.youtube.com/playlist?list=PLabd
https://www.youtube.com/playlist?list=PLabc   https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLabc
https://www.youtube.com/@ana                  https://www.youtube.com/@ben
https://www.youtube.com/channel/UC1           https://www.youtube.com/channel/UC2
https://www.youtube.com/@ana                  https://www.youtube.com/@ana/videos
https://www.youtube.com/embed/videoseries?list=PLa  https://www.youtube.com/embed/videoseries?list=PLb
https://vimeo.com/76979871                    https://vimeo.com/76979872
https://vimeo.com/76979871                    https://vimeo.com/76979871/abcdef
https://open.spotify.com/track/1              https://open.spotify.com/album/1
https://soundcloud.com/ana/song               https://soundcloud.com/ana/song/s-secret
https://en.wikipedia.org/wiki/Royalty         https://de.wikipedia.org/wiki/Royalty
https://google.com/search?q=a                 https://google.com/search?q=b
https://example.org/url?q=https://a.example   https://a.example
https://www.amazon.de/dp/B0ABCDEFGH           https://www.amazon.com/dp/B0ABCDEFGH
https://www.amazon.de/s?k=books               https://www.amazon.de/s?k=synths
https://ana.substack.com/p/deals              https://ben.substack.com/p/deals
https://x.com/ana/status/1                    https://x.com/ana/status/2
https://m.com/a                               https://com/a
https://docs.google.com/document/d/1/edit     https://docs.google.com/document/d/2/edit
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(one, other) for one, other in (line.split() for line in table.strip().splitlines())]


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_the_same_page_is_known_again(one: str, other: str) -> None:
    assert page_key(one) == page_key(other)


@pytest.mark.parametrize(("one", "other"), pairs(DIFFERENT))
def test_two_pages_are_two(one: str, other: str) -> None:
    assert page_key(one) != page_key(other)


words = st.text("abcdefXYZ0189-_~äß%&=+ ", min_size=1, max_size=12)


@given(words, words, words)
def test_parameters_that_are_not_known_keep_pages_apart(name: str, one: str, other: str) -> None:
    first, second = (f"https://example.org/x?{urlencode({f'k{name}': value})}" for value in (one, other))
    assert (page_key(first) == page_key(second)) == (one == other)


@given(st.lists(words, min_size=1, max_size=4), st.dictionaries(words, words, max_size=3))
def test_the_key_of_what_a_key_leads_to_is_the_same(path: list[str], params: dict[str, str]) -> None:
    url = "https://www.example.org/" + "/".join(quote(part, safe="") for part in path) + "?" + urlencode(params)
    assert page_key(f"http://{page_key(url)}") == page_key(url)


@given(st.text(max_size=80))
def test_no_address_breaks_it(text: str) -> None:
    for url in (f"https://example.org/{text}", f"https://{text}", f"https://example.org/?{text}#{text}"):
        try:
            key = page_key(url)
        except ValueError:
            continue  # no address for anybody: the argument refuses it before
        assert len(key) <= KEY_MOST


@pytest.mark.parametrize(
    ("canonical", "key"),
    [
        ("https://example.org/night", "example.org/night"),
        ("https://www.example.org/night?utm_source=a", "example.org/night"),
        ("https://other.example/night", "example.org/night-2?x=1"),
        ("https://example.org/", "example.org/night-2?x=1"),
        ("", "example.org/night-2?x=1"),
    ],
)
def test_what_a_page_calls_itself_counts_where_it_can_be_believed(canonical: str, key: str) -> None:
    assert key_for("https://example.org/night-2?x=1", canonical) == key


def test_a_host_is_named_without_what_says_nothing() -> None:
    assert host_of("https://WWW.Example.org:8080/x") == "example.org"
    assert host_of("https://bücher.example") == "xn--bcher-kva.example"
    assert host_of("https://[::1") == ""
