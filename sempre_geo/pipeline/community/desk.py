"""What every use case of the community needs: the store, the secret, who asks, and the region's ground."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from sempre_geo.community.access import VISITOR, Person, check_may
from sempre_geo.community.accounts import Account, account_in
from sempre_geo.community.audit import Act, detail_digest
from sempre_geo.community.moments import stamp
from sempre_geo.community.privacy import Zones, make_zones
from sempre_geo.community.store.accounts import load_account, save_act, void_logins
from sempre_geo.community.store.engine import Store, Transaction
from sempre_geo.community.store.versions import open_store
from sempre_geo.community.store.zones import load_partition, save_zones
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError, StoreError
from sempre_geo.i18n import gettext as _
from sempre_geo.region.bundle import Region, read_region
from sempre_geo.region.catalog import CATALOG
from sempre_geo.settings import Settings

_SHORTEST_SECRET = 16
_opening = threading.Lock()
_stores: dict[str, Store] = {}
_partitions: dict[tuple[str, str], Zones] = {}  # never changed once drawn, so they may be kept
_closing: list[Callable[[str], None]] = []

Asker = Person | str
"""Who asks: a login token as the cookie carries it (empty for a visitor), or a person already known."""


@dataclass(frozen=True)
class Ground:
    """What a contribution's place is found on: settlements and municipalities; both may be empty.

    ``bbox`` is the region's, or nothing while it is not built.
    """

    settlements: pd.DataFrame
    municipalities: pd.DataFrame
    languages: tuple[str, ...] = ()
    country: str = ""
    bbox: tuple[float, float, float, float] | None = None


def nothing_opens() -> MissingDataError:
    """What is raised for a code that is well-formed and opens nothing (any more), whatever it was said to open."""
    return MissingDataError(_("This code opens nothing; what it opened may have been erased."))


def open_community(settings: Settings) -> Store:
    """The store that the settings name, opened and brought to this version once in this program."""
    with _opening:
        if settings.store not in _stores:
            _stores[settings.store] = open_store(settings.store)
        return _stores[settings.store]


def close_community(settings: Settings) -> None:
    """Let go of the store, so that its file can be replaced or removed."""
    with _opening:
        store = _stores.pop(settings.store, None)
        for known in [known for known in _partitions if known[0] == settings.store]:
            del _partitions[known]
        for forget in _closing:
            forget(settings.store)
        if store is not None:
            store.close()


def on_closing(forget: Callable[[str], None]) -> Callable[[str], None]:
    """Mark what must let go of a store, named by its address, when it is closed."""
    _closing.append(forget)
    return forget


def secret_key(settings: Settings, purpose: str) -> bytes:
    """The installation's secret for one purpose; a leaked one tells nothing about the others."""
    return hmac.digest(_secret(settings), purpose.encode("utf-8", "replace"), "sha256")


def now() -> datetime:
    """The present moment; use cases take another one as ``at`` in tests."""
    return datetime.now(UTC)


def asker(settings: Settings, transaction: Transaction, by: Asker) -> Person:
    """The person behind a token, read from the store again at each use case; a visitor for a void token."""
    if isinstance(by, Person):
        return by
    named = account_in(by, secret=secret_key(settings, "login")) if by else None
    account = load_account(transaction, account_id=named[0]) if named else None
    if account is None or named is None or not account.active or account.generation != named[1]:
        return VISITOR
    return account.person


def end_logins_of(settings: Settings, transaction: Transaction, by: Asker) -> None:
    """End every login of the account behind a token; a void token, or a person who has none, ends nothing."""
    if isinstance(by, str):
        void_logins(transaction, asker(settings, transaction, by).actor)


def end_other_login(settings: Settings, transaction: Transaction, token: str, *, account: Account) -> None:
    """End what a browser was logged in with so far where that was another account."""
    if asker(settings, transaction, token).actor != account.id:
        end_logins_of(settings, transaction, token)


def privileged(
    settings: Settings,
    transaction: Transaction,
    by: Asker,
    *,
    action: str,
    thing: str,
    scopes: tuple[str, ...] = (),
    detail: str = "",
    at: datetime,
) -> Person:
    """Check that the asker may do ``action`` with ``thing`` and write it into the log, in one transaction.

    Raises
    ------
    NotAllowedError
        The asker's roles do not allow it; nothing is logged or changed.
    """
    person = asker(settings, transaction, by)
    check_may(person, action, *scopes)
    key = secret_key(settings, "audit")
    act = Act(0, stamp(at), person.actor, action, thing, detail_digest(detail, key=key))
    save_act(transaction, act, key=key)
    return person


