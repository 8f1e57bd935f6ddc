"""Offers shown in rounds: whose answers are labels, when they are, and from which rounds each round may be foretold."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.company import default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, Timestamp, parse_time
from models.acceptance import AcceptanceRecipe, OfferFacts
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from training.exposure_rows import RoundExamples, round_examples
from training.folds import HistoryTooShort
from training.labels.acceptance import Exposures, Round, RoundInvalid, label_acceptance
from training.labels.labels import ImmatureLabels
from training.questions.acceptance import recipe_answers, round_folds, walk_rounds
from training.records.report import CHOSEN

START, CUSTOMERS, LENGTH = parse_time("2025-01-01"), 40, 20
COMPANY = read_company(default_company_text("grocery"))
OBSERVED = START + 200 * DAY
QUICK = AcceptanceRecipe(preset=BoostingPreset(leaves=4, rounds=5, bag=1))


def a_round(number: int, *, starts_on: int, length: int = LENGTH) -> Round:
    offer = OfferFacts("coupons", length, np.zeros(1, np.int32), pa.array(["milk"]), pa.array(["dairy"]))
    ids = pa.array([f"r{number}-c{customer}" for customer in range(CUSTOMERS)])
    return Round(f"round {number}", START + starts_on * DAY, START + (starts_on + length) * DAY, offer, ids)


ROUNDS = [a_round(0, starts_on=30), a_round(1, starts_on=40), a_round(2, starts_on=60), a_round(3, starts_on=100)]


def exposures_of(rounds: list[Round]) -> pd.DataFrame:
    """Show each round to everybody; one of three says yes after five days, the others are known to have said no at the end."""
    rows = [
        {
            "exposure_id": exposure,
            "customer_id": exposure.split("-")[1],
            "decided_at": each.starts,
            "shown_at": each.starts,
            "outcome": "accepted" if (number + place) % 3 == 0 else "declined",
            "outcome_at": each.starts + 5 * DAY if (number + place) % 3 == 0 else each.closes,
        }
        for number, each in enumerate(rounds)
        for place, exposure in enumerate(each.exposure_ids.to_pylist())
    ]
    table = pd.DataFrame(rows).assign(rank=1, offer_id="coupons", kind="discount", arm="policy", channel="post")
    table["decision_id"] = table["exposure_id"]
    return timed(table.assign(known_at=table["outcome_at"]), "decided_at", "shown_at", "outcome_at", "known_at")


def purchases_of(days: range = range(5, 190, 6)) -> pd.DataFrame:
    rows = [
        {"customer_id": f"c{customer}", "occurred_at": START + day * DAY, "product_id": "milk" if customer % 2 else "soap"}
        for customer in range(CUSTOMERS)
        for day in days
    ]
    table = pd.DataFrame(rows).assign(kind="order", category="dairy", revenue=3.0, quantity=1)
    table["purchase_id"] = [f"p{number}" for number in range(len(table))]
    return timed(table.assign(known_at=table["occurred_at"]), "occurred_at", "known_at")


def timed(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.assign(**{name: pd.to_datetime(table[name], unit="us", utc=True) for name in columns})


def store(home: Home, tables: Mapping[str, pd.DataFrame], *, observed: Timestamp = OBSERVED) -> None:
    sources = dict.fromkeys(("customers", "purchases", "offers"), observed)
    append(home, dict(tables), receipt=Receipt(received_at=observed, known_at="given", observed_until=sources))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("rounds"))
    seen = pd.DataFrame({"customer_id": [f"c{customer}" for customer in range(CUSTOMERS)]}).assign(first_seen_at=START)
    customers = timed(seen.assign(joined_at=START, known_at=START), "first_seen_at", "joined_at", "known_at")
    store(home, {"customers": customers, "purchases": purchases_of(), "offers": exposures_of(ROUNDS)})
    return home


@pytest.fixture(scope="module")
def stacked(home: Home) -> RoundExamples:
    return round_examples(home, COMPANY, ROUNDS)


def column(stacked: RoundExamples, name: str, *, of_round: int) -> list[float]:
    values: list[float] = stacked.examples.rows[stacked.of_round == of_round, stacked.examples.names.index(name)].tolist()
    return values


def test_an_exposure_without_a_yes_by_the_end_was_not_accepted(home: Home) -> None:
    first, *_ = label_acceptance(EventLog.open(home), ROUNDS)

    assert first.tolist() == [1.0 if place % 3 == 0 else 0.0 for place in range(CUSTOMERS)]


def test_a_round_that_is_still_open_has_no_labels_though_some_have_said_yes(home: Home) -> None:
    with pytest.raises(ImmatureLabels, match="offers is complete until 2025-02-10"):
        label_acceptance(EventLog.open(home), ROUNDS[:1], until=START + 40 * DAY)


def test_a_round_of_exposures_that_were_never_shown_is_refused(home: Home) -> None:
    unknown = replace(ROUNDS[0], exposure_ids=pa.array(["r0-c0", "never-shown"]))

    with pytest.raises(RoundInvalid, match="found 1 that were not"):
        label_acceptance(EventLog.open(home), [unknown])


def test_a_round_that_begins_after_it_was_shown_is_refused(home: Home) -> None:
    with pytest.raises(RoundInvalid, match="check its start"):
        label_acceptance(EventLog.open(home), [replace(ROUNDS[0], starts=ROUNDS[0].starts + 1)])


def test_a_round_that_names_a_customer_twice_is_refused(home: Home) -> None:
    doubled = replace(ROUNDS[0], exposure_ids=pa.array(["r0-c0", "r0-c1", "r0-c0"]))

    with pytest.raises(RoundInvalid, match="one exposure a customer for round 0, found 1 more"):
        label_acceptance(EventLog.open(home), [doubled])


def test_a_yes_after_the_end_of_a_round_is_none(home: Home) -> None:
    (cut,) = label_acceptance(EventLog.open(home), [replace(ROUNDS[0], closes=ROUNDS[0].starts + 5 * DAY - 1)])

    assert cut.sum() == 0


def test_a_yes_that_was_reversed_after_the_end_was_a_yes(home: Home, tmp_path: Path) -> None:
    reversed_later = answers_changed("reversed", known_at=ROUNDS[0].closes + 9 * DAY)

    again = rows_after(home, tmp_path, {"offers": reversed_later})

    assert again.examples.labels[again.of_round == 0, 0].tolist() == [
        1.0 if place % 3 == 0 else 0.0 for place in range(CUSTOMERS)
    ]


def test_a_correction_that_came_later_is_not_learned_from_before(home: Home, tmp_path: Path) -> None:
    again = rows_after(home, tmp_path, {"offers": answers_changed("declined", known_at=ROUNDS[2].starts + DAY)})

    third, fourth = (again.told_by(each.starts)[again.of_round == 0].sum() for each in ROUNDS[2:])

    assert (third, fourth) == (14, 0)


def test_an_exposure_that_nobody_knew_of_yet_is_not_learned_from(home: Home, tmp_path: Path) -> None:
    late = exposures_of([a_round(4, starts_on=35)]).assign(known_at=pd.to_datetime(ROUNDS[3].starts + 1, unit="us", utc=True))
    copy = Home(shutil.copytree(home.root, tmp_path / "copy"))
    store(copy, {"offers": late})

    again = round_examples(copy, COMPANY, [*ROUNDS, a_round(4, starts_on=35)])

    assert set(again.of_round[round_folds(again, least=CUSTOMERS)[-1].fold.train]) == {0, 1, 2}


def test_an_answer_at_the_moment_asked_about_belongs_to_the_future(home: Home) -> None:
    exposures, answered = Exposures.read(EventLog.open(home)), ROUNDS[0].starts + 5 * DAY

    at, after = (exposures.answered_before(moment) for moment in (answered, answered + 1))

    assert (len(at.ids), len(after.ids)) == (0, 14)


def test_the_match_and_the_answers_are_those_known_at_the_start_of_each_round(stacked: RoundExamples) -> None:
    assert column(stacked, "answers_type", of_round=0) == [0.0] * CUSTOMERS
    assert column(stacked, "answers_type_accepted", of_round=1) == [1.0 if place % 3 == 0 else 0.0 for place in range(CUSTOMERS)]
    assert column(stacked, "match_lines", of_round=0) == [5.0 if place % 2 else 0.0 for place in range(CUSTOMERS)]
    assert column(stacked, "match_days_since_last", of_round=0)[1] == 1.0


def test_a_round_learns_only_from_rounds_that_closed_before_it_began(stacked: RoundExamples) -> None:
    third, fourth = round_folds(stacked, least=CUSTOMERS)

    assert (third.name, set(stacked.of_round[third.fold.train])) == ("round 2", {0, 1})
    assert (fourth.name, set(stacked.of_round[fourth.fold.train])) == ("round 3", {0, 1, 2})
    assert set(stacked.of_round[fourth.fold.test]) == {3}


def test_too_little_history_is_refused(stacked: RoundExamples) -> None:
    with pytest.raises(HistoryTooShort, match="needed a round with 1000 exposures"):
        round_folds(stacked)


def test_a_round_before_which_nobody_had_accepted_is_not_asked_about(stacked: RoundExamples) -> None:
    nobody_yet = replace(stacked, told_by=lambda moment: np.minimum(stacked.told_by(moment), float(moment > ROUNDS[2].starts)))

    assert [each.name for each in round_folds(nobody_yet, least=CUSTOMERS)] == ["round 3"]


def test_every_round_is_answered_by_what_could_be_learned_then(stacked: RoundExamples) -> None:
    seen: list[int] = []

    def answer(learning: Examples, asked: Rows) -> dict[str, FloatArray]:
        seen.append(len(learning.rows))
        return {CHOSEN: np.full(len(asked), learning.labels.mean())}

    answered = walk_rounds(stacked, answer, least=CUSTOMERS)

    assert seen == [each.train_rows for each in answered] == [2 * CUSTOMERS, 3 * CUSTOMERS]
    assert [len(each.truth) for each in answered] == [CUSTOMERS, CUSTOMERS]


def test_the_recipe_and_each_member_answer_with_chances(stacked: RoundExamples) -> None:
    answered = walk_rounds(stacked, recipe_answers(QUICK, seed=0), least=CUSTOMERS)

    assert set(answered[0].answers) == {CHOSEN, "boosting", "logistic"}
    assert all(((chances > 0) & (chances < 1)).all() for each in answered for chances in each.answers.values())


def test_nothing_that_happens_or_is_known_from_the_start_on_changes_a_row(
    home: Home, stacked: RoundExamples, tmp_path: Path
) -> None:
    ahead = purchases_of(range(100, 190)).assign(product_id="milk")
    ahead["purchase_id"] = "ahead-" + ahead["purchase_id"]
    known_late = late_purchases(known_at=ROUNDS[3].starts)
    answered_late = exposures_of([a_round(9, starts_on=99)])

    again = rows_after(home, tmp_path, {"purchases": pd.concat([known_late, ahead]), "offers": answered_late})

    for name in stacked.examples.names:
        assert np.array_equal(column(again, name, of_round=3), column(stacked, name, of_round=3), equal_nan=True), name


def test_what_is_known_just_before_the_start_does_change_rows(home: Home, stacked: RoundExamples, tmp_path: Path) -> None:
    again = rows_after(home, tmp_path, {"purchases": late_purchases(known_at=ROUNDS[3].starts - 1)})

    assert sum(column(again, "match_lines", of_round=3)) > sum(column(stacked, "match_lines", of_round=3))
    assert column(again, "match_lines", of_round=2) == column(stacked, "match_lines", of_round=2)


def answers_changed(outcome: str, *, known_at: Timestamp) -> pd.DataFrame:
    """Return the yeses of the first round in a further version, known and answered at a moment."""
    table = exposures_of(ROUNDS[:1])
    changed = pd.to_datetime(known_at, unit="us", utc=True)
    return table[table["outcome"] == "accepted"].assign(outcome=outcome, outcome_at=changed, known_at=changed)


def late_purchases(*, known_at: Timestamp) -> pd.DataFrame:
    table = purchases_of(range(1, 59)).assign(product_id="milk", known_at=pd.to_datetime(known_at, unit="us", utc=True))
    return table.assign(purchase_id="late-" + table["purchase_id"])


def rows_after(home: Home, folder: Path, tables: Mapping[str, pd.DataFrame]) -> RoundExamples:
    """Return the rows of a copy of the installation into which more was delivered."""
    copy = Home(shutil.copytree(home.root, folder / "copy"))
    store(copy, tables)
    return round_examples(copy, COMPANY, ROUNDS)
