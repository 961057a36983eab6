"""What is wrong with one input, said before a region is built from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd

from sempre_geo.errors import SempreGeoError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.boundaries import read_boundaries, read_clip
from sempre_geo.region.categories import Categories
from sempre_geo.region.countries import Country
from sempre_geo.region.gtfs import gtfs_problems
from sempre_geo.region.osm import OsmExtract, read_osm
from sempre_geo.region.population import CENSUS_ID, read_population
from sempre_geo.region.services import read_services
from sempre_geo.region.tables import (
    CSV_ENDINGS,
    check_is_there,
    column_named,
    numbers,
    read_chunks,
    read_layer,
    read_points,
)

Kind = Literal["osm", "gtfs", "clip", "population", "boundaries", "services", "points", "unknown"]
_PEOPLE = ("population", "t", "people", "elanikke", "asukkaita", "iedzivotaji", "gyventojai", "invanare")


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one file.

    ``stops_build`` tells a mistake that a build refuses from one it mends, leaves out, or treats as unknown.
    """

    path: Path
    sentence: str
    stops_build: bool

    def __str__(self) -> str:
        """The sentence, with the file's name before it unless it begins with it."""
        return self.sentence if self.path.name in self.sentence else f"{self.path.name}: {self.sentence}"


CheckHours = Callable[[Path, gpd.GeoDataFrame], list[Finding]]  # reading hours is the business of travel


def kind_of(path: Path) -> Kind:
    """Which input a file is, by its ending and its columns.

    Raises
    ------
    SempreGeoError
        The file cannot be read at all.
    """
    name = path.name.lower()
    if name.endswith(".pbf"):
        return "osm"
    if name.endswith(".zip") or path.is_dir():
        return "gtfs"
    if name.endswith(".poly"):
        return "clip"
    check_is_there(path)
    return _kind_of_table(_first_rows(path))


def _kind_of_table(table: pd.DataFrame) -> Kind:
    if column_named(table, ("category",)):
        return "services"
    people = column_named(table, _PEOPLE)
    if column_named(table, (CENSUS_ID,)) or (people and numbers(table[people]).notna().any()):
        return "population"
    if isinstance(table, gpd.GeoDataFrame) and table.geom_type.isin({"Polygon", "MultiPolygon"}).any():
        return "boundaries"
    return "points" if column_named(table, ("id",)) else "unknown"


def check_osm(
    path: Path, *, country: Country, categories: Categories, check_hours: CheckHours
) -> tuple[list[Finding], OsmExtract | None]:
    """Findings of an OpenStreetMap extract, and what was read of it."""
    try:
        extract = read_osm([path], country=country, categories=categories)
    except SempreGeoError as error:
        return [Finding(path, str(error), stops_build=True)], None
    mended = [Finding(path, note, stops_build=False) for note in extract.notes]
    return [*mended, *check_hours(path, extract.services)], extract


def check_timetable(path: Path, *, today: dt.date) -> list[Finding]:
    """Findings of a GTFS timetable; the build mends or leaves out what it names."""
    try:
        problems = gtfs_problems(path, today=today)
    except SempreGeoError as error:
        return [Finding(path, str(error), stops_build=True)]
    return [
        Finding(path, f"{file}: {what} " + _("(rows {rows})").format(rows=first_items(rows["row"])), stops_build=False)
        if (rows["row"] > 0).any()
        else Finding(path, f"{file}: {what}", stops_build=False)
        for (file, what), rows in problems.groupby(["file", "what"], sort=False)
    ]


def check_table(
    path: Path,
    kind: Kind,
    *,
    categories: Categories,
    bbox: tuple[float, float, float, float],
    check_hours: CheckHours,
) -> list[Finding]:
    """Findings of a population layer, boundaries, services, an outline or a list of points."""
    try:
        if kind == "services":
            return check_hours(path, read_services(path, categories=categories, bbox=bbox))
        return list(_read_as(path, kind))
    except SempreGeoError as error:
        return [Finding(path, str(error), stops_build=True)]


def _read_as(path: Path, kind: Kind) -> Iterator[Finding]:
    if kind == "population":
        notes: tuple[str, ...] = read_population(path, column=_people_column(path)).notes
        yield from (Finding(path, note, stops_build=False) for note in notes)
    elif kind == "boundaries":
        yield from (Finding(path, note, stops_build=False) for note in read_boundaries(path).notes)
    elif kind == "clip":
        read_clip(path)
    elif kind == "points":
        read_points(path)
    else:
        sentence = _(
            "nothing tells what this is; services have a column 'category', people 'GRD_ID' or 'population', "
            "lists of points 'id', 'lon' and 'lat'."
        )
        yield Finding(path, sentence, stops_build=True)


def _people_column(path: Path) -> str | None:
    table = _first_rows(path)
    return None if column_named(table, (CENSUS_ID,)) else column_named(table, _PEOPLE)


def _first_rows(path: Path) -> pd.DataFrame:
    """Enough of a table to tell what it is."""
    if path.suffix.lower() in CSV_ENDINGS:
        return next(read_chunks(path))
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet

        try:
            columns = pyarrow.parquet.read_schema(path).names
        except (OSError, ValueError):
            columns = ["geometry"]
        if "geometry" not in columns:
            return pd.DataFrame(pd.read_parquet(path))
    layer: pd.DataFrame = read_layer(path)
    return layer
