"""The library under whatever members and the pages they share do to it: clear errors, one row, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from adapters.console.limits import LIMITS as CONSOLE
from adapters.discord.limits import LIMITS as DISCORD
from adapters.slack.limits import LIMITS as SLACK
from bot.commands import Services
from bot.domain.pages import Found, Look, Page
from bot.domain.people import Workspace
from bot.domain.resources import DESCRIPTION_MOST, FOLLOWS_MOST, NOTE_MOST, TAG_MOST, TITLE_MOST, Kind, Standing
from bot.domain.text import clean_line, clean_text, clip
from bot.domain.topics import NAME_MOST, TOPICS_MOST
from bot.errors import Refused
from bot.features.resources.cards import HELPFUL, REMOVE, REMOVE_SURELY, REPORT, SAVE, SHOW, UNHELPFUL, UNSAVE
from bot.features.resources.sharing import from_message
from bot.fit import fit, plain
from bot.i18n import N_
from bot.markup import Bold, Piece, Rich
from bot.ports import NoWeb
from bot.request import Asked, Pointed, Press, Run, Submit, Typed
from bot.ui import Action, Answer, Button, Form, Menu, Reply
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
LINK = "https://pages.example/splits"
THEIRS = Workspace("console", "elsewhere", "Elsewhere")
ALIEN = "@everyone <@&1> <!channel> [x](javascript:alert(1)) **b** </title> {title} %s"


@dataclass(slots=True)
class Pages(NoWeb):
    """What is in `pages` can be read, and nothing else."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    waits: asyncio.Event | None = None

    async def page(self, url: str) -> Page:
        self.asked.append(url)
        if self.waits is not None:
            await self.waits.wait()
        if url not in self.pages:
            raise Refused(N_("{url} does not answer."), url=url)
        return self.pages[url]

    async def look(self, url: str) -> Look:
        return Look(Found.ALIVE, url=url)

    def holds(self, url: str, title: str, **says: object) -> None:
        """As the real one has them: clean, and cut to what a resource holds."""
        about = clip(clean_text(str(says.pop("description", ""))), DESCRIPTION_MOST)
        known = Page(url, title=clip(clean_line(title), TITLE_MOST), description=about, site="pages.example")
        self.pages[url] = replace(known, **says)  # type: ignore[arg-type]  # the fields of Page, as tests name them


@pytest.fixture
def web() -> Pages:
    pages = Pages()
    pages.holds(LINK, "Chords that move", description="How theory helps", kind=Kind.ARTICLE, language="en")
    return pages


@pytest.fixture
async def ana(database_url: str, web: Pages) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        services: Services = replace(person.bot.services, web=web)
        person.bot.app = replace(person.bot.app, services=services)
        yield person


@pytest.fixture
def ben(ana: Somebody) -> Somebody:
    return replace(ana, name="ben")


@pytest.fixture
def olga(ana: Somebody) -> Somebody:
    return replace(ana, name="olga", is_organiser=True)


async def share(who: Somebody, link: str = LINK, **said: str) -> Answer:
    return await who.ask(Run(("resource", "share"), {"link": link, **said}))


async def shared(who: Somebody, link: str = LINK, **said: str) -> Reply:
    asked = await share(who, link, **said)
    assert isinstance(asked, Reply), asked
    done = await who.presses(asked, "Save")
    assert isinstance(done, Reply), done
    assert not done.is_refusal, words(done)
    return done


async def found(who: Somebody, **wanted: str) -> Sequence[str]:
    """The titles of what a search shows on its first page."""
    reply = await who.ask(Run(("resource", "find"), wanted))
    assert isinstance(reply, Reply)
    return [plain(card.title) for card in reply.cards if card.title]


async def shows(who: Somebody, typed: str) -> str:
    """All that the card of one resource says."""
    reply = await who.ask(Run(("resource", "show"), {"resource": typed}))
    assert isinstance(reply, Reply)
    told = [f"{field.name}: {plain(field.value)}" for card in reply.cards for field in card.fields]
    return "\n".join([words(reply), *told])


def id_in(reply: Reply) -> str:
    """The id of the resource that a card is about."""
    return next(action.arg for action in _actions(reply) if action.name in (SAVE, UNSAVE))


