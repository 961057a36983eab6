"""From the hall to the office: what was told since a workshop opened, in one file that the office takes over."""

from __future__ import annotations

import json
import tempfile
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sempre_geo import __version__
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.contributions import load_erasures
from sempre_geo.community.store.transfer import erase_again, load_collected, save_collected
from sempre_geo.community.store.versions import open_store, version_of, write_backup
from sempre_geo.community.store.workshops import load_workshop
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.backup import ABOUT, STORE
from sempre_geo.pipeline.community.desk import Asker, now, open_community, privileged
from sempre_geo.pipeline.community.photos import photo_folder
from sempre_geo.settings import Settings


def workshop_file(settings: Settings, workshop_id: str, *, by: Asker, at: datetime | None = None) -> bytes:
    """A file for ``sempre-geo merge``: all that was told or got a voice in the region since the workshop opened.

    Codes, voices, photos, agreements and exact places are in it, but no account, no log and no secret. What was
    erased is named by its id, so that an office that has it already erases it, too.

    Raises
    ------
    MissingDataError
        There is no such workshop.
    NotAllowedError
        The asker is no coordinator of the region and no administrator.
    """
    when = stamp(at or now())
    store = open_community(settings)
    with store.writing() as transaction:
        row = load_workshop(transaction, workshop_id)
        if row is None:
            raise MissingDataError(_("There is no such workshop; choose one of the list."))
        privileged(
            settings, transaction, by, action="take a workshop to the office", thing=workshop_id,
            scopes=(f"region:{row['region']}",), at=at or now(),
        )  # fmt: skip
        collected = load_collected(transaction, region=row["region"], since=row["opened_at"])
        erased = [one["thing"] for one in load_erasures(transaction)]
    photos = {photo["id"] for one in collected for photo in one["photos"]}
    with tempfile.TemporaryDirectory(dir=settings.data) as name:
        folder = Path(name)
        with closing(open_store(f"sqlite:///{folder / 'collected.sqlite'}")) as taken:
            with taken.writing() as transaction:
                erase_again(transaction, erased, at=when)
                save_collected(transaction, collected)
            write_backup(taken, folder / STORE)
            about = {"program": "sempre_geo", "version": __version__, "store": version_of(taken)}
        return _packed(folder, about, photos=[photo_folder(settings) / f"{one}.jpg" for one in sorted(photos)])


def _packed(folder: Path, about: dict[str, str | None], *, photos: list[Path]) -> bytes:
    target = folder / "hall.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / STORE, STORE)
        archive.writestr(ABOUT, json.dumps(about))
        for photo in photos:
            if photo.is_file():
                archive.write(photo, f"photos/{photo.name}")
    return target.read_bytes()
