"""Scenarios: a named list of changes, read from and written to ``scenario.toml``, refused where it contradicts itself.

``docs/scenarios.md`` shows an example of each change.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sempre_geo.errors import InputError, MissingFileError, first_items
from sempre_geo.gaps.scenario_changes import WEEKDAYS, Change, Clock, Weekday, is_clock
from sempre_geo.gaps.service_changes import AddService, ChangeService, CloseService, MobileService, MoveService
from sempre_geo.gaps.street_changes import AddRoad, ChangeFerry, CloseRoad, MendRoad
from sempre_geo.gaps.timetable_changes import (
    AddLine,
    AddStop,
    AddTrip,
    LaterReturn,
    MoveStop,
    MoveTrip,
    RemoveTrip,
    Zone,
)
from sempre_geo.i18n import gettext as _
from sempre_geo.region.files import write_whole

STAY_MIN = 60
GAIN_MIN = 10.0
SERVICE_CHANGES = (AddService, MoveService, CloseService, ChangeService, MobileService)
TIMETABLE_CHANGES = (AddTrip, MoveTrip, RemoveTrip, LaterReturn, AddLine, AddStop, MoveStop, Zone)
STREET_CHANGES = (MendRoad, CloseRoad, AddRoad, ChangeFerry)
KINDS: dict[str, type[Change]] = {made.kind: made for made in (*SERVICE_CHANGES, *TIMETABLE_CHANGES, *STREET_CHANGES)}
_HEAD = ("name", "note", "stay_min", "gain_min")
_Kind = TypeVar("_Kind", bound=Change)


@dataclass(frozen=True)
class Scenario:
    """Changes that are looked at together.

    Attributes
    ----------
    name
        What people call it.
    changes
        In the order of the kinds, then as written.
    note
        What its makers want to remember.
    stay_min
        Minutes that a visit takes at a service.
    gain_min
        Where no limit holds, minutes saved that count as a gain.
    """

    name: str
    changes: tuple[Change, ...]
    note: str = ""
    stay_min: int = STAY_MIN
    gain_min: float = GAIN_MIN

    def of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """The changes of a kind."""
        return tuple(change for change in self.changes if isinstance(change, kind))

    @property
    def cost_per_year(self) -> float | None:
        """The sum of the costs that are given; None where none is."""
        given = [cost for change in self.changes if (cost := getattr(change, "cost_per_year", None)) is not None]
        return sum(given) if given else None


def read_scenario(path: Path) -> Scenario:
    """The scenario of a TOML file.

    Raises
    ------
    MissingFileError
        No such file.
    InputError
        It is no TOML, or as `scenario_from_table` says.
    """
    if not path.is_file():
        raise MissingFileError(_("There is no scenario {path}; check the name.").format(path=path))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            _("{path} is no scenario ({why}); mend this place.").format(path=path.name, why=error)
        ) from None
    return scenario_from_table(table, where=path.name)


def write_scenario(scenario: Scenario, path: Path) -> None:
    """Write a scenario as TOML, wholly or not at all; what is as by default is left out."""
    import tomli_w

    with write_whole(path) as draft:
        draft.write_text(tomli_w.dumps(scenario_table(scenario)), encoding="utf-8", newline="\n")


def scenario_from_table(
    table: Mapping[str, Any], *, where: str = "", called: Mapping[str, str] | None = None
) -> Scenario:
    """The scenario that a table (of TOML, JSON or a form) describes.

    Parameters
    ----------
    where
        What the sentence of a refusal calls it; its name without it.
    called
        The names by which people know services, by their ids; a file's own words without it.

    Raises
    ------
    InputError
        Keys nobody knows, keys that are missing, values that cannot be, no change at all, or changes that
        contradict each other: all of them in one sentence.

    Examples
    --------
    >>> scenario_from_table({"name": "Nothing", "close_service": [{"service_id": "osm:n1"}]}).changes
    (CloseService(service_id='osm:n1', cost_per_year=None),)
    >>> scenario_from_table({"name": "Twice", "close_service": [{"service_id": "a"}, {"service_id": "a", "why": 1}]})
    Traceback (most recent call last):
    sempre_geo.errors.InputError: Twice cannot be used: close_service 2 has the unknown key 'why'.
    """
    problems: list[str] = []
    head = _head(table, problems)
    changes: list[Change] = []
    for kind, made in KINDS.items():
        rows = table.get(kind, [])
        for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
            changes += _change(made, row, at=f"{kind} {number}", problems=problems)
    if not problems:
        problems += _contradictions(changes, called or {})
    if not problems and not changes:
        problems.append(_("it changes nothing (add one of {kinds})").format(kinds=", ".join(KINDS)))
    _raise(problems, where or str(head.get("name") or _("The scenario")))
    return Scenario(changes=tuple(changes), **head)


def check_possible(scenario: Scenario, problems: Mapping[str, Iterable[object]]) -> None:
    """Refuse a scenario for what it names: phrases with ``{items}``, and the items each is true of.

    Raises
    ------
    InputError
        Any phrase has an item; all of them in one sentence.
    """
    named = {phrase: list(dict.fromkeys(items)) for phrase, items in problems.items()}
    said = [phrase.format(items=first_items(items)) for phrase, items in named.items() if items]
    if said:
        raise InputError(
            _("The scenario '{name}' cannot be computed: {problems}.").format(
                name=scenario.name, problems="; ".join(said)
            )
        )


def scenario_table(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the table that `scenario_from_table` reads; what is as by default is left out."""
    table: dict[str, Any] = {"name": scenario.name}
    for name in _HEAD[1:]:
        if getattr(scenario, name) != getattr(Scenario, name):
            table[name] = getattr(scenario, name)
    for change in scenario.changes:
        table.setdefault(change.kind, []).append(_plain(change))
    return table


