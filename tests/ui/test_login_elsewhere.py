"""The login page sends people to their organisation and back, and keeps nothing that scripts could read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from sempre_geo.pipeline.community.accounts import account_name, add_account
from sempre_geo.settings import Settings
from sempre_geo.ui.installation import installation
from sempre_geo.ui.login import COOKIE, login_routes
from tests.pipeline.openid_provider import Provider, provider_at_work
from tests.ui.asgi_client import Client

RETURN = "https://here.example/login/return"


@pytest.fixture
def provider(served: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider_at_work() as at_work:
        monkeypatch.setenv("SEMPRE_OIDC_ISSUER", at_work.issuer)
        monkeypatch.setenv("SEMPRE_OIDC_CLIENT", "sempre")
        monkeypatch.setenv("SEMPRE_OIDC_RETURN", RETURN)
        installation.cache_clear()
        add_account(served, "anna@example.org", role="coordinator", password="never used here")  # noqa: S106 - a test's
        yield at_work


def test_there_and_back(served: Settings, provider: Provider) -> None:
    client = Client(Starlette(routes=login_routes()))
    assert 'href="/login/elsewhere"' in client.get("/login").text
    begun = client.get("/login/elsewhere")
    assert begun.status_code == 303
    kept = begun.headers["set-cookie"]
    assert "HttpOnly" in kept
    brought = provider.log_in(begun.headers["location"])
    back = f"/login/return?state={brought['state']}&code={brought['code']}"
    assert client.get(back).status_code == 403, "another browser"
    brought = provider.log_in(begun.headers["location"])
    back = f"/login/return?state={brought['state']}&code={brought['code']}"
    answer = client.get(back, headers={"cookie": kept.partition(";")[0]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    given = {name: value for name, _is, value in (cookie.partition("=") for cookie in answer.cookies)}
    assert given["sempre_login_begun"].startswith('""; '), "what was begun is over"
    token = given[COOKIE].partition(";")[0]
    assert account_name(served, token) == "anna@example.org"


def test_without_the_setting_there_is_no_such_way(served: Settings) -> None:
    assert served
    client = Client(Starlette(routes=login_routes()))
    assert "elsewhere" not in client.get("/login").text
    assert client.get("/login/elsewhere").status_code == 503
