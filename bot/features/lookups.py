"""Look-ups that every feature may name: cities, members, and channels of the platform somebody writes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from bot.commands import Lookup, Services
from bot.domain.addresses import Channel
from bot.domain.members import Somebody, mention_of, mentioned
from bot.domain.people import Account
from bot.domain.places import Place, fold
from bot.errors import NotFound, Refused
from bot.i18n import N_, Words
from bot.params import Option, shortened
from bot.request import Request


class CityLookup:
    """Implements `bot.commands.Lookup`: "Berlin", "Portland, OR" become a place."""

    async def read(self, typed: str, _request: Request, services: Services) -> Place:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.places.named(typed)

    def write(self, value: object) -> str:
        assert isinstance(value, Place)
        return value.full_label

    async def suggest(self, typed: str, _request: Request, services: Services) -> Sequence[Option]:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.places.suggest(typed)
        return [Option(place.full_label, place.full_label) for place in found]


class ChannelLookup:
    """Implements `bot.commands.Lookup`: what a platform calls a channel becomes its address."""

    async def read(self, typed: str, request: Request, services: Services) -> Channel:
        if request.workspace is None:
            raise Refused(N_("Use this in a server or workspace, so that I know where its channels are."))
        platform = services.platforms[request.account.platform]
        found = await platform.channel(request.workspace.id, typed)
        if found is None:
            raise NotFound(
                N_("There is no channel {typed} here that I can see. Check its name, or invite me to it."),
                typed=shortened(typed),
            )
        return found

    def write(self, value: object) -> str:
        assert isinstance(value, Channel)
        return value.id

    async def suggest(self, _typed: str, request: Request, _services: Services) -> Sequence[Option]:
        here = request.channel
        return [Option(f"#{here.name}", here.id)] if here else []


class MemberLookup:
    """Implements `bot.commands.Lookup`: a mention or a name becomes somebody of the asker's community.

    Whoever the platform itself named (an account that was picked) is found as well, as an account and no more.
    """

    async def read(self, typed: str, request: Request, services: Services) -> Somebody:
        named = mentioned(typed, request.account.platform)
        if named is not None and named.is_known:
            return await self._of(named.account, request, services)
        community = request.community
        async with services.store.reading() as uow:
            if named is not None:
                found = await uow.members.of_account(community.id, named.account)
                several = [found] if found else []
            else:
                name = typed.strip().removeprefix("@")
                several = list(await uow.members.named(community.id, name, request.account.platform))
                exact = [each for each in several if fold(each.account.name) == fold(name)]
                several = exact or [each for each in several if fold(each.account.name).startswith(fold(name))]
        if len(several) == 1:
            return several[0]
        if several:
            raise Refused(
                N_("{typed} may be {names}. Write the whole name, or mention them."),
                typed=shortened(typed),
                names=request.say.listed([shortened(each.account.name) for each in several[:NAMED]], "or"),
            )
        if named is not None:
            raise NotFound(
                N_(
                    "I know nobody in {community} behind this mention. "
                    "Write their name, or pick them where there is a list."
                ),
                community=community.name,
            )
        raise NotFound(
            N_("I know nobody called {typed} in {community}. Check the name, or mention them."),
            typed=shortened(typed),
            community=community.name,
        )

    async def _of(self, account: Account, request: Request, services: Services) -> Somebody:
        """Somebody that the platform named, made known where they are new."""
        if request.joined is not None:
            async with services.store.reading() as uow:
                if (member := await uow.members.of_account(request.joined.id, account)) is not None:
                    return member
        async with services.store.writing() as uow:
            people = await uow.people.people_of([account])
        return Somebody(account, people[account.id])

    def write(self, value: object) -> str:
        assert isinstance(value, Somebody)
        return mention_of(value.account)

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        name = typed.strip().removeprefix("@")
        async with services.store.reading() as uow:
            found = await uow.members.named(request.community.id, name, request.account.platform)
        # two of one name are told apart by their accounts
        names = Counter(fold(each.account.name) for each in found)
        return [Option(each.account.name, _written(each, names)) for each in found[:SUGGESTED] if each.account.name]


SUGGESTED = 25
NAMED = 5
"""Those that are named when it is not clear who is meant."""


def _written(somebody: Somebody, names: Mapping[str, int]) -> str:
    account = somebody.account
    is_clear = names[fold(account.name)] == 1 and fold(account.name)
    return f"@{account.name}" if is_clear else f"<@{account.platform}:{account.id}>"


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=Numbered)


class NamedLookup(ABC, Generic[T]):
    """Implements `bot.commands.Lookup`: "#12", or words of a name; whoever types the whole name means that one."""

    of: type[T]
    several: str
    """What is said where it is not clear which is meant: that {names} match."""

    @abstractmethod
    async def by_id(self, id_: str, request: Request, services: Services) -> T:
        """The one with that id. Raises NotFound, also where the asker may not see it."""

    @abstractmethod
    async def with_words(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[T]:
        """Those that may be meant, likeliest first."""

    @abstractmethod
    def name(self, found: T) -> str: ...

    def label(self, found: T, _say: Words) -> str:
        """Its name, and what tells it from others of that name."""
        return self.name(found)

    @abstractmethod
    def none(self, typed: str) -> NotFound: ...

    async def read(self, typed: str, request: Request, services: Services) -> T:
        number = typed.strip().removeprefix("#")
        if typed.strip().startswith("#") and number.isascii() and number.isdigit():
            return await self.by_id(number, request, services)
        found = await self.with_words(typed, request, services, NAMED + 1)
        meant = [each for each in found if fold(self.name(each)) == fold(typed)] or found
        if not meant:
            raise self.none(shortened(typed))
        if len(meant) > 1:
            names = "; ".join(f"#{each.id} {self.label(each, request.say)}" for each in meant[:NAMED])
            raise Refused(self.several, names=names)
        return await self.by_id(str(meant[0].id), request, services)

    def write(self, value: object) -> str:
        assert isinstance(value, self.of)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        found = await self.with_words(typed, request, services, SUGGESTED)
        return [Option(self.label(each, request.say), f"#{each.id}") for each in found]


LOOKUPS: Mapping[str, Lookup] = {"city": CityLookup(), "channel": ChannelLookup(), "member": MemberLookup()}
