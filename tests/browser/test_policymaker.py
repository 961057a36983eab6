"""The policymaker's way in a real browser: reads the gaps, compares, downloads the brief."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from tests.browser.conftest import CUT_NUMBERS, Server, Visit, Watch, lasting, until
from tests.ui.small_region import NAME, small_settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LIMITS = (
    "standard_id,country,category,metric,limit,unit,mode,group,scope,source,status\n"
    "gp-bike,demo,gp,travel_time,20,min,bike,all,one way,The county council 2024,rule\n"
)


@pytest.fixture
def limited(server: Server) -> Iterator[Path]:
    """A published limit of the region: 20 minutes by bike to a doctor."""
    path = small_settings(server.folder).inputs(NAME) / "standards.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LIMITS, encoding="utf-8")
    yield path
    path.unlink()


def test_a_policymaker_reads_the_gaps_compares_and_takes_the_brief_along(
    visit: Visit, watch: Watch, server: Server, limited: Path
) -> None:
    assert limited.is_file()
    page = visit("/gaps?service=gp&by=bike")
    page.locator(".answer", has_text="29 % must travel more than 20 min by bike").wait_for()
    page.get_by_text("Source: The county council 2024.").wait_for()
    page.get_by_text("Austrumu has the largest share", exact=False).first.wait_for()
    page.get_by_text("How unequal it is, in figures").click()
    page.get_by_text("A person of the best-served tenth", exact=False).wait_for()
    page.locator(".st-key-map_side").get_by_text("What people say").click()
    page.get_by_text("Not heard", exact=True).first.wait_for()
    picture = page.get_by_role("button", name="Save as a picture: Share beyond the limit")
    with page.expect_download() as saved:
        picture.press("Enter")  # as the keyboard does: it floats under the page's head while the pointer is elsewhere
    assert saved.value.suggested_filename.endswith(".png")
    page.goto(f"{server.address}/compare?service=gp&by=bike")
    page.get_by_text("Austrumu has the largest share", exact=False).wait_for()
    page.get_by_text("How sure the order is").wait_for()
    page.goto(f"{server.address}/brief")
    page.get_by_role("button", name="Make the brief").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Save as PDF").click()
    pages = pypdf.PdfReader(io.BytesIO(Path(taken.value.path()).read_bytes())).pages
    assert "have a longer way than 20 min" in " ".join(" ".join(sheet.extract_text().split()) for sheet in pages)
    assert watch.refused == []
    assert watch.errors == []


def test_no_number_of_a_plot_is_cut_on_a_telephone_in_german(visit: Visit, limited: Path) -> None:
    assert limited.is_file()
    page = visit("/gaps?service=gp&by=bike&lang=de", width=390)
    page.locator("footer").wait_for()
    until(page, "() => document.querySelectorAll('[data-testid=\"stVegaLiteChart\"] svg').length > 1")
    assert "120 Menschen" in page.locator('[data-testid="stVegaLiteChart"] svg').first.text_content()
    assert lasting(page, lambda: page.evaluate(CUT_NUMBERS)) == []
