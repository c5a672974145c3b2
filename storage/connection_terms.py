"""What connections are found by: for each the words in it and where they stand; beginnings are found too.

Where nothing is sealed, terms stand there as they are, and a range finds a beginning. Where there is a key, a hash
stands for each term and one for each of its beginnings from three letters on: who reads the table alone learns no
word, only that two connections of one owner share one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter

from sqlalchemy import (
    CTE,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects import postgresql

from bot.domain.alike import keys_of
from bot.domain.connections import About, Entry, Happening, Promise
from bot.domain.terms import TERM_LENGTH, TERMS_MOST, terms
from bot.domain.text import clean_line
from bot.sealing import Vault
from storage.connection import Connection
from storage.schema import among, listed
from storage.tables import connection_terms

PREFIX_LEAST = 3
"""Letters of the shortest beginning that has a hash."""

LAST = "\U0010ffff"


class Field:
    """Where a term stands, a bit for each; plain numbers, for there are millions.

    `NAME_WHOLE` is a word of the name and no mere beginning of one.
    """

    NAME = 1
    NAME_WHOLE = 2
    COMPANY = 4
    ROLE = 8
    CITY = 16
    MET = 32
    TAG = 64
    OTHER = 128
    WHOLE_TAG = 256
    KEY = 512


ANYWHERE = Field.NAME | Field.COMPANY | Field.ROLE | Field.CITY | Field.MET | Field.TAG | Field.OTHER
NAMES = Field.NAME | Field.COMPANY
LABELS = Field.COMPANY | Field.ROLE | Field.CITY | Field.TAG
IN_NAME, IN_LABEL, ELSEWHERE = 4, 2, 1
"""What a word counts, by where it stands."""

Terms = Mapping[str, int]
"""Each term and its fields."""


def terms_of(about: About, entries: Iterable[Entry] = (), promises: Iterable[Promise] = ()) -> Terms:
    """All that a connection is found by. Words hold no slash, whole tags and keys begin with one."""
    found: dict[str, int] = {}

    def put(field: int, *texts: str) -> None:
        for term in chain.from_iterable(map(terms, texts)):
            found[term] = found.get(term, 0) | field

    put(Field.NAME | Field.NAME_WHOLE, about.name)
    put(Field.COMPANY, about.company)
    put(Field.ROLE, about.role)
    put(Field.CITY, about.city)
    put(Field.TAG, *about.tags)
    put(Field.OTHER, about.introduced_by, *about.handles, *about.emails, *(each.text for each in promises))
    for entry in entries:
        put(Field.MET if entry.kind is Happening.MET else Field.OTHER, entry.text)
    found |= {tag_term(tag): Field.WHOLE_TAG for tag in about.tags}
    found |= dict.fromkeys(keys_of(about), Field.KEY)
    return found


def tag_term(tag: str) -> str:
    """The term of a whole tag."""
    return "/t/" + (" ".join(terms(tag)) or clean_line(tag).casefold())[:TERM_LENGTH]


# --- keeping -----------------------------------------------------------------------------------------------

Indexed = tuple[str, int, int]
"""A term as it is kept, its connection, its fields."""


def indexed(vault: Vault, owner: int, connection: int, found: Terms) -> list[Indexed]:
    """The rows of `connection_terms` for a connection."""
    if not vault.first:
        return [(term, connection, fields) for term, fields in found.items()]
    begun: dict[str, int] = dict(found)
    for term, fields in found.items():
        if not term.startswith("/"):
            for end in range(PREFIX_LEAST, len(term)):
                begun[term[:end]] = begun.get(term[:end], 0) | (fields & ~Field.NAME_WHOLE)
    return [(vault.hashed(owner, term), connection, fields) for term, fields in begun.items()]


async def index(connection: Connection, owner: int, rows: Sequence[Indexed]) -> None:
    """Put terms into the index, beside what it has of their connections."""
    if not rows:
        return
    ordered = sorted(rows, key=itemgetter(0, 1))  # neighbours lie on one page of the index
    if connection.dialect == "sqlite":
        await connection.execute(_SQLITE_PUT, {"owner": owner, "rows": json.dumps(ordered)})
        return
    kept, ids, fields = zip(*ordered, strict=True)
    await connection.execute(_POSTGRES_PUT, {"owner": owner, "terms": kept, "ids": ids, "fields": fields})


async def unindex(connection: Connection, ids: Sequence[int]) -> None:
    """Take all that is known of these connections out of the index."""
    await connection.execute(_DROP, [{"connection": id_} for id_ in ids])


_SQLITE_PUT = text(
    """
    INSERT INTO connection_terms (owner_id, term, connection_id, fields)
    SELECT :owner, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
    FROM json_each(:rows) WHERE true
    ON CONFLICT (owner_id, term, connection_id) DO UPDATE SET fields = connection_terms.fields | excluded.fields
    """
)
_POSTGRES_PUT = text(
    """
    INSERT INTO connection_terms (owner_id, term, connection_id, fields)
    SELECT CAST(:owner AS integer), * FROM unnest(:terms, :ids, :fields)
    ON CONFLICT (owner_id, term, connection_id) DO UPDATE SET fields = connection_terms.fields | excluded.fields
    """
).bindparams(
    bindparam("terms", type_=postgresql.ARRAY(Text)),
    bindparam("ids", type_=postgresql.ARRAY(Integer)),
    bindparam("fields", type_=postgresql.ARRAY(Integer)),
)
_DROP = delete(connection_terms).where(connection_terms.c.connection_id == bindparam("connection"))


# --- looking -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that has to be found in a connection, in one of `fields`: a beginning, or a term that `is_whole`.

    Only what `counts` says how good a match it is.
    """

    term: str
    fields: int
    counts: bool = False
    is_whole: bool = False


