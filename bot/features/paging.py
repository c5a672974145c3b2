"""Next and Previous: what was asked travels in the button, or in a draft where it is too long for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from bot.commands import Services, read_id
from bot.domain.drafts import Draft
from bot.errors import NotFound
from bot.i18n import N_
from bot.request import Request
from bot.ui import ACTION_BYTES, Action, Button, Card

PAGE = 5
"""Things on one page: a phone shows about as many without scrolling."""

DRAFTED = "~"
OFFSET_MOST = 99_999_999


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for, from which place on."""

    values: Mapping[str, str]
    offset: int


async def pager(
    action: str, asked: Asked, total: int, request: Request, services: Services, page: int = PAGE
) -> tuple[Card, ...]:
    """A last card with Previous and Next, or none when all fits on one page."""
    if total <= page:
        return ()
    packed = await _packed(action, asked.values, request, services)
    buttons: list[Button] = []
    if asked.offset > 0:
        back = max(0, asked.offset - page)
        buttons.append(Button(request.say(N_("Previous")), Action(action, f"{back}/{packed}")))
    if asked.offset + page < total:
        buttons.append(Button(request.say(N_("Next")), Action(action, f"{asked.offset + page}/{packed}")))
    return (Card(controls=tuple(buttons)),)


async def asking(action: str, values: Mapping[str, str], request: Request, services: Services) -> Action:
    """What a button does that asks for a list from its beginning."""
    return Action(action, f"0/{await _packed(action, values, request, services)}")


async def _packed(action: str, values: Mapping[str, str], request: Request, services: Services) -> str:
    packed = urlencode(values)
    if len(Action(action).written) + len(f"{OFFSET_MOST}/{packed}".encode()) <= ACTION_BYTES:
        return packed
    draft = Draft(request.draft_id(f"{action} {packed}"), action, values, community=_community(request))
    async with services.store.writing() as uow:
        await uow.drafts.keep(request.person.id, draft, request.now)
    return DRAFTED + draft.id


async def asked_by(arg: str, action: str, request: Request, services: Services) -> Asked:
    """What a pager's button asks for. Raises NotFound when its draft has expired or is another's."""
    number, _, packed = arg.partition("/")
    offset = min(read_id(number) or 0, OFFSET_MOST)
    if not packed.startswith(DRAFTED):
        return Asked(dict(parse_qsl(packed)), offset)
    async with services.store.reading(is_steady=False) as uow:
        draft = await uow.drafts.get(request.person.id, packed.removeprefix(DRAFTED), request.now)
    if draft is None or draft.command != action or draft.community != _community(request):
        raise NotFound(N_("This list is older than a day, or somebody else's. Run the command again."))
    return Asked(draft.values, offset)


def _community(request: Request) -> int | None:
    """What is private can be asked for from nowhere in particular."""
    return request.joined.id if request.joined else None
