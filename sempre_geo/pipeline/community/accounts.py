"""Local accounts: making them, logging in, and who a login is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from sempre_geo.community.access import EVERYWHERE, OPERATOR, Person, may
from sempre_geo.community.accounts import (
    Account,
    account_in,
    after_failure,
    check_account,
    could_be_name,
    fits,
    is_locked,
    login_token,
    password_hash,
)
from sempre_geo.community.audit import first_altered
from sempre_geo.community.moments import stamp
from sempre_geo.community.store.accounts import (
    change_account,
    load_account,
    load_acts,
    save_account,
    save_grants,
    void_logins,
)
from sempre_geo.community.store.engine import Transaction
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import (
    Asker,
    asker,
    end_logins_of,
    end_other_login,
    now,
    open_community,
    privileged,
    secret_key,
)
from sempre_geo.settings import Settings


def add_account(
    settings: Settings,
    name: str,
    *,
    role: str,
    password: str,
    scope: str = EVERYWHERE,
    by: Asker = OPERATOR,
    at: datetime | None = None,
) -> Account:
    """Make a local account with one role.

    ``scope`` is ``*`` or such as ``region:demo``, ``municipality:osm:r5``, ``category:gp``.

    Raises
    ------
    InputError
        The name is taken, or name, role or password cannot be used.
    NotAllowedError
        The asker is no administrator.
    """
    account = new_account(name, role=role, password=password, scope=scope)
    with open_community(settings).writing() as transaction:
        keep_account(settings, transaction, account, by=by, at=at or now())
    return account


def new_account(name: str, *, role: str, password: str, scope: str) -> Account:
    """An account with one role that is not kept yet; digesting its password takes long, and no writer waits for it.

    Raises
    ------
    InputError
        Name, role or password cannot be used.
    """
    check_account(name=name, role=role, password=password)
    return Account(
        id=secrets.token_hex(16),
        name=name,
        password_hash=password_hash(password),
        active=True,
        generation=1,
        failures=0,
        locked_until="",
        grants=frozenset({(role, scope)}),
    )


def keep_account(settings: Settings, transaction: Transaction, account: Account, *, by: Asker, at: datetime) -> None:
    """Keep a new account within a transaction that does more than that.

    Raises
    ------
    InputError
        The name is taken.
    NotAllowedError
        The asker is no administrator.
    """
    ((role, scope),) = account.grants
    detail = f"add {role} {scope}"
    privileged(settings, transaction, by, action="keep accounts", thing=account.id, detail=detail, at=at)
    if load_account(transaction, name=account.name):
        raise InputError(_("There is an account '{name}' already; choose another name.").format(name=account.name))
    save_account(transaction, account, at=stamp(at))


def login(settings: Settings, name: str, *, password: str, instead_of: str = "", at: datetime | None = None) -> str:
    """The signed text for the login cookie.

    The refusal is the same for a wrong password and for a name that does not exist; after five wrong
    passwords the account is closed for a quarter of an hour. ``instead_of`` is the login that the browser has
    carried so far: that of another account ends, or its open pages would go on acting for that one.

    Raises
    ------
    NotAllowedError
        Name and password do not fit, or the account is closed.
    """
    when = at or now()
    store = open_community(settings)
    with store.reading() as transaction:
        tried = load_account(transaction, name=name.strip()) if could_be_name(name.strip()) else None
    right = fits(tried, password)
    with store.writing() as transaction:
        account = load_account(transaction, account_id=tried.id) if tried else None
        open_now = account is not None and account.active and not is_locked(account, at=when)
        if account is not None and open_now:
            failures, locked = (0, "") if right else after_failure(account, at=when)
            change_account(transaction, account.id, {"failures": failures, "locked_until": locked})
            if right:
                end_other_login(settings, transaction, instead_of, account=account)
    if tried is None or not open_now or not right:
        raise NotAllowedError(
            _("Name and password do not fit, or the account is closed for a while; try again in 15 minutes.")
        )
    # As it was when the password was looked at: one that was changed meanwhile has made this login void already.
    return login_token(tried, secret=secret_key(settings, "login"))


def log_out(settings: Settings, token: str) -> None:
    """End a login, and with it every other login of the same account: in open pages and on other devices, too.

    A copy of a cookie cannot be told from the cookie itself, so that ending one means ending all. A login that is
    void already ends nothing.
    """
    with open_community(settings).writing() as transaction:
        end_logins_of(settings, transaction, token)


def who_is(settings: Settings, token: str) -> Person:
    """The person behind a login cookie; a visitor where it is empty, forged, too old or the account is closed."""
    with open_community(settings).reading() as transaction:
        return asker(settings, transaction, token)


def may_in(settings: Settings, action: str, region: str, *, by: Asker) -> bool:
    """Whether the asker may do something in a whole region, so that a page offers what the use case will allow."""
    with open_community(settings).reading() as transaction:
        return may(asker(settings, transaction, by), action, f"region:{region}")


def account_name(settings: Settings, token: str) -> str:
    """The name to greet somebody with; empty for a visitor."""
    named = account_in(token, secret=secret_key(settings, "login")) if token else None
    if named is None:
        return ""
    with open_community(settings).reading() as transaction:
        account = load_account(transaction, account_id=named[0])
    return account.name if account and account.active and account.generation == named[1] else ""


def end_logins(settings: Settings, name: str, *, by: Asker = OPERATOR, at: datetime | None = None) -> None:
    """End every login of an account by an administrator, as when a device was lost.

    Raises
    ------
    MissingDataError
        There is no such account.
    NotAllowedError
        The asker is no administrator.
    """
    _change(settings, name, by=by, at=at or now(), detail="end logins")


def change_password(
    settings: Settings, name: str, *, password: str, by: Asker = OPERATOR, at: datetime | None = None
) -> None:
    """Give an account another password; its logins end, and so does a lock-out.

    Raises
    ------
    InputError
        The password cannot be used.
    MissingDataError
        There is no such account.
    NotAllowedError
        The asker is no administrator.
    """
    check_account(password=password)
    values = {"password_hash": password_hash(password), "failures": 0, "locked_until": ""}
    _change(settings, name, by=by, at=at or now(), detail="password", values=values)


def change_role(
    settings: Settings, name: str, *, role: str, scope: str = EVERYWHERE, by: Asker = OPERATOR,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Give an account one role within one scope instead of all that it had; its logins end.

    Raises
    ------
    InputError
        There is no such role.
    MissingDataError
        There is no such account.
    NotAllowedError
        The asker is no administrator.
    """
    check_account(role=role)
    _change(settings, name, by=by, at=at or now(), detail=f"{role} {scope}", grants=frozenset({(role, scope)}))


