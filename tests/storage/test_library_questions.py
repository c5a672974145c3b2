"""What people ask a library, and what they find: the same on both databases, in the same order.

The answers follow from `library.csv` by the rule of `Resources.find`, worked out by hand: 3 for each word in the title,
2 in tags, site, kind, level or topic, 1 in description or note; then the votes; then the newest, which stand last in
the file.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.events import Price
from bot.domain.resources import About, Kind, Level, NewResource, Order, Wanted
from storage.database import Database
from tests.conftest import run_apart
from tests.storage.making import NOW, account, workspace

LIBRARY = Path(__file__).with_name("library.csv")
NEWEST, HELPFUL = Order.NEWEST, Order.HELPFUL

QUESTIONS = [
    # signs that belong to words
    (Wanted("c++"), "cpp"),
    (Wanted("C#"), "csharp"),
    (Wanted("f#"), "fsharp"),
    (Wanted("F♯ minor"), "fsharp"),
    (Wanted("r&b"), "rnb"),
    (Wanted("D&B"), "dnb"),
    (Wanted("a&r"), "label"),
    # umlauts, with and without
    (Wanted("übung"), "uebung"),
    (Wanted("UBUNGEN"), "uebung"),
    (Wanted("strasse"), "strasse"),
    (Wanted("Straßenklänge"), "strasse"),
    (Wanted("fur"), "gema uebung steuer modular"),
    (Wanted("gema fristen"), "gema"),
    # emoji, and scripts without spaces
    (Wanted("🔥"), "fire"),
    (Wanted("🎸"), "fire"),
    (Wanted("🎹 piano"), "piano"),
    (Wanted("🎻"), ""),
    (Wanted("東京"), "tokyo"),
    (Wanted("スタジオ"), "tokyo"),
    # hyphens part words
    (Wanted("hip-hop"), "lofi boombap"),
    (Wanted("hip hop"), "lofi boombap"),
    (Wanted("lo-fi"), "lofi lufs"),  # loudness of a file
    (Wanted("lofi"), ""),
    (Wanted("co-writing"), "cowrite split splitde"),
    (Wanted("e-mail"), ""),
    (Wanted("email"), "coldmail"),
    (Wanted("-techno"), "fsharp"),
    (Wanted("“split sheet”"), "split"),
    # beginnings of words
    (Wanted("spl"), "split"),
    (Wanted("synth"), "synth serum superbooth modular"),
    (Wanted("drum"), "twomics rnb parallel fire"),
    (Wanted("drums"), "twomics parallel rnb fire"),
    (Wanted("engineer"), "eqbook assist mixdeal foh rates intern"),
    (Wanted("engineers"), "eqbook assist rates intern"),
    (Wanted("mix"), "rates eqbook atmos fiverr mixdeal comp vocal parallel"),
    (Wanted("ixing"), ""),
    # where it stands
    (Wanted("vocal"), "mics vocal tuning"),
    (Wanted("studio"), "intern runner assist acoustic patchbay"),
    (Wanted("handbook"), "eqbook assist"),
    (Wanted("royalties"), "mlc gema prs"),
    (Wanted("negotiation"), "nego agreement"),
    (Wanted("sync"), "placed licence stems libraries"),
    (Wanted("metadata"), "stems placed"),
    (Wanted("live"), "live livesound liveset vat foh"),
    (Wanted("rates"), "rates"),
    (Wanted("vinyl"), "merch lofi"),
    (Wanted("fights"), "split"),
    (Wanted("bible"), "eqbook"),
    (Wanted("berlin"), "superbooth"),
    # several words: all of them, wherever
    (Wanted("sound design"), "serum synth"),
    (Wanted("sound on sound"), "comp mics"),
    (Wanted("live sound"), "livesound foh"),
    (Wanted("vocals recording"), "mics"),
    (Wanted("contract template"), "mixdeal split licence nda splitde"),
    (Wanted("beginner course"), "placed livesound synth copyright theory reaper lofi"),
    (Wanted("who owns"), "split"),
    (Wanted("deutsch endlich"), "modular"),
    (Wanted("tape vinyl"), "lofi"),
    (Wanted("drums royalties"), ""),
    # filters, with words and without
    (Wanted("contract template", jurisdiction="DE"), "splitde mixdeal nda"),
    (Wanted("copyright", jurisdiction="US"), "samples copyright commons"),
    (Wanted(topic="business", tag="contracts", jurisdiction="GB"), "licence nda mixdeal"),
    (Wanted("negotiation", jurisdiction="DE"), "nego"),
    (Wanted("sync", is_free=True), "stems libraries"),
    (Wanted(topic="income", is_free=False), "teach placed"),
    (Wanted(topic="business", kind=Kind.TEMPLATE), "licence nda mixdeal splitde split"),
    (Wanted(topic="business", kind=Kind.TEMPLATE, is_free=True), "nda splitde split"),
    (Wanted(level=Level.PRO), "licence publishing pelham atmos cpp"),
    (Wanted("mixing", level=Level.PRO), "atmos"),
    (Wanted("mix", level=Level.BEGINNER), "fiverr comp"),
    (Wanted("internship", topic="experience"), "intern runner"),
    (Wanted("internship", topic="craft"), ""),
    (Wanted(tag="Hip-Hop"), "boombap lofi"),
    (Wanted(tag="live-sound"), "foh livesound"),
    (Wanted(tag="tax"), "steuer vat"),
    (Wanted(tag="sync"), "stems libraries placed licence"),
    (Wanted(tag="syn"), ""),
    # other orders
    (Wanted(tag="sync", topic="income", order=HELPFUL), "placed libraries stems"),
    (Wanted(tag="royalties", order=HELPFUL), "mlc gema prs"),
    (Wanted("template", topic="income", order=HELPFUL), "invoice bandcamp"),
    (Wanted("conference", order=NEWEST), "aes superbooth ade"),
    (Wanted("drum", order=NEWEST), "fire twomics rnb parallel"),
    (
        Wanted(topic="network", order=HELPFUL),
        "coldmail label ade keychange reddit followup cowrite aes discord superbooth",
    ),
]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of one for all questions, which only read."""
    template = request.getfixturevalue(f"{request.param}_template")
    if request.param == "sqlite":
        path = request.getfixturevalue("tmp_path_factory").mktemp("library") / "library.db"
        shutil.copyfile(template, path)
        url = f"sqlite+aiosqlite:///{path}"
        run_apart(_fill(url))
        yield url
        return
    server, name = request.getfixturevalue("postgres"), "greenroom_library"
    server.create(name, template)
    run_apart(_fill(server.url(name)))
    yield server.url(name)
    server.drop(name)


