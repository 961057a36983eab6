"""Loops compiled to machine code: one decorator, so that all of them are cached and none holds the GIL."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])
_LOG = logging.getLogger(__name__)


def compiled(function: _Function) -> _Function:
    """``function`` as machine code, cached where a folder can be written and compiled anew where none can.

    Never ``parallel``: two visitors calling such a function at once abort the whole process.
    """
    try:
        return cast("_Function", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError as error:  # "no locator available": package and home are read-only
        _LOG.info("compiled code is not cached: %s", error)
        return cast("_Function", numba.njit(nogil=True)(function))
