"""Tell us without scripts: four screens from start to code, and what is refused on the way."""

from __future__ import annotations

import html
import json
import logging
import re
import time
from dataclasses import replace
from datetime import datetime

import pytest

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.rules import read_rules
from sempre_geo.light import tokens
from sempre_geo.light.tokens import LASTS
from sempre_geo.pipeline.community import moderation
from sempre_geo.pipeline.community.contributions import my_data, open_with_code
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import exact_place, publish, review_queue
from sempre_geo.pipeline.community.workshop import open_workshop, word_on_the_wall, workshops
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.settings import Settings
from tests.light.conftest import HERE, Visitor, code_on
from tests.pipeline.test_hostile_texts import HOSTILE
from tests.ui.asgi_client import Answer
from tests.ui.small_region import NAME

WHAT = {"kind": "need", "category": "library", "obstacle": "cannot_get_there", "text": "No bus to the library."}
WHERE = {"place": "s:s1", "about": "my_community", "groups": "over_64", "ease_transit": "1"}
CONSENT = {"consent": "yes"}
FIELDS = (
    ("about", "groups", "ease_car", "obstacle", "workshop"), ("kind", "category", "screen"), ("place", "sought"),
    ("found",), ("lon", "lat"), ("token", "key", "photo"),
)  # fmt: skip


def _to_check(visitor: Visitor, what: dict[str, str] = WHAT, where: dict[str, str] = WHERE) -> Answer:
    second = visitor.fills("en/tell/where", visitor.opens("en/tell"), what)
    assert second.status_code == 200, second.text
    return visitor.fills("en/tell/check", second, where)


def _place_inside(small: Settings) -> tuple[str, str]:
    point = open_region(small, NAME).settlements.geometry.iloc[1]
    return f"{point.x + 0.00123:.6f}", f"{point.y + 0.00171:.6f}"


def test_four_screens_lead_from_the_start_to_a_code_that_opens_what_was_said(small, visitor):
    check = _to_check(visitor)
    assert "Bebrene" in check.text
    receipt = visitor.fills("en/tell/save", check, CONSENT)
    assert (receipt.status_code, len(visitor.seen)) == (200, 4)
    assert 'class="paper">Where to type the code: http://testserver/light/en/code<' in receipt.text
    own = open_with_code(small, code_on(receipt))
    assert (own.text, own.about, own.groups, own.precision) == (
        WHAT["text"],
        "my_community",
        ("over_64",),
        "settlement",
    )


def test_what_is_about_people_with_a_disability_is_only_counted_unless_its_author_asks_otherwise(small, visitor):
    check = _to_check(visitor, {**WHAT, "text": "Call 29123456"}, where=WHERE | {"groups": "disability"})
    assert "please write it again without it" in check.text
    assert 'name="shown_alone"' in check.text
    code = code_on(visitor.fills("en/tell/save", check, CONSENT))
    own = open_with_code(small, code)
    publish(small, own.id, by=OPERATOR)
    assert own.id not in set(public_contributions(small, NAME).index.astype(str))
    assert own.id not in public_contributions(small, NAME).to_csv()
    change_with_code(small, code, change=Change(shown_alone=True))
    assert own.id in public_contributions(small, NAME).to_csv()


def test_a_phone_of_the_hall_comes_by_a_link_that_knows_the_word_and_the_place(small, visitor):
    hall = open_workshop(small, NAME, by=OPERATOR, settlement_id="s1")
    word = word_on_the_wall(small, hall.id, by=OPERATOR)
    first = visitor.opens(f"en/tell?workshop={word}&place=s:s1&text=not+taken")
    second = visitor.fills("en/tell/where", first, WHAT)
    assert re.search(r'value="s:s1" selected', second.text)
    check = visitor.fills("en/tell/check", second, {"place": "s:s1", "about": "myself"})
    assert f'name="workshop" value="{word}"' in check.text
    code = code_on(visitor.fills("en/tell/save", check, {**CONSENT, "workshop": word}))
    assert '"how_it_came_in": "workshop"' in my_data(small, code)
    assert workshops(small, NAME, by=OPERATOR)[0].spoken == 1


