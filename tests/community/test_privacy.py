"""Nobody is exposed: an attacker who knows everything but the key, and tables subtracted in any way."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sempre_geo.community.privacy import SMALLEST_ZONE, make_zones, square_of
from sempre_geo.community.public_counts import FEWEST, FEWEST_PROTECTED, Tallies, public_counts

KEY = b"the installation's secret"


def _clustered_people(seed: int) -> pd.DataFrame:
    """Homes as they lie in the countryside: villages, lone farms, a small island, each with its residents."""
    draw = np.random.default_rng(seed)
    clusters = [(20 + draw.uniform(0, 0.5), 57 + draw.uniform(0, 0.3), draw.integers(5, 60)) for _village in range(12)]
    homes = [
        (lon + draw.normal(0, 0.004), lat + draw.normal(0, 0.002)) for lon, lat, n in clusters for _home in range(n)
    ]
    homes += [(20 + draw.uniform(0, 0.5), 57 + draw.uniform(0, 0.3)) for _farm in range(80)]
    homes += [(21.2 + draw.normal(0, 0.003), 57.6 + draw.normal(0, 0.002)) for _islander in range(4)]
    people = pd.DataFrame(homes, columns=["lon", "lat"])
    residents = draw.integers(1, 5, len(people))
    return people.assign(
        residents=residents, municipality_id=np.where(people["lon"] < 20.25, "west", "east"), settlement="somewhere"
    )


def _cells(people: pd.DataFrame) -> pd.DataFrame:
    """The census cells of these people: one row a square kilometre and municipality where most of them live."""
    square = [square_of(lon, lat) for lon, lat in zip(people["lon"], people["lat"], strict=True)]
    cells = people.assign(square=square).groupby("square").agg(
        lon=("lon", "mean"), lat=("lat", "mean"), population=("residents", "sum"),
        municipality_id=("municipality_id", "first"), settlement=("settlement", "first"),
    )  # fmt: skip
    return cells.set_index(pd.Index([f"CRS3035RES1000mN{n}000E{e}000" for n, e in cells.index], name="cell_id"))


@pytest.mark.parametrize("seed", range(3))
def test_an_attacker_who_knows_every_home_is_left_with_twenty_people_for_every_pin(seed):
    people = _clustered_people(seed)
    zones = make_zones(_cells(people), key=KEY)
    shown = [zones.zone_of(lon, lat) for lon, lat in zip(people["lon"], people["lat"], strict=True)]
    could_be = people.assign(zone=shown).groupby("zone")["residents"].sum()
    assert could_be.min() >= SMALLEST_ZONE
    assert len(could_be) > 5, "and the map still tells places apart"
    islanders = people["lon"] > 21
    assert {zone for zone, island in zip(shown, islanders, strict=True) if island} == {None}
    points = zones.zones[["lon", "lat"]].drop_duplicates()
    assert len(points) == len(zones.zones), "a point belongs to one zone"


@pytest.mark.parametrize("seed", range(1))
def test_a_zone_lies_in_one_municipality_and_its_pins_within_its_accuracy(seed):
    people = _clustered_people(seed)
    cells = _cells(people)
    zones = make_zones(cells, key=KEY)
    for _name, person in people.iterrows():
        zone = zones.zone_of(person["lon"], person["lat"])
        if zone is not None:
            shown = zones.zones.loc[zone]
            metres = np.hypot((shown["lon"] - person["lon"]) * 60_500, (shown["lat"] - person["lat"]) * 111_300)
            assert metres <= shown["accuracy_m"] * 1.02
    of_zone = zones.squares.dropna(subset=["zone_id"]).groupby("zone_id")["municipality_id"].nunique()
    assert of_zone.max() == 1


def test_the_same_key_draws_the_same_zones_in_any_order_of_rows_and_another_key_other_ones():
    cells = _cells(_clustered_people(1))
    again = make_zones(cells.sample(frac=1, random_state=2), key=KEY)
    first = make_zones(cells, key=KEY)
    pd.testing.assert_frame_equal(first.zones.sort_index(), again.zones.sort_index())
    assert set(first.zones.index) != set(make_zones(cells, key=b"another").zones.index)


def test_every_resident_is_counted_in_one_zone_or_none():
    cells = _cells(_clustered_people(3))
    zones = make_zones(cells, key=KEY)
    lone = zones.squares["zone_id"].isna()
    inside = cells["population"].sum() - zones.zones["residents"].sum()
    assert (
        inside
        == cells.loc[[f"CRS3035RES1000mN{n}000E{e}000" for n, e in zones.squares.index[lone]], "population"].sum()
    )


def test_cells_of_unknown_number_count_as_nobody():
    cells = _cells(_clustered_people(1)).assign(population=np.nan)
    assert make_zones(cells, key=KEY).zones.empty
    nowhere = make_zones(cells.iloc[:0], key=KEY)
    assert nowhere.zone_of(20.0, 57.0) is None


def test_points_without_a_grid_code_are_counted_in_the_square_they_lie_in():
    people = pd.DataFrame({
        "lon": [20.0, 20.0001], "lat": [57.0, 57.0001], "population": [12.0, 9.0],
        "municipality_id": "m", "settlement": "A",
    }, index=["p1", "p2"])  # fmt: skip
    zones = make_zones(people, key=KEY)
    assert list(zones.zones["residents"]) == [21.0]


ZONES = pd.DataFrame(
    {
        "name": list("ABCDEF"), "lon": [20, 20.1, 20.2, 20.3, 20.4, 20.5], "lat": 57.0,
        "municipality_id": list("mmmnnn"), "residents": [20.0, 40.0, 30.0, 90.0, 25.0, 50.0],
    },
    index=pd.Index(list("abcdef"), name="zone_id"),
)  # fmt: skip
SAID = st.lists(
    st.tuples(
        st.sampled_from("abcdef"), st.sampled_from(["gp", "library", "grocery"]),
        st.sampled_from(["language", "other"]), st.sampled_from(["need", "idea"]), st.integers(0, 3),
        st.lists(st.sampled_from(["women", "over_64"]), max_size=2, unique=True),
    ),
    max_size=40,
)  # fmt: skip


def _rows(said) -> pd.DataFrame:
    rows = pd.DataFrame(said, columns=["zone_id", "category", "obstacle", "kind", "voices", "groups"])
    topic = rows["category"].map({"gp": "health"}).fillna("").astype(object)
    return rows.assign(topic=topic, about="myself", people=rows["voices"].astype(int) + 1)


def _counts(said) -> pd.DataFrame:
    rows = _rows(said)
    spread = rows.explode("groups").dropna(subset=["groups"])
    return public_counts(Tallies(by_place=rows, by_word=rows, by_group=spread), ZONES)


@given(SAID, st.integers(0, 40))
@hypothesis_settings(max_examples=15)
def test_tables_of_any_cut_and_week_subtracted_in_any_way_never_leave_one_to_four(said, known_last_week):
    tables = [_counts(said), _counts(said[:known_last_week])]
    numbers = {int(n) for table in tables for n in table["people"]}
    for n in range(1, 4):
        for chosen in combinations(sorted(numbers), min(n, len(numbers))):
            for signs in product((-1, 0, 1), repeat=len(chosen)):
                assert abs(sum(s * c for s, c in zip(signs, chosen, strict=True))) not in {1, 2, 3, 4}


@given(SAID)
@hypothesis_settings(max_examples=15)
def test_enough_people_stand_behind_every_part_and_parts_do_not_overlap(said):
    rows = _rows(said)
    counts = _counts(said)
    behind = Counter()
    for row in rows.itertuples():
        behind[("", row.zone_id)] += 1 + row.voices
        behind[(row.category, row.zone_id)] += 1 + row.voices
    for category, parts in counts[counts["cut"] == "place"].groupby("category"):
        seen = [zone for zones in parts["zones"] for zone in zones]
        assert len(seen) == len(set(seen))
        for part in parts.itertuples():
            people = sum(behind[(category, zone)] for zone in part.zones)
            assert people >= (FEWEST_PROTECTED if category == "gp" else FEWEST)
            assert FEWEST <= part.people <= people
            assert part.people == people // 5 * 5 or len(part.zones) > 1
    for word, people in counts.loc[counts["cut"] == "category", ["part", "people"]].itertuples(index=False):
        true = sum(1 + row.voices for row in rows.itertuples() if word in {row.category, "other"})
        assert FEWEST <= people <= true


def test_a_small_word_leaves_no_remainder_to_be_found_by_subtraction():
    said = [("a", "library", "other", "need", 0, [])] * 12 + [("a", "grocery", "other", "need", 0, [])] * 2
    counts = _counts(said)
    assert counts.loc[counts["cut"] == "category", ["part", "people"]].to_numpy().tolist() == [["other", 10]]
