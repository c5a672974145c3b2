"""Processes that serve different platforms: what falls due says who can move it on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "due",
        sa.Column(
            "platform",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="who serves it moves it on; empty: anybody",
        ),
    )
    op.execute(
        "UPDATE due SET platform = (SELECT platform FROM digests WHERE digests.id = due.subject)"
        " WHERE kind = 'digest' AND subject IN (SELECT id FROM digests)"
    )
    op.execute(
        "UPDATE due SET platform = (SELECT platform FROM workspaces WHERE workspaces.id = due.subject)"
        " WHERE kind = 'mirror' AND subject IN (SELECT id FROM workspaces)"
    )


def downgrade() -> None:
    op.drop_column("due", "platform")
