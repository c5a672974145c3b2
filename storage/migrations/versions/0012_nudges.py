"""Up to where people were nudged, and when last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nudges",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digested", sa.Date(), nullable=False, comment="the day of the last digest"),
        sa.Column("asked", UTC(), nullable=False, comment="asked about what ended by then"),
        sa.Column("briefed", UTC(), nullable=False, comment="told of what starts by then"),
        sa.Column("nudged_at", UTC(), nullable=True),
        sa.Column("nudged_on", sa.Date(), nullable=True, comment="the day that was where they were"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_nudges_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_nudges")),
    )


def downgrade() -> None:
    op.drop_table("nudges")
