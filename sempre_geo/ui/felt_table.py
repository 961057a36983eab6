"""What people feel beside what the map calculates: for everybody by public areas, for planners by place and group."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from sempre_geo.community.felt import class_title, felt_sentence, questions_to_ask
from sempre_geo.community.public_counts import FINER
from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.gaps.answers import EVERYBODY, GapAnswer
from sempre_geo.pipeline.gaps.felt_places import felt_by_place
from sempre_geo.publish.maps import inert
from sempre_geo.ui import session, silence, words
from sempre_geo.ui.charts import private_table, saved_table
from sempre_geo.ui.felt_layer import public_felt
from sempre_geo.ui.installation import installation

_MOST_SILENT = 12
_MOST_SAID = 6


def show(answer: GapAnswer, *, category: str) -> None:
    """The classes: in public areas for everybody; finer for those who plan, with the silent places."""
    st.subheader(_("What people say"))
    _in_public(answer, category=category)
    try:
        table = _by_place(answer, category=category, place=str(st.session_state.get("felt_place") or FINER[0]))
    except NotAllowedError:
        st.caption(_("Coordinators and policymakers see here where people say the same as the map, and who is silent."))
        return
    names = {"municipality": _("Municipalities"), "settlement": _("Settlements")}
    st.pills(_("By place"), list(FINER), key="felt_place", format_func=names.__getitem__, required=True,
             default=None if "felt_place" in st.session_state else FINER[0])  # fmt: skip
    if answer.group != EVERYBODY:
        st.caption(_("Counted: {group}.").format(group=words.groups()[answer.group]))
    _classes(table)
    silence.show(table, key="felt_silent")
    private_table(
        table.assign(felt_class=table["felt_class"].map(class_title)), columns=silence.columns(), key="felt_table"
    )  # fmt: skip


def _by_place(answer: GapAnswer, *, category: str, place: str) -> pd.DataFrame:
    here = installation()
    return felt_by_place(
        here.settings, here.region_name, answer=answer, category=category, by=session.login_token(), place=place,
        language=current_language(),
    )  # fmt: skip


def _in_public(answer: GapAnswer, *, category: str) -> None:
    """What anybody may know: how many people live in areas of each class."""
    found = public_felt(answer, category=category)
    if found is None or found.table.empty:
        return
    table = found.table.assign(felt_class=found.table["felt_class"].map(class_title))
    lived = found.table.groupby("felt_class")["people"].sum()
    silent = float(lived.get("not_heard", 0.0)) / max(float(lived.sum()), 1.0)
    part = _("{n} %").format(n=round(100 * silent))
    if answer.group == EVERYBODY:
        said = _("{part} of the people live where too few have spoken of this service for anything to be known.")
    else:
        said = _(
            "{part} of them live where too few of this group have spoken, on any service, for anything to be known."
        )
    st.write(said.format(part=part))
    saved_table(
        table.sort_values(["received", "people"], ascending=False).round(2), name="felt", columns=silence.columns(),
        key="felt_public",
    )  # fmt: skip


def _classes(table: pd.DataFrame) -> None:
    """Each class with its places, and what it may mean, as questions."""
    for felt_class, rows in table.groupby("felt_class", sort=False):
        titles = ", ".join(rows["name"].head(_MOST_SAID)) + (" …" if len(rows) > _MOST_SAID else "")
        with st.expander(f"{class_title(str(felt_class))}: {inert(titles)}", key=f"felt_{felt_class}"):
            said = [felt_sentence(inert(row["name"]), row) for _id, row in rows.head(_MOST_SILENT).iterrows()]
            st.write("\n\n".join(said))
            st.write("\n".join(f"- {question}" for question in questions_to_ask(str(felt_class))))
