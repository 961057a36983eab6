"""A region as it was built: one folder of tables and arrays, read when asked for and then kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import reworded
from sempre_geo.region.catalog import CATALOG, LICENCE_UNKNOWN, read_catalog
from sempre_geo.region.countries import Country, read_country
from sempre_geo.region.ferries import ferries_of
from sempre_geo.region.ways import WAY_TAGS, StreetWays
from sempre_geo.settings import Settings

_FICTIONAL = " (fictional)"
_TABLES = ("ways", "node_tags", "restrictions")


def name_alone(title: str) -> str:
    """A fictional region's title without a closing bracket that says so in another language than the reader's.

    >>> name_alone("Metsamaa (fictional)"), name_alone("Metsamaa")
    ('Metsamaa', 'Metsamaa')
    """
    return title.partition(" (")[0] if title.endswith(")") else title


def fictional_title(title: str) -> str:
    """A fictional region's title as the reader's language says that it is one.

    >>> fictional_title("Metsamaa (fictional)"), fictional_title("Metsamaa")
    ('Metsamaa (fictional)', 'Metsamaa (fictional)')
    """
    return _("{place} (fictional)").format(place=name_alone(title))


def kept_title(title: str) -> str:
    """A name that was kept as text; that it is of a fictional place is said in the reader's language.

    >>> kept_title("Metsamaa (fictional)"), kept_title("Viru (north)")
    ('Metsamaa (fictional)', 'Viru (north)')
    """
    return fictional_title(title) if title.endswith(_FICTIONAL) else title


@dataclass(frozen=True, eq=False)
class Region:
    """A built region. Its frames are shared by all who read it: never change one in place.

    Attributes
    ----------
    name, title
        The name commands use, and the one people read.
    path
        The folder; other rooms keep their arrays in folders of their own below it.
    fictional
        Whether pages, files and exports must say that the place does not exist.
    bbox
        (west, south, east, north) in degrees.
    catalog
        ``catalog.json``: layers, sources, notes, version.
    """

    name: str
    title: str
    path: Path
    country: Country
    fictional: bool
    bbox: tuple[float, float, float, float]
    catalog: Mapping[str, Any]

    @property
    def spoken_title(self) -> str:
        """The title as documents have it: of a fictional region it says so, in the reader's language."""
        return fictional_title(self.title) if self.fictional else self.title

    @property
    def notice(self) -> str:
        """What stands on every page, sheet and file for people of a fictional region; empty for one that exists."""
        return _("Fictional: this place, its people and its timetables are invented.") if self.fictional else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what was mended, estimated or left out, in the reader's language."""
        return tuple(reworded(note) for note in self.catalog.get("notes", ()))

    @property
    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """The catalog's sources, title and licence in the reader's language."""
        return tuple(_source_in_words(source) for source in self.catalog["sources"])

    def has(self, layer: str) -> bool:
        """Whether the build made ``layer``."""
        return layer in self.catalog["layers"]

    @cached_property
    def cells(self) -> gpd.GeoDataFrame:
        """Where people live: index ``cell_id``; population, groups, confidential, estimated, municipality; points."""
        return self._places("cells", index="cell_id")

    @cached_property
    def services(self) -> gpd.GeoDataFrame:
        """Where help is given: index ``service_id``; category, name, opening_hours ...; points."""
        return self._places("services", index="service_id")

    @cached_property
    def settlements(self) -> gpd.GeoDataFrame:
        """Named places: index ``settlement_id``; name, kind, population; points."""
        return self._places("settlements", index="settlement_id")

    @cached_property
    def municipalities(self) -> gpd.GeoDataFrame:
        """Municipalities: index ``municipality_id``; name; polygons."""
        return self._places("municipalities", index="municipality_id")

    @cached_property
    def land(self) -> gpd.GeoDataFrame:
        """Water, forest, built-up land ... to draw: ``kind, name``; polygons and lines."""
        return gpd.read_parquet(self._file("land"))

    @cached_property
    def roads(self) -> gpd.GeoDataFrame:
        """Roads, rails and ferries to draw: ``kind, name, ref``; lines."""
        return gpd.read_parquet(self._file("roads"))

    @cached_property
    def buildings(self) -> pd.DataFrame:
        """Where people are within a cell: ``lon, lat, weight``."""
        return pd.read_parquet(self._file("buildings"))

    @cached_property
    def streets(self) -> StreetWays:
        """Every way to travel along, not yet a network."""
        return read_street_ways(self._file("streets"))

    @cached_property
    def ferries(self) -> StreetWays | None:
        """The ferries among the ways, read alone: pages ask for them where a country has a million ways."""
        return _read_ferries(self._file("streets")) if self.has("streets") else None

    @cached_property
    def travel_times(self) -> pd.DataFrame:
        """The nearest services: ``cell_id, category, mode, rank, service_id, minutes, metres, status`` ..."""
        return pd.read_parquet(self._file("travel_times"))

    def _places(self, layer: str, *, index: str) -> gpd.GeoDataFrame:
        frame = gpd.read_parquet(self._file(layer))
        return frame if frame.index.name == index else frame.set_index(index)

    def _file(self, layer: str) -> Path:
        if not self.has(layer):
            raise MissingDataError(
                _("The region '{name}' has no {layer}; build it again with an input that holds them.").format(
                    name=self.name, layer=layer.replace("_", " ")
                )
            )
        return self.path / str(self.catalog["layers"][layer]["file"])


