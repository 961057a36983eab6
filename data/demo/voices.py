"""What people of the county said: sentences from a table, each put where somebody lives who might have said it."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from buildings import Building
from plane import to_degrees

COLUMNS = (
    "id", "kind", "category", "title", "text", "language", "settlement", "lon", "lat", "obstacle", "about", "groups",
    "how_it_came_in", "consent", "shown_alone", "status", "voices", "created_at",
)  # fmt: skip
# The letters of voices.tsv. Nobody speaks from the valley of Purvmala, the north-east or the west coast: silence, too.
AREAS = {
    "P": ("Tirranina", "Metsaveeru", "Hõbeneeme"), "I": ("Pikksaare", "Lõunasaare"), "W": ("Rietgals",),
    "S": ("Dienvidragi",), "K": ("Kāpgals",), "E": ("Kaugemäe", "Ehalaane"), "C": ("Ahunurme", "Sooveeru"),
    "H": ("Haavere",), "R": ("Rauavere",), "L": ("Lazdaine",), "M": ("Medņurga",), "Z": ("Zvejaine",),
    "T": ("Kuuranna",),
}  # fmt: skip
_FIRST = date(2026, 2, 2)
_WAYS = ("web", "web", "web", "assisted", "workshop", "paper")
_HEALTH = {"gp", "hospital", "pharmacy", "dentist"}


def write_contributions(rng: np.random.Generator, buildings: list[Building], *, source: Path, path: Path) -> int:
    """The table the demo's store is filled from; returns its rows."""
    homes = {
        name: [(one.x, one.y) for one in buildings if one.home == name] for names in AREAS.values() for name in names
    }
    rows = []
    with source.open(encoding="utf-8", newline="") as file:
        for number, said in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            names = AREAS[said.pop("area")]
            place = names[int(rng.integers(len(names)))]
            door = homes[place][int(rng.integers(len(homes[place])))]
            lon, lat = np.round(to_degrees(np.array([door]))[0], 5).tolist()
            protected = said["category"] in _HEALTH or "disability" in said["groups"] or "wheelchair" in said["groups"]
            rows.append(
                said
                | {
                    "id": f"demo-{number:03d}", "title": "", "settlement": place, "lon": lon, "lat": lat,
                    "consent": "yes",
                    "groups": said["groups"].replace(",", ";"),
                    "how_it_came_in": _WAYS[int(rng.integers(len(_WAYS)))],
                    "shown_alone": "yes" if protected and (said["kind"] == "idea" or rng.random() < 0.6) else "no",
                    "created_at": str(_FIRST + timedelta(days=int(rng.integers(0, 290)))),
                }
            )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)
