"""`resource export`: the library, or one's own list, as bookmarks and as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Command, Services
from bot.domain.library_files.writing import write_bookmarks, write_table
from bot.domain.resources import Resource
from bot.features.resources.lookup import names_of, topics_of
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Choice
from bot.request import Request
from bot.ui import File, Reply

STRETCH = 500
"""Resources that are read at once: others are served in between."""


@dataclass(frozen=True, slots=True)
class ExportResources:
    only: Annotated[
        bool,
        Choice(
            N_("Which"),
            N_("all, or only those you saved"),
            {"all": N_("All of the library"), "saved": N_("Those I saved")},
            lambda value: value == "saved",
        ),
    ] = False


async def export_resources(ask: ExportResources, request: Request, services: Services) -> Reply:
    say = request.say
    found = await (_saved(request, services) if ask.only else _every(request, services))
    if not found:
        if ask.only:
            return Reply(
                rich(say(N_("You saved nothing yet. {find} shows what is there."), find=Slash("/resource find")))
            )
        return Reply(rich(say(N_("The library is empty. {share} begins it."), share=Slash("/resource share"))))
    names = names_of(await topics_of(request, services), say)
    # in a thread, which the loop takes turns with
    pages, table = await asyncio.to_thread(lambda: (write_bookmarks(found, names), write_table(found, names)))
    files = (File("library.html", pages, "text/html"), File("library.csv", table, "text/csv"))
    told = say.many(
        "{count} resource, as bookmarks and as a table", "{count} resources, as bookmarks and as a table", len(found)
    )
    return Reply(rich(told), files=files)


async def _every(request: Request, services: Services) -> Sequence[Resource]:
    found: list[Resource] = []
    while True:
        async with services.store.reading(is_steady=False) as uow:
            stretch = await uow.resources.every(request.community.id, after=found[-1].id if found else 0, limit=STRETCH)
        found += stretch
        if len(stretch) < STRETCH:
            return found


async def _saved(request: Request, services: Services) -> Sequence[Resource]:
    found: list[Resource] = []
    while True:
        async with services.store.reading(is_steady=False) as uow:
            page = await uow.resources.saved(request.community.id, request.person.id, len(found), STRETCH)
        found += page.resources
        if not page.resources or len(found) >= page.total:
            return found


COMMANDS = (
    Command(
        "export",
        N_("Get the library, or your own list, as files"),
        ExportResources,
        export_resources,
        "/resource export saved",
    ),
)
