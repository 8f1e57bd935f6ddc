"""P9 and P11, scoring: what the service's own path costs beside the bare learners, and whether cost grows with the rows alone.

The rows are drawn, 120 columns of long tails with gaps, purchases as people make them; what becomes of customers depends on some
of the columns. Bare is LightGBM's own `predict` on one thread for every forest of a churn model and one product of a matrix and a
vector for every logistic, without names, checks, scaling, blending or monotone horizons. CPU time of the process, taken in turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import lightgbm
import numpy as np

from benchmarks.goals import Result, arguments, report
from features.catalogue import CATALOGUE
from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.churn.members import RHYTHM_FEATURES, BoostingMember, LogisticMember
from models.examples import Examples
from models.model import Model
from models.purchase import PurchaseModel, fit_rhythm
from models.rows import FloatArray, Rows
from models.scoring import score_snapshot
from models.transition.columns import DAYS_IN_STAGE, stage_column
from models.transition.fit import fit_transition
from models.transition.recipe import TransitionRecipe
from models.value.fit import fit_value
from models.value.recipe import ValueRecipe

CUSTOMERS = 100_000
MANY = 1_000_000
WIDTH = 120
LEARNED_FROM = 10_000
ROUNDS = 5
HORIZONS_DAYS = (30, 60, 90)
STAGES = ("onboarding", "growing", "mature", "at_risk", "lapsed")
MOST_CPU_SECONDS = 60.0
LEAST_RATE = 0.8
LINEAR_WITHIN = 1.2
_NAMES = CATALOGUE.names[:WIDTH]
_STAGE = {stage_column("drawn"): 5.0, DAYS_IN_STAGE: 90.0}
_AT_ONCE = 65_536
_THIRDS = 1 / 3

CHURN = ChurnRecipe("usual", (("boosting", 0.7), ("logistic", 0.3)), "contract", HORIZONS_DAYS)
TRANSITION = TransitionRecipe(
    "thirds", (("boosting", _THIRDS), ("corrected", _THIRDS), ("multinomial", _THIRDS)), "drawn", STAGES, HORIZONS_DAYS
)
VALUE = ValueRecipe((("two_part", _THIRDS), ("tweedie", _THIRDS), ("rhythm", _THIRDS)), HORIZONS_DAYS, 90, beyond_days=(365,))


@dataclass(frozen=True)
class Drawn:
    """A snapshot of drawn rows, and the columns beside it that a transition model reads."""

    names: Sequence[str]
    matrix: Rows
    derived: Mapping[str, Any]


def drawn(rows: int, *, seed: int = 0) -> Drawn:
    """Return rows of long tails, a tenth of each column missing."""
    random = np.random.default_rng(seed)
    matrix = random.gamma(1.0, 20.0, (rows, WIDTH)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    matrix[:, [_NAMES.index(name) for name in RHYTHM_FEATURES]] = _purchases(random, rows)
    derived = {name: np.floor(random.random(rows) * below).astype(np.float32) for name, below in _STAGE.items()}
    return Drawn(_NAMES, matrix, derived)


def _purchases(random: np.random.Generator, rows: int) -> FloatArray:
    """Return days with a purchase, days since the first and since the last, of customers who buy at random until they leave."""
    first = random.uniform(30.0, 700.0, rows)
    active = np.minimum(random.exponential(300.0, rows), first)
    again = random.poisson(random.gamma(1.0, 0.03, rows) * active)
    last = np.where(again > 0, active * random.random(rows) ** (1.0 / np.maximum(again, 1)), 0.0)
    return np.column_stack([again + 1.0, first, first - last])


def learned() -> dict[str, Model]:
    """Return a model of each kind, of the usual size, learned from drawn rows."""
    shot, random = drawn(LEARNED_FROM, seed=1), np.random.default_rng(2)
    score = np.nan_to_num(shot.matrix[:, :8], nan=20.0).sum(axis=1) / 160 - 1
    chance = 1 / (1 + np.exp(-np.column_stack([score - 1.5, score - 1.0, score - 0.5])))
    left = np.maximum.accumulate((random.random(chance.shape) < chance).astype(np.float64), axis=1)
    codes, as_ofs = np.arange(LEARNED_FROM, dtype=np.int32), np.zeros(LEARNED_FROM, dtype=np.int64)
    churn = Examples(shot.matrix, tuple(_NAMES), left, codes, as_ofs, CATALOGUE.signature)
    money = left * random.gamma(2.0, 30.0, chance.shape) - random.gamma(1.0, 5.0, chance.shape)
    stood = np.column_stack([shot.matrix, *shot.derived.values()])
    stages = np.minimum(np.digitize(score[:, None] + left, [-0.3, 0.0, 0.3, 1.0]), 4).astype(np.float64)
    return {
        "churn": (model := fit_churn(churn, recipe=CHURN, seed=0, threads=2)),
        "transition": fit_transition(
            replace(churn, rows=stood, names=(*_NAMES, *_STAGE), labels=stages), recipe=TRANSITION, seed=0, threads=2
        ),
        "value": fit_value(replace(churn, labels=money), recipe=VALUE, seed=0, threads=2),
        "purchase": PurchaseModel(model, fit_rhythm(churn)),
    }


def bare(model: ChurnModel) -> Callable[[Rows], list[FloatArray]]:
    """Return what asks every learner of the model, and nothing around them."""
    members = [member for horizon in model.horizons for _, _, member in horizon.members]
    texts = [forest.text for each in members if isinstance(each, BoostingMember) for forest in each.boosting.forests]
    boosters = [lightgbm.Booster(model_str=text) for text in texts]
    logistics = [each for each in members if isinstance(each, LogisticMember)]
    weights = [(list(each.columns), np.asarray(each.logistic.coefficients)[: len(each.columns)]) for each in logistics]

    def asked(rows: Rows) -> list[FloatArray]:
        answers = [booster.predict(rows, raw_score=True, num_threads=1) for booster in boosters]
        return [*answers, *(rows[:, columns] @ vector for columns, vector in weights)]

    return asked


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return the CPU time of the process that an act takes."""
    began = time.process_time()
    act()
    return time.process_time() - began


