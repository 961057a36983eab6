"""Published limits and the operator's own: a table that a planner reads and edits, checked when it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import InputError, MissingFileError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.region.tables import numbers, read_rows

UNIT_OF_METRIC = {
    "travel_time": "min",
    "time_away": "min",
    "response_time": "min",
    "distance": "m",
    "departures_per_hour": "1/h",
}
STATUSES = ("law", "rule", "benchmark", "practice", "indicator", "own")
EVERYWHERE = "*"
_COLUMNS = ("country", "category", "metric", "limit", "unit", "mode", "group", "scope", "source", "status")
_THERE_AND_BACK = "there and back"
_Costs = TypeVar("_Costs", pd.Series, NDArray[Any])


@dataclass(frozen=True)
class Standard:
    """One limit: who must reach what, how, within how much, and who says so.

    ``limit`` is in ``unit`` (minutes, metres or departures per hour). ``there_and_back`` limits count both
    ways and the waiting between. A ``status`` of ``own`` is the operator's wish, not a published standard.
    """

    standard_id: str
    country: str
    category: str
    metric: str
    limit: float
    unit: str
    mode: str
    group: str
    there_and_back: bool
    scope: str
    source: str
    status: str

    @property
    def published(self) -> bool:
        """Whether somebody else than the operator has set this limit."""
        return self.status != "own"

    def misses(self, cost: _Costs) -> _Costs:
        """Which costs miss the limit: above it, or below it for departures per hour.

        >>> bus = Standard("x", "EU", "stop", "departures_per_hour", 4, "1/h", "transit", "all", False, "", "", "own")
        >>> bus.misses(pd.Series([3.0, 4.0])).tolist()
        [True, False]
        """
        return cost < self.limit if self.metric == "departures_per_hour" else cost > self.limit


@dataclass(frozen=True)
class Match:
    """What of our data stands for a word of a standard, and how it differs (empty: not at all).

    ``roads`` are kinds of roads, where a standard asks for a road and not for a service; ``title`` is what to call the
    word where no service of ours lends it a name.
    """

    names: tuple[str, ...]
    approximated_by: str = ""
    roads: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Crosswalk:
    """The words of standards beside the words of our data, for groups, categories and modes.

    ``scopes`` says of each scope that the data cannot tell what stands for it.
    """

    groups: dict[str, Match]
    categories: dict[str, Match]
    modes: dict[str, Match]
    scopes: dict[str, str]

    def category(self, name: str) -> Match:
        """The service categories that stand for a standard's category; itself where nothing else is said."""
        return self.categories.get(name, Match((name,)))


def read_standards(path: Path) -> tuple[Standard, ...]:
    """The standards of a table (CSV), in its order; read again only where the file has changed.

    Parameters
    ----------
    path
        Columns ``country, category, metric, limit, unit, mode, group, scope, source, status`` and, optionally,
        ``standard_id``. Country ``*`` and category ``*`` mean every one.

    Raises
    ------
    MissingFileError
        No such file.
    InputError
        Columns are missing, or rows have more cells than the heading, an unknown metric, unit or status, or a limit
        that is not above zero.
    """
    if not path.is_file():
        raise MissingFileError(_("There is no file {path} with standards; check the name.").format(path=path))
    facts = path.stat()
    return _read(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, _changed_ns: int, _size: int) -> tuple[Standard, ...]:
    table = read_rows(path).fillna("")
    missing = [column for column in _COLUMNS if column not in table.columns]
    if missing:
        raise InputError(
            _("{path} lacks the columns {columns}; a table of standards needs them.").format(
                path=path.name, columns=first_items(missing)
            )
        )
    table["limit"] = numbers(table["limit"])
    _check_rows(table, path)
    ids = table["standard_id"] if "standard_id" in table else _made_ids(table)
    return tuple(_standard(row, standard_id=name) for name, row in zip(ids, _records(table), strict=True))


def read_crosswalk(path: Path) -> Crosswalk:
    """The crosswalk of a TOML file with the tables ``groups``, ``categories``, ``modes`` and ``scopes``."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return Crosswalk(
        groups={name: Match((row["column"],), row.get("approximated_by", "")) for name, row in rows["groups"].items()},
        categories=_matches(rows["categories"], "services"),
        modes=_matches(rows["modes"], "modes"),
        scopes={name: str(row["approximated_by"]) for name, row in rows.get("scopes", {}).items()},
    )


def standards_of_country(standards: Iterable[Standard], country: str) -> tuple[Standard, ...]:
    """The limits that hold in ``country``: its own, those of the EU and UN, and the operator's.

    Those of other countries never apply silently. The fictional country has only its own and the operator's.
    """
    wide = {EVERYWHERE} if country == "demo" else {EVERYWHERE, "EU", "UN"}
    return tuple(standard for standard in standards if standard.country in wide | {country})


def _check_rows(table: pd.DataFrame, path: Path) -> None:
    checks = {
        _("an unknown metric"): ~table["metric"].isin(list(UNIT_OF_METRIC)),
        _("a unit that does not fit the metric"): table["metric"].map(UNIT_OF_METRIC).ne(table["unit"])
        & table["metric"].isin(list(UNIT_OF_METRIC)),
        _("a limit that is not above zero"): ~(table["limit"] > 0),
        _("an unknown status"): ~table["status"].isin(STATUSES),
    }
    if "standard_id" in table:
        checks[_("a repeated or empty standard_id")] = table["standard_id"].duplicated() | table["standard_id"].eq("")
    problems = [
        _("rows {rows} have {what}").format(rows=first_items(table.index[wrong]), what=what)
        for what, wrong in checks.items()
        if wrong.any()
    ]
    if problems:
        raise InputError(
            _("{path}: {problems}; metrics are {metrics}, statuses {statuses}.").format(
                path=path.name,
                problems="; ".join(problems),
                metrics=", ".join(f"{metric} ({unit})" for metric, unit in UNIT_OF_METRIC.items()),
                statuses=", ".join(STATUSES),
            )
        )


def _made_ids(table: pd.DataFrame) -> pd.Series:
    base = (table["country"] + "-" + table["category"]).str.lower().str.replace("_", "-")
    return base + "-" + (base.groupby(base).cumcount() + 1).astype(str)


def _records(table: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _standard(row: dict[str, str], *, standard_id: str) -> Standard:
    return Standard(
        standard_id=standard_id,
        there_and_back=row["scope"].startswith(_THERE_AND_BACK),
        **{name: row[name] for name in _COLUMNS if name != "limit"},
        limit=float(row["limit"]),
    )


def _matches(rows: dict[str, dict[str, object]], key: str) -> dict[str, Match]:
    found = {}
    for name, row in rows.items():
        listed = row[key]
        names = tuple(str(item) for item in listed) if isinstance(listed, list) else ()
        roads = row.get("roads")
        kinds = tuple(str(kind) for kind in roads) if isinstance(roads, list) else ()
        found[name] = Match(names, str(row.get("approximated_by", "")), kinds, str(row.get("title", "")))
    return found
