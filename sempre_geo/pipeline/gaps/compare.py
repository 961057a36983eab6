"""Use cases of comparing: municipalities ranked, regions side by side, today beside an earlier build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sempre_geo.errors import InputError, MissingDataError
from sempre_geo.gaps.build_changes import CAUSES, Build, changes_between
from sempre_geo.gaps.standards import Standard
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.explore.views import open_region
from sempre_geo.pipeline.gaps.answers import EVERYBODY, NO_MUNICIPALITY, GapAnswer, gap_answer, municipality_name
from sempre_geo.pipeline.gaps.limits import limits_of, own_limit
from sempre_geo.publish.speech import written_date
from sempre_geo.region.bundle import Region
from sempre_geo.region.earlier import earlier_folder
from sempre_geo.settings import Settings

LAST = "last"
_KINDS = {"osm": "map", "gtfs": "timetable", "population": "people", "boundaries": "borders", "services": "services"}


@dataclass(frozen=True)
class Question:
    """What is compared: a service, a way of getting there, and a limit.

    ``limit`` is the id of a standard of the region, or minutes as text; ``group`` a column of the cells.
    """

    category: str
    mode: str
    limit: str
    group: str = EVERYBODY


@dataclass(frozen=True, eq=False)
class BuildComparison:
    """Today beside an earlier build.

    Attributes
    ----------
    table
        By municipality, the largest change first: ``place_id, name, people_before, people_now, beyond_before,
        beyond_now, change`` and ``by_people, by_services, by_hours, by_timetable, by_map``, which add up to it.
    sources
        A sentence for each source that is another one than before.
    """

    table: pd.DataFrame
    sources: tuple[str, ...]


def compare_municipalities(settings: Settings, region: str, *, question: Question, language: str = "") -> pd.DataFrame:
    """The municipalities of a region from the largest share beyond to the smallest, with bounds of shares and ranks.

    Columns ``place_id, name, category, mode, group, standard_id, limit, unit``, then those of `Ranking`.
    """
    answer = _answer(settings, region, question, language=language)
    table = answer.table.reset_index()
    named: dict[str, str | float] = {
        "category": question.category,
        "mode": question.mode,
        "group": answer.group,
        **_limit(answer.standard),
    }
    table = table.assign(**named)
    first = ["place_id", "name", *named]
    return table[[*first, *(column for column in table.columns if column not in first)]]


def compare_regions(settings: Settings, regions: Sequence[str], *, question: Question) -> pd.DataFrame:
    """Regions side by side, each whole and held against the same limit; the largest share beyond first.

    Returns
    -------
    pandas.DataFrame
        ``region, title, country, data_date, day, category, mode, group, standard_id, limit, unit, people, beyond,
        beyond_low, beyond_high, unknown, share_beyond, cells``. A region that lacks a timetable or the service is
        unknown, not without gaps.

    Raises
    ------
    InputError
        A region is named twice.
    """
    if len(set(regions)) < len(regions):
        raise InputError(_("A region is named twice; compare each with another."))
    standard = _standard(settings, regions[0], question)
    rows = []
    for region in regions:
        built = open_region(settings, region)
        answer = gap_answer(
            settings, region, standard=standard, category=question.category, group=question.group
        )  # fmt: skip
        whole, total = answer.ranking.whole, answer.total
        rows.append(
            {
                "region": built.name, "title": built.spoken_title, "country": built.country.code,
                "data_date": str(built.catalog.get("date") or ""), "day": answer.assessment.day,
                "category": question.category, "mode": question.mode, "group": answer.group, **_limit(standard),
                "people": total["people"], "beyond": whole.value, "beyond_low": whole.low, "beyond_high": whole.high,
                "unknown": total["unknown"], "share_beyond": total["share_beyond"], "cells": int(total["cells"]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows).sort_values("share_beyond", ascending=False, kind="stable", ignore_index=True)


def compare_builds(settings: Settings, region: str, *, earlier: str, question: Question) -> BuildComparison:
    """What changed since an earlier build of a region, by municipality, and why.

    Parameters
    ----------
    earlier
        The folder of the earlier build, or ``last`` for the one that the last build replaced.

    Raises
    ------
    MissingDataError
        No earlier build is kept.
    MissingFileError
        No region is built in that folder.
    """
    folder = earlier_folder(settings.results(region)) if earlier == LAST else Path(earlier).absolute()
    if not folder.is_dir():
        raise MissingDataError(
            _("No earlier build is kept in {folder}; build again when the data change.").format(folder=folder)
        )
    standard = _standard(settings, region, question)
    before, now = open_region(settings, str(folder)), open_region(settings, region)
    cells = changes_between(
        _build(settings, str(folder), standard, question), _build(settings, region, standard, question)
    )
    places = now.cells["municipality_id"].reindex(cells.index)
    places = places.fillna(before.cells["municipality_id"].reindex(cells.index)).fillna(NO_MUNICIPALITY).astype(str)
    table = cells.groupby(places.rename("place_id")).sum().reset_index()
    table.insert(1, "name", [municipality_name(now, place) for place in table["place_id"]])
    order = table["change"].abs().sort_values(ascending=False, kind="stable").index
    return BuildComparison(table.loc[order].reset_index(drop=True), tuple(_other_sources(before, now)))


def change_sentences(comparison: BuildComparison) -> list[str]:
    """How many more or fewer are beyond, by cause, and which sources are others."""
    total = comparison.table.drop(columns=["place_id", "name"]).sum()
    causes = {
        "people": _("because other people live there"),
        "services": _("because services came or went"),
        "hours": _("because services changed their hours"),
        "timetable": _("because the timetable changed"),
        "map": _("because streets or other map data changed"),
    }
    told = [
        _("{before} people were beyond the limit, {now} are now.").format(
            before=round(total["beyond_before"]), now=round(total["beyond_now"])
        )
    ]
    for cause in CAUSES:
        number = round(total[f"by_{cause}"])
        if number:
            told.append(_("{change}: {why}.").format(change=f"{number:+d}", why=causes[cause]))
    return [*told, *comparison.sources]


def _answer(settings: Settings, region: str, question: Question, *, language: str = "") -> GapAnswer:
    standard = _standard(settings, region, question)
    return gap_answer(
        settings, region, standard=standard, category=question.category, group=question.group, language=language
    )


def _standard(settings: Settings, region: str, question: Question) -> Standard:
    """The limit asked for: minutes, or the id of one of the region's standards for this service and mode."""
    if question.limit.replace(".", "", 1).isdigit():
        return own_limit(category=question.category, mode=question.mode, limit_min=float(question.limit))
    known = limits_of(settings, region, category=question.category, mode=question.mode)
    for standard in known:
        if standard.standard_id == question.limit:
            return standard
    raise InputError(
        _("There is no limit '{limit}' for {category} by {mode}; give minutes, or one of: {known}.").format(
            limit=question.limit, category=question.category, mode=question.mode,
            known=", ".join(standard.standard_id for standard in known) or _("none"),
        )
    )  # fmt: skip


