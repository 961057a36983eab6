"""The map of travel times as a table, one row a settlement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sempre_geo.pipeline.explore.views import named, open_region
from sempre_geo.settings import Settings

COLUMNS = (
    "settlement",
    "municipality",
    "people",
    "shortest_min",
    "middle_min",
    "longest_min",
    "no_way",
    "unknown",
    "nearest",
)


def place_table(settings: Settings, region: str, *, surface: pd.DataFrame, language: str = "") -> pd.DataFrame:
    """The minutes of a surface (see `travel_surface`) for the people of each settlement.

    Returns
    -------
    DataFrame
        `COLUMNS`, sorted by the middle minutes, the longest first. ``middle_min`` is the median over the
        settlement's cells that can get there, weighted by people; minutes are NaN where nobody can or it is not
        known. ``no_way`` and ``unknown`` count people. ``nearest`` is the service nearest to most of them.
    """
    built = open_region(settings, region)
    cells = built.cells[["settlement_id", "municipality_id", "population"]].join(surface)
    rows = [_row(part) | _names(built.services, part, language) for _id, part in cells.groupby("settlement_id")]
    table = pd.DataFrame(rows, index=sorted(cells["settlement_id"].dropna().unique()))
    if table.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    table["settlement"] = [named(built.settlements.loc[[key]].iloc[0], language) for key in table.index]
    towns = built.municipalities
    table["municipality"] = [
        named(towns.loc[[key]].iloc[0], language) if key in towns.index else "" for key in table["municipality_id"]
    ]
    return table[list(COLUMNS)].sort_values("middle_min", ascending=False, na_position="first", kind="stable")


def _row(part: pd.DataFrame) -> dict[str, object]:
    people = part["population"].fillna(0.0)
    minutes = part["minutes"].astype(float)
    reached = minutes[np.isfinite(minutes)]
    return {
        "municipality_id": part["municipality_id"].iloc[0],
        "people": float(people.sum()),
        "shortest_min": float(reached.min()) if len(reached) else np.nan,
        "middle_min": weighted_median(reached, people[reached.index]),
        "longest_min": float(reached.max()) if len(reached) else np.nan,
        "no_way": float(people[np.isposinf(minutes)].sum()),
        "unknown": float(people[minutes.isna()].sum()),
    }


def _names(services: pd.DataFrame, part: pd.DataFrame, language: str) -> dict[str, object]:
    ids = part["service_id"].dropna().astype(str)
    return {"nearest": named(services.loc[[ids.mode().iloc[0]]].iloc[0], language) if len(ids) else ""}


def weighted_median(values: pd.Series, weights: pd.Series) -> float:
    """The value that half of the weight does not exceed; the plain lower median where nobody has weight.

    >>> weighted_median(pd.Series([10.0, 50.0]), pd.Series([1.0, 9.0])), weighted_median(pd.Series([]), pd.Series([]))
    (50.0, nan)
    """
    if values.empty:
        return float("nan")
    ordered = values.sort_values(kind="stable")
    heavy = weights.reindex(ordered.index).astype(float)
    if heavy.sum() <= 0:
        heavy = heavy * 0 + 1
    at = int(np.searchsorted(heavy.cumsum().to_numpy(), heavy.sum() / 2))
    return float(ordered.iloc[min(at, len(ordered) - 1)])
