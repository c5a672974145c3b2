"""Every table but those of delivery (`storage.due`, `storage.outbox`) and the indexes of words (`storage.search`).

Ids that buttons carry are never given again (AUTOINCREMENT on SQLite; sequences on PostgreSQL).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.schema import UTC, Json, Wall, metadata


def _belongs(name: str, target: str, *, is_key: bool = False, is_indexed: bool = False) -> Column[int]:
    """A column that names a row and goes when it goes."""
    key = ForeignKey(target, ondelete="CASCADE")
    # only one column of a key can count by itself, and none of these does
    return Column(name, Integer, key, primary_key=is_key, autoincrement=False, nullable=False, index=is_indexed or None)


def _sparse(name: str, *columns: str) -> Index:
    """An index of the few rows where the last of these columns says something."""
    is_set = text(f"{columns[-1]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=is_set, postgresql_where=is_set)


# --- who ---------------------------------------------------------------------------------------------------

communities = Table(
    "communities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("has_introductions", Boolean, server_default=true(), nullable=False),
    Column(
        "gigs_need_pay", Boolean, server_default=false(), nullable=False, comment="it must be stated, whatever it is"
    ),
    Column("gigs_need_approval", Boolean, server_default=false(), nullable=False),
    Column("events_need_approval", Boolean, server_default=false(), nullable=False, comment="those of members"),
    sqlite_autoincrement=True,
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id", is_indexed=True),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("joins", Integer, server_default=text("0"), nullable=False),
    Column("removed_at", UTC, nullable=True),
    Column("is_mirrored", Boolean, server_default=false(), nullable=False),
    UniqueConstraint("platform", "external_id"),
    _sparse("ix_workspaces_removed_at", "removed_at"),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("asked_zone_at", UTC, nullable=True, comment="when they were asked for their zone"),
    Column("takes_introductions", Boolean, server_default=true(), nullable=False),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("person_id", "people.id", is_indexed=True),
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_for_notices", Boolean, server_default=false(), nullable=False, comment="its owner chose it for them"),
    Column("closed_since", UTC, nullable=True, comment="it takes no direct messages"),
    Column("try_at", UTC, nullable=True, comment="where it is closed: when it is next tried"),
    Column("told_at", UTC, nullable=True, comment="when its owner was last told in a channel"),
    UniqueConstraint("platform", "external_id"),
)

# By account and workspace, as platforms tell it: linking people or workspaces leaves every row as it is.
memberships = Table(
    "memberships",
    metadata,
    _belongs("account_id", "accounts.id", is_key=True),
    _belongs("workspace_id", "workspaces.id", is_key=True, is_indexed=True),
    Column("is_organiser", Boolean, nullable=False, comment="as the platform said last"),
    Column("first_seen_at", UTC, nullable=True, comment="not known of who was there before it was noted"),
    Column("seen_at", UTC, nullable=False),
    Column("channel", Text, nullable=True, comment="where they last spoke there"),
    Column("channel_name", Text, nullable=True),
)

organisers = Table(
    "organisers",
    metadata,
    _belongs("community_id", "communities.id", is_key=True),
    _belongs("person_id", "people.id", is_key=True, is_indexed=True),
    _belongs("workspace_id", "workspaces.id", is_indexed=True),
    Column("named_at", UTC, nullable=False),
)
"""Whom the owners of a workspace named, besides those that its platform says."""

codes = Table(
    "codes",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    _belongs("account_id", "accounts.id", is_indexed=True),
    Column("workspace_id", Integer, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("expires_at", UTC, nullable=False),
    Column("is_used", Boolean, nullable=False),
)
"""One-time codes that are still in use. Whose they are follows from the account and the workspace."""

wrong_codes = Table(
    "wrong_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("person_id", "people.id", is_indexed=True),
    Column("at", UTC, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    _belongs("owner_id", "people.id", is_key=True),
    Column("id", Text, primary_key=True),
    Column("command", Text, nullable=False),
    Column("values", Json, nullable=False),
    Column("errors", Json, nullable=False),
    Column("community_id", ForeignKey("communities.id", ondelete="CASCADE"), nullable=True),
    Column("is_saved", Boolean, nullable=False),
    Column("expires_at", UTC, nullable=False, index=True),
)

# --- who they say they are ---------------------------------------------------------------------------------

profiles = Table(
    "profiles",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    Column("role", Text, nullable=False),
    Column("skills", Json, nullable=False),
    Column("genres", Json, nullable=False),
    Column("place_id", Integer, ForeignKey("places.id", ondelete="SET NULL"), nullable=True),
    Column("looking", Json, nullable=False),
    Column("offering", Json, nullable=False),
    Column("about", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("is_found", Boolean, nullable=False, comment="members of their communities see it"),
    Column("hidden", Json, nullable=False, comment="the parts that nobody else sees"),
    Column("shows_going", Boolean, nullable=False),
)

# --- where -------------------------------------------------------------------------------------------------

places = Table(
    "places",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="GeoNames' own"),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("latitude", Float(53), nullable=False),
    Column("longitude", Float(53), nullable=False),
    Column("population", Integer, nullable=False),
    Column("zone", Text, nullable=False),
)

place_names = Table(
    "place_names",
    metadata,
    # compared by code point, whatever the database's own order: suggestions look for a range of beginnings
    Column("key", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    _belongs("place_id", "places.id", is_key=True),
    sqlite_with_rowid=False,
)

loaded = Table(
    "loaded",
    metadata,
    Column("name", Text, primary_key=True),
    Column("edition", Text, nullable=False),
)
"""Which edition of what is shipped beside the code the database was filled from."""

# --- what --------------------------------------------------------------------------------------------------

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("version", Integer, nullable=False, comment="1, and one more with each change"),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=True),
    Column("genres", Json, nullable=False),
    Column("venue", Text, nullable=False),
    Column("place_id", Integer, ForeignKey("places.id", ondelete="SET NULL"), nullable=True),
    Column("online_link", Text, nullable=False),
    Column("page_link", Text, nullable=False),
    Column("price", BigInteger, nullable=True, comment="in hundredths of the currency"),
    Column("currency", Text, nullable=False),
    Column("capacity", Integer, nullable=True),  # NULL: as many as like
    Column("starts", Wall, nullable=False),
    Column("ends", Wall, nullable=False),
    Column("zone", Text, nullable=False),
    Column("is_all_day", Boolean, nullable=False),
    Column("rrule", Text, nullable=False),
    Column("extra", Json, nullable=False),
    Column("without", Json, nullable=False),
    Column("changes", Json, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("added_by", Integer, ForeignKey("people.id", ondelete="SET NULL"), nullable=True),
    # Where it came from, NULL for imports and copies. No foreign keys: to add one SQLite would have to drop the table,
    # and all that refers to it; accounts are never deleted, and with a workspace goes what was made in it.
    Column("account_id", Integer, nullable=True),
    Column("workspace_id", Integer, nullable=True),
    Column("request_id", Text, nullable=True),
    Column("laid_until", UTC, nullable=True, index=True, comment="NULL where it is laid out whole"),
    Column("created_at", UTC, nullable=False),
    # What members changed outlasts what sources say: names of details, "timing", "is_cancelled"; and single times.
    Column("edited", Json, server_default="[]", nullable=False),
    Column("own_changes", Json, server_default="[]", nullable=False),
    Column("page_key", Text, server_default="", nullable=False),
    Index(
        "ix_events_page_key",
        "community_id",
        "page_key",
        sqlite_where=text("page_key <> ''"),
        postgresql_where=text("page_key <> ''"),
    ),
    UniqueConstraint("community_id", "request_id"),
    sqlite_autoincrement=True,
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("event_id", "events.id"),
    _belongs("community_id", "communities.id"),
    Column("original", Wall, nullable=False),
    Column("starts", UTC, nullable=False),
    Column("ends", UTC, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("reason", Text, server_default="", nullable=False),  # why it is cancelled
    Column("details", Json, nullable=True, comment="what is different this time"),
    # What `find` narrows by, this time's own: so no other table is read for what is not shown.
    Column("kind", Text, nullable=True),
    Column("genres", Text, nullable=False, comment="each as its search terms, between bars"),
    Column("is_online", Boolean, nullable=False),
    Column("is_in_person", Boolean, nullable=False),
    Column("price", BigInteger, nullable=True),
    Column("currency", Text, nullable=False),
    Column("x", Float(53), nullable=True, comment="with y and z: the place on a sphere of radius 1"),
    Column("y", Float(53), nullable=True),
    Column("z", Float(53), nullable=True),
    Column("capacity", Integer, nullable=True),
    UniqueConstraint("event_id", "original"),
    # in the order of `find`, with what most finds ask: those that are left out are never read
    Index("ix_occurrences_when", "community_id", "starts", "id", "ends", "is_cancelled", "x", "y", "z"),
    sqlite_autoincrement=True,
)

_is_waiting = text("answer = 'waiting'")

attendances = Table(
    "attendances",
    metadata,
    _belongs("occurrence_id", "occurrences.id", is_key=True),
    _belongs("person_id", "people.id", is_key=True, is_indexed=True),
    Column("answer", Text, nullable=False),
    Column("at", UTC, nullable=False),
    # NULL: they said so themselves; else the workspace in whose own calendar they said it
    Column("via_workspace_id", Integer, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=True),
    Column("account_id", Integer, nullable=True),
    Column("freed_at", UTC, nullable=True, comment="when a place went to them, until they are told"),
    _sparse("ix_attendances_via_workspace_id", "via_workspace_id"),
    Index("ix_attendances_line", "occurrence_id", "at", sqlite_where=_is_waiting, postgresql_where=_is_waiting),
)

stand_ins = Table(
    "stand_ins",
    metadata,
    _belongs("community_id", "communities.id", is_key=True),
    # no foreign key: it is another community's, or gone
    Column("occurrence_id", Integer, primary_key=True, autoincrement=False),
    _belongs("stands_in", "occurrences.id", is_indexed=True),
)
"""Which occurrence stands for another in a community since linking or unlinking: old buttons carry that other id."""

mirrors = Table(
    "mirrors",
    metadata,
    _belongs("workspace_id", "workspaces.id", is_key=True),
    # no foreign key: of what is deleted here it must still be known what stands there
    Column("occurrence_id", Integer, primary_key=True, autoincrement=False),
    Column("external_id", Text, nullable=True, comment="NULL while it is being made"),
    Column("shown", Json, nullable=False, comment="as both sides last had it"),
    Column("pending", Json, nullable=True, comment="what it is being changed to there"),
    Column("is_leaving", Boolean, nullable=False),
    Column("asked_at", UTC, nullable=True, comment="when it was last asked whom it interests"),
    Column("interested", Integer, nullable=True),
)

event_sources = Table(
    "event_sources",
    metadata,
    _belongs("event_id", "events.id", is_key=True),
    Column("source", Text, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("uid", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="a hash of all that was read"),
    # no foreign key: a copy of an event in another community keeps it
    Column("feed_id", Integer, nullable=True),
    Column("told", Json, nullable=True, comment="the event as it tells it"),
    Column("starts", UTC, nullable=True, comment="of the next of its times when it was told"),
    Column("ends", UTC, nullable=True),
    Column("page_key", Text, server_default="", nullable=False),
    Column("since", UTC, nullable=True, comment="when it was first told of"),
    Column("missing_since", UTC, nullable=True, comment="since when it is not told of any more"),
    UniqueConstraint("community_id", "uid", "source"),
    Index("ix_event_sources_source", "community_id", "source"),
)

# --- the library -------------------------------------------------------------------------------------------

topics = Table(
    "topics",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False, comment="empty: a pillar has its own back"),
    UniqueConstraint("community_id", "key"),
    sqlite_autoincrement=True,
)
"""Those that were added, in the order in which they were, and pillars that were renamed."""

# What `find` narrows and sorts by, so that rows which are left out or stand on another page are never read.
_FOUND_BY = ("topic", "level", "kind", "price", "jurisdiction")

resources = Table(
    "resources",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("key", Text, nullable=False, comment="what tells its page from others"),
    Column("link", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("topic", Text, nullable=False, comment="its key"),
    Column("kind", Text, nullable=True),
    Column("tags", Json, nullable=False),
    Column("level", Text, nullable=True),
    Column("price", BigInteger, nullable=True),
    Column("currency", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("review_by", Date, nullable=True),
    # whoever owns it is the sharer: linking and unlinking people leaves every row as it is
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("request_id", Text, nullable=True),
    Column("shared_at", UTC, nullable=False),
    Column("standing", Text, nullable=False),
    Column("is_alive", Boolean, nullable=False, comment="as far as is known"),
    Column("dead_since", UTC, nullable=True),
    Column("fails", Integer, nullable=False),
    Column("archived", Text, nullable=False),
    # kept by a trigger on `resource_votes`: whatever takes votes away, it is right
    Column("helpful", Integer, nullable=False),
    UniqueConstraint("community_id", "key"),
    UniqueConstraint("community_id", "request_id"),
    Index("ix_resources_every", "community_id", "id"),
    Index("ix_resources_newest", "community_id", "is_alive", "shared_at", "id", *_FOUND_BY),
    Index("ix_resources_helpful", "community_id", "is_alive", "helpful", "shared_at", "id", *_FOUND_BY),
    _sparse("ix_resources_review_by", "community_id", "review_by"),
    sqlite_autoincrement=True,
)

resource_tags = Table(
    "resource_tags",
    metadata,
    _belongs("community_id", "communities.id", is_key=True),
    # compared by code point, as `place_names.key` is
    Column("tag", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    _belongs("resource_id", "resources.id", is_key=True, is_indexed=True),
    sqlite_with_rowid=False,
)
"""What resources are found by their tags by; `resources.tags` has them in order."""

resource_notes = Table(
    "resource_notes",
    metadata,
    _belongs("resource_id", "resources.id", is_key=True),
    _belongs("person_id", "people.id", is_key=True, is_indexed=True),
    Column("text", Text, nullable=False),
    Column("at", UTC, nullable=False),
)

resource_votes = Table(
    "resource_votes",
    metadata,
    _belongs("resource_id", "resources.id", is_key=True),
    _belongs("person_id", "people.id", is_key=True, is_indexed=True),
    Column("at", UTC, nullable=False),
)

resource_saves = Table(
    "resource_saves",
    metadata,
    _belongs("resource_id", "resources.id", is_key=True),
    _belongs("person_id", "people.id", is_key=True, is_indexed=True),
    Column("at", UTC, nullable=False),
)

resource_follows = Table(
    "resource_follows",
    metadata,
    _belongs("community_id", "communities.id", is_key=True),
    _belongs("person_id", "people.id", is_key=True, is_indexed=True),
    Column("topic", Text, primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("at", UTC, nullable=False),
)

resource_stand_ins = Table(
    "resource_stand_ins",
    metadata,
    _belongs("community_id", "communities.id", is_key=True),
    # no foreign key: it is another community's, or gone
    Column("resource_id", Integer, primary_key=True, autoincrement=False),
    _belongs("stands_in", "resources.id", is_indexed=True),
)
"""Which resource stands for another in a community since linking or unlinking, as `stand_ins` for occurrences."""

# --- introductions -----------------------------------------------------------------------------------------

# By accounts, as memberships are: linking people leaves every row as it is.
introductions = Table(
    "introductions",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id", is_indexed=True),
    _belongs("asker_account_id", "accounts.id", is_indexed=True),
    # who asked is told of the end all the same when the other is gone
    Column("asked_account_id", Integer, ForeignKey("accounts.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("why", Text, nullable=False),
    Column("asked_at", UTC, nullable=False),
    Column("puts_at", UTC, nullable=False, comment="when the question is put to whoever is asked"),
    Column("ends_at", UTC, nullable=False, index=True),
    Column("is_withheld", Boolean, nullable=False, comment="it is not put, and nobody is told so"),
    Column("answer", Text, nullable=True),
    Column("request_id", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

never_introduced = Table(
    "never_introduced",
    metadata,
    _belongs("owner_id", "people.id", is_key=True),
    _belongs("other_id", "people.id", is_key=True, is_indexed=True),
    Column("added_at", UTC, nullable=False),
)
"""Whom somebody is never introduced to: seen by its owner alone."""

# --- what organisers look after ------------------------------------------------------------------------------

audit_lines = Table(
    "audit_lines",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="SET NULL"), nullable=True),
    Column("did", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Integer, nullable=True, comment="no foreign key: the line stays when it is gone"),
    Column("what", Text, nullable=False, comment="its title, host or name then"),
    Column("at", UTC, nullable=False, index=True),
    Index("ix_audit_lines_subject", "community_id", "subject", "subject_id"),
    Index("ix_audit_lines_newest", "community_id", "id"),
    Index("ix_audit_lines_person_id", "person_id", "community_id", "at"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("subject", Text, nullable=False),
    Column("subject_id", Integer, nullable=False),
    _belongs("person_id", "people.id", is_indexed=True),
    Column("reason", Text, nullable=False),
    Column("at", UTC, nullable=False),
    UniqueConstraint("community_id", "subject", "subject_id", "person_id"),
    sqlite_autoincrement=True,
)
"""What members said and nobody has decided yet."""

blocked_sites = Table(
    "blocked_sites",
    metadata,
    _belongs("community_id", "communities.id", is_key=True),
    # in the order of the alphabet on both databases
    Column("host", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("blocked_at", UTC, nullable=False),
)

# --- gigs --------------------------------------------------------------------------------------------------

# By accounts, as introductions are; a gig whose poster is gone leads nowhere, and goes too.
gigs = Table(
    "gigs",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    _belongs("account_id", "accounts.id", is_indexed=True),
    Column("workspace_id", Integer, ForeignKey("workspaces.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("what", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("place_id", Integer, ForeignKey("places.id", ondelete="SET NULL"), nullable=True),
    Column("is_remote", Boolean, nullable=False),
    Column("pay", Json, nullable=True, comment="NULL: it is not stated"),
    Column("link", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("contact", Text, nullable=False, comment="in the open; empty: through the bot"),
    Column("standing", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="why it was declined"),
    Column("posted_at", UTC, nullable=False),
    Column("opened_at", UTC, nullable=True, comment="since when everybody may see it"),
    Column("deadline", UTC, nullable=False, index=True),
    Column("request_id", Text, nullable=True),
    UniqueConstraint("community_id", "request_id"),
    Index("ix_gigs_live", "community_id", "standing", "deadline"),
    sqlite_autoincrement=True,
)

gig_interests = Table(
    "gig_interests",
    metadata,
    _belongs("gig_id", "gigs.id", is_key=True),
    _belongs("account_id", "accounts.id", is_key=True, is_indexed=True),
    Column("line", Text, nullable=False, comment="to the poster"),
    Column("at", UTC, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
)

gig_follows = Table(
    "gig_follows",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id", is_indexed=True),
    _belongs("person_id", "people.id"),
    Column("wanted", Text, nullable=False, comment="JSON with its keys in order, so that equal ones are equal"),
    Column("place_id", Integer, ForeignKey("places.id", ondelete="CASCADE"), nullable=True),
    Column("is_daily", Boolean, nullable=False),
    Column("followed_at", UTC, nullable=False),
    UniqueConstraint("person_id", "community_id", "wanted"),
    sqlite_autoincrement=True,
)

gig_alerts = Table(
    "gig_alerts",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    _belongs("gig_id", "gigs.id", is_key=True, is_indexed=True),
    Column("at", UTC, nullable=False, comment="when it came to fit what they follow"),
    Column("is_told", Boolean, nullable=False),
)

# --- when --------------------------------------------------------------------------------------------------

digests = Table(
    "digests",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("community_id", "communities.id"),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("channel_name", Text, nullable=False),
    Column("weekday", Integer, nullable=False, comment="from Monday = 0"),
    Column("at", Text, nullable=False, comment="on the wall in `zone`"),
    Column("zone", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("near_id", Integer, ForeignKey("places.id", ondelete="SET NULL"), nullable=True),
    Column("within_km", Integer, nullable=False),
    Column("kind", Text, nullable=True),
    Column("genre", Text, nullable=False),
    Column("online", Boolean, nullable=True),
    Column("skips_empty", Boolean, nullable=False),
    Column("shows_library", Boolean, server_default=false(), nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("request_id", Text, nullable=True),
    Column("created_at", UTC, nullable=False),
    UniqueConstraint("community_id", "request_id"),
    sqlite_autoincrement=True,
)

# --- what people are told of -------------------------------------------------------------------------------

told_leads = Table(
    "told_leads",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    _belongs("occurrence_id", "occurrences.id", is_key=True, is_indexed=True),
    Column("starts", UTC, nullable=False, comment="as they were told"),
    Column("minutes", Integer, nullable=False, comment="the nearest lead they were told of"),
)

own_leads = Table(
    "own_leads",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    _belongs("occurrence_id", "occurrences.id", is_key=True, is_indexed=True),
    Column("minutes", Json, nullable=False, comment="their own leads for this one; empty: none"),
)

muted_events = Table(
    "muted_events",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    _belongs("event_id", "events.id", is_key=True, is_indexed=True),
)

untold_changes = Table(
    "untold_changes",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    _belongs("occurrence_id", "occurrences.id", is_key=True, is_indexed=True),
    Column("since", UTC, nullable=False),
    Column("was", Json, nullable=False, comment="before the first change they were not told of"),
)

preferences = Table(
    "preferences",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    Column("values", Json, nullable=False, comment="what was set; all else is as by default"),
)

nudges = Table(
    "nudges",
    metadata,
    _belongs("person_id", "people.id", is_key=True),
    Column("digested", Date, nullable=False, comment="the day of the last digest"),
    Column("asked", UTC, nullable=False, comment="asked about what ended by then"),
    Column("briefed", UTC, nullable=False, comment="told of what starts by then"),
    Column("nudged_at", UTC, nullable=True),
    Column("nudged_on", Date, nullable=True, comment="the day that was where they were"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("person_id", "people.id"),
    Column("source", Text, nullable=False, comment="what tells the words; empty: the owner"),
    Column("source_id", Integer, nullable=True),
    Column("text", Text, nullable=False, comment="sealed, or plain JSON"),
    Column("starts", Wall, nullable=False),
    Column("zone", Text, nullable=False),
    Column("rrule", Text, nullable=False),
    Column("at", UTC, nullable=False, comment="when it comes next or, once told, when it came"),
    Column("state", Text, nullable=False),
    Column("request_id", Text, nullable=True),
    Column("made_at", UTC, nullable=False),
    UniqueConstraint("person_id", "request_id"),
    UniqueConstraint("person_id", "source", "source_id"),
    Index("ix_reminders_coming", "person_id", "state", "at"),
    sqlite_autoincrement=True,
)

goals = Table(
    "goals",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("person_id", "people.id"),
    Column("text", Text, nullable=False, comment="sealed, or plain JSON"),
    Column("topic", Text, nullable=False, comment="a pillar; empty: none"),
    Column("due_on", Date, nullable=True),
    Column("state", Text, nullable=False),
    Column("made_at", UTC, nullable=False),
    Column("settled_at", UTC, nullable=True, comment="when it was ticked off or let go"),
    Column("request_id", Text, nullable=True),
    UniqueConstraint("person_id", "request_id"),
    Index("ix_goals_state", "person_id", "state", "due_on"),
    sqlite_autoincrement=True,
)

# --- whom somebody knows -----------------------------------------------------------------------------------

# What people wrote stands in one column of a table, sealed where there is a key (`storage.sealed`).

connections = Table(
    "connections",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("owner_id", "people.id"),
    Column("version", Integer, nullable=False, comment="1, and one more with each change"),
    Column("about", Text, nullable=False, comment="sealed, or plain JSON"),
    # of all that is written about them: entries and promises too, and the terms they are found by
    Column("sealed_by", Text, nullable=False, index=True, comment="which key; empty: none; ?: it is not indexed yet"),
    Column("member_id", Integer, ForeignKey("people.id", ondelete="SET NULL"), nullable=True),
    Column("last_contact", Date, nullable=False),
    Column("cadence_count", Integer, nullable=True),
    Column("cadence_unit", Text, nullable=False),
    Column("back_on", Date, nullable=True, comment="the last contact and the cadence together"),
    Column("follow_up", Wall, nullable=True),
    Column("follow_up_zone", Text, nullable=False),
    Column("request_id", Text, nullable=True),
    Column("import_id", Text, nullable=True),
    Column("is_changed", Boolean, nullable=False, comment="by anybody since it was added"),
    Column("created_at", UTC, nullable=False),
    UniqueConstraint("owner_id", "request_id"),
    Index("ix_connections_last_contact", "owner_id", "last_contact", "id"),
    _sparse("ix_connections_back_on", "owner_id", "back_on"),
    _sparse("ix_connections_import_id", "owner_id", "import_id"),
    _sparse("ix_connections_member_id", "member_id"),
    sqlite_autoincrement=True,
)

connection_entries = Table(
    "connection_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("owner_id", "people.id"),
    _belongs("connection_id", "connections.id"),
    Column("kind", Text, nullable=False),
    Column("at", UTC, nullable=False),
    Column("text", Text, nullable=False, comment="sealed, or plain JSON"),
    # no foreign key: another may stand in for it, and what was met at stays known when it is gone
    Column("occurrence_id", Integer, nullable=True),
    Column("request_id", Text, nullable=True),
    UniqueConstraint("owner_id", "request_id"),
    Index("ix_connection_entries_at", "connection_id", "at", "id"),
    sqlite_autoincrement=True,
)

promises = Table(
    "promises",
    metadata,
    Column("id", Integer, primary_key=True),
    _belongs("owner_id", "people.id"),
    _belongs("connection_id", "connections.id", is_indexed=True),
    Column("side", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("text", Text, nullable=False, comment="sealed, or plain JSON"),
    Column("made_at", UTC, nullable=False),
    Column("due", Wall, nullable=True),
    Column("due_zone", Text, nullable=False),
    Column("due_at", UTC, nullable=True, comment="the instant of `due`"),
    Column("settled_at", UTC, nullable=True),
    Column("request_id", Text, nullable=True),
    UniqueConstraint("owner_id", "request_id"),
    Index("ix_promises_standing", "owner_id", "standing", "due_at", "id"),
    sqlite_autoincrement=True,
)

connection_terms = Table(
    "connection_terms",
    metadata,
    # no foreign key: it goes with the connection, and to check two for each word takes PostgreSQL twice as long
    Column("owner_id", Integer, primary_key=True, autoincrement=False),
    # compared by code point, as `place_names.key` is
    Column("term", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    _belongs("connection_id", "connections.id", is_key=True, is_indexed=True),
    Column("fields", Integer, nullable=False, comment="where it stands, a bit for each"),
    sqlite_with_rowid=False,
)
"""What connections are found by (`storage.connection_terms`): words, or their hashes where there is a key."""

# --- what adapters keep ------------------------------------------------------------------------------------

notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

turnstiles = Table(
    "turnstiles",
    metadata,
    Column("name", Text, primary_key=True),
    Column("passed_at", UTC, nullable=False, comment="by the database's clock"),
)

heard = Table(
    "heard",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", UTC, nullable=False, index=True),
)

installations = Table(
    "installations",
    metadata,
    Column("home", Text, primary_key=True, comment="a workspace, or an organisation installed into whole"),
    Column("organisation", Text, nullable=False, index=True),
    Column("sealed", Text, nullable=False, comment="empty once it was removed"),
    Column("installed_at", UTC, nullable=False),
    Column("removed_at", UTC, nullable=True),
    _sparse("ix_installations_removed_at", "removed_at"),
)

installed_workspaces = Table(
    "installed_workspaces",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("home", Text, ForeignKey("installations.home", ondelete="CASCADE"), nullable=False, index=True),
)
"""Which workspaces the installation of a whole organisation serves."""

install_states = Table(
    "install_states",
    metadata,
    Column("state", Text, primary_key=True),
    Column("expires_at", UTC, nullable=False, index=True),
)
