"""Needs and ideas: what a person says, the words for it, and what others may see of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from sempre_geo.community.texts import has_words, kept_line, kept_text
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import gettext as _

Kind = Literal["need", "idea"]
Obstacle = Literal[
    "cannot_get_there",
    "closed_when_i_can_come",
    "too_expensive",
    "not_accessible",
    "language",
    "do_not_know_or_trust",
    "does_not_exist",
    "other",
]
About = Literal["myself", "someone_i_care_for", "my_community"]
Precision = Literal["exact", "settlement", "municipality"]
HowItCameIn = Literal["web", "assisted", "workshop", "paper"]
Status = Literal["received", "in_review", "published", "not_published", "answered", "taken_up", "done"]

KINDS: tuple[str, ...] = get_args(Kind)
OBSTACLES: tuple[str, ...] = get_args(Obstacle)
ABOUT: tuple[str, ...] = get_args(About)
PRECISIONS: tuple[str, ...] = get_args(Precision)
HOW_IT_CAME_IN: tuple[str, ...] = get_args(HowItCameIn)
MODES = ("car", "bike", "walk", "wheelchair", "transit")
EASE = range(1, 6)
MOST_ANSWERED = 10

AWAITING = frozenset({"received", "in_review"})
PUBLIC = frozenset({"published", "answered", "taken_up", "done"})
AWAITING_REVIEW = "awaiting_review"
PUBLIC_COLUMNS = (
    "id", "kind", "category", "title", "text", "language", "place_name", "lon", "lat", "masked", "accuracy_m",
    "how_it_came_in", "status", "voices", "as_of",
)  # fmt: skip

_WORD = re.compile(r"[a-z0-9_]{1,64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHORTEST_KEY = 22


@dataclass(frozen=True)
class Place:
    """Where something was said: a position, or a settlement, or no more than a municipality."""

    lon: float | None = None
    lat: float | None = None
    settlement_id: str | None = None
    municipality_id: str | None = None

    @property
    def precision(self) -> Precision:
        """How exactly the place is known."""
        if self.lon is not None and self.lat is not None:
            return "exact"
        return "settlement" if self.settlement_id else "municipality"


@dataclass(frozen=True)
class Draft:
    """A need or an idea as a person filled it in.

    ``ease`` says per mode how easy it is today to get there, 1 (very hard) to 5 (very easy). ``groups``
    are group ids such as ``over_64``. ``shown_alone`` is the author's wish that an item on health,
    disability or violence be shown by itself and not only be counted. ``sending_key`` is a random text
    of 22 characters or more chosen by the sender's device: sent twice, the entry is saved once. ``answers``
    are ids of published needs that an idea answers.
    """

    kind: str
    category: str
    text: str
    place: Place
    title: str = ""
    obstacle: str = "other"
    about: str = "myself"
    groups: tuple[str, ...] = ()
    ease: Mapping[str, int] = field(default_factory=dict)
    language: str = "en"
    how_it_came_in: str = "web"
    consent: bool = True
    shown_alone: bool = False
    photo: bytes | None = None
    sending_key: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """What the author gets: the contribution's id and the code that opens it again."""

    id: str
    claim_code: str
    status: str
    messages: tuple[str, ...] = ()


def checked_draft(draft: Draft) -> Draft:
    """The draft with its texts as the store keeps them.

    Raises
    ------
    InputError
        Something is missing or no choice of its list; all that is wrong is named at once.
    """
    wrong = [*_wrong_choices(draft), *_wrong_place(draft.place), *_wrong_rest(draft)]
    if wrong:
        raise InputError(_("This cannot be saved yet: {what}.").format(what=first_items(wrong)))
    return Draft(**{**vars(draft), "title": kept_line(draft.title), "text": kept_text(draft.text)})


def _wrong_choices(draft: Draft) -> list[str]:
    choices = {
        "kind": (draft.kind, KINDS),
        "obstacle": (draft.obstacle, OBSTACLES),
        "about": (draft.about, ABOUT),
        "how_it_came_in": (draft.how_it_came_in, HOW_IT_CAME_IN),
    }
    return [
        _("{field} must be one of {choices}").format(field=name, choices="/".join(known))
        for name, (given, known) in choices.items()
        if given not in known
    ]


