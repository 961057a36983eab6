"""The brief of the four villages of ``tests/ui/small_region.py``, whose only doctor is in the first."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pypdf
import pytest
from PIL import Image

from sempre_geo.cli import main
from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft
from sempre_geo.community.corrections import Report
from sempre_geo.community.places import Place
from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.gaps.equity import Interval
from sempre_geo.gaps.scenarios import scenario_from_table
from sempre_geo.pipeline.brief import wording
from sempre_geo.pipeline.brief.options import options_compared
from sempre_geo.pipeline.brief.report import report
from sempre_geo.pipeline.brief.sections import Said, voices
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.corrections import decide_correction, report_correction
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.gaps import assessments
from sempre_geo.pipeline.gaps.whatif_saved import remove_scenario, save_scenario
from sempre_geo.pipeline.prepare.export import export
from sempre_geo.publish.brief import Brief, Picture, Points, Section, Table, to_html, to_pdf, write_brief
from sempre_geo.region.bundle import read_region
from tests.ui.small_region import HOSTILE, NAME, small_settings, write_small_region

LIMITS = (
    "standard_id,country,category,metric,limit,unit,mode,group,scope,source,status\n"
    "own-gp,demo,gp,travel_time,{limit},min,car,all,one way,the four villages,own\n"
)
COLOURS = dict.fromkeys(("ground", "panel", "ink", "quiet", "border", "primary", "no_visit", "need"), "#123456")
EVERY_SERVICE = "own-all,demo,*,travel_time,30,min,car,all,one way,the four villages,own\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Settings under which the small region has one limit of its own: 6 minutes by car to a doctor."""
    folder = tmp_path_factory.mktemp("brief")
    write_small_region(folder / "layers")
    settings = small_settings(folder)
    (settings.data / NAME).mkdir(parents=True)
    (settings.data / NAME / "standards.csv").write_text(LIMITS.format(limit=6), encoding="utf-8")
    yield settings
    close_community(settings)


@pytest.fixture(scope="module")
def brief(tiny):
    return report(tiny, NAME)


def _blocks(brief, kind):
    return [block for section in brief.sections for block in section.blocks if isinstance(block, kind)]


def _text(brief):
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(brief))).pages)


def test_its_key_figure_is_the_people_who_need_longer(tiny, brief):
    region = read_region(NAME, tiny)
    times = region.travel_times
    by_car = times[(times["category"] == "gp") & (times["mode"] == "car") & (times["rank"] == 1)]
    far = by_car.loc[by_car["minutes"] > 6, "cell_id"].astype(str)
    beyond = round(region.cells.loc[far, "population"].sum())
    rows = [
        row for table in _blocks(brief, Table) for row in table.rows if row[0] in set(region.municipalities["name"])
    ]
    assert sum(int(row[2].split(" (")[0].replace(",", "")) for row in rows) == beyond > 0


def test_a_limit_of_the_operators_own_is_called_no_standard_on_a_map(brief):
    captions = [block.caption for block in _blocks(brief, Picture)]
    assert captions
    assert all("the limit is 6 min (own limit; no published standard)" in caption for caption in captions)


def test_both_forms_say_the_same_and_that_the_place_is_invented(brief):
    told, page = _text(brief), to_html(brief)
    for sentence in ("Services within reach", "the four villages", "own limit; no published standard", "Fictional"):
        assert sentence in re.sub(r"\s+", " ", told)
        assert sentence in page
    assert "://" not in page
    assert page.count("data:image/png;base64,") == len(_blocks(brief, Picture)) == 1
    assert Image.open(io.BytesIO(_blocks(brief, Picture)[0].png)).width > 200


def test_a_file_made_where_nobody_speaks_its_language_is_in_it_to_the_foot_of_each_page(brief):
    assert "Page 1 of" in _text(brief)
    assert "Page 1 of" not in _text(replace(brief, language="lv"))


