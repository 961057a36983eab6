"""Participatory map and service-gap GIS for rural areas of the Baltic Sea Region.

The measures are exported here and imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sempre_geo.gaps.catchments import floating_catchment
    from sempre_geo.gaps.decay import binary, exponential, gaussian, gravity, step
    from sempre_geo.gaps.equity import (
        concentration_index,
        excess_index,
        gini,
        group_ratio,
        palma,
        shortfall_index,
        theil,
    )
    from sempre_geo.gaps.siting import locate

__version__ = "0.1.0"

_HOMES = {
    "sempre_geo.gaps.catchments": ("floating_catchment",),
    "sempre_geo.gaps.decay": ("binary", "step", "gravity", "exponential", "gaussian"),
    "sempre_geo.gaps.equity": (
        "gini", "palma", "theil", "concentration_index", "shortfall_index", "excess_index", "group_ratio",
    ),
    "sempre_geo.gaps.siting": ("locate",),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "__version__",
    "binary",
    "concentration_index",
    "excess_index",
    "exponential",
    "floating_catchment",
    "gaussian",
    "gini",
    "gravity",
    "group_ratio",
    "locate",
    "palma",
    "shortfall_index",
    "step",
    "theil",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sempre_geo' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
