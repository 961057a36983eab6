"""A scenario as the file that a person keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli_w


def scenario_bytes(table: Mapping[str, Any]) -> bytes:
    """The TOML of a scenario's table.

    >>> scenario_bytes({"name": "A", "close_service": [{"service_id": "x"}]}).decode().splitlines()[0]
    'name = "A"'
    """
    return tomli_w.dumps(dict(table)).encode("utf-8")
