"""Sources keep what each of them said of an event, and members' changes outlast them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.domain.links import key_of
from storage.schema import UTC, Json

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    for name in ("edited", "own_changes"):
        op.add_column("events", sa.Column(name, Json(), server_default="[]", nullable=False))
    op.add_column("events", sa.Column("page_key", sa.Text(), server_default="", nullable=False))
    _fill_keys()
    has_page = sa.text("page_key <> ''")
    op.create_index(
        "ix_events_page_key", "events", ["community_id", "page_key"], sqlite_where=has_page, postgresql_where=has_page
    )
    for column in (
        sa.Column("feed_id", sa.Integer(), nullable=True),
        sa.Column("told", Json(), nullable=True, comment="the event as it tells it"),
        sa.Column("starts", UTC(), nullable=True, comment="of the next of its times when it was told"),
        sa.Column("ends", UTC(), nullable=True),
        sa.Column("page_key", sa.Text(), server_default="", nullable=False),
        sa.Column("since", UTC(), nullable=True, comment="when it was first told of"),
        sa.Column("missing_since", UTC(), nullable=True, comment="since when it is not told of any more"),
    ):
        op.add_column("event_sources", column)
    op.create_index("ix_event_sources_source", "event_sources", ["community_id", "source"])


def downgrade() -> None:
    op.drop_index("ix_event_sources_source", "event_sources")
    for name in ("missing_since", "since", "page_key", "ends", "starts", "told", "feed_id"):
        op.drop_column("event_sources", name)
    op.drop_index("ix_events_page_key", "events")
    for name in ("page_key", "own_changes", "edited"):
        op.drop_column("events", name)


def _fill_keys() -> None:
    events = sa.table("events", sa.column("id"), sa.column("page_link"), sa.column("page_key"))
    connection, last = op.get_bind(), 0
    while True:
        found = sa.select(events.c.id, events.c.page_link).where(events.c.id > last, events.c.page_link != "")
        rows = connection.execute(found.order_by(events.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        for id_, link in rows:
            connection.execute(sa.update(events).where(events.c.id == id_).values(page_key=key_of(link)))
        last = rows[-1][0]
