"""What the topics of a community are called, and those that were added."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Executable, Integer, bindparam, insert, select

from bot.domain.places import fold
from bot.domain.topics import PILLAR_NAMES, TOPICS_MOST, Pillar, Topic
from bot.errors import NotFound, Refused
from bot.i18n import N_, Slash
from storage.connection import Connection
from storage.schema import insert_into
from storage.tables import communities, topics

KEY_BYTES = 30


class TopicTable:
    """Implements `bot.domain.topics.Topics`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def listed(self, community: int) -> Sequence[Topic]:
        names = {row.key: row.name for row in await self._connection.rows(_LISTED, {"community": community})}
        pillars = [Topic(pillar.value, names.pop(pillar.value, "")) for pillar in Pillar]
        return [*pillars, *(Topic(key, name) for key, name in names.items())]

    async def add(self, community: int, name: str) -> Topic:
        there = await self._alone(community)
        if len(there) >= TOPICS_MOST:
            raise Refused(
                N_("There can be at most {limit} topics. Rename one with {command}."),
                limit=TOPICS_MOST,
                command=Slash("/resource topic"),
            )
        _check_free(name, there)
        topic = Topic(_new_key(name, {each.key for each in there}), name)
        values = {"community_id": community, "key": topic.key, "name": name}
        await self._connection.execute(_ADD, values)
        return topic

    async def rename(self, community: int, key: str, name: str) -> None:
        there = await self._alone(community)
        others = [each for each in there if each.key != key]
        if len(others) == len(there):
            raise NotFound(N_("There is no such topic here. See which there are with {command}."), command=_LIST)
        if name or key not in PILLAR_NAMES:
            _check_free(name, others)
        values = {"community_id": community, "key": key, "name": name}
        await self._connection.execute(_rename(self._connection.dialect), values)

    async def _alone(self, community: int) -> Sequence[Topic]:
        """The topics, which nobody else changes until this transaction ends."""
        await self._connection.execute(_LOCK, {"community": community})
        return await self.listed(community)


def _check_free(name: str, others: Sequence[Topic]) -> None:
    if not fold(name):
        raise Refused(N_("A topic's name has letters or digits, so that it can be typed."), param="name")
    taken = {fold(each.name or PILLAR_NAMES[each.key]) for each in others}
    if fold(name) in taken:
        raise Refused(
            N_("There is a topic {name} already. See which there are with {command}."),
            param="name",
            name=name,
            command=_LIST,
        )


def _new_key(name: str, taken: set[str]) -> str:
    """What it is first called, cut to what a button carries beside an action's name."""
    first = fold(name).encode()[:KEY_BYTES].decode(errors="ignore").strip()
    key, number = first, 1
    while key in taken:
        number += 1
        key = f"{first} {number}"
    return key


_LIST = Slash("/resource topics")
_is_there = topics.c.community_id == bindparam("community", type_=Integer)
_LISTED = select(topics.c.key, topics.c.name).where(_is_there).order_by(topics.c.id)
_LOCK = select(communities.c.id).where(communities.c.id == bindparam("community")).with_for_update(key_share=True)
_ADD = insert(topics)


@cache
def _rename(dialect: str) -> Executable:
    statement = insert_into(topics, dialect)
    return statement.on_conflict_do_update(
        index_elements=["community_id", "key"], set_={"name": statement.excluded.name}
    )
