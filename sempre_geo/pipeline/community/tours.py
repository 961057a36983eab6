"""Use cases of an outreach tour: planning it by road and opening hours, its printable plan and its calendar file."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from sempre_geo.community.moments import stamp
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.outreach import load_tour, load_tours, save_tour
from sempre_geo.community.texts import kept_text
from sempre_geo.community.tours import Stop, Tour, Visit, check_tour, plan_tour
from sempre_geo.errors import InputError, MissingDataError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, now, open_community
from sempre_geo.pipeline.community.listening import OUTREACH, listener
from sempre_geo.pipeline.community.outreach import Search, outreach_places
from sempre_geo.pipeline.community.outreach_ways import coming_by_bus, hall_hours, road_minutes
from sempre_geo.pipeline.explore.views import open_region, place_name
from sempre_geo.publish import brief, calendar_file
from sempre_geo.publish.hours_speech import told_hours
from sempre_geo.publish.palette import read_themes
from sempre_geo.publish.tour_document import appointments, tour_brief
from sempre_geo.settings import Settings

KINDS = ("pdf", "html", "ics")
_MOST_LISTED = 20
_MOST_PLACES = 100
_SATURDAY = 5


@dataclass(frozen=True)
class Wish:
    """What a tour is to be like: its settlements, where it starts and ends, its days and hours, and notes."""

    place_ids: tuple[str, ...]
    start_id: str
    days: tuple[date, ...]
    earliest_min: int = 8 * 60
    latest_min: int = 18 * 60
    stay_min: int = 120
    notes: str = ""


@dataclass(frozen=True)
class TourFile:
    """A tour's plan or calendar, to be handed out."""

    name: str
    media_type: str
    content: bytes


def plan_outreach_tour(
    settings: Settings, region: str, *, wish: Wish, search: Search, by: Asker, at: datetime | None = None
) -> str:
    """Order some places into a tour and keep it; returns its id.

    Raises
    ------
    InputError
        There are too many places or none, a place or a hall is not among those that can be visited, the times do
        not fit, or no day has room for any of the places; then nothing is kept.
    NotAllowedError
        The asker is neither coordinator nor network member here.
    """
    when, tour_id = at or now(), secrets.token_hex(16)
    chosen = list(dict.fromkeys(wish.place_ids))
    plan = outreach_places(settings, region, by=by, search=search, most=_MOST_PLACES, at=when)
    strange = [one for one in chosen if one not in plan.index]
    built = open_region(settings, region)
    if not chosen:
        raise InputError(_("A tour needs at least one place and one day."))
    if strange or wish.start_id not in built.settlements.index:
        raise InputError(
            _("These places cannot be visited: {names}.").format(names=first_items(strange or [wish.start_id]))
        )
    places = _by_hall(plan.loc[[place for place in plan.index if place in chosen]])
    content = _planned(settings, region, places, wish=wish) | {"group": search.group, "category": search.category}
    with open_community(settings).writing() as transaction:
        person = listener(settings, transaction, region, by=by, action=OUTREACH)
        row = {"id": tour_id, "region": region, "content": content, "actor": person.actor, "created_at": stamp(when)}
        save_tour(transaction, row)
    return tour_id


def day_for_tour(settings: Settings, region: str, *, halls: Sequence[object], days: Sequence[date]) -> date:
    """The first working day on which most of some halls are open, as those who plan a tour would choose it first."""
    working = [day for day in days if day.weekday() < _SATURDAY] or list(days)
    frame = (Wish.earliest_min, Wish.latest_min)
    best, most = working[0], -1
    for day in working:
        open_then = sum(bool(hall_hours(settings, region, hall_id=hall, day=day, frame=frame)) for hall in halls)
        if open_then > most:
            best, most = day, open_then
        if most == len(halls):
            break
    return best


def tour_content(settings: Settings, tour_id: str, *, by: Asker) -> Mapping[str, Any]:
    """What was planned: ``start, days, left_out, notes, by_road, group, category``.

    Raises
    ------
    MissingDataError
        There is no such tour.
    NotAllowedError
        The asker is neither coordinator nor network member of its region.
    """
    with open_community(settings).reading() as transaction:
        row = _known(transaction, tour_id)
        listener(settings, transaction, row["region"], by=by, action=OUTREACH)
    return dict(row["content"])