def read_region(name: str | Path, settings: Settings) -> Region:
    """The built region ``name``, or the one in a folder; its tables are read when first asked for.

    Raises
    ------
    InputError
        The name cannot name a region, or the catalog is damaged.
    MissingFileError
        The region is not built.
    """
    folder = Path(name) if Path(name).is_absolute() else settings.results(str(name))
    catalog = read_catalog(folder)
    try:
        west, south, east, north = catalog["bbox"]
        return Region(
            name=catalog["region"],
            title=catalog["title"],
            path=folder,
            country=read_country(catalog["country"], settings),
            fictional=catalog["fictional"],
            bbox=(west, south, east, north),
            catalog=catalog,
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            _("{path} lacks a part ({part}); build the region again.").format(path=folder / CATALOG, part=error)
        ) from None


def _source_in_words(source: Mapping[str, Any]) -> Mapping[str, Any]:
    licence = str(source.get("licence") or LICENCE_UNKNOWN)
    unknown = licence.startswith(LICENCE_UNKNOWN)  # an earlier version told the reader where to write it down
    return {**source, "title": reworded(source["title"]), "licence": _("not stated") if unknown else licence}


def built_regions(settings: Settings) -> list[str]:
    """Names of all built regions, sorted."""
    return sorted(
        path.parent.name for path in settings.layers.glob(f"*/{CATALOG}") if not path.parent.name.startswith(".")
    )


def write_street_ways(ways: StreetWays, folder: Path) -> None:
    """Write street ways as arrays and tables into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in fields(ways):
        value = getattr(ways, part.name)
        if part.name in _TABLES:
            value.to_parquet(folder / f"{part.name}.parquet")
        else:
            np.save(folder / f"{part.name}.npy", value)


def read_street_ways(folder: Path) -> StreetWays:
    """The street ways written into ``folder``."""
    parts: dict[str, Any] = {name: pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES}
    tags = dict.fromkeys(WAY_TAGS, "category")  # a tag that no way has comes back without its type
    ways = parts.pop("ways").reindex(columns=[*WAY_TAGS, "built_up"])  # an older version knew fewer
    return StreetWays(ways=ways.astype(tags), **parts, **_arrays(folder))


def _read_ferries(folder: Path) -> StreetWays:
    """The ferries alone, with the tags that name them and without barriers and restrictions."""
    ways = pd.read_parquet(folder / "ways.parquet", columns=["route", "name", "ref"])
    nothing = pd.DataFrame()
    return ferries_of(StreetWays(ways=ways, **_arrays(folder, mapped=True), node_tags=nothing, restrictions=nothing))


def _arrays(folder: Path, *, mapped: bool = False) -> dict[str, Any]:
    names = [part.name for part in fields(StreetWays) if part.name not in _TABLES]
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r" if mapped else None) for name in names}