def close_account(settings: Settings, name: str, *, by: Asker = OPERATOR, at: datetime | None = None) -> None:
    """Close an account for good; its logins end, and what it did stays in the log."""
    _change(settings, name, by=by, at=at or now(), detail="close", values={"active": False})


def check_log(settings: Settings, *, by: Asker) -> int | None:
    """The number of the first altered row of the log; None if it is whole.

    Raises
    ------
    NotAllowedError
        The asker is no auditor.
    """
    with open_community(settings).writing() as transaction:
        acts = load_acts(transaction)
        privileged(settings, transaction, by, action="read the log", thing="log", at=now())
    return first_altered(acts, key=secret_key(settings, "audit"))


def read_log(settings: Settings, *, by: Asker) -> pd.DataFrame:
    """The log of privileged acts, the oldest first, for an auditor; reading it is an act, too.

    Raises
    ------
    NotAllowedError
        The asker is no auditor.
    """
    with open_community(settings).writing() as transaction:
        privileged(settings, transaction, by, action="read the log", thing="log", at=now())
        acts = load_acts(transaction)
    return pd.DataFrame([vars(act) for act in acts])


def _change(
    settings: Settings, name: str, *, by: Asker, at: datetime, detail: str,
    values: Mapping[str, object] | None = None, grants: frozenset[tuple[str, str]] | None = None,
) -> None:  # fmt: skip
    """Change an account as an administrator. Whoever is logged in with it logs in again, whatever was changed."""
    with open_community(settings).writing() as transaction:
        account = load_account(transaction, name=name) if name else None
        if account is None:
            raise MissingDataError(_("There is no account '{name}'.").format(name=name))
        privileged(settings, transaction, by, action="keep accounts", thing=account.id, detail=detail, at=at)
        if values:
            change_account(transaction, account.id, values)
        if grants is not None:
            save_grants(transaction, account.id, grants)
        void_logins(transaction, account.id)
