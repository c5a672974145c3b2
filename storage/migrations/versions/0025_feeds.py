"""Feeds of events, and what is known of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False, comment="minutes"),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("failing_since", UTC(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", Json(), nullable=False, comment="what fills the reason"),
        sa.Column("told_at", UTC(), nullable=True, comment="when organisers were told that it fails"),
        sa.Column("polled_at", UTC(), nullable=True, comment="when it answered last"),
        sa.Column("again_at", UTC(), nullable=True, comment="when it is asked next"),
        sa.Column("shrank_at", UTC(), nullable=True, comment="when it first said that most of it is gone"),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["communities.id"], name="fk_feeds_community_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("community_id", "request_id", name="uq_feeds_community_id_request_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("feeds")
