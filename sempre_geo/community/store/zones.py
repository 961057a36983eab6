"""The masked zones of a region: drawn once, then kept as they are."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import insert, select

from sempre_geo.community.privacy import Zones
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import frame_of
from sempre_geo.community.store.tables import zone_squares, zones

_ZONE = ("id", "name", "municipality_id", "residents", "lon", "lat", "accuracy_m")


def save_zones(transaction: Transaction, region: str, partition: Zones) -> None:
    """Keep a region's partition. There must be none yet: zones of two partitions could be intersected."""
    frames = {
        zones: partition.zones.reset_index(names="id"),
        zone_squares: partition.squares.rename_axis(["north", "east"]).reset_index(),
    }
    for table, frame in frames.items():
        rows: list[dict[str, Any]] = frame.assign(region=region).to_dict("records")  # type: ignore[assignment]
        if rows:
            transaction.execute(insert(table), rows)


def load_zones(transaction: Transaction, region: str) -> pd.DataFrame:
    """The zones of a region alone: index ``zone_id``; ``name, lon, lat, accuracy_m`` ..."""
    columns = (zones.c[name].label("zone_id" if name == "id" else name) for name in _ZONE)
    query = select(*columns).where(zones.c.region == region).order_by(zones.c.id)
    return frame_of(transaction, query).set_index("zone_id")


def load_partition(transaction: Transaction, region: str) -> Zones | None:
    """The whole partition of a region; None if none has been drawn."""
    columns = (zone_squares.c[name] for name in ("north", "east", "municipality_id", "zone_id"))
    result = transaction.execute(select(*columns).where(zone_squares.c.region == region))
    squares = pd.DataFrame(list(result), columns=list(result.keys())).set_index(["north", "east"])
    return None if squares.empty else Zones(load_zones(transaction, region), squares)
