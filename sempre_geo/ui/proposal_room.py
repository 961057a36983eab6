"""The team's room of a proposal: people, comments, versions, files, the next step, diary and lessons."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from sempre_geo.community.groups import group_names
from sempre_geo.community.lessons import Lesson
from sempre_geo.community.proposal_questions import barrier_names, part_names, question_of
from sempre_geo.community.proposals import Proposal
from sempre_geo.community.steps import PROPOSAL, leads_back
from sempre_geo.errors import InputError
from sempre_geo.i18n import current_language
from sempre_geo.i18n import gettext as _
from sempre_geo.pipeline.community.lessons import add_lesson, write_diary
from sempre_geo.pipeline.community.proposal_dues import due_items
from sempre_geo.pipeline.community.proposal_files import FORMATS, file_ticket
from sempre_geo.pipeline.community.proposal_team import invite, leave_team, say_who_one_is
from sempre_geo.pipeline.community.proposal_writing import comment, team_comments, version_differences, versions
from sempre_geo.pipeline.community.proposals import approve, move, steps_open
from sempre_geo.publish.maps import inert
from sempre_geo.publish.speech import written_date
from sempre_geo.ui import lists, session, words
from sempre_geo.ui.contributions import card
from sempre_geo.ui.installation import installation
from sempre_geo.ui.proposal_doors import LEFT, attempt, keep_code, said_who, trouble, who_fields
from sempre_geo.ui.proposal_form import form
from sempre_geo.ui.proposal_reading import whole
from sempre_geo.ui.proposal_routes import PATH

_ENTRY = ("good", "hard", "further")
_DUE = {"diary", "first_test", "co_owner", "answer", "read"}


def room(shown: Proposal, *, code: str, needs: pd.DataFrame) -> None:
    """Everything that those inside may do, one thing at a time; ``needs`` are the public ones, by their ids."""

    def reading(shown: Proposal, *, code: str) -> None:
        st.html(whole(shown))
        for need_id in (need_id for need_id in shown.needs if need_id in needs.index):
            card(needs.loc[[need_id]].iloc[0])
        files(shown.id, code=code)

    parts: dict[str, Callable[..., None]] = {
        _("Questions"): form,
        _("Read it, take it along"): reading,
        _("Team"): _team,
        _("Comments"): _comments,
        _("Versions"): _versions,
        _("Diary and lessons"): _diary,
        _("Next step"): _steps,
    }
    _due(shown, code=code)
    chosen = st.segmented_control(
        _("What do you want to do?"), list(parts), key="proposal_room", default=_("Questions"), required=True
    )
    parts[str(chosen)](shown, code=code)


def files(proposal_id: str, *, code: str) -> None:
    """Links to the proposal's files; the route asks again who may have them."""
    ticket = f"&ticket={file_ticket(installation().settings, proposal_id, code=code)}" if code else ""
    names = {"docx": _("Word document"), "pdf": _("PDF"), "json": _("Data (JSON), to be read back whole")}
    links = "".join(
        f'<li><a href="{PATH}?proposal={escape(proposal_id)}&kind={kind}&lang={current_language()}{ticket}" '
        f'target="_blank">{escape(names[kind])}</a></li>'
        for kind in ("docx", "pdf", "json")
        if kind in FORMATS
    )
    st.html(f"<h2>{escape(_('Take it with you'))}</h2><ul>{links}</ul>")


def _due(shown: Proposal, *, code: str) -> None:
    told = {
        "diary": _("The next entry of the diary is due on {day}."),
        "first_test": _("The first small test is to end on {day}; write in the diary how it went."),
        "co_owner": _("A service user or a provider is missing among the co-owners since {day}."),
        "answer": _("An answer to the team is due on {day}."),
        "read": _("Words that no coordinator has read wait; they are to be read by {day}."),
    }
    due = due_items(installation().settings, shown.region, by=session.login_token(), code=code)
    own = due[(due["thing"] == shown.id) & due["what"].isin(_DUE)]
    lines = "".join(
        f"<li>{escape(told[what].format(day=written_date(day)))}</li>"
        for what, day in zip(own["what"], own["due"], strict=True)
    )
    if lines:
        st.html(f'<ul role="status">{lines}</ul>')


