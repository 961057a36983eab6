"""Timetables as they should not be: each kind of dirt is refused in a sentence, or listed and the rest used."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest

from sempre_geo.errors import InputError, MissingDataError, MissingFileError
from sempre_geo.region import gtfs_files
from sempre_geo.region.gtfs import Feed, gtfs_problems, read_gtfs
from tests.timetable_files import csv_text, timetable, write_folder, write_zip

TRIPS = {
    "t1": [("a", "07:00:00"), ("b", "07:10:00"), ("c", "07:20:00")],
    "t2": [("c", "08:00:00"), ("b", "08:10:00"), ("a", "08:20:00")],
}
TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence"


def _read(tmp_path: Path, **replaced: str | bytes) -> Feed:
    return read_gtfs([write_folder(tmp_path / "feed", timetable(TRIPS) | replaced)])


def _problems(feed: Feed) -> list[tuple[str, int, str]]:
    return list(feed.problems.itertuples(index=False, name=None))


@pytest.mark.parametrize("missing", ["stops", "trips", "stop_times"])
def test_a_zip_without_a_needed_table_is_refused_by_name(tmp_path: Path, missing: str) -> None:
    tables = timetable(TRIPS)
    del tables[missing]
    with pytest.raises(InputError, match=rf"half\.zip has no {missing}\.txt"):
        read_gtfs([write_zip(tmp_path / "half.zip", tables)])


def test_an_empty_table_counts_as_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no stops\.txt"):
        _read(tmp_path, stops="stop_id,stop_name,stop_lat,stop_lon\n")
    with pytest.raises(InputError, match=r"has no trips\.txt"):
        _read(tmp_path, trips="")


def test_columns_nothing_works_without_are_named_and_others_listed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stops\.txt: stop_id, stop_times\.txt: departure_time"):
        _read(tmp_path, stops="id\na\n", stop_times="trip_id,stop_id,stop_sequence\nt1,a,1\n")
    feed = _read(tmp_path, stops="STOP_ID\na\nb\nc\n")
    listed = {what for _file, row, what in _problems(feed) if row == 0}
    assert listed == {"has no column stop_lat", "has no column stop_lon", "has no column stop_name"}
    tables = timetable(TRIPS)
    del tables["calendar"]
    with pytest.raises(MissingDataError, match="names no day"):
        read_gtfs([write_folder(tmp_path / "never", tables)]).check_covers(date(2026, 5, 5))


def test_names_in_capitals_are_the_same_files(tmp_path: Path) -> None:
    target = tmp_path / "caps.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in timetable(TRIPS).items():
            archive.writestr(f"{name.upper()}.TXT", text)
    assert len(read_gtfs([target]).trips) == 2


def test_what_is_not_there_or_no_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"nowhere\.zip"):
        read_gtfs([tmp_path / "nowhere.zip"])
    (tmp_path / "page.zip").write_text("<html>404</html>", encoding="utf-8")
    with pytest.raises(InputError, match=r"page\.zip is no readable zip"):
        read_gtfs([tmp_path / "page.zip"])
    whole = write_zip(tmp_path / "whole.zip", timetable(TRIPS)).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"cut\.zip is no readable zip"):
        read_gtfs([tmp_path / "cut.zip"])
    with pytest.raises(InputError, match="at least one"):
        read_gtfs([])


@pytest.mark.parametrize("path", ["../stops.txt", "/etc/stops.txt", "a/../../stops.txt", "C:\\stops.txt", "..\\x.txt"])
def test_a_path_that_climbs_out_of_the_zip_is_refused(tmp_path: Path, path: str) -> None:
    target = write_zip(tmp_path / "evil.zip", timetable(TRIPS))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(path, "stop_id\n")
    with pytest.raises(InputError, match="climbs out"):
        read_gtfs([target])
    assert [entry.name for entry in tmp_path.iterdir()] == ["evil.zip"]


def test_a_zip_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_files, "_SUSPICIOUS_BYTES", 8 << 20)
    target = write_zip(tmp_path / "bomb.zip", {k: v for k, v in timetable(TRIPS).items() if k != "stop_times"})
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("stop_times.txt", "w") as out:
        for _block in range(20):
            out.write(b"0" * (1 << 20))
    with pytest.raises(InputError, match=r"bomb\.zip unpacks 'stop_times\.txt' to more than \d+ MB"):
        read_gtfs([target])


def test_sizes_are_bounded_whatever_the_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_files, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="is refused"):
        read_gtfs([write_zip(tmp_path / "large.zip", timetable(TRIPS))])


def test_broken_quoting_costs_one_row_and_a_value_over_two_lines_none(tmp_path: Path) -> None:
    stops = (
        "stop_id,stop_name,stop_desc,stop_lat,stop_lon\n"
        'a,"Old ""Mill""","two\nlines",57.0,24.0\n'
        'b,"never closed,x,57.1,24.1\n'
        "c,Plain,x,57.2,24.2\n"
        "d,too,few\n"
    )
    feed = _read(tmp_path, stops=stops)
    assert feed.stops["stop_name"].to_dict() == {"a": 'Old "Mill"', "c": "Plain"}
    rows = [(file, row) for file, row, what in _problems(feed) if "cannot be read" in what]
    assert rows == [("stops.txt", 4), ("stops.txt", 6)]
    assert [row for file, row, what in _problems(feed) if file == "stop_times.txt" and "stop_id" in what] == [3, 6]
    assert len(feed.stop_times) == 4


