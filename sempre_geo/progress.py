"""How long work tells the person who waits: a callable that takes a stage and a share done."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO


class Progress(Protocol):
    """Called with what is being done and how much of the whole job is done, 0 to 1."""

    def __call__(self, stage: str, share: float) -> None:
        """Report ``stage`` at ``share`` of the whole."""


def silent(stage: str, share: float) -> None:
    """Report nothing: for tests and callers who do not wait."""


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """The progress of one stage of a longer job, which it fills from ``start`` to ``end``.

    >>> part_of(lambda stage, share: print(stage, share), 0.5, 1.0)("halfway", 0.5)
    halfway 0.75
    """

    def told(stage: str, share: float) -> None:
        progress(stage, start + (end - start) * share)

    return told


class TerminalProgress:
    """One line a stage on a stream: percent, stage, time left once it can be told."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._start = time.monotonic()
        self._last = ""

    def __call__(self, stage: str, share: float) -> None:
        """Write a line when the stage or the whole percent changes."""
        line = f"{share:4.0%}  {stage}{self._left(share)}"
        if line == self._last:
            return
        self._last = line
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{line}" + ("\n" if share >= 1 else ""))
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def _left(self, share: float) -> str:
        spent = time.monotonic() - self._start
        if not 0.1 <= share < 1 or spent < 2:  # noqa: PLR2004 - too early to tell
            return ""
        return f"  (about {spent / share - spent:.0f} s left)"