def _wrong_place(place: Place) -> list[str]:
    if (place.lon is None) != (place.lat is None):
        return [_("the position lacks its lon or lat")]
    if place.lon is not None and place.lat is not None:
        inside = abs(place.lon) <= 180 and abs(place.lat) <= 90  # noqa: PLR2004 - the globe; NaN is outside, too
        return [] if inside else [_("the position is not on the globe")]
    return [] if place.settlement_id or place.municipality_id else [_("a place is missing")]


def _wrong_rest(draft: Draft) -> list[str]:
    wrong = []
    if not has_words(draft.text):
        wrong.append(_("a sentence is missing"))
    if not draft.consent:
        wrong.append(_("it needs your consent to be kept"))
    if not _WORD.fullmatch(draft.category):
        wrong.append(_("a category is missing"))
    if not all(_WORD.fullmatch(group) for group in draft.groups):
        wrong.append(_("a group is none we know"))
    if not all(mode in MODES and ease in EASE for mode, ease in draft.ease.items()):
        wrong.append(_("ease goes from 1 to 5, for {modes}").format(modes="/".join(MODES)))
    if not _LANGUAGE.fullmatch(draft.language):
        wrong.append(_("the language is no code such as lv"))
    if len(draft.answers) > MOST_ANSWERED or (draft.answers and draft.kind != "idea"):
        wrong.append(_("an idea answers {most} needs at most, and a need none").format(most=MOST_ANSWERED))
    if draft.sending_key and len(draft.sending_key) < _SHORTEST_KEY:
        wrong.append(_("the sending key is too short"))
    return wrong


def check_sending_key(key: str) -> None:
    """Refuse a key that others could guess; an empty one is none.

    Raises
    ------
    InputError
        The key is shorter than 22 characters.
    """
    if key and len(key) < _SHORTEST_KEY:
        raise InputError(_("The sending key is too short; a device makes one of at least 22 random signs."))


def public_frame(rows: pd.DataFrame, zones: pd.DataFrame, *, as_of: str) -> pd.DataFrame:
    """What anybody may see of contributions: :data:`PUBLIC_COLUMNS`, one row each, index unchanged.

    The place is that of the masked zone and never finer, also where the author gave only a settlement;
    without a zone the municipality is named and there is no point. An item awaiting review has neither
    title nor text.

    Parameters
    ----------
    rows : DataFrame
        ``id, kind, category, title, text, language, municipality, zone_id, how_it_came_in, status, voices`` of
        those that may be shown: which these are is chosen where they are read.
    zones : DataFrame
        Index ``zone_id``; ``name, lon, lat, accuracy_m``.
    as_of : str
        The date of the cut, in each row.
    """
    awaiting = rows["status"].isin(AWAITING)
    hidden = {"title": "", "text": "", "status": AWAITING_REVIEW} if awaiting.any() else {}
    point = _points(rows["zone_id"], zones).set_axis(rows.index)
    frame = rows.assign(
        **{name: rows[name].mask(awaiting, instead) for name, instead in hidden.items()},
        place_name=point["name"].fillna(rows["municipality"]),
        lon=point["lon"],
        lat=point["lat"],
        accuracy_m=point["accuracy_m"],
        masked=True,
        as_of=as_of,
    )
    return frame[list(PUBLIC_COLUMNS)]


def _points(zone_ids: pd.Series, zones: pd.DataFrame) -> pd.DataFrame:
    """Name, place and accuracy of each zone, on an index of its own; empty where there is no such zone.

    Each different zone is looked up once: a region has thousands of them, and a hundred thousand contributions.
    """
    codes, known = pd.factorize(zone_ids)
    at = np.append(zones.index.get_indexer(pd.Index(known, dtype=object)), -1)[codes]
    columns = zones.astype({"name": "str", "lon": float, "lat": float, "accuracy_m": float})
    return columns[["name", "lon", "lat", "accuracy_m"]].reset_index(drop=True).reindex(at)
