"""Needs and ideas: what a person says, the words for it, and what others may see of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import pandas as pd

from sempre_geo.community.texts import kept_line, kept_text
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
    if not draft.text.strip():
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

    Only published and awaiting items that are not merged into another and not of a protected topic (or
    shown by their author's wish) have a row. The place is that of the masked zone and never finer, also
    where the author gave only a settlement; without a zone the municipality is named and there is no
    point. An item awaiting review has neither title nor text.

    Parameters
    ----------
    rows : DataFrame
        ``id, kind, category, topic, title, text, language, municipality, zone_id, precision,
        how_it_came_in, shown_alone, status, merged_into, voices``.
    zones : DataFrame
        Index ``zone_id``; ``name, lon, lat, accuracy_m``.
    as_of : str
        The date of the cut, in each row.
    """
    visible = rows["status"].isin(PUBLIC | AWAITING) & rows["merged_into"].isna()
    visible &= rows["topic"].eq("") | rows["shown_alone"].astype(bool)
    shown = rows[visible]
    point = zones.reindex(shown["zone_id"].where(shown["precision"].ne("municipality")))
    awaiting = shown["status"].isin(AWAITING)
    frame = shown.assign(
        title=shown["title"].mask(awaiting, ""),
        text=shown["text"].mask(awaiting, ""),
        status=shown["status"].mask(awaiting, AWAITING_REVIEW),
        place_name=pd.Series(point["name"].to_numpy(), shown.index).fillna(shown["municipality"]),
        lon=point["lon"].to_numpy(dtype=float),
        lat=point["lat"].to_numpy(dtype=float),
        accuracy_m=point["accuracy_m"].to_numpy(dtype=float),
        masked=True,
        as_of=as_of,
    )
    return frame[list(PUBLIC_COLUMNS)]
