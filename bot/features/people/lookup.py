"""Which of their own accounts somebody means: by its platform, or by its name where they have several there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Services
from bot.domain.linking import platform_name
from bot.domain.people import OwnAccount
from bot.domain.places import fold
from bot.errors import NotFound, Refused
from bot.i18n import N_, Slash
from bot.params import Option, Stored, shortened
from bot.request import Request

OWN_ACCOUNT = "own account"
LAST, ALL = "last", "all"


@dataclass(frozen=True, slots=True)
class Where:
    """Where notices go: to each of these accounts; none of them: to the one last seen."""

    accounts: tuple[OwnAccount, ...]


@dataclass(frozen=True, slots=True)
class OwnAccountParam(Stored):
    lookup: str = OWN_ACCOUNT


class OwnAccountLookup:
    """Implements `bot.commands.Lookup`."""

    async def read(self, typed: str, request: Request, services: Services) -> Where:
        wanted = fold(typed)
        if wanted == LAST:
            return Where(())
        theirs = await _theirs(request, services)
        if wanted == ALL:
            return Where(tuple(theirs))
        ways = [
            [each for each in theirs if f"#{each.id}" == typed.strip()],
            [each for each in theirs if wanted in (fold(label(each)), fold(each.account.platform))],
            [each for each in theirs if wanted and fold(each.account.name) == wanted],
        ]
        found = next((each for each in ways if each), [])
        if not found:
            raise NotFound(
                N_("{typed} is none of your accounts: {names}. {command} links another."),
                typed=shortened(typed),
                names=request.say.listed([label(each) for each in theirs]),
                command=Slash("/me link"),
            )
        if len(found) > 1:
            names = request.say.listed([f"#{each.id} {label(each)}" for each in found], "or")
            raise Refused(N_("Which of these: {names}? Name it by its number."), names=names)
        return Where((found[0],))

    def write(self, value: object) -> str:
        assert isinstance(value, Where)
        match value.accounts:
            case ():
                return LAST
            case (one,):
                return f"#{one.id}"
            case _:
                return ALL

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        last = Option(request.say(N_("Where you were seen last")), LAST)
        theirs = await _theirs(request, services)
        every = [Option(request.say(N_("All of them")), ALL)] if len(theirs) > 1 else []
        options = [last, *every, *(Option(label(each), f"#{each.id}") for each in theirs)]
        return [option for option in options if fold(typed) in fold(option.label)]


def label(own: OwnAccount) -> str:
    """An account for its owner: "Discord: ana"."""
    return f"{platform_name(own.account.platform)}: {own.account.name}"


async def _theirs(request: Request, services: Services) -> Sequence[OwnAccount]:
    async with services.store.reading() as uow:
        return await uow.people.accounts_of(request.person.id)
