"""The questions as an XLSForm, for KoboToolbox and ODK: asked on a telephone without a network, imported later.

The names of the questions are the columns that ``import`` reads, so that an export of the answers comes back as
it is. See https://xlsform.org for the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sempre_geo.community.contributions import MODES
from sempre_geo.community.groups import told_groups
from sempre_geo.errors import InputError
from sempre_geo.i18n import SOURCE_LANGUAGE, available_languages, gettext, language
from sempre_geo.pipeline.explore.places import offered_categories, settlement_names
from sempre_geo.publish import labels
from sempre_geo.region.bundle import Region, read_region
from sempre_geo.region.categories import read_categories
from sempre_geo.region.files import write_whole
from sempre_geo.settings import Settings

_ENDING = ".xlsx"
_NAMES = {
    "da": "Dansk", "de": "Deutsch", "en": "English", "et": "Eesti", "fi": "Suomi", "lt": "Lietuvių", "lv": "Latviešu",
    "nb": "Norsk", "pl": "Polski", "ru": "Русский", "sv": "Svenska", "uk": "Українська",
}  # fmt: skip


def _(message: str) -> str:
    """Mark a sentence for the translators; it is said in each language when the form is written."""
    return message


@dataclass(frozen=True)
class _Question:
    """One row of the sheet ``survey``; ``label`` is English and said in every language."""

    kind: str
    name: str
    label: str
    required: bool = False
    more: tuple[tuple[str, str], ...] = ()


def _questions() -> Iterator[_Question]:
    yield _Question("start", "start", "")
    yield _Question("end", "end", "")
    yield _Question("calculate", "how_it_came_in", "", more=(("calculation", "'assisted'"),))
    yield _Question("select_one kind", "kind", _("Is it a need or an idea?"), required=True)
    yield _Question("select_one category", "category", _("What is it about?"), required=True)
    yield _Question("text", "text", _("What is missing, or what could be done?"), required=True,
                    more=(("appearance", "multiline"),))  # fmt: skip
    yield _Question("text", "title", _("The same in a few words"))
    yield _Question("select_one language", "language", _("In which language is it written?"), required=True)
    yield _Question("select_one obstacle", "obstacle", _("What stands in the way?"))
    yield _Question("select_one about", "about", _("Who is it about?"))
    yield _Question("select_multiple groups", "groups", _("To which groups do they belong?"))
    for mode in MODES:
        yield _Question("select_one ease", f"ease_{mode}", _MODE_NAMES[mode])
    yield _Question("select_one settlement_id", "settlement_id", _("Near which settlement?"), required=True,
                    more=(("appearance", "minimal autocomplete"),))  # fmt: skip
    yield _Question("geopoint", "place", _("The exact place, if they want to give it; nobody else will see it."))
    alone = _("On health, disability or violence: may their words be shown by themselves, not only counted?")
    yield _Question("select_one yes_no", "shown_alone", alone)
    yield _Question("select_one yes_no", "consent", _("Do they agree that this is kept and, once read, published?"),
                    required=True, more=(("constraint", ". = 'yes'"),))  # fmt: skip


_MODE_NAMES = {
    "car": _("How easy is it to get there by car today?"),
    "bike": _("How easy is it to get there by bike today?"),
    "walk": _("How easy is it to get there on foot today?"),
    "wheelchair": _("How easy is it to get there with a wheelchair today?"),
    "transit": _("How easy is it to get there by bus or train today?"),
}


def write_form(settings: Settings, region: str, path: Path) -> int:
    """Write the form of a built region to an ``.xlsx`` file, in every language there is; returns its questions.

    Raises
    ------
    InputError
        The name does not end in ``.xlsx``.
    MissingFileError
        The region is not built.
    """
    if path.suffix.lower() != _ENDING:
        raise InputError(
            gettext("A form is written to a file ending in .xlsx; {path} ends otherwise.").format(path=path)
        )
    built = read_region(region, settings)
    spoken = [code for code in available_languages() if "@" not in code]
    questions = list(_questions())
    sheets = {
        "survey": _survey(questions, spoken),
        "choices": _choices(settings, built, spoken),
        "settings": [["form_title", "form_id", "default_language", "version"],
                     [f"Sempre · {built.title}", f"sempre_{region}", _titled(SOURCE_LANGUAGE), "1"]],
    }  # fmt: skip
    _write_sheets(sheets, path)
    return len(questions)


def _titled(code: str) -> str:
    """A language as XLSForm names it: ``Latviešu (lv)``."""
    return f"{_NAMES.get(code, code)} ({code})"


def _survey(questions: Sequence[_Question], spoken: Sequence[str]) -> list[list[str]]:
    further = ("required", "appearance", "calculation", "constraint")
    rows = [["type", "name", *(f"label::{_titled(code)}" for code in spoken), *further]]
    for question in questions:
        more = {"required": "yes" if question.required else "", **dict(question.more)}
        rows.append(
            [question.kind, question.name, *_said(question.label, spoken), *(more.get(name, "") for name in further)]
        )
    return rows


def _said(label: str, spoken: Sequence[str]) -> list[str]:
    said = []
    for code in spoken:
        with language(code):
            said.append(gettext(label) if label else "")
    return said


def _choices(settings: Settings, built: Region, spoken: Sequence[str]) -> list[list[str]]:
    """Every list with its choices; what has no name in a language stands there in English."""
    by_language = []
    for code in spoken:
        with language(code):
            by_language.append(dict(_lists(settings, built, code)))
    rows = [["list_name", "name", *(f"label::{_titled(code)}" for code in spoken)]]
    for listed, choices in by_language[0].items():
        rows += [
            [listed, str(name), *(str(said[listed].get(name, label)) for said in by_language)]
            for name, label in choices.items()
        ]
    return rows


def _lists(settings: Settings, built: Region, code: str) -> Iterator[tuple[str, dict[str, str]]]:
    titles = read_categories(settings)
    yield "kind", dict(labels.kinds())
    yield "category", {name: titles.title(name) for name in offered_categories(settings, built)}
    yield "language", {own: _NAMES.get(own, own) for own in available_languages() if "@" not in own}
    yield "obstacle", dict(labels.obstacles())
    yield "about", dict(labels.about_whom())
    yield "groups", dict(told_groups())
    yield "ease", {str(step): label for step, label in labels.eases().items()}
    yield "settlement_id", dict(settlement_names(built, code))
    yield "yes_no", {"yes": gettext("Yes"), "no": gettext("No")}


def _write_sheets(sheets: dict[str, list[list[str]]], path: Path) -> None:
    """Write text cells only: no cell is a formula."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value:
                    cell = sheet.cell(number, column)
                    cell.value, cell.data_type = value, "s"
    with write_whole(path) as draft:
        book.save(draft)
