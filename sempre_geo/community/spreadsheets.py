"""Tables in ``.xlsx`` files, as KoboToolbox exports them: read as texts, within limits."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.tables import FIRST_ROW, check_is_there

_LARGEST_UNPACKED = 300_000_000


def read_spreadsheet(path: Path) -> pd.DataFrame:
    """The first sheet of a workbook as texts, blank cells missing; the index is the row number that people see.

    Raises
    ------
    InputError
        It is no workbook, or unpacks to more than 300 MB.
    """
    check_is_there(path)
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _LARGEST_UNPACKED:
                raise InputError(_("{path} is too large a workbook; save it as CSV.").format(path=path))
        table = pd.read_excel(path, engine="openpyxl", dtype=str)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise InputError(
            _("{path} is no workbook that can be read ({why}); save it as .xlsx again, or as CSV.").format(
                path=path, why=error
            )
        ) from None
    return table.set_axis(range(FIRST_ROW, FIRST_ROW + len(table)))
