"""What people said, "me too", proposals, one's own with the code, and what is near: without scripts."""

from __future__ import annotations

import html
import re
from datetime import datetime
from urllib.parse import quote

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.light.reading import A_PAGE
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.corrections import decide_correction, report_correction
from sempre_geo.pipeline.community.duplicates import merge
from sempre_geo.pipeline.community.proposals import approve, propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import answer, do_not_publish, publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice, decide_sentence, waiting_sentences
from sempre_geo.pipeline.explore.everyday import everyday
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.settings import Settings
from tests.light.conftest import Visitor, code_on, hidden
from tests.ui.asgi_client import Answer
from tests.ui.small_region import HOSTILE, NAME

WORDS = "Closed when I come from work."
NEAR = {"place": "s:s1", "category": "library", "way": "car"}


def _told(small: Settings, text: str = WORDS, *, kind: str = "need", shown: bool = True) -> tuple[str, str]:
    """The id and the code of an entry."""
    receipt = tell(small, NAME, draft=Draft(kind, "library", text, Place(settlement_id="s1")))
    if shown:
        publish(small, receipt.id, by=OPERATOR)
    return receipt.id, receipt.claim_code


def _opened(visitor: Visitor, code: str) -> Answer:
    return visitor.fills("en/code", visitor.opens("en/code"), {"code": code})


def test_published_entries_are_read_a_page_at_a_time(small, visitor):
    for number in range(A_PAGE + 1):
        _told(small, f"Entry number {number}.", kind="idea" if number else "need")
    first, second = visitor.opens("en/said"), visitor.opens("en/said/all/2")
    assert (first.text.count("<article"), second.text.count("<article")) == (A_PAGE, 1)
    assert visitor.opens("en/said/need/1").text.count("<article") == 1
    assert visitor.opens("en/said/all/99").text.count("<article") == 0


def test_what_was_said_near_a_place_is_asked_by_a_form_and_stands_in_no_address(small, visitor):
    for number in range(A_PAGE + 1):
        _told(small, f"Entry number {number}.")
    asked = visitor.opens("en/said/near")
    near = visitor.fills("en/said/near", asked, {"place": "s:s1"})
    assert ("Within 6 km of Bebrene" in near.text, near.text.count("<article")) == (True, A_PAGE)
    fields = {"place": "s:s1", "kind": "need", "number": "2"}
    assert re.search(r'name="kind" value="all"><input type="hidden" name="number" value="2"', near.text)
    assert visitor.sends("en/said/near", fields).text.count("<article") == 1
    assert visitor.sends("en/said/near", {**fields, "kind": "idea", "number": "1"}).text.count("<article") == 0
    assert visitor.sends("en/said/near", {"place": "s:s3"}).text.count("<article") == 0
    missing = visitor.sends("en/said/near", {"place": ""})
    assert (missing.status_code, 'href="#place"' in missing.text) == (422, True)
    assert not re.search(r'(href|action)="[^"]*(s1|s3|\?)', near.text)


def test_nothing_is_read_under_an_address_that_was_guessed(small, visitor):
    waiting, _code_of_it = _told(small, shown=False)
    for path in (f"en/said/{waiting}", "en/said/none", "en/said/rumour/1", "en/proposals/none"):
        page = visitor.opens(path)
        assert (page.status_code, WORDS in page.text) == (404, False)
    assert visitor.opens("xx/said").status_code == 404


def test_me_too_counts_once_a_person_and_its_code_takes_it_back(small, visitor):
    entry, _own_code = _told(small)
    form = visitor.opens(f"en/said/{entry}")
    first = visitor.fills(f"en/said/{entry}/voice", form, {"sentence": "Me, too."})
    pressed_twice = visitor.fills(f"en/said/{entry}/voice", form, {"sentence": "Me, too."})
    again = visitor.fills(f"en/said/{entry}/voice", visitor.opens(f"en/said/{entry}"), {})
    other = visitor.fills(f"en/said/{entry}/voice", visitor.opens(f"en/said/{entry}"), {"slip": "7"})
    assert code_on(pressed_twice) == code_on(first)
    assert ("counted before" in again.text, "counted before" in other.text) == (True, False)
    assert public_contributions(small, NAME)["voices"].tolist() == [2]
    assert "Me, too." not in visitor.opens(f"en/said/{entry}").text
    assert "reads your sentence before others see it" in first.text
    offered = _opened(visitor, code_on(first))
    assert (offered.status_code, "Me, too." in offered.text, "Awaiting review" in offered.text) == (200, True, True)
    [waiting] = waiting_sentences(small, NAME, by=OPERATOR)["id"]
    decide_sentence(small, waiting, decision="not_published", by=OPERATOR)
    assert "Not published" in _opened(visitor, code_on(first)).text
    assert visitor.fills("en/code/voice", offered, {"code": code_on(first)}).status_code == 200
    assert public_contributions(small, NAME)["voices"].tolist() == [1]


