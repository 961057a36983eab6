"""Use case: the proposals by place and stage, with the people who would gain as their attached what-if says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sempre_geo.community.store.proposals import load_read_contents
from sempre_geo.pipeline.community.desk import ground, open_community
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.settings import Settings

_WHAT_IF = "what_if"


def proposals_with_gains(settings: Settings, region: str) -> pd.DataFrame:
    """The list that anybody may read, with where each is and who would gain.

    Returns
    -------
    DataFrame
        That of `proposals`, with ``municipality_ids`` (a tuple: several places may share a name), ``gaining`` (people
        who gain by the attached what-if that helps most, NaN where none is attached) and ``scenario`` (its name).
        Evidence counts only as far as a coordinator has read it.
    """
    listed = proposals(settings, region)
    with open_community(settings).reading() as transaction:
        read = load_read_contents(transaction, region)
    best = [best_gain(read.get(one, {}).get("evidence", ())) for one in listed["id"]]
    where = _municipalities(settings, region)
    return listed.assign(
        municipality_ids=pd.Series(
            [where.get(str(name), ()) for name in listed["place_name"]], index=listed.index, dtype=object
        ),
        gaining=pd.Series([gain for gain, _name in best], index=listed.index, dtype=float),
        scenario=[name for _gain, name in best],
    )


def best_gain(evidence: Iterable[Mapping[str, Any]]) -> tuple[float, str]:
    """The largest number of people who gain, and the scenario's name; NaN and no name where there is none.

    >>> best_gain([{"kind": "what_if", "value": 12, "scenario": "Bus"}, {"value": 90}])
    (12.0, 'Bus')
    >>> best_gain([])
    (nan, '')
    """
    gains = [
        (float(figure["value"]), str(figure.get("scenario", "")))
        for figure in evidence
        if figure.get("kind") == _WHAT_IF and isinstance(figure.get("value"), int | float)
    ]
    return max((gain for gain in gains if math.isfinite(gain[0])), default=(math.nan, ""))


def _municipalities(settings: Settings, region: str) -> dict[str, tuple[str, ...]]:
    """The municipalities in which a place of a name lies, by the name of a settlement or of the municipality."""
    from sempre_geo.region.boundaries import municipality_of

    built = ground(settings, region)
    if built.municipalities.empty:
        return {}
    found: dict[str, set[str]] = {str(name): {str(one)} for one, name in built.municipalities["name"].items()}
    inside = municipality_of(built.settlements, built.municipalities)
    for name, one in zip(built.settlements["name"], inside, strict=True):
        if isinstance(one, str):
            found.setdefault(str(name), set()).add(one)
    return {name: tuple(sorted(ids)) for name, ids in found.items()}
