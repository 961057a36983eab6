"""What a scenario may name of a region: its services, lines, trips, stops, ferries and places, with words for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from sempre_geo.pipeline.explore.places import municipality_names, settlement_names
from sempre_geo.pipeline.explore.views import named, open_region, service_place
from sempre_geo.pipeline.travel.timetables import LAYER, region_timetable
from sempre_geo.pipeline.travel.visit_sentences import clock
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.region.gtfs import Feed
from sempre_geo.settings import Settings

_FERRY = "ferry"


@dataclass(frozen=True)
class Choices:
    """Ids and the words people choose them by; ``places`` has the (lon, lat) of each settlement.

    ``trips`` are by line, and ``lines``, ``trips`` and ``stops`` are empty where there is no timetable.
    """

    services: Mapping[str, str]
    settlements: Mapping[str, str]
    places: Mapping[str, tuple[float, float]]
    municipalities: Mapping[str, str]
    lines: Mapping[str, str]
    trips: Mapping[str, Mapping[str, str]]
    stops: Mapping[str, str]
    ferries: Mapping[str, str]


def scenario_choices(settings: Settings, region: str, *, language: str = "") -> Choices:
    """Everything of a built region that a scenario may name, in the reader's language where the map has it.

    Raises
    ------
    MissingFileError
        The region is not built.
    """
    return _choices(settings, open_region(settings, region), language)


@lru_cache(maxsize=16)
def _choices(settings: Settings, region: Region, language: str) -> Choices:
    points = region.settlements.geometry
    feed = region_timetable(region).feed if region.has(LAYER) else None
    return Choices(
        services=_services(settings, region, language),
        settlements=settlement_names(region, language),
        places={str(key): (float(point.x), float(point.y)) for key, point in points.items()},
        municipalities=municipality_names(region, language),
        lines={} if feed is None else _lines(feed),
        trips={} if feed is None else _trips(feed),
        stops={} if feed is None else {str(key): str(name) for key, name in feed.stops["stop_name"].items()},
        ferries=_ferries(region),
    )


def _services(settings: Settings, region: Region, language: str) -> dict[str, str]:
    """The services with their category; where one stands tells equal names apart, and a number what is left of them."""
    titles = read_categories(settings)
    found = {
        str(key): f"{titles.title(str(row['category']))}: {named(row, language) or key}"
        for key, row in region.services.iterrows()
    }
    alike = Counter(found.values())
    placed = {
        key: f"{label}, {service_place(region, key, language)}".removesuffix(", ") if alike[label] > 1 else label
        for key, label in found.items()
    }
    seen: Counter[str] = Counter()
    told = {}
    for key, label in sorted(placed.items(), key=lambda item: item[1]):
        seen[label] += 1
        told[key] = f"{label} ({seen[label]})" if seen[label] > 1 else label
    return told


def _lines(feed: Feed) -> dict[str, str]:
    short, long = feed.routes["route_short_name"].fillna(""), feed.routes["route_long_name"].fillna("")
    return {str(key): f"{short[key]} {long[key]}".strip() or str(key) for key in feed.routes.index}


def _trips(feed: Feed) -> dict[str, dict[str, str]]:
    """By line: each trip with when it leaves its first stop, and where to."""
    calls = feed.stop_times.sort_values(["trip", "stop_sequence"], kind="stable").drop_duplicates("trip")
    leaves = pd.Series(calls["departure_s"].to_numpy(), index=feed.trips.index[calls["trip"]])
    found: dict[str, dict[str, str]] = {}
    for trip_id, row in feed.trips.join(leaves.rename("leaves"), how="inner").sort_values("leaves").iterrows():
        words = f"{clock(int(row['leaves']))} {row['trip_headsign']} ({row['service_id']})"
        found.setdefault(str(row["route_id"]), {})[str(trip_id)] = words
    return found


def _ferries(region: Region) -> dict[str, str]:
    ways = region.streets.ways
    names = ways.loc[(ways["route"] == _FERRY).to_numpy(), "name"].astype(object)
    return {str(key): name if isinstance(name, str) else str(key) for key, name in names.items()}
