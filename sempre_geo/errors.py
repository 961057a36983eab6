"""The error family. Every message is one sentence: what is wrong, where, and what to do.

SempreGeoError
├── InputError          (ValueError)       a file, row, option or text that cannot be used
├── MissingFileError    (FileNotFoundError) a file or region that is not there
├── MissingDataError    (LookupError)      the region has no such layer, service, stop or date
├── NotAllowedError     (PermissionError)  the role does not allow the act
├── OfflineError        (ConnectionError)  a fetch without internet, or a refused answer
└── StoreError          (OSError)          the store or a disk cannot be read or written
"""

from __future__ import annotations

from collections.abc import Iterable

from sempre_geo.i18n import gettext as _

SHOWN_ITEMS = 5


class SempreGeoError(Exception):
    """Anything this package refuses, said in one sentence that a village officer can act on."""


class InputError(SempreGeoError, ValueError):
    """A file, row, option or text that cannot be used."""


class MissingFileError(SempreGeoError, FileNotFoundError):
    """A file or region that is not there."""


class MissingDataError(SempreGeoError, LookupError):
    """The region exists but holds no such layer, service, stop or date."""


class NotAllowedError(SempreGeoError, PermissionError):
    """The person's role does not allow the act."""


class OfflineError(SempreGeoError, ConnectionError):
    """Something had to be fetched and the network, or the other side, said no."""


class StoreError(SempreGeoError, OSError):
    """The store, or the disk below it, cannot be read or written."""


def first_items(items: Iterable[object]) -> str:
    """The first five of ``items`` as a person would list them, with how many more there are.

    >>> first_items([3, 4])
    '3, 4'
    >>> first_items(range(8))
    '0, 1, 2, 3, 4 and 3 more'
    >>> first_items([])
    ''
    """
    every = [str(item) for item in items]
    text = ", ".join(every[:SHOWN_ITEMS])
    hidden = len(every) - SHOWN_ITEMS
    return _("{names} and {n} more").format(names=text, n=hidden) if hidden > 0 else text
