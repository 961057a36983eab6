"""The questions of one change of a scenario, made from the fields that the change has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from sempre_geo.gaps.scenario_changes import WEEKDAYS
from sempre_geo.gaps.scenarios import KINDS
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.scenario_choices import Choices
from sempre_geo.travel.hours_words import example_of_hours
from sempre_geo.ui import lists, words

_TIMETABLE = frozenset(
    {"add_trip", "move_trip", "remove_trip", "later_return", "add_line", "add_stop", "move_stop", "zone"}
)
_NUMBERS = ("capacity", "cost_per_year", "minutes", "kmh", "headway_min", "delay_min", "duration_min", "book_ahead_min",
            "refused_share")  # fmt: skip
_FLAGS = ("book_ahead", "both_ways", "day_before", "runs")
_PLACED = {"lon": "lat", "start": "", "end": ""}
_LEFT_OUT = frozenset({"polygon", "via"})  # drawn by nobody here; a scenario file may hold them
_WHEELCHAIR = ("yes", "limited", "no", "unknown")


def kinds() -> Mapping[str, str]:
    """What may be changed, in words."""
    return {
        "change_service": _("Other opening hours or staff"),
        "add_service": _("A new service"),
        "move_service": _("A service moves"),
        "close_service": _("A service closes"),
        "mobile_service": _("A mobile service on its weekly round"),
        "later_return": _("The last way home leaves later"),
        "add_trip": _("One more trip"),
        "move_trip": _("A trip earlier or later"),
        "remove_trip": _("A trip less"),
        "add_line": _("A new line"),
        "add_stop": _("A new stop"),
        "move_stop": _("A stop moves"),
        "zone": _("Rides on demand in an area"),
        "mend_road": _("A road is mended"),
        "close_road": _("A road is closed"),
        "add_road": _("A new stretch of road"),
        "ferry": _("A ferry runs, or not, or faster"),
    }


def offered_kinds(choices: Choices) -> list[str]:
    """The kinds of change that make sense here: without a timetable none of its changes, without ferries none."""
    missing = (frozenset() if choices.lines else _TIMETABLE) | (frozenset() if choices.ferries else {"ferry"})
    return [kind for kind in kinds() if kind not in missing]


def ask_change(kind: str, choices: Choices, *, key: str) -> dict[str, Any]:
    """Ask for one change; what was answered so far, as a row of a scenario's table (left out: not answered)."""
    asked = _Asked(kind, choices, f"{key}_{kind}")
    row: dict[str, Any] = {}
    for field in fields(KINDS[kind]):
        if field.name in _LEFT_OUT or field.name in _PLACED.values():
            continue
        row |= asked.field(field)
    return {name: value for name, value in row.items() if value not in (None, "", [], ())}


@dataclass(frozen=True)
class _Asked:
    """One change being asked for."""

    kind: str
    choices: Choices
    key: str

    def field(self, field: Field[Any]) -> dict[str, Any]:
        """The answer to one field's question; two fields for a place."""
        name = field.name
        if name in _PLACED:
            return self._place(name)
        special = _questions(self).get(name)
        if special is not None:
            return {name: special()}
        if name in _FLAGS:
            return {name: st.checkbox(_label(name), value=bool(field.default), key=f"{self.key}_{name}")}
        if name in _NUMBERS:
            return {name: self._number(name, field)}
        text = st.text_input(_label(name), key=f"{self.key}_{name}", placeholder=_example(name))
        return {name: text.strip()}

    def choose(self, name: str, options: Mapping[str, str]) -> str | None:
        """One of a list."""
        chosen = lists.selectbox(
            _label(name), list(options), index=None, key=f"{self.key}_{name}", format_func=options.__getitem__
        )
        return None if chosen is None else str(chosen)

    def several(self, name: str, options: Mapping[str, str]) -> list[str]:
        """Any number of a list."""
        return [
            str(one)
            for one in lists.multiselect(
                _label(name), list(options), key=f"{self.key}_{name}", format_func=options.__getitem__,
                placeholder=_("none chosen"),
            )
        ]  # fmt: skip

    def trip(self) -> str | None:
        """A trip, by its line first."""
        line = lists.selectbox(
            _label("line"), list(self.choices.trips), index=None, key=f"{self.key}_line",
            format_func=lambda code: self.choices.lines.get(code, code),
        )  # fmt: skip
        return self.choose("trip_id", self.choices.trips.get(str(line), {}))

    def way(self) -> int | None:
        """A ferry by its name, a road by its number in OpenStreetMap."""
        if self.kind == "ferry":
            chosen = self.choose("way_id", self.choices.ferries)
            return None if chosen is None else int(chosen)
        given = st.number_input(
            _("Number of the way in OpenStreetMap"), min_value=0, value=None, step=1, key=f"{self.key}_way_id"
        )
        return None if given is None else int(given)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A table that a person fills in: halts of a round, calls of a trip, stops of a line."""
        columns = self._columns(name)
        empty = pd.DataFrame({column: pd.Series(dtype="object") for column in columns})
        given = st.data_editor(
            empty, num_rows="dynamic", hide_index=True, key=f"{self.key}_{name}", column_config=columns, width="stretch"
        )
        return [self._row(row) for row in given.dropna(how="all").to_dict("records")]

    def _place(self, name: str) -> dict[str, Any]:
        chosen = self.choose(name, self.choices.settlements)
        if chosen is None:
            return {}
        lon, lat = self.choices.places[chosen]
        return {name: [lon, lat]} if not _PLACED[name] else {"lon": lon, "lat": lat}

    def _number(self, name: str, field: Field[Any]) -> float | None:
        usual = None if field.default is MISSING or field.default is None else float(field.default)
        given = st.number_input(_label(name), value=usual, key=f"{self.key}_{name}", step=None)
        return None if given is None else float(given)

    def _columns(self, name: str) -> dict[str, Any]:
        pick, text = st.column_config.SelectboxColumn, st.column_config.TextColumn
        clock = r"^[0-2]?\d:[0-5]\d$"
        stops = list(self.choices.stops.values())
        tables = {
            "halts": {
                "place": pick(_("Place"), options=list(self.choices.settlements.values()), required=True),
                "weekday": pick(_("Weekday"), options=list(weekdays().values()), required=True),
                "opens": text(_("From (HH:MM)"), validate=clock, required=True),
                "closes": text(_("Until (HH:MM)"), validate=clock, required=True),
            },
            "calls": {
                "stop": pick(_("Stop"), options=stops, required=True),
                "time": text(_("Time (HH:MM)"), validate=clock, required=True),
            },
            "stops": {
                "stop": pick(_("Stop"), options=stops, required=True),
                "minutes": st.column_config.NumberColumn(_("Minutes after the first"), min_value=0, required=True),
            },
        }
        return dict(tables[name])

    def _row(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """A row in the scenario's own words: ids for names."""
        said = {str(name): value for name, value in row.items() if value is not None}
        if "place" in said:
            said["lon"], said["lat"] = self.choices.places[_key_of(self.choices.settlements, said["place"])]
            said["name"] = said.pop("place")
        if "weekday" in said:
            said["weekday"] = _key_of(weekdays(), said["weekday"])
        if "stop" in said:
            said["stop"] = _key_of(self.choices.stops, said["stop"])
        return said


