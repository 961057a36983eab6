"""A timetable's files as they lie in a zip or folder: opened with care, decoded, cut into rows.

A zip is never unpacked to the disk; its tables are read one by one, each up to a bound. A row that cannot be
read is listed with its number, as a spreadsheet counts (the heading is row 1), and the others are used.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.i18n import gettext as _

TABLES = (
    "agency", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies", "transfers",
    "feed_info", "fare_attributes", "fare_rules", "attributions",
)  # fmt: skip
MOST_BYTES = 4 << 30
_SUSPICIOUS_BYTES = 64 << 20
_SUSPICIOUS_RATIO = 200  # real stop_times.txt shrink to a tenth or a thirtieth
_BLOCK = 1 << 22
_MOST_JOINED_LINES = 8
_ENCODING_OF_ZONE = {"Tallinn": "cp1257", "Riga": "cp1257", "Vilnius": "cp1257", "Warsaw": "cp1250"}


@dataclass
class Problems:
    """What is wrong with a timetable, collected row by row: ``file, row, what``; row 0 means the whole file."""

    rows: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, file: str, rows: Iterable[int], what: str) -> None:
        """List ``what`` for each of the rows of a file."""
        self.rows.extend((file, int(row), what) for row in rows)

    def table(self) -> pd.DataFrame:
        """The problems as a table, in order of file and row."""
        made = pd.DataFrame(self.rows, columns=["file", "row", "what"]).astype({"row": np.int64})
        return made.sort_values(["file", "row"], kind="stable", ignore_index=True)


def read_feed_tables(path: Path, problems: Problems) -> dict[str, pd.DataFrame]:
    """Every known table of one feed as texts, blank cells missing; the index is the row number.

    Raises
    ------
    MissingFileError
        There is no such file or folder.
    InputError
        It is no zip, a bomb, or a member's path climbs out of it.
    """
    raw = _read_folder(path) if path.is_dir() else _read_zip(path)
    fallback = _fallback_encoding(raw.get("agency", b""))
    tables = {}
    for name, content in raw.items():
        table = _rows(content, name=name, fallback=fallback, problems=problems)
        if table is not None:
            tables[name] = table
    return tables


def _read_folder(path: Path) -> dict[str, bytes]:
    found = {name: path / f"{name}.txt" for name in TABLES}
    return {name: file.read_bytes() for name, file in found.items() if file.is_file()}


def _read_zip(path: Path) -> dict[str, bytes]:
    if not path.is_file():
        raise MissingFileError(_("There is no timetable {path}; check the name.").format(path=path))
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            left, found = MOST_BYTES, {}
            for name, member in members.items():
                found[name] = _read_member(archive, member, most=left, path=path)
                left -= len(found[name])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            _("{path} is no readable zip ({why}); download the timetable again.").format(path=path, why=error)
        ) from None
    return found


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The known tables; a feed packed inside one folder is taken from there."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if ".." in place.parts or place.is_absolute() or ":" in "".join(place.parts[:1]):
            raise InputError(
                _("{path} holds the path '{member}', which climbs out of the zip; do not use it.").format(
                    path=path, member=member.filename
                )
            )
        name = place.stem.lower()
        known = name in TABLES and place.suffix.lower() == ".txt" and "__MACOSX" not in place.parts
        if known and (name not in found or len(place.parts) < len(PurePosixPath(found[name].filename).parts)):
            found[name] = member
    return found


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, most: int, path: Path) -> bytes:
    """One table; what its header says of its size is not believed."""
    parts, size = [], 0
    with archive.open(member) as source:
        while block := source.read(_BLOCK):
            parts.append(block)
            size += len(block)
            ratio = size / max(member.compress_size, 1)
            if size > most or (size > _SUSPICIOUS_BYTES and ratio > _SUSPICIOUS_RATIO):
                raise InputError(
                    _("{path} unpacks '{member}' to more than {size} MB from {packed} kB; it is refused.").format(
                        path=path, member=member.filename, size=size >> 20, packed=member.compress_size >> 10
                    )
                )
    return b"".join(parts)


def _fallback_encoding(agency: bytes) -> str:
    """What bytes that are not UTF-8 mean, judged by the agency's time zone; Western without a hint."""
    return next((code for zone, code in _ENCODING_OF_ZONE.items() if zone.encode() in agency), "cp1252")


