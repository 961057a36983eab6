"""A region as every calculation uses it: what was built, with the corrections that were accepted since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.bundle import Region, read_region, read_street_ways
from sempre_geo.region.catalog import CATALOG
from sempre_geo.region.ferries import FERRY, crossing_names, without_ferries
from sempre_geo.region.ways import StreetWays
from sempre_geo.settings import Settings

Correction = tuple[str, str, str, str, str]
"""Layer, thing, field, value, source."""
_PARTS = ("layer", "thing", "field", "value", "source")
_SQLITE = "sqlite:///"


@dataclass(frozen=True, eq=False)
class RegionInUse(Region):
    """A built region whose services, streets, street times and notes follow the accepted corrections.

    Attributes
    ----------
    corrections
        In the order in which they hold; the timetable follows them too.
    closed
        The ways of ferries that do not run: for good, or on the day of :meth:`on`.
    """

    corrections: tuple[Correction, ...]
    closed: tuple[int, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The build's notes, and each correction with how it is known."""
        return (*super().notes, *correction_notes(self.told(self.corrections)))

    @cached_property
    def services(self) -> gpd.GeoDataFrame:
        """As built, corrected; ``corrected`` lists the fields that differ, ``source`` names the correction."""
        from sempre_geo.community.corrections import corrected_services

        built = self._places("services", index="service_id")
        return corrected_services(built, correction_table(self.corrections))

    @cached_property
    def streets(self) -> StreetWays:
        """As built, without the ferries that do not run."""
        return without_ferries(read_street_ways(self._file("streets")), self.closed)

    @cached_property
    def travel_times(self) -> pd.DataFrame:
        """As built, without ferries that do not run and services that are gone.

        Where all services that were near are gone, the time is not known.
        """
        table = pd.read_parquet(self._file("travel_times"))
        if self.closed:
            from sempre_geo.pipeline.travel.closed_ferries import times_without

            table = times_without(self, table, services=self._places("services", index="service_id"))
        gone = table["service_id"].isin([row[1] for row in self.corrections if row[:3:2] == ("services", "gone")])
        return _moved_up(table, gone) if gone.any() else table

    def on(self, day: date | None) -> RegionInUse:
        """The region of a day: itself, unless other ferries rest then. Without a day, that of the build counts."""
        return _on(self, self._closed_on(day))

    def about_streets(self, day: date | None) -> tuple[Correction, ...]:
        """The corrections that close ferries of the streets, for good or on a day."""
        return self.told(row for row in self._resting(day) if _closed_by(self, (row[1],)))

    def told(self, corrections: Iterable[Correction]) -> tuple[Correction, ...]:
        """Corrections with the names of ferries in place of their ids."""
        names = self._names
        return tuple((row[0], names.get(row[1], row[1]), row[2], row[3], row[4]) for row in corrections)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        if self.ferries is None or not any(row[1].startswith(FERRY) for row in self.corrections):
            return {}
        return crossing_names(self.ferries, self.settlements)

    def _closed_on(self, day: date | None) -> tuple[int, ...]:
        resting = tuple(row[1] for row in self._resting(day))
        return _closed_by(self, resting) if resting else ()

    def _resting(self, day: date | None) -> list[Correction]:
        at = day or build_day(self)
        return [row for row in holding_on(self.corrections, *[at] if at else []) if row[2] == "not_running"]


def build_day(region: Region) -> date | None:
    """The day whose seasonal closures the region's networks were built with; None for none."""
    told = region.catalog["layers"].get("networks", {}).get("parameters", {}).get("day")
    return date.fromisoformat(told) if told else None


def region_in_use(settings: Settings, region: str | Path) -> RegionInUse:
    """A built region with its corrections; kept in memory until it is built again or a correction is decided.

    Raises
    ------
    InputError, MissingFileError
        As :func:`~sempre_geo.region.bundle.read_region`.
    """
    folder = Path(region) if Path(region).is_absolute() else settings.results(str(region))
    stamp = (folder / CATALOG).stat().st_mtime_ns if (folder / CATALOG).is_file() else 0
    built = _opened(settings, str(region), folder, stamp)
    return _corrected(built, load_corrections_in_use(settings, built.name))


def load_corrections_in_use(settings: Settings, region: str) -> tuple[Correction, ...]:
    """The accepted corrections of a region; none, and no store made, where nobody has ever said anything.

    Read again only when a SQLite store's files have changed: pages ask at every turn.
    """
    if not settings.store.startswith(_SQLITE):
        return _loaded.__wrapped__(settings, region, ())
    files = [Path(settings.store.removeprefix(_SQLITE) + ending) for ending in ("", "-wal")]
    if not files[0].is_file():
        return ()
    facts = [file.stat() for file in files if file.is_file()]
    return _loaded(settings, region, tuple((fact.st_mtime_ns, fact.st_size) for fact in facts))


@lru_cache(maxsize=16)
def _loaded(settings: Settings, region: str, _stamp: tuple[tuple[int, int], ...]) -> tuple[Correction, ...]:
    from sempre_geo.pipeline.community.corrections import corrections_in_use

    table = corrections_in_use(settings, region)[list(_PARTS)].astype(str)
    return tuple(table.itertuples(index=False, name=None))