def _questions(asked: _Asked) -> Mapping[str, Callable[[], Any]]:
    """Fields that are no plain text, number or tick, and how each is asked."""
    choices = asked.choices
    existing = asked.kind != "add_service"
    lists = {"halts", "calls"} | ({"stops"} if asked.kind == "add_line" else set())
    asking: dict[str, Callable[[], Any]] = {
        "category": lambda: asked.choose("category", _categories()),
        "days": lambda: asked.several("days", weekdays()),
        "wheelchair": lambda: asked.choose("wheelchair", {name: _wheelchair()[name] for name in _WHEELCHAIR}),
        "trip_id": asked.trip,
        "way_id": asked.way,
        "after": lambda: asked.choose("after", choices.stops),
        "stop": lambda: asked.choose("stop", choices.stops),
        "municipalities": lambda: asked.several("municipalities", choices.municipalities),
        "settlements": lambda: asked.several("settlements", choices.settlements),
        "stops": lambda: asked.several("stops", choices.stops),
    }
    if existing:
        asking["service_id"] = lambda: asked.choose("service_id", choices.services)
    if asked.kind in {"later_return", "add_stop", "add_trip"}:
        asking["line"] = lambda: asked.choose("line", choices.lines)
    if asked.kind == "move_stop":
        asking["stop_id"] = lambda: asked.choose("stop_id", choices.stops)
    return asking | {name: partial(asked.rows, name) for name in lists}


def _categories() -> dict[str, str]:
    from sempre_geo.ui.installation import installation

    return {name: words.category(name) for name in words.category_choices(installation().region)}


def weekdays() -> Mapping[str, str]:
    """The days of the week by the names that files use."""
    said = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return dict(zip(WEEKDAYS, said, strict=True))


def _wheelchair() -> Mapping[str, str]:
    return {"yes": _("Yes"), "limited": _("Partly"), "no": _("No"), "unknown": _("Not known")}


def _key_of(options: Mapping[str, str], said: object) -> str:
    return next(key for key, words_of_it in options.items() if words_of_it == said)


def _label(name: str) -> str:
    labels = {
        "service_id": _("Which service"),
        "category": _("What kind of service"),
        "lon": _("Where"),
        "start": _("From"),
        "end": _("To"),
        "name": _("Name"),
        "opening_hours": _("Opening hours"),
        "capacity": _("Staff or places"),
        "wheelchair": _("Wheelchair"),
        "cost_per_year": _("Cost a year (in euro, if known)"),
        "line": _("Line"),
        "trip_id": _("Which trip"),
        "minutes": _("Minutes"),
        "days": _("On which days (none chosen: every day)"),
        "book_ahead": _("Must be booked ahead"),
        "first": _("First trip (HH:MM)"),
        "last": _("Last trip (HH:MM)"),
        "headway_min": _("Minutes between trips"),
        "both_ways": _("In both directions"),
        "stop": _("Stop"),
        "stop_id": _("Stop"),
        "after": _("After which stop"),
        "delay_min": _("Minutes that later stops are put off"),
        "opens": _("From (HH:MM)"),
        "closes": _("Until (HH:MM)"),
        "kmh": _("Speed (km/h)"),
        "municipalities": _("In these municipalities"),
        "settlements": _("In these settlements"),
        "stops": _("Bus stops it also goes to"),
        "book_ahead_min": _("Minutes to book ahead"),
        "day_before": _("Can be booked the day before"),
        "refused_share": _("Share of rides refused (0 to 1)"),
        "way_id": _("Which ferry"),
        "runs": _("It runs"),
        "duration_min": _("Minutes to cross"),
    }
    return labels[name]


def _example(name: str) -> str:
    examples = {"opening_hours": example_of_hours(), "first": "06:30", "last": "18:30", "opens": "08:00",
                "closes": "18:00"}  # fmt: skip
    return examples.get(name, "")
