"""What is made ready at start, in the order in which the first visitor needs it, while a browser loads its files."""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from threading import Thread
from typing import cast

from sempre_geo.errors import SempreGeoError
from sempre_geo.ui.installation import installation

_log = logging.getLogger(__name__)
_SWITCH_S = 0.0005
_REST_LATER_S = 20.0


def make_ready() -> None:
    """Everything that takes long the first time; what fails here fails again, and is told, on the page itself."""
    share_the_processor()
    gc.disable()  # hardly anything that is read at start is garbage: looking for it takes a sixth of the time
    try:
        first, later = (_read_first_page, _pack_scripts, _prepare_map), (keep_what_is_there, _prepare_the_rest)
        for step in (*first, _finish_erasures, *later):
            step()
    except SempreGeoError as problem:
        _log.warning("%s", problem)
    else:
        _log.info("%s is ready", installation().region.title)
    finally:
        keep_what_is_there()


def keep_what_is_there() -> None:
    """Leave what has been read so far out of every later search for garbage, which then takes next to no time."""
    gc.freeze()
    gc.enable()


def share_the_processor() -> None:
    """Let threads take turns every half millisecond, so that drawing a tile does not hold up a hundred small answers.

    Python's own 5 ms are short for a long computation and long for a page of a hundred files.
    """
    sys.setswitchinterval(_SWITCH_S)


def _read_first_page() -> None:
    """What the first page reads and imports: places, services, what people said, the map's own libraries."""
    from sempre_geo.i18n import SOURCE_LANGUAGE
    from sempre_geo.pipeline.community.public_view import public_contributions
    from sempre_geo.pipeline.explore.places import offered_categories, settlement_names
    from sempre_geo.pipeline.explore.visit_views import offered_days
    from sempre_geo.ui.pictures import surface_bbox

    here = installation()
    region = here.region
    _register_map()
    public_contributions(here.settings, region.name)
    offered_categories(here.settings, region)
    settlement_names(region, SOURCE_LANGUAGE)
    offered_days(here.settings, region.name, today=datetime.now(region.country.zone).date())
    surface_bbox()


def _register_map() -> None:
    """Import streamlit-folium as if in a visitor's run: only there does it make itself known to Streamlit.

    A thread that stands for no run is told so in the log, and the component stays unknown until somebody comes.
    """
    from streamlit.runtime import exists
    from streamlit.runtime.scriptrunner import ScriptRunContext, add_script_run_ctx

    from sempre_geo.publish.maps import serve_leaflet_ourselves

    serve_leaflet_ourselves()
    if exists():
        importing = Thread(target=import_module, args=("streamlit_folium",))
        some_run = cast("ScriptRunContext", _NoVisitor())  # asked only whether there is one
        add_script_run_ctx(importing, some_run).start()
        importing.join()


class _NoVisitor:
    """Stands for a visitor's run while there is none."""


def _pack_scripts() -> None:
    """Streamlit's own scripts, as small as they are sent."""
    from sempre_geo.ui.first_load import pack_soon_needed

    pack_soon_needed()


def _prepare_map() -> None:
    """The shaded grid that the first page shows, and its tiles where the build did not leave them."""
    from sempre_geo.ui.map_frame import first_view
    from sempre_geo.ui.pictures import surface_picture

    here = installation()
    look = here.themes["light"]
    for category in _first_category():
        surface_picture(look.name, category=category, mode="car")
    for _name, _tile in here.tiles.first_look(first_view(here.region), [look]):
        pass


def _finish_erasures() -> None:
    """What a program that was killed left of something that was erased."""
    from sempre_geo.pipeline.community.erasures import finish_erasures

    finish_erasures(installation().settings)


def _prepare_the_rest() -> None:
    """Every zoom of the map; the timetable, and the search compiled or read from its cache.

    It waits until who comes at the very start has a map: both at once would halve the speed of each.
    """
    from sempre_geo.pipeline.explore.visit_views import away_surface, usual_day

    time.sleep(_REST_LATER_S)
    here = installation()
    here.tiles.prepare_every_zoom()
    day = usual_day(here.settings, here.region_name, today=datetime.now(here.region.country.zone).date())
    for category in _first_category():
        if day is None:
            return
        away_surface(here.settings, here.region_name, category=category, day=day, stay_min=60)


def _first_category() -> Sequence[str]:
    from sempre_geo.pipeline.explore.places import offered_categories

    here = installation()
    return offered_categories(here.settings, here.region)[:1]
