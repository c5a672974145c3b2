"""People with several accounts, communities with several workspaces: who belongs where, one-time codes, stand-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A person had one account and a community one workspace until now.
_KEPT = "CREATE TABLE memberships_before AS SELECT * FROM memberships"
_BY_ACCOUNT = """
INSERT INTO memberships (account_id, workspace_id, is_organiser, seen_at)
SELECT accounts.id, workspaces.id, before.is_organiser, before.seen_at
FROM memberships_before AS before
JOIN accounts ON accounts.person_id = before.person_id
JOIN workspaces ON workspaces.community_id = before.community_id AND workspaces.platform = accounts.platform
"""
_BY_PERSON = """
INSERT INTO memberships (person_id, community_id, is_organiser, seen_at)
SELECT accounts.person_id, workspaces.community_id,
    max(CASE WHEN before.is_organiser THEN 1 ELSE 0 END) = 1, max(before.seen_at)
FROM memberships_before AS before
JOIN accounts ON accounts.id = before.account_id
JOIN workspaces ON workspaces.id = before.workspace_id
GROUP BY accounts.person_id, workspaces.community_id
"""
_ORIGINS = """
UPDATE events SET workspace_id = (
    SELECT min(workspaces.id) FROM workspaces WHERE workspaces.community_id = events.community_id)
"""


def upgrade() -> None:
    op.execute(_KEPT)
    op.drop_table("memberships")
    op.create_table(
        "memberships",
        _owned("account_id"),
        _owned("workspace_id"),
        sa.Column("is_organiser", sa.Boolean(), nullable=False, comment="as the platform said last"),
        sa.Column("seen_at", UTC(), nullable=False),
        _belongs("memberships", "account_id", "accounts"),
        _belongs("memberships", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("account_id", "workspace_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_workspace_id", "memberships", ["workspace_id"])
    op.execute(_BY_ACCOUNT)
    op.drop_table("memberships_before")

    no = sa.text("false")
    about = "its owner chose it for them"
    op.add_column(
        "accounts", sa.Column("is_for_notices", sa.Boolean(), server_default=no, nullable=False, comment=about)
    )
    op.create_table(
        "organisers",
        _owned("community_id"),
        _owned("person_id"),
        _owned("workspace_id"),
        sa.Column("named_at", UTC(), nullable=False),
        _belongs("organisers", "community_id", "communities"),
        _belongs("organisers", "person_id", "people"),
        _belongs("organisers", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("community_id", "person_id", name="pk_organisers"),
    )
    op.create_index("ix_organisers_person_id", "organisers", ["person_id"])
    op.create_index("ix_organisers_workspace_id", "organisers", ["workspace_id"])
    op.create_table(
        "codes",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        _owned("account_id"),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", UTC(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        _belongs("codes", "account_id", "accounts"),
        _belongs("codes", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("hash", name="pk_codes"),
    )
    op.create_index("ix_codes_account_id", "codes", ["account_id"])
    op.create_index("ix_codes_workspace_id", "codes", ["workspace_id"])
    op.create_table(
        "wrong_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        _owned("person_id"),
        sa.Column("at", UTC(), nullable=False),
        _belongs("wrong_codes", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_codes"),
    )
    op.create_index("ix_wrong_codes_person_id", "wrong_codes", ["person_id"])
    op.create_table(
        "stand_ins",
        _owned("community_id"),
        _owned("occurrence_id"),
        _owned("stands_in"),
        _belongs("stand_ins", "community_id", "communities"),
        _belongs("stand_ins", "stands_in", "occurrences"),
        sa.PrimaryKeyConstraint("community_id", "occurrence_id", name="pk_stand_ins"),
    )
    op.create_index("ix_stand_ins_stands_in", "stand_ins", ["stands_in"])
    for table, column in (("events", "account_id"), ("events", "workspace_id"), ("attendances", "account_id")):
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
    op.execute(_ORIGINS)


def downgrade() -> None:
    op.drop_column("attendances", "account_id")
    op.drop_column("events", "workspace_id")
    op.drop_column("events", "account_id")
    for name in ("stand_ins", "wrong_codes", "codes", "organisers"):
        op.drop_table(name)
    op.drop_column("accounts", "is_for_notices")
    op.execute(_KEPT)
    op.drop_table("memberships")
    op.create_table(
        "memberships",
        _owned("person_id"),
        _owned("community_id"),
        sa.Column("is_organiser", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UTC(), nullable=False),
        _belongs("memberships", "community_id", "communities"),
        _belongs("memberships", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", "community_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_community_id", "memberships", ["community_id"])
    op.execute(_BY_PERSON)
    op.drop_table("memberships_before")


def _owned(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
