"""The smallest change that would make a visit possible: an hour of opening, a day, or one trip.

As waiting is allowed, a visit exists where a stay fits between the day's first possible arrival and the last
departure that is home in time, inside one opening interval. So each change is the number of minutes by which one
of these misses, and the smallest is told. Opening on a day on which it is closed counts as three hours, a trip
that does not exist yet as five: they cost more than moving what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sempre_geo.travel.profiles import FAR_S

Kind = Literal[
    "open_earlier", "open_later", "open_that_day", "return_later", "arrive_earlier", "trip_there", "trip_back",
]  # fmt: skip
_ROUND_MIN = 5
_USUAL_OPENING_MIN = 9 * 60
_NEW_DAY_MIN = 180
_NEW_TRIP_MIN = 300


@dataclass(frozen=True)
class Change:
    """One change; times in minutes after midnight.

    Attributes
    ----------
    kind
        ``open_earlier`` (opens at ``at_min``, not ``was_min``), ``open_later`` (closes), ``open_that_day`` (from
        ``at_min`` to ``until_min``), ``return_later`` (the last way home leaves at ``at_min``, not
        ``was_min``), ``arrive_earlier`` (the first way there arrives at ``at_min``, not ``was_min``),
        ``trip_there``, ``trip_back`` (one trip added, between ``at_min`` and ``until_min``).
    cost_min
        What it is compared by.
    """

    kind: Kind
    at_min: int
    until_min: int
    was_min: int
    cost_min: int


@dataclass(frozen=True)
class DayEnds:
    """What decides whether a home has a visit at a service; seconds after midnight, ``FAR_S`` or more for never.

    Attributes
    ----------
    leave_home_s, arrival_s
        The day's first possible arrival, and when one leaves home for it.
    leave_s, home_s
        The last departure from the service that is home in time, and when one is home.
    ride_s
        How long the way takes, as far as known: used for trips that do not exist yet.
    """

    leave_home_s: int
    arrival_s: int
    leave_s: int
    home_s: int
    ride_s: int = 0

    @property
    def has_way_there(self) -> bool:
        """Whether one can get there at all."""
        return self.arrival_s < FAR_S

    @property
    def has_way_back(self) -> bool:
        """Whether one can get home at all."""
        return self.leave_s > -FAR_S


@dataclass(frozen=True)
class Terms:
    """Opening intervals (minutes), stay and limits (minutes) that a visit keeps to."""

    hours: tuple[tuple[int, int], ...]
    stay_min: int
    earliest_min: int
    latest_min: int


def smallest_change(ends: DayEnds, terms: Terms) -> Change | None:
    """The cheapest single change after which a visit exists; None where no single one is enough.

    Where a visit exists already the answer means nothing.

    Examples
    --------
    >>> ends = DayEnds(7 * 3600, 8 * 3600, 12 * 3600 + 1200, 13 * 3600)
    >>> smallest_change(ends, Terms(((720, 960),), 60, 360, 1320))
    Change(kind='open_earlier', at_min=680, until_min=960, was_min=720, cost_min=40)
    >>> smallest_change(DayEnds(FAR_S, FAR_S, -FAR_S, -FAR_S), Terms(((720, 960),), 60, 360, 1320)) is None
    True
    """
    found = [*_hours(ends, terms), *_moved_trips(ends, terms), *_new_trips(ends, terms)]
    return min(found, key=lambda change: change.cost_min, default=None)


def _hours(ends: DayEnds, terms: Terms) -> list[Change]:
    """Changed opening hours; none help where the stay does not fit between the two ways."""
    if not (ends.has_way_there and ends.has_way_back):
        return []
    first, last = -(-ends.arrival_s // 60), ends.leave_s // 60
    if last - first < terms.stay_min:
        return []
    if not terms.hours:
        opens = min(max(-(-first // _ROUND_MIN) * _ROUND_MIN, _USUAL_OPENING_MIN), last - terms.stay_min)
        return [Change("open_that_day", opens, opens + terms.stay_min, 0, _NEW_DAY_MIN)]
    found = []
    for opens, closes in terms.hours:
        start = min(closes, last) - terms.stay_min
        if first <= start < opens:
            at = max(start // _ROUND_MIN * _ROUND_MIN, 0)
            found.append(Change("open_earlier", at, closes, opens, opens - at))
        end = max(first, opens) + terms.stay_min
        if closes < end <= last:
            at = -(-end // _ROUND_MIN) * _ROUND_MIN
            found.append(Change("open_later", at, at, closes, at - closes))
    return found


def _moved_trips(ends: DayEnds, terms: Terms) -> list[Change]:
    """The last way home later, or the first way there earlier, by as little as helps."""
    if not (ends.has_way_there and ends.has_way_back):
        return []
    found = []
    first, last = -(-ends.arrival_s // 60), ends.leave_s // 60
    for opens, closes in terms.hours:
        end = max(first, opens) + terms.stay_min
        if last < end <= closes and -(-ends.home_s // 60) + end - last <= terms.latest_min:
            found.append(Change("return_later", end, end, last, end - last))
        start = min(closes, last) - terms.stay_min
        if opens <= start < first and ends.leave_home_s // 60 - (first - start) >= terms.earliest_min:
            found.append(Change("arrive_earlier", start, start, first, first - start))
    return found


def _new_trips(ends: DayEnds, terms: Terms) -> list[Change]:
    """One trip more where there is a way in the other direction."""
    found = []
    ride = -(-ends.ride_s // 60)
    for opens, closes in terms.hours:
        if ends.has_way_there:
            end = max(-(-ends.arrival_s // 60), opens) + terms.stay_min
            until = terms.latest_min - ride
            if end <= closes and end <= until:
                found.append(Change("trip_back", end, until, 0, _NEW_TRIP_MIN))
        if ends.has_way_back:
            by = min(closes, ends.leave_s // 60) - terms.stay_min
            since = max(opens, terms.earliest_min + ride)
            if since <= by:
                found.append(Change("trip_there", since, by, 0, _NEW_TRIP_MIN))
    return found