def _actions(reply: Reply) -> Sequence[Action]:
    return [each.action for card in reply.cards for each in card.controls if isinstance(each, Button | Menu)]


def labels(reply: Reply) -> Sequence[str]:
    return [each.label for card in reply.cards for each in card.controls if isinstance(each, Button)]


# --- one row, one vote, nothing lost ---


async def test_a_vote_pressed_a_hundred_times_counts_once(ana: Somebody, ben: Somebody) -> None:
    done = await shared(ana)
    helpful = button(done, "Helpful")
    await ben.ask(Press(helpful))
    answers = await asyncio.gather(*(ben.ask(Press(helpful)) for _ in range(99)))
    assert not [each for each in answers if not isinstance(each, Reply) or each.is_refusal]
    assert "1 found it helpful" in await shows(ana, "Chords that move")
    await ben.ask(Press(Action(UNHELPFUL, helpful.arg)))
    await ben.ask(Press(Action(UNHELPFUL, helpful.arg)))
    assert "found it helpful" not in await shows(ana, "Chords that move")


async def test_two_who_share_a_page_at_the_same_moment_make_one_and_both_notes_stay(
    ana: Somebody, ben: Somebody, web: Pages
) -> None:
    other = f"{LINK}?utm_source=chat"
    web.pages[other] = web.pages[LINK]
    web.waits = asyncio.Event()
    both = asyncio.gather(share(ana, note="It opened my ears"), share(ben, other, note="Short and clear"))
    await asyncio.sleep(0)
    web.waits.set()
    asked_ana, asked_ben = await both
    assert isinstance(asked_ana, Reply)
    assert isinstance(asked_ben, Reply)
    saved = await asyncio.gather(ana.presses(asked_ana, "Save"), ben.presses(asked_ben, "Save"))
    assert sorted("It is in the library now" in words(each) for each in saved) == [False, True]
    assert await found(ana) == ["Chords that move"]
    told = await shows(ana, "Chords that move")
    assert "It opened my ears" in told
    assert "Short and clear" in told


async def test_whoever_comes_second_is_told_who_was_first_and_when_and_no_page_is_read(
    ana: Somebody, ben: Somebody, web: Pages
) -> None:
    await shared(ana, note="It opened my ears")
    web.asked.clear()
    again = await share(ben, LINK.replace("https://", "http://www."))
    assert isinstance(again, Reply)
    assert "Ana" in words(again)
    assert "25" in words(again)
    assert not web.asked
    await ben.presses(again, "Save")
    assert await found(ana) == ["Chords that move"]
    told = await shows(ben, "Chords that move")
    assert "Shared by: Ana" in told


async def test_a_save_pressed_ten_times_at_once_is_one(ana: Somebody) -> None:
    asked = await share(ana, note="Mine")
    assert isinstance(asked, Reply)
    answers = await asyncio.gather(*(ana.presses(asked, "Save") for _ in range(10)))
    assert not [each for each in answers if "Something broke" in words(each)]
    assert await found(ana) == ["Chords that move"]
    assert (await shows(ana, "Chords that move")).count("Mine") == 1


async def test_a_note_takes_the_place_of_the_one_before(ana: Somebody, ben: Somebody) -> None:
    await shared(ana, note="First")
    for text in ("Second", "Third"):
        await ben.ask(Run(("resource", "note"), {"resource": "Chords that move", "note": text}))
    told = await shows(ana, "Chords that move")
    assert "First" in told
    assert "Third" in told
    assert "Second" not in told


async def test_many_notes_leave_the_card_one_that_can_be_read(ana: Somebody) -> None:
    done = await shared(ana, note="What I said first")
    for number in range(30):
        member = replace(ana, name=f"member{number}")
        said = {"resource": f"#{id_in(done)}", "note": f"{number} " + "very helpful " * 38}
        assert isinstance(await member.ask(Run(("resource", "note"), said)), Reply)
    told = await shows(ana, "Chords that move")
    assert len(told) < 4_000
    assert "What I said first" in told
    assert "… 26 more …" in told
    assert "29 very helpful" in told


# --- pages that say anything ---


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
        "ftp://files.example/x",
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


# --- changing one's mind ---


