"""The library, through the whole core and with a web of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.sources.outside import Outside
from bot.domain.addresses import Direct
from bot.domain.link_checks import archived_copy
from bot.domain.people import Workspace
from bot.fit import plain
from bot.markup import Link
from bot.request import Point, Pointed, Press, Submit
from bot.ui import Action, Answer, Card, Form, Menu, Reply
from tests.fakes.web import Answer as Page
from tests.fakes.web import FakeWeb, fake_web
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""A Monday, 11:00 in Berlin."""

DAY = timedelta(days=1)
SPLITS = "https://contracts.example/split-sheet"
MIXING = "https://studio.example/gain-staging"

SPLITS_PAGE = """<html lang="en"><head><title>Split sheet template – Contracts</title>
<meta property="og:title" content="Split sheet template">
<meta property="og:description" content="A contract for songwriters: who owns what.">
<meta property="og:site_name" content="Contracts"></head><body></body></html>"""
MIXING_PAGE = """<html lang="en"><head><title>Gain staging for mixing</title>
<meta property="og:type" content="article"></head></html>"""


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    async with fake_web() as here:
        here.pages = {SPLITS: SPLITS_PAGE, MIXING: MIXING_PAGE}
        yield here


@pytest.fixture
async def ana(database_url: str, web: FakeWeb) -> AsyncIterator[Somebody]:
    outside = Outside(web.fetcher())
    async with somebody(database_url, NOW, outside) as person:
        yield person
    await outside.close()


@pytest.fixture
def ben(ana: Somebody) -> Somebody:
    return replace(ana, name="ben")


def platform(ana: Somebody) -> SilentPlatform:
    there = ana.bot.platforms["console"]
    assert isinstance(there, SilentPlatform)
    return there


def heard(ana: Somebody, name: str) -> list[str]:
    """What was sent to somebody directly."""
    return [words(reply) for to, reply, _ in platform(ana).taken if isinstance(to, Direct) and to.account == name]


async def share(who: Somebody, line: str) -> Reply:
    saved = await who.presses(await who.says(line), "Save")
    assert isinstance(saved, Reply), saved
    assert not saved.is_refusal, words(saved)
    return saved


async def share_splits(who: Somebody) -> Reply:
    return await share(who, f'/resource share {SPLITS} law:US note:"One page."')


def fields(card: Card) -> dict[str, str]:
    return {field.name: plain(field.value) for field in card.fields}


def menu(reply: Answer, label: str) -> Menu:
    assert isinstance(reply, Reply)
    return next(
        each for card in reply.cards for each in card.controls if isinstance(each, Menu) and each.label == label
    )


# ---- sharing


async def test_a_page_says_what_it_is_and_it_is_asked_whether_that_is_right(ana: Somebody, web: FakeWeb) -> None:
    confirm = await ana.says(f'/resource share {SPLITS} note:"One page."')
    [card] = confirm.cards
    assert plain(card.title) == "Split sheet template"
    shown = fields(card)
    assert shown["Topic"] == "Business"
    assert shown["Site"] == "Contracts"
    assert shown["Language"] == "English"
    assert shown["Why it helps"] == "One page."
    assert shown["Whose law"] == "not said yet; choose below"
    assert shown["Look at it again by"] == "Tuesday, November 23, 2027"
    assert "Nothing found" in words(await ana.says("/resource find"))
    law = menu(confirm, "Whose law is it about?")
    again = await ana.ask(Press(law.action, "US"))
    assert isinstance(again, Reply)
    assert fields(again.cards[0])["Whose law"] == "United States"
    saved = await ana.presses(again, "Save")
    assert words(saved).startswith("Saved. It is in the library now.")
    assert words(await ana.says("/resource find contract")).startswith("1 in the library")
    assert web.urls.count(SPLITS) == 1


async def test_without_a_law_business_is_asked_for_one_and_nothing_is_lost(ana: Somebody) -> None:
    confirm = await ana.says(f"/resource share {SPLITS} note:Short")
    form = await ana.presses(confirm, "Save")
    assert isinstance(form, Form)
    assert set(form.errors) == {"law"}
    assert form.values["note"] == "Short"
    again = await ana.ask(Submit(form.action, {**form.values, "law": "Germany"}))
    assert isinstance(again, Reply)
    assert words(await ana.presses(again, "Save")).startswith("Saved.")


async def test_another_topic_is_chosen_on_the_card(ana: Somebody) -> None:
    confirm = await ana.says(f"/resource share {SPLITS}")
    again = await ana.ask(Press(menu(confirm, "Another topic").action, "income"))
    assert isinstance(again, Reply)
    assert fields(again.cards[0])["Topic"] == "Income"
    assert "Whose law" not in fields(again.cards[0])
    assert words(await ana.presses(again, "Save")).startswith("Saved.")


