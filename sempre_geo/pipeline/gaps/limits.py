"""Use cases of a first gap: who needs longer than a limit to a service, by municipality and group, and as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sempre_geo import __version__
from sempre_geo.community.contributions import AWAITING_REVIEW
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.gaps.reasons import street_reasons
from sempre_geo.gaps.standards import EVERYWHERE, Standard, read_crosswalk
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import public_contributions
from sempre_geo.pipeline.explore.sentences import mode_phrases
from sempre_geo.pipeline.explore.views import named, open_region, place_at, travel_surface
from sempre_geo.pipeline.gaps.place_gaps import region_standards
from sempre_geo.publish.speech import duration
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

EVERYBODY = "population"
COLUMNS = ("municipality", "people", "beyond", "no_way", "unknown", "share_beyond")
_EVIDENCE_LIMITS_MIN = {"car": 20.0, "walk": 30.0}


def beyond_limit(
    settings: Settings,
    region: str,
    *,
    category: str,
    mode: str,
    limit_min: float,
    group: str = EVERYBODY,
    language: str = "",
) -> pd.DataFrame:
    """People of a group who need longer than a limit to the nearest service, by municipality.

    Returns
    -------
    DataFrame
        Index ``municipality_id`` (empty text: in none), `COLUMNS`, the largest share first. ``beyond`` counts who
        needs longer, those without any way (``no_way``) among them; ``unknown`` are people for whom the time is not
        known, and they are in no share. ``share_beyond`` is NaN where nobody's time is known.

    Raises
    ------
    InputError
        The limit is no positive number.
    MissingDataError
        The region knows no such group or no service of the category.
    """
    if not limit_min > 0:
        raise InputError(_("A limit is a number of minutes above zero."))
    built = open_region(settings, region)
    if group not in built.cells.columns:
        raise MissingDataError(
            _("The population data of '{name}' do not tell {group}.").format(name=built.name, group=group)
        )
    minutes = travel_surface(settings, region, category=category, mode=mode)["minutes"].astype(float)
    people = built.cells[group].astype(float).fillna(0.0)
    counts = pd.DataFrame(
        {
            "people": people,
            "beyond": people.where(minutes > limit_min, 0.0),
            "no_way": people.where(np.isposinf(minutes), 0.0),
            "unknown": people.where(minutes.isna(), 0.0),
        }
    )
    table = counts.groupby(built.cells["municipality_id"].fillna("").astype(str)).sum()
    table["share_beyond"] = table["beyond"] / (table["people"] - table["unknown"]).where(lambda known: known > 0)
    table["municipality"] = [_municipality(built, str(key), language) for key in table.index]
    return table[list(COLUMNS)].sort_values("share_beyond", ascending=False, kind="stable")


def whole_region(table: pd.DataFrame) -> pd.Series:
    """The sums of `beyond_limit` over all municipalities, with the share of the whole.

    >>> rows = pd.DataFrame({"people": [10.0], "beyond": [2.0], "no_way": [0.0], "unknown": [2.0]})
    >>> float(whole_region(rows)["share_beyond"])
    0.25
    """
    total = table[["people", "beyond", "no_way", "unknown"]].sum()
    known = total["people"] - total["unknown"]
    total["share_beyond"] = total["beyond"] / known if known > 0 else np.nan
    return total


def why_beyond(
    settings: Settings, region: str, *, category: str, mode: str, limit_min: float, group: str = EVERYBODY
) -> pd.Series:
    """People of a group beyond a limit by reason code, most people first; codes that fit nobody are left out.

    The sums are those of ``beyond`` of `beyond_limit`, which also says what it refuses.
    """
    cells = open_region(settings, region).cells
    surface = travel_surface(settings, region, category=category, mode=mode)
    reason = street_reasons(surface["minutes"].astype(float) > limit_min, surface["status"].astype(object).fillna(""))
    counts = cells[group].astype(float).fillna(0.0).groupby(reason.to_numpy()).sum()
    beyond: pd.Series = counts[(counts.index != "") & (counts > 0)]
    return beyond.sort_values(ascending=False, kind="stable")


def published_limits(settings: Settings, region: str, *, category: str, mode: str) -> list[Standard]:
    """The limits for a service and a mode that somebody else than the operator has set for this region."""
    crosswalk = read_crosswalk(settings.definition("crosswalk.toml"))
    return [
        standard
        for standard in region_standards(settings, open_region(settings, region))
        if standard.published
        and mode in crosswalk.modes[standard.mode].names
        and (standard.category == EVERYWHERE or category in crosswalk.category(standard.category).names)
    ]


def evidence_of_idea(settings: Settings, region: str, *, idea_id: str) -> list[dict[str, Any]]:
    """The gap figures of the municipality in which a published idea lies, to attach to a proposal.

    Each has a ``title`` (a sentence), ``value``, ``date`` of the data and the ``version`` that made it; none where
    the idea's place or its category's services are not known.

    Raises
    ------
    MissingDataError
        No such idea is published.
    """
    said = public_contributions(settings, region)
    found = said[(said["id"] == idea_id) & (said["status"] != AWAITING_REVIEW)]
    if found.empty:
        raise MissingDataError(_("This idea is not published (any more); load the list again."))
    idea = found.iloc[0]
    if pd.isna(idea["lon"]):
        return []
    built = open_region(settings, region)
    cell = place_at(settings, region, lon=float(idea["lon"]), lat=float(idea["lat"]))
    municipality = _municipality_of(built, cell)
    try:
        return [
            _figure(settings, built, municipality, category=str(idea["category"]), mode=mode, limit_min=limit)
            for mode, limit in _EVIDENCE_LIMITS_MIN.items()
        ]
    except MissingDataError:
        return []


def _figure(
    settings: Settings, region: Region, municipality: str, *, category: str, mode: str, limit_min: float
) -> dict[str, Any]:
    table = beyond_limit(settings, region.name, category=category, mode=mode, limit_min=limit_min)
    row = table.loc[municipality] if municipality in table.index else whole_region(table)
    where = str(row["municipality"]) if "municipality" in row else region.title
    sentence = _(
        "{place}: {beyond} of {people} people need more than {limit} {by} to the nearest service of this kind."
    )
    return {
        "title": sentence.format(
            place=where,
            beyond=round(row["beyond"]),
            people=round(row["people"]),
            limit=duration(limit_min),
            by=mode_phrases()[mode],
        ),
        "value": round(row["beyond"]),
        "category": category,
        "mode": mode,
        "limit_min": limit_min,
        "date": str(region.catalog.get("date") or ""),
        "version": __version__,
    }


def _municipality_of(region: Region, place_id: str) -> str:
    row: Mapping[str, Any] = region.cells.loc[place_id] if place_id in region.cells.index else {}
    found = row.get("municipality_id")
    return str(found) if isinstance(found, str) else ""


def _municipality(region: Region, municipality_id: str, language: str) -> str:
    if municipality_id in region.municipalities.index:
        return named(region.municipalities.loc[municipality_id], language)
    return _("outside every municipality")
