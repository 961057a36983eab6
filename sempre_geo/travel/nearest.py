"""Shortest travel times on a street network: nearest services, matrices, and everything within reach."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.travel.search import bounded_search, k_nearest_sources, reach_within
from sempre_geo.travel.snapping import SegmentIndex, Snapped
from sempre_geo.travel.streets import ENTRY_S, StreetNetwork

_F = NDArray[np.float64]
_MINUTE_S = 60.0


@dataclass(frozen=True)
class Streets:
    """A network with its index of segments: what questions are asked of.

    ``fine`` chooses the optimistic seconds of wheelchair networks.
    """

    network: StreetNetwork
    index: SegmentIndex
    fine: bool = False

    @property
    def seconds(self) -> NDArray[np.float32]:
        """Seconds of each arc."""
        return self.network.seconds_if_fine if self.fine else self.network.seconds

    def ends(self, snapped: Snapped, *, leaving: bool) -> tuple[NDArray[np.int64], _F, NDArray[np.int64], _F]:
        """The two nodes a snapped point is tied to and the seconds to reach them (or to come from them)."""
        network, at, share = self.network, snapped.segment, snapped.fraction
        forward = (network.forward_if_fine_s if self.fine else network.forward_s)[at].astype(np.float64)
        backward = (network.backward_if_fine_s if self.fine else network.backward_s)[at].astype(np.float64)
        to_head, to_tail = _part(forward, 1 - share), _part(backward, share)
        from_tail, from_head = _part(forward, share), _part(backward, 1 - share)
        tail, head = network.tail_of_segment[at].astype(np.int64), network.head_of_segment[at].astype(np.int64)
        first, second = (to_tail, to_head) if leaving else (from_tail, from_head)
        return tail, first + snapped.off_network_s, head, second + snapped.off_network_s


def streets_of(network: StreetNetwork, *, fine: bool = False) -> Streets:
    """A network made ready for questions."""
    return Streets(network, SegmentIndex(network), fine)


def nearest_services(
    streets: Streets, origins: gpd.GeoDataFrame, services: gpd.GeoDataFrame, *, k: int = 3
) -> pd.DataFrame:
    """The ``k`` nearest services of each origin, as many rows as origins times ranks found, at least one each.

    Parameters
    ----------
    origins, services
        Points with unique indices.

    Returns
    -------
    pandas.DataFrame
        ``origin_id, rank, service_id, minutes, metres, off_network_m, status``. An origin from which no
        service can be reached has one row with rank 1, no service, infinite minutes and the reason as its
        status. ``metres`` are those of the quickest way.
    """
    from_points, to_points = streets.index.snap(origins.geometry), streets.index.snap(services.geometry)
    seeds = _seeds(streets, to_points)
    network = streets.network
    indptr, head, order = network.reverse
    cost, source, metres = k_nearest_sources(
        indptr, head, streets.seconds[order], network.metres[order], *seeds, min(k, max(len(services), 1))
    )
    best_cost, best_source, best_metres = _at_origins(streets, from_points, to_points, cost, source, metres)
    return _nearest_table(origins, services, from_points, best_cost, best_source, best_metres)


def travel_matrix(streets: Streets, origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Minutes and metres of every pair, origins outermost: ``origin_id, destination_id, minutes, metres, status``."""
    from_points, to_points = streets.index.snap(origins.geometry), streets.index.snap(destinations.geometry)
    seconds = np.full((len(origins), len(destinations)), np.inf)
    metres = np.full_like(seconds, np.inf)
    for row in np.flatnonzero(from_points.found):
        seconds[row], metres[row] = _from_one(streets, from_points, to_points, row=int(row))
    status = np.where(np.isfinite(seconds), "ok", "unreachable").astype(object)
    status[~from_points.found, :] = "no_road"
    status[:, ~to_points.found] = "no_road"
    return pd.DataFrame(
        {
            "origin_id": np.repeat(origins.index.to_numpy(), len(destinations)),
            "destination_id": np.tile(destinations.index.to_numpy(), len(origins)),
            "minutes": (seconds / _MINUTE_S).ravel(),
            "metres": metres.ravel(),
            "status": status.ravel(),
        }
    )


