"""The path as its owner sees it, what of it comes by itself, and what others see: only what was meant for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.addresses import Direct
from bot.domain.nudges import Nudge
from bot.domain.people import Workspace
from bot.domain.resources import About, Level, NewResource
from bot.fit import plain
from bot.request import Press, Run, Submit
from bot.ui import Action, Form, Privacy, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
"""A Wednesday, 15:00 in Berlin."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


def sent(ana: Somebody) -> list[tuple[str, Reply]]:
    """What was sent since this was last asked, with where to."""
    platform = ana.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    found = [(str(getattr(to, "account", getattr(to, "id", ""))), reply) for to, reply, _ in platform.taken]
    platform.taken.clear()
    return found


async def digests(ana: Somebody, days: int) -> list[str]:
    came: list[str] = []
    platform = ana.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    for _ in range(days * 4):
        ana.clock.skip(6 * HOUR)
        await ana.bot.work()
        came += [
            words(reply)
            for to, reply, key in platform.taken
            if isinstance(to, Direct) and key.split(":")[0] == Nudge.DIGEST
        ]
        platform.taken.clear()
    return came


async def saved(who: Somebody, line: str) -> None:
    assert "Saved" in words(await who.presses(await who.says(line), "Save"))


async def share(who: Somebody, title: str, topic: str, level: Level | None = None, *, helps: str = "") -> int:
    """The id of a resource that somebody shared; `helps` names who finds it helpful."""
    await who.says("/help")
    async with who.bot.database.writing() as uow:
        sharer = await uow.people.recognise(who.account, who.workspace, is_organiser=False, now=NOW)
        assert sharer is not None
        assert sharer.community is not None
        new = NewResource(
            f"https://x.org/{title}",
            f"x.org/{title}",
            About(title, topic, level=level),
            sharer.person.id,
            sharer.origin,
        )
        shared = await uow.resources.share(sharer.community.id, new, who.clock.now())
        if helps:
            other = await uow.people.welcome(
                replace(who, name=helps).account, who.workspace, is_organiser=False, zone="UTC", locale="en", now=NOW
            )
            await uow.resources.help(sharer.community.id, shared.id, other.person.id, True, NOW)
    return shared.id


# --- goals ---------------------------------------------------------------------------------------------------


async def test_a_goal_is_set_ticked_off_and_taken_up_again(ana: Somebody) -> None:
    told = await ana.says('/path goal "finish 3 tracks" by:june topic:craft')
    assert "Craft · by Wednesday, June 30, 2027" in words(told)
    assert told.privacy is Privacy.PRIVATE
    done = await ana.presses(told, "Done")
    assert "Well done" in words(done)
    assert words(await ana.presses(told, "Done")) == words(done)
    assert isinstance(done, Reply)
    assert "by Wednesday, June 30" in words(await ana.presses(done, "Open again"))
    assert "1 open goal" in words(await ana.says("/path goals"))
    assert "reached Wednesday, November 25, 2026" in words(await ana.says("/path done 3 tracks"))
    assert "0 open goals" in words(await ana.says("/path goals"))


async def test_a_goal_is_changed_in_its_form_or_in_a_line_and_what_is_not_said_stays(ana: Somebody) -> None:
    told = await ana.says('/path goal "finish 3 tracks" by:june topic:craft')
    form = await ana.presses(told, "Change")
    assert isinstance(form, Form)
    assert form.values == {"goal": "#1", "what": "finish 3 tracks", "by": "2027-06-30", "topic": "craft"}
    changed = await ana.ask(Submit(form.action, {**form.values, "what": "finish 4 tracks"}))
    assert "finish 4 tracks Craft · by Wednesday, June 30, 2027" in words(changed)
    assert "finish 4 tracks Craft · by Friday, December 4" in words(
        await ana.says('/path edit "4 tracks" by:4 December')
    )
    assert words(await ana.says("/path edit #1 by:never topic:business")).endswith("finish 4 tracks Business")


