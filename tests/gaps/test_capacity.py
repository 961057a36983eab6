"""Capacity of services: recorded, from opening hours, or one each."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sempre_geo.errors import InputError
from sempre_geo.gaps.capacity import opening_hours_per_week, service_capacity
from tests.travel.street_maps import COUNTRY


def test_hours_of_a_week_are_added_up_and_unreadable_ones_are_not_known():
    texts = pd.Series({"a": "Mo-Fr 09:00-12:00,13:00-15:30", "b": "by appointment", "c": None, "d": "We 10:00-14:00"})
    hours = opening_hours_per_week(texts, week_of=date(2026, 11, 24), country=COUNTRY)
    assert hours["a"] == 5 * 5.5
    assert hours["d"] == 4
    assert np.isnan(hours[["b", "c"]]).all()
    assert service_capacity(hours).tolist() == [27.5, 15.75, 15.75, 4.0]


def test_a_capacity_below_zero_is_named():
    with pytest.raises(InputError, match="capacity of b is below zero"):
        service_capacity(pd.Series({"a": 1.0, "b": -3.0}))
