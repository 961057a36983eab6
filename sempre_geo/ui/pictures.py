"""The shaded grids that lie over the map, made once and kept: of travel times, and of who is beyond a limit."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.visit_views import surface_of
from sempre_geo.publish.grid import NO_WAY, UNKNOWN, GridPicture, cell_corners, grid_picture, picture_bbox, time_classes
from sempre_geo.region.bundle import Region
from sempre_geo.ui.installation import installation

if TYPE_CHECKING:
    from sempre_geo.gaps.gap_table import Assessment
    from sempre_geo.gaps.standards import Standard

TIME, _BEYOND, _AWAY = "time", "beyond-", "away-"
WITHIN, BEYOND = 0, 4


def surface_address(theme: str, *, category: str, mode: str, measure: str = TIME) -> str:
    """The address of a picture; it changes when the region is built again, so that no browser shows an old one."""
    here = installation()
    return f"/grid/{here.region_name}/{theme}/{_version(here.region)}/{category}/{mode}/{measure}.png"


def surface_picture(theme: str, *, category: str, mode: str, measure: str = TIME) -> GridPicture:
    """The picture itself; ``measure`` is ``time``, or what `away` or `beyond` gives.

    Raises
    ------
    InputError
        There is no such theme, measure or limit.
    MissingDataError
        The region has no service of the category.
    """
    here = installation()
    if theme not in here.themes:
        raise InputError(_("There is no theme '{theme}'.").format(theme=theme))
    return _drawn(here.region, (theme, category, mode, measure))


def surface_bbox() -> tuple[float, float, float, float]:
    """The box that every picture of the region covers, (west, south, east, north), without drawing one."""
    return picture_bbox(_corners(installation().region))


@lru_cache(maxsize=128)
def _drawn(region: Region, asked: tuple[str, str, str, str]) -> GridPicture:
    theme, category, mode, measure = asked
    here = installation()
    if measure.startswith(_BEYOND):
        from sempre_geo.pipeline.gaps.answers import assessed_limit  # late: the first answer of the app waits for this

        found = assessed_limit(
            here.settings, here.region_name, category=category, mode=mode, code=measure.removeprefix(_BEYOND)
        )  # fmt: skip
        return grid_picture(_corners(region), _limit_classes(found), theme=here.themes[theme])
    day, stay_min = _day_and_stay(measure) if measure.startswith(_AWAY) else (None, 0)
    surface = surface_of(
        here.settings, here.region_name, category=category, mode=mode, day=day, stay_min=stay_min
    )  # fmt: skip
    classes = time_classes(surface["minutes"], mode=mode, known=surface["minutes"].notna()).to_numpy()
    if day is None and measure != TIME:
        raise _no_such(measure)
    return grid_picture(_corners(region), classes, theme=here.themes[theme])


def away(day: Date, stay_min: int) -> str:
    """The measure of a day by bus."""
    return f"{_AWAY}{day.isoformat()}-{stay_min}"


def beyond(standard: Standard) -> str:
    """The measure of who is beyond a limit."""
    from sempre_geo.pipeline.gaps.limits import limit_code

    return _BEYOND + limit_code(standard)


def _day_and_stay(measure: str) -> tuple[Date, int]:
    day, _dash, stay = measure.removeprefix(_AWAY).rpartition("-")
    try:
        return Date.fromisoformat(day), int(stay)
    except ValueError:
        raise _no_such(measure) from None


def _no_such(measure: str) -> InputError:
    return InputError(_("There is no picture of '{measure}'.").format(measure=measure))


def _limit_classes(found: Assessment) -> NDArray[np.uint8]:
    no_way = found.misses & np.isposinf(found.cost)
    steps = np.select([~found.known, no_way, found.misses], [UNKNOWN, NO_WAY, BEYOND], default=WITHIN)
    return steps.astype(np.uint8)


@lru_cache(maxsize=2)
def _corners(region: Region) -> NDArray[np.float64]:
    return cell_corners(region.cells)


def _version(region: Region) -> str:
    return str(region.catalog.get("version", "0")).replace("/", "_") + f"-{_stamp(region)}"


@lru_cache(maxsize=4)
def _stamp(region: Region) -> str:
    return format((region.path / "catalog.json").stat().st_mtime_ns % 2**32, "x")
