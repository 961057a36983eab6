"""Commands of what people say: import, accounts, backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sempre_geo.cli.group import BAD_INPUT, cli
from sempre_geo.cli.parameters import FILE
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings


@cli.command(name="import")
@click.argument("region")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.pass_obj
def import_(settings: Settings, /, region: str, file: Path, *, dry_run: bool) -> int:
    """Take in contributions from CSV, GeoJSON, Kobo or ODK; they wait for review.

    Example: sempre-geo import valka answers.csv --dry-run
    """
    from sempre_geo.pipeline.community.exchange import import_contributions

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
    from sempre_geo.pipeline.community.accounts import add_account

    add_account(settings, name, **account)
    click.echo(_("The account '{name}' is ready.").format(name=name))


@cli.command()
@click.argument("file", type=FILE)
@click.pass_obj
def backup(settings: Settings, /, file: Path) -> None:
    """Keep a copy of the store and the photos in one file.

    Example: sempre-geo backup sempre-2026-11-22.zip
    """
    from sempre_geo.pipeline.community.backup import back_up

    back_up(settings, file)
    click.echo(_("Everything is in {path}; keep it where nobody else can read it.").format(path=file))


@cli.command()
@click.argument("file", type=FILE)
@click.pass_obj
def restore(settings: Settings, /, file: Path) -> None:
    """Put a backup in the place of the store; what was erased since stays erased. Stop the app first.

    Example: sempre-geo restore sempre-2026-11-22.zip
    """
    from sempre_geo.pipeline.community.backup import restore as put_back

    erased = put_back(settings, file)
    click.echo(_("Restored from {path}; {n} entries that were erased since stay erased.").format(path=file, n=erased))