def correction_table(corrections: tuple[Correction, ...]) -> pd.DataFrame:
    """Corrections that can be used, as a table: ``layer, thing, field, value, source``."""
    from sempre_geo.community.corrections import can_be_used

    used = [row for row in corrections if can_be_used(row[2], row[3])]
    return pd.DataFrame(used, columns=list(_PARTS), dtype=object)


def correction_notes(corrections: Iterable[Correction], *layers: str) -> tuple[str, ...]:
    """One sentence for each correction, of some layers or of all.

    >>> correction_notes((("stops", "17", "gone", "", "a notice at the stop"),))
    ('Corrected: 17 is gone (a notice at the stop).',)
    >>> correction_notes((), "stops")
    ()
    """
    return tuple(_note(row) for row in corrections if not layers or row[0] in layers)


def days_of(correction: Correction) -> tuple[date, date] | None:
    """The days on which something does not run; None for every correction that holds for good."""
    from sempre_geo.community.corrections import days_without

    _layer, _thing, field, value, _source = correction
    try:
        return days_without(value) if field == "not_running" else None
    except InputError:
        return None  # accepted before days could be given: words, for good


def told_days(correction: Correction) -> str:
    """The days on which something does not run, in words; empty for good.

    >>> told_days(("lines", "7", "not_running", "2027-03-01/2027-03-01", "ice"))
    '1 March 2027'
    >>> told_days(("lines", "7", "not_running", "", "ice"))
    ''
    """
    from sempre_geo.publish.speech import calendar_date

    days = days_of(correction)
    return "" if days is None else " \N{EN DASH} ".join(dict.fromkeys(calendar_date(day) for day in days))


def holding_on(corrections: Iterable[Correction], *days: date) -> tuple[Correction, ...]:
    """Those of the corrections that hold on any of some days.

    >>> march = ("lines", "7", "not_running", "2027-03-01/2027-03-31", "ice")
    >>> holding_on([march], date(2027, 2, 28)), len(holding_on([march], date(2027, 2, 28), date(2027, 3, 1)))
    ((), 1)
    """
    spans = ((row, days_of(row)) for row in corrections)
    return tuple(row for row, span in spans if span is None or any(span[0] <= day <= span[1] for day in days))


def _note(correction: Correction) -> str:
    from sempre_geo.community.corrections import can_be_used

    _layer, thing, field, value, source = correction
    if field == "gone":
        return _("Corrected: {thing} is gone ({source}).").format(thing=thing, source=source)
    if field == "not_running":
        days = told_days(correction)
        return _("Corrected: {thing} does not run ({source}).").format(
            thing=thing, source=f"{days}; {source}" if days else source
        )
    said = _("Corrected: {thing}, {field}: {value} ({source}).")
    if not can_be_used(field, value):
        said = _("Not used: {thing}, {field}: {value} ({source}) fits no calculation; correct it anew.")
    return said.format(thing=thing, field=field, value=value, source=source)


def _moved_up(table: pd.DataFrame, gone: pd.Series) -> pd.DataFrame:
    """The nearest services without those that are gone, the next one taking the place."""
    keys = ["cell_id", "category", "mode"]
    left = table[~gone]
    ranked = left.assign(rank=(left.groupby(keys, observed=True).cumcount() + 1).astype(table["rank"].dtype))
    lost = table[gone].drop_duplicates(keys)
    known = pd.MultiIndex.from_frame(left[keys])
    lost = lost[~pd.MultiIndex.from_frame(lost[keys]).isin(known)]
    unknown = {"service_id": None, "minutes": np.inf, "metres": np.inf, "status": "unknown"}
    unknown |= {name: np.inf for name in ("minutes_if_unknown_is_fine",) if name in table}
    lost = lost.assign(rank=1, **unknown).astype({name: table[name].dtype for name in ("rank", "minutes", "metres")})
    return pd.concat([ranked, lost]).sort_index(ignore_index=True) if len(lost) else ranked.reset_index(drop=True)


@lru_cache(maxsize=4)
def _opened(settings: Settings, region: str, _folder: Path, _stamp: int) -> Region:
    return read_region(region, settings)


@lru_cache(maxsize=4)
def _corrected(built: Region, corrections: tuple[Correction, ...]) -> RegionInUse:
    parts = {part.name: getattr(built, part.name) for part in fields(built)}
    return RegionInUse(**parts, corrections=corrections).on(None)


@lru_cache(maxsize=64)
def _closed_by(region: RegionInUse, things: tuple[str, ...]) -> tuple[int, ...]:
    """Kept, as a page asks for the days of a week one by one."""
    from sempre_geo.pipeline.travel.closed_ferries import closed_ways

    return closed_ways(region, things)


@lru_cache(maxsize=4)
def _on(region: RegionInUse, closed: tuple[int, ...]) -> RegionInUse:
    return region if region.closed == closed else replace(region, closed=closed)