@pytest.mark.parametrize(
    "link",
    [
        "https://gone.example/nothing",
        "http://127.0.0.1/admin",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433.nip.example.org/",
        "https://nowhere.invalid/x",
    ],
)
async def test_a_page_that_cannot_be_read_is_asked_for_by_form(ana: Somebody, link: str) -> None:
    form = await ana.says_form(f'/resource share {link} note:"It helped"')
    assert set(form.errors) == {"title"}
    assert "the title yourself" in form.errors["title"] or "404. Check it" in form.errors["title"]
    assert form.values["link"] == link
    assert form.values["note"] == "It helped"


async def test_what_is_no_address_is_refused_before_anybody_is_asked(ana: Somebody, web: FakeWeb) -> None:
    for link in ("javascript:alert(1)", "data:text/html,x", "ftp://contracts.example/x", "mailto:a@b.example"):
        form = await ana.ask(Submit(Action("resource share"), {"link": link}))
        assert isinstance(form, Form)
        assert "link" in form.errors
    assert not web.asked


async def test_a_title_with_mentions_and_markup_is_only_words(ana: Somebody, web: FakeWeb) -> None:
    web.pages[MIXING] = "<title>@everyone **free** &lt;b&gt;mix&lt;/b&gt; &lt;@123&gt; [x](http://evil.example)</title>"
    saved = await share(ana, f"/resource share {MIXING} topic:craft")
    [card] = saved.cards
    assert [type(piece).__name__ for piece in card.title.pieces] == ["Bold"]
    assert plain(card.title) == "@everyone **free** <b>mix</b> <@123> [x](http://evil.example)"


async def test_who_shared_it_first_is_told_and_a_note_stands_beside_theirs(ana: Somebody, ben: Somebody) -> None:
    await share_splits(ana)
    confirm = await ben.says(f"/resource share {SPLITS}?utm_source=mail note:Useful")
    assert "Ana shared it first, on Monday, November 23, 2026" in words(confirm)
    added = await ben.presses(confirm, "Save")
    assert words(added).startswith("Your note stands beside it now.")
    assert isinstance(added, Reply)
    assert fields(added.cards[0])["Said about it"] == "“One page.” – Ana\n“Useful” – Ben"
    assert words(await ana.says("/resource find")).startswith("1 in the library")


async def test_two_who_share_a_page_at_the_same_moment_share_one(ana: Somebody, ben: Somebody) -> None:
    confirms = [await who.says(f"/resource share {SPLITS} law:US note:{who.name}") for who in (ana, ben)]
    answers = await asyncio.gather(
        *(who.presses(confirm, "Save") for who, confirm in zip((ana, ben), confirms, strict=True))
    )
    assert all(isinstance(answer, Reply) and not answer.is_refusal for answer in answers)
    found = await ana.says("/resource find")
    assert words(found).startswith("1 in the library")
    shown = await ana.presses(found, "Details")
    assert isinstance(shown, Reply)
    said = fields(shown.cards[0])["Said about it"]
    assert "“ana” – Ana" in said
    assert "“ben” – Ben" in said


async def test_save_to_library_takes_the_link_of_a_message(ana: Somebody) -> None:
    text = f"Everybody: read this! {SPLITS}. It saved me."
    form = await ana.ask(Point("resource share", Pointed(text=text, link="https://chat.example/1")))
    assert isinstance(form, Form)
    assert form.values == {"link": SPLITS, "note": "Everybody: read this! . It saved me."}
    confirm = await ana.ask(Submit(form.action, dict(form.values)))
    assert isinstance(confirm, Reply)
    assert plain(confirm.cards[0].title) == "Split sheet template"


async def test_ten_thousand_tags_are_refused_with_the_limit(ana: Somebody) -> None:
    tags = ",".join(f"t{number}" for number in range(1_000))
    form = await ana.ask(Submit(Action("resource share"), {"link": SPLITS, "tags": tags}))
    assert isinstance(form, Form)
    assert form.errors["tags"] == "These are 1000; at most 10 fit. Leave 990 out."


# ---- keeping


async def test_a_vote_counts_once_and_can_be_taken_back(ana: Somebody, ben: Somebody) -> None:
    await share_splits(ana)
    found = await ben.says("/resource find")
    answers = {words(await ben.presses(found, "Helpful")) for _ in range(100)}
    assert answers == {"Thank you. 1 found Split sheet template helpful."}
    shown = await ben.presses(found, "Details")
    assert isinstance(shown, Reply)
    await ben.presses(shown, "Not helpful any more")
    assert "found it helpful" not in words(await ana.says("/resource find"))


