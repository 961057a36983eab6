"""Use cases of scenarios that are kept: saved by name, listed, read, compared side by side, and as evidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from sempre_geo.errors import InputError, MissingFileError, first_items
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.scenarios import STREET_CHANGES, TIMETABLE_CHANGES, Scenario, read_scenario, write_scenario
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.whatif import WhatIf, what_if
from sempre_geo.pipeline.travel.visit_grounds import TRANSIT
from sempre_geo.progress import Progress, part_of, silent
from sempre_geo.settings import Settings

MOST_COMPARED = 3
_FOLDER = "scenarios"
_ENDING = ".toml"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios side by side.

    Attributes
    ----------
    results
        What each changes, in the order asked for.
    figures
        One row a scenario, index its name: ``people_gaining, people_losing, people_unknown, hours_saved`` (of
        everybody, away from home, for one visit each), ``cost_per_year, cost_per_person`` (NaN where not given).
    groups
        One row a category and group, a column pair ``gain <name>``, ``lose <name>`` for each scenario.
    """

    results: tuple[WhatIf, ...]
    figures: pd.DataFrame
    groups: pd.DataFrame


def save_scenario(settings: Settings, region: str, scenario: Scenario) -> str:
    """Keep a scenario under its name; one of the same name is replaced. Gives the key it is kept under.

    Raises
    ------
    InputError
        Its name has no letter or digit.
    StoreError
        The disk is full or read-only.
    """
    key = scenario_key(scenario.name)
    write_scenario(scenario, _path(settings, region, key))
    return key


def list_scenarios(settings: Settings, region: str) -> pd.DataFrame:
    """The scenarios that are kept: ``key, name, note, changes`` (how many); a broken one says so in its note."""
    rows = []
    for path in sorted((settings.inputs(region) / _FOLDER).glob(f"*{_ENDING}")):
        try:
            scenario = read_scenario(path)
        except InputError as error:
            rows.append({"key": path.stem, "name": path.stem, "note": str(error), "changes": 0})
            continue
        changes = len(scenario.changes)
        rows.append({"key": path.stem, "name": scenario.name, "note": scenario.note, "changes": changes})
    table = pd.DataFrame(rows, columns=["key", "name", "note", "changes"])
    return table.sort_values("name", kind="stable", ignore_index=True)


def saved_scenario(settings: Settings, region: str, name: str) -> Scenario:
    """A scenario that is kept, by its name or key.

    Raises
    ------
    MissingFileError
        None is kept under this name; the sentence lists those that are.
    """
    path = _path(settings, region, scenario_key(name))
    if not path.is_file():
        known = list_scenarios(settings, region)["name"]
        raise MissingFileError(
            _("There is no scenario '{name}' of this region; there are: {known}.").format(
                name=name, known=first_items(known) or _("none")
            )
        )
    return read_scenario(path)


def remove_scenario(settings: Settings, region: str, name: str) -> None:
    """Throw away a scenario that is kept; results that were attached somewhere stay.

    Raises
    ------
    MissingFileError
        None is kept under this name.
    """
    saved_scenario(settings, region, name)
    _path(settings, region, scenario_key(name)).unlink()


