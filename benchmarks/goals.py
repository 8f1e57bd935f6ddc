"""How does a benchmark report: one line a goal, `ID  name  figure  goal  holds|short`, and exit status 1 where one is missed."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One goal measured: the figure reached, the goal in words, whether it holds, and on which data."""

    id: str
    name: str
    figure: str
    goal: str
    holds: bool
    data: str


def arguments(description: str) -> argparse.ArgumentParser:
    """Return the parser every benchmark starts from: `--json FILE` and `--share` (of the full campaign, 0 to 1)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="also write the results, with date and commit, to this file")
    parser.add_argument("--share", type=float, default=1.0, help="share of the full campaign to run (default 1)")
    return parser


def report(results: Sequence[Result], file: Path | None) -> None:
    """Print the results, write them to `file` if one is given, and exit with 1 where a goal is missed."""
    for result in results:
        verdict = "holds" if result.holds else "short"
        print(f"{result.id}  {result.name}  {result.figure}  {result.goal}  {verdict}  [{result.data}]")
    if file:
        file.write_text(json.dumps({**_provenance(), "results": [asdict(result) for result in results]}, indent=2) + "\n")
    sys.exit(0 if all(result.holds for result in results) else 1)


def _provenance() -> dict[str, str]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return {"date": dt.datetime.now(dt.UTC).date().isoformat(), "commit": commit, "command": " ".join(sys.argv)}
