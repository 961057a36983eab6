"""A service's own people: verified before they may do anything, and then for their own service only."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import pytest
from sqlalchemy import select

from sempre_geo.community.access import OPERATOR, Person
from sempre_geo.community.accounts import password_hash
from sempre_geo.community.contributions import Draft, Place
from sempre_geo.community.corrections import Report
from sempre_geo.community.store.corrections import save_correction
from sempre_geo.community.store.office_tables import accounts
from sempre_geo.errors import InputError, MissingDataError, NotAllowedError, StoreError
from sempre_geo.pipeline.community.accounts import login
from sempre_geo.pipeline.community.contributions import open_with_code, tell
from sempre_geo.pipeline.community.corrections import confirm_service, corrections_in_use, waiting_corrections
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.providers import (
    ask_to_provide,
    confirm_facts,
    decide_provider,
    needs_around,
    offer,
    offers,
    open_provider_account,
    provider_requests,
    withdraw_offer,
)
from sempre_geo.pipeline.community.review import answer, publish, unanswered
from tests.pipeline.community_region import build_region

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
SERVICES = gpd.GeoDataFrame(
    {"category": ["library", "library"]}, index=["osm:n1", "osm:n2"], crs=4326,
    geometry=gpd.points_from_xy([20.0, 20.9], [57.0, 57.3]),
)  # fmt: skip
PASSWORD = "long enough"  # noqa: S105 - of an account that lives as long as a test
WHO = {"service_id": "osm:n1", "name": "Anna", "contact": "+371 26123456", "source": "the library's own telephone"}


@pytest.fixture
def region(settings):
    yield build_region(settings)
    close_community(settings)


@pytest.fixture
def provider(settings, region):
    """The login of a verified library."""
    asked = ask_to_provide(settings, region, **WHO)
    decide_provider(settings, asked.id, verified=True, by=OPERATOR)
    open_provider_account(settings, asked.claim_code, name="library", password=PASSWORD)
    return login(settings, "library", password=PASSWORD)


def test_nobody_speaks_for_a_service_before_a_coordinator_has_verified_it(settings, region):
    asked = ask_to_provide(settings, region, **WHO)
    with pytest.raises(NotAllowedError, match="not verified yet"):
        open_provider_account(settings, asked.claim_code, name="library", password=PASSWORD)
    assert provider_requests(settings, region, by=OPERATOR)["contact"].tolist() == [WHO["contact"]]
    for by in (
        "",
        Person("p", frozenset({("policymaker", "*")})),
        Person("c", frozenset({("coordinator", "region:x")})),
    ):
        with pytest.raises(NotAllowedError):
            provider_requests(settings, region, by=by)
        with pytest.raises(NotAllowedError):
            decide_provider(settings, asked.id, verified=True, by=by)
    decide_provider(settings, asked.id, verified=False, by=OPERATOR)
    with pytest.raises(NotAllowedError, match="not verified yet"):
        open_provider_account(settings, asked.claim_code, name="library", password=PASSWORD)
    with pytest.raises(MissingDataError):
        decide_provider(settings, asked.id, verified=True, by=OPERATOR)


def test_the_code_opens_one_account_for_one_service_and_the_telephone_is_forgotten(settings, region, provider):
    assert provider_requests(settings, region, by=OPERATOR).empty
    confirm_service(settings, region, by=provider, report=Report("services", "osm:n1", "capacity", "12", "we count"))
    with pytest.raises(NotAllowedError):
        confirm_service(settings, region, by=provider, report=Report("services", "osm:n2", "capacity", "1", "no"))
    assert corrections_in_use(settings, region)["thing"].tolist() == ["osm:n1"]
    close_community(settings)
    kept = b"".join(path.read_bytes() for path in settings.data.glob("store.sqlite*"))
    assert b"26123456" not in kept


def test_a_code_is_good_once(settings, region):
    asked = ask_to_provide(settings, region, **WHO)
    decide_provider(settings, asked.id, verified=True, by=OPERATOR)
    with pytest.raises(InputError, match="at least 10"):
        open_provider_account(settings, asked.claim_code, name="library", password="short")  # noqa: S106 - refused
    open_provider_account(settings, asked.claim_code, name="library", password=PASSWORD)
    with pytest.raises(NotAllowedError):
        open_provider_account(settings, asked.claim_code, name="library2", password=PASSWORD)


def test_two_who_come_with_one_code_at_once_open_one_account(settings, region, monkeypatch):
    asked = ask_to_provide(settings, region, **WHO)
    decide_provider(settings, asked.id, verified=True, by=OPERATOR)
    both, opened = threading.Barrier(2), []

    def digest(password):
        both.wait(timeout=30)  # both have seen that the code is good
        return password_hash(password)

    def come(name):
        with contextlib.suppress(NotAllowedError):
            opened.append(open_provider_account(settings, asked.claim_code, name=name, password=PASSWORD))

    monkeypatch.setattr("sempre_geo.pipeline.community.accounts.password_hash", digest)
    threads = [threading.Thread(target=come, args=(name,)) for name in ("library", "library2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (account,) = opened
    assert account.grants == {("provider", "service:osm:n1")}
    with open_community(settings).reading() as transaction:
        assert transaction.execute(select(accounts.c.name)).scalars().all() == [account.name]


def test_what_a_provider_says_at_once_is_kept_wholly_or_not_at_all(settings, region, provider, monkeypatch):
    def refuse_the_telephone(transaction, row):
        if row["field"] == "phone":
            raise StoreError("The disk is full.")
        save_correction(transaction, row)

    several = {"service_id": "osm:n1", "facts": {"capacity": "12", "phone": "+371 26123456"}, "source": "we count"}
    with monkeypatch.context() as broken:
        broken.setattr("sempre_geo.pipeline.community.corrections.save_correction", refuse_the_telephone)
        with pytest.raises(StoreError):
            confirm_facts(settings, region, **several, by=provider)
    assert corrections_in_use(settings, region).empty
    confirm_facts(settings, region, **several, by=provider)
    assert set(corrections_in_use(settings, region)["field"]) == {"capacity", "phone"}


def test_needs_around_a_service_are_those_that_everybody_may_see(settings, region, provider):
    need = Draft("need", "library", "The bus came at noon.", Place(lon=20.0612, lat=57.0212), language="en")
    for number in range(6):
        said = tell(settings, region, draft=replace(need, text=f"{need.text} {number}"), at=AT - timedelta(days=7))
        publish(settings, said.id, by=OPERATOR, at=AT - timedelta(days=7))
    tell(settings, region, draft=replace(need, text="nobody has read this"), at=AT)
    tell(settings, region, draft=replace(need, category="gp"), at=AT)
    around = needs_around(settings, region, service_id="osm:n1", services=SERVICES, by=provider)
    assert len(around.texts) == 6
    assert not around.texts["text"].str.contains("nobody").any()
    assert not {20.0612, 57.0212} & {*around.texts["lon"], *around.texts["lat"]}, "at their zone, not where they live"
    assert set(around.counts["people"] % 5) <= {0}
    assert needs_around(settings, region, service_id="osm:n2", services=SERVICES, by=OPERATOR).texts.empty
    with pytest.raises(NotAllowedError):
        needs_around(settings, region, service_id="osm:n2", services=SERVICES, by=provider)
    with pytest.raises(NotAllowedError):
        needs_around(settings, region, service_id="osm:n1", services=SERVICES, by="")


def test_an_offer_is_read_by_those_who_plan_and_taken_back_by_its_maker(settings, region, provider):
    made = offer(settings, region, service_id="osm:n1", kind="hall", text="The reading room", hours="Sa", by=provider)
    assert offers(settings, region, by=OPERATOR)["text"].tolist() == ["The reading room"]
    stranger = Person("q", frozenset({("provider", "service:osm:n2")}))
    assert offers(settings, region, by=stranger).empty
    for act in (lambda: offers(settings, region, by=""), lambda: withdraw_offer(settings, made, by=stranger)):
        with pytest.raises(NotAllowedError):
            act()
    with pytest.raises(NotAllowedError):
        offer(settings, region, service_id="osm:n2", kind="hall", text="Not mine", by=provider)
    with pytest.raises(InputError, match="hall, hours"):
        offer(settings, region, service_id="osm:n1", kind="money", text="No", by=provider)
    withdraw_offer(settings, made, by=provider)
    assert offers(settings, region, by=provider).empty


def test_what_has_no_answer_comes_up_by_itself_and_leaves_with_the_answer(settings, region):
    need = Draft("need", "library", "The bus came at noon.", Place(settlement_id="s1"))
    first, later = (tell(settings, region, draft=need, at=AT + timedelta(days=day)) for day in (0, 20))
    for said, day in ((first, 0), (later, 20)):
        publish(settings, said.id, by=OPERATOR, at=AT + timedelta(days=day))
    assert unanswered(settings, region, by=OPERATOR, at=AT + timedelta(days=29)).empty
    late = unanswered(settings, region, by=OPERATOR, at=AT + timedelta(days=31))
    assert late[["id", "waits_days"]].to_numpy().tolist() == [[first.id, 31]]
    librarian = Person("p", frozenset({("provider", "category:library")}))
    answer(settings, first.id, by=librarian, text="The bus comes at ten.", at=AT + timedelta(days=31))
    assert unanswered(settings, region, by=OPERATOR, at=AT + timedelta(days=31)).empty
    assert open_with_code(settings, first.claim_code).steps[-1]["reason"] == "The bus comes at ten."
    with pytest.raises(NotAllowedError, match="own people answer"):
        unanswered(settings, region, by="")


def test_empty_lists_keep_their_columns(settings, region, provider):
    assert "text" in offers(settings, region, by=provider)
    assert "findings" in waiting_corrections(settings, region, by=provider)
