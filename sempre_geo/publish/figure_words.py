"""The words of a figure that is attached to a proposal, found when it is read: each reads it in their own language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sempre_geo.i18n import gettext as _
from sempre_geo.publish.labels import mode_phrases
from sempre_geo.publish.speech import calendar_date, duration, people, share
from sempre_geo.region.bundle import fictional_title

_MOST = 1e10
"""More than any number of people or minutes; a file from elsewhere may hold whatever it likes."""


def figure_title(figure: Mapping[str, Any]) -> str:
    """A figure as people say it, with whose limit it is; as it was written where only its sentence was kept.

    Examples
    --------
    >>> figure_title({"title": "212 people", "date": "", "version": "0.1.0"})
    '212 people'
    >>> found = {"title": "", "place": "Palu", "mode": "walk", "limit_min": 30.0, "value": 0, "share": None}
    >>> figure_title(found)
    'Palu, on foot: not known; the data do not tell.'
    >>> figure_title({**found, "share": 0.0})
    'Palu, on foot: everybody is within 30 min, as far as is known.'
    """
    by, place = mode_phrases().get(str(figure.get("mode"))), figure.get("place")
    if by is None or not isinstance(place, str) or not _is_number(figure.get("limit_min")):
        return str(figure["title"])
    where = fictional_title(place) if figure.get("fictional") is True else place
    if not _is_number(figure.get("share")) or not _is_number(figure.get("value")):
        return _("{service}, {way}: not known; the data do not tell.").format(service=where, way=by)
    limit = duration(float(figure["limit_min"]))
    if figure["value"] == 0:
        sentence = _("{service}, {way}: everybody is within {limit}, as far as is known.")
        return sentence.format(service=where, way=by, limit=limit)
    return _(
        "{place}: {people} ({share}) need more than {limit} {by} to the nearest service of this kind. The limit is our "
        "own, no published standard."
    ).format(place=where, people=people(figure["value"]), share=share(figure["share"]), limit=limit, by=by)


def figure_date(figure: Mapping[str, Any]) -> str:
    """The date of a figure's data as the reader's language writes it; anything else as it was written.

    >>> figure_date({"date": "2026-01-05"}), figure_date({"date": "2021"}), figure_date({"date": ""})
    ('5 January 2026', '2021', '')
    """
    try:
        return calendar_date(date.fromisoformat(str(figure["date"])))
    except ValueError:
        return str(figure["date"])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < _MOST
