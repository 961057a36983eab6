"""An outreach tour on paper and in a calendar: when to set out, which hall, who can come, what to think of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.publish.brief import Block, Brief, Points, Section, Table
from sempre_geo.publish.calendar_file import Appointment
from sempre_geo.publish.hours_speech import told_hours
from sempre_geo.publish.speech import calendar_date, duration, number, people, weekday
from sempre_geo.region.bundle import Region, fictional_title

_MANY_CHILDREN, _MANY_FROM_ELSEWHERE, _MOST = 0.15, 0.1, 0.5


def clock(minutes: int) -> str:
    """A time of the day.

    >>> clock(545), clock(1500)
    ('09:05', '01:00')
    """
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def coming_sentences(visit: Mapping[str, Any]) -> list[str]:
    """Who can come by bus or on foot; nothing without a timetable.

    >>> coming_sentences({"of": None})
    []
    >>> coming_sentences({"of": 60.0, "on_foot": 12.0, "by_bus": 0.0, "first": None, "last": None})
    ['Of 60 people near the hall, 12 people live within half an hour on foot.',
     'By bus nobody else can come then and be home the same day.']
    """
    if visit["of"] is None:
        return []
    near = _("Of {all} near the hall, {n} live within half an hour on foot.").format(
        all=people(visit["of"]), n=people(visit["on_foot"])
    )
    if visit["first"] is None or visit["last"] is None:
        return [near, _("By bus nobody else can come then and be home the same day.")]
    ride = _("By bus {n} more can come from {first} on and be home the same day; the last way home leaves at {last}.")
    return [near, ride.format(n=people(visit["by_bus"]), first=clock(visit["first"]), last=clock(visit["last"]))]


def plan_notes(facts: Mapping[str, Any]) -> list[str]:
    """What to think of at a place, as sentences: child care, an interpreter, a ride, the door.

    Parameters
    ----------
    facts
        ``people, children, from_elsewhere`` (None where the census does not tell), ``of, on_foot, by_bus`` (None
        without a timetable), ``wheelchair``, ``hall``.

    Examples
    --------
    >>> facts = {"people": 100, "children": 20, "from_elsewhere": None, "of": 100, "on_foot": 5, "by_bus": 10}
    >>> plan_notes(facts | {"hall": "Library", "wheelchair": "yes"})
    ['20 children live here: offer child care.', 'Most people cannot come by bus: offer a ride.']
    >>> plan_notes({**facts, "children": 1303, "of": None, "hall": ""})[0]
    '1,303 children live here: offer child care.'
    """
    people, children, elsewhere = facts["people"] or 0, facts["children"], facts["from_elsewhere"]
    notes = []
    if children and children >= _MANY_CHILDREN * people:
        n = round(children)
        told = ngettext("{n} child lives here: offer child care.", "{n} children live here: offer child care.", n)
        notes.append(told.format(n=number(n)))
    if elsewhere and elsewhere >= _MANY_FROM_ELSEWHERE * people:
        notes.append(_("Many people here were born in another country: ask who can interpret."))
    if facts["of"] and facts["on_foot"] + facts["by_bus"] < _MOST * facts["of"]:
        notes.append(_("Most people cannot come by bus: offer a ride."))
    if not facts["hall"]:
        notes.append(_("No hall is known here: ask the municipality."))
    elif facts["wheelchair"] != "yes":
        notes.append(_("Ask whether a wheelchair gets in."))
    return notes


def visit_sentences(visit: Mapping[str, Any]) -> list[str]:
    """All there is to say of a visit."""
    hours = _("Opening hours: {hours}").format(hours=told_hours(visit["opening_hours"]) or _("not known"))
    knows = _("Knows the place: {who}").format(who=visit["known_by"]) if visit["known_by"] else ""
    told = [*coming_sentences(visit), hours if visit["hall"] else "", knows, *plan_notes(visit)]
    return [sentence for sentence in told if sentence]


def tour_brief(content: Mapping[str, Any], *, region: Region, colours: Mapping[str, str]) -> Brief:
    """The plan of a tour as a document; texts are data, whoever wrote them."""
    return Brief(
        title=_("Outreach: {place}").format(place=region.spoken_title),
        subtitle=_("Start and end: {place}").format(place=content["start"]),
        language=current_language(),
        sections=tuple(_sections(content)),
        notice=region.notice,
        colours=colours,
    )


def _sections(content: Mapping[str, Any]) -> Iterator[Section]:
    for day in content["days"]:
        blocks: list[Block] = [_day_table(day)]
        for visit in day["visits"]:
            blocks += [f"{visit['name']}: {visit['hall'] or _('no hall known')}", Points(tuple(visit_sentences(visit)))]
        on = date.fromisoformat(day["on"])  # with its year: a plan on paper is kept
        yield Section(f"{weekday(on)}, {calendar_date(on)}", tuple(blocks))
    rest: list[Block] = [content["notes"]] if content["notes"] else []
    if content["left_out"]:
        rest.append(_("No day has room for: {names}.").format(names=", ".join(content["left_out"])))
    rest.append(
        _("Ways by car on the region's roads.") if content["by_road"] else _("Ways are estimated as the crow flies.")
    )
    yield Section(_("Notes"), tuple(rest))


def _day_table(day: Mapping[str, Any]) -> Table:
    rows = [(clock(day["leave"]), _("Set out"), "")]
    rows += [
        (
            f"{clock(visit['begin'])}-{clock(visit['end'])}",
            f"{visit['name']}, {visit['hall']}" if visit["hall"] else visit["name"],
            duration(visit["way_min"]),
        )
        for visit in day["visits"]
    ]
    rows.append((clock(day["back"]), _("Back"), ""))
    return Table((_("When"), _("Where"), _("Way there")), tuple(rows), numbers=2)


def appointments(content: Mapping[str, Any], *, region: Region, key: str) -> list[Appointment]:
    """A calendar entry for each visit."""
    return [
        Appointment(
            key=f"{key} {visit['stop_id']}",
            on=date.fromisoformat(day["on"]),
            begin=visit["begin"],
            end=visit["end"],
            title=_("Outreach: {place}").format(
                place=fictional_title(visit["name"]) if region.fictional else visit["name"]
            ),
            place=f"{visit['hall']}, {visit['name']}" if visit["hall"] else visit["name"],
            text="\n".join([*([region.notice] if region.notice else []), *visit_sentences(visit)]),
            position=(visit["lon"], visit["lat"]),
        )
        for day in content["days"]
        for visit in day["visits"]
    ]
