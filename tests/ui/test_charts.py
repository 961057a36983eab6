"""Plots of numbers with their bounds, as they are sent."""

from __future__ import annotations

import pandas as pd

from sempre_geo.ui import charts

_COLOURS = ("#111111", "#222222", "#333333")


def _drawn(rows: pd.DataFrame, axis: str) -> dict[str, object]:
    return charts._spec(
        charts._rows_of(rows), axis, percent=True, reference=1.0, colours=_COLOURS, number_marks=(",", ".")
    )


def test_a_plot_is_built_once_for_its_rows_words_and_colours() -> None:
    rows = pd.DataFrame({"label": ["b", "a"], "value": [0.5, 0.2], "low": [0.4, None], "high": [0.6, None]})
    rows["text"] = ["12", "5"]
    first = _drawn(rows, "Share")
    assert _drawn(rows.copy(), "Share") is first
    assert _drawn(rows.copy(), "Anteil") is not first
    assert _drawn(rows.assign(text=["12", "6"]), "Share") is not first


def test_the_number_stands_behind_the_bar_and_its_bound_and_has_room() -> None:
    rows = pd.DataFrame({"label": ["b", "a"], "value": [0.5, -0.2], "low": [0.4, None], "high": [0.6, None]})
    spec = _drawn(rows.assign(text=["12", "5"]), "Share")
    bars, *_marks, number, reference = spec["layer"]  # type: ignore[misc]
    assert [row["high"] for row in spec["data"]["values"]] == [0.6, None]  # type: ignore[index]
    assert number["encoding"]["x"]["field"] == number["transform"][0]["as"]
    scale = bars["encoding"]["x"]["scale"]
    assert (scale["domainMin"], scale["domainMax"]) == (-0.2, 1.0), (
        "all bars and bounds, and what they are compared with"
    )
    assert float(scale["range"][1]["expr"].split("width - ")[1].rstrip(")")) > 2 * 8, "pixels for two digits"
    assert bars["encoding"]["y"]["sort"] == ["b", "a"]
    assert reference["data"]["values"] == [{"at": 1.0}]
