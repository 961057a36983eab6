"""What people feel beside what the map calculates, for those who plan: a class for each municipality, and questions."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from sempre_geo.community.felt import class_title, felt_sentence, questions_to_ask
from sempre_geo.errors import NotAllowedError
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.outreach import felt
from sempre_geo.pipeline.gaps.answers import GapAnswer
from sempre_geo.ui.charts import saved_table
from sempre_geo.ui.installation import installation
from sempre_geo.ui.session import login_token


def show(answer: GapAnswer, *, category: str) -> None:
    """The classes of an answer's municipalities; to visitors, who may not see them, one sentence instead."""
    here = installation()
    st.subheader(_("What people say"))
    calculated = pd.DataFrame(answer.table[["people", "beyond"]])
    calculated["beyond"] = calculated["beyond"].where(answer.table["share_beyond"].notna())
    try:
        table = felt(here.settings, here.region_name, gaps=calculated, by=login_token(), category=category)
    except NotAllowedError:
        st.caption(_("Coordinators and policymakers see here where people say the same as the map, and who is silent."))
        return
    names = answer.table["name"]
    for felt_class, rows in table.groupby("felt_class", sort=False):
        with st.expander(f"{class_title(str(felt_class))}: {', '.join(names[rows.index])}", key=f"felt_{felt_class}"):
            st.write(
                "\n\n".join(
                    felt_sentence(name, row)
                    for name, (_id, row) in zip(names[rows.index], rows.iterrows(), strict=True)
                )
            )
            st.write("\n".join(f"- {question}" for question in questions_to_ask(str(felt_class))))
    shown = table.assign(name=names, felt_class=table["felt_class"].map(class_title))
    saved_table(shown, name="felt", columns=_columns(), key="felt_table")


def _columns() -> dict[str, str]:
    return {
        "name": _("Municipality"),
        "felt_class": _("Said and calculated"),
        "people": _("People"),
        "share_beyond": _("Share beyond"),
        "received": _("Voices"),
        "expected": _("Voices to be expected"),
        "low": _("At least, likely"),
        "high": _("At most, likely"),
    }
