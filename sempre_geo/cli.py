"""The command line: one command per use case. Bad input ends in one sentence and exit status 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sempre_geo import __version__
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import set_language
from sempre_geo.progress import TerminalProgress
from sempre_geo.settings import Settings, read_settings

if TYPE_CHECKING:
    import pandas as pd

    from sempre_geo.region.bundle import Region

BAD_INPUT = 2
NO_RESULT = 1
UNEXPECTED = 70
_FILE = click.Path(path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
_PORT = click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
_HOURS = 48


def _table_file(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    """A file a table can be written to; refused before minutes of work, not after."""
    from sempre_geo.region.files import check_table_ending

    check_table_ending(path)
    return path


_OUT = click.option(
    "--out", type=_FILE, required=True, callback=_table_file, help="A file ending in .csv, .geojson, .gpkg or .parquet."
)


class _Clock(click.ParamType[int]):
    """A time of day as HH:MM, given on as minutes after midnight; hours up to 47 reach into the next day."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Minutes after midnight, or a refusal."""
        if isinstance(value, int):
            return value
        hours, colon, minutes = str(value).partition(":")
        if not (colon and hours.isdigit() and minutes.isdigit() and int(hours) < _HOURS and int(minutes) < 60):  # noqa: PLR2004
            self.fail(_("'{value}' is no time of day; write it as 07:30.").format(value=value), param, ctx)
        return int(hours) * 60 + int(minutes)


_CLOCK = _Clock()


class _Position(click.ParamType[tuple[float, float]]):
    """A position as LON,LAT in degrees."""

    name = "LON,LAT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Longitude and latitude, or a refusal."""
        if isinstance(value, tuple):
            return value
        try:
            lon, lat = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(
                _("'{value}' is no position; write longitude,latitude as 24.1,56.9.").format(value=value), param, ctx
            )
        return lon, lat