def _text(content: bytes, *, name: str, fallback: str, problems: Problems) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.add(f"{name}.txt", [0], _("is not UTF-8 and was read as {code}").format(code=fallback))
        return content.decode(fallback, errors="replace")


def _rows(content: bytes, *, name: str, fallback: str, problems: Problems) -> pd.DataFrame | None:
    """One table, quickly if it is in order, else line by line; None if there is not even a heading."""
    text = _text(content, name=name, fallback=fallback, problems=problems).replace("\r\n", "\n").replace("\r", "\n")
    heading, _newline, body = text.lstrip("\n").partition("\n")
    names = _heading(heading)
    if not names:
        problems.add(f"{name}.txt", [0], _("is empty"))
        return None
    skipped = len(text) - len(text.lstrip("\n"))
    table = _quick(body, names)
    if table is None:
        table = _careful(body, names, file=f"{name}.txt", problems=problems)
    table.index = table.index + skipped
    stripped = {column: table[column].str.strip() for column in table.columns}
    cleaned = pd.DataFrame({column: texts.where(texts != "") for column, texts in stripped.items()}, index=table.index)
    return cleaned.dropna(how="all")


def _heading(line: str) -> list[str]:
    names = [cell.strip().strip('"').lower() for cell in next(csv.reader([line]), [])]
    seen: set[str] = set()
    for at, cell in enumerate(names):
        names[at] = f"{cell}#{at}" if cell in seen or not cell else cell
        seen.add(cell)
    return names if any("#" not in cell for cell in names) else []


def _quick(body: str, names: list[str]) -> pd.DataFrame | None:
    """Rows in order read by Arrow; None where a row has another number of cells, a quote is open, a line empty."""
    lines = body.count("\n") + (not body.endswith("\n") and bool(body))
    if not lines:
        return pd.DataFrame({cell: pd.Series([], dtype="str") for cell in names}, index=pd.RangeIndex(2, 2))
    if '"' in body and any(line.count('"') % 2 for line in body.split("\n")):
        return None
    encoded = body.encode()
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(encoded),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=min(len(encoded) + 2, 1 << 30)),
            parse_options=arrow_csv.ParseOptions(ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:
        return None
    frame: pd.DataFrame = table.to_pandas()
    return frame.astype("str").set_axis(pd.RangeIndex(2, 2 + lines), axis=0)


def _careful(body: str, names: list[str], *, file: str, problems: Problems) -> pd.DataFrame:
    """Rows read one by one; a value may run over a few lines, and what cannot be read is listed."""
    lines = body.split("\n")
    cells: list[list[str]] = []
    numbers: list[int] = []
    at = 0
    while at < len(lines):
        row, used = _one_row(lines, at, len(names))
        if row is None:
            problems.add(file, [at + 2], _("cannot be read: {n} cells are needed").format(n=len(names)))
        elif row:
            cells.append(row)
            numbers.append(at + 2)
        at += used
    return pd.DataFrame(cells, columns=names, index=pd.Index(numbers, dtype=np.int64), dtype="str")


def _one_row(lines: list[str], at: int, width: int) -> tuple[list[str] | None, int]:
    """Cells of the row that starts at a line, and how many lines it takes; no cells for an empty line."""
    if not lines[at].strip():
        return [], 1
    longest = _MOST_JOINED_LINES if lines[at].count('"') % 2 else 1
    for used in range(1, min(longest, len(lines) - at) + 1):
        joined = "\n".join(lines[at : at + used])
        if joined.count('"') % 2:
            continue
        cells = _cells(joined)
        if cells is not None and len(cells) == width:
            return cells, used
        if cells is not None and len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return cells[:width], used
        return None, 1
    return None, 1


def _cells(line: str) -> list[str] | None:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader(io.StringIO(line), strict=True), None)
    except csv.Error:
        return None
