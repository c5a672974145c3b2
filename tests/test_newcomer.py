"""Somebody new, to whom nothing was explained, finds what they came for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.talk import WORKSPACE
from bot.domain.people import Account
from bot.request import Said, Submit
from bot.sample import fill
from bot.ui import Form, Reply
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)
"""A Thursday evening in Berlin."""


@pytest.fixture
async def mia(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        owner = Account("console", "you", "You")
        await fill(person.bot.database, NOW, owner, WORKSPACE, "Europe/Berlin", "en")
        yield replace(person, name="mia")


async def test_a_contract_an_event_this_weekend_and_a_paid_gig_within_five_commands(mia: Somebody) -> None:
    greeted = await mia.ask(Said("hi, what can I do here?"))
    assert isinstance(greeted, Reply)
    said = words(greeted)
    for room in ("/resource", "/event", "/gig"):
        assert room in said
    contract = await mia.says("/resource find contract template")
    assert not contract.is_refusal
    assert "Producer and Artist Agreement: a contract template with notes" in words(contract)
    weekend = await mia.says("/event find this weekend")
    assert "Nothing found" not in words(weekend)
    assert "Saturday, November 28, 2026 to Sunday, November 29, 2026" in words(weekend)
    gig = await mia.says("/gig find paid")
    assert "Mix a four-track dub EP" in words(gig)
    assert "Paid: €120 per song" in words(gig)
    form = await mia.presses(gig, "Interested")
    assert isinstance(form, Form)
    interested = await mia.ask(Submit(form.action, form.values))
    assert "Sent:" in words(interested)


@pytest.mark.parametrize(
    "asked", ["I need a contract", "any paid gigs?", "what is on this weekend?", "where are templates?"]
)
async def test_what_somebody_asks_in_their_own_words_leads_to_the_right_room(mia: Somebody, asked: str) -> None:
    answer = await mia.ask(Said(asked))
    assert isinstance(answer, Reply)
    room = {"gig": "/gig find", "weekend": "/event find"}.get(asked.rstrip("?s").split()[-1], "/resource find")
    assert room in words(answer), words(answer)


async def test_days_among_the_words_of_a_search_are_days_where_no_event_is_called_so(mia: Somebody) -> None:
    for line in ("/event find workshop this weekend", "/event find this weekend workshop"):
        found = words(await mia.says(line))
        assert "“workshop” · Saturday, November 28, 2026 to Sunday, November 29, 2026" in found
    await mia.presses(await mia.says('/event add This Weekend Forever when:"friday 20:00"'), "Save")
    named = words(await mia.says("/event find this weekend"))
    assert "This Weekend Forever" in named
    assert "November 28, 2026 to" not in named


async def test_unpaid_is_no_paid_gig(mia: Somebody) -> None:
    assert "Unpaid" not in words(await mia.says("/gig find paid"))
    assert "Assist at a live recording" in words(await mia.says("/gig find unpaid"))


async def test_an_organiser_finds_all_of_a_calendar_in_the_sample(mia: Somebody) -> None:
    you = replace(mia, name="you", is_organiser=True)
    circle = await you.says("/event find songwriter circle")
    assert "3 of 3 going, 2 waiting" in words(circle)
    assert "on the first Friday of every month" in repr(await you.presses(circle, "Details"))
    assert "Kitchen Jam" in words(await you.says("/event waiting"))
    assert "Kellerwerk" in words(await you.says("/feed list"))
    news = words(await you.says("/digest preview calendar"))
    for said in ("3 new, 1 changed, 1 cancelled", "Vinyl Night", "Listening Session"):
        assert said in news
    mia.clock.skip(timedelta(days=3))
    await mia.bot.work()
    async with mia.bot.database.reading() as uow:
        [community] = await uow.people.communities()
        [feed] = await uow.feeds.listed(community.id)
    assert feed.polled_at is not None
    assert feed.polled_at < NOW  # nobody asked it
    assert feed.fails == 0


@pytest.mark.parametrize("topic", ["feed", "feeds", "digest", "/digests"])
async def test_a_member_is_told_what_feeds_and_digests_are(mia: Somebody, topic: str) -> None:
    told = words(await mia.says(f"/help {topic}"))
    assert "Organisers take care of these." in told
    assert "cancelled" in told
    assert "/feed add" not in told
