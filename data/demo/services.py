"""Where help is given: 180 places with names in both languages and the hours their doors are open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from buildings import Building
from names import in_both
from settlements import TOWNS, Settlement

WEEK = "Mo-Fr 09:00-17:00; PH off"
# category: OSM tags, what it is called in Northern and Southern, hours to choose from (empty: nobody has noted them)
KINDS: dict[str, tuple[dict[str, str], str, str, tuple[str, ...]]] = {
    "hospital": ({"amenity": "hospital", "emergency": "yes"}, "haigla", "slimnīca", ("24/7",)),
    "gp": ({"amenity": "doctors", "healthcare": "doctor"}, "perearst", "ģimenes ārsts",
           ("Mo-Fr 08:00-16:00; PH off", "Mo,We,Fr 09:00-13:00; Tu,Th 13:00-18:00; PH off",
           "Mo-Th 08:30-15:30; PH off")),
    "pharmacy": ({"amenity": "pharmacy"}, "apteek", "aptieka",
                 ("Mo-Fr 09:00-18:00; Sa 09:00-14:00; PH off", "Mo-Fr 08:30-16:30; PH off")),
    "dentist": ({"amenity": "dentist"}, "hambaravi", "zobārsts", ('"by appointment"', "Mo-Th 09:00-15:00; PH off",
    "")),
    "kindergarten": ({"amenity": "kindergarten"}, "lasteaed", "bērnudārzs", ("Mo-Fr 07:00-18:00; PH off",)),
    "primary_school": ({"amenity": "school", "isced:level": "1;2"}, "põhikool", "pamatskola",
                       ("Mo-Fr 08:00-15:00; SH off; PH off",)),
    "secondary_school": ({"amenity": "school", "isced:level": "2;3"}, "gümnaasium", "ģimnāzija",
                         ("Mo-Fr 08:00-16:00; SH off; PH off",)),
    "library": ({"amenity": "library"}, "raamatukogu", "bibliotēka",
                ("Tu-Fr 11:00-18:00; Sa 10:00-14:00; PH off", "Tu,Th 12:00-18:00; PH off",
                "We 13:00-17:00; PH off", "")),
    "municipality_office": ({"amenity": "townhall"}, "vallamaja", "pagastmāja",
                            ("Mo 09:00-18:00; Tu-Th 09:00-16:00; Fr 09:00-14:00; PH off",)),
    "post": ({"amenity": "post_office"}, "postkontor", "pasts", (WEEK, "Mo-Fr 10:00-14:00; PH off")),
    "bank": ({"amenity": "bank", "atm": "yes"}, "pank", "banka", ("Mo-Fr 09:00-16:00; PH off",
    "Tu,Th 10:00-14:00; PH off")),
    "atm": ({"amenity": "atm"}, "sularahaautomaat", "bankomāts", ("24/7",)),
    "grocery": ({"shop": "convenience"}, "pood", "veikals",
                ("Mo-Sa 08:00-20:00; Su 09:00-18:00", "Mo-Su 08:00-22:00", "Mo-Fr 09:00-17:00; Sa 09:00-13:00", "")),
    "summer_shop": ({"shop": "convenience", "seasonal": "summer"}, "suvepood", "vasaras veikals",
                    ("May 15-Sep 15 Mo-Su 10:00-19:00",)),
    "elderly": ({"amenity": "social_facility", "social_facility": "day_care", "social_facility:for": "senior"},
                "eakate päevakeskus", "senioru dienas centrs", ("Mo-Fr 09:00-15:00; PH off",)),
    "youth": ({"amenity": "social_facility", "social_facility": "outreach", "social_facility:for": "juvenile"},
              "noortekeskus", "jauniešu centrs", ("Mo-Fr 14:00-19:00; PH off",)),
    "disabled": ({"amenity": "social_facility", "social_facility": "assisted_living",
    "social_facility:for": "disabled"},
                 "toetatud elu maja", "grupu dzīvoklis", ("24/7",)),
    "soup": ({"amenity": "social_facility", "social_facility": "soup_kitchen",
    "social_facility:for": "underprivileged"},
             "supiköök", "zupas virtuve", ("Mo-Fr 12:00-14:00",)),
    "shelter": ({"amenity": "social_facility", "social_facility": "shelter", "social_facility:for": "abused"},
                "varjupaik", "krīzes centrs", ("24/7",)),
    "community_centre": ({"amenity": "community_centre"}, "rahvamaja", "tautas nams",
                         ("Tu-Fr 12:00-20:00; Sa 12:00-18:00", "")),
    "place_of_worship": ({"amenity": "place_of_worship", "religion": "christian"}, "kirik", "baznīca",
    ("Su 10:00-12:00", "")),
    "employment_office": ({"office": "employment_agency"}, "töötukassa", "nodarbinātības aģentūra",
                          ("Mo-Th 09:00-16:00; Fr 09:00-14:00; PH off",)),
    "post_partner": ({"post_office": "post_partner"}, "postipunkt", "pasta punkts", ("Mo-Fr 09:00-17:00; PH off",)),
    "library_bus": ({"amenity": "mobile_library"}, "raamatukogubuss", "bibliobuss", ("Tu[1] 11:00-12:30",)),
}  # fmt: skip
_TOWN = {
    "hospital": 1, "gp": 4, "pharmacy": 3, "dentist": 3, "kindergarten": 4, "primary_school": 2,
    "secondary_school": 1,
    "library": 1, "municipality_office": 1, "post": 1, "bank": 2, "atm": 2, "grocery": 7, "elderly": 1, "youth": 1,
    "disabled": 1, "soup": 1, "shelter": 1, "community_centre": 2, "place_of_worship": 3, "employment_office": 1,
}  # fmt: skip
_SMALL_TOWN = {
    "gp": 1, "pharmacy": 1, "kindergarten": 1, "primary_school": 1, "library": 1, "municipality_office": 1, "post": 1,
    "grocery": 3, "community_centre": 1, "place_of_worship": 1,
}  # fmt: skip
_SOME_TOWNS = {
    "Rauavere": ("bank", "dentist", "elderly", "employment_office", "secondary_school", "youth"),
    "Zvejaine": ("bank", "dentist", "elderly", "youth"), "Lazdaine": ("bank", "dentist", "soup"),
    "Haavere": ("atm", "elderly"),
    "Medņurga": ("atm", "dentist"), "Ehalaane": ("elderly",),
}  # fmt: skip
_VILLAGES = {
    "grocery": 17, "library": 9, "kindergarten": 5, "primary_school": 6, "community_centre": 10,
    "place_of_worship": 9,
    "post_partner": 5, "summer_shop": 3, "library_bus": 2,
}  # fmt: skip
# What the planted cases rest on; see CASES.md.
FIXED_HOURS = {
    ("Haavere", "gp"): "Tu 12:00-15:00; PH off", ("Lazdaine", "gp"): "Mo-Fr 08:00-12:00; PH off",
    ("Medņurga", "gp"): "Mo-Fr 08:00-12:00; PH off", ("Ehalaane", "gp"): "Mo-Fr 08:00-16:00; PH off",
    ("Rauavere", "gp"): "Mo-Fr 08:00-14:00; PH off", ("Zvejaine", "gp"): "Mo-Fr 08:00-15:30; PH off",
    ("Rauavere", "dentist"): '"by appointment"',
    ("Zvejaine", "pharmacy"): "Mo-Fr 09:00-18:00; Sa 09:00-14:00; PH off",
}  # fmt: skip
_BARE = {name for name, *_rest in TOWNS} | {
    "Tirranina", "Metsaveeru", "Hõbeneeme", "Rietgals", "Dienvidragi", "Kāpgals", "Kaugemäe", "Ahunurme", "Sooveeru",
    "Purvmala", "Lõunasaare", "Tuulenina",
}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """One service at a point of the plane, with its OSM tags."""

    kind: str
    place: str
    x: float
    y: float
    tags: dict[str, str] = field(default_factory=dict)


def make_services(rng: np.random.Generator, places: list[Settlement], buildings: list[Building]) -> list[Service]:
    """Services in the town, small towns and villages; the smallest places have none."""
    doors = _doors(rng, places, buildings)
    found: list[Service] = []
    for place in places:
        if place.kind == "town":
            main = place.people > 5000
            kinds = [kind for kind, n in (_TOWN if main else _SMALL_TOWN).items() for _ in range(n)]
            kinds += _SOME_TOWNS.get(place.name, ())
            found += [_service(rng, kind, place, doors[place.name].pop()) for kind in kinds]
    villages = [place for place in places if place.kind in {"village", "hamlet"} and place.name not in _BARE]
    for kind, count in _VILLAGES.items():
        large = villages[: 45 if kind in {"grocery", "community_centre", "place_of_worship"} else 30]
        chosen = [large[at] for at in sorted(rng.choice(len(large), count, replace=False))]
        found += [_service(rng, kind, place, doors[place.name].pop()) for place in chosen]
    island = next(place for place in places if place.name == "Pikksaare")
    if not any(one.place == "Pikksaare" and one.kind == "grocery" for one in found):
        found.append(_service(rng, "grocery", island, doors["Pikksaare"].pop()))
    return found


def _doors(
    rng: np.random.Generator, places: list[Settlement], buildings: list[Building]
) -> dict[str, list[tuple[float, float]]]:
    """Buildings of each settlement that a service can move into, the most central last."""
    middle = {place.name: place.at for place in places}
    spread = {place.name: 1.6 if place.people > 5000 else 0.5 for place in places}
    rated: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for one in buildings:
        if one.home:
            far = np.hypot(one.x - middle[one.home][0], one.y - middle[one.home][1])
            rated[one.home].append(
                (round(float(far * rng.gamma(1 / spread[one.home], spread[one.home])), 3), one.x, one.y)
            )
    return {name: [(x, y) for _far, x, y in sorted(rows, reverse=True)] for name, rows in rated.items()}


def _service(rng: np.random.Generator, kind: str, place: Settlement, door: tuple[float, float]) -> Service:
    tags, north_word, south_word, hours = KINDS[kind]
    names = in_both(place.name, north=place.north)
    both = {"name:et": f"{names['name:et']} {north_word}", "name:lv": f"{names['name:lv']} {south_word}"}
    open_at = FIXED_HOURS.get((place.name, kind), hours[int(rng.integers(len(hours)))])
    wheel = ("yes", "yes", "limited", "no", "")[int(rng.integers(5))]
    more = {
        "name": both["name:et" if place.north else "name:lv"], **both, "opening_hours": open_at, "wheelchair": wheel,
        "capacity": str(int(rng.integers(18, 140))) if kind in {"kindergarten", "primary_school", "disabled"} else "",
        "note": "fictional",
    }  # fmt: skip
    return Service(kind, place.name, *door, {**tags, **{key: value for key, value in more.items() if value}})