async def test_days_are_said_as_people_say_them(ana: Somebody) -> None:
    for typed, day in (
        ("end of june", "June 30, 2027"),
        ("november", "November 30, 2026"),
        ("next week", "December 6, 2026"),
        ("in a year", "November 25, 2027"),
        ("today", "November 25, 2026"),
    ):
        assert day in words(await ana.says(f'/path goal "x {typed}" by:"{typed}"'))
    for typed in ("yesterday", "2026-10-01", "june 2025"):
        form = await ana.ask(Run(("path", "goal"), {"what": "x", "by": typed}))
        assert isinstance(form, Form)
        assert "is over" in form.errors["by"]


async def test_a_goal_whose_day_is_over_says_so_kindly(ana: Somebody) -> None:
    await ana.says('/path goal "finish 3 tracks" by:tomorrow')
    ana.clock.skip(2 * DAY)
    assert "give it another day, or let it go" in words(await ana.says("/path goals"))
    form = await ana.presses(await ana.says("/path goals"), "Change")
    assert isinstance(form, Form)
    assert "by" not in form.values


async def test_what_people_write_into_goals_stays_words(ana: Somebody) -> None:
    nasty = "<@U1> *bold* @everyone <b>x</b>\x00\x1b[31m\u202e end"
    told = await ana.ask(Run(("path", "goal"), {"what": nasty}))
    assert isinstance(told, Reply)
    assert plain(told.cards[0].title) == "<@U1> *bold* @everyone <b>x</b>[31m end"
    long = await ana.ask(Run(("path", "goal"), {"what": "x" * 10_000}))
    assert isinstance(long, Form)
    assert "longer than 6,000" in long.errors["what"]
    blank = await ana.ask(Run(("path", "goal"), {"what": "\u200b\u00ad"}))
    assert isinstance(blank, Form)


async def test_at_most_a_hundred_are_open_and_the_list_turns_its_pages(ana: Somebody) -> None:
    for number in range(100):
        await ana.says(f'/path goal "goal {number:03}"')
    assert "At most 100" in words(await ana.says("/path goal one more"))
    first = await ana.says("/path goals")
    assert "100 open goals" in words(first)
    assert "goal 005" in words(await ana.presses(first, "Next"))
    several = await ana.ask(Run(("path", "done"), {"goal": "goal"}))
    assert isinstance(several, Form)
    assert "Several goals match: #1 goal 000; #2 goal 001" in several.errors["goal"]


# --- the page ------------------------------------------------------------------------------------------------


async def test_to_a_new_member_the_page_says_what_to_begin_with(ana: Somebody) -> None:
    page = await ana.says("/path")
    assert words(page) == words(await ana.says("/path show"))
    assert [plain(card.title) for card in page.cards] == [
        "Your goals",
        "Craft",
        "Experience",
        "Network",
        "Business",
        "Income",
    ]
    assert words(page).count("Nothing lately.") == words(page).count("Next:") == words(page).count("because") == 5
    form = await ana.presses(page, "Say your city and your role")
    assert isinstance(form, Form)
    assert form.action == Action("me profile")
    assert "/path settings says how far you are" in words(page)


async def test_in_a_message_from_nowhere_there_is_a_page_too(ana: Somebody) -> None:
    alone = replace(ana, name="zoe", workspace=None)
    assert words(await alone.says("/path")).count("Next:") == 5
    assert "Set." in words(await alone.says('/path goal "sing" by:june topic:craft'))