def test_a_receipt_of_the_hall_leads_to_the_office_and_not_to_the_laptop_that_goes_home(small, visitor):
    hall = open_workshop(small, NAME, by=OPERATOR, settlement_id="s1", office="https://office.example")
    form = {**CONSENT, "workshop": word_on_the_wall(small, hall.id, by=OPERATOR)}
    receipt = visitor.fills("en/tell/save", _to_check(visitor), form).text
    assert "Later on, type it here: https://office.example" in receipt
    assert "Where to type the code" not in receipt
    assert "Where to type the code" in visitor.fills("en/tell/save", _to_check(visitor), CONSENT).text


def test_the_same_form_sent_twice_is_one_entry_with_one_code(small, visitor):
    check = _to_check(visitor)
    first, again = (visitor.fills("en/tell/save", check, CONSENT) for _press in range(2))
    assert code_on(first) == code_on(again)
    assert len(review_queue(small, NAME, by=OPERATOR)) == 1


def test_what_is_missing_is_named_at_its_field_and_nothing_typed_is_lost(visitor):
    page = visitor.fills("en/tell/where", visitor.opens("en/tell"), {"text": "only words"})
    assert page.status_code == 422
    for field in ("kind", "category"):
        assert f'href="#{field}"' in page.text
        assert f'aria-invalid="true" aria-describedby="{field}-problem"' in page.text
        assert f'id="{field}-problem"' in page.text
    assert "only words</textarea>" in page.text
    assert "<title>Please mend:" in page.text


def test_without_consent_nothing_is_kept(small, visitor):
    page = visitor.fills("en/tell/save", _to_check(visitor), {})
    assert (page.status_code, "consent-problem" in page.text) == (422, True)
    assert review_queue(small, NAME, by=OPERATOR).empty


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("bebrene", "Bebrene"), ("cirul", "Cīruļi"), ("dr. ozola", "Augstkalni"), ("nowhere at all", "Nothing here has")],
)
def test_a_place_is_found_by_a_name_without_accents_or_by_a_landmark(visitor, typed, answer):
    second = visitor.fills("en/tell/where", visitor.opens("en/tell"), WHAT)
    page = visitor.fills("en/tell/check", second, {"sought": typed})
    assert answer in html.unescape(page.text)
    assert (page.status_code == 422) == (answer == "Nothing here has")


def test_where_a_name_fits_several_places_they_are_offered(visitor):
    second = visitor.fills("en/tell/where", visitor.opens("en/tell"), WHAT)
    several = visitor.fills("en/tell/check", second, {"sought": "i"})
    assert several.status_code == 422
    assert 'name="found" value="s:s0"' in several.text
    chosen = visitor.fills("en/tell/check", several, {"sought": "i", "found": "s:s0"})
    assert (chosen.status_code, "Augstkalni" in chosen.text) == (200, True)


def test_somewhere_in_a_municipality_is_a_place(small, visitor):
    receipt = visitor.fills("en/tell/save", _to_check(visitor, where={"place": "m:m1"}), CONSENT)
    assert open_with_code(small, code_on(receipt)).precision == "municipality"


