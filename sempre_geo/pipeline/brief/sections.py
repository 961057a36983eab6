"""The sections of a brief, each from figures and frames that were counted before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sempre_geo import __version__
from sempre_geo.gaps.gap_table import EVERYBODY
from sempre_geo.gaps.standards import EVERYWHERE
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.brief import wording
from sempre_geo.pipeline.brief.topics import Topic
from sempre_geo.pipeline.gaps.sentences import reason_words, spoken_limit
from sempre_geo.publish.brief import Bars, Block, Picture, Points, Section, Table
from sempre_geo.publish.labels import groups, kinds, obstacles
from sempre_geo.publish.speech import number, people, share, written_date
from sempre_geo.region.bundle import Region, kept_title

_MOST_TOPICS = 8
_FAR_MODES = frozenset({"car", "transit"})
_MOST_COLUMNS = 5
_MOST_CHARTS = 3
_MOST_QUOTES = 4
_LONGEST_QUOTE = 400
_NOT_KNOWN = "-"


@dataclass(frozen=True, eq=False)
class Said:
    """What anybody may know of what people said: the public counts, and published entries with their texts.

    Attributes
    ----------
    counts
        One row a service: ``part`` (a category, or an empty text for all together), ``people, as_of``.
    of_whole_region
        The document is of one municipality, but the counts are not: none of the public ones is of it alone.
    """

    counts: pd.DataFrame
    published: pd.DataFrame
    of_whole_region: bool = False


def worst_first(topics: Iterable[Topic]) -> list[Topic]:
    """Topics with most people beyond first.

    A limit made for one service goes before one that holds for every service alike; of the latter those by car or
    bus go first, as nobody expects a hospital within walking distance of every home. Unknown ones are left out.
    """

    def place(topic: Topic) -> tuple[bool, bool, float]:
        standard = topic.assessment.standard
        general = standard.category == EVERYWHERE
        return general and standard.mode not in _FAR_MODES, general, -topic.beyond

    return sorted((topic for topic in topics if not math.isnan(topic.share)), key=place)


def in_short(topics: Sequence[Topic], *, region: Region, living: float) -> Section:
    """The key figures, one sentence each."""
    first = [_("People here, as far as they are counted: {people}.").format(people=people(living))]
    if bool(region.cells["estimated"].any()):
        first.append(_("No population data were given: the numbers of people are estimated."))
    said = [wording.key_sentence(topic) for topic in worst_first(topics)[:_MOST_TOPICS]]
    if not topics:
        said = [_("No standard holds for this region: there is no published one, and the operator has set none.")]
    if topics and not said:
        said = [_("The data tell nothing about the limits that hold here.")]
    return Section(_("In short"), (Points((*first, *said)),))


def by_municipality(topics: Sequence[Topic]) -> Section:
    """Who is beyond the limits with most people beyond, municipality by municipality."""
    shown = worst_first(topics)[:_MOST_COLUMNS]
    places = sorted({place for topic in shown for place in topic.table.index})
    names = {place: str(topic.table["name"][place]) for topic in shown for place in topic.table.index}
    rows = [
        (names[place], number(_people_of(shown, place)), *(_cell(topic.table, place) for topic in shown))
        for place in places
    ]
    heading = (_("Municipality"), _("People"), *(f"{topic.title}, {_way_and_limit(topic)}" for topic in shown))
    note = _("People beyond the limit, and their share of those of whom it is known. A dash: not known.")
    return Section(_("Municipality by municipality"), (Table(heading, tuple(rows), note=note),))


def reasons(topics: Sequence[Topic]) -> Section:
    """Why people are beyond a limit, for the topics with most of them."""
    charts: list[Block] = []
    for topic in worst_first(topics)[:_MOST_CHARTS]:
        counts = topic.reasons()
        if counts.empty:
            continue
        bars = tuple(
            (reason_words(topic.assessment.standard, str(code)), float(n / counts.iloc[0]), people(float(n)))
            for code, n in counts.items()
        )
        reading = _("{service}, {way}: why {people} miss the limit of {limit}.").format(
            service=topic.title,
            way=wording.way_phrase(topic.assessment.standard),
            people=people(topic.beyond),
            limit=spoken_limit(topic.assessment.standard),
        )
        charts.append(Bars(reading, bars))
    return Section(_("Why"), tuple(charts) or (_("Nobody is known to be beyond a limit."),))


def fairness(topics: Sequence[Topic]) -> Section:
    """Groups that are beyond a limit more often than everybody else, by more than chance; the strongest first."""
    found = [
        (ratio.value, wording.fairness_sentence(topic, group, ratio))
        for topic in topics
        for group, ratio in topic.group_ratios.items()
        if wording.hit_more(ratio)
    ]
    said = tuple(sentence for _value, sentence in sorted(found, key=lambda pair: -pair[0])[:_MOST_TOPICS])
    none = _("No group that the population data know is hit more than the others by more than chance.")
    return Section(_("Whom it hits"), (Points(said),) if said else (none,))


def voices(said: Said, *, titles: Mapping[str, str], silent: Sequence[str]) -> Section:
    """What people said: counts in steps, some of their reviewed words, and where nobody was heard."""
    blocks: list[Block] = []
    if said.counts.empty:
        blocks.append(_("Too few people have spoken to publish numbers. That is silence, not satisfaction."))
    else:
        blocks += [f"{_('The whole region')}:"] if said.of_whole_region else []
        blocks.append(_counted(said, titles=titles))
    quotes = _quotes(said.published)
    if quotes:
        blocks += [_("In their own words, as published after review:"), Points(quotes, quoted=True)]
    if silent:
        blocks += [_("Silent places") + ":", Points(tuple(silent))]
    return Section(_("What people said"), tuple(blocks))


def _counted(said: Said, *, titles: Mapping[str, str]) -> Table:
    """The voices by service, most first; of the whole region the column says so."""
    named = {"": _("All services"), **titles}
    rows = tuple(
        (named.get(str(row["part"]), _("Other subjects")), number(float(row["people"])))
        for _number, row in said.counts.sort_values("people", ascending=False, kind="stable").iterrows()
    )
    note = _("Counts are rounded down to fives and small ones are joined, so that nobody can be told. Week of {day}.")
    day = written_date(str(said.counts["as_of"].iloc[0]))
    column = _("Voices, at least")
    column = f"{_('The whole region')}: {column}" if said.of_whole_region else column
    return Table((_("Service"), column), rows, note=note.format(day=day))


def follows(topics: Sequence[Topic]) -> Section:
    """Recommendations, and the rules they come from."""
    said = wording.recommendations([*worst_first(topics), *(topic for topic in topics if math.isnan(topic.share))])
    first: Block = Points(said) if said else _("None of the rules below fits these figures.")
    rules = Points(wording.rules_in_words())
    return Section(_("What follows"), (first, _("These follow from the figures by fixed rules:"), rules))


def grounds(topics: Sequence[Topic], *, region: Region, day: str) -> Section:
    """Standards, method, sources with dates, and what is not known."""
    limits = _limits(topics)
    sources = tuple(
        (
            str(source["title"]),
            str(source["licence"]),
            written_date(str(source.get("date") or "")) or _("not stated"),
        )
        for source in region.sources
    )
    return Section(
        _("Standards, method, sources, and what we do not know"),
        (
            Table((_("Service"), _("Limit"), _("Status"), _("Source"), _("Counted as")), limits, numbers=5),
            Points(_method(topics, day=day)),
            Table((_("Source"), _("Licence"), _("Date")), sources, numbers=3),
            Points(_missing(topics, region=region)),
        ),
    )


def _limits(topics: Sequence[Topic]) -> tuple[tuple[str, ...], ...]:
    """One row for all services with the same limits from the same source, whatever their number of ways there."""
    by_service: dict[tuple[str, str, str], tuple[list[str], list[str]]] = {}
    for topic in topics:
        standard = topic.assessment.standard
        key = (topic.title, wording.status_phrase(standard), kept_title(standard.source))
        limits, notes = by_service.setdefault(key, ([], []))
        whom = "" if topic.group == EVERYBODY else f"{groups().get(topic.group, topic.group)}: "
        limits.append(f"{whom}{_way_and_limit(topic)}")
        notes.append(topic.assessment.in_words())
    services: dict[tuple[str, ...], list[str]] = {}
    for (title, status, source), (limits, notes) in by_service.items():
        row = ("; ".join(dict.fromkeys(limits)), status, source, "; ".join(dict.fromkeys(filter(None, notes))))
        services.setdefault(row, []).append(title)
    return tuple((", ".join(named), *row) for row, named in services.items())


def _method(topics: Sequence[Topic], *, day: str) -> tuple[str, ...]:
    lines = [
        _("Travel times follow the streets from where people live to the nearest service, the last metres included."),
        _("Intervals come from drawing places anew 999 times; 95 of 100 draws lie inside."),
        _("Made by sempre_geo {version}; the same data give the same document.").format(version=__version__),
    ]
    if day and any(topic.assessment.mode == "transit" for topic in topics):
        lines.insert(
            1,
            _("Visits by bus: there, an hour inside the opening hours, and home, on {day}.").format(
                day=written_date(day)
            ),
        )
    return tuple(lines)


def _missing(topics: Sequence[Topic], *, region: Region) -> tuple[str, ...]:
    lines = list(region.notes)
    uncounted = int(region.cells["population"].isna().sum())
    if uncounted:
        sentence = _("In {n} inhabited places the number of people is confidential; they are in no figure.")
        lines.append(sentence.format(n=number(uncounted)))
    nothing: dict[str, list[str]] = {}
    unknown: dict[tuple[str, str], list[str]] = {}
    for topic in topics:
        way = wording.way_phrase(topic.assessment.standard)
        if math.isnan(topic.share):
            nothing.setdefault(way, []).append(topic.title)
        elif topic.unknown >= 1:
            unknown.setdefault((way, people(topic.unknown)), []).append(topic.title)
    for (way, count), titles in unknown.items():
        sentence = _("{service}, {way}: not known for {people}.")
        lines.append(sentence.format(service=", ".join(dict.fromkeys(titles)), way=way, people=count))
    for way, titles in nothing.items():
        sentence = _("Not known at all, {way}: {services}.")
        lines.append(sentence.format(way=way, services=", ".join(dict.fromkeys(titles))))
    return tuple(dict.fromkeys(lines))


def map_caption(topic: Topic) -> str:
    """What a map of a topic shows."""
    standard = topic.assessment.standard
    return _("{service}, {way}. Shaded where people live; the limit is {limit} ({status}).").format(
        service=topic.title,
        way=wording.way_phrase(standard),
        limit=spoken_limit(standard),
        status=wording.status_phrase(standard),
    )


def on_the_map(pictures: Sequence[Picture]) -> Section:
    """The maps."""
    return Section(_("On the map"), tuple(pictures))


def _way_and_limit(topic: Topic) -> str:
    standard = topic.assessment.standard
    return f"{wording.way_phrase(standard)}, {spoken_limit(standard)}"


def _people_of(topics: Sequence[Topic], place: str) -> float:
    return max((float(topic.table["people"].get(place, 0.0)) for topic in topics), default=0.0)


def _cell(table: pd.DataFrame, place: str) -> str:
    beyond, part = (float(table[name].get(place, np.nan)) for name in ("beyond", "share_beyond"))
    if math.isnan(part):
        return _NOT_KNOWN
    return _("{n} ({share})").format(n=number(beyond), share=share(part)) if beyond >= 1 else "0"


def _quotes(published: pd.DataFrame) -> tuple[str, ...]:
    """Reviewed texts with most voices, a need or an idea, and what stands in the way."""
    written = published[
        published["text"].fillna("").str.strip().ne("") & published["text"].str.len().le(_LONGEST_QUOTE)
    ]
    chosen = written.sort_values(["voices", "id"], ascending=[False, True], kind="stable").head(_MOST_QUOTES)
    known = {**kinds(), **obstacles()}
    return tuple(
        _("“{text}” ({kind}, {place})").format(
            text=str(row["text"]).strip(), kind=known.get(str(row["kind"]), str(row["kind"])), place=row["place_name"]
        )
        for _number, row in chosen.iterrows()
    )
