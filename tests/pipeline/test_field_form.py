"""The form that is asked on a telephone, and its answers as KoboToolbox and ODK export them."""

from __future__ import annotations

from datetime import UTC, datetime

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import ABOUT, KINDS, MODES, OBSTACLES
from sempre_geo.errors import InputError
from sempre_geo.i18n import available_languages
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.exchange import import_contributions
from sempre_geo.pipeline.community.field_form import write_form
from sempre_geo.pipeline.community.review import review_queue
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def region(settings):
    services = gpd.GeoDataFrame(
        {"category": ["library"], "name": ["L"], "sensitive": [False]},
        index=pd.Index(["osm:n1"], name="service_id"),
        geometry=gpd.points_from_xy([20.0], [57.0]), crs=4326,
    )  # fmt: skip
    yield build_region(settings, services=services)
    close_community(settings)


@pytest.fixture
def sheets(settings, region, tmp_path):
    write_form(settings, region, tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    return {name: pd.DataFrame(book[name].values).T.set_index(0).T for name in book.sheetnames}


def test_every_question_is_asked_in_every_language_and_every_list_is_there(sheets):
    survey, choices = sheets["survey"], sheets["choices"]
    spoken = [code for code in available_languages() if "@" not in code]
    labels = [column for column in survey.columns if column.startswith("label::")]
    assert [label.rsplit("(", maxsplit=1)[1].rstrip(")") for label in labels] == spoken
    asked = survey[~survey["type"].isin(["start", "end", "calculate"])]
    assert asked[labels].notna().all().all()
    assert choices[labels].notna().all().all()
    lists = {kind.split()[1] for kind in survey["type"] if kind.startswith("select")}
    assert lists == set(choices["list_name"])
    assert not choices.duplicated(["list_name", "name"]).any()
    assert not choices["name"].str.contains(" ").any(), "a choice's name is one word"


def test_its_choices_are_those_the_store_takes(sheets):
    choices = sheets["choices"].groupby("list_name")["name"].agg(set)
    assert (choices["kind"], choices["obstacle"], choices["about"]) == (set(KINDS), set(OBSTACLES), set(ABOUT))
    assert choices["category"] == {"library"}
    assert choices["settlement_id"] == {"s1", "s2", "s3", "s4"}
    assert {f"ease_{mode}" for mode in MODES} <= set(sheets["survey"]["name"])
    assert dict(sheets["settings"].iloc[0])["form_id"] == "sempre_small"


def test_another_ending_is_refused_in_a_sentence(settings, region, tmp_path):
    with pytest.raises(InputError, match=r"ending in \.xlsx"):
        write_form(settings, region, tmp_path / "form.csv")


ANSWERS = {
    "start": "2026-11-24T08:05:00.000+02:00", "end": "2026-11-24T08:09:00.000+02:00", "how_it_came_in": "assisted",
    "kind": "need", "category": "library", "text": "Grāmatu autobuss vairs nebrauc.", "title": "", "language": "lv",
    "obstacle": "does_not_exist", "about": "myself", "groups": "women over_64", "ease_car": "2", "settlement_id": "s1",
    "shown_alone": "no", "consent": "yes",
}  # fmt: skip


def _kobo(tmp_path):
    """As KoboToolbox exports XLSX: the point in one column and in four, submission's own columns behind."""
    row = ANSWERS | {
        "place": "57.021234 20.061234 0 0", "_place_latitude": "57.021234", "_place_longitude": "20.061234",
        "_id": "1", "_uuid": "5f2e", "_submission_time": "2026-11-24T07:10:00", "groups/women": "1",
    }  # fmt: skip
    wrong = row | {"_uuid": "5f2f", "text": ""}
    pd.DataFrame([row, wrong]).to_excel(tmp_path / "kobo.xlsx", index=False)
    return tmp_path / "kobo.xlsx"


def _odk(tmp_path):
    """As ODK Central exports CSV: the point in three columns joined by a hyphen, KEY as the id."""
    row = ANSWERS | {
        "SubmissionDate": "2026-11-24T07:10:00.000Z", "place-Latitude": "57.021234", "place-Longitude": "20.061234",
        "place-Altitude": "0", "KEY": "uuid:5f30",
    }  # fmt: skip
    pd.DataFrame([row, row | {"KEY": "uuid:5f31", "text": ""}]).to_csv(tmp_path / "odk.csv", index=False)
    return tmp_path / "odk.csv"


@pytest.mark.parametrize("export", [_kobo, _odk])
def test_the_answers_come_back_once_and_wrong_rows_are_named(settings, region, tmp_path, export):
    path = export(tmp_path)
    tried = import_contributions(settings, region, path, dry_run=True, at=AT)
    assert (tried.added, review_queue(settings, region, by=OPERATOR).empty) == (1, True)
    first, again = (import_contributions(settings, region, path, at=AT) for _time in range(2))
    assert (first.added, again.added, again.known) == (1, 0, 1)
    assert [problem.partition(":")[0] for problem in first.problems] == ["row 3"]
    entry = review_queue(settings, region, by=OPERATOR).iloc[0]
    assert (entry["text"], entry["language"], entry["precision"]) == (ANSWERS["text"], "lv", "exact")
    assert (entry["how_it_came_in"], entry["created_at"][:10]) == ("assisted", "2026-11-24")


def test_a_file_that_is_no_workbook_is_refused_in_a_sentence(settings, region, tmp_path):
    (tmp_path / "bad.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(InputError, match="no workbook"):
        import_contributions(settings, region, tmp_path / "bad.xlsx")
