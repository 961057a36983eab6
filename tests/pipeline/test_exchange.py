"""Files in and out: every dialect, once only, nothing half, nothing dangerous in the file that leaves."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import geopandas as gpd
import pytest
from shapely import Point

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import PUBLIC_COLUMNS, Draft, Place
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.pipeline.community.contributions import erase_with_code, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.exchange import export_contributions, import_contributions, seed
from sempre_geo.pipeline.community.lessons import lessons
from sempre_geo.pipeline.community.networks import network_page, networks
from sempre_geo.pipeline.community.proposals import proposal, proposals
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
OWN = (
    "id;kind;category;text;lon;lat;obstacle;groups;ease_transit;status;voices\n"
    "1;need;grocery;Pood on kaugel;20,0612;57,0212;cannot_get_there;over_64,women;1;published;7\n"
    '2;idea;library;=HYPERLINK("http://x");20,3001;57,0001;other;;;published;0\n'
    "3;wish;library;x;20,3;57;other;;;;\n"
    "4;need;library;x;20,3001;57,0001;other;free_text_anna;;;\n"
)
KOBO = (
    '"start";"need/kind";"need/category";"need/text";"place";"need/groups";"_uuid";"_submission_time"\n'
    '"";"need";"post";"Kirjad ei tule";"57.0212 20.0612 0 5";"over_64 women";"u-1";"2026-11-01T10:00:00"\n'
)


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


def _file(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_saved_once_however_often_they_come_and_wrong_rows_are_named(settings, region, tmp_path):
    path = _file(tmp_path, "needs.csv", "\ufeff" + OWN)
    first = import_contributions(settings, region, path, at=AT)
    assert (first.added, first.known) == (2, 0)
    assert first.problems == (
        "row 4: This cannot be saved yet: kind must be one of need/idea.",
        "row 5: This cannot be saved yet: a group is none we know.",
    )
    again = import_contributions(settings, region, path, at=AT)
    assert (again.added, again.known) == (0, 2)
    queue = review_queue(settings, region, by=OPERATOR)
    assert set(queue["status"]) == {"received"}, "a file cannot publish"


def test_a_dry_run_says_the_same_and_saves_nothing(settings, region, tmp_path):
    path = _file(tmp_path, "needs.csv", OWN)
    assert import_contributions(settings, region, path, dry_run=True).added == 2
    assert public_contributions(settings, region).empty


def test_a_kobo_export_is_understood(settings, region, tmp_path):
    result = import_contributions(settings, region, _file(tmp_path, "kobo.csv", KOBO), at=AT)
    assert (result.added, result.problems) == (1, ())
    row = review_queue(settings, region, by=OPERATOR).iloc[0]
    assert (row["category"], row["precision"], row["created_at"]) == ("post", "exact", "2026-11-01T10:00:00Z")


def test_geojson_is_understood(settings, region, tmp_path):
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [20.0612, 57.0212]},
        "properties": {"id": "g1", "kind": "idea", "category": "library", "text": "Raamatubuss"},
    }  # fmt: skip
    path = _file(tmp_path, "ideas.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert import_contributions(settings, region, path).added == 1


def test_a_file_without_one_usable_row_is_refused(settings, region, tmp_path):
    path = _file(tmp_path, "needs.csv", "kind,text,lon,lat\nneed,,20,57\n")
    with pytest.raises(InputError, match=r"holds no row that can be used: row 2: .*a sentence is missing"):
        import_contributions(settings, region, path)


def test_another_table_and_rows_that_fit_the_region_nowhere_are_refused(settings, region, tmp_path):
    with pytest.raises(InputError, match=r"other.csv: there is no column 'text', only spam, eggs"):
        import_contributions(settings, region, _file(tmp_path, "other.csv", "spam,eggs\n1,2\n"))
    rows = "1,nonsense,x,20.0612,57.0212\n2,library,x,57.0212,20.0612\n3,library,x,20.0612,57.0212\n"
    rows = f"id,category,text,lon,lat\n{rows}"
    found = import_contributions(settings, region, _file(tmp_path, "odd.csv", rows), dry_run=True)
    assert found.added == 1
    assert [text.partition(";")[0] for text in found.problems] == [
        "row 2: There is no category 'nonsense'", "row 3: The mark on the map lies outside the region",
    ]  # fmt: skip


def _said(settings, region):
    return sorted(review_queue(settings, region, by=OPERATOR)["text"])


def test_rows_of_one_id_that_say_different_things_are_refused_and_equal_ones_kept_once(settings, region, tmp_path):
    rows = "1,library,A\n1,library,B\n2,library,C\n2,library,C\n"
    rows = "\n".join(f"{row},20.0612,57.0212" for row in rows.split())
    result = import_contributions(settings, region, _file(tmp_path, "ids.csv", f"id,category,text,lon,lat\n{rows}\n"))
    assert result.problems == ("row 2: an id that stands there twice", "row 3: an id that stands there twice")
    assert _said(settings, region) == ["C"]


def test_two_people_who_wrote_the_same_words_on_paper_are_two(settings, region, tmp_path):
    row = "library,Bus,20.0612,57.0212\n"
    path = _file(tmp_path, "paper.csv", f"category,text,lon,lat\n{row}{row}")
    first, again = (import_contributions(settings, region, path) for _time in range(2))
    assert (first.added, again.added, again.known) == (2, 0, 2)
    assert first.codes["row"].tolist() == ["2", "3"]
    assert first.codes["code"].nunique() == 2
    assert again.codes.equals(first.codes)
    erase_with_code(settings, first.codes["code"][0])
    assert import_contributions(settings, region, path).added == 0


def test_a_row_with_an_unquoted_comma_is_refused_and_the_others_kept(settings, region, tmp_path):
    rows = "1,20.0612,57.0212,The bus is late, and nobody comes\n2,20.0612,57.0212,Fine\n"
    path = _file(tmp_path, "open.csv", f"id,lon,lat,text,category\n{rows}".replace("Fine", "Fine,library"))
    path.write_text(path.read_text().replace("comes", "comes,library"))
    result = import_contributions(settings, region, path)
    assert result.problems == ("row 2: more cells than the heading (a text with commas needs quotation marks)",)
    assert _said(settings, region) == ["Fine"]


def test_the_properties_of_a_layer_are_read_as_they_stand(settings, region, tmp_path):
    where = {"type": "Point", "coordinates": [20.0612, 57.0212]}
    said = [
        {"text": "no", "consent": False}, {"text": "yes", "consent": True, "groups": ["over_64", "women"]},
        {"text": "none", "consent": None}, {"text": "nothing"}, {"text": "zero", "consent": 0, "id": 7},
    ]  # fmt: skip
    features = [{"type": "Feature", "geometry": where, "properties": {"category": "library", **row}} for row in said]
    path = _file(tmp_path, "mixed.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    result = import_contributions(settings, region, path)
    assert _said(settings, region) == ["yes"]
    assert [text.partition(":")[0] for text in result.problems] == ["row 1", "row 3", "row 4", "row 5"]


def test_a_known_id_with_other_words_is_named_and_gives_nobody_elses_code_away(settings, region, tmp_path):
    first, other = (
        _file(tmp_path, name, f"id,category,text,lon,lat\n1,library,{text},20.0612,57.0212\n{more}")
        for name, text, more in (("a.csv", "A", ""), ("b.csv", "B", "2,library,C,20.0612,57.0212\n"))
    )
    import_contributions(settings, region, first)
    result = import_contributions(settings, region, other)
    assert (result.added, result.known, result.codes["row"].tolist()) == (1, 1, ["3"])
    assert [text.partition(",")[0] for text in result.problems] == ["row 2: its id is known with other words"]
    assert _said(settings, region) == ["A", "C"]


def test_the_bare_number_of_a_feature_is_nobodys_id(settings, region, tmp_path):
    for name in ("Bus", "Shop"):
        point = gpd.GeoDataFrame({"category": ["library"], "text": [name]}, geometry=[Point(20.0612, 57.0212)])
        result = import_contributions(settings, region, _file(tmp_path, f"{name}.geojson", point.to_json()))
        assert (result.added, result.problems) == (1, ())
    assert _said(settings, region) == ["Bus", "Shop"]


def test_who_spoke_on_paper_gets_a_code_that_opens_it(settings, region, tmp_path):
    path = _file(tmp_path, "needs.csv", OWN)
    assert import_contributions(settings, region, path, dry_run=True).codes.empty
    codes = import_contributions(settings, region, path).codes
    assert codes[["row", "id"]].to_numpy().tolist() == [["2", "1"], ["3", "2"]]
    assert open_with_code(settings, codes["code"][0]).text == "Pood on kaugel"
    erase_with_code(settings, codes["code"][1])
    assert import_contributions(settings, region, path).codes["code"].tolist() == codes["code"][:1].tolist()


def test_only_the_office_imports(settings, region, tmp_path):
    path = _file(tmp_path, "needs.csv", OWN)
    for person in ("", Person("p", frozenset({("provider", "*")}))):
        with pytest.raises(NotAllowedError):
            import_contributions(settings, region, path, by=person)


def test_what_was_erased_does_not_come_back_with_the_file(settings, region, tmp_path):
    path = _file(tmp_path, "needs.csv", OWN)
    import_contributions(settings, region, path)
    queue = review_queue(settings, region, by=OPERATOR)
    from sempre_geo.community.store.contributions import erase_contribution

    with open_community(settings).writing() as transaction:
        erase_contribution(transaction, queue["id"].iloc[0], at="2026-11-24T00:00:00Z")
    again = import_contributions(settings, region, path)
    assert (again.added, again.known, len(review_queue(settings, region, by=OPERATOR))) == (0, 2, 1)


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg"])
def test_exports_hold_the_public_columns_and_no_formula(settings, region, tmp_path, ending):
    hostile = Draft("need", "library", "=cmd|' /C calc'!A0", Place(lon=20.0612, lat=57.0212), title="@SUM(1)")
    receipt = tell(settings, region, draft=hostile)
    tell(settings, region, draft=Draft("need", "library", "no point", Place(municipality_id="m1")))
    publish(settings, receipt.id, by=OPERATOR)
    path = tmp_path / f"public.{ending}"
    assert export_contributions(settings, region, path) == 2
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert tuple(rows[0]) == PUBLIC_COLUMNS
        assert {row["text"] for row in rows} == {"", "'=cmd|' /C calc'!A0"}
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows), "not as they came, which tells the day"
    else:
        layer = gpd.read_file(path)
        assert set(PUBLIC_COLUMNS) <= set(layer.columns)
        assert sorted(layer.geometry.notna()) == [False, True]


def test_an_export_forgets_what_was_erased(settings, region, tmp_path):
    receipt = tell(settings, region, draft=Draft("need", "library", "x", Place(lon=20.0, lat=57.0)))
    erase_with_code(settings, receipt.claim_code)
    assert export_contributions(settings, region, tmp_path / "public.csv") == 0


def test_the_fictional_beginning_is_laid_once_with_voices_and_proposals(settings, region, tmp_path):
    needs = _file(tmp_path, "contributions.csv", "\n".join(OWN.splitlines()[:3]) + "\n")
    entry = {
        "id": "p1", "title": "Taxi-bus", "what": "A taxi-bus on Thursdays.", "for_whom": "People over 64.",
        "why_here": "Two buses a day.", "idea_id": "2", "needs": ["1", "unknown"], "status": "submitted",
        "team": [{"part": "user", "name": "Aina"}, {"part": "provider", "name": "The shop"}],
        "evidence": [{"title": "people beyond 60 minutes", "value": 212}],
        "steps": [
            {"status": "team", "at": "2026-09-01T09:00:00Z"}, {"status": "proposal", "at": "2026-10-01T09:00:00Z"},
            {"status": "submitted", "at": "2026-11-01T09:00:00Z"},
        ],
    }  # fmt: skip
    words = _file(tmp_path, "proposals.json", json.dumps([entry]))
    assert seed(settings, region, contributions=needs, proposals=words, at=AT).added == 2
    assert seed(settings, region, contributions=needs, proposals=words, at=AT).added == 0
    shown = public_contributions(settings, region).set_index("category")
    assert list(shown.loc[["grocery", "library"], "voices"]) == [7, 0]
    listed = proposals(settings, region)
    assert list(listed["title"]) == ["Taxi-bus"]
    page = proposal(settings, listed["id"].iloc[0])
    assert [(member.part, member.name) for member in page.team] == [("user", ""), ("provider", "")]
    assert len(proposal(settings, page.id, by=OPERATOR).needs) == 1
    assert [step["status"] for step in page.steps] == ["team", "proposal", "submitted"]
    jump = entry | {"id": "p2", "steps": [entry["steps"][0], entry["steps"][2]]}
    with pytest.raises(InputError, match="no way to 'Submitted'"):
        seed(settings, region, contributions=needs, proposals=_file(tmp_path, "p.json", json.dumps([jump])), at=AT)


def test_networks_and_lessons_come_with_a_region_once(settings, region, tmp_path):
    needs = _file(tmp_path, "contributions.csv", "\n".join(OWN.splitlines()[:2]) + "\n")
    network = {
        "id": "n1", "name": "Peninsula", "coordinator": "Riina", "created_at": "2026-02-24T09:00:00Z",
        "diary": [{"at": "2026-04-24T09:00:00Z", "good": "We met.", "hard": "", "further": ""}],
    }  # fmt: skip
    lesson = {
        "id": "l1", "proposal": "unknown", "network": "Peninsula", "title": "Call first", "again": "By telephone",
        "not_again": "", "groups": ["over_64"], "category": "gp", "barriers": ["hours"], "language": "en",
        "created_at": "2026-10-15T09:00:00Z",
    }  # fmt: skip
    words = _file(tmp_path, "networks.json", json.dumps({"networks": [network], "lessons": [lesson]}))
    for _again in range(2):
        seed(settings, region, contributions=needs, networks=words, at=AT)
    listed = networks(settings, region)
    assert list(listed["name"]) == ["Peninsula"]
    assert [entry["good"] for entry in network_page(settings, listed["id"].iloc[0]).diary] == ["We met."]
    assert list(lessons(settings, group="over_64")["title"]) == ["Call first"]
