"""Each role on each page that differs by role: which exact figures, tables and buttons it sees, and which not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

import sempre_geo.ui
from sempre_geo.community.access import ACCOUNT_ROLES, OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.pipeline.community.accounts import add_account, login
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.review import publish
from sempre_geo.pipeline.community.voices import add_voice
from sempre_geo.settings import Settings
from sempre_geo.ui.installation import installation
from tests.ui.small_region import NAME, small_environment, small_settings

SCREENS = Path(sempre_geo.ui.__file__).parent / "screens"
PASSWORD = "long enough"  # noqa: S105 - of accounts that live as long as a test
BEFORE_MONDAY = datetime.now(UTC) - timedelta(days=8)
ROLES = ("visitor", *sorted(ACCOUNT_ROLES))
LISTENERS = {"coordinator", "policymaker", "network_member"}
Seen = Callable[[AppTest], bool]


@pytest.fixture(scope="module")
def tokens(small_layers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The login of each role, where twelve have spoken in one village, four in another, and one entry waits."""
    folder = tmp_path_factory.mktemp("roles")
    (folder / "layers").symlink_to(small_layers / "layers")
    shutil.copytree(small_layers / "data", folder / "data")
    settings = small_settings(folder)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in small_environment(folder).items():
            patched.setenv(name, value)
        installation.cache_clear()
        _said(settings, "It closes early.", 12, place="s0")
        _said(settings, "Too far to walk.", 4, place="s2")
        tell(settings, NAME, draft=Draft("need", "library", "Nobody has read this yet.", Place(settlement_id="s1")))
        yield {"visitor": "", **{role: _logged_in(settings, role) for role in ACCOUNT_ROLES}}
        close_community(settings)
    installation.cache_clear()


def _said(settings: Settings, text: str, people: int, *, place: str) -> None:
    draft = Draft("need", "library", text, Place(settlement_id=place))
    one = tell(settings, NAME, draft=draft, at=BEFORE_MONDAY)
    publish(settings, one.id, by=OPERATOR)
    for number in range(people - 1):
        add_voice(settings, one.id, voter=f"{number} of {text}", at=BEFORE_MONDAY)


def _logged_in(settings: Settings, role: str) -> str:
    add_account(settings, role, role=role, password=PASSWORD)
    return login(settings, role, password=PASSWORD)


def _text(part: str) -> Seen:
    def seen(script: AppTest) -> bool:
        shown = [*script.get("html"), *script.markdown, *script.caption]
        return any(part in str(element.value) for element in shown)

    return seen


def _widget(key: str) -> Seen:
    return lambda script: key in script.session_state


def _fold(title: str) -> Seen:
    return lambda script: any(fold.label.startswith(title) for fold in script.expander)


def _column(name: str, *numbers: int) -> Seen:
    """A table one of whose columns has just these numbers."""

    def seen(script: AppTest) -> bool:
        tables = [frame.value for frame in script.dataframe if name in frame.value]
        return any(sorted(table[name].tolist(), reverse=True) == list(numbers) for table in tables)

    return seen


REFUSED = _text('class="empty"')
PAGES: Mapping[str, Mapping[str, tuple[Seen, set[str]]]] = {
    "gaps": {
        "classes by municipality": (_widget("felt_place"), {"coordinator", "policymaker"}),
        "exact voices": (_column("Voices", 12, 4), {"coordinator"}),
        "voices in steps of five": (_column("Voices", 10, 0), {"policymaker"}),
        "who sees more": (
            _text("Coordinators and policymakers see here"), set(ROLES) - {"coordinator", "policymaker"},
        ),
        "public areas": (_text("of the people live where too few have spoken"), set(ROLES)),
    },
    "review": {
        "refused": (REFUSED, set(ROLES) - {"coordinator"}),
        "what nobody has read": (_text("Nobody has read this yet."), {"coordinator"}),
    },
    "listen": {
        "refused": (REFUSED, set(ROLES) - LISTENERS),
        "by group and time": (_widget("listen_group"), {"coordinator"}),
        "what is new": (_widget("listen_seen"), {"coordinator"}),
        "exact people": (_column("People", 12, 4), {"coordinator"}),
        "people in steps of five": (_column("People", 10), LISTENERS - {"coordinator"}),
        "that numbers are rounded": (_text("in steps of five"), LISTENERS - {"coordinator"}),
    },
    "outreach": {"refused": (REFUSED, set(ROLES) - {"coordinator", "network_member"})},
    "workshop": {"refused": (REFUSED, set(ROLES) - {"coordinator", "network_member"})},
    "networks": {"make a network": (_widget("network_make"), {"coordinator", "administrator"})},
    "proposals": {"take in a file": (_fold("Take in a proposal"), {"coordinator"})},
}  # fmt: skip
OPEN: Mapping[str, Mapping[str, object]] = {
    "gaps": {"service": "library", "by": "bike", "held_library_bike": "own", "limit_bike": 20, "felt_table": True},
    "listen": {"listen_service": "library", "listen_table": True},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_part_of_each_page(tokens: Mapping[str, str], role: str, page: str) -> None:
    script = AppTest.from_file(str(SCREENS / f"{page}.py"), default_timeout=60)
    for key, value in OPEN.get(page, {}).items():
        script.session_state[key] = value
    with (
        patch("sempre_geo.ui.session.login_token", return_value=tokens[role]),
        patch("sempre_geo.ui.map_frame.st_folium"),
    ):
        script.run()
    assert not script.exception
    seen = {part for part, (is_seen, _roles) in PAGES[page].items() if is_seen(script)}
    assert seen == {part for part, (_is_seen, roles) in PAGES[page].items() if role in roles}
