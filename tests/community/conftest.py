"""Every store that a test opened is closed at its end, so that a connection left open shows as a warning."""

from __future__ import annotations

import pytest

from sempre_geo.community.store import engine


@pytest.fixture(autouse=True)
def _closed_engines(monkeypatch):
    made = []

    def create(*args, **options):
        made.append(create_engine(*args, **options))
        return made[-1]

    create_engine = engine.create_engine
    monkeypatch.setattr(engine, "create_engine", create)
    yield
    for one in made:
        one.dispose()