def test_a_script_in_the_hidden_field_or_without_a_token_gives_no_voice(small, visitor):
    entry, _own_code = _told(small)
    form = visitor.opens(f"en/said/{entry}")
    assert visitor.fills(f"en/said/{entry}/voice", form, {"website": "x"}).status_code == 422
    assert visitor.sends(f"en/said/{entry}/voice", {}).status_code == 422
    assert public_contributions(small, NAME)["voices"].tolist() == [0]


def test_with_the_code_one_reads_the_answer_changes_the_words_and_takes_them_along(small, visitor):
    entry, code = _told(small, shown=False)
    do_not_publish(small, entry, by=OPERATOR, reason="It names a person.")
    opened = _opened(visitor, code)
    assert "It names a person." in opened.text
    contested = visitor.fills("en/code/contest", opened, {"why": "It names nobody."})
    assert review_queue(small, NAME, by=OPERATOR)["id"].tolist() == [entry]
    nowhere = visitor.fills("en/code/change", contested, {"text": "x", "sought": "Nowhereville"})
    assert (nowhere.status_code, "Nowhereville" in nowhere.text or "another spelling" in nowhere.text) == (422, True)
    more = {"category": "gp", "about": "my_community", "groups": "carers", "place": "m:m2", "ease_car": "2"}
    changed = visitor.fills("en/code/change", contested, {"text": "Closed at five.", **more})
    assert "Closed at five." in changed.text
    assert "Austrumu" in changed.text
    own = open_with_code(small, code)
    assert (own.category, own.about, own.groups, own.ease) == ("gp", "my_community", ("carers",), {"car": 2})
    assert (own.municipality_id, own.settlement_id, own.precision) == ("m2", None, "municipality")
    data = visitor.fills("en/code/data", changed, {})
    assert data.json()["text"] == "Closed at five."
    assert data.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("number", ["9" * 20, "9" * 4400, "\u00b2", "-1"])
def test_a_page_number_that_is_none_is_not_there_and_nothing_fails(small, visitor, number):
    _told(small)
    asked = {"place": "s:s1", "kind": "all"}
    assert visitor.sends("en/said/near", {**asked, "number": "1"}).status_code == 200
    assert visitor.sends("en/said/near", {**asked, "number": number}).status_code == 404
    assert visitor.opens(f"en/said/need/{quote(number)}").status_code == 404


def test_with_the_code_of_a_correction_one_reads_what_was_decided_and_why(small, visitor):
    report = Report("services", "osm:n1", "opening_hours", "Tu 11:00-16:00", HOSTILE[:90])
    receipt = report_correction(small, NAME, report=report)
    assert "Received" in _opened(visitor, receipt.claim_code).text
    decide_correction(small, receipt.id, decision="declined", by=OPERATOR, reason="Only on Mondays.")
    page = _opened(visitor, receipt.claim_code)
    assert (page.status_code, "Declined" in re.sub("<[^>]*>", "", page.text)) == (200, True)
    assert "Only on Mondays." in page.text
    assert "<img" not in page.text
    assert visitor.fills("en/code/erase", page, {}).status_code == 422
    assert visitor.fills("en/code/erase", page, {"sure": "yes"}).status_code == 200
    assert _opened(visitor, receipt.claim_code).status_code == 404


def test_erasing_needs_the_box_and_then_nothing_is_left(small, visitor):
    _entry, code = _told(small)
    opened = _opened(visitor, code)
    assert visitor.fills("en/code/erase", opened, {}).status_code == 422
    assert visitor.fills("en/code/erase", opened, {"sure": "yes"}).status_code == 200
    assert public_contributions(small, NAME).empty
    assert _opened(visitor, code).status_code == 404


@pytest.mark.parametrize("typed", ["", "kamilo", HOSTILE, "tosetu-satira-lemiju-palijo"])
def test_a_code_with_a_slip_is_refused_at_its_field(visitor, typed):
    page = _opened(visitor, typed)
    assert (page.status_code, 'aria-describedby="code-problem code-hint"' in page.text) == (422, True)
    assert "<img src=x" not in page.text


def test_a_proposal_is_read_after_a_coordinator_has(small, visitor):
    sentences = Sentences(HOSTILE, "A box of books in each shop.", "Everybody.", "The library is far.")
    started = propose(small, NAME, sentences=sentences, who=Member("user", "Aina"))
    assert visitor.opens(f"en/proposals/{started.proposal_id}").status_code == 404
    approve(small, started.proposal_id, by=OPERATOR)
    for path in ("en/proposals", f"en/proposals/{started.proposal_id}"):
        page = visitor.opens(path).text
        assert ("A box of books" in page, "<img src=x" in page, "Aina" in page) == (True, False, False)


