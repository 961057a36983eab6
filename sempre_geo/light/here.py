"""What the light pages serve, and in which languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sempre_geo.i18n import preferred_language
from sempre_geo.pipeline.explore.places import offered_categories
from sempre_geo.pipeline.explore.views import known_categories, open_region
from sempre_geo.publish.labels import LANGUAGE_NAMES
from sempre_geo.publish.lettered_map import LetteredMap, draw_lettered_map
from sempre_geo.publish.palette import read_themes
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings


@dataclass(frozen=True)
class Here:
    """The operator's settings and the name of the region; empty while none is built."""

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
    def lettered_map(self) -> LetteredMap:
        """The region's map cut into lettered squares."""
        west, south, east, north = self.region.bbox
        return LetteredMap((west, south, east, north))

    @property
    def categories(self) -> Mapping[str, str]:
        """The kinds of services that the region has, with their names in the reader's language."""
        known = known_categories(self.settings)
        return {name: known.title(name) for name in offered_categories(self.settings, self.region)}

    def category(self, category_id: str) -> str:
        """A category's name in the reader's language."""
        return known_categories(self.settings).title(category_id)


@lru_cache(maxsize=4)
def lettered_picture(here: Here) -> bytes:
    """The picture of the lettered map, drawn once; paper and phones show it in the light colours."""
    return draw_lettered_map(here.region, here.lettered_map, theme=read_themes(here.settings)["light"])


def chosen_language(accepted: str) -> str:
    """The first language of a browser's list that the pages have, else English.

    Where a catalogue is missing, a page is in English and says so; what people write is kept in their language.

    >>> chosen_language("xx, lv-LV;q=0.9, en;q=0.8"), chosen_language("")
    ('lv', 'en')
    """
    return preferred_language(accepted, LANGUAGE_NAMES)
