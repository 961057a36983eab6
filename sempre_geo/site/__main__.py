"""``python -m sempre_geo.site [REGION] --port P``: the app as a process of its own, started by the commands."""

from __future__ import annotations

import sys

import click

from sempre_geo.errors import InputError, MissingFileError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.bundle import built_regions
from sempre_geo.settings import Settings, read_settings
from sempre_geo.site.app import beside
from sempre_geo.ui.serve import DEFAULT_PORT, serve


@click.command()
@click.argument("region", required=False)
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
@click.option("--address", default="localhost", show_default=True, help="0.0.0.0 for a hall's network.")
def start(region: str | None, port: int, address: str) -> None:
    """Serve a built region until stopped."""
    settings = read_settings()
    try:
        serve(settings, region or _only_region(settings), port=port, address=address, beside=beside)
    except SempreGeoError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)


def _only_region(settings: Settings) -> str:
    built = built_regions(settings)
    if not built:
        raise MissingFileError(
            _("No region is built yet; run: sempre-geo build NAME --osm FILE.osm.pbf, or sempre-geo demo")
        )
    if len(built) > 1:
        raise InputError(_("Several regions are built; name one of {regions}.").format(regions=", ".join(built)))
    return built[0]


if __name__ == "__main__":
    start()
