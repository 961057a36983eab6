"""A region of four villages written by hand: quick enough for page tests, small enough to know every number."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from sempre_geo.region.catalog import Layer, Source, write_catalog
from sempre_geo.settings import Settings, read_settings

NAME = "tiny"
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>${window.hacked=1}{{7*7}}'
_WEST, _SOUTH = 4_880_000, 3_840_000
_VILLAGES = ("Augstkalni", "Bebrene", "Cīruļi", "Dižvanagi")
_MODES = {"car": 4.0, "bike": 14.0, "walk": 45.0, "wheelchair": 60.0}


def write_small_region(layers: Path) -> None:
    """Four villages 5 km apart from west to east, one cell each, and a doctor in the first; the last has no way."""
    folder = layers / NAME
    folder.mkdir(parents=True)
    cells, settlements, services = _cells(), _settlements(), _services()
    frames = {
        "cells": cells,
        "settlements": settlements,
        "services": services,
        "municipalities": _municipalities(cells),
        "land": _land(cells),
        "roads": _roads(settlements),
        "travel_times": _travel_times(cells),
    }
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet")
    layer = {
        name: Layer(f"{name.title()} layer", "units", "Written by hand.", f"{name}.parquet", len(frame), ("hand",))
        for name, frame in frames.items()
    }
    west, south, east, north = _around(cells, 0.05)
    facts = {
        "region": NAME, "title": "Tiny county", "country": "demo", "timezone": "Europe/Riga", "fictional": True,
        "bbox": [west, south, east, north], "crs": "EPSG:4326", "date": "2026-11-01", "version": "0.1.0",
    }  # fmt: skip
    source = Source("hand", "Written by hand", "small_region.py", "0" * 64, "CC0-1.0", "2026-11-01")
    write_catalog(folder, facts=facts, layers=layer, sources=[source], notes=["Nothing was mended."])


def small_settings(folder: Path) -> Settings:
    """Settings that see the small region alone, with a store of their own."""
    return read_settings({"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers")})


def small_environment(folder: Path) -> dict[str, str]:
    """The same as variables, for the app."""
    return {"SEMPRE_DATA": str(folder / "data"), "SEMPRE_LAYERS": str(folder / "layers"), "SEMPRE_REGION": NAME}


def _around(places: gpd.GeoDataFrame, margin_deg: float) -> tuple[float, ...]:
    west, south, east, north = places.total_bounds.tolist()
    return west - margin_deg, south - margin_deg, east + margin_deg, north + margin_deg


def _points(offset_m: float) -> gpd.GeoSeries:
    x = _WEST + 5000 * np.arange(4) + offset_m
    lon, lat = Transformer.from_crs("EPSG:3035", "EPSG:4326", always_xy=True).transform(
        x, np.full(4, _SOUTH + offset_m)
    )
    return gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326")


def _cells() -> gpd.GeoDataFrame:
    names = [f"CRS3035RES1000mN{_SOUTH}E{_WEST + 5000 * number}" for number in range(4)]
    return gpd.GeoDataFrame(
        {
            "population": [400.0, 41.0, 120.0, np.nan],
            "over_64": [80.0, 20.0, 30.0, np.nan],
            "confidential": [False, False, False, True],
            "estimated": False,
            "municipality_id": ["m1", "m1", "m2", "m2"],
            "settlement_id": ["s0", "s1", "s2", "s3"],
            "settlement": list(_VILLAGES),
        },
        geometry=_points(500.0).array,
        index=pd.Index(names, name="cell_id"),
    )


def _settlements() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": list(_VILLAGES),
            "name_xx": [None, "Bjebrene", None, None],
            "kind": ["town", "village", "village", "hamlet"],
            "population": [400.0, 41.0, 120.0, np.nan],
        },
        geometry=_points(600.0).array,
        index=pd.Index([f"s{number}" for number in range(4)], name="settlement_id"),
    )


def _services() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "category": ["gp", "library"],
            "name": ["Dr. Ozola", HOSTILE],
            "opening_hours": ["Tu 09:00-13:00", None],
            "wheelchair": ["yes", "unknown"],
            "municipality_id": ["m1", "m1"],
        },
        geometry=_points(520.0).iloc[:2].array,
        index=pd.Index(["gp1", "lib1"], name="service_id"),
    )


def _municipalities(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    west, south, east, north = _around(cells, 0.04)
    middle = (west + east) / 2
    shapes = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    return gpd.GeoDataFrame(
        {"name": ["Rietumu", "Austrumu"]}, geometry=shapes, index=pd.Index(["m1", "m2"], name="municipality_id"),
        crs="EPSG:4326",
    )  # fmt: skip


def _land(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    lake = cells.geometry.iloc[1].buffer(0.02)
    return gpd.GeoDataFrame({"kind": ["water"], "name": ["Ezers"]}, geometry=[lake], crs="EPSG:4326")


def _roads(settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    line = shapely.LineString(list(settlements.geometry))
    return gpd.GeoDataFrame({"kind": ["primary"], "name": ["P1"], "ref": ["P1"]}, geometry=[line], crs="EPSG:4326")


def _travel_times(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """One more ``_MODES`` value of minutes a village from the first; no way from the last."""
    rows = [
        {
            "cell_id": cell, "category": category, "mode": mode, "rank": 1,
            "service_id": service if number < 3 else None,
            "minutes": np.float32(each * (number + 1)) if number < 3 else np.float32(np.inf),
            "minutes_if_unknown_is_fine": np.float32(each * (number + 1)) if number < 3 else np.float32(np.inf),
            "metres": np.float32(1000.0), "off_network_m": np.float32(0.0),
            "status": "ok" if number < 3 else "unreachable",
        }
        for category, service in (("gp", "gp1"), ("library", "lib1"))
        for mode, each in _MODES.items()
        for number, cell in enumerate(cells.index)
    ]  # fmt: skip
    return pd.DataFrame(rows)
