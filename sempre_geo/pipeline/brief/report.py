"""Use case: the brief of a region or one municipality, for those who decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd

from sempre_geo.community.contributions import AWAITING_REVIEW
from sempre_geo.community.felt import felt_and_calculated, silent_places, silent_sentence
from sempre_geo.errors import InputError, first_items
from sempre_geo.i18n import available_languages
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import language as speaking
from sempre_geo.pipeline.brief import sections
from sempre_geo.pipeline.brief.options import options_compared
from sempre_geo.pipeline.brief.topics import Topic, region_topics
from sempre_geo.pipeline.community.counts import counts
from sempre_geo.pipeline.community.desk import partition
from sempre_geo.pipeline.community.public_view import public_contributions
from sempre_geo.pipeline.gaps.ground import Ground, ground_of
from sempre_geo.pipeline.travel.region_in_use import region_in_use
from sempre_geo.progress import Progress, part_of, silent
from sempre_geo.publish.brief import Brief, Picture, Section, colours_of
from sempre_geo.publish.grid import LIMITS_MIN, NO_WAY, UNKNOWN, cell_corners, grid_picture, time_classes
from sempre_geo.publish.labels import time_steps
from sempre_geo.publish.palette import Theme, read_themes
from sempre_geo.publish.speech import written_date
from sempre_geo.publish.static_maps import map_picture
from sempre_geo.publish.tiles import TileMap, tile_map
from sempre_geo.region.boundaries import municipality_of
from sempre_geo.region.bundle import Region
from sempre_geo.region.categories import read_categories
from sempre_geo.settings import Settings

_MAPS = 2


def report(
    settings: Settings,
    region: str,
    *,
    language: str = "en",
    municipality: str | None = None,
    categories: Sequence[str] = (),
    at: datetime | None = None,
    progress: Progress = silent,
) -> Brief:
    """The brief of a built region.

    Parameters
    ----------
    language
        English or a language with a catalogue.
    municipality
        Only this one, by its name or id.
    categories
        Only these services; all that the region's standards speak of without it.
    at
        Whose week's public counts are shown; this week's without it.

    Raises
    ------
    InputError
        The language, the municipality or a category is unknown.
    MissingFileError
        The region is not built.
    """
    if language not in available_languages():
        raise InputError(
            _("There is no translation into '{language}' yet; choose one of {known}.").format(
                language=language, known=", ".join(available_languages())
            )
        )
    with speaking(language):
        built = region_in_use(settings, region)
        place_id = _municipality(built, municipality) if municipality else ""
        ground = ground_of(settings, built)
        topics = region_topics(ground, categories=categories, progress=part_of(progress, 0.0, 0.7))
        if place_id:
            topics = [topic.inside(place_id) for topic in topics]
        progress(_("Drawing the maps"), 0.75)
        made = _brief(settings, ground, topics, place_id=place_id, language=language, at=at)
        progress(_("Done"), 1.0)
        return made


def _brief(
    settings: Settings, ground: Ground, topics: list[Topic], *, place_id: str, language: str, at: datetime | None
) -> Brief:
    region, theme = ground.region, read_themes(settings)["light"]
    known = read_categories(settings)
    titles = {name: known.title(name) for name in known.by_id}
    table = counts(settings, region.name, at=at)
    said = _said(settings, region, table, place_id)
    cells = region.cells if not place_id else region.cells[region.cells["municipality_id"] == place_id]
    parts: tuple[Section, ...] = (
        sections.in_short(topics, region=region, living=float(cells["population"].sum())),
        sections.on_the_map(_maps(topics, region, theme=theme)),
        *([] if place_id or not topics else [sections.by_municipality(topics)]),
        sections.reasons(topics),
        sections.fairness(topics),
        sections.voices(said, titles=titles, silent=_silent(settings, region, table, place_id)),
        *options_compared(settings, region, topics=topics, place_id=place_id),
        sections.follows(topics),
        sections.grounds(topics, region=region, day=str(ground.day or "")),
    )
    name = str(region.municipalities["name"][place_id]) if place_id else region.spoken_title
    return Brief(
        title=_("Services within reach: {place}").format(place=name),
        subtitle=_subtitle(region, part_of_region=bool(place_id)),
        language=language,
        sections=parts,
        notice=region.notice,
        colours=colours_of(theme),
    )


def _subtitle(region: Region, *, part_of_region: bool) -> str:
    dates = sorted(str(source["date"]) for source in region.sources if source.get("date"))
    newest = _("newest data of {date}").format(date=written_date(dates[-1])) if dates else _("dates not stated")
    return f"{region.spoken_title}, {newest}" if part_of_region else newest


def _municipality(region: Region, wanted: str) -> str:
    names = region.municipalities["name"].astype(str)
    found = names[(names.str.casefold() == wanted.casefold()) | (names.index.astype(str) == wanted)]
    if found.empty:
        raise InputError(
            _("There is no municipality '{name}' in this region; there are {known}.").format(
                name=wanted, known=first_items(sorted(names))
            )
        )
    return str(found.index[0])


def _said(settings: Settings, region: Region, table: pd.DataFrame, place_id: str) -> sections.Said:
    """What was said; of one municipality its own counts, or those of the whole region, which then say so."""
    published, everywhere = _published(settings, region, place_id), table[table["cut"] == "category"]
    own = _of_place(settings, region, table, place_id) if place_id else everywhere
    if own.empty:
        return sections.Said(pd.DataFrame(everywhere), published, of_whole_region=bool(place_id))
    return sections.Said(pd.DataFrame(own), published)


def _of_place(settings: Settings, region: Region, table: pd.DataFrame, place_id: str) -> pd.DataFrame:
    """The public counts by service of the areas that lie in one municipality, summed; no part is made for it."""
    areas, zones = table[table["cut"] == "place"], partition(settings, region.name)
    of_zone = pd.Series(dtype=object) if zones is None else zones.zones["municipality_id"]
    fits = [len(inside) > 0 and bool((of_zone.reindex(inside) == place_id).all()) for inside in areas["zones"]]
    own = areas[np.array(fits, dtype=bool)]
    return own.groupby("category").agg({"people": "sum", "as_of": "first"}).rename_axis("part").reset_index()


def _published(settings: Settings, region: Region, place_id: str) -> pd.DataFrame:
    """Published entries with their reviewed texts; of one municipality those that are shown there."""
    said = public_contributions(settings, region.name)
    said = said[said["status"] != AWAITING_REVIEW]
    if not place_id:
        return pd.DataFrame(said)
    name = str(region.municipalities["name"][place_id])
    return pd.DataFrame(said[(_where(said, region) == place_id) | (said["place_name"] == name)])


def _silent(settings: Settings, region: Region, table: pd.DataFrame, place_id: str) -> list[str]:
    """The silent municipalities in a sentence each, by the public counts; of one municipality only that one."""
    parts = table[(table["cut"] == "place") & (table["category"] == "")]
    inside = _where(parts, region)
    received, sums = parts["people"].groupby(inside).sum(), parts["people"].groupby(inside).count()
    people = region.cells["population"].groupby(region.cells["municipality_id"]).sum()
    places = pd.DataFrame({"people": people.reindex(region.municipalities.index).fillna(0.0), "beyond": np.nan})
    felt = felt_and_calculated(places, received.astype(int)).assign(
        rounded=sums.reindex(places.index).fillna(1).astype(int)
    )
    silent = silent_places(felt)
    silent = silent[~silent.index.isin(_counted_together(settings, region, parts))]
    silent = silent[silent.index == place_id] if place_id else silent
    return [silent_sentence(str(region.municipalities["name"][one]), row) for one, row in silent.iterrows()]


def _counted_together(settings: Settings, region: Region, parts: pd.DataFrame) -> set[str]:
    """Municipalities of which one area holds several: in which of them somebody spoke is not public."""
    zones = partition(settings, region.name)
    if zones is None:
        return set()
    of_zone = zones.zones["municipality_id"]
    holding = [set(of_zone.reindex(inside).dropna()) for inside in parts["zones"]]
    return {one for municipalities in holding if len(municipalities) > 1 for one in municipalities}


def _where(shown: pd.DataFrame, region: Region) -> pd.Series:
    """The municipality in which each row's shown point lies; None where no point is shown."""
    pinned = shown[shown["lon"].notna()]
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(pinned["lon"], pinned["lat"]), index=pinned.index, crs="EPSG:4326"
    )
    return municipality_of(points, region.municipalities).reindex(shown.index)


