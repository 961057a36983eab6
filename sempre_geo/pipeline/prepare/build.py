"""Use case: make a region from files, or from OpenStreetMap by a place's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.pipeline.prepare.build_writing import MapData, Parts, write_region
from sempre_geo.progress import Progress, part_of, silent
from sempre_geo.publish.palette import read_themes
from sempre_geo.region.boundaries import municipality_of, read_boundaries, read_clip
from sempre_geo.region.bundle import Region, read_region
from sempre_geo.region.catalog import CATALOG, LICENCE_UNKNOWN, Source, read_source, remembered
from sempre_geo.region.categories import Categories, read_categories
from sempre_geo.region.cells import (
    CellLayer,
    cells_from_population,
    cells_in_study_area,
    estimated_cells,
    nearest_settlement,
    weighted_buildings,
)
from sempre_geo.region.countries import Country, read_country, read_country_at
from sempre_geo.region.files import read_checksum
from sempre_geo.region.gtfs import read_gtfs
from sempre_geo.region.osm import OsmExtract, read_osm
from sempre_geo.region.osm_position import read_osm_position
from sempre_geo.region.population import CENSUS_SOURCE, PopulationLayer, read_population
from sempre_geo.region.services import ServiceLayer, ServicesMode, merged_services, public_services, read_services
from sempre_geo.region.tables import check_is_there
from sempre_geo.region.ways import StreetWays
from sempre_geo.settings import Settings

OSM_LICENCE = "ODbL 1.0, (c) OpenStreetMap contributors"
FICTIONAL_LICENCE = "EUPL-1.2, fictional"
COVERED_MARGIN_DEG = 0.03  # cells up to 2-3 km beyond the last street are judged: they have no road
_STREET_POINT_DEG = 0.001
_READ = 0.5  # share of a build spent on reading map data
_READ_TWICE_BYTES = 50_000_000  # people in a larger file, a continent's grid, are looked at once, near the map data
_ANYWHERE = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class BuildInputs:
    """The files of one build, as the command takes them."""

    osm: tuple[Path, ...]
    clip: Path | None = None
    gtfs: tuple[Path, ...] = ()
    population: Path | None = None
    population_column: str | None = None
    boundaries: Path | None = None
    services: Path | None = None
    services_mode: ServicesMode = "add"

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, in a fixed order."""
        single = (self.clip, self.population, self.boundaries, self.services)
        return (*self.osm, *self.gtfs, *(path for path in single if path is not None))


def build_region(  # noqa: PLR0913 - the options of one command
    settings: Settings,
    name: str,
    *,
    osm: Sequence[Path],
    clip: Path | None = None,
    gtfs: Sequence[Path] = (),
    population: Path | None = None,
    population_column: str | None = None,
    boundaries: Path | None = None,
    services: Path | None = None,
    services_mode: ServicesMode = "add",
    country: str | None = None,
    date: dt.date | None = None,
    progress: Progress = silent,
) -> Region:
    """Make ``layers/<name>/`` from files, wholly or not at all; the same files give the same bytes.

    Parameters
    ----------
    osm
        OpenStreetMap extracts (``.osm.pbf``).
    clip
        A polygon the region is cut by: any layer, or an Osmosis ``.poly`` file.
    gtfs
        Timetables (zip files or folders).
    population, population_column
        A census grid, or any layer with a column of people; without it people are estimated and marked so.
    boundaries
        Municipalities; without it those of the map data.
    services, services_mode
        A planner's own services, added to those of the map data, or instead of all of them (``replace``).
    country
        Whose speeds, municipality level and holidays hold; without it the nearest country's.
    date
        The day whose ice and winter roads count; without it none does.

    Raises
    ------
    SempreGeoError
        An input cannot be used; nothing was written.
    """
    inputs = BuildInputs(tuple(osm), clip, tuple(gtfs), population, population_column, boundaries, services,
                         services_mode)  # fmt: skip
    _check_target(settings.results(name))
    categories = read_categories(settings)
    _check_inputs(inputs, categories)
    feed = read_gtfs(inputs.gtfs) if inputs.gtfs else None
    if feed is not None:
        feed.span  # noqa: B018 - a calendar without a day is refused now, not after all travel times
    rules = read_country(country, settings) if country else _country_of(inputs.osm[0], settings)
    area = read_clip(clip) if clip else None
    extract = read_osm(
        inputs.osm, country=rules, categories=categories, clip=area, progress=part_of(progress, 0, _READ)
    )
    given = MapData(extract, rules, tuple(_sources(inputs, extract, rules)), area, feed, date)
    return assemble_region(settings, name, given=given, inputs=inputs, progress=part_of(progress, _READ, 1.0))


