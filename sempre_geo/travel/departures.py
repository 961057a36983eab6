"""How often a bus or train leaves from the stops that people can walk to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from sempre_geo.travel.timetable import ServiceDay

WALK_TO_BUS_S = 5 * 60.0
WALK_TO_TRAIN_S = 10 * 60.0
_HOUR_S = 3600
_TRAINS = frozenset({1, 2, *range(100, 200), *range(400, 500)})  # railways and underground, also the extended types


def departures_per_hour(day: ServiceDay, walks: pd.DataFrame, *, places: int, hours: tuple[int, int]) -> pd.DataFrame:
    """Departures per hour that people of each place can use, and whether they reach a stop at all.

    A run that calls at two stops nearby is one departure, not two: nobody can board it twice. Runs that must be
    booked count; those on which nobody may get on do not.

    Parameters
    ----------
    walks
        ``origin`` (position of the place), ``target`` (position of the stop), ``seconds``; buses count within
        `WALK_TO_BUS_S`, trains within `WALK_TO_TRAIN_S`.
    places
        How many places there are.
    hours
        From and to, on the day's clock: (6, 20) for 06:00 to 19:59.

    Returns
    -------
    pandas.DataFrame
        One row a place: ``per_hour`` and ``stops`` (those near enough for what calls there on this day).

    References
    ----------
    Poelman, H., Dijkstra, L. & Ackermans, L. (2020). How many people can you reach by public transport, bicycle or
    on foot in European cities? European Commission, DG REGIO working paper 01/2020.
    """
    first, last = (hour * _HOUR_S for hour in hours)
    usable = day.board_ok & (day.dep_s >= first) & (day.dep_s < last)
    stop, trip = day.dep_stop[usable], day.trip[usable]
    is_train = day.trips["route_type"].astype(int).isin(_TRAINS).to_numpy()[trip]
    shape = (len(day.stops), len(day.trips))
    met = csr_matrix((places, shape[1]), dtype=np.int32)
    for wanted, limit_s in ((~is_train, WALK_TO_BUS_S), (is_train, WALK_TO_TRAIN_S)):
        near = walks[walks["seconds"] <= limit_s]
        met += _links(near["origin"].to_numpy(), near["target"].to_numpy(), (places, shape[0])) @ _links(
            stop[wanted], trip[wanted], shape
        )
    for_trains = walks["target"].isin(stop[is_train]) & (walks["seconds"] <= WALK_TO_TRAIN_S)
    near = walks[for_trains | (walks["seconds"] <= WALK_TO_BUS_S)]
    stops = np.bincount(near["origin"].to_numpy(), minlength=places)
    return pd.DataFrame({"per_hour": met.getnnz(axis=1) * _HOUR_S / (last - first), "stops": stops})


def _links(rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> csr_matrix:
    """A matrix with an entry for each linked row and column."""
    return csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)
