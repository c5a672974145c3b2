"""The library: resources with their notes, votes, lists and followers, topics, and what resources are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# As those of events (0001 says why).
_SQLITE = (
    """CREATE VIRTUAL TABLE search_resources
    USING fts5(title, label, body, detail=none, tokenize="ascii tokenchars '+#&/'")""",
    """CREATE TRIGGER search_resources_forgets AFTER DELETE ON resources
    BEGIN DELETE FROM search_resources WHERE rowid = old.id; END""",
    """CREATE TRIGGER resource_votes_count AFTER INSERT ON resource_votes
    BEGIN UPDATE resources SET helpful = helpful + 1 WHERE id = new.resource_id; END""",
    """CREATE TRIGGER resource_votes_discount AFTER DELETE ON resource_votes
    BEGIN UPDATE resources SET helpful = helpful - 1 WHERE id = old.resource_id; END""",
)
_POSTGRES = (
    """CREATE TABLE search_resources (
        resource_id integer PRIMARY KEY REFERENCES resources ON DELETE CASCADE,
        terms tsvector NOT NULL
    )""",
    """CREATE INDEX search_resources_terms ON search_resources
    USING gin (terms) WITH (gin_pending_list_limit = 65536)""",
    """CREATE FUNCTION count_resource_votes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            UPDATE resources SET helpful = helpful + 1 WHERE id = NEW.resource_id;
        ELSE
            UPDATE resources SET helpful = helpful - 1 WHERE id = OLD.resource_id;
        END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER resource_votes_count AFTER INSERT OR DELETE ON resource_votes
    FOR EACH ROW EXECUTE FUNCTION count_resource_votes()""",
)

_TABLES = (
    "resource_stand_ins",
    "resource_follows",
    "resource_saves",
    "resource_votes",
    "resource_notes",
    "resource_tags",
    "resources",
    "topics",
)
_FOUND_BY = ("topic", "level", "kind", "price", "jurisdiction")


def upgrade() -> None:
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), nullable=False),
        _id("community_id"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="empty: a pillar has its own back"),
        _belongs("topics", "community_id", "communities"),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("community_id", "key", name="uq_topics_community_id_key"),
        sqlite_autoincrement=True,
    )
    _create_resources()
    op.create_table(
        "resource_tags",
        _id("community_id"),
        sa.Column("tag", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        _id("resource_id"),
        _belongs("resource_tags", "community_id", "communities"),
        _belongs("resource_tags", "resource_id", "resources"),
        sa.PrimaryKeyConstraint("community_id", "tag", "resource_id", name="pk_resource_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_resource_tags_resource_id", "resource_tags", ["resource_id"])
    _create_of_people("resource_notes", sa.Column("text", sa.Text(), nullable=False))
    _create_of_people("resource_votes")
    _create_of_people("resource_saves")
    op.create_table(
        "resource_follows",
        _id("community_id"),
        _id("person_id"),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("at", UTC(), nullable=False),
        _belongs("resource_follows", "community_id", "communities"),
        _belongs("resource_follows", "person_id", "people"),
        sa.PrimaryKeyConstraint("community_id", "person_id", "topic", "tag", name="pk_resource_follows"),
    )
    op.create_index("ix_resource_follows_person_id", "resource_follows", ["person_id"])
    op.create_table(
        "resource_stand_ins",
        _id("community_id"),
        _id("resource_id"),
        _id("stands_in"),
        _belongs("resource_stand_ins", "community_id", "communities"),
        _belongs("resource_stand_ins", "stands_in", "resources"),
        sa.PrimaryKeyConstraint("community_id", "resource_id", name="pk_resource_stand_ins"),
    )
    op.create_index("ix_resource_stand_ins_stands_in", "resource_stand_ins", ["stands_in"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_resources")
    for name in _TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION count_resource_votes")


def _create_resources() -> None:
    op.create_table(
        "resources",
        sa.Column("id", sa.Integer(), nullable=False),
        _id("community_id"),
        sa.Column("key", sa.Text(), nullable=False, comment="what tells its page from others"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("link", "title", "description", "site")),
        sa.Column("topic", sa.Text(), nullable=False, comment="its key"),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("currency", "language", "jurisdiction")),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("shared_at", UTC(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("is_alive", sa.Boolean(), nullable=False, comment="as far as is known"),
        sa.Column("dead_since", UTC(), nullable=True),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Integer(), nullable=False),
        _belongs("resources", "community_id", "communities"),
        _belongs("resources", "account_id", "accounts", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_resources"),
        sa.UniqueConstraint("community_id", "key", name="uq_resources_community_id_key"),
        sa.UniqueConstraint("community_id", "request_id", name="uq_resources_community_id_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_resources_account_id", "resources", ["account_id"])
    op.create_index("ix_resources_every", "resources", ["community_id", "id"])
    newest = ("community_id", "is_alive", "shared_at", "id", *_FOUND_BY)
    op.create_index("ix_resources_newest", "resources", newest)
    op.create_index("ix_resources_helpful", "resources", (*newest[:2], "helpful", *newest[2:]))
    is_set = sa.text("review_by IS NOT NULL")
    reviewed = ["community_id", "review_by"]
    op.create_index("ix_resources_review_by", "resources", reviewed, sqlite_where=is_set, postgresql_where=is_set)


def _create_of_people(name: str, *columns: sa.Column[str]) -> None:
    """A table of what people say of resources, one row each."""
    op.create_table(
        name,
        _id("resource_id"),
        _id("person_id"),
        *columns,
        sa.Column("at", UTC(), nullable=False),
        _belongs(name, "resource_id", "resources"),
        _belongs(name, "person_id", "people"),
        sa.PrimaryKeyConstraint("resource_id", "person_id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_person_id", name, ["person_id"])


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _belongs(table: str, column: str, to: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)
