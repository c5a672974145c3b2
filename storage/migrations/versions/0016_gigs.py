"""Gigs: what is offered, who would like to do it, who wants to hear of it, and what organisers ask of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC, Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_RULES = (("gigs_need_pay", "it must be stated, whatever it is"), ("gigs_need_approval", None))


def upgrade() -> None:
    for column, comment in _RULES:
        op.add_column(
            "communities",
            sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment),
        )
    _gigs()
    op.create_table(
        "gig_interests",
        sa.Column("gig_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False, comment="to the poster"),
        sa.Column("at", UTC(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        _belongs("gig_interests", "gig_id", "gigs"),
        _belongs("gig_interests", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("gig_id", "account_id", name="pk_gig_interests"),
    )
    op.create_index("ix_gig_interests_account_id", "gig_interests", ["account_id"])
    op.create_table(
        "gig_follows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "wanted", sa.Text(), nullable=False, comment="JSON with its keys in order, so that equal ones are equal"
        ),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("is_daily", sa.Boolean(), nullable=False),
        sa.Column("followed_at", UTC(), nullable=False),
        _belongs("gig_follows", "community_id", "communities"),
        _belongs("gig_follows", "person_id", "people"),
        _belongs("gig_follows", "place_id", "places"),
        sa.PrimaryKeyConstraint("id", name="pk_gig_follows"),
        sa.UniqueConstraint("person_id", "community_id", "wanted", name="uq_gig_follows_person_id_community_id_wanted"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gig_follows_community_id", "gig_follows", ["community_id"])
    op.create_table(
        "gig_alerts",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gig_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTC(), nullable=False, comment="when it came to fit what they follow"),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        _belongs("gig_alerts", "person_id", "people"),
        _belongs("gig_alerts", "gig_id", "gigs"),
        sa.PrimaryKeyConstraint("person_id", "gig_id", name="pk_gig_alerts"),
    )
    op.create_index("ix_gig_alerts_gig_id", "gig_alerts", ["gig_id"])


def _gigs() -> None:
    op.create_table(
        "gigs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("roles", Json(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("is_remote", sa.Boolean(), nullable=False),
        sa.Column("pay", Json(), nullable=True, comment="NULL: it is not stated"),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False, comment="in the open; empty: through the bot"),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was declined"),
        sa.Column("posted_at", UTC(), nullable=False),
        sa.Column("opened_at", UTC(), nullable=True, comment="since when everybody may see it"),
        sa.Column("deadline", UTC(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        _belongs("gigs", "community_id", "communities"),
        _belongs("gigs", "account_id", "accounts"),
        _belongs("gigs", "workspace_id", "workspaces", ondelete="SET NULL"),
        _belongs("gigs", "place_id", "places", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_gigs"),
        sa.UniqueConstraint("community_id", "request_id", name="uq_gigs_community_id_request_id"),
        sqlite_autoincrement=True,
    )
    for column in ("account_id", "workspace_id", "deadline"):
        op.create_index(f"ix_gigs_{column}", "gigs", [column])
    op.create_index("ix_gigs_live", "gigs", ["community_id", "standing", "deadline"])


def downgrade() -> None:
    for table in ("gig_alerts", "gig_follows", "gig_interests", "gigs"):
        op.drop_table(table)
    for column, _ in reversed(_RULES):
        op.drop_column("communities", column)


def _belongs(table: str, column: str, to: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)
