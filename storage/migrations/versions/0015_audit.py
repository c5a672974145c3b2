"""What organisers look after: reports, blocked sites, a line for every action; and since when somebody is a member."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unknown = "not known of who was there before it was noted"
    op.add_column("memberships", sa.Column("first_seen_at", UTC(), nullable=True, comment=unknown))
    op.create_table(
        "audit_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True, comment="no foreign key: the line stays when it is gone"),
        sa.Column("what", sa.Text(), nullable=False, comment="its title, host or name then"),
        sa.Column("at", UTC(), nullable=False),
        _belongs("audit_lines", "community_id", "communities"),
        _belongs("audit_lines", "person_id", "people", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_lines"),
    )
    op.create_index("ix_audit_lines_at", "audit_lines", ["at"])
    op.create_index("ix_audit_lines_subject", "audit_lines", ["community_id", "subject", "subject_id"])
    op.create_index("ix_audit_lines_newest", "audit_lines", ["community_id", "id"])
    op.create_index("ix_audit_lines_person_id", "audit_lines", ["person_id", "community_id", "at"])
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTC(), nullable=False),
        _belongs("reports", "community_id", "communities"),
        _belongs("reports", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint(
            "community_id",
            "subject",
            "subject_id",
            "person_id",
            name="uq_reports_community_id_subject_subject_id_person_id",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_person_id", "reports", ["person_id"])
    op.create_table(
        "blocked_sites",
        sa.Column("community_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("host", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("blocked_at", UTC(), nullable=False),
        _belongs("blocked_sites", "community_id", "communities"),
        sa.PrimaryKeyConstraint("community_id", "host", name="pk_blocked_sites"),
    )


def downgrade() -> None:
    for table in ("blocked_sites", "reports", "audit_lines"):
        op.drop_table(table)
    op.drop_column("memberships", "first_seen_at")


def _belongs(table: str, column: str, to: str, *, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)
