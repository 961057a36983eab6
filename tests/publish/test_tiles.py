"""Base-map tiles: what is drawn where, and that neighbours agree."""

from __future__ import annotations

import io
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from sempre_geo.errors import InputError
from sempre_geo.publish.coast import sea_from_coastline
from sempre_geo.publish.mercator import TILE_PX, from_world, tile_of, to_world
from sempre_geo.publish.palette import read_themes, rgb
from sempre_geo.publish.tile_names import NameStore, placed_names, region_names
from sempre_geo.publish.tile_shapes import region_shapes
from sempre_geo.publish.tiles import TileMap
from sempre_geo.settings import read_settings

THEMES = read_themes(read_settings({}))
LIGHT = THEMES["light"]
BBOX = (20.0, 56.0, 20.4, 56.2)


def _frame(rows: list[dict[str, object]], columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], geometry="geometry", crs="EPSG:4326")


@pytest.fixture(scope="module")
def small_map() -> TileMap:
    lake = shapely.Polygon(
        shapely.Point(20.1, 56.1).buffer(0.03).exterior, [shapely.Point(20.1, 56.1).buffer(0.01).exterior]
    )
    land = _frame(
        [
            {"kind": "water", "name": "Ūdrezers", "geometry": lake},
            {"kind": "forest", "name": None, "geometry": shapely.box(20.3, 56.05, 20.38, 56.15)},
            {"kind": "coastline", "name": None, "geometry": shapely.LineString([(20.0, 56.02), (20.4, 56.02)])},
        ],
        ("kind", "name"),
    )
    roads = _frame(
        [
            {"kind": "primary", "name": None, "geometry": shapely.LineString([(20.0, 56.18), (20.2, 56.18)])},
            {"kind": "primary", "name": None, "geometry": shapely.LineString([(20.2, 56.18), (20.4, 56.18)])},
            {"kind": "path", "name": None, "geometry": shapely.LineString([(20.2, 56.05), (20.2, 56.15)])},
        ],
        ("kind", "name"),
    )
    municipalities = _frame([{"name": "Pagasts", "geometry": shapely.box(*BBOX)}], ("name",))
    settlements = _frame(
        [
            {"name": "Ķekava", "kind": "town", "population": 900.0, "geometry": shapely.Point(20.2, 56.1)},
            {"name": "Žīguri", "kind": "village", "population": np.nan, "geometry": shapely.Point(20.2002, 56.1001)},
        ],
        ("name", "kind", "population"),
    )
    shapes = region_shapes(
        land=land, roads=roads, municipalities=municipalities, buildings=np.array([[20.2, 56.1]]), bbox=BBOX
    )
    return TileMap(lambda: (shapes, NameStore(region_names(settlements, land))))


def _pixel(tiles: TileMap, lon: float, lat: float, z: int, theme: str = "light") -> tuple[int, int, int]:
    x, y = tile_of(lon, lat, z=z)
    image = Image.open(io.BytesIO(tiles.tile(z, x, y, theme=THEMES[theme]))).convert("RGB")
    column, row = to_world(np.array([[lon, lat]]))[0] * 2**z * TILE_PX - np.array([x, y]) * TILE_PX
    return image.getpixel((int(column), int(row)))


def test_positions_survive_the_way_to_the_world_and_back() -> None:
    positions = np.random.default_rng(1).uniform([-180, -85], [180, 85], (50, 2))
    assert np.allclose(from_world(to_world(positions)), positions, atol=1e-9)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_land_has_its_colour_and_a_lake_keeps_its_island(small_map: TileMap, theme: str) -> None:
    land = THEMES[theme].land
    assert _pixel(small_map, 20.08, 56.1, 12, theme) == rgb(land["water"])
    assert _pixel(small_map, 20.1, 56.1, 12, theme) == rgb(land["land"])
    assert _pixel(small_map, 20.34, 56.1, 12, theme) == rgb(land["forest"])


def test_the_sea_lies_on_the_right_of_the_coastline(small_map: TileMap) -> None:
    assert _pixel(small_map, 20.25, 56.008, 12) == rgb(LIGHT.land["water"])
    assert _pixel(small_map, 20.25, 56.03, 12) == rgb(LIGHT.land["land"])


def test_a_main_road_is_drawn_from_afar_and_a_path_only_near(small_map: TileMap) -> None:
    assert _pixel(small_map, 20.3, 56.18, 8) != rgb(LIGHT.land["land"])
    assert _pixel(small_map, 20.2, 56.15 - 0.0437, 12) == rgb(LIGHT.land["land"])


