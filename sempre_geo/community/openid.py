"""Logging in where people have their account already: OpenID Connect, the code flow with PKCE.

What comes back is believed only after the provider's signature, its issuer, our client id, the time and the
nonce of this very login have been checked. No token of the provider is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer

from sempre_geo.errors import InputError, NotAllowedError, StoreError
from sempre_geo.i18n import gettext as _

BEGUN_LASTS_S = 600
_TIMEOUT_S = 10
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Elsewhere:
    """The provider and who we are to it. ``returns_to`` is our address that it sends people back to."""

    issuer: str
    client_id: str
    client_secret: str
    returns_to: str


@dataclass(frozen=True)
class Identity:
    """Who the provider says somebody is. ``email`` is empty unless the provider has verified it."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True)
class Begun:
    """A login that was begun: where to send the browser, and what it keeps until it is back."""

    address: str
    sealed: str


def check_elsewhere(elsewhere: Elsewhere) -> None:
    """Refuse settings with which a password or a login could be read on the way.

    >>> check_elsewhere(Elsewhere("http://login.example", "us", "", "https://here.example/login/return"))
    Traceback (most recent call last):
    sempre_geo.errors.InputError: SEMPRE_OIDC_ISSUER and SEMPRE_OIDC_RETURN must begin with https://.
    """
    for address in (elsewhere.issuer, elsewhere.returns_to):
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise InputError(_("SEMPRE_OIDC_ISSUER and SEMPRE_OIDC_RETURN must begin with https://."))


def fetch_begun(elsewhere: Elsewhere, *, secret: bytes) -> Begun:
    """Begin a login: ask the provider where its pages are, and send the browser there.

    Raises
    ------
    InputError
        The settings are unsafe.
    StoreError
        The provider does not answer, or is another one than the settings name.
    """
    from authlib.integrations.requests_client import OAuth2Session

    check_elsewhere(elsewhere)
    kept = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
    with OAuth2Session(
        elsewhere.client_id, redirect_uri=elsewhere.returns_to, scope="openid email", code_challenge_method="S256"
    ) as session:
        address, _state = session.create_authorization_url(
            _fetch_about(elsewhere)["authorization_endpoint"],
            state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"],
        )  # fmt: skip
    return Begun(str(address), _sealer(secret).dumps(kept))


def fetch_identity(elsewhere: Elsewhere, *, sealed: str, state: str, code: str, secret: bytes) -> Identity:
    """Finish a login with what the browser brought back.

    Raises
    ------
    NotAllowedError
        It was not this browser that began it, it took too long, or the provider's answer cannot be believed.
    StoreError
        The provider does not answer.
    """
    try:
        kept = _sealer(secret).loads(sealed, max_age=BEGUN_LASTS_S)
    except BadData:
        raise _not_believed() from None
    if not (state and code and secrets.compare_digest(state.encode("utf-8", "replace"), kept["state"].encode())):
        raise _not_believed()
    about = _fetch_about(elsewhere)
    answered = _fetch_tokens(elsewhere, about, code=code, verifier=kept["verifier"])
    claims = _claims(str(answered.get("id_token", "")), elsewhere, about=about, nonce=kept["nonce"])
    email = str(claims.get("email", "")) if claims.get("email_verified") is True else ""
    return Identity(elsewhere.issuer, str(claims["sub"]), email)


def _fetch_about(elsewhere: Elsewhere) -> dict[str, Any]:
    about = _fetch_json(f"{elsewhere.issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}
    if not needed <= about.keys() or about["issuer"] != elsewhere.issuer:
        raise _silent(_("it says it is another one"))
    return about


def _fetch_tokens(elsewhere: Elsewhere, about: Mapping[str, Any], *, code: str, verifier: str) -> dict[str, Any]:
    from authlib.common.errors import AuthlibBaseError
    from authlib.integrations.requests_client import OAuth2Session
    from requests import RequestException

    with OAuth2Session(
        elsewhere.client_id, elsewhere.client_secret or None, redirect_uri=elsewhere.returns_to,
        token_endpoint_auth_method="client_secret_basic" if elsewhere.client_secret else "none",
    ) as session:  # fmt: skip
        try:
            return dict(
                session.fetch_token(about["token_endpoint"], code=code, code_verifier=verifier, timeout=_TIMEOUT_S)
            )
        except AuthlibBaseError:
            raise _not_believed() from None
        except RequestException as error:
            raise _silent(type(error).__name__) from None


def _claims(id_token: str, elsewhere: Elsewhere, *, about: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    asked = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": elsewhere.issuer},
        aud={"essential": True, "value": elsewhere.client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        keys = KeySet.import_key_set(_fetch_json(about["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims
        asked.validate(claims)
    except (JoseError, ValueError, KeyError):
        raise _not_believed() from None
    return dict(claims)


def _fetch_json(address: str) -> dict[str, Any]:
    import requests

    try:
        answer = requests.get(address, timeout=_TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError, TypeError) as error:
        raise _silent(type(error).__name__) from None


def _sealer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="sempre_geo openid")


def _silent(why: str) -> StoreError:
    return StoreError(_("The login of your organisation does not answer ({why}); try again later.").format(why=why))


def _not_believed() -> NotAllowedError:
    return NotAllowedError(_("This login did not come to its end; begin it again from the login page."))