def asked(words: str, fields: int, *, counts: bool = False) -> list[Asked]:
    return [Asked(term, fields, counts) for term in dict.fromkeys(terms(words)[:TERMS_MOST])]


def looks(vault: Vault) -> int:
    """At how many places each term is looked for: `Vault.readings`."""
    return 1 + len(vault.names)


@lru_cache(maxsize=64)
def matches(count: int, looks: int) -> CTE:
    """The connections in which `count` things asked are all found: `connection_id` and its `score`."""
    # the last reading is the term itself, of which beginnings count; a hash is there or not
    each = [_match(number, look, is_hash=look < looks - 1) for number in range(count) for look in range(looks)]
    found = union_all(*each).subquery("found")
    best = (
        select(found.c.connection_id, func.max(found.c.score).label("score"))
        .group_by(found.c.number, found.c.connection_id)
        .subquery("best")
    )
    return (
        select(best.c.connection_id, func.sum(best.c.score).label("score"))
        .group_by(best.c.connection_id)
        .having(func.count() == literal(count))
        .cte("hits")
    )


def _match(number: int, look: int, *, is_hash: bool) -> Select[int, int, int]:
    fields, term, own = connection_terms.c.fields, connection_terms.c.term, f"{number}_{look}"
    begin, end = bindparam(f"begin_{own}", type_=Text), bindparam(f"end_{own}", type_=Text)
    score = case(
        (fields.bitwise_and(Field.NAME) != 0, IN_NAME),
        (fields.bitwise_and(LABELS) != 0, IN_LABEL),
        else_=ELSEWHERE,
    )
    return select(
        literal(number, Integer).label("number"),
        connection_terms.c.connection_id,
        (score * bindparam(f"counts_{number}", type_=Integer)).label("score"),
    ).where(
        connection_terms.c.owner_id == bindparam("owner", type_=Integer),
        *([term == begin] if is_hash else [term >= begin, term < end]),
        fields.bitwise_and(bindparam(f"among_{number}", type_=Integer)) != 0,
    )


def match_values(vault: Vault, owner: int, wanted: Sequence[Asked]) -> dict[str, object]:
    """The parameters of `matches`."""
    values: dict[str, object] = {"owner": owner}
    for number, each in enumerate(wanted):
        values |= {f"among_{number}": each.fields, f"counts_{number}": int(each.counts)}
        for look, reading in enumerate(vault.readings(owner, each.term)):
            # nothing is between a term and itself with the first of all signs
            end = reading + ("\x01" if each.is_whole else LAST)
            values |= {f"begin_{number}_{look}": reading, f"end_{number}_{look}": end}
    return values


@lru_cache(maxsize=2)
def sharing(dialect: str) -> CTE:
    """The connections that share a whole word of the name or a key: `connection_id` and `score`."""
    column = connection_terms.c
    is_key = column.fields.bitwise_and(Field.KEY) != 0
    return (
        select(column.connection_id, func.sum(case((is_key, IN_NAME), else_=ELSEWHERE)).label("score"))
        .where(
            column.owner_id == bindparam("owner", type_=Integer),
            among(column.term, "terms", dialect),
            column.fields.bitwise_and(Field.NAME_WHOLE | Field.KEY) != 0,
        )
        .group_by(column.connection_id)
        .cte("hits")
    )


def sharing_values(connection: Connection, owner: int, about: About) -> dict[str, object] | None:
    """The parameters of `sharing`; None where there is nothing to share."""
    meant = dict.fromkeys((*terms(about.name), *keys_of(about)))
    readings = [reading for term in meant for reading in connection.vault.readings(owner, term)]
    return {"owner": owner, "terms": listed(connection.dialect, readings)} if readings else None
