"""Part of what-if: the answer and its method in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from sempre_geo.gaps.differences import Limit
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.reasons import reason_sentence, visit_reason_sentence
from sempre_geo.gaps.timetable_changes import Zone
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.sentences import spoken_limit, statuses
from sempre_geo.pipeline.gaps.whatif_limits import limit_sentence
from sempre_geo.pipeline.gaps.whatif_parts import Prepared
from sempre_geo.publish.labels import mode_phrases
from sempre_geo.publish.speech import calendar_date, duration, euros, number
from sempre_geo.publish.speech import people as spoken

_SAID_MIN = 1.0
_ONE = 0.5  # of a person: who is fewer is nobody, rounded


def sentences_of(
    prepared: Prepared,
    groups: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    limits: Mapping[str, Mapping[str, Limit]],
    gaining: float,
    cost: float | None,
) -> tuple[str, ...]:
    """What the scenario changes, as people say it: each service by everybody's limit of ``limits``, then the money."""
    said = []
    why = visit_reason_sentence if prepared.measure == "visit" else reason_sentence
    everybody = groups[groups["group"] == EVERYBODY].set_index("category")
    for category, row in everybody.iterrows():
        said += _who(prepared, str(category), row, limit=limits[str(category)][EVERYBODY])
        said += _why(reasons[reasons["category"] == category], why)
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
    """How the figures came about, what was assumed, and what they leave out; a limit names its service."""
    said = [_measured(prepared)]
    for category, by_group in limits.items():
        groups: dict[Limit, str] = {}
        for group, limit in by_group.items():
            groups.setdefault(limit, group)
        service = _service(prepared, category)
        said += [f"{service}: {limit_sentence(limit, group)}" for limit, group in groups.items()]
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


def _who(prepared: Prepared, category: str, row: pd.Series, *, limit: Limit) -> list[str]:
    """Who gains and who loses, nobody named as nobody, and the limit that decides."""
    words = {"service": _service(prepared, category), "by": mode_phrases()[prepared.mode]}
    gaining, losing = row["gain"] >= _ONE, row["lose"] >= _ONE
    if not gaining and not losing:
        return [_("{service}, {by}: nobody gains and nobody loses.").format(**words)]
    said = []
    if gaining:
        sentence = (
            _("{service}, {by}: {people} gain a visit that they did not have within the limit.")
            if prepared.measure == "visit"
            else _("{service}, {by}: {people} gain a way that they did not have within the limit.")
        )
        said.append(sentence.format(people=spoken(row["gain"]), **words))
    if losing:
        sentence = _("{service}, {by}: {people} lose what they had within the limit.")
        said.append(sentence.format(people=spoken(row["lose"]), **words))
    else:
        said.append(_("Nobody loses by it."))
    return [*said, *_limit(limit)]


def _limit(limit: Limit) -> list[str]:
    if limit.standard is None:
        return []
    whose = "" if limit.standard.published else f" ({statuses()[limit.standard.status]})"
    return [_("Limit: {limit}").format(limit=f"{spoken_limit(limit.standard)}{whose}") + "."]


def _why(reasons: pd.DataFrame, sentence: Callable[[str], str]) -> list[str]:
    held = reasons[(reasons["gain"] > 0) & (reasons["reason"] != "")]
    if held.empty:
        return []
    first = held.iloc[0]
    return [
        _("What held most of them back ({people}): {reason}").format(
            people=spoken(first["gain"]), reason=sentence(str(first["reason"]))
        )
    ]


def _money(cost: float | None, gaining: float) -> list[str]:
    if cost is None:
        return []
    if gaining < _ONE:
        return [_("It costs {cost} a year.").format(cost=euros(cost))]
    return [
        _("It costs {cost} a year, {each} for each person who gains.").format(
            cost=euros(cost), each=euros(cost / gaining)
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
