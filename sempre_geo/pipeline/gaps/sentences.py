"""What an answer about a limit says, as one would say it: who, how sure, by which limit, and who more than others."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sempre_geo.gaps.equity import Interval
from sempre_geo.gaps.reasons import reason_sentence, visit_reason_sentence
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import reworded
from sempre_geo.pipeline.gaps.answers import GapAnswer
from sempre_geo.pipeline.gaps.limits import SAME_DAY_MIN, is_chosen
from sempre_geo.publish.labels import groups, mode_phrases
from sempre_geo.publish.speech import duration, number, people, rounded, share, written_date
from sempre_geo.region.bundle import kept_title

_ALIKE = 0.05


def reading(answer: GapAnswer, *, service: str, mode: str) -> list[str]:
    """Who is beyond the limit: the share and the number, how sure, who has no way at all, and who is not known.

    Parameters
    ----------
    service, mode
        The category as a sentence names it, and the way of getting there.
    """
    total = answer.total
    if math.isnan(total["share_beyond"]):
        told = [_("For nobody is it known how long it takes.")]
    else:
        sentence = f"{_outcome(answer.standard)} {_('That is {people}.')}"
        told = [
            sentence.format(
                group=groups().get(answer.group, answer.group), share=share(total["share_beyond"]), service=service,
                limit=spoken_limit(answer.standard), by=mode_phrases()[mode], people=people(total["beyond"]),
            )
        ]  # fmt: skip
        told += _how_sure(answer.ranking.whole)
    if total["no_way"] >= 1 and not is_same_day(answer.standard):
        told.append(
            _("For {people} of them there is no way at all {by}.").format(
                people=people(total["no_way"]), by=mode_phrases()[mode]
            )
        )
    if total["unknown"] >= 1:
        told.append(_("For {people} it is not known.").format(people=people(total["unknown"])))
    return told


def who_says(answer: GapAnswer, *, published: int) -> list[str]:
    """Whose limit it is, from where, what stands for its words, and on what the figures rest.

    Parameters
    ----------
    published
        How many limits somebody has published for this service and way of getting there.
    """
    standard = answer.standard
    told = []
    if standard.published:
        sentence = _("A published limit ({status}): {limit}, {scope}. Source: {source}.")
        told.append(
            sentence.format(
                status=statuses()[standard.status], limit=spoken_limit(standard), scope=standard.scope,
                source=kept_title(standard.source),
            )
        )  # fmt: skip
    elif is_same_day(standard):
        told.append(_("That a visit should fit into one day is our own question, no published standard."))
    elif is_chosen(standard):
        told.append(_("This limit is yours: it is no published standard."))
    else:
        told.append(_("This limit is no published standard: {source}.").format(source=kept_title(standard.source)))
    if not published:
        told.append(_("We know of no published standard for this service and this way of getting there."))
    if answer.assessment.approximated_by:
        told.append(_("Approximated: {what}.").format(what=answer.assessment.in_words()))
    told.append(_rests_on(answer))
    return told


def fairness(answer: GapAnswer, *, service: str, mode: str) -> list[str]:
    """Which groups are more likely than everybody else to be beyond, then which are less, then those about alike."""
    known = {group: ratio for group, ratio in answer.ratios.items() if not math.isnan(ratio.value)}
    ordered = sorted(known, key=lambda group: (_may_be_one(known[group]), -known[group].value))
    return [_ratio_sentence(answer.standard, group, known[group], service=service, mode=mode) for group in ordered]


def reason_words(standard: Standard, code: str) -> str:
    """Why somebody misses a limit, in the limit's own terms: a way that is too long, or a visit."""
    return visit_reason_sentence(code) if standard.metric == "time_away" else reason_sentence(code)


def is_same_day(standard: Standard) -> bool:
    """Whether the limit asks for no more than a visit within one day."""
    return standard.metric == "time_away" and standard.limit >= SAME_DAY_MIN


