"""What people said and what became of it: needs and ideas as anybody may read them, and "me too"."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from starlette.responses import Response

from sempre_geo.community.contributions import AWAITING_REVIEW, KINDS
from sempre_geo.errors import MissingDataError, SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.light.pages import page, records, status_of
from sempre_geo.light.places import Where, place_lists, read_where
from sempre_geo.light.tokens import new_token, sending_of
from sempre_geo.light.visit import Visit, counted
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.community.voices import LONGEST_SENTENCE, add_voice, sentences
from sempre_geo.pipeline.community.way import way_of
from sempre_geo.pipeline.explore.views import NEARBY_M, position, said_near

A_PAGE = 15
"""So many entries, each clipped, stay well under 20 KB on the way even where texts are long."""
FORM = "voice"


def said(visit: Visit) -> Response:
    """Published needs and ideas, those with the most voices first, a few a page."""
    return _listed(visit, _all(visit))


def where(visit: Visit) -> Response:
    """The question near which place."""
    return _where(visit)


def near(visit: Visit) -> Response:
    """What was said round a place, sent in a form, so that the place stands in no address."""
    place = read_where(visit)
    if place.problem or not place.settlement_id:
        return _where(visit, place)
    region = visit.here.region
    lon, lat = place.marked or position(region, place.settlement_id)
    title = _("Within {km} km of {place}").format(km=round(NEARBY_M / 1000), place=place.label)
    return _listed(visit, said_near(_all(visit), lon=lon, lat=lat), place=place.value, title=title)


def _where(visit: Visit, place: Where | None = None) -> Response:
    region, problem = visit.here.region, place.problem if place else ""
    return page(
        visit, "said_where", form=visit.form, problems={"place": problem} if problem else {},
        found=place.found if place else (), lists=place_lists(visit, with_municipalities=False), bbox=region.bbox,
        region_name=visit.here.region_name, status_code=422 if problem else 200,
    )  # fmt: skip


def _listed(visit: Visit, rows: pd.DataFrame, *, place: str = "", title: str = "") -> Response:
    """A page of a list of public contributions; of those that wait to be read only how many they are."""
    sent = visit.form.one if place else visit.asked.get
    kind, number = sent("kind") or "all", counted(sent("number") or "1")
    if kind not in {"all", *KINDS} or number is None:
        raise _nothing_there()
    at, read = max(number, 1), rows[rows["status"] != AWAITING_REVIEW]
    chosen = read if kind == "all" else read[read["kind"] == kind]
    return page(
        visit, "said", kind=kind, number=at, pages=max(-(-len(chosen) // A_PAGE), 1), place_value=place, title=title,
        entries=_entries(visit, chosen.iloc[(at - 1) * A_PAGE : at * A_PAGE]), waiting=len(rows) - len(read),
    )  # fmt: skip


def item(visit: Visit) -> Response:
    """One need or idea, and the form to say "me too"."""
    return _item(visit)


def voice(visit: Visit) -> Response:
    """Say "me too"; what comes back is a code with which it can be taken back."""
    try:
        receipt = add_voice(
            visit.here.settings, visit.asked["id"], voter=_voter(visit), sentence=visit.form.one("sentence"),
            sending=sending_of(visit, FORM), sending_key=visit.form.one("key"),
        )  # fmt: skip
    except MissingDataError:
        raise
    except SempreGeoError as problem:
        return _item(visit, {"sentence": str(problem)}, status_code=status_of(problem))
    return page(
        visit, "voice_receipt", code=receipt.claim_code, messages=receipt.messages, entry=_entry(visit),
        is_read_first=bool(visit.form.one("sentence").strip()),
    )  # fmt: skip


def _item(visit: Visit, problems: Mapping[str, str] | None = None, *, status_code: int = 200) -> Response:
    way = way_of(visit.here.settings, visit.asked["id"])
    rows = _published(visit)
    return page(
        visit, "item", entry=_entry(visit), way=way, ideas=_entries(visit, rows[rows["id"].isin(way.ideas)]),
        needs=_entries(visit, rows[rows["id"].isin(way.needs)]),
        problems=problems or {}, sentence=visit.form.one("sentence"),
        longest=LONGEST_SENTENCE, token=new_token(visit.here.settings, FORM), key=secrets.token_hex(16),
        others=sentences(visit.here.settings, visit.asked["id"]), status_code=status_code,
    )  # fmt: skip


def _voter(visit: Visit) -> str:
    """What tells one person from another: a random text of their browser, else the address they come from.

    Only a digest with the entry's own id is kept of either. Without scripts, people behind one address count
    as one; in a hall a number on a slip of paper can be typed instead.
    """
    own = visit.form.one("voter").strip()[:64] or visit.form.one("slip").strip()[:64]
    return own or f"address {visit.address}"


def _all(visit: Visit) -> pd.DataFrame:
    rows = public_contributions(visit.here.settings, visit.here.region_name)
    return rows.sort_values(["voices", "id"], ascending=[False, True], kind="stable")


def _published(visit: Visit) -> pd.DataFrame:
    rows = _all(visit)
    return rows[rows["status"] != AWAITING_REVIEW]


def published_entry(visit: Visit, *, kind: str) -> Mapping[str, Any]:
    """The published need or idea of the address, if it is of a kind."""
    found = _entry(visit)
    if found["kind"] != kind:
        raise _nothing_there()
    return found


def entry_with_id(visit: Visit, contribution_id: str) -> Mapping[str, Any]:
    """What was published of a need or an idea, as its page shows it; refused where nothing is."""
    rows = _published(visit)
    own = rows[rows["id"] == contribution_id]
    if own.empty:
        raise _nothing_there()
    return _entries(visit, own)[0]


def _entry(visit: Visit) -> Mapping[str, Any]:
    return entry_with_id(visit, visit.asked["id"])


def _entries(visit: Visit, rows: pd.DataFrame) -> Sequence[Mapping[str, Any]]:
    return [{**row, "category": visit.here.category(str(row["category"]))} for row in records(rows)]


def _nothing_there() -> MissingDataError:
    return MissingDataError(_("There is nothing to read under this address; it may have been withdrawn."))
