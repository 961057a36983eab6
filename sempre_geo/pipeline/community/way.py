"""The way of a need or an idea so far: idea, supported, team, proposal ... as its readers and its author may see it."""

from __future__ import annotations

from dataclasses import dataclass

from sempre_geo.community.contributions import PUBLIC
from sempre_geo.community.rules import read_rules
from sempre_geo.community.steps import IDEA, PROPOSAL
from sempre_geo.community.store.contributions import Row, load_contribution, load_events
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.proposals import load_team
from sempre_geo.community.store.standing import load_counted_since
from sempre_geo.community.store.ways import load_ideas_for, load_needs_of, load_proposals_from, load_voice_moments
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.community.desk import open_community
from sempre_geo.pipeline.community.proposal_desk import TOLD
from sempre_geo.settings import Settings

BEGUN = ("need", "idea")
"""The stages with which every way begins."""
ANSWERS = ("answered", "taken_up", "done")
"""The steps of a contribution that answer everybody who said the same."""


@dataclass(frozen=True)
class Stage:
    """One stage that was reached: which, who took the step, on which day (empty where that is not told), and why.

    ``by`` is ``contributor``, ``voices``, ``team`` or ``coordinator``; ``thing`` is the id of the need, idea or
    proposal that reached it, empty while a proposal is not listed.
    """

    status: str
    by: str
    at: str = ""
    reason: str = ""
    thing: str = ""


@dataclass(frozen=True)
class Way:
    """How far something has come: its stages so far, in the order of ``steps.WAY``.

    ``voices`` it has of the ``voices_for_support`` that make an idea a supported one; ``needs`` are those that an
    idea answers, ``ideas`` those that answer a need, as ids of what may be shown by itself.
    """

    stages: tuple[Stage, ...] = ()
    voices: int = 0
    voices_for_support: int = 0
    needs: tuple[str, ...] = ()
    ideas: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """The stage now; empty for what is not published."""
        return self.stages[-1].status if self.stages else ""

    @property
    def proposal(self) -> str:
        """The id of the listed proposal that it led to, or nothing."""
        return next((stage.thing for stage in self.stages if stage.status in PROPOSAL and stage.thing), "")

    @property
    def before_proposal(self) -> str:
        """The last stage before there was any proposal: from an idea several teams may begin one."""
        return [stage.status for stage in self.stages if stage.status in IDEA][-1]


NO_WAY = Way()


def way_of(settings: Settings, contribution_id: str) -> Way:
    """The way of a published need or idea, for anybody: without the days on which single people spoke.

    An idea is supported as soon as it has the voices that ``community.toml`` asks for, and as long as it has them.
    Nothing is told of what is not published, or only counted.
    """
    with open_community(settings).reading() as transaction:
        row = load_contribution(transaction, contribution_id)
        if row is None or not shown_by_itself(row):
            return NO_WAY
        return way_in(settings, transaction, row, own=False)


def way_in(settings: Settings, transaction: Transaction, row: Row, *, own: bool) -> Way:
    """The way of a row; with ``own`` as its author reads it, with every day."""
    if row["kind"] == "need":
        ideas = _shown(transaction, load_ideas_for(transaction, row["id"]))
        begun = Stage("need", "contributor", row["created_at"] if own else "", thing=row["id"])
        # Which proposals answer a need is told to its author alone: a proposal shows its needs as a number.
        return Way((begun, *(_proposal_stages(transaction, row) if own else ())), ideas=ideas)
    enough, moments = read_rules(settings).voices_for_support, load_voice_moments(transaction, row["id"])
    needs = _shown(transaction, load_needs_of(transaction, row["id"]))
    stages = [Stage("need", "contributor", thing=needs[0])] if needs else []
    stages.append(Stage("idea", "contributor", row["created_at"] if own else "", thing=row["id"]))
    if len(moments) >= enough:
        why = ngettext("{n} voice", "{n} voices", len(moments)).format(n=len(moments))
        reached = moments[enough - 1] if enough else row["created_at"]
        stages.append(Stage("supported", "voices", reached if own else "", why, row["id"]))
    stages += _proposal_stages(transaction, row)
    return Way(tuple(stages), len(moments), enough, needs)


def stages_of_like(transaction: Transaction, row: Row) -> tuple[Stage, ...]:
    """What its author reads of the one that a contribution is counted with: the answers to it, since they are one.

    With the answer that was given last before, unless another step followed it; nothing of its review.
    """
    if row["merged_into"] is None:
        return ()
    since = load_counted_since(transaction, row["id"], into=row["merged_into"])
    steps = load_events(transaction, row["merged_into"])
    last = [step for step in steps if step["at"] < since][-1:]
    told = [*last, *(step for step in steps if step["at"] >= since)]
    return tuple(Stage(step["status"], "", step["at"], step["reason"]) for step in told if step["status"] in ANSWERS)


def shown_by_itself(row: Row) -> bool:
    """Whether everybody may read a contribution by itself."""
    return row["status"] in PUBLIC and row["merged_into"] is None and (not row["topic"] or bool(row["shown_alone"]))


def _shown(transaction: Transaction, ids: list[str]) -> tuple[str, ...]:
    rows = (load_contribution(transaction, one) for one in ids)
    return tuple(row["id"] for row in rows if row is not None and shown_by_itself(row))


def _proposal_stages(transaction: Transaction, row: Row) -> list[Stage]:
    """The steps of the newest proposal from it; of one that no coordinator has read only that a team is forming."""
    begun = load_proposals_from(transaction, row["id"])
    if not begun:
        return []
    latest = next((one for one in begun if one["status"] != "team"), begun[0])
    if latest["status"] == "team" or not latest["read_version"]:
        return [Stage("team", "team")]
    people = {name for member in load_team(transaction, latest["id"]) for name in (member["id"], member["account_id"])}
    return [
        Stage(
            step["status"], _who(step, people), step["at"], step["reason"] if step["status"] in TOLD else "",
            latest["id"],
        )
        for step in load_events(transaction, latest["id"])
        if step["status"] in PROPOSAL
    ]  # fmt: skip


def _who(step: Row, people: set[str | None]) -> str:
    return "team" if step["actor"] in {"team", *people} else "coordinator"
