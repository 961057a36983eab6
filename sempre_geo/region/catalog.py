"""What a region is made of and who made it: ``catalog.json`` beside the results, ``SOURCES.toml`` beside the inputs.

Neither holds a clock time or the language of whoever builds: the same inputs give the same bytes, and every sentence
is worded when it is read.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import kept
from sempre_geo.region.files import read_checksum, write_text

CATALOG = "catalog.json"
SOURCES = "SOURCES.toml"
LICENCE_UNKNOWN = "not stated"
_OPERATORS = ("title", "origin", "licence", "date")  # an operator may say these better than a file does


@dataclass(frozen=True)
class Source:
    """One input: where it came from, what it is, under which licence, and its checksum.

    ``date`` is the date of the data (``YYYY-MM-DD`` or a year) where known. ``origin`` is a file name or an
    address; the folder a file lay in is nobody's business.
    """

    source_id: str
    title: str
    origin: str
    sha256: str
    licence: str = LICENCE_UNKNOWN
    date: str | None = None


@dataclass(frozen=True)
class Layer:
    """One result: what it says, in which units, how it was made and from which sources."""

    title: str
    units: str
    method: str
    file: str
    rows: int
    sources: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_source(path: Path, *, source_id: str, title: str, licence: str, date: str | None = None) -> Source:
    """A file as a source, with its checksum."""
    return Source(source_id, title, path.name, read_checksum(path), licence, date)


def write_catalog(folder: Path, *, facts: Mapping[str, Any], layers: Mapping[str, Layer], sources: Sequence[Source],
                  notes: Sequence[str]) -> None:  # fmt: skip
    """Write ``catalog.json``; ``facts`` are the region's name, title, country, bbox and the like."""
    catalog = {
        **facts,
        "layers": {name: _entry(layer) for name, layer in layers.items()},
        "sources": [_source_entry(source) for source in sources],
        "notes": [kept(note) for note in notes],
    }
    write_text(json.dumps(catalog, ensure_ascii=False, indent=1, allow_nan=False) + "\n", folder / CATALOG)


def read_catalog(folder: Path) -> dict[str, Any]:
    """The catalog of the region built in ``folder``.

    Raises
    ------
    MissingFileError
        Nothing is built there.
    InputError
        The catalog cannot be read.
    """
    path = folder / CATALOG
    if not path.is_file():
        raise MissingFileError(
            _("The region '{name}' is not built; run: sempre-geo build {name} --osm FILE.osm.pbf").format(
                name=folder.name
            )
        )
    try:
        catalog = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            _("{path} cannot be read ({why}); build the region again.").format(path=path, why=error)
        ) from None
    if not isinstance(catalog, dict):
        raise InputError(_("{path} is not a catalog; build the region again.").format(path=path))
    return catalog


def remembered(sources: Sequence[Source], folder: Path) -> list[Source]:
    """The sources with what the operator wrote into ``SOURCES.toml`` about files that are still the same."""
    known = {entry.get("sha256"): entry for entry in read_sources(folder)}
    return [
        replace(source, **{name: str(entry[name]) for name in _OPERATORS if name in entry})
        if (entry := known.get(source.sha256))
        else source
        for source in sources
    ]


def write_sources(folder: Path, sources: Sequence[Source]) -> None:
    """Write ``SOURCES.toml``: each input's origin, checksum, licence and date."""
    import tomli_w

    entries = [
        {name: value for name, value in _source_entry(source).items() if value is not None} for source in sources
    ]
    write_text(tomli_w.dumps({"source": entries}), folder / SOURCES)


def read_sources(folder: Path) -> list[dict[str, Any]]:
    """The entries of ``SOURCES.toml``; none where the file is not there.

    Raises
    ------
    InputError
        The file is no TOML, or its entries are not ``[[source]]`` tables.
    """
    path = folder / SOURCES
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            _("{path} cannot be read as TOML ({why}); mend that line.").format(path=path, why=error)
        ) from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(_("{path} needs its entries as [[source]] tables; mend or remove it.").format(path=path))
    return entries


def _source_entry(source: Source) -> dict[str, Any]:
    entry = _entry(source)
    return {"id": entry.pop("source_id"), **entry}


def _entry(part: Source | Layer) -> dict[str, Any]:
    """A part's fields, its sentences so that they can be said in any language."""
    return {field.name: _kept(getattr(part, field.name)) for field in fields(part)}


def _kept(value: object) -> object:
    return kept(value) if isinstance(value, str) else value
