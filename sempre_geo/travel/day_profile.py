"""A place's whole day by bus towards one destination: every departure worth taking, and what can be said of them.

With two buses a day a median over a departure window does not exist: leaving out the minutes without a connection
flatters, keeping them says "unreachable" though people plan around the bus. So the profile keeps the departures
themselves, and refuses a percentile that falls where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.travel.journeys import DayRides, Doorsteps
from sempre_geo.travel.profiles import FAR_S, service_profile

_MINUTE_S = 60
_Seconds = NDArray[np.int64]


@dataclass(frozen=True)
class DayProfile:
    """Departures worth taking, seen by those who set out between two times of a day.

    Attributes
    ----------
    leave_s, arrive_s
        int64, ascending: none leaves later and arrives as early as another. Seconds on the day's clock, door to
        door. Those that leave after the window stand there too: people who set out late wait for them.
    from_s, until_s
        One sets out not before, and earlier than this.
    walk_s
        Seconds on foot all the way; infinite where too far.
    """

    leave_s: _Seconds
    arrive_s: _Seconds
    from_s: int
    until_s: int
    walk_s: float = np.inf

    @property
    def ride_min(self) -> NDArray[np.float64]:
        """Minutes from door to door of each departure in the window, for people who leave just in time for it."""
        inside = self.leave_s < self.until_s
        return (self.arrive_s - self.leave_s)[inside] / _MINUTE_S

    @property
    def best_min(self) -> float:
        """The least of them; infinite without any."""
        return float(self.ride_min.min()) if len(self.ride_min) else np.inf

    @property
    def mean_min(self) -> float:
        """Their mean; infinite without any."""
        return float(self.ride_min.mean()) if len(self.ride_min) else np.inf

    @property
    def worst_min(self) -> float:
        """The greatest of them; infinite without any."""
        return float(self.ride_min.max()) if len(self.ride_min) else np.inf

    def total_min(self) -> NDArray[np.float64]:
        """Minutes to the destination for one who sets out at each full minute of the window, waiting included.

        Infinite after the last departure. Walking all the way counts where it is quicker.
        """
        minute = np.arange(self.from_s, self.until_s, _MINUTE_S)
        following = np.searchsorted(self.leave_s, minute)
        arrives = np.append(self.arrive_s.astype(np.float64), np.inf)[following]
        return np.minimum(arrives - minute, self.walk_s) / _MINUTE_S

    def share_within(self, limit_min: float) -> float:
        """Share of the window's minutes from which one is there within a limit, waiting included.

        >>> profile = DayProfile(np.array([25_800, 49_200]), np.array([28_200, 51_600]), 21_600, 64_800)
        >>> round(profile.share_within(120), 4)
        0.2111
        """
        return float((self.total_min() <= limit_min).mean())

    def percentile_min(self, percent: float, *, limit_min: float = np.inf) -> float:
        """Minutes within which one is there from the best ``percent`` of the window's minutes.

        Minutes beyond the limit count as no connection.

        Raises
        ------
        MissingDataError
            So many minutes have no connection: the percentile does not exist.

        >>> profile = DayProfile(np.array([25_800, 49_200]), np.array([28_200, 51_600]), 21_600, 64_800)
        >>> round(profile.percentile_min(10, limit_min=120), 1)
        75.9
        >>> profile.percentile_min(50, limit_min=120)
        Traceback (most recent call last):
        sempre_geo.errors.MissingDataError: ...
        """
        if not 0 <= percent <= 100:  # noqa: PLR2004 - percent
            raise InputError(_("{percent} is no percentile; give a number from 0 to 100.").format(percent=percent))
        total = np.sort(self.total_min())
        place = percent / 100 * (len(total) - 1)
        low, high = int(np.floor(place)), int(np.ceil(place))
        if not (np.isfinite(total[high]) and total[high] <= limit_min):
            raise MissingDataError(
                _("The {percent}th percentile does not exist: only {share:.0%} of the minutes of that day have a "
                  "connection within the limit; use the departures themselves.").format(
                    percent=f"{percent:g}", share=self.share_within(limit_min))
            )  # fmt: skip
        return float(total[low] + (place - low) * (total[high] - total[low]))


def day_profile(rides: DayRides, ends: Doorsteps, *, from_s: int, until_s: int, arrive_by_s: int) -> DayProfile:
    """Every departure worth taking from an origin to a destination.

    Parameters
    ----------
    from_s, until_s
        When one may set out: seconds on the day's clock, the second excluded.
    arrive_by_s
        Later arrivals are of no use.
    """
    stops = len(rides.day.stops)
    to_root = np.full(stops, FAR_S, dtype=np.int32)
    np.minimum.at(to_root, ends.egress_stop, ends.egress_s.astype(np.int32))
    profile = service_profile(rides.forward, to_root, arrive_by_s=arrive_by_s)
    first, last = profile.indptr[ends.access_stop], profile.indptr[ends.access_stop + 1]
    counts = (last - first).astype(np.int64)
    row = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    leave = profile.dep_s[row].astype(np.int64) - np.repeat(ends.access_s, counts)
    arrive = profile.arrival_s[profile.arrival[row]].astype(np.int64)
    inside = (leave >= from_s) & (arrive - leave < ends.walk_s)
    leave, arrive = _useful(leave[inside], arrive[inside])
    return DayProfile(leave, arrive, from_s, until_s, ends.walk_s)


def _useful(leave: _Seconds, arrive: _Seconds) -> tuple[_Seconds, _Seconds]:
    """Departures that no later one beats, ascending."""
    order = np.lexsort((arrive, -leave))
    leave, arrive = leave[order], arrive[order]
    soonest = np.minimum.accumulate(np.concatenate([[np.iinfo(np.int64).max], arrive]))[:-1]
    keep = np.flatnonzero(arrive < soonest)[::-1]
    return leave[keep], arrive[keep]
