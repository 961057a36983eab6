"""What options of several commands take: days, clocks, positions, files; and how a result is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


FILE = click.Path(path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
PORT = click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
_HOURS = 48


def _table_file(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    """A file a table can be written to; refused before minutes of work, not after."""
    from sempre_geo.region.files import check_table_ending

    check_table_ending(path)
    return path


OUT = click.option(
    "--out", type=FILE, required=True, callback=_table_file, help="A file ending in .csv, .geojson, .gpkg or .parquet."
)


class Clock(click.ParamType[int]):
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


CLOCK = Clock()


class Position(click.ParamType[tuple[float, float]]):
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


POSITION = Position()


def write_result(settings: Settings, region: str, frame: pd.DataFrame, out: Path) -> None:
    """Write a result; one that comes from an invented place says so in every row."""
    from sempre_geo.region.bundle import read_region
    from sempre_geo.region.files import write_table

    if read_region(region, settings).fictional:
        frame = frame.assign(fictional="fictional")
    write_table(frame, out)
    click.echo(_("{n} rows written to {path}.").format(n=len(frame), path=out), err=True)