_POSITION = _Position()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sempre-geo")
@click.pass_context
def cli(context: click.Context) -> None:
    """Service gaps of rural regions on a map, and the way from a need to a proposal."""
    context.obj = read_settings()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every refusal is one sentence on standard error."""
    set_language((os.environ.get("SEMPRE_LANGUAGE") or os.environ.get("LANG", "en"))[:2])
    try:
        status = cli.main(args=arguments, prog_name="sempre-geo", standalone_mode=False)
    except click.ClickException as refusal:
        _stop(refusal.format_message(), BAD_INPUT)
    except SempreGeoError as refusal:
        _stop(str(refusal), BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        _stop(_("Stopped; nothing was left half-written."), 130)
    except Exception as error:  # noqa: BLE001 - the last door: a person never sees a traceback
        _stop(_unexpected(error), UNEXPECTED)
    sys.exit(status if isinstance(status, int) else 0)


def _stop(sentence: str, status: int) -> NoReturn:
    click.echo(" ".join(sentence.split()), err=True)
    sys.exit(status)


def _unexpected(error: Exception) -> str:
    """A sentence with a reference; what happened goes to a log file beside the data."""
    when = datetime.now(UTC)
    reference = when.strftime("%Y%m%dT%H%M%S")
    try:
        folder = read_settings().data / "log"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "errors.log").open("a", encoding="utf-8") as log:
            log.write(f"{reference}\n{''.join(traceback.format_exception(error))}\n")
    except OSError:
        return _("Something unexpected happened ({kind}), and it could not be written to the log.").format(
            kind=type(error).__name__
        )
    return _("Something unexpected happened; reference {reference} in {log} tells the developers more.").format(
        reference=reference, log=folder / "errors.log"
    )


def _write(settings: Settings, region: str, frame: pd.DataFrame, out: Path) -> None:
    """Write a result; one that comes from an invented place says so in every row."""
    from sempre_geo.region.bundle import read_region
    from sempre_geo.region.files import write_table

    if read_region(region, settings).fictional:
        frame = frame.assign(fictional="fictional")
    write_table(frame, out)
    click.echo(_("{n} rows written to {path}.").format(n=len(frame), path=out), err=True)


def _serve(region: str | None, port: int) -> NoReturn:
    """Start the app as a process of its own: commands and pages do not import one another."""
    arguments = [region] if region else []
    sys.exit(subprocess.call([sys.executable, "-m", "sempre_geo.ui", *arguments, "--port", str(port)]))  # noqa: S603 - our own


def _built(region: Region) -> None:
    click.echo(
        _("{title}: {cells} places where people live, {services} services; written to {path}.").format(
            title=region.title, cells=len(region.cells), services=len(region.services), path=region.path
        )
    )


@cli.command()
@_PORT
@click.pass_obj
def demo(settings: Settings, /, port: int) -> None:
    """Build the fictional region if needed and open the app on it.

    Example: sempre-geo demo
    """
    from sempre_geo.pipeline.demo import build_demo

    build_demo(settings, progress=TerminalProgress())
    _serve("demo", port)


@cli.command()
@click.argument("region", required=False)
@_PORT
@click.pass_obj
def app(settings: Settings, /, region: str | None, port: int) -> None:
    """Open the app on a built region; without a name, on all that are built.

    Example: sempre-geo app valka --port 8600
    """
    if region is not None:
        from sempre_geo.region.bundle import read_region

        read_region(region, settings)
    _serve(region, port)


@cli.command()
@click.argument("region")
@click.option("--osm", type=_FILE, multiple=True, required=True, help="An OpenStreetMap extract, .osm.pbf; repeatable.")
@click.option("--clip", type=_FILE, help="Polygons that cut the extracts.")
@click.option("--gtfs", type=_FILE, multiple=True, help="A timetable feed, .zip or folder; repeatable.")
@click.option("--population", type=_FILE, help="A Census grid, or points or polygons with a population column.")
@click.option("--population-column", help="The column that counts people, where the file is no Census grid.")
@click.option("--boundaries", type=_FILE, help="Municipalities; without them those of OpenStreetMap.")
@click.option("--services", type=_FILE, help="A list of services: .csv, .geojson or .gpkg.")
@click.option("--services-mode", type=click.Choice(["add", "replace"]), default="add", show_default=True)
@click.option("--country", help="Whose rules hold: EE LV LT FI SE DK NO PL DE LI, or demo.")
@click.option("--date", "day", type=_DAY, help="The day whose seasons hold (winter roads); none without it.")
@click.pass_obj
def build(settings: Settings, /, region: str, day: datetime | None, **files: Any) -> None:
    """Build a region from files.

    Example: sempre-geo build valka --osm latvia.osm.pbf --clip valka.geojson --population census.csv --country LV
    """
    from sempre_geo.pipeline.build import build_region

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
    from sempre_geo.pipeline.build import fetch_region

    _built(fetch_region(settings, region, place=place, country=country, progress=TerminalProgress()))


@cli.command()
@click.argument("files", type=_FILE, nargs=-1, required=True)
@click.pass_obj
def check(settings: Settings, /, files: tuple[Path, ...]) -> int:
    """Say what is wrong with inputs before a region is built from them.

    Example: sempre-geo check latvia.osm.pbf timetable.zip services.csv
    """
    from sempre_geo.pipeline.check import check_files

    findings = check_files(settings, files)
    for finding in findings:
        click.echo(str(finding))
    if not findings:
        click.echo(_("Nothing wrong was found."))
    return BAD_INPUT if any(finding.stops_build for finding in findings) else 0


@cli.command()
@click.argument("region")
@click.option("--mode", type=click.Choice(["car", "bike", "walk", "wheelchair", "transit"]), required=True)
@click.option("--origins", type=_FILE, required=True, help="A CSV with the columns id, lon, lat.")
@click.option("--destinations", type=_FILE, required=True, help="A CSV with the columns id, lon, lat.")
@click.option("--depart", type=_MOMENT, help="When to leave, for transit: YYYY-MM-DDTHH:MM.")
@_OUT
@click.pass_obj
def matrix(settings: Settings, /, region: str, out: Path, **question: Any) -> None:
    """Minutes between any two lists of points.

    Example: sempre-geo matrix valka --mode car --origins homes.csv --destinations halls.csv --out minutes.csv
    """
    from sempre_geo.pipeline.matrix import matrix as compute

    _write(settings, region, compute(settings, region, progress=TerminalProgress(), **question), out)


@cli.command()
@click.argument("region")
@click.option("--service", required=True, help="A category: gp, pharmacy, library ...")
@click.option("--date", "day", type=_DAY, required=True, help="YYYY-MM-DD")
@click.option("--stay", "stay_min", type=click.IntRange(1, 24 * 60), required=True, help="Minutes at the service.")
@click.option(
    "--mode", type=click.Choice(["transit", "car", "bike", "walk", "wheelchair"]), default="transit", show_default=True
)
@click.option("--earliest", "earliest_min", type=_CLOCK, default="06:00", show_default=True, help="Leave not before.")
@click.option("--latest", "latest_min", type=_CLOCK, default="22:00", show_default=True, help="Be home by.")
@_OUT
@click.pass_obj
def visits(settings: Settings, /, region: str, day: datetime, out: Path, **question: Any) -> None:
    """Whether people can get there, be served and be home again the same day; one row a cell.

    Example: sempre-geo visits demo --service gp --date 2026-11-24 --stay 60 --out visits.csv
    """
    from sempre_geo.pipeline.visits import visits as compute

    _write(settings, region, compute(settings, region, date=day.date(), progress=TerminalProgress(), **question), out)


@cli.command()
@click.argument("region")
@click.option(
    "--standards", help="A country code (LV, FI ...) or a table of standards; the region's country without it."
)
@click.option("--by", type=click.Choice(["municipality", "cell"]), default="municipality", show_default=True)
@click.option("--date", "day", type=_DAY, help="The day for visits by bus; else a Tuesday early in the timetable.")
@_OUT
@click.pass_obj
def gaps(settings: Settings, /, region: str, out: Path, day: datetime | None, **question: Any) -> None:
    """Who is beyond which standard, how many, how far and why.

    Example: sempre-geo gaps valka --by municipality --out gaps.csv
    """
    from sempre_geo.pipeline.gaps import gaps as compute

    question["day"] = day.date() if day else None
    _write(settings, region, compute(settings, region, progress=TerminalProgress(), **question), out)


@cli.command()
@click.argument("region")
@click.option("--service", required=True, help="A category: gp, pharmacy, library ...")
@click.option("--add", type=click.IntRange(1), required=True, help="How many more.")
@click.option("--model", type=click.Choice(["mclp", "p-median", "p-center", "lscp"]), required=True)
@click.option("--limit", "limit_min", type=click.FloatRange(0, min_open=True), help="Minutes that count as served.")
@click.option("--mode", type=click.Choice(["car", "bike", "walk", "wheelchair"]), default="car", show_default=True)
@click.option("--group", default="all", show_default=True, help="Whose number weighs.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True)
@_OUT
@click.pass_obj
def siting(settings: Settings, /, region: str, out: Path, **question: Any) -> None:
    """Where further services would help most; the objective, bound and gap go to standard output.

    Example: sempre-geo siting demo --service gp --add 2 --model mclp --limit 20 --out sites.csv
    """
    from sempre_geo.pipeline.siting import siting as compute

    plan = compute(settings, region, progress=TerminalProgress(), **question)
    _write(settings, region, plan.sites, out)
    click.echo(f"objective {plan.objective:.6g}\nbound {plan.bound:.6g}\ngap {plan.gap:.6g}")
    click.echo(
        _("{homes} homes for {cells} inhabited cells, {candidates} of {every} candidate places").format(
            homes=plan.homes, cells=plan.homes_in_all, candidates=plan.candidates, every=plan.candidates_in_all
        ),
        err=True,
    )


@cli.command()
@click.argument("region")
@click.option("--from", "origin", type=_POSITION, required=True, help="LON,LAT")
@click.option("--to", "destination", type=_POSITION, required=True, help="LON,LAT")
@click.option("--depart", type=_MOMENT, help="Leave at YYYY-MM-DDTHH:MM, local time.")
@click.option("--arrive", type=_MOMENT, help="Be there by YYYY-MM-DDTHH:MM, local time.")
@click.option(
    "--mode", type=click.Choice(["transit", "car", "bike", "walk", "wheelchair"]), default="transit", show_default=True
)
@click.option("--wheelchair", is_flag=True, help="By bus: only what is known to be accessible.")
@click.option("--json", "as_json", is_flag=True, help="For programs instead of people.")
@click.pass_obj
def journey(settings: Settings, /, region: str, *, as_json: bool, **question: Any) -> int:
    """One journey, step by step.

    Example: sempre-geo journey demo --from 19.71,56.85 --to 19.9,56.9 --depart 2026-11-24T07:00
    """
    from sempre_geo.pipeline.journey import NoJourney, to_json, to_text
    from sempre_geo.pipeline.journey import journey as compute
    from sempre_geo.region.bundle import read_region

    answer = compute(settings, region, **question)
    click.echo(json.dumps(to_json(answer), ensure_ascii=False) if as_json else to_text(answer))
    if not as_json and read_region(region, settings).fictional:
        click.echo(_("This place is fictional: its people and timetables are invented."))
    return NO_RESULT if isinstance(answer, NoJourney) else 0


@cli.command(name="import")
@click.argument("region")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.pass_obj
def import_(settings: Settings, /, region: str, file: Path, *, dry_run: bool) -> int:
    """Take in contributions from CSV, GeoJSON, Kobo or ODK; they wait for review.

    Example: sempre-geo import valka answers.csv --dry-run
    """
    from sempre_geo.pipeline.exchange import import_contributions

    result = import_contributions(settings, region, file, dry_run=dry_run)
    for problem in result.problems:
        click.echo(problem, err=True)
    said = _("{added} would be added, {known} are known.") if dry_run else _("{added} added, {known} were known.")
    click.echo(said.format(added=result.added, known=result.known))
    return BAD_INPUT if result.problems else 0


@cli.group()
def user() -> None:
    """Local accounts of coordinators and other roles."""


@user.command(name="add")
@click.argument("name")
@click.option(
    "--role", required=True, help="coordinator, network_member, provider, policymaker, auditor, administrator"
)
@click.option("--scope", default="*", show_default=True, help="Where: *, region:NAME, municipality:ID ...")
@click.password_option(help="Asked for when not given.")
@click.pass_obj
def user_add(settings: Settings, /, name: str, **account: Any) -> None:
    """Make an account.

    Example: sempre-geo user add anna --role coordinator
    """
    from sempre_geo.pipeline.accounts import add_account

    add_account(settings, name, **account)
    click.echo(_("The account '{name}' is ready.").format(name=name))


@cli.command()
@click.argument("region")
@_OUT
@click.pass_obj
def export(settings: Settings, /, region: str, *, out: Path) -> None:
    """A region's layers and public contributions as one file.

    Example: sempre-geo export valka --out valka.gpkg
    """
    from sempre_geo.pipeline.export import export as write

    rows = write(settings, region, out=out)
    click.echo(_("{n} rows written to {path}.").format(n=rows, path=out), err=True)


@cli.command()
@click.argument("file", type=_FILE)
@click.pass_obj
def backup(settings: Settings, /, file: Path) -> None:
    """Keep a copy of the store and the photos in one file.

    Example: sempre-geo backup sempre-2026-11-22.zip
    """
    from sempre_geo.pipeline.backup import back_up

    back_up(settings, file)
    click.echo(_("Everything is in {path}; keep it where nobody else can read it.").format(path=file))


@cli.command()
@click.argument("file", type=_FILE)
@click.pass_obj
def restore(settings: Settings, /, file: Path) -> None:
    """Put a backup in the place of the store; what was erased since stays erased. Stop the app first.

    Example: sempre-geo restore sempre-2026-11-22.zip
    """
    from sempre_geo.pipeline.backup import restore as put_back

    erased = put_back(settings, file)
    click.echo(_("Restored from {path}; {n} entries that were erased since stay erased.").format(path=file, n=erased))
