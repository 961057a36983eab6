"""A visit step by step: each walk and each ride in a line, there and back."""

from __future__ import annotations

from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.travel.timetables import RegionTimetable
from sempre_geo.pipeline.travel.visit_details import VisitDetail
from sempre_geo.pipeline.travel.visit_grounds import region_grounds
from sempre_geo.pipeline.travel.visit_sentences import clock
from sempre_geo.settings import Settings
from sempre_geo.travel.itineraries import HOME, SERVICE, Leg
from sempre_geo.travel.timetable import ServiceDay

_MINUTE_S = 60


def step_sentences(settings: Settings, region: str, *, detail: VisitDetail) -> tuple[str, ...]:
    """The lines of a visit by bus: the way there, the time at the service, the way home; empty without a visit."""
    visit = detail.visit
    if visit is None:
        return ()
    timetable: RegionTimetable = region_grounds(settings, region).timetable
    day = timetable.day(detail.date, "walk")
    service = detail.service or _("the service")
    there = [_step(day, leg, service=service) for leg in visit.there]
    back = [_step(day, leg, service=service) for leg in visit.back]
    at_service = _("{time}  {service}, until {until}").format(
        time=clock(visit.start_s), service=service, until=clock(visit.end_s)
    )
    return (*there, at_service, *back)


def _step(day: ServiceDay, leg: Leg, *, service: str) -> str:
    start, end = _place(day, leg.start, service), _place(day, leg.end, service)
    if leg.mode == "walk":
        minutes = max(-(-(leg.end_s - leg.start_s) // _MINUTE_S), 1)
        told = ngettext("{time}  walk {minutes} minute to {to}", "{time}  walk {minutes} minutes to {to}", minutes)
        return told.format(time=clock(leg.start_s), minutes=minutes, to=end)
    told = _("{time}  {route} from {start} to {to}, there at {arrival}").format(
        time=clock(leg.start_s), route=str(day.trips["route"].iloc[leg.trip]), start=start, to=end,
        arrival=clock(-(-leg.end_s // _MINUTE_S) * _MINUTE_S),
    )  # fmt: skip
    booked = bool(day.book_board[leg.board_row] | day.book_alight[leg.alight_row])
    return told + (_("; book ahead") if booked else "")


def _place(day: ServiceDay, place: int, service: str) -> str:
    if place == HOME:
        return _("your home")
    return service if place == SERVICE else str(day.stops["name"].iloc[place])
