"""Finding a place without a map: by its name, by a landmark near it, or from a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from sempre_geo.pipeline.explore.views import categories_of, named, open_region, place_at
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings

MOST_FOUND = 8
_WITHOUT_MARK = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "đ": "d", "ß": "ss"})
"""Letters whose mark is part of them, so that Unicode does not take it apart."""
_SHORTEST_MISSPELLED, _ALIKE, _NEARLY_AS_GOOD = 4, 70.0, 12.0


@dataclass(frozen=True)
class Found:
    """A settlement that a person may mean; ``near`` is the landmark by which it was found, else empty."""

    settlement_id: str
    name: str
    near: str = ""


def settlement_names(region: Region, language: str) -> Mapping[str, str]:
    """Settlement ids and names, sorted by name; further names in brackets tell equal ones apart."""
    return _settlement_names(region, language)


def municipality_names(region: Region, language: str) -> Mapping[str, str]:
    """Municipality ids and names, sorted by name."""
    rows = pd.DataFrame(region.municipalities.drop(columns="geometry"))
    names = {str(key): named(row, language) for key, row in rows.iterrows()}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


@lru_cache(maxsize=8)
def offered_categories(settings: Settings, region: Region) -> tuple[str, ...]:
    """The categories of a region in the category table's order, so that the most asked-for stand first."""
    order = {name: rank for rank, name in enumerate(read_categories(settings).by_id)}
    return tuple(sorted(categories_of(region), key=lambda name: (order.get(name, len(order)), name)))


def find_places(settings: Settings, region: str, *, text: str, language: str = "") -> list[Found]:
    """Settlements whose name, or near which a landmark's name, holds ``text``; at most `MOST_FOUND`.

    Names in every language of the data count; capitals, accents and what stands between words do not matter.
    One whose name is the text exactly stands alone; else names that begin with it come first. Where no name
    holds the text, those that are spelled nearly so are found, the nearest first. Landmarks are the region's
    services by name, which anybody may know.
    """
    wanted = _plain(text)
    if not wanted:
        return []
    built = open_region(settings, region)
    names = settlement_names(built, language)
    exact = [key for key, forms in _forms(built).items() if wanted in forms]
    if len(exact) == 1:
        return [Found(exact[0], names[exact[0]])]
    near = [key for key, forms in _forms(built).items() if any(wanted in form for form in forms)]
    first = sorted(near, key=lambda key: (not any(form.startswith(wanted) for form in _forms(built)[key]), names[key]))
    found = [Found(key, names[key]) for key in dict.fromkeys([*exact, *first])]
    found += _by_landmark(settings, built, wanted, language)
    return found[:MOST_FOUND] or [Found(key, names[key]) for key in _nearly(built, wanted)]


def places_within(
    settings: Settings, region: str, *, bbox: tuple[float, float, float, float], language: str = ""
) -> list[Found]:
    """The settlements inside a bbox, by name."""
    built = open_region(settings, region)
    west, south, east, north = bbox
    points = built.settlements.geometry
    inside = points.x.between(west, east) & points.y.between(south, north)
    return [Found(key, name) for key, name in settlement_names(built, language).items() if inside[key]]


def _nearly(region: Region, wanted: str) -> list[str]:
    """Settlements whose name is spelled nearly like the text, the most alike first.

    A short text is near to too many names, so that it has to be spelled as it is.
    """
    from rapidfuzz import fuzz, process

    if len(wanted) < _SHORTEST_MISSPELLED:
        return []
    spelled = {(key, form): form for key, forms in _forms(region).items() for form in sorted(forms)}
    alike = process.extract(wanted, spelled, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=2 * MOST_FOUND)
    best = alike[0][1] if alike else 0.0
    near = [key for _form, score, (key, _spelling) in alike if score > best - _NEARLY_AS_GOOD]
    return list(dict.fromkeys(near))[:MOST_FOUND]


def _by_landmark(settings: Settings, region: Region, wanted: str, language: str) -> list[Found]:
    """Settlements nearest to services whose name holds the text."""
    found = []
    for name, lon, lat in _landmarks(region):
        if wanted in _plain(name):
            place = nearest_settlement(settings, region.name, lon=lon, lat=lat)
            found.append(Found(place, settlement_names(region, language)[place], near=name))
        if len(found) == MOST_FOUND:
            break
    return found


def nearest_settlement(settings: Settings, region: str, *, lon: float, lat: float) -> str:
    """The settlement nearest to a position, or that of the cell there.

    Raises
    ------
    MissingDataError
        The region has no places.
    """
    built = open_region(settings, region)
    place = place_at(settings, region, lon=lon, lat=lat)
    return str(built.cells.loc[place, "settlement_id"]) if place in built.cells.index else place


@lru_cache(maxsize=4)
def _landmarks(region: Region) -> list[tuple[str, float, float]]:
    services = region.services
    kept = services[services["name"].map(lambda name: isinstance(name, str) and bool(name))]
    return [
        (str(name), float(point.x), float(point.y)) for name, point in zip(kept["name"], kept.geometry, strict=True)
    ]


@lru_cache(maxsize=4)
def _forms(region: Region) -> dict[str, frozenset[str]]:
    """Every name of each settlement, plainly written."""
    rows = pd.DataFrame(region.settlements.drop(columns="geometry"))
    columns = [str(name) for name in rows if str(name).startswith("name")]
    return {
        str(key): frozenset(_plain(value) for value in row[columns] if isinstance(value, str) and value)
        for key, row in rows.iterrows()
    }


@lru_cache(maxsize=32)
def _settlement_names(region: Region, language: str) -> dict[str, str]:
    places = pd.DataFrame(region.settlements.drop(columns="geometry"))
    labels = {str(key): _label(row, language) for key, row in places.iterrows()}
    return dict(sorted(labels.items(), key=lambda item: item[1].casefold()))


def _label(row: pd.Series, language: str) -> str:
    name = named(row, language)
    others = {row[column] for column in row.index if column.startswith("name") and isinstance(row[column], str)}
    also = sorted(others - {name})
    return f"{name} ({', '.join(also)})" if also else name


def _plain(text: str) -> str:
    """A name without capitals, accents, hyphens and gaps at its ends, as people type it on a phone.

    >>> _plain(" Dižvanagi"), _plain("Ust-Luga"), _plain("Łódź ø"), _plain("")
    ('dizvanagi', 'ust luga', 'lodz o', '')
    """
    letters = unicodedata.normalize("NFD", text.casefold()).translate(_WITHOUT_MARK)
    kept = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(kept.split())
