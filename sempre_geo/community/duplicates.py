"""Contributions that may say the same: suggested, never joined by themselves.

Across languages only the place, the category and the obstacle can be compared; within a language the words
decide the order. A suggestion is a reason to look, and merging keeps every text and voice.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sempre_geo.community.privacy import metres_of

NEAR_M = 10_000
MOST = 5
ALIKE = 0.85
"""So alike are two that say the same: near each other, of one obstacle, with most words in common."""
_M_A_DEGREE = 111_000
_SAME_OBSTACLE = 0.2
_SAME_WORDS = 0.5
_NEARNESS = 0.3
_FEWEST_WORDS = 100 * (ALIKE - _NEARNESS - _SAME_OBSTACLE) / _SAME_WORDS


def bbox_around(position: tuple[float, float]) -> tuple[float, float, float, float]:
    """A bbox that holds everything within :data:`NEAR_M` of a position (lon, lat).

    >>> west, south, east, north = bbox_around((20.0, 60.0))
    >>> round(east - west, 2), round(north - south, 2)
    (0.36, 0.18)
    """
    lon, lat = position
    up = NEAR_M / _M_A_DEGREE
    across = up / max(math.cos(math.radians(lat)), 0.01)
    return lon - across, lat - up, lon + across, lat + up


def similar(rows: pd.DataFrame, *, like: pd.Series, most: int = MOST) -> pd.DataFrame:
    """The contributions most like one, the likeliest first, with their ``likeness`` from 0 to 1.

    Only the same kind and category within ten kilometres are compared; a place known only as a
    municipality is near to what lies in that municipality.

    Parameters
    ----------
    rows : DataFrame
        ``id, kind, category, obstacle, language, text, municipality_id, lon, lat``; ``lon, lat`` NaN where
        there is no point.
    like : Series
        The same for the contribution in question; ``id`` may be empty for a draft.
    """
    same = rows["kind"].eq(like["kind"]) & rows["category"].eq(like["category"]) & rows["id"].ne(like.get("id", ""))
    near = rows[same]
    apart = _metres_apart(near, like)
    unplaced = np.isnan(apart) & near["municipality_id"].eq(like["municipality_id"]).to_numpy()
    apart = np.where(unplaced, NEAR_M / 2, apart)
    near, apart = near[apart <= NEAR_M], apart[apart <= NEAR_M]
    likeness = _NEARNESS * (1 - apart / NEAR_M) + _SAME_OBSTACLE * near["obstacle"].eq(like["obstacle"])
    likeness = likeness + _SAME_WORDS * _same_words(near, like)
    ranked = near.assign(likeness=likeness.round(3)).sort_values("likeness", ascending=False, kind="stable")
    return ranked.head(most)


def firsts_of_alike(rows: pd.DataFrame) -> pd.Series:
    """For each contribution the id of the first one that seems to say the same: its own where there is none.

    Each is compared with those that stand first, and never with one that has joined another: a chain of small
    differences would else bring together what is not alike at all. Kinds, categories and protected topics stay apart.

    Parameters
    ----------
    rows : DataFrame
        As for :func:`similar`, with ``topic``; in the order in which they are to be first.

    Examples
    --------
    >>> firsts_of_alike(pd.DataFrame({"id": []})).to_list()
    []
    """
    first_of: dict[str, str] = {}
    if not rows.empty:
        east, north = metres_of(rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))
        rows = rows.assign(east=east, north=north)  # once for all: most groups are of a few
        for _named, same in rows.groupby(["kind", "category", "topic"], sort=False):
            first_of |= _firsts(same)
    return pd.Series([first_of[one] for one in rows["id"]], index=rows.index, dtype=object)


def _firsts(same: pd.DataFrame) -> dict[str, str]:
    ids, alike = same["id"].to_numpy(), _likeness_of_all(same) >= ALIKE
    first = np.full(len(ids), -1)
    for number in range(len(ids)):
        if first[number] < 0:
            first[alike[number] & (first < 0)] = number
            first[number] = number
    return dict(zip(ids, ids[first], strict=True))


def _likeness_of_all(rows: pd.DataFrame) -> np.ndarray:
    """The likeness of each to each, as :func:`similar` has it; 0 where they are too far apart."""
    from rapidfuzz import fuzz, process, utils

    east, north = rows["east"].to_numpy(), rows["north"].to_numpy()
    apart = np.hypot(east[:, None] - east, north[:, None] - north)
    municipality = rows["municipality_id"].to_numpy(dtype=object)
    unplaced = ~np.isfinite(apart) & (municipality[:, None] == municipality)
    apart = np.where(unplaced, NEAR_M / 2, np.where(np.isfinite(apart), apart, np.inf))
    texts = [utils.default_process(text[:500]) for text in rows["text"]]
    words = process.cdist(texts, texts, scorer=fuzz.token_set_ratio, score_cutoff=_FEWEST_WORDS, dtype=np.uint8) / 100
    obstacle, language = rows["obstacle"].to_numpy(), rows["language"].to_numpy()
    words = np.where(language[:, None] == language, words, 0)
    near = _NEARNESS * (1 - np.minimum(apart / NEAR_M, 1))
    likeness = near + _SAME_OBSTACLE * (obstacle[:, None] == obstacle) + _SAME_WORDS * words
    return np.where(apart <= NEAR_M, likeness, 0)


def _metres_apart(rows: pd.DataFrame, like: pd.Series) -> np.ndarray:
    east, north = metres_of(rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))
    here = metres_of(np.array([like["lon"]], dtype=float), np.array([like["lat"]], dtype=float))
    apart = np.hypot(east - here[0], north - here[1])
    return np.where(np.isfinite(apart), apart, np.nan)


def _same_words(rows: pd.DataFrame, like: pd.Series) -> np.ndarray:
    """How many words are shared within the language, 0 to 1; 0 for other languages."""
    from rapidfuzz import fuzz, process, utils

    shares = np.zeros(len(rows))
    same = np.flatnonzero(rows["language"].eq(like["language"]).to_numpy())
    if same.size:
        texts = rows["text"].iloc[same].str.slice(0, 500).tolist()
        scored = process.cdist(
            [str(like["text"])[:500]], texts, scorer=fuzz.token_set_ratio, processor=utils.default_process
        )
        shares[same] = scored[0] / 100
    return shares
