"""The weekly cuts that are published: taken once, then the same for everybody until the next.

Beside them lies, for the present week only, whom they count, so that whoever erases can be taken out of them.
"""

from __future__ import annotations

import base64
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import delete, func, insert, select

from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.tables import contributions, erasures, public_cuts, voices

_FINER, _PEOPLE = "/finer", "/people"  # what no region's name has


def save_cut(transaction: Transaction, region: str, *, week: str, table: pd.DataFrame) -> None:
    """Keep the cut of a week, column by column."""
    held = table.astype(object)
    content: dict[str, list[Any]] = {str(name): held[name].where(held[name].notna(), None).tolist() for name in held}
    transaction.execute(insert(public_cuts), {"region": region, "week": week, "content": content})


def load_cut(transaction: Transaction, region: str, *, week: str) -> pd.DataFrame | None:
    """The cut of a week; None if it has not been taken."""
    wanted = (public_cuts.c.region == region) & (public_cuts.c.week == week)
    found = transaction.execute(select(public_cuts.c.content).where(wanted)).first()
    return pd.DataFrame(found.content) if found else None


def finer_of(region: str) -> str:
    """The name under which a region's finer cuts are kept, which are not for everybody.

    >>> finer_of("valka") != "valka"
    True
    """
    return f"{region}{_FINER}"


def save_people(transaction: Transaction, region: str, *, week: str, people: pa.Table) -> None:
    """Keep whom the cuts of a week count instead of those of the week before."""
    transaction.execute(delete(public_cuts).where(public_cuts.c.region == _people_of(region)))
    row = {"region": _people_of(region), "week": week, "content": _packed(people)}
    transaction.execute(insert(public_cuts), row)


def load_people(transaction: Transaction, region: str, *, week: str) -> pa.Table | None:
    """Whom the cuts of a week count: those of its first taking less those who erased since; None before that."""
    here = (public_cuts.c.region == _people_of(region)) & (public_cuts.c.week == week)
    found = transaction.execute(select(public_cuts.c.content).where(here)).scalar()
    return None if found is None else _unpacked(found)


def take_out_of_cuts(transaction: Transaction, contribution_id: str, *, voice_id: str = "") -> None:
    """Take those who go with a contribution, or one voice for it, out of the cuts of its region; call it before.

    The week's cuts are taken anew from whom they counted, less these: nothing else that was said or decided since
    Monday shows, so that erasing one's own tells nobody how others have changed. Where none of these was counted,
    nothing changes. Older cuts are read by nobody any more, and dropped.
    """
    region = transaction.execute(select(contributions.c.region).where(contributions.c.id == contribution_id)).scalar()
    if region is None:
        return
    with_it = select(voices.c.id).where(voices.c.contribution_id == contribution_id)
    gone = [voice_id] if voice_id else [contribution_id, *transaction.execute(with_it).scalars()]
    week = transaction.execute(select(public_cuts.c.week).where(public_cuts.c.region == _people_of(region))).scalar()
    cuts = public_cuts.c.region.in_([region, finer_of(region)])
    transaction.execute(delete(public_cuts).where(cuts, public_cuts.c.week != (week or "")))
    people = load_people(transaction, region, week=week) if week else None
    left = (
        None if people is None else people.filter(pc.invert(pc.is_in(people["id"], pa.array(gone, pa.large_string()))))
    )
    if left is not None and people is not None and len(left) < len(people):
        save_people(transaction, region, week=str(week), people=left)
        transaction.execute(delete(public_cuts).where(cuts))


def count_erasures(transaction: Transaction) -> int:
    """How much was ever erased: whether a cut was taken before something was."""
    return int(transaction.execute(select(func.count()).select_from(erasures)).scalar_one())


def _people_of(region: str) -> str:
    return f"{region}{_PEOPLE}"


def _packed(people: pa.Table) -> str:
    out = pa.BufferOutputStream()
    pq.write_table(people, out, compression="zstd")
    return base64.b64encode(out.getvalue()).decode("ascii")


def _unpacked(content: str) -> pa.Table:
    return pq.read_table(pa.BufferReader(base64.b64decode(content)))