def fetch_region(
    settings: Settings, name: str, *, place: str, country: str | None = None, progress: Progress = silent
) -> Region:
    """Make a region of what OpenStreetMap says of a place today; needs the internet, keeps what was answered.

    Parameters
    ----------
    place
        As a person would write it: ``Valka, Latvia``.
    country
        Whose rules hold; without it the nearest country's.

    Raises
    ------
    SempreGeoError
        There is no such place or no internet; nothing was written but the answers already given.
    """
    from sempre_geo.region.fetch import fetch_place

    _check_target(settings.results(name))
    fetched = fetch_place(
        place,
        settings=settings,
        country=read_country(country, settings) if country else None,
        categories=read_categories(settings),
        cache=settings.inputs(name) / "cache",
        progress=part_of(progress, 0, _READ),
    )
    source = Source(
        "osm",
        sentence("OpenStreetMap"),
        fetched.address,
        read_checksum(fetched.osm),
        OSM_LICENCE,
        fetched.extract.timestamp,
    )
    given = MapData(fetched.extract, fetched.country, (source,), fetched.boundary)
    return assemble_region(settings, name, given=given, inputs=BuildInputs(()), progress=part_of(progress, _READ, 1.0))


def assemble_region(
    settings: Settings, name: str, *, given: MapData, inputs: BuildInputs, progress: Progress = silent
) -> Region:
    """Make a region of map data that were read already, with the other files of ``inputs``."""
    progress(_("Placing people and services"), 0.0)
    given = replace(given, sources=tuple(remembered(given.sources, settings.inputs(name))))
    municipalities, mended = _municipalities(given.extract, inputs)
    buildings = weighted_buildings(given.extract.buildings)
    cells = _cells(given, inputs, municipalities=municipalities, buildings=buildings)
    covered = _covered(cells.cells, given.extract.bbox)
    if inputs.population is not None and not covered.any():
        raise InputError(
            _("{path} has nobody inside the map data; take the region's layer, or mend its reference system.").format(
                path=inputs.population
            )
        )
    services = _services(given, inputs, settings)
    parts = Parts(
        name=name,
        given=given,
        cells=replace(cells, cells=_described(cells.cells, municipalities, given.extract.settlements)),
        services=services.services.assign(municipality_id=municipality_of(services.services, municipalities)),
        municipalities=municipalities,
        buildings=buildings,
        covered=covered,
        notes=(*given.extract.notes, *mended, *cells.notes, *services.notes),
    )
    write_region(
        parts, settings.results(name), inputs=settings.inputs(name), theme=read_themes(settings)["light"],
        progress=progress,
    )  # fmt: skip
    progress(_("Done"), 1.0)
    return read_region(name, settings)


def _check_inputs(inputs: BuildInputs, categories: Categories) -> None:
    """Refuse what is not there, and small files that cannot be used, before the map data are read for minutes."""
    if not inputs.osm:
        raise InputError(_("A region needs map data; give at least one --osm FILE.osm.pbf."))
    for path in inputs.files:
        if not path.is_dir():
            check_is_there(path)
    if inputs.boundaries is not None:
        read_boundaries(inputs.boundaries)
    if inputs.services is not None:
        read_services(inputs.services, categories=categories, bbox=_ANYWHERE)
    if inputs.population is not None and inputs.population.stat().st_size < _READ_TWICE_BYTES:
        read_population(inputs.population, column=inputs.population_column)


