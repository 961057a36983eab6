"""Use cases of listening: what is needed where, where many say the same, what is new, and who has said nothing.

A coordinator of the region reads exact numbers. Others who listen read what is public: sums in steps of five of
last Monday, and no two filters at once, as what two sums differ by could be one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from sempre_geo.community.access import Person, check_may
from sempre_geo.community.contributions import AWAITING_REVIEW
from sempre_geo.community.felt import felt_and_calculated
from sempre_geo.community.groups import is_told_of
from sempre_geo.community.listening import Cluster, clusters, suppressed
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.accounts import load_account
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.networks import load_networks
from sempre_geo.community.store.outreach import load_look, load_said, save_look
from sempre_geo.community.store.public_rows import load_heard
from sempre_geo.community.store.zones import load_zones
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.counts import counts, counts_by_place
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.settlement_gaps import settlement_gaps
from sempre_geo.pipeline.gaps.answers import EVERYBODY
from sempre_geo.settings import Settings

LISTEN, OUTREACH = "listen to a region", "plan outreach"


@dataclass(frozen=True, eq=False)
class Heard:
    """What was heard in a region.

    Attributes
    ----------
    exact
        Whether the asker reads exact numbers, and may ask by group and time.
    needs
        What to draw: ``kind, status, category, place_name, lon, lat``, at the places everybody may see.
    places
        ``category, place_name, people``, most people first.
    clusters
        Where several say the same.
    """

    exact: bool
    needs: pd.DataFrame
    places: pd.DataFrame
    clusters: list[Cluster]


@dataclass(frozen=True, eq=False)
class News:
    """What was published since an account last looked (empty: it never has): ``category, place_name, people``."""

    since: str
    new: pd.DataFrame


def listen(
    settings: Settings, region: str, *, by: Asker, category: str = "", group: str = "", since: str = "",
    at: datetime | None = None,
) -> Heard:  # fmt: skip
    """The needs of a region, by category, and for its coordinator also by group and time.

    Raises
    ------
    NotAllowedError
        The asker does not listen to this region.
    InputError
        Somebody else than its coordinator asks by group or time.
    """
    when = at or now()
    with open_community(settings).reading() as transaction:
        person = listener(settings, transaction, region, by=by)
        exact = person.has("coordinator", f"region:{region}")
        said = _needs(transaction, region) if exact else pd.DataFrame()
    if not exact:
        if group or since:
            raise InputError(_("Only a coordinator asks by group and time: two sums could tell of one person."))
        return _for_others(settings, region, category=category, at=when)
    rows = said[said["category"].eq(category)] if category else said
    rows = rows.loc[[is_told_of(groups, group) for groups in rows["groups"]]] if group else rows
    rows = rows[rows["created_at"] >= since]
    return Heard(exact=True, needs=rows, places=_by_place(rows), clusters=clusters(rows, at=when))


def news(settings: Settings, region: str, *, by: Asker) -> News:
    """What was published since the coordinator who asks last looked.

    Raises
    ------
    NotAllowedError
        The asker does not coordinate this region.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        check_may(person, "read the review queue", f"region:{region}")
        since = load_look(transaction, person.actor, region)
        said = _needs(transaction, region)
    return News(since, _by_place(said[said["created_at"] > since]))


def note_look(settings: Settings, region: str, *, by: Asker, at: datetime | None = None) -> None:
    """Note with the account that all that is there now has been seen.

    Raises
    ------
    InputError
        The asker has no account here.
    NotAllowedError
        The asker does not coordinate this region.
    """
    with open_community(settings).writing() as transaction:
        person = asker(settings, transaction, by)
        check_may(person, "read the review queue", f"region:{region}")
        if load_account(transaction, account_id=person.actor) is None:
            raise InputError(_("Log in with an account to have this kept."))
        save_look(transaction, person.actor, region, at=stamp(at or now()))


