"""What researchers get beyond the public file: who it is about, the day, the obstacle; never the place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import MODES, PUBLIC_COLUMNS, public_frame
from sempre_geo.community.store.contributions import load_ease
from sempre_geo.community.store.public_rows import load_for_research
from sempre_geo.community.store.zones import load_zones
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged
from sempre_geo.pipeline.community.exchange import public_layer
from sempre_geo.region.files import check_table_ending, write_table
from sempre_geo.settings import Settings

RESEARCH_COLUMNS = (
    *PUBLIC_COLUMNS, "municipality", "precision", "topic", "obstacle", "about", "groups", "day", "merged_into",
    *(f"ease_{mode}" for mode in MODES),
)  # fmt: skip


def export_for_research(
    settings: Settings, region: str, path: Path, *, by: Asker = OPERATOR, at: datetime | None = None
) -> int:
    """Write :data:`RESEARCH_COLUMNS` of every published contribution; returns the rows written. The log names who did.

    The public file leaves out who an item is about, its day, its obstacle and what was merged into another;
    here they stand. The place is the masked zone as there, and words that nobody has read are in neither. An
    item on health, disability or violence whose author did not want it shown by itself has no words and no
    zone here, only its municipality. ``municipality`` is the zone's where there is one, and ``precision``
    says whether a place is known by its ``zone`` or by its ``municipality`` only: that somebody named a settlement
    would, in a zone with one small settlement, say in which.

    Raises
    ------
    InputError
        The file's ending is none that can be written.
    NotAllowedError
        The asker may not export for research in this region.
    """
    check_table_ending(path)
    when = at or now()
    with open_community(settings).writing() as transaction:
        privileged(
            settings, transaction, by, action="export for research", thing=f"export of {region}",
            scopes=(f"region:{region}",), detail=path.name, at=when,
        )  # fmt: skip
        rows, zones = load_for_research(transaction, region), load_zones(transaction, region)
        felt = load_ease(transaction, region)
    frame = _research_frame(rows, zones, felt, as_of=when.date().isoformat())
    write_table(public_layer(frame), path)
    return len(frame)


def _research_frame(rows: pd.DataFrame, zones: pd.DataFrame, felt: pd.DataFrame, *, as_of: str) -> pd.DataFrame:
    counted = rows["topic"].ne("") & ~rows["shown_alone"].astype(bool)
    bare = rows.assign(
        title=rows["title"].mask(counted, ""), text=rows["text"].mask(counted, ""),
        zone_id=rows["zone_id"].mask(counted, None),
    )  # fmt: skip
    shown = public_frame(bare, zones, as_of=as_of)
    ease = felt.pivot_table(index="contribution_id", columns="mode", values="ease", aggfunc="first")
    steps = {f"ease_{mode}": rows["id"].map(ease[mode]) if mode in ease else None for mode in MODES}
    kept = rows[["municipality", "topic", "obstacle", "about", "merged_into"]]
    of_rows = {"groups": rows["groups"].map(";".join), "day": rows["created_at"].str.slice(0, 10)}
    precision = bare["zone_id"].notna().map({True: "zone", False: "municipality"})
    whole = shown.assign(**kept, **of_rows, precision=precision, **steps)
    return whole[list(RESEARCH_COLUMNS)]
