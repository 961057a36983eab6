"""Participatory map and service-gap GIS for rural areas of the Baltic Sea Region.

The measures are exported here and imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sempre_geo.gaps.capacity import opening_hours_per_week, service_capacity
    from sempre_geo.gaps.catchments import floating_catchment
    from sempre_geo.gaps.decay import binary, exponential, gaussian, gravity, step
    from sempre_geo.gaps.equity import (
        bootstrap_interval,
        concentration_index,
        excess_index,
        gini,
        group_ratio,
        group_ratio_interval,
        palma,
        shortfall_index,
        theil,
    )
    from sempre_geo.gaps.measures import (
        cumulative_opportunities,
        k_nearest_time,
        mean_of_nearest,
        nearest_time,
        service_gap,
    )
    from sempre_geo.gaps.siting import locate

__version__ = "0.1.0"

_HOMES = {
    "sempre_geo.gaps.capacity": ("opening_hours_per_week", "service_capacity"),
    "sempre_geo.gaps.catchments": ("floating_catchment",),
    "sempre_geo.gaps.decay": ("binary", "step", "gravity", "exponential", "gaussian"),
    "sempre_geo.gaps.equity": (
        "gini", "palma", "theil", "concentration_index", "shortfall_index", "excess_index", "group_ratio",
        "bootstrap_interval", "group_ratio_interval",
    ),
    "sempre_geo.gaps.measures": (
        "nearest_time", "k_nearest_time", "mean_of_nearest", "cumulative_opportunities", "service_gap",
    ),
    "sempre_geo.gaps.siting": ("locate",),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "__version__",
    "binary",
    "bootstrap_interval",
    "concentration_index",
    "cumulative_opportunities",
    "excess_index",
    "exponential",
    "floating_catchment",
    "gaussian",
    "gini",
    "gravity",
    "group_ratio",
    "group_ratio_interval",
    "k_nearest_time",
    "locate",
    "mean_of_nearest",
    "nearest_time",
    "opening_hours_per_week",
    "palma",
    "service_capacity",
    "service_gap",
    "shortfall_index",
    "step",
    "theil",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sempre_geo' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
