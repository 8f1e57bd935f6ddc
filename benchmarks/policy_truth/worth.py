"""What is each policy worth a decision, with intervals: over customers within a company, and over companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from benchmarks.policy_truth.policies import ORACLE, OURS, Ranked, chosen, drawn_by_lot
from features.company import Company
from models.rows import BoolArray, FloatArray
from training.measures.resamples import Estimate
from training.uplift.grades import mean_by_customer

RANDOM, RUN, SINGLE, ACCEPTANCE = "drawn by lot", "measured effects, as run", "best single offer", "acceptance only"
GATES = ("company gates", "open gates")


@dataclass(frozen=True)
class Worth:
    """One company under one set of gates: value a decision by policy, and ours less each, with intervals by customer."""

    values: Mapping[str, float]
    differences: Mapping[str, Estimate]


def worth(company: Company, ranked: Ranked, *, gates: str, seed: int) -> Worth:
    """Value every policy by the true effects; the oracle chooses among the same candidates as all others."""
    open_to = ranked.passed if gates == GATES[0] else np.ones(ranked.truth.shape, dtype=np.bool_)
    truth = np.column_stack([np.zeros(len(ranked.truth)), ranked.truth])
    each = _by_row(company, ranked, open_to, truth)
    mean = {name: float(values.mean()) for name, values in each.items()}
    differences = {name: mean_by_customer(each[OURS] - values, ranked.customers, seed=seed) for name, values in each.items()}
    return Worth(mean, differences)


def over_companies(worths: Sequence[Worth], name: str) -> Estimate:
    """Return the mean of ours less another policy, with the 95 % interval over companies (Student's t)."""
    found = np.array([each.values[OURS] - each.values[name] for each in worths])
    return _interval(found)


def share_of_oracle(worths: Sequence[Worth], name: str) -> Estimate:
    """Return which part of the oracle's gain over nothing a policy reaches, with the interval over companies."""
    return _interval(np.array([each.values[name] / each.values[ORACLE] for each in worths]))


def _by_row(company: Company, ranked: Ranked, open_to: BoolArray, truth: FloatArray) -> dict[str, FloatArray]:
    rows = {name: (chosen(priority, open_to) * truth).sum(axis=1) for name, priority in ranked.by_policy.items()}
    single = max((name for name in rows if name.startswith("only ")), key=lambda name: rows[name].mean())
    kept = {name: values for name, values in rows.items() if not name.startswith("only ")}
    lot = (drawn_by_lot(open_to) * truth).sum(axis=1)
    by_lot = company.control_share + (1 - company.control_share) * company.exploration_share
    return {
        **kept,
        SINGLE: rows[single],
        RANDOM: lot,
        RUN: by_lot * lot + (1 - by_lot) * rows[OURS],
        "nothing": np.zeros(len(lot)),
    }


def _interval(found: FloatArray) -> Estimate:
    middle = float(found.mean())
    if len(found) < 2:
        return Estimate(middle, float("nan"), float("nan"))
    half = float(student.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found)))
    return Estimate(middle, middle - half, middle + half)
