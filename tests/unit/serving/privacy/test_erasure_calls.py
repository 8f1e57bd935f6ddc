"""Erasure over HTTP: asked for once, done in the background, proved by its certificate; and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.subjects import installation_secret, subject
from features.tombstones import read_tombstones
from serving.app import create_app
from serving.background.erasing import Erasing
from serving.background.office import Office
from serving.background.tasks import TASKS
from serving.database import keys, writing
from serving.database.audit import entries_about
from serving.database.tables import inbox
from serving.service import Service
from serving.settings import ServiceSettings


@dataclass(frozen=True)
class Officer:
    """Whoever answers for privacy, with a key of scope admin."""

    client: TestClient
    home: Home
    headers: dict[str, str]

    @property
    def service(self) -> Service:
        return self.client.app.state.service

    def erase(self, customer_id: str):
        return self.client.delete(f"/v1/customers/{customer_id}", headers=self.headers)

    def look(self, erasure_id: str):
        return self.client.get(f"/v1/erasures/{erasure_id}", headers=self.headers)

    def work(self) -> bool:
        """Let the background task do a portion."""
        one = self.service
        secret = installation_secret(self.home)
        return Erasing(Office(one.settings, one.clock, one.log, one.metrics, one.engine, one.live, secret)).run()


@pytest.fixture
def officer(tmp_path: Path) -> Iterator[Officer]:
    publisher = Publisher(Home(tmp_path / "home"), tmp_path / "signing.key")
    publisher.publish({"c1": 0.3, "leaver-2": 0.4, "leaver-3": 0.9})
    with TestClient(create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF)) as client:
        made = keys.create_key(client.app.state.service.engine, name="officer", scopes=["admin"], created_at=AS_OF)
        yield Officer(client, publisher.home, {"Authorization": f"Bearer {made.secret}"})


def test_an_erasure_is_taken_at_once_and_finished_by_the_background(officer: Officer) -> None:
    taken = officer.erase("leaver-2")
    erasing = officer.look(taken.json()["erasure_id"]).json()
    officer.work()
    done = officer.look(taken.json()["erasure_id"]).json()

    assert (taken.status_code, erasing["state"], done["state"]) == (202, "erasing", "finished")
    assert {store["store"]: store["rows"] for store in done["files"]}["predictions"] == 1
    assert "leaver-2" not in str(done)


def test_the_rows_that_left_the_database_are_told_by_table(officer: Officer) -> None:
    row = {"received_at": AS_OF, "source": "usage", "customer_id": "leaver-4", "row": b"{}"}
    with writing(officer.service.engine) as connection:
        connection.execute(inbox.insert().values(row))

    taken = officer.erase("leaver-4")
    officer.work()

    assert taken.status_code == 202
    assert taken.json()["database"] == [{"table": "inbox", "rows": 1}]


def test_where_nobody_waits_there_is_nothing_to_do(officer: Officer) -> None:
    assert not officer.work()
    assert TASKS["erasing"] is Erasing


def test_after_it_the_service_knows_nobody_of_that_id(officer: Officer) -> None:
    officer.erase("leaver-3")
    officer.work()
    officer.service.live.look()

    assert officer.client.get("/v1/customers/leaver-3", headers=officer.headers).status_code in (404, 410)
    assert officer.client.get("/v1/customers/c1", headers=officer.headers).status_code == 200


def test_asked_again_it_begins_again_and_has_the_same_name(officer: Officer) -> None:
    first, again = officer.erase("leaver-3"), officer.erase("leaver-3")

    assert first.json()["erasure_id"] == again.json()["erasure_id"]
    assert again.status_code == 202
    assert officer.work()


def test_an_id_of_which_nothing_is_known_is_refused_and_not_kept_out(officer: Officer) -> None:
    answer = officer.erase("nobody")

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("unknown-customer")
    assert not read_tombstones(officer.home).holds("nobody")


def test_an_erasure_that_was_never_asked_for_is_not_found(officer: Officer) -> None:
    assert officer.look("0" * 64).status_code == 404


def test_who_asked_for_it_stands_in_the_audit_by_the_name_alone(officer: Officer) -> None:
    officer.erase("leaver-3")

    about = entries_about(officer.service.engine, subject(installation_secret(officer.home), "leaver-3"))
    assert ("/v1/customers/{customer_id}", 202) in {(entry.route, entry.status) for entry in about}