async def test_another_link_brings_what_its_own_page_says(ana: Somebody, web: Pages) -> None:
    web.holds("https://other.example/b", "Another page", description="Of its own", site="other.example")
    asked = await share(ana)
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    again = await ana.ask(Submit(form.action, {**form.values, "link": "https://other.example/b"}))
    assert isinstance(again, Reply)
    assert plain(again.cards[0].title) == "Another page"
    assert "pages.example" not in words(again)


async def test_another_link_leaves_what_was_said_and_one_that_cannot_be_read_loses_nothing(
    ana: Somebody, web: Pages
) -> None:
    asked = await share(ana, note="Mine", level="pro")
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    away = "https://away.example/x"
    again = await ana.ask(Submit(form.action, {**form.values, "link": away}))
    assert isinstance(again, Form)
    assert set(again.errors) == {"title"}
    assert again.values == {"link": away, "note": "Mine", "level": "pro"}
    asked = await share(ana)
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    titled = await ana.ask(Submit(form.action, {**form.values, "link": away, "title": "Mine, too"}))
    assert isinstance(titled, Reply)
    assert plain(titled.cards[0].title) == "Mine, too"
    assert "pages.example" not in str(titled.cards)
    assert "How theory helps" not in words(titled)


async def test_what_was_emptied_is_not_filled_again(ana: Somebody, web: Pages) -> None:
    asked = await share(ana)
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    again = await ana.ask(Submit(form.action, {**form.values, "about": "", "kind": ""}))
    assert isinstance(again, Reply)
    assert "How theory helps" not in words(again)
    await ana.presses(again, "Save")
    told = await shows(ana, "Chords that move")
    assert "How theory helps" not in told
    assert "Article" not in told
    assert len(web.asked) == 1


async def test_what_is_business_asks_whose_law_and_never_leads_nowhere(ana: Somebody) -> None:
    asked = await share(ana, topic="business", note="For two writers")
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Save")
    assert isinstance(form, Form)
    assert set(form.errors) == {"law"}
    assert form.values["note"] == "For two writers"
    again = await ana.ask(Submit(form.action, {**form.values, "law": "germany"}))
    assert isinstance(again, Reply)
    await ana.presses(again, "Save")
    told = await shows(ana, "Chords that move")
    assert "Whose law: Germany" in told
    assert "2027" in told


async def test_an_edit_into_business_asks_for_law_and_loses_nothing(ana: Somebody) -> None:
    await shared(ana, topic="craft")
    form = await ana.ask(
        Run(("resource", "edit"), {"resource": "Chords that move", "topic": "business", "level": "pro"})
    )
    assert isinstance(form, Form)
    assert form.values["level"] == "pro"
    assert form.errors
    said = {**form.values, "law": "any", "review": "in a year"}
    assert isinstance(await ana.ask(Submit(form.action, said)), Reply)
    told = await shows(ana, "Chords that move")
    assert "Topic: Business" in told
    assert "Level: Pro" in told


async def test_an_edit_to_the_page_of_another_is_refused_and_comes_back(ana: Somebody, web: Pages) -> None:
    web.holds("https://pages.example/other", "Scales that stay")
    await shared(ana)
    await shared(ana, "https://pages.example/other")
    said = {"resource": "Scales that stay", "title": "Long thought about", "link": f"{LINK}?utm_source=x"}
    form = await ana.ask(Run(("resource", "edit"), said))
    assert isinstance(form, Form)
    assert set(form.errors) == {"link"}
    assert form.values["title"] == "Long thought about"
    assert sorted(await found(ana)) == ["Chords that move", "Scales that stay"]


async def test_what_was_to_be_looked_at_by_a_day_that_passed_can_still_be_edited(ana: Somebody) -> None:
    await shared(ana, topic="craft", review="2026-12-01")
    ana.clock.skip(NOW.replace(year=2027) - NOW)
    form = await ana.ask(Run(("resource", "edit"), {"resource": "Chords that move", "level": "pro"}))
    assert isinstance(form, Form)
    assert set(form.errors) == {"review"}  # whoever edits it looks at it: until when does it hold now?
    assert form.values["level"] == "pro"
    assert isinstance(await ana.ask(Submit(form.action, {**form.values, "review": ""})), Reply)
    assert "Level: Pro" in await shows(ana, "Chords that move")


# --- who may ---


