"""Profiles: what people say of themselves; and whether somebody was asked for their zone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.schema import UTC

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("genres", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("looking", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("is_found", sa.Boolean(), nullable=False, comment="members of their communities see it"),
        sa.Column("hidden", sa.Text(), nullable=False, comment="the parts that nobody else sees"),
        sa.Column("shows_going", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_profiles_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_profiles_place_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("person_id", name="pk_profiles"),
    )
    about = "when they were asked for their zone"
    op.add_column("people", sa.Column("asked_zone_at", UTC(), nullable=True, comment=about))


def downgrade() -> None:
    op.drop_column("people", "asked_zone_at")
    op.drop_table("profiles")
