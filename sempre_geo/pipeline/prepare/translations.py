"""Use case: the catalogues of the languages, kept in step with the messages in the code, and corrected by a table.

A message is written in English where it is used; a catalogue is one ``.po`` file a language. What no native
speaker has read yet carries a translator's comment that says so.
"""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO, StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sempre_geo.community.access import ALLOWED
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import catalogue_path, forget_catalogues
from sempre_geo.i18n import gettext as _
from sempre_geo.region.files import write_text
from sempre_geo.region.tables import FIRST_ROW, overfull_words, raise_problems
from sempre_geo.settings import Settings

UNREAD = "not yet read by a native speaker"
LANGUAGES = ("da", "de", "en@easy", "et", "fi", "lt", "lv", "nb", "pl", "ru", "sv", "uk")
_PACKAGE = Path(__file__).resolve().parents[2]
_WIDTH = 120
_BEYOND = "cells beyond the heading"
_CALLS = {"_": 1, "gettext": 1, "sentence": 1, "ngettext": 2}
# The same catalogue gives the same bytes: a file's own history lies in version control.
_NO_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)s|</?\w+[^>]*>")
_TEXTS_OF_TABLES = {"services.toml": ("title",), "crosswalk.toml": ("approximated_by", "title")}

Texts = tuple[str, ...]
"""A message's English: itself alone, or its singular and its plural."""


@lru_cache(maxsize=1)
def english_messages(settings: Settings) -> Mapping[Texts, tuple[str, ...]]:
    """Every message of the code, the templates and the tables a planner edits, with the files that say it."""
    from babel.messages.extract import extract_from_dir

    found: dict[Texts, list[str]] = {}
    for path in sorted(_PACKAGE.rglob("*.py")):
        for texts in _messages_of(path.read_text(encoding="utf-8")):
            found.setdefault(texts, []).append(f"sempre_geo/{path.relative_to(_PACKAGE).as_posix()}")
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for file, _line, said, _comments, _context in extract_from_dir(
        _PACKAGE, [("**.html", "jinja2")], keywords=keywords
    ):
        found.setdefault(said if isinstance(said, tuple) else (said,), []).append(f"sempre_geo/{file}")
    for table, keys in _TEXTS_OF_TABLES.items():
        for text in _texts_under(_read_toml(settings.definition(table)), keys):
            found.setdefault((text,), []).append(f"layers/{table}")
    for action in ALLOWED:
        found.setdefault((action,), []).append("sempre_geo/community/access.py")
    return MappingProxyType({texts: tuple(dict.fromkeys(found[texts])) for texts in sorted(found)})


def update_catalogue(settings: Settings, language: str) -> list[Texts]:
    """Bring one language's catalogue in step with the English messages; what is new is left empty and returned.

    Raises
    ------
    InputError
        No such language is kept.
    """
    from babel.messages.catalog import Catalog

    old = _read_catalogue(language)
    new = Catalog(locale=_locale(language), project="sempre_geo", copyright_holder="The sempre_geo developers")
    for texts, files in english_messages(settings).items():
        known = old.get(texts[0])
        new.add(
            texts if len(texts) > 1 else texts[0],
            string=known.string if known and known.string and _english(known.id) == texts else None,
            locations=[(file, 0) for file in files],
            user_comments=known.user_comments if known else [UNREAD],
        )
    _write_catalogue(new, language)
    return [_english(message.id) for message in new if message.id and not _filled(message)]


def write_translations(language: str, file: Path) -> int:
    """Write one language as a table: ``english, plural, text, text_2 ..., read`` (``yes`` after a native speaker)."""
    catalogue = _read_catalogue(language)
    forms = catalogue.num_plurals
    header = ["english", "plural", "text", *(f"text_{n}" for n in range(2, forms + 1)), "read"]
    rows: list[Sequence[str]] = [header]
    for message in catalogue:
        if message.id:
            english, strings = _english(message.id), _strings(message)
            strings = [*strings, *[""] * (forms - len(strings))]
            read = "no" if UNREAD in message.user_comments else "yes"
            rows.append([english[0], english[1] if len(english) > 1 else "", *strings, read])
    lines = StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    write_text(lines.getvalue(), file)
    return len(rows) - 1


def read_translations(language: str, file: Path) -> int:
    """Take corrected texts from such a table into the catalogue; how many changed. All or nothing.

    Raises
    ------
    InputError
        A row's message is unknown, or its translation lost or invented a placeholder or a tag.
    """
    catalogue = _read_catalogue(language)
    changes, problems = [], []
    for number, row in enumerate(_read_rows(file), start=FIRST_ROW):
        message = catalogue.get(row["english"])
        texts = [row[name] for name in row if name.startswith("text") and row[name]]
        wrong = _("is no message of this version") if message is None else broken(_english(message.id), texts)
        if wrong:
            problems.append(_("row {row}: {what}").format(row=number, what=wrong))
        elif message is not None and texts:
            changes.append((message, texts, row.get("read", "") == "yes"))
    if problems:
        raise InputError(
            _("{file} cannot be taken in: {rows}. Mend these rows and try again.").format(
                file=file, rows=first_items(problems)
            )
        )
    changed = sum(_change(*change) for change in changes)
    _write_catalogue(catalogue, language)
    return changed


