"""Use case: a region's layers and what people said in public, as one file for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.pipeline.community.exchange import public_layer
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.region.files import write_table
from sempre_geo.settings import Settings


def export(settings: Settings, region: str, *, out: Path, progress: Progress = silent) -> int:
    """Write cells with their nearest services, services, municipalities' names and public contributions.

    Every row says its ``layer``, and whether the place is invented (``fictional``). Contributions are those
    that anybody may see, with nothing finer than their zone. Returns the number of rows written.

    Raises
    ------
    InputError
        The file's ending is none that can be written.
    MissingFileError
        The region is not built.
    """
    built = region_in_use(settings, region)
    layers = list(_layers(settings, built))
    frame = gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), geometry="geometry", crs="EPSG:4326")
    frame["fictional"] = "fictional" if built.fictional else ""
    progress(str(out), 0.5)
    write_table(frame, out)
    progress(str(out), 1.0)
    return len(frame)


def _layers(settings: Settings, region: Region) -> Iterator[gpd.GeoDataFrame]:
    names = region.municipalities["name"]
    cells = region.cells.join(nearest_minutes(region.travel_times))
    cells["municipality"] = cells["municipality_id"].map(names)
    yield cells.reset_index().assign(layer="cells")
    services = region.services.assign(municipality=region.services["municipality_id"].map(names))
    yield services.reset_index().assign(layer="services")
    said = public_layer(public_contributions(settings, region.name))
    yield (said if "id" in said.columns else said.reset_index()).assign(layer="contributions")


def nearest_minutes(times: pd.DataFrame) -> pd.DataFrame:
    """Minutes to the nearest service, one column a category and mode; infinite where there is no way.

    >>> times = pd.DataFrame({"cell_id": ["a"], "category": ["gp"], "mode": ["car"], "rank": [1], "minutes": [7.0]})
    >>> nearest_minutes(times).to_dict("index")
    {'a': {'gp_car_min': 7.0}}
    """
    first = times[times["rank"] == 1]
    column = first["category"].astype(str) + "_" + first["mode"].astype(str) + "_min"
    wide = first.assign(column=column).pivot_table(index="cell_id", columns="column", values="minutes", observed=True)
    return pd.DataFrame(wide.astype(np.float64).rename_axis(columns=None))