def test_on_a_small_map_without_scripts_a_press_or_a_square_leads_to_the_nearest_village(visitor):
    second = visitor.fills("en/tell/where", visitor.opens("en/tell"), WHAT)
    small_map = visitor.fills("en/tell/map", second, {"about": "my_community"})
    width, height = (int(n) for n in re.search(r'width="(\d+)" height="(\d+)"', small_map.text).groups())
    pressed = visitor.fills(
        "en/tell/check", small_map, {"at.x": str(width - 20), "at.y": str(height // 2), "sought": ""}
    )
    assert ("Dižvanagi" in pressed.text, "My community" in pressed.text) == (True, True)
    for typed, answer in (("h3", "Dižvanagi"), ("A 1", "No village lies in that square"), ("Z99", "Nothing here has")):
        page = visitor.fills("en/tell/check", small_map, {"at.x": "0", "at.y": "0", "sought": typed})
        assert answer in page.text, typed
    assert "Press on the map" in visitor.fills("en/tell/check", small_map, {"at.x": "-7", "at.y": "x"}).text


def test_a_pin_is_kept_exactly_and_stands_in_no_answer_log_or_link(small, visitor, caplog):
    caplog.set_level(logging.DEBUG)
    lon, lat = _place_inside(small)
    mark = {"lon": lon, "lat": lat}
    check = _to_check(visitor, where={**mark, "about": "myself"})
    receipt = visitor.fills("en/tell/save", check, {**CONSENT, **mark})
    code = code_on(receipt)
    entry = review_queue(small, NAME, by=OPERATOR)["id"].iloc[0]
    assert exact_place(small, entry, by=OPERATOR) == (float(lon), float(lat))
    publish(small, entry, by=OPERATOR)
    opened = visitor.fills("en/code", visitor.opens("en/code"), {"code": code})
    visitor.fills("en/code/change", opened, {"text": "Other words."})
    publish(small, entry, by=OPERATOR)
    for path in ("en/said", f"en/said/{entry}", "en/", "en/tell"):
        visitor.opens(path)
    visitor.fills("en/near", visitor.opens("en/near"), {**mark, "category": "library", "way": "car"})
    visitor.fills("en/tell/save", check, {**mark})  # without consent: the form comes back
    visitor.sends("en/tell/check", {**WHAT, **mark})  # without a token
    told = " ".join([*visitor.seen, caplog.text])
    assert lon[:-1] not in told
    assert lat[:-1] not in told
    assert "?" not in caplog.text


def test_a_mark_outside_the_region_or_no_number_is_refused(visitor):
    second = visitor.fills("en/tell/where", visitor.opens("en/tell"), WHAT)
    for lon, lat in (("0", "0"), ("x", "y"), ("nan", "inf"), ("24", "")):
        assert "outside the region" in visitor.fills("en/tell/check", second, {"lon": lon, "lat": lat}).text


@pytest.mark.parametrize("headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"},
                                     {"origin": "null"}])  # fmt: skip
def test_a_form_sent_by_another_site_is_refused(small, visitor, headers):
    page = visitor.fills("en/tell/save", _to_check(visitor), CONSENT, {**HERE, **headers})
    assert page.status_code == 403
    assert review_queue(small, NAME, by=OPERATOR).empty


def test_a_form_that_never_came_from_here_is_shown_again_with_a_token(small, visitor):
    page = visitor.sends("en/tell/save", {**WHAT, **WHERE, **CONSENT, "key": "k" * 32}, {})
    assert (page.status_code, "did not come from here" in page.text) == (422, True)
    assert visitor.fills("en/tell/save", page, CONSENT, {}).status_code == 200
    assert len(review_queue(small, NAME, by=OPERATOR)) == 1


def test_a_token_of_another_form_or_too_old_is_void(visitor, monkeypatch):
    check = _to_check(visitor)
    other = visitor.opens("en/code")
    assert visitor.fills("en/tell/save", check, {**CONSENT, "token": _token(other)}).status_code == 422
    later = time.time() + LASTS.total_seconds() + 60
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert visitor.fills("en/tell/save", check, CONSENT).status_code == 422