def test_a_byte_order_mark_and_windows_line_ends_are_nothing(tmp_path: Path) -> None:
    tables = {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in timetable(TRIPS).items()}
    feed = read_gtfs([write_zip(tmp_path / "bom.zip", tables)])
    assert feed.problems.empty
    assert len(feed.stop_times) == 6


@pytest.mark.parametrize(
    ("zone", "encoding", "name"),
    [
        ("Europe/Riga", "cp1257", "Ķegums"),
        ("Europe/Copenhagen", "latin-1", "Søby Færge"),
        ("Europe/Oslo", "utf-16", "Bodø"),
    ],
)
def test_other_encodings_are_read_as_the_country_writes_them(
    tmp_path: Path, zone: str, encoding: str, name: str
) -> None:
    agency = f"agency_id,agency_name,agency_url,agency_timezone\nA,Bus,u,{zone}\n"
    stops = f"stop_id,stop_name,stop_lat,stop_lon\na,{name},57,24\nb,B,57.1,24\nc,C,57.2,24\n".encode(encoding)
    feed = _read(tmp_path, agency=agency, stops=stops)
    assert feed.stops.loc["a", "stop_name"] == name
    assert [row for _file, row, what in _problems(feed) if "not UTF-8" in what] == ([0] if encoding != "utf-16" else [])


def test_stop_times_out_of_order_are_sorted(tmp_path: Path) -> None:
    rows = timetable(TRIPS)["stop_times"].strip().split("\n")
    random.Random(3).shuffle(body := rows[1:])
    shuffled, plain = _read(tmp_path / "s", stop_times="\n".join([rows[0], *body])), _read(tmp_path / "p")
    assert shuffled.problems.empty
    assert shuffled.stop_times.equals(plain.stop_times)


def test_a_trip_with_one_stop_is_listed_and_left_out(tmp_path: Path) -> None:
    times = timetable(TRIPS)["stop_times"] + "t3,09:00:00,09:00:00,a,1\n"
    feed = _read(
        tmp_path,
        stop_times=times,
        trips=csv_text("route_id,service_id,trip_id", [("R", "all", f"t{n}") for n in (1, 2, 3)]),
    )
    assert feed.trips.index.tolist() == ["t1", "t2"]
    assert _problems(feed) == [("trips.txt", 4, "has fewer than two usable stop times and is left out")]


def test_a_stop_at_0_0_or_without_a_place_has_no_place_but_its_bus_runs_on(tmp_path: Path) -> None:
    stops = csv_text(
        "stop_id,stop_name,stop_lat,stop_lon", [("a", "A", 57, 24), ("b", "B", 0, 0), ("c", "C", "north", "")]
    )
    feed = _read(tmp_path, stops=stops)
    assert feed.stops["lon"].isna().tolist() == [False, True, True]
    assert {(row, what) for _file, row, what in _problems(feed)} == {
        (3, "lies at 0, 0; its place is unknown"), (4, "has no usable coordinates"),
    }  # fmt: skip
    assert len(feed.stop_times) == 6


def test_ids_with_spaces_meet_each_other(tmp_path: Path) -> None:
    tables = timetable({"trip 1 ": [("stop a", "07:00:00"), (" stop b", "07:10:00")]})
    feed = read_gtfs([write_folder(tmp_path, tables)])
    assert feed.stops.index.tolist() == ["stop a", "stop b"]
    assert feed.trips.index.tolist() == ["trip 1"]
    assert feed.problems.empty