def beside_bare(model: ChurnModel, shot: Drawn, *, rounds: int) -> Result:
    """Return P9 without reasons: our rate over the bare members' own, taken in turns."""
    asked, pairs = bare(model), []
    slices = [shot.matrix[start : start + _AT_ONCE] for start in range(0, len(shot.matrix), _AT_ONCE)]
    for _ in range(rounds):
        ours = cpu_seconds(lambda: score_snapshot(model, shot))
        pairs.append((ours, cpu_seconds(lambda: [asked(rows) for rows in slices])))
    rate = median(alone / ours for ours, alone in pairs)
    figure = f"{rate:.2f}x ({median(ours for ours, _ in pairs):.1f} CPU-s, bare {median(alone for _, alone in pairs):.1f})"
    return Result(
        "P9", "batch scoring beside the bare members", figure, f"at least {LEAST_RATE}x", rate >= LEAST_RATE,
        f"drawn, {len(shot.matrix):,} customers x {WIDTH} features",
    )  # fmt: skip


def scored(model: Model, shot: Drawn) -> Mapping[str, FloatArray]:
    """Return what a model says of a snapshot, as it is published."""
    return score_snapshot(model, shot, derived=shot.derived if model.kind == "transition" else None)


def linear(model: ChurnModel, *, most: int) -> Result:
    """Return P11 for scoring: rows at 1x, 5x and 25x."""
    shots = [drawn(rows) for rows in (most // 25, most // 5, most)]
    spent = {len(shot.matrix): cpu_seconds(lambda shot=shot: scored(model, shot)) for shot in shots}
    a_row = [seconds / rows for rows, seconds in spent.items()]
    worst = max(each / a_row[0] for each in a_row)
    shown = ", ".join(f"{rows:,}: {seconds:.2f} CPU-s" for rows, seconds in spent.items())
    return Result(
        "P11", "scoring at 1x, 5x and 25x the rows", f"{worst:.2f}x proportional ({shown})", f"within {LINEAR_WITHIN}x",
        worst <= LINEAR_WITHIN, "drawn",
    )  # fmt: skip


def million(model: Model, shot: Drawn) -> Result:
    """Return what a million customers cost one model; compiling, which is done once on a machine, is not counted."""
    scored(model, drawn(5_000))
    seconds = cpu_seconds(lambda: scored(model, shot)) * MANY / len(shot.matrix)
    return Result(
        "P9m", f"{MANY:,} customers x {WIDTH} features, {model.kind}", f"{seconds:.1f} CPU-s",
        f"under {MOST_CPU_SECONDS:.0f} CPU-s", seconds < MOST_CPU_SECONDS, f"drawn, {len(shot.matrix):,} rows",
    )  # fmt: skip


def main() -> None:
    """Learn, score, and print the goals."""
    given = arguments(__doc__ or "").parse_args()
    models = learned()
    many = drawn(max(50_000, round(MANY * given.share)))
    results = [million(model, many) for model in models.values()]
    rounds = max(1, round(ROUNDS * given.share))
    results.append(beside_bare(models["churn"], drawn(round(CUSTOMERS * min(given.share * 5, 1))), rounds=rounds))
    report([*results, linear(models["churn"], most=len(many.matrix))], given.json)


if __name__ == "__main__":
    main()
