"""Extracts made here, object by object: what a reader must get right about streets, ferries and borders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.region.categories import read_categories
from sempre_geo.region.countries import read_country
from sempre_geo.region.osm import OsmExtract, read_osm
from sempre_geo.region.osm_writing import write_osm
from sempre_geo.settings import Settings

Element = Mapping[str, Any]
STREET = {"highway": "residential"}


def node(number: int, lon: float, lat: float, **tags: str) -> Element:
    return {"type": "node", "id": number, "lon": lon, "lat": lat, "tags": tags}


def way(number: int, nodes: Sequence[int], tags: Mapping[str, str]) -> Element:
    return {"type": "way", "id": number, "nodes": list(nodes), "tags": dict(tags)}


def relation(number: int, members: Sequence[tuple[str, int, str]], tags: Mapping[str, str]) -> Element:
    listed = [{"type": kind, "ref": ref, "role": role} for kind, ref, role in members]
    return {"type": "relation", "id": number, "members": listed, "tags": dict(tags)}


def square(first: int, west: float, south: float, size: float) -> list[Element]:
    """Four corner nodes, numbered from ``first``."""
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    return [node(first + at, west + x * size, south + y * size) for at, (x, y) in enumerate(corners)]


def ring(first: int) -> list[int]:
    return [first, first + 1, first + 2, first + 3, first]


LINE = [node(1, 22.0, 57.0), node(2, 22.01, 57.0), node(3, 22.02, 57.0), node(4, 22.03, 57.0)]
VILLAGE = [*LINE, way(1, [1, 2, 3, 4], STREET)]


class Reader:
    """Writes objects as an extract and reads it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings

    def __call__(self, *files: Sequence[Element], clip: Any = None, country: str = "LV") -> OsmExtract:
        paths = [self.folder / f"part{number}.osm.pbf" for number in range(len(files))]
        for path, elements in zip(paths, files, strict=True):
            write_osm(elements, path)
        return self.read(paths, clip=clip, country=country)

    def read(self, paths: Sequence[Path], *, clip: Any = None, country: str = "LV") -> OsmExtract:
        rules, categories = read_country(country, self.settings), read_categories(self.settings)
        return read_osm(paths, country=rules, categories=categories, clip=clip)


@pytest.fixture
def read(tmp_path: Path, settings: Settings) -> Reader:
    return Reader(tmp_path, settings)


def test_a_street_keeps_its_nodes_in_order_and_unused_nodes_are_dropped(read: Reader) -> None:
    streets = read([*LINE, node(9, 22.5, 57.5), way(7, [3, 1, 2], STREET | {"maxspeed": "30"})]).streets
    assert streets.node_id.tolist() == [1, 2, 3]
    assert streets.node_id[streets.nodes].tolist() == [3, 1, 2]
    assert streets.offsets.tolist() == [0, 3]
    assert streets.lon.tolist() == pytest.approx([22.0, 22.01, 22.02], abs=1e-7)
    assert streets.ways.loc[7, "maxspeed"] == "30"
    assert streets.ways["surface"].isna().all()


def test_two_nodes_at_one_place_stay_two_nodes(read: Reader) -> None:
    bridge = [*LINE, node(5, 22.01, 57.0), node(6, 22.01, 57.01)]
    streets = read([*bridge, way(1, [1, 2, 3], STREET), way(2, [5, 6], STREET | {"bridge": "yes"})]).streets
    assert 2 in streets.node_id
    assert 5 in streets.node_id


def test_a_ferry_is_a_way_with_its_duration_and_joins_an_island(read: Reader) -> None:
    island = [node(5, 22.1, 57.1), node(6, 22.11, 57.1), way(2, [5, 6], STREET)]
    extract = read([*VILLAGE, *island, way(3, [4, 5], {"route": "ferry", "duration": "00:25", "foot": "yes"})])
    ferry = extract.streets.ways.loc[3]
    assert (ferry["route"], ferry["duration"], ferry["foot"]) == ("ferry", "00:25", "yes")
    drawn = extract.roads[extract.roads["kind"] == "ferry"].geometry.iloc[0]
    assert np.allclose(drawn.coords, [(22.03, 57.0), (22.1, 57.1)])