async def test_nobody_changes_what_another_shared_but_organisers(ana: Somebody, ben: Somebody, olga: Somebody) -> None:
    done = await shared(ana)
    id_ = id_in(done)
    tried: Sequence[Asked] = (
        Run(("resource", "edit"), {"resource": f"#{id_}", "title": "Mine now"}),
        Run(("resource", "edit"), {"resource": f"#{id_}"}),
        Submit(Action("resource edit"), {"resource": f"#{id_}", "title": "Mine now"}),
        Press(Action("ask", f"resource edit/resource=#{id_}")),
        Run(("resource", "remove"), {"resource": f"#{id_}"}),
        Press(Action(REMOVE, id_)),
        Press(Action(REMOVE_SURELY, id_)),
    )
    for asked in tried:
        refused = await ben.ask(asked)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert await found(ana) == ["Chords that move"]
    assert isinstance(await olga.ask(tried[0]), Reply)
    assert await found(ana) == ["Mine now"]
    await olga.ask(Press(Action(REMOVE_SURELY, id_)))
    assert not await found(ana)


async def test_topics_are_named_by_organisers_alone(ana: Somebody, olga: Somebody) -> None:
    for asked in (Run(("resource", "topic"), {"name": "Mine"}), Press(Action("ask", "resource topic/topic=craft"))):
        refused = await ana.ask(asked)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert "Rename" not in labels(await ana.says("/resource topics"))
    assert "Rename" in labels(await olga.says("/resource topics"))


async def test_another_community_sees_and_changes_nothing_by_any_id(ana: Somebody, olga: Somebody) -> None:
    done = await shared(ana, note="Ours alone")
    id_ = id_in(done)
    stranger = replace(olga, name="eve", workspace=THEIRS)
    tried: Sequence[Asked] = (
        *(Press(Action(name, id_)) for name in (SHOW, SAVE, UNSAVE, HELPFUL, UNHELPFUL, REPORT, REMOVE, REMOVE_SURELY)),
        Run(("resource", "show"), {"resource": f"#{id_}"}),
        Run(("resource", "note"), {"resource": f"#{id_}", "note": "mine"}),
        Run(("resource", "edit"), {"resource": f"#{id_}", "title": "mine"}),
        Run(("resource", "remove"), {"resource": f"#{id_}"}),
        Press(Action("ask", f"resource edit/resource=#{id_}")),
        Press(Action("ask", f"resource note/resource=#{id_}")),
    )
    for asked in tried:
        answer = await stranger.ask(asked)
        said = words(answer) if isinstance(answer, Reply) else str(answer.errors)
        assert "Chords that move" not in said
        assert "Ours alone" not in said
        assert "Something broke" not in said
        assert isinstance(answer, Form) or answer.is_refusal
    assert not await found(stranger)
    told = await shows(ana, "Chords that move")
    assert "mine" not in told
    assert "helpful" not in told.replace("how theory helps", "").casefold()
    # their own of the same page is another one
    await shared(stranger)
    assert await found(stranger) == ["Chords that move"]
    assert "Shared by: Ana" in await shows(ana, "Chords that move")


async def test_a_list_is_its_owners_alone(ana: Somebody, ben: Somebody) -> None:
    done = await shared(ana)
    await ana.presses(done, "Save")
    await ana.presses(done, "Save")
    assert "Chords that move" in words(await ana.says("/resource saved"))
    assert "Chords that move" not in words(await ben.says("/resource saved"))
    theirs = await ben.says("/resource find")
    assert "Save" in labels(theirs)
    assert "Take off my list" not in labels(theirs)


# --- what is gone ---


