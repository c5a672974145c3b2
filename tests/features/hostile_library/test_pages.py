"""Pages and links that say anything: only ever text, asked about, never a loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.domain.pages import Page
from bot.domain.resources import NOTE_MOST
from bot.domain.text import clean_line
from bot.features.resources.cards import HELPFUL, REMOVE, REMOVE_SURELY, SAVE, SHOW, UNHELPFUL, UNSAVE
from bot.features.resources.sharing import from_message
from bot.markup import Bold, Piece, Rich
from bot.request import Pointed, Press, Run, Submit
from bot.ui import Action, Form, Reply
from tests.features.hostile_library.library import (
    ALIEN,
    LINK,
    Pages,
    found,
    id_in,
    share,
    shows,
)
from tests.somebody import Somebody, words


async def test_what_a_page_calls_itself_is_only_ever_text(ana: Somebody, ben: Somebody, web: Pages) -> None:
    web.holds(LINK, ALIEN, description=ALIEN, site=ALIEN[:80])
    asked = await share(ana, note=ALIEN, tags="<!here>")
    assert isinstance(asked, Reply)
    done = await ana.presses(asked, "Save")
    assert isinstance(done, Reply)
    id_ = id_in(done)
    noted = await ben.ask(Run(("resource", "note"), {"resource": f"#{id_}", "note": ALIEN}))
    answers = [asked, done, noted]
    answers += [await ben.ask(Press(Action(name, id_))) for name in (SHOW, SAVE, HELPFUL, UNSAVE, UNHELPFUL)]
    answers.append(await ben.ask(Run(("resource", "find"), {})))
    answers.append(await share(ben))
    answers.append(await ana.ask(Press(Action(REMOVE, id_))))
    answers.append(await ana.ask(Press(Action(REMOVE_SURELY, id_))))
    for answer in answers:
        assert "Something broke" not in words(answer)
        assert isinstance(answer, Reply)
        assert not [piece for rich_ in _riches(answer) for piece in rich_.pieces if not _is_text(piece)]
    assert ALIEN in words(answers[-1])


async def test_a_page_that_says_nothing_is_asked_about_and_what_was_typed_stays(ana: Somebody, web: Pages) -> None:
    web.pages[LINK] = Page(LINK)
    form = await share(ana, note="I use it weekly", level="pro")
    assert isinstance(form, Form)
    assert set(form.errors) == {"title"}
    assert form.values["note"] == "I use it weekly"
    asked = await ana.ask(Submit(form.action, {**form.values, "title": "By hand"}))
    assert isinstance(asked, Reply)
    done = await ana.presses(asked, "Save")
    assert "By hand" in words(done)


async def test_a_page_that_cannot_be_read_is_shared_by_hand_and_not_asked_again(ana: Somebody, web: Pages) -> None:
    away = "https://away.example/x"
    form = await share(ana, away, note="Good, when it answers", tags="mixing, eq")
    assert isinstance(form, Form)
    assert form.values == {"link": away, "note": "Good, when it answers", "tags": "mixing, eq"}
    assert set(form.errors) == {"title"}
    asked = await ana.ask(Submit(form.action, {**form.values, "title": "By hand"}))
    assert isinstance(asked, Reply)
    await ana.presses(asked, "Save")
    assert web.asked == [away]
    assert await found(ana, tag="EQ") == ["By hand"]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "ftp://music.example/x",
        "https://",
        "http://[::1",
        "not a link",
        f"https://pages.example/{'x' * 1_000}",
    ],
)
async def test_what_is_no_address_of_the_web_is_never_asked_for(ana: Somebody, web: Pages, link: str) -> None:
    form = await share(ana, link, note="Why it helps")
    assert isinstance(form, Form)
    assert "link" in form.errors
    assert form.values["note"] == "Why it helps"
    assert form.values["link"] == link
    assert not web.asked


async def test_ten_thousand_tags_are_refused_and_stay_to_be_shortened(ana: Somebody, web: Pages) -> None:
    tags = ", ".join(str(number) for number in range(10_000))
    form = await ana.ask(Submit(Action("resource share"), {"link": LINK, "tags": tags}))
    assert isinstance(form, Form)
    assert form.errors["tags"]
    assert form.values["tags"] == tags
    fewer = await ana.ask(Submit(Action("resource share"), {"link": LINK, "tags": tags[:1_000]}))
    assert isinstance(fewer, Form)
    assert "at most 10" in fewer.errors["tags"]
    assert not web.asked


@pytest.mark.parametrize("title", ["", "\u202egnirts", "🎛️" * 300, "\x00", "a\nb", "{title} %s %(x)s", "x" * 7_000])
async def test_any_title_of_a_page_can_be_shared_and_found_again(ana: Somebody, web: Pages, title: str) -> None:
    web.holds(LINK, title, description=title)
    asked = await share(ana)
    if isinstance(asked, Form):
        assert not clean_line(title)
        return
    done = await ana.presses(asked, "Save")
    assert len(await found(ana)) == 1
    assert isinstance(done, Reply)
    assert "Something broke" not in await shows(ana, f"#{id_in(done)}")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("<https://a.example/x>", ""),
        ("**https://a.example/x**", ""),
        ("Good: <https://a.example/x> and short", "Good: and short"),
        ("[Splits](https://a.example/x) are fair", "[Splits] are fair"),
        ("https://a.example/x https://b.example/y", "https://b.example/y"),
        ("Read https://a.example/x\nthen sign", "Read then sign"),
    ],
)
def test_a_message_leaves_its_words_and_no_marks_of_its_link(text: str, note: str) -> None:
    assert from_message(Pointed(text, "https://chat.example/1")) == {"link": "https://a.example/x", "note": note}


def test_a_message_without_a_link_is_meant_itself() -> None:
    assert from_message(Pointed("x" * 600, "https://chat.example/1")) == {
        "link": "https://chat.example/1",
        "note": "x" * (NOTE_MOST - 1) + "…",
    }


def _riches(reply: Reply) -> Sequence[Rich]:
    fields: Mapping[str, Rich] = {f"{n}{f.name}": f.value for n, card in enumerate(reply.cards) for f in card.fields}
    return [reply.text, *fields.values(), *(each for card in reply.cards for each in (card.title, card.body))]


def _is_text(piece: Piece) -> bool:
    return isinstance(piece, str | Bold)
