"""People, events, digests and places: the first tables, and the search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json, Wall

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# On SQLite each event's terms stand in an FTS5 table, its tokens as `bot.domain.terms` wrote them: all but
# ASCII counts as letters of a token, and so do these four signs. It knows no foreign keys, so a trigger forgets.
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE search
    USING fts5(title, label, body, detail=none, tokenize="ascii tokenchars '+#&/'")""",
    """CREATE TRIGGER search_forgets AFTER DELETE ON events
    BEGIN DELETE FROM search WHERE rowid = old.id; END""",
)
# On PostgreSQL they are lexemes weighted A, B and C. `storage.search` merges what is new into the index itself, so the
# list it waits in may be large (in KB).
POSTGRES_SEARCH = (
    """CREATE TABLE search (
        event_id integer PRIMARY KEY REFERENCES events ON DELETE CASCADE,
        terms tsvector NOT NULL
    )""",
    "CREATE INDEX search_terms ON search USING gin (terms) WITH (gin_pending_list_limit = 65536)",
)


def upgrade() -> None:
    op.create_table(
        "communities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communities")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "loaded",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_loaded")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="GeoNames' own"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(precision=53), nullable=False),
        sa.Column("longitude", sa.Float(precision=53), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("platform", "external_id", name=op.f("uq_accounts_platform_external_id")),
    )
    op.create_index(op.f("ix_accounts_person_id"), "accounts", ["person_id"], unique=False)
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_name", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="from Monday = 0"),
        sa.Column("at", sa.Text(), nullable=False, comment="on the wall in `zone`"),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("near_id", sa.Integer(), nullable=True),
        sa.Column("within_km", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("genre", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("skips_empty", sa.Boolean(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_digests_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["near_id"], ["places.id"], name=op.f("fk_digests_near_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("community_id", "request_id", name=op.f("uq_digests_community_id_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "drafts",
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.Column("errors", Json(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("is_saved", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_drafts_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_drafts_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="1, and one more with each change"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("genres", Json(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("online_link", sa.Text(), nullable=False),
        sa.Column("page_link", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True, comment="in hundredths of the currency"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts", Wall(), nullable=False),
        sa.Column("ends", Wall(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("is_all_day", sa.Boolean(), nullable=False),
        sa.Column("rrule", sa.Text(), nullable=False),
        sa.Column("extra", Json(), nullable=False),
        sa.Column("without", Json(), nullable=False),
        sa.Column("changes", Json(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("laid_until", UTC(), nullable=True, comment="NULL where it is laid out whole"),
        sa.Column("created_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_events_added_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_events_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_events_place_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("community_id", "request_id", name=op.f("uq_events_community_id_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_laid_until"), "events", ["laid_until"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_organiser", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_memberships_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_memberships_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "community_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_community_id"), "memberships", ["community_id"], unique=False)
    op.create_table(
        "place_names",
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_place_names_place_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "place_id", name=op.f("pk_place_names")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_workspaces_community_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("platform", "external_id", name=op.f("uq_workspaces_platform_external_id")),
    )
    op.create_index(op.f("ix_workspaces_community_id"), "workspaces", ["community_id"], unique=False)
    op.create_table(
        "event_sources",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="a hash of all that was read"),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_event_sources_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_sources_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "source", name=op.f("pk_event_sources")),
        sa.UniqueConstraint("community_id", "uid", "source", name=op.f("uq_event_sources_community_id_uid_source")),
    )
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("original", Wall(), nullable=False),
        sa.Column("starts", UTC(), nullable=False),
        sa.Column("ends", UTC(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("details", Json(), nullable=True, comment="what is different this time"),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("genres", sa.Text(), nullable=False, comment="each as its search terms, between bars"),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("is_in_person", sa.Boolean(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "x", sa.Float(precision=53), nullable=True, comment="with y and z: the place on a sphere of radius 1"
        ),
        sa.Column("y", sa.Float(precision=53), nullable=True),
        sa.Column("z", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_occurrences_community_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_occurrences_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("event_id", "original", name=op.f("uq_occurrences_event_id_original")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_occurrences_when",
        "occurrences",
        ["community_id", "starts", "id", "ends", "is_cancelled", "x", "y", "z"],
        unique=False,
    )
    op.create_table(
        "attendances",
        sa.Column("occurrence_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrences.id"], name=op.f("fk_attendances_occurrence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_attendances_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("occurrence_id", "person_id", name=op.f("pk_attendances")),
    )
    op.create_index(op.f("ix_attendances_person_id"), "attendances", ["person_id"], unique=False)

    for statement in SQLITE_SEARCH if op.get_bind().dialect.name == "sqlite" else POSTGRES_SEARCH:
        op.execute(statement)
