"""Local Empowerment Networks in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from sempre_geo.community.contributions import PUBLIC
from sempre_geo.community.store.contributions import Row
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.standing import counted, standing
from sempre_geo.community.store.tables import contributions, network_proposals, networks, voices


def save_network(transaction: Transaction, row: Mapping[str, Any]) -> None:
    """Add a network."""
    transaction.execute(insert(networks), dict(row))


def load_network(transaction: Transaction, network_id: str) -> Row | None:
    """One network; None if there is none."""
    found = transaction.execute(select(networks).where(networks.c.id == network_id)).mappings().first()
    return dict(found) if found else None


def load_networks(transaction: Transaction, region: str) -> list[Row]:
    """A region's networks by name."""
    query = select(networks).where(networks.c.region == region).order_by(networks.c.name, networks.c.id)
    return [dict(row) for row in transaction.execute(query).mappings()]


def change_network(transaction: Transaction, network_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of a network."""
    transaction.execute(update(networks).where(networks.c.id == network_id).values(**values))


def load_network_proposals(transaction: Transaction, network_id: str) -> list[str]:
    """Ids of the proposals that belong to a network."""
    query = select(network_proposals.c.proposal_id).where(network_proposals.c.network_id == network_id)
    return list(transaction.execute(query.order_by(network_proposals.c.proposal_id)).scalars())


def save_network_proposals(transaction: Transaction, network_id: str, proposal_ids: Iterable[str]) -> None:
    """Make these the proposals of a network."""
    transaction.execute(delete(network_proposals).where(network_proposals.c.network_id == network_id))
    rows = [{"network_id": network_id, "proposal_id": one} for one in dict.fromkeys(proposal_ids)]
    if rows:
        transaction.execute(insert(network_proposals), rows)


def load_heard_in(
    transaction: Transaction, region: str, *, municipalities: Iterable[str], before: str
) -> tuple[int, bool]:
    """How many people stand behind what was published before a moment, and whether a protected topic is among it.

    ``municipalities`` empty means the whole region. Whoever is counted with another one is heard where that one is.
    The sum is exact: round it before anybody sees it.
    """
    places = list(municipalities)
    heard = (standing.c.region == region) & standing.c.status.in_(sorted(PUBLIC)) & (standing.c.created_at < before)
    if places:
        heard &= standing.c.municipality_id.in_(places)
    said = select(func.count()).select_from(counted).where(heard, contributions.c.created_at < before)
    given = counted.join(voices, voices.c.contribution_id == contributions.c.id)
    supported = select(func.count()).select_from(given).where(heard, voices.c.created_at < before)
    people = sum(int(transaction.execute(query).scalar() or 0) for query in (said, supported))
    protected = transaction.execute(select(standing.c.id).where(heard, standing.c.topic != "").limit(1))
    return people, protected.first() is not None
