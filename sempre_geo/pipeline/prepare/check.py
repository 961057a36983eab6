"""Use case: name what is wrong with inputs before an hour of building."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd

from sempre_geo.errors import SempreGeoError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import Progress, silent
from sempre_geo.region.categories import read_categories
from sempre_geo.region.check import Finding, check_osm, check_table, check_timetable, kind_of
from sempre_geo.region.countries import read_country_at
from sempre_geo.region.osm_position import read_osm_position
from sempre_geo.settings import Settings
from sempre_geo.travel.hours import unreadable_hours

ANYWHERE = (-180.0, -90.0, 180.0, 90.0)
_ANY_PLACE = (25.0, 57.0)


def check_files(
    settings: Settings,
    paths: Sequence[Path],
    *,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> list[Finding]:
    """What is wrong with each file, in the files' order; an empty list where nothing is.

    Each file's kind is told by its ending and columns. Map data among the files tell where the region is, so
    that services outside it are found, too.

    Parameters
    ----------
    today
        The day a timetable must still be valid on; without it the computer's.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    categories = read_categories(settings)
    found: dict[Path, list[Finding]] = {}
    bbox = ANYWHERE
    osm = [path for path in paths if path.name.lower().endswith(".pbf")]
    for number, path in enumerate([*osm, *(path for path in paths if path not in osm)]):
        progress(_("Checking {file}").format(file=path.name), number / len(paths))
        if path in osm:
            place = read_osm_position(path) if path.is_file() else None
            country = read_country_at(*(place or _ANY_PLACE), settings)
            found[path], extract = check_osm(path, country=country, categories=categories, check_hours=_check_hours)
            bbox = extract.bbox if extract and len(osm) == 1 else bbox
            continue
        try:
            kind = kind_of(path)
        except SempreGeoError as error:
            found[path] = [Finding(path, str(error), stops_build=True)]
            continue
        found[path] = (
            check_timetable(path, today=day)
            if kind == "gtfs"
            else check_table(path, kind, categories=categories, bbox=bbox, check_hours=_check_hours)
        )
    progress(_("Done"), 1.0)
    return [finding for path in paths for finding in found[path]]


def _check_hours(path: Path, services: gpd.GeoDataFrame) -> list[Finding]:
    """One finding for all services whose opening hours cannot be read: their visits will be unknown."""
    unread = unreadable_hours(services)
    if unread.empty:
        return []
    which = [f"{row.service_id} ('{row.opening_hours}')" for row in unread.itertuples()]
    sentence = _("the opening hours of {n} services cannot be read and count as unknown: {which}.").format(
        n=len(unread), which=first_items(which)
    )
    return [Finding(path, sentence, stops_build=False)]
