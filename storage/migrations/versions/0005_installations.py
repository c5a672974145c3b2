"""What platforms that deliver twice and are installed by a link need: what was heard, and where it is installed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heard",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UTC(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heard"),
    )
    op.create_index("ix_heard_at", "heard", ["at"])
    op.create_table(
        "installations",
        sa.Column("home", sa.Text(), nullable=False, comment="a workspace, or an organisation installed into whole"),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False, comment="empty once it was removed"),
        sa.Column("installed_at", UTC(), nullable=False),
        sa.Column("removed_at", UTC(), nullable=True),
        sa.PrimaryKeyConstraint("home", name="pk_installations"),
    )
    op.create_index("ix_installations_organisation", "installations", ["organisation"])
    is_removed = sa.text("removed_at IS NOT NULL")
    op.create_index(
        "ix_installations_removed_at",
        "installations",
        ["removed_at"],
        sqlite_where=is_removed,
        postgresql_where=is_removed,
    )
    op.create_table(
        "installed_workspaces",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home"], ["installations.home"], name="fk_installed_workspaces_home", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", name="pk_installed_workspaces"),
    )
    op.create_index("ix_installed_workspaces_home", "installed_workspaces", ["home"])
    op.create_table(
        "install_states",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", UTC(), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_install_states"),
    )
    op.create_index("ix_install_states_expires_at", "install_states", ["expires_at"])


def downgrade() -> None:
    for name in ("install_states", "installed_workspaces", "installations", "heard"):
        op.drop_table(name)
