"""What anybody may see of contributions: read once by a program, then brought up to date by what changed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from sempre_geo.community.contributions import public_frame
from sempre_geo.community.store.changes import load_changed, load_last_change
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.frames import newest_first
from sempre_geo.community.store.public_rows import load_public
from sempre_geo.community.store.zones import load_zones
from sempre_geo.pipeline.community.desk import now, on_closing, open_community
from sempre_geo.settings import Settings

_MOST_CHANGES = 2000  # more are read as fast from the beginning
_REGIONS_KEPT = 16


@dataclass(frozen=True)
class _View:
    """A region's public frame as of a change; ``created_at`` is beside it to keep the newest first."""

    change: int
    frame: pd.DataFrame
    created_at: pd.Series
    zones: pd.DataFrame


_views: dict[tuple[str, str], _View] = {}
_reading = threading.Lock()


def public_contributions(settings: Settings, region: str, *, at: datetime | None = None) -> pd.DataFrame:
    """What anybody may see of a region's contributions: see :func:`public_frame` for what that is."""
    known = (settings.store, region)
    with _reading, open_community(settings).reading() as transaction:
        view = _brought_up(transaction, region, before=_views.get(known))
        _views.pop(known, None)
        _views[known] = view
        while len(_views) > _REGIONS_KEPT:
            del _views[next(iter(_views))]
    return view.frame.assign(as_of=(at or now()).date().isoformat())


@on_closing
def forget_views(store: str) -> None:
    """Let go of what was read from a store, whose file may be replaced."""
    with _reading:
        for known in [known for known in _views if known[0] == store]:
            del _views[known]


def _brought_up(transaction: Transaction, region: str, *, before: _View | None) -> _View:
    change = load_last_change(transaction)
    if before is not None and before.change == change:
        return before
    changed = load_changed(transaction, after=before.change, most=_MOST_CHANGES) if before is not None else None
    if before is None or changed is None:
        return _read(transaction, region, change=change, zones=load_zones(transaction, region))
    # Zones never change once they are drawn; a region may be built after the first contribution came.
    zones = before.zones if len(before.zones) else load_zones(transaction, region)
    fresh = _read(transaction, region, change=change, zones=zones, only=changed)
    kept = ~before.frame["id"].isin(changed).to_numpy()
    return _joined(before, kept, fresh)


def _read(
    transaction: Transaction, region: str, *, change: int, zones: pd.DataFrame, only: Sequence[str] | None = None
) -> _View:
    rows = load_public(transaction, region, only=only)
    return _View(change, public_frame(rows, zones, as_of=""), rows["created_at"], zones)


def _joined(before: _View, kept: np.ndarray, fresh: _View) -> _View:
    """The kept rows and the fresh ones in their order; neither view is changed."""
    parts = [_dated(fresh), _dated(before)[kept]]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    frame = frame.iloc[newest_first(frame)].reset_index(drop=True)
    return _View(fresh.change, frame.drop(columns="created_at"), frame["created_at"], fresh.zones)


def _dated(view: _View) -> pd.DataFrame:
    return view.frame.assign(created_at=view.created_at)
