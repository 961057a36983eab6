"""Accounts: logging in, being locked out, being looked at again at each use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from sempre_geo.community.access import OPERATOR
from sempre_geo.errors import InputError, NotAllowedError
from sempre_geo.pipeline.community.accounts import (
    account_name,
    add_account,
    check_log,
    close_account,
    end_logins,
    login,
    who_is,
)
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.review import review_queue

PASSWORD = "seven linen otters"  # noqa: S105 - the tests' own
AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """Argon2 with the least cost: the tests try many passwords."""
    from argon2 import PasswordHasher

    monkeypatch.setattr("sempre_geo.community.accounts._hasher", lambda: PasswordHasher(1, 8, 1))


@pytest.fixture
def token(settings):
    add_account(settings, "marta", role="coordinator", password=PASSWORD, scope="region:demo")
    yield login(settings, "marta", password=PASSWORD)
    close_community(settings)


def test_a_login_is_a_person_with_the_grants_of_the_account(settings, token):
    assert who_is(settings, token).grants == {("coordinator", "region:demo")}
    assert account_name(settings, token) == "marta"
    assert review_queue(settings, "demo", by=token).empty


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t[:0], lambda t: t.split(".")[0]])
def test_a_forged_login_is_a_visitor(settings, token, change):
    assert who_is(settings, change(token)).grants == frozenset()
    assert account_name(settings, change(token)) == ""


def test_another_installation_does_not_know_the_login(settings, token):
    from dataclasses import replace

    elsewhere = replace(settings, secret="another secret of enough length")  # noqa: S106 - the tests' own
    assert who_is(elsewhere, token).actor == "visitor"


def test_a_closed_account_and_ended_logins_count_at_the_very_next_use(settings, token):
    end_logins(settings, "marta")
    assert who_is(settings, token).actor == "visitor"
    second = login(settings, "marta", password=PASSWORD)
    close_account(settings, "marta")
    assert who_is(settings, second).actor == "visitor"
    with pytest.raises(NotAllowedError):
        review_queue(settings, "demo", by=second)
    with pytest.raises(NotAllowedError, match="do not fit"):
        login(settings, "marta", password=PASSWORD)


@pytest.mark.usefixtures("token")
def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(settings):
    for _try in range(5):
        with pytest.raises(NotAllowedError, match="do not fit"):
            login(settings, "marta", password="wrong", at=AT)  # noqa: S106 - meant to be
    with pytest.raises(NotAllowedError, match="do not fit"):
        login(settings, "marta", password=PASSWORD, at=AT + timedelta(minutes=14))
    assert login(settings, "marta", password=PASSWORD, at=AT + timedelta(minutes=16))


@pytest.mark.usefixtures("token")
def test_an_unknown_name_is_refused_in_the_same_words(settings):
    with pytest.raises(NotAllowedError) as known:
        login(settings, "marta", password="wrong")  # noqa: S106 - meant to be
    with pytest.raises(NotAllowedError) as unknown:
        login(settings, "nobody", password="wrong")  # noqa: S106 - meant to be
    assert str(known.value) == str(unknown.value)


@pytest.mark.usefixtures("token")
def test_what_is_wrong_with_an_account_is_said_at_once(settings):
    with pytest.raises(InputError, match=r"a name has 2 to 64.*a role is one of.*at least 10"):
        add_account(settings, "a b", role="king", password="short")  # noqa: S106 - meant to be
    with pytest.raises(InputError, match="already"):
        add_account(settings, "marta", role="auditor", password=PASSWORD)


def test_only_an_administrator_makes_accounts(settings, token):
    with pytest.raises(NotAllowedError):
        add_account(settings, "peteris", role="administrator", password=PASSWORD, by=token)
    with pytest.raises(NotAllowedError):
        add_account(settings, "peteris", role="administrator", password=PASSWORD, by="")


@pytest.mark.usefixtures("token")
def test_no_password_stands_in_the_store(settings):
    close_community(settings)
    assert PASSWORD.encode() not in (settings.data / "store.sqlite").read_bytes()


def test_an_altered_row_of_the_log_shows(settings, token):
    end_logins(settings, "marta")
    assert check_log(settings, by=OPERATOR) is None
    with open_community(settings).writing() as transaction:
        transaction.execute(text("UPDATE audit SET actor = 'somebody else' WHERE seq = 2"))
    assert check_log(settings, by=OPERATOR) == 2
    with pytest.raises(NotAllowedError):
        check_log(settings, by=token)
