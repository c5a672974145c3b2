"""What Slack tells twice is done and answered once, by one process and by two."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.markup import rich
from bot.settings import SlackMode
from bot.ui import Reply
from tests.adapters.slack.rig import Rig, text_of, until
from tests.adapters.slack.test_answering import opened
from tests.fakes.slack import Asked, FakeSlack
from tests.platforms.contract import HEARD
from tests.platforms.test_contract import CARD, FORM


async def again(rig: Rig, asked: Asked, url: str = "") -> None:
    """Tell it once more, by HTTP to the process at `url`."""
    if url:
        rig.fake.request_url = url
    acks = asked.acks
    rig.fake.courier.bring(asked)
    await until(lambda: asked.acks > acks)
    await rig.fake.quiet(0.1)


async def press(rig: Rig, *, twice: bool) -> Asked:
    message = await rig.shown(Reply(rich("This week"), (CARD,)))
    return await rig.fake.press(rig.mara, message, "Going", twice=twice)


async def test_the_same_command_twice_is_answered_once(at: Rig) -> None:
    asked = await at.fake.slash(at.mara, at.channel, "/event", "mine", twice=True)
    await until(lambda: asked.acks == 2)
    await at.fake.quiet(0.1)
    assert len(at.core.asked) == 1
    assert len(asked.seen) == 1


async def test_a_command_whose_acknowledgement_was_lost_is_acknowledged_alike(at: Rig) -> None:
    told = []
    at.fake.heard = lambda _asked, said: told.append(said)  # type: ignore[method-assign,assignment]  # nobody hears it
    asked = await at.fake.slash(at.mara, at.channel, "/event", "mine")
    await asked.acknowledged()
    asked.acks = 0  # so that the next one is heard as the first
    await again(at, asked)
    first, second = told
    assert first == second
    assert first["response_type"] == "ephemeral"
    assert len(at.core.asked) == 1


async def test_the_same_press_twice_acts_once(at: Rig) -> None:
    asked = await press(at, twice=True)
    await until(lambda: asked.acks == 2)
    await at.fake.quiet(0.1)
    assert len(at.core.asked) == 1
    assert len(asked.seen) == 1


async def test_the_same_event_again_is_answered_once(at: Rig) -> None:
    asked = await at.fake.message(at.mara, "hello", twice=True)
    await until(lambda: asked.acks == 2)
    await again(at, asked)
    assert len(at.core.asked) == 1
    assert [text_of(each) for each in at.fake.dm(at.mara).messages if each.author.is_bot] == ["Heard."]


async def test_the_same_form_twice_is_answered_once(at: Rig) -> None:
    view = await opened(at)
    at.answer(HEARD)
    asked = await at.fake.submit(at.mara, view, {"title": "Night"}, twice=True)
    await until(lambda: asked.acks == 2)
    await at.fake.quiet(0.1)
    assert [text_of(each) for each in at.mara.ephemerals] == ["Heard."]


async def test_the_same_home_tab_twice_is_published_once(at: Rig) -> None:
    asked = await at.fake.open_home(at.mara, twice=True)
    await until(lambda: asked.acks == 2)
    await at.fake.quiet(0.1)
    assert at.fake.counts["views.publish"] == 1


@pytest.fixture
async def other(at: Rig) -> AsyncIterator[Rig]:
    """A second process."""
    url = at.url
    other = at.beside()
    await other.start()
    at.url = url
    if other.mode is SlackMode.SOCKET:
        await at.fake.until_connected(2)
    yield other
    await other.stop()


def asked_of(at: Rig, other: Rig) -> list[str]:
    return [incoming.id for rig in (at, other) for incoming in rig.core.asked]


async def test_two_processes_that_are_told_the_same_answer_once(at: Rig, other: Rig) -> None:
    long = Reply(rich("\n".join("word " * 100 for _ in range(20))))
    at.answer(long)
    other.answer(long)
    asked = await at.fake.slash(at.mara, at.channel, "/event", "mine")
    await asked.acknowledged()
    await again(at, asked, at.url)
    assert len(asked_of(at, other)) == 1
    assert sum(text_of(message).count("word") for message in asked.seen) == 2_000


async def test_two_processes_act_once_on_a_press_and_on_an_event(at: Rig, other: Rig) -> None:
    asked = await press(at, twice=False)
    await asked.acknowledged()
    await again(at, asked, at.url)
    assert len(asked.seen) == 1
    said = await at.fake.message(at.mara, "hello")
    await said.acknowledged()
    await again(at, said, other.url)
    assert len(asked_of(at, other)) == 2
    direct = [text_of(each) for each in at.fake.dm(at.mara).messages if each.author.is_bot]
    assert direct == ["Heard."]


async def test_two_processes_answer_a_form_once(at: Rig, other: Rig) -> None:
    other.answer(FORM)
    view = await opened(at)
    at.answer(HEARD)
    other.answer(HEARD)
    asked = await at.fake.submit(at.mara, view, {"title": "Night"})
    await asked.acknowledged()
    await again(at, asked, at.url)
    assert len(asked_of(at, other)) == 3, "the core does nothing twice for one id, and the window waits for an answer"
    assert [text_of(each) for each in at.mara.ephemerals] == ["Heard."]


async def test_an_event_that_was_not_acknowledged_comes_again_and_is_answered(fake: FakeSlack) -> None:
    """The websocket breaks between the event and its acknowledgement."""
    rig = Rig(fake, SlackMode.SOCKET)
    await rig.start()
    fake.retry_seconds = [0.5] * 40
    await fake.drop_sockets()
    said = await fake.message(rig.mara, "hello")
    await said.answered()
    assert len(rig.core.asked) == 1
    await rig.stop()
