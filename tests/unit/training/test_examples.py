"""That what is learned from is what was known, for whom the question was asked, and nothing of anybody's name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.snapshot import find_snapshot
from features.times import DAY, month_starts, parse_time
from training import examples as examples_room
from training.examples import StackedExamples, stack_examples
from training.folds import HistoryTooShort
from training.labels.churn import label_churn
from training.questions.churn.question import ChurnQuestion


@pytest.fixture(scope="module")
def stacked(trained_shop: Any) -> StackedExamples:
    return stack_examples(trained_shop.home, ChurnQuestion(trained_shop.company))


def test_every_month_with_mature_labels_and_somebody_at_risk_is_stacked(stacked: StackedExamples) -> None:
    months = month_starts(parse_time("2025-02-01"), parse_time("2025-09-01"))

    assert np.unique(stacked.examples.as_ofs).tolist() == months
    assert list(stacked.snapshots) == months


def test_a_row_holds_the_snapshots_features_and_the_label_of_the_same_customer(
    stacked: StackedExamples, trained_shop: Any
) -> None:
    as_of = parse_time("2025-06-01")
    here = stacked.examples.as_ofs == as_of
    label = label_churn(EventLog.open(trained_shop.home), trained_shop.company, as_ofs=[as_of])[0]
    shot = stacked.snapshots[as_of]
    rows = {customer: shot.matrix[place] for place, customer in enumerate(shot.ids.to_pylist())}

    expected = np.array([rows[customer] for customer in label.ids.to_pylist()])

    assert np.array_equal(stacked.examples.rows[here], expected, equal_nan=True)
    assert np.array_equal(stacked.examples.labels[here], label.values)


def test_a_customer_has_one_code_in_all_months(stacked: StackedExamples) -> None:
    examples = stacked.examples
    pairs = set(zip(examples.customers.tolist(), examples.as_ofs.tolist(), strict=True))

    assert len(pairs) == len(examples.rows)
    assert len(np.unique(examples.customers)) < len(examples.rows)


def test_seen_from_an_earlier_today_fewer_months_are_mature(trained_shop: Any) -> None:
    then = stack_examples(trained_shop.home, ChurnQuestion(trained_shop.company), as_of=parse_time("2025-10-15"))

    assert then.examples.as_ofs.max() == parse_time("2025-07-01")


def test_the_rhythm_is_learned_from_everybody_known_at_the_moment_asked(stacked: StackedExamples) -> None:
    origin = parse_time("2025-09-01")

    part = stacked.part(np.arange(10), known_at=origin)

    assert stacked.newest.as_of == parse_time("2025-12-20")
    assert len(stacked.examples.population()) == len(stacked.newest.ids) == 150
    assert part.everyone is not None
    assert len(part.everyone) == len(stacked.snapshots[origin].ids) > (stacked.examples.as_ofs == origin).sum() - 1


def test_an_order_heard_of_later_is_in_the_labels_of_today_and_not_in_those_of_the_day(shop: Any) -> None:
    origin, as_of = parse_time("2025-09-01"), parse_time("2025-04-01")
    before = stack_examples(shop.home, ChurnQuestion(shop.company))
    silent = np.flatnonzero((before.examples.as_ofs == as_of) & (before.examples.labels[:, -1] == 1))
    label = label_churn(EventLog.open(shop.home), shop.company, as_ofs=[as_of])[0]
    customer = label.ids.to_pylist()[int(np.flatnonzero(label.values[:, -1] == 1)[0])]
    late = pd.DataFrame({"customer_id": [customer], "purchase_id": ["late"], "kind": ["order"], "revenue": [9.0]})
    late = late.assign(
        occurred_at=pd.to_datetime(as_of + DAY, unit="us", utc=True), known_at=pd.to_datetime(origin + DAY, unit="us", utc=True)
    )
    append(shop.home, {"purchases": late}, receipt=Receipt(received_at=parse_time("2025-12-20"), known_at="given"))

    after = stack_examples(shop.home, ChurnQuestion(shop.company))

    assert after.examples.labels[silent[0]].tolist() == [0, 0, 0]
    assert before.examples.labels[silent[0], -1] == 1
    assert np.array_equal(after.part(silent, known_at=origin).labels, before.part(silent, known_at=origin).labels)


def test_of_very_many_rows_whole_customers_are_drawn_the_same_at_every_moment(
    stacked: StackedExamples, trained_shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples_room, "MOST_ROWS", len(stacked.examples.rows) // 2)

    half = stack_examples(trained_shop.home, ChurnQuestion(trained_shop.company))

    drawn = {each for ids in half.asked.values() for each in ids.to_pylist()}
    assert 0.3 * len(stacked.examples.rows) < len(half.examples.rows) < 0.7 * len(stacked.examples.rows)
    assert half.drawn_share == pytest.approx(0.5, abs=0.01)
    for as_of, ids in stacked.asked.items():
        assert half.asked[as_of].to_pylist() == [each for each in ids.to_pylist() if each in drawn]
    assert len(half.told_by(parse_time("2025-12-20"))) == len(half.examples.labels)
    assert half.unknown == stacked.unknown


def test_snapshots_made_for_training_are_kept_for_next_time(stacked: StackedExamples, trained_shop: Any) -> None:
    log = EventLog.open(trained_shop.home).manifest

    kept = find_snapshot(trained_shop.home, parse_time("2025-06-01"), log=log, signature=stacked.examples.signature)

    assert kept is not None
    assert kept.digest == stacked.snapshots[parse_time("2025-06-01")].digest


def test_a_history_without_a_mature_month_is_refused(trained_shop: Any) -> None:
    with pytest.raises(HistoryTooShort, match="Import more history"):
        stack_examples(trained_shop.home, ChurnQuestion(trained_shop.company), as_of=parse_time("2025-01-20") + 60 * DAY)
