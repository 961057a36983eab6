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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

_ID = 32
_WORD = 64
_MOMENT = 20
_DIGEST = 64

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _contribution_key(*, primary: bool = False) -> Column[str]:
    return Column(
        "contribution_id",
        String(_ID),
        ForeignKey("contributions.id", ondelete="CASCADE"),
        primary_key=primary,
        nullable=False,
    )


contributions = Table(
    "contributions",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("category", String(_WORD), nullable=False),
    Column("topic", String(16), nullable=False),
    Column("obstacle", String(32), nullable=False),
    Column("about", String(32), nullable=False),
    Column("groups", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("settlement_id", String(_WORD)),
    Column("municipality_id", String(_WORD)),
    Column("municipality", Text, nullable=False),
    Column("zone_id", String(_ID)),
    Column("precision", String(16), nullable=False),
    Column("how_it_came_in", String(16), nullable=False),
    Column("shown_alone", Boolean, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(_MOMENT), nullable=False),
    Column("merged_into", String(_ID), ForeignKey("contributions.id", ondelete="SET NULL")),
    Column("findings", JSON, nullable=False),
    Column("claim_digest", String(_DIGEST), unique=True),
    Column("sending_key", String(_DIGEST), unique=True),
    Column("created_at", String(_MOMENT), nullable=False),
    CheckConstraint("kind in ('need', 'idea')", name="kind"),
    Index(None, "region", "status"),
    Index(None, "merged_into"),
)

exact_places = Table(
    "exact_places",
    metadata,
    _contribution_key(primary=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
)

ease = Table(
    "ease",
    metadata,
    _contribution_key(primary=True),
    Column("mode", String(16), primary_key=True),
    Column("ease", Integer, nullable=False),
    CheckConstraint("ease between 1 and 5", name="five_steps"),
)

voices = Table(
    "voices",
    metadata,
    Column("id", String(_ID), primary_key=True),
    _contribution_key(),
    Column("voter_digest", String(_DIGEST), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("sentence_status", String(16), nullable=False),
    Column("claim_digest", String(_DIGEST), unique=True),
    Column("created_at", String(_MOMENT), nullable=False),
    UniqueConstraint("contribution_id", "voter_digest"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("thing", String(_ID), nullable=False),
    Column("at", String(_MOMENT), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(_WORD), nullable=False),
    Index(None, "thing"),
)

originals = Table(
    "originals",
    metadata,
    Column("id", Integer, primary_key=True),
    _contribution_key(),
    Column("at", String(_MOMENT), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_by", String(_WORD), nullable=False),
    Index(None, "contribution_id"),
)

photos = Table(
    "photos",
    metadata,
    Column("id", String(_ID), primary_key=True),
    _contribution_key(),
    Column("sha256", String(_DIGEST), nullable=False),
    Column("published", Boolean, nullable=False),
    Index(None, "contribution_id"),
)

zones = Table(
    "zones",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("name", Text, nullable=False),
    Column("municipality_id", String(_WORD), nullable=False),
    Column("residents", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("accuracy_m", Integer, nullable=False),
    Index(None, "region"),
)

zone_squares = Table(
    "zone_squares",
    metadata,
    Column("region", String(_WORD), primary_key=True),
    Column("north", Integer, primary_key=True, autoincrement=False),
    Column("east", Integer, primary_key=True, autoincrement=False),
    Column("zone_id", String(_ID), ForeignKey("zones.id", ondelete="CASCADE")),
    Column("municipality_id", String(_WORD), nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("name", String(_WORD), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", String(_MOMENT), nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("account_id", String(_ID), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("scope", String(_WORD), primary_key=True),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("idea_id", String(_ID), ForeignKey("contributions.id", ondelete="SET NULL")),
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
    Column("status_at", String(_MOMENT), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
    Column("read_version", Integer, nullable=False, server_default="0"),
    Column("origin", JSON),
    Index(None, "region", "status"),
)

proposal_versions = Table(
    "proposal_versions",
    metadata,
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", String(_MOMENT), nullable=False),
    Column("content", JSON, nullable=False),
    Column("actor", String(_WORD), nullable=False, server_default=""),
)

proposal_drafts = Table(
    "proposal_drafts",
    metadata,
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("writer", String(_WORD), primary_key=True),
    Column("question", String(_WORD), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("at", String(_MOMENT), nullable=False),
)

proposal_needs = Table(
    "proposal_needs",
    metadata,
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("contribution_id", String(_ID), ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True),
)

team = Table(
    "team",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    Column("part", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Boolean, nullable=False),
    Column("account_id", String(_ID), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("claim_digest", String(_DIGEST), unique=True),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "proposal_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("digest", String(_DIGEST), primary_key=True),
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "proposal_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", String(_ID), ForeignKey("team.id", ondelete="SET NULL")),
    Column("text", Text, nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "proposal_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(_MOMENT), nullable=False),
    Column("actor", String(_WORD), nullable=False),
    Column("action", String(_WORD), nullable=False),
    Column("thing", String(_WORD), nullable=False),
    Column("detail_digest", String(_DIGEST), nullable=False),
    Column("hash", String(_DIGEST), nullable=False),
)

limits = Table(
    "limits",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("sender_digest", String(_DIGEST), primary_key=True),
    Column("sent", Integer, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("thing", String(_ID), primary_key=True),
    Column("at", String(_MOMENT), nullable=False),
)

public_cuts = Table(
    "public_cuts",
    metadata,
    Column("region", String(_WORD), primary_key=True),
    Column("week", String(10), primary_key=True),
    Column("content", JSON, nullable=False),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merge_id", String(_ID), nullable=False),
    Column("contribution_id", String(_ID), ForeignKey("contributions.id", ondelete="CASCADE"), nullable=False),
    Column("before", String(_ID)),
    Column("after", String(_ID), nullable=False),
    Column("at", String(_MOMENT), nullable=False),
    Column("undone", Boolean, nullable=False),
    Index(None, "merge_id"),
)

workshops = Table(
    "workshops",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("word_digest", String(_DIGEST), nullable=False, unique=True),
    Column("opened_by", String(_WORD), nullable=False),
    Column("opened_at", String(_MOMENT), nullable=False),
    Column("closes_at", String(_MOMENT), nullable=False),
)

sent_texts = Table(
    "sent_texts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("text_digest", String(_DIGEST), primary_key=True),
    Column("sent", Integer, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("layer", String(16), nullable=False),
    Column("thing", String(_WORD), nullable=False),
    Column("field", String(_WORD), nullable=False),
    Column("value", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(_MOMENT), nullable=False),
    Column("decided_by", String(_WORD), nullable=False),
    Column("claim_digest", String(_DIGEST), unique=True),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "region", "status"),
)

networks = Table(
    "networks",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
)

network_proposals = Table(
    "network_proposals",
    metadata,
    Column("network_id", String(_ID), ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True),
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
)

diary = Table(
    "diary",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("thing", String(_ID), nullable=False),
    Column("period", Integer, nullable=False),
    Column("good", Text, nullable=False),
    Column("hard", Text, nullable=False),
    Column("further", Text, nullable=False),
    Column("actor", String(_WORD), nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "thing"),
)

lessons = Table(
    "lessons",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("proposal_id", String(_ID), ForeignKey("proposals.id", ondelete="SET NULL")),
    Column("region", String(_WORD), nullable=False),
    Column("region_title", Text, nullable=False),
    Column("country", String(16), nullable=False),
    Column("network", Text, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("category", String(_WORD), nullable=False),
    Column("barriers", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("again", Text, nullable=False),
    Column("not_again", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("came_from", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "status"),
    Index(None, "proposal_id"),
)

public_changes = Table(
    "public_changes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("contribution_id", String(_ID), nullable=False),
    sqlite_autoincrement=True,
)
"""Which contribution changed for the public, in which order: what a kept public frame is brought up to date by."""

provider_requests = Table(
    "provider_requests",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("service_id", String(_WORD), nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(_MOMENT), nullable=False),
    Column("decided_by", String(_WORD), nullable=False),
    Column("account_id", String(_ID), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("claim_digest", String(_DIGEST), unique=True),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "region", "status"),
)

offers = Table(
    "offers",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("region", String(_WORD), nullable=False),
    Column("service_id", String(_WORD), nullable=False),
    Column("account_id", String(_ID), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(_MOMENT), nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
    Index(None, "region", "status"),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account_id", String(_ID), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(_MOMENT), nullable=False),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", String(_ID), primary_key=True),
    _contribution_key(),
    Column("at", String(_MOMENT), nullable=False),
    Column("by", String(_WORD), nullable=False),
    Column("note", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("closed_at", String(_MOMENT), nullable=False),
    Index(None, "contribution_id"),
)
