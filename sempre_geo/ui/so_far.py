"""What happened to something so far, as a list: each step with its day and its reason, the proposal as a link."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from sempre_geo.community.steps import PROPOSAL
from sempre_geo.pipeline.community.way import BEGUN, Stage, Way
from sempre_geo.publish.labels import kinds, status
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import written_date


def list_of_steps(steps: Iterable[Stage]) -> str:
    """The steps as a list of HTML, without its heading."""
    return f"<ul>{''.join(f'<li>{_step(step)}</li>' for step in steps)}</ul>"


def standing(way: Way) -> str:
    """How far an idea has come beyond being published, as HTML; empty where no further."""
    return "" if way.status in {"", *BEGUN} else _name(way.stages[-1])


def _step(step: Stage) -> str:
    day = f"{escape(written_date(step.at))}: " if step.at else ""
    why = f". {inert(step.reason)}" if step.reason and step.reason != "changed" else ""
    return f"{day}{_name(step)}{why}"


def _name(step: Stage) -> str:
    name = escape(kinds().get(step.status) or status(step.status))
    if step.status in PROPOSAL and step.thing:
        return f'<a href="/proposals?proposal={escape(step.thing)}" target="_self">{name}</a>'
    return name