async def test_the_page_counts_what_was_done_with_the_newest_named(ana: Somebody) -> None:
    for kind, title in (("workshop", "Dub School"), ("meetup", "Synth Meetup"), ("meetup", "Tape Club")):
        await saved(ana, f'/event add "{title}" when:"friday 20:00" kind:{kind}')
        await ana.says(f"/event answer {title}")
    await saved(replace(ana, name="ben"), '/event add "Not there" when:"friday 20:00" kind:workshop')
    await saved(ana, '/connect log "Ben Okafor" promised:"send stems"')
    await ana.presses(await ana.says("/connect promises"), "Done")
    await ana.presses(await ana.says('/path goal "learn to listen" topic:craft'), "Done")
    await share(ana, "Scales", "craft")
    ana.clock.skip(4 * DAY)
    page = await ana.says("/path")
    craft, network = (words(Reply(cards=(page.cards[number],))) for number in (1, 3))
    assert "1 event, last Dub School · 1 goal reached, last learn to listen · 1 thing learned, last Scales" in craft
    assert "2 events, last Tape Club · 1 person met, last Ben Okafor · 1 promise kept, last send stems" in network
    ana.clock.skip(60 * DAY)
    assert words(await ana.says("/path")).count("Nothing lately.") == 5


async def test_steps_are_what_is_near_and_fits_and_their_buttons_do_it(ana: Somebody) -> None:
    await ana.says("/me profile city:Berlin role:engineer genres:dub")
    other = replace(ana, name="ben")
    await saved(other, '/event add "Far" when:"friday 18:00" kind:workshop city:Hamburg')
    await saved(other, '/event add "Trance" when:"friday 19:00" kind:workshop city:Berlin genres:trance')
    await saved(other, '/event add "Dub School" when:"friday 20:00" kind:workshop city:Berlin genres:dub')
    await saved(ana, '/connect log "Ben Okafor" promised:"send stems" due:friday')
    page = await ana.says("/path")
    assert "Dub School, because it is near Berlin within 30 days" in words(page)
    assert "send stems, because you promised it to Ben Okafor by Friday, November 27, 2026" in words(page)
    assert "You are going" in words(await ana.presses(page, "Going"))
    await ana.presses(page, "Done")
    after = words(await ana.says("/path"))
    assert "Dub School, because" not in after
    assert "send stems, because" not in after


async def test_what_others_find_helpful_at_their_level_is_a_step_until_it_is_saved(ana: Somebody) -> None:
    other = replace(ana, name="tom")
    await share(other, "Basics", "business", Level.BEGINNER, helps="mia")
    sheet = await share(other, "Split sheet", "business", Level.PRO, helps="mia")
    await ana.says("/path settings level:pro")
    page = await ana.says("/path")
    assert "Split sheet, because members find it helpful (1), it is for your level" in words(page)
    assert "Split sheet" in words(await ana.says("/home"))
    async with ana.bot.database.writing() as uow:
        me = await uow.people.recognise(ana.account, ana.workspace, is_organiser=False, now=NOW)
        assert me is not None
        await uow.resources.save(1, sheet, me.person.id, True, NOW)
    after = words(await ana.says("/path"))
    assert "Split sheet, because" not in after
    assert "1 thing learned, last Split sheet" in after


async def test_a_gig_that_fits_is_a_step_until_it_is_answered_and_then_something_done(ana: Somebody) -> None:
    await ana.says("/me profile city:Berlin role:engineer")
    for name, line in (  # somebody new can post one
        ("tom", '"Mix an EP" what:mix city:Berlin roles:engineer pay:"300 EUR"'),
        ("mia", '"Sing" what:session city:Berlin roles:singer pay:unpaid'),
        ("uma", '"Make tea" what:internship city:Berlin pay:unpaid'),
    ):
        other = replace(ana, name=name)
        await other.presses(await other.says(f"/gig post {line}"), "Save")
    page = await ana.says("/path")
    assert "Mix an EP, because it looks for what you do, and is open until" in words(page)
    assert "Make tea, because it can be done where you are, and is open until" in words(page)
    assert "1 gig, last Make tea" in words(await replace(ana, name="uma").says("/path"))
    await ana.says("/gig interested mix an ep")
    after = words(await ana.says("/path"))
    assert "Mix an EP, because" not in after
    assert "1 gig, last Mix an EP" in after


