"""What chat platforms with a life of their own need: comings and goings, their calendars, notes and turnstiles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_notes"),
    )
    op.create_table(
        "turnstiles",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("passed_at", UTC(), nullable=False, comment="by the database's clock"),
        sa.PrimaryKeyConstraint("name", name="pk_turnstiles"),
    )
    no, none = sa.text("false"), sa.text("0")
    op.add_column("workspaces", sa.Column("joins", sa.Integer(), server_default=none, nullable=False))
    op.add_column("workspaces", sa.Column("removed_at", UTC(), nullable=True))
    op.add_column("workspaces", sa.Column("is_mirrored", sa.Boolean(), server_default=no, nullable=False))
    _index("ix_workspaces_removed_at", "workspaces", "removed_at")
    op.create_table(
        "mirrors",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("occurrence_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True, comment="NULL while it is being made"),
        sa.Column("shown", Json(), nullable=False, comment="as both sides last had it"),
        sa.Column("pending", Json(), nullable=True, comment="what it is being changed to there"),
        sa.Column("is_leaving", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTC(), nullable=True, comment="when it was last asked whom it interests"),
        sa.Column("interested", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_mirrors_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "occurrence_id", name="pk_mirrors"),
    )
    with op.batch_alter_table("attendances") as attendances:
        attendances.add_column(sa.Column("via_workspace_id", sa.Integer(), nullable=True))
        attendances.create_foreign_key(
            "fk_attendances_via_workspace_id", "workspaces", ["via_workspace_id"], ["id"], ondelete="CASCADE"
        )
    _index("ix_attendances_via_workspace_id", "attendances", "via_workspace_id")
    op.add_column("outbox", sa.Column("otherwise", Json(), nullable=True, comment="the place after this one"))


def downgrade() -> None:
    op.drop_column("outbox", "otherwise")
    op.drop_index("ix_attendances_via_workspace_id", "attendances")
    with op.batch_alter_table("attendances") as attendances:
        attendances.drop_column("via_workspace_id")
    op.drop_table("mirrors")
    op.drop_index("ix_workspaces_removed_at", "workspaces")
    for name in ("is_mirrored", "removed_at", "joins"):
        op.drop_column("workspaces", name)
    op.drop_table("turnstiles")
    op.drop_table("notes")


def _index(name: str, table: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
