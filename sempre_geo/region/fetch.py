"""A region's map data by the name of a place: the outline from Nominatim, everything in it from Overpass.

OSMnx asks, waits as the services' rules of use demand, and keeps every answer on disk. Its answers are used as they
come, not as its graphs: those drop turn restrictions, gates and the order of a way's nodes. They are written as an
extract, which is then read like any other.
"""

from __future__ import annotations

import hashlib
import json
import math
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from sempre_geo import __version__
from sempre_geo.errors import InputError, MissingDataError, OfflineError, SempreGeoError, StoreError
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import Progress, part_of, silent
from sempre_geo.region.categories import Categories
from sempre_geo.region.countries import Country, read_country_at
from sempre_geo.region.osm import OsmExtract, read_osm
from sempre_geo.region.osm_features import SETTLEMENT_KINDS
from sempre_geo.region.osm_writing import write_osm
from sempre_geo.settings import Settings

OSM_FILE = "openstreetmap.osm.pbf"
TILE_WIDTH_DEG = 0.5  # with its height about 28 x 28 km in the Baltic: small enough for one polite request
TILE_HEIGHT_DEG = 0.25
BORDER_DEG = 0.003  # asked for beyond the outline, as that is simplified to keep the requests short
OUTLINE_TOLERANCE_DEG = 0.002
TIMEOUT_S = 180
_WEB_PAGE = "sempre-geo"
_ASKING_SHARE, _READING_SHARE = 0.7, 0.8
_BASE_TAGS: dict[str, bool | list[str]] = {
    "highway": True,
    "barrier": True,
    "kerb": True,
    "restriction": True,
    "building": True,
    "landuse": True,
    "waterway": True,
    "route": ["ferry"],
    "railway": ["rail", "narrow_gauge"],
    "natural": ["water", "wood", "wetland", "heath", "grassland", "scrub", "beach", "sand", "coastline"],
    "leisure": ["park", "golf_course"],
    "place": list(SETTLEMENT_KINDS),
    "public_transport": ["platform"],
}
_one_at_a_time = threading.Lock()  # OSMnx keeps its settings in a module


@dataclass(frozen=True)
class FetchedPlace:
    """What the internet said of a place.

    ``address`` is the full name of what was found, to be shown to the person who typed a shorter one; ``boundary``
    its outline (EPSG:4326); ``osm`` the extract that was written.
    """

    address: str
    boundary: shapely.Geometry
    country: Country
    osm: Path
    extract: OsmExtract


def fetch_place(
    place: str,
    *,
    settings: Settings,
    country: Country | None,
    categories: Categories,
    cache: Path,
    progress: Progress = silent,
) -> FetchedPlace:
    """Everything OpenStreetMap has within a place's outline; what was answered once is not asked again.

    Parameters
    ----------
    place
        As a person would write it: ``Valka, Latvia``.
    settings
        Say which Nominatim and Overpass services are asked.
    country
        Whose rules hold; None: the country of the nearest town.
    cache
        A folder for the answers and for the extract made of them.

    Raises
    ------
    MissingDataError
        No place has that name.
    InputError
        The place is known as a point only, or there is no street in it.
    OfflineError
        There is no internet, or a service refuses or breaks off.
    """
    progress(_("Asking for the outline of {place}").format(place=place), 0.0)
    with _asking(settings, cache):
        address, boundary = _fetch_outline(place)
    middle = boundary.representative_point()
    rules = country or read_country_at(middle.x, middle.y, settings)
    tags = _tags_asked(categories, rules)
    answers = cache / _fingerprint(boundary, tags, settings)
    tiles = _tiles(boundary)
    told = part_of(progress, 0.0, _ASKING_SHARE)
    with _asking(settings, answers):
        for number, tile in enumerate(tiles):
            told(_("Asking for map data, part {n} of {of}").format(n=number + 1, of=len(tiles)), number / len(tiles))
            _fetch_tile(tile, tags, answers=answers / f"{number}")
    elements, stamp = _read_answers(answers)
    path = cache / OSM_FILE
    progress(_("Writing {file}").format(file=path.name), _ASKING_SHARE)
    write_osm(elements, path, timestamp=stamp)
    reading = part_of(progress, _READING_SHARE, 1.0)
    extract = read_osm([path], country=rules, categories=categories, clip=boundary, progress=reading)
    return FetchedPlace(address, boundary, rules, path, extract)


@contextmanager
def _asking(settings: Settings, cache: Path) -> Iterator[None]:
    """OSMnx set up for us, and as it was before afterwards; failures of the network as sentences.

    ``cache_only_mode`` makes it stop once an answer is on disk. Its way round the name service is switched off: it
    asks a third party.
    """
    import osmnx
    import requests

    chosen = {
        "nominatim_url": settings.nominatim_url,
        "overpass_url": settings.overpass_url,
        "overpass_rate_limit": True,
        "overpass_settings": "[out:json][timeout:{timeout}]{maxsize}",
        "cache_folder": cache,
        "cache_only_mode": True,
        "use_cache": True,
        "doh_url_template": None,
        "requests_timeout": TIMEOUT_S,
        "http_user_agent": f"{_WEB_PAGE}/{__version__}",
        "http_referer": _WEB_PAGE,
        "log_file": False,
        "log_console": False,
        "max_query_area_size": float("inf"),
    }
    with _one_at_a_time:
        before = {name: getattr(osmnx.settings, name) for name in chosen}
        look_up = socket.getaddrinfo  # OSMnx replaces it, to stay with one machine behind a name
        try:
            for name, value in chosen.items():
                setattr(osmnx.settings, name, value)
            yield
        except SempreGeoError:
            raise
        except requests.exceptions.RequestException:
            raise OfflineError(_offline(settings)) from None
        except OSError as error:
            raise StoreError(
                _("The answers cannot be kept in {folder} ({why}); make room there.").format(folder=cache, why=error)
            ) from None
        finally:
            socket.getaddrinfo = look_up
            for name, value in before.items():
                setattr(osmnx.settings, name, value)


