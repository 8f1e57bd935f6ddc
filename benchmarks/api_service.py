"""A real service on a port of this machine, over a tiny live state fit for decisions, for who tries the whole API."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import uvicorn
from sqlalchemy import Engine

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from serving import server
from serving.app import Application, create_app
from serving.database import keys
from serving.door.access import Role
from serving.door.patience import PromptHeads
from serving.people.accounts import ROLES, Person, create_person, disable
from serving.people.sessions import Session, close_session, open_session
from serving.settings import ServiceSettings

CUSTOMERS = {"c1": 0.3, "c2": float("nan"), "c3": 0.9}
_PATIENCE_SECONDS = 60.0


class ServiceDidNotStart(RuntimeError):
    """The service did not begin to answer."""


@dataclass(frozen=True)
class RunningService:
    """A service that answers at `url`; `home` is its installation."""

    url: str
    engine: Engine
    home: Home

    def key(self, *scopes: str) -> str:
        """Return the secret of a new key with these scopes."""
        return keys.create_key(self.engine, name="tried", scopes=scopes, created_at=time.time_ns() // 1000).secret

    def revoked_key(self) -> str:
        """Return the secret of a key that could do everything and was revoked."""
        now = time.time_ns() // 1000
        made = keys.create_key(self.engine, name="gone", scopes=["admin"], created_at=now)
        keys.revoke_key(self.engine, made.id, now=now)
        return made.secret

    def session(self, role: Role) -> Session:
        """Return a session just opened by the person of this role."""
        return open_session(self.engine, self.people[role], now=time.time_ns() // 1000, request_id="r1")

    @cached_property
    def people(self) -> Mapping[Role, Person]:
        """Return a person of each role."""
        return {role: self._person(role, role) for role in ROLES}

    def signed_out(self) -> Session:
        """Return a session of an admin that was ended."""
        opened = self.session("admin")
        close_session(self.engine, opened, now=time.time_ns() // 1000, request_id="r1")
        return opened

    def disabled(self) -> Session:
        """Return a session of an admin who was disabled."""
        now = time.time_ns() // 1000
        opened = open_session(self.engine, self._person("gone", "admin"), now=now, request_id="r1")
        disable(self.engine, "gone", now=now)
        return opened

    def _person(self, name: str, role: Role) -> Person:
        now = time.time_ns() // 1000
        return create_person(self.engine, name=name, role=role, password=secrets.token_hex(8), created_at=now)


@contextmanager
def running_service(folder: Path) -> Iterator[RunningService]:
    """Serve from `folder` on a free port for as long as the block lasts."""
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store(CUSTOMERS, as_of=AS_OF, company_text=text, beside=decidable(), with_features=True))
    app = create_app(ServiceSettings(publisher.home))
    with answering(app) as url:
        yield RunningService(url, app.state.service.engine, publisher.home)


@contextmanager
def answering(app: Application) -> Iterator[str]:
    """Answer on a free port of this machine, from a thread, for as long as the block lasts; yield the address."""
    listener = server.listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, http=PromptHeads)
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait(web)
        app.state.service.live.in_service().state.workings.wait(_PATIENCE_SECONDS)
        yield server.address(listener)
    finally:
        web.should_exit = True
        thread.join(_PATIENCE_SECONDS)
        listener.close()


def _wait(web: uvicorn.Server) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not web.started:
        if time.monotonic() > deadline:
            raise ServiceDidNotStart(f"needed a service within {_PATIENCE_SECONDS:g} seconds, found none")
        time.sleep(0.05)