async def test_what_is_removed_while_others_look_at_it_is_answered_in_words(ana: Somebody, ben: Somebody) -> None:
    done = await shared(ana, note="Mine")
    id_ = id_in(done)
    await ben.ask(Press(Action(SAVE, id_)))
    await ben.ask(Press(Action(HELPFUL, id_)))
    form = await ben.ask(Press(Action("ask", f"resource note/resource=#{id_}")))
    assert isinstance(form, Form)
    again = await share(ben, note="Me too")
    assert isinstance(again, Reply)
    await asyncio.gather(*(ana.ask(Press(Action(REMOVE_SURELY, id_))) for _ in range(3)))
    for name in (SHOW, SAVE, UNSAVE, HELPFUL, UNHELPFUL, REPORT, REMOVE, REMOVE_SURELY):
        answer = await ben.ask(Press(Action(name, id_)))
        assert isinstance(answer, Reply)
        assert answer.is_refusal
        assert "Something broke" not in words(answer)
    late = await ben.ask(Submit(form.action, {"resource": f"#{id_}", "note": "Too late, but long"}))
    assert isinstance(late, Reply)
    assert late.is_refusal
    assert "Chords that move" not in words(await ben.says("/resource saved"))
    saved = await ben.presses(again, "Save")  # what was there when it was asked is not there any more
    assert isinstance(saved, Reply | Form)
    if isinstance(saved, Form):
        assert saved.values["note"] == "Me too"
    else:
        assert "Something broke" not in words(saved)
        assert "Me too" in await shows(ben, "Chords that move")


async def test_an_edit_to_another_link_is_not_dead_as_the_one_before(ana: Somebody) -> None:
    done = await shared(ana)
    async with ana.bot.services.store.writing() as uow:
        [linked] = await uow.resources.linked([int(id_in(done))])
        await uow.resources.stand(linked.community, linked.id, Standing.DEAD, NOW, archived="https://archive.example/x")
    assert "leads nowhere" in await shows(ana, "Chords that move")
    said = {"resource": "Chords that move", "link": "https://pages.example/moved"}
    assert isinstance(await ana.ask(Run(("resource", "edit"), said)), Reply)
    assert "leads nowhere" not in await shows(ana, "Chords that move")


@pytest.mark.parametrize("id_", ["", "0", "-1", "x", "9" * 30, "1/2", "#1", "１"])
async def test_buttons_with_any_id_are_answered_in_words(ana: Somebody, id_: str) -> None:
    for name in (SHOW, SAVE, UNSAVE, HELPFUL, UNHELPFUL, REPORT, REMOVE, REMOVE_SURELY):
        answer = await ana.ask(Press(Action(name, id_)))
        assert isinstance(answer, Reply)
        assert answer.is_refusal
        assert "Something broke" not in words(answer)


# --- topics and follows ---


@pytest.mark.parametrize(
    "name",
    ["x" * NAME_MOST, "制" * NAME_MOST, "Mixing/Mastering", "a=b", "R&B: now", "~0", "#1", "any", "Business law"],
)
async def test_a_topic_of_any_name_can_be_listed_shared_in_found_followed_and_renamed(
    ana: Somebody, olga: Somebody, name: str
) -> None:
    added = await olga.ask(Run(("resource", "topic"), {"name": name}))
    assert isinstance(added, Reply)
    assert name in words(added)
    await shared(ana, topic=name)
    assert await found(ana, topic=name) == ["Chords that move"]
    assert not await found(ana, topic="craft")
    listed = await olga.says("/resource topics")
    assert name in words(listed)
    card = next(each for each in listed.cards if plain(each.title) == name)
    for control in card.controls:
        assert isinstance(control, Button)
        answer = await olga.ask(Press(control.action))
        assert isinstance(answer, Form) or not answer.is_refusal
    followed = await ana.ask(Run(("resource", "follow"), {"topic": name}))
    assert isinstance(followed, Reply)
    await ana.presses(followed, "Stop following")
    assert "follow nothing" in words(await ana.says("/resource following"))
    renamed = await olga.ask(Run(("resource", "topic"), {"topic": name, "name": "Otherwise"}))
    assert isinstance(renamed, Reply)
    assert await found(ana, topic="Otherwise") == ["Chords that move"]


@pytest.mark.parametrize("tag", ["x" * TAG_MOST, "🎛" * TAG_MOST, "a/b", "r&b", "#sync", "two words"])
async def test_any_tag_beside_a_topic_can_be_followed_and_left(ana: Somebody, tag: str) -> None:
    followed = await ana.ask(Run(("resource", "follow"), {"topic": "experience", "tag": tag}))
    assert isinstance(followed, Reply)
    assert not followed.is_refusal
    assert "Something broke" not in words(followed)
    listed = await ana.says("/resource following")
    assert tag.removeprefix("#") in words(listed)
    await ana.presses(listed, "Stop following")
    await ana.presses(listed, "Stop following")
    assert "follow nothing" in words(await ana.says("/resource following"))


