"""Beside a masked zone stands the municipality of the zone; cuts that named the zones that were heard go."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_CONTRIBUTIONS = sa.table(
    "contributions", *(sa.column(name) for name in ("id", "region", "zone_id", "municipality_id", "municipality"))
)
_ZONES = sa.table("zones", *(sa.column(name) for name in ("id", "name", "municipality_id")))
_PROPOSALS = sa.table("proposals", *(sa.column(name) for name in ("idea_id", "place_name")))


def upgrade() -> None:
    """Move what lies across a border to the zone's municipality, and proposals made of it; the next cut is new.

    A municipality's name is that which others there have; where there is nobody, the zone's own name stands for it.
    """
    said, zones = _CONTRIBUTIONS.c, _ZONES.c
    bind = op.get_bind()
    named = sa.select(said.region, said.municipality_id, sa.func.max(said.municipality)).where(said.municipality != "")
    names = {
        (region, place): name
        for region, place, name in bind.execute(named.group_by(said.region, said.municipality_id)).all()
    }
    across = (
        sa.select(said.id, said.region, said.municipality, zones.municipality_id, zones.name)
        .join_from(_CONTRIBUTIONS, _ZONES, zones.id == said.zone_id)
        .where(sa.func.coalesce(said.municipality_id, "") != zones.municipality_id)
    )
    for one, region, own, place, zone in bind.execute(across).all():
        name = names.get((region, place), zone)
        of_it = (_PROPOSALS.c.idea_id == one) & (_PROPOSALS.c.place_name == own)
        bind.execute(sa.update(_PROPOSALS).where(of_it).values(place_name=name))
        moved = sa.update(_CONTRIBUTIONS).where(said.id == one)
        bind.execute(moved.values(municipality_id=place or None, municipality=name))
    bind.execute(sa.delete(sa.table("public_cuts")))
