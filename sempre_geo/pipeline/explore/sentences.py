"""What the map says about a place, as sentences; the numbers rounded as people speak."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.explore.views import Answer, Way, said_near
from sempre_geo.publish.labels import mode_phrases
from sempre_geo.publish.speech import duration, people

_SHOWN = 3


def sentences(answer: Answer, *, service: str, mode: str, by_bus: Sequence[str] = ()) -> list[str]:
    """Who lives there, the nearest service by the chosen mode first, the other modes, what was said nearby.

    Parameters
    ----------
    service
        The category as a sentence names it, such as "doctor", in the reader's language.
    mode
        The mode that the reader chose; its sentence comes first.
    by_bus
        What there is to say about the day by bus, where that was chosen.
    """
    told = [who_lives(answer), *by_bus, *way_sentences(answer, service=service, mode=mode), heard(answer)]
    return [sentence for sentence in dict.fromkeys(told) if sentence]


def way_sentences(answer: Answer, *, service: str, mode: str) -> list[str]:
    """The nearest service by the chosen mode, and how long it takes otherwise.

    The bus is told by its day, so that the nearest by another mode is named where it was chosen.
    """
    chosen = [way for way in answer.ways if way.mode == mode] or list(answer.ways[:1])
    others = [way for way in answer.ways if way not in chosen]
    told = [
        *(nearest_sentence(way, service) for way in chosen),
        _also(others),
        *_unsure(answer.ways),
        *answer.corrected,
    ]
    return [sentence for sentence in told if sentence]


def who_lives(answer: Answer) -> str:
    """How many people live at a place, as far as anybody may know."""
    if answer.people is None:
        return _("How many people live here is not known.")
    if round(answer.people) == 0:
        return _("Nobody is registered as living here.")
    said = ngettext("{people} lives here.", "{people} live here.", round(answer.people))
    text = said.format(people=people(answer.people))
    text = text[0].upper() + text[1:]
    return text + " " + _("The number is an estimate from buildings.") if answer.estimated else text


def nearest_sentence(way: Way, service: str) -> str:
    """The nearest service by a mode and how long it takes; or that there is none, or that it is not known."""
    by = mode_phrases()[way.mode]
    if way.status == "ok" and math.isfinite(way.minutes):
        where = way.service if not way.service_place else f"{way.service}, {way.service_place}"
        if not way.service:
            where = way.service_place or _("without a name")
        return _("The nearest {service}: {where}, {time} {by}.").format(
            service=service, where=where, time=duration(way.minutes), by=by
        )
    if way.status == "no_road":
        return _("There is no way to leave from here {by}: no street or path of that kind is near.").format(by=by)
    if way.status == "unreachable":
        return _("No {service} can be reached {by}.").format(service=service, by=by)
    return _("Whether a {service} can be reached {by} is not known.").format(service=service, by=by)


def _also(ways: list[Way]) -> str:
    known = [way for way in ways if way.status == "ok" and math.isfinite(way.minutes)]
    if not known:
        return ""
    parts = [f"{duration(way.minutes)} {mode_phrases()[way.mode]}" for way in known]
    return _("Otherwise it takes {times}.").format(times=", ".join(parts))


def _unsure(ways: tuple[Way, ...]) -> list[str]:
    """A wheelchair's way that is only passable if what the map does not tell is passable."""
    return [
        _("By wheelchair it would take {time}, if kerbs and surfaces nobody has mapped can be passed.").format(
            time=duration(way.minutes_if_fine)
        )
        for way in ways
        if way.mode == "wheelchair" and not math.isfinite(way.minutes) and math.isfinite(way.minutes_if_fine)
    ]


def heard(answer: Answer) -> str:
    """How many needs and ideas there are nearby; silence is named as silence."""
    return _heard(answer.said)


def heard_near(said: pd.DataFrame, lon: float, lat: float) -> str:
    """The same of all public contributions ``said``, round a position."""
    return _heard(said_near(said, lon=lon, lat=lat))


def _heard(said: pd.DataFrame) -> str:
    if said.empty:
        return _("Nobody round here has told us anything yet. That is silence, not satisfaction.")
    needs, ideas = (int((said["kind"] == kind).sum()) for kind in ("need", "idea"))
    parts = [
        ngettext("{n} need", "{n} needs", needs).format(n=needs) if needs else "",
        ngettext("{n} idea", "{n} ideas", ideas).format(n=ideas) if ideas else "",
    ]
    return _("Round here people have told us {what}.").format(what=_(" and ").join(part for part in parts if part))


def quotes(answer: Answer) -> list[str]:
    """The published texts with the most voices, at most three, as they were written."""
    texts = answer.said["text"].dropna().astype(str)
    return [text for text in texts if text.strip()][:_SHOWN]
