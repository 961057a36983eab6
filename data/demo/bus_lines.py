"""The lines and their times: what the operator decided, valley by valley."""

from __future__ import annotations

from dataclasses import dataclass

# service: weekdays without public holidays (wd), school days (sch), Tuesdays and Thursdays (tt),
# summer weekdays (sum), Saturdays (sa), Sundays and public holidays (su)
Times = dict[str, tuple[str, str]]  # service -> starts from the first stop, starts from the last stop


@dataclass(frozen=True)
class Line:
    """One line: ``via`` are the settlements it must pass; times are departures at its two ends."""

    number: str
    via: tuple[str, ...]
    times: Times
    wheelchair: str = "1"
    on_demand: bool = False
    ferry: bool = False


LINES = (
    Line("1", ("Kuuranna", "Rauavere", "Haavere"), {
        "wd": ("06:00 07:40 10:30 13:15 15:10 17:05 19:00", "05:50 06:50 07:25 12:30 14:30 16:10 18:00"),
        "sa": ("08:00 11:00 15:00 18:30", "07:00 12:30 16:30 19:45"), "su": ("10:00 18:00", "12:30 19:15"),
    }),
    Line("2", ("Kuuranna", "Rauavere", "Lazdaine", "Medņurga"), {
        "wd": ("06:15 08:05 11:00 13:10 15:30 17:30", "05:40 06:50 08:30 11:30 15:20 16:30"),
        "sa": ("08:30 13:00 17:00", "07:10 11:00 15:30"), "su": ("10:30 17:30", "12:45 16:00"),
    }),
    Line("3", ("Kuuranna", "Zvejaine"), {
        "wd": ("06:20 07:50 09:30 12:15 14:20 15:45 17:20 20:10", "05:55 07:00 08:40 11:10 13:20 15:05 16:30 18:15"),
        "sa": ("09:00 13:30 17:30", "08:05 12:30 16:30"), "su": ("11:00 17:30", "10:00 16:30"),
    }),
    Line("4", ("Kuuranna", "Ehalaane", "Haavere"), {
        "wd": ("06:10 09:10 14:15 17:00", "06:10 07:20 12:40 15:50"), "sa": ("09:20 15:20", "07:30 13:10"),
    }),
    Line("5", ("Kuuranna", "Linnuranna"), {
        "wd": ("06:30 08:55 12:55 16:25 18:40", "07:15 09:35 13:35 17:05 19:20"),
        "sa": ("08:50 12:50 17:20", "09:40 13:40 18:10"), "su": ("08:50 17:20", "09:40 18:10"),
        "sum": ("10:50", "11:40"),
    }),
    Line("6", ("Zvejaine", "Medņurga"), {"wd": ("07:10 12:50 16:20", "06:00 11:20 15:10"), "sa": ("10:00", "14:00")}),
    Line("7", ("Rauavere", "Ehalaane"), {"wd": ("06:55 11:45 15:35", "05:55 10:40 14:35"), "sch": ("", "07:25")}),
    Line("8", ("Kuuranna",), {
        "wd": ("06:40 07:20 08:00 08:40 09:40 10:40 11:40 12:40 13:40 14:20 15:00 15:40 16:20 17:00 18:00", ""),
        "sa": ("09:30 10:30 11:30 12:30 13:30", ""),
    }),
    Line("21", ("Tirranina", "Metsaveeru", "Hõbeneeme", "Haavere"), {"wd": ("07:10 11:40", "06:30 12:20")}),
    Line("22", ("Rietgals", "Lazdaine"), {"wd": ("12:40 17:50", "12:00 17:10")}),
    Line("23", ("Dienvidragi", "Medņurga"), {"sch": ("07:15", "14:30")}),
    Line("24", ("Kāpgals", "Zvejaine"), {
        "wd": ("06:50 10:30", "09:40 15:00"), "sa": ("09:10", ""), "su": ("", "17:00"),
    }),
    Line("25", ("Kaugemäe", "Ehalaane"), {"wd": ("07:20 12:30", "11:15 16:20")}, wheelchair="2"),
    Line("51", ("Lõunasaare", "Pikksaare"), {
        "wd": ("06:20 08:40 12:40 16:10", "10:15 14:15 17:45 20:00"), "sa": ("08:40 17:10", "10:15 18:45"),
    }, on_demand=True),
    Line("P", ("Pikksaare", "Linnuranna"), {
        "wd": ("06:40 09:00 13:00 16:30 18:45", "07:25 09:45 13:45 17:15 19:30"),
        "sa": ("09:00 13:00 17:30", "09:45 13:45 18:15"), "su": ("09:00 17:30", "09:45 18:15"),
        "sum": ("11:00 20:30", "11:45 21:15"),
    }, ferry=True),
)  # fmt: skip
# The other valleys share four ways of being served; the line's number decides which.
VALLEYS: tuple[Times, ...] = (
    {"wd": ("06:50 13:20", "12:30 16:40")},
    {"wd": ("06:40 09:40 15:30", "09:00 14:10 17:20"), "sa": ("09:00", "14:00")},
    {"sch": ("07:05", "14:40"), "tt": ("09:30", "13:00"), "sum": ("08:30", "15:00")},
    {
        "wd": ("06:20 07:30 12:20 15:20", "06:55 11:40 14:30 17:40"), "sa": ("08:30 14:20", "13:30 17:30"),
        "su": ("15:00", "18:00"),
    },
)  # fmt: skip
BUS_LINES = 25
FERRY_MIN = 25
# Nothing else may run near these: the planted cases rest on it.
KEPT_FREE = (
    "Tirranina",
    "Metsaveeru",
    "Hõbeneeme",
    "Rietgals",
    "Dienvidragi",
    "Kāpgals",
    "Kaugemäe",
    "Ahunurme",
    "Sooveeru",
    "Pikksaare",
)
KEPT_FREE_M = 6000.0
