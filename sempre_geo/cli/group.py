"""The door of the command line: every refusal is one sentence and an exit status, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from typing import NoReturn

import click

from sempre_geo import __version__
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import set_language
from sempre_geo.settings import read_settings

BAD_INPUT = 2
NO_RESULT = 1
UNEXPECTED = 70


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
