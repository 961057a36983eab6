"""Shortest travel times on a street network: nearest services, matrices, and everything within reach."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.travel.search import bounded_search, k_nearest_sources, nearest_source, reach_within, way_back
from sempre_geo.travel.snapping import SegmentIndex, Snapped
from sempre_geo.travel.streets import ENTRY_S, StreetNetwork

_F = NDArray[np.float64]
_MINUTE_S = 60.0


@dataclass(frozen=True)
class Ends:
    """Nodes that snapped points are tied to, one entry each: the point's position, the node, seconds and metres."""

    point: NDArray[np.int64]
    node: NDArray[np.int64]
    seconds: _F
    metres: _F


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

    def exits(self, snapped: Snapped) -> Ends:
        """The two nodes a trip from each point first comes to.

        Whoever comes to a node along a street arrives where its turn restrictions hold: at the node's copy.
        """
        network, at, share = self.network, snapped.segment, snapped.fraction
        tail, head = network.tail_of_segment[at].astype(np.int64), network.head_of_segment[at].astype(np.int64)
        forward, backward = self._both_ways(at)
        arrive_head = np.where(share < 1, self._arrival(tail, head), head)
        arrive_tail = np.where(share > 0, self._arrival(head, tail), tail)
        return self._ends(snapped, (arrive_tail, _part(backward, share)), (arrive_head, _part(forward, 1 - share)))

    def entries(self, snapped: Snapped) -> Ends:
        """The nodes from which a trip to each point leaves the network.

        They are both ends of its street, and those of their copies from which that turn may be taken.
        """
        network, at, share = self.network, snapped.segment, snapped.fraction
        tail, head = network.tail_of_segment[at].astype(np.int64), network.head_of_segment[at].astype(np.int64)
        forward, backward = self._both_ways(at)
        ends = self._ends(snapped, (tail, _part(forward, share)), (head, _part(backward, 1 - share)))
        if not network.twins:
            return ends
        other = np.concatenate([head[snapped.found], tail[snapped.found]])
        on_node = np.concatenate([share[snapped.found] <= 0, share[snapped.found] >= 1])
        copies = [
            (copy, row)
            for row, node in enumerate(ends.node.tolist())
            for copy in network.twins.get(node, ())
            if on_node[row] or self._leads(copy, int(other[row]))
        ]
        rows = np.array([row for _copy, row in copies], dtype=np.int64)
        more = np.array([copy for copy, _row in copies], dtype=np.int64)
        return Ends(
            np.concatenate([ends.point, ends.point[rows]]),
            np.concatenate([ends.node, more]),
            np.concatenate([ends.seconds, ends.seconds[rows]]),
            np.concatenate([ends.metres, ends.metres[rows]]),
        )

    def _both_ways(self, segment: NDArray[np.int64]) -> tuple[_F, _F]:
        network = self.network
        forward = network.forward_if_fine_s if self.fine else network.forward_s
        backward = network.backward_if_fine_s if self.fine else network.backward_s
        return forward[segment].astype(np.float64), backward[segment].astype(np.float64)

    def _ends(
        self, snapped: Snapped, by_tail: tuple[NDArray[np.int64], _F], by_head: tuple[NDArray[np.int64], _F]
    ) -> Ends:
        found = np.flatnonzero(snapped.found)
        length = self.network.length_m[snapped.segment].astype(np.float64)
        off = snapped.off_network_m
        return Ends(
            np.concatenate([found, found]),
            np.concatenate([by_tail[0][found], by_head[0][found]]),
            np.concatenate([(by_tail[1] + snapped.off_network_s)[found], (by_head[1] + snapped.off_network_s)[found]]),
            np.concatenate([(length * snapped.fraction + off)[found], (length * (1 - snapped.fraction) + off)[found]]),
        )

    def _arrival(self, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
        """The node that the arc from ``tail`` to ``head`` really leads to: ``head`` or its copy."""
        network = self.network
        if not network.twins:
            return head
        result = head.copy()
        for row in np.flatnonzero(np.isin(head, list(network.twins))):
            for arc in range(network.indptr[tail[row]], network.indptr[tail[row] + 1]):
                if network.twin_of[network.head[arc]] == head[row]:
                    result[row] = network.head[arc]
        return result

    def _leads(self, node: int, to: int) -> bool:
        network = self.network
        heads = network.head[network.indptr[node] : network.indptr[node + 1]]
        return bool((network.twin_of[heads] == to).any())


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
    arcs = (indptr, head, streets.seconds[order], network.metres[order])
    k = min(k, max(len(services), 1))
    asked = np.unique(streets.exits(from_points).node)
    found = _nearest_one(arcs, seeds, asked) if k == 1 else k_nearest_sources(arcs, seeds, k)
    return _nearest_table(origins, services, from_points, _at_origins(streets, from_points, to_points, found))


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
    network, ends, starts = streets.network, streets.entries(to_points), streets.exits(from_points)
    order = np.argsort(ends.node, kind="stable")
    at_node = np.concatenate([[0], np.cumsum(np.bincount(ends.node, minlength=len(network.lon)))]).astype(np.int64)
    both = np.argsort(starts.point, kind="stable").reshape(-1, 2)
    origin, hit, seconds, metres = reach_within(
        (network.indptr, network.head, streets.seconds, network.metres),
        (starts.point[both[:, 0]], starts.node[both], starts.seconds[both], starts.metres[both]),
        (at_node, ends.point[order], ends.seconds[order], ends.metres[order]),
        len(to_points), limit_s,
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


def _seeds(streets: Streets, to_points: Snapped) -> tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]]:
    """Where the reversed search starts: nodes, seconds, metres and the service behind each.

    A destination behind a private road must be entered once anyway; all others start one entry higher, so
    that both compete by time.
    """
    ends = streets.entries(to_points)
    cost = ends.seconds + np.where(streets.network.ends_only[to_points.segment[ends.point]], 0.0, ENTRY_S)
    keep = np.isfinite(cost)
    return ends.node[keep], cost[keep], ends.metres[keep], ends.point[keep]