async def test_following_has_an_end_and_following_twice_is_once(ana: Somebody) -> None:
    for number in range(FOLLOWS_MOST):
        await ana.says(f"/resource follow tag:tag{number}")
    refused = await ana.says("/resource follow tag:more")
    assert refused.is_refusal
    assert str(FOLLOWS_MOST) in words(refused)
    again = await ana.says("/resource follow tag:TAG1")
    assert "already" in words(again)


async def test_topics_have_an_end_and_no_two_the_same_name(ana: Somebody, olga: Somebody) -> None:
    for name in ("craft", "CRAFT", "Craft "):
        form = await olga.ask(Run(("resource", "topic"), {"name": name}))
        assert isinstance(form, Form)
        assert set(form.errors) == {"name"}
    for number in range(TOPICS_MOST - 5):
        await olga.says(f'/resource topic "Topic {number}"')
    refused = await olga.ask(Run(("resource", "topic"), {"name": "One more"}))
    said = words(refused) if isinstance(refused, Reply) else str(refused.errors)
    assert str(TOPICS_MOST) in said
    assert "Something broke" not in words(await ana.says("/resource topics"))


async def test_a_name_that_a_renamed_topic_left_means_the_one_that_has_it_now(ana: Somebody, olga: Somebody) -> None:
    await olga.ask(Run(("resource", "topic"), {"topic": "craft", "name": "Engineering"}))
    await olga.ask(Run(("resource", "topic"), {"name": "Craft"}))
    await shared(ana, topic="Craft")
    assert not await found(ana, topic="Engineering")
    assert await found(ana, topic="Craft") == ["Chords that move"]


async def test_a_name_that_cannot_be_typed_is_refused(olga: Somebody) -> None:
    for name in ("🎛", "---"):
        form = await olga.ask(Run(("resource", "topic"), {"name": name}))
        assert isinstance(form, Form)
        assert set(form.errors) == {"name"}


async def test_an_added_topic_is_meant_by_its_own_buttons_whatever_others_are_called_elsewhere(
    ana: Somebody, olga: Somebody
) -> None:
    both = ("x" * (NAME_MOST - 1) + "a", "x" * (NAME_MOST - 1) + "b")  # the same, where keys are cut
    for name in both:
        await olga.ask(Run(("resource", "topic"), {"name": name}))
    await shared(ana, topic=both[1])
    assert not await found(ana, topic=both[0])
    assert await found(ana, topic=both[1]) == ["Chords that move"]
    listed = await ana.says("/resource topics")
    assert labels(listed) == ["Show"]
    assert "Chords that move" in words(await ana.presses(listed, "Show"))


# --- finding ---


@pytest.mark.parametrize(
    "typed",
    ['"', '" OR "" = "', "*", "NEAR(a b)", "a AND", "title:x", "%", "_", "\\", "'; DROP TABLE resources;--", "-"],
)
async def test_any_words_are_looked_for_as_words(ana: Somebody, typed: str) -> None:
    await shared(ana)
    for command, name in (("find", "words"), ("show", "resource"), ("find", "tag")):
        answer = await ana.ask(Run(("resource", command), {name: typed}))
        said = words(answer) if isinstance(answer, Reply) else str(answer.errors)
        assert "Something broke" not in said
        assert "Chords that move" not in said


async def test_pages_of_a_search_go_on_and_back_with_what_was_asked(olga: Somebody, web: Pages) -> None:
    for number in range(12):
        link = f"https://pages.example/{number}"
        web.holds(link, f"Number {number:02}")
        await shared(olga, link, topic="craft" if number else "income", tags="shelf")
    first = await olga.ask(Run(("resource", "find"), {"topic": "craft", "tag": "#Shelf", "sort": "newest"}))
    assert isinstance(first, Reply)
    seen = [_titles(first)]
    page = first
    while "Next" in labels(page):
        page = await turned(olga, page, "Next")
        seen.append(_titles(page))
    assert [len(each) for each in seen] == [4, 4, 3]
    assert len({title for each in seen for title in each}) == 11
    assert "Number 00" not in {title for each in seen for title in each}
    for expected in (seen[1], seen[0]):
        page = await turned(olga, page, "Previous")
        assert _titles(page) == expected
    far = await olga.ask(Press(Action("resource.find", "99999999/")))
    assert "Something broke" not in words(far)


