"""Arguments that name what is kept somewhere, and files that are attached."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params.kinds import Param, shortened


@dataclass(frozen=True, slots=True)
class Stored(Param):
    """Names something that is kept somewhere; `lookup` is the name of what finds it."""

    lookup: str = ""


@dataclass(frozen=True, slots=True)
class City(Stored):
    lookup: str = "city"


@dataclass(frozen=True, slots=True)
class ChannelParam(Stored):
    lookup: str = "channel"


@dataclass(frozen=True, slots=True)
class Member(Stored):
    """Somebody by a mention, as an account that was picked, or by name; `bot.domain.members.Somebody`."""

    lookup: str = "member"


@dataclass(frozen=True, slots=True)
class Upload(Param):
    """A file that somebody attaches, of at most `most` bytes; `endings` such as ".csv", none of them: any kind.

    It is read last, when nothing else is wrong, and is kept in no draft: a form that comes back asks for it again.
    """

    most: int = 5_000_000
    endings: tuple[str, ...] = ()

    def check(self, name: str, size: int, say: Words) -> None:
        """Raises Refused for a file that is too large, empty, or of another kind. `size` in bytes."""
        shown = shortened(name)
        if self.endings and not name.casefold().endswith(self.endings):
            kinds = say.listed(self.endings, "or")
            raise Refused(
                N_("{name} is not the kind of file this takes. Attach one that ends in {kinds}."),
                name=shown,
                kinds=kinds,
            )
        if size > self.most:
            raise Refused(
                N_("{name} is larger than {most} MB, which is the most. Attach a smaller part of it."),
                name=shown,
                most=say.number(Decimal(self.most) / 1_000_000),
            )
        if not size:
            raise Refused(N_("{name} is empty. Attach a file with something in it."), name=shown)
