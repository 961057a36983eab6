"""Logging in at one's organisation: only what its provider signed for this very login opens an account here."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from joserfc.jwk import RSAKey

from sempre_geo.community.access import OPERATOR
from sempre_geo.errors import InputError, NotAllowedError, StoreError
from sempre_geo.pipeline.community.accounts import add_account, close_account, log_out, who_is
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.elsewhere import begin_login, can_log_in_elsewhere, finish_login
from sempre_geo.pipeline.community.providers import ask_to_provide, decide_provider, open_provider_account
from tests.pipeline.openid_provider import provider_at_work


@pytest.fixture
def provider():
    with provider_at_work() as at_work:
        yield at_work


@pytest.fixture
def here(settings, provider):
    """Settings that name the provider, and an account with the verified address as its name."""
    set_up = replace(
        settings, oidc_issuer=provider.issuer, oidc_client="sempre", oidc_secret="s3cret",  # noqa: S106 - the stand-in's
        oidc_return="https://here.example/login/return",
    )  # fmt: skip
    add_account(set_up, "anna@example.org", role="coordinator", password="never used here")  # noqa: S106 - a test's
    yield set_up
    close_community(set_up)


def _login(here, provider):
    begun = begin_login(here)
    return finish_login(here, sealed=begun.sealed, **provider.log_in(begun.address))


def test_whoever_the_organisation_knows_is_the_account_of_that_name_and_stays_it(here, provider):
    person = who_is(here, _login(here, provider))
    assert person.has("coordinator")
    provider.person = {"sub": "s-1", "email": "new@example.org", "email_verified": True}
    assert who_is(here, _login(here, provider)) == person, "known by the lasting id, whatever the address is now"


def test_the_account_is_checked_again_each_time(here, provider):
    ended, elsewhere = _login(here, provider), _login(here, provider)
    log_out(here, ended)
    assert not who_is(here, elsewhere).has("coordinator")
    token = _login(here, provider)
    close_account(here, "anna@example.org")
    assert not who_is(here, token).has("coordinator")
    with pytest.raises(NotAllowedError, match="No open account"):
        _login(here, provider)


def test_who_is_not_known_or_not_verified_opens_nothing(here, provider):
    for person in (
        {"sub": "s-2", "email": "anna@example.org", "email_verified": False},
        {"sub": "s-2", "email": "anna@example.org", "email_verified": "true"},
        {"sub": "s-2", "email": "somebody@example.org", "email_verified": True},
        {"sub": "s-2"},
    ):
        provider.person = person
        with pytest.raises(NotAllowedError, match="No open account"):
            _login(here, provider)


def test_a_provider_who_takes_somebodys_address_as_a_name_does_not_get_their_login(here, provider):
    asked = ask_to_provide(here, "small", service_id="osm:n1", name="A", contact="B", source="C")
    decide_provider(here, asked.id, verified=True, by=OPERATOR)
    open_provider_account(here, asked.claim_code, name="boss@example.org", password="long enough")  # noqa: S106 - a test's
    provider.person = {"sub": "s-3", "email": "boss@example.org", "email_verified": True}
    with pytest.raises(NotAllowedError, match="No open account"):
        _login(here, provider)


def test_a_token_for_something_else_is_not_believed(here, provider):
    for changes in (
        {"nonce": "of another login"},
        {"aud": "another client"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
    ):
        provider.changes = changes
        with pytest.raises(NotAllowedError, match="did not come to its end"):
            _login(here, provider)


def test_a_token_signed_by_somebody_else_is_not_believed(here, provider):
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    with pytest.raises(NotAllowedError, match="did not come to its end"):
        _login(here, provider)


def test_what_another_browser_began_does_not_log_this_one_in(here, provider):
    mine, theirs = begin_login(here), begin_login(here)
    brought = provider.log_in(theirs.address)
    with pytest.raises(NotAllowedError, match="begin it again"):
        finish_login(here, sealed=mine.sealed, state="ā", code="ā")
    for sealed in (mine.sealed, "", "forged"):
        with pytest.raises(NotAllowedError, match="begin it again"):
            finish_login(here, sealed=sealed, **brought)
    with pytest.raises(NotAllowedError, match="begin it again"):
        finish_login(here, sealed=mine.sealed, state=provider.log_in(mine.address)["state"], code=brought["code"])
    again = provider.log_in(mine.address)
    assert finish_login(here, sealed=mine.sealed, **again)
    with pytest.raises(NotAllowedError, match="begin it again"):
        finish_login(here, sealed=mine.sealed, **again)


def test_it_is_off_by_default_and_refuses_a_way_that_can_be_read(settings, here):
    assert (can_log_in_elsewhere(settings), can_log_in_elsewhere(here)) == (False, True)
    with pytest.raises(NotAllowedError, match="own accounts only"):
        begin_login(settings)
    with pytest.raises(InputError, match="https://"):
        begin_login(replace(here, oidc_issuer="http://login.example"))


def test_a_provider_that_is_silent_or_another_one_is_told_in_a_sentence(here, provider):
    with pytest.raises(StoreError, match="does not answer"):
        begin_login(replace(here, oidc_issuer="http://127.0.0.1:9"))
    with pytest.raises(StoreError, match="another one"):
        begin_login(replace(here, oidc_issuer=provider.issuer.replace("127.0.0.1", "localhost")))
