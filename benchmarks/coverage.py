"""Do the 95 % intervals of a policy's value cover the truth: decision logs drawn from the simulator's response model alone.

Each log holds 2,000 decisions on customers of one simulated crowd, drawn by control group, exploration and ranking as the old
policy of the simulated company draws them; rewards are drawn from the frozen response model, without any event history. New
policies lie at several distances from the logging one, up to where support refuses; their true values are known exactly. In half
of the logs every customer is decided for once, in the other half up to five times. Everything here is simulated.

What is known is written to `--work` batch by batch: a run that is stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.goals import Result, arguments, report
from features.times import DAY, WEEK, parse_time
from features.write_once import replace_file
from models.rows import BoolArray, FloatArray
from training.measures.resamples import Estimate
from training.policy_value import (
    ESTIMATORS,
    LoggedDecisions,
    PolicyRefused,
    PolicyValue,
    policy_value,
    predicted_rewards,
)
from training.simulated import WORLD, Ahead, Standing, draw_crowd, draw_log, responses, true_effects
from training.simulated.decisions import draw_first
from training.simulated.outlook import outlook
from training.simulated.responses import situation

LOGS = 2_000
DECISIONS = 2_000
LOGS_A_BATCH = 50
CUSTOMERS = 5_000
TIMES_DECIDED = (1, 2, 3, 4, 5)
COVERED = (0.93, 0.97)
AS_OF = parse_time("2025-03-01")
_AHEAD = Ahead(AS_OF, (WORLD.offers.reward_days,), AS_OF - 104 * WEEK)
_CONSENT = 0.75
_DATA = "simulated, frozen response model"

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Policy:
    """A policy over the crowd: the chance of each action (column 0 is `nothing`) with each customer, and its true value."""

    chances: FloatArray
    value: float


@dataclass(frozen=True)
class Pool:
    """Whom decisions are drawn for, a row a customer: what is known of them, what may be offered, and by which policies.

    `priority` is what the logging policy ranks by, minus infinity where a gate withheld the offer. `features` are what a company
    could know; the latent state is not among them.
    """

    standing: Standing
    features: FloatArray
    priority: FloatArray
    logging: Policy
    policies: Mapping[str, Policy]


@dataclass
class Count:
    """How often a truth was inside its interval, below it, above it; and the widths added up."""

    inside: int = 0
    below: int = 0
    above: int = 0
    width: float = 0.0

    def add(self, found: Estimate, truth: float) -> None:
        """Count one interval; one of no width, where both policies are the same, is no test and is left out."""
        if found.low == found.high:
            return
        self.below += bool(truth < found.low)
        self.above += bool(truth > found.high)
        self.inside += bool(found.low <= truth <= found.high)
        self.width += found.high - found.low

    @property
    def intervals(self) -> int:
        """Return how many were counted."""
        return self.inside + self.below + self.above

    def merge(self, other: Count) -> None:
        """Add what another has counted."""
        self.inside, self.below, self.above = self.inside + other.inside, self.below + other.below, self.above + other.above
        self.width += other.width


@dataclass
class Tally:
    """Counts by `policy/part/figure`, and how many logs were refused by `policy/part`."""

    counts: dict[str, Count] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, place: str, found: PolicyValue, truth: tuple[float, float]) -> None:
        """Count every interval of one log; `truth` is the value of the new policy and of the logging one."""
        new, old = truth
        figures = {"logged": (found.logged, old)}
        figures |= {name: (each, new) for name, each in found.values.items()}
        figures |= {f"{name} less logged": (each, new - old) for name, each in found.differences.items()}
        for name, (each, true) in figures.items():
            self.counts.setdefault(f"{place}/{name}", Count()).add(each, true)

    def merge(self, other: Tally) -> None:
        """Add what another has counted."""
        for name, count in other.counts.items():
            self.counts.setdefault(name, Count()).merge(count)
        for name, times in other.refused.items():
            self.refused[name] = self.refused.get(name, 0) + times

    def over(self, figure: str, policy: str | None = None) -> Count:
        """Return the count of a figure over all parts, of one policy or of all."""
        total = Count()
        for name, count in self.counts.items():
            if name.split("/")[2] == figure and policy in (None, name.split("/")[0]):
                total.merge(count)
        return total


def crowd(seed: int) -> Pool:
    """Draw the customers and lay out the policies."""
    rng = np.random.default_rng([seed, 0])
    standing = draw_crowd(WORLD, CUSTOMERS, as_of=AS_OF, seed=seed)
    answer = responses(WORLD.offers, situation(standing, AS_OF))
    effects = true_effects(WORLD, standing, _AHEAD)
    listed = np.array([offer.list_value for offer in WORLD.offers.catalogue])
    passed = rng.random(effects.shape) < _CONSENT
    priority = np.where(passed, answer.acceptance * listed - WORLD.offers.least_value, -np.inf)
    alone = outlook(WORLD, standing, _AHEAD).margin[:, -1]
    means = np.column_stack([alone, alone[:, None] + effects])
    laid = partial(_policy, passed=np.column_stack([np.ones(CUSTOMERS, bool), passed]), means=means)
    old, best = _first(priority), _first(np.where(passed, effects, -np.inf))
    changed = rng.random(CUSTOMERS)
    ways = {
        "same": laid(old),
        "explores more": laid(old, explores=0.5),
        "a tenth changed": laid(np.where(changed < 0.10, best, old)),
        "a fifth changed": laid(np.where(changed < 0.20, best, old)),
        "an eighth changed, no exploration": laid(np.where(changed < 0.125, best, old), explores=0.0, control=0.0),
        "uniform": laid(old, control=1.0),
    }
    return Pool(standing, _known(standing), priority, ways["same"], ways)


def batch(pool: Pool, number: int, *, seed: int) -> Tally:
    """Draw and value the logs of one batch; even numbers decide once for everybody, odd ones several times for some."""
    rng, tally = np.random.default_rng([seed, 1 + number]), Tally()
    part = ("once", "several times")[number % 2]
    for log, rows in _logs(pool, part, rng):
        predicted = predicted_rewards(log, pool.features[rows], seed=number)
        for name, policy in pool.policies.items():
            valued = _toward(log, policy.chances[rows])
            try:
                tally.add(f"{name}/{part}", policy_value(valued, predicted), (policy.value, pool.logging.value))
            except PolicyRefused:
                tally.refused[f"{name}/{part}"] = tally.refused.get(f"{name}/{part}", 0) + 1
    return tally


def campaign(share: float, *, seed: int, work: Path | None = None, say: Callable[[str], None] = print) -> Tally:
    """Run the share of the campaign that is asked for; what `work` holds already is not drawn again."""
    pool, total = crowd(seed), Tally()
    batches = round(LOGS * share / LOGS_A_BATCH)
    for number in range(batches):
        path = work / f"{seed}-{number}.json" if work else None
        found = _read(path) if path and path.exists() else batch(pool, number, seed=seed)
        if path and not path.exists():
            _write(path, found)
        total.merge(found)
        say(f"{number + 1} of {batches} batches")
    return total


def results(found: Tally, *, covered: tuple[float, float] = COVERED) -> list[Result]:
    """Return a goal an estimator and difference: coverage over all policies; the least and most of any policy beside it."""
    return [_result(found, figure, covered) for figure in _figures(found)]


def table(found: Tally) -> str:
    """Return the coverage of every figure by policy, as a table for docs/results.md."""
    figures = _figures(found)
    policies = list(dict.fromkeys(name.split("/")[0] for name in [*found.counts, *found.refused]))
    lines = [["new policy", "refused", *figures], ["---"] * (len(figures) + 2)]
    for policy in policies:
        refused = sum(times for name, times in found.refused.items() if name.split("/")[0] == policy)
        lines.append([policy, f"{refused:,}", *(_shown(found.over(figure, policy)) for figure in figures)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _policy(
    greedy: IntArray, *, passed: BoolArray, means: FloatArray, control: float = WORLD.offers.control_share,
    explores: float = WORLD.offers.exploration_share,
) -> Policy:  # fmt: skip
    uniform = passed / passed.sum(axis=1, keepdims=True)
    first = np.eye(passed.shape[1])[greedy]
    chances = control * uniform + (1 - control) * (explores * uniform + (1 - explores) * first)
    return Policy(chances, float((chances * means).sum(axis=1).mean()))


def _first(priority: FloatArray) -> IntArray:
    return np.column_stack([np.zeros(len(priority)), priority]).argmax(axis=1)


def _known(standing: Standing) -> FloatArray:
    yearly, ends = standing.term > 31 * DAY, (standing.term_end - AS_OF) / DAY
    due = ends < WORLD.offers.reward_days
    margin = standing.monthly_margin
    tenure = (AS_OF - standing.started) / WEEK
    return np.column_stack(
        [margin, margin * yearly, margin * yearly * due, margin * standing.adoption, standing.adoption, tenure]
    )


def _logs(pool: Pool, part: str, rng: np.random.Generator) -> Iterator[tuple[LoggedDecisions, IntArray]]:
    """Draw a batch of logs at once, and give each with the customers' rows of the pool."""
    people = np.concatenate([_people(part, rng) + log * DECISIONS for log in range(LOGS_A_BATCH)])
    rows = rng.integers(len(pool.standing), size=LOGS_A_BATCH * DECISIONS)[people]
    control = (rng.random(LOGS_A_BATCH * DECISIONS) < WORLD.offers.control_share)[people]
    first = draw_first(WORLD, control, pool.priority[rows], rng)
    reward = draw_log(WORLD, pool.standing.take(rows), first.first, ahead=_AHEAD, rng=rng).reward
    for log in range(LOGS_A_BATCH):
        here = slice(log * DECISIONS, (log + 1) * DECISIONS)
        chances = pool.logging.chances[rows[here]]
        yield (
            LoggedDecisions(people[here], first.first[here] + 1, first.probability[here], reward[here], chances, chances > 0),
            rows[here],
        )


