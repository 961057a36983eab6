"""What changed between two builds: by hand, and parts that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo.gaps.build_changes import CAUSES, Build, changes_between
from sempre_geo.gaps.gap_table import Assessment
from sempre_geo.gaps.standards import Standard

LIMIT = Standard(
    standard_id="own", country="*", category="gp", metric="time_away", limit=240.0, unit="min", mode="transit",
    group="all", there_and_back=True, scope="there and back", source="ours", status="own",
)  # fmt: skip
HOURS = {"gp1": "Mo-Fr 09:00-12:00", "gp2": "Tu 09:00-12:00"}


def _build(cells, *, hours=None, timetable="a"):
    """Cells are {id: (people, minutes away, service, reason)}."""
    index = pd.Index(list(cells))
    people, cost, service, reason = zip(*cells.values(), strict=True) if cells else ((), (), (), ())
    assessment = Assessment(
        LIMIT, "gp", "transit", pd.Series(cost, index=index, dtype=float), pd.Series([True] * len(index), index=index),
        pd.Series(reason, index=index, dtype=object), day="2026-11-24",
        service_id=pd.Series(service, index=index, dtype=object),
    )  # fmt: skip
    return Build(
        assessment, pd.Series(people, index=index, dtype=float), pd.Series(hours or HOURS, dtype=object), timetable
    )


def test_each_cause_by_hand():
    before = _build({
        "moved": (100, 300, "gp1", "too_long"), "same": (50, 100, "gp1", ""),
        "closed": (10, np.inf, None, "closed_on_arrival"), "gone": (20, 100, "gp3", ""),
        "bus": (30, 300, "gp1", "too_long"),
    }, hours={"gp1": "Mo-Fr 09:00-12:00", "gp2": "Tu 13:00-15:00", "gp3": "Mo-Su"})  # fmt: skip
    now = _build({
        "moved": (80, 300, "gp1", "too_long"), "same": (50, 100, "gp1", ""), "closed": (10, 100, "gp2", ""),
        "gone": (20, np.inf, None, "no_return"), "bus": (30, 200, "gp1", ""),
    }, timetable="b")  # fmt: skip
    table = changes_between(before, now)
    assert table.loc["moved", ["change", "by_people"]].tolist() == [-20, -20]
    assert (table.loc["same", [f"by_{cause}" for cause in CAUSES]] == 0).all()
    assert table.loc["closed", "by_hours"] == -10
    assert table.loc["gone", "by_services"] == 20
    assert table.loc["bus", "by_timetable"] == -30


def test_the_same_build_twice_changes_nothing():
    build = _build({"a": (10, 300, "gp1", "too_long"), "b": (5, 10, "gp2", "")})
    table = changes_between(build, build)
    assert (table[["change", *[f"by_{cause}" for cause in CAUSES]]] == 0).all(axis=None)
    assert table["beyond_now"].sum() == 10


CELLS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.integers(0, 50), st.sampled_from([10.0, 239.0, 241.0, np.inf]), st.sampled_from(["gp1", "gp2", "gp9", None]),
        st.sampled_from(["", "too_long", "closed_that_day"]),
    ),
    min_size=1,
)  # fmt: skip


@settings(max_examples=20)
@given(CELLS, CELLS, st.sampled_from(["a", "b"]))
def test_the_parts_add_up_to_the_change(before, now, timetable):
    table = changes_between(_build(before), _build(now, timetable=timetable))
    np.testing.assert_allclose(table[[f"by_{cause}" for cause in CAUSES]].sum(axis=1), table["change"], atol=1e-9)
    beyond = sum(people for people, minutes, *_rest in now.values() if minutes > LIMIT.limit)
    assert table["beyond_now"].sum() == pytest.approx(beyond)
