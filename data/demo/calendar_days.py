"""Ten years of days: public holidays, school holidays, and the services that run on them. All invented."""

from __future__ import annotations

from datetime import date, timedelta

FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)
_DAY = timedelta(days=1)
WEEKDAYS = {"wd": (0, 1, 2, 3, 4), "sch": (0, 1, 2, 3, 4), "tt": (1, 3), "sum": (0, 1, 2, 3, 4), "sa": (5,), "su": (6,)}
SERVICES = {"wd": "WEEKDAYS", "sch": "SCHOOL", "tt": "TUE_THU", "sum": "SUMMER", "sa": "SATURDAYS", "su": "SUNDAYS"}


def _monday(day: date) -> date:
    """The first Monday on or after a day."""
    return day + timedelta(days=-day.weekday() % 7)


def public_holidays(year: int) -> list[tuple[str, date, date]]:
    """Name, first and last day.

    >>> public_holidays(2026)[-2]
    ('Lantern Day', datetime.date(2026, 12, 7), datetime.date(2026, 12, 7))
    """
    lantern = _monday(date(year, 12, 1))
    return [
        ("New Year", date(year, 1, 1), date(year, 1, 1)),
        ("Day of the Shore", date(year, 5, 1), date(year, 5, 1)),
        ("Midsummer", date(year, 6, 23), date(year, 6, 24)),
        ("Lantern Day", lantern, lantern),
        ("Midwinter", date(year, 12, 24), date(year, 12, 26)),
    ]


def school_holidays(year: int) -> list[tuple[str, date, date]]:
    """Holidays that begin in a year; the winter holidays reach into the next."""
    autumn, winter = _monday(date(year, 10, 20)), _monday(date(year, 12, 18))
    spring = _monday(date(year, 3, 10))
    return [
        ("Spring holidays", spring, spring + 6 * _DAY),
        ("Summer holidays", date(year, 6, 10), date(year, 8, 31)),
        ("Autumn holidays", autumn, autumn + 6 * _DAY),
        ("Winter holidays", winter, winter + 13 * _DAY),
    ]


def _days(periods: list[tuple[str, date, date]]) -> set[date]:
    return {start + n * _DAY for _name, start, end in periods for n in range((end - start).days + 1)}


YEARS = range(FIRST.year, LAST.year + 1)
PUBLIC = _days([period for year in YEARS for period in public_holidays(year)])
SCHOOL = _days([period for year in range(FIRST.year - 1, LAST.year + 1) for period in school_holidays(year)])


def runs(service: str, day: date) -> bool:
    """Whether a service runs on a day.

    >>> runs("su", date(2026, 12, 7)), runs("wd", date(2026, 12, 7)), runs("sch", date(2026, 7, 7))
    (True, False, False)
    """
    if service == "su":
        return day.weekday() == 6 or day in PUBLIC
    if day.weekday() not in WEEKDAYS[service] or day in PUBLIC:
        return False
    if service == "sch":
        return day not in SCHOOL
    return service != "sum" or (6, 15) <= (day.month, day.day) <= (8, 15)


def calendar_rows() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of ``calendar.txt`` (the rule) and ``calendar_dates.txt`` (days that differ from it)."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    rules, changes = [], []
    for service, title in SERVICES.items():
        usual = WEEKDAYS[service] if service != "sum" else ()
        week = {name: str(int(at in usual)) for at, name in enumerate(names)}
        rules.append({"service_id": title, **week, "start_date": f"{FIRST:%Y%m%d}", "end_date": f"{LAST:%Y%m%d}"})
        for n in range((LAST - FIRST).days + 1):
            day = FIRST + n * _DAY
            ruled = day.weekday() in usual
            if runs(service, day) != ruled:
                change = "2" if ruled else "1"
                changes.append({"service_id": title, "date": f"{day:%Y%m%d}", "exception_type": change})
    return rules, changes


def holidays_toml() -> str:
    """The ten years' holidays as a planner would write them."""
    parts = ["# Invented holidays of the fictional county, made by make_demo.py; the same days as in its timetable.\n"]
    for kind, of in (("public", public_holidays), ("school", school_holidays)):
        for year in YEARS:
            for name, start, end in of(year):
                parts.append(
                    f'\n[[period]]\ncountry = "demo"\nkind = "{kind}"\nname = "{name}"\nfrom = {start}\nto = {end}\n'
                )
    return "".join(parts)
