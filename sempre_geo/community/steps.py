"""The way of a contribution, and the way from a need to lessons: which step may follow which, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sempre_geo.community.status_names import status as worded
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _


@dataclass(frozen=True)
class Step:
    """One way on: to a status, by an action of the access table, with or without a reason that is told."""

    to: str
    action: str
    needs_reason: bool = False


_PUBLISH = Step("published", "publish or not publish")
_REFUSE = Step("not_published", "publish or not publish", needs_reason=True)
_LOOK = Step("in_review", "publish or not publish")
_ANSWER = Step("answered", "answer a contribution", needs_reason=True)
_TAKE_UP = Step("taken_up", "answer a contribution")
_DONE = Step("done", "answer a contribution", needs_reason=True)
CONTRIBUTION: Mapping[str, tuple[Step, ...]] = {
    "received": (_LOOK, _PUBLISH, _REFUSE),
    "in_review": (_PUBLISH, _REFUSE),
    "published": (_ANSWER, _TAKE_UP, _DONE, _REFUSE),
    "not_published": (Step("in_review", "contest a decision", needs_reason=True), _PUBLISH),
    "answered": (_ANSWER, _TAKE_UP, _DONE, _REFUSE),
    "taken_up": (_ANSWER, _DONE, _REFUSE),
    "done": (_ANSWER, _REFUSE),
}
_TOLD = frozenset({_ANSWER.to, _DONE.to})  # what is told with these is no reason but the very thing

_STOP = Step("stopped", "run a proposal", needs_reason=True)
_BEGIN = Step("team", "start a proposal")
IDEA: Mapping[str, tuple[Step, ...]] = {
    "need": (Step("idea", "tell a need or an idea"), _BEGIN),
    "idea": (Step("supported", "say me too"), _BEGIN),
    "supported": (_BEGIN,),
}
"""The way before there is a proposal: what is said, and the voices that support it."""
PROPOSAL: Mapping[str, tuple[Step, ...]] = {
    "team": (Step("proposal", "publish or not publish"), _STOP),
    "proposal": (Step("submitted", "submit a proposal"), _STOP),
    "submitted": (
        Step("accepted", "decide a proposal"),
        Step("returned", "decide a proposal", needs_reason=True),
        Step("declined", "decide a proposal", needs_reason=True),
    ),
    "returned": (Step("submitted", "submit a proposal"), _STOP),
    "declined": (Step("proposal", "write a proposal"),),
    "accepted": (Step("running", "run a proposal"), _STOP),
    "running": (Step("paused", "run a proposal", needs_reason=True), Step("completed", "run a proposal"), _STOP),
    "paused": (Step("running", "run a proposal"), _STOP),
    "completed": (Step("lessons", "run a proposal"),),
    "stopped": (Step("lessons", "run a proposal"),),
    "lessons": (),
}
WAY: Mapping[str, tuple[Step, ...]] = {**IDEA, **PROPOSAL}
"""The whole way, from a need to lessons."""


def step_to(machine: Mapping[str, tuple[Step, ...]], status: str, wanted: str, *, reason: str = "") -> Step:
    """The step from one status to another.

    Raises
    ------
    InputError
        There is no such step, or it needs a reason that people can read.

    Examples
    --------
    >>> step_to(PROPOSAL, "submitted", "accepted").action
    'decide a proposal'
    >>> step_to(PROPOSAL, "lessons", "running")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: From 'Completed, with lessons' there is no way to 'Running'; nothing follows it.
    >>> step_to(CONTRIBUTION, "published", "published")
    Traceback (most recent call last):
    sempre_geo.errors.InputError: It stands at 'Published' already: somebody else did it before.
    """
    found = next((step for step in machine[status] if step.to == wanted), None)
    if found is None:
        raise InputError(_no_way(machine, status, wanted))
    if found.needs_reason and not reason.strip():
        raise InputError(_no_reason(wanted))
    return found


def _no_reason(wanted: str) -> str:
    if wanted in _TOLD:
        return _("Write a sentence, in any language.")
    return _("'{wanted}' needs a reason that its author can read.").format(wanted=worded(wanted))


def leads_back(machine: Mapping[str, tuple[Step, ...]], status: str, wanted: str) -> bool:
    """Whether a thing that goes from ``status`` to ``wanted`` may ever come to ``status`` again.

    >>> leads_back(PROPOSAL, "running", "paused"), leads_back(PROPOSAL, "running", "stopped")
    (True, False)
    """
    seen, ahead = set(), [wanted]
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            ahead += [step.to for step in machine[here]]
    return status in seen


def _no_way(machine: Mapping[str, tuple[Step, ...]], status: str, wanted: str) -> str:
    if status == wanted:
        return _("It stands at '{status}' already: somebody else did it before.").format(status=worded(status))
    ways = ", ".join(worded(step.to) for step in machine[status])
    follows = _("it leads to: {ways}.").format(ways=ways) if ways else _("nothing follows it.")
    return _("From '{status}' there is no way to '{wanted}'; {follows}").format(
        status=worded(status), wanted=worded(wanted), follows=follows
    )
