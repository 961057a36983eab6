"""Part of building: compute travel times and write a region's folder, wholly or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from sempre_geo import __version__
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import sentence
from sempre_geo.pipeline.prepare.street_times import RANKS, street_times
from sempre_geo.progress import Progress, part_of
from sempre_geo.publish.palette import Theme
from sempre_geo.publish.tiles import TileMap, ground_of, populated_bbox
from sempre_geo.publish.tiles_first_look import FIRST_LOOK, write_first_look
from sempre_geo.region.bundle import write_street_ways
from sempre_geo.region.catalog import Layer, Source, write_catalog, write_sources
from sempre_geo.region.cells import CellLayer
from sempre_geo.region.countries import Country
from sempre_geo.region.earlier import write_earlier
from sempre_geo.region.files import write_folder_whole
from sempre_geo.region.gtfs import Feed
from sempre_geo.region.osm import OsmExtract
from sempre_geo.travel.speeds import MODES
from sempre_geo.travel.streets import street_network, write_network

NETWORKS = "networks"
TIMETABLE = "timetable"
_TIMES_TO_TIMETABLE = 0.85


@dataclass(frozen=True)
class MapData:
    """What a region is made of before people and services are placed in it.

    ``area`` is the outline it was cut by, or None; ``day`` the one whose winter roads count.
    """

    extract: OsmExtract
    country: Country
    sources: tuple[Source, ...]
    area: shapely.Geometry | None = None
    feed: Feed | None = None
    day: dt.date | None = None

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """The region's (west, south, east, north) in degrees: the outline's, without one that of the streets."""
        if self.area is None:
            return self.extract.bbox
        west, south, east, north = (float(edge) for edge in shapely.bounds(self.area))
        return west, south, east, north


@dataclass(frozen=True)
class Parts:
    """Everything a region is written from; ``covered`` says of each cell whether the map data reach there."""

    name: str
    given: MapData
    cells: CellLayer
    services: gpd.GeoDataFrame
    municipalities: gpd.GeoDataFrame
    buildings: pd.DataFrame
    covered: pd.Series
    notes: tuple[str, ...]


def write_region(parts: Parts, folder: Path, *, inputs: Path, theme: Theme, progress: Progress) -> None:
    """Write the region's tables, networks, travel times and catalog into ``folder``, its sources beside ``inputs``.

    The map of its first look is drawn in the colours of ``theme``.
    """
    notes = [*parts.notes]
    far = int((~parts.covered).sum())
    if far:
        notes.append(sentence("{n} cells lie beyond the map data: their travel times are unknown.", n=far))
    with write_folder_whole(folder) as draft:
        layers = _write_tables(parts, draft)
        times = _write_networks(parts, draft, progress=progress)
        times.to_parquet(draft / "travel_times.parquet", index=False)
        layers |= _street_layers(parts, times)
        progress(_("Writing the timetable"), _TIMES_TO_TIMETABLE)
        layers |= _write_timetable(parts, draft, notes)
        progress(_("Writing the region"), 0.98)
        _write_first_look(parts, draft / FIRST_LOOK, theme=theme)
        write_catalog(draft, facts=_facts(parts), layers=layers, sources=parts.given.sources, notes=notes)
        write_sources(draft if inputs == folder else inputs, parts.given.sources)
        write_earlier(folder, draft=draft)


def _write_first_look(parts: Parts, path: Path, *, theme: Theme) -> None:
    """Draw what the first visitor's map shows, who else would wait for the drawing."""
    extract = parts.given.extract
    ground = partial(
        ground_of, land=extract.land, roads=extract.roads, municipalities=parts.municipalities,
        buildings=parts.buildings, settlements=extract.settlements, bbox=parts.given.bbox,
    )  # fmt: skip
    shown = populated_bbox(parts.cells.cells, parts.given.bbox)
    write_first_look(TileMap(ground).first_look(shown, [theme]), path)


