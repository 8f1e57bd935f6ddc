"""Q6: does the log of one policy tell the click rate of another? Open Bandit (small): uniform random and Bernoulli Thompson.

Both policies were really run, side by side, so that the rate one log foretells can be held against the rate the other one saw.
The policy to be valued is what the other log shows of it, the frequency of each item in each position; how far those frequencies
are off is part of every draw of the interval. The log of Thompson sampling seldom shows what the random policy shows all the
time: it is estimated where the rules of support let it be, and refused where not.

The rate that was seen rests on 38 to 69 clicks and is itself uncertain: `gaps` are the differences with the errors of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from benchmarks.goals import Result, arguments, report
from models.rows import FloatArray
from training.measures.resamples import Estimate, estimate
from training.policy_value import ESTIMATORS, LoggedDecisions, Support, estimated, measure_support, predicted_rewards

CAMPAIGNS = ("all", "men", "women")
RANDOM, THOMPSON = "random", "bts"
DRAWS = 200
_SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"
_DATA = "Open Bandit (small, real)"

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Impressions:
    """What one policy showed: position (from 0), item, the chance it was shown with, and whether it was clicked; a row each."""

    position: IntArray
    item: IntArray
    chance: FloatArray
    click: FloatArray

    @classmethod
    def read(cls, folder: Path, policy: str, campaign: str) -> Impressions:
        """Read the log of a policy in a campaign."""
        names = ["position", "item_id", "propensity_score", "click"]
        table = pq.read_table(folder / f"{policy}_{campaign}.parquet", columns=names)
        position, item, chance, click = (table[name].to_numpy() for name in names)
        return cls(position.astype(np.int64) - 1, item.astype(np.int64), chance, click.astype(np.float64))

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: npt.NDArray[np.intp]) -> Impressions:
        """Return the chosen rows."""
        return Impressions(self.position[rows], self.item[rows], self.chance[rows], self.click[rows])

    def frequencies(self, items: int) -> FloatArray:
        """Return how often each item was shown, by position: each row adds up to 1."""
        cells = np.bincount(self.position * items + self.item, minlength=(int(self.position.max()) + 1) * items)
        counts = cells.reshape(-1, items)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Foretold:
    """What the log of one policy says of the other's click rate, by estimator, beside the rate that was really seen.

    `gaps`: the rate foretold less the rate seen, with the sampling error of both logs.
    """

    campaign: str
    logged_by: str
    support: Support
    seen: float
    values: dict[str, Estimate]
    gaps: dict[str, Estimate]

    @property
    def refused_by(self) -> str | None:
        """Return the rule that refuses, if one does."""
        return self.support.refusal.rule if self.support.refusal else None

    @property
    def covers(self) -> bool:
        """Whether the interval of every estimator holds the rate that was seen."""
        return all(each.low <= self.seen <= each.high for each in self.values.values())


def foretold(folder: Path, campaign: str, *, logged_by: str, draws: int = DRAWS) -> Foretold:
    """Value the other policy of a campaign from the log of one; nothing is estimated where support refuses."""
    other_name = THOMPSON if logged_by == RANDOM else RANDOM
    log, other = (Impressions.read(folder, policy, campaign) for policy in (logged_by, other_name))
    items = int(max(log.item.max(), other.item.max())) + 1
    target = other.frequencies(items)
    support, seen = measure_support(_decisions(log, target)), float(other.click.mean())
    if support.refusal:
        return Foretold(campaign, logged_by, support, seen, {}, {})
    values, gaps = _estimates(log, other, _model(log, target), draws=draws)
    return Foretold(campaign, logged_by, support, seen, values, gaps)


def results(found: Sequence[Foretold]) -> list[Result]:
    """Return the goals: three times covered from the random log; from the other one covered or refused, `women` refused."""
    return [_result(each) for each in found]


def table(found: Sequence[Foretold]) -> str:
    """Return all figures, click rates in percent, as a table for docs/results.md."""
    heads = ["campaign", "log of", "seen", "mean weight", "effective size", *ESTIMATORS, "dr less seen"]
    lines = [heads, ["---"] * len(heads)]
    for each in found:
        support = each.support
        weight = f"{support.mean_weight:.2f} ± {support.mean_weight_error:.2f}"
        figures = [*(each.values.get(name) for name in ESTIMATORS), each.gaps.get("dr")]
        shown = [f"refused: {each.refused_by}" if figure is None else _percent(figure) for figure in figures]
        lines.append([each.campaign, each.logged_by, f"{100 * each.seen:.2f}", weight, f"{support.effective_size:,.0f}", *shown])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _estimates(
    log: Impressions, other: Impressions, model: FloatArray, *, draws: int
) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """Return values and gaps with intervals from draws of both logs, each draw with frequencies and terms of its own."""
    rng, items = np.random.default_rng(0), model.shape[1]
    values, seen = [_values(log, other.frequencies(items), model)], [other.click.mean()]
    for _ in range(draws):
        rows, others = (rng.integers(len(each), size=len(each)) for each in (log, other))
        again = other.take(others)
        values.append(_values(log.take(rows), again.frequencies(items), model[rows]))
        seen.append(again.click.mean())
    by_name = {name: np.array([each[name] for each in values]) for name in values[0]}
    gaps = {name: estimate(each - np.array(seen)) for name, each in by_name.items()}
    return {name: estimate(each) for name, each in by_name.items()}, gaps


def _values(log: Impressions, target: FloatArray, model: FloatArray) -> dict[str, float]:
    decisions, taken = _decisions(log, target), model[np.arange(len(log)), log.item]
    chance = decisions.new_probabilities[:, 0]
    rest = (target[log.position] * model).sum(axis=1) - chance * taken
    others = np.divide(rest, 1.0 - chance, out=np.zeros(len(log)), where=chance < 1.0)
    return {name: terms.value for name, terms in estimated(decisions, np.column_stack([taken, others])).items()}


def _decisions(log: Impressions, target: FloatArray) -> LoggedDecisions:
    """Return the decisions with two actions: the item that was shown, and any other; that is all that the weights need."""
    chance = target[log.position, log.item]
    return LoggedDecisions(
        customer=np.arange(len(log)),  # the data names no users
        action=np.zeros(len(log), np.int64),
        logged_probability=log.chance,
        reward=log.click,
        new_probabilities=np.column_stack([chance, 1.0 - chance]),
        possible=np.ones((len(log), 2), bool),
    )


def _model(log: Impressions, target: FloatArray) -> FloatArray:
    """Return the click rate expected of each item, cross-fitted on item and position."""
    positions, every = np.eye(len(target))[log.position][:, 1:], target[log.position]
    decisions = LoggedDecisions(np.arange(len(log)), log.item, log.chance, log.click, every, np.ones(every.shape, bool))
    return predicted_rewards(decisions, positions, seed=0)


def _result(each: Foretold) -> Result:
    must_refuse = each.logged_by == THOMPSON and each.campaign == "women"
    may_refuse = each.logged_by == THOMPSON
    goal = "refused" if must_refuse else "estimated or refused by the stated rule" if may_refuse else "covered"
    holds = each.refused_by is not None if must_refuse else may_refuse or (each.refused_by is None and each.covers)
    return Result(
        id="Q6",
        name=f"{each.campaign}, log of {each.logged_by}: click rate of the other policy in percent",
        figure=f"seen {100 * each.seen:.2f}, {_said(each)}",
        goal=goal,
        holds=holds,
        data=_DATA,
    )


def _said(each: Foretold) -> str:
    if each.refused_by:
        return f"refused by {each.refused_by} (effective size {each.support.effective_size:,.0f})"
    gap = f"dr less seen {_percent(each.gaps['dr'])}"
    return ", ".join([*(f"{name} {_percent(value)}" for name, value in each.values.items()), gap])


def _percent(value: Estimate) -> str:
    return f"{100 * value.value:.2f} [{100 * value.low:.2f}, {100 * value.high:.2f}]"


def main() -> None:
    """Value each policy from the log of the other in every campaign, and report."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--data", type=Path, default=_SHARED / "open_bandit_small", help="folder of the Parquet files")
    options = parser.parse_args()
    if not options.data.is_dir():
        raise SystemExit(f"needed the folder of Open Bandit (small), found none at {options.data}; name it with --data")
    asked = [(campaign, policy) for policy in (RANDOM, THOMPSON) for campaign in CAMPAIGNS]
    found = [foretold(options.data, campaign, logged_by=policy) for campaign, policy in asked]
    print(table(found))
    report(results(found), options.json)


if __name__ == "__main__":
    main()
