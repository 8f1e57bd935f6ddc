"""An empty operational database of either kind: a file of its own on SQLite, a schema of its own on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from serving.database import open_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'lifecycle.db'}"
        return
    with own_schema(os.environ["LIFECYCLE_TEST_POSTGRES_URL"]) as url:
        yield url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'lifecycle.db'}")
    yield engine
    engine.dispose()


@contextmanager
def own_schema(server: str) -> Iterator[str]:
    schema = f"test_{secrets.token_hex(6)}"
    administrator = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
        own = make_url(server).update_query_dict({"options": f"-c search_path={schema}"})
        yield own.render_as_string(hide_password=False)
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()
