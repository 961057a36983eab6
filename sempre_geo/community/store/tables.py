"""The tables as this version of the code expects them; the migrations lead every older store here.

Moments are text in UTC (``2026-11-24T08:05:00Z``): they sort, and mean the same in every database. Exact
places lie in a table of their own, so that a query for the public cannot touch them by accident and
retention can empty it.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sempre_geo.community.store.columns import DIGEST, ID, MOMENT, WORD, contribution_key, metadata

contributions = Table(
    "contributions",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("category", String(WORD), nullable=False),
    Column("topic", String(16), nullable=False),
    Column("obstacle", String(32), nullable=False),
    Column("about", String(32), nullable=False),
    Column("groups", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("settlement_id", String(WORD)),
    Column("municipality_id", String(WORD)),
    Column("municipality", Text, nullable=False),
    Column("zone_id", String(ID)),
    Column("precision", String(16), nullable=False),
    Column("how_it_came_in", String(16), nullable=False),
    Column("shown_alone", Boolean, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(MOMENT), nullable=False),
    Column("merged_into", String(ID), ForeignKey("contributions.id", ondelete="SET NULL")),
    Column("findings", JSON, nullable=False),
    Column("claim_digest", String(DIGEST), unique=True),
    Column("sending_key", String(DIGEST), unique=True),
    Column("created_at", String(MOMENT), nullable=False),
    CheckConstraint("kind in ('need', 'idea')", name="kind"),
    Index(None, "region", "status"),
    Index(None, "region", "category"),
    Index(None, "merged_into"),
)

exact_places = Table(
    "exact_places",
    metadata,
    contribution_key(primary=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
)

ease = Table(
    "ease",
    metadata,
    contribution_key(primary=True),
    Column("mode", String(16), primary_key=True),
    Column("ease", Integer, nullable=False),
    CheckConstraint("ease between 1 and 5", name="five_steps"),
)

voices = Table(
    "voices",
    metadata,
    Column("id", String(ID), primary_key=True),
    contribution_key(),
    Column("voter_digest", String(DIGEST), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("sentence_status", String(16), nullable=False),
    Column("claim_digest", String(DIGEST), unique=True),
    Column("created_at", String(MOMENT), nullable=False),
    UniqueConstraint("contribution_id", "voter_digest"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("thing", String(ID), nullable=False),
    Column("at", String(MOMENT), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(WORD), nullable=False),
    Index(None, "thing"),
)

originals = Table(
    "originals",
    metadata,
    Column("id", Integer, primary_key=True),
    contribution_key(),
    Column("at", String(MOMENT), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_by", String(WORD), nullable=False),
    Index(None, "contribution_id"),
)

photos = Table(
    "photos",
    metadata,
    Column("id", String(ID), primary_key=True),
    contribution_key(),
    Column("sha256", String(DIGEST), nullable=False),
    Column("published", Boolean, nullable=False),
    Index(None, "contribution_id"),
)

zones = Table(
    "zones",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("name", Text, nullable=False),
    Column("municipality_id", String(WORD), nullable=False),
    Column("residents", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("accuracy_m", Integer, nullable=False),
    Index(None, "region"),
)

zone_squares = Table(
    "zone_squares",
    metadata,
    Column("region", String(WORD), primary_key=True),
    Column("north", Integer, primary_key=True, autoincrement=False),
    Column("east", Integer, primary_key=True, autoincrement=False),
    Column("zone_id", String(ID), ForeignKey("zones.id", ondelete="CASCADE")),
    Column("municipality_id", String(WORD), nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("idea_id", String(ID), ForeignKey("contributions.id", ondelete="SET NULL")),
    Column("title", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("for_whom", Text, nullable=False),
    Column("why_here", Text, nullable=False),
    Column("place_name", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("ownership", String(16), nullable=False),
    Column("answers", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(MOMENT), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Column("read_version", Integer, nullable=False, server_default="0"),
    Column("origin", JSON),
    Index(None, "region", "status"),
    Index(None, "idea_id"),
)

proposal_versions = Table(
    "proposal_versions",
    metadata,
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", String(MOMENT), nullable=False),
    Column("content", JSON, nullable=False),
    Column("actor", String(WORD), nullable=False, server_default=""),
)

proposal_drafts = Table(
    "proposal_drafts",
    metadata,
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("writer", String(WORD), primary_key=True),
    Column("question", String(WORD), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("at", String(MOMENT), nullable=False),
)

proposal_needs = Table(
    "proposal_needs",
    metadata,
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("contribution_id", String(ID), ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True),
)

idea_needs = Table(
    "idea_needs",
    metadata,
    Column("idea_id", String(ID), ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True),
    Column("need_id", String(ID), ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "need_id"),
)

team = Table(
    "team",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    Column("part", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Boolean, nullable=False),
    Column("account_id", String(ID), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("claim_digest", String(DIGEST), unique=True),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "proposal_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("digest", String(DIGEST), primary_key=True),
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "proposal_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", String(ID), ForeignKey("team.id", ondelete="SET NULL")),
    Column("text", Text, nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "proposal_id"),
)

erasures = Table(
    "erasures",
    metadata,
    Column("thing", String(ID), primary_key=True),
    Column("at", String(MOMENT), nullable=False),
)

public_cuts = Table(
    "public_cuts",
    metadata,
    Column("region", String(WORD), primary_key=True),
    Column("week", String(10), primary_key=True),
    Column("content", JSON, nullable=False),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merge_id", String(ID), nullable=False),
    Column("contribution_id", String(ID), ForeignKey("contributions.id", ondelete="CASCADE"), nullable=False),
    Column("after", String(ID), nullable=False),
    Column("at", String(MOMENT), nullable=False),
    Column("undone", Boolean, nullable=False),
    Column("as_read", Boolean, nullable=False),
    Index(None, "merge_id"),
    Index(None, "contribution_id"),
    Index(None, "after"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("layer", String(16), nullable=False),
    Column("thing", String(WORD), nullable=False),
    Column("field", String(WORD), nullable=False),
    Column("value", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(MOMENT), nullable=False),
    Column("decided_by", String(WORD), nullable=False),
    Column("claim_digest", String(DIGEST), unique=True),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "region", "status"),
)

networks = Table(
    "networks",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
)

network_proposals = Table(
    "network_proposals",
    metadata,
    Column("network_id", String(ID), ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True),
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
)

diary = Table(
    "diary",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("thing", String(ID), nullable=False),
    Column("period", Integer, nullable=False),
    Column("good", Text, nullable=False),
    Column("hard", Text, nullable=False),
    Column("further", Text, nullable=False),
    Column("actor", String(WORD), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "thing"),
)

lessons = Table(
    "lessons",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("proposal_id", String(ID), ForeignKey("proposals.id", ondelete="SET NULL")),
    Column("region", String(WORD), nullable=False),
    Column("region_title", Text, nullable=False),
    Column("country", String(16), nullable=False),
    Column("network", Text, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("category", String(WORD), nullable=False),
    Column("barriers", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("again", Text, nullable=False),
    Column("not_again", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("came_from", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "status"),
    Index(None, "proposal_id"),
)