async def test_what_is_saved_is_on_ones_own_list_alone(ana: Somebody, ben: Somebody) -> None:
    await share_splits(ana)
    await ben.presses(await ben.says("/resource find"), "Save")
    assert words(await ben.says("/resource saved")).startswith("1 on your list")
    assert words(await ana.says("/resource saved")).startswith("Your list is empty.")
    await ben.presses(await ben.says("/resource saved"), "Take off my list")
    assert words(await ben.says("/resource saved")).startswith("Your list is empty.")


async def test_who_shared_it_edits_it_and_others_do_not(ana: Somebody, ben: Somebody) -> None:
    saved = await share_splits(ana)
    form = await ana.presses(saved, "Edit")
    assert isinstance(form, Form)
    assert form.values["title"] == "Split sheet template"
    assert form.values["law"] == "US"
    changed = await ana.ask(Submit(form.action, {**form.values, "title": "Split sheet", "about": ""}))
    assert words(changed).startswith("Changed.\nSplit sheet")
    one = await ana.says("/resource edit #1 level:beginner")
    assert fields(one.cards[0])["Level"] == "Beginner"
    assert plain(one.cards[0].title) == "Split sheet"
    refused = await ben.says("/resource edit #1 title:Mine")
    assert refused.is_refusal
    assert "Only whoever shared it" in words(refused)


async def test_an_edit_never_makes_two_of_one_page(ana: Somebody) -> None:
    await share_splits(ana)
    await share(ana, f"/resource share {MIXING} topic:craft")
    refused = await ana.ask(Submit(Action("resource edit"), {"resource": "#2", "link": f"{SPLITS}?fbclid=1"}))
    assert isinstance(refused, Reply | Form)
    said = words(refused) if isinstance(refused, Reply) else " ".join(refused.errors.values())
    assert "library" in said
    assert words(await ana.says("/resource find")).startswith("2 in the library")


async def test_removing_asks_once_and_takes_it_from_everybody_s_list(ana: Somebody, ben: Somebody) -> None:
    await share_splits(ana)
    await ben.presses(await ben.says("/resource find"), "Save")
    asked = await ana.says("/resource remove split")
    assert "Remove Split sheet template?" in words(asked)
    assert words(await ana.presses(asked, "Remove")).startswith("Split sheet template is removed.")
    assert words(await ben.says("/resource saved")).startswith("Your list is empty.")
    again = await ana.presses(asked, "Remove")
    assert isinstance(again, Reply)
    assert again.is_refusal


async def test_finding_nothing_says_what_to_do_next(ana: Somebody) -> None:
    empty = await ana.says("/resource find")
    assert "Share the first link that helped you." in words(empty)
    await share_splits(ana)
    nothing = await ana.says("/resource find theremin")
    assert "Nothing found · “theremin”" in words(nothing)
    everything = await ana.presses(nothing, "Show all of it")
    assert words(everything).startswith("1 in the library")


# ---- topics


async def test_organisers_name_topics_and_members_find_by_the_name(ana: Somebody, ben: Somebody) -> None:
    boss = replace(ana, is_organiser=True, name="olga")
    assert words(await boss.says("/resource topic Wellbeing")).startswith("Wellbeing is a topic now.")
    assert words(await boss.says("/resource topic Money topic:income")).startswith("It is called Money now.")
    topics = words(await ben.says("/resource topics"))
    assert "Wellbeing" in topics
    assert "Money" in topics
    assert "Income" not in topics
    await share(ana, f"/resource share {MIXING} topic:wellbeing")
    assert words(await ben.says("/resource find topic:Wellbeing")).startswith("1 in the library")
    refused = await ben.ask(Submit(Action("resource topic"), {"name": "Mine"}))
    assert isinstance(refused, Reply)
    assert refused.is_refusal


# ---- following


async def test_what_is_new_in_what_somebody_follows_comes_with_their_week(ana: Somebody, ben: Somebody) -> None:
    await ben.says("/resource follow topic:business")
    ana.clock.skip(DAY)
    await share_splits(ana)
    await share(ana, f"/resource share {MIXING} topic:craft")
    for _ in range(2 * 24 * 7):
        ana.clock.skip(timedelta(minutes=30))
        await ana.bot.work()
    weeks = [said for said in heard(ana, "ben") if "New in what you follow" in said]
    assert len(weeks) == 1
    assert "Split sheet template" in weeks[0]
    assert "Gain staging" not in weeks[0]
    platform(ana).taken.clear()
    for _ in range(2 * 24 * 7):
        ana.clock.skip(timedelta(minutes=30))
        await ana.bot.work()
    assert not [said for said in heard(ana, "ben") if "New in what you follow" in said]


