"""Use cases: the figures of its place, and what a kept scenario changes, attached to a proposal with one press."""

from __future__ import annotations

from sempre_geo.community.access import check_may
from sempre_geo.community.store.contributions import Row
from sempre_geo.errors import MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, open_community
from sempre_geo.pipeline.community.proposal_desk import code_digest, known_proposal, person_at, proposal_scopes
from sempre_geo.pipeline.community.proposal_writing import attach_evidence
from sempre_geo.pipeline.gaps.evidence import evidence_of_idea
from sempre_geo.settings import Settings


def attach_place_figures(settings: Settings, proposal_id: str, *, by: Asker = "", code: str = "") -> int:
    """Attach the gap figures of the place of a proposal's idea as they are today; returns how many there are.

    Each has its date and version; attached twice, a figure stands there once.

    Raises
    ------
    MissingDataError
        The proposal comes from no published idea, or nothing is known of its place.
    NotAllowedError
        The asker does not write in it.
    """
    row = _written(settings, proposal_id, by=by, code=code)
    figures = evidence_of_idea(settings, row["region"], idea_id=row["idea_id"]) if row["idea_id"] else []
    if not figures:
        raise MissingDataError(_("No figure of the place is known: the idea's place or its service is missing."))
    attach_evidence(settings, proposal_id, figures=figures, by=by, code=code)
    return len(figures)


def attach_scenario(settings: Settings, proposal_id: str, *, name: str, by: Asker = "", code: str = "") -> int:
    """Attach what a kept scenario changes, by bus where there is a timetable and by car; returns how many results.

    Raises
    ------
    MissingFileError
        No scenario is kept under this name.
    NotAllowedError
        The asker does not write in the proposal.
    """
    from sempre_geo.pipeline.gaps.whatif import what_if_by_modes
    from sempre_geo.pipeline.gaps.whatif_saved import evidence_of_scenario, saved_scenario

    region = str(_written(settings, proposal_id, by=by, code=code)["region"])
    results = what_if_by_modes(settings, region, saved_scenario(settings, region, name))
    figures = [evidence_of_scenario(result) for result in results]
    attach_evidence(settings, proposal_id, figures=figures, by=by, code=code)
    return len(figures)


def _written(settings: Settings, proposal_id: str, *, by: Asker, code: str) -> Row:
    """The proposal, for those who write in it: asked before anything costly is done."""
    claimed = code_digest(code)
    with open_community(settings).reading() as transaction:
        row = known_proposal(transaction, proposal_id)
        person = person_at(settings, transaction, row, by=by, claimed=claimed)
        check_may(person, "write a proposal", *proposal_scopes(transaction, row))
    return row