def test_what_is_planned_is_no_street_and_a_square_is_walked_along_its_edge(read: Reader) -> None:
    ways = [
        way(2, [1, 2], {"highway": "proposed"}),
        way(3, [1, 2], {"highway": "construction"}),
        way(4, [1, 2, 3, 1], {"highway": "pedestrian", "area": "yes"}),
        way(5, [1, 2, 3, 1], {"highway": "service", "area": "yes"}),
    ]
    assert read([*VILLAGE, *ways]).streets.ways.index.tolist() == [1, 4]


def test_gates_and_kerbs_are_kept_where_a_street_passes(read: Reader) -> None:
    gates = [node(2, 22.01, 57.0, barrier="gate", access="private"), node(9, 22.5, 57.5, barrier="gate")]
    streets = read([LINE[0], gates[0], *LINE[2:], gates[1], way(1, [1, 2, 3, 4], STREET)]).streets
    assert streets.node_id[streets.node_tags.index].tolist() == [2]
    assert streets.node_tags.iloc[0][["barrier", "access"]].tolist() == ["gate", "private"]


def test_turn_restrictions_name_their_ways_and_those_of_missing_ways_are_left_out(read: Reader) -> None:
    ways = [way(1, [1, 2], STREET), way(2, [2, 3], STREET), way(3, [3, 4], STREET)]
    kinds = {"type": "restriction", "restriction": "no_left_turn", "except": "bicycle"}
    several = {"type": "restriction", "restriction": "no_entry"}
    at = "no_left_turn @ (Mo-Fr 07:00-09:00; PH off)"
    by_the_hour = {"type": "restriction", "restriction:conditional": at}
    relations = [
        relation(1, [("way", 1, "from"), ("node", 2, "via"), ("way", 2, "to")], kinds),
        relation(2, [("way", 1, "from"), ("way", 2, "via"), ("way", 3, "to")], kinds | {"restriction": "no_u_turn"}),
        relation(3, [("way", 1, "from"), ("node", 2, "via"), ("way", 77, "to")], kinds),
        relation(4, [("way", 1, "from"), ("way", 3, "from"), ("node", 2, "via"), ("way", 2, "to")], several),
        relation(5, [("way", 1, "from"), ("way", 2, "to")], kinds),
        relation(6, [("way", 1, "from"), ("way", 2, "via"), ("way", 3, "via"), ("way", 1, "to")], kinds),
        relation(7, [("way", 1, "from"), ("way", 2, "via"), ("way", 77, "via"), ("way", 1, "to")], kinds),
        relation(8, [("way", 1, "from"), ("node", 2, "via"), ("way", 2, "to")], by_the_hour),
    ]
    found = read([*LINE, *ways, *relations]).streets.restrictions
    assert found.to_numpy().tolist() == [
        [1, 2, -1, 2, "no_left_turn", "bicycle", "", ""],
        [1, -1, 2, 3, "no_u_turn", "bicycle", "", ""],
        [1, 2, -1, 2, "no_entry", "", "", ""],
        [3, 2, -1, 2, "no_entry", "", "", ""],
        [1, -1, 2, 1, "no_left_turn", "bicycle", "3", ""],
        [1, 2, -1, 2, "no_left_turn", "", "", "Mo-Fr 07:00-09:00; PH off"],
    ]


def test_a_street_whose_middle_is_missing_keeps_both_its_ends(read: Reader) -> None:
    extract = read([*LINE, node(6, 22.05, 57.0), way(1, [1, 2, 99, 3, 4, 6], STREET)])
    streets = extract.streets
    pieces = {
        name: streets.node_id[streets.nodes[start:end]].tolist()
        for name, start, end in zip(streets.ways.index, streets.offsets[:-1], streets.offsets[1:], strict=True)
    }
    assert pieces == {1: [3, 4, 6], -1001: [1, 2]}
    assert any("1 ways lose nodes" in note for note in extract.notes)


