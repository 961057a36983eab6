"""What is near me and when can I get there: asked and answered without a place in any address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import datetime
from typing import Any

from starlette.responses import Response

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page
from sempre_geo.light.places import Where, picture_size, place_lists, read_where
from sempre_geo.light.tokens import new_token, wrong_token
from sempre_geo.light.visit import Visit
from sempre_geo.pipeline.explore.everyday import STAY_MIN, Everyday, everyday, on_a_day, usual_categories
from sempre_geo.pipeline.explore.sentences import heard, quotes, who_lives
from sempre_geo.pipeline.explore.views import STREET_MODES, place_at
from sempre_geo.pipeline.explore.views import answer as answer_of
from sempre_geo.pipeline.explore.visit_views import BUS, STAYS_MIN, offered_days
from sempre_geo.publish.labels import mode_phrases
from sempre_geo.publish.speech import calendar_date, duration, in_sentence, spoken_date

FORM = "near"
MOST_SERVICES = 8
"""So many services are answered at once: they fit a sheet of paper and few seconds."""


def ask(visit: Visit) -> Response:
    """The questions: where, what for, how, on which day."""
    return _ask(visit)


def answer(visit: Visit) -> Response:
    """The answer in sentences; the questions again where something is missing."""
    place = read_where(visit)
    problems = {**wrong_token(visit, FORM), **_wrong_needs(visit)}
    if place.problem:
        problems["place"] = place.problem
    return _ask(visit, problems, place) if problems else _answer(visit, place)


def map_screen(visit: Visit) -> Response:
    """The lettered map, for whoever asks for one without scripts; it leads on to the answer."""
    return page(
        visit, "map", form=visit.form, carried=("token", "category", "way", "day", "stay"), problems={},
        onward="near", size=picture_size(visit.here),
    )  # fmt: skip


def _wrong_needs(visit: Visit) -> dict[str, str]:
    chosen = _needed(visit)
    if not chosen:
        return {"category": _("Choose what you need.")}
    if len(chosen) > MOST_SERVICES:
        return {"category": _("Choose at most {n} at once.").format(n=MOST_SERVICES)}
    return {}


def _needed(visit: Visit) -> list[str]:
    """The services that were ticked, in the order of the list."""
    return [name for name in visit.here.categories if name in visit.form.every("category")]


def _ask(visit: Visit, problems: Mapping[str, str] | None = None, place: Where | None = None) -> Response:
    here = visit.here
    usual = () if visit.form.one("token") else usual_categories(here.settings, here.region)
    return page(
        visit, "near", form=visit.form, problems=problems or {}, found=place.found if place else (),
        chosen=_needed(visit) or usual, lists=place_lists(visit, with_municipalities=False),
        token=new_token(here.settings, FORM), bbox=here.region.bbox, region_name=here.region_name,
        categories=here.categories, status_code=422 if problems else 200, **_choices(visit),
    )  # fmt: skip


def _choices(visit: Visit) -> Mapping[str, Any]:
    days = _days(visit)
    phrases = mode_phrases()
    return {
        "ways": {mode: phrases[mode] for mode in ([BUS] if days else []) + list(STREET_MODES)},
        "days": {day.isoformat(): spoken_date(day) for day in days},
        "stays": {str(minutes): duration(minutes) for minutes in STAYS_MIN},
    }


def _answer(visit: Visit, place: Where) -> Response:
    here, home, needed = visit.here, _home(visit, place), _needed(visit)
    round_here = answer_of(
        here.settings, here.region_name, place_id=home, category=needed[0], language=visit.language
    )  # fmt: skip
    return page(
        visit, "near_answer", place_name=place.label, place_value=place.value, municipality=round_here.municipality,
        lives=who_lives(round_here), parts=[_part(visit, home, category) for category in needed],
        heard=heard(round_here), quotes=quotes(round_here), today=spoken_date(_today(visit)),
        as_of=calendar_date(_today(visit)),
    )  # fmt: skip


def _part(visit: Visit, home: str, category: str) -> Mapping[str, Any]:
    """One service's part of the answer; where there is none, the sentence that says so."""
    try:
        found = _told(visit, home, category)
    except SempreGeoError as problem:
        found = Everyday(category, (str(problem),))
    day = spoken_date(found.day) if found.day is not None else ""
    return {**vars(found), "title": visit.here.category(category), "day": day}


def _told(visit: Visit, home: str, category: str) -> Everyday:
    here, ways = visit.here, _choices(visit)["ways"]
    asked: dict[str, Any] = {
        "place_id": home, "category": category, "service": in_sentence(here.category(category)),
        "mode": visit.form.one("way") if visit.form.one("way") in ways else next(iter(ways)),
    }  # fmt: skip
    day = {one.isoformat(): one for one in _days(visit)}.get(visit.form.one("day"))
    if day is None:
        return everyday(here.settings, here.region_name, **asked, now=datetime.now(here.region.country.zone))
    stay = visit.form.one("stay")
    minutes = int(stay) if stay in {str(offered) for offered in STAYS_MIN} else STAY_MIN
    return on_a_day(here.settings, here.region_name, **asked, day=day, stay_min=minutes)


def _home(visit: Visit, place: Where) -> str:
    """The cell or settlement whose ways are told."""
    if place.marked is None:
        return place.settlement_id
    lon, lat = place.marked
    return place_at(visit.here.settings, visit.here.region_name, lon=lon, lat=lat)


def _days(visit: Visit) -> list[Date]:
    return offered_days(visit.here.settings, visit.here.region_name, today=_today(visit))


def _today(visit: Visit) -> Date:
    return datetime.now(visit.here.region.country.zone).date()
