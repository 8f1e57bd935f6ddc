"""That peers and ours are compared on the same rows and draws, that doubt is no verdict, and that answers are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.quality.answers import Kept
from benchmarks.quality.compared import OURS, Moment, Standing, is_better, is_worse, standing
from benchmarks.quality.cut_offs import APART, cut_offs
from benchmarks.quality.tables import cut_off_table, pooled_table
from features.times import DAY, month_starts, parse_time
from models.rows import FloatArray
from training.measures.resamples import Draws, Estimate, Resamples

JUDGED = {"error": -1}


def absolute_error(answers: FloatArray, truth: FloatArray, resamples: Resamples) -> Draws:
    errors = np.abs(answers - truth)
    parts = [weights @ errors / weights.sum(axis=1) for weights in resamples.weights(np.arange(len(truth)))]
    return {"error": np.concatenate(parts)}


def asked(day: str, *, off: float, peer_off: float, customers: int = 200) -> Moment:
    noise = np.random.default_rng(len(day)).normal(0, 1, customers)
    truth = np.arange(customers, dtype=np.float64)
    answers = {"peer": truth + noise + peer_off, OURS: truth + noise + off}
    return Moment(day, answers, truth, pa.array([f"c{place}" for place in range(customers)]))


def stands(*moments: Moment) -> Standing:
    return standing(moments, absolute_error)


def test_ours_is_worse_only_where_the_interval_leaves_out_zero() -> None:
    found = stands(asked("2020-01-01", off=3, peer_off=0), asked("2020-02-26", off=0, peer_off=0))

    assert [line.split()[:3] for line in found.worse(JUDGED)] == [["peer", "2020-01-01", "error"]]


def test_equal_answers_are_neither_better_nor_worse() -> None:
    found = stands(asked("2020-01-01", off=1, peer_off=1))

    difference = found.pooled.differences["peer"]["error"]
    assert (difference.low, difference.high) == (0, 0)
    assert not is_better(difference, -1)
    assert not is_worse(difference, -1)


def test_what_is_better_hangs_on_which_way_is_up() -> None:
    higher = Estimate(0.02, 0.01, 0.03)

    assert (is_better(higher, 1), is_better(higher, -1), is_worse(higher, -1)) == (True, False, True)


def test_pooled_rows_are_those_of_all_cut_offs_and_a_customer_is_drawn_with_all_of_them() -> None:
    once = stands(asked("2020-01-01", off=0, peer_off=2))
    twice = stands(asked("2020-01-01", off=0, peer_off=2), asked("2020-02-26", off=0, peer_off=2))

    assert (once.pooled.rows, twice.pooled.rows) == (200, 400)
    width = [each.high - each.low for each in (found.pooled.differences["peer"]["error"] for found in (once, twice))]
    assert width[1] == pytest.approx(width[0], rel=0.25), "the same customers asked again tell hardly more"


def test_tables_mark_where_ours_is_better_and_show_every_cut_off() -> None:
    found = stands(asked("2020-01-01", off=0, peer_off=3), asked("2020-02-26", off=3, peer_off=0))

    table = cut_off_table(found, judged=JUDGED)
    peer = next(line for line in table.splitlines() if line.startswith("| peer"))
    assert [cell.strip()[-3:] for cell in peer.split("|")[2:4]] == ["(+)", "(-)"]
    assert "| **ours** |" in pooled_table(found, ["error"], judged=JUDGED)


def test_cut_offs_go_back_by_eight_weeks_while_two_months_can_be_learned_from() -> None:
    begins, complete = parse_time("2009-12-01"), parse_time("2010-12-09T20:01:00Z")

    found = cut_offs(begins, complete, horizon_days=90)

    assert found[-1] == parse_time("2010-09-10")
    assert set(np.diff(found)) == {APART}
    assert len(month_starts(begins, found[0] - 90 * DAY)) >= 2
    assert len(month_starts(begins, found[0] - APART - 90 * DAY)) < 2


def test_an_answer_is_made_once_and_again_only_if_asked_for(tmp_path: Path) -> None:
    made: list[str] = []

    def answer() -> tuple[FloatArray, str]:
        made.append("made")
        return np.array([0.25, 0.75]), "a recipe"

    first = Kept(tmp_path, frozenset()).once("ours, this time", answer)
    kept = Kept(tmp_path, frozenset()).once("ours, this time", answer)
    Kept(tmp_path, frozenset({"ours, this time"})).once("ours, this time", answer)

    assert len(made) == 2
    assert (kept.recipe, kept.values.tolist(), kept.seconds) == (first.recipe, first.values.tolist(), first.seconds)
