"""`me link` and `me unlink`: accounts on several platforms that are one person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services, read_id
from bot.domain.linking import ACCOUNTS_MOST, Offer, Purpose, platform_name
from bot.domain.people import OwnAccount
from bot.errors import NotFound, Refused
from bot.features.codes import code_param, not_in_use, offer, tried
from bot.features.people.lookup import label
from bot.i18n import N_, Slash
from bot.markup import Bold, joined, rich
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply, Style

LINK, UNLINK = "me.link", "me.unlink"


@dataclass(frozen=True, slots=True)
class LinkMe:
    code: Annotated[str, code_param()] = ""


@dataclass(frozen=True, slots=True)
class UnlinkMe:
    pass


async def link_me(ask: LinkMe, request: Request, services: Services) -> Reply:
    if not ask.code:
        return await offer(Purpose.PERSON, request, services)
    code, offered = await tried(ask.code, Purpose.PERSON, request, services)
    if _is_linked(offered, request):
        return await _linked(request, services)
    say = request.say
    lines = [
        say(N_("Both accounts become one person: what is private to one belongs to both.")),
        say(N_("Where both answered to the same event, the newest answer counts.")),
        say(N_("Go on only if that account is yours.")),
    ]
    other = f"{platform_name(offered.account.platform)}: {offered.account.name}"
    button = Button(say(N_("Link")), Action(LINK, code), Style.PRIMARY)
    card = Card(rich(Bold(say(N_("Link with {account}?"), account=other))), joined(lines, "\n"), controls=(button,))
    return Reply(rich(say(N_("Is this right? Nothing is linked yet."))), (card,))


async def press_link(press: Press, request: Request, services: Services) -> Reply:
    """Whoever presses stays, so that what they began goes on. Pressed again it says the same."""
    code, offered = await tried(press.action.arg, Purpose.PERSON, request, services)
    if not _is_linked(offered, request):
        async with services.store.writing() as uow:
            theirs = [*await uow.people.accounts_of(request.person.id), *await uow.people.accounts_of(offered.person)]
            if len(theirs) > ACCOUNTS_MOST:
                raise Refused(
                    N_("One person has at most {most} accounts. Unlink one first: {command}."),
                    most=ACCOUNTS_MOST,
                    command=Slash("/me unlink"),
                )
            # whose account it is may have changed since it was read
            again = await uow.linking.offered(code, request.person.id, request.now)
            is_same = isinstance(again, Offer) and again.person == offered.person
            is_first = is_same and await uow.linking.use(code, request.now)
            if not is_first or not await uow.linking.join_people(offered.person, request.person.id, request.now):
                raise not_in_use(Purpose.PERSON, request)  # somebody was faster
    return await _linked(request, services)


async def unlink_me(_ask: UnlinkMe, request: Request, services: Services) -> Reply:
    say = request.say
    this, rest = await _accounts(request, services)
    if not rest:
        raise Refused(
            N_("{account} is linked with no other account. {command} links it."),
            account=label(this),
            command=Slash("/me link"),
        )
    lines = [
        say(N_("What you answered and added with this account goes with it.")),
        say(N_("All else that is yours stays with {names}."), names=say.listed([label(each) for each in rest])),
    ]
    title = say(N_("Unlink {account} from your others?"), account=label(this))
    button = Button(say(N_("Unlink")), Action(UNLINK, str(this.id)), Style.DANGER)
    return Reply(cards=(Card(rich(Bold(title)), joined(lines, "\n"), controls=(button,)),))


async def press_unlink(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    if read_id(press.action.arg) != request.origin.account:
        raise NotFound(N_("This button is for another account. Use {command}."), command=Slash("/me unlink"))
    this, _ = await _accounts(request, services)
    async with services.store.writing() as uow:
        await uow.linking.part_person(request.origin.account, request.now)
    text = request.say(N_("{account} is by itself now."), account=label(this))
    return Reply(rich(text), replaces=True)


PRESSES: Mapping[str, Pressed] = {LINK: press_link, UNLINK: press_unlink}


def _is_linked(offered: Offer, request: Request) -> bool:
    """Whether this code has linked them already. Raises Refused where it cannot link."""
    is_one = offered.person == request.person.id
    if offered.is_used and not is_one:
        raise not_in_use(Purpose.PERSON, request)
    if is_one and not offered.is_used:
        raise Refused(N_("This code is your own. Use it with your other account, which is not linked yet."))
    return is_one


async def _linked(request: Request, services: Services) -> Reply:
    async with services.store.reading() as uow:
        theirs = await uow.people.accounts_of(request.person.id)
    names = request.say.listed([label(each) for each in theirs])
    text = request.say(N_("Linked: {names} are one person now."), names=names)
    where = request.say(N_("{command} chooses where notices go."), command=Slash("/me notices"))
    return Reply(rich(text, "\n", where), replaces=True)


async def _accounts(request: Request, services: Services) -> tuple[OwnAccount, Sequence[OwnAccount]]:
    """The account that asks, and the others of this person."""
    async with services.store.reading() as uow:
        theirs = await uow.people.accounts_of(request.person.id)
    this = next(each for each in theirs if each.id == request.origin.account)
    return this, [each for each in theirs if each is not this]