def _team(shown: Proposal, *, code: str) -> None:
    parts = part_names()
    rows = "".join(
        f"<li>{inert(member.name) or escape(_('somebody'))} ({escape(parts[member.part])}"
        f"{', ' + escape(_('co-owner')) if member.owner else ''})</li>"
        for member in shown.team
    )
    st.html(f"<p>{escape(_('What each says of themselves; names are for the team only.'))}</p><ul>{rows}</ul>")
    st.button(_("Invite one more person"), key="invite", on_click=_invite, args=(shown.id, code))
    invitation = st.session_state.get("invited")
    if invitation:
        told = _("They type it on the page 'My code'.")
        st.html(
            f'<p role="status">{escape(_("Give them this invitation; it lets one person in within 30 days:"))}</p>'
            f'<p><span class="code">{escape(invitation)}</span></p>'
            f"<p>{escape(told)}</p>"
        )
    if code:
        with st.expander(_("Who I am, leaving the team")):
            who_fields("own")
            st.button(_("Save who I am"), key="own_save", on_click=_own, args=(shown.id, code))
            st.checkbox(_("I want to leave; my name and my code are gone then."), key="leave_sure")
            st.button(_("Leave the team"), key="leave", on_click=_leave, args=(shown.id, code))
    trouble()


def _invite(proposal_id: str, code: str) -> None:
    def inviting() -> None:
        st.session_state["invited"] = invite(installation().settings, proposal_id, by=session.login_token(), code=code)

    attempt(inviting)


def _own(proposal_id: str, code: str) -> None:
    attempt(lambda: say_who_one_is(installation().settings, proposal_id, who=said_who("own"), code=code))


def _leave(proposal_id: str, code: str) -> None:
    def leaving() -> None:
        if not st.session_state["leave_sure"]:
            raise InputError(_("Tick the box if you want to leave the team."))
        leave_team(installation().settings, proposal_id, code=code)
        keep_code(proposal_id, "")
        st.session_state[LEFT] = True

    attempt(leaving)


def _comments(shown: Proposal, *, code: str) -> None:
    for one in team_comments(installation().settings, shown.id, code=code, by=session.login_token()):
        who = inert(one["name"]) or escape(_("Somebody"))
        st.html(
            f"<p class='said'><strong>{who}</strong>, {written_date(one['created_at'])}<br>{inert(one['text'])}</p>"
        )
    st.text_area(_("A comment for the team"), key="comment_text", height=80)
    st.button(_("Say it to the team"), key="comment_save", on_click=_comment, args=(shown.id, code))
    trouble()


def _comment(proposal_id: str, code: str) -> None:
    def saying() -> None:
        text = str(st.session_state["comment_text"])
        comment(installation().settings, proposal_id, text=text, code=code, by=session.login_token())
        st.session_state["comment_text"] = ""

    attempt(saying)


def _versions(shown: Proposal, *, code: str) -> None:
    here, token = installation().settings, session.login_token()
    kept = versions(here, shown.id, code=code, by=token)
    told = {one.number: f"{one.number}: {written_date(one.written_at)}, {one.writer}" for one in kept}
    numbers = list(told)
    if len(numbers) == 1:
        st.html(f"<p>{escape(_('There is one version so far.'))}</p>")
        return
    before, after = (
        lists.selectbox(label, numbers, index=index, key=key, format_func=lambda one: told[one])
        for label, index, key in (
            (_("From version"), len(numbers) - 2, "version_before"),
            (_("to version"), len(numbers) - 1, "version_after"),
        )
    )
    marks = {"-": "del", "+": "ins"}
    for one in version_differences(here, shown.id, before=before, after=after, code=code, by=token):
        lines = "<br>".join(
            f"<{marks[mark]}>{inert(line)}</{marks[mark]}>" if mark in marks else inert(line)
            for mark, line in one.lines
        )
        title = question_of(one.question).title
        st.html(f"<p><strong>{escape(title)}</strong> · {escape(one.label)}</p><p class='said'>{lines}</p>")


def _diary(shown: Proposal, *, code: str) -> None:
    for entry in shown.diary:
        texts = "<br>".join(inert(entry[name]) for name in ("good", "hard", "further") if entry[name])
        st.html(f"<p class='said'><strong>{written_date(entry['created_at'])}</strong><br>{texts}</p>")
    labels = {"good": _("What went well?"), "hard": _("What was hard?"), "further": _("What comes next?")}
    for name, label in labels.items():
        st.text_area(label, key=f"diary_{name}", height=80)
    st.button(_("Write it into the diary"), key="diary_save", on_click=_write_diary, args=(shown.id, code))
    for lesson in shown.lessons:
        again = f"<br>{escape(_('Again:'))} {inert(lesson['again'])}" if lesson["again"] else ""
        not_again = f"<br>{escape(_('Not again:'))} {inert(lesson['not_again'])}" if lesson["not_again"] else ""
        st.html(f"<p class='said'><strong>{inert(lesson['title'])}</strong>{again}{not_again}</p>")
    with st.expander(_("A lesson for others")):
        _lesson_fields()
        st.button(_("Write down the lesson"), key="lesson_save", on_click=_write_lesson, args=(shown.id, code))
    trouble()


