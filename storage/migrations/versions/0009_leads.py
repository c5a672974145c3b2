"""Reminders before events, and what changed about them: what people were told of, and what they set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import EPOCH, UTC, Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create(
        "told_leads",
        "occurrence",
        sa.Column("starts", UTC(), nullable=False, comment="as they were told"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="the nearest lead they were told of"),
    )
    _create(
        "own_leads",
        "occurrence",
        sa.Column("minutes", Json(), nullable=False, comment="their own leads for this one; empty: none"),
    )
    _create("muted_events", "event")
    _create(
        "untold_changes",
        "occurrence",
        sa.Column("since", UTC(), nullable=False),
        sa.Column("was", Json(), nullable=False, comment="before the first change they were not told of"),
    )
    # whoever is going to something already: looked at when the bot starts
    op.execute(
        sa.text(
            "INSERT INTO due (kind, subject, at, platform, wakes_at, fails)"
            " SELECT DISTINCT 'leads', person_id, now_, '', now_, 0 FROM attendances, (SELECT :beginning AS now_) AS b"
            " WHERE answer = 'going'"
        ).bindparams(sa.bindparam("beginning", EPOCH, UTC()))
    )


def downgrade() -> None:
    op.execute("DELETE FROM due WHERE kind IN ('leads', 'changed')")
    for name in ("untold_changes", "muted_events", "own_leads", "told_leads"):
        op.drop_table(name)


def _create(name: str, about: str, *columns: sa.Column[object]) -> None:
    """A table of what one person has to do with one occurrence or event."""
    op.create_table(
        name,
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(f"{about}_id", sa.Integer(), autoincrement=False, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{name}_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            [f"{about}_id"], [f"{about}s.id"], name=op.f(f"fk_{name}_{about}_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", f"{about}_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_{about}_id"), name, [f"{about}_id"])
