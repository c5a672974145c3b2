"""What counts as the same page, and above all what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.links import KEY_MOST, host_of, is_on, key_for, page_key
from bot.errors import Refused

SAME = """
https://example.org/a http://example.org/a
https://example.org/a https://www.example.org/a
https://example.org/a https://m.example.org/a
https://example.org/a HTTPS://EXAMPLE.org/a
https://example.org/a https://example.org:443/a
http://example.org:80/a https://example.org/a
https://example.org/a https://example.org./a
https://example.org/a https://example.org/a/
https://example.org https://example.org/
https://example.org/a https://example.org/a#part
https://example.org/a https://example.org/a#:~:text=word
https://example.org/a https://example.org/a?
https://example.org/a https://example.org/a#
https://example.org/a https://example.org/b/../a
https://example.org/a https://user:word@example.org/a
https://example.org/a https://example.org\\a
https://example.org/a?utm_source=x&utm_medium=y https://example.org/a
https://example.org/a?UTM_Source=x https://example.org/a
https://example.org/a?id=1&fbclid=Iw https://example.org/a?id=1
https://example.org/a?gclid=1&mc_cid=2&igshid=3&ref_src=t https://example.org/a
https://example.org/a?x=1&y=2 https://example.org/a?y=2&x=1
https://example.org/a?x=a+b https://example.org/a?x=a%20b
https://example.org/%7Eme https://example.org/~me
https://example.org/caf%c3%a9 https://example.org/café
https://example.org/caf%C3%A9 https://example.org/caf%c3%a9
https://example.org/x_(y) https://example.org/x_%28y%29
https://bücher.example/a https://xn--bcher-kva.example/a
https://BÜCHER.example/a https://bücher.example/a
https://ｅｘａｍｐｌｅ。org/a https://example.org/a
https://example.org/#/songs https://example.org/#/songs/
https://example.org/#/songs?utm_source=x https://example.org/#/songs
https://example.org/#/ https://example.org/
https://example.org/2024/how-to-mix-drums/amp https://example.org/2024/how-to-mix-drums
https://example.org/how-to-mix-drums/amp/ https://example.org/how-to-mix-drums
https://example.org/how-to-mix-drums?amp https://example.org/how-to-mix-drums
https://example.org/how-to-mix-drums?amp=1 https://example.org/how-to-mix-drums
https://example.org/how-to-mix-drums?outputType=amp https://example.org/how-to-mix-drums
https://example.org/mix.amp.html https://example.org/mix.html
https://amp.example.org/how-to-mix-drums https://example.org/how-to-mix-drums
https://www.google.com/amp/s/www.example.org/how-to-mix-drums/amp/ https://example.org/how-to-mix-drums
https://www-example-org.cdn.ampproject.org/c/s/www.example.org/mixing?amp_js_v=0.1&usqp=x https://example.org/mixing
https://cdn.ampproject.org/v/s/example.org/mixing?id=7&amp_gsa=1 https://example.org/mixing?id=7
https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fa%3Fid%3D1&sa=D https://example.org/a?id=1
https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fexample.org%2Fa https://example.org/a
https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa%3Ffbclid%3D1&h=A https://example.org/a
https://youtu.be/dQw4w9WgXcQ https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://youtu.be/dQw4w9WgXcQ?si=abc&t=42 https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://m.youtube.com/watch?v=dQw4w9WgXcQ&feature=share https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://music.youtube.com/watch?v=dQw4w9WgXcQ&si=x https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/shorts/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/embed/dQw4w9WgXcQ?start=3 https://youtu.be/dQw4w9WgXcQ
https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/live/dQw4w9WgXcQ?si=x https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL0123&index=2&t=1m https://youtu.be/dQw4w9WgXcQ
https://www.youtube.com/redirect?q=https%3A%2F%2Fexample.org%2Fa&v=dQw4w9WgXcQ https://example.org/a
https://www.youtube.com/playlist?list=PL0123 https://music.youtube.com/playlist?list=PL0123&si=x
https://www.youtube.com/embed/videoseries?list=PL0123 https://www.youtube.com/playlist?list=PL0123
https://www.youtube.com/@maker?si=x https://youtube.com/@maker
https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC?si=1 https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC
https://open.spotify.com/embed/track/4uLU6hMCjMI75M1A2tKUQC https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC
https://soundcloud.com/a/b?in=a/sets/c&si=1&utm_source=clipboard https://m.soundcloud.com/a/b
https://soundcloud.com/a/b#t=1:00 https://soundcloud.com/a/b
https://a.bandcamp.com/track/b?from=search&action=download https://a.bandcamp.com/track/b
https://player.vimeo.com/video/76979871?h=8272103f6e https://vimeo.com/76979871
https://vimeo.com/channels/staffpicks/76979871 https://vimeo.com/76979871#t=10s
https://vimeo.com/76979871?share=copy https://vimeo.com/76979871
https://en.m.wikipedia.org/wiki/Reverb https://en.wikipedia.org/wiki/Reverb#History
https://medium.com/@me/mixing-drums-0123456789ab?source=rss https://me.medium.com/mixing-drums-0123456789ab
https://medium.com/p/0123456789ab https://medium.com/the-list/mixing-0123456789ab
https://open.substack.com/pub/me/p/royalties?r=1 https://me.substack.com/p/royalties?utm_source=x&triedRedirect=true
https://old.reddit.com/r/mixing/comments/abc12/a_title/ https://www.reddit.com/r/mixing/comments/abc12/
https://redd.it/abc12 https://www.reddit.com/r/mixing/comments/abc12/a_title
https://twitter.com/me/status/123?s=20 https://x.com/i/web/status/123
https://mobile.twitter.com/me https://x.com/me
https://www.instagram.com/me/reel/Cabc123/?igsh=x https://instagram.com/p/Cabc123
https://docs.google.com/document/d/0123456789abcdefghij/edit?usp=sharing https://docs.google.com/document/u/0/d/0123456789abcdefghij/view
https://drive.google.com/open?id=0123456789abcdefghij https://drive.google.com/file/d/0123456789abcdefghij/view?usp=sharing
https://www.amazon.de/Mixing-Secrets/dp/0240815807/ref=sr_1_1?keywords=x https://www.amazon.de/dp/0240815807
https://www.dropbox.com/s/abc/split.pdf?dl=0 https://www.dropbox.com/s/abc/split.pdf?dl=1
"""

DIFFERENT = """
https://example.org/?id=1 https://example.org/?id=2
https://example.org/?p=1 https://example.org/?p=2
https://example.org/?p=1 https://example.org/
https://example.org/?id=1 https://example.org/?ID=1
https://example.org/a https://example.org/A
https://example.org/a https://example.org/b
https://example.org/a%2Fb https://example.org/a/b
https://example.org/a%2Bb https://example.org/a+b
https://example.org/a?x=1&x=2 https://example.org/a?x=2&x=1
https://example.org/a?x=%E9 https://example.org/a?x=%E8
https://example.org/a?x=a%26b https://example.org/a?x=a&b
https://example.org/a?t=1 https://example.org/a?t=2
https://example.org/a?si=1 https://example.org/a?si=2
https://example.org/a?ref=1 https://example.org/a?ref=2
https://example.org/a?list=1 https://example.org/a?list=2
https://example.org:8080/a https://example.org/a
https://example.org/#/a https://example.org/#/b
https://example.org/#!a https://example.org/#!b
https://example.org/#/?id=1 https://example.org/#/?id=2
https://strudel.cc/#abc https://strudel.cc/#abd
https://straße.de/a https://strasse.de/a
https://a.example.org/a https://b.example.org/a
https://example.org/a https://example.com/a
https://mobile.de/a https://de/a
https://m.me/a https://me/a
https://www.co.uk/a https://co.uk/a
https://amp.example.org/ https://example.org/
https://example.org/gear/amp https://example.org/gear
https://amp.dev/documentation https://dev/documentation
https://youtu.be/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcR
https://youtu.be/dQw4w9WgXcQ https://youtu.be/dqw4w9wgxcq
https://www.youtube.com/watch?v=dQw4w9WgXcQ https://www.youtube.com/watch?v=oHg5SJYRHA0
https://www.youtube.com/playlist?list=PL0123 https://www.youtube.com/playlist?list=PL0124
https://www.youtube.com/watch?v=dQw4w9WgXcQ https://www.youtube.com/playlist?list=PL0123
https://www.youtube.com/watch?list=PL0123 https://www.youtube.com/watch?list=PL0124
https://www.youtube.com/watch?v=dQw4w9WgXcQ&v=oHg5SJYRHA0 https://www.youtube.com/watch?v=oHg5SJYRHA0
https://www.youtube.com/results?search_query=a https://www.youtube.com/results?search_query=b
https://music.youtube.com/browse/a https://music.youtube.com/browse/b
https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC https://open.spotify.com/album/4uLU6hMCjMI75M1A2tKUQC
https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQD
https://soundcloud.com/a/b https://soundcloud.com/a/sets/b
https://a.bandcamp.com/track/b https://c.bandcamp.com/track/b
https://vimeo.com/76979871 https://vimeo.com/76979872
https://en.m.wikipedia.org/wiki/Reverb https://de.m.wikipedia.org/wiki/Reverb
https://en.wikipedia.org/w/index.php?title=Reverb&oldid=1 https://en.wikipedia.org/w/index.php?title=Reverb&oldid=2
https://medium.com/@me/mixing-0123456789ab https://medium.com/@me/mixing-0123456789ac
https://me.substack.com/p/a https://me.substack.com/p/b
https://me.substack.com/p/a https://you.substack.com/p/a
https://www.reddit.com/r/mixing/comments/abc12/a/ https://www.reddit.com/r/mixing/comments/abc12/a/def34
https://x.com/me/status/123 https://x.com/me/status/124
https://www.amazon.de/dp/0240815807 https://www.amazon.com/dp/0240815807
https://www.google.com/search?q=a https://www.google.com/search?q=b
https://www.google.com/url?q=/local https://www.google.com/url?q=/other
https://web.archive.org/web/2020/http://example.org/ https://web.archive.org/web/2021/http://example.org/
https://music.apple.com/us/album/x/1?i=2 https://music.apple.com/us/album/x/1?i=3
"""


def pairs(table: str) -> list[list[str]]:
    return [line.split(" ") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_one_page_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert page_key(one) == page_key(other)


@pytest.mark.parametrize(("one", "other"), pairs(DIFFERENT))
def test_two_pages_are_never_one(one: str, other: str) -> None:
    assert page_key(one) != page_key(other)


@pytest.mark.parametrize("url", [url for pair in [*pairs(SAME), *pairs(DIFFERENT)] for url in pair])
def test_the_key_of_a_key_is_that_key(url: str) -> None:
    assert page_key(f"https://{page_key(url)}") == page_key(url)


_PIECES = st.sampled_from(
    "a b-c-d 2024 amp amp.html x.amp . .. // / % %2F %41 %7e %c3%a9 é + ; : @ ! watch embed p comments p/1".split()
)
_NAMES = st.sampled_from("id v list t q url u utm_source fbclid amp a%20b = & é %".split())
_HOSTS = st.sampled_from(
    "example.org www.example.org m.example.org amp.example.org youtube.com m.google.com youtu.be me.medium.com "
    "medium.com x.com bücher.example [::1] 127.0.0.1 m.m.example.org a.cdn.ampproject.org en.m.wikipedia.org".split()
)
_ENDS = st.sampled_from(["", "#a", "#/a?b=1&utm_x=2", "#!", "#/", "#%3A~:x", "#" + "a" * 200])


@given(_HOSTS, st.lists(_PIECES), st.lists(st.tuples(_NAMES, st.text(max_size=12))), _ENDS)
def test_a_key_is_steady_and_short_for_any_address(
    host: str, path: list[str], query: list[tuple[str, str]], end: str
) -> None:
    asked = "&".join(f"{name}={value}" for name, value in query).replace("#", "")
    key = page_key(f"https://{host}/{'/'.join(path)}?{asked}{end}")
    assert page_key(f"http://{key}") == key
    assert len(key) <= KEY_MOST
    assert key.isascii()


_IDS = st.text("abcXYZ0189_-", min_size=11, max_size=11)


@given(_IDS, _IDS, st.sampled_from(["https://youtu.be/{}", "https://m.youtube.com/watch?t=1&v={}&list=PLabc"]))
def test_different_videos_have_different_keys(one: str, other: str, form: str) -> None:
    same = page_key(form.format(one)) == page_key(f"https://www.youtube.com/shorts/{other}")
    assert same is (one == other)


@given(st.integers(), st.integers(), st.sampled_from(["?id={}", "?p={}", "?v={}&utm_source=x", "post/{}", "#/{}"]))
def test_different_numbers_have_different_keys(one: int, other: int, form: str) -> None:
    address = "https://example.org/" + form
    assert (page_key(address.format(one)) == page_key(address.format(other))) is (one == other)


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "https://"),
        *("https://[::1/", "https://a b.org/", "https://example.org:99999/", "https://a..b/"),
        "https://example.org/" + "a" * 10_000,
    ],
)
def test_what_is_no_address_of_the_web_has_no_key(url: str) -> None:
    with pytest.raises(Refused, match="not a web address"):
        page_key(url)


def test_a_long_address_has_a_short_key_of_its_own() -> None:
    one, other = (page_key("https://example.org/" + "é" * 300 + end) for end in "ab")
    assert one != other
    assert one.startswith("example.org/~")
    assert len(one) <= KEY_MOST


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org:8080/a", "example.org"),
        ("https://good.example@bad.example/", "bad.example"),
        ("https://bad.example\\@good.example/", "bad.example"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("Example.org", "example.org"),
        ("https://[2001:DB8::1]:81/", "[2001:db8::1]"),
        ("https://m.example.org/", "m.example.org"),
        ("https://[::1", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_the_host_is_told_as_browsers_tell_it(url: str, host: str) -> None:
    assert host_of(url) == host


def test_what_is_below_a_site_is_on_it() -> None:
    assert is_on("example.org", "example.org")
    assert is_on("a.example.org", "example.org")
    assert not is_on("badexample.org", "example.org")


@pytest.mark.parametrize(
    ("link", "canonical", "key"),
    [
        ("https://example.org/a?from=x", "https://www.example.org/a", "example.org/a"),
        ("https://example.org/?p=12", "https://example.org/2024/mixing", "example.org/2024/mixing"),
        ("https://example.org/a?x=1", "", "example.org/a?x=1"),
        ("https://example.org/a", "https://example.org/", "example.org/a"),
        ("https://example.org/a", "https://other.example/a", "example.org/a"),
        ("https://example.org/a/b", "https://example.org/a", "example.org/a/b"),
        ("https://example.org/a?id=1", "https://example.org/a", "example.org/a?id=1"),
        ("https://example.org/#/a", "https://example.org/app", "example.org/#/a"),
        ("https://example.org/a", "javascript:x", "example.org/a"),
        (
            "https://youtu.be/dQw4w9WgXcQ",
            "https://www.youtube.com/watch?v=oHg5SJYRHA0",
            "youtube.com/watch?v=dQw4w9WgXcQ",
        ),
    ],
)
def test_a_page_is_believed_its_own_address_where_that_tells_as_much(link: str, canonical: str, key: str) -> None:
    assert key_for(link, canonical) == key
