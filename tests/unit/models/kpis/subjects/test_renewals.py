"""That a contract counts as renewed, not renewed, replaced or not known yet, as its terms say."""

from __future__ import annotations

import numpy as np
import pytest

from features.times import DAY
from models.kpis.subjects.contracts import Cancellations, Contracts, DueContracts, Terms, due_contracts, renewals

NOW, GRACE = 200 * DAY, 14 * DAY
NOBODY = Cancellations(np.zeros(0, np.int64), np.zeros(0, np.int64))


def contracts(*rows: tuple[int, int, int, str], cancelled: list[tuple[int, int]] | None = None) -> Contracts:
    """Build terms of (customer, day bought, days long, kind), and cancellations of (customer, day)."""
    customers, starts, days = (np.array([row[place] for row in rows], np.int64) for place in range(3))
    kinds = np.array([row[3] == "renewal" for row in rows])
    gone = Cancellations(*(np.array(column, np.int64) for column in zip(*cancelled, strict=True))) if cancelled else NOBODY
    gone = Cancellations(gone.customers, gone.times * DAY)
    return Contracts(Terms(customers, starts * DAY, (starts + days) * DAY, kinds), gone, GRACE)


def due(*rows: tuple[int, int, int, str], cancelled: list[tuple[int, int]] | None = None) -> DueContracts:
    return due_contracts(contracts(*rows, cancelled=cancelled), notice=30 * DAY, as_of=NOW)


def test_a_renewal_within_the_grace_renews_and_a_later_one_does_not() -> None:
    in_time = due((0, 0, 100, "order"), (0, 114, 365, "renewal"))
    too_late = due((0, 0, 100, "order"), (0, 115, 365, "renewal"))

    assert in_time.renewed.tolist() == [True]
    assert too_late.renewed.tolist() == [False]


def test_an_early_renewal_renews() -> None:
    assert due((0, 0, 100, "order"), (0, 70, 365, "renewal")).renewed.tolist() == [True]


def test_a_term_replaced_by_an_upgrade_was_not_due() -> None:
    assert len(due((0, 0, 100, "order"), (0, 40, 365, "upgrade"))) == 0


def test_a_term_that_has_not_ended_is_not_due() -> None:
    assert len(due((0, 150, 100, "order"))) == 0


def test_while_the_grace_runs_nobody_knows() -> None:
    found = due((0, 0, 190, "order"), (1, 0, 100, "order"))

    assert dict(zip(found.customers.tolist(), found.mature.tolist(), strict=True)) == {0: False, 1: True}
    assert renewals(found).figure().count == 1


def test_a_cancelled_contract_is_due_at_its_end_in_the_stage_it_was_cancelled_in() -> None:
    found = due((0, 0, 100, "order"), cancelled=[(0, 20)])

    assert (found.times.tolist(), found.decided_at.tolist()) == ([100 * DAY], [20 * DAY])
    assert found.renewed.tolist() == [False]


def test_the_decision_is_the_notice_before_the_end_and_not_before_the_purchase() -> None:
    found = due((0, 0, 100, "order"), (1, 80, 25, "order"))

    assert found.decided_at.tolist() == [70 * DAY, 80 * DAY]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [(0, 0, 30, "order"), (0, 31, 30, "renewal"), (1, 5, 60, "order"), (0, 62, 30, "renewal")]

    forth, back = renewals(due(*rows)).figure(), renewals(due(*rows[::-1])).figure()

    assert forth == back
    assert forth.value == pytest.approx(0.5)


@pytest.mark.parametrize(("day", "there"), [(50, True), (110, True), (115, False)])
def test_a_contract_is_in_force_until_its_grace_is_over(day: int, there: bool) -> None:
    found = contracts((0, 0, 100, "order")).in_force(np.array([0]), np.array([day * DAY]))

    assert found.tolist() == [there]


def test_who_cancelled_or_never_bought_has_no_contract() -> None:
    held = contracts((0, 0, 100, "order"), cancelled=[(0, 20)])

    assert held.in_force(np.array([0, 0, 1]), np.array([19, 21, 50]) * DAY).tolist() == [True, False, False]
