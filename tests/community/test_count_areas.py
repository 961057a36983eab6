"""Areas of the public counts tell of no zone inside them whether somebody spoke there, also from week to week."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd
import pytest

from sempre_geo.community.count_areas import shown_areas, zone_tree
from sempre_geo.community.public_counts import FEWEST_PROTECTED, Tallies, public_counts

FEW = 3


def _zones(residents, municipalities=None):
    names = [f"z{n}" for n in range(len(residents))]
    return pd.DataFrame(
        {
            "name": [name.upper() for name in names], "municipality_id": municipalities or "m",
            "residents": residents, "lon": [20 + 0.1 * n for n in range(len(residents))], "lat": 57.0,
        },
        index=pd.Index(names, name="zone_id"),
    )  # fmt: skip


def _shown(tree, people, fewest=FEW):
    found = shown_areas(pd.Series(dict(people)), tree, fewest=fewest)
    return tuple((area.zones, least) for area, least in found)


TREES = [
    _zones([100.0, 20.0, 20.0, 40.0]),
    _zones([20.0, 30.0, 20.0, 400.0], list("mnnn")),
]


@pytest.mark.parametrize("zones", TREES)
def test_no_weeks_together_tell_of_a_zone_not_shown_by_itself_that_somebody_spoke_in_it(zones):
    """All that could have been said is tried: whatever two weeks show, nobody may have spoken there in either.

    Without rounding, which only tells less.
    """
    tree = zone_tree(zones)
    said = np.array(list(product(range(FEW * 2), repeat=len(zones))))
    worlds = defaultdict(list)
    for world in said:
        worlds[_shown(tree, zip(zones.index, world, strict=True))].append(world)
    held = {shown: np.array(found) for shown, found in worlds.items()}
    seen = 0
    for first, then in combinations_with_replacement(held, 2):
        for before, after in {(first, then), (then, first)}:
            seen += 1
            alone = {area[0] for area, _least in (*before, *after) if len(area) == 1}
            for at, zone in enumerate(zones.index):
                silent = [held[week][held[week][:, at] == 0] for week in (before, after)]
                quiet = zone in alone or _one_after_the_other(*silent)
                assert quiet or not _one_after_the_other(held[before], held[after]), (zone, before, after)
    assert seen > len(held)


def _one_after_the_other(before, after):
    """Whether some world of a week can have grown into one of the next."""
    return any((world <= after).all(axis=1).any() for world in before)


def test_one_person_in_each_of_ten_villages_names_no_village_more_than_another():
    zones = _zones([20.0 + n for n in range(30)])
    spread = {f"z{n}": 1 for n in range(0, 30, 3)}
    elsewhere = {"z7": 10}
    cuts = [
        public_counts(
            Tallies(
                by_place=_tally(people, category="shelter"), by_word=_tally({}, obstacle="", about="", kind=""),
                by_group=_tally({}, groups=""),
            ),
            zones,
        )
        for people in (spread, elsewhere)
    ]  # fmt: skip
    assert cuts[0].loc[cuts[0]["category"] == "shelter", "people"].tolist() == [FEWEST_PROTECTED]
    assert cuts[0].loc[cuts[0]["category"] == "shelter", "zones"].map(set).tolist() == [set(zones.index)]
    pd.testing.assert_frame_equal(*cuts)


def _tally(people, **columns):
    rows = pd.DataFrame({"zone_id": list(people), "people": list(people.values()), "topic": "violence", "category": ""})
    return rows.assign(**columns)


def test_the_more_speak_in_one_place_the_finer_it_is_shown_and_silence_around_it_is_not_counted_as_heard():
    zones = _zones([50.0] * 16)
    tree = zone_tree(zones)
    sizes = [len(_shown(tree, {"z6": n, "z14": 1}.items())[0][0]) for n in (3, 4, 5, 6, 7, 40)]
    assert sizes == [16, 8, 4, 2, 1, 1]
    assert _shown(tree, {"z6": 40, "z14": 2}.items()) == ((("z6",), 40),)
    assert _shown(tree, {"z6": 40, "z14": 3}.items()) != _shown(tree, {"z6": 40, "z14": 2}.items())


def test_an_area_is_named_by_where_people_live_and_lies_in_one_municipality_where_it_can():
    zones = _zones([20.0, 30.0, 20.0, 400.0, 20.0, 20.0], list("mmnnnn"))
    whole = shown_areas(pd.Series({"z0": FEW}), zone_tree(zones), fewest=FEW)[0][0]
    assert (whole.name, whole.lon) == ("Z3, Z1, Z0 …", pytest.approx(20.3))
    two = _shown(zone_tree(zones), {"z0": 2, "z1": 2, "z2": 2, "z5": 1}.items())
    assert [set(area) for area, _least in two] == [{"z0", "z1"}, {"z2", "z3", "z4", "z5"}]


def test_no_zones_and_voices_of_none_show_nothing():
    nowhere = zone_tree(_zones([]))
    assert _shown(nowhere, {"z0": 9}.items()) == ()
    assert _shown(zone_tree(_zones([20.0])), {"gone": 9}.items()) == ()