def listed_tours(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """A region's tours, the newest first: ``id, first_day, names``."""
    with open_community(settings).reading() as transaction:
        listener(settings, transaction, region, by=by, action=OUTREACH)
        rows = load_tours(transaction, region, most=_MOST_LISTED)
    found = [
        {
            "id": row["id"], "first_day": row["content"]["days"][0]["on"],
            "names": ", ".join(visit["name"] for day in row["content"]["days"] for visit in day["visits"]),
        }
        for row in rows if row["content"]["days"]
    ]  # fmt: skip
    return pd.DataFrame(found, columns=["id", "first_day", "names"])


def tour_file(settings: Settings, tour_id: str, *, kind: str, by: Asker) -> TourFile:
    """A tour as a printable plan (``pdf``, ``html``) or for a calendar (``ics``); the same tour gives the same bytes.

    Raises
    ------
    InputError
        The kind is none of these.
    MissingDataError, NotAllowedError
        As :func:`tour_content`.
    """
    if kind not in KINDS:
        raise InputError(_("A tour comes as {kinds}.").format(kinds=", ".join(KINDS)))
    content = tour_content(settings, tour_id, by=by)
    with open_community(settings).reading() as transaction:
        built = open_region(settings, str(_known(transaction, tour_id)["region"]))
    if kind == "ics":
        made = calendar_file.to_calendar(appointments(content, region=built, key=tour_id), zone=built.country.zone)
        return TourFile("outreach.ics", calendar_file.MEDIA_TYPE, made)
    plan = tour_brief(content, region=built, colours=brief.colours_of(read_themes(settings)["light"]))
    if kind == "html":
        return TourFile(f"{plan.file_stem}.html", "text/html; charset=utf-8", brief.to_html(plan).encode())
    return TourFile(f"{plan.file_stem}.pdf", "application/pdf", brief.to_pdf(plan))


def _planned(settings: Settings, region: str, places: pd.DataFrame, *, wish: Wish) -> dict[str, Any]:
    built = open_region(settings, region)
    start = built.settlements.geometry.loc[wish.start_id]
    frame = (wish.earliest_min, wish.latest_min)
    days = sorted(set(wish.days))
    stops = [
        Stop(str(place), wish.stay_min,
             tuple(hall_hours(settings, region, hall_id=row["hall_id"], day=day, frame=frame) for day in days))
        for place, row in places.iterrows()
    ]  # fmt: skip
    check_tour(stops, days=days, earliest_min=wish.earliest_min, latest_min=wish.latest_min)
    at = pd.DataFrame({"lon": [start.x, *places["hall_lon"]], "lat": [start.y, *places["hall_lat"]]})
    minutes, by_road = road_minutes(settings, region, places=at, days=days)
    tour = plan_tour(stops, minutes, days=days, earliest_min=wish.earliest_min, latest_min=wish.latest_min)
    if not tour.days:
        raise InputError(_no_room(places, closed=[not any(stop.open) for stop in stops]))
    return _content(settings, region, tour, places) | {
        "start": place_name(built, wish.start_id), "by_road": by_road, "notes": kept_text(wish.notes),
    }  # fmt: skip


def _no_room(places: pd.DataFrame, *, closed: Sequence[bool]) -> str:
    """Why no tour can be made: the halls that are closed on every day asked for, with their hours."""
    shut = [
        f"{row['hall']} ({told_hours(str(row['opening_hours']))})"
        for row in places.loc[list(closed)].to_dict("records")
    ]
    told = [_("No day has room for any of these places: choose more days or longer ones.")]
    if shut:
        told.append(_("Closed on these days: {names}.").format(names=first_items(shut)))
    return " ".join(told)


def _by_hall(places: pd.DataFrame) -> pd.DataFrame:
    """Places that share a hall as one, named after all of them, where the first of them stood."""
    key = pd.Series(
        [hall if isinstance(hall, str) else place for place, hall in places["hall_id"].items()], places.index
    )
    parts = [rows for _hall, rows in places.groupby(key, sort=False)]
    joined = [
        rows.iloc[0].to_dict() | {"name": ", ".join(rows["name"]), "place_id": rows.index[0]}
        | {name: rows[name].sum(min_count=1) for name in ("everybody", "children", "from_elsewhere")}
        for rows in parts
    ]  # fmt: skip
    return pd.DataFrame(joined).set_index("place_id")


def _content(settings: Settings, region: str, tour: Tour, places: pd.DataFrame) -> dict[str, Any]:
    days = [
        {
            "on": day.on.isoformat(), "leave": day.leave, "back": day.back,
            "visits": [
                _visit(settings, region, visit, pd.Series(places.loc[visit.stop_id]), on=day.on)
                for visit in day.visits
            ],
        }
        for day in tour.days
    ]  # fmt: skip
    return {"days": days, "left_out": [str(places.loc[place, "name"]) for place in tour.left_out]}


def _visit(settings: Settings, region: str, visit: Visit, place: pd.Series, *, on: date) -> dict[str, Any]:
    """A visit with what is known of the place, as plain data: sentences are made when it is read."""
    coming = coming_by_bus(
        settings, region, hall_id=str(place["hall_id"]), settlement_id=visit.stop_id, day=on,
        open_min=(visit.begin, visit.end),
    ) if place["hall"] else None  # fmt: skip
    known = asdict(coming) if coming else dict.fromkeys(("of", "on_foot", "by_bus", "first", "last"))
    return asdict(visit) | {
        "name": str(place["name"]), "hall": str(place["hall"]), "hall_category": str(place["hall_category"]),
        "lon": float(place["hall_lon"]), "lat": float(place["hall_lat"]), "wheelchair": str(place["wheelchair"]),
        "opening_hours": str(place["opening_hours"]), "known_by": str(place["known_by"]),
        "people": _number(place["everybody"]), "children": _number(place["children"]),
        "from_elsewhere": _number(place["from_elsewhere"]),
    } | known  # fmt: skip


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type,call-overload]


def _known(transaction: Transaction, tour_id: str) -> Mapping[str, Any]:
    row = load_tour(transaction, tour_id)
    if row is None:
        raise MissingDataError(_("There is no such tour (any more); load the list again."))
    return row