def _write_tables(parts: Parts, draft: Path) -> dict[str, Layer]:
    people = _source_ids(parts, "population") or _source_ids(parts, "osm")
    helps = (*_source_ids(parts, "osm"), *_source_ids(parts, "services"))
    borders = _source_ids(parts, "boundaries") or _source_ids(parts, "osm")
    osm = _source_ids(parts, "osm")
    read = sentence("As read from the sources.")
    tables = {
        "cells": (parts.cells.cells, sentence("Where people live"), sentence("people"), parts.cells.method, people),
        "services": (parts.services, sentence("Services"), sentence("places"), read, helps),
        "settlements": (parts.given.extract.settlements, sentence("Settlements"), sentence("places"), read, osm),
        "municipalities": (parts.municipalities, sentence("Municipalities"), sentence("areas"), read, borders),
        "land": (parts.given.extract.land, sentence("Water, forest, built-up land"), sentence("areas"), read, osm),
        "roads": (parts.given.extract.roads, sentence("Roads, railways and ferries"), sentence("lines"), read, osm),
        "buildings": (
            parts.buildings,
            sentence("Buildings"),
            sentence("square metres of floor"),
            sentence("Floor area."),
            osm,
        ),
    }
    layers = {}
    for name, (frame, title, units, method, sources) in tables.items():
        frame.to_parquet(draft / f"{name}.parquet")
        parameters = parts.cells.parameters if name == "cells" else {}
        layers[name] = Layer(title, units, method, f"{name}.parquet", len(frame), sources, parameters)
    return layers


def _write_networks(parts: Parts, draft: Path, *, progress: Progress) -> pd.DataFrame:
    """Write street ways and the network of each mode; the travel times on them."""
    write_street_ways(parts.given.extract.streets, draft / "streets")
    tables = []
    for number, mode in enumerate(MODES):
        end = (number + 1) / len(MODES) * _TIMES_TO_TIMETABLE
        progress(_("Making the network for {mode}").format(mode=mode), number / len(MODES) * _TIMES_TO_TIMETABLE)
        network = street_network(
            parts.given.extract.streets, mode=mode, country=parts.given.country, day=parts.given.day
        )
        write_network(network, draft / NETWORKS / mode)
        told = part_of(progress, (number + 0.4) / len(MODES) * _TIMES_TO_TIMETABLE, end)
        tables.append(street_times(network, parts.cells.cells, parts.services, covered=parts.covered, progress=told))
    return pd.concat(tables, ignore_index=True)


def _street_layers(parts: Parts, times: pd.DataFrame) -> dict[str, Layer]:
    osm = _source_ids(parts, "osm")
    ways = len(parts.given.extract.streets.ways)
    day = parts.given.day.isoformat() if parts.given.day else None
    return {
        "streets": Layer(
            sentence("Street ways"), sentence("ways"), sentence("As read from the sources."), "streets", ways, osm
        ),
        "networks": Layer(
            sentence("Street networks"),
            sentence("seconds"),
            sentence("Speeds from tags and the country's limits."),
            NETWORKS,
            len(MODES),
            osm,
            {"modes": list(MODES), "country": parts.given.country.code, "day": day},
        ),
        "travel_times": Layer(
            sentence("Travel times by street"),
            sentence("minutes one way"),
            sentence("Shortest paths to the nearest services."),
            "travel_times.parquet",
            len(times),
            tuple(source.source_id for source in parts.given.sources if not source.source_id.startswith("gtfs")),
            {"nearest": RANKS, "modes": list(MODES)},
        ),
    }


def _write_timetable(parts: Parts, draft: Path, notes: list[str]) -> dict[str, Layer]:
    feed = parts.given.feed
    if feed is None:
        return {}
    from sempre_geo.pipeline.travel.timetables import write_timetable

    write_timetable(draft, feed, ways=parts.given.extract.streets, country=parts.given.country, day=parts.given.day)
    if len(feed.problems):
        notes.append(
            sentence(
                "The timetable has {n} oddities that were mended or left out; sempre-geo check names them.",
                n=len(feed.problems),
            )
        )
    west, south, east, north = parts.given.bbox
    if not (feed.stops["lon"].between(west, east) & feed.stops["lat"].between(south, north)).any():
        notes.append(
            sentence("No stop of the timetable lies in the region: nobody here can go by bus; give one that does.")
        )
    layer = Layer(
        sentence("Timetable"),
        sentence("stop times"),
        sentence("As read from the sources."),
        TIMETABLE,
        len(feed.stop_times),
        _source_ids(parts, "gtfs"),
        feed.facts(),
    )
    return {TIMETABLE: layer}


def _facts(parts: Parts) -> dict[str, Any]:
    """What the catalog says of the region as a whole; its date is the map data's."""
    title = (
        parts.given.country.title
        if parts.given.country.fictional
        else parts.name.replace("_", " ").replace("-", " ").title()
    )
    return {
        "region": parts.name,
        "title": title,
        "country": parts.given.country.code,
        "timezone": parts.given.country.timezone,
        "fictional": parts.given.country.fictional,
        "bbox": list(parts.given.bbox),
        "crs": "EPSG:4326",
        "date": parts.given.extract.timestamp,
        "version": __version__,
    }


def _source_ids(parts: Parts, kind: str) -> tuple[str, ...]:
    return tuple(source.source_id for source in parts.given.sources if source.source_id.split("-")[0] == kind)
