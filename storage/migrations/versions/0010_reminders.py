"""Reminders that people asked for, and what they set about reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json, Wall

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", Json(), nullable=False, comment="what was set; all else is as by default"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_preferences_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="what tells the words; empty: the owner"),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False, comment="sealed, or plain JSON"),
        sa.Column("starts", Wall(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("rrule", sa.Text(), nullable=False),
        sa.Column("at", UTC(), nullable=False, comment="when it comes next or, once told, when it came"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("made_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reminders_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("person_id", "request_id", name=op.f("uq_reminders_person_id_request_id")),
        sa.UniqueConstraint("person_id", "source", "source_id", name=op.f("uq_reminders_person_id_source_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reminders_coming", "reminders", ["person_id", "state", "at"])


def downgrade() -> None:
    op.drop_table("reminders")
    op.drop_table("preferences")