def test_the_same_inputs_give_the_same_file(tiny, brief, tmp_path):
    write_brief(brief, tmp_path / "a.pdf")
    write_brief(report(tiny, NAME), tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert to_html(brief) == to_html(report(tiny, NAME))


def test_one_municipality_counts_its_own_people_alone(tiny, brief):
    region = read_region(NAME, tiny)
    place = region.municipalities.index[0]
    people = region.cells.loc[region.cells["municipality_id"] == place, "population"].sum()
    alone = report(tiny, NAME, municipality=str(region.municipalities["name"][place]))
    assert str(region.municipalities["name"][place]) in alone.title
    first = _blocks(alone, Points)[0].sentences[0]
    assert f"{people:.0f}" in first.replace(",", "") or "about" in first
    assert len(alone.sections) == len(brief.sections) - 1  # no list of municipalities


def test_what_waits_for_review_is_in_no_brief(tiny):
    region = read_region(NAME, tiny)
    where = region.cells.geometry.iloc[0]
    tell(tiny, NAME, draft=Draft("need", "gp", "Secret words of mine", Place(lon=where.x, lat=where.y)))
    assert "Secret words" not in to_html(report(tiny, NAME))


def test_the_silent_municipality_is_told_as_on_the_pages(tiny, monkeypatch):
    home = read_region(NAME, tiny).settlements.geometry["s0"]
    part = {
        "cut": "place", "category": "", "part": "1", "lon": home.x, "lat": home.y, "zones": [], "people": 20,
        "as_of": "x",
    }  # fmt: skip
    monkeypatch.setattr("sempre_geo.pipeline.brief.report.counts", lambda *_of, **_how: pd.DataFrame([part]))
    told = [sentence for points in _blocks(report(tiny, NAME), Points) for sentence in points.sentences]
    silent = [sentence for sentence in told if sentence.endswith("That is silence, not satisfaction.")]
    assert [sentence.split(" too few")[0] for sentence in silent] == ["From Austrumu"]
    assert "About 4 voices" in silent[0]


def _voices_of(tiny, monkeypatch, parts):
    """The table of voices in the brief of the first municipality, of which "a" is a zone and "b" is none."""
    first, other = read_region(NAME, tiny).municipalities.index[:2]
    zones = pd.DataFrame({"municipality_id": [first, other]}, index=["a", "b"])
    columns = ["cut", "category", "part", "zones", "people"]
    table = pd.DataFrame(parts, columns=columns).assign(as_of="2026-11-23", lon=float("nan"), lat=float("nan"))
    monkeypatch.setattr("sempre_geo.pipeline.brief.report.counts", lambda *_of, **_how: table)
    monkeypatch.setattr("sempre_geo.pipeline.brief.report.partition", lambda *_of: SimpleNamespace(zones=zones))
    tables = _blocks(report(tiny, NAME, municipality=first), Table)
    return next(table for table in tables if "Voices" in table.heading[1])


def test_voices_of_a_municipality_are_those_of_areas_inside_it(tiny, monkeypatch):
    parts = [
        ("category", "", "gp", [], 90), ("category", "", "library", [], 40), ("place", "", "1", ["a"], 25),
        ("place", "gp", "1", ["a"], 10), ("place", "gp", "2", ["b"], 80), ("place", "library", "1", ["a", "b"], 40),
    ]  # fmt: skip
    table = _voices_of(tiny, monkeypatch, parts)
    assert table.rows == (("All services", "25"), ("Doctor", "10"))
    assert table.heading[1] == "Voices, at least"


def test_voices_that_are_of_no_municipality_are_called_those_of_the_whole_region(tiny, monkeypatch):
    parts = [("category", "", "gp", [], 90), ("place", "gp", "1", ["a", "b"], 90)]
    table = _voices_of(tiny, monkeypatch, parts)
    assert table.rows == (("Doctor", "90"),)
    assert table.heading[1] == "The whole region: Voices, at least"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"language": "xx"}, "no translation into 'xx'"),
        ({"municipality": "Atlantis"}, "no municipality 'Atlantis'"),
        ({"categories": ["moon"]}, "speaks of moon; choose from gp"),
    ],
)
def test_a_wrong_question_is_refused_in_a_sentence(tiny, question, says):
    with pytest.raises(InputError, match=says):
        report(tiny, NAME, **question)


def test_an_unknown_municipality_is_refused_before_anything_is_counted(tiny, monkeypatch):
    monkeypatch.setattr("sempre_geo.pipeline.brief.report.ground_of", lambda *_of: pytest.fail("counted first"))
    with pytest.raises(InputError, match="no municipality 'Atlantis'"):
        report(tiny, NAME, municipality="Atlantis")


