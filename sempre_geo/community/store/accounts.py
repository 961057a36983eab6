"""Accounts, what they may do, and the log of privileged acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from sempre_geo.community.accounts import Account
from sempre_geo.community.audit import START, Act, chained
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.office_tables import accounts, audit, grants


def save_account(transaction: Transaction, account: Account, *, at: str) -> None:
    """Add an account with its grants."""
    values = {name: value for name, value in vars(account).items() if name != "grants"}
    transaction.execute(insert(accounts), values | {"created_at": at})
    save_grants(transaction, account.id, account.grants)


def save_grants(transaction: Transaction, account_id: str, held: frozenset[tuple[str, str]]) -> None:
    """Make these the account's (role, scope) pairs."""
    transaction.execute(delete(grants).where(grants.c.account_id == account_id))
    rows = [{"account_id": account_id, "role": role, "scope": scope} for role, scope in sorted(held)]
    if rows:
        transaction.execute(insert(grants), rows)


def load_account(transaction: Transaction, *, name: str = "", account_id: str = "") -> Account | None:
    """An account by its name or its id."""
    wanted = accounts.c.name == name if name else accounts.c.id == account_id
    row = transaction.execute(select(accounts).where(wanted)).mappings().first()
    if row is None:
        return None
    held = transaction.execute(select(grants.c.role, grants.c.scope).where(grants.c.account_id == row["id"]))
    values: dict[str, Any] = {name: row[name] for name in Account.__dataclass_fields__ if name != "grants"}
    return Account(**values, grants=frozenset((role, scope) for role, scope in held))


def change_account(transaction: Transaction, account_id: str, values: Mapping[str, Any]) -> None:
    """Write new values into some columns of an account."""
    transaction.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


def void_logins(transaction: Transaction, account_id: str) -> None:
    """Make every login of an account void that was given out so far, on whatever device it is."""
    one = accounts.c.id == account_id
    transaction.execute(update(accounts).where(one).values(generation=accounts.c.generation + 1))


def void_all_logins(transaction: Transaction, *, by: int) -> None:
    """Make every login of every account void; ``by`` is how far the generations leap ahead."""
    transaction.execute(update(accounts).values(generation=accounts.c.generation + by))


def save_act(transaction: Transaction, act: Act, *, key: bytes) -> None:
    """Append a row to the log; its number and digest follow from the last row, whatever ``act`` says."""
    last = transaction.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    numbered = Act(**{**vars(act), "seq": last.seq + 1 if last else 1})
    values = vars(numbered) | {"hash": chained(numbered, before=last.hash if last else START, key=key)}
    transaction.execute(insert(audit), values)


def load_acts(transaction: Transaction) -> list[Act]:
    """The whole log, the oldest first."""
    return [Act(**row) for row in transaction.execute(select(audit).order_by(audit.c.seq)).mappings()]
