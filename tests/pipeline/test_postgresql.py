"""The same store in PostgreSQL: run with SEMPRE_TEST_POSTGRESQL set to the address of an empty database."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from sempre_geo.community.access import OPERATOR
from sempre_geo.community.contributions import Draft
from sempre_geo.community.store.schema import metadata
from sempre_geo.pipeline.community.accounts import add_account, check_log, login, who_is
from sempre_geo.pipeline.community.contributions import tell
from sempre_geo.pipeline.community.counts import counts
from sempre_geo.pipeline.community.desk import close_community, open_community
from sempre_geo.pipeline.community.public_view import forget_views, public_contributions
from sempre_geo.pipeline.community.review import publish, review_queue
from sempre_geo.pipeline.community.voices import add_voice
from tests.pipeline.community_region import build_region
from tests.pipeline.village import AT, SPOTS, Village, check_list, check_sums

ADDRESS = os.environ.get("SEMPRE_TEST_POSTGRESQL", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="SEMPRE_TEST_POSTGRESQL names no empty database")


@pytest.fixture
def there(settings):
    """Settings with the store in PostgreSQL, emptied behind each test."""
    settings.data.mkdir(parents=True, exist_ok=True)
    moved = replace(settings, store_url=ADDRESS)
    build_region(moved)
    yield moved
    engine = open_community(moved).engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    close_community(moved)


def test_the_migrations_lead_to_the_same_tables(there):
    with open_community(there).reading() as transaction:
        assert compare_metadata(MigrationContext.configure(transaction), metadata) == []


def test_a_village_is_kept_and_summed_as_a_plain_reading_says(there):
    village = Village(there, "small", 5)
    for _number in range(60):
        village.step()
        kept = public_contributions(there, "small", at=AT)
        forget_views(there.store)
        assert kept.astype(object).equals(public_contributions(there, "small", at=AT).astype(object))
        check_list(there, kept)
    check_sums(there, "small")
    assert set(counts(there, "small")["people"] % 5) <= {0}


def test_many_writers_lose_no_voice_and_leave_the_log_whole(there):
    said = tell(there, "small", draft=Draft("need", "library", "No bus.", SPOTS[0]), at=AT)
    publish(there, said.id, by=OPERATOR)
    threads = [
        threading.Thread(target=add_voice, args=(there, said.id), kwargs={"voter": str(voter)}) for voter in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert public_contributions(there, "small")["voices"].tolist() == [20]
    assert check_log(there, by=OPERATOR) is None


def test_accounts_and_the_queue_work_there(there):
    add_account(there, "anna", role="coordinator", password="long enough")  # noqa: S106 - of a test's account
    token = login(there, "anna", password="long enough")  # noqa: S106 - of a test's account
    assert who_is(there, token).has("coordinator")
    tell(there, "small", draft=Draft("need", "library", "No bus.", SPOTS[0]), at=AT)
    assert len(review_queue(there, "small", by=token)) == 1
