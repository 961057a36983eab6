"""Commands of travel times: matrices, journeys and visits."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sempre_geo.cli.group import NO_RESULT, cli
from sempre_geo.cli.parameters import CLOCK, DAY, FILE, MOMENT, OUT, POSITION, write_result
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import TerminalProgress
from sempre_geo.settings import Settings


@cli.command()
@click.argument("region")
@click.option("--mode", type=click.Choice(["car", "bike", "walk", "wheelchair", "transit"]), required=True)
@click.option("--origins", type=FILE, required=True, help="A CSV with the columns id, lon, lat.")
@click.option("--destinations", type=FILE, required=True, help="A CSV with the columns id, lon, lat.")
@click.option("--depart", type=MOMENT, help="When to leave, for transit: YYYY-MM-DDTHH:MM.")
@OUT
@click.pass_obj
def matrix(settings: Settings, /, region: str, out: Path, **question: Any) -> None:
    """Minutes between any two lists of points.

    Example: sempre-geo matrix valka --mode car --origins homes.csv --destinations halls.csv --out minutes.csv
    """
    from sempre_geo.pipeline.travel.matrix import matrix as compute

    write_result(settings, region, compute(settings, region, progress=TerminalProgress(), **question), out)


@cli.command()
@click.argument("region")
@click.option("--service", required=True, help="A category: gp, pharmacy, library ...")
@click.option("--date", "day", type=DAY, required=True, help="YYYY-MM-DD")
@click.option("--stay", "stay_min", type=click.IntRange(1, 24 * 60), required=True, help="Minutes at the service.")
@click.option(
    "--mode", type=click.Choice(["transit", "car", "bike", "walk", "wheelchair"]), default="transit",
    show_default=True, help="By bus, or by street all the way; wheelchair rolls all the way.",
)  # fmt: skip
@click.option("--wheelchair", is_flag=True, help="By bus: only what is known to be accessible.")
@click.option("--earliest", "earliest_min", type=CLOCK, default="06:00", show_default=True, help="Leave not before.")
@click.option("--latest", "latest_min", type=CLOCK, default="22:00", show_default=True, help="Be home by.")
@OUT
@click.pass_obj
def visits(settings: Settings, /, region: str, day: datetime, out: Path, **question: Any) -> None:
    """Whether people can get there, be served and be home again the same day; one row a cell.

    Example: sempre-geo visits demo --service gp --date 2026-11-24 --stay 60 --out visits.csv
    """
    from sempre_geo.pipeline.travel.visits import visits as compute

    write_result(
        settings, region, compute(settings, region, date=day.date(), progress=TerminalProgress(), **question), out
    )


@cli.command()
@click.argument("region")
@click.option("--from", "origin", type=POSITION, required=True, help="LON,LAT")
@click.option("--to", "destination", type=POSITION, required=True, help="LON,LAT")
@click.option("--depart", type=MOMENT, help="Leave at YYYY-MM-DDTHH:MM, local time.")
@click.option("--arrive", type=MOMENT, help="Be there by YYYY-MM-DDTHH:MM, local time.")
@click.option(
    "--mode", type=click.Choice(["transit", "car", "bike", "walk", "wheelchair"]), default="transit", show_default=True
)
@click.option("--wheelchair", is_flag=True, help="By bus: only what is known to be accessible.")
@click.option("--json", "as_json", is_flag=True, help="For programs instead of people.")
@click.pass_obj
def journey(settings: Settings, /, region: str, *, as_json: bool, **question: Any) -> int:
    """One journey, step by step.

    Example: sempre-geo journey demo --from 19.748,56.962 --to 19.727,56.915 --depart 2026-11-24T07:00
    """
    from sempre_geo.pipeline.travel.journey import NoJourney, to_json, to_text
    from sempre_geo.pipeline.travel.journey import journey as compute
    from sempre_geo.region.bundle import read_region

    answer = compute(settings, region, **question)
    click.echo(json.dumps(to_json(answer), ensure_ascii=False) if as_json else to_text(answer))
    if not as_json and read_region(region, settings).fictional:
        click.echo(_("This place is fictional: its people and timetables are invented."))
    return NO_RESULT if isinstance(answer, NoJourney) else 0
