"""Streets cut into pieces from node to node, with seconds both ways, and what stands at their ends."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.region.countries import Country
from sempre_geo.region.ways import NODE_TAGS, WAY_TAGS, StreetWays
from sempre_geo.travel.access import Mode, Passage, node_passage
from sempre_geo.travel.speeds import way_speed

_EARTH_RADIUS_M = 6_371_008.8
_SAY_NOTHING_OF_SPEED = {"name", "ref", "lit", "toll", "bridge", "tunnel"}
_CARRIAGEWAYS = {
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "road", "pedestrian",
}  # fmt: skip
_NO_DOORS = {"motorway", "motorway_link"}
_TUNNELS = {"yes", "avalanche_protector"}
_PASSAGES: tuple[Passage, ...] = ("open", "ends", "uncertain", "shut")
_GATE_S = 5.0  # to open it, and again to close it behind
_JUNCTION = 3


def street_pieces(ways: StreetWays, *, mode: Mode, country: Country, day: date | None) -> pd.DataFrame:
    """One row for each pair of neighbouring nodes of a way that a mode may use, in the order of the ways.

    Returns
    -------
    pandas.DataFrame
        ``way, tail, head`` (positions), ``metres``, ``forward, backward`` (seconds, infinite where closed),
        ``ends_only, uncertain, street`` (a carriageway), ``doors`` (people live along it: no motorway, tunnel or
        ferry).
    """
    rule = _way_rules(ways, mode=mode, country=country, day=day)
    lengths = np.diff(ways.offsets)
    last = np.zeros(len(ways.nodes), dtype=bool)
    last[ways.offsets[1:] - 1] = True
    start = np.flatnonzero(~last)
    way = np.repeat(np.arange(len(lengths)), np.maximum(lengths - 1, 0))
    tail, head = ways.nodes[start].astype(np.int64), ways.nodes[start + 1].astype(np.int64)
    metres = distance_m(ways.lon[tail], ways.lat[tail], ways.lon[head], ways.lat[head])
    of_way = rule.iloc[way].reset_index(drop=True)
    forward, backward = _seconds(of_way, way, tail=tail, head=head, metres=metres)
    pieces = pd.DataFrame(
        {
            "way": way, "tail": tail, "head": head, "metres": metres, "forward": forward, "backward": backward,
            "ends_only": of_way["ends_only"], "uncertain": of_way["uncertain"],
            "street": ways.ways["highway"].isin(_CARRIAGEWAYS).to_numpy()[way],
            "doors": _has_doors(ways.ways)[way],
        }
    )  # fmt: skip
    open_either_way = np.isfinite(forward) | np.isfinite(backward)
    return pd.DataFrame(pieces[open_either_way & (tail != head)]).reset_index(drop=True)


def split_at_barriers(
    pieces: pd.DataFrame, ways: StreetWays, mode: Mode
) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[np.int64]]:
    """Pieces that end at a barrier get an end of their own there; what may pass is joined again.

    Where a barrier stands on a junction of streets, it is taken to stand across the side ways: the streets stay joined.

    Returns
    -------
    tuple
        The pieces; the passages (``tail, head, ends_only, uncertain``); and for every node the node it is a copy of.
    """
    passage = _passages(ways, mode)
    nodes = len(passage)
    ends = pieces[["tail", "head"]].to_numpy(copy=True)
    degree = np.bincount(ends.ravel(), minlength=nodes)
    on_street = pieces["street"].to_numpy()[:, None] & (degree[ends] >= _JUNCTION)
    split = (passage[ends] > 0) & ~on_street
    at = ends[split]
    ends[split] = nodes + np.arange(len(at))
    joined = passage[at] < _PASSAGES.index("shut")
    port, hub = ends[split][joined], at[joined]
    kind = np.tile(passage[hub], 2)
    passages = pd.DataFrame(
        {
            "tail": np.concatenate([port, hub]), "head": np.concatenate([hub, port]),
            "ends_only": kind == _PASSAGES.index("ends"), "uncertain": kind == _PASSAGES.index("uncertain"),
        }
    )  # fmt: skip
    return pieces.assign(tail=ends[:, 0], head=ends[:, 1]), passages, np.concatenate([np.arange(nodes), at])


def arcs_of(pieces: pd.DataFrame, passages: pd.DataFrame) -> pd.DataFrame:
    """Both directions of every piece, all forward ones first, then the passages.

    Columns ``tail, head, way, metres, fine, seconds, ends_only``; ``seconds`` are infinite where it is uncertain that
    one may pass, ``fine`` only where it is closed.
    """
    turned = pieces.rename(columns={"tail": "head", "head": "tail"})
    passing = passages.assign(way=-1, metres=0.0, fine=np.where(passages["ends_only"], _GATE_S, 0.0))
    columns = ["tail", "head", "way", "metres", "fine", "uncertain", "ends_only"]
    arcs = pd.concat(
        [pieces.assign(fine=pieces["forward"])[columns], turned.assign(fine=pieces["backward"])[columns],
         passing[columns]],
        ignore_index=True,
    )  # fmt: skip
    return arcs.assign(seconds=np.where(arcs["uncertain"], np.inf, arcs["fine"])).drop(columns="uncertain")


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
    return {str(key): value for key, value in tags.items() if isinstance(value, str) and value}


def _has_doors(ways: pd.DataFrame) -> NDArray[np.bool_]:
    through = ways["highway"].isin(_NO_DOORS) | (ways["motorroad"] == "yes") | (ways["route"] == "ferry")
    return np.asarray(~(through | ways["tunnel"].isin(_TUNNELS)).to_numpy(dtype=bool))


def _seconds(
    of_way: pd.DataFrame,
    way: NDArray[np.int64],
    *,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    metres: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds along and against each piece. Boarding a ferry is waited for where it leaves the shore."""
    afloat = of_way["boarding_s"].to_numpy() > 0
    shore = np.zeros(int(max(tail.max(initial=-1), head.max(initial=-1))) + 1, dtype=bool)
    shore[tail[~afloat]] = True
    shore[head[~afloat]] = True
    whole_m = np.bincount(way, weights=metres)
    stated = of_way["minutes"].to_numpy() * 60 * metres / np.maximum(whole_m[way], 1.0)

    def both(kmh: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
        moving = np.divide(metres * 3.6, kmh, out=np.full_like(metres, np.inf), where=kmh > 0)
        sailing = np.where(np.isfinite(moving) & np.isfinite(stated), stated, moving)
        return np.asarray(sailing + of_way["boarding_s"].to_numpy() * shore[start])

    return both(of_way["forward_kmh"].to_numpy(), tail), both(of_way["backward_kmh"].to_numpy(), head)


def _passages(ways: StreetWays, mode: Mode) -> NDArray[np.int8]:
    """What each node lets through, as a position in `_PASSAGES`."""
    passage = np.zeros(len(ways.lon), dtype=np.int8)
    tags = ways.node_tags[list(NODE_TAGS)].astype(object)
    which, different = pd.MultiIndex.from_frame(tags.where(tags.notna(), "")).factorize()
    codes = [_PASSAGES.index(node_passage(_present(dict(zip(NODE_TAGS, row, strict=True))), mode)) for row in different]
    passage[ways.node_tags.index] = np.array(codes, dtype=np.int8)[which] if codes else 0
    return passage
