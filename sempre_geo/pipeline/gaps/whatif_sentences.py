"""Part of what-if: the answer and its method in words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sempre_geo.gaps.differences import Limit
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.reasons import reason_sentence
from sempre_geo.gaps.timetable_changes import Zone
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.sentences import mode_phrases
from sempre_geo.pipeline.gaps.whatif_limits import limit_sentence
from sempre_geo.pipeline.gaps.whatif_parts import Prepared
from sempre_geo.publish.speech import calendar_date, duration, number
from sempre_geo.publish.speech import people as spoken

_SAID_MIN = 1.0


def sentences_of(
    prepared: Prepared, groups: pd.DataFrame, reasons: pd.DataFrame, *, gaining: float, cost: float | None
) -> tuple[str, ...]:
    """What the scenario changes, as people say it: each service, then the money."""
    said = []
    everybody = groups[groups["group"] == EVERYBODY].set_index("category")
    for category, row in everybody.iterrows():
        said.append(_who(prepared, str(category), row))
        said += _why(reasons[reasons["category"] == category])
        saved = float(row["minutes_saved_mean"])
        if abs(saved) >= _SAID_MIN:
            sentence = (
                _("Whoever has a way already saves {minutes} away from home on average.")
                if saved > 0
                else _("Whoever still has a way is {minutes} longer away from home on average.")
            )
            said.append(sentence.format(minutes=duration(abs(saved))))
    return (*said, *_money(cost, gaining))


def method_of(prepared: Prepared, limits: Mapping[str, Mapping[str, Limit]]) -> tuple[str, ...]:
    """How the figures came about, what was assumed, and what they leave out."""
    said = [_measured(prepared)]
    for by_group in limits.values():
        groups: dict[Limit, str] = {}
        for group, limit in by_group.items():
            groups.setdefault(limit, group)
        said += [limit_sentence(limit, group) for limit, group in groups.items()]
    said.append(_("A person gains whose cell missed the limit before and meets it after; losing is the reverse."))
    known = set(prepared.region.services["category"].astype(str))
    for category in limits:
        if not known & set(prepared.names_of(category)):
            said.append(
                _("The data hold no {service} before; if there is one all the same, fewer people gain.").format(
                    service=_service(prepared, category)
                )
            )
    said += [_ride_rules(zone) for zone in prepared.scenario.of(Zone)]
    if prepared.region.fictional:
        said.append(_("The region is fictional."))
    return tuple(dict.fromkeys(said))


def _who(prepared: Prepared, category: str, row: pd.Series) -> str:
    service, by = _service(prepared, category), mode_phrases()[prepared.mode]
    visit = prepared.measure == "visit"
    if row["gain"] < 0.5 and row["lose"] < 0.5:  # noqa: PLR2004 - nobody, rounded
        return _("{service}, {by}: nobody gains and nobody loses.").format(service=service, by=by)
    sentence = (
        _("{service}, {by}: {gain} gain a visit that they did not have within the limit, {lose} lose one.")
        if visit
        else _("{service}, {by}: {gain} gain a way that they did not have within the limit, {lose} lose one.")
    )
    return sentence.format(service=service, by=by, gain=spoken(row["gain"]), lose=spoken(row["lose"]))


def _why(reasons: pd.DataFrame) -> list[str]:
    held = reasons[(reasons["gain"] > 0) & (reasons["reason"] != "")]
    if held.empty:
        return []
    first = held.iloc[0]
    return [
        _("What held most of them back ({people}): {reason}").format(
            people=spoken(first["gain"]), reason=reason_sentence(str(first["reason"]))
        )
    ]


def _money(cost: float | None, gaining: float) -> list[str]:
    if cost is None:
        return []
    if gaining < 0.5:  # noqa: PLR2004 - nobody, rounded
        return [_("It costs {cost} a year.").format(cost=number(cost))]
    return [
        _("It costs {cost} a year, {each} for each person who gains.").format(
            cost=number(cost), each=number(cost / gaining)
        )
    ]


def _measured(prepared: Prepared) -> str:
    if prepared.measure == "way":
        return _("Measured is the way to the nearest service {by}; opening hours play no part.").format(
            by=mode_phrases()[prepared.mode]
        )
    days = ", ".join(calendar_date(day) for day in prepared.days)
    return _(
        "Measured is a visit of {stay} minutes inside the opening hours {by}, home again the same day, on the best of "
        "these days: {days}."
    ).format(stay=prepared.question.stay_min, by=mode_phrases()[prepared.mode], days=days)


def _ride_rules(zone: Zone) -> str:
    return _(
        "Rides on demand in {zone} run door to door at {kmh} km/h and can be had every quarter of an hour; a visit "
        "takes two, so that of 100 visits {accepted} come about where {refused} % of the rides are refused."
    ).format(
        zone=zone.name,
        kmh=number(zone.kmh),
        accepted=number(100 * (1 - zone.refused_share) ** 2),
        refused=number(100 * zone.refused_share),
    )


def _service(prepared: Prepared, category: str) -> str:
    known = prepared.known_categories
    return known.title(category) if category in known.by_id else category.replace("_", " ").capitalize()
