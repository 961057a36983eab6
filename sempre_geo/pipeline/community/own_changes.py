"""What an author changes with the code: the words, what it is about and whom, where, how easy it is, the photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sempre_geo.community.claim_codes import claim_digest
from sempre_geo.community.contributions import Draft, Place, checked_draft
from sempre_geo.community.moments import stamp
from sempre_geo.community.photos import clean_photo
from sempre_geo.community.rules import read_rules
from sempre_geo.community.store.contributions import (
    Row,
    change_contribution,
    erase_photo,
    load_ease_of,
    load_photos,
    replace_ease,
    replace_position,
    save_event,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import (
    Own,
    check_fits,
    claimed_row,
    contribution_row,
    keep_photo,
    open_with_code,
)
from sempre_geo.pipeline.community.desk import ground, now, open_community, partition
from sempre_geo.pipeline.community.erasures import erase_elsewhere, list_erased
from sempre_geo.pipeline.community.moderation import looked_through
from sempre_geo.settings import Settings

_WHERE = ("settlement_id", "municipality_id", "municipality", "zone_id", "precision")
_SHOWN = ("title", "text", "category", *_WHERE)


@dataclass(frozen=True)
class Change:
    """What becomes different of a contribution; what is None stays as it is.

    ``photo`` takes the place of the one there was; ``without_photo`` takes that away and brings none.
    """

    title: str | None = None
    text: str | None = None
    category: str | None = None
    obstacle: str | None = None
    about: str | None = None
    groups: tuple[str, ...] | None = None
    ease: Mapping[str, int] | None = None
    place: Place | None = None
    shown_alone: bool | None = None
    photo: bytes | None = None
    without_photo: bool = False


def change_with_code(settings: Settings, code: str, *, change: Change, at: datetime | None = None) -> Own:
    """Change one's own contribution. If it changes for others, too, it waits for review again.

    Raises
    ------
    InputError
        Something is missing or no choice of its list, the place lies outside the region, or the photo cannot be read.
    MissingDataError
        The code opens nothing (any more).
    """
    digest, when = claim_digest(code), stamp(at or now())
    photo = clean_photo(change.photo) if change.photo is not None else None
    if change.place is not None:
        with open_community(settings).reading() as transaction:
            region = claimed_row(transaction, digest)["region"]
        partition(settings, region)  # drawn before, for drawing it writes in a transaction of its own
    with open_community(settings).writing() as transaction:
        row = claimed_row(transaction, digest)
        draft = _draft_after(row, change, felt=load_ease_of(transaction, row["id"]))
        values = _values(settings, row, draft=draft, elsewhere=change.place is not None)
        if photo is not None or any(values[name] != row[name] for name in _SHOWN if name in values):
            values |= _back_to_review(settings, transaction, row, draft=draft, at=when)
        if change.place is not None:
            given = change.place
            exact = (given.lon, given.lat) if given.lon is not None and given.lat is not None else None
            replace_position(transaction, row["id"], exact)
        if change.ease is not None:
            replace_ease(transaction, row["id"], draft.ease)
        gone = _exchange_photo(settings, transaction, row["id"], photo=photo, without=change.without_photo)
        change_contribution(transaction, row["id"], values)
        list_erased(settings, *gone)
    if gone:
        erase_elsewhere(settings, *gone, at=when, photos=gone)
    return open_with_code(settings, code)


def _draft_after(row: Row, change: Change, *, felt: Mapping[str, int]) -> Draft:
    """The contribution as a checked draft with the changes in it; a place that stays is not looked at again."""

    def new(name: str) -> Any:
        changed = getattr(change, name)
        return row[name] if changed is None else changed

    if change.text is not None and not change.text.strip():
        raise InputError(_("A sentence is missing; to take everything back, erase it."))
    return checked_draft(
        Draft(
            kind=row["kind"], category=new("category"), text=new("text"), title=new("title"),
            place=change.place or Place(settlement_id=row["settlement_id"] or "as it was"),
            obstacle=new("obstacle"), about=new("about"), groups=tuple(new("groups")),
            ease=dict(felt if change.ease is None else change.ease), language=row["language"],
            how_it_came_in=row["how_it_came_in"], consent=row["consent"], shown_alone=new("shown_alone"),
        )
    )  # fmt: skip


def _values(settings: Settings, row: Row, *, draft: Draft, elsewhere: bool) -> dict[str, Any]:
    """The columns that the changed draft gives; those of the place only if it moves."""
    names = ("title", "text", "category", "obstacle", "about", "shown_alone")
    values = {name: getattr(draft, name) for name in names} | {"groups": list(draft.groups)}
    values["topic"] = read_rules(settings).topic(draft.category, draft.groups)
    if elsewhere:
        there, _position = contribution_row(settings, row["region"], draft=draft)
        values |= {name: there[name] for name in _WHERE}
    elif draft.category != row["category"] or list(draft.groups) != row["groups"]:
        check_fits(settings, ground(settings, row["region"]), draft)
    return values


def _back_to_review(settings: Settings, transaction: Transaction, row: Row, *, draft: Draft, at: str) -> dict[str, Any]:
    looked = looked_through(settings, row["region"], text=f"{draft.title}\n{draft.text}")
    save_event(transaction, row["id"], status="received", at=at, actor="contributor", reason="changed")
    return {"status": "received", "status_at": at, "findings": list(looked.noticed)}


def _exchange_photo(
    settings: Settings, transaction: Transaction, contribution_id: str, *, photo: bytes | None, without: bool
) -> list[str]:
    """Keep a new photo; returns the ids of those that it replaces or that are taken away."""
    gone = [one["id"] for one in load_photos(transaction, contribution_id)] if photo is not None or without else []
    for photo_id in gone:
        erase_photo(transaction, photo_id)
    if photo is not None:
        keep_photo(settings, transaction, contribution_id, photo)
    return gone
