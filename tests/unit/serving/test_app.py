from __future__ import annotations

import subprocess
import sys

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF
from features.times import DAY
from serving.app import create_app, refuse_undeclared
from serving.database import keys
from serving.door.access import ANYBODY, RouteUndeclared, access
from serving.door.route import GuardedRoute
from serving.settings import ServiceSettings


def codes(body):
    return {warning["code"] for warning in body["warnings"]}


def test_a_customer_gets_the_probability_of_each_horizon(asker):
    body = asker.get("/v1/customers/c1").json()

    assert body["churn"]["probability"] == 0.3
    assert body["churn"]["horizon_days"] == 90
    assert body["churn"]["horizons"] == [
        {"days": 30, "probability": pytest.approx(0.1)},
        {"days": 60, "probability": pytest.approx(0.2)},
        {"days": 90, "probability": 0.3},
    ]


def test_an_answer_names_its_versions_in_the_body_and_in_headers(asker):
    answer = asker.get("/v1/customers/c1")

    versions = answer.json()["versions"]

    assert {name: answer.headers[f"x-lifecycle-{name}"] for name in versions} == versions
    assert versions["bundle"] == asker.service.live.in_service().state.versions.bundle


def test_a_customer_who_is_not_at_risk_gets_a_warning_and_no_probability(asker):
    body = asker.get("/v1/customers/c2").json()

    assert "churn" not in body
    assert "not_at_risk" in codes(body)


def test_a_probability_that_rests_on_too_little_says_so(asker):
    thin, known = asker.get("/v1/customers/thin1").json(), asker.get("/v1/customers/c1").json()

    assert thin["churn"]["probability"] == 0.5
    assert "churn_rests_on_too_little" in codes(thin) - codes(known)
    assert thin["degraded"] is True


def test_a_customer_nobody_knows_is_not_found(asker):
    answer = asker.get("/v1/customers/nobody")

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:lifecycle:problem:unknown-customer"


def test_parts_without_a_model_are_absent_with_a_typed_warning(asker):
    body = asker.get("/v1/customers/c1").json()

    missing = {warning["part"] for warning in body["warnings"] if warning["code"] == "model_missing"}

    assert missing == {"value", "purchase"}
    assert not missing & set(body)
    assert body["degraded"] is True


def test_what_the_model_does_not_carry_yet_is_said(asker):
    body = asker.get("/v1/customers/c1").json()

    assert codes(body) >= {"churn_interval_unavailable", "churn_percentile_unavailable", "churn_reasons_unavailable"}
    assert not {"low", "high", "percentile", "reasons"} & set(body["churn"])


def test_fresh_data_are_not_called_stale(asker):
    assert "snapshot_stale" not in codes(asker.get("/v1/customers/c1").json())


def test_old_data_are_called_stale_with_their_age(asker, monkeypatch):
    monkeypatch.setattr(asker.clock, "now", AS_OF + 71 * DAY)

    body = asker.get("/v1/customers/c1", **asker.key("read")).json()

    assert ["71 days" in warning["text"] for warning in body["warnings"] if warning["code"] == "snapshot_stale"] == [True]


def test_a_request_keeps_the_number_its_caller_gave(asker):
    answer = asker.get("/v1/customers/c1", **{"X-Request-Id": "crm-17"})

    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "crm-17"


def test_a_number_that_is_not_well_formed_is_replaced(asker):
    answer = asker.get("/v1/customers/c1", **{"X-Request-Id": "Jane Doe <jane@example.com>"})

    assert "jane" not in answer.headers["x-request-id"].lower()


def test_no_answer_may_be_stored_by_a_cache(asker):
    assert {asker.get(path).headers["cache-control"] for path in ("/v1/customers/c1", "/livez", "/nowhere")} == {"no-store"}


def test_a_service_with_nothing_live_is_alive_and_not_ready_and_says_why(publisher):
    with TestClient(create_app(ServiceSettings(publisher.home))) as client:
        ready = client.get("/readyz")

        assert client.get("/livez").status_code == 200
        assert ready.status_code == 503
        assert "promote" in ready.json()["reason"]


def test_a_service_with_nothing_live_answers_no_question(publisher):
    app = create_app(ServiceSettings(publisher.home))
    with TestClient(app) as client:
        key = keys.create_key(app.state.service.engine, name="t", scopes=["read"], created_at=0)
        answer = client.get("/v1/customers/c1", headers={"Authorization": f"Bearer {key.secret}"})

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:lifecycle:problem:nothing-live"
    assert answer.headers["retry-after"]


def test_a_handler_that_declares_nobody_cannot_become_a_route():
    async def leak(call): ...

    app = FastAPI(openapi_url=None)
    app.router.route_class = GuardedRoute

    with pytest.raises(RouteUndeclared, match="leak"):
        app.add_api_route("/leak", leak)


@pytest.mark.parametrize("add", ["add_route", "add_api_route", "mount", "add_api_websocket_route"])
def test_no_other_kind_of_route_gets_past_the_start(add):
    app = FastAPI(openapi_url=None)

    @access(ANYBODY)
    async def back_door(request): ...

    getattr(app, add)("/back-door", back_door)

    with pytest.raises(RouteUndeclared, match="back-door"):
        refuse_undeclared(app)


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
def test_pages_that_load_scripts_from_elsewhere_are_off(asker, path):
    assert asker.get(path).status_code == 404


SERVES_WITHOUT = """
import sys
for name in ("mlflow", "pickle5", "cloudpickle", "joblib"):
    sys.modules[name] = None
from pathlib import Path
from starlette.testclient import TestClient
from features.home import Home
from serving.app import create_app
from serving.database import keys
from serving.settings import ServiceSettings
app = create_app(ServiceSettings(Home(Path(sys.argv[1]))))
key = keys.create_key(app.state.service.engine, name="t", scopes=["read"], created_at=0).secret
with TestClient(app) as client:
    answer = client.get("/v1/customers/c1", headers={"Authorization": f"Bearer {key}"})
print(answer.json()["churn"]["probability"], *(name for name in ("lightgbm", "numba") if name in sys.modules))
"""


def test_it_serves_where_mlflow_cannot_be_imported_and_loads_no_learner(publisher):
    publisher.publish({"c1": 0.25})

    done = subprocess.run(
        [sys.executable, "-c", SERVES_WITHOUT, str(publisher.home.root)], capture_output=True, text=True, check=False
    )

    assert done.stdout.split() == ["0.25"], done.stderr
