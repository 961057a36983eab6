"""What the light pages weigh on the way, also where names are many and texts long and hard to compress."""

from __future__ import annotations

import gzip
import random

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.light import places
from sempre_geo.light.files import read_files, read_service_worker
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.review import publish
from tests.light.conftest import HERE
from tests.ui.asgi_client import Answer
from tests.ui.small_region import NAME

FIRST, FURTHER = 60_000, 20_000
HEADERS = 1_000
_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяĀāČčĒēĢģĪīĶķĻļŅņŠšŪūŽž"


def _wire(content: bytes) -> int:
    return len(gzip.compress(content)) + HEADERS


def _any_text(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(_LETTERS + "     ") for _letter in range(length))


def test_the_first_page_with_everything_it_needs_and_all_that_is_kept_for_later(small, visitor):
    files = read_files(small)
    pages = [visitor.opens(f"lv/{path}").content for path in ("", "tell/whole", "kept")]
    scripts = [files.content[name].encode() for name in ("light.css", "light.js")]
    assert sum(_wire(content) for content in [*pages, *scripts, read_service_worker(small).encode()]) < FIRST


def test_further_screens_are_light_with_the_longest_list_and_the_longest_words(small, visitor, monkeypatch):
    chance = random.Random(5)
    many = {f"osm:n{chance.randrange(10**9)}": _any_text(chance, 14) for _n in range(places.LONGEST_LIST)}
    monkeypatch.setattr(places, "settlement_names", lambda _region, _language: many)
    for _n in range(20):
        text = _any_text(chance, 4000)
        publish(
            small, tell(small, NAME, draft=Draft("need", "library", text, Place(settlement_id="s1"))).id, by=OPERATOR
        )
    words = {"kind": "need", "category": "library", "text": _any_text(chance, 1000)}
    where = visitor.fills("en/tell/where", visitor.opens("en/tell"), words)
    check = visitor.fills("en/tell/check", where, {"place": f"s:{next(iter(many))}"})
    for page in (where, check, visitor.opens("en/said"), visitor.opens("en/near"), visitor.opens("en/tell/whole")):
        assert (page.status_code, _fits(page)) == (200, True)


def test_the_screen_of_the_small_map_is_light_with_its_picture(visitor):
    screen = visitor.sends("en/near/map", {})
    picture = visitor.opens("map.jpg")
    assert picture.content.startswith(b"\xff\xd8")
    assert _wire(screen.content) + len(picture.content) + HEADERS < FURTHER


def _fits(page: Answer) -> bool:
    return _wire(page.content) < FURTHER


def test_a_file_is_kept_for_ever_under_an_address_of_its_content_and_answers_come_packed(small, visitor):
    address = read_files(small).address("light.css").removeprefix("/light/")
    file = visitor.opens(address, {**HERE, "accept-encoding": "gzip"})
    assert ("immutable" in file.headers["cache-control"], file.headers["content-encoding"]) == (True, "gzip")
    assert visitor.opens("files/000000000000/light.css").status_code == 404
    assert visitor.opens("files/../here.py").status_code == 404