def _raise(problems: Iterable[str], where: str) -> None:
    said = "; ".join(problems)
    if said:
        raise InputError(_("{where} cannot be used: {problems}.").format(where=where, problems=said))


def _head(table: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    unknown = [key for key in table if key not in {*_HEAD, *KINDS}]
    if unknown:
        problems.append(
            _("the keys {keys} are unknown (use {known})").format(
                keys=", ".join(f"'{key}'" for key in unknown), known=", ".join(_meant(unknown))
            )
        )
    head = {key: table[key] for key in _HEAD if key in table}
    if not isinstance(head.get("name"), str) or not head["name"].strip():
        problems.append(_("it has no name"))
    if not isinstance(head.get("note", ""), str):
        problems.append(_("its note is no text"))
    for key, kinds in (("stay_min", (int,)), ("gain_min", (int, float))):
        value = head.get(key, 1)
        if isinstance(value, bool) or not isinstance(value, kinds) or value <= 0:
            problems.append(_("{key} is a number above zero").format(key=key))
    return head


def _meant(unknown: Iterable[str]) -> list[str]:
    """The keys that slips of the pen come near to; all there are where one of them comes near to none.

    >>> _meant(["add_lin", "closeservice"])
    ['add_line', 'close_service']
    """
    every = [*_HEAD, *KINDS]
    near = [get_close_matches(key, every, n=1) for key in unknown]
    return list(dict.fromkeys(key for found in near for key in found)) if all(near) else every


def _contradictions(changes: Iterable[Change], called: Mapping[str, str]) -> list[str]:
    deciding: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        for thing in change.touches():
            deciding[thing].append(change)
    said = []
    for thing, both in deciding.items():
        name = called.get(str(getattr(both[0], "service_id", "")))
        if len(both) > 1 and name:
            said.append(_("{thing} is changed twice; take the earlier change out first").format(thing=name))
        elif len(both) > 1:
            kinds = ", ".join(change.kind for change in both)
            said.append(_("{thing} is decided more than once ({kinds})").format(thing=thing, kinds=kinds))
    return list(dict.fromkeys(said))


def _change(made: type[Change], row: object, *, at: str, problems: list[str]) -> list[Change]:
    """The change a row describes; none where it is wrong, which is added to the problems."""
    before = len(problems)
    values = _values(made, row, at=at, problems=problems)
    if len(problems) > before:
        return []
    change = made(**values)
    problems += [f"{at}: {phrase}" for phrase in change.wrong()]
    return [change]


def _values(made: type[Any], row: object, *, at: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        problems.append(_("{at} is no table").format(at=at))
        return {}
    known = {field.name: field for field in fields(made)}
    hints = get_type_hints(made)
    problems += [_("{at} has the unknown key '{key}'").format(at=at, key=key) for key in row if key not in known]
    problems += [
        _("{at} lacks '{key}'").format(at=at, key=name)
        for name, field in known.items()
        if name not in row and field.default is MISSING
    ]
    found = {}
    for name in known.keys() & row.keys():
        found[name] = _value(hints[name], row[name], at=f"{at} {name}", problems=problems)
    return found


def _value(hint: Any, given: Any, *, at: str, problems: list[str]) -> Any:
    """A value as its field wants it; what it cannot be is added to the problems."""
    if is_dataclass(hint) and isinstance(hint, type):
        before = len(problems)
        values = _values(hint, given, at=at, problems=problems)
        return hint(**values) if len(problems) == before else None
    if get_origin(hint) is tuple:
        return _series(get_args(hint), given, at=at, problems=problems)
    plain = next((kind for kind in get_args(hint) if kind is not type(None)), hint)
    read, wanted = _READERS[plain]
    try:
        return read(given)
    except (TypeError, ValueError):
        problems.append(_("{at} is {wanted}, not {given!r}").format(at=at, wanted=wanted(), given=given))
        return None


def _series(kinds: tuple[Any, ...], given: Any, *, at: str, problems: list[str]) -> tuple[Any, ...]:
    """A list of any length, or of one value for each kind."""
    endless = kinds[-1] is Ellipsis
    if not isinstance(given, list | tuple) or (not endless and len(given) != len(kinds)):
        problems.append(_("{at} is a list").format(at=at) if endless else _("{at} is [lon, lat]").format(at=at))
        return ()
    each = [kinds[0]] * len(given) if endless else list(kinds)
    return tuple(
        _value(kind, item, at=f"{at} {number}", problems=problems)
        for number, (kind, item) in enumerate(zip(each, given, strict=True), start=1)
    )


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given.strip()


def _number(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError
    return float(given)


def _whole(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError
    return given


def _flag(given: object) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _clock(given: object) -> Clock:
    text = f"{given:%H:%M}" if isinstance(given, time) else _text(given)
    if not is_clock(text):
        raise ValueError
    return Clock(text)


def _weekday(given: object) -> Weekday:
    text = _text(given).lower()
    if text not in WEEKDAYS:
        raise ValueError
    return Weekday(text)


_READERS: dict[Any, tuple[Callable[[object], Any], Callable[[], str]]] = {
    str: (_text, lambda: _("a text")),
    float: (_number, lambda: _("a number")),
    int: (_whole, lambda: _("a whole number")),
    bool: (_flag, lambda: _("true or false")),
    Clock: (_clock, lambda: _("a time of day such as 07:30")),
    Weekday: (_weekday, lambda: _("a weekday such as monday")),
}


def _plain(value: Any) -> Any:
    """A value as TOML has it."""
    if is_dataclass(value):
        given = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
        return {name: _plain(item) for name, (item, default) in given.items() if item != default and item is not None}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
