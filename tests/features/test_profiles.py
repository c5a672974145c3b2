"""What members say of themselves, who finds them by it, and the zone they are asked for once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.domain.people import Workspace
from bot.domain.profiles import Profile
from bot.features.people.zones import guess_zone
from bot.fit import plain
from bot.request import Asked, Incoming, Press, Submit, Typed
from bot.ui import Action, Form, Reply
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 3, 18, 14, 0, tzinfo=UTC)
CELLAR = Workspace("console", "cellar", "Cellar")
ANA = "/me profile role:Produzentin skills:mixing genres:techno city:Berlin looking:work offering:mentoring"


@dataclass(slots=True)
class Speaker(Somebody):
    """Somebody whose platform tells of a locale, and perhaps of a zone."""

    locale: str = "en"
    zone: str = ""

    def incoming(self, asked: Asked, id_: str = "") -> Incoming:
        return replace(Somebody.incoming(self, asked, id_), locale=self.locale, zone=self.zone)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


async def form(who: Somebody, line: str = "/me profile") -> Form:
    answer = await who.ask(Typed(line))
    assert isinstance(answer, Form), answer
    return answer


async def kept(who: Somebody) -> Profile:
    async with who.bot.database.reading() as uow:
        caller = await uow.people.recognise(who.account, None, is_organiser=False, now=NOW)
        assert caller is not None
        return await uow.profiles.get(caller.person.id)


def fields(reply: Reply, card: int = 0) -> dict[str, str]:
    return {field.name: plain(field.value) for field in reply.cards[card].fields}


async def test_what_is_not_said_stays_and_the_form_opens_with_what_is_set(ana: Somebody) -> None:
    assert (await form(ana)).values == {"found": "nobody", "going": "no"}
    assert "Nobody can find you" in words(await ana.says(ANA))
    await ana.says("/me profile found:members hide:about,link going:yes")
    expected = {
        "role": "Produzentin",
        "skills": "mixing",
        "genres": "techno",
        "city": "Berlin, DE",
        "looking": "work",
        "offering": "mentoring",
        "found": "members",
        "hide": "about, link",
        "going": "yes",
    }
    assert (await form(ana)).values == expected
    asked = await ana.ask(Press(Action("ask", "me profile")))
    assert isinstance(asked, Form)
    assert asked.values == expected


async def test_every_part_can_be_emptied_in_the_form(ana: Somebody) -> None:
    await ana.says(f"{ANA} about:Hello link:example.org found:members hide:link going:yes")
    opened = await form(ana)
    saved = await ana.ask(Submit(opened.action, dict.fromkeys(opened.params, "")))
    assert "Nobody can find you" in words(saved)
    assert await kept(ana) == Profile()


async def test_a_form_in_pages_keeps_what_its_later_pages_hold(ana: Somebody) -> None:
    await ana.says(f"{ANA} about:Hello found:members")
    opened = await form(ana)
    page = await ana.ask(Submit(opened.action, {"role": "DJ", "skills": ""}, is_partial=True))
    assert isinstance(page, Form)
    assert page.values["about"] == "Hello"
    await ana.ask(Press(Action("send", page.action.arg)))
    now = await kept(ana)
    assert (now.role, now.skills, now.about, now.is_found) == ("DJ", (), "Hello", True)


async def test_what_is_wrong_loses_nothing(ana: Somebody) -> None:
    await ana.says(ANA)
    refused = await form(ana, "/me profile looking:fame about:Hello")
    assert "fame is none of the choices" in refused.errors["looking"]
    assert (refused.values["about"], refused.values["role"]) == ("Hello", "Produzentin")


async def test_me_show_shows_the_profile_with_what_others_do_not_see(ana: Somebody) -> None:
    assert len((await ana.says("/me show")).cards) == 1
    await ana.says(f"{ANA} hide:city")
    shown = fields(await ana.says("/me show"), 1)
    assert shown["City"] == "Berlin, DE (hidden)"
    assert shown["Who may find me"] == "Nobody"
    assert shown["Looking for"] == "work"


async def test_members_find_who_chose_to_be_found_by_what_they_show(ana: Somebody) -> None:
    tom = replace(ana, name="tom")
    await ana.says(ANA)
    assert words(await tom.says("/people find")).startswith("Nobody found")
    await ana.says("/me profile found:members")
    for asked in ("", "mixing", "role:producer", "genre:techno", "near:Potsdam", "looking:work offering:mentoring"):
        seen = await tom.says(f"/people find {asked}")
        assert plain(seen.cards[0].title) == "Ana", asked
    found = await tom.says("/people find looking:work offering:mentoring")
    assert words(found).startswith("1 person · looking for work · offering mentoring")
    assert fields(found) == {"Skills": "mixing", "Genres": "techno", "Looking for": "work", "Offering": "mentoring"}
    for asked in ("lawyer", "role:lawyer", "genre:jazz", "near:Hamburg", "near:Potsdam within:5", "looking:mentoring"):
        assert words(await tom.says(f"/people find {asked}")).startswith("Nobody found"), asked


async def test_strangers_see_nothing_and_hidden_parts_find_nobody(ana: Somebody) -> None:
    await ana.says(f'{ANA} about:"secret basement" link:example.org found:members hide:about,city,link')
    tom, eve = replace(ana, name="tom"), replace(ana, name="eve", workspace=CELLAR, is_organiser=True)
    for asked in ("", "ana", "mixing", "role:producer"):
        assert words(await eve.says(f"/people find {asked}")).startswith("Nobody found"), asked
    for asked in ("secret", "berlin", "near:Berlin"):
        assert words(await tom.says(f"/people find {asked}")).startswith("Nobody found"), asked
    seen = repr(await tom.says("/people find"))
    assert "Ana" in seen
    for hidden in ("secret", "Berlin", "example.org", "hidden"):
        assert hidden not in seen


async def test_many_people_come_a_page_at_a_time(ana: Somebody) -> None:
    for number in range(7):
        who = replace(ana, name=f"p{number}")
        await who.says("/me profile role:engineer found:members")
    first = await ana.says("/people find role:Tontechniker")
    assert words(first).startswith("1–5 of 7 people · Tontechniker")
    second = await ana.presses(first, "Next")
    assert isinstance(second, Reply)
    assert second.replaces
    assert [plain(card.title) for card in second.cards] == ["P5", "P6", ""]
    eve = replace(ana, name="eve", workspace=CELLAR)
    elsewhere = await eve.ask(Press(button(first, "Next")))
    assert words(elsewhere).startswith("Nobody found")


# --- zones -------------------------------------------------------------------------------------------------


async def test_the_zone_of_a_city_is_offered_once(ana: Somebody) -> None:
    asked = await ana.says("/me profile city:Tokyo")
    assert "Is Asia/Tokyo your time zone?" in words(asked)
    for _ in range(2):
        assert "(Asia/Tokyo, JST)" in words(await ana.presses(asked, "Yes"))
    assert "time zone?" not in words(await ana.says("/me profile city:Lagos"))
    tom = replace(ana, name="tom")
    await tom.says("/me zone London")
    assert "time zone?" not in words(await tom.says("/me profile city:Tokyo"))
    forged = await tom.ask(Press(Action("me.zoneyes", "Mars/Base")))
    assert isinstance(forged, Reply)
    assert forged.is_refusal


async def test_another_zone_than_the_one_that_was_guessed_is_typed(ana: Somebody) -> None:
    asked = await ana.says("/me profile city:Tokyo")
    other = await ana.presses(asked, "Other…")
    assert isinstance(other, Form)
    assert other.action == Action("me zone")


@pytest.mark.parametrize(
    ("locale", "zone", "guessed"),
    [
        ("en", "America/New_York", "America/New_York"),
        ("ja-JP", "America/New_York", "America/New_York"),
        ("ja-JP", "", "Asia/Tokyo"),
        ("sv-SE", "", "Europe/Stockholm"),
        ("de-DE", "", "Europe/Berlin"),
        ("en-US", "", "Europe/Berlin"),
        ("de", "", "Europe/Berlin"),
        ("", "", "Europe/Berlin"),
    ],
)
async def test_a_zone_is_guessed_from_what_the_platform_tells(
    ana: Somebody, locale: str, zone: str, guessed: str
) -> None:
    who = Speaker(ana.bot, ana.clock, "tom", locale=locale, zone=zone)
    request = await who.bot.app._recognise(who.incoming(Typed("/help")))
    assert guess_zone(request) == guessed
    await who.says("/me zone Lagos")
    request = await who.bot.app._recognise(who.incoming(Typed("/help")))
    assert guess_zone(request) == "Africa/Lagos"