def limit_title(standard: Standard) -> str:
    """A limit as a list of choices shows it: how much, and whose it is."""
    if is_same_day(standard):
        return _("A same-day visit by bus")
    whose = statuses()[standard.status]
    country = "" if standard.country == "*" else f" {standard.country},"
    who = "" if standard.group == "all" else f", {standard.group}"
    return f"{spoken_limit(standard)}{who} ({country.strip()} {whose})".replace("( ", "(")


def spoken_limit(standard: Standard) -> str:
    """How much a limit allows, with its unit."""
    if standard.unit == "min":
        return duration(standard.limit)
    if standard.unit == "m":
        return _("{n} m").format(n=number(standard.limit))
    return _("{n} departures an hour").format(n=number(standard.limit))


def statuses() -> Mapping[str, str]:
    """What kind of limit each status is."""
    return {
        "law": _("law"),
        "rule": _("rule"),
        "benchmark": _("benchmark"),
        "practice": _("practice"),
        "indicator": _("indicator"),
        "own": _("own limit, no published standard"),
    }


def _outcome(standard: Standard) -> str:
    if is_same_day(standard):
        return _("{group}: {share} have no same-day visit to a {service} by bus.")
    return {
        "travel_time": _("{group}: {share} must travel more than {limit} {by} to the nearest {service}."),
        "distance": _("{group}: {share} have more than {limit} to go to the nearest {service}."),
        "time_away": _("{group}: {share} are away from home for more than {limit} to see a {service} {by}."),
        "response_time": _("{group}: {share} wait more than {limit} until help comes {by} from the nearest {service}."),
        "departures_per_hour": _("{group}: {share} have fewer than {limit} within a walk."),
    }[standard.metric]  # fmt: skip


def _how_sure(whole: Interval) -> list[str]:
    if math.isnan(whole.low):
        return []
    sentence = _("The true number may be anything from {low} to {high}.")
    return [sentence.format(low=number(rounded(whole.low)), high=people(whole.high))]


def _rests_on(answer: GapAnswer) -> str:
    day = _(" Bus times of {day}.").format(day=written_date(answer.assessment.day)) if answer.assessment.day else ""
    counted = _("Counted from {n} places where people live: {sources}.").format(
        n=number(answer.total["cells"]), sources="; ".join(reworded(source) for source in answer.sources)
    )
    estimated = " " + _("Who lives where is an estimate from buildings.") if answer.estimated else ""
    return counted + day + estimated


def _subjects() -> Mapping[str, str]:
    return {
        **groups(),
        "born_elsewhere_eu": _("People born elsewhere in the EU"),
        "born_outside_eu": _("People born outside the EU"),
    }


def _ratio_sentence(standard: Standard, group: str, ratio: Interval, *, service: str, mode: str) -> str:
    who = _subjects()[group]
    if is_same_day(standard):
        unequal = _("{group} are {times} times as likely to have no same-day visit to a {service}.")
        alike = _("{group} are about as likely as others to have no same-day visit to a {service}.")
        alone = _("Only {group} have no same-day visit to a {service}.")
    else:
        unequal = _("{group} are {times} times as likely to be beyond this limit to a {service} {by}.")
        alike = _("{group} are about as likely as others to be beyond this limit to a {service} {by}.")
        alone = _("Only {group} are beyond this limit to a {service} {by}.")
    if math.isinf(ratio.value):
        chosen, times = alone, ""
    elif _may_be_one(ratio):
        chosen, times = alike, ""
    else:
        chosen, times = unequal, number(ratio.value, digits=1)
    return chosen.format(group=who, times=times, service=service, by=mode_phrases()[mode])


def _may_be_one(ratio: Interval) -> bool:
    """Whether chance alone would explain the difference, or nobody would notice it."""
    return abs(ratio.value - 1) < _ALIKE or math.isnan(ratio.low) or ratio.low <= 1 <= ratio.high
