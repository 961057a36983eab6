"""Commands of comparing: municipalities, regions, builds, and our figures with published ones."""

from __future__ import annotations

from pathlib import Path

import click

from sempre_geo.cli.group import cli
from sempre_geo.cli.parameters import OUT, write_result
from sempre_geo.settings import Settings


@cli.command()
@click.argument("regions", nargs=-1, required=True, metavar="REGION...")
@click.option("--service", "category", required=True, help="A category: gp, pharmacy, library ...")
@click.option(
    "--mode", type=click.Choice(["car", "bike", "walk", "wheelchair", "transit"]), default="car", show_default=True
)
@click.option("--limit", required=True, help="Minutes (by transit: away from home), or the id of a standard.")
@click.option("--group", default="population", show_default=True, help="Who is counted: over_64, under_15 ...")
@click.option("--earlier", metavar="FOLDER", help="Compare with an earlier build; 'last' for the one replaced last.")
@OUT
@click.pass_obj
def compare(
    settings: Settings, /, *, regions: tuple[str, ...], earlier: str | None, out: Path, category: str, mode: str,
    limit: str, group: str,
) -> None:  # fmt: skip
    """Municipalities ranked, regions side by side, or a region beside an earlier build of it.

    Example: sempre-geo compare valka voru --service gp --limit 20 --out regions.csv

    Example: sempre-geo compare valka --service gp --mode transit --limit 240 --earlier last --out changes.csv
    """
    from sempre_geo.pipeline.gaps.compare import (
        Question,
        change_sentences,
        compare_builds,
        compare_municipalities,
        compare_regions,
    )

    question = Question(category, mode, limit, group)
    if earlier:
        found = compare_builds(settings, regions[0], earlier=earlier, question=question)
        write_result(settings, regions[0], found.table, out)
        click.echo("\n".join(change_sentences(found)))
    elif len(regions) > 1:
        write_result(settings, regions[0], compare_regions(settings, regions, question=question), out)
    else:
        write_result(settings, regions[0], compare_municipalities(settings, regions[0], question=question), out)


@cli.command()
@click.argument("region")
@click.option("--country", help="Compare with this country's figures; the region's own without it.")
@OUT
@click.pass_obj
def validate(settings: Settings, /, region: str, country: str | None, out: Path) -> None:
    """Our drives to hospitals and schools beside those Eurostat has published: how far to trust us.

    Example: sempre-geo validate valka --out differences.csv
    """
    from sempre_geo.pipeline.gaps.validation import SOURCE
    from sempre_geo.pipeline.gaps.validation import validate as compute

    table = compute(settings, region, country=country)
    write_result(settings, region, table, out)
    shown = table[["service", "nearest", "limit_min", "ours_percent", "country_percent", "rural_percent",
                   "difference_points"]]  # fmt: skip
    click.echo(shown.to_string(index=False, float_format=lambda number: f"{number:.1f}", na_rep="?"))
    click.echo(SOURCE)
