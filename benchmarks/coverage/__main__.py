"""Do the 95 % intervals of a policy's value cover the truth: decision logs drawn from the simulator's response model alone.

Each log holds 2,000 decisions on customers of one simulated crowd, drawn by control group, exploration and ranking as the old
policy of the simulated company draws them; rewards are drawn from the frozen response model, without any event history. New
policies lie at several distances from the logging one, up to where support refuses; their true values are known exactly. In half
of the logs every customer is decided for once, in the other half up to five times. Everything here is simulated.

What is known is written to `--work` batch by batch: a run that is stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.coverage.crowd import ONCE, SEVERAL_TIMES, Pool, crowd, drawn_logs, toward
from benchmarks.coverage.tally import FIGURES, Tally
from benchmarks.goals import Result, arguments, report
from features.write_once import replace_file
from models.rows import FloatArray
from training.policy_value import LoggedDecisions, PolicyRefused, policy_value, predicted_rewards

LOGS = 2_000
LOGS_A_BATCH = 50
COVERED = (0.93, 0.97)
_ENOUGH = 200
"""How many intervals a policy must have to be named as the best or worst covered one."""
_DATA = "simulated, frozen response model"


def main() -> None:
    """Run the campaign, print the table and the goals."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/coverage"), help="where progress stands")
    parser.add_argument("--seed", type=int, default=100, help="the crowd and all logs are drawn from this seed")
    options = parser.parse_args()
    found = campaign(options.share, seed=options.seed, work=options.work)
    print(table(found))
    report(results(found), options.json)


def campaign(share: float, *, seed: int, work: Path, say: Callable[[str], None] = print) -> Tally:
    """Run the share of the campaign that is asked for; what `work` holds already is not drawn again."""
    pool, total = crowd(seed), Tally()
    batches = round(LOGS * share / LOGS_A_BATCH)
    for number in range(batches):
        path = work / f"{seed}-{number}.json"
        if not path.exists():
            replace_file(path, _batch(pool, number, seed=seed).to_json())
        total += Tally.from_json(path.read_bytes())
        say(f"{number + 1} of {batches} batches")
    return total


def results(found: Tally, *, covered: tuple[float, float] = COVERED) -> list[Result]:
    """Return a goal an estimator and difference: coverage over all policies; the least and most of any policy beside it."""
    return [_result(found, figure, covered) for figure in FIGURES if found.over(figure).intervals]


def table(found: Tally) -> str:
    """Return the coverage of every figure by policy and by part of the campaign, as a table for docs/results.md."""
    heads = [["new policy", "refused", *FIGURES], ["---"] * (len(FIGURES) + 2)]
    rows = [
        [row, f"{found.refusals(row):,}", *(found.over(figure, row).text for figure in FIGURES)]
        for row in [*found.policies, ONCE, SEVERAL_TIMES]
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in [*heads, *rows])


def _batch(pool: Pool, number: int, *, seed: int) -> Tally:
    """Draw and value the logs of one batch; even numbers decide once for everybody, odd ones several times for some."""
    part, rng = (ONCE, SEVERAL_TIMES)[number % 2], np.random.default_rng([seed, 1 + number])
    tally = Tally()
    for log, rows in drawn_logs(pool, part, count=LOGS_A_BATCH, rng=rng):
        predicted = predicted_rewards(log, pool.features[rows], seed=number)
        for name, policy in pool.policies.items():
            truth = (policy.value, pool.logging.value)
            tally += _valued(f"{name}/{part}", toward(log, policy.chances[rows]), predicted, truth)
    return tally


def _valued(place: str, log: LoggedDecisions, predicted: FloatArray, truth: tuple[float, float]) -> Tally:
    try:
        return Tally.of(place, policy_value(log, predicted), truth)
    except PolicyRefused:
        return Tally(refused={place: 1})


def _result(found: Tally, figure: str, covered: tuple[float, float]) -> Result:
    total = found.over(figure)
    counts = [count for count in (found.over(figure, policy) for policy in found.policies) if count.intervals >= _ENOUGH]
    shares = [count.share for count in counts] or [total.share]
    low, high = covered
    return Result(
        id=f"V{1 + FIGURES.index(figure)}",
        name=f"coverage of 95 % intervals, {figure}",
        figure=f"{total.share:.1%} of {total.intervals:,} (by policy {min(shares):.1%} to {max(shares):.1%})",
        goal=f"{low:.0%} to {high:.0%}",
        holds=low <= total.share <= high,
        data=_DATA,
    )


if __name__ == "__main__":
    main()
