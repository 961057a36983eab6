"""Use case: from one place to another at a given time, by bus or by street, step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sempre_geo.errors import InputError
from sempre_geo.i18n import current_language, ngettext, reworded
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.travel.closed_ferries import network_of
from sempre_geo.pipeline.travel.region_in_use import RegionInUse, correction_notes, region_in_use
from sempre_geo.pipeline.travel.timetables import RegionTimetable, Rider, region_timetable
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings
from sempre_geo.travel.journeys import Doorsteps, Journey, Leg, Place, arrivals, arrive_by, depart_at
from sempre_geo.travel.nearest import Streets, streets_of, travel_matrix
from sempre_geo.travel.profiles import FAR_S
from sempre_geo.travel.speeds import MODES, Mode
from sempre_geo.travel.walks import WalkingRules, walks

Position = tuple[float, float]
TRANSIT = "transit"
_ONE_MINUTE = 60.0


@dataclass(frozen=True)
class NoJourney:
    """There is no way: a reason code (see :mod:`sempre_geo.gaps.reasons`) and the sentence a person reads."""

    reason: str
    sentence: str
    minutes_if_unknown_is_fine: float | None = None


@dataclass(frozen=True)
class Answer(Journey):
    """A journey with what must be said beside it.

    Attributes
    ----------
    minutes_if_unknown_is_fine
        By wheelchair: the minutes if everything nobody has recorded turns out to be accessible; else None.
    notes
        Sentences on the timetable's age and what was assumed.
    """

    minutes_if_unknown_is_fine: float | None = None
    notes: tuple[str, ...] = ()


def journey(
    settings: Settings,
    region: str,
    *,
    origin: Position,
    destination: Position,
    depart: datetime | None = None,
    arrive: datetime | None = None,
    mode: str = TRANSIT,
    wheelchair: bool = False,
) -> Answer | NoJourney:
    """The best journey between two places, leaving at a time or arriving by one.

    Parameters
    ----------
    origin, destination
        (lon, lat) in degrees.
    depart, arrive
        Local time, or any time with its offset; one of the two.
    mode
        ``transit``, ``car``, ``bike``, ``walk`` or ``wheelchair``.
    wheelchair
        With ``transit``: only vehicles, stops and streets that a wheelchair can use. What nobody has recorded
        counts as a barrier, and ``minutes_if_unknown_is_fine`` stands beside it.

    Raises
    ------
    InputError
        A position is none, both times or neither are given, or the mode is unknown.
    MissingDataError
        The region has no timetable, or it does not cover the day.
    """
    if (depart is None) == (arrive is None):
        raise InputError(_("Say either when to leave (--depart) or when to be there (--arrive)."))
    built = region_in_use(settings, region)
    for position in (origin, destination):
        _check_position(position, built)
    asked = _Asked(origin, destination, _local(depart or arrive, built), leaving=depart is not None)
    built = built.on(asked.moment.date())
    if mode == TRANSIT:
        return _by_bus(region_timetable(built), asked, wheelchair=wheelchair)
    if mode not in MODES:
        raise InputError(
            _("There is no mode '{mode}'; use one of {known}.").format(mode=mode, known=", ".join((*MODES, TRANSIT)))
        )
    return _by_street(built, asked, mode)


def transit_matrix(
    _settings: Settings,
    region: Region,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    depart: datetime,
    progress: Progress = silent,
    rules: WalkingRules | None = None,
) -> pd.DataFrame:
    """Minutes by bus and on foot from every origin to every destination, waiting included.

    Returns
    -------
    pandas.DataFrame
        ``origin_id, destination_id, minutes, status``, one row a pair, origins outermost; infinite minutes
        where one cannot arrive with that night's last connection.

    Raises
    ------
    MissingDataError
        The region has no timetable, or it does not cover the day.
    """
    timetable = region_timetable(region, rules=rules)
    moment = _local(depart, region)
    rides, streets = timetable.rides(moment.date()), timetable.streets("walk")
    start_s = rides.day.seconds(moment)
    limits = timetable.rules
    stops = timetable.stops.geometry
    access = walks(streets, origins.geometry, stops, limit_s=limits.access_limit_s, rules=limits)
    egress = walks(streets, destinations.geometry, stops, limit_s=limits.access_limit_s, rules=limits)
    direct = walks(streets, origins.geometry, destinations.geometry, limit_s=limits.all_the_way_limit_s, rules=limits)
    seconds = np.full((len(origins), len(destinations)), float(FAR_S))
    seconds[direct["origin"], direct["target"]] = direct["seconds"]
    first = np.searchsorted(access["origin"], np.arange(len(origins) + 1))
    for row in range(len(origins)):
        progress(_("Travel times by bus"), row / len(origins))
        mine = access.iloc[first[row] : first[row + 1]]
        if len(mine):
            off = arrivals(rides, mine["target"].to_numpy(), mine["seconds"].to_numpy(), start_s)
            there = off[egress["target"]].astype(np.float64) + egress["seconds"] - start_s
            np.minimum.at(seconds[row], egress["origin"].to_numpy(), there.to_numpy())
    progress(_("Done"), 1.0)
    return _matrix_table(seconds, origins, destinations, streets)


def to_json(answer: Journey | NoJourney) -> dict[str, Any]:
    """A journey as ``journey --json`` prints it; times are local with their offset."""
    if isinstance(answer, NoJourney):
        said: dict[str, Any] = {"reason": answer.reason, "sentence": answer.sentence}
    else:
        said = {
            "departure": answer.departure.isoformat(),
            "arrival": answer.arrival.isoformat(),
            "minutes": _rounded(answer.minutes),
            "legs": [_leg_json(leg) for leg in answer.legs],
        }
    fine = getattr(answer, "minutes_if_unknown_is_fine", None)
    if fine is not None:
        said["minutes_if_unknown_is_fine"] = _rounded(fine)
    return said


def to_text(answer: Journey | NoJourney) -> str:
    """A journey step by step, as a person reads it; one line a step."""
    if isinstance(answer, NoJourney):
        return answer.sentence
    lines = [_summary(answer), *(_step(leg) for leg in answer.legs)]
    lines.append(_("{time}  there").format(time=_clock_there(answer.arrival)))
    return "\n".join([*lines, *getattr(answer, "notes", ())])


@dataclass(frozen=True)
class _Asked:
    origin: Position
    destination: Position
    moment: datetime
    leaving: bool


def _local(moment: datetime | None, region: Region) -> datetime:
    if moment is None:
        raise InputError(_("Transit needs a time to leave; add --depart YYYY-MM-DDTHH:MM."))
    zone = region.country.zone
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _check_position(position: Position, region: Region) -> None:
    lon, lat = position
    west, south, east, north = region.bbox
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - the globe
        raise InputError(_("{lon},{lat} is no position; give longitude,latitude in degrees.").format(lon=lon, lat=lat))
    inside = west <= lon <= east and south <= lat <= north
    if not inside and west <= lat <= east and south <= lon <= north:
        raise InputError(
            _("{lon},{lat} lies outside the region; longitude comes first, then latitude.").format(lon=lon, lat=lat)
        )


def _point(position: Position) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(index=[0], geometry=[shapely.Point(position)], crs="EPSG:4326")


def _place(position: Position, name: str) -> Place:
    return Place(name, *position)


def _by_bus(timetable: RegionTimetable, asked: _Asked, *, wheelchair: bool) -> Answer | NoJourney:
    if not wheelchair:
        found = _ride(timetable, asked, rider="walk")
        return found if isinstance(found, NoJourney) else Answer(found.legs, notes=_notes(timetable, asked))
    sure = _ride(timetable, asked, rider="wheelchair")
    fine = _ride(timetable, asked, rider="wheelchair_if_unknown_is_fine")
    minutes = None if isinstance(fine, NoJourney) else fine.minutes
    if isinstance(sure, Journey):
        return Answer(sure.legs, minutes_if_unknown_is_fine=minutes, notes=_notes(timetable, asked))
    if isinstance(_ride(timetable, asked, rider="walk"), Journey):
        return NoJourney("not_accessible", _said(asked, "not_accessible", timetable.rules), minutes)
    return sure


def _notes(timetable: RegionTimetable, asked: _Asked) -> tuple[str, ...]:
    return tuple(reworded(note) for note in timetable.day(asked.moment.date()).notes)


def _ride(timetable: RegionTimetable, asked: _Asked, *, rider: Rider) -> Journey | NoJourney:
    rides = timetable.rides(asked.moment.date(), rider)
    streets = timetable.streets(rider)
    start, end = _point(asked.origin), _point(asked.destination)
    if streets is not None and not (_has_road(streets, start) and _has_road(streets, end)):
        return NoJourney("no_road", _said(asked, "no_road", timetable.rules))
    ends = _doorsteps(timetable, streets, start, end)
    here, there = _place(asked.origin, _("Start")), _place(asked.destination, _("Destination"))
    search = depart_at if asked.leaving else arrive_by
    found = search(rides, ends, asked.moment, origin=here, destination=there)
    if found is not None:
        return found
    code = "no_stop_in_reach" if not (len(ends.access_stop) and len(ends.egress_stop)) else "no_departure"
    return NoJourney(code, _said(asked, code, timetable.rules))


def _doorsteps(
    timetable: RegionTimetable, streets: Streets | None, start: gpd.GeoDataFrame, end: gpd.GeoDataFrame
) -> Doorsteps:
    rules, stops = timetable.rules, timetable.stops.geometry
    access = walks(streets, start.geometry, stops, limit_s=rules.access_limit_s, rules=rules)
    egress = walks(streets, end.geometry, stops, limit_s=rules.access_limit_s, rules=rules)
    direct = walks(streets, start.geometry, end.geometry, limit_s=rules.all_the_way_limit_s, rules=rules)
    return Doorsteps(
        access["target"].to_numpy(), access["seconds"].to_numpy(), egress["target"].to_numpy(),
        egress["seconds"].to_numpy(), float(direct["seconds"].min()) if len(direct) else np.inf,
    )  # fmt: skip


def _has_road(streets: Streets, point: gpd.GeoDataFrame) -> bool:
    return bool(streets.index.snap(point.geometry).found[0])


def _by_street(region: RegionInUse, asked: _Asked, mode: Mode) -> Answer | NoJourney:
    network = network_of(region, mode)
    notes = correction_notes(region.about_streets(asked.moment.date()))
    streets = streets_of(network)
    start, end = _point(asked.origin), _point(asked.destination)
    row = travel_matrix(streets, start, end).iloc[0]
    fine = None
    if mode == "wheelchair":
        best = float(travel_matrix(Streets(network, streets.index, fine=True), start, end)["minutes"].iloc[0])
        fine = best if math.isfinite(best) else None
    if row["status"] != "ok":
        code = "not_accessible" if fine is not None else str(row["status"])
        return NoJourney(code, " ".join((_said(asked, code, WalkingRules()), *notes)), fine)
    length = timedelta(minutes=float(row["minutes"]))
    leave = asked.moment if asked.leaving else _after(asked.moment, -length)
    places = _place(asked.origin, _("Start")), _place(asked.destination, _("Destination"))
    leg = Leg(mode, leave, _after(leave, length), *places)
    return Answer((leg,), minutes_if_unknown_is_fine=fine, notes=notes)


def _after(moment: datetime, length: timedelta) -> datetime:
    """True elapsed time later, rounded to seconds: adding to a local time would ignore a clock change."""
    seconds = round(moment.timestamp() + length.total_seconds())
    return datetime.fromtimestamp(seconds, tz=moment.tzinfo)


def _said(asked: _Asked, code: str, rules: WalkingRules) -> str:
    """Why there is no journey, with the numbers it was judged by."""
    time = asked.moment.strftime("%Y-%m-%d %H:%M")
    late = _("No connection leaves after {time} that gets there that day.")
    early = _("No connection gets there by {time}.")
    sentences = {
        "no_road": _("No road or path leads to one of the two places."),
        "unreachable": _("There is no way through from one place to the other."),
        "no_stop_in_reach": _("There is no stop within {minutes} minutes on foot of both places."),
        "no_departure": late if asked.leaving else early,
        "not_accessible": _("No way is known to be accessible with a wheelchair."),
    }
    return sentences[code].format(time=time, minutes=round(rules.access_limit_s / _ONE_MINUTE))


def _matrix_table(
    seconds: np.ndarray[Any, np.dtype[np.float64]],
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    streets: Streets | None,
) -> pd.DataFrame:
    reached = seconds < FAR_S / 2
    status = np.where(reached, "ok", "unreachable").astype(object)
    if streets is not None:
        status[~streets.index.snap(origins.geometry).found, :] = "no_road"
        status[:, ~streets.index.snap(destinations.geometry).found] = "no_road"
    return pd.DataFrame(
        {
            "origin_id": np.repeat(origins.index.to_numpy(), len(destinations)),
            "destination_id": np.tile(destinations.index.to_numpy(), len(origins)),
            "minutes": np.where(reached, seconds / _ONE_MINUTE, np.inf).ravel(),
            "status": status.ravel(),
        }
    )


def _rounded(minutes: float) -> float | int:
    value = round(minutes, 1)
    return int(value) if value == int(value) else value


def _leg_json(leg: Leg) -> dict[str, Any]:
    said: dict[str, Any] = {
        "mode": leg.mode,
        "departure": leg.departure.isoformat(),
        "arrival": leg.arrival.isoformat(),
        "from": _place_json(leg.start),
        "to": _place_json(leg.end),
    }
    if leg.trip_id:
        said |= {"trip_id": leg.trip_id, "route": leg.route, "book_ahead": leg.book_ahead}
    return said


def _place_json(place: Place) -> Mapping[str, Any]:
    said: dict[str, Any] = {"name": place.name, "lon": place.lon, "lat": place.lat}
    return said | ({"stop_id": place.stop_id} if place.stop_id else {})


def _clock(moment: datetime) -> str:
    """The minute a leg begins: whoever is there at it is not late."""
    return moment.strftime("%H:%M")


def _clock_there(moment: datetime) -> str:
    """The minute by which one is there."""
    return _clock(_after(moment, timedelta(seconds=-moment.second % 60)))


def _day_name(day: date) -> str:
    from babel.dates import format_date

    return str(format_date(day, "EEEE d MMMM y", locale=current_language().split("@", maxsplit=1)[0]))


def _summary(answer: Journey) -> str:
    changes = ngettext("{n} change", "{n} changes", answer.transfers).format(n=answer.transfers)
    return _("{day}: leave at {leave}, arrive at {arrive}; {minutes} minutes, {changes}.").format(
        day=_day_name(answer.departure.date()), leave=_clock(answer.departure), arrive=_clock_there(answer.arrival),
        minutes=math.ceil(answer.minutes), changes=changes,
    )  # fmt: skip


def _step(leg: Leg) -> str:
    minutes = math.ceil((leg.arrival.timestamp() - leg.departure.timestamp()) / _ONE_MINUTE)
    if not leg.trip_id:
        return _moving(leg.mode, minutes).format(time=_clock(leg.departure), minutes=minutes, to=leg.end.name)
    said = _("{time}  {route} from {start} to {to}, there at {arrival}").format(
        time=_clock(leg.departure),
        route=leg.route,
        start=leg.start.name,
        to=leg.end.name,
        arrival=_clock_there(leg.arrival),
    )
    if leg.headsign:
        said += _(" (towards {headsign})").format(headsign=leg.headsign)
    if leg.headway_min:
        said += _("; about every {minutes} minutes").format(minutes=round(leg.headway_min))
    return said + (_("; book ahead") if leg.book_ahead else "")


def _moving(mode: str, minutes: int) -> str:
    words = {
        "walk": ngettext("{time}  walk {minutes} minute to {to}", "{time}  walk {minutes} minutes to {to}", minutes),
        "bike": ngettext("{time}  cycle {minutes} minute to {to}", "{time}  cycle {minutes} minutes to {to}", minutes),
        "car": ngettext("{time}  drive {minutes} minute to {to}", "{time}  drive {minutes} minutes to {to}", minutes),
        "wheelchair": ngettext(
            "{time}  roll {minutes} minute to {to}", "{time}  roll {minutes} minutes to {to}", minutes
        ),
    }
    return words[mode]
