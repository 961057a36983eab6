"""What is near me and when can I get there: asked and answered without a place in any address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from datetime import datetime
from typing import Any

from starlette.responses import Response

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, status_of
from sempre_geo.light.places import Where, picture_size, place_lists, read_where
from sempre_geo.light.tokens import new_token, seconds_since
from sempre_geo.light.visit import Visit
from sempre_geo.pipeline.explore.sentences import mode_phrases, quotes, sentences
from sempre_geo.pipeline.explore.views import STREET_MODES, place_at
from sempre_geo.pipeline.explore.views import answer as answer_of
from sempre_geo.pipeline.explore.visit_views import BUS, STAYS_MIN, bus_sentences, offered_days
from sempre_geo.publish.speech import duration, in_sentence, spoken_date

FORM = "near"
_USUAL_STAY_MIN = 60
_WORKDAYS = range(5)


def ask(visit: Visit) -> Response:
    """The questions: where, what for, how, on which day."""
    return _ask(visit)


def answer(visit: Visit) -> Response:
    """The answer in sentences; the questions again where something is missing."""
    place, problems = read_where(visit), {}
    if place.problem:
        problems["place"] = place.problem
    if visit.form.one("category") not in visit.here.categories:
        problems["category"] = _("Choose what you need.")
    if problems:
        return _ask(visit, problems, place, status_code=422)
    try:
        seconds_since(visit.here.settings, FORM, token=visit.form.one("token"))
        return _answer(visit, place)
    except SempreGeoError as problem:
        return _ask(visit, {"": str(problem)}, place, status_code=status_of(problem))


def map_screen(visit: Visit) -> Response:
    """The lettered map, for whoever asks for one without scripts; it leads on to the answer."""
    return page(
        visit, "map", form=visit.form, carried=("token", "category", "way", "day", "stay", "week"), problems={},
        onward="near", size=picture_size(visit.here),
    )  # fmt: skip


def _ask(
    visit: Visit, problems: Mapping[str, str] | None = None, place: Where | None = None, *, status_code: int = 200
) -> Response:
    return page(
        visit, "near", form=visit.form, problems=problems or {}, found=place.found if place else (),
        lists=place_lists(visit, with_municipalities=False), token=new_token(visit.here.settings, FORM),
        bbox=visit.here.region.bbox, region_name=visit.here.region_name, status_code=status_code, **_choices(visit),
    )  # fmt: skip


def _choices(visit: Visit) -> Mapping[str, Any]:
    days = _days(visit)
    phrases = mode_phrases()
    return {
        "categories": visit.here.categories,
        "ways": {mode: phrases[mode] for mode in ([BUS] if days else []) + list(STREET_MODES)},
        "days": {day.isoformat(): spoken_date(day) for day in days},
        "workday": next((day.isoformat() for day in days if day.weekday() in _WORKDAYS), ""),
        "stays": {str(minutes): duration(minutes) for minutes in STAYS_MIN},
    }


def _answer(visit: Visit, place: Where) -> Response:
    form, here = visit.form, visit.here
    ways = _choices(visit)["ways"]
    way = form.one("way") if form.one("way") in ways else next(iter(ways))
    category = form.one("category")
    home = _home(visit, place)
    said = answer_of(here.settings, here.region_name, place_id=home, category=category, language=visit.language)
    title = here.category(category)
    day = _by_bus(visit, home) if way == BUS else ()
    told = sentences(said, service=in_sentence(title), mode=way, by_bus=day)
    return page(visit, "near_answer", place_name=place.label, municipality=said.municipality, service=title,
                category=category, told=told, quotes=quotes(said))  # fmt: skip


def _home(visit: Visit, place: Where) -> str:
    """The cell or settlement whose ways are told."""
    if place.marked is None:
        return place.settlement_id
    lon, lat = place.marked
    return place_at(visit.here.settings, visit.here.region_name, lon=lon, lat=lat)


def _by_bus(visit: Visit, place_id: str) -> Sequence[str]:
    days = {day.isoformat(): day for day in _days(visit)}
    stay = visit.form.one("stay")
    return bus_sentences(
        visit.here.settings, visit.here.region_name, place_id=place_id, category=visit.form.one("category"),
        day=days.get(visit.form.one("day"), next(iter(days.values()))), week=visit.form.one("week") == "yes",
        stay_min=int(stay) if stay in {str(minutes) for minutes in STAYS_MIN} else _USUAL_STAY_MIN,
    )  # fmt: skip


def _days(visit: Visit) -> list[Date]:
    region = visit.here.region
    today = datetime.now(region.country.zone).date()
    return offered_days(visit.here.settings, region.name, today=today)
