"""What this running app serves: the operator's settings and one region, from the environment, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sempre_geo.pipeline.explore.views import known_categories, open_region
from sempre_geo.publish.palette import Theme, read_themes
from sempre_geo.publish.tiles import TileMap, tile_map
from sempre_geo.region.bundle import Region, built_regions
from sempre_geo.region.catalog import CATALOG
from sempre_geo.region.categories import Categories
from sempre_geo.settings import Settings, read_settings

REGION_VARIABLE = "SEMPRE_REGION"
_DEMO = "demo"


@dataclass(frozen=True)
class Installation:
    """The settings and the name of the region that the pages show; empty while none is built."""

    settings: Settings
    region_name: str

    @property
    def region(self) -> Region:
        """The region.

        Raises
        ------
        MissingFileError
            No region is built yet.
        """
        return open_region(self.settings, self.region_name)

    @property
    def themes(self) -> Mapping[str, Theme]:
        """The light and the dark appearance."""
        return read_themes(self.settings)

    @property
    def categories(self) -> Categories:
        """The kinds of services."""
        return known_categories(self.settings)

    @property
    def tiles(self) -> TileMap:
        """The region's base map."""
        return _tiles(self.region)


@lru_cache(maxsize=1)
def installation() -> Installation:
    """The installation of this process."""
    return read_installation(os.environ)


def read_installation(environ: Mapping[str, str]) -> Installation:
    """The installation that the environment describes: its named region, else the demo, else the first built one."""
    settings = read_settings(environ)
    built = built_regions(settings)
    chosen = environ.get(REGION_VARIABLE) or (_DEMO if _DEMO in built else next(iter(built), ""))
    return Installation(settings, chosen)


def built_stamp() -> int:
    """Changes when the region that is served is built again; 0 while none is."""
    here = installation()
    catalog = here.settings.results(here.region_name) / CATALOG if here.region_name else None
    return catalog.stat().st_mtime_ns if catalog is not None and catalog.is_file() else 0


def check_built(here: Installation) -> None:
    """Refuse to serve what is not built.

    Raises
    ------
    MissingFileError
        The region is not built.
    """
    here.region  # noqa: B018 - reading it is the check


@lru_cache(maxsize=4)
def _tiles(region: Region) -> TileMap:
    return tile_map(region)
