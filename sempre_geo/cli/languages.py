"""Commands of the languages: a table out for who reads them, and its corrections in."""

from __future__ import annotations

from pathlib import Path

import click

from sempre_geo.cli.group import cli
from sempre_geo.cli.parameters import FILE
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings


@cli.group()
def translations() -> None:
    """Correct the app's sentences in a language, by a table."""


@translations.command(name="out")
@click.argument("language")
@click.option("--out", "file", type=FILE, required=True, help="A file ending in .csv.")
@click.pass_obj
def translations_out(_settings: Settings, /, language: str, file: Path) -> None:
    """Every sentence of a language beside its English, as a table.

    Example: sempre-geo translations out lv --out latvian.csv
    """
    from sempre_geo.pipeline.prepare.translations import write_translations

    click.echo(_("{n} rows written to {path}.").format(n=write_translations(language, file), path=file), err=True)


@translations.command(name="in")
@click.argument("language")
@click.argument("file", type=FILE)
@click.pass_obj
def translations_in(_settings: Settings, /, language: str, file: Path) -> None:
    """Take a corrected table in; "yes" in its last column says that a native speaker has read the row.

    Example: sempre-geo translations in lv latvian.csv
    """
    from sempre_geo.pipeline.prepare.translations import read_translations

    click.echo(_("{n} texts changed.").format(n=read_translations(language, file)))


@translations.command(name="update")
@click.argument("languages", nargs=-1)
@click.pass_obj
def translations_update(settings: Settings, /, languages: tuple[str, ...]) -> None:
    """Bring catalogues in step with the English messages of the code, and count what is to translate.

    Example: sempre-geo translations update lv et
    """
    from sempre_geo.pipeline.prepare.translations import LANGUAGES, update_catalogue

    for language in languages or LANGUAGES:
        missing = update_catalogue(settings, language)
        click.echo(_("{language}: {n} to translate").format(language=language, n=len(missing)))