def _people(part: str, rng: np.random.Generator) -> IntArray:
    """Return a code of the customer for each decision of a log."""
    if part == "once":
        return np.arange(DECISIONS)
    times = rng.choice(TIMES_DECIDED, DECISIONS)
    return np.repeat(np.arange(DECISIONS), times)[:DECISIONS]


def _toward(log: LoggedDecisions, chances: FloatArray) -> LoggedDecisions:
    return LoggedDecisions(log.customer, log.action, log.logged_probability, log.reward, chances, log.possible)


def _figures(found: Tally) -> list[str]:
    """Return what intervals were counted of: the values first, then the differences."""
    known = {name.split("/")[2] for name in found.counts}
    return [name for name in ("logged", *ESTIMATORS, *(f"{each} less logged" for each in ESTIMATORS)) if name in known]


def _result(found: Tally, figure: str, covered: tuple[float, float]) -> Result:
    total = found.over(figure)
    policies = {name.split("/")[0] for name in found.counts}
    counts = [count for count in (found.over(figure, policy) for policy in policies) if count.intervals]
    shares = [count.inside / count.intervals for count in counts]
    share = total.inside / total.intervals
    low, high = covered
    return Result(
        id=f"V{1 + _figures(found).index(figure)}",
        name=f"coverage of 95 % intervals, {figure}",
        figure=f"{share:.1%} of {total.intervals:,} (by policy {min(shares):.1%} to {max(shares):.1%})",
        goal=f"{low:.0%} to {high:.0%}",
        holds=low <= share <= high,
        data=_DATA,
    )


def _shown(count: Count) -> str:
    if not count.intervals:
        return "none"
    missed = f"{count.below / count.intervals:.1%} below, {count.above / count.intervals:.1%} above"
    return f"{count.inside / count.intervals:.1%} ({missed}; {count.width / count.intervals:.1f} wide)"


def _write(path: Path, found: Tally) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    counts = {name: vars(count) for name, count in found.counts.items()}
    replace_file(path, json.dumps({"counts": counts, "refused": found.refused}).encode())


def _read(path: Path) -> Tally:
    known = json.loads(path.read_bytes())
    return Tally({name: Count(**count) for name, count in known["counts"].items()}, known["refused"])


def main() -> None:
    """Run the campaign, print the table and the goals."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/coverage"), help="where progress stands")
    parser.add_argument("--seed", type=int, default=100, help="the crowd and all logs are drawn from this seed")
    options = parser.parse_args()
    found = campaign(options.share, seed=options.seed, work=options.work)
    print(table(found))
    report(results(found), options.json)


if __name__ == "__main__":
    main()
