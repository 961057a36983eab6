"""Networks: who works together for whom, when they meet; and lessons, to find the same need solved elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from html import escape
from typing import Any

import streamlit as st

from sempre_geo.community.groups import group_names
from sempre_geo.community.networks import Meeting, Network, Organisation, coming_and_past, organisation_kinds
from sempre_geo.community.proposal_questions import barrier_names
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.lessons import (
    export_lessons,
    import_lessons,
    lessons,
    publish_lesson,
    unread_lessons,
)
from sempre_geo.pipeline.community.networks import (
    NetworkPage,
    link_proposals,
    make_network,
    network_acts,
    network_page,
    networks,
    write_in_network,
    write_network_diary,
)
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import written_date
from sempre_geo.region.bundle import kept_title
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

OPEN, _TROUBLE = "network_id", "network_trouble"
here, region = installation(), installation().region


def _open(network_id: str | None) -> None:
    st.session_state[OPEN] = network_id


def _list() -> None:
    page_title(_("Networks"), _("Organisations and people of a place, working together for those who are not heard."))
    listed = networks(here.settings, region.name)
    if listed.empty:
        st.html(f'<div class="empty"><p>{escape(_("There is no network here yet."))}</p></div>')
    names = group_names()
    for _number, row in listed.iterrows():
        with st.container(border=True, key=f"network_{row['id']}"):
            groups = ", ".join(escape(names[one]) for one in row["groups"] if one in names)
            st.html(f"<p class='said'><strong>{inert(row['name'])}</strong><br>{groups}</p>")
            st.button(_("Read it"), key=f"read_{row['id']}", on_click=_open, args=(row["id"],))
    if "make" in network_acts(here.settings, region.name, by=session.login_token()):
        with st.expander(_("A new network"), icon=":material/add:"):
            st.text_input(_("Its name"), key="network_name", max_chars=120)
            st.text_input(_("Its coordinator, as they want to be called"), key="network_coordinator", max_chars=120)
            st.button(_("Make the network"), key="network_make", on_click=_make, type="primary")


def _make() -> None:
    def making() -> None:
        network = Network(str(st.session_state["network_name"]), str(st.session_state["network_coordinator"]))
        _open(make_network(here.settings, region.name, network=network, by=session.login_token()))

    _try(making)


def _page(network_id: str) -> None:
    shown = network_page(here.settings, network_id)
    st.button(_("All networks"), key="back_to_networks", on_click=_open, args=(None,), icon=":material/arrow_back:")
    page_title(shown.network.name)
    st.html(f'<div class="answer">{_who(shown)}{_organisations(shown.network)}{_meetings(shown.network)}</div>')
    _its_proposals(shown)
    _diary(shown)
    acts = network_acts(here.settings, region.name, by=session.login_token(), network_id=network_id)
    if "diary" in acts:
        _diary_form(shown)
    if "keep" in acts:
        _keep_form(shown)
    if "make" in acts:
        _link_form(shown)


def _who(shown: NetworkPage) -> str:
    network, names = shown.network, group_names()
    groups = ", ".join(escape(names[one]) for one in network.groups)
    places = [one for one in network.municipalities if one in region.municipalities.index]
    where = ", ".join(inert(region.municipalities.loc[one, "name"]) for one in places) or inert(region.spoken_title)
    heard = (
        _("At least {n} people here have told what they need.").format(n=shown.people_heard)
        if shown.people_heard
        else _("Too few people here have told what they need to show their number.")
    )
    contact = f" · {inert(network.contact)}" if network.contact else ""
    return (
        f"<p class='said'>{inert(network.about)}</p>"
        f"<p><strong>{escape(_('For whom'))}:</strong> {groups or escape(_('not said yet'))}</p>"
        f"<p><strong>{escape(_('Where'))}:</strong> {where}</p>"
        f"<p><strong>{escape(_('Coordinator'))}:</strong> {inert(network.coordinator)}{contact}</p>"
        f"<p class='said'>{escape(heard)}</p>"
    )


def _organisations(network: Network) -> str:
    kinds = organisation_kinds()
    lines = "".join(
        f"<li>{inert(one.name)} ({escape(kinds[one.kind])}){': ' + inert(one.note) if one.note else ''}</li>"
        for one in sorted(network.organisations, key=lambda one: list(kinds).index(one.kind))
    )
    return f"<h2>{escape(_('Organisations'))}</h2><ul>{lines}</ul>" if lines else ""


def _meetings(network: Network) -> str:
    coming, past = coming_and_past(network.meetings, datetime.now(region.country.zone).date())
    parts = {_("Meetings to come"): coming, _("Meetings that were"): past}
    return "".join(
        f"<h2>{escape(name)}</h2><ul>{''.join(map(_meeting, held))}</ul>" for name, held in parts.items() if held
    )


def _meeting(one: Meeting) -> str:
    report = f"<br>{inert(one.report)}" if one.report else ""
    return f"<li>{written_date(one.on)}, {inert(one.place)}: {inert(one.title)}{report}</li>"


def _its_proposals(shown: NetworkPage) -> None:
    lines = "".join(
        f'<li><a href="/proposals?proposal={escape(row["id"])}" target="_self">{inert(row["title"])}</a> '
        f"({escape(words.status(str(row['status'])))})</li>"
        for _number, row in shown.proposals.iterrows()
    )
    if lines:
        st.html(f"<h2>{escape(_('Proposals'))}</h2><ul>{lines}</ul>")


def _diary(shown: NetworkPage) -> None:
    lines = "".join(
        f"<li>{written_date(entry['created_at'])}: "
        + " ".join(inert(entry[name]) for name in ("good", "hard", "further") if entry[name])
        + "</li>"
        for entry in shown.diary
    )
    if lines:
        st.html(f"<h2>{escape(_('Diary'))}</h2><ul>{lines}</ul>")


def _diary_form(shown: NetworkPage) -> None:
    with st.expander(_("Write into the diary; everybody can read it")):
        labels = {"good": _("What went well?"), "hard": _("What was hard?"), "further": _("What comes next?")}
        for name, label in labels.items():
            st.text_area(label, key=f"network_{name}", height=80)
        st.button(_("Write it into the diary"), key="network_diary", on_click=_write_diary, args=(shown.id,))


def _write_diary(network_id: str) -> None:
    def writing() -> None:
        good, hard, further = (str(st.session_state[f"network_{name}"]) for name in ("good", "hard", "further"))
        token = session.login_token()
        write_network_diary(here.settings, network_id, by=token, good=good, hard=hard, further=further)

    _try(writing)


def _keep_form(shown: NetworkPage) -> None:
    network, names, kinds = shown.network, group_names(), organisation_kinds()
    places = region.municipalities["name"].to_dict()
    with st.expander(_("Change this page"), icon=":material/edit:"):
        st.text_area(_("What it is for"), network.about, key="keep_about", height=80)
        st.text_input(_("Coordinator"), network.coordinator, key="keep_coordinator", max_chars=120)
        st.text_input(_("How to reach the coordinator"), network.contact, key="keep_contact", max_chars=200)
        lists.multiselect(_("For whom"), list(names), list(network.groups), key="keep_groups",
                       format_func=lambda one: names[one])  # fmt: skip
        chosen = [one for one in network.municipalities if one in places]
        lists.multiselect(_("Where; nothing means the whole region"), list(places), chosen, key="keep_places",
                       format_func=lambda one: str(places[one]))  # fmt: skip
        st.button(_("Save the page"), key="keep_save", on_click=_save, args=(shown,), type="primary")
    with st.expander(_("Add an organisation or a meeting"), icon=":material/group_add:"):
        st.text_input(_("Name of the organisation"), key="org_name", max_chars=120)
        lists.selectbox(_("Its kind"), list(kinds), key="org_kind", format_func=lambda one: kinds[one])
        st.button(_("Add the organisation"), key="org_add", on_click=_add_organisation, args=(shown,))
        st.text_input(_("Day of the meeting"), key="meeting_on", placeholder=date.today().isoformat())  # noqa: DTZ011 - an example
        st.text_input(_("Where it is"), key="meeting_place", max_chars=120)
        st.text_input(_("What it is about"), key="meeting_title", max_chars=120)
        st.text_area(_("What came of it"), key="meeting_report", height=80)
        st.button(_("Add the meeting"), key="meeting_add", on_click=_add_meeting, args=(shown,))


def _save(shown: NetworkPage) -> None:
    state = st.session_state
    changed = replace(
        shown.network, about=str(state["keep_about"]), coordinator=str(state["keep_coordinator"]),
        contact=str(state["keep_contact"]), groups=tuple(state["keep_groups"]),
        municipalities=tuple(state["keep_places"]),
    )  # fmt: skip
    _write(shown, changed)


def _add_organisation(shown: NetworkPage) -> None:
    added = Organisation(str(st.session_state["org_name"]), str(st.session_state["org_kind"]))
    _write(shown, replace(shown.network, organisations=(*shown.network.organisations, added)))


def _add_meeting(shown: NetworkPage) -> None:
    on, place, title, report = (str(st.session_state[f"meeting_{name}"]) for name in ("on", "place", "title", "report"))
    _write(shown, replace(shown.network, meetings=(*shown.network.meetings, Meeting(on, place, title, report))))


def _write(shown: NetworkPage, network: Network) -> None:
    token = session.login_token()
    _try(lambda: write_in_network(here.settings, shown.id, network=network, version=shown.version, by=token))


def _link_form(shown: NetworkPage) -> None:
    titles = proposals(here.settings, region.name).set_index("id")["title"].to_dict()
    with st.expander(_("Its proposals"), icon=":material/flag:"):
        own = [one for one in shown.proposals["id"] if one in titles]
        lists.multiselect(_("Proposals of this network"), list(titles), own, key="link_proposals",
                       format_func=lambda one: str(titles[one]))  # fmt: skip
        st.button(_("Save its proposals"), key="link_save", on_click=_link, args=(shown.id,))


def _link(network_id: str) -> None:
    chosen, token = list(st.session_state["link_proposals"]), session.login_token()
    _try(lambda: link_proposals(here.settings, network_id, proposal_ids=chosen, by=token))


def _lessons() -> None:
    st.html(f"<h2>{escape(_('The same need, solved by another network'))}</h2>")
    groups, barriers = {"": _("anybody"), **group_names()}, {"": _("anything"), **barrier_names()}
    every = lessons(here.settings)
    with st.container(horizontal=True):
        text = st.text_input(_("Words"), key="lesson_words")
        group = lists.selectbox(_("For whom"), list(groups), key="find_group", format_func=lambda one: groups[one])
        barrier = lists.selectbox(
            _("What stood in the way"), list(barriers), key="find_barrier", format_func=lambda one: barriers[one]
        )
        category = lists.selectbox(
            _("About"), ["", *sorted({one for one in every["category"] if one})], key="find_category",
            format_func=lambda one: words.category(one) if one else _("any service"),
        )  # fmt: skip
        country = lists.selectbox(
            _("Country"), ["", *sorted({one for one in every["country"] if one})], key="find_country",
            format_func=lambda one: one or _("any country"),
        )  # fmt: skip
    found = lessons(here.settings, text=text, group=group, category=category, barrier=barrier, country=country)
    if found.empty:
        st.html(f'<div class="empty"><p>{escape(_("No lesson fits yet."))}</p></div>')
    for _number, row in found.head(30).iterrows():
        again = f"<br>{escape(_('Again:'))} {inert(row['again'])}" if row["again"] else ""
        not_again = f"<br>{escape(_('Not again:'))} {inert(row['not_again'])}" if row["not_again"] else ""
        where = inert(row["network"] or kept_title(row["region_title"]))
        st.html(f"<p class='said'><strong>{inert(row['title'])}</strong> · {where}{again}{not_again}</p>")
    if not every.empty:
        st.download_button(
            _("All lessons as one file"), export_lessons(here.settings), "lessons.json", "application/json",
            key="lessons_out",
        )  # fmt: skip
    _office()


def _office() -> None:
    """What coordinators do with lessons: reading new ones, taking in those of another installation."""
    unread = unread_lessons(here.settings, region.name, by=session.login_token())
    for _number, row in unread.iterrows():
        with st.container(border=True, key=f"unread_{row['id']}"):
            st.html(f"<p class='said'><strong>{inert(row['title'])}</strong><br>{inert(row['again'])}<br>"
                    f"{inert(row['not_again'])}</p>")  # fmt: skip
            st.button(_("Let others find it"), key=f"publish_{row['id']}", on_click=_publish, args=(row["id"],))
    if "exchange" in network_acts(here.settings, region.name, by=session.login_token()):
        file = st.file_uploader(_("Lessons of another installation"), type="json", key="lessons_in")
        if file is not None and st.button(_("Take them in"), key="lessons_take"):
            _try(lambda: _take_in(file.getvalue()))


def _take_in(content: bytes) -> None:
    added, known = import_lessons(here.settings, region.name, content, by=session.login_token())
    st.html(f'<p role="status">{escape(_("{added} added, {known} were known.").format(added=added, known=known))}</p>')


def _publish(lesson_id: str) -> None:
    _try(lambda: publish_lesson(here.settings, lesson_id, by=session.login_token()))


def _try(act: Callable[[], Any]) -> None:
    try:
        act()
    except SempreGeoError as problem:
        st.session_state[_TROUBLE] = str(problem)


if OPEN not in st.session_state:
    st.session_state[OPEN] = st.query_params.get("network")
with st.container(key="reading"):
    told = st.session_state.pop(_TROUBLE, "")
    if told:
        st.warning(told, icon=":material/info:")
    known = set(networks(here.settings, region.name)["id"])
    if st.session_state[OPEN] in known:
        _page(str(st.session_state[OPEN]))
    else:
        _list()
        _lessons()
session.write_link({"network": st.session_state[OPEN]})
