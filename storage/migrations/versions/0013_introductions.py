"""Introductions: who asked for whom, who wants none, and the switches of people and communities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SWITCHES = (("communities", "has_introductions"), ("people", "takes_introductions"))


def upgrade() -> None:
    for table, column in _SWITCHES:
        op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "introductions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asker_account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_account_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", UTC(), nullable=False),
        sa.Column("puts_at", UTC(), nullable=False, comment="when the question is put to whoever is asked"),
        sa.Column("ends_at", UTC(), nullable=False),
        sa.Column("is_withheld", sa.Boolean(), nullable=False, comment="it is not put, and nobody is told so"),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        _belongs("introductions", "community_id", "communities"),
        _belongs("introductions", "asker_account_id", "accounts"),
        _belongs("introductions", "asked_account_id", "accounts", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_introductions"),
        sa.UniqueConstraint("request_id", name="uq_introductions_request_id"),
        sqlite_autoincrement=True,
    )
    for column in ("community_id", "asker_account_id", "asked_account_id", "ends_at"):
        op.create_index(f"ix_introductions_{column}", "introductions", [column])
    op.create_table(
        "never_introduced",
        sa.Column("owner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("added_at", UTC(), nullable=False),
        _belongs("never_introduced", "owner_id", "people"),
        _belongs("never_introduced", "other_id", "people"),
        sa.PrimaryKeyConstraint("owner_id", "other_id", name="pk_never_introduced"),
    )
    op.create_index("ix_never_introduced_other_id", "never_introduced", ["other_id"])


def downgrade() -> None:
    op.drop_table("never_introduced")
    op.drop_table("introductions")
    for table, column in reversed(_SWITCHES):
        op.drop_column(table, column)


def _belongs(table: str, column: str, to: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)
