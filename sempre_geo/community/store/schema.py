"""Every table of the store together, as the migrations make them."""

from __future__ import annotations

from sempre_geo.community.store import office_tables, tables
from sempre_geo.community.store.columns import metadata

__all__ = ["metadata", "office_tables", "tables"]
