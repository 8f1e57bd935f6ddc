"""What an answer says of each part: what was predicted, in the words of the company file, and nothing where nothing was."""

from __future__ import annotations

import math

import numpy as np
import pytest
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF, Publisher
from features.times import DAY, HOUR, format_time
from models.explanation import REASON_ROW, Reasons
from serving.app import create_app
from serving.database import keys
from serving.settings import ServiceSettings

STAGES = {"introduction": 0.1, "growth": 0.5, "maturity": 0.2, "decline": 0.15, "lapsed": 0.05}
HELD = {
    "churn_low": 0.2, "churn_high": 0.45, "churn_percentile": 88.0,
    "stage_growth_curve": 1.0, "stage_growth_curve_since": float(AS_OF - 30 * DAY), "transition_days_left": 84.0,
    **{f"transition_90_{stage}": chance for stage, chance in STAGES.items()},
    "value_30": 10.0, "value_60": 20.0, "value_90": 30.0, "value_low": 5.0, "value_high": 70.0, "value_extrapolated": 0.0,
    "value_clv_to_cac": math.nan, "value_category": 2.0, "value_lever": 2.0,
    "health_score": 64.0, "health_usage": 71.0, "health_support": math.nan,
    "purchase_30": 0.4, "purchase_60": 0.6, "purchase_90": 0.7, "purchase_expected_days": 41.0,
    "alert_usage_falling": float(AS_OF - DAY), "feature_usage_week_vs_30w": 0.25, "alert_no_value_seen": math.nan,
}  # fmt: skip


def answer(publisher: Publisher, held: dict[str, float], *, reasons: Reasons | None = None) -> dict:
    publisher.point_to(publisher.store({"c1": 0.3, "c2": math.nan}, beside=held, reasons=reasons))
    app = create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF + HOUR)
    with TestClient(app) as client:
        key = keys.create_key(app.state.service.engine, name="t", scopes=["read"], created_at=0)
        return client.get("/v1/customers/c1", headers={"Authorization": f"Bearer {key.secret}"}).json()


def codes(body: dict) -> set[str]:
    return {warning["code"] for warning in body["warnings"]}


def test_churn_says_how_sure_it_is_and_where_it_stands(publisher):
    churn = answer(publisher, HELD)["churn"]

    assert (churn["low"], churn["probability"], churn["high"]) == (0.2, 0.3, 0.45)
    assert (churn["percentile"], churn["band"]) == (88.0, "high")


def test_a_reason_has_its_code_and_a_sentence_true_of_the_customer(publisher):
    table = np.zeros(1, REASON_ROW)
    table["code"], table["feature"], table["contribution"], table["value"] = [0, -1, -1], [0, -1, -1], [0.8, 0, 0], [74, 0, 0]
    held = Reasons(table, ("purchase_rhythm",), ("purchases_days_since_last",), (12.0,))

    body = answer(publisher, HELD, reasons=held)

    (reason,) = body["churn"]["reasons"]
    assert (reason["code"], reason["effect"], reason["contribution"]) == ("purchase_rhythm", "raises", 0.8)
    assert "days since the last purchase: 74; usually 12" in reason["text"]
    assert "churn_reasons_unavailable" not in codes(body)


def test_a_stage_has_its_name_since_when_and_where_it_goes_the_likeliest_first(publisher):
    stage = answer(publisher, HELD)["stage"]

    stages = [each["stage"] for each in stage["next"]]
    assert stage["since"] == format_time(AS_OF - 30 * DAY)
    assert stages == ["growth", "maturity", "decline", "introduction", "lapsed"]
    assert stage["expected_days_left"] == 84.0


def test_an_unconfirmed_stage_has_no_since(publisher):
    stage = answer(publisher, HELD | {"stage_growth_curve_since": math.nan})["stage"]

    assert "since" not in stage


def test_value_is_money_of_the_company_with_its_interval(publisher):
    value = answer(publisher, HELD)["value"]

    assert (value["low"], value["expected_margin"], value["high"], value["currency"]) == (5.0, 30.0, 70.0, "EUR")
    assert value["extrapolated"] is False
    assert "clv_to_cac" not in value


def test_value_has_the_companys_category_with_its_treatment_and_the_lever_that_fits(publisher):
    value = answer(publisher, HELD)["value"]

    assert (value["category"], value["treatment"], value["lever"]) == ("high_potential", "develop", "cross_sell")


@pytest.mark.parametrize("unknown", [{"value_category": math.nan, "value_lever": math.nan}, {}])
def test_a_category_and_a_lever_that_are_not_known_are_absent(publisher, unknown):
    held = {name: value for name, value in HELD.items() if name not in ("value_category", "value_lever")}

    body = answer(publisher, held | unknown)

    assert not {"category", "treatment", "lever"} & set(body["value"])
    assert body["degraded"] is False


def test_the_weights_of_the_known_parts_of_health_add_up_to_one(publisher):
    health = answer(publisher, HELD)["health"]

    assert health == {"score": 64.0, "components": [{"name": "usage", "score": 71.0, "weight": 1.0}]}


def test_a_purchase_has_chances_and_a_day(publisher):
    purchase = answer(publisher, HELD)["purchase"]

    assert [each["probability"] for each in purchase["horizons"]] == [0.4, 0.6, 0.7]
    assert purchase["expected_days"] == 41.0


@pytest.mark.parametrize("part", ["value", "purchase", "health"])
def test_a_part_that_is_not_known_of_this_customer_is_absent_with_a_reason(publisher, part):
    body = answer(publisher, {name: math.nan if name.startswith(part) else value for name, value in HELD.items()})

    assert part not in body
    assert any(warning.get("part") == part for warning in body["warnings"])


def test_an_alert_says_since_when_and_on_which_figures(publisher):
    (alert,) = answer(publisher, HELD)["alerts"]

    assert (alert["code"], alert["since"]) == ("usage_falling", format_time(AS_OF - DAY))
    assert "25% of the average week" in alert["text"]


def test_who_has_no_alert_has_an_empty_list_of_them(publisher):
    assert answer(publisher, HELD | {"alert_usage_falling": math.nan})["alerts"] == []


def test_predictions_made_before_there_were_alerts_say_so(publisher):
    body = answer(publisher, {name: value for name, value in HELD.items() if not name.startswith("alert_")})

    assert "alerts" not in body
    assert [warning["code"] for warning in body["warnings"] if warning.get("part") == "alerts"] == ["not_published"]


def test_an_answer_with_every_part_is_not_degraded(publisher):
    body = answer(publisher, HELD)

    assert body["degraded"] is False
    assert codes(body) == {"churn_reasons_unavailable"}
