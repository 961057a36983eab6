"""The street network of one mode: arcs with seconds and metres, made from OpenStreetMap ways."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from sempre_geo.errors import MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.countries import Country
from sempre_geo.region.ways import NODE_TAGS, WAY_TAGS, StreetWays
from sempre_geo.travel.speeds import Mode, node_passage, way_speed

# Entering a way that may not carry through traffic costs this much on top; what a trip costs is the rest of a
# division by it. So a private road is used only where a trip begins, ends, or has no other way at all.
ENTRY_S = 262_144.0
_EARTH_RADIUS_M = 6_371_008.8
_LEAST_ISLAND_M = 500.0
_SAY_NOTHING_OF_SPEED = {"name", "ref", "lit", "toll", "bridge", "tunnel"}
_INNER = {"service", "track", "path", "footway"}


@dataclass(frozen=True)
class StreetNetwork:
    """A directed network in compressed rows.

    Attributes
    ----------
    mode
        Who travels on it.
    lon, lat
        Nodes, float64 degrees, shape (nodes,). Nodes behind turn restrictions stand twice.
    twin_of
        The node each node is a copy of; itself for most. int32.
    indptr, head, seconds, metres
        Arcs of node ``i`` lie at ``indptr[i]:indptr[i + 1]``; int64, int32, float32, float32. ``seconds`` of
        wheelchair networks are pessimistic.
    seconds_if_fine
        The optimistic seconds: every untagged kerb and surface turns out to be passable; equals ``seconds`` for others.
    tail_of_segment, head_of_segment, forward_s, backward_s, length_m
        Segments a point can be snapped to; infinite seconds where a direction is closed.
    forward_if_fine_s, backward_if_fine_s
        The same, optimistic.
    main
        Whether a segment lies in the largest connected part, bool.
    ends_only
        Whether a segment may begin or end a trip but carry none through, bool.
    """

    mode: Mode
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    twin_of: NDArray[np.int32]
    indptr: NDArray[np.int64]
    head: NDArray[np.int32]
    seconds: NDArray[np.float32]
    seconds_if_fine: NDArray[np.float32]
    metres: NDArray[np.float32]
    tail_of_segment: NDArray[np.int32]
    head_of_segment: NDArray[np.int32]
    forward_s: NDArray[np.float32]
    backward_s: NDArray[np.float32]
    forward_if_fine_s: NDArray[np.float32]
    backward_if_fine_s: NDArray[np.float32]
    length_m: NDArray[np.float32]
    main: NDArray[np.bool_]
    ends_only: NDArray[np.bool_]

    @cached_property
    def reverse(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """Arcs turned round: ``indptr``, ``head``, and the position of each in the forward arrays."""
        nodes = len(self.lon)
        tails = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(self.indptr))
        order = np.argsort(self.head, kind="stable")
        counts = np.bincount(self.head, minlength=nodes)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), tails[order], order

    @cached_property
    def twins(self) -> dict[int, list[int]]:
        """Copies of each node that has any."""
        found: dict[int, list[int]] = {}
        for copy in np.flatnonzero(self.twin_of != np.arange(len(self.twin_of))).tolist():
            found.setdefault(int(self.twin_of[copy]), []).append(copy)
        return found


def street_network(ways: StreetWays, *, mode: Mode, country: Country, day: date | None = None) -> StreetNetwork:
    """The network of a mode: closed ways left out, limits, barriers and turn restrictions applied.

    Between two nodes the quickest arc counts; a self loop leads nowhere and is dropped. Ways in small
    parts that no street joins to the rest (a fenced yard, a loose service road) are left out, so that
    nobody is snapped to them; a part with at least 500 m of real streets is an island that people live on.
    """
    rule = _way_rules(ways, mode=mode, country=country, day=day)
    segments = _segments(ways, rule)
    segments = _passed_barriers(segments, ways, mode)
    arcs = _arcs(segments)
    arcs, twin_of = _turned(arcs, ways, mode)
    return _network(ways, segments, arcs, twin_of=twin_of, mode=mode)


def write_network(network: StreetNetwork, folder: Path) -> None:
    """Write a network as plain arrays, one file each, into an existing or new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for field in fields(network):
        if field.name != "mode":
            np.save(folder / f"{field.name}.npy", getattr(network, field.name))


