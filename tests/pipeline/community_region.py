"""A small region for the community's tests: two municipalities, a village, farms, and an island of seven people."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import shapely

from sempre_geo import __version__
from sempre_geo.region.catalog import Layer, write_catalog
from sempre_geo.settings import Settings

CELLS = pd.DataFrame(
    [
        ("village", 20.00, 57.00, 180.0, "m1", "s1", "Haavere"),
        ("farm_a", 20.03, 57.01, 9.0, "m1", "s1", "Haavere"),
        ("farm_b", 20.06, 57.02, 4.0, "m1", "s2", "Pikksaare"),
        ("farm_c", 20.09, 57.02, 12.0, "m1", "s2", "Pikksaare"),
        ("town", 20.30, 57.00, 900.0, "m2", "s3", "Linnamaa"),
        ("island", 20.90, 57.30, 7.0, "m2", "s4", "Laid"),
    ],
    columns=["cell_id", "lon", "lat", "population", "municipality_id", "settlement_id", "settlement"],
).set_index("cell_id")
"""Where people live; the names are those of the fictional county."""

NAME = "small"


def build_region(settings: Settings, cells: pd.DataFrame = CELLS, *, services: gpd.GeoDataFrame | None = None) -> str:
    """Write the small region under the settings' layers and return its name."""
    folder = settings.results(NAME)
    folder.mkdir(parents=True)
    points = shapely.points(cells["lon"], cells["lat"])
    frame = gpd.GeoDataFrame(cells.drop(columns=["lon", "lat"]), geometry=points, crs="EPSG:4326")
    frames = {
        "cells": frame,
        "settlements": _settlements(frame),
        "municipalities": gpd.GeoDataFrame(
            {"name": ["Haavere parish", "Linnamaa town"]},
            index=pd.Index(["m1", "m2"], name="municipality_id"),
            geometry=[shapely.box(19.9, 56.9, 20.2, 57.1), shapely.box(20.2, 56.9, 21.0, 57.4)],
            crs="EPSG:4326",
        ),
    }
    if services is not None:
        frames["services"] = services
    for name, layer in frames.items():
        layer.to_parquet(folder / f"{name}.parquet")
    write_catalog(
        folder,
        facts={
            "region": NAME, "title": "Small county", "country": "demo", "bbox": [19.9, 56.9, 21.0, 57.4],
            "fictional": True, "version": __version__,
        },
        layers={name: Layer(name, "", "by hand", f"{name}.parquet", len(layer)) for name, layer in frames.items()},
        sources=[],
        notes=[],
    )  # fmt: skip
    return NAME


def write_rules(settings: Settings, **values: object) -> None:
    """The operator's own ``community.toml`` with some lines changed."""
    text = settings.definition("community.toml").read_text(encoding="utf-8")
    for name, value in values.items():
        text, times = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert times == 1, name
    settings.layers.mkdir(parents=True, exist_ok=True)
    (settings.layers / "community.toml").write_text(text, encoding="utf-8")


def _settlements(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    first = cells.groupby("settlement_id", sort=True).first()
    named = first.rename(columns={"settlement": "name"})[["name"]].assign(kind="village")
    return gpd.GeoDataFrame(named, geometry=gpd.GeoSeries(first["geometry"]), crs="EPSG:4326")