def test_a_region_that_is_not_built_and_a_wrong_ending_are_refused(tiny, tmp_path, capsys, monkeypatch):
    with pytest.raises(MissingFileError):
        report(tiny, "nowhere")
    monkeypatch.setenv("SEMPRE_DATA", str(tiny.data))
    monkeypatch.setenv("SEMPRE_LAYERS", str(tiny.layers))
    with pytest.raises(SystemExit, match="2"):
        main(["report", NAME, "--out", str(tmp_path / "brief.docx")])
    assert "ends in neither" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="0"):
        main(["report", NAME, "--lang", "en", "--out", str(tmp_path / "brief.html")])
    assert (tmp_path / "brief.html").is_file()


def test_a_number_in_a_full_table_stays_beside_what_it_counts_and_long_words_of_its_heading_are_parted():
    heading = ("Gemeinde", "Menschen", *["Lebensmittelladen, zu Fuß, 1.500 m"] * 5)
    table = Table(heading, (("Lazdaines novads", "10.743", *["2.573 (1 von 4)"] * 5),))
    told = _text(Brief("Bericht", "", "de", (Section("Wo", (table,)),), colours=COLOURS)).replace("\u00a0", " ")
    assert told.count("2.573 (1 von 4)") == 5
    assert told.count("1.500 m") == 5
    assert "Lebensmittelladen" not in told, "the word is wider than its column"


def test_what_people_typed_is_inert_in_both_forms():
    said = pd.DataFrame(
        {"id": ["a"], "kind": ["need"], "text": [HOSTILE], "voices": [3], "place_name": ["#eval(1)"], "status": ["x"]}
    )
    counts = pd.DataFrame(columns=["cut", "category", "part", "people", "as_of"])
    section = voices(Said(counts, said), titles={}, silent=[HOSTILE])
    brief = Brief(HOSTILE, HOSTILE, "en", (section,), notice=HOSTILE, colours=COLOURS)
    page = to_html(brief)
    assert "<script" not in page
    assert "<img" not in page
    assert "window.hacked=1" in _text(brief).replace("\n", "")


def test_an_accepted_correction_changes_the_brief_and_the_export(tmp_path):
    write_small_region(tmp_path / "layers")
    settings = small_settings(tmp_path)
    (settings.data / NAME).mkdir(parents=True)
    (settings.data / NAME / "standards.csv").write_text(LIMITS.format(limit=6), encoding="utf-8")
    assert report(settings, NAME).sections[0].blocks[0].sentences[-1].endswith("have a longer way than 6 min.")
    told = report_correction(settings, NAME, report=Report("services", "gp1", "gone", "", "moved to the city"))
    decide_correction(settings, told.id, decision="accepted", by=OPERATOR)
    made = report(settings, NAME)
    close_community(settings)
    assert made.sections[0].blocks[0].sentences[-1] == "The data tell nothing about the limits that hold here."
    assert "moved to the city" in _text(made)
    export(settings, NAME, out=tmp_path / "all.csv")
    close_community(settings)
    exported = pd.read_csv(tmp_path / "all.csv")
    assert exported.loc[exported["layer"] == "services", "service_id"].tolist() == ["lib1"]


def test_only_the_services_asked_for_are_counted(tiny, monkeypatch):
    (tiny.data / NAME / "standards.csv").write_text(LIMITS.format(limit=6) + EVERY_SERVICE, encoding="utf-8")
    counted = []
    kept = assessments.assessment
    monkeypatch.setattr(
        assessments, "assessment", lambda *of, **how: counted.append(how["category"]) or kept(*of, **how)
    )
    report(tiny, NAME, categories=["library"])
    (tiny.data / NAME / "standards.csv").write_text(LIMITS.format(limit=6), encoding="utf-8")
    assert counted == ["library"]


def test_that_a_limit_is_of_a_fictional_place_is_said_in_the_readers_language(tiny):
    limits = LIMITS.format(limit=6)
    (tiny.data / NAME / "standards.csv").write_text(limits.replace("the four villages", "Tiny (fictional)"))
    made = report(tiny, NAME, language="de")
    (tiny.data / NAME / "standards.csv").write_text(limits, encoding="utf-8")
    (row,) = next(table for table in _blocks(made, Table) if len(table.heading) == 5).rows
    assert row[3] == "Tiny (erfunden)"