def test_overlapping_extracts_count_each_object_once(read: Reader) -> None:
    doctor = node(8, 22.01, 57.001, amenity="doctors")
    rail = way(9, [1, 2], {"railway": "rail"})
    restriction = relation(
        1,
        [("way", 1, "from"), ("node", 4, "via"), ("way", 1, "to")],
        {"type": "restriction", "restriction": "no_u_turn"},
    )
    part = [*VILLAGE, doctor, rail, *square(20, 22, 57, 0.01), way(30, ring(20), {"building": "yes"}), restriction]
    once, twice = read(part), read(part, part)
    assert len(twice.services) == len(twice.buildings) == len(twice.streets.ways) == 1
    assert len(twice.streets.restrictions) == 1
    assert len(twice.roads) == len(once.roads) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_street_cut_by_a_common_border_is_made_whole_again(read: Reader, order: tuple[int, int]) -> None:
    street = way(1, [1, 2, 3, 4], STREET)
    halves = [[*LINE[:2], street], [*LINE[2:], street]]
    streets = read(halves[order[0]], halves[order[1]]).streets
    assert streets.ways.index.tolist() == [1]
    assert streets.node_id[streets.nodes].tolist() == [1, 2, 3, 4]


def test_a_clip_keeps_crossing_streets_whole_and_drops_what_lies_outside(read: Reader) -> None:
    clip = shapely.box(21.99, 56.99, 22.015, 57.01)
    elements = [
        *VILLAGE, node(5, 23.0, 57.0), node(6, 23.01, 57.0), way(2, [5, 6], STREET),
        node(8, 22.01, 57.001, amenity="pharmacy"), node(9, 22.03, 57.001, amenity="pharmacy"),
        node(10, 22.0, 57.001, place="village", name="In"), node(11, 22.4, 57.001, place="village", name="Out"),
    ]  # fmt: skip
    extract = read(elements, clip=clip)
    assert extract.streets.ways.index.tolist() == [1]
    assert extract.streets.node_id.tolist() == [1, 2, 3, 4]
    assert extract.services.index.tolist() == ["osm:n8"]
    assert extract.settlements["name"].tolist() == ["In"]


def test_a_lake_keeps_its_island_and_its_outline_may_come_in_pieces(read: Reader) -> None:
    lake = [
        *square(20, 22.0, 57.0, 0.1), *square(30, 22.04, 57.04, 0.02),
        way(20, [20, 21, 22], {}), way(21, [22, 23, 20], {}), way(22, ring(30), {}),
        relation(1, [("way", 20, "outer"), ("way", 21, "outer"), ("way", 22, "inner")],
                 {"type": "multipolygon", "natural": "water", "name": "Ezers"}),
    ]  # fmt: skip
    land = read([*VILLAGE, *lake]).land
    assert land[["kind", "name"]].to_numpy().tolist() == [["water", "Ezers"]]
    assert land.geometry.iloc[0].area == pytest.approx(0.1**2 - 0.02**2, rel=1e-4)


def test_an_outline_that_does_not_close_is_left_out_with_a_note(read: Reader) -> None:
    broken = [
        *square(20, 22.0, 57.0, 0.1), way(20, [20, 21, 22], {}),
        relation(1, [("way", 20, "outer"), ("way", 55, "outer")], {"type": "multipolygon", "natural": "water"}),
    ]  # fmt: skip
    assert read([*VILLAGE, *broken]).land.empty


def test_streets_in_built_up_land_are_marked(read: Reader) -> None:
    far = [node(5, 22.5, 57.5), node(6, 22.51, 57.5), way(2, [5, 6], STREET)]
    land = [*square(20, 21.9, 56.9, 0.2), way(20, ring(20), {"landuse": "residential"})]
    assert read([*VILLAGE, *far, *land]).streets.ways["built_up"].to_dict() == {1: True, 2: False}


def test_services_come_from_points_outlines_and_relations(read: Reader) -> None:
    elements = [
        *VILLAGE,
        node(8, 22.01, 57.001, amenity="pharmacy", name="Aptieka", **{"name:ru": "Аптека", "name:de": "Apotheke",
             "wheelchair": "limited", "opening_hours": "Mo-Fr 09:00-17:00", "contact:phone": "+371 1",
             "capacity": "12"}),
        *square(20, 22.0, 57.0, 0.01), way(20, ring(20), {"amenity": "school", "isced:level": "1;2"}),
        *square(30, 22.1, 57.0, 0.02), way(30, ring(30), {}),
        relation(5, [("way", 30, "outer")], {"type": "multipolygon", "amenity": "hospital"}),
        way(40, [1, 2, 3], {"public_transport": "platform", "bus": "yes"}),
        node(9, 22.01, 57.002, amenity="post_office", atm="yes", wheelchair="perhaps"),
    ]  # fmt: skip
    services = read(elements).services
    found = services["category"].to_dict()
    assert found == {
        "osm:n8": "pharmacy", "osm:n9": "post", "osm:n9#bank": "bank", "osm:r5": "hospital",
        "osm:w20": "primary_school", "osm:w20#secondary_school": "secondary_school", "osm:w40": "bus_stop",
    }  # fmt: skip
    assert services.geom_type.eq("Point").all()
    assert services.index.is_unique
    first = services.loc["osm:n8"]
    assert (first["name_ru"], first["wheelchair"], first["phone"], first["capacity"]) == (
        "Аптека", "limited", "+371 1", 12,
    )  # fmt: skip
    assert first["name_de"] == "Apotheke", "somebody may read in German"
    assert "name_fi" not in services.columns, "nothing has a Finnish name"
    assert services.loc["osm:n9", "wheelchair"] == "unknown"
    assert np.isnan(services.loc["osm:n9", "capacity"])


