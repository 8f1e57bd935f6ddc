"""What training records and promotion exports names nobody: no id and no name in MLflow, models, bundles or reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.canary import traces_in_files
from benchmarks.tiny_shop import orders, shop_company
from features.company import store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, parse_time
from models.learners.boosting import BoostingPreset
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.questions.churn.question import ChurnQuestion
from training.tracking.recording import Tracking
from training.train import TrainingRun, train

UNTIL = parse_time("2025-12-20")
MAY_NAME = {"log", "snapshots", "predictions", "stages"}


def shop_of_canaries(home: Home) -> None:
    rows = orders(120, until=UNTIL)
    named = {name: table.assign(customer_id="canary-" + table["customer_id"]) for name, table in rows.items()}
    people = named["customers"]
    named["customers"] = people.assign(display_name="Doe " + people["customer_id"], consent=[["email"]] * len(people))
    observed = dict.fromkeys(named, UNTIL)
    append(home, named, receipt=Receipt(UNTIL, known_at="given", observed_until=observed))


def test_only_the_stores_that_erasure_rewrites_name_anybody(
    store: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.publishing.promote.trial_load", lambda *_: None)
    home, company = Home(tmp_path / "shop"), shop_company()
    shop_of_canaries(home)
    store_company(home, company)

    question = ChurnQuestion(company, BoostingPreset(leaves=4, rounds=15, bag=1))
    train(home, question, run=TrainingRun(UNTIL + DAY, tracking=store))
    promote(home, "churn", act=Act(tmp_path / "signing.key", UNTIL + DAY, override="a small shop", admin="a1"))

    found = traces_in_files(tmp_path, "canary-")
    assert {path.split("/")[1] for path in found if path.startswith("shop/")} == MAY_NAME - {"stages"} | {
        path.split("/")[1] for path in found if path.startswith("shop/stages/")
    }
    assert [path for path in found if not path.startswith("shop/")] == []
