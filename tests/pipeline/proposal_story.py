"""A whole proposal for the tests: an idea, three sentences, a team of two, an answer to every question."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sempre_geo.community.access import EVERYWHERE, OPERATOR, Person
from sempre_geo.community.accounts import Account
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.community.store.accounts import save_account
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import open_community
from sempre_geo.pipeline.community.proposal_team import invite, join_team
from sempre_geo.pipeline.community.proposal_writing import write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, move, propose
from sempre_geo.pipeline.community.review import publish
from sempre_geo.settings import Settings

REGION = "unbuilt"
WORDS = Sentences("Taxi-bus", "A taxi-bus on Thursdays.", "People over 64.", "Two buses a day.")
AINA = Member("user", "Aina")
PRACTICE = Member("provider", "The practice")
FIGURE = {"title": "212 people beyond 60 minutes", "value": 212, "date": "2026-11-24", "version": "0.1.0"}
ANSWERS = {
    "needs": {"text": "The last bus leaves at noon."},
    "evidence": {"felt": "They say it is hard.", "normative": "60 minutes, county plan 2024"},
    "group": {"groups": ["over_64", "without_a_car"], "asked": "Eleven, at two coffee mornings", "people": 40},
    "people": {"contact": "Riina, 555 0101", "text": "Ants drives"},
    "decisions": {"decisions": [{"what": "The day", "who": "The residents"}]},
    "assets": {"assets": [{"kind": "places", "what": "The hall"}]},
    "change": {"chain": [{"input": "A bus", "activity": "Rides", "output": "20 riders", "outcome": "More visits"}]},
    "barriers": {"barriers": [{"kind": "shame", "how": "The poor people's bus", "answer": "It takes everybody"}]},
    "first_test": {"what": "Two Thursdays", "starts": "2026-12-01", "ends": "2027-01-15", "sign": "Ten riders"},
    "costs": {
        "currency": "EUR",
        "costs": [
            {"item": "Fuel", "amount": "1 200,10", "source": "Parish", "promised": "yes"},
            {"item": "Driver", "hours": 80, "source": "Ants"},
            {"item": "Tea", "amount": 0.2},
        ],
    },
    "agreements": {"agreements": [{"what": "Bus", "with_whom": "School", "written": "asked", "until": "2027-01-01"}]},
    "legal": {"form": "municipality", "benefits": "Asked the pension office"},
    "risks": {"risks": [{"kind": "safety", "what": "Ice", "answer": "No rides below -10"}]},
    "success": {"signs": "15 ride twice", "checks": [{"asked": 10, "spoke": 9, "heard": 8, "hopeful": 7}]},
    "afterwards": {"plan": "hand_over", "text": "Into the timetable"},
    "diary": {"keeper": "Riina", "text": "Who stays at home"},
}  # fmt: skip
"""An answer to each question behind the first."""


@dataclass(frozen=True)
class Story:
    """The proposal's id and the codes that open it and the idea it came from."""

    id: str
    code: str
    idea_id: str
    idea_code: str


def published(settings: Settings, *, kind: str = "idea", category: str = "bus_stop", region: str = REGION):
    """A contribution that everybody may read, with its code."""
    receipt = tell(settings, region, draft=Draft(kind, category, "A taxi-bus", Place(municipality_id="m1")))
    publish(settings, receipt.id, by=OPERATOR)
    return receipt


def verified_provider(settings: Settings) -> Person:
    """A provider with an account, as a coordinator's verifying opens one; nobody logs in with it."""
    one = secrets.token_hex(16)
    account = Account(
        one, f"practice-{one}", password_hash="", active=True, generation=0, failures=0, locked_until="",
        grants=frozenset({("provider", EVERYWHERE)}),
    )  # fmt: skip
    with open_community(settings).writing() as transaction:
        save_account(transaction, account, at="2026-11-01T08:00:00Z")
    return account.person


def begun(settings: Settings, *, region: str = REGION) -> Story:
    """A proposal that nobody has read yet."""
    idea = published(settings, region=region)
    joined = propose(settings, region, sentences=WORDS, who=AINA, idea_id=idea.id, needs=[idea.id], evidence=[FIGURE])
    return Story(joined.proposal_id, joined.claim_code, idea.id, idea.claim_code)


def answered(settings: Settings, *, region: str = REGION) -> Story:
    """A listed proposal that could be submitted."""
    story = begun(settings, region=region)
    approve(settings, story.id, by=OPERATOR)
    invitation = invite(settings, story.id, code=story.code)
    join_team(settings, story.id, who=PRACTICE, code=invitation, by=verified_provider(settings))
    write_in_proposal(settings, story.id, code=story.code, answers=ANSWERS, ownership="co_designed")
    return story


def running(settings: Settings, *, region: str = REGION, at=None) -> Story:
    """A proposal that was accepted and runs since ``at``."""
    story = answered(settings, region=region)
    move(settings, story.id, to="submitted", code=story.code, at=at)
    move(settings, story.id, to="accepted", by=OPERATOR, at=at)
    move(settings, story.id, to="running", code=story.code, at=at)
    return story
