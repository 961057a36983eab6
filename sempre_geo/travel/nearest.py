"""Shortest travel times on a street network: nearest services, matrices, and everything within reach."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.travel.search import k_nearest_sources, nearest_source, reach_within, way_to_source
from sempre_geo.travel.snapping import SegmentIndex, Snapped
from sempre_geo.travel.streets import StreetNetwork

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

    @cached_property
    def backward(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        """Arcs turned round, for searches that start where trips end: ``indptr, head, seconds, metres``."""
        indptr, head, order = self.network.reverse
        return indptr, head, self.seconds[order], self.network.metres[order]

    def exits(self, snapped: Snapped) -> Ends:
        """The two nodes a trip from each point first comes to."""
        found = np.flatnonzero(snapped.found)
        at, share = snapped.segment[found], snapped.fraction[found]
        forward, backward = self._both_ways(at)
        to_tail, to_head = self.network.backward_to[at], self.network.forward_to[at]
        return self._ends(snapped, (to_tail, _part(backward, share)), (to_head, _part(forward, 1 - share)))

    def entries(self, snapped: Snapped) -> Ends:
        """The nodes from which a trip to each point leaves the network.

        They are both ends of its street, and those of their copies from which it may be entered.
        """
        network, found = self.network, np.flatnonzero(snapped.found)
        at, share = snapped.segment[found], snapped.fraction[found]
        forward, backward = self._both_ways(at)
        tail, head = network.tail_of_segment[at], network.head_of_segment[at]
        ends = self._ends(snapped, (tail, _part(forward, share)), (head, _part(backward, 1 - share)))
        keys, leaving = network.arcs_of_copies
        wanted = np.concatenate([network.joint(tail, head), network.joint(head, tail)])
        first, last = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")
        rows = np.repeat(np.arange(len(wanted)), last - first)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        copies = leaving[first[rows] + nth].astype(np.int64)
        return _joined([ends, Ends(ends.point[rows], copies, ends.seconds[rows], ends.metres[rows])])

    def _both_ways(self, segment: NDArray[np.int64]) -> tuple[_F, _F]:
        network = self.network
        forward = network.forward_if_fine_s if self.fine else network.forward_s
        backward = network.backward_if_fine_s if self.fine else network.backward_s
        return forward[segment].astype(np.float64), backward[segment].astype(np.float64)

    def _ends(
        self, snapped: Snapped, by_tail: tuple[NDArray[np.int32], _F], by_head: tuple[NDArray[np.int32], _F]
    ) -> Ends:
        found = np.flatnonzero(snapped.found)
        share, off_m, off_s = snapped.fraction[found], snapped.off_network_m[found], snapped.off_network_s[found]
        length = self.network.length_m[snapped.segment[found]].astype(np.float64)
        return Ends(
            np.concatenate([found, found]),
            np.concatenate([by_tail[0], by_head[0]]).astype(np.int64),
            np.concatenate([by_tail[1] + off_s, by_head[1] + off_s]),
            np.concatenate([length * share + off_m, length * (1 - share) + off_m]),
        )


def streets_of(network: StreetNetwork, *, fine: bool = False) -> Streets:
    """A network made ready for questions."""
    return Streets(network, SegmentIndex(network), fine)


def nearest_services(
    streets: Streets,
    origins: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    *,
    k: int = 3,
    snapped: Snapped | None = None,
) -> pd.DataFrame:
    """The ``k`` nearest services of each origin, as many rows as origins times ranks found, at least one each.

    Parameters
    ----------
    origins, services
        Points with unique indices.
    snapped
        The origins on this network, where they have been snapped before: who asks for many categories snaps the
        same cells once.

    Returns
    -------
    pandas.DataFrame
        ``origin_id, rank, service_id, minutes, metres, off_network_m, status``. An origin from which no
        service can be reached has one row with rank 1, no service, infinite minutes and the reason as its
        status. ``metres`` are those of the quickest way.
    """
    from_points = streets.index.snap(origins.geometry) if snapped is None else snapped
    to_points = streets.index.snap(services.geometry)
    seeds = _seeds(streets, to_points)
    k = min(k, max(len(services), 1))
    found = _nearest_one(streets, seeds, from_points) if k == 1 else _nearest_few(streets, seeds, k)
    return _nearest_table(origins, services, from_points, _at_origins(streets, from_points, to_points, found))


def travel_matrix(streets: Streets, origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Minutes and metres of every pair, origins outermost: ``origin_id, destination_id, minutes, metres, status``."""
    from_points, to_points = streets.index.snap(origins.geometry), streets.index.snap(destinations.geometry)
    seconds = np.full((len(origins), len(destinations)), np.inf)
    metres = np.full_like(seconds, np.inf)
    found = _pairs_within(streets, from_points, to_points, np.inf)
    seconds[found["origin"], found["target"]] = found["seconds"]
    metres[found["origin"], found["target"]] = found["metres"]
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
    return _pairs_within(streets, streets.index.snap(origins), streets.index.snap(targets), limit_s)


def _pairs_within(streets: Streets, from_points: Snapped, to_points: Snapped, limit_s: float) -> pd.DataFrame:
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
    direct = same_segment_pairs(streets, from_points, to_points, limit_s)
    table = pd.concat([table, direct], ignore_index=True) if len(direct) else table
    return table.sort_values(["origin", "target", "seconds"], kind="stable").drop_duplicates(
        ["origin", "target"], ignore_index=True
    )


