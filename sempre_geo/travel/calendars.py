"""Days that opening hours treat apart: public holidays, school holidays, and corrections for single services."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.countries import Country
from sempre_geo.settings import Settings

_KINDS = ("school", "public")
_TABLE = "holidays.toml"


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included, that are school or public holidays."""

    kind: Literal["school", "public"]
    name: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies inside."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Correction:
    """Other opening hours of one service on some days: what somebody on the spot knows better.

    ``hours`` is in OSM's syntax; ``off`` for closed, empty text for not known.
    """

    service_id: str
    first: date
    last: date
    hours: str


@dataclass(frozen=True)
class DayCalendar:
    """Which days are holidays in a country or region.

    Attributes
    ----------
    public_code
        The code under which the ``holidays`` library knows the country; empty for none.
    periods
        Holidays read from tables, on top of the library's.
    corrections
        Other hours of single services.
    """

    public_code: str = ""
    periods: tuple[Period, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def is_public(self, day: date) -> bool:
        """Whether ``day`` is a public holiday.

        >>> DayCalendar("LV").is_public(date(2026, 11, 18)), DayCalendar().is_public(date(2026, 11, 18))
        (True, False)
        """
        listed = any(period.kind == "public" and period.covers(day) for period in self.periods)
        return listed or (bool(self.public_code) and day in _public_days(self.public_code, day.year))

    def is_school(self, day: date) -> bool:
        """Whether ``day`` lies in the school holidays."""
        return any(period.kind == "school" and period.covers(day) for period in self.periods)

    def correction(self, service_id: str, day: date) -> str | None:
        """The corrected hours of a service on a day, the last entry that fits; None if there is none."""
        fitting = [c.hours for c in self.corrections if c.service_id == service_id and c.first <= day <= c.last]
        return fitting[-1] if fitting else None


def read_calendar(settings: Settings, country: Country, *, region: str = "") -> DayCalendar:
    """The holidays of a country and region, from ``holidays.toml`` and the region's own ``hours.toml``.

    ``data/<region>/hours.toml`` may hold further ``[[period]]`` entries, and ``[[correction]]`` entries with
    ``service``, ``from``, ``to`` and ``hours``. School holidays may come as a table too, as authorities publish
    them: ``data/<region>/school_holidays.csv``, and ``layers/school_holidays_<country>.csv`` (``..._lv.csv``).

    Raises
    ------
    InputError
        A table is damaged; the sentence names the entries.
    """
    places = {country.code, region} - {""}
    periods = [*_periods(settings.definition(_TABLE), places)]
    corrections: tuple[Correction, ...] = ()
    own = settings.inputs(region) / "hours.toml" if region else None
    if own is not None and own.is_file():
        periods += _periods(own, {*places, None})
        corrections = _corrections(own)
    for path in _school_tables(settings, country, region):
        periods += read_school_holidays(path)
    return DayCalendar(country.holidays, tuple(periods), corrections)


def read_school_holidays(path: Path) -> tuple[Period, ...]:
    """School holidays from a CSV file with the columns ``name,from,to`` (dates as YYYY-MM-DD).

    Raises
    ------
    InputError
        The file is no such table, or rows have no dates, or end before they begin.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.DictReader(source))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            _("{path} cannot be read as a CSV in UTF-8 ({why}); save it as one.").format(path=path, why=error)
        ) from None
    return _checked(({**row, "kind": "school"} for row in rows), path)


def _school_tables(settings: Settings, country: Country, region: str) -> list[Path]:
    """The files of school holidays that are there: the country's, the operator's before the packaged, the region's."""
    of_country = [folder / f"school_holidays_{country.code.lower()}.csv" for folder in settings.definitions]
    found = [path for path in of_country if path.is_file()][:1]
    own = settings.inputs(region) / "school_holidays.csv" if region else None
    return [*found, own] if own is not None and own.is_file() else found


def _periods(path: Path, places: set[Any]) -> tuple[Period, ...]:
    rows = _read(path).get("period", [])
    here = [row for row in rows if {row.get("country"), row.get("region")} & places]
    return _checked(here, path)


def _checked(rows: Iterable[Mapping[str, Any]], path: Path) -> tuple[Period, ...]:
    periods, wrong = [], []
    for number, row in enumerate(rows, start=1):
        first, last = _day(row.get("from")), _day(row.get("to"))
        if first is None or last is None or last < first or row.get("kind") not in _KINDS:
            wrong.append(row.get("name") or number)
        else:
            periods.append(Period(row["kind"], str(row.get("name") or ""), first, last))
    if wrong:
        raise InputError(
            _(
                "The holidays {names} in {path} cannot be used; each needs a kind (school or public) and the days "
                "from and to, as YYYY-MM-DD, in order."
            ).format(names=first_items(wrong), path=path)
        )
    return tuple(periods)


def _corrections(path: Path) -> tuple[Correction, ...]:
    found, wrong = [], []
    for number, row in enumerate(_read(path).get("correction", []), start=1):
        first, last = _day(row.get("from")), _day(row.get("to"))
        if first is None or last is None or last < first or not row.get("service") or "hours" not in row:
            wrong.append(row.get("service") or number)
        else:
            found.append(Correction(str(row["service"]), first, last, str(row["hours"])))
    if wrong:
        raise InputError(
            _("The corrections {names} in {path} cannot be used; each needs service, hours, from and to.").format(
                names=first_items(wrong), path=path
            )
        )
    return tuple(found)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _read(path: Path) -> Mapping[str, Any]:
    """The table, read again only when the file has changed: each answer asks for it."""
    return _read_as_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read_as_of(path: Path, _changed_ns: int) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            _("{path} cannot be read as TOML ({why}); mend that line.").format(path=path, why=error)
        ) from None


@lru_cache(maxsize=64)
def _public_days(code: str, year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays(code, years=year))
