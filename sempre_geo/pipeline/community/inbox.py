"""The coordinator's inbox: what waits, those that say the same beside one another, decided on in one press."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pandas as pd

from sempre_geo.community.duplicates import firsts_of_alike
from sempre_geo.community.store.contributions import load_places_of
from sempre_geo.pipeline.community.desk import Asker, ground, open_community
from sempre_geo.pipeline.community.duplicates import merge, unmerge
from sempre_geo.pipeline.community.review import QUEUE_COLUMNS, answer, publish, review_queue, unanswered
from sempre_geo.settings import Settings

COMPARED = 400
"""So many of those that wait longest are compared; the comparison of more would be felt at each press."""
INBOX_COLUMNS = (*QUEUE_COLUMNS, "to_look_at", "first", "alike")
_USUAL = frozenset({"repeated_text", "first_post"})


def inbox(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> pd.DataFrame:
    """What waits for review, the first of those that say the same followed by the others: :data:`INBOX_COLUMNS`.

    ``first`` is the id of the entry that the others of its kind could be counted with, ``alike`` how many say the
    same, ``to_look_at`` whether something was found in it that not every entry like others has. Exact places are used
    to compare and are not among the columns.

    Raises
    ------
    NotAllowedError
        The asker reviews nothing in this region.
    """
    queue = review_queue(settings, region, by=by, at=at)
    found = [not _USUAL.issuperset(noticed) for noticed in queue["findings"]]
    return _with_alike(settings, region, queue.assign(to_look_at=pd.Series(found, queue.index, dtype=bool)))


def unanswered_inbox(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> pd.DataFrame:
    """What has waited too long for an answer, the first of those that say the same followed by the others.

    The columns are those of :func:`unanswered`, with ``first`` and ``alike`` as in :func:`inbox`.

    Raises
    ------
    NotAllowedError
        The asker answers nothing in this region.
    """
    return _with_alike(settings, region, unanswered(settings, region, by=by, at=at))


def _with_alike(settings: Settings, region: str, queue: pd.DataFrame) -> pd.DataFrame:
    compared = _placed(settings, region, queue.head(COMPARED))
    first = firsts_of_alike(compared).reindex(queue.index)
    queue = queue.assign(first=first.where(first.notna(), queue["id"]))
    sizes = queue["first"].map(queue["first"].value_counts())
    place = {one: number for number, one in reversed(list(enumerate(queue["first"])))}
    order = queue["first"].map(place).argsort(kind="stable")
    return queue.assign(alike=sizes.astype(int) if len(queue) else 0).iloc[order].reset_index(drop=True)


def publish_together(
    settings: Settings, contributions: Iterable[str], *, into: str, by: Asker, at: datetime | None = None
) -> tuple[str, ...]:
    """Publish one contribution and count the others with it; returns the merges.

    Raises
    ------
    InputError
        It cannot be published, and nothing is changed; or one of the others cannot be merged, and those before it are.
    """
    publish(settings, into, by=by, at=at)
    return put_together(settings, contributions, into=into, by=by, at=at)


def answer_together(
    settings: Settings, contributions: Iterable[str], *, by: Asker, text: str, at: datetime | None = None
) -> None:
    """Answer several contributions with the same words; each author reads them with the code.

    Raises
    ------
    InputError
        One of them cannot be answered so; those before it are.
    """
    for one in dict.fromkeys(contributions):
        answer(settings, one, by=by, text=text, at=at)


def put_together(
    settings: Settings, contributions: Iterable[str], *, into: str, by: Asker, at: datetime | None = None
) -> tuple[str, ...]:
    """Count several contributions with one; returns the merges, to be undone by :func:`take_apart`.

    Raises
    ------
    InputError
        One of them cannot be merged; those before it are.
    """
    others = [one for one in dict.fromkeys(contributions) if one != into]
    return tuple(merge(settings, one, into=into, by=by, at=at) for one in others)


def take_apart(
    settings: Settings, merges: Iterable[str], *, into: str, by: Asker, at: datetime | None = None
) -> list[str]:
    """Undo merges exactly, the last one first; returns the ids that are counted elsewhere by it."""
    return [one for number in reversed(list(merges)) for one in unmerge(settings, number, into=into, by=by, at=at)]


def _placed(settings: Settings, region: str, queue: pd.DataFrame) -> pd.DataFrame:
    """The queue with the point of each entry, or of its settlement; without one where only a municipality is known."""
    settlements = ground(settings, region).settlements
    with open_community(settings).reading() as transaction:
        places = load_places_of(transaction, list(queue["id"])).set_index("id").reindex(queue["id"])
    point = {"lon": places["lon"].to_numpy(dtype=float), "lat": places["lat"].to_numpy(dtype=float)}
    if not settlements.empty and len(places):
        of_settlement = settlements.geometry.reindex(places["settlement_id"])
        own = {"lon": of_settlement.x.to_numpy(), "lat": of_settlement.y.to_numpy()}
        point = {name: np.where(np.isnan(exact), own[name], exact) for name, exact in point.items()}
    kept = {name: places[name].to_numpy(dtype=object) for name in ("topic", "obstacle", "municipality_id")}
    return queue.assign(**kept, **point)