def test_a_shelter_is_never_also_a_social_service(read: Reader) -> None:
    tags = {"amenity": "social_facility", "social_facility": "shelter", "social_facility:for": "abused"}
    assert read([*VILLAGE, node(8, 22.01, 57.001, **tags)]).services["category"].tolist() == ["shelter"]


def test_a_village_mapped_as_point_and_area_counts_once(read: Reader) -> None:
    place = {"place": "village", "name": "Ciems"}
    elements = [
        *VILLAGE, node(8, 22.005, 57.005, population="1 200", **place),
        *square(20, 22, 57, 0.01), way(20, ring(20), place),
        *square(30, 22.1, 57.1, 0.01), way(30, ring(30), {"place": "hamlet", "name": "Maja"}),
    ]  # fmt: skip
    settlements = read(elements).settlements
    assert settlements["name"].to_dict() == {"osm:n8": "Ciems", "osm:w30": "Maja"}
    assert settlements.loc["osm:n8", "population"] == 1200


def test_a_city_without_municipalities_in_it_is_one(read: Reader) -> None:
    borders = []
    for first, west, size, level, name in (
        (20, 9.0, 0.5, "6", "District"), (30, 9.0, 0.4, "8", "Village"), (40, 9.6, 0.3, "6", "City"),
        (50, 9.0, 2.0, "4", "State"),
    ):  # fmt: skip
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": level, "name": name}
        borders += [*square(first, west, 54.0, size), way(first, ring(first), {})]
        borders.append(relation(first, [("way", first, "outer")], tags))
    assert sorted(read([*VILLAGE, *borders], country="DE").municipalities["name"]) == ["City", "Village"]


def test_buildings_carry_their_size_and_garages_house_nobody(read: Reader) -> None:
    elements = [
        *VILLAGE, *square(20, 22.0, 57.0, 0.001), way(20, ring(20), {"building": "house", "building:levels": "2"}),
        *square(30, 22.1, 57.0, 0.001), way(30, ring(30), {"building": "garage"}),
    ]  # fmt: skip
    buildings = read(elements).buildings
    assert buildings["kind"].tolist() == ["house"]
    assert buildings["levels"].tolist() == [2]
    # 0.001 degrees are 60.8 m of longitude at 57 N and 111.4 m of latitude (WGS 84)
    assert buildings["area_m2"].iloc[0] == pytest.approx(60.8 * 111.4, rel=0.01)


def test_order_of_objects_and_files_does_not_matter(read: Reader) -> None:
    other = [node(5, 22.05, 57.0), node(6, 22.06, 57.0), way(2, [5, 6], STREET), node(8, 22.0, 57.0, shop="general")]
    one, two = read(VILLAGE, other), read(other[::-1], VILLAGE[::-1])
    assert one.streets.node_id.tolist() == two.streets.node_id.tolist()
    assert one.streets.nodes.tolist() == two.streets.nodes.tolist()
    assert one.services.equals(two.services)
    assert one.bbox == two.bbox