@pytest.mark.parametrize(("wanted", "expected"), QUESTIONS, ids=range(len(QUESTIONS)))
async def test_a_question_has_the_same_answer_on_both_databases(library: str, wanted: Wanted, expected: str) -> None:
    database = Database(library)
    async with database.reading() as uow:
        [community] = await uow.people.communities()
        page = await uow.resources.find(community.id, wanted, person=None, offset=0, limit=100)
    await database.close()
    assert " ".join(each.key for each in page.resources) == expected
    assert page.total == len(page.resources)


async def _fill(url: str) -> None:
    database = Database(url)
    async with database.writing() as uow:
        fans = [
            await uow.people.welcome(
                account(name), workspace("Attic"), is_organiser=False, zone="UTC", locale="en", now=NOW
            )
            for name in ("ada", "ben", "cem")
        ]
        sharer, community = fans[0], fans[0].community
        assert community is not None
        with LIBRARY.open(encoding="utf-8", newline="") as file:
            for minute, row in enumerate(csv.DictReader(file, delimiter="|")):
                link = f"https://example.org/{row['code']}"
                new = NewResource(link, row["code"], _about(row), sharer.person.id, sharer.origin, row["note"])
                shared = await uow.resources.share(community.id, new, NOW + timedelta(minutes=minute))
                for fan in fans[: int(row["votes"])]:
                    await uow.resources.help(community.id, shared.id, fan.person.id, True, NOW)
    await database.close()


def _about(row: dict[str, str]) -> About:
    amount, _, currency = row["price"].replace("free", "0").partition(" ")
    return About(
        title=row["title"],
        topic=row["topic"],
        description=row["description"],
        site=row["site"],
        kind=Kind(row["kind"]),
        tags=tuple(row["tags"].split(";")),
        level=Level(row["level"]) if row["level"] else None,
        price=Price(Decimal(amount), currency) if amount else None,
        jurisdiction=row["law"],
    )
