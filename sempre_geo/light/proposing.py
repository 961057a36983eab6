"""From a published idea to a proposal, without an account: three sentences, who one is in it, and a code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.responses import Response

from sempre_geo.community.proposal_questions import part_names
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, status_of
from sempre_geo.light.proposals import FORM as TEAM
from sempre_geo.light.reading import published_entry
from sempre_geo.light.tokens import new_token, sending_of, wrong_token
from sempre_geo.light.visit import Visit
from sempre_geo.pipeline.community.proposals import propose
from sempre_geo.pipeline.gaps.evidence import evidence_of_idea

FORM = "propose"
_SENTENCES = ("title", "what", "for_whom", "why_here")


def ask(visit: Visit) -> Response:
    """The questions: a name, what, for whom, why here, and who one is."""
    return _ask(visit)


def save(visit: Visit) -> Response:
    """Save it for its team; a coordinator reads it before others do."""
    form, here = visit.form, visit.here
    problems = wrong_token(visit, FORM) | _missing(visit)
    if problems:
        return _ask(visit, problems, status_code=422)
    try:
        joined = propose(
            here.settings, here.region_name, sentences=Sentences(*(form.one(name) for name in _SENTENCES)),
            who=Member(form.one("part"), form.one("name"), owner=form.one("owner") == "yes"),
            idea_id=visit.asked["id"],
            evidence=evidence_of_idea(here.settings, here.region_name, idea_id=visit.asked["id"]),
            language=visit.language, sending=sending_of(visit, FORM), sending_key=form.one("key"),
        )  # fmt: skip
    except SempreGeoError as problem:
        return _ask(visit, {"": str(problem)}, status_code=status_of(problem))
    return page(visit, "joined", joined=joined, begun=True, token=new_token(here.settings, TEAM))


def _missing(visit: Visit) -> dict[str, str]:
    told = dict.fromkeys(_SENTENCES, _("Write a sentence, in any language."))
    told["name"] = _("Say how you want to be called in the team; it need not be your name.")
    return {field: sentence for field, sentence in told.items() if not visit.form.one(field).strip()}


def _ask(visit: Visit, problems: Mapping[str, str] | None = None, *, status_code: int = 200) -> Response:
    labels = (_("A short name for it"), _("What should happen?"), _("For whom?"), _("Why here?"))
    return page(
        visit, "proposing", entry=published_entry(visit, kind="idea"), form=visit.form, problems=problems or {},
        questions=dict(zip(_SENTENCES, labels, strict=True)), parts=part_names(),
        token=new_token(visit.here.settings, FORM), key=visit.form.one("key") or secrets.token_hex(16),
        status_code=status_code,
    )  # fmt: skip
