"""The street network of one mode: arcs with seconds and metres, made from OpenStreetMap ways."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.errors import MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.countries import Country
from sempre_geo.region.ways import StreetWays
from sempre_geo.travel.access import Mode
from sempre_geo.travel.landings import with_landings
from sempre_geo.travel.private_ways import parts_of, private_arcs, without_through_traffic
from sempre_geo.travel.street_pieces import arcs_of, split_at_barriers, street_pieces
from sempre_geo.travel.turns import with_turns

_LEAST_S = 0.001  # no step takes no time: whoever follows times back to their source gets there
# A part that nothing joins to the rest is an island people live on if it has this much of streets, or of any ways;
# else it is a fenced yard or a piece cut off by the map's border.
_LEAST_ISLAND_M = 500.0
_LEAST_PATHS_M = 3_000.0
# From here on it is no piece of a border: people on it are never moved over to the mainland's streets.
_MAIN_STREETS_M = 5_000.0


@dataclass(frozen=True)
class StreetNetwork:
    """A directed network in compressed rows.

    Attributes
    ----------
    mode
        Who travels on it.
    lon, lat
        Nodes, float64 degrees, shape (nodes,). A place stands more than once where what one may do there depends on
        how one came: at turn restrictions, barriers and the border of private ways.
    twin_of
        The node each node is a copy of; itself for most. int32.
    indptr, head, seconds, metres
        Arcs of node ``i`` lie at ``indptr[i]:indptr[i + 1]``; int64, int32, float32, float32. ``seconds`` of
        wheelchair networks are pessimistic.
    seconds_if_fine
        The optimistic seconds: every untagged kerb and surface turns out to be passable; equals ``seconds`` for others.
    tail_of_segment, head_of_segment, forward_s, backward_s, length_m
        Segments a point can be snapped to; infinite seconds where a direction is closed. No motorways, tunnels or
        ferries: nobody lives there.
    forward_if_fine_s, backward_if_fine_s
        The same, optimistic.
    forward_to, backward_to
        The node at which a trip that starts on the segment arrives, going along and against it. int32.
    main
        Whether a segment lies in the largest connected part, or one as good as it (`_MAIN_STREETS_M`), bool.
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
    forward_to: NDArray[np.int32]
    backward_to: NDArray[np.int32]
    main: NDArray[np.bool_]

    @cached_property
    def reverse(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """Arcs turned round: ``indptr``, ``head``, and the position of each in the forward arrays."""
        nodes = len(self.lon)
        tails = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(self.indptr))
        order = np.argsort(self.head, kind="stable")
        counts = np.bincount(self.head, minlength=nodes)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), tails[order], order

    @cached_property
    def arcs_of_copies(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Arcs that leave copied nodes: sorted keys of the two places they join, and the copies they leave."""
        copies = np.flatnonzero(self.twin_of != np.arange(len(self.twin_of))).astype(np.int32)
        counts = (self.indptr[copies + 1] - self.indptr[copies]).astype(np.int64)
        first = np.repeat(self.indptr[copies] - np.concatenate([[0], np.cumsum(counts)])[:-1], counts)
        leaving = np.repeat(copies, counts)
        keys = self.joint(leaving, self.head[first + np.arange(counts.sum())])
        order = np.argsort(keys, kind="stable")
        return keys[order], leaving[order]

    def joint(self, tail: NDArray[np.int32], head: NDArray[np.int32]) -> NDArray[np.int64]:
        """One number for the pair of places that two nodes stand for."""
        return self.twin_of[tail].astype(np.int64) * len(self.twin_of) + self.twin_of[head]


def street_network(ways: StreetWays, *, mode: Mode, country: Country, day: date | None = None) -> StreetNetwork:
    """The network of a mode: closed ways left out, limits, barriers and turn restrictions applied.

    Between two nodes the quickest arc counts; a self loop leads nowhere and is dropped. Private ways begin and end
    trips and carry none through. Ways in small parts that nothing joins to the rest (a fenced yard, a loose service
    road) are left out, so that nobody is snapped to them; a part with at least 500 m of streets is an island that
    people live on.
    """
    pieces = with_landings(street_pieces(ways, mode=mode, country=country, day=day), ways)
    pieces, passages, twin_of = split_at_barriers(pieces, ways, mode)
    part = parts_of(arcs_of(pieces, passages), len(twin_of))
    pieces, passages = _kept(pieces, passages, part)
    arcs = arcs_of(pieces, passages)
    arcs["private"] = private_arcs(arcs, part)
    arcs, twin_of = with_turns(arcs, ways, mode=mode, twin_of=twin_of, day=day)
    first_steps = arcs["head"].to_numpy()[: 2 * len(pieces)].reshape(2, -1)
    private = arcs["private"].to_numpy()[: 2 * len(pieces)].reshape(2, -1)
    arcs, twin_of, out = without_through_traffic(arcs[np.isfinite(arcs["fine"])], twin_of)
    first_steps = np.where(private.any(axis=0), out[first_steps], first_steps)
    pieces = pieces.assign(forward_to=first_steps[0], backward_to=first_steps[1])
    return _network(ways, pieces, _quickest(arcs), twin_of=twin_of, mode=mode)


def without_steps(network: StreetNetwork, tail: NDArray[np.int32], head: NDArray[np.int32]) -> StreetNetwork:
    """The network without the steps between pairs of neighbouring nodes of the map, either way.

    Nodes, segments and what counts as an island stay: beyond a ferry that rests lies a place nobody comes to,
    not no road.
    """
    closed = np.concatenate([network.joint(tail, head), network.joint(head, tail)])
    tails = np.repeat(np.arange(len(network.lon), dtype=np.int32), np.diff(network.indptr))
    kept = ~np.isin(network.joint(tails, network.head), closed)
    if kept.all():
        return network
    counts = np.bincount(tails[kept], minlength=len(network.lon))
    return replace(
        network, indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), head=network.head[kept],
        seconds=network.seconds[kept], seconds_if_fine=network.seconds_if_fine[kept], metres=network.metres[kept],
    )  # fmt: skip


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
        The region was built without this mode, or by an older version.
    """
    names = [field.name for field in fields(StreetNetwork) if field.name != "mode"]
    if not all((folder / f"{name}.npy").is_file() for name in names):
        raise MissingFileError(
            _("There is no network for {mode} in {folder}; build the region again.").format(mode=mode, folder=folder)
        )
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="c") for name in names}
    return StreetNetwork(mode=mode, **arrays)


