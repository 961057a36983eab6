"""The categories of services: a table of OpenStreetMap tags that a planner reads and edits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _
from sempre_geo.settings import Settings

_ID = re.compile(r"[a-z][a-z0-9_]*")
_ANY = "*"
_NEITHER = "!"


@dataclass(frozen=True)
class Category:
    """One kind of service, its English title and the tag alternatives that make an object one."""

    category_id: str
    title: str
    tags: tuple[Mapping[str, str], ...]
    sensitive: bool = False

    def fits(self, tags: Mapping[str, str]) -> bool:
        """Whether an object with these tags is such a service.

        >>> school = Category("school", "School", ({"amenity": "school", "school": "!primary|secondary"},))
        >>> school.fits({"amenity": "school"}), school.fits({"amenity": "school", "school": "primary"})
        (True, False)
        """
        return any(all(_fits(wanted, tags.get(key)) for key, wanted in rule.items()) for rule in self.tags)


@dataclass(frozen=True)
class Categories:
    """All categories by id, in the table's order."""

    by_id: Mapping[str, Category]

    @property
    def keys(self) -> frozenset[str]:
        """Every tag key that an alternative needs: objects without any of them are no service."""
        return frozenset(
            key
            for category in self.by_id.values()
            for rule in category.tags
            for key, wanted in rule.items()
            if not wanted.startswith(_NEITHER)
        )

    @cached_property
    def leading_tags(self) -> dict[str, frozenset[str] | None]:
        """The first tag an alternative needs to be there: its values by key, None where any value will do.

        An object that has none of these is no service, whatever else it is.
        """
        found: dict[str, frozenset[str] | None] = {}
        for category in self.by_id.values():
            for rule in category.tags:
                key, wanted = next((key, wanted) for key, wanted in rule.items() if not wanted.startswith(_NEITHER))
                before = found.get(key, frozenset())
                found[key] = None if before is None or wanted == _ANY else before | frozenset(wanted.split("|"))
        return found

    @property
    def sensitive(self) -> frozenset[str]:
        """Ids of the categories that are never published unless the operator says so."""
        return frozenset(name for name, category in self.by_id.items() if category.sensitive)

    def of(self, tags: Mapping[str, str]) -> list[str]:
        """Ids of all categories an object belongs to; a sensitive one excludes all others.

        Otherwise a shelter would be published as the social service it is, too.
        """
        leading = self.leading_tags
        if not any(key in leading and ((values := leading[key]) is None or tags[key] in values) for key in tags):
            return []
        found = [name for name, category in self.by_id.items() if category.fits(tags)]
        hidden = [name for name in found if self.by_id[name].sensitive]
        return hidden or found

    def title(self, category_id: str) -> str:
        """A category's name in the reader's language; the id where the table does not know it."""
        return _(self.by_id[category_id].title) if category_id in self.by_id else category_id


def read_categories(settings: Settings) -> Categories:
    """The category table ``services.toml``.

    Raises
    ------
    InputError
        The table is no TOML, or an entry lacks its title or tags.
    """
    return _read(settings.definition("services.toml"))


def _read(path: Path) -> Categories:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            _("{path} cannot be read as TOML ({why}); mend that line.").format(path=path, why=error)
        ) from None
    wrong = [
        name
        for name, row in rows.items()
        if not (_ID.fullmatch(name) and isinstance(row, dict) and row.get("title") and _are_rules(row.get("tags")))
    ]
    if wrong:
        raise InputError(
            _("The categories {names} in {path} lack a title or tags; each needs both.").format(
                names=first_items(wrong), path=path
            )
        )
    return Categories(
        {
            name: Category(name, row["title"], tuple(row["tags"]), sensitive=row.get("sensitive", False))
            for name, row in rows.items()
        }
    )


def _are_rules(tags: object) -> bool:
    return isinstance(tags, list) and bool(tags) and all(_is_rule(rule) for rule in tags)


def _is_rule(rule: object) -> bool:
    """Whether this is a set of tags of which at least one must be there."""
    return (
        isinstance(rule, dict)
        and all(isinstance(value, str) for value in rule.values())
        and any(not value.startswith(_NEITHER) for value in rule.values())
    )


def _fits(wanted: str, value: str | None) -> bool:
    if wanted.startswith(_NEITHER):
        return value is None or not _fits(wanted[1:], value)
    return value is not None and (wanted == _ANY or value in wanted.split("|"))