async def test_topics_are_called_as_the_community_calls_them(ana: Somebody) -> None:
    await ana.says("/help")
    async with ana.bot.database.writing() as uow:
        await uow.topics.rename(1, "craft", "Handwork")
    assert "Handwork" in words(await ana.says("/path"))
    assert "Handwork" in words(await ana.says("/path goal sing topic:handwork"))
    assert "Handwork" in words(await ana.says("/path goal dance topic:craft"))
    form = await ana.ask(Run(("path", "goal"), {"what": "x", "topic": "cooking"}))
    assert isinstance(form, Form)
    assert "Choose Handwork, Experience, Network, Business, or Income" in form.errors["topic"]


async def test_home_shows_the_next_goal_and_nothing_where_there_is_none(ana: Somebody) -> None:
    assert "Your path" not in words(await ana.says("/home"))
    await ana.says('/path goal "later" by:june')
    await ana.says('/path goal "sooner" by:may')
    home = await ana.says("/home")
    assert "Your path sooner · by Monday, May 31, 2027" in words(home)
    assert "Next:" in words(await ana.presses(home, "See your path"))


# --- the digest ----------------------------------------------------------------------------------------------


async def test_goals_come_in_the_digest_a_week_before_their_day_and_while_they_are_late(ana: Somebody) -> None:
    await ana.says('/path goal "finish 3 tracks" by:"2026-12-10"')
    await ana.says('/path goal "someday"')
    assert await digests(ana, 7) == []  # Monday the 30th: it is more than a week off
    [coming] = await digests(ana, 7)
    assert "finish 3 tracks · by Thursday, December 10, 2026" in coming
    assert "someday" not in coming
    [late] = await digests(ana, 7)
    assert "finish 3 tracks · was for Thursday, December 10, 2026" in late
    await ana.says("/path done finish")
    assert await digests(ana, 7) == []


# --- sharing -------------------------------------------------------------------------------------------------


async def test_what_is_shared_is_what_was_chosen_seen_first_and_posted_once(ana: Somebody) -> None:
    await saved(ana, '/event add "Dub School" when:"friday 20:00" kind:workshop')
    await ana.says("/event answer dub school")
    await saved(ana, '/connect log "Ben Okafor" promised:"send stems"')
    await ana.presses(await ana.says("/connect promises"), "Done")
    await ana.presses(await ana.says('/path goal "learn to listen" topic:craft'), "Done")
    ana.clock.skip(4 * DAY)
    await ana.bot.work()
    sent(ana)
    asked = await ana.says('/path share topics:craft,network goal:"learn to listen"')
    preview = [(field.name, plain(field.value)) for field in asked.cards[0].fields]
    assert preview == [
        ("Goal", "learn to listen · reached Wednesday, November 25, 2026"),
        ("Craft", "1 event · 1 goal reached"),
    ]
    await ana.bot.work()
    assert sent(ana) == []
    for _ in range(2):
        await ana.presses(asked, "Save")
        await ana.bot.work()
    [(where, posted)] = sent(ana)
    assert where == "general"
    assert posted.privacy is Privacy.SHARED
    assert [(field.name, plain(field.value)) for field in posted.cards[0].fields] == preview
    for private in ("Ben", "stems", "Dub School"):
        assert private not in words(posted) + str(posted)


async def test_with_nothing_to_show_or_nowhere_to_post_nothing_is_shared(ana: Somebody) -> None:
    assert "nothing to show" in words(await ana.says("/path share"))
    await ana.says('/path goal "sing"')
    assert "in the channel" in words(await replace(ana, workspace=None).says("/path share goal:sing"))


async def test_nobody_presses_or_shares_the_goals_of_another(ana: Somebody) -> None:
    told = await ana.says('/path goal "zither lessons" topic:craft')
    stranger = replace(ana, name="eve", workspace=Workspace("console", "cellar", "Cellar"))
    for other in (replace(ana, name="ben", is_organiser=True), stranger):
        for label in ("Done", "Let go", "Change"):
            assert "None of your goals" in words(await other.ask(Press(button(told, label))))
        form = await other.ask(Run(("path", "share"), {"goal": "#1"}))
        assert isinstance(form, Form)
        assert "None of your goals" in form.errors["goal"]
    assert "1 open goal" in words(await ana.says("/path goals"))
