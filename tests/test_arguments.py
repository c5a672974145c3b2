"""Members and files as arguments, through the core: who is found, what is kept, and what is said of the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

import pytest

from bot.app import App
from bot.commands import Command, Feature, Services
from bot.domain.members import Somebody as Named
from bot.domain.members import mention_of, mentioned
from bot.domain.people import Account, Workspace
from bot.errors import NotFound
from bot.features.lookups import MemberLookup
from bot.i18n import N_
from bot.markup import rich
from bot.params import Member, Text
from bot.request import Asked, Attached, Request, Run, Submit, Typed
from bot.ui import Action, Answer, Card, Form, Reply
from tests.platforms.kinds import KINDS, MOST, Every, every
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
ELSEWHERE = Workspace("console", "elsewhere", "Elsewhere")


@dataclass(frozen=True, slots=True)
class Meet:
    who: Annotated[Named, Member("Who", "Whom you met")]
    where: Annotated[str, Text("Where", "Where you met", most=40)] = ""


async def meet(ask: Meet, _request: Request, _services: Services) -> Reply:
    return Reply(rich(f"{ask.who.account.name} ({ask.who.account.platform} {ask.who.account.id}), {ask.where}"))


async def shown(ask: Meet, _request: Request, _services: Services) -> Card:
    return Card(rich(ask.who.account.name))


MEET = Feature(
    "meet",
    "Meet somebody",
    (
        Command("now", "Meet somebody", Meet, meet, "/meet now @ben"),
        Command("soon", "Meet somebody", Meet, meet, "/meet soon @ben", confirms=shown),
    ),
)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    """Ana, who shares a community with Ben and Bence; Bea is in another."""
    async with somebody(database_url, NOW) as person:
        person.bot.app = replace(person.bot.app, features=(*person.bot.features, MEET, KINDS))
        for name in ("ana", "ben", "bence"):
            await replace(person, name=name).says("/help")
        await replace(person, name="bea", workspace=ELSEWHERE).says("/help")
        yield person


async def asks(
    ana: Somebody,
    asked: Asked,
    accounts: Mapping[str, Account] | None = None,
    files: Mapping[str, Attached] | None = None,
) -> Answer:
    incoming = replace(ana.incoming(asked), accounts=accounts or {}, files=files or {})
    return await ana.bot.app.handle(incoming)


# ---- somebody


@pytest.mark.parametrize("typed", ["@ben", "BEN", "@Ben", "<@ben>", "<@console:ben>", "<@console:ben|whoever>"])
async def test_a_member_is_found_by_name_and_mention(ana: Somebody, typed: str) -> None:
    answer = await asks(ana, Run(("meet", "now"), {"who": typed, "where": "here"}))
    assert words(answer).startswith("Ben (console ben), here")


async def test_what_stands_behind_a_mention_in_a_typed_line_is_about_them(ana: Somebody) -> None:
    assert words(await ana.says("/meet now @ben at the Kantine")).startswith("Ben (console ben), at the Kantine")
    assert words(await ana.says("/meet now who:<@ben> Kantine")).startswith("Ben (console ben), Kantine")


@pytest.mark.parametrize("typed", ["bea", "@Bea", "<@bea>", "<@console:bea>", "<@console:bea|Bea>", "<@nobody>", "zoe"])
async def test_nobody_of_another_community_is_found(ana: Somebody, typed: str) -> None:
    form = await asks(ana, Run(("meet", "now"), {"who": typed}))
    assert isinstance(form, Form)
    assert "I know nobody" in form.errors["who"]
    stranger = await asks(ana, Run(("meet", "now"), {"who": typed.replace("bea", "zzz").replace("Bea", "zzz")}))
    assert isinstance(stranger, Form)
    assert stranger.errors["who"] == form.errors["who"].replace("bea", "zzz").replace("Bea", "zzz")


async def test_a_name_that_several_begin_with_is_not_guessed(ana: Somebody) -> None:
    form = await asks(ana, Run(("meet", "now"), {"who": "be"}))
    assert isinstance(form, Form)
    assert form.errors["who"] == "be may be Ben or Bence. Write the whole name, or mention them."
    assert words(await asks(ana, Run(("meet", "now"), {"who": "benc"}))).startswith("Bence")


async def test_an_account_the_platform_named_is_known_until_it_is_saved(ana: Somebody) -> None:
    zoe = Account("console", "z1", "Zoë | <b>")
    card = await asks(ana, Run(("meet", "soon"), {"who": "<@z1>"}), accounts={"<@z1>": zoe})
    assert isinstance(card, Reply)
    assert words(await ana.presses(card, "Save")).startswith("Zoë | <b> (console z1)")


async def test_a_form_that_comes_back_still_knows_whom_it_named(ana: Somebody) -> None:
    zoe = Account("console", "z1", "Zoë")
    values = {"who": "<@z1>", "where": "x" * 50}
    form = await asks(ana, Submit(Action("meet now"), values), accounts={"<@z1>": zoe})
    assert isinstance(form, Form)
    assert form.errors.keys() == {"where"}
    answer = await asks(ana, Submit(form.action, {"where": "here"}))
    assert words(answer).startswith("Zoë (console z1), here")


async def test_only_platforms_say_who_somebody_is(ana: Somebody) -> None:
    form = await asks(ana, Submit(Action("meet now"), {"who": "<@console:z1|Zoe>", "where": ""}))
    assert isinstance(form, Form)
    assert "I know nobody" in form.errors["who"]
    assert form.values["who"] == "<@console:z1>"


async def test_members_of_this_community_alone_are_suggested(ana: Somebody) -> None:
    asked = ana.incoming(Run(("meet", "now"), {}))
    found = await ana.bot.app.suggest(asked, "who", "@be")
    assert [(option.label, option.value) for option in found] == [("Ben", "@Ben"), ("Bence", "@Bence")]
    assert [option.label for option in await ana.bot.app.suggest(asked, "who", "")] == ["Ana", "Ben", "Bence"]


async def test_two_of_one_name_are_told_apart_by_their_accounts(ana: Somebody) -> None:
    twin = replace(ana.incoming(Typed("/help")), account=Account("console", "ben2", "Ben"))
    await ana.bot.app.handle(twin)
    found = await ana.bot.app.suggest(ana.incoming(Run(("meet", "now"), {})), "who", "ben")
    assert [option.value for option in found] == ["<@console:ben>", "<@console:ben2>", "@Bence"]
    for option in found:
        answer = await asks(ana, Run(("meet", "now"), {"who": option.value}))
        assert words(answer).startswith(option.label)


@pytest.mark.parametrize("name", ["Ana", "a|b>", "<@x>", " ", "\u202e", "日本", "x" * 300])
def test_what_is_written_of_somebody_is_read_again(name: str) -> None:
    account = Account("discord", "42", name)
    found = mentioned(MemberLookup().write(Named(account, 1)), "console")
    assert found is not None
    assert found.is_known
    assert (found.account.platform, found.account.id) == ("discord", "42")
    assert mention_of(found.account) == mention_of(account)


# ---- files


def file(name: str = "list.csv", content: bytes = b"name\nJo\n", size: int | None = None) -> Attached:
    async def read(most: int) -> bytes:
        return content[: most + 1]

    return Attached(name, "text/csv", len(content) if size is None else size, read)


WHO = {"who": "@ben", "file": "1"}


async def test_a_file_is_read_and_handed_on(ana: Somebody) -> None:
    answer = await asks(ana, Run(("try", "every"), WHO), files={"1": file()})
    assert "list.csv: text/csv, 8 B, name Jo" in words(answer)


@pytest.mark.parametrize(
    ("attached", "error"),
    [
        (file(content=b"x" * (MOST + 1)), "list.csv is larger than 0.002 MB, which is the most. Attach a smaller part"),
        (file(content=b"x" * (MOST + 1), size=5), "list.csv is larger than 0.002 MB"),
        (file(content=b""), "list.csv is empty. Attach a file with something in it."),
        (file(content=b"", size=5), "list.csv is empty."),
        (file(name="list.exe"), "list.exe is not the kind of file this takes. Attach one that ends in .csv or .txt."),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_under_its_field(
    ana: Somebody, attached: Attached, error: str
) -> None:
    form = await asks(ana, Submit(Action("try every"), WHO), files={"1": attached})
    assert isinstance(form, Form)
    assert form.errors.keys() == {"file"}
    assert form.errors["file"].startswith(error)
    assert form.values == {"who": "@ben"}
    assert "list.csv" in words(await asks(ana, Submit(form.action, {"file": "2"}), files={"2": file()}))


async def test_a_file_of_the_largest_size_is_taken(ana: Somebody) -> None:
    answer = await asks(ana, Run(("try", "every"), WHO), files={"1": file(content=b"x" * MOST)})
    assert f"{MOST} B" in words(answer)


async def test_a_file_that_is_gone_is_refused_under_its_field(ana: Somebody) -> None:
    async def read(_most: int) -> bytes:
        raise NotFound(N_("{name} is not on Discord any more. Attach it again."), name="list.csv")

    form = await asks(ana, Run(("try", "every"), WHO), files={"1": replace(file(), read=read)})
    assert isinstance(form, Form)
    assert form.errors == {"file": "list.csv is not on Discord any more. Attach it again."}


async def test_a_form_that_comes_back_says_that_its_file_has_to_be_attached_again(ana: Somebody) -> None:
    async def read(_most: int) -> bytes:
        raise AssertionError("nothing is read while something else is wrong")

    form = await asks(ana, Submit(Action("try every"), WHO | {"who": "zoe"}), files={"1": replace(file(), read=read)})
    assert isinstance(form, Form)
    assert form.errors.keys() == {"who", "file"}
    assert form.errors["file"].startswith("This file has to be attached again")
    again = await asks(ana, Submit(form.action, {"who": "ben"}))
    assert isinstance(again, Form)
    assert again.errors == {"file": "Please fill this in."}
    assert "list.csv" in words(await asks(ana, Submit(form.action, {"file": "9"}), files={"9": file()}))


async def test_a_page_with_a_file_is_kept_without_it(ana: Somebody) -> None:
    page = await asks(ana, Submit(Action("try every"), WHO, is_partial=True), files={"1": file()})
    assert isinstance(page, Form)
    assert page.values == {"who": "@ben"}
    assert page.errors["file"].startswith("This file has to be attached again")


async def test_files_are_asked_for_last(ana: Somebody) -> None:
    form = await asks(ana, Run(("try", "every"), {}))
    assert isinstance(form, Form)
    assert next(iter(form.params)) == "who"
    assert list(form.params)[-1] == "file"


def test_a_command_that_confirms_cannot_take_a_file() -> None:
    command = Command("", "Try", Every, every, "/try", confirms=shown)
    with pytest.raises(ValueError, match="not kept until Save"):
        App((Feature("try", "Try", (command,)),), None, "UTC", "en")  # type: ignore[arg-type]  # it does not get to them
