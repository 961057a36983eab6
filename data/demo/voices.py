"""What people of the county said: sentences from a table, each put where somebody lives who might have said it."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from buildings import Building
from plane import to_degrees

COLUMNS = (
    "id", "kind", "category", "title", "text", "language", "settlement", "lon", "lat", "obstacle", "about", "groups",
    "how_it_came_in", "consent", "shown_alone", "status", "voices", "created_at",
)  # fmt: skip
# The letters of voices.tsv. Nobody speaks from the north-east, from the valley of Purvmala, or from the far west.
AREAS = {
    "P": ("Tirranina", "Metsaveeru", "Hõbeneeme"), "I": ("Pikksaare", "Lõunasaare"), "W": ("Rietgals",),
    "S": ("Dienvidragi",), "K": ("Kāpgals",), "E": ("Kaugemäe", "Ehalaane"), "C": ("Ahunurme", "Sooveeru"),
    "H": ("Haavere",), "R": ("Rauavere",), "L": ("Lazdaine",), "M": ("Medņurga",), "Z": ("Zvejaine",), "T": ("Kuuranna",),
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
                    "id": f"demo-{number:03d}", "title": "", "settlement": place, "lon": lon, "lat": lat, "consent": "yes",
                    "groups": said["groups"].replace(",", ";"), "how_it_came_in": _WAYS[int(rng.integers(len(_WAYS)))],
                    "shown_alone": "yes" if protected and (said["kind"] == "idea" or rng.random() < 0.6) else "no",
                    "created_at": str(_FIRST + timedelta(days=int(rng.integers(0, 290)))),
                }
            )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def write_proposals(path: Path) -> int:
    """Six proposals at various stages, in the form a store reads; returns how many."""
    path.write_text(json.dumps(PROPOSALS, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(PROPOSALS)


def _team(*members: tuple[str, str]) -> list[dict[str, object]]:
    return [{"part": part, "name": name, "owner": part in {"user", "provider"}} for part, name in members]


PROPOSALS = [
    {
        "id": "demo-proposal-1", "title": "Neljapäevane taksobuss poolsaarele", "language": "et", "place_name": "Hõbeneeme",
        "what": "Neljapäeviti sõidab üheksakohaline taksobuss Haaverest poolsaarele ja tagasi: välja kell 13 ja kell 16, ette helistades.",
        "for_whom": "Neile Tirranina, Metsaveeru ja Hõbeneeme inimestele, kes ise autot ei juhi, kõigepealt üle 65-aastastele.",
        "why_here": "Viimane buss läheb Haaverest tagasi kell 12.20; pärast seda ei pääse keegi enam koju.",
        "status": "submitted", "ownership": "co_designed", "idea_id": "demo-006", "needs": ["demo-001", "demo-003", "demo-004"],
        "team": _team(("user", "Leida"), ("user", "Ants"), ("provider", "Haavere valla sotsiaaltöö"), ("network", "Metsamaa võrgustik")),
        "answers": {}, "evidence": [], "created_at": "2026-09-14T09:00:00Z",
    },
    {
        "id": "demo-proposal-2", "title": "Arst avab teisipäeval tund varem", "language": "et", "place_name": "Haavere",
        "what": "Haavere perearst võtab teisipäeviti vastu kella 11st 14ni, senise 12–15 asemel.",
        "for_whom": "Poolsaare inimestele, kes tulevad ja lähevad bussiga.",
        "why_here": "Buss toob nad kell 7.41 ja viib ära kell 12.20; praegu on uks nende nina all kinni.",
        "status": "accepted", "ownership": "co_delivered", "idea_id": "demo-005", "needs": ["demo-001", "demo-002"],
        "team": _team(("user", "Leida"), ("user", "Helmi tütar"), ("provider", "Haavere perearst"), ("network", "Metsamaa võrgustik")),
        "answers": {}, "evidence": [], "created_at": "2026-06-02T09:00:00Z",
    },
    {
        "id": "demo-proposal-3", "title": "Ravimikast praamil", "language": "et", "place_name": "Pikksaare",
        "what": "Apteek paneb retseptiravimid lukustatud kasti, praam viib need saarele ja poest saab need koodiga kätte.",
        "for_whom": "Saare püsielanikele, kellel on igakuine retsept.",
        "why_here": "Saarel ei ole apteeki ning ravimite pärast sõidetakse praegu terve päev.",
        "status": "running", "ownership": "user_led", "idea_id": "demo-017", "needs": ["demo-016", "demo-013"],
        "team": _team(("user", "Saare külaselts"), ("provider", "Kuuranna apteek"), ("provider", "Praamimees"), ("helper", "Pikksaare pood")),
        "answers": {}, "evidence": [], "created_at": "2026-04-20T09:00:00Z",
    },
    {
        "id": "demo-proposal-4", "title": "Skolas autobuss ņem visus", "language": "lv", "place_name": "Rietgals",
        "what": "Skolēnu autobuss no rīta līdz Lazdainei ved arī pieaugušos, ja ir brīva vieta.",
        "for_whom": "Tiem, kam jābūt pie ārsta, darbā vai aģentūrā pirms pusdienām.",
        "why_here": "Pirmais parastais autobuss iet tikai 12.40, bet ārsts strādā līdz divpadsmitiem.",
        "status": "team", "ownership": "co_designed", "idea_id": "demo-028", "needs": ["demo-024", "demo-025", "demo-027"],
        "team": _team(("user", "Skaidrīte"), ("provider", "Lazdaines novada skola")),
        "answers": {}, "evidence": [], "created_at": "2026-10-05T09:00:00Z",
    },
    {
        "id": "demo-proposal-5", "title": "A low-floor bus on two fixed days", "language": "en", "place_name": "Kaugemäe",
        "what": "On Mondays and Thursdays the vehicle of line 25 is one with a low floor and a ramp, and the timetable says so.",
        "for_whom": "People who use a wheelchair or a walking frame, and parents with prams, between Kaugemäe and Ehalaane.",
        "why_here": "The times are good here; only the three steps keep people at home.",
        "status": "returned", "ownership": "consulted", "idea_id": "demo-054", "needs": ["demo-052", "demo-053"],
        "team": _team(("user", "Riina"), ("provider", "Metsamaa buses (fictional)")),
        "answers": {}, "evidence": [], "created_at": "2026-08-11T09:00:00Z",
    },
    {
        "id": "demo-proposal-6", "title": "Senioru koris bērnudārzā", "language": "lv", "place_name": "Lazdaine",
        "what": "Reizi nedēļā seniori un bērni bērnudārzā stundu dzied kopā, pēc tam ir tēja.",
        "for_whom": "Vecākiem cilvēkiem, kas dzīvo vieni, un bērniem, kuru vecvecāki ir tālu.",
        "why_here": "Bērnudārzs un autobusa pietura ir blakus, un otrdienās zāle ir brīva.",
        "status": "lessons", "ownership": "user_led", "idea_id": "demo-094", "needs": ["demo-032"],
        "team": _team(("user", "Senioru koris"), ("provider", "Lazdaines bērnudārzs"), ("network", "Metsamaas tīkls")),
        "answers": {}, "evidence": [], "created_at": "2026-03-03T09:00:00Z",
    },
]  # fmt: skip
