"""Goals that people set themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="sealed, or plain JSON"),
        sa.Column("topic", sa.Text(), nullable=False, comment="a pillar; empty: none"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", UTC(), nullable=False),
        sa.Column("settled_at", UTC(), nullable=True, comment="when it was ticked off or let go"),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_goals_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_goals"),
        sa.UniqueConstraint("person_id", "request_id", name="uq_goals_person_id_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_goals_state", "goals", ["person_id", "state", "due_on"])


def downgrade() -> None:
    op.drop_table("goals")
