"""The app's plain routes and what wraps every answer."""

from __future__ import annotations

import logging
import socket

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sempre_geo.errors import InputError, MissingFileError
from sempre_geo.pipeline.community.accounts import add_account, who_is
from sempre_geo.publish.palette import read_themes
from sempre_geo.settings import Settings, read_settings
from sempre_geo.ui.installation import installation, read_installation
from sempre_geo.ui.login import COOKIE
from sempre_geo.ui.middleware import AccessLog, SecurityHeaders
from sempre_geo.ui.pictures import surface_address
from sempre_geo.ui.routes import routes
from sempre_geo.ui.serve import environment, serve, streamlit_options
from tests.ui.asgi_client import Client
from tests.ui.small_region import NAME

PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
HERE = {"origin": "http://testserver"}


@pytest.fixture
def client(served: Settings) -> Client:
    assert served
    app = Starlette(routes=routes(), middleware=[Middleware(AccessLog), Middleware(SecurityHeaders)])
    return Client(app)


def test_leaflet_and_jquery_come_from_here(client: Client) -> None:
    for path in ("/assets/leaflet/leaflet.js", "/assets/leaflet/leaflet.css", "/assets/jquery/jquery.min.js"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("theme", ["light", "dark", "light-names", "dark-names"])
def test_tiles_are_pictures_in_both_themes_and_for_fine_screens(client: Client, theme: str) -> None:
    for row in ("305", "305@2x"):
        answer = client.get(f"/tiles/{NAME}/{theme}/10/568/{row}.png")
        assert answer.status_code == 200
        assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    [
        f"/tiles/{NAME}/pink/10/568/305.png", f"/tiles/{NAME}/light/10/568/x.png", "/tiles/other/light/10/568/305.png",
        f"/tiles/{NAME}/light/3/0/0.png", f"/grid/{NAME}/light/1/nothing/car/time.png",
        f"/grid/{NAME}/light/1/gp/rocket/time.png", f"/grid/{NAME}/light/1/gp/car/beyond-x.png",
        "/assets/pins/light/dragon.svg", "/assets/leaflet/../../settings.py",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_shaded_grid_is_served_for_times_and_limits(client: Client) -> None:
    for measure in ("time", "beyond-own-20"):
        answer = client.get(surface_address("light", category="gp", mode="car", measure=measure))
        assert answer.content.startswith(b"\x89PNG")


def test_health_names_the_region(client: Client) -> None:
    assert client.get("/health").json()["region"] == NAME


@pytest.mark.parametrize(
    ("came", "sent"),
    [
        ({"host": "192.0.2.2:8703"}, None), ({"host": "localhost.example.org"}, None), ({"host": "[::"}, None),
        ({"host": "127.0.0.1:8702"}, "same-origin"), ({"host": "localhost"}, "same-origin"),
        ({"host": "[::1]:8702"}, "same-origin"), ({"x-forwarded-proto": "https"}, "same-origin"),
    ],
)  # fmt: skip
def test_the_window_policy_is_sent_only_where_browsers_obey_it(client: Client, came: dict, sent: str | None) -> None:
    assert client.get("/health", headers=came).headers.get("cross-origin-opener-policy") == sent


def test_every_answer_forbids_other_hosts_and_inline_scripts(client: Client) -> None:
    policy = client.get("/health").headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in policy
    assert "frame-ancestors 'self'" in policy
    assert client.get("/nowhere").headers["x-content-type-options"] == "nosniff"


def test_the_log_keeps_no_query_no_tile_and_no_address(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sempre_geo.access"):
        client.get("/login?place=s1&secret=1")
        client.get(f"/tiles/{NAME}/light/16/36352/19520.png")
    assert caplog.messages == ["GET '/login' 200"]


@pytest.mark.parametrize(
    ("role", "page"),
    [("policymaker", "gaps"), ("network_member", "listen"), ("provider", "my_service"), ("auditor", "")],
)
def test_a_login_leads_to_a_page_that_the_role_may_use(client: Client, served: Settings, role: str, page: str) -> None:
    add_account(served, "somebody", role=role, password=PASSWORD)
    answer = client.post("/login", data={"name": "somebody", "password": PASSWORD}, headers=HERE)
    assert answer.headers["location"] == f"/{page}"


def test_a_person_is_asked_for_a_name_and_not_for_the_title_of_a_thing(client: Client) -> None:
    page = client.get("/login", headers={"accept-language": "lv"}).text
    assert (">Jūsu vārds<" in page, ">Nosaukums<" in page) == (True, False)


def test_a_login_sets_a_cookie_scripts_cannot_read_and_a_logout_takes_it_back(client: Client, served: Settings) -> None:
    add_account(served, "anna", role="coordinator", password=PASSWORD)
    wrong = client.post("/login", data={"name": "anna", "password": "wrong one"}, headers=HERE)
    assert wrong.status_code == 403
    assert "set-cookie" not in wrong.headers
    right = client.post("/login", data={"name": "anna", "password": PASSWORD}, headers=HERE)
    assert right.status_code == 303
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert who_is(served, cookie.split(";")[0].removeprefix(f"{COOKIE}=")).has("coordinator")
    assert right.cookies[0].startswith('sempre_hall=""'), "a device that went round in a workshop is one's own again"
    assert right.headers["location"] == "/review"
    token = cookie.split(";")[0].removeprefix(f"{COOKIE}=")
    for way in ("sec-fetch-site", "origin"):
        foreign = {"cookie": f"{COOKIE}={token}", way: {"origin": "https://evil.example"}.get(way, "same-site")}
        assert client.post("/logout", headers=foreign).status_code == 403
    assert who_is(served, token).has("coordinator")
    assert "on every other device" in client.get("/logout").text
    out = client.post("/logout", headers={"sec-fetch-site": "none", "origin": "null", "cookie": f"{COOKIE}={token}"})
    assert 'sempre_login=""' in out.headers["set-cookie"]
    assert not who_is(served, token).has("coordinator"), "a page that was left open is logged out, too"


def test_cookies_go_over_https_alone_where_the_browser_came_by_https(client: Client, served: Settings) -> None:
    add_account(served, "anna", role="coordinator", password=PASSWORD)
    form, behind_proxy = {"name": "anna", "password": PASSWORD}, {**HERE, "x-forwarded-proto": "https"}
    for headers, secure in ((HERE, False), (behind_proxy, True)):
        for answer in (client.post("/login", data=form, headers=headers), client.get("/way/plan", headers=headers)):
            assert ("Secure" in answer.cookies[-1]) is secure


def test_a_refusal_takes_as_long_for_a_name_that_exists(
    client: Client, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(served, "anna", role="coordinator", password=PASSWORD)
    slept: list[float] = []
    monkeypatch.setattr("sempre_geo.ui.login._REFUSED_AFTER_S", 100.0)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("sempre_geo.ui.login.asyncio.sleep", sleep)
    for name in ("anna", "nobody", "a\0"):
        assert client.post("/login", data={"name": name, "password": "wrong"}, headers=HERE).status_code == 403
    assert [90 < seconds < 100 for seconds in slept] == [True] * 3


def test_a_form_from_another_site_is_refused(client: Client) -> None:
    answer = client.post("/login", data={"name": "a", "password": "b"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_hostile_names_in_the_login_form_come_back_inert(client: Client) -> None:
    answer = client.post("/login", data={"name": '"><script>1</script>', "password": "x"}, headers=HERE)
    assert "<script>1" not in answer.text


def test_plain_pages_speak_the_language_that_was_chosen_else_the_browsers(client: Client) -> None:
    browser = {"accept-language": "xx, lv-LV;q=0.9, en;q=0.8"}
    for answer, language in (
        (client.get("/login", headers=browser), "lv"),
        (client.get("/login?lang=de", headers=browser), "de"),
        (client.post("/paper/receipt", data={"code": "a-b-c", "said_in": "de"}, headers=HERE), "de"),
        (client.post("/paper/receipt", data={"code": "a-b-c"}, headers={**HERE, **browser}), "lv"),
        (client.get("/login?lang=xx"), "en"),
    ):
        assert f'<html lang="{language}"' in answer.text
        assert ("Password" in answer.text or "Your code" in answer.text) is (language == "en")


def test_a_too_long_form_is_refused_before_it_is_read(client: Client) -> None:
    assert client.post("/login", data={"name": "a" * 10_000}, headers=HERE).status_code == 413
    for said in ("", "-1", "many", "\u0663"):
        headers = {**HERE, "content-length": said}
        assert client.post("/login", data={"name": "a"}, headers=headers).status_code == 413


def test_the_options_of_serve_are_those_of_the_config_file() -> None:
    import tomllib
    from pathlib import Path

    config = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text())
    flat: dict[str, object] = {}
    for section, values in config.items():
        for name, value in values.items():
            nested = value if isinstance(value, dict) else None
            flat |= {f"{section}.{name}.{key}": one for key, one in (nested or {}).items()}
            flat |= {} if nested else {f"{section}.{name}": value}
    assert streamlit_options(read_themes(read_settings({}))) == flat


def test_serving_a_region_that_is_not_built_is_refused_in_a_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment(settings, "nowhere"):
        monkeypatch.setenv(name, "")
    with pytest.raises(MissingFileError, match="not built"):
        serve(settings, "nowhere")
    installation.cache_clear()


def test_a_port_that_another_program_has_is_named_before_anything_is_said_to_be_open(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in environment(settings, "village"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("sempre_geo.ui.serve.check_built", lambda _here: None)
    with socket.create_server(("localhost", 0)) as taken, pytest.raises(InputError, match=r"--port"):
        serve(settings, "village", port=taken.getsockname()[1])
    assert "http" not in capsys.readouterr().out
    installation.cache_clear()


def test_without_any_region_the_app_says_how_to_get_one(settings: Settings) -> None:
    here = read_installation({"SEMPRE_LAYERS": str(settings.layers), "SEMPRE_DATA": str(settings.data)})
    with pytest.raises(MissingFileError, match="sempre-geo demo"):
        _ = here.region


@pytest.mark.parametrize(
    "path", ["/health", "/login", "/assets/leaflet/leaflet.js", "/nowhere", f"/tiles/{NAME}/x/1/1/1.png"]
)
def test_every_answer_says_how_it_may_be_framed_read_and_followed(client: Client, path: str) -> None:
    headers = client.get(path, headers={"host": "localhost"}).headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert all(rule in policy for rule in ("object-src 'none'", "base-uri 'self'", "form-action 'self'"))


def test_what_people_send_is_limited(served: Settings) -> None:
    options = streamlit_options(read_themes(served))
    assert options["server.maxUploadSize"] <= 20
    assert options["server.maxMessageSize"] <= 20
