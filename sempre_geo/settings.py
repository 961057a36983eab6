"""Where things lie and what the operator switched on: one frozen value, read from the environment once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.i18n import gettext as _

NOMINATIM_URL = "https://nominatim.openstreetmap.org"
OVERPASS_URL = "https://overpass-api.de/api"
_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
_REGION_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Settings:
    """The operator's choices.

    ``data`` and ``layers`` are the two working folders; ``definitions`` are the folders searched, in
    order, for the committed tables (``services.toml``, ``standards.csv`` ...). ``store_url`` is any
    SQLAlchemy URL; empty means SQLite under ``data``. ``online_tiles`` is a tile address template, and
    empty means that no page asks another host for anything. ``nominatim_url`` and ``overpass_url`` are the
    services that ``fetch`` asks for a place's outline and its map data. ``oidc_issuer`` and its client id,
    secret and return address let people log in with an account of their organisation. ``smtp_url`` is the mail
    server and ``smtp_sender`` the address that mails to the contact for dangers come from.
    """

    data: Path
    layers: Path
    definitions: tuple[Path, ...]
    store_url: str = ""
    online_tiles: str = ""
    publish_shelters: bool = False
    secret: str = ""
    nominatim_url: str = NOMINATIM_URL
    overpass_url: str = OVERPASS_URL
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_return: str = ""
    smtp_url: str = ""
    smtp_sender: str = ""

    @property
    def store(self) -> str:
        """The store's SQLAlchemy URL."""
        return self.store_url or f"sqlite:///{self.data / 'store.sqlite'}"

    def definition(self, name: str) -> Path:
        """The path of a committed table, the operator's folder before the packaged one.

        Raises
        ------
        MissingFileError
            No folder holds a file of that name.
        """
        for folder in self.definitions:
            if (folder / name).is_file():
                return folder / name
        raise MissingFileError(
            _("There is no {name} in {folders}; put it back or reinstall.").format(
                name=name, folders=", ".join(str(folder) for folder in self.definitions)
            )
        )

    def inputs(self, region: str) -> Path:
        """The folder of a region's inputs, ``data/<region>/``."""
        return _region_folder(self.data, region)

    def results(self, region: str) -> Path:
        """The folder of a region's results, ``layers/<region>/``, or the folder itself if a path was given."""
        return _region_folder(self.layers, region)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from ``SEMPRE_*`` variables; without them, the checkout's folders, else the working folder's."""
    root = _CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() else Path.cwd()
    layers = Path(environ.get("SEMPRE_LAYERS") or root / "layers").absolute()
    packaged = _PACKAGE / "definitions"
    return Settings(
        data=Path(environ.get("SEMPRE_DATA") or root / "data").absolute(),
        layers=layers,
        definitions=(layers, packaged if packaged.is_dir() else _CHECKOUT / "layers"),
        store_url=environ.get("SEMPRE_STORE", ""),
        online_tiles=environ.get("SEMPRE_ONLINE_TILES", ""),
        publish_shelters=environ.get("SEMPRE_PUBLISH_SHELTERS", "") == "yes",
        secret=environ.get("SEMPRE_SECRET", ""),
        nominatim_url=environ.get("SEMPRE_NOMINATIM") or NOMINATIM_URL,
        overpass_url=environ.get("SEMPRE_OVERPASS") or OVERPASS_URL,
        oidc_issuer=environ.get("SEMPRE_OIDC_ISSUER", ""),
        oidc_client=environ.get("SEMPRE_OIDC_CLIENT", ""),
        oidc_secret=environ.get("SEMPRE_OIDC_SECRET", ""),
        oidc_return=environ.get("SEMPRE_OIDC_RETURN", ""),
        smtp_url=environ.get("SEMPRE_SMTP", ""),
        smtp_sender=environ.get("SEMPRE_SMTP_SENDER", ""),
    )


def check_region_name(name: str) -> None:
    """Refuse a region name that could climb out of its folder.

    >>> check_region_name("valka")
    >>> check_region_name("../valka")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: '../valka' cannot name a region: use small letters, digits, '-' and '_', at most 64.
    """
    if not _REGION_NAME.fullmatch(name):
        raise InputError(
            _("'{name}' cannot name a region: use small letters, digits, '-' and '_', at most 64.").format(name=name)
        )


def _region_folder(base: Path, region: str) -> Path:
    as_path = Path(region)
    if as_path.is_absolute() and as_path.is_dir():
        return as_path
    check_region_name(region)
    return base / region
