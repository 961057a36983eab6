"""The easiest of equally quick visits: fewest changes, then least walking.

A profile knows when one must leave and when one is home, not how often one changes. Inside such a window either
way has a deadline: there, to be in time for the last stay that lets one be home as early; back, to leave after the
first stay. The easiest way there and the easiest way back together are the easiest visit if the stay fits between
them, as it nearly always does. Where it does not, every earlier arrival that needs more on the way there is tried.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.least_changes import Deadlines, Wide, least_changes
from sempre_geo.travel.profiles import FAR_S, Ints
from sempre_geo.travel.there_and_back import Town, Windows, Wish, start_after

_CHANGE = 2**31


def easiest(town: Town, windows: Windows, wish: Wish) -> Ints:
    """For each window: changes, seconds on foot, arrival at and departure from the service; int32, shape (n, 4).

    Parameters
    ----------
    town
        The service and its surroundings.
    windows
        Visits of least time away of any homes.
    wish
        Opening hours and stay.

    Returns
    -------
    numpy.ndarray
        ``FAR_S`` where another window of the same home has an easier visit for sure.
    """
    stay = np.int32(wish.stay_s)
    first_end = starts(windows.arrive_s, wish) + stay
    with ThreadPoolExecutor(max_workers=1) as beside:  # a page asking about one service has the other core to itself
        homeward = beside.submit(_easiest_way, town.homeward, windows.home, leave_s=-windows.home_s, by_s=-first_end)
        there = _easiest_way(town, windows.home, leave_s=windows.leave_home_s, by_s=windows.leave_s - stay)
        back = homeward.result()
    found = _together(there, back)
    apart = (found[:, 0] < FAR_S) & (starts(there[:, 2], wish) + stay > -back[:, 2])
    bound, least = _ease(there) + _ease(back), np.full(len(town.walk_there_s), np.iinfo(np.int64).max)
    np.minimum.at(least, windows.home[~apart], bound[~apart])
    found[apart] = FAR_S
    left = np.flatnonzero(apart & (bound <= least[windows.home]))
    _fit(town, windows, wish, found=found, left=left, there=there[left], back_bound=_ease(back))
    return found


def _fit(
    town: Town, windows: Windows, wish: Wish, *, found: Ints, left: NDArray[np.intp], there: Ints, back_bound: Wide
) -> None:
    """Fill ``found`` for windows whose easiest ways leave no time for the stay, given the ways there.

    Ways there that arrive earlier are less easy, and leave more time for an easier way back, up to the easiest.
    """
    homeward = town.homeward
    while len(left):
        home = windows.home[left]
        end = starts(there[:, 2], wish) + np.int32(wish.stay_s)
        back = _easiest_way(homeward, home, leave_s=-windows.home_s[left], by_s=-end)
        pairs = _together(there, back)
        better = _ease(pairs) < _ease(found[left])
        found[left[better]] = pairs[better]
        there = _easiest_way(town, home, leave_s=windows.leave_home_s[left], by_s=there[:, 2] - np.int32(1))
        hopeful = _ease(there) + back_bound[left] < _ease(found[left])
        left, there = left[hopeful], there[hopeful]


def _together(there: Ints, back: Ints) -> Ints:
    """Changes and walking of both ways, and the arrival and departure between which the stay lies."""
    found = np.column_stack([there[:, :2].astype(np.int64) + back[:, :2], there[:, 2], -back[:, 2]])
    found[(there[:, 0] == FAR_S) | (back[:, 0] == FAR_S)] = FAR_S
    return found.astype(np.int32)


def _ease(ways: Ints) -> Wide:
    """Changes and walking as one number, less is easier; never the sum of two that exist where one does not."""
    ease: Wide = ways[:, 0] * np.int64(_CHANGE) + ways[:, 1]
    return ease


def _easiest_way(town: Town, home: Ints, *, leave_s: Ints, by_s: Ints) -> Ints:
    """Changes, walking and arrival of each way to the service that keeps its deadline."""
    order = np.argsort(by_s, kind="stable")
    found = np.empty((len(order), 3), np.int32)
    found[order] = least_changes(
        town.there, town.homes.access, town.to_service_s, town.walk_there_s,
        Deadlines(home[order], leave_s[order], by_s[order]),
    )  # fmt: skip
    return found


@compiled
def starts(arrivals: Ints, wish: Wish) -> Ints:
    """For each arrival the earliest start of a stay, ``FAR_S`` where none fits."""
    found = np.empty(len(arrivals), np.int32)
    for n in range(len(arrivals)):
        found[n] = start_after(arrivals[n], wish.open_s, wish.close_s, wish.stay_s)
    return found
