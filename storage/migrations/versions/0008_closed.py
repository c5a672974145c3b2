"""Accounts that take no direct messages, what waits for them, and the channel where somebody last spoke."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
_ACCOUNTS = {
    "closed_since": "it takes no direct messages",
    "try_at": "where it is closed: when it is next tried",
    "told_at": "when its owner was last told in a channel",
}


def upgrade() -> None:
    # SQLite makes the table anew for a foreign key; no other table refers to this one
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("person_id", sa.Integer(), nullable=True, comment="whose own it is"))
        outbox.add_column(sa.Column("closed_since", UTC(), nullable=True, comment="no direct message gets there"))
        outbox.create_foreign_key("fk_outbox_person_id", "people", ["person_id"], ["id"], ondelete="CASCADE")
    _sparse("ix_outbox_person_id", ["person_id"])
    _sparse("ix_outbox_closed", ["platform", "place", "id"], "closed_since")
    for name, what in _ACCOUNTS.items():
        op.add_column("accounts", sa.Column(name, UTC(), nullable=True, comment=what))
    where = "where they last spoke there"
    op.add_column("memberships", sa.Column("channel", sa.Text(), nullable=True, comment=where))
    op.add_column("memberships", sa.Column("channel_name", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("channel_name", "channel"):
        op.drop_column("memberships", name)
    for name in reversed(_ACCOUNTS):
        op.drop_column("accounts", name)
    for name in ("ix_outbox_closed", "ix_outbox_person_id"):
        op.drop_index(name, "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint("fk_outbox_person_id", type_="foreignkey")
        outbox.drop_column("closed_since")
        outbox.drop_column("person_id")


def _sparse(name: str, columns: list[str], set_: str = "") -> None:
    is_set = sa.text(f"{set_ or columns[0]} IS NOT NULL")
    op.create_index(name, "outbox", columns, sqlite_where=is_set, postgresql_where=is_set)
