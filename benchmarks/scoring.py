"""P9 and P11, scoring: what the service's own path costs beside the bare learners, and whether cost grows with the rows alone.

The rows are drawn, 120 columns of long tails with gaps; who leaves depends on some of them. Bare is LightGBM's own `predict` on
one thread for every forest of the model and one product of a matrix and a vector for every logistic, without names, checks,
scaling, blending or monotone horizons. CPU time of the process, medians of rounds taken in turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import lightgbm
import numpy as np

from benchmarks.goals import Result, arguments, report
from features.catalogue import CATALOGUE
from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.churn.members import BoostingMember, LogisticMember
from models.examples import Examples
from models.rows import FloatArray, Rows
from models.scoring import score_snapshot

CUSTOMERS = 100_000
MANY = 1_000_000
WIDTH = 120
LEARNED_FROM = 20_000
ROUNDS = 5
HORIZONS_DAYS = (30, 60, 90)
MOST_CPU_SECONDS = 60.0
LEAST_RATE = 0.8
LINEAR_WITHIN = 1.2
_NAMES = CATALOGUE.names[:WIDTH]
_AT_ONCE = 65_536


@dataclass(frozen=True)
class Drawn:
    """A snapshot of drawn rows."""

    names: Sequence[str]
    matrix: Rows


def drawn(rows: int, *, seed: int = 0) -> Drawn:
    """Return rows of long tails, a tenth of each column missing."""
    random = np.random.default_rng(seed)
    matrix = random.gamma(1.0, 20.0, (rows, WIDTH)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    return Drawn(_NAMES, matrix)


def learned(weights: tuple[tuple[str, float], ...] = (("boosting", 0.7), ("logistic", 0.3))) -> ChurnModel:
    """Return a churn model of the usual size, learned from drawn rows."""
    shot, random = drawn(LEARNED_FROM, seed=1), np.random.default_rng(2)
    score = np.nan_to_num(shot.matrix[:, :8], nan=20.0).sum(axis=1) / 160 - 1
    chance = 1 / (1 + np.exp(-np.column_stack([score - 1.5, score - 1.0, score - 0.5])))
    labels = np.maximum.accumulate((random.random((LEARNED_FROM, 1)) < chance).astype(np.float64), axis=1)
    codes, as_ofs = np.arange(LEARNED_FROM, dtype=np.int32), np.zeros(LEARNED_FROM, dtype=np.int64)
    examples = Examples(shot.matrix, tuple(_NAMES), labels, codes, as_ofs, CATALOGUE.signature)
    return fit_churn(examples, recipe=ChurnRecipe("usual", weights, "contract", HORIZONS_DAYS), seed=0, threads=2)


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


def linear(model: ChurnModel, *, most: int) -> list[Result]:
    """Return P11 for scoring, and what the largest cost: rows at 1x, 5x and 25x."""
    sizes = (most // 25, most // 5, most)
    spent = {rows: cpu_seconds(lambda shot=drawn(rows): score_snapshot(model, shot)) for rows in sizes}
    a_row = {rows: seconds / rows for rows, seconds in spent.items()}
    worst = max(each / a_row[sizes[0]] for each in a_row.values())
    shown = ", ".join(f"{rows:,}: {seconds:.2f} CPU-s" for rows, seconds in spent.items())
    seconds = spent[most] * MANY / most
    return [
        Result("P11", "scoring at 1x, 5x and 25x the rows", f"{worst:.2f}x proportional ({shown})", f"within {LINEAR_WITHIN}x",
               worst <= LINEAR_WITHIN, "drawn"),
        Result("P9m", f"{MANY:,} customers x {WIDTH} features, one model", f"{seconds:.1f} CPU-s", f"under {MOST_CPU_SECONDS:.0f}",
               seconds < MOST_CPU_SECONDS, f"drawn, {most:,} rows"),
    ]  # fmt: skip


def main() -> None:
    """Learn, score, and print the goals."""
    given = arguments(__doc__ or "").parse_args()
    model = learned()
    rounds = max(1, round(ROUNDS * given.share))
    results = [beside_bare(model, drawn(round(CUSTOMERS * min(given.share * 5, 1))), rounds=rounds)]
    report([*results, *linear(model, most=max(50_000, round(MANY * given.share)))], given.json)


if __name__ == "__main__":
    main()
