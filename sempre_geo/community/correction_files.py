"""Accepted corrections as files for those whose data they mend: OpenStreetMap's mappers, the timetable's publisher.

Nothing is sent anywhere. An osmChange file would need each object's present version and all its tags, which a
region that was built once does not have; OpenStreetMap's own notes say what is wrong, and a mapper mends it.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET  # only written here, never read

import pandas as pd

from sempre_geo.i18n import gettext as _
from sempre_geo.region.ferries import FERRY

_KINDS = {"n": "node", "w": "way", "r": "relation"}
PUBLISHER_COLUMNS = ("layer", "thing", "object", "field", "value", "source", "since", "sentence")


def osm_object(thing: str) -> str:
    """The OpenStreetMap object behind the id of a service or a ferry; empty if there is none.

    >>> osm_object("osm:w12#library"), osm_object("ferry:7"), osm_object("stop:7"), osm_object("osm:x")
    ('way/12', 'way/7', '', '')
    """
    if thing.startswith(FERRY):
        return f"way/{thing.removeprefix(FERRY)}"
    kind, number = thing.removeprefix("osm:")[:1], thing.removeprefix("osm:")[1:].partition("#")[0]
    return f"{_KINDS[kind]}/{number}" if thing.startswith("osm:") and kind in _KINDS and number.isdigit() else ""


def for_publishers(corrections: pd.DataFrame) -> pd.DataFrame:
    """Overrides as a list that a person can work through: :data:`PUBLISHER_COLUMNS`.

    Parameters
    ----------
    corrections : DataFrame
        ``layer, thing, field, value, source, since``, as they are in use.
    """
    sentences = [_sentence(str(row.thing), str(row.field), value=str(row.value), source=str(row.source),
                           since=str(row.since)) for row in corrections.itertuples()]  # fmt: skip
    listed = corrections.assign(
        object=[osm_object(str(thing)) for thing in corrections["thing"]],
        sentence=pd.Series(sentences, index=corrections.index, dtype=object),
    )
    return listed[list(PUBLISHER_COLUMNS)].reset_index(drop=True)


def to_osm_notes(corrections: pd.DataFrame, places: pd.DataFrame) -> tuple[str, int]:
    """A file of OpenStreetMap notes (``.osn``, as JOSM opens it), and the number of notes in it.

    A note stands at its service or ferry, whose place is public; what stands nowhere, as a bus line, and
    services that are not shown to everybody have none.

    Parameters
    ----------
    corrections : DataFrame
        ``layer, thing, field, value, source, since``.
    places : GeoDataFrame
        Services and ferries by their ids; points; ``sensitive`` if some are.

    Examples
    --------
    >>> empty = pd.DataFrame(columns=["layer", "thing", "field", "value", "source", "since"])
    >>> to_osm_notes(empty, pd.DataFrame())[1]
    0
    """
    hidden = set(places.index[places["sensitive"].eq(other=True)]) if "sensitive" in places else set()
    listed = for_publishers(corrections)
    placed = listed["layer"].eq("services") | listed["thing"].str.startswith(FERRY)
    fitting = placed & listed["thing"].isin(places.index) & ~listed["thing"].isin(hidden)
    root = ET.Element("osm-notes")
    for row in listed[fitting].itertuples():
        point = places.loc[[row.thing]].geometry.iloc[0]
        place = {"lat": f"{point.y:.7f}", "lon": f"{point.x:.7f}", "created_at": str(row.since)}
        note = ET.SubElement(root, "note", {"id": str(-1 - int(str(row.Index))), **place})
        comment = ET.SubElement(note, "comment", {"action": "opened", "timestamp": str(row.since)})
        comment.text = f"{row.object} {row.sentence}".strip()
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n", int(fitting.sum())


def _sentence(thing: str, field: str, *, value: str, source: str, since: str) -> str:
    if field in {"gone", "not_running"}:
        said = _("{thing} does not exist any more or does not run (source: {source}; checked {date}).")
        source = f"{value}; {source}" if field == "not_running" and value else source
    else:
        said = _("{thing}: {field} should be '{value}' (source: {source}; checked {date}).")
    return said.format(thing=thing, field=field, value=value, source=source, date=since[:10])
