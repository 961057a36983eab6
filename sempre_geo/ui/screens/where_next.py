"""Where next: the places where one more service would help most, searched while one looks on, and then a scenario."""

from __future__ import annotations

from html import escape
from pathlib import Path

import geopandas as gpd
import streamlit as st

from sempre_geo.gaps.scenarios import scenario_table
from sempre_geo.i18n import gettext as _
from sempre_geo.i18n import ngettext
from sempre_geo.pipeline.explore.visit_views import BUS, has_timetable
from sempre_geo.pipeline.gaps.siting import SitingPlan, SitingQuestion, scenario_of_sites
from sempre_geo.pipeline.gaps.siting_job import SitingJob, SitingState, start_siting
from sempre_geo.publish.maps import pin_group, to_features
from sempre_geo.publish.speech import duration, people, share
from sempre_geo.ui import lists, words
from sempre_geo.ui.charts import saved_table
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation
from sempre_geo.ui.layers import service_pins
from sempre_geo.ui.legend import pin_legend
from sempre_geo.ui.map_frame import show_map
from sempre_geo.ui.session import theme

JOB = "siting_job"
_MOST_SITES = 10
_LIMITS = {True: (60, 90, 120, 180, 240, 300), False: (5, 10, 15, 20, 30, 45, 60)}
_USUAL = {True: 180, False: 15}
_WHAT_IF = Path(__file__).parent / "whatif.py"
_PROVEN = 1e-6
_LIMITED = frozenset({"mclp", "lscp"})

here, region = installation(), installation().region
modes = words.modes(with_bus=has_timetable(here.settings, region.name))


def _models() -> dict[str, str]:
    """The questions that the models answer, in words."""
    return {
        "mclp": _("Most people within a limit"),
        "p-median": _("Shortest way for all together"),
        "p-center": _("Shortest way for the farthest"),
        "lscp": _("Everybody within a limit, with the fewest places"),
    }


def _ask() -> SitingQuestion:
    page_title(_("Where next?"), _("Where one more service would help most, beside those that exist."))
    service = lists.selectbox(
        _("Service"), words.category_choices(region), key="siting_service", format_func=words.category
    )
    model = lists.selectbox(_("What counts?"), list(_models()), key="siting_model", format_func=_models().__getitem__)
    add = st.number_input(_("How many more"), min_value=1, max_value=_MOST_SITES, value=1, key="siting_add")
    streets = [mode for mode in modes if mode != BUS]
    mode = st.pills(
        _("How people get there"), [*([BUS] if BUS in modes else []), *streets], key="siting_mode", required=True,
        format_func=modes.__getitem__, default=None if "siting_mode" in st.session_state else streets[0],
    )  # fmt: skip
    by_bus = mode == BUS
    limit = st.select_slider(
        _("Time away from home, at most") if by_bus else _("Way there, at most"), _LIMITS[by_bus], value=_USUAL[by_bus],
        key=f"siting_limit_{by_bus}", format_func=duration,
    ) if model in _LIMITED else None  # fmt: skip
    beyond = model == "mclp" and st.checkbox(_("Count only those beyond the limit today"), key="siting_beyond")
    return SitingQuestion(
        service=str(service), add=int(add), model=str(model), limit_min=None if limit is None else float(limit),
        mode=str(mode), weigh="beyond" if beyond else "people",
    )  # fmt: skip


def _begin(question: SitingQuestion) -> None:
    _stop()
    st.session_state[JOB] = start_siting(here.settings, region.name, question)


def _stop() -> None:
    job: SitingJob | None = st.session_state.get(JOB)
    if job is not None:
        job.stop()


@st.fragment(run_every=1.0)
def _watch(job: SitingJob) -> None:
    """How far the search is, each second, until it ends; then the page is drawn with its answer."""
    state = job.state
    if not state.running:
        st.rerun()
    st.progress(min(state.share, 1.0), text=state.stage or _("Searching"))
    st.html(f'<p role="status">{escape(_so_far(state, job.seconds))}</p>')
    st.button(_("Stop here and take the best so far"), key="siting_stop", on_click=job.stop, icon=":material/stop:")


def _so_far(state: SitingState, seconds: float) -> str:
    if state.gap is None:
        return _("Searching for {n} s.").format(n=round(seconds))
    return _("Searching for {n} s. The best so far may still be {gap} from the best there is.").format(
        n=round(seconds), gap=share(state.gap) if state.gap > 0 else "0 %"
    )


def _tell(plan: SitingPlan) -> None:
    """The sites in words, how good they are known to be, and the way on."""
    sites = plan.sites
    first = ngettext("{n} place was found: {names}.", "{n} places were found: {names}.", len(sites)).format(
        n=len(sites), names=", ".join(sites["name"].astype(str))
    )
    gains = _("It would be nearer for {people}.").format(people=people(float(sites["people_gaining"].sum())))
    sure = _("No other choice is better; that is proven.") if plan.gap <= _PROVEN else _(
        "The search was ended early: the best choice may be better by {gap}."
    ).format(gap=share(plan.gap))  # fmt: skip
    looked = _("Looked at: {candidates} of {every} possible places, for {homes} places where people live.").format(
        candidates=plan.candidates, every=plan.candidates_in_all, homes=plan.homes
    )
    rest = [gains, sure, looked]
    if plan.unreached >= 1:
        rest.append(_("No way leads to any of them for {people}.").format(people=people(plan.unreached)))
    lines = "".join(f'<p class="quiet">{escape(line)}</p>' for line in rest)
    st.html(f'<div class="answer" role="status"><p class="first">{escape(first)}</p>{lines}</div>')
    if st.button(_("What would it change?"), key="siting_to_scenario", icon=":material/alt_route:"):
        names = ", ".join(sites["name"].astype(str))
        made = scenario_of_sites(plan, name=f"{words.category(plan.question.service)}: {names}")
        st.session_state["scenario"] = scenario_table(made)
        st.session_state.pop("scenario_found", None)
        st.session_state["scenario_mode"] = plan.question.mode
        st.switch_page(str(_WHAT_IF))


def _draw(plan: SitingPlan | None, service: str) -> None:
    """The services that exist, and the new places."""
    groups = [service_pins(service)]
    pins = [("service", words.category(service))]
    if plan is not None and len(plan.sites):
        points = gpd.points_from_xy(plan.sites["lon"], plan.sites["lat"])
        places = gpd.GeoDataFrame(plan.sites, geometry=points, crs="EPSG:4326")
        labels = [_("new: {name}").format(name=name) for name in plan.sites["name"]]
        groups.append(pin_group(to_features(places, pins=["proposal"] * len(places), labels=labels), theme()))
        pins.append(("proposal", _("new place")))
    pin_legend(theme(), pins)
    show_map(region, groups, key="where_next")


with st.container(key="split"):
    with st.container(key="ask"), st.container(key="labelled"):
        asked = _ask()
        st.button(
            _("Search"), key="siting_go", type="primary", on_click=_begin, args=(asked,), icon=":material/search:"
        )
    job: SitingJob | None = st.session_state.get(JOB)
    found = job.state.plan if job is not None else None
    with st.container(key="map_side"):
        _draw(found, found.question.service if found is not None else asked.service)
    with st.container(key="answer"):
        if job is not None and job.state.running:
            _watch(job)
        elif job is not None and job.state.problem:
            st.error(job.state.problem)
        elif found is not None:
            _tell(found)
if found is not None:
    columns = {"name": _("Place"), "people_gaining": _("People for whom it is nearer")}
    saved_table(found.sites.round({"people_gaining": 0}), name="where_next", columns=columns, key="siting_table")
