"""My service: for a service's own people, to keep it right, see who can come, read, answer and offer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.providers import Around, needs_around, own_services
from sempre_geo.pipeline.explore.own_service import ServiceFacts, service_facts
from sempre_geo.pipeline.explore.visit_views import STAYS_MIN, usual_day
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import duration
from sempre_geo.ui import lists, provider_desk, review_desk, session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins, marker_at, service_pins
from sempre_geo.ui.legend import pin_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.provider_asking import becoming_a_provider

_MAP_PX = 320

here, region = installation(), installation().region
day = usual_day(here.settings, region.name, today=datetime.now(region.country.zone).date())


def _which(ids: tuple[str, ...]) -> ServiceFacts:
    """The service looked at; a choice only for people of several."""
    facts = {
        one: service_facts(here.settings, region.name, service_id=one, language=current_language())
        for one in ids if one in region.services.index
    }  # fmt: skip
    if len(facts) < 2:  # noqa: PLR2004 - a choice takes two
        return facts.get(ids[0]) or service_facts(here.settings, region.name, service_id=ids[0])
    chosen = lists.selectbox(_("Which one?"), list(facts), key="own_service", format_func=lambda one: facts[one].name)
    return facts[str(chosen)]


def _head(shown: ServiceFacts, around: Around) -> None:
    name = inert(shown.name or words.category(shown.category))
    place = f' <span class="in">{inert(shown.place)}</span>' if shown.place else ""
    source = inert(_("Where this comes from: {source}").format(source=shown.source)) if shown.source else ""
    link = f"/service?service={shown.category}&at={shown.service_id}"
    with st.container(key="own_head"):
        st.html(
            f'<div class="answer"><h2>{name}{place}</h2><p class="said">{source}</p><p class="said">'
            f'<a class="door" href="{escape(link)}" target="_self">{escape(_("What everybody sees of it"))}</a>'
            "</p></div>"
        )
        with st.container(key="own_map"):
            pins = [service_pins(shown.category), marker_at(shown.lon, shown.lat), contribution_pins(around.texts)]
            show_map(
                region, [pin for pin in pins if pin], key=f"my_service-{shown.service_id}",
                around=(shown.lon, shown.lat), height_px=_MAP_PX,
            )  # fmt: skip
            pin_legend(
                session.theme(),
                [("service", words.category(shown.category)), ("need", _("need")), ("idea", _("idea"))],
            )


def _stay() -> int:
    if day is None:
        st.info(_("This region was built without a timetable, so that the way by bus is not known."))
        return STAYS_MIN[0]
    minutes = lists.selectbox(
        _("How long does a visit take?"), [str(minutes) for minutes in STAYS_MIN], index=2, key="own_stay",
        format_func=lambda minutes: duration(int(minutes)), width=240,
    )  # fmt: skip
    return int(str(minutes))


def _desk(ids: tuple[str, ...]) -> None:
    shown = _which(ids)
    around = needs_around(
        here.settings, region.name, service_id=shown.service_id, services=pd.DataFrame(region.services),
        by=session.login_token(),
    )  # fmt: skip
    _head(shown, around)
    review_desk.said()
    parts: dict[str, tuple[str, Callable[[], None]]] = {
        "hours": (_("Hours and who can come"), lambda: provider_desk.hours(shown, day=day, stay_min=_stay())),
        "facts": (_("Places, access, languages"), lambda: provider_desk.facts(shown)),
        "needs": (_("Needs around me"), lambda: provider_desk.needs(shown, around)),
        "offers": (_("Offer something"), lambda: provider_desk.own_offers(shown)),
        "team": (_("Join a team"), provider_desk.team),
    }
    chosen = st.pills(
        _("What do you want to do?"), list(parts), key="own_part", required=True,
        default=None if "own_part" in st.session_state else "hours", format_func=lambda part: parts[part][0],
    )  # fmt: skip
    with st.container(key="reading"):
        parts[str(chosen)][1]()


page_title(
    _("My service"),
    _("For a service's own people: keep its hours right, see who can come, and answer what people need."),
)
own = own_services(here.settings, by=session.login_token())
if own:
    try:
        _desk(own)
    except SempreGeoError as problem:
        st.info(str(problem))
else:
    with st.container(key="reading"):
        becoming_a_provider()
