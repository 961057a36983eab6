"""From one place to another by bus at a given time, leg by leg; and one place to many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sempre_geo.travel.connection_scan import MOST_RIDES, Ends, best_rides, earliest_arrivals
from sempre_geo.travel.profiles import FAR_S, Ints, Legs, Rides, rides_of_day, turned
from sempre_geo.travel.timetable import ServiceDay

ACCESSIBLE, INACCESSIBLE = 1, 2


@dataclass(frozen=True)
class Place:
    """Where a leg begins or ends: a stop, or a point on the map without a name."""

    name: str
    lon: float | None
    lat: float | None
    stop_id: str = ""


@dataclass(frozen=True)
class Leg:
    """One piece of a journey, on foot or by one vehicle.

    ``departure`` and ``arrival`` are local times. ``trip_id``, ``route``, ``headsign`` and ``stops`` (how many
    times it stops until one gets off) are empty on foot. ``book_ahead``: getting on or off must be arranged by
    phone or with the driver. ``headway_min`` is positive where the minute of departure is not promised.
    """

    mode: str
    departure: datetime
    arrival: datetime
    start: Place
    end: Place
    trip_id: str = ""
    route: str = ""
    headsign: str = ""
    stops: int = 0
    book_ahead: bool = False
    headway_min: float = 0.0


@dataclass(frozen=True)
class Journey:
    """A way from door to door; at least one leg."""

    legs: tuple[Leg, ...]

    @property
    def departure(self) -> datetime:
        """When one leaves."""
        return self.legs[0].departure

    @property
    def arrival(self) -> datetime:
        """When one is there."""
        return self.legs[-1].arrival

    @property
    def minutes(self) -> float:
        """From door to door, true elapsed minutes also over a clock change."""
        return (self.arrival.timestamp() - self.departure.timestamp()) / 60

    @property
    def transfers(self) -> int:
        """Changes from one vehicle to another."""
        return max(sum(bool(leg.trip_id) for leg in self.legs) - 1, 0)

    @property
    def slack_min(self) -> tuple[float, ...]:
        """Minutes to spare at each change, beyond the walk: a vehicle later than this breaks the journey there."""
        spare, free_from = [], None
        for leg in self.legs:
            if leg.trip_id and free_from is not None:
                spare.append((leg.departure.timestamp() - free_from) / 60)
            if leg.trip_id or free_from is not None:
                free_from = leg.arrival.timestamp()
        return tuple(spare)

    @property
    def walked_min(self) -> float:
        """Minutes on foot."""
        return sum((leg.arrival - leg.departure) / timedelta(minutes=1) for leg in self.legs if not leg.trip_id)


@dataclass(frozen=True)
class Doorsteps:
    """How an origin and a destination are tied to the stops, and to each other on foot.

    Attributes
    ----------
    access_stop, access_s
        Stop positions within reach of the origin, and seconds to them; int32.
    egress_stop, egress_s
        Stop positions from which the destination is within reach, and seconds from them; int32.
    walk_s
        Seconds on foot all the way; infinite where too far.
    """

    access_stop: Ints
    access_s: Ints
    egress_stop: Ints
    egress_s: Ints
    walk_s: float = np.inf


class DayRides:
    """A service day made ready for questions in both directions of time; make it once, ask it often."""

    def __init__(self, day: ServiceDay) -> None:
        self.day = day
        self.forward = rides_of_day(day)

    @cached_property
    def backward(self) -> Rides:
        """The day turned round in time."""
        return turned(self.forward)

    @cached_property
    def forward_walks(self) -> Ints:
        """Seconds walked on each way out of a stop."""
        return _walked(self.forward.out)

    @cached_property
    def backward_walks(self) -> Ints:
        """The same turned round in time."""
        return _walked(self.backward.out)

    @cached_property
    def backward_row(self) -> NDArray[np.int32]:
        """Where each connection of the day turned round stands in the day."""
        return self.backward.row


def accessible_day(day: ServiceDay, *, unknown_is_fine: bool) -> ServiceDay:
    """The day as it is for somebody in a wheelchair: only accessible trips, boarded and left at accessible stops.

    Parameters
    ----------
    unknown_is_fine
        Whether what nobody has recorded counts as accessible (the optimistic answer) or not (the pessimistic).
    """
    trip, stop = (
        (codes != INACCESSIBLE) if unknown_is_fine else (codes == ACCESSIBLE)
        for codes in (day.trips["wheelchair"].to_numpy(), day.stops["wheelchair_boarding"].to_numpy())
    )
    return replace(
        day,
        board_ok=day.board_ok & trip[day.trip] & stop[day.dep_stop],
        alight_ok=day.alight_ok & trip[day.trip] & stop[day.arr_stop],
    )


def depart_at(
    rides: DayRides, ends: Doorsteps, moment: datetime, *, origin: Place, destination: Place, until_s: int = FAR_S - 1
) -> Journey | None:
    """The journey that arrives earliest, then with the fewest transfers, then with the least walking.

    Of journeys equal in all three the one that leaves latest is taken; the walk to the first stop begins just
    in time for it. Returns None where one cannot get there.

    Parameters
    ----------
    until_s
        Seconds on the day's clock by which one must be there.
    """
    start_s = rides.day.seconds(moment)
    found = _forward(rides, ends, start_s, until_s=until_s, most_rides=MOST_RIDES)
    if found is None:
        return None
    if len(found.rows):
        later = _backward(rides, ends, found.arrival_s, from_s=start_s, most_rides=len(found.rows))
        if later is not None and later.walked_s <= found.walked_s and len(later.rows) == len(found.rows):
            found = later
    return _journey(rides.day, found, origin=origin, destination=destination)


def arrive_by(
    rides: DayRides, ends: Doorsteps, moment: datetime, *, origin: Place, destination: Place, from_s: int = -FAR_S + 1
) -> Journey | None:
    """The journey that leaves latest, then with the fewest transfers, then with the least walking.

    Of journeys equal in all three the one that arrives earliest is taken. Returns None where one cannot get
    there.

    Parameters
    ----------
    from_s
        Seconds on the day's clock before which one does not leave.
    """
    end_s = rides.day.seconds(moment)
    found = _backward(rides, ends, end_s, from_s=from_s, most_rides=MOST_RIDES)
    if found is None:
        return None
    if len(found.rows):
        sooner = _forward(rides, ends, found.departure_s, until_s=end_s, most_rides=len(found.rows))
        if sooner is not None and sooner.walked_s <= found.walked_s and len(sooner.rows) == len(found.rows):
            found = sooner
    return _journey(rides.day, found, origin=origin, destination=destination)


def arrivals(
    rides: DayRides, access_stop: Ints, access_s: Ints, depart_s: int, *, until_s: int = FAR_S - 1
) -> NDArray[np.int32]:
    """When one can get off at each stop at the earliest, ``FAR_S`` where never; int32, shape (stops,)."""
    return earliest_arrivals(rides.forward, _own(access_stop), _own(access_s), depart_s=depart_s, until_s=until_s)


@dataclass(frozen=True)
class _Found:
    """A journey as rows of the day's connections: boarded and left."""

    departure_s: int
    arrival_s: int
    walked_s: int
    rows: NDArray[np.int32]