def read_network(folder: Path, mode: Mode) -> StreetNetwork:
    """Read a network; its arrays are mapped, not copied, so that opening takes no time.

    Raises
    ------
    MissingFileError
        The region was built without this mode.
    """
    if not (folder / "indptr.npy").is_file():
        raise MissingFileError(
            _("There is no network for {mode} in {folder}; build the region again.").format(mode=mode, folder=folder)
        )
    arrays = {
        field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r")
        for field in fields(StreetNetwork)
        if field.name != "mode"
    }
    return StreetNetwork(mode=mode, **arrays)


def distance_m(
    lon: NDArray[np.float64], lat: NDArray[np.float64], other_lon: NDArray[np.float64], other_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle metres between positions in degrees (haversine).

    >>> float(distance_m(np.array([24.0]), np.array([57.0]), np.array([24.0]), np.array([58.0])).round(-2)[0])
    111200.0
    """
    half_lat, half_lon = np.radians(other_lat - lat) / 2, np.radians(other_lon - lon) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(np.radians(lat)) * np.cos(np.radians(other_lat)) * np.sin(half_lon) ** 2
    return np.asarray(2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(chord)), dtype=np.float64)


def _way_rules(ways: StreetWays, *, mode: Mode, country: Country, day: date | None) -> pd.DataFrame:
    """Speeds and access of each way; computed once for each different set of tags."""
    columns = [column for column in WAY_TAGS if column not in _SAY_NOTHING_OF_SPEED]
    codes = np.column_stack(
        [*(ways.ways[column].cat.codes.to_numpy() for column in columns), ways.ways["built_up"].to_numpy()]
    )
    _different, first, which = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    sample = ways.ways.iloc[first]
    records = sample[columns].astype(object).to_dict("records")
    rules = [
        way_speed(_present(tags), mode=mode, country=country, day=day, built_up=bool(built_up))
        for tags, built_up in zip(records, sample["built_up"], strict=True)
    ]
    table = pd.DataFrame(
        [(r.forward_kmh, r.backward_kmh, r.ends_only, r.uncertain, r.minutes, r.boarding_s) for r in rules],
        columns=["forward_kmh", "backward_kmh", "ends_only", "uncertain", "minutes", "boarding_s"],
    ).astype({"minutes": np.float64})
    return table.iloc[which.ravel()].reset_index(drop=True)


def _present(tags: Mapping[Hashable, Any]) -> dict[str, str]:
    return {str(key): value for key, value in tags.items() if isinstance(value, str)}


def _segments(ways: StreetWays, rule: pd.DataFrame) -> pd.DataFrame:
    """One row for each pair of neighbouring nodes of an open way; order of the way kept."""
    lengths = np.diff(ways.offsets)
    way = np.repeat(np.arange(len(lengths)), np.maximum(lengths - 1, 0))
    last = np.zeros(len(ways.nodes), dtype=bool)
    last[ways.offsets[1:] - 1] = True
    start = np.flatnonzero(~last)
    tail, head = ways.nodes[start], ways.nodes[start + 1]
    metres = distance_m(ways.lon[tail], ways.lat[tail], ways.lon[head], ways.lat[head])
    whole_m = np.bincount(way, weights=metres, minlength=len(lengths))
    of_way = rule.iloc[way]
    stated = of_way["minutes"].to_numpy() * 60 * metres / np.maximum(whole_m[way], 1.0)
    boarding = of_way["boarding_s"].to_numpy() / np.maximum(lengths[way] - 1, 1)

    def seconds(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
        moving = np.divide(metres * 3.6, kmh, out=np.full_like(metres, np.inf), where=kmh > 0)
        return np.asarray(np.where(np.isfinite(moving) & np.isfinite(stated), stated, moving) + boarding)

    table = pd.DataFrame(
        {
            "way": way, "tail": tail, "head": head, "metres": metres,
            "forward": seconds(of_way["forward_kmh"].to_numpy()),
            "backward": seconds(of_way["backward_kmh"].to_numpy()),
            "ends_only": of_way["ends_only"].to_numpy(), "uncertain": of_way["uncertain"].to_numpy(),
            "inner": ways.ways["highway"].astype(object).isin(_INNER).to_numpy()[way],
        }
    )  # fmt: skip
    open_either_way = np.isfinite(table["forward"]) | np.isfinite(table["backward"])
    return pd.DataFrame(table[open_either_way & (table["tail"] != table["head"])]).reset_index(drop=True)


def _passed_barriers(segments: pd.DataFrame, ways: StreetWays, mode: Mode) -> pd.DataFrame:
    """Segments with what it costs to pass the barrier at their end: ``tail_passage`` and ``head_passage``."""
    passage = np.zeros(len(ways.lon), dtype=np.int8)
    codes = {"open": 0, "ends": 1, "uncertain": 2, "shut": 3}
    for node, row in zip(ways.node_tags.index, ways.node_tags[list(NODE_TAGS)].to_dict("records"), strict=True):
        passage[node] = codes[node_passage(_present(row), mode=mode)]
    return segments.assign(tail_passage=passage[segments["tail"]], head_passage=passage[segments["head"]])


def _arcs(segments: pd.DataFrame) -> pd.DataFrame:
    """Both directions of every segment: ``tail, head, way, seconds, fine, metres``."""
    forward = segments.rename(columns={"forward": "seconds", "head_passage": "passage"})
    backward = segments.rename(
        columns={"tail": "head", "head": "tail", "backward": "seconds", "tail_passage": "passage"}
    )
    columns = ["tail", "head", "way", "seconds", "metres", "ends_only", "uncertain", "passage"]
    arcs = pd.concat([forward[columns], backward[columns]], ignore_index=True)
    arcs = arcs[np.isfinite(arcs["seconds"]) & (arcs["passage"] != 3)]  # noqa: PLR2004 - shut
    arcs = arcs.assign(
        fine=arcs["seconds"],
        seconds=np.where(arcs["uncertain"] | (arcs["passage"] == 2), np.inf, arcs["seconds"]),  # noqa: PLR2004
    )
    return _entries(arcs).reset_index(drop=True)


def _entries(arcs: pd.DataFrame) -> pd.DataFrame:
    """Make entering a way that may not carry traffic through cost its price: from a street, or at a gate."""
    public = np.zeros(int(max(arcs["tail"].max(), arcs["head"].max())) + 1 if len(arcs) else 0, dtype=bool)
    through = arcs[~arcs["ends_only"]]
    public[through["tail"]] = True
    public[through["head"]] = True
    enters = (arcs["ends_only"] & public[arcs["tail"]]) | (arcs["passage"] == 1)
    return arcs.assign(seconds=arcs["seconds"] + enters * ENTRY_S, fine=arcs["fine"] + enters * ENTRY_S)


def _turned(arcs: pd.DataFrame, ways: StreetWays, mode: Mode) -> tuple[pd.DataFrame, NDArray[np.int32]]:
    """Apply turn restrictions at nodes: whoever arrives by the ``from`` way arrives at a copy of the node.

    The copy has only the arcs that may be taken. Restrictions over a ``via`` way are not applied.
    """
    nodes = len(ways.lon)
    twin_of = list(range(nodes))
    if mode not in {"car", "bike"} or ways.restrictions.empty:
        return arcs, np.array(twin_of, dtype=np.int32)
    position = {way: number for number, way in enumerate(ways.ways.index.tolist())}
    at = {node: number for number, node in enumerate(ways.node_id.tolist())} if len(ways.restrictions) else {}
    added: list[pd.DataFrame] = []
    head = arcs["head"].to_numpy().copy()
    for (via, origin), rows in ways.restrictions.groupby(["via_node", "from_way"]):
        banned = _banned(rows, position, mode)
        if banned is None or via not in at or origin not in position:
            continue
        node, way = at[via], position[origin]
        arriving = np.flatnonzero((head == node) & (arcs["way"].to_numpy() == way))
        leaving = arcs[(arcs["tail"] == node)]
        allowed = leaving[~leaving["way"].isin(banned[0])] if banned[1] else leaving[leaving["way"].isin(banned[0])]
        copy = len(twin_of)
        twin_of.append(node)
        head[arriving] = copy
        added.append(allowed.assign(tail=copy))
    arcs = pd.concat([arcs.assign(head=head), *added], ignore_index=True)
    return arcs, np.array(twin_of, dtype=np.int32)


def _banned(rows: pd.DataFrame, position: dict[int, int], mode: Mode) -> tuple[list[int], bool] | None:
    """Ways that may not be taken (True) or the only ones that may (False); None where nothing applies."""
    excepted = rows["except"].str.contains("bicycle" if mode == "bike" else "motorcar|motor_vehicle", regex=True)
    rows = rows[~excepted & rows["to_way"].isin(list(position))]
    only = rows[rows["restriction"].str.startswith("only_")]
    chosen = only if len(only) else rows[rows["restriction"].str.startswith("no_")]
    chosen = chosen[~chosen["restriction"].isin(["no_entry", "no_exit"])]
    return ([position[way] for way in chosen["to_way"]], not len(only)) if len(chosen) else None


def _network(
    ways: StreetWays, segments: pd.DataFrame, arcs: pd.DataFrame, *, twin_of: NDArray[np.int32], mode: Mode
) -> StreetNetwork:
    nodes = len(twin_of)
    arcs = arcs.sort_values(["tail", "head", "fine"], kind="stable").drop_duplicates(["tail", "head"])
    label, keep, largest = _parts(arcs, segments, twin_of)
    segments = segments[keep[label[segments["tail"]]] & (label[segments["tail"]] == label[segments["head"]])]
    arcs = arcs[keep[label[arcs["tail"]]] & (label[arcs["tail"]] == label[arcs["head"]])]
    fine = {"forward": segments["forward"], "backward": segments["backward"]}
    sure = {name: seconds.where(~segments["uncertain"], np.inf) for name, seconds in fine.items()}
    return StreetNetwork(
        mode=mode,
        lon=ways.lon[twin_of],
        lat=ways.lat[twin_of],
        twin_of=twin_of,
        indptr=np.concatenate([[0], np.cumsum(np.bincount(arcs["tail"], minlength=nodes))]).astype(np.int64),
        head=arcs["head"].to_numpy(dtype=np.int32),
        seconds=arcs["seconds"].to_numpy(dtype=np.float32),
        seconds_if_fine=arcs["fine"].to_numpy(dtype=np.float32),
        metres=arcs["metres"].to_numpy(dtype=np.float32),
        tail_of_segment=segments["tail"].to_numpy(dtype=np.int32),
        head_of_segment=segments["head"].to_numpy(dtype=np.int32),
        forward_s=sure["forward"].to_numpy(dtype=np.float32),
        backward_s=sure["backward"].to_numpy(dtype=np.float32),
        forward_if_fine_s=fine["forward"].to_numpy(dtype=np.float32),
        backward_if_fine_s=fine["backward"].to_numpy(dtype=np.float32),
        length_m=segments["metres"].to_numpy(dtype=np.float32),
        main=label[segments["tail"].to_numpy()] == largest,
        ends_only=segments["ends_only"].to_numpy(dtype=bool),
    )


def _parts(
    arcs: pd.DataFrame, segments: pd.DataFrame, twin_of: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.bool_], int]:
    """The strongly connected part of each node, which parts are kept, and the largest."""
    nodes = len(twin_of)
    copies = np.flatnonzero(twin_of != np.arange(nodes))
    tails = np.concatenate([arcs["tail"], copies, twin_of[copies]])  # a copy belongs where its node belongs
    heads = np.concatenate([arcs["head"], twin_of[copies], copies])
    graph: csr_matrix = coo_matrix((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(nodes, nodes)).tocsr()
    count, label = connected_components(graph, directed=True, connection="strong")
    of_segment = label[segments["tail"].to_numpy()]
    street_m = np.where(segments["inner"], 0.0, segments["metres"])
    street = np.bincount(of_segment, weights=street_m, minlength=count)
    every = np.bincount(of_segment, weights=segments["metres"], minlength=count)
    largest = int(np.argmax(every)) if len(every) else 0
    keep = street >= _LEAST_ISLAND_M
    if len(keep):
        keep[largest] = True
    return label, keep, largest
