"""Accounts: logging in, being locked out, being looked at again at each use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from sempre_geo.community.access import OPERATOR
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError
from sempre_geo.pipeline.community.accounts import (
    account_name,
    add_account,
    change_password,
    change_role,
    check_log,
    close_account,
    end_logins,
    log_out,
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


@pytest.mark.parametrize(
    "ends",
    [
        log_out,
        lambda settings, _token: end_logins(settings, "marta"),
        lambda settings, _token: change_password(settings, "marta", password="nine woolen otters"),  # noqa: S106
        lambda settings, _token: change_role(settings, "marta", role="coordinator", scope="region:demo"),
        lambda settings, _token: close_account(settings, "marta"),
    ],
    ids=["log out", "end logins", "password", "role", "close"],
)
def test_every_login_of_an_account_ends_at_its_next_use(settings, token, ends):
    on_another_device = login(settings, "marta", password=PASSWORD)
    ends(settings, token)
    for ended in (token, on_another_device):
        assert who_is(settings, ended).actor == "visitor"
        assert account_name(settings, ended) == ""
        with pytest.raises(NotAllowedError):
            review_queue(settings, "demo", by=ended)


def test_a_void_login_ends_nobody_elses(settings, token):
    for void in ("", "x", token[:-1]):
        log_out(settings, void)
    assert who_is(settings, token).actor != "visitor"


@pytest.mark.usefixtures("token")
def test_a_changed_account_is_what_it_was_changed_to_and_a_closed_one_stays_closed(settings):
    change_password(settings, "marta", password="nine woolen otters")  # noqa: S106 - the tests' own
    change_role(settings, "marta", role="auditor")
    with pytest.raises(NotAllowedError, match="do not fit"):
        login(settings, "marta", password=PASSWORD)
    now = login(settings, "marta", password="nine woolen otters")  # noqa: S106 - the tests' own
    assert who_is(settings, now).grants == {("auditor", "*")}
    with pytest.raises(NotAllowedError):
        change_role(settings, "marta", role="administrator", by=now)
    with pytest.raises(InputError, match="at least 10"):
        change_password(settings, "marta", password="short")  # noqa: S106 - meant to be
    with pytest.raises(InputError, match="a role is one of"):
        change_role(settings, "marta", role="king")
    for name in ("nobody", ""):
        with pytest.raises(MissingDataError):
            close_account(settings, name)
    close_account(settings, "marta")
    with pytest.raises(NotAllowedError, match="do not fit"):
        login(settings, "marta", password="nine woolen otters")  # noqa: S106 - the tests' own


def test_logging_in_as_somebody_else_ends_what_the_browser_was_logged_in_with(settings, token):
    add_account(settings, "ilze", role="auditor", password=PASSWORD)
    again = login(settings, "marta", password=PASSWORD, instead_of=token)
    assert who_is(settings, token) == who_is(settings, again)
    with pytest.raises(NotAllowedError):
        login(settings, "ilze", password="wrong", instead_of=token)  # noqa: S106 - meant to be
    assert who_is(settings, token).actor != "visitor", "a login that failed ends nothing"
    ilze = login(settings, "ilze", password=PASSWORD, instead_of=token)
    assert [who_is(settings, one).actor == "visitor" for one in (token, again, ilze)] == [True, True, False]


@pytest.mark.usefixtures("token")
def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(settings):
    for _try in range(5):
        with pytest.raises(NotAllowedError, match="do not fit"):
            login(settings, "marta", password="wrong", at=AT)  # noqa: S106 - meant to be
    with pytest.raises(NotAllowedError, match="do not fit"):
        login(settings, "marta", password=PASSWORD, at=AT + timedelta(minutes=14))
    assert login(settings, "marta", password=PASSWORD, at=AT + timedelta(minutes=16))


@pytest.mark.usefixtures("token")
def test_no_spelling_of_a_name_gets_round_the_lock(settings):
    for spelled in ("marta", " marta", "marta\n", "\u2003marta ", "marta\t"):
        with pytest.raises(NotAllowedError, match="do not fit"):
            login(settings, spelled, password="wrong", at=AT)  # noqa: S106 - meant to be
    for spelled in ("marta", " marta", "Marta", "MARTA", "m\u00e1rta", "mart\u0430", "marta\0", "\uff4darta", "%", ""):
        with pytest.raises(NotAllowedError, match="do not fit"):
            login(settings, spelled, password=PASSWORD, at=AT)


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
