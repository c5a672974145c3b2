"""The whole bot on Slack: many at once, forms from their beginning to their end, the home tab, two processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack

import pytest

from bot.settings import SlackMode
from tests.adapters.slack.rig import all_of, text_of, until, whole
from tests.adapters.slack.test_answering import held, words
from tests.fakes.slack import Asked, FakeSlack, Message, NotOffered, Team, User, View
from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.seen import read_home, read_modal

PEOPLE = 200
NIGHT = 'add Late Night when:"2099-12-04 20:00" city:Berlin'


@pytest.fixture
def team(fake: FakeSlack) -> Team:
    return fake.add_team(channels=("general", "events"))


@pytest.fixture
def mara(fake: FakeSlack, team: Team) -> User:
    return fake.add_member(team, "mara")


async def slash(fake: FakeSlack, user: User, text: str, command: str = "/event") -> Asked:
    return await fake.slash(user, user.team.channel("events"), command, text)


async def add_event(fake: FakeSlack, user: User, text: str = NIGHT) -> Message:
    """An event in the calendar; the message that says so."""
    card = await (await slash(fake, user, text)).answer()
    await fake.press(user, card, "Save")
    await until(lambda: "Saved" in text_of(card))
    return card


async def send(fake: FakeSlack, user: User, view: View, values: Mapping[str, str]) -> Asked:
    """Fill in a form, its city chosen among those that are suggested, and send it."""
    await fake.suggest(user, view, "City", "berl")
    return await fake.submit(user, view, {"When: time": "20:00", **values})


async def before_everybody(fake: FakeSlack, user: User) -> Message:
    """The event as a post stands in the channel."""
    shown = await (await slash(fake, user, "show late night")).answer()
    shown.reader = None
    user.ephemerals.remove(shown)
    shown.channel.messages.append(shown)
    return shown


async def coming(fake: FakeSlack, user: User) -> str:
    return all_of(await (await slash(fake, user, "show late night")).answer())


def labels(view: View) -> list[str]:
    return [each["text"]["text"] for block in view.blocks for each in elements_of(block) if each["type"] == "button"]


# ---- many at once


async def test_two_hundred_who_press_one_button_at_once_count_two_hundred(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, database_url: str
) -> None:
    fake.response_seconds = 30  # the databases of tests share two cores with everything else
    people = [fake.add_member(team, f"person {number}") for number in range(PEOPLE)]
    async with whole(fake, database_url, mode):
        await add_event(fake, mara)
        shown = await before_everybody(fake, mara)
        pressed = [await fake.press(person, shown, "Going") for person in people]
        await asyncio.gather(*(each.answered(120) for each in pressed))
        assert all("You are going" in text_of(each.messages[0]) for each in pressed)
        assert all(each.messages[0].reader is each.user for each in pressed)
        assert f"{PEOPLE} going" in await coming(fake, mara)
    assert fake.violations == []


async def test_one_person_who_presses_twenty_times_counts_once(
    fake: FakeSlack, mara: User, mode: SlackMode, database_url: str
) -> None:
    fake.response_seconds = 30
    async with whole(fake, database_url, mode):
        message = await add_event(fake, mara)
        pressed = [await fake.press(mara, message, "Going", twice=number % 2 == 0) for number in range(20)]
        await asyncio.gather(*(each.answered(120) for each in pressed))
        await fake.quiet(0.2)
        assert [len(each.messages) for each in pressed if not each.updated_source] == [1] * len(pressed)
        assert "1 going" in await coming(fake, mara)
    assert fake.violations == []


async def test_two_processes_on_one_database_do_and_answer_everything_once(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, postgres_url: str
) -> None:
    async with AsyncExitStack() as stack:
        urls = []
        for count in (1, 2):
            await stack.enter_async_context(whole(fake, postgres_url, mode))
            urls.append(fake.request_url)
            if mode is SlackMode.SOCKET:
                await fake.until_connected(count)
        tell = iter_urls(urls)

        async def both(asked: Asked) -> Asked:
            """Told to one of them and then to the other, as when the first acknowledgement is lost."""
            await asked.acknowledged()
            fake.request_url = next(tell)
            fake.courier.bring(asked)
            await until(lambda: asked.acks == 2)
            await fake.quiet(0.2)
            return asked

        fake.request_url = next(tell)
        card = await (await both(await slash(fake, mara, NIGHT))).answer()
        assert [each for each in mara.ephemerals if "Is this right?" in text_of(each)] == [card]
        await both(await fake.press(mara, card, "Save"))
        await until(lambda: "Saved" in text_of(card))
        before = len(mara.ephemerals)
        await both(await fake.press(mara, card, "Going"))
        await until(lambda: len(mara.ephemerals) > before)
        await fake.quiet(0.2)
        assert len(mara.ephemerals) == before + 1
        form = await (await slash(fake, mara, "add")).form()
        sent = await both(await send(fake, mara, form, {"Title": "Second", "When": "2099-12-05", "City": "Berlin, DE"}))
        await until(lambda: any("Second" in all_of(each) for each in mara.ephemerals))
        await fake.quiet(0.2)
        cards = [each for each in mara.ephemerals if "Second" in all_of(each)]
        assert sent.errors is None
        assert len(cards) == 1
        await both(await fake.press(mara, cards[0], "Save"))
        await until(lambda: "Saved" in text_of(cards[0]))
        await both(await fake.message(mara, "hello"))
        await until(lambda: any(each.author is team.bot for each in fake.dm(mara).messages))
        await fake.quiet(0.2)
        assert len([each for each in fake.dm(mara).messages if each.author is team.bot]) == 1
        found = await (await slash(fake, mara, 'find when:"December 2099"')).answer()
        assert "2 events" in text_of(found)
        assert "1 going" in await coming(fake, mara)
    assert fake.violations == []


def iter_urls(urls: list[str]) -> Iterator[str]:
    while True:
        yield from urls


# ---- forms


async def test_a_form_is_corrected_and_its_card_changed_until_it_is_right(
    fake: FakeSlack, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        form = await (await slash(fake, mara, "add")).form()
        sent = await send(fake, mara, form, {"Title": "Night", "When": "2001-01-01", "City": "Berlin, DE"})
        await sent.acknowledged()
        assert sent.errors is not None
        assert set(sent.errors) == {"when"}
        again = await fake.submit(mara, form, {"When": "2099-12-04"})
        await again.acknowledged()
        assert again.errors is None, again.errors
        await until(lambda: mara.ephemerals)
        [card] = mara.ephemerals
        assert "Is this right?" in text_of(card)
        change = await (await fake.press(mara, card, "Change")).form()
        assert held(change)["title"] == "Night"
        changed = await (await fake.submit(mara, change, {"Title": "Later Night"})).acknowledged()
        assert changed.errors is None, changed.errors
        await until(lambda: "Later Night" in all_of(card))
        assert mara.ephemerals == [card]
        await (await fake.press(mara, card, "Save")).answered()
        assert "Saved" in text_of(card)
        assert mara.ephemerals == [card]
    assert fake.violations == []


async def test_a_wrong_argument_opens_the_form_with_what_was_understood(
    fake: FakeSlack, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        form = await (await slash(fake, mara, 'add Strom Session when:"the 32nd" city:Berlin venue:"Kantine"')).form()
        assert held(form) | {"title": "Strom Session", "when": "the 32nd", "venue": "Kantine"} == held(form)
        read = read_modal(form, str)
        assert [field.block_id for field in read.fields][:1] == ["title"]
        assert "when~error" in [block["block_id"] for block in form.blocks]
        await (await fake.submit(mara, form, {"When": "2099-12-04 20:00"})).acknowledged()
        await until(lambda: mara.ephemerals)
        assert "Strom Session" in all_of(mara.ephemerals[0])
    assert fake.violations == []


async def test_a_message_becomes_an_event_by_its_shortcut(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        tom = fake.add_member(team, "tom")
        fake.write(tom, team.channel("events"), "*Open decks*\nbring records <https://example.org/d>")
        shortcut = await fake.message_shortcut(mara, team.channel("events").messages[-1], "message:event add")
        form = await shortcut.form()
        assert "Open decks" in str(held(form)["title"])
        assert held(form)["link"] == "https://example.org/d"
        await (
            await send(fake, mara, form, {"Title": "Decks", "When": "2099-12-04", "City": "Berlin, DE"})
        ).acknowledged()
        await until(lambda: mara.ephemerals)
        [card] = mara.ephemerals
        assert card.channel is team.channel("events")
        assert "Decks" in all_of(card)
    assert fake.violations == []


async def test_an_old_button_and_an_open_form_work_after_a_restart(
    fake: FakeSlack, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        message = await add_event(fake, mara)
        form = await (await slash(fake, mara, "add")).form()
    async with whole(fake, sqlite_url, mode):
        await (await fake.press(mara, message, "Going")).answered()
        await (
            await send(fake, mara, form, {"Title": "More", "When": "2099-12-05", "City": "Berlin, DE"})
        ).acknowledged()
        await until(lambda: any("More" in all_of(each) for each in mara.ephemerals))
        assert "1 going" in await coming(fake, mara)
    assert fake.violations == []


# ---- the home tab


def home_words(user: User) -> str:
    assert user.home is not None
    reply = read_home(user.home, str).reply
    parts = [reply.text, *(words for card in reply.cards for words in (card.title, card.body))]
    return "\n".join("".join(str(getattr(piece, "text", piece)) for piece in part.pieces) for part in parts)


async def test_the_home_tab_shows_what_concerns_its_reader_and_follows_what_they_do(
    fake: FakeSlack, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        await (await fake.open_home(mara)).answered()
        assert "Late Night" not in home_words(mara)
        message = await add_event(fake, mara)
        await (await fake.press(mara, message, "Going")).answered()
        await until(lambda: "Late Night" in home_words(mara))
        assert mara.home is not None
        form = await (await fake.press(mara, mara.home, "Add an event")).form()
        await (
            await send(fake, mara, form, {"Title": "From home", "When": "2099-12-06", "City": "Berlin, DE"})
        ).answered()
        [window] = mara.views
        assert "Is this right?" in words(window)
        await (await fake.press(mara, window, "Save")).acknowledged()
        await until(lambda: "Saved" in words(window))
        await (await fake.press(mara, window, "Going")).acknowledged()
        await until(lambda: "From home" in home_words(mara))
    assert fake.violations == []


async def test_digests_stand_on_the_home_tab_of_organisers_alone(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    ada = fake.add_member(team, "ada", is_organiser=True)
    async with whole(fake, sqlite_url, mode):
        for user in (mara, ada):
            await (await fake.open_home(user)).answered()
        assert mara.home is not None
        assert ada.home is not None
        assert "Set a digest" not in labels(mara.home)
        form = await (await fake.press(ada, ada.home, "Set a digest")).form()
        assert read_modal(form, str).fields
        with pytest.raises(NotOffered):
            await fake.press(mara, mara.home, "Set a digest")
    assert fake.violations == []


# ---- words


async def test_a_mention_and_a_direct_message_give_help_that_fits(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        ada = fake.add_member(team, "ada", is_organiser=True)
        message = await (await fake.mention(ada, team.channel("events"), "how do I post a weekly digest?")).answer()
        assert message.reader is ada
        assert "/digest" in all_of(message)
        direct = await (await fake.message(mara, "event find techno")).answer()
        assert direct.channel is fake.dm(mara)
        assert "Nothing found" in all_of(direct)
        assert "/event" in all_of(await (await fake.message(mara, "hello")).answer())
    assert fake.violations == []


HOSTILE = (
    "<!channel> <!here> <!everyone> <@U0000000004> <#C1> <!subteam^S1> &lt;!channel&gt; @channel @here "
    "*bold* _it_ ~gone~ `code` ```block``` > quote <https://evil.example|free> [free](https://evil.example) "
    ":smile: \u202eevil\u202c\u200b\u2066x\u2069\x07\x00 كل عام \U0001f600 {x} %s"
)
UNSEEN = set("\u202e\u202c\u200b\u2066\u2069\x07\x00")
LONG = HOSTILE + " word" * 700


def strings(blocks: object) -> str:
    """All that stands anywhere in blocks."""
    match blocks:
        case str():
            return blocks
        case dict():
            return "".join(map(strings, blocks.values()))
        case list():
            return "".join(map(strings, blocks))
        case _:
            return ""


def escaped(text: str) -> str:
    """As a client sends what somebody typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def test_hostile_words_ping_nobody_and_are_shown_whole(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    async with whole(fake, sqlite_url, mode):
        form = await (await slash(fake, mara, "add")).form()
        title = HOSTILE.replace("\x00", "")[:200]
        fields = {
            "Title": title,
            "When": "2099-12-04",
            "City": "Berlin, DE",
            "Venue": title[:100],
            "About": LONG[:2_900],
        }
        await (await send(fake, mara, form, fields)).acknowledged()
        await until(lambda: mara.ephemerals)
        await fake.quiet(0.2)
        [*_, card] = mara.ephemerals
        shown = "\n".join(all_of(each) for each in mara.ephemerals)
        assert "<!channel> <!here> <!everyone> <@U0000000004>" in shown
        assert shown.count("word") == LONG[:2_900].count("word"), "nothing is cut"
        await (await fake.press(mara, card, "Save")).answered()
        await (await fake.open_home(mara)).answered()
        for text in (
            "find {0}",
            "show {0}",
            "who {0}",
            "answer {0}",
            "add {0}",
            "{0}",
            'find near:"{0}"',
            "cancel {0}",
        ):
            for said in (escaped(HOSTILE), HOSTILE, escaped(LONG)[:4_000]):
                asked = await slash(fake, mara, text.format(said))
                await asked.answered()
                for view in list(mara.views):
                    assert not UNSEEN & set(strings(view.blocks))
                    await fake.close(mara, view)
        for said in (HOSTILE, LONG):
            await (await fake.message(mara, escaped(said))).answered()
            await (await fake.mention(mara, team.channel("events"), escaped(said))).answered()
        await fake.quiet(0.3)
        for message in [*mara.ephemerals, *fake.posted]:
            assert not message.pinged - {mara.id}, message.text
            assert not UNSEEN & set(message.text + strings(message.blocks))
        assert mara.home is not None
        assert not UNSEEN & set(strings(mara.home.blocks))
    assert fake.violations == []


async def test_hostile_words_in_suggestions_and_on_the_home_tab_are_only_words(
    fake: FakeSlack, team: Team, mara: User, mode: SlackMode, sqlite_url: str
) -> None:
    ada = fake.add_member(team, "ada <!channel> *x* \u202e", is_organiser=True)
    async with whole(fake, sqlite_url, mode):
        title = "<!here> <@U1|x> *Night* &lt; \u202egnirts\u202c"
        await add_event(fake, mara, f'add "{escaped(title)}" when:"2099-12-04 20:00" city:Berlin')
        form = await (await slash(fake, mara, "answer")).form()
        [suggested] = await fake.suggest(mara, form, "Event", "night")
        assert "<!here> <@U1|x> *Night*" in suggested
        assert "\u202e" not in suggested
        for typed in (HOSTILE, LONG[:150], "\x00", " "):
            assert isinstance(await fake.suggest(mara, form, "Event", typed), list)
        message = await (await slash(fake, mara, "show night")).answer()
        await (await fake.press(mara, message, "Going")).answered()
        for user in (mara, ada):
            await (await fake.open_home(user)).answered()
        assert "<!here> <@U1|x> *Night*" in home_words(mara)
        assert "\u202e" not in home_words(mara)
    assert fake.violations == []
