"""Similar contributions: suggested before sending and to coordinators; merged and taken apart again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd

from sempre_geo.community.access import check_may, may
from sempre_geo.community.contributions import PUBLIC_COLUMNS, Draft, checked_draft
from sempre_geo.community.duplicates import MOST, bbox_around, similar
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.contributions import Row, load_candidates, load_contribution, load_position
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.merges import load_merges, load_standing_merges, save_merge, undo_merge
from sempre_geo.community.store.standing import SAME, load_way_up
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.contributions import contribution_row
from sempre_geo.pipeline.community.desk import (
    Asker,
    asker,
    check_reviewer,
    now,
    open_community,
    partition,
    privileged,
    scopes_of,
)
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.settings import Settings

_REVIEW_COLUMNS = ("id", "status", "title", "text", "language", "likeness")


def similar_public(settings: Settings, region: str, *, draft: Draft) -> pd.DataFrame:
    """Published contributions like a draft, with the public columns: "is it one of these?" before sending.

    Only public places and texts are compared, so that trying out places tells nothing that is not shown.
    """
    checked = checked_draft(replace(draft, photo=None))
    row, _position = contribution_row(settings, region, draft=checked)
    shown = public_contributions(settings, region)
    shown = shown[shown["status"] != "awaiting_review"].assign(obstacle="", municipality_id=None)
    zones = partition(settings, region)
    own = zones.zones.reindex([row["zone_id"]]).iloc[0] if zones is not None and row["zone_id"] else None
    like = pd.Series(
        row | {"id": "", "obstacle": "-", "lon": own["lon"] if own is not None else float("nan"),
               "lat": own["lat"] if own is not None else float("nan")}
    )  # fmt: skip
    found = similar(shown, like=like)
    return found[[*PUBLIC_COLUMNS, "likeness"]].reset_index(drop=True)


def similar_for_review(
    settings: Settings, contribution_id: str, *, by: Asker, most: int = MOST, at: datetime | None = None
) -> pd.DataFrame:
    """Contributions like one that waits, for its coordinator: ``id, status, title, text, language, likeness``.

    Only those that the asker may merge: another place's unread words are not for them.

    Raises
    ------
    NotAllowedError
        The asker is no coordinator of that place.
    """
    with open_community(settings).writing() as transaction:
        row = _known(transaction, contribution_id)
        person = privileged(
            settings, transaction, by, action="merge contributions", thing=contribution_id,
            scopes=scopes_of(row), detail="look for similar ones", at=at or now(),
        )  # fmt: skip
        position = load_position(transaction, contribution_id)
        rows = load_candidates(transaction, row, around=bbox_around(position) if position else None)
    like = rows[rows["id"] == contribution_id]
    own = [may(person, "merge contributions", *scopes_of(one)) for one in rows.to_dict("records")]
    rows = rows.loc[own]
    if like.empty:  # merged into another already
        return rows.head(0).assign(likeness=[])[list(_REVIEW_COLUMNS)]
    return similar(rows, like=like.iloc[0], most=most)[list(_REVIEW_COLUMNS)].reset_index(drop=True)


def merge(settings: Settings, contribution_id: str, *, into: str, by: Asker, at: datetime | None = None) -> str:
    """Let one contribution stand for another as well; every text, time and voice stays. Returns the merge's id.

    Raises
    ------
    InputError
        The two are the same, or of different regions, kinds, categories or topics, or one is itself merged.
    """
    when = at or now()
    with open_community(settings).writing() as transaction:
        source, target = _known(transaction, contribution_id), _known(transaction, into)
        person = asker(settings, transaction, by)
        for row in (source, target):  # first who asks: another refusal would tell a stranger what there is
            check_may(person, "merge contributions", *scopes_of(row))
        _check_mergeable(source, target)
        _check_not_decided(transaction, source, target)
        for row in (source, target):
            privileged(
                settings, transaction, by, action="merge contributions", thing=row["id"],
                scopes=scopes_of(row), detail=f"{contribution_id} into {into}", at=when,
            )  # fmt: skip
        return save_merge(transaction, contribution_id, into=into, at=stamp(when))


def unmerge(settings: Settings, merge_id: str, *, into: str, by: Asker, at: datetime | None = None) -> list[str]:
    """Undo a merge exactly, whatever was merged or erased since; returns the ids that are counted elsewhere by it."""
    with open_community(settings).writing() as transaction:
        target = _known(transaction, into)
        if merge_id not in {row["merge_id"] for row in load_merges(transaction, into)}:
            raise MissingDataError(_("There is no such merge to undo here; it may have been undone."))
        privileged(
            settings, transaction, by, action="merge contributions", thing=into,
            scopes=scopes_of(target), detail=f"undo {merge_id}", at=at or now(),
        )  # fmt: skip
        return undo_merge(transaction, merge_id)


def standing_merges(settings: Settings, region: str, *, by: Asker) -> pd.DataFrame:
    """Merges that can be undone, the newest first: ``merge_id, into, into_title, title, at``, one row a merged text.

    Raises
    ------
    NotAllowedError
        The asker reviews nothing.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_reviewer(person)
        rows = load_standing_merges(transaction, region)
    own = [
        may(person, "merge contributions", *scopes_of({**row, "id": row["into"]})) for row in rows.to_dict("records")
    ]
    return rows.loc[own, ["merge_id", "into", "into_title", "title", "at"]].reset_index(drop=True)


def _check_mergeable(source: Row, target: Row) -> None:
    same = all(source[name] == target[name] for name in SAME)
    if not same or source["id"] == target["id"] or target["merged_into"] or source["merged_into"]:
        raise InputError(
            _("Only two different, standing contributions of the same kind, topic and region can be merged.")
        )


def _check_not_decided(transaction: Transaction, source: Row, target: Row) -> None:
    """Refuse what contradicts a merge that has no effect now, as the one above it is not public."""
    again = load_way_up(transaction, source["id"])[:1] not in ([], [target["id"]])
    if again or source["id"] in load_way_up(transaction, target["id"]):
        raise InputError(
            _("'{title}' was merged before; take that apart first, under '{list}'.").format(
                title=source["title"] or source["text"][:80], list=_("What counts as one")
            )
        )


def _known(transaction: Transaction, contribution_id: str) -> Row:
    row = load_contribution(transaction, contribution_id)
    if row is None:
        raise MissingDataError(_("There is no such contribution (any more); load the list again."))
    return row