def _limit(standard: Standard) -> dict[str, str | float]:
    return {"standard_id": standard.standard_id, "limit": standard.limit, "unit": standard.unit}


def _build(settings: Settings, region: str, standard: Standard, question: Question) -> Build:
    answer = gap_answer(settings, region, standard=standard, category=question.category, group=question.group)
    built = open_region(settings, region)
    services = built.services
    hours = services.loc[services["category"].astype(str) == question.category, "opening_hours"]
    checksums = [str(source["sha256"]) for source in _sources(built) if _kind(source) == "timetable"]
    return Build(answer.assessment, built.cells[answer.group].astype(float), hours, "".join(checksums))


def _sources(region: Region) -> list[Mapping[str, object]]:
    return list(region.sources)


def _kind(source: Mapping[str, object]) -> str:
    return _KINDS.get(str(source["id"]).split("-")[0], str(source["id"]))


def _other_sources(before: Region, now: Region) -> list[str]:
    """Sources that are not the same file as before, each with both dates."""
    old = {str(source["id"]): source for source in _sources(before)}
    told = []
    for source in _sources(now):
        was = old.pop(str(source["id"]), None)
        if was is None:
            told.append(_("New: {title} ({date}).").format(title=source["title"], date=_date(source)))
        elif was["sha256"] != source["sha256"]:
            told.append(
                _("{title} is another file than before: {was} then, {date} now.").format(
                    title=source["title"], was=_date(was), date=_date(source)
                )
            )
    gone = [_("No longer used: {title} ({date}).").format(title=was["title"], date=_date(was)) for was in old.values()]
    return told + gone


def _date(source: Mapping[str, object]) -> str:
    return written_date(str(source.get("date") or "")) or _("date not known")
