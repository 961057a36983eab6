"""One limit asked of a region of four villages: counts on paper, groups, addresses of limits, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.pipeline.gaps.answers import GapAnswer, gap_answer
from sempre_geo.pipeline.gaps.limits import limit_code, limit_of_code, limits_of, own_limit
from sempre_geo.pipeline.gaps.sentences import reading
from sempre_geo.settings import Settings
from tests.ui.small_region import NAME, small_settings, write_small_region

HEAD = "standard_id,country,category,metric,limit,unit,mode,group,scope,source,status\n"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("answers")
    write_small_region(folder / "layers")
    return small_settings(folder)


def _asked(settings: Settings, *, limit_min: float, mode: str = "bike", group: str = "population") -> GapAnswer:
    standard = own_limit(category="gp", mode=mode, limit_min=limit_min)
    return gap_answer(settings, NAME, standard=standard, category="gp", group=group)


def test_people_beyond_a_limit_by_hand(county: Settings) -> None:
    answer = _asked(county, limit_min=20)
    assert answer.table.loc["m1", ["people", "beyond", "name"]].tolist() == [441, 41, "Rietumu"]
    assert answer.table.loc["m2", ["share_beyond", "rank"]].tolist() == [1, 1]
    assert answer.total["share_beyond"] == pytest.approx(161 / 561)
    assert answer.ranking.whole.value == 161
    assert _asked(county, limit_min=20, group="over_64").total["beyond"] == 50


def test_reasons_add_up_to_those_beyond_and_old_people_are_compared_with_the_rest(county: Settings) -> None:
    answer = _asked(county, limit_min=20)
    assert answer.reasons.to_dict() == {"too_long": 161.0}
    # 50 of 130 old people and 111 of 431 others are beyond.
    assert answer.ratios["over_64"].value == pytest.approx((50 / 130) / (111 / 431))
    assert answer.sources == ("Written by hand (1 November 2026)",)


def test_bounds_are_said_as_numbers_of_people_once_and_rounded(county: Settings) -> None:
    limit = own_limit(category="gp", mode="car", limit_min=6)
    told = reading(gap_answer(county, NAME, standard=limit, category="gp"), service="doctor", mode="car")
    bounds = next(sentence for sentence in told if sentence.startswith("The true number may be anything from "))
    assert bounds.count("people") == 1


def test_a_municipality_with_one_inhabited_cell_has_no_interval(county: Settings) -> None:
    table = _asked(county, limit_min=20).table
    assert table.loc["m2", "cells"] == 1
    assert np.isnan(table.loc["m2", "share_low"])
    assert table.loc["m1", "share_low"] <= table.loc["m1", "share_beyond"] <= table.loc["m1", "share_high"]


def test_without_a_timetable_the_bus_is_not_known_and_never_fine(county: Settings) -> None:
    answer = _asked(county, limit_min=240, mode="transit")
    assert answer.total["unknown"] == answer.total["people"]
    assert np.isnan(answer.total["share_beyond"])


def test_limits_of_a_service_come_with_published_ones_first_and_have_an_address(county: Settings) -> None:
    own = county.inputs(NAME) / "standards.csv"
    own.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        "ours,*,*,travel_time,30,min,car,all,one way,us,own",
        "law,*,gp,travel_time,25,min,car,all,one way,Act 1,law",
        "old,*,gp,travel_time,25,min,car,65 and over,one way,Act 2,law",
    ]
    own.write_text(HEAD + "\n".join(rows) + "\n")
    found = limits_of(county, NAME, category="gp", mode="car")
    assert [standard.standard_id for standard in found] == ["law", "old", "ours"]
    assert limits_of(county, NAME, category="gp", mode="walk") == []
    for standard in found:
        code = limit_code(standard)
        assert limit_of_code(county, NAME, category="gp", mode="car", code=code) == standard
    old = gap_answer(county, NAME, standard=found[1], category="gp", group="population")
    assert old.group == "over_64"  # the limit speaks of nobody else
    Path(own).unlink()
    with pytest.raises(InputError, match="choose it again"):
        limit_of_code(county, NAME, category="gp", mode="car", code=limit_code(found[0]))


def test_what_cannot_be_counted_is_refused(county: Settings) -> None:
    with pytest.raises(InputError, match="above zero"):
        _asked(county, limit_min=0)
    with pytest.raises(MissingDataError, match="do not tell left_handed"):
        _asked(county, limit_min=20, group="left_handed")


def _changed_cells(tmp_path: Path, **columns: list[object]) -> Settings:
    write_small_region(tmp_path / "layers")
    path = tmp_path / "layers" / NAME / "cells.parquet"
    gpd.read_parquet(path).assign(**columns).to_parquet(path)
    return small_settings(tmp_path)


def test_groups_that_do_not_add_up_are_compared_as_far_as_they_go(tmp_path: Path) -> None:
    # Counts are perturbed for confidentiality: 45 old people where 41 people live.
    settings = _changed_cells(tmp_path, over_64=[80.0, 45.0, 30.0, np.nan])
    answer = _asked(settings, limit_min=20)
    assert answer.ratios["over_64"].value == pytest.approx((75 / 155) / (90 / 410))
    assert _asked(settings, limit_min=20, group="over_64").total["beyond"] == 75


def test_cells_without_a_municipality_are_counted_and_say_so(tmp_path: Path) -> None:
    settings = _changed_cells(tmp_path, municipality_id=["m1", None, "m2", None])
    table = _asked(settings, limit_min=20).table
    assert table.loc["", ["name", "beyond"]].tolist() == ["outside every municipality", 41]
    assert table["people"].sum() == 561
