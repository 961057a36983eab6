"""The easiest of equally quick visits: fewest changes, then least walking.

A profile knows when one must leave and when one is home, not how often one changes. Inside such a window either
way has a deadline: there, to be in time for the last stay that lets one be home as early; back, to leave after the
first stay. The easiest way there and the easiest way back together are the easiest visit if the stay fits between
them, as it nearly always does. Where it does not, all ways worth a thought in both directions are compared.
"""

from __future__ import annotations

import numpy as np

from sempre_geo.travel.compiled import compiled
from sempre_geo.travel.least_changes import Deadlines, least_changes
from sempre_geo.travel.profiles import FAR_S, Ints
from sempre_geo.travel.there_and_back import Town, Windows, Wish, start_after
from sempre_geo.travel.worthwhile_ways import MOST_RIDES, ways

_FOOT = 2**31
_BEATEN = (FAR_S, FAR_S, FAR_S, FAR_S)


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
    by, end = windows.leave_s - np.int32(wish.stay_s), starts(windows.arrive_s, wish) + np.int32(wish.stay_s)
    there = _easiest_way(town, windows.home, leave_s=windows.leave_home_s, by_s=by)
    back = _easiest_way(town.homeward, windows.home, leave_s=-windows.home_s, by_s=-end)
    changes, on_foot = np.minimum(there[:, :2].astype(np.int64) + back[:, :2], FAR_S).T
    apart = (changes < FAR_S) & (starts(there[:, 2], wish) + wish.stay_s > -back[:, 2])
    found = np.column_stack([changes, on_foot, there[:, 2], -back[:, 2]]).astype(np.int32)
    ease, least = changes * _FOOT + on_foot, np.full(len(town.walk_there_s), np.iinfo(np.int64).max)
    np.minimum.at(least, windows.home[~apart], ease[~apart])
    for n in np.flatnonzero(apart).tolist():
        beaten = ease[n] > least[windows.home[n]]
        found[n] = _BEATEN if beaten else _together(town, windows, wish, n, changes=(int(there[n, 0]), int(back[n, 0])))
    return found


def _easiest_way(town: Town, home: Ints, *, leave_s: Ints, by_s: Ints) -> Ints:
    """Changes, walking and arrival of each way to the service that keeps its deadline."""
    order = np.argsort(by_s, kind="stable")
    found = np.empty((len(order), 3), np.int32)
    found[order] = least_changes(
        town.there, town.homes.access, town.to_service_s, town.walk_there_s,
        Deadlines(home[order], leave_s[order], by_s[order]),
    )  # fmt: skip
    return found


def _together(town: Town, windows: Windows, wish: Wish, n: int, *, changes: tuple[int, int]) -> tuple[int, ...]:
    """A window's easiest visit where its easiest way there and its easiest way back leave no time for the stay."""
    home, leave_home, back_at = int(windows.home[n]), int(windows.leave_home_s[n]), int(windows.home_s[n])
    by = int(windows.leave_s[n]) - wish.stay_s
    end = start_after(int(windows.arrive_s[n]), wish.open_s, wish.close_s, wish.stay_s) + wish.stay_s
    least_there, least_back = changes
    # So many changes in all leave so many rides to either way; the first number that works is the least.
    for most in range(least_there + least_back, 2 * MOST_RIDES):
        _, there = ways(town, home, leave_s=leave_home, by_s=by, most=most - least_back + 1)
        _, back = ways(town.homeward, home, leave_s=-back_at, by_s=-end, most=most - least_there + 1)
        i, j, total, on_foot = _best_pair(there, back, wish)
        if total <= most:
            return total, on_foot, int(there[i, 0]), -int(back[j, 0])
    return _BEATEN


@compiled
def starts(arrivals: Ints, wish: Wish) -> Ints:
    """For each arrival the earliest start of a stay, ``FAR_S`` where none fits."""
    found = np.empty(len(arrivals), np.int32)
    for n in range(len(arrivals)):
        found[n] = start_after(arrivals[n], wish.open_s, wish.close_s, wish.stay_s)
    return found


@compiled
def _best_pair(out: Ints, back: Ints, wish: Wish) -> tuple[int, int, int, int]:
    """Positions of the way out and the way back that fit together with fewest changes, then least walking."""
    best_i, best_j, changes, walk = 0, 0, FAR_S, FAR_S
    for i in range(len(out)):
        start = start_after(out[i, 0], wish.open_s, wish.close_s, wish.stay_s)
        for j in range(len(back)):
            if start + wish.stay_s > -back[j, 0]:
                continue
            n = max(out[i, 1] - 1, 0) + max(back[j, 1] - 1, 0)
            w = out[i, 2] + back[j, 2]
            if n < changes or (n == changes and w < walk):
                best_i, best_j, changes, walk = i, j, n, w
    return best_i, best_j, changes, walk