def _maps(topics: Sequence[Topic], region: Region, *, theme: Theme) -> list[Picture]:
    """The topics in minutes with most people beyond: one by bus and one by street, or whatever there is."""
    drawable = [topic for topic in sections.worst_first(topics) if topic.assessment.standard.unit == "min"]
    drawable = [
        topic for topic in drawable if topic.assessment.mode in LIMITS_MIN and bool(topic.assessment.known.any())
    ]
    by_bus = [topic for topic in drawable if topic.assessment.mode == "transit"][:1]
    by_street = [topic for topic in drawable if topic.assessment.mode != "transit"][: _MAPS - len(by_bus)]
    base = tile_map(region) if by_bus or by_street else None
    return [_map(topic, region, base=base, theme=theme) for topic in (*by_bus, *by_street) if base is not None]


def _map(topic: Topic, region: Region, *, base: TileMap, theme: Theme) -> Picture:
    cost, mode = topic.assessment.cost, topic.assessment.mode
    classes = time_classes(cost.where(topic.assessment.known), mode=mode, known=topic.assessment.known)
    cells = region.cells.loc[cost.index]
    picture = grid_picture(cell_corners(cells), classes.to_numpy(dtype=np.uint8), theme=theme)
    no_way = _("no same-day visit") if mode == "transit" else _("no way")
    others = {NO_WAY: (theme.no_visit, no_way), UNKNOWN: (theme.unknown, _("not known"))}
    legend = tuple(zip(theme.time, time_steps(mode), strict=True))
    legend += tuple(entry for step, entry in others.items() if (classes == step).any())
    bbox = tuple(float(edge) for edge in cells.total_bounds) if len(cells) < len(region.cells) else region.bbox
    west, south, east, north = bbox
    return Picture(
        map_picture(base, picture, bbox=(west, south, east, north), theme=theme), sections.map_caption(topic), legend
    )
