"""Run every benchmark that ends within half an hour, one after another; exit status 1 where any goal is missed.

`--list` says what each measures and runs none; a benchmark named by itself, `python -m benchmarks.NAME`, has options of its own.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

BENCHMARKS: Mapping[str, float] = {
    "leakage": 1,
    "damage": 1,
    "log_crashes": 1,
    "ingestion_crashes": 1,
    "swaps": 1,
    "overload": 1,
    "freshness": 1,
    "retrain_crashes": 0.5,
    "erasure": 0.075,
    "access": 1,
    "api_fuzz": 0.1,
    "rules": 1,
    "features": 1,
    "spark": 1,
    "stages": 1,
    "serving": 1,
    "what_if": 1,
    "agent_page": 1,
    "scoring": 1,
    "btyd_scale": 1,
    "training_cost": 0.2,
    "gates": 1,
    "quality": 0.05,
    "reasons": 1,
    "simulated_quality": 0.1,
    "tuning": 0.1,
    "drift": 1,
    "coverage": 1,
    "open_bandit": 1,
    "deciding": 1,
    "replays": 1,
    "poisoning": 1,
    "company_mutations": 1,
    "policy_truth": 0.2,
    "mutation": 0.2,
    "unit_costs": 1,
}
"""The share of its full campaign that each is run with, by name."""

LEFT_OUT: Mapping[str, str] = {
    "alerts": "prints figures and holds no goal",
    "callers": "makes the requests of others",
    "faults": "runs campaigns that are run here one by one; its own part is `--only-troubles`",
    "listing": "prints figures and holds no goal",
    "names": "prints figures and holds no goal",
    "needs": "its question is answered: docs/results.md",
    "orders": "takes hours, and can be resumed",
    "pictures": "writes docs/pictures",
    "uplift_peers": "needs an environment of its own",
    "uplift_peers_answers": "is run inside that environment",
    "work_list": "prints figures and holds no goal",
}
"""Those that are not run here, and why."""


def main() -> int:
    """Run them all, keep going where one is short, and return 1 where any was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="say what each measures, and run none")
    if parser.parse_args().list:
        print(*(f"benchmarks.{name:20} {about(name)}" for name in sorted({*BENCHMARKS, *LEFT_OUT})), sep="\n")
        return 0
    short = [name for name, share in BENCHMARKS.items() if not _holds(name, share)]
    return int(bool(short))


def about(name: str) -> str:
    """Return the first line a benchmark says of itself, and why it is left out here if it is."""
    folder = Path(__file__).parent
    path = folder / f"{name}.py" if (folder / f"{name}.py").exists() else folder / name / "__main__.py"
    said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    return said + (f" (not run with the others: {LEFT_OUT[name]})" if name in LEFT_OUT else "")


def _holds(name: str, share: float) -> bool:
    print(f"== benchmarks.{name} --share {share:g}", flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--share", str(share)], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
