"""Commands of gaps: who is beyond which standard, and what would help most."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sempre_geo.cli.group import cli
from sempre_geo.cli.parameters import DAY, FILE, OUT, write_result
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import TerminalProgress
from sempre_geo.settings import Settings


@cli.command()
@click.argument("region")
@click.option(
    "--standards", help="A country code (LV, FI ...) or a table of standards; the region's country without it."
)
@click.option("--by", type=click.Choice(["municipality", "cell"]), default="municipality", show_default=True)
@click.option("--date", "day", type=DAY, help="The day for visits by bus; else a Tuesday early in the timetable.")
@OUT
@click.pass_obj
def gaps(settings: Settings, /, region: str, out: Path, day: datetime | None, **question: Any) -> None:
    """Who is beyond which standard, how many, how far and why.

    Example: sempre-geo gaps demo --by municipality --out gaps.csv
    """
    from sempre_geo.pipeline.gaps.place_gaps import gaps as compute

    question["day"] = day.date() if day else None
    write_result(settings, region, compute(settings, region, progress=TerminalProgress(), **question), out)


@cli.command()
@click.argument("region")
@click.option("--scenario", type=FILE, required=True, help="A scenario.toml; docs/scenarios.md shows each change.")
@click.option(
    "--mode", "modes", type=click.Choice(["transit", "car", "bike", "walk", "wheelchair"]), multiple=True,
    help="Repeat for several; without it the bus, where there is a timetable, and the car.",
)  # fmt: skip
@click.option("--service", "categories", multiple=True, help="A category; without it all that the scenario touches.")
@click.option("--date", "day", type=DAY, help="The day for visits; else an early one on which the changes run.")
@OUT
@click.pass_obj
def whatif(
    settings: Settings,
    /,
    region: str,
    scenario: Path,
    modes: tuple[str, ...],
    categories: tuple[str, ...],
    day: datetime | None,
    out: Path,
) -> None:
    """What a scenario would change: who gains, who loses, how much time; the answer in words on standard error.

    Example: sempre-geo whatif demo --scenario data/demo/scenarios/a-taxi-bus-in-haavere.toml --out gains.csv
    """
    from sempre_geo.gaps.scenarios import read_scenario
    from sempre_geo.pipeline.gaps.whatif import joined_tables, what_if_by_modes

    results = what_if_by_modes(
        settings, region, read_scenario(scenario), modes=modes, categories=list(categories) or None,
        day=day.date() if day else None, progress=TerminalProgress(),
    )  # fmt: skip
    write_result(settings, region, joined_tables(results), out)
    for sentence in dict.fromkeys(sentence for result in results for sentence in (*result.sentences, *result.method)):
        click.echo(sentence, err=True)


@cli.command()
@click.argument("region")
@click.option("--service", required=True, help="A category: gp, pharmacy, library ...")
@click.option("--add", type=click.IntRange(1), required=True, help="How many more.")
@click.option("--model", type=click.Choice(["mclp", "p-median", "p-center", "lscp"]), required=True)
@click.option("--limit", "limit_min", type=click.FloatRange(0, min_open=True), help="Minutes that count as served.")
@click.option(
    "--mode", type=click.Choice(["car", "bike", "walk", "wheelchair", "transit"]), default="car", show_default=True,
    help="With transit minutes are the time away from home for a visit.",
)  # fmt: skip
@click.option("--group", default="all", show_default=True, help="Whose number weighs.")
@click.option("--weigh", type=click.Choice(["people", "beyond"]), default="people", show_default=True,
              help="Everybody of the group, or only those beyond the limit today.")  # fmt: skip
@click.option(
    "--capacity", type=click.FloatRange(0, min_open=True), help="People each service has room for (p-median)."
)
@click.option(
    "--hours", "opening_hours", help="With transit: when the new services open; Mo-Fr 09:00-15:00 without it."
)
@click.option("--date", "day", type=DAY, help="With transit: the day; else an early Tuesday of the timetable.")
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True)
@OUT
@click.pass_obj
def siting(settings: Settings, /, region: str, out: Path, day: datetime | None, **question: Any) -> None:
    """Where further services would help most; the objective, bound and gap go to standard output.

    Example: sempre-geo siting demo --service gp --add 2 --model mclp --limit 20 --out sites.csv
    """
    from sempre_geo.pipeline.gaps.siting import siting as compute

    question |= {"day": day.date() if day else None}
    asked = {name: value for name, value in question.items() if value is not None}
    plan = compute(settings, region, progress=TerminalProgress(), **asked)
    write_result(settings, region, plan.sites, out)
    click.echo(f"objective {plan.objective:.6g}\nbound {plan.bound:.6g}\ngap {plan.gap:.6g}")
    click.echo(
        _("{homes} homes for {cells} inhabited cells, {candidates} of {every} candidate places").format(
            homes=plan.homes, cells=plan.homes_in_all, candidates=plan.candidates, every=plan.candidates_in_all
        ),
        err=True,
    )