def _nearest_one(
    arcs: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]],
    seeds: tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]],
    asked: NDArray[np.int64],
) -> tuple[_F, NDArray[np.int64], _F]:
    """As `k_nearest_sources` with one source a node; sources and metres only at the nodes asked for."""
    node, start, start_m, source = seeds
    cost, before = nearest_source(arcs[:3], (node, start))
    seed, far = way_back(arcs, (cost, before), asked)
    who, metres = np.full((len(cost), 1), -1, dtype=np.int64), np.full((len(cost), 1), np.inf)
    reached = seed >= 0
    who[asked[reached], 0] = source[seed[reached]]
    metres[asked[reached], 0] = far[reached] + start_m[seed[reached]]
    return cost[:, None], who, metres


def _at_origins(
    streets: Streets, from_points: Snapped, to_points: Snapped, found: tuple[_F, NDArray[np.int64], _F]
) -> tuple[_F, NDArray[np.int64], _F]:
    """The best ``k`` services of each origin, over both ends of its segment and along the segment itself."""
    cost, source, metres = found
    origins, k = len(from_points), cost.shape[1]
    ends = streets.exits(from_points)
    parts = []
    for rows in np.split(np.arange(len(ends.point)), 2):
        seconds, far = np.full((origins, k), np.inf), np.full((origins, k), np.inf)
        who = np.full((origins, k), -1, dtype=np.int64)
        node, point = ends.node[rows], ends.point[rows]
        seconds[point] = cost[node] + ends.seconds[rows, None]
        far[point], who[point] = metres[node] + ends.metres[rows, None], source[node]
        parts.append((seconds, who, far))
    direct = _same_segment_pairs(streets, from_points, to_points, np.inf)
    if len(direct):
        parts.append(_direct_columns(direct, len(from_points), k))
    return _best_distinct(
        np.concatenate([part[0] for part in parts], axis=1),
        np.concatenate([part[1] for part in parts], axis=1),
        np.concatenate([part[2] for part in parts], axis=1),
        k,
    )


def _best_distinct(seconds: _F, who: NDArray[np.int64], far: _F, k: int) -> tuple[_F, NDArray[np.int64], _F]:
    order = np.argsort(seconds, axis=1, kind="stable")
    seconds = np.take_along_axis(seconds, order, axis=1)
    who = np.take_along_axis(who, order, axis=1)
    far = np.take_along_axis(far, order, axis=1)
    for column in range(1, who.shape[1]):
        seen = (who[:, :column] == who[:, [column]]).any(axis=1)
        seconds[seen, column] = np.inf
    order = np.argsort(seconds, axis=1, kind="stable")[:, :k]
    return (
        np.take_along_axis(seconds, order, axis=1),
        np.take_along_axis(who, order, axis=1),
        np.take_along_axis(far, order, axis=1),
    )


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
    place = best.groupby("origin").cumcount().to_numpy()
    best, place = best[place < k], place[place < k]
    seconds, far = np.full((origins, k), np.inf), np.full((origins, k), np.inf)
    who = np.full((origins, k), -1, dtype=np.int64)
    at = (best["origin"].to_numpy(), place)
    seconds[at], who[at], far[at] = best["seconds"] + ENTRY_S, best["target"], best["metres"]
    return seconds, who, far


def _nearest_table(
    origins: gpd.GeoDataFrame, services: gpd.GeoDataFrame, from_points: Snapped, best: tuple[_F, NDArray[np.int64], _F]
) -> pd.DataFrame:
    cost, source, metres = best
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
    network, starts, ends = streets.network, streets.exits(from_points.only(row)), streets.entries(to_points)
    cost, metres = bounded_search(
        (network.indptr, network.head, streets.seconds, network.metres),
        (starts.node, starts.seconds, starts.metres), np.inf,
    )  # fmt: skip
    seconds, far = np.full(len(to_points), np.inf), np.full(len(to_points), np.inf)
    through = cost[ends.node] + ends.seconds
    worst_first = np.argsort(-through, kind="stable")  # the last write to a point is its best
    seconds[ends.point[worst_first]] = through[worst_first]
    far[ends.point[worst_first]] = (metres[ends.node] + ends.metres)[worst_first]
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