async def test_a_page_of_a_search_is_one_message_everywhere_for_next_takes_its_place(
    olga: Somebody, web: Pages
) -> None:
    tags = ", ".join(f"a tag with many letters, number {number}"[:TAG_MOST] for number in range(3))
    for number in range(9):
        link = f"https://pages.example/{number}"
        web.holds(link, f"{number} {'wide ' * TITLE_MOST}", description="about " * DESCRIPTION_MOST)
        note = clip("helps me " * NOTE_MOST, NOTE_MOST)
        said = {"level": "pro", "kind": "template", "price": "15 EUR", "topic": "business", "law": "any", "tags": tags}
        await shared(olga, link, note=note, **said)
    first = await olga.says("/resource find")
    for page in (first, await turned(olga, first, "Next")):
        for limits in (CONSOLE, DISCORD, SLACK):
            assert len(fit(page, limits).messages) == 1


async def test_what_is_found_nowhere_says_what_to_do_next(ana: Somebody) -> None:
    empty = await ana.says("/resource find")
    assert "Share a link" in labels(empty)
    await shared(ana)
    nothing = await ana.says("/resource find zither")
    assert labels(nothing) == ["Share a link", "Show all of it"]
    every = await ana.presses(nothing, "Show all of it")
    assert "Chords that move" in words(every)


async def test_a_blocked_site_is_neither_read_nor_shared_nor_edited_in(ana: Somebody, web: Pages) -> None:
    await shared(ana)
    async with ana.bot.services.store.writing() as uow:
        home = await uow.people.home("console", str(ana.workspace.id if ana.workspace else ""))
        assert home is not None
        await uow.audit.block(home.community.id, "blocked.example", NOW)
    web.holds("https://www.blocked.example/x", "Bad")
    web.asked.clear()
    for link in ("https://www.blocked.example/x", "https://blocked.example/y", "http://blocked.example:8080/"):
        answer = await share(ana, link, note="Let me")
        if isinstance(answer, Form):
            assert answer.errors
            assert answer.values["note"] == "Let me"
        else:
            assert answer.is_refusal
        assert not web.asked
        edited = await ana.ask(Run(("resource", "edit"), {"resource": "Chords that move", "link": link}))
        assert isinstance(edited, Form) or edited.is_refusal
    assert not web.asked
    assert await found(ana) == ["Chords that move"]
    assert "blocked" not in str((await ana.says("/resource show Chords")).cards)


async def test_from_a_direct_message_without_a_community_it_says_so(ana: Somebody, web: Pages) -> None:
    alone = replace(ana, name="nobody", workspace=None)
    for line in ("find", "saved", "following", "topics", "follow tag:x", f"share {LINK}", "show x"):
        answer = await alone.ask(Typed(f"/resource {line}"))
        said = words(answer) if isinstance(answer, Reply) else str(answer.errors)
        assert "Something broke" not in said
    assert not web.asked


async def test_a_note_longer_than_there_is_room_comes_back_whole(ana: Somebody, web: Pages) -> None:
    form = await share(ana, note="x" * (NOTE_MOST + 1))
    assert isinstance(form, Form)
    assert set(form.errors) - {"title"} == {"note"}
    assert form.values["note"] == "x" * (NOTE_MOST + 1)
    assert not web.asked


async def turned(who: Somebody, page: Reply, label: str) -> Reply:
    """The page that takes the place of this one."""
    turned = await who.presses(page, label)
    assert isinstance(turned, Reply)
    assert turned.replaces
    return turned


def _titles(reply: Reply) -> Sequence[str]:
    return [plain(card.title) for card in reply.cards if card.title]


def _riches(reply: Reply) -> Sequence[Rich]:
    fields: Mapping[str, Rich] = {f"{n}{f.name}": f.value for n, card in enumerate(reply.cards) for f in card.fields}
    return [reply.text, *fields.values(), *(each for card in reply.cards for each in (card.title, card.body))]


def _is_text(piece: Piece) -> bool:
    return isinstance(piece, str | Bold)
