"""Rows of the store as frames: a few one by one, many column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.pandas_compat  # which pyarrow would import in the middle of the first list
from numpy.typing import NDArray
from sqlalchemy import Boolean, ColumnElement, Integer, Select, String, cast, func, select

from sempre_geo.community.store.engine import Transaction

# Neither is in a text that was kept: control characters are left out on every way in.
_BETWEEN = "\x1f"
_NOTHING = "\x1e"


def frame_of(transaction: Transaction, query: Select[Any]) -> pd.DataFrame:
    """A query's rows as a frame; a column with an empty cell holds objects."""
    result = transaction.execute(query)
    columns, rows = list(result.keys()), result.fetchall()
    # Column by column as objects: guessing each type of a hundred thousand rows costs more than reading them.
    values = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _column in columns]
    return pd.DataFrame({name: _typed(column) for name, column in zip(columns, values, strict=True)}, columns=columns)


def long_frame_of(transaction: Transaction, query: Select[Any]) -> pd.DataFrame:
    """The many rows of a query of texts, whole numbers and yes or no, in any order; texts are of the type ``str``."""
    frame: pd.DataFrame = _table_of(transaction, query).to_pandas()
    return frame


def newest_frame_of(transaction: Transaction, query: Select[Any]) -> pd.DataFrame:
    """As :func:`long_frame_of`, by ``created_at``, the newest first, and by ``id`` among those of one moment."""
    table = _table_of(transaction, query)
    order = _newest_first(table)
    columns = [pc.take(column, order, memory_pool=_memory()) for column in table.columns]
    frame: pd.DataFrame = pa.table(columns, names=table.column_names).to_pandas()
    return frame


def newest_first(rows: pd.DataFrame) -> NDArray[np.int64]:
    """The positions of rows in the order of :func:`newest_frame_of`."""
    keys = pa.table({name: pa.array(rows[name], pa.large_string()) for name in ("created_at", "id")})
    order: NDArray[np.int64] = _newest_first(keys).to_numpy()
    return order


def _table_of(transaction: Transaction, query: Select[Any]) -> pa.Table:
    """A query's columns, each joined into one text by the database and cut up here.

    Making a Python object of every cell of a hundred thousand rows takes several times as long as all the rest.
    The columns are joined in one pass, so their cells stand in one order, whichever that is. A text with the
    sign that stands between two cells, which could only come from a file changed by hand, makes one column
    longer than the others: then rows are read one by one.
    """
    cells = query.subquery().c
    texts = (func.aggregate_strings(_as_text(cell), _BETWEEN) for cell in cells)
    count, *joined = transaction.execute(select(func.count(), *texts)).one()
    columns = [_cut(text, cell) for text, cell in zip(joined, cells, strict=True)]
    if any(len(column) != count for column in columns):
        rows = frame_of(transaction, query)
        columns = [pa.array(rows[cell.key], _kind(cell)) for cell in cells]
    return pa.table(columns, names=cells.keys())


def _newest_first(table: pa.Table) -> pa.Array:
    return pc.sort_indices(table, sort_keys=[("created_at", "descending"), ("id", "ascending")])


def _typed(values: list[Any]) -> pd.Series:
    numeric = bool(values) and isinstance(values[0], int | float) and None not in values
    return pd.Series(values) if numeric else pd.Series(values, dtype=object)


def _as_text(cell: ColumnElement[Any]) -> ColumnElement[str]:
    text = cell if isinstance(cell.type, String) else cast(cast(cell, Integer), String)
    # Joining leaves an empty cell out, and with it the order.
    return func.coalesce(text, _NOTHING) if getattr(cell, "nullable", True) else text


def _cut(text: str | None, cell: ColumnElement[Any]) -> pa.Array:
    """The cells of a column; none of no rows, for which there is no text."""
    whole = pa.array([text], pa.large_string(), memory_pool=_memory())
    cells = pc.split_pattern(whole, pattern=_BETWEEN, memory_pool=_memory()).flatten(_memory())
    if getattr(cell, "nullable", True):
        cells = pc.if_else(pc.not_equal(cells, _NOTHING), cells, None, memory_pool=_memory())
    return cells if isinstance(cell.type, String) else cells.cast(pa.int64()).cast(_kind(cell))


def _kind(cell: ColumnElement[Any]) -> pa.DataType:
    if isinstance(cell.type, String):
        return pa.large_string()
    return pa.bool_() if isinstance(cell.type, Boolean) else pa.int64()


def _memory() -> pa.MemoryPool:
    """Memory as the system gives it: pyarrow's own takes it in pages of 2 MB, and emptying those takes longer."""
    return pa.system_memory_pool()
