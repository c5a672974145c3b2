"""What needs the web when it falls due is found without looking through all that is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_chore = sa.text("platform = 'web'")
    op.create_index("ix_due_chores", "due", ["wakes_at"], sqlite_where=is_chore, postgresql_where=is_chore)


def downgrade() -> None:
    op.drop_index("ix_due_chores", table_name="due")
