"""A proposal as JSON, DOCX and PDF: read back whole, the same bytes again, inert, and each for those who may."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.claim_codes import read_back
from sempre_geo.community.lessons import Lesson
from sempre_geo.community.proposal_file import from_json, to_json
from sempre_geo.community.proposals import Sentences
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError, SempreGeoError
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.lessons import add_lesson, lessons, write_diary
from sempre_geo.pipeline.community.proposal_files import (
    FORMATS,
    export_proposal,
    file_ticket,
    read_proposal,
    take_in_proposal,
)
from sempre_geo.pipeline.community.proposal_team import leave_team
from sempre_geo.pipeline.community.proposal_writing import comment, write_in_proposal
from sempre_geo.pipeline.community.proposals import approve, proposal, proposals
from sempre_geo.settings import read_settings
from tests.pipeline.proposal_story import ANSWERS, REGION, WORDS, answered, begun, running
from tests.pipeline.test_hostile_texts import HOSTILE

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
CODE = re.compile(r"(?:[klmnprstvj][aeiou]){3}-(?:[klmnprstvj][aeiou]){3}-")


@pytest.fixture
def office(tmp_path):
    """Another installation with an empty store."""
    settings = read_settings({"SEMPRE_DATA": str(tmp_path / "office"), "SEMPRE_LAYERS": str(tmp_path / "none")})
    yield settings
    close_community(settings)


def _whole(store):
    """A proposal with something in every part."""
    story = running(store, at=AT)
    comment(store, story.id, text="Who drives?", code=story.code)
    write_diary(store, story.id, good="Twelve rode", hard="Ice", code=story.code, at=AT)
    add_lesson(store, story.id, lesson=Lesson("Call first", "Ask by telephone", "", ("over_64",)), code=story.code)
    return story


def test_it_is_read_back_whole_from_every_kind_of_file(store, office):
    story = _whole(store)
    first = export_proposal(store, story.id, kind="json", code=story.code)
    for kind in FORMATS:
        file = export_proposal(store, story.id, kind=kind, code=story.code)
        assert to_json(read_proposal(file.content)) == first.content
        assert file.name.endswith(kind)
    assert take_in_proposal(office, REGION, first.content, by=OPERATOR).known is False
    assert take_in_proposal(office, REGION, file.content, by=OPERATOR).known is True
    team = Person("someone", frozenset({("team", f"thing:{story.id}"), ("coordinator", "*")}))
    again = export_proposal(office, story.id, kind="json", by=team)
    assert again.content == first.content, "versions, steps, names, diary, lessons, and needs unknown there"


def test_no_code_and_no_digest_of_one_leaves_with_a_file(store):
    story = _whole(store)
    for kind in FORMATS:
        content = export_proposal(store, story.id, kind=kind, code=story.code).content
        said = to_json(read_proposal(content)).decode()
        assert read_back(story.code) not in said
        assert not CODE.search(said)
        assert "digest" not in said


def test_the_same_proposal_gives_the_same_bytes_and_none_of_them_is_a_clock(store):
    story = answered(store)
    word, printed = (
        [export_proposal(store, story.id, kind=kind, code=story.code).content for _time in range(2)]
        for kind in ("docx", "pdf")
    )
    assert word[0] == word[1]
    assert printed[0] == printed[1]
    with zipfile.ZipFile(io.BytesIO(word[0])) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert f"{datetime.now(UTC):%Y-%m-%dT%H:%M}" not in archive.read("customXml/sempre_proposal.xml").decode()
    assert "/CreationDate" not in (PdfReader(io.BytesIO(printed[0])).metadata or {})


def test_a_document_says_what_the_form_holds_and_adds_the_costs_up(store):
    story = _whole(store)
    word = Document(io.BytesIO(export_proposal(store, story.id, kind="docx", code=story.code).content))
    told = "\n".join(paragraph.text for paragraph in word.paragraphs)
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    pages = PdfReader(io.BytesIO(export_proposal(store, story.id, kind="pdf", code=story.code).content)).pages
    printed = "".join(page.extract_text() for page in pages)
    for text in ("Taxi-bus", "17. Who keeps the diary", "Two Thursdays", "60 minutes, county plan 2024"):
        assert text in told
        assert text in printed
    for text in ("1200.30", "80.00", "open: 0.20", "Twelve rode", "212 people beyond 60 minutes", "Ask by telephone"):
        assert text in cells
        assert text.split()[0] in printed


def test_others_take_only_what_a_coordinator_has_read(store):
    story = begun(store)
    with pytest.raises(MissingDataError):
        export_proposal(store, story.id, kind="json")
    approve(store, story.id, by=OPERATOR)
    changed = Sentences("Xyzzy", "w", "f", "y")
    write_in_proposal(store, story.id, code=story.code, sentences=changed, answers=ANSWERS)
    for kind in FORMATS:
        file = read_proposal(export_proposal(store, story.id, kind=kind).content)
        said = to_json(file).decode()
        assert (file.seen_by, file.content["what"], file.needs, file.comments) == ("public", WORDS.what, (), ())
        assert not any(secret in said for secret in ("Xyzzy", "Aina", "555 0101", story.idea_id))
    office = to_json(read_proposal(export_proposal(store, story.id, kind="docx", by=OPERATOR).content)).decode()
    assert "Xyzzy" in office
    assert "Aina" not in office
    assert "555 0101" not in office


def test_a_ticket_stands_for_the_code_until_its_member_leaves(store):
    story = begun(store)
    ticket = file_ticket(store, story.id, code=story.code)
    assert story.code not in ticket
    assert read_proposal(export_proposal(store, story.id, kind="json", ticket=ticket).content).seen_by == "team"
    for wrong in ("", "x", ticket[:-2], file_ticket(store, (other := begun(store)).id, code=other.code)):
        with pytest.raises(MissingDataError):
            export_proposal(store, story.id, kind="json", ticket=wrong)
    with pytest.raises(NotAllowedError):
        file_ticket(store, story.id, code=other.code)
    leave_team(store, story.id, code=story.code)
    with pytest.raises(MissingDataError):
        export_proposal(store, story.id, kind="json", ticket=ticket)


def test_hostile_texts_stay_text_in_every_kind_of_file(store, office):
    texts = [*HOSTILE, "#panic() $x$ *b* <label> @ref \\u{1} //c \ufffe\uffff"]
    story = begun(store)
    answers = {
        "costs": {"costs": [{"item": text, "source": text} for text in texts]},
        "risks": {"risks": [{"kind": "data", "what": text} for text in texts]},
        "needs": {"text": "\n".join(texts)},
    }
    words = Sentences(texts[-1], texts[0], texts[2], texts[7])
    write_in_proposal(store, story.id, code=story.code, sentences=words, answers=answers)
    first = export_proposal(store, story.id, kind="json", code=story.code).content
    made = {kind: export_proposal(store, story.id, kind=kind, code=story.code).content for kind in FORMATS}
    assert all(to_json(read_proposal(content)) == first for content in made.values())
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as word:
        body = word.read("word/document.xml").decode()
    assert not any(sign in body for sign in ("<script", "<w:instrText", "<w:hyperlink", "\u202e", "\u200b"))
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"])).pages)
    assert "#panic()" in printed
    assert b"/URI" not in made["pdf"]
    take_in_proposal(office, REGION, first, by=OPERATOR)
    assert proposal(office, story.id, by=OPERATOR).sentences == proposal(store, story.id, by=OPERATOR).sentences


def test_from_who_may_not_decide_a_file_comes_in_unread(store, office):
    content = export_proposal(store, (story := _whole(store)).id, kind="json", code=story.code).content
    said = json.loads(content)
    said["lessons"][0]["status"] = "published"
    take_in_proposal(office, REGION, json.dumps(said).encode(), by=Person("a", frozenset({("administrator", "*")})))
    assert proposals(office, REGION).empty
    assert lessons(office).empty
    inside = proposal(office, story.id, by=OPERATOR)
    assert (inside.status, inside.read_version, [step["status"] for step in inside.steps]) == ("team", 0, ["team"])
    approve(office, story.id, by=OPERATOR)
    assert list(proposals(office, REGION)["status"]) == ["proposal"]


def _with(content: bytes, **changed: object) -> bytes:
    return json.dumps(json.loads(content) | changed).encode()


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"format": "x"}, "no proposal"),
        ({"format_version": 2}, "newer version"),
        ({"id": "../../x"}, "not whole"),
        ({"status": "paid"}, "not whole"),
        ({"versions": []}, "no version"),
        ({"versions": "x"}, "not whole"),
        ({"team": [{"part": "king", "name": "x", "owner": True, "joined_at": "2026-01-01T00:00:00Z"}]}, "not whole"),
        ({"steps": [{"at": "yesterday", "status": "team", "reason": ""}]}, "not whole"),
        ({"needs": ["x"] * 3000}, "too long"),
        ({"comments": [{"at": "2026-01-01T00:00:00Z", "text": "x" * 9000, "writer": None}]}, "9000 characters"),
        ({"comments": [{"at": "2026-01-01T00:00:00Z", "text": "x", "writer": 7}]}, "not whole"),
        ({"grants": "administrator"}, "no field 'grants'"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused_and_nothing_is_written(store, changed, problem):
    story = begun(store)
    content = export_proposal(store, story.id, kind="json", code=story.code).content
    with pytest.raises(InputError, match=problem):
        read_proposal(_with(content, **changed))
    fresh = "0" * 32
    with pytest.raises(InputError):
        take_in_proposal(store, REGION, _with(content, **{"id": fresh, "steps": "x", **changed}), by=OPERATOR)
    with pytest.raises(MissingDataError):
        proposal(store, fresh, by=OPERATOR)


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7\n", b'{"format": "sempre_geo proposal"'])
)
def test_bytes_that_are_no_proposal_are_refused_in_a_sentence(content, start):
    with pytest.raises(SempreGeoError):
        read_proposal(start + content)


def test_only_the_office_takes_a_proposal_in_and_never_over_something_else(store, office):
    story = begun(store)
    content = export_proposal(store, story.id, kind="json", code=story.code).content
    for role in ("provider", "network_member", "policymaker", "auditor", "team"):
        with pytest.raises(NotAllowedError):
            take_in_proposal(office, REGION, content, by=Person("p", frozenset({(role, "*")})))
    with pytest.raises(InputError, match="number of something else"):
        take_in_proposal(store, REGION, _with(content, id=story.idea_id), by=OPERATOR)
    with pytest.raises(InputError, match="exported as one of: json, docx, pdf"):
        export_proposal(store, story.id, kind="exe", code=story.code)


def test_reading_checks_what_is_written_so_that_both_agree(store):
    story = answered(store)
    content = export_proposal(store, story.id, kind="json", code=story.code).content
    assert to_json(from_json(content)) == content
