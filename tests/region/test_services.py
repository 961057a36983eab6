"""A planner's own services: all mistakes of a table in one sentence, and shelters never shown."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from sempre_geo.errors import InputError
from sempre_geo.region.categories import read_categories
from sempre_geo.region.services import merged_services, public_services, read_services
from sempre_geo.settings import Settings

BBOX = (25.0, 57.0, 26.0, 58.0)


@pytest.fixture
def read(settings: Settings, tmp_path):
    def from_text(text: str, name: str = "s.csv") -> gpd.GeoDataFrame:
        (tmp_path / name).write_bytes(text.encode("utf-8"))
        return read_services(tmp_path / name, categories=read_categories(settings), bbox=BBOX)

    return from_text


def test_a_full_table_keeps_every_column(read):
    services = read(
        "\ufeffid;category;name;name_ru;lon;lat;opening_hours;capacity;wheelchair;phone\r\n"
        "a1;gp;Dr. Ozols;Озолс;25,5;57,5;Mo-Fr 09:00-15:00;2,5;Yes;+371 6\r\n"
        ";library;;;25,6;57,6;;;maybe;\r\n"
    )
    assert services.index.tolist() == ["a1", "own:3"]
    columns = ["category", "name", "name_ru", "capacity", "wheelchair", "phone", "source"]
    assert services.loc["a1", columns].tolist() == ["gp", "Dr. Ozols", "Озолс", 2.5, "yes", "+371 6", "own"]
    assert services["wheelchair"].tolist()[1] == "unknown"
    assert services.geometry.x.tolist() == [25.5, 25.6]


def test_every_kind_of_mistake_is_in_the_one_sentence(read):
    with pytest.raises(InputError) as refusal:
        read(
            "id,category,lon,lat,capacity\n"
            "a,gp,,57.5,\n"
            "b,gp,57.5,25.5,\n"
            "c,gp,2.5,57.5,\n"
            "d,witch,25.5,57.5,\n"
            "e,gp,25.5,57.5,many\n"
            "e,gp,25.5,57.5,1\n"
        )
    sentence = str(refusal.value)
    for part in (
        "no position in row 2",
        "longitude and latitude swapped in row 3",
        "a position outside the region in row 4",
        "a category services.toml does not know ('witch') in row 5",
        "a capacity that is no number in row 6",
        "an id that stands there twice in row 7",
    ):
        assert part in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lon,lat\n25,57\n", "has no column 'category'"),
        ("category,lon,lat\n", "has no rows"),
        ("category,name\ngp,x\n", "has no columns 'lon' and 'lat'"),
    ],
)
def test_a_table_without_the_needed_columns_is_refused(text, sentence, read):
    with pytest.raises(InputError, match=sentence):
        read(text)


def test_the_eurostat_hospitals_need_a_category_column(shared_data, settings):
    path = shared_data / "services" / "eurostat_healthcare_hospitals_2020_baltic.csv"
    with pytest.raises(InputError, match="has no column 'category'"):
        read_services(path, categories=read_categories(settings), bbox=BBOX)


def test_geojson_services_read_as_csv_ones(read):
    services = read(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"category":"gp","id":7},'
        '"geometry":{"type":"Point","coordinates":[25.5,57.5]}}]}',
        "s.geojson",
    )
    assert services.index.tolist() == ["7"]
    assert services["category"].tolist() == ["gp"]


def _found(**by_id: str) -> gpd.GeoDataFrame:
    table = {"category": list(by_id.values()), "name": list(by_id), "wheelchair": "unknown"}
    index = pd.Index(list(by_id), name="service_id")
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([25.5] * len(by_id), [57.5] * len(by_id)), index=index,
                            crs="EPSG:4326")  # fmt: skip


def test_own_services_add_to_the_map_data_correct_them_or_replace_them_all(read):
    own = read("id,category,lon,lat\nx,gp,25.5,57.5\nb,post,25.5,57.5\n")
    found = _found(a="library", b="gp")
    added = merged_services(found, own, mode="add")
    assert added["category"].to_dict() == {"a": "library", "x": "gp", "b": "post"}
    assert added.index.name == "service_id"
    assert merged_services(found, own, mode="replace").index.tolist() == ["x", "b"]
    assert merged_services(found.iloc[:0], own, mode="add").index.tolist() == ["x", "b"]
    assert merged_services(found, None, mode="replace") is found


def test_a_shelter_is_left_out_and_only_counted_unless_the_operator_says_otherwise(settings):
    categories = read_categories(settings)
    services = _found(a="library", secret="shelter")  # noqa: S106 - no password
    hidden = public_services(services, categories=categories, publish_sensitive=False)
    assert hidden.services.index.tolist() == ["a"]
    assert hidden.notes == ("Services not published, to protect those who use them: 1.",)
    assert not hidden.services["sensitive"].any()
    shown = public_services(services, categories=categories, publish_sensitive=True)
    assert shown.services["sensitive"].tolist() == [False, True]
