"""What anybody can say is wrong: the services, stops and lines of a region, and what of each can be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sempre_geo.errors import MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.places import offered_categories
from sempre_geo.pipeline.explore.service_views import service_names
from sempre_geo.pipeline.explore.views import known_categories, named, open_region
from sempre_geo.pipeline.explore.visit_views import has_timetable
from sempre_geo.pipeline.travel.region_in_use import told_days
from sempre_geo.region.bundle import Region
from sempre_geo.region.gtfs import Feed
from sempre_geo.settings import Settings

SERVICES, STOPS, LINES = "services", "stops", "lines"
HOURS, GONE, WHEELCHAIR, NOT_RUNNING = "opening_hours", "gone", "wheelchair", "not_running"


def wrong_kinds(settings: Settings, region: str) -> Mapping[str, str]:
    """What something wrong can be about: each category of services, and stops, lines and ferries if there are any."""
    known, built = known_categories(settings), open_region(settings, region)
    kinds = {name: known.title(name) for name in offered_categories(settings, built)}
    if has_timetable(settings, region):
        kinds |= {STOPS: _("A bus stop, station or pier")}
    if has_timetable(settings, region) or _ferries(built):
        kinds |= {LINES: _("A line or a ferry")}
    return kinds


def layer_of(kind: str) -> str:
    """The layer of a correction for one of :func:`wrong_kinds`.

    >>> layer_of("stops"), layer_of("gp")
    ('stops', 'services')
    """
    return kind if kind in {STOPS, LINES} else SERVICES


def wrong_things(settings: Settings, region: str, *, kind: str, language: str = "") -> Mapping[str, str]:
    """Ids and names of everything of a kind, sorted by name; the same names are numbered.

    Among the lines are the ferries that only the streets know, as no timetable runs them.
    """
    if layer_of(kind) == SERVICES:
        return service_names(settings, region, category=kind, language=language)
    built = open_region(settings, region)
    ferries = _ferries(built).items() if kind == LINES else ()
    if not has_timetable(settings, region):
        return _numbered(ferries)
    from sempre_geo.pipeline.travel.timetables import region_timetable

    timetable = region_timetable(built)
    if kind == LINES:
        return _numbered((*_line_names(timetable.feed), *ferries))
    names = timetable.stops["name"].astype(str)
    return _numbered(zip(names.index.astype(str), names, strict=True))


def wrong_fields(layer: str) -> Mapping[str, str]:
    """What of a service, a stop or a line can be wrong, in words; every one is a field of a correction."""
    wheelchair = {WHEELCHAIR: _("Can one get in with a wheelchair?"), "name": _("Name")}
    if layer == STOPS:
        return {GONE: _("The stop is gone"), **wheelchair}
    if layer == LINES:
        return {NOT_RUNNING: _("The line or ferry does not run")}
    gone = {HOURS: _("Opening hours"), GONE: _("It is closed for good or has moved away")}
    return {**gone, **wheelchair, "phone": _("Telephone"), "website": _("Web page")}


def told_correction(
    settings: Settings, region: str, *, layer: str, thing: str, field: str, value: str, language: str = ""
) -> str:
    """A correction as a sentence, with the name of what it is about where the region is here, else its id."""
    try:
        name = _name_of(settings, region, layer=layer, thing=thing, language=language) or thing
    except MissingFileError:
        name = thing
    what = wrong_fields(layer).get(field) or _other_fields().get(field) or field.replace("_", " ")
    if not value:  # gone for good: nothing stands instead
        return f"{name}: {what}"
    if field == NOT_RUNNING:
        days = told_days((layer, thing, field, value, ""))
        return f"{name}: {what} ({days or value})"
    return _("{thing}: {field} should be '{value}'.").format(thing=name, field=what, value=value)


def _other_fields() -> Mapping[str, str]:
    return {"capacity": _("Places"), "staff": _("Staff"), "languages": _("Languages")}


def _name_of(settings: Settings, region: str, *, layer: str, thing: str, language: str) -> str:
    built = open_region(settings, region)
    if layer == SERVICES:
        return named(built.services.loc[thing], language) if thing in built.services.index else ""
    return wrong_things(settings, region, kind=layer).get(thing, "")


def _ferries(built: Region) -> Mapping[str, str]:
    if built.ferries is None or built.ferries.ways.empty:
        return {}
    from sempre_geo.pipeline.travel.closed_ferries import street_ferries

    return street_ferries(built)


def _line_names(feed: Feed) -> Iterable[tuple[str, str]]:
    short, long = feed.routes["route_short_name"].fillna(""), feed.routes["route_long_name"].fillna("")
    return ((str(key), f"{short[key]} {long[key]}".strip() or str(key)) for key in feed.routes.index)


def _numbered(names: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Sorted by name; a list of choices could not tell the same names apart.

    >>> _numbered([("b", "Harbour"), ("a", "Church"), ("c", "Harbour")])
    {'a': 'Church', 'b': 'Harbour', 'c': 'Harbour (2)'}
    """
    seen: Counter[str] = Counter()
    told = {}
    for key, label in sorted(names, key=lambda item: (item[1].casefold(), item[0])):
        seen[label] += 1
        told[key] = f"{label} ({seen[label]})" if seen[label] > 1 else label
    return told
