"""Format, lint, types, tests and doctests, and the browser tests where Chromium is: the one script CI runs.

``python tests/run.py`` runs all but the longest; ``python tests/run.py browser`` runs the longest tests and
what needs a browser. CI runs both.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SHORT = "first_map or hostile_texts"
_LONGEST = (
    "tests/community/test_count_areas.py",
    "tests/light/test_reading.py",
    "tests/light/test_team.py",
    "tests/pipeline/test_compare.py",
    "tests/pipeline/test_counts.py",
    "tests/pipeline/test_from_hall.py",
    "tests/pipeline/test_listening.py",
    "tests/pipeline/test_networks.py",
    "tests/pipeline/test_proposal_writing.py",
    "tests/pipeline/test_region_in_use.py",
    "tests/pipeline/test_whatif.py",
    "tests/region/test_gtfs_dirty.py",
    "tests/travel/test_journeys_by_brute_force.py",
    "tests/travel/test_street_rules.py",
    "tests/travel/test_there_and_back.py",
    "tests/ui/test_bus.py",
    "tests/ui/test_compare_page.py",
    "tests/ui/test_member.py",
    "tests/ui/test_my_service.py",
    "tests/ui/test_outreach_pages.py",
    "tests/ui/test_proposals.py",
    "tests/ui/test_review_page.py",
    "tests/ui/test_roles_on_pages.py",
    "tests/ui/test_whatif.py",
    "tests/ui/test_where_next.py",
    "tests/ui/test_workshop_page.py",
)
"""What takes longest: pages pressed through from end to end, every way tried by brute force. That every page opens,
and the same rules on a few examples, is in what runs always."""
_SLOW = (
    "tests/pipeline/test_demo_region.py",
    "tests/test_demo.py::test_the_generator_makes_the_same_bytes_again",
    "tests/light/test_killed.py",
    "tests/gaps/test_siting.py",
)
"""With SEMPRE_SLOW_TESTS, as CI has it: the fictional county made again, and built as an installed package does; the
program killed again and again; 1,000 random sitings."""
_TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile")
_IN_THIS_ORDER = (*_TWO_AT_ONCE, "--no-loadscope-reorder")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same browser without its window, which costs half of the processor's time."""
_BEGUN_FIRST = "test_every_page.py"
"""The longest of the browser tests, so that nobody waits for it at the end."""


def main() -> int:
    """Run the steps in order and stop at the first that fails."""
    if sys.argv[1:] == ["browser"]:
        pressed, seen = _longest_tests(), _all_browser_tests()
        return 0 if pressed and seen else 1
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
        but = [f"--ignore={path}" for path in _LONGEST]
        tested = _step("tests and doctests", "pytest", "-q", "-m", "not browser", *_TWO_AT_ONCE, *but)
        said, _nothing = types.communicate()
    print(f"== types\n{said}", end="", flush=True)
    return tested and types.returncode == 0


def _longest_tests() -> bool:
    """One run for all of them: what waits for a program of its own leaves the cores to the others."""
    slow = ("--timeout", "600", *_SLOW) if os.environ.get("SEMPRE_SLOW_TESTS") else ()
    return _step("what takes longest", "pytest", "-q", *_IN_THIS_ORDER, *slow, *_LONGEST)


def _all_browser_tests() -> bool:
    files = sorted((ROOT / "tests" / "browser").glob("test_*.py"), key=lambda path: (path.name != _BEGUN_FIRST, path))
    return _step("browser tests", "pytest", "-q", "-m", "browser", *_IN_THIS_ORDER, *map(str, files))


def _browser_tests() -> int:
    """The two journeys that show most, so that the whole stays under five minutes; CI runs all of them."""
    if os.environ.get("SEMPRE_BROWSER_TESTS") == "later":
        return 0
    if not any(shutil.which(name) for name in BROWSERS):
        print("Browser tests skipped: no Chromium here (on Debian: apt-get install chromium).", flush=True)
        return 0
    print("Two browser tests run here; all of them, and the longest tests: make browser-test", flush=True)
    return 0 if _step("browser tests", "pytest", "-q", "-m", "browser", "tests/browser", "-k", _SHORT) else 1


def _step(title: str, module: str, *arguments: str) -> bool:
    print(f"== {title}", flush=True)
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
