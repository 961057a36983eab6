"""Where people live, coloured by what a scenario changes for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sempre_geo.publish.grid import UNKNOWN, GridPicture, grid_picture
from sempre_geo.publish.palette import Theme

CHANGES = ("gain", "sooner", "same", "later", "lose")
"""In the order of the palette's ``change``."""


def change_picture(corners: NDArray[np.float64], change: pd.Series, *, theme: Theme) -> GridPicture:
    """The grid with one colour for each of `CHANGES`; anything else is not known, and dotted.

    Parameters
    ----------
    corners
        As `sempre_geo.publish.grid.cell_corners` gives them, in the order of ``change``.
    """
    step = {name: number for number, name in enumerate(CHANGES)}
    classes = np.asarray(change.map(step).fillna(UNKNOWN), dtype=np.uint8)
    return grid_picture(corners, classes, theme=replace(theme, time=theme.change))
