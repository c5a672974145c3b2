"""Introductions through the whole core: a no, no answer and a question never put cannot be told apart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from bot.domain.addresses import Address, Direct
from bot.domain.delivery import Receipt
from bot.domain.introductions import ASKS_MOST, OPEN_FOR
from bot.errors import Closed
from bot.markup import rich
from bot.request import Typed
from bot.ui import Card, Field, Form, Reply
from storage.tables import people
from storage.unit_of_work import Work
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

SECOND = timedelta(seconds=1)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ASK = '/connect intro member:@ben why:"mixing an EP"'
ASKED = "Asked. If they say yes you both hear at once; if you hear nothing within 7 days, it is a no."


class Noting(SilentPlatform):
    """Notes when each message was taken; some people's direct messages are closed."""

    def __init__(self, ana: Somebody) -> None:
        super().__init__()
        self._ana = ana
        self.closed: set[str] = set()
        self.told: list[tuple[str, datetime, Reply]] = []
        """To whom directly, when, what."""

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        if isinstance(to, Direct):
            if to.account in self.closed:
                raise Closed("their direct messages are closed to me", can_open=True)
            self.told.append((to.account, self._ana.clock.now(), reply))
        return await super().send(to, reply, key)

    def to(self, account: str) -> list[Reply]:
        return [reply for name, _, reply in self.told if name == account]


class Stage:
    """Ana asks, Ben is asked; Olga organises."""

    def __init__(self, ana: Somebody) -> None:
        self.ana, self.ben = ana, replace(ana, name="ben")
        self.olga = replace(ana, name="olga", is_organiser=True)
        self.chat = Noting(ana)
        ana.bot.platforms["console"] = self.chat

    async def passes(self, time: timedelta = timedelta()) -> None:
        self.ana.clock.skip(time)
        for _ in range(4):
            await self.ana.bot.work()

    def question(self) -> Reply:
        """The last that Ben was put."""
        return next(each for each in reversed(self.chat.to("ben")) if each.cards)


Does: TypeAlias = Callable[[Stage], Awaitable[None]]


async def nothing(_stage: Stage) -> None:
    pass


async def says_no(stage: Stage) -> None:
    await stage.ben.presses(stage.question(), "No")


async def never_from_them(stage: Stage) -> None:
    await stage.ben.presses(stage.question(), "Never from them")


async def is_on_the_list(stage: Stage) -> None:
    await stage.ben.says("/connect never member:@ana")


async def takes_none(stage: Stage) -> None:
    await stage.ben.presses(await stage.ben.says("/connect never"), "No introductions at all")


async def closes(stage: Stage) -> None:
    stage.chat.closed.add("ben")


async def goes(stage: Stage) -> None:
    async with stage.ana.bot.database.writing() as uow:
        assert isinstance(uow, Work)
        await uow.connection.execute(people.delete().where(people.c.name == "Ben"))


async def says_no_and_goes(stage: Stage) -> None:
    await says_no(stage)
    await goes(stage)


async def switches_off(stage: Stage) -> None:
    await stage.olga.says("/greenroom introductions switch:off")


STORIES: dict[str, tuple[Does, Does]] = {
    "no answer": (nothing, nothing),
    "no": (nothing, says_no),
    "never from them": (nothing, never_from_them),
    "on the list": (is_on_the_list, nothing),
    "put on the list later": (nothing, is_on_the_list),
    "takes none": (takes_none, nothing),
    "closed": (closes, nothing),
    "gone": (nothing, goes),
    "no and gone": (nothing, says_no_and_goes),
    "switched off meanwhile": (nothing, switches_off),
}
"""What happens before Ana asks, and after."""


ENDED = Reply(
    cards=(
        Card(
            body=rich(
                "You asked on Monday, November 23, 2026 for an introduction, and nothing came of it:"
                " only a yes is passed on."
            ),
            fields=(Field("What for", rich("mixing an EP")),),
        ),
    )
)


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[Stage]:
    async with somebody(sqlite_url, NOW) as ana:
        stage = Stage(ana)
        for each in (stage.ben, stage.olga, stage.ana):
            await each.says("/help")
        yield stage


@pytest.mark.parametrize("story", STORIES)
async def test_a_no_and_no_answer_are_told_by_the_same_words_at_the_same_moment(story: str, stage: Stage) -> None:
    before, after = STORIES[story]
    await before(stage)
    answer = await stage.ana.says(ASK)
    await stage.passes()
    await after(stage)
    await stage.passes(OPEN_FOR - SECOND)
    assert stage.chat.to("ana") == []
    await stage.passes(SECOND)
    assert answer == Reply(rich(ASKED))
    assert [each for each in stage.chat.told if each[0] == "ana"] == [("ana", NOW + OPEN_FOR, ENDED)]


async def test_who_is_on_the_list_or_takes_none_is_not_asked(stage: Stage) -> None:
    for before in (is_on_the_list, takes_none):
        await before(stage)
        await stage.ana.says(ASK)
        await stage.passes()
        assert stage.chat.to("ben") == []


async def test_asked_again_within_ninety_days_it_looks_as_before_and_nobody_is_asked(stage: Stage) -> None:
    for _ in range(2):
        assert await stage.ana.says(ASK) == Reply(rich(ASKED))
        await stage.passes()
        await stage.passes(timedelta(days=8))
    assert len(stage.chat.to("ben")) == 1
    assert len(stage.chat.to("ana")) == 2


async def test_the_limit_of_a_day_counts_what_was_asked_and_not_what_was_put(stage: Stage) -> None:
    await is_on_the_list(stage)
    for _ in range(ASKS_MOST):
        assert await stage.ana.says(ASK) == Reply(rich(ASKED))
    assert "at most 3 introductions within a day" in words(await stage.ana.says(ASK))
    await stage.passes(timedelta(days=1))
    assert await stage.ana.says(ASK) == Reply(rich(ASKED))


async def test_on_a_yes_both_hear_at_once_and_only_once(stage: Stage) -> None:
    await stage.ana.says(ASK)
    await stage.passes()
    question = stage.question()
    for _ in range(2):
        await stage.ben.presses(question, "Yes")
        await stage.passes()
    [to_ana], [_, to_ben] = stage.chat.to("ana"), stage.chat.to("ben")
    assert "Ben said yes" in words(to_ana)
    assert "You and Ana are introduced" in words(to_ben)
    await stage.passes(timedelta(days=9))
    assert len(stage.chat.to("ana")) == 1


async def test_asking_for_oneself_is_refused(stage: Stage) -> None:
    form = await stage.ana.ask(Typed('/connect intro member:@ana why:"me"'))
    assert isinstance(form, Form)
    assert "That is you" in form.errors["member"]


async def test_organisers_switch_introductions_off_and_on(stage: Stage) -> None:
    await stage.ana.says(ASK)
    await switches_off(stage)
    await stage.passes()
    assert stage.chat.to("ben") == []
    assert "switched introductions off" in words(await stage.ana.says(ASK))
    await stage.olga.says("/greenroom introductions switch:on")
    assert await stage.ana.says(ASK) == Reply(rich(ASKED))
