"""Somebody may be in danger: the contact is named, the author reads the numbers, and it stays on top until told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.moderation import read_danger
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.contributions import contest_with_code, open_with_code, tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.escalation import contact_reached, escalate, open_escalations
from sempre_geo.pipeline.community.reasons import reasons
from sempre_geo.pipeline.community.review import do_not_publish, review_queue

REGION = "unbuilt"
AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
QUIET = Draft("need", "library", "He locks the door when I want to go.", Place(municipality_id="m1"))


@pytest.fixture(autouse=True)
def contact(settings):
    text = settings.definition("danger.toml").read_text(encoding="utf-8")
    settings.layers.mkdir(parents=True)
    own = '\n[contact."*"]\nname = "Crisis centre"\nphone = "116 000"\nsource = "agreed on 3 November"\n'
    lines = 'EE = [{ number = "112", source = "law" }, { number = "999", what = "test line", source = "made up" }]'
    old = next(line for line in text.splitlines() if line.startswith("EE = [{"))
    (settings.layers / "danger.toml").write_text(text.replace(old, lines) + own, encoding="utf-8")
    yield
    close_community(settings)


def test_a_coordinators_press_names_the_contact_and_shows_the_author_the_numbers(settings):
    said = tell(settings, REGION, draft=QUIET, at=AT)
    assert open_with_code(settings, said.claim_code).messages == ()
    assert escalate(settings, said.id, by=OPERATOR, note="Read between the lines").phone == "116 000"
    assert "112" in open_with_code(settings, said.claim_code).messages[0]
    assert open_escalations(settings, REGION, by=OPERATOR)["contribution_id"].tolist() == [said.id]
    contact_reached(settings, said.id, by=OPERATOR)
    assert open_escalations(settings, REGION, by=OPERATOR).empty
    with pytest.raises(MissingDataError, match="reached already"):
        contact_reached(settings, said.id, by=OPERATOR)


def test_only_who_reviews_that_place_hands_it_on(settings):
    said = tell(settings, REGION, draft=QUIET, at=AT)
    for by in ("", Person("c", frozenset({("coordinator", "municipality:m2")}))):
        with pytest.raises(NotAllowedError):
            escalate(settings, said.id, by=by)
    elsewhere = Person("c", frozenset({("coordinator", "municipality:m2")}))
    escalate(settings, said.id, by=OPERATOR)
    assert open_escalations(settings, REGION, by=elsewhere).empty


def test_without_a_contact_the_coordinator_reads_what_to_do(settings):
    path = settings.layers / "danger.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("\n[contact.")[0], encoding="utf-8")
    said = tell(settings, REGION, draft=QUIET, at=AT)
    read_danger.__globals__["_read_danger"].cache_clear()
    with pytest.raises(MissingDataError, match=r"names one in danger\.toml.*112"):
        escalate(settings, said.id, by=OPERATOR)


def test_a_country_may_have_several_numbers_each_with_its_source(settings):
    danger = read_danger(settings)
    assert danger.numbers_in("EE") == ("112", "999 (test line)")
    assert danger.numbers_in("nowhere") == ("112",)
    path = settings.layers / "danger.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('source = "made up"', 'source = ""'), encoding="utf-8")
    read_danger.__globals__["_read_danger"].cache_clear()
    with pytest.raises(InputError, match="source"):
        read_danger(settings)


def test_a_contested_decision_comes_back_with_the_authors_reason(settings):
    said = tell(settings, REGION, draft=QUIET, at=AT)
    assert review_queue(settings, REGION, by=OPERATOR)["contested"].tolist() == [""]
    do_not_publish(settings, said.id, by=OPERATOR, reason=reasons("en")["unclear"])
    contest_with_code(settings, said.claim_code, why="It is quite clear.")
    assert review_queue(settings, REGION, by=OPERATOR)["contested"].tolist() == ["It is quite clear."]
