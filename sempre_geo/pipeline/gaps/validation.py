"""Use case: our drives to hospitals and schools beside those that Eurostat has published for the country."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.gaps.measures import mean_of_nearest, nearest_time
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

REFERENCE = "drive_times.csv"
SOURCE = "Eurostat, access to services by road, share of population by driving time, 2023"
_COLUMNS = ("country", "year", "service", "area", "nearest", "limit_min", "beyond_percent")
# Eurostat counts hospitals, and primary and secondary schools of the road and service data it buys.
_CATEGORIES = {"healthcare": ("hospital",), "education": ("primary_school", "secondary_school", "school")}


def validate(settings: Settings, region: str, *, country: str | None = None) -> pd.DataFrame:
    """Our share of people beyond each published driving time, clipped to the same definition.

    The same services, by car, one way, everybody counted, to the nearest or as the mean of the three nearest. A
    region is rarely a whole country: its figures may differ because it is more rural, so those of the country's
    rural areas stand beside, and the difference tells how far to look for an error, not how large it is.

    Parameters
    ----------
    country
        Compare with this country's figures; without it, the region's own.

    Returns
    -------
    pandas.DataFrame
        ``service, nearest`` (1, or 3 for the mean of three), ``limit_min, ours_percent, country, country_percent,
        rural_percent, difference_points`` (ours less the country's), ``people`` (whose time is known), ``unknown,
        year, source``. Ours is missing where the region's data have too few such services.

    Raises
    ------
    MissingDataError
        The table has no figures for the country.
    """
    reference = read_drive_times(settings.definition(REFERENCE))
    built = open_region(settings, region)
    wanted = country or built.country.code
    if wanted not in set(reference["country"]):
        raise MissingDataError(
            _("There are no published driving times for '{country}'; the table has {known}.").format(
                country=wanted, known=", ".join(sorted(reference["country"].unique()))
            )
        )
    table = _published(reference[reference["country"] == wanted])
    people = built.cells["population"].astype(float).fillna(0.0)
    ours = [
        _share(built, people, service=str(service), nearest=int(nearest), limit_min=float(limit_min))
        for service, nearest, limit_min in zip(table["service"], table["nearest"], table["limit_min"], strict=True)
    ]
    table = table.assign(**{name: [row[name] for row in ours] for name in ("ours_percent", "people", "unknown")})
    table["difference_points"] = table["ours_percent"] - table["country_percent"]
    columns = ["service", "nearest", "limit_min", "ours_percent", "country", "country_percent", "rural_percent",
               "difference_points", "people", "unknown", "year"]  # fmt: skip
    return table[columns].assign(source=SOURCE)


def read_drive_times(path: Path) -> pd.DataFrame:
    """The published driving times: `_COLUMNS`; lines that begin with # are left out.

    Raises
    ------
    InputError
        Columns are missing.
    """
    table = pd.read_csv(path, comment="#")
    missing = [column for column in _COLUMNS if column not in table.columns]
    if missing:
        raise InputError(_("{path} lacks the columns {columns}; put it back or reinstall.").format(
            path=path.name, columns=", ".join(missing)))  # fmt: skip
    return table


def _published(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a question, the figures of the whole country and of its rural areas side by side."""
    key = ["country", "year", "service", "nearest", "limit_min"]
    wide = rows.pivot_table(index=key, columns="area", values="beyond_percent").reindex(columns=["all", "rural"])
    return wide.rename(columns={"all": "country_percent", "rural": "rural_percent"}).reset_index()


def _share(region: Region, people: pd.Series, *, service: str, nearest: int, limit_min: float) -> dict[str, float]:
    minutes, known = _minutes(region, service, nearest=nearest)
    counted = float(people[known].sum())
    beyond = float(people[known & (minutes > limit_min)].sum())
    share = 100 * beyond / counted if counted > 0 else np.nan
    return {"ours_percent": share, "people": counted, "unknown": float(people.sum()) - counted}


def _minutes(region: Region, service: str, *, nearest: int) -> tuple[pd.Series, pd.Series]:
    """Minutes by car to the nearest of all the service's categories, or the mean of three; and where it is known."""
    times, cells = region.travel_times, region.cells.index
    rows = times[(times["mode"] == "car") & times["category"].isin(_CATEGORIES[service])]
    rows = rows[["cell_id", "minutes", "status", "service_id"]].astype({"cell_id": str, "minutes": float})
    known = pd.Series(cells.isin(rows.loc[rows["status"] != "unknown", "cell_id"]), index=cells)
    # A school of several levels stands in several categories, "osm:n1" and "osm:n1#secondary_school".
    rows = rows.assign(place=rows["service_id"].astype(str).str.split("#").str[0])
    rows = rows.sort_values(["cell_id", "minutes"], kind="stable").drop_duplicates(["cell_id", "place"])
    known &= rows["service_id"].nunique() >= nearest  # the third may lie just across the border
    ranked = rows.assign(rank=rows.groupby("cell_id").cumcount() + 1)
    minutes = nearest_time(ranked, cells) if nearest == 1 else mean_of_nearest(ranked, cells, k=nearest)
    return minutes, known
