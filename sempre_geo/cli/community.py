"""Commands of what people say: in and out, accounts, backups, and what is run once a day or a week."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sempre_geo.cli.group import BAD_INPUT, cli
from sempre_geo.cli.parameters import FILE
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings


def _table_if_given(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """A file a table can be written to, or none; refused before the work, not after."""
    from sempre_geo.region.files import check_table_ending

    if path is not None:
        check_table_ending(path)
    return path


@cli.command(name="import")
@click.argument("region")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--codes", type=FILE, callback=_table_if_given,
              help="Write each row's claim code to this table, to hand to whoever spoke.")  # fmt: skip
@click.pass_obj
def import_(settings: Settings, /, region: str, file: Path, *, dry_run: bool, codes: Path | None) -> int:
    """Take in contributions from CSV, GeoJSON, Kobo or ODK; they wait for review.

    With a column consent, only rows that say yes there are kept. Rows without an id are one person each.

    Example: sempre-geo import valka answers.csv --codes codes.csv
    """
    from sempre_geo.pipeline.community.exchange import import_contributions
    from sempre_geo.region.files import write_table

    result = import_contributions(settings, region, file, dry_run=dry_run)
    if codes is not None and not dry_run:
        write_table(result.codes, codes)
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


@user.command(name="password")
@click.argument("name")
@click.password_option(help="Asked for when not given.")
@click.pass_obj
def user_password(settings: Settings, /, name: str, *, password: str) -> None:
    """Give an account another password; whoever is logged in with it logs in again.

    Example: sempre-geo user password anna
    """
    from sempre_geo.pipeline.community.accounts import change_password

    change_password(settings, name, password=password)
    click.echo(_("The account '{name}' is ready.").format(name=name))


@user.command(name="role")
@click.argument("name")
@click.option("--role", required=True, help="As for 'user add'.")
@click.option("--scope", default="*", show_default=True, help="As for 'user add'.")
@click.pass_obj
def user_role(settings: Settings, /, name: str, *, role: str, scope: str) -> None:
    """Give an account one role instead of those it had; whoever is logged in with it logs in again.

    Example: sempre-geo user role anna --role coordinator --scope municipality:osm:r5
    """
    from sempre_geo.pipeline.community.accounts import change_role

    change_role(settings, name, role=role, scope=scope)
    click.echo(_("The account '{name}' is ready.").format(name=name))


@user.command(name="log-out")
@click.argument("name")
@click.pass_obj
def user_log_out(settings: Settings, /, name: str) -> None:
    """End every login of an account at once, as when a device was lost.

    Example: sempre-geo user log-out anna
    """
    from sempre_geo.pipeline.community.accounts import end_logins

    end_logins(settings, name)
    click.echo(_("Every login of '{name}' has ended.").format(name=name))


@user.command(name="close")
@click.argument("name")
@click.pass_obj
def user_close(settings: Settings, /, name: str) -> None:
    """Close an account for good and end its logins; what it did stays in the log.

    Example: sempre-geo user close anna
    """
    from sempre_geo.pipeline.community.accounts import close_account

    close_account(settings, name)
    click.echo(_("Every login of '{name}' has ended.").format(name=name))


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


@cli.command(name="merge")
@click.argument("file", type=FILE)
@click.pass_obj
def merge_(settings: Settings, /, file: Path) -> None:
    """Take over what another installation collected, such as a laptop in a village hall, from its backup.

    Again and again the same file changes nothing, and the codes given out there work here.

    Example: sempre-geo merge hall-2026-11-22.zip
    """
    from sempre_geo.pipeline.community.backup import take_over

    added, heard = take_over(settings, file)
    click.echo(_("{added} entries and {heard} voices are new here.").format(added=added, heard=heard))


@cli.command()
@click.pass_obj
def forget(settings: Settings, /) -> None:
    """Drop exact places and codes whose time is over (community.toml); run it once a day.

    Example: sempre-geo forget
    """
    from sempre_geo.pipeline.community.backup import forget as drop

    places, codes = drop(settings)
    click.echo(_("{places} exact places and {codes} codes are forgotten.").format(places=places, codes=codes))


@cli.command()
@click.argument("region")
@click.option("--out", type=FILE, callback=_table_if_given, help="Also write them to .csv, .geojson, .gpkg, .parquet.")
@click.pass_obj
def counts(settings: Settings, /, region: str, out: Path | None) -> None:
    """Take this week's public counts if nobody has; run it on Mondays, so that no visitor waits.

    Example: sempre-geo counts demo --out counts.csv
    """
    from sempre_geo.pipeline.community.counts import counts as taken
    from sempre_geo.pipeline.community.counts import counts_by_place
    from sempre_geo.region.files import write_table

    table = taken(settings, region)
    counts_by_place(settings, region)
    if out is not None:
        write_table(table.assign(zones=table["zones"].str.join(" ")), out)
    week = table["as_of"].iloc[0] if len(table) else _("this week")
    click.echo(_("{n} public counts of {week}.").format(n=len(table), week=week))


@cli.command()
@click.argument("region")
@click.option("--out", type=FILE, required=True, help="A file ending in .xlsx.")
@click.pass_obj
def form(settings: Settings, /, region: str, out: Path) -> None:
    """Write the questions as an XLSForm for KoboToolbox or ODK; import reads the answers.

    Example: sempre-geo form demo --out demo.xlsx
    """
    from sempre_geo.pipeline.community.field_form import write_form

    click.echo(_("{n} questions are in {path}.").format(n=write_form(settings, region, out), path=out))


@cli.command()
@click.argument("region")
@click.option("--out", type=FILE, required=True, help="OpenStreetMap notes (.osn) or a table (.csv ...).")
@click.pass_obj
def corrections(settings: Settings, /, region: str, out: Path) -> None:
    """Write the accepted corrections for OpenStreetMap's mappers or the timetable's publisher.

    Example: sempre-geo corrections demo --out demo.osn
    """
    from sempre_geo.pipeline.community.corrections import export_corrections
    from sempre_geo.region.bundle import read_region

    built = read_region(region, settings)
    written = export_corrections(settings, region, out, services=built.services, ferries=built.ferries)
    click.echo(_("{n} corrections are in {path}.").format(n=written, path=out))