def _walked(out: Legs) -> Ints:
    """Seconds on foot of each way out of a stop: changing at the stop itself is no walk."""
    start = np.repeat(np.arange(len(out.indptr) - 1), np.diff(out.indptr))
    return np.where(out.stop == start, 0, out.seconds).astype(np.int32)


def _own(values: Ints) -> Ints:
    """A copy of one kind: for each other kind (read-only, strided) the loops would be compiled again."""
    return np.array(values, dtype=np.int32)


def _by_stop(stops: int, at: Ints, seconds: Ints) -> Ints:
    table = np.full(stops, FAR_S, dtype=np.int32)
    np.minimum.at(table, at, seconds.astype(np.int32))
    return table


def _whole(seconds: float) -> int:
    return int(np.ceil(seconds)) if np.isfinite(seconds) else FAR_S


def _forward(rides: DayRides, ends: Doorsteps, start_s: int, *, until_s: int, most_rides: int) -> _Found | None:
    to_stops = Ends(
        _own(ends.access_stop), _own(ends.access_s),
        _by_stop(len(rides.day.stops), ends.egress_stop, ends.egress_s), _whole(ends.walk_s),
    )  # fmt: skip
    arrival, walked, rows = best_rides(
        rides.forward, to_stops, rides.forward_walks, depart_s=start_s, until_s=until_s, most_rides=most_rides
    )
    if arrival >= FAR_S:
        return None
    rows = rides.forward.row[rows]
    access = _by_stop(len(rides.day.stops), ends.access_stop, ends.access_s)
    first = rides.day.dep_s[rows[0, 0]] - access[rides.day.dep_stop[rows[0, 0]]] if len(rows) else start_s
    return _Found(int(first), int(arrival), int(walked), rows)


