"""Rows of the store as frames: a few one by one, many column by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.pandas_compat  # which pyarrow would import in the middle of the first list
from numpy.typing import NDArray
from sqlalchemy import Boolean, ColumnElement, Integer, LargeBinary, Select, String, cast, func, select

from sempre_geo.community.store.engine import Transaction

# Memory as the system gives it, for pandas' own columns of texts, too: pyarrow's comes in pages of 2 MB, and to empty
# those takes a new process longer than what is then done in them.
pa.set_memory_pool(pa.system_memory_pool())

# Neither is in a text that was kept: control characters are left out on every way in.
_BETWEEN = "\x1f"
_NOTHING = "\x1e"
_NEWEST_FIRST = (("created_at", "descending"), ("id", "ascending"))


def frame_of(transaction: Transaction, query: Select[Any]) -> pd.DataFrame:
    """A query's rows as a frame; a column with an empty cell holds objects."""
    result = transaction.execute(query)
    columns, rows = list(result.keys()), result.fetchall()
    # Column by column as objects: guessing each type of a hundred thousand rows costs more than reading them.
    values = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _column in columns]
    return pd.DataFrame({name: _typed(column) for name, column in zip(columns, values, strict=True)}, columns=columns)


def long_frame_of(transaction: Transaction, query: Select[Any]) -> pd.DataFrame:
    """The many rows of a query of texts, whole numbers and yes or no, in any order; texts are of the type ``str``."""
    frame: pd.DataFrame = _table_of(transaction, query, by=()).to_pandas()
    return frame


def newest_frame_of(transaction: Transaction, query: Select[Any]) -> pd.DataFrame:
    """As :func:`long_frame_of`, by ``created_at``, the newest first, and by ``id`` among those of one moment."""
    frame: pd.DataFrame = _table_of(transaction, query, by=_NEWEST_FIRST).to_pandas()
    return frame


def newest_first(rows: pd.DataFrame) -> NDArray[np.int64]:
    """The positions of rows in the order of :func:`newest_frame_of`."""
    keys = pa.table({name: pa.array(rows[name], pa.large_string()) for name, _direction in _NEWEST_FIRST})
    order: NDArray[np.int64] = pc.sort_indices(keys, sort_keys=_NEWEST_FIRST).to_numpy()
    return order


class _UnevenError(ValueError):
    """A column was cut into more cells than there are rows."""


def _table_of(transaction: Transaction, query: Select[Any], *, by: Sequence[tuple[str, str]]) -> pa.Table:
    """A query's rows in the order ``by`` some of its columns.

    A text with the sign that stands between two cells, which could only come from a file changed by hand, makes one
    column longer than the others: then rows are read one by one.
    """
    try:
        return _joined_table(transaction, query, by=by)
    except _UnevenError:
        rows, cells = frame_of(transaction, query), query.subquery().c
        table = pa.table([pa.array(rows[cell.key], _kind(cell)) for cell in cells], names=cells.keys())
        return table.sort_by([*by]) if by else table


def _joined_table(transaction: Transaction, query: Select[Any], *, by: Sequence[tuple[str, str]]) -> pa.Table:
    """A query's columns, each joined into one text by the database and cut up here.

    Making a Python object of every cell of a hundred thousand rows takes several times as long as all the rest.
    The columns are joined in one pass, so their cells stand in one order, whichever that is. One column is cut
    after the other, each text let go of when it is: taking fresh memory costs a new process as much time as the
    cutting does, and so each column has what the one before left.
    """
    cells = query.subquery().c
    count, *joined = transaction.execute(select(func.count(), *_joined(cells, transaction.dialect.name))).one()
    texts = dict(zip(cells.keys(), joined, strict=True))
    del joined
    keys = {name: _cut(texts.pop(name), cells[name], count=count) for name, _direction in by}
    order = pc.sort_indices(pa.table(keys), sort_keys=by) if by else None
    columns = {}
    for name in cells.keys():  # noqa: SIM118 - what stands in a collection of columns is not their names
        column = keys.pop(name) if name in keys else _cut(texts.pop(name), cells[name], count=count)
        columns[name] = column if order is None else pc.take(column, order)
    return pa.table(columns)


def _joined(cells: Iterable[ColumnElement[Any]], dialect: str) -> list[ColumnElement[Any]]:
    """Each column's cells as one text; where the database gives it so, as the bytes that it has."""
    texts = [func.aggregate_strings(_as_text(cell), _BETWEEN) for cell in cells]
    return [cast(text, LargeBinary) for text in texts] if dialect == "sqlite" else [*texts]


def _typed(values: list[Any]) -> pd.Series:
    numeric = bool(values) and isinstance(values[0], int | float) and None not in values
    return pd.Series(values) if numeric else pd.Series(values, dtype=object)


def _as_text(cell: ColumnElement[Any]) -> ColumnElement[str]:
    text = cell if isinstance(cell.type, String) else cast(cast(cell, Integer), String)
    # Joining leaves an empty cell out, and with it the order.
    return func.coalesce(text, _NOTHING) if getattr(cell, "nullable", True) else text


def _cut(text: str | bytes | None, cell: ColumnElement[Any], *, count: int) -> pa.Array:
    """The cells of a column; none of no rows, for which there is no text."""
    cells = pc.split_pattern(_whole(text), pattern=_BETWEEN).flatten()
    if len(cells) != count:
        raise _UnevenError
    if getattr(cell, "nullable", True):
        cells = pc.if_else(pc.not_equal(cells, _NOTHING), cells, None)
    return cells if isinstance(cell.type, String) else cells.cast(pa.int64()).cast(_kind(cell))


def _whole(text: str | bytes | None) -> pa.Array:
    """A joined text as an array of one; what comes as bytes is not copied."""
    if not isinstance(text, bytes):
        return pa.array([text], pa.large_string())
    ends = pa.py_buffer(np.array([0, len(text)], np.int64))
    return pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(text))


def _kind(cell: ColumnElement[Any]) -> pa.DataType:
    if isinstance(cell.type, String):
        return pa.large_string()
    return pa.bool_() if isinstance(cell.type, Boolean) else pa.int64()
