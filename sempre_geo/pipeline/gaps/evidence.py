"""Use case: the gap figures of the place an idea is about, to attach to a proposal."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sempre_geo import __version__
from sempre_geo.community.contributions import AWAITING_REVIEW
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.explore.views import categories_of, open_region, place_at
from sempre_geo.pipeline.gaps.answers import NO_MUNICIPALITY, gap_answer
from sempre_geo.pipeline.gaps.limits import own_limit
from sempre_geo.publish.figure_words import figure_title
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

_LIMITS_MIN = {"car": 20.0, "walk": 30.0}


def evidence_of_idea(settings: Settings, region: str, *, idea_id: str) -> list[dict[str, Any]]:
    """The gap figures of the municipality in which a published idea lies, to attach to a proposal.

    Each has a ``title`` (a sentence, worded anew for each who reads it by `figure_title`), its ``place``, ``value`` and
    ``share``, ``date`` of the data and the ``version`` that made it; none where the idea's place or its category's
    services are not known.

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
    built = open_region(settings, region)
    if pd.isna(idea["lon"]) or str(idea["category"]) not in categories_of(built):
        return []
    cell = place_at(settings, region, lon=float(idea["lon"]), lat=float(idea["lat"]))
    return [
        _figure(settings, built, _municipality_of(built, cell), category=str(idea["category"]), mode=mode)
        for mode in _LIMITS_MIN
    ]


def _figure(settings: Settings, region: Region, municipality: str, *, category: str, mode: str) -> dict[str, Any]:
    limit_min = _LIMITS_MIN[mode]
    standard = own_limit(category=category, mode=mode, limit_min=limit_min)
    answer = gap_answer(settings, region.name, standard=standard, category=category)
    here = municipality in answer.table.index
    row = answer.table.loc[[municipality]].iloc[0] if here else answer.total
    found = {
        "place": str(row["name"]) if here else region.title,
        "fictional": not here and region.fictional,
        "value": round(row["beyond"]),
        "share": None if pd.isna(row["share_beyond"]) else float(row["share_beyond"]),
        "category": category,
        "mode": mode,
        "limit_min": limit_min,
        "date": str(region.catalog.get("date") or ""),
        "version": __version__,
    }
    return found | {"title": figure_title(found | {"title": ""})}


def _municipality_of(region: Region, place_id: str) -> str:
    if place_id not in region.cells.index:
        return NO_MUNICIPALITY
    found = region.cells.loc[place_id, "municipality_id"]
    return found if isinstance(found, str) else NO_MUNICIPALITY
