from __future__ import annotations

import csv
import re

import pytest

from sempre_geo import i18n
from sempre_geo.errors import InputError
from sempre_geo.pipeline.prepare import translations
from sempre_geo.settings import read_settings

KEPT = translations.every_catalogue()


@pytest.fixture
def catalogues(tmp_path, monkeypatch):
    """A folder of catalogues that may be changed."""
    monkeypatch.setattr(i18n, "_LOCALE", tmp_path)
    i18n.forget_catalogues()
    yield tmp_path
    i18n.forget_catalogues()


@pytest.mark.parametrize("language", KEPT)
def test_a_language_is_complete_and_keeps_every_place_to_fill_in(language):
    assert translations.problems_of(read_settings(), language) == []


@pytest.mark.parametrize("language", KEPT)
def test_every_form_of_a_counted_sentence_can_be_said(language):
    with i18n.language(language):
        assert i18n.current_language() == language
        said = {i18n.ngettext("{n} idea", "{n} ideas", n).format(n=n) for n in range(200)}
    assert len(said) == 200
    assert all(re.search(r"\d", text) for text in said)


def test_the_messages_hold_sentences_of_the_code_and_words_of_the_tables():
    messages = translations.english_messages(read_settings())
    assert ("{n} idea", "{n} ideas") in messages
    assert messages[("Doctor",)] == ("layers/services.toml",)
    assert messages[("Road passable all year",)] == ("layers/crosswalk.toml",)
    assert "sempre_geo/region/population.py" in messages[("{n} cells have no population: they are kept as unknown.",)]
    assert len(messages) > 500


@pytest.mark.usefixtures("catalogues")
def test_a_new_language_begins_empty_and_unread_and_says_what_is_missing():
    settings = read_settings()
    missing = translations.update_catalogue(settings, "lv")
    assert set(missing) == set(translations.english_messages(settings))
    assert all(problem.startswith("missing: ") for problem in translations.problems_of(settings, "lv"))
    assert i18n.available_languages() == ("en", "lv")


def test_a_table_goes_out_is_corrected_and_comes_in(catalogues, tmp_path):
    settings, table = read_settings(), tmp_path / "lv.csv"
    translations.update_catalogue(settings, "lv")
    translations.write_translations("lv", table)
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines(keepends=True)))
    for row in rows:
        if row["english"] == "Doctor":
            row.update(text="Ārsts", read="yes")
        if row["english"] == "{n} idea":
            row.update(text="{n} ideja", text_2="{n} idejas", text_3="{n} ideju")
    _save(rows, table)
    assert translations.read_translations("lv", table) == 2
    assert translations.read_translations("lv", table) == 0
    catalogue = (catalogues / "lv/LC_MESSAGES/sempre_geo.po").read_text(encoding="utf-8")
    assert catalogue.count(translations.UNREAD) == len(rows) - 1
    with i18n.language("lv"):
        assert i18n.gettext("Doctor") == "Ārsts"
        assert [i18n.ngettext("{n} idea", "{n} ideas", n) for n in (1, 2, 0)] == [
            "{n} ideja",
            "{n} idejas",
            "{n} ideju",
        ]
    assert not translations.update_catalogue(settings, "lv").count(("Doctor",))
    with i18n.language("lv"):
        assert i18n.gettext("Doctor") == "Ārsts"


@pytest.mark.usefixtures("catalogues")
@pytest.mark.parametrize(
    ("english", "text", "says"),
    [
        ("{n} idea", "{m} ideja", "row .*places"),
        ("Nobody says this", "Neviens", "no message of this version"),
        ("{n} idea", "<b>{n} ideja</b>", "row .*places"),
    ],
)
def test_a_table_that_would_break_a_sentence_is_refused_whole(english, text, says, tmp_path):
    translations.update_catalogue(read_settings(), "et")
    table = tmp_path / "et.csv"
    good = {"english": "Doctor", "plural": "", "text": "Arst", "read": ""}
    _save([good, {"english": english, "plural": "", "text": text, "read": ""}], table)
    with pytest.raises(InputError, match=says):
        translations.read_translations("et", table)
    with i18n.language("et"):
        assert i18n.gettext("Doctor") == "Doctor"


def test_bad_tables_and_languages_are_refused_in_a_sentence(catalogues, tmp_path):
    with pytest.raises(InputError, match="'xx' is no language"):
        translations.update_catalogue(read_settings(), "xx")
    with pytest.raises(InputError, match="cannot be read"):
        translations.read_translations("lv", tmp_path / "none.csv")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no columns"):
        translations.read_translations("lv", tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("english,text\nDoctor,Ārsts\nHello,Labdien, pasaule\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"more cells than the heading .* in row 3"):
        translations.read_translations("lv", tmp_path / "b.csv")
    assert not list(catalogues.rglob("*.po"))


def _save(rows, path):
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
