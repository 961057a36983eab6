"""The sentences of a brief: what a standard asks, how many are beyond it, whom it hits, what would follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sempre_geo.gaps.equity import Interval
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.brief.topics import Topic
from sempre_geo.pipeline.gaps.sentences import spoken_limit
from sempre_geo.publish.labels import groups
from sempre_geo.publish.speech import number, people, share

_MOST = 0.5
_MANY = 0.1
_MOST_NAMED = 6


def way_phrase(standard: Standard) -> str:
    """How a standard wants people to travel."""
    ways = {
        "car": _("by car"),
        "bike": _("by bike"),
        "walk": _("on foot"),
        "wheelchair": _("by wheelchair"),
        "transit": _("by bus, there and back the same day") if standard.there_and_back else _("by bus"),
        "road": _("by road"),
    }
    return ways.get(standard.mode, standard.mode)


def status_phrase(standard: Standard) -> str:
    """Who says so: a law, a rule, or the operator alone."""
    statuses = {
        "law": _("by law"),
        "rule": _("official rule"),
        "benchmark": _("benchmark, not a duty"),
        "practice": _("practice elsewhere"),
        "indicator": _("indicator, not a duty"),
        "own": _("own limit; no published standard"),
    }
    return statuses[standard.status]


def key_sentence(topic: Topic) -> str:
    """A topic in one sentence."""
    standard = topic.assessment.standard
    words = {"service": topic.title, "way": way_phrase(standard), "limit": spoken_limit(standard)}
    if math.isnan(topic.share):
        return _("{service}, {way}: not known; the data do not tell.").format(**words)
    if topic.beyond < 1:
        return _("{service}, {way}: everybody is within {limit}, as far as is known.").format(**words)
    sentence = (
        _("{service}, {way}: {people} ({share}) have fewer than {limit}.")
        if standard.metric == "departures_per_hour"
        else _("{service}, {way}: {people} ({share}) have a longer way than {limit}.")
    )
    return sentence.format(people=people(topic.beyond), share=share(topic.share), **words)


def fairness_sentence(topic: Topic, group: str, ratio: Interval) -> str:
    """How much likelier a group is to be beyond than everybody else, with what is uncertain about it."""
    words = {
        "group": groups().get(group, group),
        "times": number(ratio.value, digits=1),
        "service": topic.title,
        "way": way_phrase(topic.assessment.standard),
        "low": number(ratio.low, digits=1),
        "high": number(ratio.high, digits=1),
    }
    sentence = _(
        "{group}: {times} times as likely as everybody else to be beyond the limit for {service}, {way} "
        "(between {low} and {high})."
    )
    return sentence.format(**words)


def hit_more(ratio: Interval) -> bool:
    """Whether a group is beyond a limit more often than the others, its whole interval above one."""
    return math.isfinite(ratio.low) and ratio.low > 1


@dataclass(frozen=True)
class Rule:
    """When something is recommended, in words; how many people of a topic it concerns; and what is recommended."""

    when: str
    concerns: Callable[[Topic], float]
    says: str


def recommendations(topics: Sequence[Topic]) -> tuple[str, ...]:
    """What follows from the figures, one sentence a rule that fits, naming the services with the people concerned."""
    found = []
    for rule in _rules():
        named = _named(topics, rule.concerns)
        if named:
            rest = len(named) - _MOST_NAMED
            more = [ngettext("and {n} more", "and {n} more", rest).format(n=rest)] if rest > 0 else []
            found.append(rule.says.format(services="; ".join([*named[:_MOST_NAMED], *more])))
    return tuple(found)


def rules_in_words() -> tuple[str, ...]:
    """When the brief recommends what."""
    return tuple(rule.when for rule in _rules())


def _rules() -> tuple[Rule, ...]:
    return (
        Rule(
            _("Hours: where most people beyond a limit find the service closed, or too short a stay."),
            _mostly("closed_that_day", "closed_on_arrival", "stay_too_short"),
            _("Hours: speak with the providers about when they open, so that the bus fits. {services}."),
        ),
        Rule(
            _("Timetable: where most people beyond a limit have no departure or no way home the same day."),
            _mostly("no_departure", "no_return"),
            _("Timetable: look for one more departure or a later way home. {services}."),
        ),
        Rule(
            _("Come to people: where most people beyond a limit have no stop within walking distance."),
            _mostly("no_stop_in_reach"),
            _("Come to people: a bus on demand or a mobile service fits better than one more stop. {services}."),
        ),
        Rule(
            _("Another place: where at least 1 in 10 people are beyond a limit because the way is too long."),
            _too_far,
            _("Another place: look where one more place of its kind would help most. {services}."),
        ),
        Rule(
            _("Ask first: where for at least 1 in 10 people the data do not tell."),
            lambda topic: topic.unknown if topic.unknown >= _MANY * topic.people else 0.0,
            _("Ask first: complete the data before you decide. {services}."),
        ),
        Rule(
            _("With older people: where they are beyond a limit more often than others, by more than chance."),
            lambda topic: topic.beyond if _hit_more(topic, "over_64") else 0.0,
            _("With older people: plan together with those who are hit more than others. {services}."),
        ),
    )


def _mostly(*codes: str) -> Callable[[Topic], float]:
    """People beyond for these reasons, where they are most of those beyond."""

    def concerned(topic: Topic) -> float:
        count = _count(topic, codes)
        return count if count >= _MOST * topic.beyond else 0.0

    return concerned


def _too_far(topic: Topic) -> float:
    count = _count(topic, ["too_long"])
    return count if count >= _MANY * topic.people else 0.0


def _count(topic: Topic, codes: Sequence[str]) -> float:
    return float(topic.reasons().reindex(list(codes)).sum())


def _hit_more(topic: Topic, group: str) -> bool:
    ratio = topic.group_ratios.get(group)
    return ratio is not None and hit_more(ratio)


def _named(topics: Sequence[Topic], concerns: Callable[[Topic], float]) -> list[str]:
    """The services that a rule fits, each once, with the way that concerns most people."""
    most: dict[str, tuple[float, Topic]] = {}
    for topic in topics:
        count = concerns(topic)
        if count >= max(1.0, most.get(topic.title, (0.0, topic))[0]):
            most[topic.title] = (count, topic)
    return [
        _("{service}, {way}: {people}").format(
            service=title, way=way_phrase(topic.assessment.standard), people=people(count)
        )
        for title, (count, topic) in most.items()
    ]
