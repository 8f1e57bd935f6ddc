"""A service in this process, over a tiny live state, with keys of every scope; and an empty database of either kind."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF, Publisher
from benchmarks.whole_states import WholeShop, publish_whole_shop
from features.home import Home
from features.times import HOUR, Timestamp
from serving.app import create_app
from serving.database import keys, open_database
from serving.database.opened import engine as database_engine
from serving.service import Service
from serving.settings import ServiceSettings


@dataclass
class Clock:
    """A clock that stands still until told; it begins an hour after the data end."""

    now: Timestamp = AS_OF + HOUR

    def __call__(self) -> Timestamp:
        return self.now


@dataclass(frozen=True)
class Asker:
    """Somebody with a key, asking a running service."""

    client: TestClient
    service: Service
    publisher: Publisher
    clock: Clock
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, **body):
        return self.client.post(path, headers=self.headers, **body)

    def key(self, *scopes: str) -> dict[str, str]:
        made = keys.create_key(self.service.engine, name="test", scopes=scopes, created_at=self.clock())
        return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture(scope="session", autouse=True)
def no_trials() -> Iterator[None]:
    """Spare models their trial in a child process, which takes seconds and is tested with the models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def tables_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., None]]:
    """Begin a new SQLite file as a copy of one that is up to date; yield how the tables are made where that is tested."""
    made = tmp_path_factory.mktemp("tables") / "lifecycle.db"
    open_database(f"sqlite:///{made}").dispose()
    content, migrate = made.read_bytes(), database_engine.migrate

    def copy_and_migrate(engine: Engine) -> None:
        if engine.dialect.name == "sqlite" and not (file := Path(str(engine.url.database))).stat().st_size:
            file.write_bytes(content)
        migrate(engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_engine, "migrate", copy_and_migrate)
        yield migrate


@pytest.fixture
def tables_made_anew(tables_made_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tables by their migrations."""
    monkeypatch.setattr(database_engine, "migrate", tables_made_once)


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(Home(tmp_path / "home"), tmp_path / "signing.key")


@pytest.fixture(scope="session")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Ask about `c1` (0.3), `c2` (not at risk), `c3` (0.9) and `thin1` (hardly known) with a key for reading."""
    folder = tmp_path_factory.mktemp("service")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    publisher.publish({"c1": 0.3, "c2": float("nan"), "c3": 0.9, "thin1": 0.5})
    yield from running(publisher)


def running(publisher: Publisher, **settings) -> Iterator[Asker]:
    clock = Clock()
    app = create_app(ServiceSettings(publisher.home, **settings), clock=clock)
    with TestClient(app) as client:
        bare = Asker(client, app.state.service, publisher, clock)
        yield Asker(client, app.state.service, publisher, clock, bare.key("read"))


@pytest.fixture(scope="session")
def published_shop(tmp_path_factory: pytest.TempPathFactory) -> WholeShop:
    """A tiny shop with a model for every question, published as the program publishes; not to be changed."""
    return publish_whole_shop(tmp_path_factory.mktemp("whole"), customers=60)


@pytest.fixture
def whole_shop(published_shop: WholeShop, tmp_path: Path) -> WholeShop:
    """The same shop, to be changed."""
    shutil.copytree(published_shop.home.root, tmp_path / "home")
    return replace(published_shop, home=Home(tmp_path / "home"))


@pytest.fixture(scope="session")
def shop_asker(published_shop: WholeShop) -> Iterator[Asker]:
    """Ask the tiny shop, with a key for reading."""
    yield from running(Publisher(published_shop.home, published_shop.signing_key))


@pytest.fixture(scope="session")
def run_service():
    """Return what runs a service over what was published, for tests that publish something of their own."""
    return running


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


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with own_schema(os.environ["LIFECYCLE_TEST_POSTGRES_URL"]) as url:
        yield url


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
