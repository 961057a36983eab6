"""Local Empowerment Networks: making one, its page, its proposals and its diary."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from sempre_geo.community.access import may
from sempre_geo.community.moments import stamp
from sempre_geo.community.networks import Network, network_from
from sempre_geo.community.public_counts import week_of
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.lessons import load_diary
from sempre_geo.community.store.networks import (
    change_network,
    load_heard_in,
    load_network,
    load_network_proposals,
    load_networks,
    save_network,
    save_network_proposals,
)
from sempre_geo.community.suppression import shown_count
from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import Asker, asker, now, open_community, privileged
from sempre_geo.pipeline.community.lessons import diary_entry, save_entry
from sempre_geo.pipeline.community.proposal_desk import known_proposal
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.settings import Settings

NETWORK_COLUMNS = ("id", "name", "coordinator", "groups", "organisations")
_DIARY = ("period", "good", "hard", "further", "created_at")


@dataclass(frozen=True)
class NetworkPage:
    """A network's page for everybody.

    ``people_heard`` counts who has said something in its municipalities, up to Monday, in steps of five; 0
    means fewer than can be shown. ``proposals`` are those of its own that are listed. ``version`` grows
    with each change and is given back with the next one.
    """

    id: str
    region: str
    network: Network
    people_heard: int
    proposals: pd.DataFrame
    diary: tuple[Mapping[str, Any], ...]
    version: int


def make_network(settings: Settings, region: str, *, network: Network, by: Asker, at: datetime | None = None) -> str:
    """Make a network in a region; returns its id. A scope ``network:ID`` gives an account a role in it alone.

    Raises
    ------
    InputError
        It has no name or coordinator, or something in it is unknown.
    NotAllowedError
        The asker neither coordinates this region nor is an administrator.
    """
    kept, when, network_id = network.kept(), at or now(), secrets.token_hex(16)
    with open_community(settings).writing() as transaction:
        privileged(
            settings, transaction, by, action="keep a network", thing=network_id, scopes=(f"region:{region}",),
            detail=kept.name, at=when,
        )  # fmt: skip
        content = kept.to_content() | {"version": 1}
        row = {"id": network_id, "region": region, "name": kept.name, "content": content, "created_at": stamp(when)}
        save_network(transaction, row)
    return network_id


def networks(settings: Settings, region: str) -> pd.DataFrame:
    """A region's networks by name: :data:`NETWORK_COLUMNS`, with the number of organisations."""
    with open_community(settings).reading() as transaction:
        rows = load_networks(transaction, region)
    found = [
        {
            "id": row["id"],
            "name": row["name"],
            "coordinator": row["content"].get("coordinator", ""),
            "groups": row["content"].get("groups", []),
            "organisations": len(row["content"].get("organisations", [])),
        }
        for row in rows
    ]
    return pd.DataFrame(found, columns=list(NETWORK_COLUMNS))


def network_page(settings: Settings, network_id: str, *, at: datetime | None = None) -> NetworkPage:
    """A network's page.

    Raises
    ------
    MissingDataError
        There is no such network.
    """
    week = week_of((at or now()).date()).isoformat()
    with open_community(settings).reading() as transaction:
        row = _known(transaction, network_id)
        network = network_from(row["content"])
        heard, protected = load_heard_in(
            transaction, row["region"], municipalities=network.municipalities, before=f"{week}T00:00:00Z"
        )
        own = load_network_proposals(transaction, network_id)
        diary = load_diary(transaction, network_id)
    listed = proposals(settings, row["region"], at=at)
    return NetworkPage(
        id=network_id,
        region=row["region"],
        network=network,
        people_heard=shown_count(heard, protected=protected),
        proposals=listed[listed["id"].isin(own)].reset_index(drop=True),
        diary=tuple({name: entry[name] for name in _DIARY} for entry in diary),
        version=int(row["content"].get("version", 1)),
    )