def test_services_with_the_same_limits_share_a_row_and_a_rule_names_each_once(tiny):
    by_foot = EVERY_SERVICE.replace("own-all", "own-walk").replace("30,min,car", "15,min,walk")
    of_old = LIMITS.splitlines()[1].format(limit=5).replace("own-gp", "own-old").replace(",all,", ",over_64,") + "\n"
    (tiny.data / NAME / "standards.csv").write_text(
        LIMITS.format(limit=6) + of_old + EVERY_SERVICE + by_foot, encoding="utf-8"
    )
    made = report(tiny, NAME)
    (tiny.data / NAME / "standards.csv").write_text(LIMITS.format(limit=6), encoding="utf-8")
    limits = next(table for table in _blocks(made, Table) if len(table.heading) == 5)
    held = [row[0].split(", ") for row in limits.rows]
    assert max(map(len, held)) > 5, "many services, one row"
    named = [title for row in held for title in row]
    assert [named.count(title) for title in ("Doctor", "Pharmacy", "Library")] == [1, 1, 1]
    assert {row[1] for row in limits.rows} == {
        "by car, 6 min; People over 64: by car, 5 min; by car, 30 min; on foot, 15 min",
        "by car, 30 min; on foot, 15 min"
    }  # fmt: skip
    ask = [
        sentence for points in _blocks(made, Points) for sentence in points.sentences if "Ask first: comp" in sentence
    ]
    assert all(sentence.count(title) <= 1 for sentence in ask for title in ("Pharmacy", "Library", "Hospital"))
    assert len(ask) == 1
    missing = [
        sentence for points in _blocks(made, Points) for sentence in points.sentences if "not known for" in sentence
    ]
    ends = [sentence.rpartition(", ")[2] for sentence in missing]
    assert len(ends) == len(set(ends)), "one sentence for each number and way"


def test_a_ratio_counts_only_with_its_whole_interval_above_one():
    assert wording.hit_more(Interval(1.4, 1.1, 1.8))
    assert not wording.hit_more(Interval(1.4, 0.9, 1.8))
    assert not wording.hit_more(Interval(0.5, 0.3, 0.8))
    assert not wording.hit_more(Interval(2.0, float("nan"), float("nan")))


def test_kept_scenarios_stand_side_by_side_and_one_that_cannot_be_is_named(tmp_path):
    write_small_region(tmp_path / "layers")
    settings = small_settings(tmp_path)
    region = read_region(NAME, settings)
    save_scenario(settings, NAME, scenario_from_table({"name": "Gone", "close_service": [{"service_id": "nowhere"}]}))
    (only,) = options_compared(settings, region)
    assert only.title == "Options compared"
    assert "nowhere" in str(only.blocks)
    close_community(settings)


def test_those_who_gain_in_a_municipality_are_its_own_people_each_once(tiny, monkeypatch):
    region = read_region(NAME, tiny)
    here = region.cells.index[region.cells["municipality_id"] == region.municipalities.index[0]][0]
    there = region.cells.index[region.cells["municipality_id"] != region.municipalities.index[0]][0]
    cells = pd.DataFrame(
        [("gp", here, 1.0, 30.0), ("library", here, 0.5, 60.0), ("gp", there, 1.0, 30.0), ("library", there, 1.0, 5.0)],
        columns=["category", "cell_id", "gain", "minutes_saved"],
    ).assign(people=40.0, lose=0.0)
    scenario = scenario_from_table({"name": "Bus", "close_service": [{"service_id": "gp1"}]})
    made = SimpleNamespace(scenario=scenario, cells=cells, cost_per_year=None, method=())
    monkeypatch.setattr("sempre_geo.pipeline.brief.options.what_if", lambda *_of, **_how: made)
    monkeypatch.setattr("sempre_geo.pipeline.brief.options.touched_by", lambda *_of, **_how: ["gp", "library"])
    save_scenario(tiny, NAME, scenario)
    (only,) = options_compared(tiny, region, place_id=str(region.municipalities.index[0]))
    remove_scenario(tiny, NAME, "Bus")
    (table,) = [block for block in only.blocks if isinstance(block, Table)]
    assert table.rows == (("Bus", "40", "0", "60", "-"),)
