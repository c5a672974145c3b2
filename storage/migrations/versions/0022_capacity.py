"""How many can go, and the line of those who wait for a place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

LIMITED = ("events", "occurrences")


def upgrade() -> None:
    for table in LIMITED:
        op.add_column(table, sa.Column("capacity", sa.Integer(), nullable=True))
    freed = sa.Column("freed_at", UTC, nullable=True, comment="when a place went to them, until they are told")
    op.add_column("attendances", freed)
    waiting = sa.text("answer = 'waiting'")
    columns = ["occurrence_id", "at"]
    op.create_index("ix_attendances_line", "attendances", columns, sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.execute("UPDATE attendances SET answer = 'maybe' WHERE answer = 'waiting'")
    op.drop_index("ix_attendances_line", "attendances")
    op.drop_column("attendances", "freed_at")
    for table in LIMITED:
        op.drop_column(table, "capacity")
