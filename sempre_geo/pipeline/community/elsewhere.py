"""Logging in with an account of one's own organisation, where the operator has set it."""

from __future__ import annotations

from datetime import datetime

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.accounts import Account, login_token
from sempre_geo.community.moments import stamp
from sempre_geo.community.openid import Begun, Elsewhere, Identity, fetch_begun, fetch_identity
from sempre_geo.community.store.accounts import load_account
from sempre_geo.community.store.engine import Transaction
from sempre_geo.community.store.identities import load_identity, save_identity
from sempre_geo.community.store.providers import is_self_opened
from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.desk import end_other_login, now, open_community, privileged, secret_key
from sempre_geo.settings import Settings


def can_log_in_elsewhere(settings: Settings) -> bool:
    """Whether the operator has named another provider."""
    return bool(settings.oidc_issuer and settings.oidc_client and settings.oidc_return)


def begin_login(settings: Settings) -> Begun:
    """Where to send the browser, and what it keeps meanwhile."""
    return fetch_begun(_elsewhere(settings), secret=secret_key(settings, "openid"))


def finish_login(
    settings: Settings, *, sealed: str, state: str, code: str, instead_of: str = "", at: datetime | None = None
) -> str:
    """The signed text for the login cookie, of the account here that belongs to whoever logged in there.

    An account belongs to somebody by the provider's lasting id. At the first login it is found by its name: an
    administrator makes it with the verified e-mail address as its name; one that a provider of a service opened
    under somebody's address is never theirs. What the account may do is decided here, never there, and checked
    again in every use case. ``instead_of`` is the login that the browser has carried so far: that of another
    account ends.

    Raises
    ------
    NotAllowedError
        The provider's answer cannot be believed, or no open account belongs to them.
    """
    secret = secret_key(settings, "openid")
    identity = fetch_identity(_elsewhere(settings), sealed=sealed, state=state, code=code, secret=secret)
    with open_community(settings).writing() as transaction:
        account = _account_of(settings, transaction, identity, at=at or now())
        if account is not None and account.active:
            end_other_login(settings, transaction, instead_of, account=account)
    if account is None or not account.active:
        raise NotAllowedError(_("No open account here belongs to you; ask the administrator to make one."))
    return login_token(account, secret=secret_key(settings, "login"))


def _account_of(settings: Settings, transaction: Transaction, identity: Identity, *, at: datetime) -> Account | None:
    known = load_identity(transaction, issuer=identity.issuer, subject=identity.subject)
    if known:
        return load_account(transaction, account_id=known)
    account = load_account(transaction, name=identity.email) if identity.email else None
    if account is None or not account.active or is_self_opened(transaction, account.id):
        return None
    privileged(
        settings, transaction, OPERATOR, action="keep accounts", thing=account.id, detail=f"tie {identity}", at=at
    )
    save_identity(transaction, issuer=identity.issuer, subject=identity.subject, account_id=account.id, at=stamp(at))
    return account


def _elsewhere(settings: Settings) -> Elsewhere:
    if not can_log_in_elsewhere(settings):
        raise NotAllowedError(_("This installation has its own accounts only."))
    return Elsewhere(settings.oidc_issuer, settings.oidc_client, settings.oidc_secret, settings.oidc_return)