async def test_following_is_seen_and_stopped(ana: Somebody) -> None:
    await ana.says("/resource follow topic:business tag:#Sync")
    shown = await ana.says("/resource following")
    assert "Business #sync" in words(shown)
    assert words(await ana.presses(shown, "Stop following")).startswith("You don't follow Business #sync any more.")
    assert words(await ana.says("/resource following")).startswith("You follow nothing yet.")
    refused = await ana.ask(Submit(Action("resource follow"), {"tag": ""}))
    assert isinstance(refused, Form)


# ---- staying alive


async def days(ana: Somebody, count: int, hours: int = 6) -> None:
    for _ in range(count * 24 // hours):
        ana.clock.skip(timedelta(hours=hours))
        await ana.bot.work()
        await ana.bot.chores.settled()
        await ana.bot.work()


async def test_a_dead_link_is_marked_and_told_of_once(ana: Somebody, ben: Somebody, web: FakeWeb) -> None:
    boss = replace(ana, is_organiser=True, name="olga")
    await boss.says("/help")
    await share_splits(ana)
    shared_at = ana.clock.now()
    await days(ana, 50)
    assert "leads nowhere" not in words(await ben.says("/resource find"))
    del web.pages[SPLITS]
    platform(ana).taken.clear()
    await days(ana, 40)
    told = [said for name in ("ana", "olga") for said in heard(ana, name) if "leads nowhere" in said]
    assert len(told) == 2
    assert "leads nowhere" in words(await ben.says("/resource find"))
    shown = await ben.says("/resource show split")
    assert shown.cards[0].url == SPLITS
    links = [piece.url for piece in shown.cards[0].body.pieces if isinstance(piece, Link)]
    assert links == [archived_copy(SPLITS, shared_at)]
    web.pages[SPLITS] = SPLITS_PAGE
    await days(ana, 35)
    assert "leads nowhere" not in words(await ben.says("/resource find"))


async def test_whoever_knows_better_says_that_it_works(ana: Somebody, ben: Somebody, web: FakeWeb) -> None:
    await share_splits(ana)
    del web.pages[SPLITS]
    await days(ana, 60)
    [told] = [reply for to, reply, _ in platform(ana).taken if "leads nowhere" in words(reply)]
    refused = await ben.ask(Press(button(told, "It works")))
    assert isinstance(refused, Reply)
    assert refused.is_refusal
    assert words(await ana.presses(told, "It works")).startswith("Good:")
    assert "leads nowhere" not in words(await ben.says("/resource find"))


@pytest.mark.unmeasured
async def test_a_site_that_does_not_want_to_be_looked_at_is_not_called_dead(ana: Somebody, web: FakeWeb) -> None:
    await share_splits(ana)
    web.pages["https://contracts.example/robots.txt"] = Page("User-agent: *\nDisallow: /", media="text/plain")
    del web.pages[SPLITS]
    asked = len(web.urls)
    await days(ana, 90)
    assert len(web.urls) == asked
    assert "leads nowhere" not in words(await ana.says("/resource find"))


async def test_business_past_its_day_is_marked_and_its_sharer_asked(ana: Somebody) -> None:
    await share(ana, f"/resource share {SPLITS} law:US review:2026-12-01")
    await days(ana, 10)
    told = [reply for _, reply, _ in platform(ana).taken if "Does it still hold?" in words(reply)]
    assert len(told) == 1
    assert "may be out of date" in words(await ana.says("/resource find"))
    await ana.presses(told[0], "It still holds")
    assert "may be out of date" not in words(await ana.says("/resource find"))


# ---- strangers


async def test_another_community_sees_nothing_of_it(ana: Somebody) -> None:
    saved = await share_splits(ana)
    eve = replace(ana, name="eve", workspace=Workspace("console", "elsewhere", "Elsewhere"), is_organiser=True)
    assert "Nothing found" in words(await eve.says("/resource find"))
    for card in saved.cards:
        for control in card.controls:
            if hasattr(control, "action"):
                answer = await eve.ask(Press(control.action))
                assert isinstance(answer, Reply), control
                assert answer.is_refusal, control


async def test_a_note_is_changed_and_taken_away_by_its_author_alone(ana: Somebody, ben: Somebody) -> None:
    await share_splits(ana)
    await ben.says('/resource note "split" note:Useful')
    form = await ben.says_form("/resource note split")
    assert form.values["note"] == "Useful"
    gone = await ben.ask(Submit(form.action, {**form.values, "note": ""}))
    assert words(gone).startswith("You say nothing about it any more.")
    shown = await ana.says("/resource show split")
    assert fields(shown.cards[0])["Said about it"] == "“One page.” – Ana"
