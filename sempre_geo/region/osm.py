"""OpenStreetMap extracts (``.osm.pbf``) streamed into what a region is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import Progress, part_of, silent
from sempre_geo.region.categories import Categories
from sempre_geo.region.countries import Country
from sempre_geo.region.osm_features import FEATURE_KEYS, FeatureCollector
from sempre_geo.region.osm_ferries import read_member_ways
from sempre_geo.region.osm_streets import STREET_KEYS, StreetCollector
from sempre_geo.region.ways import StreetWays

_BYTES_PER_OBJECT = 11.0  # of a PBF, over all kinds; only the progress bar rests on it
_TELL_EVERY = 50_000


@dataclass(frozen=True)
class OsmExtract:
    """What one or several extracts hold of a region, positions in EPSG:4326.

    Attributes
    ----------
    streets
        Ways to travel on, ferries included, not yet a network.
    services
        Index ``service_id`` (``osm:n1``; a second category of the same object ``osm:n1#bank``); category, name,
        ``name_<language>``, opening_hours, capacity, wheelchair, serves, operator, phone, website, source; points.
    settlements
        Index ``settlement_id``; name, ``name_<language>``, kind (the ``place`` value), population; points.
    municipalities
        Index ``municipality_id``; name, ``name_<language>``; polygons of the country's municipality level.
    buildings
        ``lon, lat, area_m2, levels, kind``; no ids: they only say where people are.
    land
        ``kind`` (water, forest, built_up, farmland, wetland, park, river, coastline), ``name``; polygons and lines.
    roads
        ``kind, name, ref``; lines for drawing.
    bbox
        (west, south, east, north) in degrees of the streets.
    timestamp
        Date of the data as the file states it, ``YYYY-MM-DD``, or None.
    notes
        Sentences about what was mended or left out.
    """

    streets: StreetWays
    services: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    municipalities: gpd.GeoDataFrame
    buildings: pd.DataFrame
    land: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    bbox: tuple[float, float, float, float]
    timestamp: str | None
    notes: tuple[str, ...]


def read_osm(
    paths: Sequence[Path],
    *,
    country: Country,
    categories: Categories,
    clip: shapely.Geometry | None = None,
    progress: Progress = silent,
) -> OsmExtract:
    """Read one or several extracts; where they overlap, each object counts once.

    Ways that touch the clip are kept whole, so that no connection inside is lost at the border; services,
    settlements and buildings are kept inside it.

    Parameters
    ----------
    clip
        Polygon in EPSG:4326, or None for everything.

    Raises
    ------
    MissingFileError
        A file is not there.
    InputError
        A file is empty, cut off or no PBF, or there is no street in any.
    """
    streets, features = StreetCollector(clip), FeatureCollector(country, categories, clip=clip)
    stamps = []
    for number, path in enumerate(paths):
        told = part_of(progress, number / len(paths), (number + 1) / len(paths))
        _take_all(path, categories, streets=streets, features=features, progress=told)
        stamps.append(_timestamp(path))
    for path in paths:
        if wanted := streets.ferries_to_read:
            streets.take_ferries(read_member_ways(path, wanted))
    if not streets.found_any:
        names = ", ".join(path.name for path in paths)
        raise InputError(
            _("There is no street in {files} (inside the clip); use an extract that covers the region.").format(
                files=names
            )
        )
    progress(_("Putting streets and places in order"), 1.0)
    land, roads = features.land(), streets.roads()
    ways = streets.ways(built_up=land[land["kind"] == "built_up"])
    bbox = (float(ways.lon.min()), float(ways.lat.min()), float(ways.lon.max()), float(ways.lat.max()))
    return OsmExtract(
        streets=ways,
        services=features.services(),
        settlements=features.settlements(),
        municipalities=features.municipalities(),
        buildings=features.buildings(),
        land=land,
        roads=roads,
        bbox=bbox,
        timestamp=max((stamp for stamp in stamps if stamp), default=None),
        notes=(*streets.notes(), *features.notes()),
    )


def _take_all(
    path: Path, categories: Categories, *, streets: StreetCollector, features: FeatureCollector, progress: Progress
) -> None:
    """One file's objects into both collections."""
    _check_is_pbf(path)
    for share, entry in _objects(path, categories):
        if share is not None:
            progress(_("Reading {file}").format(file=path.name), share)
            continue
        tags = entry.tags
        # The library's iterator ends by an exception that costs as much as ten tags: stop before it.
        plain = dict(islice(tags, len(tags)))
        streets.take(entry, plain)
        features.take(entry, plain)


def _objects(path: Path, categories: Categories) -> Iterator[tuple[float | None, Any]]:
    """Objects that may matter, and between them the share of the file that was read."""
    import osmium

    keys = sorted(FEATURE_KEYS | STREET_KEYS | categories.keys)
    processor = (
        osmium.FileProcessor(str(path))
        .with_areas(osmium.filter.KeyFilter(*keys))
        .with_filter(osmium.filter.KeyFilter(*keys))
    )
    expected = max(path.stat().st_size / _BYTES_PER_OBJECT, _TELL_EVERY)
    try:
        for count, entry in enumerate(processor):
            if count % _TELL_EVERY == 0:
                yield min(count / expected, 0.95), None
            yield None, entry
    except (RuntimeError, ValueError) as error:
        raise InputError(
            _("{path} is cut off or damaged ({why}); download it again.").format(
                path=path, why=str(error).split("\n")[0]
            )
        ) from None


def _check_is_pbf(path: Path) -> None:
    import osmium

    if not path.is_file():
        raise MissingFileError(_("There is no file {path}; check the name.").format(path=path))
    if path.stat().st_size == 0:
        raise InputError(_("{path} is empty; download it again.").format(path=path))
    try:
        osmium.io.Reader(str(path)).header()
    except RuntimeError as error:
        raise InputError(
            _("{path} is not an OpenStreetMap extract ({why}); take one that ends in .osm.pbf.").format(
                path=path, why=str(error).split("\n")[0]
            )
        ) from None


def _timestamp(path: Path) -> str | None:
    import osmium

    stamp = osmium.io.Reader(str(path)).header().get("osmosis_replication_timestamp")
    return stamp[:10] if stamp else None
