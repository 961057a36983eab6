"""Minutes between two lists of points, from files to a table."""

from __future__ import annotations

import numpy as np
import pytest

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel import matrix as room
from sempre_geo.pipeline.travel.matrix import matrix
from sempre_geo.settings import read_settings
from tests.valley import EAST, LAT, WEST, write_valley

HOMES = f"id,lon,lat\nhome,{WEST + 0.005},{LAT}\nsea,26.9,58.5\n"
HALLS = f"id,lon,lat\nhall,{WEST},{LAT}\ndoor,{EAST},{LAT}\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    build_region(settings, "valley", osm=[write_valley(folder / "valley.osm.pbf")], country="LV")
    return settings


@pytest.fixture
def ask(home, tmp_path):
    def asked(mode="walk", homes=HOMES, halls=HALLS, **more):
        (tmp_path / "homes.csv").write_text(homes, encoding="utf-8")
        (tmp_path / "halls.csv").write_text(halls, encoding="utf-8")
        return matrix(
            home, "valley", mode=mode, origins=tmp_path / "homes.csv", destinations=tmp_path / "halls.csv", **more
        )

    return asked


def test_every_pair_has_a_row_in_order_with_a_reason_where_there_is_no_way(ask):
    table = ask()
    assert table.columns.tolist() == ["origin_id", "destination_id", "minutes", "status"]
    assert table[["origin_id", "destination_id"]].to_numpy().tolist() == [
        ["home", "hall"], ["home", "door"], ["sea", "hall"], ["sea", "door"],
    ]  # fmt: skip
    expected = 0.005 * 111_195 * np.cos(np.radians(LAT)) * 0.06 / 5.1
    assert table["minutes"].iloc[0] == pytest.approx(expected, rel=0.02)
    assert table["status"].tolist()[2:] == ["no_road", "no_road"]
    assert table["minutes"].tolist()[2:] == [np.inf, np.inf]


def test_wheelchair_minutes_are_pessimistic_with_the_hopeful_ones_beside_them(ask):
    table = ask("wheelchair")
    assert (table["minutes_if_unknown_is_fine"] <= table["minutes"]).all()
    unsure = np.isinf(table["minutes"]) & np.isfinite(table["minutes_if_unknown_is_fine"])
    assert (table["status"] == "unknown").equals(unsure)


def test_small_blocks_give_the_same_table(ask, monkeypatch):
    whole = ask("car")
    monkeypatch.setattr(room, "_BLOCK_PAIRS", 1)
    assert ask("car").equals(whole)


@pytest.mark.parametrize(
    ("homes", "said"),
    [
        ("id,lon\nhome,24\n", "no columns 'lon' and 'lat'"),
        (f"name,lon,lat\nhome,{WEST},{LAT}\n", "no column 'id'"),
        (f"id,lon,lat\nhome,{WEST},{LAT}\nhome,{WEST},{LAT}\n", "twice"),
        (f"id,lon,lat\nhome,{LAT},{WEST}\n", "longitude and latitude swapped"),
        ("id,lon,lat\nhome,,\n", "no position"),
    ],
)
def test_a_wrong_list_is_refused_in_one_sentence(ask, homes, said):
    with pytest.raises(InputError, match=said) as refusal:
        ask(homes=homes)
    assert "homes.csv" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_unknown_mode_and_transit_without_a_time_are_refused(ask):
    with pytest.raises(InputError, match="no mode 'horse'"):
        ask("horse")
    with pytest.raises(InputError, match="needs a time"):
        ask("transit")


def test_a_region_built_without_a_mode_says_what_to_do(home, ask):
    (home.layers / "valley" / "networks" / "bike" / "forward_to.npy").unlink()
    with pytest.raises(MissingFileError, match="build the region again"):
        ask("bike")
