"""How many can go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("events", "occurrences")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("capacity", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "capacity")
