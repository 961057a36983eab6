"""Use case: minutes between any two lists of points."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.closed_ferries import network_of
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.region.tables import FIRST_ROW, raise_problems, read_points
from sempre_geo.settings import Settings
from sempre_geo.travel.nearest import Streets, streets_of, travel_matrix
from sempre_geo.travel.speeds import MODES
from sempre_geo.travel.streets import StreetNetwork

_BLOCK_PAIRS = 2_000_000


def matrix(
    settings: Settings,
    region: str,
    *,
    mode: str,
    origins: Path,
    destinations: Path,
    depart: datetime | None = None,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Minutes from every origin to every destination.

    Parameters
    ----------
    origins, destinations
        CSV files with the columns ``id, lon, lat``.
    depart
        When to leave, local time; needed by transit. By street only the day counts, for ferries that rest.

    Returns
    -------
    pandas.DataFrame
        ``origin_id, destination_id, minutes, status``, one row a pair, origins outermost; infinite minutes where
        there is no way. By wheelchair the minutes are pessimistic, and ``minutes_if_unknown_is_fine`` stands
        beside them; the status is ``unknown`` where only ways that nobody has described lead there.

    Raises
    ------
    InputError
        A list has wrong rows, the mode is unknown, or transit is asked for without a time.
    MissingFileError
        The region is not built, or a list is not there.
    """
    built = region_in_use(settings, region).on(depart.date() if depart else None)
    starts, ends = (_read_places(path, built) for path in (origins, destinations))
    if mode == "transit":
        return _transit(settings, built, starts, ends, depart=depart, progress=progress)
    if mode not in MODES:
        raise InputError(
            _("There is no mode '{mode}'; use one of {known}.").format(mode=mode, known=", ".join((*MODES, "transit")))
        )
    network = network_of(built, mode)
    blocks = list(_blocks(network, starts, ends, progress=progress))
    progress(_("Done"), 1.0)
    return pd.concat(blocks, ignore_index=True)


def _read_places(path: Path, region: Region) -> gpd.GeoDataFrame:
    """A list of points; those that would lie in the region with longitude and latitude exchanged are named."""
    places = read_points(path)
    west, south, east, north = region.bbox
    x, y = places.geometry.x, places.geometry.y
    inside = x.between(west, east) & y.between(south, north)
    swapped = ~inside & x.between(south, north) & y.between(west, east)
    raise_problems(path, {_("longitude and latitude swapped"): pd.Index(np.flatnonzero(swapped) + FIRST_ROW)})
    return places


def _blocks(
    network: StreetNetwork, starts: gpd.GeoDataFrame, ends: gpd.GeoDataFrame, *, progress: Progress
) -> Iterator[pd.DataFrame]:
    """The matrix in blocks of rows, so that memory stays small."""
    streets = streets_of(network)
    fine = Streets(network, streets.index, fine=True) if network.mode == "wheelchair" else None
    rows = max(1, _BLOCK_PAIRS // max(len(ends), 1))
    for first in range(0, len(starts), rows):
        progress(_("Travel times by {mode}").format(mode=network.mode), first / len(starts))
        part = starts.iloc[first : first + rows]
        table = travel_matrix(streets, part, ends).drop(columns="metres")
        if fine is not None:
            best = travel_matrix(fine, part, ends)["minutes"]
            table["minutes_if_unknown_is_fine"] = best
            table.loc[np.isinf(table["minutes"]) & np.isfinite(best), "status"] = "unknown"
        yield table


def _transit(
    settings: Settings,
    region: Region,
    starts: gpd.GeoDataFrame,
    ends: gpd.GeoDataFrame,
    *,
    depart: datetime | None,
    progress: Progress,
) -> pd.DataFrame:
    if depart is None:
        raise InputError(_("Transit needs a time to leave; add --depart YYYY-MM-DDTHH:MM."))
    from sempre_geo.pipeline.travel.journey import transit_matrix

    return transit_matrix(settings, region, starts, ends, depart=depart, progress=progress)
