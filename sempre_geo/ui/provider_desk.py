"""What a service's own people say, see and offer; each press asks one use case, which checks whose service it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812 - as in the use cases of visits
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from sempre_geo.community.corrections import WHEELCHAIR
from sempre_geo.community.proposals import Member
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.proposal_team import join_team
from sempre_geo.pipeline.community.proposals import proposals
from sempre_geo.pipeline.community.providers import OFFERS, Around, answer_need, confirm_facts, offer, offers
from sempre_geo.pipeline.community.providers import withdraw_offer as withdraw
from sempre_geo.pipeline.explore.own_service import ServiceFacts
from sempre_geo.publish.labels import LANGUAGE_NAMES
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import people
from sempre_geo.ui import lists, review_desk, session
from sempre_geo.ui.contributions import card, voices
from sempre_geo.ui.hours_form import changes_that_help, hours_fields, is_never_open, what_they_mean
from sempre_geo.ui.installation import installation
from sempre_geo.ui.proposal_doors import JOINED, keep_code, receipt

_FACTS_OF = "facts_of"
_ANSWERABLE = frozenset({"published", "answered", "taken_up", "done"})


def hours(shown: ServiceFacts, *, day: Date | None, stay_min: int) -> None:
    """Confirm or correct the hours: written, read back, tried, and only then saved; a week without any is asked for."""
    written = hours_fields(shown)
    if written is None:
        return
    what_they_mean(shown, written, day=day, stay_min=stay_min)
    same = written == shown.known.get("opening_hours", "")
    st.html(f'<p class="said">{escape(_("In OpenStreetMap: {hours}").format(hours=written))}</p>')
    closing = is_never_open(written) and not same
    sure = not closing or st.checkbox(_("It is closed for good or has moved away"), key="hours_never")
    st.button(
        _("These hours are right") if same else _("Save these hours"), key="hours_save", type="primary",
        disabled=not sure, on_click=_confirm, args=(shown.service_id, {"opening_hours": written}),
    )  # fmt: skip
    if day is not None:
        changes_that_help(shown, written, day=day, stay_min=stay_min)


def facts(shown: ServiceFacts) -> None:
    """Places, staff, access, languages and how to reach it; only what was changed is kept."""
    _fill_facts(shown)
    wheels = {"yes": _("yes"), "no": _("no"), "limited": _("partly"), "unknown": _("not known")}
    st.text_input(_("How many people can be helped at the same time?"), key="fact_capacity", autocomplete="off")
    st.text_input(_("How many of you serve people there?"), key="fact_staff", autocomplete="off")
    lists.selectbox(_("Can one get in with a wheelchair?"), list(WHEELCHAIR), key="fact_wheelchair",
                 format_func=wheels.__getitem__)  # fmt: skip
    lists.multiselect(
        _("Which languages do you speak there?"), _languages(shown), key="fact_languages",
        format_func=lambda code: LANGUAGE_NAMES.get(code, code), placeholder=_("Choose"),
    )  # fmt: skip
    st.text_input(_("Telephone"), key="fact_phone", autocomplete="off")
    st.text_input(_("Web page"), key="fact_website", autocomplete="off")
    st.button(_("Save what I changed"), key="facts_save", type="primary", on_click=_save_facts, args=(shown,))


def needs(shown: ServiceFacts, around: Around) -> None:
    """What people near the service said about services of its kind: counts of many, and words that were reviewed."""
    st.html(f'<p class="lead">{escape(_("Counts begin at five people; words were read by a coordinator first."))}</p>')
    if not around.counts.empty:
        st.html(f"<ul>{''.join(_counted(row) for row in around.counts.to_dict('records'))}</ul>")
    if around.texts.empty:
        told = _("Nobody near your service has told us anything that can be shown. That is no sign that all is well.")
        st.html(f'<div class="empty"><p>{escape(told)}</p></div>')
    for _number, row in around.texts.iterrows():
        one = str(row["id"])
        with st.container(border=True, key=f"around_{one}"):
            card(row)
            if row["status"] in _ANSWERABLE:
                _answering(row, shown.service_id)


def _answering(row: pd.Series, service_id: str) -> None:
    """The field for an answer; folded, and said to be answered, where somebody has answered before."""
    one, answered = str(row["id"]), row["status"] != "published"
    if answered:
        st.html(f'<p class="said">{escape(voices(row))}</p>')
    with st.expander(_("Answer"), key=f"answer_again_{one}") if answered else st.container():
        st.text_area(_("Your answer"), key=f"answer_text_{one}")
        st.button(_("Answer"), key=f"answer_{one}", on_click=_answer, args=(service_id, one))


def own_offers(shown: ServiceFacts) -> None:
    """Offer a room, hours or a vehicle to those who plan something here, and take it back."""
    here, kinds = installation(), _offer_kinds()
    st.pills(
        _("What do you offer?"), list(OFFERS), key="offer_kind", required=True, format_func=kinds.__getitem__,
        default=None if "offer_kind" in st.session_state else OFFERS[0],
    )  # fmt: skip
    st.text_area(_("In a sentence: what, for whom"), key="offer_text", max_chars=1000)
    st.text_input(_("When?"), key="offer_hours", max_chars=120, autocomplete="off")
    st.button(_("Offer it"), key="offer_save", type="primary", on_click=_offer, args=(shown.service_id,))
    listed = offers(here.settings, here.region_name, by=session.login_token())
    own = listed[listed["service_id"] == shown.service_id]
    if not own.empty:
        st.html(f"<h2>{escape(_('What you offer'))}</h2>")
    for row in own.to_dict("records"):
        with st.container(border=True, key=f"offered_{row['id']}"):
            when = f" ({inert(row['hours'])})" if row["hours"] else ""
            kind = escape(kinds[str(row["kind"])])
            st.html(f'<p class="said"><span class="tag">{kind}</span>{inert(row["text"])}{when}</p>')
            st.button(_("Take it back"), key=f"withdraw_{row['id']}", on_click=_withdraw, args=(row["id"],))


def team() -> None:
    """Join the team of a proposal as its provider, with an invitation or the code of a need that it answers."""
    here = installation()
    listed = proposals(here.settings, here.region_name)
    if JOINED in st.session_state:
        receipt(st.session_state[JOINED])
    if listed.empty:
        st.html(f'<div class="empty"><p>{escape(_("There is no proposal yet."))}</p></div>')
        return
    titles = dict(zip(listed["id"].astype(str), listed["title"].astype(str), strict=True))
    lists.selectbox(_("Which proposal?"), list(titles), key="team_proposal", format_func=titles.__getitem__)
    st.text_input(_("The invitation, or the code of a need that it answers"), key="team_code", autocomplete="off")
    st.text_input(_("How do you want to be called? It need not be your name."), key="team_name", max_chars=80)
    st.checkbox(_("I want to own it together with the others"), value=True, key="team_owner")
    st.button(_("Join the team"), key="team_join", type="primary", on_click=_join)


def _languages(shown: ServiceFacts) -> list[str]:
    known = filter(None, shown.known.get("languages", "").split(";"))
    return list(dict.fromkeys([*(code for code in LANGUAGE_NAMES if "@" not in code), *known]))


def _fill_facts(shown: ServiceFacts) -> None:
    """Put what is known into the fields, once for each service and each time something else holds."""
    now = (shown.service_id, tuple(sorted(shown.known.items())))
    if st.session_state.get(_FACTS_OF) == now and "fact_capacity" in st.session_state:
        return
    st.session_state[_FACTS_OF] = now
    for field, value in _as_shown(shown).items():
        st.session_state[f"fact_{field}"] = value
    st.session_state["fact_languages"] = [code for code in shown.known.get("languages", "").split(";") if code]


def _as_shown(shown: ServiceFacts) -> dict[str, str]:
    known = {field: shown.known.get(field, "") for field in ("capacity", "staff", "phone", "website")}
    return known | {"wheelchair": shown.known.get("wheelchair", "unknown")}


def _save_facts(shown: ServiceFacts) -> None:
    before = _as_shown(shown) | {"languages": shown.known.get("languages", "")}
    now = {field: str(st.session_state[f"fact_{field}"]).strip() for field in before if field != "languages"}
    now["languages"] = ";".join(st.session_state["fact_languages"])
    _confirm(shown.service_id, {field: value for field, value in now.items() if value and value != before[field]})


def _confirm(service_id: str, changed: Mapping[str, str]) -> None:
    here, source = installation(), _("the service itself")
    review_desk.act(
        lambda: confirm_facts(
            here.settings, here.region_name, service_id=service_id, facts=changed, source=source,
            by=session.login_token(),
        ),
        _("Saved. Every calculation uses it from now on, and says that it comes from you."),
    )  # fmt: skip


def _counted(row: Mapping[Any, Any]) -> str:
    place = row["place_name"] if isinstance(row["place_name"], str) else ""
    told = _("{what} (near {place})").format(what=people(float(row["people"])), place=place)
    return f"<li>{inert(told if place else people(float(row['people'])))}</li>"


def _answer(service_id: str, one: str) -> None:
    here, text = installation(), str(st.session_state.get(f"answer_text_{one}", ""))
    review_desk.act(
        lambda: answer_need(
            here.settings, here.region_name, service_id=service_id, contribution_id=one, text=text,
            services=pd.DataFrame(here.region.services), by=session.login_token(),
        ),
        _("Answered; its author reads it with their code."),
    )  # fmt: skip


def _offer_kinds() -> Mapping[str, str]:
    return {
        "hall": _("A room"), "hours": _("Hours of our time"), "vehicle": _("A vehicle"), "other": _("Something else"),
    }  # fmt: skip


def _offer(service_id: str) -> None:
    state, here = st.session_state, installation()

    def offering() -> None:
        offer(
            here.settings, here.region_name, service_id=service_id, kind=str(state["offer_kind"]),
            text=str(state["offer_text"]), hours=str(state["offer_hours"]), by=session.login_token(),
        )  # fmt: skip
        state["offer_text"] = state["offer_hours"] = ""

    review_desk.act(offering, _("Offered. Coordinators and the networks here can read it."))


def _withdraw(offer_id: str) -> None:
    review_desk.act(lambda: withdraw(installation().settings, offer_id, by=session.login_token()), _("Noted."))


def _join() -> None:
    state, proposal_id = st.session_state, str(st.session_state["team_proposal"])

    def joining() -> None:
        who = Member("provider", str(state["team_name"]), owner=bool(state["team_owner"]))
        code, by = str(state["team_code"]).strip(), session.login_token()
        state[JOINED] = join_team(installation().settings, proposal_id, who=who, code=code, by=by)
        keep_code(proposal_id, state[JOINED].claim_code)

    review_desk.act(joining, _("You are in the team."))