def test_times_that_run_backwards_cost_only_the_stops_at_fault(tmp_path: Path) -> None:
    rows = [("t1", "07:00:00", "07:00:00", "a", 1), ("t1", "19:10:00", "19:10:00", "b", 2),
            ("t1", "07:20:00", "07:20:00", "c", 3), ("t2", "08:00:00", "07:59:00", "c", 1),
            ("t2", "08:10:00", "08:10:00", "b", 2), ("t2", "99:99:99", "08:20:00", "a", 3)]  # fmt: skip
    feed = _read(tmp_path, stop_times=csv_text(TIMES, rows))
    assert _problems(feed) == [
        ("stop_times.txt", 3, "time runs backwards along its trip"),
        ("stop_times.txt", 5, "departs before it arrives; the arrival counts"),
        ("stop_times.txt", 7, "arrival or departure is no time (HH:MM:SS)"),
    ]
    assert feed.stop_times["arrival_s"].tolist() == [25_200, 26_400, 28_800, 29_400]


def test_unknown_references_are_listed_with_their_rows(tmp_path: Path) -> None:
    feed = _read(
        tmp_path,
        trips=csv_text("route_id,service_id,trip_id", [("R", "all", "t1"), ("Q", "ghost", "t2"), ("R", "all", "t1")]),
        stop_times=timetable(TRIPS)["stop_times"] + "t9,07:00:00,07:00:00,a,1\nt1,07:30:00,07:30:00,zz,9\n",
        frequencies="trip_id,start_time,end_time,headway_secs\nt9,06:00:00,07:00:00,600\nt1,08:00:00,07:00:00,600\n",
        transfers="from_stop_id,to_stop_id,transfer_type\na,zz,2\n",
        calendar_dates="service_id,date,exception_type\nall,2026-05-05,1\n",
    )
    assert {(file, row) for file, row, _what in _problems(feed)} == {
        ("trips.txt", 3), ("trips.txt", 4), ("stop_times.txt", 8), ("stop_times.txt", 9), ("frequencies.txt", 2),
        ("frequencies.txt", 3), ("transfers.txt", 2), ("calendar_dates.txt", 2),
    }  # fmt: skip
    assert feed.routes.loc["Q", "route_short_name"] == "Q"
    assert len(feed.stop_times) == 6


def test_a_feed_without_agency_and_routes_still_runs(tmp_path: Path) -> None:
    tables = timetable(TRIPS)
    del tables["agency"], tables["routes"]
    feed = read_gtfs([write_folder(tmp_path, tables)])
    assert feed.timezone == ""
    assert {(file, row) for file, row, _what in _problems(feed)} == {
        ("agency.txt", 0), ("routes.txt", 0), ("trips.txt", 2), ("trips.txt", 3),
    }  # fmt: skip


def test_a_large_feed_with_five_percent_broken_rows_is_used_for_the_rest(tmp_path: Path) -> None:
    rng = random.Random(5)
    out = io.StringIO()
    out.write(TIMES + "\n")
    broken = {}
    for row in range(2, 100_002):
        trip, at = divmod(row - 2, 20)
        time = f"{6 + trip % 12:02d}:{at:02d}:00"
        kinds = {
            f"t{trip},soon,soon,s{at},{at}": "no time", f"t{trip},{time},{time},nowhere,{at}": "stop_id is not",
            f't{trip},{time},"{time},s{at},{at}': "cannot be read", f"t{trip},{time}": "cannot be read",
            f"t{trip},{time},{time},s{at},x": "stop_sequence",
        }  # fmt: skip
        line = f"t{trip},{time},{time},s{at},{at}"
        if rng.random() < 0.05:
            line, broken[row] = rng.choice(list(kinds.items()))
        out.write(line + "\n")
    tables = timetable(
        {f"t{trip}": [] for trip in range(5000)}, places={f"s{at}": (24 + at / 50, 57.0) for at in range(20)}
    )
    feed = read_gtfs([write_zip(tmp_path / "large.zip", tables | {"stop_times": out.getvalue()})])
    listed = feed.problems.set_index("row")["what"]
    assert sorted(broken) == listed.index.tolist()
    assert all(broken[row] in listed.at[row] for row in broken)
    assert len(feed.stop_times) == 100_000 - len(broken)
    assert feed.active_services(date(2026, 5, 5)) == {"all"}


def test_a_feed_of_which_nothing_can_be_used_names_the_rows_that_are_wrong(tmp_path: Path) -> None:
    rows = csv_text(TIMES, [("t1", "07:00:00", "07:00:00", "nowhere", 0), ("t1", "08:00:00", "08:00:00", "lost", 1)])
    with pytest.raises(InputError, match=r"stop_times.txt row 2: .*mend these rows first"):
        _read(tmp_path, stop_times=rows)


def test_a_feed_in_which_nothing_ever_runs_is_refused_by_the_check(tmp_path: Path) -> None:
    tables = {name: text for name, text in timetable(TRIPS).items() if name != "calendar"}
    with pytest.raises(MissingDataError):
        gtfs_problems(write_zip(tmp_path / "feed.zip", tables), today=date(2026, 3, 3))
