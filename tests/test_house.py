"""The house rules of the code: which room may import which, and which libraries live where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "sempre_geo"
FLOORS = (
    "errors settings i18n progress",
    "region",
    "travel",
    "gaps",
    "community",
    "publish",
    "pipeline",
    "cli ui light",
    "site",
)
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms.split()}
ONLY_IN = {
    "streamlit": ("ui/",),
    "streamlit_folium": ("ui/",),
    "folium": ("publish/maps", "ui/"),
    "osmnx": ("region/osm", "region/fetch"),
    "osmium": ("region/osm",),
    "sqlalchemy": ("community/store/",),
    "alembic": ("community/store/",),
}


def _modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "__init__.py" or path.parent != PACKAGE]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "sempre_geo")


def _room(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way_and_libraries_stay_in_their_rooms(path: Path) -> None:
    inside = path.relative_to(PACKAGE).as_posix()
    room = inside.split("/")[0].removesuffix(".py")
    for name in _imports(path):
        top = name.split(".")[0]
        if top == "sempre_geo" and _room(name) in FLOOR:
            there = _room(name)
            allowed = there == room or FLOOR[there] < FLOOR[room] or (FLOOR[there] == FLOOR[room] == 0)
            assert allowed, f"{inside} must not import {name}"
        elif top in ONLY_IN:
            assert inside.startswith(ONLY_IN[top]), f"{inside} must not import {top}"


def test_no_sentence_is_filled_with_a_day_as_machines_write_it() -> None:
    # What is said of a file to whoever builds a region, or of a day to be typed again, keeps the form of files.
    for path in [path for path in _modules() if "region" not in path.parts]:
        source = path.read_text(encoding="utf-8")
        if ".isoformat()" not in source and "[:10]" not in source:
            continue
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "format":
                filled = [ast.unparse(part.value) for part in call.keywords]
                said = ast.unparse(call.func.value).startswith(("_(", "ngettext("))
                wrong = [value for value in filled if said and value.endswith((".isoformat()", "[:10]"))]
                assert not wrong, f"{path}: {wrong}"


def test_the_door_app_py_holds_no_logic() -> None:
    tree = ast.parse((PACKAGE.parent / "app.py").read_text(encoding="utf-8"))
    assert all(isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.Assign) for node in tree.body)


def test_nothing_else_lies_at_the_top_level() -> None:
    allowed = {
        "app.py", "sempre_geo", "data", "layers", "tests", "pyproject.toml", "README.md", "Makefile", "LICENSE",
        "CHANGELOG.md", "requirements.lock",
    }  # fmt: skip
    found = {path.name for path in PACKAGE.parent.iterdir() if not path.name.startswith(".")}
    assert found <= allowed | {"dist", "build", "__pycache__"}, "but for what building and running leave"


def test_the_lock_names_no_package_index_and_hashes_everything() -> None:
    text = (PACKAGE.parent / "requirements.lock").read_text(encoding="utf-8")
    assert "http" not in text
    blocks = [block for block in text.replace("\\\n", " ").splitlines() if block and not block.startswith("#")]
    assert len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_wheel_carries_every_committed_definition() -> None:
    import tomllib

    root = PACKAGE.parent
    wheel = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    carried = {name for name in wheel["force-include"] if name.startswith("layers/")}
    assert carried == {f"layers/{path.name}" for path in (root / "layers").iterdir() if path.is_file()}
