"""Use case: who in a region is beyond which standard, how many, of which group, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sempre_geo.errors import InputError
from sempre_geo.gaps.gap_table import EVERYBODY, Assessment, gap_table
from sempre_geo.gaps.standards import EVERYWHERE, Crosswalk, Standard, read_standards, standards_of_country
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.assessments import assess
from sempre_geo.pipeline.gaps.ground import Ground, ground_of
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region
from sempre_geo.settings import Settings

GROUPS = (
    "women", "men", "under_15", "age_15_64", "over_64", "employed", "born_in_country", "born_elsewhere_eu",
    "born_outside_eu", "same_address", "moved_within_country", "moved_from_abroad",
)  # fmt: skip
NO_MUNICIPALITY = ""


def gaps(
    settings: Settings,
    region: str,
    *,
    standards: str | None = None,
    by: str = "municipality",
    day: date | None = None,
    progress: Progress = silent,
) -> pd.DataFrame:
    """The gap table of a built region, all its standards, categories and groups.

    Parameters
    ----------
    standards
        A country code or the path of a table; without it the region's own ``standards.csv`` beside its
        inputs, else the limits of its country.
    by
        ``municipality`` or ``cell``.
    day
        The day that visits by bus are computed for; without it, the first Tuesday two weeks into the timetable.

    Raises
    ------
    InputError
        ``by`` is unknown, or the standards cannot be used.
    MissingFileError
        The region is not built, or a table is not there.
    """
    if by not in {"municipality", "cell"}:
        raise InputError(_("Gaps are counted by municipality or by cell, not by '{by}'.").format(by=by))
    built = region_in_use(settings, region)
    chosen = region_standards(settings, built, standards=standards)
    ground = ground_of(settings, built, day=day)
    tables = []
    for number, standard in enumerate(chosen):
        progress(_("Counting who is beyond {standard}").format(standard=standard.standard_id), number / len(chosen))
        tables += [_counted(ground, found, by=by) for found in assess(ground, standard)]
    progress(_("Done"), 1.0)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def region_standards(settings: Settings, region: Region, *, standards: str | None = None) -> tuple[Standard, ...]:
    """The standards a region is held against: a named file or country, its own file, or its country's."""
    own = settings.inputs(region.name) / "standards.csv"
    if standards and (Path(standards).suffix or Path(standards).is_file()):
        return read_standards(Path(standards))
    if standards is None and own.is_file():
        return read_standards(own)
    shipped = read_standards(settings.definition("standards.csv"))
    country = standards or region.country.code
    if standards and standards not in {standard.country for standard in shipped}:
        known = sorted({standard.country for standard in shipped} - {EVERYWHERE})
        raise InputError(
            _("There are no standards of '{country}'; name a file, or one of {known}.").format(
                country=standards, known=", ".join(known)
            )
        )
    return standards_of_country(shipped, country)


def group_counts(region: Region, standard: Standard, crosswalk: Crosswalk) -> pd.DataFrame:
    """People per cell of everybody and each known group, or of the one group a standard speaks of."""
    cells = region.cells
    named = crosswalk.groups.get(standard.group)
    if named is None or named.names[0] not in cells.columns:
        return pd.DataFrame({standard.group: np.nan}, index=cells.index)
    if named.names[0] != "population":
        return pd.DataFrame(cells[[named.names[0]]])
    known = {EVERYBODY: "population", **{group: group for group in GROUPS if group in cells.columns}}
    return pd.DataFrame({name: cells[column] for name, column in known.items()}, index=cells.index)


def municipality_of_cells(region: Region) -> pd.Series:
    """The municipality id of each cell, on the cells' index; `NO_MUNICIPALITY` for those in none."""
    return pd.Series(region.cells["municipality_id"].fillna(NO_MUNICIPALITY).astype(str))


def municipality_names(region: Region) -> pd.Series:
    """The name of each municipality by its id, and the words for those in none."""
    outside = pd.Series({NO_MUNICIPALITY: _("outside every municipality")})
    return pd.Series(pd.concat([region.municipalities["name"], outside]))


def _counted(ground: Ground, assessment: Assessment, *, by: str) -> pd.DataFrame:
    region, cells = ground.region, ground.region.cells
    groups = group_counts(region, assessment.standard, ground.crosswalk)
    if by == "cell":
        places, names = pd.Series(cells.index, index=cells.index), cells["settlement"]
    else:
        places, names = municipality_of_cells(region), municipality_names(region)
    table = gap_table(assessment, groups, places=places, names=names)
    estimated = cells["estimated"].groupby(places.astype(str).to_numpy()).any()
    return table.assign(
        population_estimated=table["place_id"].map(estimated), data_date=str(region.catalog.get("date") or "")
    )
