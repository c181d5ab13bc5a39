"""A store on SQLite and on PostgreSQL (one of the tests' own, or the empty database that INTERVIEWER_TEST_STORE_URL names),
and a scripted endpoint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine

from interviewer.scripted import ScriptedServer
from interviewer.store import Store
from tests.contract.llm_calls import brain


@pytest.fixture(params=["sqlite", "other"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'store.sqlite'}"
    other = os.environ.get("INTERVIEWER_TEST_STORE_URL", "")
    if not other:
        return request.getfixturevalue("postgres_url")
    engine = create_engine(other)
    left = MetaData()
    left.reflect(engine)
    left.drop_all(engine)
    engine.dispose()
    return other


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(brain) as running:
        yield running