def test_files_that_are_no_extract_are_refused_in_a_sentence(read: Reader, tmp_path: Path) -> None:
    whole = tmp_path / "whole.osm.pbf"
    write_osm(VILLAGE, whole)
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole.read_bytes()[:-20])
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    picture = tmp_path / "picture.osm.pbf"
    picture.write_bytes(b"\x89PNG\r\n" * 50)
    with pytest.raises(MissingFileError, match=r"no file .*gone\.osm\.pbf"):
        read.read([tmp_path / "gone.osm.pbf"])
    for path, sentence in ((cut, "cut off or damaged"), (empty, "is empty"), (picture, "not an OpenStreetMap extract")):
        with pytest.raises(InputError, match=sentence) as refused:
            read.read([path])
        assert path.name in str(refused.value)
        assert "\n" not in str(refused.value)


def test_an_extract_without_streets_is_refused(read: Reader) -> None:
    ferry = way(1, [1, 2], {"route": "ferry"})
    for elements in ([node(1, 22, 57, place="village", name="Alone")], [*LINE, ferry], []):
        with pytest.raises(InputError, match=r"no street in part0\.osm\.pbf"):
            read(elements)
    with pytest.raises(InputError, match="inside the clip"):
        read(VILLAGE, clip=shapely.box(0, 0, 1, 1))


ISLAND = [node(10, 22.2, 57.0), node(11, 22.21, 57.0), node(12, 22.1, 57.0), way(9, [10, 11], STREET)]


def crossing(read: Reader, ways: Sequence[Element], members: Sequence[int], tags: Mapping[str, str]) -> OsmExtract:
    """A village and an island with a ferry route of these member ways."""
    route = relation(5, [("way", member, "") for member in members], {"type": "route", "route": "ferry", **tags})
    return read([*VILLAGE, *ISLAND, *ways, route])


def test_a_ferry_that_only_its_relation_names_is_a_way_with_the_relations_duration_and_access(read: Reader) -> None:
    streets = crossing(
        read, [way(2, [4, 10], {})], [2], {"duration": "00:25", "motor_vehicle": "no", "foot": "yes"}
    ).streets
    ferry = streets.ways.loc[2]
    assert (ferry["route"], ferry["motor_vehicle"], ferry["foot"]) == ("ferry", "no", "yes")
    assert float(ferry["duration"]) == 25.0
    assert streets.ways["route"].notna().sum() == 1


def test_a_relations_duration_is_shared_by_its_ways_and_what_a_way_says_itself_goes_before(read: Reader) -> None:
    ways = [way(2, [4, 12], {"source": "survey"}), way(3, [12, 10], {"route": "ferry", "foot": "no"})]
    found = crossing(read, ways, [2, 3], {"duration": "PT34M", "foot": "yes"}).streets.ways
    minutes = found.loc[[2, 3], "duration"].astype(float)
    assert minutes.sum() == pytest.approx(34.0, abs=0.01)
    assert minutes[2] / minutes[3] == pytest.approx(0.07 / 0.1, abs=0.01)
    assert found.loc[[2, 3], "foot"].tolist() == ["yes", "no"]
    told = [ways[0], way(3, [12, 10], {"route": "ferry", "duration": "24"})]
    found = crossing(read, told, [2, 3], {"duration": "PT34M"}).streets.ways
    assert found.loc[[2, 3], "duration"].astype(float).tolist() == [10.0, 24.0]


def test_a_relations_duration_says_nothing_of_branches_and_a_pier_is_no_ferry(read: Reader) -> None:
    ways = [way(2, [4, 10], {}), way(3, [4, 11], {}), way(4, [12, 4], {}), way(6, [1, 12], {"man_made": "pier"})]
    found = crossing(read, ways, [2, 3, 4, 6], {"duration": "25"}).streets.ways
    assert found.index.tolist() == [1, 2, 3, 4, 9]
    assert found.loc[[2, 3, 4], "duration"].isna().all()


def test_restrictions_of_some_vehicles_bind_those_and_lorries_alone_bind_none(read: Reader) -> None:
    members = [("way", 1, "from"), ("node", 2, "via"), ("way", 2, "to")]
    kinds = ["motorcar", "hgv", "bicycle", "vehicle"]
    rules = [
        relation(number, members, {"type": "restriction", f"restriction:{kind}": "no_left_turn"})
        for number, kind in enumerate(kinds, start=1)
    ]
    found = read([*VILLAGE, way(2, [2, 4], STREET), *rules]).streets.restrictions
    assert found["restriction"].tolist() == ["no_left_turn"] * 3
    assert found["except"].tolist() == ["bicycle", "motorcar;motor_vehicle", ""]
