"""Rows of other programs' tables: whose words they are, and whether they may be kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sempre_geo import i18n
from sempre_geo.community.imports import read_in

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)


def _read(texts, **columns):
    rows = pd.DataFrame({"text": texts, "category": "library", "settlement_id": "s1", **columns}, dtype=object)
    return read_in(rows, region="small", at=AT)


@pytest.mark.parametrize("answer", ["yes", "TRUE", True, "1", 1, "x", "Jā", "kylla", "KYLLÄ", "Да", "TAK", "1.0"])
def test_a_yes_in_any_of_our_languages_is_consent(answer):
    assert len(_read(["Bus"], consent=[answer]).rows) == 1


@pytest.mark.parametrize("answer", ["no", "Nē", "ei", "nej", "нет", "ні", "NEIN", "0.0", False, 0])
def test_a_no_in_any_of_our_languages_is_none(answer):
    reading = _read(["Bus"], consent=[answer])
    assert reading.rows == ()
    assert reading.problems == ("row 0: This cannot be saved yet: it needs your consent to be kept.",)


@pytest.mark.parametrize("answer", ["-", "perhaps", "", None])
def test_what_is_neither_is_asked_again(answer):
    reading = _read(["Bus", "Train"], consent=["yes", answer])
    assert [row.draft.text for row in reading.rows] == ["Bus"]
    assert reading.problems == (
        f"row 1: '{answer or ''}' in the column 'consent' is neither yes nor no; write one of them",
    )


@pytest.mark.parametrize("code", i18n.available_languages())
def test_every_languages_own_words_for_yes_and_no_are_understood(code):
    with i18n.language(code):
        said = [i18n.gettext("yes"), i18n.gettext("no").upper()]
    reading = _read(["Bus", "Train"], consent=said)
    assert [row.draft.text for row in reading.rows] == ["Bus"]
    assert "needs your consent" in reading.problems[0]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("0001-01-01T00:00:00+14:00", "is no date; write it like"), ("9999-12-31T23:59:59-14:00", "is no date"),
        ("24.11.2026", "is no date"), ("2099-01-01", "lies in the future; write the day when it was said"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_its_rows_own_mistake(written, says):
    rows = pd.DataFrame({"text": ["A", "B"], "category": "gp", "settlement_id": "s1", "date": ["2026-11-01", written]})
    reading = read_in(rows, region="small", at=AT, latest=AT)
    assert [row.created_at for row in reading.rows] == ["2026-11-01T00:00:00Z"]
    assert reading.problems[0].startswith(f"row 1: '{written}' {says}")


@pytest.mark.parametrize("between", ["/", "-"])
def test_questions_are_found_within_their_groups_as_kobo_and_odk_write_them(between):
    cells = {"text": "A", "category": "gp", "place-Latitude": "57.0", "place-Longitude": "20.0", "consent": "no"}
    grouped = pd.DataFrame([{f"need{between}{name}": cell for name, cell in cells.items()}])
    assert "needs your consent" in read_in(grouped, region="small", at=AT).problems[0]
    kept = read_in(grouped.replace("no", "yes"), region="small", at=AT).rows
    assert [(row.draft.place.lon, row.draft.place.lat) for row in kept] == [(20.0, 57.0)]


@settings(max_examples=30)
@given(words=st.lists(st.sampled_from("ABC"), max_size=8), more=st.lists(st.sampled_from("ABC"), max_size=4))
def test_rows_without_an_id_are_as_many_people_whatever_their_order_and_what_follows_them(words, more):
    def ids(texts):
        return [row.id for row in _read(texts).rows]

    assert len(set(ids(words))) == len(words)
    assert set(ids(words)) == set(ids(words[::-1]))
    assert ids(words) == ids(words + more)[: len(words)]