def _kept(pieces: pd.DataFrame, passages: pd.DataFrame, part: NDArray[np.int64]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pieces and passages of the parts that people live on; pieces with ``main``."""
    at = part[pieces["tail"]]
    within = at == part[pieces["head"]]
    metres = np.where(within & pieces["doors"], pieces["metres"], 0.0)
    street_m = np.bincount(at, weights=metres * pieces["street"], minlength=int(part.max(initial=-1)) + 1)
    every_m = np.bincount(at, weights=metres, minlength=len(street_m))
    good = (street_m >= _LEAST_ISLAND_M) | (every_m >= _LEAST_PATHS_M)
    main = street_m >= _MAIN_STREETS_M
    if len(every_m):
        good[np.argmax(every_m)] = main[np.argmax(every_m)] = True
    here = part[passages["tail"]]
    joined = good[here] & (here == part[passages["head"]])
    pieces = pieces.assign(main=main[at])[within & good[at]]
    return pieces.reset_index(drop=True), passages[joined].reset_index(drop=True)


def _quickest(arcs: pd.DataFrame) -> pd.DataFrame:
    """One arc between any two nodes: the quickest, with the least of the certain seconds of all of them."""
    arcs = arcs.sort_values(["tail", "head", "fine"], kind="stable", ignore_index=True)
    first = ~arcs.duplicated(["tail", "head"]).to_numpy()
    least = np.minimum.reduceat(arcs["seconds"].to_numpy(), np.flatnonzero(first)) if len(arcs) else arcs["seconds"]
    quickest = arcs[first].assign(seconds=least)
    return quickest.assign(
        seconds=np.maximum(quickest["seconds"], _LEAST_S), fine=np.maximum(quickest["fine"], _LEAST_S)
    )


def _network(
    ways: StreetWays, pieces: pd.DataFrame, arcs: pd.DataFrame, *, twin_of: NDArray[np.int64], mode: Mode
) -> StreetNetwork:
    doors = pieces[pieces["doors"]]
    fine = {side: doors[side].to_numpy(np.float32) for side in ("forward", "backward")}
    sure = {side: np.where(doors["uncertain"], np.float32(np.inf), seconds) for side, seconds in fine.items()}
    leaving = np.bincount(arcs["tail"], minlength=len(twin_of))
    return StreetNetwork(
        mode=mode,
        lon=ways.lon[twin_of],
        lat=ways.lat[twin_of],
        twin_of=twin_of.astype(np.int32),
        indptr=np.concatenate([[0], np.cumsum(leaving)]).astype(np.int64),
        head=arcs["head"].to_numpy(np.int32),
        seconds=arcs["seconds"].to_numpy(np.float32),
        seconds_if_fine=arcs["fine"].to_numpy(np.float32),
        metres=arcs["metres"].to_numpy(np.float32),
        tail_of_segment=doors["tail"].to_numpy(np.int32),
        head_of_segment=doors["head"].to_numpy(np.int32),
        forward_s=sure["forward"],
        backward_s=sure["backward"],
        forward_if_fine_s=fine["forward"],
        backward_if_fine_s=fine["backward"],
        length_m=doors["metres"].to_numpy(np.float32),
        forward_to=doors["forward_to"].to_numpy(np.int32),
        backward_to=doors["backward_to"].to_numpy(np.int32),
        main=doors["main"].to_numpy(bool),
    )
