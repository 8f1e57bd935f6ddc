"""Do rules say the same over a table, for one customer and in SQLite: the full campaign of the property test, and its cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.goals import Result, arguments, report
from features.company import default_company_text, read_company
from features.rules import parse_rule
from features.stages import features_named_by, stage_winners

FULL_CAMPAIGN = 10_000
CUSTOMERS = 100_000
TEST = Path(__file__).resolve().parents[1] / "tests" / "property" / "test_rules_agree.py"


def agreement(share: float) -> Result:
    """Run the property test for a share of 10,000 random rules, each over a random table."""
    trials = max(1, round(FULL_CAMPAIGN * share))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TEST)]
    run = subprocess.run(command, env=os.environ | {"LIFECYCLE_RULE_TRIALS": str(trials)}, check=False, stdout=subprocess.PIPE)
    verdict = "all agree" if run.returncode == 0 else run.stdout.decode()[-2000:]
    return Result(
        "RULES", "table = one customer = SQLite", f"{trials} rules: {verdict}", "all agree", run.returncode == 0, "random"
    )


def cost() -> list[str]:
    """Say what the default stage set costs over 100,000 customers, and one rule for one customer."""
    stage_set = read_company(default_company_text("default")).stage_set
    random = np.random.default_rng(0)
    columns = {name: random.uniform(0, 100, CUSTOMERS).astype(np.float32) for name in features_named_by(stage_set)}
    started = time.process_time()
    stage_winners(stage_set, columns, rows=CUSTOMERS)
    table_seconds = time.process_time() - started
    rule = parse_rule("a > 1 AND (b IS NULL OR b < 2)", {"a", "b"})
    started = time.process_time()
    for _ in range(1000):
        rule.holds({"a": 2.0, "b": 1.0})
    return [
        f"default stage set over {CUSTOMERS:,} customers: {table_seconds * 1000:.0f} ms CPU",
        f"one rule for one customer: {(time.process_time() - started) * 1000:.0f} us CPU",
    ]


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for line in cost():
        print(line, file=sys.stderr)
    report([agreement(options.share)], options.json)
