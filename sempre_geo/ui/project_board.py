"""The board of projects: a lane for each stage, a card for each project, and what must happen next on it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.project_board import COORDINATOR, LANES, TEAM, project_board
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import written_date
from sempre_geo.ui import session, words
from sempre_geo.ui.frame import page_title
from sempre_geo.ui.installation import installation

_ALL = "all"


def show(open_: Callable[[str], None]) -> frozenset[str]:
    """The board of whoever has projects, and the ids on it; ``open_`` opens a project by its id."""
    here = installation()
    board = project_board(here.settings, here.region_name, by=session.login_token())
    if board.empty:
        return frozenset()
    page_title(_("Projects"), _("What must happen next in each, by when, and who waits for whom."))
    wanted = _wanted(board)
    lanes = [lane for lane in LANES if board["lane"].eq(lane).any()]
    for column, lane in zip(st.columns(len(lanes)), lanes, strict=True):
        with column:
            of_lane = wanted[wanted["lane"] == lane]
            st.html(f"<h2>{escape(_lanes()[lane])} ({len(of_lane)})</h2>")
            for _number, row in of_lane.iterrows():
                _card(row, open_)
    return frozenset(board["id"].astype(str))


def _wanted(board: pd.DataFrame) -> pd.DataFrame:
    """The rows for whom it waits, as chosen."""
    counts = {_ALL: len(board), **{who: int(board["waits_for"].eq(who).sum()) for who in (COORDINATOR, TEAM)}}
    names = {_ALL: _("All"), COORDINATOR: _("Waits for a coordinator"), TEAM: _("Waits for its team")}
    chosen = st.segmented_control(
        _("Who waits for whom"), list(counts), key="board_waits", default=_ALL, required=True,
        label_visibility="collapsed", format_func=lambda who: f"{names[who]} ({counts[who]})",
    )  # fmt: skip
    return board if chosen == _ALL else board[board["waits_for"] == chosen]


def _card(row: pd.Series, open_: Callable[[str], None]) -> None:
    late = bool(row["days_late"] is not None and row["days_late"] > 0)
    with st.container(border=True, key=f"board_{row['id']}"):
        day = written_date(str(row["due"] or ""))
        task = _tasks().get(str(row["task"]), "").format(day=day, progress=row["progress"])
        who = {COORDINATOR: _("Waits for a coordinator"), TEAM: _("Waits for its team")}.get(str(row["waits_for"]), "")
        stage = f'<span class="tag">{escape(words.status(str(row["status"])))}</span>'
        told = f'<span class="tag">{escape(_("Late"))}</span>' if late else ""
        st.html(
            f'<p class="said">{stage}{inert(row["place_name"])}</p>'
            f'<p class="said"><strong>{inert(row["title"])}</strong></p>'
            + (f'<p class="said">{told}{escape(task)}<br><small>{escape(who)}</small></p>' if task else "")
        )
        st.button(_("Open it"), key=f"board_open_{row['id']}", on_click=open_, args=(row["id"],))


def _lanes() -> dict[str, str]:
    return {
        "forming": _("Taking shape"),
        "deciding": _("Waiting for a decision"),
        "running": _("Accepted and running"),
        "ended": _("Ended"),
    }


def _tasks() -> dict[str, str]:
    return {
        "read": _("Words that no coordinator has read wait; they are to be read by {day}."),
        "answer": _("An answer to the team is due on {day}."),
        "co_owner": _("A service user and a provider are to own it together."),
        "questions": _("Questions are open: {progress}."),
        "submit": _("It can be submitted."),
        "mend": _("It came back: it is to be mended and submitted again."),
        "begin": _("It can begin."),
        "diary": _("The next entry of the diary is due on {day}."),
        "first_test": _("The first small test is to end on {day}; write in the diary how it went."),
        "go_on": _("It rests: go on with it, or end it."),
        "lesson": _("What was learned is to be written down."),
    }
