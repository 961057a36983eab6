"""Each role tries each privileged use case, elsewhere and here: the answer is that of the table, never of a page."""

from __future__ import annotations

import pytest

from sempre_geo.community.access import ACCOUNT_ROLES, ALLOWED, OPERATOR, Person
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.errors import NotAllowedError, SempreGeoError
from sempre_geo.pipeline.community import (
    accounts,
    backup,
    corrections,
    duplicates,
    escalation,
    exchange,
    listening,
    providers,
    research,
    review,
    tours,
    voices,
    workshop,
)
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.desk import close_community
from sempre_geo.pipeline.community.workshop_file import workshop_file

REGION = "unbuilt"
REPORT = Report("services", "osm:n1", "opening_hours", "Mo 10:00-12:00", "a notice")
PASSWORD = "long enough"  # noqa: S105 - of accounts that live as long as a test


def _acts(settings, folder):
    """Every privileged use case as (action of the table, what is called with the asker)."""
    need = Draft("need", "library", "No bus.", Place(municipality_id="m1"))
    one, other, third = (tell(settings, REGION, draft=need).id for _time in range(3))
    report = corrections.report_correction(settings, REGION, report=REPORT).id
    hall, closed = (workshop.open_workshop(settings, REGION, by=OPERATOR).id for _time in range(2))
    asked = providers.ask_to_provide(settings, REGION, service_id="osm:n1", name="A", contact="B", source="C").id
    rows = folder / "rows.csv"
    rows.write_text("id,category,text,municipality_id\n1,library,Hello,m1\n", encoding="utf-8")
    return {
        "queue": ("read the review queue", lambda by: review.review_queue(settings, REGION, by=by)),
        "publish": ("publish or not publish", lambda by: review.publish(settings, one, by=by)),
        "edit": ("publish or not publish", lambda by: review.edit(settings, one, by=by, text="No bus")),
        "answer": ("answer a contribution", lambda by: review.answer(settings, one, by=by, text="Soon")),
        "exact place": ("see an exact place", lambda by: review.exact_place(settings, one, by=by)),
        "originals": ("read originals", lambda by: review.originals(settings, one, by=by)),
        "similar": ("merge contributions", lambda by: duplicates.similar_for_review(settings, one, by=by)),
        "merge": ("merge contributions", lambda by: duplicates.merge(settings, other, into=third, by=by)),
        "merges": ("merge contributions", lambda by: duplicates.standing_merges(settings, REGION, by=by)),
        "escalations": ("escalate a danger", lambda by: escalation.open_escalations(settings, REGION, by=by)),
        "reached": ("escalate a danger", lambda by: escalation.contact_reached(settings, one, by=by)),
        "sentences": ("read the review queue", lambda by: voices.waiting_sentences(settings, REGION, by=by)),
        "workshop": ("open a workshop", lambda by: workshop.open_workshop(settings, REGION, by=by)),
        "word": ("open a workshop", lambda by: workshop.word_on_the_wall(settings, hall, by=by)),
        "round": ("open a workshop", lambda by: workshop.hand_round(settings, hall, by=by)),
        "summary": ("open a workshop", lambda by: workshop.summary(settings, hall, by=by)),
        "close": ("open a workshop", lambda by: workshop.close_workshop(settings, closed, by=by)),
        "take along": ("take a workshop to the office", lambda by: workshop_file(settings, hall, by=by)),
        "correction": (
            "decide a correction",
            lambda by: corrections.decide_correction(settings, report, decision="accepted", by=by),
        ),
        "look": ("read the review queue", lambda by: listening.news(settings, REGION, by=by)),
        "listen": ("listen to a region", lambda by: listening.listen(settings, REGION, by=by)),
        "tours": ("plan outreach", lambda by: tours.listed_tours(settings, REGION, by=by)),
        "confirm": (
            "confirm a service", lambda by: corrections.confirm_service(settings, REGION, report=REPORT, by=by)
        ),
        "requests": ("verify a provider", lambda by: providers.provider_requests(settings, REGION, by=by)),
        "verify": ("verify a provider", lambda by: providers.decide_provider(settings, asked, verified=True, by=by)),
        "offer": (
            "make an offer",
            lambda by: providers.offer(settings, REGION, service_id="osm:n1", kind="hall", text="Hall", by=by),
        ),
        "offers": ("read offers", lambda by: providers.offers(settings, REGION, by=by)),
        "research": (
            "export for research",
            lambda by: research.export_for_research(settings, REGION, folder / "r.csv", by=by),
        ),
        "import": ("import contributions", lambda by: exchange.import_contributions(settings, REGION, rows, by=by)),
        "log": ("read the log", lambda by: accounts.read_log(settings, by=by)),
        "check": ("read the log", lambda by: accounts.check_log(settings, by=by)),
        "backup": ("back up and restore", lambda by: backup.back_up(settings, folder / "b.zip", by=by)),
        "account": (
            "keep accounts",
            lambda by: accounts.add_account(settings, f"n{id(by)}", role="auditor", password=PASSWORD, by=by),
        ),
    }  # fmt: skip


def _refused(act, by) -> bool:
    try:
        act(by)
    except NotAllowedError:
        return True
    except SempreGeoError:
        return False  # allowed, but there was nothing (more) to do
    return False


@pytest.mark.parametrize("role", ["visitor", *sorted(ACCOUNT_ROLES)])
def test_each_role_may_do_in_each_use_case_what_the_table_says(settings, tmp_path, role):
    acts = _acts(settings, tmp_path)
    grants = frozenset() if role == "visitor" else frozenset({(role, "*")})
    person, elsewhere = Person("tried", grants), Person("tried", frozenset({(role, "region:elsewhere")}))
    wrong = [name for name, (action, act) in acts.items() if _refused(act, person) is not (role not in ALLOWED[action])]
    assert wrong == []
    lists = {"queue", "merges", "sentences", "escalations", "offers"}  # empty elsewhere, and therefore not refused
    leaking = [name for name, (_action, act) in acts.items() if name not in lists and not _refused(act, elsewhere)]
    assert leaking == []
    for name in lists:
        assert _refused(acts[name][1], elsewhere) or acts[name][1](elsewhere).empty, name
    close_community(settings)
