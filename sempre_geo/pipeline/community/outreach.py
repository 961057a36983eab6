"""Felt beside calculated, and where to go and listen: for those who plan, not for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.community.access import check_may
from sempre_geo.community.felt import felt_and_calculated
from sempre_geo.community.outreach import all_halls, outreach_plan
from sempre_geo.community.public_counts import FINER
from sempre_geo.community.store.networks import load_networks
from sempre_geo.errors import InputError
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community
from sempre_geo.pipeline.community.listening import OUTREACH, listener, received_by_place
from sempre_geo.pipeline.community.settlement_gaps import settlement_gaps
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.gaps.answers import EVERYBODY
from sempre_geo.settings import Settings

USUAL_RATE = 0.01
"""Voices to be expected of each inhabitant where nobody in the whole region has said anything yet."""


def felt(
    settings: Settings,
    region: str,
    *,
    gaps: pd.DataFrame,
    by: Asker,
    place: str = "municipality",
    category: str = "",
    group: str = EVERYBODY,
    at: datetime | None = None,
) -> pd.DataFrame:
    """What people feel beside what the model says, per municipality or settlement.

    ``gaps`` has ``people`` and ``beyond`` on an index of the places' ids, as the gap tables give them; with
    ``group`` those of a group, such as ``over_64``, and then voices count that are of it. Only a coordinator of
    the region reads the exact numbers of today; a policymaker reads those of last Monday (``rounded``): in steps
    of five, and a place with too few voices as not heard.

    Raises
    ------
    NotAllowedError
        The asker is neither coordinator nor policymaker here.
    """
    if place not in FINER:
        raise InputError(_("Places are one of {choices}.").format(choices=", ".join(FINER)))
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_may(person, "read finer aggregates", f"region:{region}")
    received = received_by_place(
        settings, region, person=person, category=category, group=group, place=place, at=at or now()
    )
    exact = person.has("coordinator", f"region:{region}")
    return felt_and_calculated(gaps, received[received.index.isin(gaps.index)]).assign(rounded=not exact)


def outreach(
    settings: Settings,
    region: str,
    *,
    places: pd.DataFrame,
    services: pd.DataFrame,
    cells: pd.DataFrame,
    by: Asker,
    most: int = 10,
) -> pd.DataFrame:
    """Where an outreach day would hear the most who have not been heard: see :func:`outreach_plan`.

    ``places`` has ``name, lon, lat, people, beyond`` on settlement ids.
    """
    table = felt(settings, region, gaps=places[["people", "beyond"]], by=by, place="settlement")
    return outreach_plan(places, table, services, cells=cells, most=most)


@dataclass(frozen=True)
class Search:
    """Whom an outreach is to hear: a group, on which service, beyond which limit (None: the usual one).

    ``halls`` are those that somebody has chosen, as pairs of a settlement and a service.
    """

    category: str
    limit: Standard | None = None
    group: str = EVERYBODY
    halls: tuple[tuple[str, str], ...] = ()


def outreach_places(
    settings: Settings, region: str, *, by: Asker, search: Search, language: str = "", most: int = 10,
    at: datetime | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The settlements of a region where an outreach day would hear most of a group who have not been heard.

    Ranked by missing voices, on whatever service, times the share beyond the limit to this one; see
    :func:`outreach_plan`. So many voices are to be expected as if the group spoke up as everybody does.

    Returns
    -------
    DataFrame
        As :func:`outreach_plan`, with ``municipality_id, children, from_elsewhere`` and ``known_by``: who of which
        network knows the place. The index is ``place_id``. Only the coordinator reads exact numbers.

    Raises
    ------
    InputError
        A hall was chosen that is not within reach of its place.
    NotAllowedError
        The asker is neither coordinator nor network member here.
    """
    group = search.group
    gaps = settlement_gaps(
        settings, region, category=search.category, limit=search.limit, group=group, language=language
    )
    everybody = _inside(open_region(settings, region).cells, [EVERYBODY])
    with open_community(settings).reading() as transaction:
        person = listener(settings, transaction, region, by=by, action=OUTREACH)
        networks = load_networks(transaction, region)
    of_all, of_group = (
        received_by_place(settings, region, person=person, group=name, at=at or now()) for name in (EVERYBODY, group)
    )
    rate = of_all.sum() / everybody.sum() if of_all.sum() else USUAL_RATE
    table = unheard(gaps[gaps["people"] > 0], of_group, rate=float(rate))
    built = open_region(settings, region)
    cells, services = built.cells, built.services
    plan = outreach_plan(
        table[["name", "lon", "lat", "beyond"]], table, all_halls(placed(services)), chosen=dict(search.halls),
        most=most, cells=pd.DataFrame({"lon": cells.geometry.x, "lat": cells.geometry.y, "population": cells[group]}),
    ).set_index("place_id")  # fmt: skip
    municipality = table["municipality_id"].reindex(plan.index)
    return plan.assign(
        municipality_id=municipality,
        everybody=_inside(cells, ["population"]).reindex(plan.index),
        children=_inside(cells, ["under_15"]).reindex(plan.index),
        from_elsewhere=_inside(cells, ["born_elsewhere_eu", "born_outside_eu"]).reindex(plan.index),
        known_by=[
            who_knows(networks, municipality_id=str(inside), words=(str(name), str(hall)))
            for inside, name, hall in zip(municipality, plan["name"], plan["hall"], strict=True)
        ],
    )