def compare_scenarios(
    settings: Settings,
    region: str,
    scenarios: Sequence[str | Scenario],
    *,
    mode: str = TRANSIT,
    categories: list[str] | None = None,
    day: date | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Two or three scenarios, kept ones by name, answered for the same services and the same mode.

    Without ``categories`` each is asked about all that any of them touches.

    Raises
    ------
    InputError
        Fewer than two, more than three, or two of one name.
    """
    chosen = [saved_scenario(settings, region, one) if isinstance(one, str) else one for one in scenarios]
    names = [scenario.name for scenario in chosen]
    if not 1 < len(chosen) <= MOST_COMPARED or len(set(names)) < len(names):
        raise InputError(_("Two or three different scenarios can be compared, not {n}.").format(n=len(set(names))))
    asked = categories or touched_by(settings, region, chosen, mode=mode, day=day)
    results = tuple(
        what_if(
            settings, region, scenario, mode=mode, categories=asked, day=day,
            progress=part_of(progress, number / len(chosen), (number + 1) / len(chosen)),
        )
        for number, scenario in enumerate(chosen)
    )  # fmt: skip
    return Comparison(results, _figures(results), _side_by_side(results))


def touched_by(
    settings: Settings, region: str, scenarios: Sequence[Scenario], *, mode: str, day: date | None = None,
    spoken: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    """All categories that any of the scenarios touches, in the order they are met.

    Another timetable or other streets touch all; with ``spoken`` they count for those alone, if any of them is there.
    """
    from sempre_geo.pipeline.gaps.whatif_parts import Prepared

    found: dict[str, None] = {}
    for scenario in scenarios:
        prepared = Prepared(settings, region, scenario, mode=mode, categories=None, day=day)
        touched = prepared.categories
        if any(isinstance(change, (*TIMETABLE_CHANGES, *STREET_CHANGES)) for change in scenario.changes):
            touched = [name for name in spoken if set(prepared.names_of(name)) & set(touched)] or touched
        found |= dict.fromkeys(touched)
    return list(found)


def evidence_of_scenario(result: WhatIf) -> dict[str, Any]:
    """A result as evidence of a proposal: plain values that a store keeps and a page shows as they were.

    ``title`` (a sentence), ``value`` (people who gain), ``kind, scenario, mode, days, date`` (of the data),
    ``version, figures, method, sources``.
    """
    everybody = result.groups[result.groups["group"] == EVERYBODY]
    figures = {
        str(row["category"]): {
            "people": round(row["people"]), "gain": round(row["gain"]), "lose": round(row["lose"]),
            "minutes_saved_mean": None if pd.isna(row["minutes_saved_mean"]) else round(row["minutes_saved_mean"], 1),
        }
        for _row, row in everybody.iterrows()
    }  # fmt: skip
    return {
        "kind": "what_if",
        "title": " ".join([f"{result.scenario.name}:", *result.sentences]),
        "value": round(result.people_gaining),
        "scenario": result.scenario.name,
        "mode": result.mode,
        "days": [day.isoformat() for day in result.days],
        "date": result.data_date,
        "version": result.version,
        "figures": figures,
        "cost_per_year": result.cost_per_year,
        "method": list(result.method),
        "sources": [{key: source.get(key) for key in ("title", "licence", "date")} for source in result.sources],
    }


def scenario_key(name: str) -> str:
    """The file name of a scenario: its letters and digits, accents dropped.

    Raises
    ------
    InputError
        The name has no letter or digit.

    Examples
    --------
    >>> scenario_key("Käru: taxi-bus on Thursdays!")
    'karu-taxi-bus-on-thursdays'
    >>> scenario_key("../..")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: '../..' cannot name a scenario; use letters and digits.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    key = re.sub(r"[^\w]+", "-", "".join(sign for sign in plain if not unicodedata.combining(sign))).strip("-_")[:80]
    if not key:
        raise InputError(_("'{name}' cannot name a scenario; use letters and digits.").format(name=name))
    return key


def _path(settings: Settings, region: str, key: str) -> Path:
    return settings.inputs(region) / _FOLDER / f"{key}{_ENDING}"


def _figures(results: Sequence[WhatIf]) -> pd.DataFrame:
    rows = [
        {
            "people_gaining": result.people_gaining, "people_losing": result.people_losing,
            "people_unknown": result.people_unknown, "hours_saved": result.person_minutes_saved / 60,
            "cost_per_year": result.cost_per_year, "cost_per_person": result.cost_per_person,
        }
        for result in results
    ]  # fmt: skip
    index = pd.Index([result.scenario.name for result in results], name="scenario")
    return pd.DataFrame(rows, index=index).astype(float)


def _side_by_side(results: Sequence[WhatIf]) -> pd.DataFrame:
    parts = []
    for result in results:
        table = result.groups.set_index(["category", "group"])[["gain", "lose"]]
        parts.append(table.add_suffix(f" {result.scenario.name}"))
    return pd.concat(parts, axis=1).reset_index()