def _lesson_fields() -> None:
    st.text_input(_("A short name for it"), key="lesson_title", max_chars=120)
    st.text_area(_("What would you do again?"), key="lesson_again", height=80)
    st.text_area(_("What would you not do again?"), key="lesson_not_again", height=80)
    groups, barriers = group_names(), barrier_names()
    lists.multiselect(_("For whom"), list(groups), key="lesson_groups", format_func=lambda one: groups[one])
    lists.multiselect(_("What stood in the way"), list(barriers), key="lesson_barriers",
                   format_func=lambda one: barriers[one])  # fmt: skip
    categories = ["", *words.category_choices(installation().region)]
    lists.selectbox(_("About"), categories, key="lesson_category",
                 format_func=lambda one: words.category(one) if one else _("no certain service"))  # fmt: skip


def _write_diary(proposal_id: str, code: str) -> None:
    def writing() -> None:
        good, hard, further = (str(st.session_state[f"diary_{name}"]) for name in _ENTRY)
        here, token = installation().settings, session.login_token()
        write_diary(here, proposal_id, good=good, hard=hard, further=further, code=code, by=token)
        for name in _ENTRY:
            st.session_state[f"diary_{name}"] = ""

    attempt(writing)


def _write_lesson(proposal_id: str, code: str) -> None:
    def writing() -> None:
        state = st.session_state
        title, again, not_again = (str(state[f"lesson_{name}"]) for name in ("title", "again", "not_again"))
        lesson = Lesson(
            title, again, not_again, groups=tuple(state["lesson_groups"]), category=str(state["lesson_category"]),
            barriers=tuple(state["lesson_barriers"]),
        )  # fmt: skip
        add_lesson(installation().settings, proposal_id, lesson=lesson, code=code, by=session.login_token())
        st.session_state["lesson_title"] = ""

    attempt(writing)


def _steps(shown: Proposal, *, code: str) -> None:
    done = "".join(
        f"<li>{written_date(step['at'])}: {escape(words.status(step['status']))}"
        f"{'. ' + inert(step['reason']) if step['reason'] else ''}</li>"
        for step in shown.steps
    )
    st.html(f"<ul>{done}</ul>")
    _unread(shown)
    ways = steps_open(installation().settings, shown.id, by=session.login_token(), code=code)
    if not ways:
        st.html(f"<p>{escape(_('It waits for somebody else now.'))}</p>")
        return
    st.text_area(_("Reason, where one is needed"), key="step_reason", height=80)
    with st.container(horizontal=True):
        for step in ways:
            _step_button(shown, step.to, code=code)
    trouble()


def _step_button(shown: Proposal, to: str, *, code: str) -> None:
    """What is done by it; a step from which no way leads back asks first."""
    deed = words.deeds().get(to, words.status(to))
    if leads_back(PROPOSAL, shown.status, to):
        st.button(deed, key=f"move_{to}", on_click=_move, args=(shown.id, to, code))
        return
    with st.popover(deed, key=f"ask_{to}"):
        stands = _("It stands at '{status}' then, and there is no way back.").format(status=words.status(to))
        st.html(f'<p class="said">{escape(stands)}</p>')
        st.button(deed, key=f"move_{to}", on_click=_move, args=(shown.id, to, code), type="primary")


def _unread(shown: Proposal) -> None:
    """For coordinators: what is written now and not yet for everybody to read."""
    if not session.is_coordinator() or shown.read_version >= shown.version:
        return
    read = _("Everybody reads version {n} so far.").format(n=shown.read_version)
    told = read if shown.read_version else _("Nobody outside reads it so far.")
    st.html(f"<p>{escape(told)} {escape(_('The newest is version {n}.').format(n=shown.version))}</p>")
    st.button(_("I have read it: show it to everybody"), key="show_version", on_click=_show, args=(shown.id,))


def _show(proposal_id: str) -> None:
    attempt(lambda: approve(installation().settings, proposal_id, by=session.login_token()))


def _move(proposal_id: str, to: str, code: str) -> None:
    def moving() -> None:
        reason = str(st.session_state.get("step_reason", ""))
        move(installation().settings, proposal_id, to=to, by=session.login_token(), code=code, reason=reason)

    attempt(moving)
