"""Counts for everybody: parts with enough people behind each, in steps of five, once a week.

Behind each part of a cut stand at least :data:`FEWEST` contributors (:data:`FEWEST_PROTECTED` for health, disability
and violence). By place the parts are areas of a fixed tree of all zones, whose extent does not tell where in them
somebody spoke (see `count_areas`); by word small parts are merged. A count is rounded down to a multiple of
:data:`STEP`. The difference of any two multiples of five, of two filters or two weeks, is a multiple of five:
subtracting never leaves one to four.

A contributor is the author of a contribution or of a voice for it; nobody is followed from one to another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sempre_geo.community.count_areas import ZoneTree, shown_areas, zone_tree
from sempre_geo.community.groups import told_of

FEWEST = 5
FEWEST_PROTECTED = 10
STEP = 5
REST = "other"
COUNT_COLUMNS = ("cut", "category", "group", "part", "place_name", "lon", "lat", "zones", "people")
FINER_COLUMNS = ("cut", "part", "category", "group", "people")
FINER = ("municipality", "settlement")


@dataclass(frozen=True)
class Tallies:
    """The people behind what was published, summed three ways; a contribution and each voice for it are one each.

    ``by_place`` has ``zone_id, category, topic, people`` (no zone where there is none), ``by_word``
    ``category, obstacle, about, kind, topic, people``, ``by_group`` ``zone_id, groups, topic, people`` with one row
    a group, in which somebody of two groups counts twice.
    """

    by_place: pd.DataFrame
    by_word: pd.DataFrame
    by_group: pd.DataFrame


def week_of(day: date) -> date:
    """The Monday on which the cut in force on ``day`` was taken.

    >>> week_of(date(2026, 11, 24))
    datetime.date(2026, 11, 23)
    """
    return day - timedelta(days=day.weekday())


def public_counts(tallies: Tallies, zones: pd.DataFrame) -> pd.DataFrame:
    """The fixed list of cuts: by place, also for each category and each group, by category, obstacle, who and group.

    By place a group is counted for all services together: of one service, hardly a part would have enough people
    of one group, and each table more is one more to compare.

    Parameters
    ----------
    tallies : Tallies
        The people behind everything that was published before the cut.
    zones : DataFrame
        Index ``zone_id``; ``name, municipality_id, residents, lon, lat``; all of them, heard or not.

    Returns
    -------
    DataFrame
        :data:`COUNT_COLUMNS`; ``zones`` are all of an area, heard or not; ``people`` are multiples of
        five; no row has fewer than five behind it.
    """
    places, tree = tallies.by_place, zone_tree(zones)
    listed = [*_by_place("place", places, tree)]
    for category, inside in places.groupby("category", sort=True):
        listed += _by_place("place", inside, tree, category=str(category))
    for group, inside in tallies.by_group.groupby("groups", sort=True):
        listed += _by_place("place_of_group", inside, tree, group=str(group))
    for cut in ("category", "obstacle", "about", "kind"):
        listed += _by_word(cut, tallies.by_word, tallies.by_word[cut])
    listed += _by_word("groups", tallies.by_group, tallies.by_group["groups"])
    return pd.DataFrame(listed, columns=list(COUNT_COLUMNS))


def finer_counts(heard: pd.DataFrame) -> pd.DataFrame:
    """The same for those who plan: by municipality and settlement, each with a category, a group, both or neither.

    Parameters
    ----------
    heard
        ``municipality_id, settlement_id, category, topic, groups`` (a tuple of groups) and ``people``.

    Returns
    -------
    DataFrame
        :data:`FINER_COLUMNS`, ``cut`` one of :data:`FINER`; no category or group is an empty text. ``people`` are
        multiples of five; places with too few behind them are left out.

    Examples
    --------
    >>> heard = pd.DataFrame({"municipality_id": "m1", "settlement_id": ["s1", None], "category": "library",
    ...                       "topic": "", "groups": [("women",), ()], "people": [7, 4]})
    >>> finer_counts(heard).query("category == 'library'").drop(columns="category").to_numpy().tolist()
    [['municipality', 'm1', '', 10], ['municipality', 'm1', 'women', 5], ['settlement', 's1', '', 5],
     ['settlement', 's1', 'women', 5]]
    """
    asked = pd.Series([("", *told_of(groups)) for groups in heard["groups"]], index=heard.index, dtype=object)
    spread = heard.assign(group=asked).explode("group")
    every = pd.concat([spread, spread.assign(category="")], ignore_index=True)
    every = every.assign(protected=every["topic"].ne(""))
    listed = []
    for cut in FINER:
        parts = every.groupby([f"{cut}_id", "category", "group"], sort=True)
        people, protected = parts["people"].sum().astype(int), parts["protected"].any().astype(bool)
        enough = people >= np.where(protected, FEWEST_PROTECTED, FEWEST)
        shown = (people[enough] // STEP * STEP).rename("people").rename_axis(index={f"{cut}_id": "part"})
        listed.append(shown.reset_index().assign(cut=cut))
    return pd.concat(listed, ignore_index=True)[list(FINER_COLUMNS)]


def _fewest(rows: pd.DataFrame) -> int:
    return FEWEST_PROTECTED if rows["topic"].ne("").any() else FEWEST


def _by_place(
    cut: str, rows: pd.DataFrame, tree: ZoneTree, *, category: str = "", group: str = ""
) -> Iterator[tuple[object, ...]]:
    people = rows.groupby("zone_id")["people"].sum()
    for number, (area, least) in enumerate(shown_areas(people, tree, fewest=_fewest(rows)), start=1):
        yield (cut, category, group, f"{number}", area.name, area.lon, area.lat, list(area.zones), least // STEP * STEP)


def _by_word(cut: str, rows: pd.DataFrame, words: pd.Series) -> Iterator[tuple[object, ...]]:
    """One part a word; words with too few behind them are one part together, or join the smallest other."""
    people = rows.groupby(words)["people"].sum()
    protected = rows["topic"].ne("").groupby(words).any()
    fewest = protected.map({True: FEWEST_PROTECTED, False: FEWEST}).astype(int)
    enough = people >= fewest
    parts = {str(word): int(n) for word, n in people[enough].items()}
    rest = int(people[~enough].sum())
    needed = int(fewest[~enough].max()) if rest else 0
    if 0 < rest < needed:
        parts = _with_smallest(parts, rest)
    elif rest:
        parts[REST] = parts.get(REST, 0) + rest
    for word, n in parts.items():
        yield (cut, "", "", word, "", None, None, [], n // STEP * STEP)


def _with_smallest(parts: dict[str, int], rest: int) -> dict[str, int]:
    """The rest joined with the smallest part under the name of the rest; nothing is left over to subtract."""
    if not parts:
        return {}
    smallest = min(parts, key=lambda word: (parts[word], word))
    joined = {word: n for word, n in parts.items() if word not in {smallest, REST}}
    together = rest + sum(parts[word] for word in {smallest, REST} & set(parts))
    return joined | {REST: together}
