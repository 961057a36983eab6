"""Serve the app from Python: what ``sempre-geo app`` and ``sempre-geo demo`` call, also from an installed wheel."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from starlette.routing import BaseRoute

from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.palette import Theme, read_themes
from sempre_geo.settings import Settings
from sempre_geo.ui.hall_address import EVERYWHERE, LOCAL_NAMES, own_addresses
from sempre_geo.ui.installation import REGION_VARIABLE, check_built, installation

DEFAULT_PORT = 8501
_PAGE_COLOURS = {
    "primaryColor": "primary",
    "backgroundColor": "ground",
    "secondaryBackgroundColor": "panel",
    "textColor": "ink",
    "linkColor": "primary",
    "borderColor": "border",
}


def serve(
    settings: Settings,
    region: str,
    *,
    port: int = DEFAULT_PORT,
    address: str = "localhost",
    open_browser: bool = False,
    beside: Callable[[Settings, str], Sequence[BaseRoute]] = lambda _settings, _region: (),
) -> None:
    """Serve a built region until stopped; says where it can be reached.

    Parameters
    ----------
    region
        A region's name under ``layers``.
    address
        The network address to listen on: ``localhost`` for this computer alone, ``0.0.0.0`` for a hall's network.
    open_browser
        Whether to open it in this computer's browser, too.
    beside
        Makes further routes of the same app, such as those of the light pages, from settings and region.

    Raises
    ------
    MissingFileError
        The region is not built.
    InputError
        Another program listens on the port, or this computer has no such address.
    """
    os.environ.update(environment(settings, region))
    installation.cache_clear()
    check_built(installation())
    _check_free(address, port)
    from sempre_geo.ui.app import make_app

    shown = "localhost" if address in LOCAL_NAMES | EVERYWHERE else address
    _announce(f"http://{shown}:{port}", open_browser=open_browser)
    for own in own_addresses() if address in EVERYWHERE else ():
        _announce(f"http://{own}:{port}", open_browser=False)
    options = streamlit_options(read_themes(settings)) | {"server.port": port, "server.address": address}
    make_app(beside=beside(settings, region)).run(config=options)


def _check_free(address: str, port: int) -> None:
    with socket.socket() as tried:
        if sys.platform != "win32":  # where it would let two programs have one port
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address, port))
        except OSError as error:
            raise InputError(
                _("The app cannot listen on {address}, port {port} ({why}); choose another with --port.").format(
                    address=address, port=port, why=error.strerror or error
                )
            ) from None


def environment(settings: Settings, region: str) -> dict[str, str]:
    """The variables by which the app's processes find what they serve."""
    return {
        "SEMPRE_DATA": str(settings.data),
        "SEMPRE_LAYERS": str(settings.layers),
        "SEMPRE_STORE": settings.store_url,
        "SEMPRE_ONLINE_TILES": settings.online_tiles,
        "SEMPRE_SECRET": settings.secret,
        "SEMPRE_PUBLISH_SHELTERS": "yes" if settings.publish_shelters else "",
        REGION_VARIABLE: region,
    }


def streamlit_options(themes: Mapping[str, Theme]) -> dict[str, Any]:
    """Streamlit's options as ``.streamlit/config.toml`` has them, for where that file is not at hand.

    Nothing phones home, errors tell visitors no details, and the colours are the palette's.
    """
    options: dict[str, Any] = {
        "browser.gatherUsageStats": False,
        "browser.serverAddress": "localhost",
        "server.headless": True,
        "server.showEmailPrompt": False,
        "server.enableStaticServing": False,
        "server.maxUploadSize": 20,
        "server.maxMessageSize": 20,
        "server.fileWatcherType": "none",
        "runner.magicEnabled": False,
        "runner.postScriptGC": False,
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "theme.baseFontSize": 17,
        "theme.baseRadius": "8px",
        "theme.buttonRadius": "8px",
        "theme.showWidgetBorder": True,
        "theme.linkUnderline": True,
    }
    for name, theme in themes.items():
        options |= {f"theme.{name}.{option}": getattr(theme, colour) for option, colour in _PAGE_COLOURS.items()}
    return options


def _announce(address: str, *, open_browser: bool) -> None:
    click.echo(_("Sempre is open at {address} - stop it with Ctrl+C.").format(address=address))
    if open_browser:
        click.launch(address)
