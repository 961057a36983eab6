"""What all tables share: the list they stand in, the lengths of their columns, the link to a contribution."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, MetaData, String

ID = 32
WORD = 64
MOMENT = 20
DIGEST = 64

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""The list of all tables; import :data:`~sempre_geo.community.store.schema.metadata` to have it complete."""


def contribution_key(*, primary: bool = False) -> Column[str]:
    """The column that links a row to its contribution and goes with it."""
    return Column(
        "contribution_id",
        String(ID),
        ForeignKey("contributions.id", ondelete="CASCADE"),
        primary_key=primary,
        nullable=False,
    )
