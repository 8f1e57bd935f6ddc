"""Run every benchmark that ends within half an hour, one after another; exit status 1 where any goal is missed."""

from __future__ import annotations

import subprocess
import sys

# (module, share of the full campaign)
BENCHMARKS = (
    ("benchmarks.leakage", "1"),
    ("benchmarks.damage", "1"),
    ("benchmarks.log_crashes", "1"),
    ("benchmarks.ingestion_crashes", "1"),
    ("benchmarks.swaps", "1"),
    ("benchmarks.overload", "1"),
    ("benchmarks.freshness", "1"),
    ("benchmarks.retrain_crashes", "0.5"),
    ("benchmarks.access", "1"),
    ("benchmarks.api_fuzz", "0.1"),
    ("benchmarks.rules", "1"),
    ("benchmarks.features", "1"),
    ("benchmarks.spark", "1"),
    ("benchmarks.stages", "1"),
    ("benchmarks.btyd_scale", "1"),
    ("benchmarks.training_cost", "0.2"),
    ("benchmarks.gates", "1"),
    ("benchmarks.quality", "0.05"),
    ("benchmarks.reasons", "1"),
    ("benchmarks.simulated_quality", "0.1"),
    ("benchmarks.drift", "1"),
    ("benchmarks.coverage", "1"),
    ("benchmarks.open_bandit", "1"),
    ("benchmarks.deciding", "1"),
    ("benchmarks.replays", "1"),
    ("benchmarks.poisoning", "1"),
    ("benchmarks.company_mutations", "1"),
    ("benchmarks.policy_truth", "0.2"),
    ("benchmarks.mutation", "0.2"),
    ("benchmarks.unit_costs", "1"),
)


def main() -> int:
    """Run them all, keep going where one is short, and return how many were."""
    short = 0
    for module, share in BENCHMARKS:
        print(f"== {module} --share {share}", flush=True)
        short += subprocess.run([sys.executable, "-m", module, "--share", share], check=False).returncode != 0
    return min(short, 1)


if __name__ == "__main__":
    sys.exit(main())
