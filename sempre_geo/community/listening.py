"""Where several people say the same: clusters of what was said, told in words.

They are those of HDBSCAN's tree of densities, cut where three kilometres lie between neighbours.

Places are those that everybody may see, the points of the masked zones, so that nothing here is finer than they
are. Whoever shares a point is spread evenly round it, within the zone, so that ten voices from one village are ten
points and not one. Clusters are searched category by category; when it was said is told of a cluster and does not
make one: who says the same thing in March and in May says one thing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.community.moments import stamp
from sempre_geo.community.privacy import metres_of
from sempre_geo.community.public_counts import FEWEST
from sempre_geo.community.suppression import shown_count
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext

RECENT = timedelta(days=61)
CLOSE_M = 3_000.0
_SPREAD_M, _NEIGHBOURS = 150.0, 3
_GOLDEN = np.pi * (3 - np.sqrt(5))
_MOST_VOICES = 50
_MOSTLY = 0.5
_TOLD = ["obstacle", "topic", "place_name", "lon", "lat", "voices", "recent"]


@dataclass(frozen=True)
class Cluster:
    """Several people who say the same thing near one another.

    Attributes
    ----------
    people
        Authors and voices together.
    recent
        How many of them in the last two months; None where that is not to be told.
    places
        Names of the places it lies between, those with most people first; at most two.
    lon, lat
        Where to draw it: the place with most people.
    protected
        Whether health, disability or violence is among what was said.
    """

    category: str
    obstacle: str
    people: int
    recent: int | None
    places: tuple[str, ...]
    lon: float
    lat: float
    protected: bool = False


def clusters(said: pd.DataFrame, *, at: datetime | None = None) -> list[Cluster]:
    """The clusters of what was said, most people first; the order of the rows does not matter.

    Parameters
    ----------
    said : DataFrame
        ``id, category, obstacle, topic, place_name, lon, lat, voices, created_at``; rows without a place count
        in no cluster.
    at : datetime, optional
        From when two months are counted back; without it nothing is told of the time.

    References
    ----------
    Campello, R., Moulavi, D. and Sander, J. (2013). Density-based clustering based on hierarchical density
    estimates. Advances in Knowledge Discovery and Data Mining, 160-172. https://doi.org/10.1007/978-3-642-37456-2_14
    """
    placed = said[said["lon"].notna()].sort_values("id", kind="stable")
    placed = placed.assign(recent=placed["created_at"] >= stamp(at - RECENT) if at else False)
    found = [
        cluster
        for category, rows in placed.groupby("category", sort=True)
        for cluster in _of_category(
            str(category), tuple(rows[_TOLD].itertuples(index=False, name=None)), timed=at is not None
        )
    ]
    return sorted(found, key=lambda one: (-one.people, one.category, one.places))


@lru_cache(maxsize=256)
def _of_category(category: str, told: tuple[tuple[Hashable, ...], ...], *, timed: bool) -> tuple[Cluster, ...]:
    """The clusters of one category, kept for as long as the same is said: a page asks at every press."""
    rows = pd.DataFrame(list(told), columns=_TOLD)
    people = 1 + rows["voices"].to_numpy(dtype=int)
    if people.sum() < FEWEST:
        return ()
    label = labels_of(rows, np.minimum(people, _MOST_VOICES))
    return tuple(
        _described(category, rows[label == number].assign(people=people[label == number]), timed=timed)
        for number in range(int(label.max()) + 1)
    )


def labels_of(rows: pd.DataFrame, people: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which cluster each row belongs to, from 0 on; -1 for none."""
    from sklearn.cluster import HDBSCAN

    points, of_row = _points(rows, people)
    if len(points) < FEWEST:
        return np.full(len(rows), -1)
    # Its own choice of clusters would split a village whose two ends speak, and join farms 30 km apart.
    search = HDBSCAN(min_cluster_size=FEWEST, min_samples=_NEIGHBOURS, copy=True).fit(points)
    found = search.dbscan_clustering(CLOSE_M, min_cluster_size=FEWEST)
    named = pd.Series(found).groupby(of_row).agg(lambda labels: labels.mode().iloc[0])
    return named.to_numpy(dtype=np.int64)


