"""Photos: drawn anew from their pixels, so that nothing but the picture comes along."""

from __future__ import annotations

import secrets
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.files import write_whole

LARGEST_BYTES = 15_000_000
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
_FORMATS = ("JPEG", "PNG", "WEBP")  # no SVG, which can carry programs; no formats with pages or layers


def clean_photo(sent: bytes) -> bytes:
    """A photo as JPEG of at most 1600 pixels a side, turned upright, without place, date, camera or preview.

    Raises
    ------
    InputError
        It is too large, or no photo of a kind we can read.
    """
    if len(sent) > LARGEST_BYTES:
        raise InputError(_("The photo is larger than {n} MB; send a smaller one.").format(n=LARGEST_BYTES // 1_000_000))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(sent), formats=_FORMATS) as picture:
                return _drawn_anew(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        raise InputError(_("The photo cannot be read; send a JPEG, PNG or WebP picture.")) from None


def _drawn_anew(picture: Image.Image) -> bytes:
    if picture.width * picture.height > MOST_PIXELS:
        raise InputError(_("The photo has too many pixels; send a smaller one."))
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())
    out = BytesIO()
    bare.save(out, "JPEG", quality=82)
    return out.getvalue()


def write_photo(folder: Path, clean: bytes) -> str:
    """Keep a cleaned photo in ``folder`` under a name nobody can guess; returns that name."""
    photo_id = secrets.token_hex(16)
    with write_whole(_path(folder, photo_id)) as draft:
        draft.write_bytes(clean)
    return photo_id


def read_photo(folder: Path, photo_id: str) -> bytes:
    """A kept photo.

    Raises
    ------
    MissingDataError
        There is none of that name (any more).
    """
    path = _path(folder, photo_id)
    if not path.is_file():
        raise MissingDataError(_("There is no such photo (any more)."))
    return path.read_bytes()


def write_no_photo(folder: Path, photo_id: str) -> None:
    """Remove a photo."""
    _path(folder, photo_id).unlink(missing_ok=True)


def _path(folder: Path, photo_id: str) -> Path:
    if not (len(photo_id) == 32 and photo_id.isalnum() and photo_id.isascii()):  # noqa: PLR2004 - 16 bytes in hex
        raise MissingDataError(_("There is no such photo (any more)."))
    return folder / f"{photo_id}.jpg"