def test_a_name_yields_to_a_more_important_one_beside_it() -> None:
    names = region_names(
        _frame(
            [
                {"name": "Small", "kind": "hamlet", "population": 9.0, "geometry": shapely.Point(20.2, 56.1)},
                {"name": "Town", "kind": "town", "population": 9.0, "geometry": shapely.Point(20.2, 56.1)},
            ],
            ("name", "kind", "population"),
        ),
        _frame([], ("kind", "name")),
    )
    assert [placed.name.text for placed in placed_names(names, 14)] == ["Town"]


def test_a_name_on_an_edge_is_drawn_on_both_tiles(small_map: TileMap) -> None:
    z = 9
    x, y = tile_of(20.2, 56.1, z=z)
    drawn = [
        np.asarray(Image.open(io.BytesIO(small_map.tile(z, column, row, theme=LIGHT, part="names"))))[..., 3].any()
        for column in range(x - 1, x + 2)
        for row in range(y - 1, y + 2)
    ]
    placed = small_map._drawn_from()[1].near(z, (0, 0, TILE_PX * 2**z, TILE_PX * 2**z))
    boxes = [shapely.box(*name.box) for name in placed]
    touched = [
        any(
            box.intersects(shapely.box(c * TILE_PX, r * TILE_PX, (c + 1) * TILE_PX, (r + 1) * TILE_PX)) for box in boxes
        )
        for c in range(x - 1, x + 2)
        for r in range(y - 1, y + 2)
    ]
    assert sum(drawn) >= 1
    assert all(seen <= expected for seen, expected in zip(drawn, touched, strict=True))


def test_a_fine_screen_gets_twice_the_pixels_of_the_same_picture(small_map: TileMap) -> None:
    x, y = tile_of(20.1, 56.1, z=11)
    coarse, fine = (Image.open(io.BytesIO(small_map.tile(11, x, y, theme=LIGHT, scale=scale))) for scale in (1, 2))
    assert (coarse.size, fine.size) == ((256, 256), (512, 512))
    shrunk = np.asarray(fine.convert("RGB").resize((256, 256)), dtype=float)
    assert np.abs(shrunk - np.asarray(coarse.convert("RGB"), dtype=float)).mean() < 4


def test_flat_ground_has_one_exact_colour_on_every_tile(small_map: TileMap) -> None:
    image = Image.open(io.BytesIO(small_map.tile(12, *tile_of(10.0, 50.0, z=12), theme=LIGHT))).convert("RGB")
    assert image.getcolors() == [(256 * 256, rgb(LIGHT.land["land"]))]


@pytest.mark.parametrize("tile", [(6, 0, 0), (17, 0, 0), (8, 256, 0), (8, 0, -1)])
def test_a_tile_that_is_none_is_refused_in_a_sentence(small_map: TileMap, tile: tuple[int, int, int]) -> None:
    with pytest.raises(InputError, match="zooms go from 7 to 16"):
        small_map.tile(*tile, theme=LIGHT)


def test_a_tile_asked_twice_is_drawn_once(small_map: TileMap) -> None:
    x, y = tile_of(20.1, 56.1, z=13)
    first = small_map.tile(13, x, y, theme=LIGHT)
    start = time.perf_counter()
    assert small_map.tile(13, x, y, theme=LIGHT) is first
    assert time.perf_counter() - start < 0.01


def test_a_coast_cut_at_the_extracts_edge_floods_only_its_water_side() -> None:
    coast = shapely.LineString([(0.2, 0.5), (0.8, 0.5)])
    sea = shapely.union_all(sea_from_coastline(np.array([coast]), (0.0, 0.0, 1.0, 1.0)))
    assert sea.contains(shapely.Point(0.5, 0.2))
    assert not sea.intersects(shapely.Point(0.5, 0.8))


def test_a_lake_island_ring_makes_land_and_an_island_in_the_sea_stays_dry() -> None:
    shore = shapely.LineString([(4.0, 2.0), (0.0, 2.0)][::-1])
    island = shapely.LineString([(1, 0.5), (2, 0.5), (2, 1), (1, 1), (1, 0.5)])
    sea = shapely.union_all(sea_from_coastline(np.array([shore, island]), (0.0, 0.0, 4.0, 4.0)))
    assert sea.area == pytest.approx(8 - 0.5)
    assert not sea.contains(shapely.Point(1.5, 0.75))
