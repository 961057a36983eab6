"""Local accounts: passwords, lock-out, and the signed text that a login cookie carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from itsdangerous import BadData, URLSafeTimedSerializer

from sempre_geo.community.access import ACCOUNT_ROLES, Person
from sempre_geo.community.moments import moment, stamp
from sempre_geo.errors import InputError
from sempre_geo.i18n import gettext as _

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
FAILURES_ALLOWED = 5
LOCKED = timedelta(minutes=15)
LOGIN_LASTS = timedelta(hours=12)
_NAME = re.compile(r"[\w.@+-]{2,64}")


@dataclass(frozen=True)
class Account:
    """A local account as the store keeps it.

    ``generation`` stands in every login that is given out and is compared at every act: when it grows, all
    logins of the account are over, on every device.
    """

    id: str
    name: str
    password_hash: str
    active: bool
    generation: int
    failures: int
    locked_until: str
    grants: frozenset[tuple[str, str]] = frozenset()

    @property
    def person(self) -> Person:
        """The account as one who asks."""
        return Person(self.id, self.grants)


def check_account(*, name: str | None = None, role: str | None = None, password: str | None = None) -> None:
    """Refuse a name, role or password that cannot be used; those that are not given are not looked at.

    Raises
    ------
    InputError
        All that is wrong, at once.
    """
    wrong = []
    if name is not None and not could_be_name(name):
        wrong.append(_("a name has 2 to 64 letters, digits or . @ + - _"))
    if role is not None and role not in ACCOUNT_ROLES:
        wrong.append(_("a role is one of {roles}").format(roles=", ".join(sorted(ACCOUNT_ROLES))))
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        wrong.append(_("a password has at least {n} characters").format(n=SHORTEST_PASSWORD))
    if wrong:
        raise InputError(_("An account cannot be like this: {what}.").format(what="; ".join(wrong)))


def could_be_name(name: str) -> bool:
    r"""Whether an account may have this name; no other is looked for in the store.

    >>> could_be_name("anna@example.org"), could_be_name("anna "), could_be_name("a\x00")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def password_hash(password: str) -> str:
    """What the store keeps of a password: argon2id with the library's current costs."""
    return _hasher().hash(password)


def fits(account: Account | None, password: str) -> bool:
    """Whether the password is the account's; an unknown account takes as long to refuse as a wrong password."""
    try:
        _hasher().verify(account.password_hash if account else _nobody(), password[:LONGEST_PASSWORD])
    except VerificationError:
        return False
    return account is not None


def is_locked(account: Account, *, at: datetime) -> bool:
    """Whether too many wrong passwords have closed the account for now."""
    return bool(account.locked_until) and moment(account.locked_until) > at


def after_failure(account: Account, *, at: datetime) -> tuple[int, str]:
    """The count of failures and the end of the lock-out after one more wrong password."""
    failures = account.failures + 1
    if failures < FAILURES_ALLOWED:
        return failures, account.locked_until
    return 0, stamp(at + LOCKED)


def login_token(account: Account, *, secret: bytes) -> str:
    """The text a login cookie carries: the account and its generation, signed, with the moment of signing."""
    return _signer(secret).dumps([account.id, account.generation])


def account_in(token: str, *, secret: bytes) -> tuple[str, int] | None:
    """The account id and generation that a valid token names; None for a forged, old or empty one.

    >>> account_in("", secret=b"k" * 32) is None
    True
    """
    try:
        account_id, generation = _signer(secret).loads(token, max_age=int(LOGIN_LASTS.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return str(account_id), int(generation)


def _signer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="sempre_geo login")


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
