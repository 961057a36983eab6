"""The command of the brief."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sempre_geo.cli.group import cli
from sempre_geo.cli.parameters import FILE
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.progress import TerminalProgress
from sempre_geo.settings import Settings


def _brief_file(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    """A file a brief can be written to; refused before the work, not after."""
    from sempre_geo.publish.brief import check_brief_ending

    check_brief_ending(path)
    return path


@cli.command()
@click.argument("region")
@click.option("--lang", "language", help="The brief's language, a code like lv; the command's own without it.")
@click.option("--municipality", help="Only this one, by its name or id.")
@click.option("--service", "categories", multiple=True, help="Only this category; repeatable.")
@click.option("--out", type=FILE, required=True, callback=_brief_file, help="A file ending in .pdf or .html.")
@click.pass_obj
def report(settings: Settings, /, region: str, language: str | None, out: Path, **question: Any) -> None:
    """A brief for those who decide: key figures, maps, voices, what follows, sources.

    Example: sempre-geo report demo --lang en --out brief.pdf
    """
    from sempre_geo.pipeline.brief.report import report as compute
    from sempre_geo.publish.brief import write_brief

    brief = compute(settings, region, language=language or current_language(), progress=TerminalProgress(), **question)
    write_brief(brief, out)
    click.echo(_("The brief is in {path}.").format(path=out), err=True)
