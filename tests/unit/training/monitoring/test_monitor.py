"""That monitoring tells what came of predictions and nothing that could not be known, and goes on where something is gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.company import Company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.reports.monitor import ModelOutcomes, MonitorReport
from features.reports.stored import ReportUnreadable
from features.times import DAY, Timestamp, format_time
from models.bundle import NothingLive, open_predictions, write_predictions
from training.labels.churn import label_churn
from training.measures.binary import feature_aucs
from training.monitoring.monitor import monitor, write_report
from training.publishing.ledger import move_live, read_ledger
from training.publishing.promote import promote
from training.records.candidates import stored_candidate

Delivered = Callable[[Home], Mapping[str, pa.Table]]


def outcomes(home: Home, moment: Timestamp) -> ModelOutcomes:
    return monitor(home, moment=moment).outcomes[0]


def states(found: ModelOutcomes) -> list[str]:
    return [window.state for window in found.windows]


def test_at_first_nothing_has_matured(lived_through: Any) -> None:
    report = monitor(lived_through.home, moment=lived_through.months[0] + DAY)

    assert states(report.outcomes[0]) == ["pending"]
    assert report.outcomes[0].recent == {}
    assert {error.told_by for error in report.estimated[0].errors} == {"training"}


def test_later_what_came_is_measured_as_a_direct_computation_does(lived_through: Any) -> None:
    first, last = lived_through.months[0], lived_through.months[-1]

    found = outcomes(lived_through.home, last)

    assert states(found) == ["matured"] * 4 + ["pending"]
    predictions = open_predictions(lived_through.home, str(read_ledger(lived_through.home)[1].live.predictions))
    labels = label_churn(EventLog.open(lived_through.home), lived_through.company, as_ofs=[first])[0]
    places = pc.index_in(labels.ids, value_set=predictions.ids.ids).to_numpy()
    auc = feature_aucs(predictions.column("churn_30")[places][:, None].astype(np.float32), labels.values[:, 0])[0]
    assert found.windows[0].matured == len(labels.ids)
    assert found.windows[0].measures["auc"].value == pytest.approx(auc)


def test_once_months_have_matured_the_error_of_estimates_is_theirs(lived_through: Any) -> None:
    (found,) = monitor(lived_through.home, moment=lived_through.months[-1]).estimated

    assert [error.told_by for error in found.errors] == ["outcomes"] * 4
    off = [abs(error.realised["auc"] - error.estimated["auc"]) for error in found.errors]
    assert found.largest_error["auc"] == pytest.approx(max(off))


def test_a_month_published_twice_counts_once(lived_shop: Any) -> None:
    at = lived_shop.months[-1] + DAY
    promote(lived_shop.home, "churn", act=lived_shop.act(at))

    found = outcomes(lived_shop.home, at)

    assert (len(found.windows), found.repeated) == (5, 1)
    assert found.windows[-1].published_at.startswith("2025-12-01")


def test_predictions_that_are_gone_or_damaged_are_censored_and_the_others_told(lived_shop: Any) -> None:
    _, first, second, *_ = (str(entry.live.predictions) for entry in read_ledger(lived_shop.home))
    shutil.rmtree(lived_shop.home.predictions / first)
    (lived_shop.home.predictions / second / "predictions.npy").write_bytes(b"something else")

    found = outcomes(lived_shop.home, lived_shop.months[-1])

    assert states(found) == ["censored", "censored", "matured", "matured", "pending"]
    assert "predictions.npy has other content" in str(found.windows[1].reason)


def test_months_asked_by_another_company_file_are_censored(lived_shop: Any, make_company: Callable[..., Company]) -> None:
    home, other = lived_shop.home, make_company(horizons_days=(30,), at_risk_days=60)
    before = read_ledger(home)[-1]
    old = open_predictions(home, str(before.live.predictions))
    origin, columns = replace(old.origin, company=store_company(home, other)), {name: old.column(name) for name in old.columns}
    made = write_predictions(home, origin=origin, ids=old.ids.ids, columns=columns)
    at, live = lived_shop.months[-1] + DAY, replace(before.live, company=other.sha256, predictions=made)
    move_live(home, replace(before, at=at, action="company", live=live))

    found = outcomes(home, at)

    assert states(found) == ["censored"] * 4 + ["pending"], "of December the second publication can be told"
    assert found.windows[0].reason == "the company file asks another question since"


def test_a_customer_the_log_no_longer_knows_is_censored(lived_shop: Any, delivered: Delivered) -> None:
    kept = {source: rows.filter(pc.not_equal(rows["customer_id"], "c1")) for source, rows in delivered(lived_shop.home).items()}
    shutil.rmtree(lived_shop.home.log)
    append(lived_shop.home, kept, receipt=Receipt(lived_shop.months[-1], "given", dict.fromkeys(kept, lived_shop.months[-1])))

    window = outcomes(lived_shop.home, lived_shop.months[-1]).windows[0]

    assert (window.censored, window.matured) == (1, window.asked - 1)


def test_where_nothing_was_live_yet_that_is_said(lived_through: Any) -> None:
    with pytest.raises(NothingLive, match="lifecycle train churn"):
        monitor(lived_through.home, moment=lived_through.months[0] - DAY)


def test_damaged_live_predictions_are_an_alarm_and_all_else_is_watched(lived_shop: Any) -> None:
    live = read_ledger(lived_shop.home)[-1].live
    (lived_shop.home.predictions / str(live.predictions) / "predictions.npy").write_bytes(b"something else")

    report = monitor(lived_shop.home, moment=lived_shop.months[-1])

    assert {one.section for one in report.unwatched if one.damaged} == {"drift", "feeds", "estimated"}
    assert report.feeds
    assert report.alarms[0].text.startswith("could not be watched")


def test_a_snapshot_that_is_gone_is_named(lived_shop: Any) -> None:
    shutil.rmtree(lived_shop.home.snapshots)

    report = monitor(lived_shop.home, moment=lived_shop.months[-1])

    assert [(one.about, one.damaged) for one in report.unwatched] == [("churn features", False)]
    assert "needed a snapshot at" in report.unwatched[0].reason


def test_the_report_names_no_customer_and_is_read_back_as_it_was(lived_shop: Any) -> None:
    report = monitor(lived_shop.home, moment=lived_shop.months[-1])

    text = write_report(lived_shop.home, report).read_bytes()

    assert MonitorReport.from_json(text) == report
    assert not any(f'"c{place}"'.encode() in text for place in range(150))
    with pytest.raises(ReportUnreadable, match="lifecycle monitor"):
        MonitorReport.from_json(json.dumps({"as_of": 3}).encode())


def test_each_live_model_is_told_with_the_grade_its_training_earned(lived_through: Any) -> None:
    (grade,) = monitor(lived_through.home, moment=lived_through.months[0] + DAY).grades

    report = stored_candidate(lived_through.home, "churn").report
    assert report.grade is not None
    assert (grade.model, grade.letter, grade.words) == ("churn", report.grade.letter, report.grade.words)
    assert {*grade.beats, *grade.alike, *grade.beaten_by} == set(report.baselines)
    assert (grade.moments, grade.promoted_at) == (len(report.folds), format_time(lived_through.months[0]))


def test_a_live_model_whose_training_report_is_gone_has_no_letter(lived_shop: Any) -> None:
    shutil.rmtree(lived_shop.home.root / "candidates")

    (grade,) = monitor(lived_shop.home, moment=lived_shop.months[0] + DAY).grades

    assert (grade.model, grade.letter, grade.beats) == ("churn", None, ())
    assert grade.promoted_at is not None
