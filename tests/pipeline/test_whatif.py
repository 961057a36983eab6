"""What-if against the region built again with what the scenario changes, and against computing everything anew."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sempre_geo.cli import cli
from sempre_geo.errors import InputError, MissingDataError, MissingFileError
from sempre_geo.gaps.differences import COLUMNS
from sempre_geo.gaps.scenario_services import changed_services
from sempre_geo.gaps.scenarios import scenario_from_table, scenario_table, write_scenario
from sempre_geo.i18n import language
from sempre_geo.pipeline.gaps.siting import SitingQuestion, scenario_of_sites, siting
from sempre_geo.pipeline.gaps.siting_job import start_siting
from sempre_geo.pipeline.gaps.whatif import what_if
from sempre_geo.pipeline.gaps.whatif_costs import all_rows, changed_rows, nearest_rows, site_visits, way_travel
from sempre_geo.pipeline.gaps.whatif_saved import (
    compare_scenarios,
    evidence_of_scenario,
    list_scenarios,
    remove_scenario,
    save_scenario,
    saved_scenario,
    touched_by,
)
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.pipeline.travel.visit_grounds import region_grounds
from sempre_geo.pipeline.travel.visits import visits
from sempre_geo.region.bundle import read_region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import read_settings
from sempre_geo.travel.visits import Question, category_visits
from tests.timetable_files import timetable, write_zip
from tests.village import EAST, MIDDLE, NORTH, SOUTH, WEST, write_village

TUESDAY = date(2026, 11, 24)
HOURS = "Mo-Fr 08:00-12:00"
PLACES = {"a": (WEST, SOUTH), "b": (EAST, NORTH), "c": MIDDLE}
TRIPS = {
    "early": [("b", "06:00:00"), ("a", "06:20:00")],
    "out": [("a", "07:10:00"), ("c", "07:20:00"), ("b", "07:30:00")],
    "noon": [("b", "12:20:00"), ("c", "12:30:00"), ("a", "12:40:00")],
    "out2": [("a", "13:40:00"), ("b", "14:00:00")],
    "late": [("b", "16:00:00"), ("a", "16:20:00")],
}


def _services(*, without=(), **rows):
    """Ten doctors along the streets, numbered; ``rows`` replaces or adds some."""
    draw = np.random.default_rng(7)
    table = {
        f"s{n}": {"lon": WEST + (EAST - WEST) * x, "lat": SOUTH + (NORTH - SOUTH) * y, "opening_hours": HOURS}
        for n, (x, y) in enumerate(draw.random((10, 2)))
    }
    table |= {name: table.get(name, {}) | row for name, row in rows.items()}
    frame = pd.DataFrame.from_dict(table, orient="index").drop(index=list(without))
    return frame.rename_axis("service_id").reset_index().assign(category="gp")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Settings, and a function that builds the village as a region of some name with other services or trips."""
    folder = tmp_path_factory.mktemp("whatif")
    settings = read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})
    village = write_village(folder / "v.osm.pbf")

    def build(name, services, trips, places=PLACES):
        services.to_csv(folder / f"{name}.csv", index=False)
        build_region(
            settings, name, osm=[village], services=folder / f"{name}.csv", services_mode="replace",
            gtfs=[write_zip(folder / f"{name}.zip", timetable(trips, places=places))], country="LV",
        )  # fmt: skip

    build("before", _services(), TRIPS)
    limits = {"travel_time,1.5,min,car": "one way", "time_away,80,min,transit": "there and back"}
    rows = [f"LV,gp,{limit},all,{scope},the village,own" for limit, scope in limits.items()]
    settings.inputs("before").mkdir(parents=True, exist_ok=True)
    header = "country,category,metric,limit,unit,mode,group,scope,source,status"
    (settings.inputs("before") / "standards.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return settings, build


def _what_if(settings, table, **options):
    options = {"mode": "transit", "day": TUESDAY, "categories": ["gp"]} | options
    return what_if(settings, "before", scenario_from_table({"name": "Try"} | table), **options)


NEW = {"lon": WEST + 0.0031, "lat": SOUTH + 0.0142, "opening_hours": "Tu 09:00-15:00"}
OTHER_SERVICES = {
    "add_service": [{"category": "gp", "service_id": "n", **NEW}],
    "move_service": [{"service_id": "s3", "lon": WEST, "lat": NORTH}],
    "close_service": [{"service_id": f"s{n}"} for n in range(5, 10)],
    "change_service": [{"service_id": "s1", "opening_hours": "Tu 05:00-23:00"}],
}
OTHER_BUSES = {
    "add_trip": [{"line": "7", "calls": [{"stop": "b", "time": "10:00"}, {"stop": "a", "time": "10:15"}]}],
    "move_trip": [{"trip_id": "noon", "minutes": -95}],
    "remove_trip": [{"trip_id": "early"}],
    "later_return": [{"line": "R", "stop": "b", "minutes": 30}],
    "move_stop": [{"stop_id": "c", "lon": WEST, "lat": NORTH}],
    "add_stop": [{"stop_id": "d", "lon": EAST, "lat": SOUTH, "line": "7", "after": "a", "minutes": 4, "delay_min": 3}],
    "add_line": [{"line": "9", "first": "08:00", "last": "10:00", "headway_min": 60,
                  "stops": [{"stop": "a", "minutes": 0}, {"stop": "c", "minutes": 6}]}],
}  # fmt: skip
TRIPS_AFTER = {
    "out": [("a", "07:10:00"), ("d", "07:14:00"), ("c", "07:23:00"), ("b", "07:33:00")],
    "out2": [("a", "13:40:00"), ("d", "13:44:00"), ("b", "14:03:00")],
    "noon": [("b", "10:45:00"), ("c", "10:55:00"), ("a", "11:05:00")],
    "late": [("b", "16:30:00"), ("a", "16:50:00")],
    "more": [("b", "10:00:00"), ("a", "10:15:00")],
    **{f"o{h}": [("a", f"{h:02d}:00:00"), ("c", f"{h:02d}:06:00")] for h in (8, 9, 10)},
    **{f"b{h}": [("c", f"{h:02d}:00:00"), ("a", f"{h:02d}:06:00")] for h in (8, 9, 10)},
}


def _assert_equal_visits(settings, found):
    """The minutes and reasons of both sides are those of the two regions as they were built."""
    cells = found.cells.set_index("cell_id")
    for side in ("before", "after"):
        table = visits(settings, side, service="gp", date=TUESDAY, stay_min=60).set_index("cell_id")
        np.testing.assert_allclose(cells[f"minutes_{side}"].reindex(table.index), table["time_away_min"], atol=0.011)
        none = table.index[np.isinf(table["time_away_min"])]
        assert (cells.loc[none, f"reason_{side}"] == table.loc[none, "reason"]).all()


def test_other_services_equal_the_region_built_again_with_them(home):
    settings, build = home
    build("after", _services(without=[f"s{n}" for n in range(5, 10)], n=NEW, s3={"lon": WEST, "lat": NORTH},
                             s1={"opening_hours": "Tu 05:00-23:00"}), TRIPS)  # fmt: skip
    _assert_equal_visits(settings, _what_if(settings, OTHER_SERVICES))
    ways = {kind: rows for kind, rows in OTHER_SERVICES.items() if kind != "change_service"}
    for mode in ("car", "walk"):
        found = _what_if(settings, ways, mode=mode).cells.set_index("cell_id")["minutes_after"]
        times = read_region("after", settings).travel_times
        rows = times[(times["mode"] == mode) & (times["category"] == "gp") & (times["rank"] == 1)]
        expected = rows.astype({"cell_id": object}).set_index("cell_id")["minutes"].astype(float)
        np.testing.assert_allclose(found, 2 * expected.reindex(found.index), rtol=1e-5)


def test_another_timetable_equals_the_region_built_again_with_it(home):
    settings, build = home
    build("after", _services(), TRIPS_AFTER, PLACES | {"c": (WEST, NORTH), "d": (EAST, SOUTH)})
    _assert_equal_visits(settings, _what_if(settings, OTHER_BUSES))


def _random_change(draw, ids):
    """Some services closed, moved and added, anywhere in the village."""
    names = draw.permutation(ids)
    closed, moved = names[: draw.integers(0, 8)], names[8 : 8 + draw.integers(0, 3)]
    where = [{"lon": WEST + (EAST - WEST) * x, "lat": SOUTH + (NORTH - SOUTH) * y} for x, y in draw.random((6, 2))]
    table = {
        "close_service": [{"service_id": name} for name in closed],
        "move_service": [{"service_id": name, **where[n]} for n, name in enumerate(moved)],
        "add_service": [
            {"category": "gp", "opening_hours": HOURS, **place} for place in where[2 : 2 + draw.integers(1, 4)]
        ],
    }
    return scenario_from_table({"name": "Random"} | {kind: rows for kind, rows in table.items() if rows})


def test_what_changed_alone_equals_everything_computed_anew(home):
    settings, _build = home
    mode = "car"
    grounds = region_grounds(settings, "before")
    region, streets = grounds.region, grounds.streets(mode)
    rows = nearest_rows(region, ["gp"], mode)
    for seed in range(6):
        scenario = _random_change(np.random.default_rng(seed), list(region.services.index))
        made = changed_services(region.services, scenario, categories=read_categories(settings), bbox=region.bbox)
        placed = made.services.index.isin(made.placed)
        found = changed_rows(
            region, rows, streets, removed=made.removed, placed=made.services[placed], left=made.services[~placed]
        )
        expected = all_rows(region, streets, made.services, cells=region.cells)
        for column in ("minutes", "metres", "known"):
            np.testing.assert_allclose(
                way_travel(region, found).table[column].astype(float),
                way_travel(region, expected).table[column].astype(float), rtol=1e-6,
            )  # fmt: skip


def test_visits_to_each_service_are_those_of_the_whole_category(home):
    settings, _build = home
    grounds, question = region_grounds(settings, "before"), Question(60)
    ground = grounds.ground(TUESDAY, "transit", "walk")
    sites = grounds.sites("gp", TUESDAY, mode="transit")
    together = category_visits(ground, sites, question)
    alone = np.min([site_visits(ground, site, question).order for site in sites], axis=0)
    away = np.where(together["status"] == "none", np.iinfo(np.int32).max, together["away_s"])
    assert (alone == away).all()


def test_adding_a_service_harms_nobody_and_the_sums_agree(home):
    settings, _build = home
    change = {"add_service": [{"category": "gp", "cost_per_year": 1000.0, **NEW}]}
    for mode in ("transit", "car", "walk"):
        found = _what_if(settings, change, mode=mode)
        assert tuple(found.table.columns) == COLUMNS
        assert found.people_losing == 0
        assert (found.cells["minutes_saved"].dropna() >= 0).all()
        everybody = found.table[found.table["group"] == "all"]
        assert everybody["gain"].sum() == pytest.approx(found.people_gaining)
        assert everybody["people"].sum() == pytest.approx(read_region("before", settings).cells["population"].sum())
        assert found.reasons["gain"].sum() == pytest.approx(found.people_gaining)
        assert not any("0 people" in said for said in found.sentences), "nobody is a word, no number"
        if found.people_gaining:
            assert "Nobody loses by it." in found.sentences
            assert sum(said.startswith("Limit: ") for said in found.sentences) == 1
            assert ("A visit keeps one away" in " ".join(found.sentences)) == (
                mode == "transit" and found.reasons["reason"].iloc[0] == "too_long"
            )
            assert found.cost_per_person == pytest.approx(1000.0 / found.people_gaining)


def test_other_staff_changes_how_many_share_a_service_and_no_way_to_it(home):
    settings, _build = home
    rows = [{"service_id": f"s{n}", "capacity": 1.0} for n in range(10)]
    one_each = _what_if(settings, {"change_service": rows}, mode="car", day=None)
    assert one_each.people_gaining == one_each.people_losing == 0
    assert one_each.access["access_before"].tolist() == one_each.access["access_after"].tolist()
    assert any("one each is taken" in said for said in one_each.sentences)
    three = _what_if(settings, {"change_service": [{"service_id": f"s{n}", "capacity": 3.0} for n in range(9)]})
    assert three.people_gaining == three.people_losing == 0
    assert (three.access["access_after"] >= three.access["access_before"]).all()
    assert three.access["more"].sum() > 0
    assert three.access["fewer"].sum() == 0
    doubled = [row | {"capacity": 2.0} for row in rows]
    twice = _what_if(settings, {"change_service": doubled})
    assert np.allclose(twice.access["access_after"], 2 * twice.access["access_before"])
    assert twice.access["access_before"].sum() > 0


def test_where_staff_is_not_known_the_answer_says_so_and_counts_nothing(home):
    settings, _build = home
    closed = _what_if(settings, {"close_service": [{"service_id": "s0"}]}, mode="car", day=None)
    assert closed.access.empty
    assert any("no staff or places of: Doctor" in said for said in closed.method)


def test_without_any_service_everybody_who_had_a_visit_loses_it(home):
    settings, _build = home
    closed = _what_if(settings, {"close_service": [{"service_id": f"s{n}"} for n in range(10)]})
    assert (closed.cells["minutes_after"] == np.inf).all()
    had_one = closed.cells["minutes_before"] <= 80
    assert closed.people_losing == pytest.approx(closed.cells.loc[had_one, "people"].sum())


def test_a_mobile_service_counts_on_the_days_of_its_round(home):
    settings, _build = home
    halt = {"lon": WEST, "lat": SOUTH, "weekday": "thursday", "opens": "09:00", "closes": "11:00"}
    round_trip = {"mobile_service": [{"category": "library", "halts": [halt]}]}
    found = _what_if(settings, round_trip, day=None, categories=None)
    assert [day.weekday() for day in found.days] == [3]
    assert set(found.table["category"]) == {"library"}
    assert found.people_gaining > 0
    on_tuesday = _what_if(settings, round_trip, categories=None)
    assert on_tuesday.people_gaining == 0
    assert any("hold no Library before" in sentence for sentence in found.method)


CORNERS = [[WEST - 1, SOUTH - 1], [EAST + 1, SOUTH - 1], [EAST + 1, NORTH + 1], [WEST - 1, NORTH + 1]]
ZONE = {"name": "Taxi", "polygon": CORNERS, "opens": "06:00", "closes": "20:00", "kmh": 30.0}


def test_rides_on_demand_save_time_by_their_speed_and_refusals_leave_some_behind(home):
    settings, _build = home
    no_buses = {"remove_trip": [{"trip_id": trip} for trip in TRIPS], "gain_min": 5.0}
    region = read_region("before", settings)
    gains = {}
    zones = {"fast": {"kmh": 60.0}, "some": {"kmh": 60.0, "refused_share": 0.5}, "late": {"opens": "19:30"}}
    for name, other in zones.items():
        found = _what_if(settings, {"zone": [ZONE | other]} | no_buses)
        gains[name] = found.people_gaining
        if name == "fast":
            metres = nearest_rows(region, ["gp"], "car").groupby("cell_id")["metres"].min()
            shortest_min = 60 + 2 * metres.astype(float) * 0.06 / 60.0
            assert (found.cells.set_index("cell_id")["minutes_after"] >= shortest_min - 0.1).all()
    assert gains["fast"] > gains["late"] == _what_if(settings, no_buses).people_gaining
    assert gains["some"] == pytest.approx(0.25 * gains["fast"] + 0.75 * gains["late"])


def test_a_mended_and_a_closed_road_change_the_way_by_car(home):
    settings, _build = home
    ways = read_region("before", settings).streets.ways
    streets = [int(way) for way in ways.index[ways["highway"].notna()]]
    closed = _what_if(settings, {"close_road": [{"way_id": way} for way in streets[:4]]}, mode="car")
    assert closed.person_minutes_saved <= 0
    mended = _what_if(settings, {"mend_road": [{"way_id": way, "kmh": 100.0} for way in streets]}, mode="car")
    assert mended.person_minutes_saved > 0
    new = {"start": [WEST, SOUTH], "end": [EAST, NORTH], "kmh": 120.0}
    assert _what_if(settings, {"add_road": [new]}, mode="car").person_minutes_saved > 0


@pytest.mark.parametrize(
    ("change", "options", "error", "says"),
    [
        ({"close_service": [{"service_id": "x"}, {"service_id": "y"}]}, {}, InputError, "no service x, y"),
        ({"move_trip": [{"trip_id": "T1", "minutes": 5}], "move_stop": [{"stop_id": "S9", "lon": 25.3, "lat": 57.6}]},
         {}, InputError, "no stop S9; there is no trip T1"),
        ({"later_return": [{"line": "99", "stop": "a", "minutes": 5}]}, {}, InputError, "no line 99"),
        ({"add_stop": [{"stop_id": "a", "lon": 25.3, "lat": 57.6}]}, {}, InputError, "already a stop a"),
        ({"close_road": [{"way_id": 12345}]}, {"mode": "car"}, InputError, "no road 12345"),
        ({"ferry": [{"way_id": 1}]}, {"mode": "car"}, InputError, "1 is no ferry"),
        ({"add_road": [{"start": [WEST, SOUTH], "end": [26.5, 58.0], "kmh": 50}]}, {"mode": "car"}, InputError, "far"),
        ({"zone": [ZONE | {"polygon": [], "municipalities": ["Nowhere"]}]}, {}, InputError, "does not have: Nowhere"),
        ({"zone": [ZONE | {"polygon": [[1, 1], [2, 1], [2, 2]]}]}, {}, InputError, "Nobody lives in the zone"),
        ({"add_service": [{"category": "shelter", **NEW}]}, {}, InputError, "not published"),
        ({"add_service": [{"category": "gp", "lon": SOUTH, "lat": WEST}]}, {}, InputError, "far outside"),
        ({"close_service": [{"service_id": "s1"}]}, {"mode": "boat"}, InputError, "no mode 'boat'"),
        ({"close_service": [{"service_id": "s1"}]}, {"categories": ["x"]}, InputError, "no category 'x'"),
        ({"close_service": [{"service_id": "s1"}]}, {"day": date(2031, 1, 1)}, MissingDataError, "2026-01-01"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_refused_in_one_sentence(home, change, options, error, says):
    settings, _build = home
    with pytest.raises(error, match=says):
        _what_if(settings, change, **options)


def test_scenarios_are_kept_by_name_compared_and_kept_as_evidence(home):
    settings, _build = home
    one, two = (
        scenario_from_table({"name": name, "add_service": [{"category": "gp", "cost_per_year": 500.0, **NEW}]} | more)
        for name, more in (("Ārsts", {}), ("Both", {"close_service": [{"service_id": "s1"}]}))
    )
    assert [save_scenario(settings, "before", scenario) for scenario in (one, two, two)] == ["arsts", "both", "both"]
    assert saved_scenario(settings, "before", "ārsts") == one
    (settings.inputs("before") / "scenarios" / "broken.toml").write_text("name =", encoding="utf-8")
    listed = list_scenarios(settings, "before").set_index("key")
    assert listed["name"].to_dict() == {"both": "Both", "broken": "broken", "arsts": "Ārsts"}
    assert "is no scenario" in listed.loc["broken", "note"]
    both = compare_scenarios(settings, "before", ["Ārsts", two], day=TUESDAY)
    assert list(both.figures.index) == ["Ārsts", "Both"]
    assert both.figures.loc["Ārsts", "people_gaining"] == both.results[0].people_gaining
    assert {"gain Both", "lose Ārsts"} <= set(both.groups.columns)
    assert both.results[0].sentences[-1].startswith("It costs €500 a year")
    assert any(said.startswith("Doctor: For ") for said in both.results[0].method), "a limit is one for a service"
    evidence = evidence_of_scenario(both.results[1])
    assert json.loads(json.dumps(evidence, allow_nan=False)) == evidence
    assert evidence["figures"]["gp"]["lose"] == round(both.results[1].people_losing)
    assert evidence["sources"]
    no_bus = scenario_from_table({"name": "No bus", "remove_trip": [{"trip_id": "early"}]})
    assert touched_by(settings, "before", [two], mode="transit", day=TUESDAY, spoken=["library"]) == ["gp"]
    assert touched_by(settings, "before", [no_bus], mode="transit", day=TUESDAY, spoken=["gp", "opera"]) == ["gp"]
    assert len(touched_by(settings, "before", [no_bus], mode="transit", day=TUESDAY, spoken=["opera"])) > 0
    with pytest.raises(InputError, match="Two or three different"):
        compare_scenarios(settings, "before", ["Both", "Both"], day=TUESDAY)
    remove_scenario(settings, "before", "Both")
    with pytest.raises(MissingFileError, match="there are: broken, Ārsts"):
        saved_scenario(settings, "before", "Both")


def test_the_command_writes_the_columns_other_programs_rely_on(home, tmp_path, monkeypatch):
    settings, _build = home
    monkeypatch.setenv("SEMPRE_DATA", str(settings.data))
    monkeypatch.setenv("SEMPRE_LAYERS", str(settings.layers))
    write_scenario(scenario_from_table({"name": "X", "close_service": [{"service_id": "s1"}]}), tmp_path / "s.toml")
    asked = ["whatif", "before", "--scenario", str(tmp_path / "s.toml"), "--out", str(tmp_path / "o.csv")]
    done = CliRunner().invoke(cli, [*asked, "--date", "2026-11-24"])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "o.csv")
    assert tuple(table.columns) == COLUMNS
    assert set(table["mode"]) == {"transit", "car"}
    assert "gains" in done.stderr


def test_the_best_site_by_bus_gains_as_many_as_what_if_says(home):
    settings, _build = home
    asked = {"service": "library", "add": 1, "model": "mclp", "mode": "transit", "limit_min": 100, "day": TUESDAY}
    plan = siting(settings, "before", **asked)
    assert plan.gap == pytest.approx(0, abs=1e-6)
    scenario = scenario_of_sites(plan, name="Library", cost_per_year=10.0)
    assert scenario.cost_per_year == 10.0
    found = _what_if(settings, scenario_table(scenario), categories=["library"])
    served = found.cells["people"][found.cells["minutes_after"] <= 100].sum()
    assert served == pytest.approx(plan.objective)
    assert plan.sites["people_gaining"].sum() == pytest.approx(plan.objective), "there was none before"


def test_only_those_beyond_the_limit_weigh_where_asked(home):
    settings, _build = home
    question = {"service": "gp", "add": 1, "model": "p-median", "limit_min": 1.8}
    plan = siting(settings, "before", weigh="beyond", **question)
    found = _what_if(settings, scenario_table(scenario_of_sites(plan, name="One more")), mode="car").cells
    far = found["minutes_before"] / 2 > 1.8
    assert 0 < far.sum() < len(found)
    assert plan.objective == pytest.approx((found["minutes_after"] / 2 * found["people"])[far].sum(), rel=1e-5)
    with pytest.raises(InputError, match="Nobody of the group is beyond"):
        siting(settings, "before", weigh="beyond", **question | {"limit_min": 900})
    with pytest.raises(InputError, match="with a limit above zero"):
        siting(settings, "before", weigh="beyond", service="gp", add=1, model="p-median")
    with pytest.raises(InputError, match="no weight 'some'"):
        siting(settings, "before", weigh="some", **question)
    with pytest.raises(InputError, match="No choice of 1 more sites"):
        siting(settings, "before", service="gp", add=1, model="p-median", capacity=0.5)


def test_a_search_goes_on_in_the_background_and_ends_with_its_plan_or_its_reason(home):
    settings, _build = home
    question = SitingQuestion("library", 1, "p-center")
    done = start_siting(settings, "before", question).wait(60)
    assert not done.running
    assert done.plan is not None
    assert (done.objective, done.gap) == (done.plan.objective, 0)
    assert done.plan.objective == siting(settings, "before", service="library", add=1, model="p-center").objective
    with language("lv"):
        spoken = start_siting(settings, "before", SitingQuestion("library", 99, "p-center"))
    assert "99 sites were asked for" not in spoken.wait(60).problem, "the search speaks as whoever began it"
    wrong = start_siting(settings, "before", SitingQuestion("library", 99, "p-center")).wait(60)
    assert "99 sites were asked for" in wrong.problem
    job = start_siting(settings, "before", question)
    job.stop()
    assert not job.wait(60).running