def reach(streets: Streets, origins: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_s: float) -> pd.DataFrame:
    """Every pair of an origin and a target within ``limit_s`` seconds, off-network legs included.

    Returns
    -------
    pandas.DataFrame
        ``origin, target`` (positions), ``seconds, metres``; pairs beyond the limit have no row.
    """
    from_points, to_points = streets.index.snap(origins), streets.index.snap(targets)
    network = streets.network
    tail, from_tail, head, from_head = streets.ends(to_points, leaving=False)
    found = to_points.found
    who = np.flatnonzero(found)
    node = np.concatenate([tail[found], head[found]])
    extra = np.concatenate([from_tail[found], from_head[found]])
    along = _along(network, to_points)
    extra_m = np.concatenate([along[0][found], along[1][found]])
    target = np.concatenate([who, who])
    order = np.argsort(node, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(node, minlength=len(network.lon)))]).astype(np.int64)
    o_tail, to_tail, o_head, to_head = streets.ends(from_points, leaving=True)
    o_along = _along(network, from_points)
    origin, hit, seconds, metres = reach_within(
        network.indptr, network.head, streets.seconds, network.metres, network.twin_of,
        np.column_stack([o_tail, o_head]), np.column_stack([to_tail, to_head]), np.column_stack(o_along),
        from_points.found, indptr, target[order], extra[order], extra_m[order], len(to_points), limit_s,
    )  # fmt: skip
    table = pd.DataFrame({"origin": origin, "target": hit, "seconds": seconds, "metres": metres})
    direct = _same_segment_pairs(streets, from_points, to_points, limit_s)
    table = pd.concat([table, direct], ignore_index=True) if len(direct) else table
    return table.sort_values(["origin", "target", "seconds"], kind="stable").drop_duplicates(
        ["origin", "target"], ignore_index=True
    )


def _part(seconds: _F, share: _F) -> _F:
    """A share of a segment; no share of a closed direction is nothing to go, not infinity times zero."""
    return np.where(share <= 0, 0.0, seconds * np.maximum(share, 1e-12))


def _along(network: StreetNetwork, snapped: Snapped) -> tuple[_F, _F]:
    length = network.length_m[snapped.segment].astype(np.float64)
    return length * snapped.fraction + snapped.off_network_m, length * (1 - snapped.fraction) + snapped.off_network_m


def _seeds(streets: Streets, to_points: Snapped) -> tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]]:
    """Where the reversed search starts: nodes, seconds, metres and the service behind each.

    A destination behind a private road must be entered once anyway; all others start one entry higher, so
    that both compete by time.
    """
    network = streets.network
    tail, from_tail, head, from_head = streets.ends(to_points, leaving=False)
    along_tail, along_head = _along(network, to_points)
    step = np.where(network.ends_only[to_points.segment], 0.0, ENTRY_S)
    found = np.flatnonzero(to_points.found)
    node = np.concatenate([tail[found], head[found]])
    cost = np.concatenate([(from_tail + step)[found], (from_head + step)[found]])
    metres = np.concatenate([along_tail[found], along_head[found]])
    source = np.concatenate([found, found])
    return _with_twins(network, node, cost, metres, source)


def _with_twins(
    network: StreetNetwork, node: NDArray[np.int64], cost: _F, metres: _F, source: NDArray[np.int64]
) -> tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]]:
    copies = [(copy, row) for row, at in enumerate(node.tolist()) for copy in network.twins.get(at, ())]
    rows = np.array([row for _copy, row in copies], dtype=np.int64)
    more = np.array([copy for copy, _row in copies], dtype=np.int64)
    usable = np.isfinite(cost)
    keep = np.concatenate([usable, usable[rows]])
    return (
        np.concatenate([node, more])[keep],
        np.concatenate([cost, cost[rows]])[keep],
        np.concatenate([metres, metres[rows]])[keep],
        np.concatenate([source, source[rows]])[keep],
    )


def _at_origins(
    streets: Streets, from_points: Snapped, to_points: Snapped, cost: _F, source: NDArray[np.int64], metres: _F
) -> tuple[_F, NDArray[np.int64], _F]:
    """The best ``k`` services of each origin, over both ends of its segment and along the segment itself."""
    k = cost.shape[1]
    tail, to_tail, head, to_head = streets.ends(from_points, leaving=True)
    along_tail, along_head = _along(streets.network, from_points)
    parts = [
        (cost[tail] + to_tail[:, None], source[tail], metres[tail] + along_tail[:, None]),
        (cost[head] + to_head[:, None], source[head], metres[head] + along_head[:, None]),
    ]
    direct = _same_segment_pairs(streets, from_points, to_points, np.inf)
    if len(direct):
        parts.append(_direct_columns(direct, len(from_points), k))
    seconds, who, far = (np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))
    seconds[~from_points.found] = np.inf
    return _best_distinct(seconds, who, far, k)


def _best_distinct(seconds: _F, who: NDArray[np.int64], far: _F, k: int) -> tuple[_F, NDArray[np.int64], _F]:
    order = np.argsort(seconds, axis=1, kind="stable")
    seconds, who, far = (np.take_along_axis(part, order, axis=1) for part in (seconds, who, far))
    for column in range(1, who.shape[1]):
        seen = (who[:, :column] == who[:, [column]]).any(axis=1)
        seconds[seen, column] = np.inf
    order = np.argsort(seconds, axis=1, kind="stable")[:, :k]
    return tuple(np.take_along_axis(part, order, axis=1) for part in (seconds, who, far))  # type: ignore[return-value]