def _backward(rides: DayRides, ends: Doorsteps, end_s: int, *, from_s: int, most_rides: int) -> _Found | None:
    to_stops = Ends(
        _own(ends.egress_stop), _own(ends.egress_s),
        _by_stop(len(rides.day.stops), ends.access_stop, ends.access_s), _whole(ends.walk_s),
    )  # fmt: skip
    leave, walked, rows = best_rides(
        rides.backward, to_stops, rides.backward_walks, depart_s=-end_s, until_s=-from_s, most_rides=most_rides
    )
    if leave >= FAR_S:
        return None
    rows = rides.backward.row[rows[::-1, ::-1]]
    egress = _by_stop(len(rides.day.stops), ends.egress_stop, ends.egress_s)
    last = rides.day.arr_s[rows[-1, 1]] + egress[rides.day.arr_stop[rows[-1, 1]]] if len(rows) else end_s
    return _Found(-int(leave), int(last), int(walked), rows)


def _journey(day: ServiceDay, found: _Found, *, origin: Place, destination: Place) -> Journey:
    """The legs of a journey; walks between rides begin when one gets off."""
    if not len(found.rows):
        return Journey((_walk(day, found.departure_s, found.arrival_s, start=origin, end=destination),))
    legs = []
    here, now_s = origin, found.departure_s
    for boarded, left in found.rows.tolist():
        board = stop_place(day, int(day.dep_stop[boarded]))
        if here != board:
            stop, leaves_s = int(day.dep_stop[boarded]), int(day.dep_s[boarded])
            seconds = leaves_s - now_s if here is origin else _change_s(day, here, stop=stop)
            legs.append(_walk(day, now_s, now_s + seconds, start=here, end=board))
        here, now_s = stop_place(day, int(day.arr_stop[left])), int(day.arr_s[left])
        legs.append(_ride(day, boarded, left, start=board, end=here))
    if found.arrival_s > now_s or here.stop_id != destination.stop_id:
        legs.append(_walk(day, now_s, found.arrival_s, start=here, end=destination))
    return Journey(tuple(legs))


def stop_place(day: ServiceDay, stop: int) -> Place:
    """A stop as the end of a leg."""
    row = day.stops.iloc[stop]
    known = row.geometry is not None and not row.geometry.is_empty
    lon, lat = (round(row.geometry.x, 6), round(row.geometry.y, 6)) if known else (None, None)
    return Place(str(row["name"]), lon, lat, str(row.name))


def _change_s(day: ServiceDay, here: Place, *, stop: int) -> int:
    """How long the walk from one stop to another takes, with what a change needs."""
    start = int(day.stops.index.get_loc(here.stop_id))
    ways = slice(int(day.foot_indptr[start]), int(day.foot_indptr[start + 1]))
    return int(day.foot_s[ways][day.foot_stop[ways] == stop].min())


def _walk(day: ServiceDay, start_s: int, end_s: int, *, start: Place, end: Place) -> Leg:
    return Leg("walk", day.moment(start_s), day.moment(end_s), start, end)


def _ride(day: ServiceDay, boarded: int, left: int, *, start: Place, end: Place) -> Leg:
    trip = day.trips.iloc[int(day.trip[boarded])]
    return Leg(
        "transit", day.moment(int(day.dep_s[boarded])), day.moment(int(day.arr_s[left])), start, end,
        trip_id=str(trip["trip_id"]), route=str(trip["route"]), headsign=str(trip["headsign"]),
        stops=int(day.seq[left] - day.seq[boarded]) + 1,
        book_ahead=bool(day.book_board[boarded] | day.book_alight[left]), headway_min=trip["headway_s"] / 60,
    )  # fmt: skip
