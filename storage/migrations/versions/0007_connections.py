"""Whom somebody knows: connections, their timelines, what was promised, and what they are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Wall

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WRITTEN = "sealed, or plain JSON"


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="1, and one more with each change"),
        sa.Column("about", sa.Text(), nullable=False, comment=_WRITTEN),
        sa.Column("sealed_by", sa.Text(), nullable=False, comment="which key; empty: none; ?: it is not indexed yet"),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("last_contact", sa.Date(), nullable=False),
        sa.Column("cadence_count", sa.Integer(), nullable=True),
        sa.Column("cadence_unit", sa.Text(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=True, comment="the last contact and the cadence together"),
        sa.Column("follow_up", Wall(), nullable=True),
        sa.Column("follow_up_zone", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("is_changed", sa.Boolean(), nullable=False, comment="by anybody since it was added"),
        sa.Column("created_at", UTC(), nullable=False),
        _belongs("connections", "owner_id", "people"),
        sa.ForeignKeyConstraint(["member_id"], ["people.id"], name="fk_connections_member_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("owner_id", "request_id", name="uq_connections_owner_id_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_connections_sealed_by", "connections", ["sealed_by"])
    op.create_index("ix_connections_last_contact", "connections", ["owner_id", "last_contact", "id"])
    _sparse("ix_connections_back_on", "owner_id", "back_on")
    _sparse("ix_connections_import_id", "owner_id", "import_id")
    _sparse("ix_connections_member_id", "member_id")
    op.create_table(
        "connection_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UTC(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment=_WRITTEN),
        sa.Column("occurrence_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        _belongs("connection_entries", "owner_id", "people"),
        _belongs("connection_entries", "connection_id", "connections"),
        sa.PrimaryKeyConstraint("id", name="pk_connection_entries"),
        sa.UniqueConstraint("owner_id", "request_id", name="uq_connection_entries_owner_id_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_connection_entries_at", "connection_entries", ["connection_id", "at", "id"])
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment=_WRITTEN),
        sa.Column("made_at", UTC(), nullable=False),
        sa.Column("due", Wall(), nullable=True),
        sa.Column("due_zone", sa.Text(), nullable=False),
        sa.Column("due_at", UTC(), nullable=True, comment="the instant of `due`"),
        sa.Column("settled_at", UTC(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        _belongs("promises", "owner_id", "people"),
        _belongs("promises", "connection_id", "connections"),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.UniqueConstraint("owner_id", "request_id", name="uq_promises_owner_id_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_promises_connection_id", "promises", ["connection_id"])
    op.create_index("ix_promises_standing", "promises", ["owner_id", "standing", "due_at", "id"])
    op.create_table(
        "connection_terms",
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("term", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("connection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", sa.Integer(), nullable=False, comment="where it stands, a bit for each"),
        _belongs("connection_terms", "connection_id", "connections"),
        sa.PrimaryKeyConstraint("owner_id", "term", "connection_id", name="pk_connection_terms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_connection_terms_connection_id", "connection_terms", ["connection_id"])


def downgrade() -> None:
    for name in ("connection_terms", "promises", "connection_entries", "connections"):
        op.drop_table(name)


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _sparse(name: str, *columns: str) -> None:
    is_set = sa.text(f"{columns[-1]} IS NOT NULL")
    op.create_index(name, "connections", columns, sqlite_where=is_set, postgresql_where=is_set)
