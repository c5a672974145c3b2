"""Communities may ask that members' events are approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "communities",
        sa.Column(
            "events_need_approval",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="those of members",
        ),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("event", Json(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("at", UTC(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name="fk_proposals_community_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_proposals_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("community_id", "request_id", name="uq_proposals_community_id_request_id"),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "decided_at"):
        op.create_index(f"ix_proposals_{column}", "proposals", [column])


def downgrade() -> None:
    op.drop_table("proposals")
    op.drop_column("communities", "events_need_approval")
