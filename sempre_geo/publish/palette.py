"""The colours of maps and pages, from ``palette.toml``, and how well two of them stand apart."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
TIME_STEPS = 5


@dataclass(frozen=True)
class Theme:
    """One appearance, light or dark: colours as ``#rrggbb``, ``land`` by what lies on the ground."""

    name: str
    ground: str
    panel: str
    ink: str
    quiet: str
    border: str
    primary: str
    on_primary: str
    service: str
    need: str
    idea: str
    proposal: str
    here: str
    casing: str
    outline: str
    no_visit: str
    unknown: str
    unknown_dots: str
    time: tuple[str, ...]
    change: tuple[str, ...]
    land: Mapping[str, str]

    def pin(self, kind: str) -> str:
        """The colour of a thing on the map: a service, need, idea, proposal, or where the reader stands.

        >>> import pytest
        >>> with pytest.raises(ValueError): _example().pin("dragon")
        """
        if kind not in {"service", "need", "idea", "proposal", "here"}:
            raise InputError(_("Nothing called '{kind}' has a colour on the map.").format(kind=kind))
        return str(getattr(self, kind))


def read_themes(settings: Settings) -> Mapping[str, Theme]:
    """Both appearances by name, ``light`` and ``dark``.

    Raises
    ------
    InputError
        The table is no TOML, or colours are missing or not written as ``#rrggbb``.
    """
    return _read(settings.definition("palette.toml"))


@lru_cache(maxsize=4)
def _read(path: Path) -> Mapping[str, Theme]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            _("{path} cannot be read as TOML ({why}); mend that line.").format(path=path, why=error)
        ) from None
    wrong = [f"{name}.{entry}" for name in ("light", "dark") for entry in _problems(table.get(name, {}))]
    if wrong:
        raise InputError(
            _("{path} lacks a colour like '#0B5563' for {entries}; write it there.").format(
                path=path, entries=first_items(wrong)
            )
        )
    return MappingProxyType({name: _theme(name, table[name]) for name in ("light", "dark")})


def _problems(row: Mapping[str, object]) -> list[str]:
    plain = [field.name for field in fields(Theme) if field.name not in {"name", "time", "change", "land"}]
    wrong = [name for name in plain if not _is_colour(row.get(name))]
    land = row.get("land")
    for name in ("time", "change"):
        steps = row.get(name)
        if not (isinstance(steps, list) and len(steps) == TIME_STEPS and all(map(_is_colour, steps))):
            wrong.append(name)
    if not (isinstance(land, dict) and land and all(map(_is_colour, land.values()))):
        wrong.append("land")
    return wrong


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and bool(_COLOUR.fullmatch(value))


def _theme(name: str, row: Mapping[str, Any]) -> Theme:
    values = {field.name: row[field.name] for field in fields(Theme) if field.name != "name"}
    ramps = {"time": tuple(row["time"]), "change": tuple(row["change"])}
    return Theme(name=name, **{**values, **ramps, "land": MappingProxyType(row["land"])})


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, 0 to 255.

    >>> rgb("#0072B2")
    (0, 114, 178)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 (the same) to 21 (black on white).

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".

    >>> contrast("#FFFFFF", "#000000"), contrast("#123456", "#123456")
    (21.0, 1.0)
    """
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the standard's number
        for part in (value / 255 for value in rgb(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _example() -> Theme:
    plain = {field.name: "#000000" for field in fields(Theme) if field.name not in {"name", "time", "change", "land"}}
    steps = ("#000000",) * TIME_STEPS
    return Theme(name="light", time=steps, change=steps, land={}, **plain)