def _offline(settings: Settings) -> str:
    return _(
        "Neither {nominatim} nor {overpass} could be reached; go online and try again, "
        "or build the region from a downloaded extract: sempre-geo build REGION --osm FILE.osm.pbf"
    ).format(nominatim=settings.nominatim_url, overpass=settings.overpass_url)


def _fetch_outline(place: str) -> tuple[str, shapely.Geometry]:
    import osmnx

    try:
        found = osmnx.geocode_to_gdf(place)
    except TypeError:
        raise InputError(
            _("OpenStreetMap knows '{place}' only as a point; name the municipality or county around it.").format(
                place=place
            )
        ) from None
    except osmnx._errors.ResponseStatusCodeError as error:  # noqa: SLF001 - OSMnx documents it but exports it nowhere
        raise OfflineError(_refused(str(error))) from None
    except osmnx._errors.InsufficientResponseError as error:  # noqa: SLF001 - as above
        if "returned 0 results" not in str(error):
            raise OfflineError(_refused(str(error))) from None
        raise MissingDataError(
            _("OpenStreetMap knows no place called '{place}'; check the spelling and add the country.").format(
                place=place
            )
        ) from None
    return str(found["display_name"].iloc[0]), shapely.make_valid(found.geometry.iloc[0])


def _fetch_tile(tile: shapely.Geometry, tags: Mapping[str, bool | str | list[str]], *, answers: Path) -> None:
    """Leave the answer for one part of the outline on disk; an incomplete one is not left there."""
    import osmnx

    osmnx.settings.cache_folder = answers
    why = _("the answer was broken off")
    try:
        osmnx.features_from_polygon(tile, dict(tags))
    except osmnx._errors.CacheOnlyInterruptError:  # noqa: SLF001 - this is how OSMnx says that it is done
        pass
    except (osmnx._errors.ResponseStatusCodeError, osmnx._errors.InsufficientResponseError) as error:  # noqa: SLF001 - as above
        why = str(error)
    if not any(answers.glob("*.json")):
        raise OfflineError(_refused(why))


def _refused(why: str) -> str:
    return _("The map service did not answer as it should ({why}); try again in an hour.").format(
        why=" ".join(why.split())[:120]
    )


def _tags_asked(categories: Categories, country: Country) -> dict[str, bool | str | list[str]]:
    """What to ask for: whole keys, but of those whose objects reach far (routes, borders) only the values needed."""
    asked: dict[str, Any] = {"admin_level": [str(country.municipality_level)], **_BASE_TAGS}
    for key, values in sorted(categories.leading_tags.items()):
        known = asked.get(key, True)
        asked[key] = True if known is True or values is None else sorted({*known, *values})
    return asked


def _tiles(boundary: shapely.Geometry) -> list[shapely.Geometry]:
    """The outline, a little widened, cut into as few equal boxes as keep each request small."""
    wide = boundary.buffer(BORDER_DEG).simplify(OUTLINE_TOLERANCE_DEG)
    west, south, east, north = wide.bounds
    columns = np.linspace(west, east, math.ceil((east - west) / TILE_WIDTH_DEG) + 1)
    rows = np.linspace(south, north, math.ceil((north - south) / TILE_HEIGHT_DEG) + 1)
    parts = [
        wide.intersection(shapely.box(left, low, right, high))
        for left, right in pairwise(columns)
        for low, high in pairwise(rows)
    ]
    return [
        shapely.Polygon(piece.exterior)
        for part in parts
        for piece in shapely.get_parts(part)
        if piece.geom_type == "Polygon" and piece.area > 0
    ]


def _fingerprint(boundary: shapely.Geometry, tags: Mapping[str, Any], settings: Settings) -> str:
    """A folder name for the answers to exactly this question."""
    question = json.dumps([shapely.to_wkb(boundary, hex=True), tags, settings.overpass_url], sort_keys=True)
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def _read_answers(folder: Path) -> tuple[list[Mapping[str, Any]], str | None]:
    """All objects answered, and the oldest of the dates the answers state."""
    elements: list[Mapping[str, Any]] = []
    stamps = []
    for path in sorted(folder.glob("*/*.json")):
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise InputError(_("{path} is damaged; delete it and fetch again.").format(path=path)) from None
        elements += answer.get("elements", [])
        stamps.append(answer.get("osm3s", {}).get("timestamp_osm_base"))
    return elements, min((stamp for stamp in stamps if stamp), default=None)
