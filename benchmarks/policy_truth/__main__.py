"""Q7, policy: the true value a decision of the greedy part, its exploration cost beside it, against the simpler and the best.

Five simulated companies of the frozen world. Everything is learned from the log as it stood on 2025-10-01; asked about are all
customers with a contract in force at the three month starts from then on, whose true effects only the simulator knows. Ours goes
through `models.decision.choose`: stages, consent, contacts as logged, the guard, and an offer model of the log alone. Each
company's figures are written to `progress.json` below `--work`: a run that is stopped goes on where it was.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.goals import Result, arguments, report
from benchmarks.policy_truth.asked import asked_of
from benchmarks.policy_truth.company import simulated, studied
from benchmarks.policy_truth.policies import ORACLE, OURS, learned, ranked
from benchmarks.policy_truth.worth import ACCEPTANCE, GATES, RANDOM, RUN, SINGLE, Worth, over_companies, share_of_oracle, worth
from features.write_once import replace_file
from lifecycle.console import say
from training.measures.resamples import Estimate

SEEDS = (201, 202, 203, 204, 205)
CUSTOMERS, FEWEST = 20_000, 2_000
GOAL = 0.9


def main() -> None:
    """Run the campaign and report."""
    parser = arguments("Q7: what the policy is worth on simulated companies")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/policy"), help="where companies and progress stand")
    options = parser.parse_args()
    customers = max(FEWEST, round(CUSTOMERS * options.share))
    found = {gates: [_worth_of(options.work, customers, seed)[gates] for seed in SEEDS] for gates in GATES}
    for gates, worths in found.items():
        _table(gates, worths)
    report([_result(gates, worths, customers) for gates, worths in found.items()], options.json)


def _worth_of(work: Path, customers: int, seed: int) -> dict[str, Worth]:
    path = work / f"progress-{customers}.json"
    known: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    if str(seed) not in known:
        known[str(seed)] = _measured(work, customers, seed)
        replace_file(path, json.dumps(known, indent=1).encode())
    return {gates: _read(known[str(seed)][gates]) for gates in GATES}


def _measured(work: Path, customers: int, seed: int) -> dict[str, Any]:
    company = studied(simulated(work, customers=customers, seed=seed), seed=seed)
    known = learned(company, seed=seed)
    say(f"seed {seed}: {int(company.trial.random.sum()):,} decisions by lot; {known.report.model.note}")
    found = ranked(known, asked_of(company))
    answers = [asdict(answer) for answer in known.report.model.answers]
    passed = {"anything": float(found.passed.any(axis=1).mean()), "candidates": float(found.passed.sum(axis=1).mean())}
    worths = {gates: asdict(worth(company.company, found, gates=gates, seed=seed)) for gates in GATES}
    return {"answers": answers, "passed": passed, **worths}


def _read(value: dict[str, Any]) -> Worth:
    return Worth(value["values"], {name: Estimate(**each) for name, each in value["differences"].items()})


def _table(gates: str, worths: list[Worth]) -> None:
    print(f"{gates}: value a decision (EUR), mean of {len(worths)} companies; share of the oracle's gain; ours less it")
    for name in worths[0].values:
        value = sum(each.values[name] for each in worths) / len(worths)
        share, less = share_of_oracle(worths, name), over_companies(worths, name)
        sure = sum(each.differences[name].low > 0 for each in worths)
        print(f"  {name:28s} {value:7.2f}  {_percent(share)}  {_money(less)}  above it by customer in {sure} of {len(worths)}")


def _percent(figure: Estimate) -> str:
    return f"{figure.value:5.0%} [{figure.low:.0%}, {figure.high:.0%}]"


def _money(figure: Estimate) -> str:
    return f"{figure.value:+.2f} [{figure.low:+.2f}, {figure.high:+.2f}]"


def _result(gates: str, worths: list[Worth], customers: int) -> Result:
    share, beaten = share_of_oracle(worths, OURS), {name: over_companies(worths, name) for name in (ACCEPTANCE, SINGLE, RANDOM)}
    cost = over_companies(worths, RUN)
    ahead = ", ".join(f"{name} {_money(each)}" for name, each in beaten.items())
    value = sum(each.values[OURS] for each in worths) / len(worths)
    oracle = sum(each.values[ORACLE] for each in worths) / len(worths)
    return Result(
        id="Q7",
        name=f"true value a decision of the greedy part, {gates}",
        figure=f"{value:.2f} of the oracle's {oracle:.2f} EUR, {_percent(share).strip()}; exploration costs {cost.value:.2f};"
        f" above {ahead}",
        goal=f"at least {GOAL:.0%} of the oracle's gain; above acceptance-only, best single offer and random",
        holds=share.value >= GOAL and all(each.low > 0 for each in beaten.values()),
        data=f"simulated, {len(worths)} companies of {customers:,}",
    )


if __name__ == "__main__":
    main()
