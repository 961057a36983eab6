"""Listen: what is needed where, where many say the same, what is new, and the places from which nobody has spoken."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape

import geopandas as gpd
import pandas as pd
import streamlit as st

from sempre_geo.community.felt import class_title, felt_sentence, questions_to_ask
from sempre_geo.community.groups import told_groups
from sempre_geo.community.listening import cluster_sentence
from sempre_geo.community.moments import moment, stamp
from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.listening import Heard, heard_and_silent, listen, news, note_look
from sempre_geo.pipeline.gaps.answers import EVERYBODY
from sempre_geo.publish.maps import inert, pin_group, to_features
from sempre_geo.publish.speech import calendar_date
from sempre_geo.ui import lists, session, silence, words
from sempre_geo.ui.charts import private_table
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import contribution_pins
from sempre_geo.ui.legend import pin_legend
from sempre_geo.ui.login import login_address
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.session import theme

ALL = ""
_MONTHS = {0: 0, 61: 2, 365: 12}
_MOST_CLUSTERS = 8
here, region = installation(), installation().region
token = session.login_token()


def _ask() -> tuple[str, str, str]:
    """What to listen to; group and time only for whom the use case lets ask by them."""
    page_title(_("Listen"), _("What people say, where many say the same, and who has said nothing."))
    category = lists.selectbox(
        _("Service"), [ALL, *words.category_choices(region)], key="listen_service",
        format_func=lambda name: words.category(name) if name else _("All services"),
    )  # fmt: skip
    if not session.is_coordinator():
        return str(category), "", ""
    group = lists.selectbox(
        _("Who"), [ALL, *told_groups()], key="listen_group",
        format_func=lambda name: told_groups()[name] if name else _("Everybody"),
    )  # fmt: skip
    days = st.pills(
        _("Since"), list(_MONTHS), key="listen_since", required=True,
        default=None if "listen_since" in st.session_state else 0,
        format_func=lambda days: ngettext("{n} month", "{n} months", _MONTHS[days]).format(n=_MONTHS[days])
        if days else _("always"),
    )  # fmt: skip
    since = stamp(datetime.now(region.country.zone) - timedelta(days=int(days))) if days else ""
    return str(category), str(group), since


def _tell(heard: Heard) -> None:
    """Clusters in words."""
    lines = [
        cluster_sentence(
            one, service=words.category(one.category),
            obstacle=words.obstacles().get(one.obstacle, "") if one.obstacle else "",
        )
        for one in heard.clusters[:_MOST_CLUSTERS]
    ]  # fmt: skip
    nothing = _("Nowhere have five people or more said the same yet.")
    told = "".join(f"<li>{inert(line)}</li>" for line in lines)
    body = f"<ul>{told}</ul>" if lines else f"<p>{escape(nothing)}</p>"
    st.html(f'<div class="answer" role="status"><h2>{escape(_("Many say the same"))}</h2>{body}</div>')


def _draw(heard: Heard) -> None:
    groups = [group for group in (contribution_pins(heard.needs),) if group]
    pins = [("need", words.kinds()["need"])]
    if heard.clusters:
        frame = pd.DataFrame([{"lon": one.lon, "lat": one.lat} for one in heard.clusters])
        places = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")
        labels = [
            cluster_sentence(one, service=words.category(one.category), obstacle="") for one in heard.clusters
        ]  # fmt: skip
        groups.append(pin_group(to_features(places, pins=["here"] * len(places), labels=labels), theme()))
        pins.append(("here", _("Many say the same")))
    pin_legend(theme(), pins)
    show_map(region, groups, key="listen")


def _table(heard: Heard) -> None:
    shown = heard.places.assign(
        service=[words.category(str(name)) if name else "" for name in heard.places["category"]]
    )
    columns = {"service": _("Service"), "place_name": _("Place"), "people": _("People")}
    private_table(shown, columns=columns, key="listen_table")
    if not heard.exact:
        st.caption(_("Numbers are those of last Monday in steps of five, so that nobody can be told from them."))


def _news() -> None:
    """What was published since the coordinator last looked."""
    try:
        found = news(here.settings, region.name, by=token)
    except NotAllowedError:
        return
    n = int(found.new["people"].sum())
    st.subheader(_("New"))
    if found.since:
        day = calendar_date(moment(found.since).astimezone(region.country.zone).date())
        told = ngettext("{n} person has spoken since {day}.", "{n} people have spoken since {day}.", n)
        st.write(told.format(n=n, day=day))
    else:
        st.write(_("You have not marked anything as seen yet."))
    lines = [
        f"{words.category(str(row['category']))}, {row['place_name']}: {row['people']}"
        for _number, row in found.new.head(_MOST_CLUSTERS).iterrows()
    ]
    if lines and found.since:
        st.html("<ul>" + "".join(f"<li>{inert(line)}</li>" for line in lines) + "</ul>")
    if n or not found.since:
        st.button(_("I have seen all of it"), key="listen_seen", on_click=_seen, icon=":material/done_all:")


def _seen() -> None:
    note_look(here.settings, region.name, by=token)


def _silent(category: str, group: str) -> None:
    """The places from which fewer came than were to be expected; and felt against calculated of the others."""
    if group and group not in region.cells.columns:
        st.subheader(_("Silent places"))
        st.write(_("Where this group lives is not known, so nobody can tell who of it is silent."))
        return
    table = heard_and_silent(
        here.settings, region.name, by=token, category=category, group=group or EVERYBODY,
        language=current_language(),
    )  # fmt: skip
    silence.show(table, key="listen_silent")
    if not category:
        st.caption(_("Choose a service to see what people say beside what the map calculates."))
    else:
        _felt(table[~table["felt_class"].isin({"not_heard", "uninhabited"})])
    shown = table.assign(felt_class=table["felt_class"].map(class_title)).round({"expected": 1})
    private_table(shown, columns=silence.columns(), key="silent_table")


def _felt(table: pd.DataFrame) -> None:
    st.subheader(_("Said and calculated"))
    for felt_class, rows in table.groupby("felt_class", sort=False):
        with st.expander(f"{class_title(str(felt_class))}: {', '.join(rows['name'])}", key=f"listen_{felt_class}"):
            told = "".join(f"<li>{inert(felt_sentence(str(row['name']), row))}</li>" for _id, row in rows.iterrows())
            asked = "".join(f"<li>{escape(question)}</li>" for question in questions_to_ask(str(felt_class)))
            st.html(f"<ul>{told}</ul><ul>{asked}</ul>")


def _page() -> None:
    try:
        listen(here.settings, region.name, by=token, category="none")
    except NotAllowedError as refusal:
        page_title(_("Listen"))
        link = f'<a href="{escape(login_address("listen"))}" target="_self">{escape(_("Log in"))}</a>'
        st.html(f'<div class="empty"><p>{escape(str(refusal))} {link}</p></div>')
        return
    with st.container(key="split"):
        with st.container(key="ask"), st.container(key="labelled"):
            category, group, since = _ask()
        heard = listen(here.settings, region.name, by=token, category=category, group=group, since=since)
        with st.container(key="map_side"):
            _draw(heard)
        with st.container(key="answer"):
            _tell(heard)
    _table(heard)
    _news()
    _silent(category, group)


_page()