def _same_segment_pairs(streets: Streets, from_points: Snapped, to_points: Snapped, limit_s: float) -> pd.DataFrame:
    """Pairs on one segment that travel along it without touching a node; they pass no private border."""
    left = pd.DataFrame({"segment": from_points.segment, "origin": np.arange(len(from_points))})
    right = pd.DataFrame({"segment": to_points.segment, "target": np.arange(len(to_points))})
    pairs = left[left["segment"] >= 0].merge(right[right["segment"] >= 0], on="segment")
    network, at = streets.network, pairs["segment"].to_numpy()
    origin, target = pairs["origin"].to_numpy(), pairs["target"].to_numpy()
    moved = to_points.fraction[target] - from_points.fraction[origin]
    forward = (network.forward_if_fine_s if streets.fine else network.forward_s)[at]
    backward = (network.backward_if_fine_s if streets.fine else network.backward_s)[at]
    along = np.where(moved >= 0, _part(forward, moved), _part(backward, -moved))
    seconds = along + from_points.off_network_s[origin] + to_points.off_network_s[target]
    metres = network.length_m[at] * np.abs(moved) + from_points.off_network_m[origin] + to_points.off_network_m[target]
    pairs = pairs.assign(seconds=seconds, metres=metres)[["origin", "target", "seconds", "metres"]]
    return pairs[pairs["seconds"] <= limit_s] if np.isfinite(limit_s) else pairs[np.isfinite(pairs["seconds"])]


def _direct_columns(direct: pd.DataFrame, origins: int, k: int) -> tuple[_F, NDArray[np.int64], _F]:
    best = direct.sort_values(["origin", "seconds"], kind="stable")
    place = best.groupby("origin").cumcount()
    best, place = best[place < k], place[place < k].to_numpy()
    seconds, far = np.full((origins, k), np.inf), np.full((origins, k), np.inf)
    who = np.full((origins, k), -1, dtype=np.int64)
    at = (best["origin"].to_numpy(), place)
    seconds[at], who[at], far[at] = best["seconds"] + ENTRY_S, best["target"], best["metres"]
    return seconds, who, far


def _nearest_table(
    origins: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    from_points: Snapped,
    cost: _F,
    source: NDArray[np.int64],
    metres: _F,
) -> pd.DataFrame:
    found = np.isfinite(cost)
    found[:, 0] = True
    row, rank = np.nonzero(found)
    seconds, who = _trip(cost)[row, rank], source[row, rank]
    reached = np.isfinite(seconds)
    service = np.full(len(row), None, dtype=object)
    service[reached] = services.index.to_numpy()[who[reached]]
    status: NDArray[np.object_] = np.where(
        reached, "ok", np.where(from_points.found[row], "unreachable", "no_road")
    ).astype(object)
    return pd.DataFrame(
        {
            "origin_id": origins.index.to_numpy()[row],
            "rank": (rank + 1).astype(np.int8),
            "service_id": service,
            "minutes": (seconds / _MINUTE_S).astype(np.float32),
            "metres": np.where(reached, metres[row, rank], np.inf).astype(np.float32),
            "off_network_m": from_points.off_network_m[row].astype(np.float32),
            "status": status,
        }
    )


def _from_one(streets: Streets, from_points: Snapped, to_points: Snapped, *, row: int) -> tuple[_F, _F]:
    """Seconds and metres from one origin to every destination."""
    network = streets.network
    tail, to_tail, head, to_head = streets.ends(from_points, leaving=True)
    along_tail, along_head = _along(network, from_points)
    seeds = np.array([tail[row], head[row]], dtype=np.int64)
    cost, metres = bounded_search(
        network.indptr, network.head, streets.seconds, network.metres, seeds,
        np.array([to_tail[row], to_head[row]]), np.array([along_tail[row], along_head[row]]), np.inf,
    )  # fmt: skip
    for node, copies in network.twins.items():
        best = min([node, *copies], key=lambda at: cost[at])
        cost[node], metres[node] = cost[best], metres[best]
    d_tail, from_tail, d_head, from_head = streets.ends(to_points, leaving=False)
    d_along_tail, d_along_head = _along(network, to_points)
    by_tail, by_head = cost[d_tail] + from_tail, cost[d_head] + from_head
    seconds = np.minimum(by_tail, by_head)
    far = np.where(by_tail <= by_head, metres[d_tail] + d_along_tail, metres[d_head] + d_along_head)
    seconds = _trip(seconds)
    single = from_points.only(row)
    direct = _same_segment_pairs(streets, single, to_points, np.inf)
    at, along = direct["target"].to_numpy(), direct["seconds"].to_numpy()
    nearer = along < seconds[at]
    seconds[at[nearer]], far[at[nearer]] = along[nearer], direct["metres"].to_numpy()[nearer]
    seconds[~to_points.found], far[~to_points.found] = np.inf, np.inf
    return seconds, np.where(np.isfinite(seconds), far, np.inf)


def _trip(cost: _F) -> _F:
    """What a trip takes: its cost without the price of private ways entered."""
    seconds = np.full(cost.shape, np.inf)
    np.mod(cost, ENTRY_S, out=seconds, where=np.isfinite(cost))
    return seconds