def check_reviewer(person: Person) -> None:
    """Refuse whoever reviews nowhere; what somebody reviews is checked row by row.

    Raises
    ------
    NotAllowedError
        The person is no coordinator.
    """
    if not any(role == "coordinator" for role, _scope in person.grants):
        raise NotAllowedError(_("Only a coordinator reads what waits for review; log in as one."))


def scopes_of(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """The scopes in which a contribution or proposal lies."""
    named = (
        f"region:{row['region']}",
        f"municipality:{row.get('municipality_id')}",
        f"category:{row.get('category')}",
        f"thing:{row['id']}",
    )
    return tuple(scope for scope in named if not scope.endswith(":None"))


def partition(settings: Settings, region: str) -> Zones | None:
    """The masked zones of a region, drawn at first use from its cells; None while the region is not built."""
    known = (settings.store, region)
    if known not in _partitions:
        found = _stored_partition(settings, region)
        if found is None:
            return None
        _partitions[known] = found
    return _partitions[known]


def _stored_partition(settings: Settings, region: str) -> Zones | None:
    store = open_community(settings)
    with store.reading() as transaction:
        kept = load_partition(transaction, region)
    if kept is not None:
        return kept
    cells = _cells(settings, region)
    if cells is None or cells.empty:
        return None
    made = make_zones(cells, key=secret_key(settings, f"zones of {region}"))
    with store.writing() as transaction:
        meanwhile = load_partition(transaction, region)
        if meanwhile is None:
            save_zones(transaction, region, made)
    return meanwhile or made


def ground(settings: Settings, region: str) -> Ground:
    """The settlements and municipalities of a region; empty ones while it is not built."""
    built = _built(settings, region)
    if built is None or not built.has("settlements") or not built.has("municipalities"):
        return Ground(pd.DataFrame(), pd.DataFrame())
    return Ground(built.settlements, built.municipalities, built.country.languages, built.country.code, built.bbox)


def _built(settings: Settings, region: str) -> Region | None:
    """The region, read again only when it was built anew; None while it is not built."""
    catalog = settings.results(region) / CATALOG
    try:
        built_ns = catalog.stat().st_mtime_ns
        return _read_built(replace(settings, data=settings.layers, store_url="", secret=""), region, built_ns)
    except (FileNotFoundError, MissingDataError):
        return None


@lru_cache(maxsize=4)
def _read_built(settings: Settings, region: str, _built_ns: int) -> Region:
    return read_region(region, settings)


def _cells(settings: Settings, region: str) -> pd.DataFrame | None:
    built = _built(settings, region)
    if built is None or not built.has("cells"):
        return None
    return pd.DataFrame(built.cells.drop(columns="geometry")).assign(
        lon=built.cells.geometry.x, lat=built.cells.geometry.y
    )


def _secret(settings: Settings) -> bytes:
    if settings.secret:
        if len(settings.secret) < _SHORTEST_SECRET:
            raise InputError(
                _("SEMPRE_SECRET is too short to be one; give it at least {n} random characters.").format(
                    n=_SHORTEST_SECRET
                )
            )
        return settings.secret.encode()
    return _read_secret(secret_path(settings))


def secret_path(settings: Settings) -> Path:
    """Where the secret lies if the settings give none."""
    return settings.data / "secret.key"


@lru_cache(maxsize=8)
def _read_secret(path: Path) -> bytes:
    """The secret beside the store, made at the first start and readable by this user only.

    It is linked into place whole: of two programs that start at once, both use the one that came first.
    """
    if not path.exists():
        draft = path.with_name(f".{secrets.token_hex(8)}.key.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
                made.write(secrets.token_hex(32))
                made.flush()
                os.fsync(made.fileno())
            _link(draft, path)
        except OSError as error:
            raise StoreError(
                _("The folder {path} cannot be written; let this user write there.").format(path=path.parent)
            ) from error
        finally:
            draft.unlink(missing_ok=True)
    return path.read_bytes()


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links, such as a USB stick's
        draft.replace(path)