def test_an_idea_for_a_need_is_told_from_its_page_and_both_lead_to_one_another(small, visitor):
    need, _code_of_need = _told(small)
    page = visitor.opens(f"en/said/{need}")
    first = visitor.sends("en/tell", {"kind": "idea", "answers": need})
    assert f'name="answers" value="{need}"' in first.text
    assert "I have an idea" in page.text
    idea = tell(small, NAME, draft=Draft("idea", "library", "A book bus.", Place(settlement_id="s1"), answers=(need,)))
    publish(small, idea.id, by=OPERATOR)
    assert "A book bus." in visitor.opens(f"en/said/{need}").text
    shown = visitor.opens(f"en/said/{idea.id}").text
    assert (WORDS in shown, "With 5 voices an idea counts as supported" in shown) == (True, True)
    for number in range(5):
        add_voice(small, idea.id, voter=str(number))
    supported = visitor.opens(f"en/said/{idea.id}").text
    assert ("Supported" in supported, "counts as supported" in supported) == (True, False)
    assert "Supported" in _opened(visitor, idea.claim_code).text


def test_what_is_near_is_told_in_sentences_and_the_place_stands_in_no_address(visitor):
    page = visitor.fills("en/near", visitor.opens("en/near"), NEAR)
    assert "41 people live here." in page.text
    assert "8 min by car" in page.text
    assert not re.search(r'href="[^"]*(s1|\?)', page.text)


def test_several_services_are_answered_at_once_as_on_the_page_of_the_app(small, visitor):
    page = visitor.fills("en/near", visitor.opens("en/near"), {**NEAR, "category": ["library", "gp"], "way": "bike"})
    now = datetime.now(open_region(small, NAME).country.zone)
    for category, title, service in (("gp", "Doctor", "doctor"), ("library", "Library", "library")):
        found = everyday(small, NAME, place_id="s1", category=category, service=service, mode="bike", now=now)
        assert f"<h2>{title}</h2>" in page.text
        assert [text for text in found.told if text not in html.unescape(page.text)] == []
    assert page.text.index("Doctor") < page.text.index("Library")
    asked_again = visitor.sends("en/tell", {"place": hidden(page)["place"]})
    assert 'name="place" value="s:s1"' in asked_again.text


def test_the_usual_needs_are_ticked_and_what_was_ticked_stays_so(visitor):
    first = visitor.opens("en/near")
    assert re.findall(r'value="(\w+)"[^>]* checked', first.text) == ["gp", "library", "car"]
    again = visitor.fills("en/near", first, {"category": ["library"], "way": "walk"})
    assert re.findall(r'value="(\w+)"[^>]* checked', again.text) == ["library", "walk"]


@pytest.mark.parametrize(
    ("wrong", "field"), [({"place": ""}, "place"), ({"category": "dragon"}, "category"), ({"place": "s:no"}, "place")]
)
def test_a_question_without_a_place_or_need_comes_back_with_its_field(visitor, wrong, field):
    page = visitor.fills("en/near", visitor.opens("en/near"), {**NEAR, **wrong})
    assert (page.status_code, f'href="#{field}"' in page.text) == (422, True)


def test_an_address_with_a_question_mark_is_read_without_it(visitor):
    assert "41 people" not in visitor.opens("en/near?place=s:s1&category=library").text


def test_every_page_says_that_the_region_is_fictional_and_runs_nothing_but_our_files(small, visitor):
    entry, _own_code = _told(small)
    for path in ("", "tell", "tell/whole", "kept", "near", "said", f"said/{entry}", "proposals", "code", "sources",
                 "said/none"):  # fmt: skip
        page = visitor.opens(f"en/{path}")
        assert "Fictional:" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "set-cookie" not in page.headers
        assert not re.search(r"\son\w+=|style=|<script>|https?://", page.text)


def test_the_sources_their_licences_and_what_is_not_known_are_told(visitor):
    page = visitor.opens("en/sources").text
    assert [
        word for word in ("Written by hand", "CC0-1.0", "2026-11-01", "Nothing was mended.") if word not in page
    ] == []
    assert 'href="/light/en/sources"' in visitor.opens("en/").text


def test_the_browser_s_language_is_offered_and_an_untranslated_one_says_so(visitor):
    first = visitor.opens("", {"accept-language": "uk-UA,uk;q=0.9"})
    assert first.headers["location"] == "/light/uk/"
    page = visitor.opens("ru/").text
    assert ('<html lang="ru">' in page) != ("is in English" in page)


def test_what_nobody_foresaw_is_a_page_with_a_number_and_the_log_holds_no_words(visitor, monkeypatch, caplog):
    def breaks(*_given: object, **_named: object) -> None:
        raise RuntimeError(WORDS)

    monkeypatch.setattr("sempre_geo.light.proposals.proposals", breaks)
    page = visitor.opens("en/proposals")
    assert (page.status_code, WORDS in page.text, WORDS in caplog.text) == (500, False, False)
    number = re.search(r"number: (\w{8})", page.text)[1]
    assert number in caplog.text


def test_with_the_code_of_what_counts_with_another_one_reads_the_answer_to_that(small, visitor):
    (first, _first_code), (second, code) = _told(small), _told(small, shown=False)
    merge(small, second, into=first, by=OPERATOR)
    answer(small, first, by=OPERATOR, text="The bus comes in May.")
    page = _opened(visitor, code).text
    assert re.search(r"<dd>Counted with one that says the same · ", page)
    assert re.search(r"<h3>Counted with one that says the same</h3>\s*<ul><li>.*The bus comes in May\.", page)
