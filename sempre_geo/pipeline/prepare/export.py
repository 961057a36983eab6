"""Use case: a region's layers and what people said in public, as one file for other programs."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.pipeline.community.exchange import public_layer
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.region.files import write_layers
from sempre_geo.settings import Settings


def export(settings: Settings, region: str, *, out: Path, progress: Progress = silent) -> int:
    """Write public contributions, services, and cells with the minutes to their nearest services.

    A GeoPackage has a layer of each; other files are one table whose rows say their ``layer``. Every row says
    where it is (``lon, lat``) and whether the place is invented (``fictional``). Contributions are those that
    anybody may see, with nothing finer than their zone. Returns the number of rows written.

    Raises
    ------
    InputError
        The file's ending is none that can be written.
    MissingFileError
        The region is not built.
    """
    built = region_in_use(settings, region)
    fictional = "fictional" if built.fictional else ""
    layers = {name: _placed(frame).assign(fictional=fictional) for name, frame in _layers(settings, built).items()}
    progress(str(out), 0.5)
    write_layers(layers, out)
    progress(str(out), 1.0)
    return sum(len(frame) for frame in layers.values())


def _layers(settings: Settings, region: Region) -> dict[str, gpd.GeoDataFrame]:
    names = region.municipalities["name"]
    said = public_layer(public_contributions(settings, region.name))
    services = region.services.assign(municipality=region.services["municipality_id"].map(names))
    cells = region.cells.join(nearest_minutes(region.travel_times))
    cells["municipality"] = cells["municipality_id"].map(names)
    return {
        "contributions": said if "id" in said.columns else said.reset_index(),
        "services": services.reset_index(),
        "cells": cells.reset_index(),
    }


def _placed(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer with ``lon`` and ``lat`` of its points, as contributions have them."""
    return layer if "lon" in layer else layer.assign(lon=layer.geometry.x, lat=layer.geometry.y)


def nearest_minutes(times: pd.DataFrame) -> pd.DataFrame:
    """Minutes to the nearest service and whether they are known, two columns a category and mode.

    Without a way the minutes are infinite (null in GeoJSON) and the status says why.

    >>> times = pd.DataFrame({"cell_id": ["a"], "category": ["gp"], "mode": ["car"], "rank": [1], "minutes": [7.0]})
    >>> nearest_minutes(times.assign(status="ok")).to_dict("index")
    {'a': {'gp_car_min': 7.0, 'gp_car_status': 'ok'}}
    """
    first = times[times["rank"] == 1]
    named = first["category"].astype(str) + "_" + first["mode"].astype(str)
    columns: dict[str, pd.Series] = {}
    for name, rows in first.groupby(named, sort=True):
        of_cells = rows.set_index(rows["cell_id"].astype(str))
        columns[f"{name}_min"] = of_cells["minutes"].astype(np.float64)
        columns[f"{name}_status"] = of_cells["status"].astype(object)
    return pd.DataFrame(columns)
