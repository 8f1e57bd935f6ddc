from __future__ import annotations

import threading
import time

import pytest
from starlette.testclient import TestClient

from serving.app import create_app
from serving.database import keys
from serving.settings import ServiceSettings


@pytest.fixture
def service(publisher):
    publisher.publish({"c1": 0.01})
    app = create_app(ServiceSettings(publisher.home))
    secret = keys.create_key(app.state.service.engine, name="t", scopes=["read"], created_at=0).secret
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def until(holds, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.02)


def test_under_load_each_answer_comes_from_exactly_one_version(service, publisher):
    answers, end = [], threading.Event()

    def ask():
        while not end.is_set():
            answers.append(service.get("/v1/customers/c1"))

    asking = threading.Thread(target=ask)
    asking.start()
    expected = {service.get("/v1/customers/c1").json()["versions"]["bundle"]: 0.01}
    for chance in (0.2, 0.4, 0.6):
        live = publisher.publish({"c1": chance})
        expected[live.bundle] = chance
        until(lambda: service.get("/readyz").json()["versions"]["bundle"] == live.bundle)  # noqa: B023 (called at once)
    end.set()
    asking.join()

    assert {answer.status_code for answer in answers} == {200}
    seen = {(body["versions"]["bundle"], body["churn"]["probability"]) for body in (answer.json() for answer in answers)}
    assert seen <= set(expected.items())
    assert len(seen) >= 3


def test_a_damaged_new_bundle_keeps_the_old_answers_and_says_why(service, publisher):
    live = publisher.store({"c1": 0.5})
    manifest = publisher.home.bundles / live.bundle / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-1])
    publisher.point_to(live)

    until(lambda: service.get("/readyz").json()["degraded"])
    ready, body = service.get("/readyz"), service.get("/v1/customers/c1").json()

    assert ready.status_code == 200
    assert "manifest" in ready.json()["reason"]
    assert str(publisher.home.root) not in ready.text
    assert body["churn"]["probability"] == 0.01
    assert "not_the_live_version" in {warning["code"] for warning in body["warnings"]}


def test_a_pointer_that_vanishes_takes_nothing_out_of_service(service, publisher):
    publisher.home.live.unlink()

    until(lambda: service.get("/readyz").json()["degraded"])

    assert service.get("/v1/customers/c1").json()["churn"]["probability"] == 0.01