def problems_of(settings: Settings, language: str) -> list[str]:
    """What is wrong with one language's catalogue: missing, fuzzy, unused messages and broken placeholders."""
    catalogue, english = _read_catalogue(language), english_messages(settings)
    kept = {_english(message.id): message for message in catalogue if message.id}
    found = [f"missing: {texts[0]}" for texts in english if texts not in kept or not _filled(kept[texts])]
    found += [f"unused: {texts[0]}" for texts in kept if texts not in english]
    found += [f"fuzzy: {texts[0]}" for texts, message in kept.items() if message.fuzzy]
    wrong = {texts: broken(texts, _strings(message)) for texts, message in kept.items()}
    return found + [f"{what}: {texts[0]}" for texts, what in wrong.items() if what]


def broken(english: Texts, translated: Iterable[str]) -> str:
    """What a translation lost or invented of the places to be filled in; empty where it is sound.

    >>> broken(("{n} people",), ["{m} cilvēki"])
    'has not the same {places} and <tags> as the English'
    >>> broken(("One person", "{n} people"), ["{n} cilvēks", "Viens cilvēks"])
    ''
    """
    every = {place for text in english for place in _PLACEHOLDER.findall(text)}
    needed = set(_PLACEHOLDER.findall(english[0])) if len(english) == 1 else set()
    for text in translated:
        found = set(_PLACEHOLDER.findall(text))
        if text and (found - every or needed - found):
            return _("has not the same {places} and <tags> as the English").format(places="{places}")
    return ""


def _read_rows(file: Path) -> list[Mapping[str, str]]:
    try:
        rows = list(csv.DictReader(StringIO(file.read_text(encoding="utf-8-sig")), restkey=_BEYOND))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(_("{file} cannot be read as a UTF-8 table.").format(file=file)) from error
    if not rows or not {"english", "text"} <= set(rows[0]):
        raise InputError(
            _("{file} has no columns 'english' and 'text'; take the table that 'translations out' writes.").format(
                file=file
            )
        )
    overfull = [number for number, row in enumerate(rows, start=FIRST_ROW) if any(row.pop(_BEYOND, ()))]
    raise_problems(file, {overfull_words(): overfull})
    return [{name: value or "" for name, value in row.items()} for row in rows]


def _messages_of(source: str) -> Iterator[Texts]:
    '''The messages of Python code; read as a tree, as Babel does not look inside f-strings before Python 3.12.

    >>> sorted(_messages_of("""f'<p>{_("One" " two")}</p>'; ngettext("{n} idea", "{n} ideas", 2); _(name)"""))
    [('One two',), ('{n} idea', '{n} ideas')]
    '''
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            said = [part.value for part in node.args[: _CALLS[node.func.id]] if isinstance(part, ast.Constant)]
            if len(said) == _CALLS[node.func.id] and all(isinstance(text, str) for text in said):
                yield tuple(str(text) for text in said)


def _texts_under(table: Any, keys: Sequence[str]) -> Iterator[str]:
    if isinstance(table, dict):
        for key, value in table.items():
            if key in keys and isinstance(value, str):
                yield value
            else:
                yield from _texts_under(value, keys)
    elif isinstance(table, list):
        for value in table:
            yield from _texts_under(value, keys)


def _read_toml(path: Path) -> Any:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _read_catalogue(language: str) -> Any:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    if language not in LANGUAGES:
        raise InputError(
            _("'{language}' is no language of the app; choose one of {known}.").format(
                language=language, known=", ".join(LANGUAGES)
            )
        )
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=_locale(language))
    with path.open("rb") as source:
        return read_po(source, locale=_locale(language))


def _write_catalogue(catalogue: Any, language: str) -> None:
    from babel.messages.pofile import write_po

    catalogue.header_comment = f"# {language}: translations of sempre_geo, EUPL-1.2"
    catalogue.revision_date = catalogue.creation_date = _NO_MOMENT
    out = BytesIO()
    write_po(out, catalogue, width=_WIDTH, omit_header=False, include_lineno=False, ignore_obsolete=True)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(out.getvalue().decode("utf-8"), path)
    forget_catalogues()


def _locale(language: str) -> str:
    return language.split("@", maxsplit=1)[0]


def _english(message_id: str | Sequence[str]) -> Texts:
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


def _strings(message: Any) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _filled(message: Any) -> bool:
    return bool(_strings(message)) and all(_strings(message))


def _change(message: Any, texts: Sequence[str], read: bool) -> bool:  # noqa: FBT001 - a row's own words
    before = (message.string, list(message.user_comments))
    message.string = texts[0] if isinstance(message.id, str) else tuple(texts)
    message.user_comments = [] if read else [UNREAD]
    return before != (message.string, message.user_comments)


def every_catalogue() -> tuple[str, ...]:
    """The languages that have a catalogue here, English apart."""
    return tuple(language for language in LANGUAGES if catalogue_path(language).is_file())