def write_in_network(
    settings: Settings, network_id: str, *, network: Network, version: int, by: Asker, at: datetime | None = None
) -> int:
    """Write a network's page anew; ``version`` is the one it was made from. Returns the new one.

    Raises
    ------
    InputError
        Something in it cannot be used, or somebody else has changed it meanwhile.
    NotAllowedError
        The asker does not keep this network.
    """
    kept = network.kept()
    with open_community(settings).writing() as transaction:
        row = _kept_by(settings, transaction, network_id, by=by, detail=kept.name, at=at)
        if int(row["content"].get("version", 1)) != version:
            raise InputError(_("Somebody else has changed this network meanwhile; load it again and repeat yours."))
        content = kept.to_content() | {"version": version + 1}
        change_network(transaction, network_id, {"name": kept.name, "content": content})
    return version + 1


def link_proposals(
    settings: Settings, network_id: str, *, proposal_ids: Iterable[str], by: Asker, at: datetime | None = None
) -> None:
    """Make these proposals of the same region the network's; its coordinator has a say in them from then on.

    Raises
    ------
    InputError
        A proposal is of another region.
    MissingDataError
        There is no such proposal.
    NotAllowedError
        The asker does not coordinate the region.
    """
    wanted = list(dict.fromkeys(proposal_ids))
    with open_community(settings).writing() as transaction:
        row = _known(transaction, network_id)
        # The scope of the network alone does not do: who keeps it would let themselves into any proposal.
        privileged(
            settings, transaction, by, action="keep a network", thing=network_id, scopes=(f"region:{row['region']}",),
            detail=" ".join(wanted), at=at or now(),
        )  # fmt: skip
        if any(known_proposal(transaction, one)["region"] != row["region"] for one in wanted):
            raise InputError(_("A network's proposals are of its own region."))
        save_network_proposals(transaction, network_id, wanted)


def write_network_diary(
    settings: Settings,
    network_id: str,
    *,
    by: Asker,
    good: str = "",
    hard: str = "",
    further: str = "",
    at: datetime | None = None,
) -> int:
    """Write the next entry of a network's diary, for everybody to read; returns which two months it stands for.

    Raises
    ------
    InputError
        Nothing was written.
    NotAllowedError
        The asker is neither a member nor the coordinator of this network.
    """
    entry, when = diary_entry(good=good, hard=hard, further=further), at or now()
    with open_community(settings).writing() as transaction:
        row = _known(transaction, network_id)
        person = privileged(
            settings, transaction, by, action="write a network's diary", thing=network_id,
            scopes=network_scopes(row), detail="diary", at=when,
        )  # fmt: skip
        return save_entry(transaction, network_id, entry, actor=person.actor, at=stamp(when))


def network_acts(settings: Settings, region: str, *, by: Asker, network_id: str = "") -> frozenset[str]:
    """What a page may offer the asker: ``make`` and ``exchange`` in the region; ``keep``, ``diary`` for a network.

    The use cases check again.
    """
    with open_community(settings).reading() as transaction:
        person = asker(settings, transaction, by)
        row = load_network(transaction, network_id) if network_id else None
    here = (f"region:{region}",)
    of_its_own = network_scopes(row) if row else here
    acts = {
        "make": may(person, "keep a network", *here),
        "exchange": may(person, "exchange lessons", *here),
        "keep": row is not None and may(person, "keep a network", *of_its_own),
        "diary": row is not None and may(person, "write a network's diary", *of_its_own),
    }
    return frozenset(act for act, allowed in acts.items() if allowed)


def network_scopes(row: Row) -> tuple[str, str]:
    """The scopes in which a network lies."""
    return (f"region:{row['region']}", f"network:{row['id']}")


def _kept_by(
    settings: Settings, transaction: Transaction, network_id: str, *, by: Asker, detail: str, at: datetime | None
) -> Row:
    row = _known(transaction, network_id)
    privileged(
        settings, transaction, by, action="keep a network", thing=network_id, scopes=network_scopes(row),
        detail=detail, at=at or now(),
    )  # fmt: skip
    return row


def _known(transaction: Transaction, network_id: str) -> Row:
    row = load_network(transaction, network_id)
    if row is None:
        raise MissingDataError(_("There is no such network (any more); load the list again."))
    return row
