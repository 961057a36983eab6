"""From values to a page: the templates, and the headers that every page carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, JSONResponse, Response

from sempre_geo.community.texts import shown_text
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language, gettext, ngettext
from sempre_geo.light.files import BASE, read_files
from sempre_geo.light.here import Here
from sempre_geo.light.visit import Visit
from sempre_geo.publish.figure_words import figure_date, figure_title
from sempre_geo.publish.labels import LANGUAGE_NAMES, status
from sempre_geo.publish.speech import calendar_date

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
_FINDING = {LookupError: 404, PermissionError: 403, FileNotFoundError: 503, OSError: 503}


def page(visit: Visit, template: str, *, status_code: int = 200, **values: Any) -> Response:
    """A page of the visitor's language; nothing of it is kept by a browser or in between."""
    drawn = _templates().get_template(f"{template}.html").render(**_frame(visit), **values)
    return HTMLResponse(drawn, status_code=status_code, headers=_HEADERS)


def trouble(visit: Visit, sentence: str, *, status_code: int) -> Response:
    """What went wrong, in one sentence: as a page, or for a script that asked."""
    if visit.wants_json:
        return JSONResponse({"problem": sentence}, status_code=status_code, headers=_HEADERS)
    return page(visit, "trouble", sentence=sentence, status_code=status_code)


def status_of(problem: SempreGeoError) -> int:
    """The HTTP status of a refusal: 404 for what is not there, 403 for what is not allowed, 422 else."""
    return next((code for kind, code in _FINDING.items() if isinstance(problem, kind)), 422)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as a template reads them, the index left out."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _frame(visit: Visit) -> Mapping[str, Any]:
    """What stands round every page."""
    return {
        "base": BASE,
        "home": f"{BASE}/{visit.language}",
        "site": visit.site,
        "language": visit.language,
        "spoken": current_language().partition("@")[0],
        "untranslated": "" if current_language() == visit.language else visit.language,
        "languages": LANGUAGE_NAMES,
        "files": read_files(visit.here.settings),
        "place": _place(visit.here),
    }


def _place(here: Here) -> Mapping[str, Any]:
    """The region's name and whether it exists; nothing while no region is built."""
    if not here.region_name:
        return {"title": "", "fictional": False}
    try:
        region = here.region
    except SempreGeoError:
        return {"title": "", "fictional": False}
    # the badge below says "fictional" better than brackets behind the name
    title = region.title.partition(" (")[0] if region.fictional else region.title
    return {"title": title, "fictional": region.fictional}


def _day(moment: str) -> str:
    """The day of a moment as the store keeps it, as a person reads it."""
    return calendar_date(date.fromisoformat(moment[:10]))


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, status=status)
    made.filters["shown"] = shown_text
    made.filters["day"] = _day
    made.filters["figure_title"] = figure_title
    made.filters["figure_date"] = figure_date
    return made
