"""Photos of contributions: kept beside the store, shown once a coordinator has looked at the faces in them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sempre_geo.community.access import may
from sempre_geo.community.contributions import PUBLIC
from sempre_geo.community.photos import read_photo
from sempre_geo.community.store.contributions import change_photo, load_contribution, load_photo, load_photos
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.transfer import load_photo_ids
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community, privileged, scopes_of
from sempre_geo.settings import Settings


def photo_folder(settings: Settings) -> Path:
    """Where photos lie: among the inputs and the state, never among what is published."""
    return settings.data / "photos"


def sweep_photos(settings: Settings) -> None:
    """Remove photos that belong to nothing, as a program that was killed between the row and the file leaves them.

    They are looked for again where nobody else writes: a photo's file is there before its row is confirmed.
    """
    store = open_community(settings)
    with store.reading() as transaction:
        lonely = _lonely_photos(settings, transaction)
    if lonely:
        with store.writing() as transaction:
            for file in _lonely_photos(settings, transaction):
                file.unlink(missing_ok=True)


def photos_of(settings: Settings, contribution_id: str, *, by: Asker = "") -> list[str]:
    """Ids of the photos of a contribution that the asker may see."""
    with open_community(settings).reading() as transaction:
        row = load_contribution(transaction, contribution_id)
        if row is None:
            return []
        every = may(asker(settings, transaction, by), "publish or not publish", *scopes_of(row))
        open_to_all = row["status"] in PUBLIC and (not row["topic"] or row["shown_alone"])
        photos = load_photos(transaction, contribution_id)
    return [photo["id"] for photo in photos if every or (photo["published"] and open_to_all)]


def photo(settings: Settings, photo_id: str, *, by: Asker = "") -> bytes:
    """A photo as JPEG.

    Raises
    ------
    MissingDataError
        There is none, or it is not open to the asker.
    """
    with open_community(settings).reading() as transaction:
        row = load_photo(transaction, photo_id)
    if row is None or photo_id not in photos_of(settings, row["contribution_id"], by=by):
        raise MissingDataError(_("There is no such photo (any more)."))
    return read_photo(photo_folder(settings), photo_id)


def publish_photo(settings: Settings, photo_id: str, *, by: Asker, at: datetime | None = None) -> None:
    """Show a photo with its contribution: a coordinator has looked at the faces in it."""
    with open_community(settings).writing() as transaction:
        row = load_photo(transaction, photo_id)
        contribution = load_contribution(transaction, row["contribution_id"]) if row else None
        if contribution is None:
            raise MissingDataError(_("There is no such photo (any more)."))
        privileged(
            settings, transaction, by, action="publish or not publish", thing=photo_id,
            scopes=scopes_of(contribution), at=at or now(),
        )  # fmt: skip
        change_photo(transaction, photo_id, {"published": True})


def _lonely_photos(settings: Settings, transaction: Transaction) -> list[Path]:
    folder = photo_folder(settings)
    files = [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
    known = load_photo_ids(transaction) if files else set()
    return [file for file in files if file.stem not in known]