def _points(rows: pd.DataFrame, people: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A point in metres for each person, spread round the shared place like seeds in a sunflower; and its row."""
    east, north = metres_of(rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))
    of_row = np.repeat(np.arange(len(rows)), people)
    seed = pd.Series(1, index=pd.MultiIndex.from_arrays([east[of_row], north[of_row]])).groupby(level=[0, 1]).cumcount()
    turn, away = seed.to_numpy() * _GOLDEN, _SPREAD_M * np.sqrt(seed.to_numpy())
    return np.column_stack([east[of_row] + away * np.cos(turn), north[of_row] + away * np.sin(turn)]), of_row


def _described(category: str, rows: pd.DataFrame, *, timed: bool) -> Cluster:
    by_place = rows.groupby(["place_name", "lon", "lat"], sort=True)["people"].sum()
    ordered = by_place.sort_values(ascending=False, kind="stable").index
    by_obstacle = rows.groupby("obstacle", sort=True)["people"].sum()
    return Cluster(
        category=category,
        obstacle=str(by_obstacle.idxmax()) if len(by_obstacle) else "",
        people=int(rows["people"].sum()),
        recent=int(rows.loc[rows["recent"], "people"].sum()) if timed else None,
        places=tuple(dict.fromkeys(str(name) for name, _lon, _lat in ordered))[:2],
        lon=float(ordered[0][1]),
        lat=float(ordered[0][2]),
        protected=bool(rows["topic"].ne("").any()),
    )


def suppressed(found: Sequence[Cluster]) -> list[Cluster]:
    """Clusters as those see them who may not read exact counts: in steps of five, if enough, without time or reason.

    >>> few = Cluster("gp", "other", 9, 3, ("Uuskula",), 20.0, 57.0, protected=True)
    >>> suppressed([few]), suppressed([Cluster("library", "other", 9, 3, ("Uuskula",), 20.0, 57.0)])[0].people
    ([], 5)
    """
    shown = [(one, shown_count(one.people, protected=one.protected)) for one in found]
    return [
        Cluster(one.category, "", people, None, one.places, one.lon, one.lat, one.protected)
        for one, people in shown
        if people
    ]


def cluster_sentence(cluster: Cluster, *, service: str, obstacle: str) -> str:
    """A cluster as one would say it; ``service`` and ``obstacle`` in the reader's words, the latter if it is known.

    >>> bus = Cluster("bus_stop", "cannot_get_there", 14, 9, ("Haavere", "Uuskula"), 20.0, 57.0)
    >>> cluster_sentence(bus, service="Bus stop", obstacle="I cannot get there")
    '14 people between Haavere and Uuskula speak of “Bus stop”. Most often: I cannot get there. Mostly in the last two months.'
    >>> cluster_sentence(suppressed([bus])[0], service="Bus stop", obstacle="")
    '10 people between Haavere and Uuskula speak of “Bus stop”.'
    """  # noqa: E501 - one sentence
    n, (first, *others) = cluster.people, cluster.places
    if others:
        between = ngettext(
            "{n} person between {place} and {other} speaks of “{service}”.",
            "{n} people between {place} and {other} speak of “{service}”.",
            n,
        )
        told = [between.format(n=n, place=first, other=others[0], service=service)]
    else:
        near = ngettext(
            "{n} person near {place} speaks of “{service}”.", "{n} people near {place} speak of “{service}”.", n
        )
        told = [near.format(n=n, place=first, service=service)]
    if obstacle:
        told.append(_("Most often: {reason}.").format(reason=obstacle))
    if cluster.recent is not None and cluster.recent > _MOSTLY * n:
        told.append(_("Mostly in the last two months."))
    return " ".join(told)
