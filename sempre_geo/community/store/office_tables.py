"""The tables of the office: accounts and the log, limits, providers, escalations. What people say is in ``tables``."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from sempre_geo.community.store.columns import DIGEST, ID, MOMENT, WORD, contribution_key, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("name", String(WORD), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", String(MOMENT), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("account_id", String(ID), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("scope", String(WORD), primary_key=True),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(MOMENT), nullable=False),
    Column("actor", String(WORD), nullable=False),
    Column("action", String(WORD), nullable=False),
    Column("thing", String(WORD), nullable=False),
    Column("detail_digest", String(DIGEST), nullable=False),
    Column("hash", String(DIGEST), nullable=False),
)

limits = Table(
    "limits",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("sender_digest", String(DIGEST), primary_key=True),
    Column("sent", Integer, nullable=False),
)

workshops = Table(
    "workshops",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("word_digest", String(DIGEST), nullable=False, unique=True),
    Column("opened_by", String(WORD), nullable=False),
    Column("opened_at", String(MOMENT), nullable=False),
    Column("closes_at", String(MOMENT), nullable=False),
    Column("settlement_id", String(WORD), nullable=False, server_default=""),
    Column("municipality_id", String(WORD), nullable=False, server_default=""),
    Column("place_name", Text, nullable=False, server_default=""),
    Column("consent", Text, nullable=False, server_default=""),
    Column("office", Text, nullable=False, server_default=""),
)

workshop_entries = Table(
    "workshop_entries",
    metadata,
    contribution_key(primary=True),
    Column("workshop_id", String(ID), ForeignKey("workshops.id", ondelete="CASCADE"), nullable=False),
    Column("further", Boolean, nullable=False),
    Index(None, "workshop_id"),
)
"""What was told in which workshop; ``further`` marks what somebody told after their first."""

sent_texts = Table(
    "sent_texts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("text_digest", String(DIGEST), primary_key=True),
    Column("sent", Integer, nullable=False),
)

provider_requests = Table(
    "provider_requests",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("service_id", String(WORD), nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(MOMENT), nullable=False),
    Column("decided_by", String(WORD), nullable=False),
    Column("account_id", String(ID), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("claim_digest", String(DIGEST), unique=True),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "region", "status"),
)

offers = Table(
    "offers",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("service_id", String(WORD), nullable=False),
    Column("account_id", String(ID), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_at", String(MOMENT), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "region", "status"),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account_id", String(ID), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", String(ID), primary_key=True),
    contribution_key(),
    Column("at", String(MOMENT), nullable=False),
    Column("by", String(WORD), nullable=False),
    Column("note", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("closed_at", String(MOMENT), nullable=False),
    Index(None, "contribution_id"),
)

public_changes = Table(
    "public_changes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("contribution_id", String(ID), nullable=False),
    sqlite_autoincrement=True,
)
"""Which contribution changed for the public, in which order: what a kept public frame is brought up to date by."""

tours = Table(
    "tours",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("content", JSON, nullable=False),
    Column("actor", String(WORD), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "region"),
)

outreach_days = Table(
    "outreach_days",
    metadata,
    Column("id", String(ID), primary_key=True),
    Column("region", String(WORD), nullable=False),
    Column("held_on", String(10), nullable=False),
    Column("settlement_id", String(WORD), nullable=False),
    Column("hall", Text, nullable=False),
    Column("population_group", String(32), nullable=False),
    Column("came", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("actor", String(WORD), nullable=False),
    Column("created_at", String(MOMENT), nullable=False),
    Index(None, "region"),
)

looks = Table(
    "looks",
    metadata,
    Column("account_id", String(ID), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("region", String(WORD), primary_key=True),
    Column("at", String(MOMENT), nullable=False),
)