class _Still(datetime):
    """A clock that stands still, however slow the machine is."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(0, tz)


def _token(page: Answer) -> str:
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def test_a_script_that_fills_every_field_or_is_too_quick_gets_nothing_public(small, visitor, monkeypatch):
    monkeypatch.setattr(tokens, "datetime", _Still)
    check = _to_check(visitor)
    trapped = visitor.fills("en/tell/save", check, {**CONSENT, "website": "http://spam.example"})
    assert (trapped.status_code, "people do not see" in trapped.text) == (422, True)
    assert visitor.fills("en/tell/save", check, CONSENT).status_code == 200
    assert "sent_too_fast" in review_queue(small, NAME, by=OPERATOR)["findings"].iloc[0]


def test_more_than_one_sender_may_send_a_day_is_refused_in_a_sentence(visitor, monkeypatch):
    monkeypatch.setattr(moderation, "read_rules", lambda settings: replace(read_rules(settings), per_day=2))
    check = _to_check(visitor)
    answers = [visitor.fills("en/tell/save", check, {**CONSENT, "text": f"Entry {n}."}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert "from this connection today" in answers[-1].text


def test_danger_is_answered_at_once_with_numbers(visitor):
    receipt = visitor.fills("en/tell/save", _to_check(visitor, {**WHAT, "text": "He hits me."}), CONSENT)
    assert "112" in receipt.text


def test_a_phone_that_kept_an_entry_gets_its_code_as_json(visitor):
    check = _to_check(visitor)
    answer = visitor.fills("en/tell/save", check, CONSENT, {**HERE, "accept": "application/json"})
    told = json.loads(answer.content)
    assert told["code"] == code_on(visitor.fills("en/tell/save", check, CONSENT))
    refused = visitor.fills("en/tell/save", check, {}, {**HERE, "accept": "application/json"})
    assert (refused.status_code, json.loads(refused.content)["problem"].startswith("Tick this box")) == (422, True)


def test_too_much_text_is_refused_in_a_short_page(visitor):
    long = visitor.fills("en/tell/where", visitor.opens("en/tell"), {**WHAT, "text": "x" * 6000})
    assert (long.status_code, "at most 5000" in long.text) == (422, True)
    huge = visitor.fills("en/tell/where", visitor.opens("en/tell"), {**WHAT, "text": "x" * 1_000_000})
    assert (huge.status_code, len(huge.text) < 5000) == (413, True)


def test_hostile_texts_in_every_field_are_text_or_refused(small, visitor):
    sendable = [text for text in HOSTILE if "\ud83d" not in text]  # a browser cannot send half an emoji
    first, together = visitor.opens("en/tell"), "\n".join(sendable)
    for text in sendable:
        _assert_inert(visitor.fills("en/tell/where", first, {**WHAT, "text": text}), text)
    page = _to_check(visitor, {**WHAT, "text": together})
    _assert_inert(page, together)
    assert visitor.fills("en/tell/save", page, CONSENT).status_code == 200
    for fields in FIELDS:
        answer = visitor.fills("en/tell/save", page, {**WHERE, **CONSENT, **dict.fromkeys(fields, together)})
        assert answer.status_code < 500, fields
        _assert_inert(answer, together)
    assert set(review_queue(small, NAME, by=OPERATOR)["kind"]) == {"need"}


def _assert_inert(page: Answer, text: str) -> None:
    assert text not in page.text or not any(sign in text for sign in "<>\"'")
    assert "<img src=x" not in page.text
    assert "<script>" not in page.text


def test_the_public_list_never_shows_what_was_not_read(small, visitor, monkeypatch):
    visitor.fills("en/tell/save", _to_check(visitor), CONSENT)
    assert public_contributions(small, NAME).empty, "it was sent faster than anybody writes"
    monkeypatch.setattr(tokens, "seconds_since", lambda *_given, **_named: 30.0)
    visitor.fills("en/tell/save", _to_check(visitor), CONSENT)
    assert public_contributions(small, NAME)["status"].tolist() == ["awaiting_review"]
    page = visitor.opens("en/said")
    assert WHAT["text"] not in page.text
    assert "1 more waits" in page.text
