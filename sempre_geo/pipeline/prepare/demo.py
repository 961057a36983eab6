"""Use case: the fictional region, built from its own files and filled with what its people said."""

from __future__ import annotations

from pathlib import Path

from sempre_geo.errors import MissingFileError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.exchange import seed
from sempre_geo.pipeline.prepare.build import build_region
from sempre_geo.progress import Progress, silent
from sempre_geo.region.bundle import Region, built_regions, read_region
from sempre_geo.region.files import read_checksum, write_text
from sempre_geo.settings import Settings

NAME = "demo"
COUNTRY = "demo"
OPTIONS = "options"
_SCENARIOS = "scenarios"
OWN_TABLES = ("hours.toml", "standards.csv")
_STAMP = "inputs.sha256"


def build_demo(settings: Settings, *, progress: Progress = silent) -> Region:
    """The fictional region, built if it is not there or its files have changed.

    What people of the fictional county said is put into the store once; doing it again changes nothing.

    Raises
    ------
    MissingFileError
        The installation lacks the fictional region's files.
    """
    inputs = demo_inputs(settings)
    sums = "\n".join(f"{read_checksum(path)}  {path.name}" for path in sorted(inputs.values()))
    stamp = settings.results(NAME) / _STAMP
    if NAME not in built_regions(settings) or not stamp.is_file() or stamp.read_text(encoding="utf-8") != sums:
        build_region(
            settings, NAME, osm=[inputs["osm"]], gtfs=[inputs["gtfs"]], population=inputs["population"],
            boundaries=inputs["boundaries"], country=COUNTRY, progress=progress,
        )  # fmt: skip
        write_text(sums, stamp)
    _keep_own_tables(settings, inputs["osm"].parent)
    seed(
        settings, NAME, contributions=inputs["contributions"], proposals=inputs["proposals"],
        networks=inputs["networks"],
    )  # fmt: skip
    return read_region(NAME, settings)


def _keep_own_tables(settings: Settings, source: Path) -> None:
    """Put the county's own holidays, standards and options where a region's own are looked for."""
    own = settings.inputs(NAME)
    for name in OWN_TABLES:
        if (source / name).is_file() and not (own / name).is_file():
            write_text((source / name).read_text(encoding="utf-8"), own / name)
    kept = own / _SCENARIOS
    if not kept.is_dir():  # what somebody has thrown away since does not come back
        for path in sorted((source / OPTIONS).glob("*.toml")):
            write_text(path.read_text(encoding="utf-8"), kept / path.name)


def demo_inputs(settings: Settings) -> dict[str, Path]:
    """The fictional region's files by what they are: in the checkout's data folder, or inside the installed package."""
    names = {
        "osm": "demo.osm.pbf",
        "gtfs": "demo_gtfs.zip",
        "population": "census_grid.csv",
        "boundaries": "boundaries.geojson",
        "contributions": "contributions.csv",
        "proposals": "proposals.json",
        "networks": "networks.json",
    }
    package = Path(__file__).resolve().parents[2]
    for folder in (settings.inputs(NAME), package / "demo", package.parent / "data" / NAME):
        if all((folder / name).is_file() for name in names.values()):
            return {what: folder / name for what, name in names.items()}
    raise MissingFileError(
        _("The fictional region's files are missing from {folder}; install sempre-geo again.").format(folder=package)
    )