def _joined(parts: list[Ends]) -> Ends:
    return Ends(
        np.concatenate([part.point for part in parts]),
        np.concatenate([part.node for part in parts]),
        np.concatenate([part.seconds for part in parts]),
        np.concatenate([part.metres for part in parts]),
    )


def _part(seconds: _F, share: _F) -> _F:
    """A share of a segment; no share of a closed direction is nothing to go, not infinity times zero."""
    return np.where(share <= 0, 0.0, seconds * np.maximum(share, 1e-12))


def _seeds(streets: Streets, to_points: Snapped) -> tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]]:
    """Where the reversed search starts: nodes, seconds, metres and the service behind each."""
    ends = streets.entries(to_points)
    keep = np.isfinite(ends.seconds)
    return ends.node[keep], ends.seconds[keep], ends.metres[keep], ends.point[keep]


def _nearest_one(
    streets: Streets, seeds: tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]], from_points: Snapped
) -> tuple[_F, NDArray[np.int64], _F]:
    """As `_nearest_few` with one source a node; sources and metres only where trips begin."""
    node, start, start_m, source = seeds
    network, asked = streets.network, np.unique(streets.exits(from_points).node)
    cost = nearest_source(streets.backward[:3], (node, start))
    arcs = (network.indptr, network.head, streets.seconds, network.metres)
    seed, far = way_to_source(arcs, cost, (node, start), asked)
    who, metres = np.full((len(cost), 1), -1, dtype=np.int64), np.full((len(cost), 1), np.inf)
    reached = seed >= 0
    who[asked[reached], 0] = source[seed[reached]]
    metres[asked[reached], 0] = far[reached] + start_m[seed[reached]]
    return cost[:, None], who, metres


def _nearest_few(
    streets: Streets, seeds: tuple[NDArray[np.int64], _F, _F, NDArray[np.int64]], k: int
) -> tuple[_F, NDArray[np.int64], _F]:
    """Seconds, service and metres of the ``k`` nearest services of every node, shape (nodes, k)."""
    seconds, who, metres = k_nearest_sources(streets.backward, seeds, k)
    return seconds, who, metres


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
    direct = same_segment_pairs(streets, from_points, to_points, np.inf)
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


def same_segment_pairs(streets: Streets, from_points: Snapped, to_points: Snapped, limit_s: float) -> pd.DataFrame:
    """Pairs on one segment: along it without touching a node, or straight across if the street is farther off."""
    left = pd.DataFrame({"segment": from_points.segment, "origin": np.arange(len(from_points))})
    right = pd.DataFrame({"segment": to_points.segment, "target": np.arange(len(to_points))})
    pairs = left[left["segment"] >= 0].merge(right[right["segment"] >= 0], on="segment")
    network, at = streets.network, pairs["segment"].to_numpy()
    origin, target = pairs["origin"].to_numpy(), pairs["target"].to_numpy()
    moved = to_points.fraction[target] - from_points.fraction[origin]
    forward = (network.forward_if_fine_s if streets.fine else network.forward_s)[at]
    backward = (network.backward_if_fine_s if streets.fine else network.backward_s)[at]
    along = np.where(moved >= 0, _part(forward, moved), _part(backward, -moved))
    off_m = from_points.off_network_m[origin] + to_points.off_network_m[target]
    off_s = from_points.off_network_s[origin] + to_points.off_network_s[target]
    metres = network.length_m[at] * np.abs(moved) + off_m
    straight = np.hypot(*(from_points.xy[origin] - to_points.xy[target]).T)
    beside = straight <= off_m  # next door: nobody walks to the street and back
    seconds = np.where(beside, off_s * straight / np.maximum(off_m, 1e-9), along + off_s)
    metres = np.where(beside, straight, metres)
    pairs = pairs.assign(seconds=seconds, metres=metres)[["origin", "target", "seconds", "metres"]]
    return pairs[pairs["seconds"] <= limit_s] if np.isfinite(limit_s) else pairs[np.isfinite(pairs["seconds"])]


def _direct_columns(direct: pd.DataFrame, origins: int, k: int) -> tuple[_F, NDArray[np.int64], _F]:
    best = direct.sort_values(["origin", "seconds"], kind="stable")
    place = best.groupby("origin").cumcount().to_numpy()
    best, place = best[place < k], place[place < k]
    seconds, far = np.full((origins, k), np.inf), np.full((origins, k), np.inf)
    who = np.full((origins, k), -1, dtype=np.int64)
    at = (best["origin"].to_numpy(), place)
    seconds[at], who[at], far[at] = best["seconds"], best["target"], best["metres"]
    return seconds, who, far


def _nearest_table(
    origins: gpd.GeoDataFrame, services: gpd.GeoDataFrame, from_points: Snapped, best: tuple[_F, NDArray[np.int64], _F]
) -> pd.DataFrame:
    cost, source, metres = best
    found = np.isfinite(cost)
    found[:, 0] = True
    row, rank = np.nonzero(found)
    seconds, who = cost[row, rank], source[row, rank]
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
