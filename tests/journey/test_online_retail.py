"""Real purchases, from a file to an answer over HTTP, as a data scientist and a CRM would go."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("shared_data")

REFUSED = 6


def promoted(user) -> dict:
    """Promote; where a gate refuses, show that it does, and go on by an override that is recorded."""
    done = user.runs("promote", "churn", "--json")
    if done.returncode == 0:
        return user.gets("models")["live"]
    assert done.returncode == REFUSED, done.stderr
    assert "override" in done.stderr
    user.gets("promote", "churn", "--override", "journey: the refusal above was read and accepted")
    live = user.gets("models")["live"]
    assert live["override"].startswith("journey")
    return live


def test_real_purchases_become_predictions_a_crm_can_ask_for(user, shared_data: Path) -> None:
    imported = user.gets("import", "online_retail", "--from", str(shared_data / "online_retail_2009_2010.parquet"))
    assert imported["sources"]["purchases"]["accepted"] == 415_706
    assert imported["left_out"] == {"without a customer": 107_927} | imported["left_out"]

    trained = user.gets("train", "churn")
    assert trained["definition"] == "activity"
    assert trained["horizon_days"] == 90
    assert len(trained["folds"]) >= 3
    assert trained["pooled"]["recipe"]["auc"]["low"] > 0.6
    assert {"prior", "rfm_logistic", "mbg_nbd"} <= set(trained["pooled"])

    live = promoted(user)
    key = user.gets("keys", "create", "--name", "crm", "--scope", "read")["secret"]
    table = user.folder / "scores.csv"
    user.gets("score", "--out", str(table))
    scored = [line.split(",") for line in table.read_text().splitlines()]
    header, rows = scored[0], scored[1:]
    known = {row[header.index("customer_id")]: row[header.index("churn_90")] for row in rows}
    at_risk = [customer for customer, chance in known.items() if chance][:20]

    with user.serves("--workers", "2") as service:
        for customer in at_risk:
            status, answer = service.answers(f"/v1/customers/{customer}", key=key)
            assert status == 200
            assert answer["versions"]["bundle"] == live["live"]["bundle"]
            assert answer["churn"]["probability"] == pytest.approx(float(known[customer]), abs=1e-6)
            chances = [each["probability"] for each in answer["churn"]["horizons"]]
            assert chances == sorted(chances, reverse=True), "a longer silence is never likelier"

        status, many = service.answers("/v1/predictions", key=key, body={"customer_ids": [*at_risk, "nobody"]})
        assert status == 200
        assert len(many["items"]) == len(at_risk) + 1
        assert service.answers(f"/v1/customers/{at_risk[0]}")[0] == 401
        assert service.answers("/v1/customers/nobody", key=key)[0] == 404
