"""What is due and what is owed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "due",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTC(), nullable=False, comment="when it is due, for its kind"),
        sa.Column("wakes_at", UTC(), nullable=False, comment="when it is taken: `at`, or later if put off"),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_due"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_due_wakes_at", "due", ["wakes_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=True, comment="NULL for direct messages"),
        sa.Column("place", sa.Text(), nullable=False, comment="the channel, or the account"),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("follows_key", sa.Text(), nullable=True),
        sa.Column("not_before", UTC(), nullable=True),
        sa.Column("not_after", UTC(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, sent, moot or buried"),
        sa.Column("due_at", UTC(), nullable=True, comment="NULL: settled, or the part before it is not"),
        sa.Column("token", sa.Text(), nullable=True, comment="of the claim"),
        sa.Column("lease_until", UTC(), nullable=True, comment="by the database's clock"),
        sa.Column("claimed_at", UTC(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failing_since", UTC(), nullable=True),
        sa.Column("unsure_since", UTC(), nullable=True),
        sa.Column("asked_since", UTC(), nullable=True),
        sa.Column("resent", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True, comment="the platform's id of it"),
        sa.Column("shown", Json(), nullable=True, comment="event id to version"),
        sa.Column("created_at", UTC(), nullable=False),
        sa.Column("settled_at", UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name="fk_outbox_community_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    _index("ix_outbox_due", ["due_at", "id"])
    _index("ix_outbox_follows", ["follows_key"])
    _index("ix_outbox_settled", ["settled_at"])
    _index("ix_outbox_subject", ["community_id", "kind", "subject"])


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("due")


def _index(name: str, columns: list[str]) -> None:
    where = sa.text(f"{columns[0]} IS NOT NULL")
    op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)