def _check_target(folder: Path) -> None:
    """Refuse to replace a folder that holds something else: a build swaps the whole folder."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / CATALOG).is_file():
        raise InputError(_("{folder} holds files but no built region; choose another name.").format(folder=folder))


def _country_of(path: Path, settings: Settings) -> Country:
    place = read_osm_position(path)
    if place is None:
        raise InputError(
            _("{path} is not an OpenStreetMap extract, or has no nodes; take one that ends in .osm.pbf.").format(
                path=path
            )
        )
    return read_country_at(*place, settings)


def _municipalities(extract: OsmExtract, inputs: BuildInputs) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    if inputs.boundaries is not None:
        read = read_boundaries(inputs.boundaries)
        return read.municipalities, read.notes
    if extract.municipalities.empty:
        return extract.municipalities, (
            sentence("The map data hold no municipality; give --boundaries FILE to count by one."),
        )
    return extract.municipalities, ()


def _cells(
    given: MapData, inputs: BuildInputs, *, municipalities: gpd.GeoDataFrame, buildings: pd.DataFrame
) -> CellLayer:
    if inputs.population is None:
        return estimated_cells(buildings=buildings, settlements=given.extract.settlements)
    layer = read_population(inputs.population, column=inputs.population_column, bbox=given.bbox)
    streets = _street_points(given.extract.streets)
    layer = layer if given.area is None else _cut(layer, given.area)
    layer = cells_in_study_area(layer, municipalities=municipalities, buildings=buildings, streets=streets)
    return cells_from_population(layer, buildings=buildings, streets=streets)


def _cut(layer: PopulationLayer, area: shapely.Geometry) -> PopulationLayer:
    inside = layer.areas.intersects(area)
    if inside.all():
        return layer
    if not inside.any():
        raise InputError(_("No cell of the population layer lies inside the clip; take the layer of the region."))
    note = sentence("{n} cells of the population layer lie outside the clip and were cut off.", n=int((~inside).sum()))
    return PopulationLayer(layer.areas[inside], layer.kind, (*layer.notes, note))


def _services(given: MapData, inputs: BuildInputs, settings: Settings) -> ServiceLayer:
    categories = read_categories(settings)
    own = read_services(inputs.services, categories=categories, bbox=given.bbox) if inputs.services else None
    merged = merged_services(given.extract.services, own, mode=inputs.services_mode)
    return public_services(merged, categories=categories, publish_sensitive=settings.publish_shelters)


def _described(
    cells: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Cells with the municipality they lie in and the settlement nearest to them."""
    near = nearest_settlement(cells, settlements)
    return cells.assign(municipality_id=municipality_of(cells, municipalities), **near)


def _covered(cells: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]) -> pd.Series:
    west, south, east, north = bbox
    margin = COVERED_MARGIN_DEG
    x, y = cells.geometry.x, cells.geometry.y
    return pd.Series(x.between(west - margin, east + margin) & y.between(south - margin, north + margin))


def _street_points(streets: StreetWays) -> gpd.GeoSeries:
    """One street node in each hundred metres or so."""
    squares = np.round(np.column_stack([streets.lon, streets.lat]) / _STREET_POINT_DEG).astype(np.int64)
    _squares, first = np.unique(squares, axis=0, return_index=True)
    return gpd.GeoSeries(gpd.points_from_xy(streets.lon[first], streets.lat[first]), crs="EPSG:4326")


def _sources(inputs: BuildInputs, extract: OsmExtract, country: Country) -> list[Source]:
    osm_licence, own_licence = (
        (FICTIONAL_LICENCE, FICTIONAL_LICENCE) if country.fictional else (OSM_LICENCE, LICENCE_UNKNOWN)
    )
    census = inputs.population is not None and not country.fictional and inputs.population_column is None
    found = [
        *(("osm", sentence("OpenStreetMap extract"), path, osm_licence, extract.timestamp) for path in inputs.osm),
        *(("gtfs", sentence("Timetable"), path, own_licence, None) for path in inputs.gtfs),
        ("clip", sentence("Outline of the region"), inputs.clip, own_licence, None),
        ("population", sentence("Population"), inputs.population, CENSUS_SOURCE if census else own_licence, None),
        ("boundaries", sentence("Municipalities"), inputs.boundaries, own_licence, None),
        ("services", sentence("Services of the planner"), inputs.services, own_licence, None),
    ]
    seen: dict[str, int] = {}
    sources = []
    for kind, title, path, licence, date in found:
        if path is None:
            continue
        seen[kind] = seen.get(kind, 0) + 1
        source_id = kind if seen[kind] == 1 else f"{kind}-{seen[kind]}"
        sources.append(read_source(path, source_id=source_id, title=title, licence=licence, date=date))
    return sources
