"""Commands that make a region, look into it and open the app on it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sempre_geo.cli.group import BAD_INPUT, cli
from sempre_geo.cli.parameters import DAY, FILE, OUT, PORT
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import TerminalProgress
from sempre_geo.settings import Settings

if TYPE_CHECKING:
    from sempre_geo.region.bundle import Region


def _serve(region: str | None, port: int, *, address: str = "localhost") -> NoReturn:
    """Become the app: commands and pages do not import one another.

    Where a program can take another's place, a signal that stops the command stops the app; on Windows, where it
    cannot, the app is a process of its own.
    """
    arguments = [*([region] if region else []), "--port", str(port), "--address", address]
    command = [sys.executable, "-m", "sempre_geo.site", *arguments]
    if sys.platform == "win32":
        sys.exit(subprocess.call(command))  # noqa: S603 - our own
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, command)  # noqa: S606 - our own


def _built(region: Region) -> None:
    click.echo(
        _("{title}: {cells} places where people live, {services} services; written to {path}.").format(
            title=region.spoken_title, cells=len(region.cells), services=len(region.services), path=region.path
        )
    )
    for note in region.notes:
        click.echo(note, err=True)


@cli.command()
@PORT
@click.pass_obj
def demo(settings: Settings, /, port: int) -> None:
    """Build the fictional region if needed and open the app on it.

    Example: sempre-geo demo
    """
    from sempre_geo.pipeline.prepare.demo import build_demo

    build_demo(settings, progress=TerminalProgress())
    _serve("demo", port)


@cli.command()
@click.argument("region", required=False)
@PORT
@click.option("--address", default="localhost", show_default=True, help="0.0.0.0 lets the phones of a hall join.")
@click.pass_obj
def app(settings: Settings, /, region: str | None, port: int, address: str) -> None:
    """Open the app on a built region; without a name, on all that are built.

    Example: sempre-geo app valka --address 0.0.0.0
    """
    if region is not None:
        from sempre_geo.region.bundle import read_region

        read_region(region, settings)
    _serve(region, port, address=address)


@cli.command()
@click.argument("region")
@click.option("--osm", type=FILE, multiple=True, required=True, help="An OpenStreetMap extract, .osm.pbf; repeatable.")
@click.option("--clip", type=FILE, help="Polygons that cut the extracts.")
@click.option("--gtfs", type=FILE, multiple=True, help="A timetable feed, .zip or folder; repeatable.")
@click.option("--population", type=FILE, help="A Census grid, or points or polygons with a population column.")
@click.option("--population-column", help="The column that counts people, where the file is no Census grid.")
@click.option("--boundaries", type=FILE, help="Municipalities; without them those of OpenStreetMap.")
@click.option("--services", type=FILE, help="A list of services: .csv, .geojson or .gpkg.")
@click.option("--services-mode", type=click.Choice(["add", "replace"]), default="add", show_default=True)
@click.option("--country", help="Whose rules hold: EE LV LT FI SE DK NO PL DE LI, or demo.")
@click.option("--date", "day", type=DAY, help="The day whose seasons hold (winter roads); none without it.")
@click.pass_obj
def build(settings: Settings, /, region: str, day: datetime | None, **files: Any) -> None:
    """Build a region from files.

    Example: sempre-geo build valka --osm latvia.osm.pbf --clip valka.geojson --population census.csv --country LV
    """
    from sempre_geo.pipeline.prepare.build import build_region

    _built(build_region(settings, region, date=day.date() if day else None, progress=TerminalProgress(), **files))


@cli.command()
@click.argument("region")
@click.option("--place", required=True, help='A place as OpenStreetMap knows it, "Valka, Latvia".')
@click.option("--country", help="Whose rules hold; found from the place without it.")
@click.pass_obj
def fetch(settings: Settings, /, region: str, place: str, country: str | None) -> None:
    """Build a region from OpenStreetMap by place name; needs the internet.

    Example: sempre-geo fetch valka --place "Valka, Latvia"
    """
    from sempre_geo.pipeline.prepare.build import fetch_region

    _built(fetch_region(settings, region, place=place, country=country, progress=TerminalProgress()))


@cli.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.pass_obj
def check(settings: Settings, /, files: tuple[Path, ...]) -> int:
    """Say what is wrong with inputs before a region is built from them.

    Example: sempre-geo check latvia.osm.pbf timetable.zip services.csv
    """
    from sempre_geo.pipeline.prepare.check import check_files

    findings = check_files(settings, files)
    for finding in findings:
        click.echo(str(finding))
    if not findings:
        click.echo(_("Nothing wrong was found."))
    return BAD_INPUT if any(finding.stops_build for finding in findings) else 0


@cli.command()
@click.argument("region")
@OUT
@click.option("--research", is_flag=True, help="What people said alone, with what is else only counted; keep it safe.")
@click.pass_obj
def export(settings: Settings, /, region: str, *, out: Path, research: bool) -> None:
    """A region's layers and public contributions as one file.

    Example: sempre-geo export demo --out demo.gpkg
    """
    if research:
        _export_for_research(settings, region, out)
        return
    from sempre_geo.pipeline.prepare.export import export as write

    rows = write(settings, region, out=out)
    click.echo(_("{n} rows written to {path}.").format(n=rows, path=out), err=True)


def _export_for_research(settings: Settings, region: str, out: Path) -> None:
    from sempre_geo.pipeline.community.research import export_for_research
    from sempre_geo.region.bundle import read_region

    read_region(region, settings)  # a slip in the name would else write an empty file
    rows = export_for_research(settings, region, out)
    click.echo(_("{n} rows written to {path}.").format(n=rows, path=out), err=True)
