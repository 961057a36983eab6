"""What differs from country to country: time zone, municipality level, implicit speed limits, languages."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings

_KM_PER_DEG = 111.2
_FARTHEST_SEAT_KM = 400.0


@dataclass(frozen=True)
class Country:
    """One country's rules, or those of the fictional one (``demo``).

    Speeds are km/h; ``municipality_level`` is an OSM ``admin_level``; ``languages`` are the suffixes of
    OSM ``name:xx`` tags, the default language first; ``holidays`` is the code of the public holiday
    calendar, empty for none; ``seats`` are positions of towns, by which a place's country is guessed.
    """

    code: str
    title: str
    timezone: str
    municipality_level: int
    languages: tuple[str, ...]
    holidays: str
    urban_kmh: float
    rural_kmh: float
    motorway_kmh: float
    fictional: bool = False
    seats: tuple[tuple[float, float], ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object that dates can be attached to."""
        return ZoneInfo(self.timezone)


def read_country(code: str, settings: Settings) -> Country:
    """The rules of country ``code`` (``LV``, ``demo`` ...) from ``countries.toml``.

    Raises
    ------
    InputError
        The table has no such country.
    """
    table = _read_table(settings.definition("countries.toml"))
    if code not in table:
        raise InputError(
            _("There is no country '{code}'; choose one of {known}, or add it to countries.toml.").format(
                code=code, known=", ".join(table)
            )
        )
    return table[code]


def read_country_at(lon: float, lat: float, settings: Settings) -> Country:
    """The country whose town in ``countries.toml`` is nearest: a guess for builds that are not told.

    Raises
    ------
    InputError
        No such town lies within 400 km.
    """
    table = _read_table(settings.definition("countries.toml"))
    squeeze = math.cos(math.radians(lat))
    away = {
        code: min(math.hypot((lon - x) * squeeze, lat - y) for x, y in country.seats) * _KM_PER_DEG
        for code, country in table.items()
        if country.seats
    }
    nearest = min(away, key=lambda code: away[code], default=None)
    if nearest is None or away[nearest] > _FARTHEST_SEAT_KM:
        raise InputError(
            _(
                "No country of countries.toml lies near {lon:.2f}, {lat:.2f}; say whose rules hold with --country."
            ).format(lon=lon, lat=lat)
        )
    return table[nearest]


@lru_cache(maxsize=4)
def _read_table(path: Path) -> dict[str, Country]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        code: Country(
            code=code,
            title=row["title"],
            timezone=row["timezone"],
            municipality_level=row["municipality_level"],
            languages=tuple(row["languages"]),
            holidays=row["holidays"],
            urban_kmh=float(row["speeds"]["urban"]),
            rural_kmh=float(row["speeds"]["rural"]),
            motorway_kmh=float(row["speeds"]["motorway"]),
            fictional=row.get("fictional", False),
            seats=tuple((lon, lat) for lon, lat in row.get("seats", ())),
        )
        for code, row in rows.items()
    }
