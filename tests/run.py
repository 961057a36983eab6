"""Format, lint, types, tests and doctests, and the browser tests where Chromium is: the one script CI runs.

``python tests/run.py`` runs all; ``python tests/run.py browser`` runs only what needs a browser.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SHORT = "first_map or hostile_texts"
_TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Run the steps in order and stop at the first that fails."""
    if sys.argv[1:] == ["browser"]:
        return 0 if _step("browser tests", "pytest", "-q", "-m", "browser", *_TWO_AT_ONCE, "tests/browser") else 1
    steps = [
        ("format", "ruff", "format", "--check", "--quiet", "."),
        ("lint", "ruff", "check", "--quiet", "."),
    ]
    if not all(_step(*step) for step in steps):
        return 1
    return 0 if _types_and_tests() and _browser_tests() == 0 else 1


def _types_and_tests() -> bool:
    """The types are checked while the tests run, which leave a core idle now and then; said when both are done."""
    with subprocess.Popen(
        [sys.executable, "-m", "mypy"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as types:
        tested = _step("tests and doctests", "pytest", "-q", "-m", "not browser", *_TWO_AT_ONCE)
        said, _nothing = types.communicate()
    print(f"== types\n{said}", end="", flush=True)
    return tested and types.returncode == 0


def _browser_tests() -> int:
    """The two journeys that show most, so that the whole stays under five minutes; CI runs all of them."""
    if os.environ.get("SEMPRE_BROWSER_TESTS") == "later":
        return 0
    if not any(shutil.which(name) for name in BROWSERS):
        print("Browser tests skipped: no Chromium here (on Debian: apt-get install chromium).", flush=True)
        return 0
    print("Two browser tests run here; all of them: make browser-test", flush=True)
    return 0 if _step("browser tests", "pytest", "-q", "-m", "browser", "tests/browser", "-k", _SHORT) else 1


def _step(title: str, module: str, *arguments: str) -> bool:
    print(f"== {title}", flush=True)
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
