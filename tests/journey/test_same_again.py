"""The same log, seed and versions give the same models and the same bundle, in whatever process, folder and order.

Run as a program, this file is one data scientist: a log delivered in their way, two models trained, one of them tuned, both live.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, parse_time
from models.bundle import create_signing_key
from models.learners.boosting import BoostingPreset
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.train import TrainingRun, train

BEGAN, ENDED = parse_time("2024-06-01"), parse_time("2025-12-20")
POOR = BoostingPreset(leaves=2, rounds=60, learning_rate=0.001, bag=1)
QUICK = BoostingPreset(leaves=4, rounds=10, bag=1)


def test_two_data_scientists_end_with_the_same_bundle(tmp_path: Path) -> None:
    create_signing_key(tmp_path / "signing.key", Home(tmp_path / "keys"))
    hers = _started(tmp_path, "hers", PYTHONHASHSEED="1", OMP_NUM_THREADS="1")
    his = _started(tmp_path, "his", PYTHONHASHSEED="2", OMP_NUM_THREADS="2")

    one, other = _found(hers), _found(his)

    assert one == other
    assert one["models"].keys() == {"churn", "purchase"}
    assert one["tuning"][0]["taken"] == 1
    assert one["tuning"][0]["trials"] == 5


def _started(folder: Path, name: str, **environment: str) -> subprocess.Popen[str]:
    words = [sys.executable, __file__, str(folder / name), str(folder / "signing.key"), name]
    return subprocess.Popen(words, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _found(process: subprocess.Popen[str]) -> dict[str, Any]:
    answer, complaint = process.communicate(timeout=300)
    assert process.returncode == 0, complaint[-3000:]
    found: dict[str, Any] = json.loads(answer)
    return found


def _work(home: Home, signing_key: Path, way: str) -> dict[str, Any]:
    text = default_company_text("activity").replace("[30, 60, 90]", "[30]").replace("horizon_days = 90", "horizon_days = 30")
    company = read_company(text.replace("at_risk_days = 365", "at_risk_days = 120"))
    store_company(home, company)
    for received, tables in enumerate(_deliveries(way)):
        observed = dict.fromkeys(("purchases", "customers"), ENDED)
        append(home, tables, receipt=Receipt(ENDED + received * DAY, known_at="given", observed_until=observed))
    churn = train(home, ChurnQuestion(company, POOR), run=TrainingRun(ENDED, tune=5))
    train(home, PurchaseQuestion(company, QUICK), run=TrainingRun(ENDED))
    for model in ("churn", "purchase"):
        entry = promote(home, model, act=Act(signing_key, ENDED, "a small shop", admin="a1"))
    return {
        "log": EventLog.open(home).digest,
        "tuning": churn.report.findings["tuning"],
        "models": entry.models,
        "bundle": entry.live.bundle,
        "predictions": entry.live.predictions,
    }


def _deliveries(way: str) -> Iterator[dict[str, pd.DataFrame]]:
    """Give the log in one piece, or its rows in another order and three pieces, customers last and some rows twice."""
    purchases, customers = _orders()
    if way == "hers":
        yield {"purchases": purchases, "customers": customers}
        return
    shuffled = purchases.sample(frac=1.0, random_state=0)
    yield {"purchases": shuffled.iloc[500:]}
    yield {"purchases": shuffled.iloc[:700]}
    yield {"customers": customers.iloc[::-1]}


def _orders() -> tuple[pd.DataFrame, pd.DataFrame]:
    random, rows = np.random.default_rng(3), []
    for customer in range(100):
        day, pace = random.uniform(0, 350), float(random.choice((5, 60)))
        gone = day + random.uniform(30, 500)
        while day < min(gone, (ENDED - BEGAN) / DAY):
            rows.append((f"c{customer}", BEGAN + int(day * DAY), float(random.uniform(5, 50))))
            day += random.exponential(pace) + 0.5
    table = pd.DataFrame(rows, columns=["customer_id", "at", "revenue"])
    times = pd.to_datetime(table.pop("at"), unit="us", utc=True)
    ids = [f"p{number}" for number in range(len(table))]
    purchases = table.assign(purchase_id=ids, occurred_at=times, known_at=times, kind="order", margin=table["revenue"] / 3)
    first = purchases.groupby("customer_id", as_index=False).agg(first_seen_at=("occurred_at", "min"))
    return purchases, first.assign(known_at=first["first_seen_at"], joined_at=first["first_seen_at"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_work(Home(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3])))
