"""Something here is wrong, without scripts: from a near answer to a code, to a decision, to an answer that names it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.rules import read_rules
from sempre_geo.light import wrong
from sempre_geo.pipeline.community import moderation
from sempre_geo.pipeline.community.corrections import corrections_in_use, decide_correction, waiting_corrections
from sempre_geo.pipeline.explore.views import open_region
from tests.light.conftest import Visitor, code_on
from tests.light.test_weight import _fits
from tests.pipeline.test_hostile_texts import HOSTILE
from tests.ui.asgi_client import Answer
from tests.ui.small_region import NAME

HOURS = {"value": "Mo-Fr 10:00-12:00", "source": "a notice on the door", "text": "Since Monday."}


def _to_how(visitor: Visitor, field: str = "opening_hours") -> Answer:
    page = visitor.fills("en/wrong/gp/how", visitor.opens("en/wrong/gp"), {"thing": "gp1", "field": field})
    assert page.status_code == 200, page.text
    return page


def test_what_is_reported_waits_is_accepted_and_then_used_and_named_and_the_code_reads_it(small, visitor):
    assert 'href="/light/en/wrong"' in visitor.opens("en/").text
    assert 'href="/light/en/wrong/gp"' in visitor.opens("en/wrong").text
    code = code_on(visitor.fills("en/wrong/gp/save", _to_how(visitor), HOURS))
    waiting = waiting_corrections(small, NAME, by=OPERATOR)
    assert waiting[["thing", "field", "value"]].to_numpy().tolist() == [["gp1", "opening_hours", HOURS["value"]]]
    assert open_region(small, NAME).services.loc["gp1", "opening_hours"] == "Tu 09:00-13:00"
    decide_correction(small, waiting["id"].iloc[0], decision="accepted", by=OPERATOR)
    used = open_region(small, NAME).services.loc["gp1"]
    assert used["opening_hours"] == HOURS["value"]
    assert HOURS["source"] in used["source"]
    read = visitor.fills("en/code", visitor.opens("en/code"), {"code": code})
    assert (read.status_code, HOURS["source"] in read.text, "Accepted" in read.text) == (200, True, True)
    assert ": Opening hours should be" in read.text
    assert "opening_hours" not in read.text, "in words, not as the table calls it"


def test_an_answer_to_what_is_near_leads_to_the_form_of_its_kind(visitor):
    asked = {"place": "s:s1", "category": "gp", "way": "car"}
    assert 'action="/light/en/wrong/gp"' in visitor.fills("en/near", visitor.opens("en/near"), asked).text
    assert 'value="gp1" selected' in visitor.sends("en/wrong/gp", {"thing": "gp1"}).text


def test_the_same_form_sent_twice_is_saved_once(small, visitor):
    page = _to_how(visitor)
    codes = {code_on(visitor.fills("en/wrong/gp/save", page, HOURS)) for _n in range(2)}
    assert (len(codes), len(waiting_corrections(small, NAME, by=OPERATOR))) == (1, 1)


@pytest.mark.parametrize(("given", "field", "said"), [
    ({"source": " "}, "source", "how you know"),
    ({"value": "always on Tuesdays"}, "value", "are no opening hours"),
    ({"value": ""}, "value", "how it is instead"),
])  # fmt: skip
def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(small, visitor, given, field, said):
    page = visitor.fills("en/wrong/gp/save", _to_how(visitor), {**HOURS, **given})
    assert (page.status_code, said in page.text) == (422, True)
    assert f'aria-describedby="{field}-problem' in page.text
    assert "Since Monday." in page.text
    assert waiting_corrections(small, NAME, by=OPERATOR).empty


def test_nothing_chosen_and_nothing_there_are_said(visitor):
    page = visitor.fills("en/wrong/gp/how", visitor.opens("en/wrong/gp"), {})
    assert (page.status_code, 'id="field-problem"' in page.text, 'id="thing-problem"' in page.text) == (422, True, True)
    assert visitor.opens("en/wrong/nothing").status_code == 404
    assert visitor.opens("en/wrong/lines").status_code == 404  # built without a timetable
    assert visitor.sends("en/wrong/gp/save", {"thing": "lib1", "field": "gone"}).status_code == 422


def test_one_of_many_is_found_by_its_name(visitor, monkeypatch):
    monkeypatch.setattr(wrong, "LONGEST_LIST", 0)
    first = visitor.opens("en/wrong/gp")
    assert "gp1" not in first.text
    found = visitor.fills("en/wrong/gp/how", first, {"sought": "ozola", "field": "gone"})
    assert (found.status_code, "Dr. Ozola" in found.text) == (200, True)
    assert visitor.fills("en/wrong/gp/how", first, {"sought": "nobody", "field": "gone"}).status_code == 422


def test_a_form_without_its_token_and_more_than_one_sender_may_send_are_refused(small, visitor, monkeypatch):
    bare = {"thing": "gp1", "field": "opening_hours", "key": "k" * 32, **HOURS}
    assert "did not come from here" in visitor.sends("en/wrong/gp/save", bare).text
    trapped = visitor.fills("en/wrong/gp/save", _to_how(visitor), {**HOURS, "website": "http://spam.example"})
    assert trapped.status_code == 422
    assert waiting_corrections(small, NAME, by=OPERATOR).empty
    monkeypatch.setattr(moderation, "read_rules", lambda settings: replace(read_rules(settings), voices_per_day=2))
    sent = [visitor.fills("en/wrong/gp/save", _to_how(visitor), HOURS) for _n in range(3)]
    assert [page.status_code for page in sent] == [200, 200, 422]
    assert len(waiting_corrections(small, NAME, by=OPERATOR)) == 2


def test_hostile_words_are_text_everywhere(small, visitor):
    together = " ".join(text for text in HOSTILE if "\ud83d" not in text)[:250]
    page = _to_how(visitor, "phone")
    answers = [
        visitor.fills("en/wrong/gp/save", page, {"value": together, "source": together, "text": together, **changed})
        for changed in ({}, {"source": ""}, {"thing": together}, {"field": together}, {"first": together})
    ]
    codes = [found[1] for answer in answers if (found := re.search(r"data-code[^>]*>([^<]+)<", answer.text))]
    answers += [visitor.fills("en/code", visitor.opens("en/code"), {"code": code}) for code in codes]
    assert codes
    for answer in answers:
        assert answer.status_code < 500
        assert "<img src=x" not in answer.text
        assert "<script>" not in answer.text
    assert corrections_in_use(small, NAME).empty


def test_the_screens_are_light(visitor):
    for page in (visitor.opens("en/wrong"), visitor.opens("en/wrong/gp"), _to_how(visitor)):
        assert _fits(page)
