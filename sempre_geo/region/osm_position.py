"""Where on the globe an extract lies, before it is read as a whole."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

_SAMPLE = 5_000


def read_osm_position(path: Path) -> tuple[float, float] | None:
    """Longitude and latitude near the middle of an extract; None where it has no node or cannot be read.

    The file's own box is taken; without one, the median of its first nodes.
    """
    import osmium

    try:
        box = osmium.io.Reader(str(path)).header().box()
        if box.valid():
            lower, upper = box.bottom_left, box.top_right
            return (lower.lon + upper.lon) / 2, (lower.lat + upper.lat) / 2
        nodes: Any = islice(osmium.FileProcessor(str(path), osmium.osm.NODE), _SAMPLE)
        places = np.array([(node.location.lon, node.location.lat) for node in nodes if node.location.valid()])
    except RuntimeError:
        return None
    return (float(np.median(places[:, 0])), float(np.median(places[:, 1]))) if len(places) else None
