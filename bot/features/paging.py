"""Next and Previous: what was asked travels in the button, or in a draft where it is too long for one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from bot.commands import Pressed, Services, arguments_of, read_id, read_values, write_values
from bot.domain.drafts import Draft
from bot.errors import NotFound, Refused
from bot.i18n import N_, Words
from bot.request import Press, Request
from bot.ui import ACTION_BYTES, Action, Button, Card, Reply

PAGE = 5
"""Things on one page: a phone shows about as many without scrolling."""

_Ask = TypeVar("_Ask", bound=Hashable)

DRAFTED = "~"
OFFSET_MOST = 99_999_999


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for, from which place on."""

    values: Mapping[str, str]
    offset: int


def next_page(asks: type[_Ask], listed: Callable[[_Ask, Request, Services, int], Awaitable[Reply]]) -> Pressed:
    """What Previous and Next of a list do: they ask again, from another place on, and the message changes.

    `listed` answers the command with the dataclass `asks`, and takes the place to begin at besides.
    """

    async def press(press: Press, request: Request, services: Services) -> Reply:
        asked = await asked_by(press.action, request, services)
        read = await read_values(arguments_of(asks), asked.values, request, services)
        if read.errors:
            raise Refused(N_("This search can't be read any more. Run the command again."))
        return replace(await listed(asks(**read.values), request, services, asked.offset), replaces=True)

    return press


async def pager(
    action: str, ask: Hashable, offset: int, total: int, request: Request, services: Services, page: int = PAGE
) -> tuple[Card, ...]:
    """A last card with Previous and Next of what was asked for, or none when all fits on one page."""
    if total <= page:
        return ()
    packed = await _packed(action, ask, request, services)
    buttons: list[Button] = []
    if offset > 0:
        back = max(0, offset - page)
        buttons.append(Button(request.say(N_("Previous")), Action(action, f"{back}/{packed}")))
    if offset + page < total:
        buttons.append(Button(request.say(N_("Next")), Action(action, f"{offset + page}/{packed}")))
    return (Card(controls=tuple(buttons)),)


def stretch(count: str, offset: int, here: int, total: int, say: Words) -> str:
    """What is on this page: "3 gigs" where that is all, else "6–10 of 12 gigs"."""
    if here in {0, total}:
        return count
    return say(N_("{first}–{last} of {count}"), first=offset + 1, last=offset + here, count=count)


async def asking(action: str, ask: Hashable, request: Request, services: Services) -> Action:
    """What a button does that asks for a list from its beginning."""
    return Action(action, f"0/{await _packed(action, ask, request, services)}")


async def _packed(action: str, ask: Hashable, request: Request, services: Services) -> str:
    values = write_values(arguments_of(type(ask)), ask, services)
    packed = urlencode(values)
    if len(Action(action).written) + len(f"{OFFSET_MOST}/{packed}".encode()) <= ACTION_BYTES:
        return packed
    draft = Draft(request.draft_id(f"{action} {packed}"), action, values, community=_community(request))
    async with services.store.writing() as uow:
        await uow.drafts.keep(request.person.id, draft, request.now)
    return DRAFTED + draft.id


async def asked_by(action: Action, request: Request, services: Services) -> Asked:
    """What a pager's button asks for. Raises NotFound when its draft has expired or is another's."""
    number, _, packed = action.arg.partition("/")
    offset = min(read_id(number) or 0, OFFSET_MOST)
    if not packed.startswith(DRAFTED):
        return Asked(dict(parse_qsl(packed)), offset)
    async with services.store.reading(is_steady=False) as uow:
        draft = await uow.drafts.get(request.person.id, packed.removeprefix(DRAFTED), request.now)
    if draft is None or draft.command != action.name or draft.community != _community(request):
        raise NotFound(N_("This list is older than a day, or somebody else's. Run the command again."))
    return Asked(draft.values, offset)


def _community(request: Request) -> int | None:
    """What is private can be asked for from nowhere in particular."""
    return request.joined.id if request.joined else None
