"""Hostile texts through every field and way in: kept as text, never run, never breaking anything on the way out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.proposals import Member, Sentences
from sempre_geo.community.texts import kept_line, kept_text, shown_text
from sempre_geo.errors import InputError, SempreGeoError
from sempre_geo.pipeline.community.contributions import (
    my_data,
    open_with_code,
    tell,
)
from sempre_geo.pipeline.community.corrections import correction_with_code
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.exchange import export_contributions, import_contributions
from sempre_geo.pipeline.community.own_changes import Change, change_with_code
from sempre_geo.pipeline.community.proposals import approve, proposal, proposals, propose
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.review import answer, publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.pipeline.community.way import way_of

REGION = "unbuilt"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "${alert(1)} {{7*7}} {% raw %} #{x} <%= 1 %>",
    "'; DROP TABLE contributions; --",
    "Robert'); DELETE FROM voices; --",
    '=HYPERLINK("http://evil","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202egnitirw\u202c \u200b\u2066hidden\u2069",
    "../../../../etc/passwd\\..\\x",
    "a\x00b\x01c\x7f\x85d",
    "\ud83d half an emoji",
    "🙂👩‍👩‍👧 Āčšķ Жуть 漢字 ع",
    "%s %d %n {0} {name!r} %(x)s",
    "line\r\none\rtwo\n\n\nthree\ttab",
    "\ufeffbyte order mark",
    "null", "None", "NaN", "[object Object]", "-1",
]  # fmt: skip


@pytest.fixture
def closing(settings):
    yield settings
    close_community(settings)


def _all_texts(value) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def test_every_way_in_keeps_them_as_text_and_every_way_out_carries_them(closing, tmp_path):
    settings = closing
    for text in HOSTILE:
        draft = Draft("need", "library", text, Place(municipality_id="m1"), title=text)
        receipt = tell(settings, REGION, draft=draft)
        publish(settings, receipt.id, by=OPERATOR)
        add_voice(settings, receipt.id, voter=text, sentence=text)
        answer(settings, receipt.id, by=OPERATOR, text=text)
        own = open_with_code(settings, receipt.claim_code)
        assert (own.text, own.title) == (kept_text(text), kept_line(text))
        assert own.steps[-1]["reason"] == kept_text(text)
        assert kept_text(text) in json.loads(my_data(settings, receipt.claim_code))["text"]
    frame = public_contributions(settings, REGION)
    assert set(frame["text"]) == {kept_text(text) for text in HOSTILE}
    export_contributions(settings, REGION, tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert len(rows) == len(HOSTILE)
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row.values())
    for name in ("out.geojson", "out.gpkg", "out.parquet"):
        assert export_contributions(settings, REGION, tmp_path / name) == len(HOSTILE)
    assert json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_proposals_keep_them_as_text(closing):
    settings = closing
    for text in HOSTILE:
        started = propose(settings, REGION, sentences=Sentences(text, text, text, text), who=Member("user", text))
        approve(settings, started.proposal_id, by=OPERATOR)
        page = proposal(settings, started.proposal_id)
        assert (page.sentences.what, page.sentences.title) == (kept_text(text), kept_line(text))
    assert len(proposals(settings, REGION)) == len(HOSTILE)


def test_files_keep_them_as_text(closing, tmp_path):
    settings = closing
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "kind", "category", "text", "municipality_id"])
        writer.writerows([n, "need", "library", text.replace("\x00", ""), "m1"] for n, text in enumerate(HOSTILE))
    result = import_contributions(settings, REGION, path)
    assert (result.added, result.problems) == (len(HOSTILE), ())
    assert len(review_queue(settings, REGION, by=OPERATOR)) == len(HOSTILE)


def test_choices_take_none_of_them(closing):
    draft = Draft("need", "library", "x", Place(municipality_id="m1"))
    for field in ("kind", "category", "obstacle", "about", "language", "how_it_came_in"):
        for text in HOSTILE[:15]:
            with pytest.raises(InputError):
                tell(closing, REGION, draft=replace(draft, **{field: text}))


def test_a_megabyte_is_refused_in_a_short_sentence(closing):
    draft = Draft("need", "library", "x" * 1_000_000, Place(municipality_id="m1"))
    with pytest.raises(InputError, match="1000000 characters; at most 5000") as refusal:
        tell(closing, REGION, draft=draft)
    assert len(str(refusal.value)) < 200
    with pytest.raises(InputError):
        tell(closing, REGION, draft=replace(draft, text="x", title="x" * 300))


def test_ids_and_codes_find_nothing_and_break_nothing(closing):
    for act in (
        lambda text: open_with_code(closing, text),
        lambda text: change_with_code(closing, text, change=Change(text="x")),
        lambda text: publish(closing, text, by=OPERATOR),
        lambda text: add_voice(closing, text, voter="x"),
        lambda text: proposal(closing, text),
        lambda text: correction_with_code(closing, text),
    ):
        for text in HOSTILE:
            with pytest.raises(SempreGeoError):
                act(text)


def test_an_idea_takes_none_of_them_for_a_need_it_answers(closing):
    idea = Draft("idea", "library", "x", Place(municipality_id="m1"))
    for text in HOSTILE:
        try:
            said = tell(closing, REGION, draft=replace(idea, answers=(text,)))
        except InputError:  # half a sign can be no id, and cannot be looked for
            continue
        publish(closing, said.id, by=OPERATOR)
        assert way_of(closing, said.id).needs == ()


@given(st.text(max_size=200))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_kept_the_same_when_kept_again_and_has_no_control_signs(text):
    kept = kept_text(text)
    assert kept_text(kept) == kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in kept)
    assert "\u202e" not in shown_text(kept)