def heard_and_silent(
    settings: Settings, region: str, *, by: Asker, category: str = "", group: str = EVERYBODY, language: str = "",
    at: datetime | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Felt beside calculated for each settlement where somebody lives, those with most missing voices first.

    Returns
    -------
    DataFrame
        Index ``settlement_id``: as :func:`felt_and_calculated`, with ``name, lon, lat, municipality_id, beyond``.

    Raises
    ------
    NotAllowedError
        The asker does not listen to this region.
    """
    gaps = settlement_gaps(settings, region, category=category, group=group, language=language)
    with open_community(settings).reading() as transaction:
        person = listener(settings, transaction, region, by=by)
    received = received_by_place(settings, region, person=person, category=category, group=group, at=at or now())
    lived = gaps[gaps["people"] > 0]
    table = felt_and_calculated(lived[["people", "beyond"]], received[received.index.isin(lived.index)])
    table = table.join(lived.drop(columns="people")).assign(rounded=not person.has("coordinator", f"region:{region}"))
    return table.loc[(table["received"] - table["expected"]).sort_values(kind="stable").index]


def received_by_place(
    settings: Settings, region: str, *, person: Person, category: str = "", group: str = EVERYBODY,
    place: str = "settlement", at: datetime,
) -> pd.Series:  # fmt: skip
    """People heard by settlement or municipality: exact for the coordinator, else as the week's cut gives them."""
    wanted = "" if group == EVERYBODY else group
    if not person.has("coordinator", f"region:{region}"):
        cut = counts_by_place(settings, region, at=at)
        rows = cut[cut["cut"].eq(place) & cut["category"].eq(category) & cut["group"].eq(wanted)]
        return pd.Series(rows["people"].to_numpy(dtype=int), index=rows["part"].to_numpy(dtype=object))
    with open_community(settings).reading() as transaction:
        said = load_heard(transaction, region)
    said = said[said["category"].eq(category)] if category else said
    said = said.loc[[is_told_of(groups, wanted) for groups in said["groups"]]] if wanted else said
    return pd.Series(said.groupby(f"{place}_id")["people"].sum().astype(int))


def listener(settings: Settings, transaction: Transaction, region: str, *, by: Asker, action: str = LISTEN) -> Person:
    """Who asks, if they may listen to this region or to a network in it.

    Raises
    ------
    NotAllowedError
        They may not.
    """
    person = asker(settings, transaction, by)
    own = (f"network:{row['id']}" for row in load_networks(transaction, region))
    check_may(person, action, f"region:{region}", *own)
    return person


def _needs(transaction: Transaction, region: str) -> pd.DataFrame:
    """Published needs at their zones' points, which are those that everybody sees."""
    said, zones = load_said(transaction, region), load_zones(transaction, region)
    said = said[said["kind"].eq("need")]
    point = zones.reindex(said["zone_id"].where(said["precision"].ne("municipality")))
    name = pd.Series(point["name"].to_numpy(), said.index).fillna(said["municipality"]).fillna("")
    return said.assign(place_name=name, lon=point["lon"].to_numpy(dtype=float), lat=point["lat"].to_numpy(dtype=float))


def _for_others(settings: Settings, region: str, *, category: str, at: datetime) -> Heard:
    """Clusters and pins of what is public item by item, sums of the weekly counts."""
    said = public_contributions(settings, region, at=at)
    said = said[said["kind"].eq("need") & said["status"].ne(AWAITING_REVIEW)]
    said = said[said["category"].eq(category)] if category else said
    found = clusters(said.assign(obstacle="", topic="", created_at=""))
    table = counts(settings, region, at=at)
    table = table[table["cut"].eq("place") & table["category"].eq(category)]
    return Heard(
        exact=False, needs=said, places=table[["category", "place_name", "people"]].reset_index(drop=True),
        clusters=suppressed(found),
    )  # fmt: skip


def _by_place(said: pd.DataFrame) -> pd.DataFrame:
    people = said.assign(people=1 + said["voices"]).groupby(["category", "place_name"], sort=True)["people"].sum()
    return people.sort_values(ascending=False, kind="stable").reset_index()