def placed(services: gpd.GeoDataFrame) -> pd.DataFrame:
    """The services as a plain table with ``lon, lat``."""
    return pd.DataFrame(services.drop(columns="geometry")).assign(lon=services.geometry.x, lat=services.geometry.y)


def unheard(gaps: pd.DataFrame, received: pd.Series, *, rate: float) -> pd.DataFrame:
    """Places with what was to be expected of a group if it spoke up as everybody does: ``received, expected``.

    >>> gaps = pd.DataFrame({"people": [100.0], "beyond": [50.0]}, index=["s1"])
    >>> unheard(gaps, pd.Series(dtype=int), rate=0.02)[["received", "expected", "share_beyond"]].iloc[0].tolist()
    [0.0, 2.0, 0.5]
    """
    return gaps.assign(
        received=received.reindex(gaps.index).fillna(0).astype(int),
        expected=gaps["people"] * rate,
        share_beyond=gaps["beyond"] / gaps["people"],
    )


def who_knows(networks: Sequence[Mapping[str, Any]], *, municipality_id: str, words: Sequence[str]) -> str:
    """Who of a region's networks knows a place: an organisation named after it or its hall, else a coordinator.

    >>> library = {"name": "Haavere library", "kind": "library"}
    >>> rows = [{"name": "Coast", "content": {"coordinator": "Riina", "organisations": [library]}}]
    >>> who_knows(rows, municipality_id="m1", words=("Haavere", "")), who_knows([], municipality_id="m1", words=())
    ('Haavere library (Coast)', '')
    """
    here = [
        row for row in networks
        if not row["content"].get("municipalities") or municipality_id in row["content"]["municipalities"]
    ]  # fmt: skip
    wanted = [word.casefold() for word in words if word]
    for row in here:
        for one in row["content"].get("organisations", ()):
            if any(word in one["name"].casefold() or one["name"].casefold() in word for word in wanted):
                return f"{one['name']} ({row['name']})"
    return f"{here[0]['content'].get('coordinator', '')} ({here[0]['name']})" if here else ""


def _inside(cells: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """People of some groups by settlement; NaN where the census does not tell them."""
    known = [name for name in names if name in cells]
    count = cells[known].sum(axis=1, min_count=1) if known else pd.Series(np.nan, index=cells.index)
    return pd.Series(count.groupby(cells["settlement_id"].astype(str)).sum(min_count=1))
