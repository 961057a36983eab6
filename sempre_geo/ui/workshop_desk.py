"""The coordinator's side of a workshop: opening it, handing the device round, phones, slips, closing, the office."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from sempre_geo.community.groups import told_groups
from sempre_geo.community.moments import moment
from sempre_geo.errors import SempreGeoError
from sempre_geo.i18n import current_language, ngettext
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.backup import take_over
from sempre_geo.pipeline.community.workshop import Workshop, close_workshop, open_workshop, summary, word_on_the_wall
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import written_date
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.hall_address import EVERYWHERE, LOCAL_NAMES, own_addresses
from sempre_geo.ui.installation import installation
from sempre_geo.ui.workshop_round import default_consent
from sempre_geo.ui.workshop_routes import FILE, ROUND, SLIPS

_HOURS = (2, 3, 4, 6, 8, 12)
_SAID, _TROUBLE = "workshop_said", "workshop_trouble"


def show(known: Sequence[Workshop]) -> None:
    """What is open, or the form to open one; then those that are over, and what another laptop brings in."""
    _told()
    now_open = [one for one in known if one.is_open]
    for one in now_open[:1]:
        _running(one)
    if not now_open:
        _form()
    over = [one for one in known if not one.is_open]
    if over:
        st.html(f"<h2>{escape(_('Workshops that are over'))}</h2>")
    for one in over[:20]:
        _over(one)
    _bring_in()


def _form() -> None:
    places = words.settlement_choices(installation().region)
    lists.selectbox(_("Where?"), list(places), index=None, key="workshop_place", format_func=places.__getitem__,
                 placeholder=_("Choose a place"))  # fmt: skip
    st.segmented_control(_("For how many hours?"), _HOURS, default=4, key="workshop_hours", required=True)
    st.text_area(_("What people agree to"), default_consent(), key="workshop_consent", height=80, max_chars=600)
    st.text_input(_("Where their codes work later on (the address of your main installation)"), _office(),
                  key="workshop_office", max_chars=120)  # fmt: skip
    st.button(_("Open the workshop"), key="workshop_open", type="primary", icon=":material/diversity_3:",
              on_click=_open)  # fmt: skip


def _open() -> None:
    state, here = st.session_state, installation()
    if not state["workshop_place"]:
        state[_TROUBLE] = _("Choose a place in the list, or type its name.")
        return
    try:
        open_workshop(
            here.settings, here.region_name, by=session.login_token(), settlement_id=str(state["workshop_place"]),
            hours=float(state["workshop_hours"]), consent=str(state["workshop_consent"]),
            office=str(state["workshop_office"]),
        )  # fmt: skip
    except SempreGeoError as problem:
        state[_TROUBLE] = str(problem)


def _running(one: Workshop) -> None:
    told = _("Open in {place} until {time}.").format(place=one.place_name, time=_clock(one.closes_at))
    spoken = ngettext("{n} person has spoken so far.", "{n} people have spoken so far.", one.spoken)
    st.html(f'<p class="lead"><strong>{inert(told)}</strong> {escape(spoken.format(n=one.spoken))}</p>')
    with st.container(border=True, key="workshop_round"):
        _hand_round(one)
    with st.container(border=True, key="workshop_phones"):
        _phones(one)
    with st.container(border=True, key="workshop_end"):
        address = f"{SLIPS}?{urlencode({'workshop': one.id, 'lang': current_language()})}"
        st.html(
            f"<h2>{escape(_('Slips of paper for the codes'))}</h2><p>"
            f'<a href="{escape(address)}" target="_blank">{escape(_("Open a sheet of slips to print"))}</a></p>'
        )
        st.button(_("Close the workshop"), key="workshop_close", icon=":material/event_busy:", on_click=_close,
                  args=(one.id,))  # fmt: skip


def _hand_round(one: Workshop) -> None:
    how = _(
        "You are logged out while the device goes round, here and wherever else you are logged in, so that nobody "
        "comes upon what only you may see. Log in again to end the round. Do not let the browser keep your password."
    )
    st.html(
        f"<h2>{escape(_('This device goes round'))}</h2><p>{escape(how)}</p>"
        f'<form method="post" action="{ROUND}"><input type="hidden" name="workshop" value="{escape(one.id)}">'
        f'<button class="sempre_button">{escape(_("Hand the device round"))}</button></form>'
    )


def _phones(one: Workshop) -> None:
    st.html(f"<h2>{escape(_('The phones of the hall join'))}</h2>")
    if _listens_here_only():
        told = _("Phones cannot reach this app yet; start it again with: {command}")
        command = f"sempre-geo app {installation().region_name} --address 0.0.0.0"
        st.warning(told.format(command=command), icon=":material/wifi_off:")
    origin = st.text_input(_("Address of this app in the hall's network"), _origins()[0], key="workshop_address")
    word = word_on_the_wall(installation().settings, one.id, by=session.login_token())
    page = f"{origin.rstrip('/')}/light/{current_language()}/tell"
    joined = f"{page}?{urlencode({'workshop': word, 'place': f's:{one.settlement_id}'})}"
    steps = (
        _("Join the wireless network of this hall."),
        _("Scan the square, or type the address: {address}").format(address=page),
        _("If it is asked for, the word on the wall is: {word}").format(word=word),
    )
    listed = "".join(f"<li>{escape(step)}</li>" for step in steps)
    picture = segno.make(joined, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff")
    alt = escape(_("A square to scan, which leads to {address}").format(address=page))
    st.html(f'<div class="joining"><img src="{picture}" alt="{alt}" width="260" height="260"><ol>{listed}</ol></div>')


def _over(one: Workshop) -> None:
    spoken = ngettext("{n} person has spoken.", "{n} people have spoken.", one.spoken).format(n=one.spoken)
    box = st.expander(
        f"{written_date(one.opened_at)} · {one.place_name} · {spoken}", key=f"over_{one.id}", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        told = summary(installation().settings, one.id, by=session.login_token())
        few = _("Too few people spoke to count what they said without telling who said it.")
        labels = {
            "kind": dict(words.kinds()),
            "obstacle": dict(words.obstacles()),
            "groups": {**words.groups(), **told_groups()},
        }
        lines = "".join(
            f"<li>{escape(labels.get(row['part'], {}).get(row['value']) or words.category(row['value']))}: "
            f"{escape(_('at least {n}').format(n=row['people']))}</li>"
            for row in told.to_dict("records")
        )
        st.html(f"<ul>{lines}</ul>" if lines else f"<p>{escape(few)}</p>")
        if session.may_here("take a workshop to the office"):
            address = f"{FILE}?{urlencode({'workshop': one.id})}"
            how = _("Everything told since it opened, with the codes; keep the file where nobody else can read it.")
            link = f'<a href="{escape(address)}" target="_blank">{escape(_("Take it to the office"))}</a>'
            st.html(f'<p class="said"><strong>{link}</strong></p><p class="quiet">{escape(how)}</p>')


def _bring_in() -> None:
    if not session.may_here("import contributions"):
        who = _("What a hall collected is brought in by a coordinator of the whole region.")
        st.html(f'<p class="quiet">{escape(who)}</p>')
        return
    with st.expander(_("Bring in what a hall collected"), icon=":material/upload_file:"):
        st.html(f"<p>{escape(_('The same file brought in twice changes nothing. Codes from the hall work here.'))}</p>")
        file = st.file_uploader(_("Its file"), type=["zip"], key="workshop_file")
        if file is not None and st.button(_("Bring it in"), key="workshop_take"):
            _take(file.getvalue())


def _take(content: bytes) -> None:
    here = installation()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hall.zip"
        path.write_bytes(content)
        try:
            added, heard = take_over(here.settings, path, by=session.login_token())
        except SempreGeoError as problem:
            st.warning(str(problem), icon=":material/info:")
            return
    told = _("{added} entries and {heard} voices are new here.").format(added=added, heard=heard)
    st.html(f'<p role="status"><strong>{escape(told)}</strong></p>')


def _close(workshop_id: str) -> None:
    try:
        close_workshop(installation().settings, workshop_id, by=session.login_token())
    except SempreGeoError as problem:
        st.session_state[_TROUBLE] = str(problem)
        return
    st.session_state[_SAID] = _("The workshop is closed. What was told waits for review.")
    st.session_state[f"over_{workshop_id}"] = True


def _told() -> None:
    if _TROUBLE in st.session_state:
        st.warning(st.session_state.pop(_TROUBLE), icon=":material/info:")
    if _SAID in st.session_state:
        st.html(f'<p role="status"><strong>{escape(st.session_state.pop(_SAID))}</strong></p>')


def _clock(at: str) -> str:
    local: datetime = moment(at).astimezone(installation().region.country.zone)
    return (local + timedelta(seconds=59)).strftime("%H:%M")


def _own_origin() -> str:
    """The address by which the coordinator came; empty for that of this computer alone."""
    address = urlsplit(st.context.url or "")
    return "" if (address.hostname or "") in LOCAL_NAMES else f"{address.scheme}://{address.netloc}"


def _office() -> str:
    """The app's own address where it has a name; one of numbers is that of a hall's network and goes with it."""
    own = _own_origin()
    return "" if _is_of_numbers(urlsplit(own).hostname or "") else own


def _is_of_numbers(host: str) -> bool:
    return not any(sign.isalpha() for sign in host)


def _origins() -> list[str]:
    own = _own_origin()
    port = st.get_option("server.port")
    return [own] if own else [f"http://{address}:{port}" for address in own_addresses()] or [f"http://localhost:{port}"]


def _listens_here_only() -> bool:
    address = str(st.get_option("server.address") or "")
    return address in LOCAL_NAMES - {""} and address not in EVERYWHERE and not _own_origin()
