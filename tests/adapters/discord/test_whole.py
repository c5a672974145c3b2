"""The whole bot on Discord: many at once, after a restart, with words that mean harm."""

from __future__ import annotations

import asyncio

import pytest

from tests.adapters.discord.whole import whole
from tests.fakes.discord import FakeDiscord, Guild, Message, User

PEOPLE = 200


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    return fake.add_guild(channels=("general", "events"))


async def add_event(fake: FakeDiscord, guild: Guild, user: User, title: str = "Late Night Modular") -> Message:
    """An event in the calendar; the message that says so."""
    values = {"title": title, "when": "2099-12-04 20:00", "city": "Berlin"}
    message = await (await fake.slash(user, guild, "event add", values)).answer()
    await (await fake.press(user, message, "Save")).answered()
    return message


async def test_two_hundred_who_press_one_button_at_once_count_two_hundred(
    fake: FakeDiscord, guild: Guild, database_url: str
) -> None:
    fake.response_seconds = 30  # the databases of tests share two cores with everything else
    people = [fake.add_member(guild, f"person {number}") for number in range(PEOPLE)]
    async with whole(fake, database_url):
        mara = fake.add_member(guild, "mara")
        await add_event(fake, guild, mara)
        shown = await (await fake.slash(mara, guild, "event show", {"event": "late night modular"})).answer()
        shown.reader, shown.flags = None, shown.flags & ~64  # as a post stands before everybody
        pressed = [await fake.press(person, shown, "Going") for person in people]
        await asyncio.gather(*(each.answered(120) for each in pressed))
        assert all("You are going" in "".join(each.seen[0].texts) for each in pressed)
        assert f"{PEOPLE} going" in await coming(fake, guild, mara)
    assert fake.violations == []


async def test_one_person_who_presses_twenty_times_counts_once(
    fake: FakeDiscord, guild: Guild, database_url: str
) -> None:
    fake.response_seconds = 30
    async with whole(fake, database_url):
        mara = fake.add_member(guild, "mara")
        message = await add_event(fake, guild, mara)
        pressed = [await fake.press(mara, message, "Going", twice=number % 2 == 0) for number in range(20)]
        await asyncio.gather(*(each.answered(120) for each in pressed))
        assert "1 going" in await coming(fake, guild, mara)


async def coming(fake: FakeDiscord, guild: Guild, user: User) -> str:
    shown = await fake.slash(user, guild, "event show", {"event": "late night modular"})
    return "".join((await shown.answer()).texts)


async def test_an_old_button_works_after_a_restart(fake: FakeDiscord, guild: Guild, sqlite_url: str) -> None:
    mara = fake.add_member(guild, "mara")
    async with whole(fake, sqlite_url):
        message = await add_event(fake, guild, mara)
    async with whole(fake, sqlite_url):
        pressed = await fake.press(mara, message, "Going")
        assert "You are going" in "".join((await pressed.answer()).texts)


async def test_a_form_begun_before_a_restart_goes_on_after_it(fake: FakeDiscord, guild: Guild, sqlite_url: str) -> None:
    mara = fake.add_member(guild, "mara")
    async with whole(fake, sqlite_url):
        opened = await fake.slash(mara, guild, "event add")
        await opened.form()
        page = await fake.submit(mara, opened, {"title": "Night", "when": "2099-12-04 20:00", "city": "Berlin"})
        card = await page.answer()
    async with whole(fake, sqlite_url):
        done = await fake.press(mara, card, "That is all")
        await done.answered()
        assert "Is this right?" in "".join(done.seen[0].texts)
        saved = await fake.press(mara, done.seen[0], "Save")
        await saved.answered()
        assert "Saved" in "".join(saved.seen[0].texts)


async def test_saving_the_same_card_twice_saves_once(fake: FakeDiscord, guild: Guild, sqlite_url: str) -> None:
    mara = fake.add_member(guild, "mara")
    async with whole(fake, sqlite_url):
        values = {"title": "Night", "when": "2099-12-04 20:00", "city": "Berlin"}
        card = await (await fake.slash(mara, guild, "event add", values)).answer()
        await asyncio.gather(*[(await fake.press(mara, card, "Save", twice=True)).answered() for _ in range(3)])
        found = await (await fake.slash(mara, guild, "event find", {"when": "December 2099"})).answer()
        assert "1 event" in found.texts[0]


HOSTILE = "@everyone <@&1> [free](https://evil.example) `x` discord.gg/abc \u202eevil\u202c\u200b # - 1. |"


async def test_hostile_words_in_every_option_ping_nobody_and_are_kept(
    fake: FakeDiscord, guild: Guild, sqlite_url: str
) -> None:
    mara = fake.add_member(guild, "mara")
    async with whole(fake, sqlite_url):
        values = {
            "title": HOSTILE,
            "when": "2099-12-04 20:00",
            "city": "Berlin",
            "venue": HOSTILE,
            "about": HOSTILE + "\n# head\n- list\n> quote\n" + "word " * 700,
            "genres": "@here, `dub`",
        }
        asked = await fake.slash(mara, guild, "event add", values)
        await asked.answered()
        await fake.quiet(0.1)
        saved = await fake.press(mara, asked.seen[-1], "Save")  # its card goes on over several messages
        await saved.answered()
        await fake.quiet(0.1)
        texts = "\n".join(text for message in saved.seen for text in message.texts)
        assert texts.count("word") == 700, "nothing is cut"
        assert r"\@everyone \<\@&1> \[free\](https\://evil.example)" in texts
        for path in ("event find", "event show", "event who", "event answer", "help", "event mine"):
            declared = {"event find": "words", "event mine": "", "help": "topic"}.get(path, "event")
            given = {declared: HOSTILE[:100]} if declared else {}
            asked = await fake.slash(mara, guild, path, given)
            await asked.answered()
            if asked.modal is None:
                assert all(not message.pinged for message in asked.seen)
    assert fake.violations == []


async def test_a_shortcut_on_a_message_opens_the_form_with_its_words(
    fake: FakeDiscord, guild: Guild, sqlite_url: str
) -> None:
    mara, tom = fake.add_member(guild, "mara"), fake.add_member(guild, "tom")
    async with whole(fake, sqlite_url):
        text = "**Open decks at Kantine**\nFriday, bring records https://example.org/decks"
        pointed = fake.write(tom, guild.channel("general"), text)
        asked = await fake.context_menu(mara, guild, "Add as event", pointed)
        modal = await asked.form()
        values = {each["component"]["custom_id"]: each["component"].get("value") for each in _labels(modal)}
        assert values["title"] == "Open decks at Kantine"
        assert values["link"] == "https://example.org/decks"


def _labels(modal: dict[str, list[dict[str, dict[str, str]]]]) -> list[dict[str, dict[str, str]]]:
    return [each for each in modal["components"] if "component" in each]


async def test_a_new_server_is_greeted_once(fake: FakeDiscord, guild: Guild, sqlite_url: str) -> None:
    async with whole(fake, sqlite_url):
        await fake.until_posted(1)
        [greeting] = fake.dm(guild.owner).messages
        assert "Kellerwerk" in "".join(greeting.texts)
    async with whole(fake, sqlite_url) as bot:
        await bot.work()
        assert len(fake.posted) == 1


async def test_an_owner_whose_messages_are_closed_is_greeted_in_the_channel(
    fake: FakeDiscord, guild: Guild, sqlite_url: str
) -> None:
    fake.close_dms(guild.owner)
    async with whole(fake, sqlite_url):
        await fake.until_posted(1)
        assert guild.channel("general").messages
