"""Why something does not take place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occurrences", sa.Column("reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("occurrences", "reason")
