"""How we know: the four kinds of evidence, filled in from the linked needs and from the figures of the place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from sempre_geo.community.access import check_may
from sempre_geo.community.store.contributions import Row, load_voices
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import load_felt_of
from sempre_geo.community.suppression import shown_count
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, open_community
from sempre_geo.pipeline.community.proposal_desk import (
    code_digest,
    known_proposal,
    linked_needs,
    person_at,
    proposal_scopes,
)
from sempre_geo.publish.speech import duration, share
from sempre_geo.settings import Settings

_HARD = 2
_MOST_FIGURES = 3


def evidence_sentences(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> dict[str, str]:
    """A first text for each of the four kinds of evidence, for the team to go on from.

    ``felt`` and ``expressed`` count the people behind the linked needs as anybody may see them;
    ``normative`` names published limits for the services of the attached figures; ``comparative`` sets the
    place beside the whole region. What is not known is said to be unknown.

    Raises
    ------
    NotAllowedError
        The asker does not write in this proposal.
    """
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, "write a proposal", *proposal_scopes(transaction, row))
        needs = linked_needs(transaction, row)
        told = {"felt": _felt(transaction, needs), "expressed": _expressed(transaction, needs)}
    figures = [figure for figure in row["evidence"] if {"category", "mode", "limit_min"} <= figure.keys()]
    return told | {
        "normative": "\n".join(_normative(settings, row, figures))
        or _("We know of no published standard for this service here."),
        "comparative": "\n".join(_comparative(settings, row, figures[:_MOST_FIGURES]))
        or _("No figure of the place is attached that could be compared with the region."),
    }


def _felt(transaction: Transaction, needs: Iterable[Row]) -> str:
    rows = list(needs)
    steps = load_felt_of(transaction, [need["id"] for need in rows])
    hard = shown_count(sum(min(felt) <= _HARD for felt in steps.values()), protected=_protected(rows))
    if not hard:
        return _("Fewer people have said how easy it is to get there than may be counted; ask more of them.")
    return _("At least {n} of those who told it say that it is hard or very hard to get there.").format(n=hard)


def _expressed(transaction: Transaction, needs: Iterable[Row]) -> str:
    rows = list(needs)
    people = sum(1 + len(load_voices(transaction, need["id"])) for need in rows)
    shown = shown_count(people, protected=_protected(rows))
    if not shown:
        return _("Fewer people have asked for it here than may be counted.")
    return _('At least {n} people have asked for it or said "me too".').format(n=shown)


def _protected(needs: Iterable[Row]) -> bool:
    return any(need["topic"] for need in needs)


def _normative(settings: Settings, row: Row, figures: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    from sempre_geo.pipeline.gaps.limits import limits_of

    asked = dict.fromkeys((str(figure["category"]), str(figure["mode"])) for figure in figures)
    told = set()
    for category, mode in asked:
        try:
            limits = limits_of(settings, row["region"], category=category, mode=mode)
        except SempreGeoError:  # the region is not built (any more): nothing is known
            limits = []
        for limit in (one for one in limits if one.published):
            sentence = _("A published limit: {limit} {unit}. Source: {source}.").format(
                limit=f"{limit.limit:g}", unit=limit.unit, source=limit.source
            )
            if sentence not in told:
                told.add(sentence)
                yield sentence


def _comparative(settings: Settings, row: Row, figures: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    from sempre_geo.pipeline.gaps.answers import gap_answer
    from sempre_geo.pipeline.gaps.limits import own_limit

    for figure in figures:
        category, mode = str(figure["category"]), str(figure["mode"])
        try:
            limit = own_limit(category=category, mode=mode, limit_min=float(figure["limit_min"]))
            answer = gap_answer(settings, row["region"], standard=limit, category=category)
        except (SempreGeoError, ValueError, TypeError, KeyError):  # a figure of another region, or of another program
            continue
        here, everywhere = answer.table[answer.table["name"] == row["place_name"]], answer.total["share_beyond"]
        if len(here) == 1 and pd.notna(here["share_beyond"].iloc[0]) and pd.notna(everywhere):
            yield _("{place}: {here} need more than {limit}; in the whole region {there}.").format(
                place=row["place_name"], here=share(float(here["share_beyond"].iloc[0])),
                limit=duration(limit.limit), there=share(float(everywhere)),
            )  # fmt: skip
